//! What a promise comes to.

use crate::reports::reports;
use js_sys::Promise;
use skylink_wasm::browser::page::follow;
use wasm_bindgen::prelude::*;

/// Waits for a promise that fulfils.
pub async fn fulfilled(promise: &Promise) -> JsValue {
    settled(promise).await.unwrap()
}

/// Waits for a promise.
pub async fn settled(promise: &Promise) -> Result<JsValue, JsValue> {
    let (report, mut settlings) = reports();
    let settled = Closure::<dyn Fn(u32, bool, JsValue)>::new(move |_, ok, value| report((ok, value)));
    follow(promise, 0, settled.as_ref().unchecked_ref());
    let (ok, value) = settlings.next().await;
    if ok {
        Ok(value)
    } else {
        Err(value)
    }
}
