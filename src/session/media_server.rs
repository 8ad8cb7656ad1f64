//! Recording and live streaming by the media server (public API M-12, M-37, M-38, M-40, M-41).

use super::{name, Session};
use crate::browser::page::random_uuid;
use crate::convert::from_js;
use skylink_core::Call;
use wasm_bindgen::prelude::*;

impl Session {
    /// `startRecording` (public API M-37).
    pub fn start_recording(&self, room: &JsValue) -> JsValue {
        self.promised(|promise| Call::Record { promise, room: name(room), start: true }, JsValue::NULL)
    }

    /// `stopRecording` (public API M-40).
    pub fn stop_recording(&self, room: &JsValue) -> JsValue {
        self.promised(|promise| Call::Record { promise, room: name(room), start: false }, JsValue::NULL)
    }

    /// `getRecordings` (public API M-12).
    pub fn get_recordings(&self, room: &JsValue) -> Result<JsValue, JsValue> {
        self.called(Call::GetRecordings { room: name(room) })
    }

    /// `setVideoView`, which 2.7.2 lacks.
    pub fn set_video_view(
        &self,
        room: &JsValue,
        stream_id: &JsValue,
        view: &JsValue,
    ) -> Result<JsValue, JsValue> {
        self.called(Call::SetVideoView { room: name(room), stream_id: name(stream_id), view: from_js(view) })
    }

    /// `startRTMPSession` (public API M-38).
    pub fn start_rtmp(&self, room: &JsValue, stream_id: &JsValue, endpoint: &JsValue) -> JsValue {
        let call = |promise| Call::StartRtmp {
            promise,
            room: name(room),
            rtmp_id: random_uuid(),
            stream_id: name(stream_id),
            endpoint: name(endpoint),
        };
        self.promised(call, JsValue::NULL)
    }

    /// `stopRTMPSession` (public API M-41).
    pub fn stop_rtmp(&self, room: &JsValue, rtmp_id: &JsValue) -> JsValue {
        let rtmp_id = rtmp_id.as_string().filter(|id| !id.is_empty()).unwrap_or_else(random_uuid);
        self.promised(|promise| Call::StopRtmp { promise, room: name(room), rtmp_id }, JsValue::NULL)
    }
}
