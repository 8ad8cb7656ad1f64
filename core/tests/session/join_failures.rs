//! Each step of a join can fail; the promise rejects, nothing is left, and a second try works.

use crate::scene::{own_stream, Scene};
use crate::surroundings::json;
use skylink_core::{Call, ErrorCode, Failure, Input, Kind, Output, Prefetched, PromiseId};
use skylink_protocol::Value;

/// Joins anew after a failure: everything must be as at the first time.
fn assert_second_try_works(scene: &mut Scene) {
    scene.assert_empty();
    scene.forget();
    let promise = scene.join(r#"{"roomName":"lobby"}"#);
    scene.enter();
    assert_eq!(scene.resolution(promise), &Value::Null);
}

/// What `READY_STATE_CHANGE` -1 says: status and code.
fn error_of_ready_state(scene: &Scene) -> (f64, f64) {
    let detail = scene.detail("readyStateChange");
    assert_eq!(detail.get("readyState"), Some(&Value::Number(-1.0)));
    assert_eq!(detail.get("room"), Some(&"lobby".into()));
    let error = detail.get("error").unwrap();
    let number = |key: &str| error.get(key).and_then(Value::as_number).unwrap();
    assert!(matches!(error.get("content"), Some(Value::Handle(_))), "an Error object");
    (number("status"), number("errorCode"))
}

#[test]
fn the_api_refuses_with_a_code() {
    let mut scene = Scene::new();
    let promise = scene.join(r#"{"roomName":"lobby"}"#);
    let body = json(r#"{"success":false,"status":403,"error":4003,"info":"not from there"}"#);
    scene.answer_api_with(403, Some(body));
    assert_eq!(error_of_ready_state(&scene), (403.0, 4003.0));
    match &scene.settled[&promise] {
        Err(Failure::Error(error)) => {
            assert_eq!(error.code, ErrorCode::ApiRefused);
            assert_eq!(error.detail.as_deref(), Some("403"));
            let extra = error.extra.as_ref().unwrap();
            assert_eq!(extra.get("info"), Some(&"not from there".into()));
            assert_eq!(extra.get("error"), Some(&Value::Number(4003.0)));
        }
        other => panic!("{other:?}"),
    }
    assert_second_try_works(&mut scene);
}

#[test]
fn the_api_refuses_without_a_body() {
    let mut scene = Scene::new();
    let promise = scene.join(r#"{"roomName":"lobby"}"#);
    scene.answer_api_with(502, None);
    assert_eq!(error_of_ready_state(&scene), (502.0, 502.0));
    assert_eq!(scene.rejection(promise), ErrorCode::ApiRefused);
    assert_second_try_works(&mut scene);
}

#[test]
fn what_was_captured_before_the_api_refused_ends() {
    for comes_first in [true, false] {
        let mut scene = Scene::new();
        let promise = scene.join(r#"{"roomName":"lobby","audio":true,"video":true}"#);
        if comes_first {
            scene.grant();
        }
        scene.answer_api_with(502, None);
        assert_eq!(scene.rejection(promise), ErrorCode::ApiRefused);
        if !comes_first {
            scene.grant();
        }
        assert!(!scene.events().contains(&"mediaAccessSuccess"));
        for handle in [1, 2] {
            assert!(scene.has(&Output::StopTracks(handle)) && scene.has(&Output::Release(handle)));
        }
        assert_second_try_works(&mut scene);
    }
}

#[test]
fn a_refusal_of_the_api_counts_more_than_one_of_the_browser() {
    let mut scene = Scene::new();
    let promise = scene.join(r#"{"roomName":"lobby","video":true}"#);
    let error = scene.refuse_capture();
    scene.answer_api_with(502, None);
    assert_eq!(scene.rejection(promise), ErrorCode::ApiRefused);
    assert!(!scene.events().contains(&"mediaAccessError"));
    assert!(scene.has(&Output::Release(error)));
    assert_second_try_works(&mut scene);
}

#[test]
fn the_api_cannot_be_reached() {
    let mut scene = Scene::new();
    let promise = scene.join(r#"{"roomName":"lobby"}"#);
    scene.input(Input::ApiFailed { request: scene.request, text: "Failed to fetch".into() });
    assert_eq!(error_of_ready_state(&scene), (-1.0, -1.0));
    assert_eq!(scene.rejection(promise), ErrorCode::ApiUnreachable);
    assert_second_try_works(&mut scene);
}

#[test]
fn the_api_does_not_answer_in_time() {
    let mut scene = Scene::new();
    let promise = scene.join(r#"{"roomName":"lobby"}"#);
    let request = scene.request;
    // The report of the question goes out first.
    scene.wait();
    scene.wait();
    assert!(scene.has(&Output::AbortFetch(request)));
    assert_eq!(scene.rejection(promise), ErrorCode::ApiTimeout);
    scene.answer_api();
    assert!(!scene.outputs.iter().any(|output| matches!(output, Output::OpenSocket { .. })), "too late");
    assert_second_try_works(&mut scene);
}

#[test]
fn the_api_answers_with_something_else() {
    for body in [None, Some("<html>".into()), Some(json(r#"{"success":true}"#)), Some(json("[]"))] {
        let mut scene = Scene::new();
        let promise = scene.join(r#"{"roomName":"lobby"}"#);
        scene.answer_api_with(200, body);
        assert_eq!(error_of_ready_state(&scene), (200.0, 200.0));
        assert_eq!(scene.rejection(promise), ErrorCode::ApiInvalidResponse);
        assert_second_try_works(&mut scene);
    }
}

fn up_to_the_socket(scene: &mut Scene, options: &str) -> PromiseId {
    let promise = scene.join(options);
    scene.answer_api();
    promise
}

#[test]
fn the_socket_cannot_be_opened() {
    let mut scene = Scene::new();
    let promise = up_to_the_socket(&mut scene, r#"{"roomName":"lobby"}"#);
    scene.input(Input::SocketClosed { socket: scene.socket });
    assert_eq!(scene.rejection(promise), ErrorCode::SocketFailed);
    assert_eq!(scene.events().last(), Some(&"socketError"));
    assert!(scene.has(&Output::CloseSocket(scene.socket)));
    assert_second_try_works(&mut scene);
}

#[test]
fn the_socket_does_not_open_in_time() {
    for half_open in [false, true] {
        let mut scene = Scene::new();
        let promise = up_to_the_socket(&mut scene, r#"{"roomName":"lobby"}"#);
        if half_open {
            // The transport is there, but Socket.IO never says that it is connected.
            scene.frame(r#"0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#);
        }
        scene.wait();
        assert_eq!(scene.rejection(promise), ErrorCode::SocketFailed);
        assert!(scene.has(&Output::CloseSocket(scene.socket)));
        assert_second_try_works(&mut scene);
    }
}

#[test]
fn the_server_refuses_the_socket() {
    let mut scene = Scene::new();
    let promise = up_to_the_socket(&mut scene, r#"{"roomName":"lobby"}"#);
    scene.frame(r#"44"not allowed""#);
    assert_eq!(scene.rejection(promise), ErrorCode::SocketFailed);
    assert!(scene.events().contains(&"channelError"));
    assert_second_try_works(&mut scene);
}

#[test]
fn the_socket_closes_before_the_room_is_entered() {
    let mut scene = Scene::new();
    let promise = up_to_the_socket(&mut scene, r#"{"roomName":"lobby"}"#);
    scene.open_socket();
    scene.input(Input::SocketClosed { socket: scene.socket });
    assert_eq!(scene.rejection(promise), ErrorCode::SocketClosed);
    assert_eq!(scene.events().last(), Some(&"channelClose"));
    assert_second_try_works(&mut scene);
}

#[test]
fn the_server_does_not_let_us_in_in_time() {
    let mut scene = Scene::new();
    let promise = up_to_the_socket(&mut scene, r#"{"roomName":"lobby"}"#);
    scene.open_socket();
    scene.wait();
    assert_eq!(scene.rejection(promise), ErrorCode::JoinTimeout);
    assert_eq!(scene.sent_types().last().map(String::as_str), Some("bye"), "the server may still let us in");
    assert_second_try_works(&mut scene);
}

fn redirect(action: &str, reason: &str) -> Value {
    json(&format!(
        r#"{{"type":"redirect","rid":"rid-of-lobby","action":"{action}","reason":"{reason}","info":"no"}}"#
    ))
}

#[test]
fn the_server_refuses_the_room() {
    for (action, reason, code) in [
        ("reject", "locked", ErrorCode::RoomLocked),
        ("locked", "locked", ErrorCode::RoomLocked),
        ("reject", "expired", ErrorCode::RoomRefused),
        ("reject", "credentialError", ErrorCode::RoomRefused),
    ] {
        let mut scene = Scene::new();
        let promise = up_to_the_socket(&mut scene, r#"{"roomName":"lobby"}"#);
        scene.open_socket();
        scene.receive(redirect(action, reason));
        assert_eq!(scene.rejection(promise), code);
        let detail = scene.detail("systemAction");
        assert_eq!(detail.get("reason"), Some(&reason.into()));
        assert_second_try_works(&mut scene);
    }
}

#[test]
fn a_warning_does_not_end_a_join_and_no_redirect_ends_a_stay() {
    let mut scene = Scene::new();
    let promise = up_to_the_socket(&mut scene, r#"{"roomName":"lobby"}"#);
    scene.open_socket();
    scene.receive(redirect("warning", "toclose"));
    assert!(scene.settled.is_empty());
    scene.let_in();
    assert_eq!(scene.resolution(promise), &Value::Null);
    scene.receive(redirect("reject", "roomclose"));
    assert_eq!(scene.detail("systemAction").get("action"), Some(&"reject".into()));
    let members = scene.call(Call::GetPeersInRoom { room: "lobby".into() }).unwrap();
    assert!(members.get("me").is_some());
}

#[test]
fn media_are_refused_and_audio_alone_is_granted() {
    let mut scene = Scene::new();
    let promise = up_to_the_socket(&mut scene, r#"{"roomName":"lobby","audio":true,"video":true}"#);
    scene.open_socket();
    scene.forget();
    let error = scene.refuse_capture();
    assert_eq!(scene.events(), ["mediaAccessFallback"]);
    assert_eq!(scene.detail("mediaAccessFallback").get("state"), Some(&Value::Number(0.0)));
    scene.grant();
    assert_eq!(scene.detail("mediaAccessSuccess").get("isAudioFallback"), Some(&true.into()));
    assert!(scene.has(&Output::Release(error)));
    scene.let_in();
    assert!(matches!(scene.resolution(promise).as_list().unwrap(), [Value::Handle(_), Value::Null]));
}

#[test]
fn media_are_refused_altogether() {
    let mut scene = Scene::new();
    let promise = up_to_the_socket(&mut scene, r#"{"roomName":"lobby","audio":true,"video":true}"#);
    scene.open_socket();
    scene.forget();
    let first = scene.refuse_capture();
    let second = scene.refuse_capture();
    assert_eq!(scene.events(), ["mediaAccessFallback", "mediaAccessError", "mediaAccessFallback"]);
    assert_eq!(scene.detail("mediaAccessError").get("isAudioFallbackError"), Some(&true.into()));
    assert_eq!(scene.detail("mediaAccessFallback").get("state"), Some(&Value::Number(-1.0)));
    assert_eq!(scene.settled[&promise], Err(Failure::Browser(second)));
    assert!(scene.has(&Output::Release(first)) && scene.has(&Output::Release(second)));
    assert_second_try_works(&mut scene);
}

#[test]
fn there_is_no_fallback_where_none_is_wanted_or_possible() {
    for (init, options) in [
        (r#"{"appKey":"demo","audioFallback":false}"#, r#"{"roomName":"lobby","audio":true,"video":true}"#),
        (r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby","video":true}"#),
    ] {
        let mut scene = Scene::new();
        let promise = scene.join_with(init, options, Prefetched::None);
        scene.answer_api();
        scene.open_socket();
        scene.forget();
        let error = scene.refuse_capture();
        assert_eq!(scene.events(), ["mediaAccessError"]);
        assert_eq!(scene.settled[&promise], Err(Failure::Browser(error)));
        assert_second_try_works(&mut scene);
    }
}

#[test]
fn streams_captured_for_a_join_that_fails_are_stopped() {
    for socket_fails in [true, false] {
        let mut scene = Scene::new();
        up_to_the_socket(&mut scene, r#"{"roomName":"lobby","audio":true}"#);
        if socket_fails {
            scene.grant();
            scene.input(Input::SocketClosed { socket: scene.socket });
        } else {
            // The answer of the browser comes when nobody wants it any more.
            scene.input(Input::SocketClosed { socket: scene.socket });
            scene.grant();
        }
        assert!(scene.has(&Output::StopTracks(1)) && scene.has(&Output::Release(1)));
        assert_second_try_works(&mut scene);
    }
}

/// A screen that is shared while the room is joined.
fn share_screen(scene: &mut Scene, handle: u32) {
    let promise = scene.promise();
    scene.call(Call::ShareScreen { promise, room: "lobby".into(), options: json("true") });
    let screen = own_stream(handle, "screen", Kind::Video);
    scene.input(Input::ScreenCaptured { request: scene.capture, screen, sound: None, settings: json("{}") });
    assert_eq!(scene.resolution(promise), &Value::Handle(handle));
}

#[test]
fn what_was_captured_beside_a_join_that_fails_is_stopped() {
    let mut scene = Scene::new();
    up_to_the_socket(&mut scene, r#"{"roomName":"lobby"}"#);
    share_screen(&mut scene, 70);
    let promise = scene.promise();
    scene.call(Call::GetUserMedia { promise, room: "lobby".into(), options: json(r#"{"audio":true}"#) });
    scene.grant();
    scene.input(Input::SocketClosed { socket: scene.socket });
    for handle in [70, 1] {
        assert!(scene.has(&Output::StopTracks(handle)) && scene.has(&Output::Release(handle)), "{handle}");
    }
    assert_second_try_works(&mut scene);
}

#[test]
fn streams_of_the_app_go_on_when_a_join_fails() {
    let mut scene = Scene::new();
    let streams = Prefetched::Streams(vec![own_stream(90, "mic", Kind::Audio)]);
    scene.join_with(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#, streams);
    scene.answer_api();
    share_screen(&mut scene, 70);
    scene.input(Input::SocketClosed { socket: scene.socket });
    assert!(scene.has(&Output::StopTracks(70)) && scene.has(&Output::Release(90)));
    assert!(!scene.has(&Output::StopTracks(90)));
    assert_second_try_works(&mut scene);
}

#[test]
fn what_was_captured_beside_streams_of_the_app_is_stopped_when_a_join_fails() {
    let mut scene = Scene::new();
    let streams = Prefetched::Streams(vec![own_stream(90, "mic", Kind::Audio)]);
    scene.join_with(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#, streams);
    scene.answer_api();
    let promise = scene.promise();
    scene.call(Call::GetUserMedia { promise, room: "lobby".into(), options: json(r#"{"video":true}"#) });
    scene.grant();
    scene.input(Input::SocketClosed { socket: scene.socket });
    assert!(scene.has(&Output::StopTracks(1)) && scene.has(&Output::Release(1)));
    assert!(!scene.has(&Output::StopTracks(90)) && scene.has(&Output::Release(90)));
    assert_second_try_works(&mut scene);
}

#[test]
fn nobody_is_let_in_who_did_not_ask() {
    let mut scene = Scene::new();
    let promise = up_to_the_socket(&mut scene, r#"{"roomName":"lobby","audio":true}"#);
    scene.grant();
    scene.let_in();
    assert!(scene.settled.is_empty());
    scene.open_socket();
    scene.let_in();
    assert_eq!(scene.resolution(promise), &Value::List(vec![Value::Handle(1), Value::Null]));
}
