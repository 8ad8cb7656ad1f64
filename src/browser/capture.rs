//! Camera and microphone, and streams of one kind.

use crate::browser::listener::Listener;
use crate::browser::page::NAVIGATOR;
use crate::convert::text;
use crate::handles::Handles;
use js_sys::{Array, Promise};
use skylink_core::{CapturedStream, Kind};
use skylink_protocol::lists::CollectVec as _;
use wasm_bindgen::prelude::*;
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

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    /// Asks for a screen.
    #[wasm_bindgen(js_name = getDisplayMedia)]
    pub fn get_display_media(constraints: &JsValue) -> Promise;
    /// The cameras, microphones and loudspeakers.
    #[wasm_bindgen(js_name = getStreamSources)]
    pub fn get_stream_sources() -> Promise;
}

/// Tracks of a stream.
pub fn tracks(stream: &MediaStream) -> impl Iterator<Item = MediaStreamTrack> {
    stream.get_tracks().into_iter().map(JsCast::unchecked_into)
}

/// Tracks of a kind of a stream.
pub fn tracks_of(stream: &MediaStream, kind: Kind) -> Array {
    match kind {
        Kind::Audio => stream.get_audio_tracks(),
        Kind::Video => stream.get_video_tracks(),
    }
}

/// Tells when the tracks of a kind have all ended by themselves.
pub fn watch(stream: &MediaStream, kind: Kind, ended: impl Fn() + Clone + 'static) -> Vec<Listener> {
    let tracks = tracks_of(stream, kind);
    let all = tracks.clone();
    let check = move || {
        if all.iter().all(|track| text(&track, "readyState") == "ended") {
            ended();
        }
    };
    let listen = |track: JsValue| {
        let check = check.clone();
        Listener::new(track.unchecked_ref(), "ended", move |_| check())
    };
    let listeners = tracks.iter().map(listen).collect_vec();
    // They may be over by now.
    check();
    listeners
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
            streams.push(captured(&stream, kind, handles));
        }
    }
    streams
}

/// A stream as the core knows it.
pub fn captured(stream: &MediaStream, kind: Kind, handles: &Handles) -> CapturedStream {
    let track_id = text(&tracks_of(stream, kind).get(0), "id");
    CapturedStream { handle: handles.keep(stream.into()), stream_id: stream.id(), track_id, kind }
}

/// The sound of a stream as a stream of its own.
pub fn sound_of(stream: &MediaStream, handles: &Handles) -> Option<CapturedStream> {
    let sound = one_kind(&stream.get_audio_tracks())?;
    Some(captured(&sound, Kind::Audio, handles))
}

fn one_kind(tracks: &Array) -> Option<MediaStream> {
    (tracks.length() > 0).then(|| MediaStream::new_with_tracks(tracks).ok()).flatten()
}

/// `[audio, video]` as new streams of one kind, `null` for a missing kind.
pub fn split_pair(stream: &MediaStream) -> JsValue {
    let of = |tracks: Array| one_kind(&tracks).map_or(JsValue::NULL, JsValue::from);
    Array::of2(&of(stream.get_audio_tracks()), &of(stream.get_video_tracks())).into()
}
