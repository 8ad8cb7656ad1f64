//! A request to the API server.

use crate::browser::page::get_json;
use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use web_sys::AbortController;

/// A running request; dropping it gives it up.
#[derive(Debug)]
pub struct Request(AbortController);

impl Request {
    /// Asks for a JSON document. The promise fulfils with `[status, body]`, the body `undefined`
    /// if it is not JSON.
    ///
    /// # Errors
    /// Where requests cannot be aborted.
    pub fn get(url: &str, headers: &[(&'static str, String)]) -> Result<(Self, Promise), JsValue> {
        let controller = AbortController::new()?;
        let pairs = Array::new();
        for (name, value) in headers {
            pairs.push(&Array::of2(&JsValue::from_str(name), &JsValue::from_str(value)));
        }
        let promise = get_json(url, &pairs, &controller.signal());
        Ok((Self(controller), promise))
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.0.abort();
    }
}
