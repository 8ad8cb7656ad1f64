//! Between the core's values and JavaScript's. JSON is read and written by the browser.

use crate::handles::Handles;
use js_sys::{Array, Object, Reflect, JSON};
use skylink_core::JsonText;
use skylink_protocol::{Object as Members, Value};
use wasm_bindgen::{JsCast, JsValue};

/// Deeper values are cut: nothing on the wire is, and a cycle would have no end.
const MAX_DEPTH: u32 = 48;

/// JSON by the browser's own parser.
pub(crate) const JSON_TEXT: JsonText = JsonText { parse: parse_json, print: print_json };

fn parse_json(text: &str) -> Option<Value> {
    JSON::parse(text).ok().map(|value| from_js(&value))
}

fn print_json(value: &Value) -> String {
    JSON::stringify(&to_js(value, None)).map(String::from).unwrap_or_default()
}

/// A JavaScript value; handles become the objects they name, or `null` on the wire.
pub(crate) fn to_js(value: &Value, handles: Option<&Handles>) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(flag) => JsValue::from_bool(*flag),
        Value::Number(number) => JsValue::from_f64(*number),
        Value::Text(text) => JsValue::from_str(text),
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

/// A JavaScript object.
pub(crate) fn members_to_js(members: &Members, handles: Option<&Handles>) -> JsValue {
    let object = Object::new();
    for (key, value) in members.iter() {
        set(&object, key, &to_js(value, handles));
    }
    object.into()
}

/// Sets a member of a plain object, which cannot fail.
pub(crate) fn set(object: &Object, key: &str, value: &JsValue) {
    let _ = Reflect::set(object, &JsValue::from_str(key), value);
}

/// A member of any object; `undefined` if there is none.
pub(crate) fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}

/// A text member of any object; empty if there is none.
pub(crate) fn text(object: &JsValue, key: &str) -> String {
    get(object, key).as_string().unwrap_or_default()
}

/// The value as JSON would carry it: what has no form in JSON is `null`, or left out of objects.
pub(crate) fn from_js(value: &JsValue) -> Value {
    read(value, MAX_DEPTH)
}

fn read(value: &JsValue, depth: u32) -> Value {
    if let Some(text) = value.as_string() {
        return Value::Text(text);
    }
    if let Some(number) = value.as_f64() {
        return Value::Number(number);
    }
    if let Some(flag) = value.as_bool() {
        return Value::Bool(flag);
    }
    let Some(depth) = depth.checked_sub(1).filter(|_| value.is_object()) else {
        return Value::Null;
    };
    if let Some(array) = value.dyn_ref::<Array>() {
        return Value::List(array.iter().map(|item| read(&item, depth)).collect());
    }
    let entries = Object::entries(value.unchecked_ref());
    let members = entries.iter().filter_map(|entry| {
        let entry: Array = entry.unchecked_into();
        let member = entry.get(1);
        if member.is_undefined() || member.is_function() {
            return None;
        }
        Some((entry.get(0).as_string()?, read(&member, depth)))
    });
    Value::Object(Members::from_distinct(members.collect()))
}
