//! Streams that apps hand over, and captures outside any room (public API M-19, M-20, M-39).

use crate::browser::capture::{get_user_media, split, stop};
use crate::convert::{from_js, members_to_js, to_js};
use crate::driver::Driver;
use js_sys::{Array, Promise, JSON};
use skylink_core::{ErrorCode, MediaToSend, Prefetched, SkylinkError};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::{Object as Members, Value};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MediaStream;

/// Reads `joinRoom`'s arguments: streams may be the first or the second one, not both.
pub(crate) fn prefetched(driver: &Driver, options: &JsValue, streams: &JsValue) -> Prefetched {
    let first = options.is_instance_of::<MediaStream>() || options.is_instance_of::<Array>();
    let given = match (first, streams.is_falsy()) {
        (false, true) => return Prefetched::None,
        (true, false) => return Prefetched::Invalid,
        (true, true) => options,
        (false, false) => streams,
    };
    let items = match given.dyn_ref::<Array>() {
        Some(items) => items.clone(),
        None => Array::of1(given),
    };
    let usable =
        items.iter().filter_map(|item| item.dyn_into::<MediaStream>().ok()).filter(MediaStream::active);
    let split: Vec<_> = usable.flat_map(|stream| split(&stream, &driver.handles)).collect_vec();
    if split.is_empty() {
        Prefetched::Invalid
    } else {
        Prefetched::Streams(split)
    }
}

/// Reads `sendStream`'s argument: options, a stream, or a list of streams, in which `getUserMedia` may
/// have put `null` for a missing kind.
pub(crate) fn to_send(driver: &Driver, options: &JsValue) -> MediaToSend {
    let read = |stream: &MediaStream| split(stream, &driver.handles);
    if let Some(stream) = options.dyn_ref::<MediaStream>() {
        return if stream.active() { MediaToSend::Stream(read(stream)) } else { MediaToSend::Inactive };
    }
    let Some(items) = options.dyn_ref::<Array>() else {
        let is_object = options.is_object();
        return if is_object {
            MediaToSend::Options(from_js(options))
        } else {
            MediaToSend::Invalid(shown(options))
        };
    };
    let given = items.iter().filter(|item| !item.is_null() && !item.is_undefined());
    let Ok(streams) = given.map(JsCast::dyn_into).collect::<Result<Vec<MediaStream>, _>>() else {
        return MediaToSend::NoStreams;
    };
    if streams.iter().all(MediaStream::active) {
        MediaToSend::Streams(streams.iter().map(read).collect_vec())
    } else {
        MediaToSend::Inactive
    }
}

/// Options for a capture; without any it is for sound and picture, as documented.
pub(crate) fn media_options(options: &JsValue) -> Value {
    if options.is_undefined() {
        Members::new().with("audio", true).with("video", true).into()
    } else {
        from_js(options)
    }
}

/// Captures with the browser's own constraints; gives `[audio, video]`.
pub(crate) fn prefetch(driver: &Driver, constraints: &JsValue) -> JsValue {
    let promise = if constraints.is_undefined() {
        get_user_media(&to_js(&media_options(constraints), None))
    } else if constraints.is_object() {
        get_user_media(constraints)
    } else {
        let error = SkylinkError::with_detail(ErrorCode::InvalidMediaOptions, shown(constraints));
        Err(driver.error(&error))
    };
    match promise {
        Ok(promise) => driver.prefetch(&promise).into(),
        Err(error) => Promise::reject(&error).into(),
    }
}

/// Stops a stream that was captured outside any room and tells the app.
pub(crate) fn stop_prefetched(driver: &Driver, stream: &JsValue) {
    let Some(stream) = stream.dyn_ref::<MediaStream>() else { return };
    stop(stream);
    let detail = Members::new()
        .with("room", Value::Null)
        .with("peerId", Value::Null)
        .with("peerInfo", Value::Null)
        .with("isSelf", true)
        .with("isAudio", stream.get_audio_tracks().length() > 0)
        .with("isVideo", stream.get_video_tracks().length() > 0)
        .with("streamId", stream.id());
    driver.host.dispatch("streamEnded", &members_to_js(&detail, None));
}

/// The value as a template shows it; what is not given counts as `null`.
fn shown(value: &JsValue) -> String {
    let value = if value.is_undefined() { &JsValue::NULL } else { value };
    value.as_string().unwrap_or_else(|| JSON::stringify(value).map(String::from).unwrap_or_default())
}
