//! Streams of the browser's fake camera and microphone.

use crate::values::js;
use skylink_wasm::browser::capture::{get_user_media, stop, tracks};
use skylink_wasm::convert::text;
use std::ops::Deref;
use wasm_bindgen::JsCast;
use web_sys::MediaStream;

/// Small pictures, since test machines are.
pub const AUDIO_AND_VIDEO: &str =
    r#"{"audio":true,"video":{"width":160,"height":120,"frameRate":{"max":5}}}"#;

/// A captured stream; dropping it stops it.
pub struct Captured(MediaStream);

impl Captured {
    pub async fn new(constraints: &str) -> Self {
        let stream = get_user_media(&js(constraints)).unwrap().await.unwrap();
        Self(stream.unchecked_into())
    }
}

impl Deref for Captured {
    type Target = MediaStream;

    fn deref(&self) -> &MediaStream {
        &self.0
    }
}

impl Drop for Captured {
    fn drop(&mut self) {
        stop(&self.0);
    }
}

/// Kinds of a stream's tracks.
pub fn kinds(stream: &MediaStream) -> Vec<String> {
    tracks(stream).map(|track| track.kind()).collect()
}

/// Whether each track of a stream is over.
pub fn has_ended(stream: &MediaStream) -> bool {
    tracks(stream).all(|track| text(&track, "readyState") == "ended")
}
