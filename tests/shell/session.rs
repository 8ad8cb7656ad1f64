use crate::host::RecordingHost;
use crate::page::is_uuid;
use crate::values::{js, json};
use skylink_core::LogCode;
use skylink_wasm::Session;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

const NOTHING: [u32; 7] = [0; 7];
const UNDEFINED: JsValue = JsValue::UNDEFINED;
const NULL: JsValue = JsValue::NULL;

#[wasm_bindgen_test]
fn begins_with_nothing() {
    let mut host = RecordingHost::new();
    let session = host.session();
    assert_eq!(session.held(), NOTHING);
    assert_eq!(host.events.arrived(), []);
}

#[wasm_bindgen_test]
fn needs_no_environment() {
    let host = RecordingHost::new();
    assert!(Session::new(host.host.clone(), &UNDEFINED).is_ok());
}

/// Public API 2.2, column "unknown room".
#[wasm_bindgen_test]
fn unknown_rooms_have_nothing() {
    let mut host = RecordingHost::new();
    let session = host.session();
    for room in [&"no such room".into(), &UNDEFINED, &NULL, &js("{}"), &5.into()] {
        for result in [
            session.leave_room(room, &UNDEFINED),
            session.lock_room(room).unwrap(),
            session.unlock_room(room).unwrap(),
            session.mute_streams(room, &UNDEFINED, None).unwrap(),
            session.set_user_data(room, &"data".into()).unwrap(),
            session.get_user_data(room, None).unwrap(),
            session.get_user_data(room, Some("peer".to_owned())).unwrap(),
            session.get_peer_info(room, None).unwrap(),
            session.get_peer_info(room, Some("peer".to_owned())).unwrap(),
            session.get_peers_in_room(room).unwrap(),
            session.get_streams(room, &UNDEFINED).unwrap(),
        ] {
            assert!(result.is_null(), "{result:?}");
        }
        assert!(session.send_message(room, &"text".into(), &UNDEFINED, None).unwrap().is_undefined());
        let lines = host.log.arrived();
        assert!(lines.len() >= 12);
        assert!(lines.iter().all(|&code| code == LogCode::UnknownRoom as u32), "{lines:?}");
    }
    assert!(session.get_user_media(&"no such room".into(), &js(r#"{"audio":true}"#)).is_undefined());
    assert!(session.get_user_media(&5.into(), &js(r#"{"audio":true}"#)).is_undefined());
    assert_eq!(session.held(), NOTHING);
    assert_eq!(host.events.arrived(), []);
}

#[wasm_bindgen_test]
async fn leaving_all_rooms_without_any_settles() {
    let host = RecordingHost::new();
    let session = host.session();
    let left = session.leave_all_rooms(&UNDEFINED).unchecked_into::<js_sys::Promise>().await.unwrap();
    assert_eq!(json(&left), "[]");
    assert_eq!(session.held(), NOTHING);
}

#[wasm_bindgen_test]
fn uuids_are_random() {
    let host = RecordingHost::new();
    let session = host.session();
    let (first, second) = (session.generate_uuid(), session.generate_uuid());
    assert!(is_uuid(&first) && is_uuid(&second));
    assert_ne!(first, second);
}
