//! Camera and microphone, and streams of one kind.

use crate::browser::page::NAVIGATOR;
use crate::handles::Handles;
use js_sys::{Array, Promise};
use skylink_core::{CapturedStream, Kind};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MediaStream, MediaStreamTrack};

/// Asks for camera and microphone.
///
/// # Errors
/// Where the page has no access to devices, or the constraints are no constraints.
pub fn get_user_media(constraints: &JsValue) -> Result<Promise, JsValue> {
    NAVIGATOR.with(|navigator| {
        navigator.media_devices()?.get_user_media_with_constraints(constraints.unchecked_ref())
    })
}

/// Tracks of a stream.
pub fn tracks(stream: &MediaStream) -> impl Iterator<Item = MediaStreamTrack> {
    stream.get_tracks().into_iter().map(JsCast::unchecked_into)
}

/// Stops all tracks of a stream.
pub fn stop(stream: &MediaStream) {
    for track in tracks(stream) {
        track.stop();
    }
}

/// A stream split into a new one for each kind, audio first (peer behaviour 2.1).
pub fn split(stream: &MediaStream, handles: &Handles) -> Vec<CapturedStream> {
    let mut streams = Vec::new();
    for (kind, tracks) in [(Kind::Audio, stream.get_audio_tracks()), (Kind::Video, stream.get_video_tracks())]
    {
        if let Some(stream) = one_kind(&tracks) {
            let stream_id = stream.id();
            streams.push(CapturedStream { handle: handles.keep(stream.into()), stream_id, kind });
        }
    }
    streams
}

fn one_kind(tracks: &Array) -> Option<MediaStream> {
    (tracks.length() > 0).then(|| MediaStream::new_with_tracks(tracks).ok()).flatten()
}

/// `[audio, video]` as new streams of one kind, `null` for a missing kind.
pub fn split_pair(stream: &MediaStream) -> JsValue {
    let of = |tracks: Array| one_kind(&tracks).map_or(JsValue::NULL, JsValue::from);
    Array::of2(&of(stream.get_audio_tracks()), &of(stream.get_video_tracks())).into()
}
