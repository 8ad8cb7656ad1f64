//! JavaScript values, written and shown as JSON.

use js_sys::JSON;
use wasm_bindgen::JsValue;

/// The value that this JSON text stands for.
pub fn js(text: &str) -> JsValue {
    JSON::parse(text).unwrap()
}

/// The value as JSON text.
pub fn json(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}
