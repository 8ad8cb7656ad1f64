use crate::constructed::Constructed;
use crate::fake_camera::{has_ended, Captured, AUDIO_AND_VIDEO};
use crate::host::{Event, RecordingHost};
use crate::page_errors::PageErrors;
use crate::reports::reports;
use crate::task::next_task;
use crate::timer::passed;
use crate::values::{js, json};
use js_sys::{Array, Promise};
use skylink_core::ErrorCode;
use skylink_wasm::browser::page::now;
use skylink_wasm::browser::request::Request;
use skylink_wasm::convert::{get, text};
use skylink_wasm::Session;
use std::cell::OnceCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::MediaStream;

const NOTHING: [u32; 7] = [0; 7];
const UNDEFINED: JsValue = JsValue::UNDEFINED;
/// Nobody listens there.
const NO_SERVER: &str = "//127.0.0.1:2";

/// A room server that answers each request with one document of the test page's own server.
fn answering(document: &str) -> String {
    let host = text(&get(&js_sys::global(), "location"), "host");
    format!("//{host}/{document}?")
}

fn join(session: &Session, room_server: &str, options: &str, streams: &JsValue) -> Promise {
    let init = js(&format!(r#"{{"appKey":"key","forceSSL":false,"roomServer":"{room_server}"}}"#));
    session.join_room(&init, &js(options), streams)
}

async fn refusal(promise: Promise) -> JsValue {
    promise.await.unwrap_err()
}

fn code(error: &JsValue) -> Option<f64> {
    get(error, "code").as_f64()
}

fn is(error: &JsValue, expected: ErrorCode) -> bool {
    code(error) == Some(f64::from(expected as u32))
}

/// `readyState` of each `readyStateChange`.
fn ready_states(events: &[Event]) -> Vec<f64> {
    let changes = events.iter().filter(|event| event.name == "readyStateChange");
    changes.filter_map(|event| get(&event.detail, "readyState").as_f64()).collect()
}

#[wasm_bindgen_test]
async fn a_server_out_of_reach_rejects_with_the_hosts_error() {
    let mut host = RecordingHost::new();
    let session = host.session();
    let joined = join(&session, NO_SERVER, r#"{"roomName":"Room"}"#, &UNDEFINED);
    let [begin]: [Event; 1] = host.events.arrived().try_into().unwrap();
    assert_eq!(json(&begin.detail), r#"{"readyState":1,"error":null,"room":{"roomName":"Room"}}"#);
    assert_eq!(session.held(), [0, 1, 1, 1, 1, 0, 0]);

    let error = refusal(joined).await;
    assert!(is(&error, ErrorCode::ApiUnreachable));
    assert_eq!(text(&error, "message"), "made by the host");
    assert_ne!(text(&error, "detail"), "");
    let [end]: [Event; 1] = host.events.arrived().try_into().unwrap();
    assert_eq!(get(&end.detail, "readyState"), -1);
    assert_eq!(get(&end.detail, "room"), "Room");
    let content = get(&get(&end.detail, "error"), "content");
    assert!(is(&content, ErrorCode::ApiUnreachable));
    assert_eq!(session.held(), NOTHING);
}

#[wasm_bindgen_test]
async fn answers_of_the_server_are_understood() {
    let cases = [
        ("no/such/document", ErrorCode::ApiRefused, vec![1.0, -1.0]),
        ("", ErrorCode::ApiInvalidResponse, vec![1.0, -1.0]),
        ("tests/shell/room-without-server.json", ErrorCode::SocketFailed, vec![1.0, 2.0]),
    ];
    for (document, expected, states) in cases {
        let mut host = RecordingHost::new();
        let session = host.session();
        let error = refusal(join(&session, &answering(document), r#"{"roomName":"r"}"#, &UNDEFINED)).await;
        assert!(is(&error, expected), "{document}: {:?}", code(&error));
        assert_eq!(ready_states(&host.events.arrived()), states, "{document}");
        assert_eq!(session.held(), NOTHING, "{document}");
    }
}

#[wasm_bindgen_test]
async fn failing_joins_leave_nothing_behind() {
    let host = RecordingHost::new();
    let session = host.session();
    for round in 0..20 {
        let server =
            if round % 2 == 0 { NO_SERVER } else { &answering("tests/shell/room-without-server.json") };
        refusal(join(&session, server, r#"{"roomName":"r"}"#, &UNDEFINED)).await;
        assert_eq!(session.held(), NOTHING, "round {round}");
    }
}

#[wasm_bindgen_test]
async fn joins_need_a_room_and_usable_streams() {
    let host = RecordingHost::new();
    let session = host.session();
    assert!(is(&refusal(join(&session, NO_SERVER, "{}", &UNDEFINED)).await, ErrorCode::NoRoomName));

    let init = js(r#"{"appKey":"key","defaultRoom":"r"}"#);
    let captured = Captured::new(AUDIO_AND_VIDEO).await;
    let stream: &JsValue = &captured;
    let inactive = MediaStream::new().unwrap();
    for (options, streams) in [
        (js("{}"), js("{}")),
        (js("{}"), js("[]")),
        (js("{}"), inactive.into()),
        (stream.clone(), stream.clone()),
    ] {
        let error = refusal(session.join_room(&init, &options, &streams)).await;
        assert!(is(&error, ErrorCode::InvalidPrefetchedStreams));
    }
    assert_eq!(session.held(), NOTHING);
}

#[wasm_bindgen_test]
async fn the_apps_own_streams_survive_a_failing_join() {
    let captured = Captured::new(AUDIO_AND_VIDEO).await;
    let host = RecordingHost::new();
    let session = host.session();
    let joined = join(&session, NO_SERVER, r#"{"roomName":"r"}"#, &captured);
    assert_eq!(session.held(), [2, 1, 1, 1, 1, 0, 0]);
    refusal(joined).await;
    assert_eq!(session.held(), NOTHING);
    assert!(captured.active());
}

/// Whether the camera is granted before the socket fails, or for a room that is gone.
#[wasm_bindgen_test]
async fn what_a_failing_join_captured_is_stopped() {
    let (captures, streams) = (Constructed::by_capturing(), Constructed::by("MediaStream"));
    let host = RecordingHost::new();
    let session = host.session();
    let options = format!(r#"{{"roomName":"r",{}"#, &AUDIO_AND_VIDEO[1..]);
    let server = answering("tests/shell/room-without-server.json");
    let error = refusal(join(&session, &server, &options, &UNDEFINED)).await;
    assert!(is(&error, ErrorCode::SocketFailed));
    captures.only::<Promise>().await.unwrap();
    next_task().await;
    let streams = streams.all::<MediaStream>();
    assert_eq!(streams.len(), 2);
    assert!(streams.iter().all(has_ended));
    assert_eq!(session.held(), NOTHING);
}

#[wasm_bindgen_test]
async fn leaving_ends_a_join() {
    let host = RecordingHost::new();
    let session = host.session();
    let joined = join(&session, NO_SERVER, r#"{"roomName":"Room"}"#, &UNDEFINED);
    let left = session.leave_room(&"room".into(), &UNDEFINED).unchecked_into::<Promise>();
    assert_eq!(left.await.unwrap(), "Room");
    assert!(is(&refusal(joined).await, ErrorCode::LeftDuringJoin));
    next_task().await;
    assert_eq!(session.held(), NOTHING);
}

#[wasm_bindgen_test]
async fn two_calls_wait_for_one_join() {
    let mut host = RecordingHost::new();
    let session = host.session();
    let joins = [(); 2].map(|()| join(&session, NO_SERVER, r#"{"roomName":"r"}"#, &UNDEFINED));
    assert_eq!(session.held(), [0, 2, 1, 1, 1, 0, 0]);
    for joined in joins {
        assert!(is(&refusal(joined).await, ErrorCode::ApiUnreachable));
    }
    assert_eq!(ready_states(&host.events.arrived()), [1.0, -1.0]);
    assert_eq!(session.held(), NOTHING);
}

#[wasm_bindgen_test]
async fn what_a_listener_causes_comes_behind() {
    let slot: Rc<OnceCell<Session>> = Rc::default();
    let weak: Weak<OnceCell<Session>> = Rc::downgrade(&slot);
    let (report, mut steps) = reports();
    let mut host = RecordingHost::with_listener(move |event| {
        let Some(slot) = weak.upgrade() else { return };
        let (session, room) = (slot.get().unwrap(), get(&event.detail, "room"));
        if text(&room, "roomName") == "first" {
            report("listener begins".to_owned());
            let _ = join(session, NO_SERVER, r#"{"roomName":"second"}"#, &UNDEFINED);
            report("listener ends".to_owned());
        } else {
            report(json(&room));
        }
    });
    assert!(slot.set(host.session()).is_ok());
    let session = slot.get().unwrap();
    refusal(join(session, NO_SERVER, r#"{"roomName":"first"}"#, &UNDEFINED)).await;
    assert_eq!(host.events.arrived().len(), 3);
    let steps = steps.arrived();
    let expected = ["listener begins", "listener ends", r#"{"roomName":"second"}"#, r#""first""#];
    assert_eq!(steps[..4], expected);
}

/// What the browser still has to answer meets nobody.
#[wasm_bindgen_test]
async fn a_dropped_session_is_silent() {
    let mut errors = PageErrors::watch();
    let captures = Constructed::by_capturing();
    let mut host = RecordingHost::new();
    let session = host.session();
    let _pending = join(&session, NO_SERVER, r#"{"roomName":"r"}"#, &UNDEFINED);
    let _pair = session.get_user_media(&UNDEFINED, &js(AUDIO_AND_VIDEO));
    host.events.arrived();
    drop(session);
    let stream = captures.only::<Promise>().await.unwrap();
    next_task().await;
    assert!(has_ended(stream.unchecked_ref()));
    let (_request, unreachable) = Request::get(&format!("http:{NO_SERVER}/"), &[]).unwrap();
    refusal(unreachable).await;
    passed(now() + 10.0).await;
    assert_eq!(host.events.arrived(), []);
    errors.assert_none();
}

#[wasm_bindgen_test]
async fn several_rooms_are_joined_side_by_side() {
    let mut host = RecordingHost::new();
    let session = host.session();
    let joins: Array = ["a", "b", "c"]
        .map(|room| join(&session, NO_SERVER, &format!(r#"{{"roomName":"{room}"}}"#), &UNDEFINED))
        .iter()
        .collect();
    assert_eq!(session.held(), [0, 3, 3, 3, 1, 0, 0]);
    Promise::all_settled(&joins).await.unwrap();
    assert_eq!(ready_states(&host.events.arrived()), [1.0, 1.0, 1.0, -1.0, -1.0, -1.0]);
    assert_eq!(session.held(), NOTHING);
}
