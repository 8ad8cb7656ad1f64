//! Methods about data channels.

use super::Session;
use crate::convert::from_js;
use skylink_core::Call;
use skylink_protocol::Value;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Session {
    /// `sendP2PMessage` (public API M-30).
    ///
    /// # Errors
    /// When a data channel is not open.
    #[wasm_bindgen(js_name = sendP2PMessage)]
    pub fn send_p2p_message(
        &self,
        first: &JsValue,
        second: &JsValue,
        third: &JsValue,
    ) -> Result<JsValue, JsValue> {
        self.called(Call::SendP2PMessage { first: given(first), second: given(second), third: given(third) })
    }
}

/// An argument, unless it was left out.
fn given(argument: &JsValue) -> Option<Value> {
    (!argument.is_undefined()).then(|| from_js(argument))
}
