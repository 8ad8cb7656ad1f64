//! The socket that opens while the API is asked.

use crate::scene::Scene;
use skylink_core::{Call, Input, Output, Prefetched, SocketId};

/// The API of the scene names `signal.test`.
const RIGHT: &str = r#"{"appKey":"demo","roomServer":"//signal.test/skylink/"}"#;
const WRONG: &str = r#"{"appKey":"demo","roomServer":"//api.test"}"#;

fn joining(options: &str) -> Scene {
    let mut scene = Scene::new();
    scene.join_with(options, r#"{"roomName":"lobby"}"#, Prefetched::None);
    scene
}

fn opened(scene: &Scene) -> Vec<(SocketId, &str)> {
    let opened = scene.outputs.iter().filter_map(|output| match output {
        Output::OpenSocket { socket, url } => Some((*socket, url.split('/').nth(2)?)),
        _ => None,
    });
    opened.collect()
}

fn closed(scene: &Scene) -> Vec<SocketId> {
    let closed = scene.outputs.iter().filter_map(|output| match output {
        Output::CloseSocket(socket) => Some(*socket),
        _ => None,
    });
    closed.collect()
}

#[test]
fn it_is_there_when_the_api_answers() {
    let mut scene = joining(RIGHT);
    assert_eq!(opened(&scene), [(scene.socket, "signal.test")]);
    scene.open_socket();
    assert_eq!(scene.events(), ["readyStateChange"]);
    assert!(scene.frames().is_empty());
    scene.answer_api();
    assert_eq!(scene.events(), ["readyStateChange", "readyStateChange", "channelOpen"]);
    assert_eq!(scene.sent_types(), ["joinRoom"]);
    assert_eq!((opened(&scene).len(), closed(&scene).len()), (1, 0));
    let session = scene.detail("channelOpen").get("socketSession").cloned().unwrap();
    assert_eq!(session.get("socketServer"), Some(&"signal.test".into()));
    assert_eq!(session.get("signalingServerPort"), Some(&443.0.into()));
}

#[test]
fn it_may_come_after_the_answer() {
    let mut scene = joining(RIGHT);
    scene.answer_api();
    assert_eq!(scene.events(), ["readyStateChange", "readyStateChange"]);
    scene.open_socket();
    assert_eq!(scene.sent_types(), ["joinRoom"]);
    assert_eq!(opened(&scene).len(), 1);
}

#[test]
fn its_patience_begins_with_the_answer() {
    let mut scene = joining(RIGHT);
    scene.now = scene.now.plus(5_000.0);
    scene.answer_api();
    let due = scene.session.next_deadline().unwrap();
    assert_eq!(due.0 - scene.now.0, 7_000.0);
}

#[test]
fn of_a_wrong_guess_nobody_hears_and_there_is_no_second_one() {
    for opens in [true, false] {
        let mut scene = joining(WRONG);
        let guess = scene.socket;
        if opens {
            scene.open_socket();
        }
        scene.answer_api();
        assert_eq!(opened(&scene)[1..], [(scene.socket, "signal.test")]);
        assert_eq!(closed(&scene), [guess]);
        assert_eq!(scene.events(), ["readyStateChange", "readyStateChange"]);
        scene.forget();
        scene.join_with(WRONG, r#"{"roomName":"second"}"#, Prefetched::None);
        assert!(opened(&scene).is_empty());
    }
}

#[test]
fn where_it_fails_it_is_tried_again_once_the_api_has_named_it() {
    for ends in [false, true] {
        let mut scene = joining(RIGHT);
        let guess = scene.socket;
        if ends {
            scene.open_socket();
        }
        scene.input(Input::SocketClosed { socket: guess });
        assert_eq!(scene.events(), ["readyStateChange"]);
        scene.answer_api();
        assert_ne!(scene.socket, guess);
        scene.open_socket();
        assert_eq!(scene.sent_types(), ["joinRoom"]);
        scene.forget();
        scene.join_with(WRONG, r#"{"roomName":"second"}"#, Prefetched::None);
        assert!(opened(&scene).is_empty(), "no further guess");
    }
}

#[test]
fn an_error_of_the_server_before_the_answer_is_not_told() {
    let mut scene = joining(RIGHT);
    scene.frame(r#"44"Invalid namespace""#);
    assert_eq!(scene.events(), ["readyStateChange"]);
    assert_eq!(closed(&scene), [scene.socket]);
}

#[test]
fn it_goes_with_the_join() {
    let mut scene = joining(RIGHT);
    scene.open_socket();
    scene.answer_api_with(403, None);
    assert_eq!(closed(&scene), [scene.socket]);
    assert!(!scene.events().contains(&"channelClose"));
    scene.assert_empty();

    let mut scene = joining(RIGHT);
    scene.open_socket();
    let promise = scene.promise();
    scene.call(Call::LeaveRoom { promise, room: "lobby".into(), stop_streams: true });
    assert_eq!(closed(&scene), [scene.socket]);
    assert!(!scene.events().contains(&"channelClose"));
    scene.assert_empty();
}

#[test]
fn a_second_room_shares_it() {
    let mut scene = joining(RIGHT);
    scene.open_socket();
    let first = scene.request;
    scene.join_with(RIGHT, r#"{"roomName":"second"}"#, Prefetched::None);
    let second = std::mem::replace(&mut scene.request, first);
    scene.answer_api();
    scene.request = second;
    scene.answer_api_with(200, Some(crate::scene::ticket("second")));
    assert_eq!(opened(&scene).len(), 1);
    assert_eq!(scene.sent_types(), ["joinRoom", "joinRoom"]);
    assert_eq!(scene.events().iter().filter(|name| **name == "channelOpen").count(), 1);
}

#[test]
fn the_usual_server_is_not_guessed_at() {
    let scene = joining(r#"{"appKey":"demo"}"#);
    assert!(opened(&scene).is_empty());
}
