use crate::fake_camera::{has_ended, kinds, Captured, AUDIO_AND_VIDEO};
use crate::host::{Event, RecordingHost};
use crate::values::{js, json};
use js_sys::{Array, Promise};
use skylink_core::ErrorCode;
use skylink_wasm::browser::capture::stop;
use skylink_wasm::convert::{get, text};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::MediaStream;

const NOTHING: [u32; 7] = [0; 7];
const UNDEFINED: JsValue = JsValue::UNDEFINED;

async fn settled(promise: JsValue) -> Result<JsValue, JsValue> {
    promise.dyn_into::<Promise>().unwrap().await
}

#[wasm_bindgen_test]
async fn captures_outside_any_room_give_a_stream_of_each_kind() {
    let mut host = RecordingHost::new();
    let session = host.session();
    let constraints = js(AUDIO_AND_VIDEO);
    for (room, options) in
        [(JsValue::NULL, &constraints), (constraints.clone(), &UNDEFINED), (UNDEFINED, &UNDEFINED)]
    {
        let promise = session.get_user_media(&room, options);
        assert_eq!(session.held(), [0, 1, 1, 0, 0, 0, 0]);
        let pair: Array = settled(promise).await.unwrap().unchecked_into();
        assert_eq!(pair.length(), 2);
        for (stream, kind) in pair.iter().zip(["audio", "video"]) {
            let stream: &MediaStream = stream.unchecked_ref();
            assert_eq!(kinds(stream), [kind]);
            stop(stream);
        }
        assert_eq!(session.held(), NOTHING);
    }
    assert_eq!(host.events.arrived(), []);
}

#[wasm_bindgen_test]
async fn a_kind_that_was_not_asked_for_is_null() {
    let host = RecordingHost::new();
    let session = host.session();
    let pair = settled(session.get_user_media(&UNDEFINED, &js(r#"{"audio":true}"#))).await.unwrap();
    let pair: Array = pair.unchecked_into();
    stop(pair.get(0).unchecked_ref());
    assert!(pair.get(1).is_null());
}

#[wasm_bindgen_test]
async fn constraints_that_are_none_reject_with_the_hosts_error() {
    let host = RecordingHost::new();
    let session = host.session();
    for (constraints, shown) in [(JsValue::NULL, "null"), (5.into(), "5"), ("camera".into(), "camera")] {
        let error = settled(session.get_user_media(&UNDEFINED, &constraints)).await.unwrap_err();
        assert_eq!(get(&error, "code"), ErrorCode::InvalidMediaOptions as u32);
        assert_eq!(text(&error, "detail"), shown);
    }
    assert_eq!(session.held(), NOTHING);
}

#[wasm_bindgen_test]
async fn the_browsers_refusal_is_passed_on() {
    let host = RecordingHost::new();
    let session = host.session();
    let too_wide = js(r#"{"video":{"width":{"exact":1000000}}}"#);
    let error = settled(session.get_user_media(&UNDEFINED, &too_wide)).await.unwrap_err();
    assert_eq!(text(&error, "name"), "OverconstrainedError");
    assert_eq!(session.held(), NOTHING);
}

/// Public API M-17, T-09.
#[wasm_bindgen_test]
async fn devices_are_listed_by_kind() {
    let host = RecordingHost::new();
    let session = host.session();
    // Names are only told to pages that may use the devices.
    let _granted = Captured::new(AUDIO_AND_VIDEO).await;
    let sources = session.get_stream_sources().await.unwrap();
    for (kind, way) in [("audio", "input"), ("audio", "output"), ("video", "input")] {
        let devices: Array = get(&get(&sources, kind), way).unchecked_into();
        assert!(devices.length() > 0, "{kind} {way}");
        for device in devices {
            assert!(["deviceId", "label", "groupId"].iter().all(|key| !text(&device, key).is_empty()));
        }
    }
}

#[wasm_bindgen_test]
async fn a_stream_cannot_be_sent_outside_a_room() {
    let host = RecordingHost::new();
    let session = host.session();
    let stream = Captured::new(AUDIO_AND_VIDEO).await;
    for media in [js(AUDIO_AND_VIDEO), stream.clone().into(), Array::of1(&stream).into(), "camera".into()] {
        let error = settled(session.send_stream(&"no such room".into(), &media)).await.unwrap_err();
        assert_eq!(get(&error, "code"), ErrorCode::NoRoomName as u32);
    }
    assert_eq!(session.held(), NOTHING);
}

/// Public API M-39.
#[wasm_bindgen_test]
async fn stopping_a_prefetched_stream_ends_it_and_tells_the_app() {
    let mut host = RecordingHost::new();
    let session = host.session();
    let stream = Captured::new(r#"{"audio":true}"#).await;
    assert!(session.stop_prefetched_stream(&stream).is_null());
    assert!(has_ended(&stream));
    let [Event { name, detail }]: [Event; 1] = host.events.arrived().try_into().unwrap();
    assert_eq!(name, "streamEnded");
    let expected = format!(
        r#"{{"room":null,"peerId":null,"peerInfo":null,"isSelf":true,"isAudio":true,"isVideo":false,"streamId":"{}"}}"#,
        stream.id()
    );
    assert_eq!(json(&detail), expected);
}

#[wasm_bindgen_test]
fn stopping_no_stream_does_nothing() {
    let mut host = RecordingHost::new();
    let session = host.session();
    for nothing in [UNDEFINED, JsValue::NULL, js("{}")] {
        assert!(session.stop_prefetched_stream(&nothing).is_null());
    }
    assert_eq!(host.events.arrived(), []);
}
