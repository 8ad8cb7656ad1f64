//! Serialize and Deserialize for [`Value`] and [`Object`], written so that text made from them is
//! what `JSON.stringify` would make: order kept, whole numbers without a fraction.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::value::{Object, Value};

/// Up to here every whole number is exact in a double (`Number.MAX_SAFE_INTEGER`).
const LARGEST_EXACT: f64 = 9_007_199_254_740_991.0;

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null | Value::Handle(_) => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) if !number.is_finite() => serializer.serialize_unit(),
            Value::Number(number) if number.fract() == 0.0 && number.abs() <= LARGEST_EXACT =>
            {
                #[allow(clippy::cast_possible_truncation)]
                serializer.serialize_i64(*number as i64)
            }
            Value::Number(number) => serializer.serialize_f64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => serializer.collect_seq(items),
            Value::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Object(object) => Ok(object),
            _ => Err(D::Error::custom("expected a JSON object")),
        }
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    #[allow(clippy::cast_precision_loss)]
    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    #[allow(clippy::cast_precision_loss)]
    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        // `Object::set` looks at all members each time; a hostile object with a hundred thousand
        // of them must not cost its square.
        let mut list: Vec<(String, Value)> = Vec::new();
        let mut places = HashMap::new();
        while let Some((key, value)) = members.next_entry::<String, Value>()? {
            match places.get(&key).and_then(|place: &usize| list.get_mut(*place)) {
                Some(slot) => slot.1 = value,
                None => {
                    places.insert(key.clone(), list.len());
                    list.push((key, value));
                }
            }
        }
        Ok(Value::Object(Object::from_distinct(list)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn reread(text: &str) -> String {
        let value: Value = serde_json::from_str(text).unwrap();
        serde_json::to_string(&value).unwrap()
    }

    #[test]
    fn text_keeps_its_order_and_its_whole_numbers() {
        let text = r#"{"z":1443,"a":[null,true,-3,0.5,"x\u0000\"é"],"m":{"b":{},"a":[]}}"#;
        assert_eq!(reread(text), text);
    }

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        assert_eq!(reread("[1443.0,-0.0,1e3,9007199254740991]"), "[1443,0,1000,9007199254740991]");
        let large: f64 = reread("1e300").parse().unwrap();
        assert_eq!(large, 1e300);
        assert_eq!(serde_json::to_string(&Value::Number(f64::NAN)).unwrap(), "null");
        assert_eq!(serde_json::to_string(&Value::Number(f64::INFINITY)).unwrap(), "null");
    }

    #[test]
    fn a_handle_never_leaves_the_process() {
        let value = Value::from(Object::new().with("stream", Value::Handle(7)));
        assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"stream":null}"#);
    }

    #[test]
    fn of_two_members_with_one_name_the_last_wins_in_the_first_place() {
        assert_eq!(reread(r#"{"a":1,"b":2,"a":3}"#), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn an_object_is_read_only_from_an_object() {
        assert!(serde_json::from_str::<Object>("[]").is_err());
        assert_eq!(serde_json::from_str::<Object>("{}").unwrap(), Object::new());
    }

    #[test]
    fn an_object_with_many_members_is_read_in_linear_time() {
        let members: Vec<String> = (0..100_000).map(|n| format!("\"{n}\":{n}")).collect();
        let text = format!("{{{}}}", members.join(","));
        let start = std::time::Instant::now();
        let object: Object = serde_json::from_str(&text).unwrap();
        assert_eq!(object.len(), 100_000);
        // A fraction of a second here; a square would take minutes.
        assert!(start.elapsed().as_secs() < 10);
    }
}
