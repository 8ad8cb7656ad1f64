//! Between the core's values and JavaScript's. JSON is read and written by the browser.

use crate::handles::Handles;
use js_sys::{Array, Function, Object, Reflect, JSON};
use skylink_core::JsonText;
use skylink_protocol::json_text::{json_text, json_text_of_members};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::{Object as Members, Value};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Stringified;
    #[wasm_bindgen(method, getter, catch, js_name = toJSON)]
    fn to_json(this: &Stringified) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    /// Names and values of the members that JSON carries, in turn.
    #[wasm_bindgen(js_name = membersOf)]
    fn members_of(object: &JsValue) -> Array;
}

/// Deeper values are cut: nothing on the wire is, and the stack has an end.
const MAX_DEPTH: usize = 48;

/// JSON by the browser's own parser.
pub const JSON_TEXT: JsonText = JsonText { parse: parse_json, print: print_json };

fn parse_json(text: &str) -> Option<Value> {
    JSON::parse(text).ok().map(|value| from_js(&value))
}

fn print_json(value: &Value) -> String {
    json_text(value, fraction)
}

fn fraction(number: f64) -> String {
    JSON::stringify(&number.into()).map(String::from).unwrap_or_default()
}

/// Whether JSON text carries the value whole.
fn is_json(value: &Value) -> bool {
    match value {
        Value::Handle(_) => false,
        Value::Number(number) => number.is_finite(),
        Value::List(items) => items.iter().all(is_json),
        Value::Object(members) => members.iter().all(|(_, value)| is_json(value)),
        Value::Null | Value::Bool(_) | Value::Text(_) => true,
    }
}

fn parsed(text: &str) -> JsValue {
    // Fails only for what is no JSON.
    JSON::parse(text).unwrap_or_default()
}

/// A JavaScript value; handles become the objects they name, or `null` on the wire.
pub fn to_js(value: &Value, handles: Option<&Handles>) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(flag) => JsValue::from_bool(*flag),
        Value::Number(number) => JsValue::from_f64(*number),
        Value::Text(text) => JsValue::from_str(text),
        Value::List(_) if is_json(value) => parsed(&json_text(value, fraction)),
        Value::List(items) => {
            let array = Array::new();
            for item in items {
                array.push(&to_js(item, handles));
            }
            array.into()
        }
        Value::Object(members) => members_to_js(members, handles),
        Value::Handle(handle) => handles.map_or(JsValue::NULL, |handles| handles.get(*handle)),
    }
}

/// A JavaScript object. A member called `__proto__` is one like any other. Without live objects in
/// it, it goes over in one piece.
pub fn members_to_js(members: &Members, handles: Option<&Handles>) -> JsValue {
    if members.iter().all(|(_, value)| is_json(value)) {
        return parsed(&json_text_of_members(members, fraction));
    }
    let entry = |(key, value)| Array::of2(&JsValue::from_str(key), &to_js(value, handles));
    let entries: Array = members.iter().map(entry).collect();
    // Fails only for what is no list of pairs.
    Object::from_entries(&entries).map_or(JsValue::NULL, JsValue::from)
}

/// A member of any object; `undefined` if there is none.
pub fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}

/// A text member of any object; empty if there is none.
pub fn text(object: &JsValue, key: &str) -> String {
    get(object, key).as_string().unwrap_or_default()
}

/// The value as JSON would carry it: what has no form in JSON is `null`, or left out of objects. An
/// object inside itself is `null` there.
pub fn from_js(value: &JsValue) -> Value {
    read(value, &mut Vec::new())
}

/// Reads a value inside the objects `above`.
fn read(value: &JsValue, above: &mut Vec<JsValue>) -> Value {
    if let Some(text) = value.as_string() {
        return Value::Text(text);
    }
    if let Some(number) = value.as_f64() {
        return Value::Number(number);
    }
    if let Some(flag) = value.as_bool() {
        return Value::Bool(flag);
    }
    if !value.is_object() || above.len() >= MAX_DEPTH || above.contains(value) {
        return Value::Null;
    }
    above.push(value.clone());
    let object = read_object(value, above);
    above.pop();
    object
}

fn read_object(object: &JsValue, above: &mut Vec<JsValue>) -> Value {
    // Dates and their like say themselves what they are in JSON.
    let to_json = object.unchecked_ref::<Stringified>().to_json().unwrap_or_default();
    if let Some(to_json) = to_json.dyn_ref::<Function>() {
        return to_json.call0(object).map_or(Value::Null, |json| read(&json, above));
    }
    if let Some(array) = object.dyn_ref::<Array>() {
        return Value::List(array.iter().map(|item| read(&item, above)).collect_vec());
    }
    let given = members_of(object);
    let mut given = given.iter();
    let mut members = Vec::new();
    while let (Some(key), Some(member)) = (given.next(), given.next()) {
        members.push((key.as_string().unwrap_or_default(), read(&member, above)));
    }
    Value::Object(Members::from_distinct(members))
}
