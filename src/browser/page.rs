//! Functions of the page itself.

use js_sys::{Function, Promise, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    /// Milliseconds since 1970, from a clock that never goes back.
    pub fn now() -> f64;
    /// Calls `settled(number, ok, value)` when the promise settles.
    pub fn follow(promise: &Promise, number: u32, settled: &Function);
    #[wasm_bindgen(js_name = fillRandom)]
    fn fill_random(bytes: &Uint8Array);
    /// Whether [`derive_key`] works: on secure pages only.
    #[wasm_bindgen(js_name = canDeriveKeys)]
    pub fn can_derive_keys() -> bool;
    /// Fulfils with 32 bytes made out of a secret by PBKDF2 with HMAC-SHA-256.
    #[wasm_bindgen(js_name = deriveKey)]
    pub fn derive_key(secret: &str, salt: Uint8Array, rounds: u32) -> Promise;
    /// Encrypts with the browser's AES; fulfils with the text that goes over the wire.
    pub fn seal(
        mark: &str,
        head: &[u8],
        plain: &[u8],
        is_gcm: bool,
        key: &[u8],
        initial: &[u8],
        associated: &[u8],
    ) -> Promise;
    /// Decrypts with it; fulfils with the content.
    pub fn open(
        text: &str,
        head: usize,
        is_gcm: bool,
        key: &[u8],
        initial: &[u8],
        associated: &[u8],
    ) -> Promise;
    /// Posts a document.
    #[wasm_bindgen(js_name = postJson)]
    pub fn post_json(url: &str, body: &str);
    #[wasm_bindgen(js_name = getJson)]
    pub(crate) fn get_json(url: &str, headers: &JsValue, signal: &AbortSignal) -> Promise;
}

#[wasm_bindgen]
extern "C" {
    /// Hands an error to `window.onerror`.
    #[wasm_bindgen(js_name = reportError)]
    pub fn report_error(error: &JsValue);
    #[wasm_bindgen(js_name = setTimeout)]
    pub(crate) fn set_timeout(callback: &Function, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    pub(crate) fn clear_timeout(timer: &JsValue);
    #[wasm_bindgen(thread_local_v2, js_name = navigator)]
    pub(crate) static NAVIGATOR: web_sys::Navigator;
}

/// How many random bytes are fetched at once: asking takes as long as encrypting a short message.
const RANDOM_BYTES: u32 = 1024;

thread_local! {
    static RANDOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Fresh random bytes.
pub fn random_bytes<const COUNT: usize>() -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    RANDOM.with_borrow_mut(|waiting| {
        for byte in &mut bytes {
            if waiting.is_empty() {
                let filled = Uint8Array::new_with_length(RANDOM_BYTES);
                fill_random(&filled);
                *waiting = filled.to_vec();
            }
            *byte = waiting.pop().unwrap_or_default();
        }
    });
    bytes
}

/// A random id (RFC 9562 version 4).
pub fn random_uuid() -> String {
    uuid::Builder::from_random_bytes(random_bytes())
        .into_uuid()
        .hyphenated()
        .encode_lower(&mut [0; 36])
        .to_owned()
}
