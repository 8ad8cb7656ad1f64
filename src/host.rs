//! What the JavaScript part of the package does for the shell.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Listeners, log and error texts live in JavaScript.
    #[derive(Clone, Debug)]
    pub type Host;

    /// Calls the app's listeners. Does not throw.
    #[wasm_bindgen(method)]
    pub fn dispatch(this: &Host, name: &str, detail: &JsValue);

    /// Whether the app listens to events of that name.
    #[wasm_bindgen(method)]
    pub fn hears(this: &Host, name: &str) -> bool;

    /// Tells the app's listeners of a message; with a time it went through the server. Does not throw.
    #[wasm_bindgen(method)]
    pub fn message(
        this: &Host,
        about: &JsValue,
        target: &JsValue,
        content: &JsValue,
        is_private: bool,
        time: f64,
        sender: Option<String>,
        peers: &JsValue,
    );

    /// Writes a log line: level and code as numbers, and what it is about.
    #[wasm_bindgen(method)]
    pub fn log(this: &Host, level: u32, code: u32, details: &JsValue);

    /// Makes an `Error` from its code, the gap in its text and further members.
    #[wasm_bindgen(method)]
    pub fn error(this: &Host, code: u32, detail: Option<String>, extra: &JsValue) -> JsValue;
}
