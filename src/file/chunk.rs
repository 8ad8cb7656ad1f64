//! Chunks of files as they travel to and from 2.7.2: base64 (RFC 4648 section 4).

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    /// The text of a chunk, such that 2.7.2 takes it for one.
    #[wasm_bindgen(js_name = chunkOf)]
    pub fn text_of(bytes: &Uint8Array) -> JsValue;
    /// The bytes of a chunk, whatever white space is in it.
    ///
    /// # Errors
    /// The browser's, for what is no base64.
    #[wasm_bindgen(js_name = bytesOf, catch)]
    pub fn bytes_of(text: &JsValue) -> Result<Uint8Array, JsValue>;
}
