//! Writes a value as the JSON text that browsers write. There is no reader: browsers have one.
//!
//! One text goes from wasm to JavaScript at once, while a value built there member by member takes
//! several calls for each, which was most of the time of a message.

use crate::{Object, Value};

/// Integers from here on have neighbours that are no numbers, and are written in other ways.
const LARGEST_SAFE: f64 = 9_007_199_254_740_991.0;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// As `JSON.stringify` writes it: members in their order, no spaces, what has no form is `null`.
/// `fraction` writes numbers that are no safe integers; standard code for that is large.
pub fn json_text(value: &Value, fraction: fn(f64) -> String) -> String {
    let mut text = String::new();
    write_value(&mut text, value, fraction);
    text
}

/// As [`json_text`], for the members of an object.
pub fn json_text_of_members(members: &Object, fraction: fn(f64) -> String) -> String {
    let mut text = String::new();
    write_members(&mut text, members, fraction);
    text
}

fn write_value(text: &mut String, value: &Value, fraction: fn(f64) -> String) {
    match value {
        Value::Null | Value::Handle(_) => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => write_number(text, *number, fraction),
        Value::Text(content) => write_text(text, content),
        Value::List(items) => {
            let mut before = '[';
            for item in items {
                text.push(before);
                write_value(text, item, fraction);
                before = ',';
            }
            text.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Object(members) => write_members(text, members, fraction),
    }
}

fn write_members(text: &mut String, members: &Object, fraction: fn(f64) -> String) {
    let mut before = '{';
    for (key, value) in members.iter() {
        text.push(before);
        write_text(text, key);
        text.push(':');
        write_value(text, value, fraction);
        before = ',';
    }
    text.push_str(if members.is_empty() { "{}" } else { "}" });
}

fn write_number(text: &mut String, number: f64, fraction: fn(f64) -> String) {
    if number.abs() > LARGEST_SAFE || number as i64 as f64 != number {
        let written = if number.is_finite() { fraction(number) } else { "null".to_owned() };
        return text.push_str(&written);
    }
    let mut digits = [0_u8; 16];
    let mut rest = (number as i64).unsigned_abs();
    let mut count = 0_usize;
    for place in digits.iter_mut().rev() {
        *place = b'0'.wrapping_add((rest % 10) as u8);
        rest /= 10;
        count = count.wrapping_add(1);
        if rest == 0 {
            break;
        }
    }
    if number < 0.0 {
        text.push('-');
    }
    let written = digits.get(digits.len().wrapping_sub(count)..).unwrap_or_default();
    written.iter().for_each(|digit| text.push(char::from(*digit)));
}

fn write_text(text: &mut String, content: &str) {
    text.push('"');
    let mut rest = content;
    // All that is escaped is one byte long, so what is before and behind it is text.
    while let Some(place) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        let (plain, special) = rest.split_at(place);
        text.push_str(plain);
        let (byte, behind) = match special.as_bytes() {
            [byte, ..] => (*byte, special.get(1..).unwrap_or_default()),
            [] => return,
        };
        write_escape(text, byte);
        rest = behind;
    }
    text.push_str(rest);
    text.push('"');
}

fn write_escape(text: &mut String, byte: u8) {
    text.push('\\');
    let short = match byte {
        b'\n' => 'n',
        b'\r' => 'r',
        b'\t' => 't',
        0x08 => 'b',
        0x0c => 'f',
        b'"' | b'\\' => char::from(byte),
        _ => {
            text.push_str("u00");
            for half in [byte >> 4, byte & 15] {
                text.push(char::from(HEX.get(usize::from(half)).copied().unwrap_or(b'0')));
            }
            return;
        }
    };
    text.push(short);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: &Value) -> String {
        json_text(value, |number| serde_json::to_string(&number).unwrap())
    }

    fn values() -> impl Strategy<Value = Value> {
        let number = prop_oneof![
            any::<f64>().prop_filter("finite", |number| number.is_finite()),
            (-10_000_i32..10_000).prop_map(f64::from),
            any::<i64>().prop_map(|number| number as f64),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            number.prop_map(Value::Number),
            any::<String>().prop_map(Value::Text),
            "[\\x00-\\x7f]{0,12}".prop_map(Value::Text),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_it_was(value in values()) {
            prop_assert_eq!(&serde_json::from_str::<Value>(&written(&value)).unwrap(), &value);
        }

        #[test]
        fn texts_are_written_as_everywhere(text in any::<String>()) {
            let value = Value::Text(text.clone());
            prop_assert_eq!(written(&value), serde_json::to_string(&text).unwrap());
        }
    }

    #[test]
    fn numbers_are_written_as_browsers_do() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (7.0, "7"),
            (-120.0, "-120"),
            (0.5, "0.5"),
            (1_790_000_000_000.0, "1790000000000"),
            (LARGEST_SAFE, "9007199254740991"),
            (-LARGEST_SAFE, "-9007199254740991"),
            (f64::NAN, "null"),
            (f64::INFINITY, "null"),
        ] {
            assert_eq!(written(&Value::Number(number)), text);
        }
    }

    #[test]
    fn control_characters_are_escaped() {
        let text = "\u{0}\u{8}\t\n\u{b}\u{c}\r\u{1f}\"\\/\u{7f}\u{2028}ä";
        let expected = r#""\u0000\b\t\n\u000b\f\r\u001f\"\\/"#.to_owned() + "\u{7f}\u{2028}ä\"";
        assert_eq!(written(&text.into()), expected);
    }

    #[test]
    fn live_objects_have_no_form() {
        let value = Value::List(vec![Value::Handle(7), Value::List(vec![]), Object::new().into()]);
        assert_eq!(written(&value), "[null,[],{}]");
    }
}
