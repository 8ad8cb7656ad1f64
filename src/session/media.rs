//! Sending and stopping streams and screens.

use super::{name, Session};
use crate::browser::capture::get_stream_sources;
use crate::convert::from_js;
use crate::media_calls;
use js_sys::Promise;
use skylink_core::Call;
use wasm_bindgen::prelude::*;

impl Session {
    /// `getStreamSources` (public API M-17).
    pub fn get_stream_sources(&self) -> Promise {
        get_stream_sources()
    }

    /// `sendStream` (public API M-31).
    pub fn send_stream(&self, room: &JsValue, options: &JsValue) -> JsValue {
        let media = media_calls::to_send(&self.driver, options);
        self.promised(|promise| Call::SendStream { promise, room: name(room), media }, JsValue::NULL)
    }

    /// `stopStreams` (public API M-43).
    pub fn stop_streams(&self, room: &JsValue, stream_id: Option<String>) -> JsValue {
        let stream_id = stream_id.filter(|id| !id.is_empty());
        self.promised(|promise| Call::StopStreams { promise, room: name(room), stream_id }, JsValue::NULL)
    }

    /// `shareScreen` (public API M-36).
    pub fn share_screen(&self, room: &JsValue, options: &JsValue) -> JsValue {
        let options = from_js(options);
        self.promised(|promise| Call::ShareScreen { promise, room: name(room), options }, JsValue::NULL)
    }

    /// `stopScreen` (public API M-42).
    ///
    /// # Errors
    /// None; it is called as methods are that do not return promises.
    pub fn stop_screen(&self, room: &JsValue) -> Result<JsValue, JsValue> {
        self.called(Call::StopScreen { room: name(room) })
    }
}
