//! Streams that apps hand over, and captures outside any room (public API M-19, M-20, M-39).

use crate::browser::capture::{get_user_media, split, stop};
use crate::convert::members_to_js;
use crate::driver::Driver;
use js_sys::{Array, Promise, JSON};
use skylink_core::{ErrorCode, Prefetched, SkylinkError};
use skylink_protocol::{Object as Members, Value};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MediaStream;

/// Reads `joinRoom`'s arguments: streams may be the first or the second one, not both.
pub(crate) fn prefetched(driver: &Driver, options: &JsValue, streams: &JsValue) -> Prefetched {
    let first = options.is_instance_of::<MediaStream>() || options.is_instance_of::<Array>();
    let given = match (first, streams.is_undefined() || streams.is_null()) {
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
    let split: Vec<_> = usable.flat_map(|stream| split(&stream, &driver.handles)).collect();
    if split.is_empty() {
        Prefetched::Invalid
    } else {
        Prefetched::Streams(split)
    }
}

/// Captures with the browser's own constraints; gives `[audio, video]`.
pub(crate) fn prefetch(driver: &Driver, constraints: &JsValue) -> JsValue {
    let promise = if constraints.is_object() {
        get_user_media(constraints)
    } else {
        let shown = format_value(constraints);
        let error = SkylinkError::with_detail(ErrorCode::InvalidMediaOptions, shown);
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

/// The value as a text shows it.
fn format_value(value: &JsValue) -> String {
    if value.is_undefined() {
        "undefined".to_owned()
    } else {
        JSON::stringify(value).map(String::from).unwrap_or_default()
    }
}
