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
    /// Whether it is a list, and its items; or names and values of the members that JSON carries, in turn.
    #[wasm_bindgen(js_name = partsOf)]
    fn parts_of(object: &JsValue) -> Array;
    /// The name that an app means; `None` for what is falsy.
    #[wasm_bindgen(js_name = nameOf)]
    pub fn name_of(value: &JsValue) -> Option<String>;
}

/// Deeper values are cut: nothing on the wire is, and the stack has an end.
const MAX_DEPTH: usize = 48;

/// Objects in a value at the most. Where each is reached by many ways, there are more than a page has time for.
const MAX_OBJECTS: u32 = 100_000;
/// Objects after the first that holds itself: such a value is no JSON, and may reach the whole page.
const MAX_OBJECTS_IN_CIRCLES: u32 = 1000;

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
    Reader { above: Vec::new(), rest: MAX_OBJECTS }.read(value)
}

struct Reader {
    /// The objects that the value is inside of.
    above: Vec<JsValue>,
    /// Objects that may still be read.
    rest: u32,
}

impl Reader {
    fn read(&mut self, value: &JsValue) -> Value {
        if let Some(text) = value.as_string() {
            return Value::Text(text);
        }
        if let Some(number) = value.as_f64() {
            return Value::Number(number);
        }
        if let Some(flag) = value.as_bool() {
            return Value::Bool(flag);
        }
        if !value.is_object() || self.above.len() >= MAX_DEPTH {
            return Value::Null;
        }
        if self.above.contains(value) {
            self.rest = self.rest.min(MAX_OBJECTS_IN_CIRCLES);
            return Value::Null;
        }
        let Some(rest) = self.rest.checked_sub(1) else { return Value::Null };
        self.rest = rest;
        self.above.push(value.clone());
        let object = self.read_object(value);
        self.above.pop();
        object
    }

    fn read_object(&mut self, object: &JsValue) -> Value {
        // Dates and their like say themselves what they are in JSON.
        let to_json = object.unchecked_ref::<Stringified>().to_json().unwrap_or_default();
        if let Some(to_json) = to_json.dyn_ref::<Function>() {
            return to_json.call0(object).map_or(Value::Null, |json| self.read(&json));
        }
        let parts = parts_of(object);
        let mut parts = parts.iter();
        if parts.next().is_some_and(|is_list| is_list.is_truthy()) {
            return Value::List(parts.map(|item| self.read(&item)).collect_vec());
        }
        let mut members = Vec::new();
        while let (Some(key), Some(member)) = (parts.next(), parts.next()) {
            members.push((key.as_string().unwrap_or_default(), self.read(&member)));
        }
        Value::Object(Members::from_distinct(members))
    }
}
