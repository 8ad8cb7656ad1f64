//! Methods about statistics.

use super::{name, Session};
use crate::convert::from_js;
use skylink_core::Call;
use wasm_bindgen::prelude::*;

impl Session {
    /// `getConnectionStatus` (public API M-04).
    pub fn get_connection_status(&self, room: &JsValue, peers: &JsValue) -> JsValue {
        let (room, peers) = (name(room), from_js(peers));
        self.promised(|promise| Call::GetConnectionStatus { promise, room, peers }, JsValue::NULL)
    }
}
