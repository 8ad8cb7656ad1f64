//! The signalling socket: pings, and what its loss means.

use crate::scene::Scene;
use skylink_core::{Call, Input, Output, Prefetched};
use skylink_protocol::Value;

#[test]
fn the_server_is_pinged_and_an_answer_keeps_the_socket() {
    let mut scene = Scene::in_room();
    for _ in 0..3 {
        scene.forget();
        scene.wait();
        assert_eq!(scene.frames(), ["2"]);
        scene.frame("3");
    }
    assert!(!scene.outputs.iter().any(|output| matches!(output, Output::CloseSocket(_))));
}

#[test]
fn any_message_counts_as_a_sign_of_life() {
    let mut scene = Scene::in_room();
    scene.wait();
    scene.meet("bob");
    scene.hear("bye", "bob", "{}");
    let pinged_at = scene.now;
    scene.wait();
    assert_eq!(scene.now.0 - pinged_at.0, 25_000.0, "the next ping, no time-out before");
}

#[test]
fn a_server_that_stays_silent_is_given_up() {
    let mut scene = Scene::in_room();
    scene.wait();
    scene.forget();
    scene.wait();
    assert_eq!(scene.events(), ["channelClose", "sessionDisconnect"]);
    assert_eq!(scene.detail("channelClose").get("reason"), Some(&"ping timeout".into()));
    assert!(scene.has(&Output::CloseSocket(scene.socket)));
    assert_eq!(scene.session.next_deadline(), None);
}

#[test]
fn the_servers_own_pings_are_answered() {
    let mut scene = Scene::in_room();
    scene.frame("2probe");
    assert_eq!(scene.frames(), ["3probe"]);
}

#[test]
fn a_lost_socket_leaves_the_room_until_the_app_leaves_or_joins_again() {
    for reason in ["transport close", "io server disconnect"] {
        let mut scene = Scene::in_room();
        scene.connect("bob");
        scene.forget();
        if reason == "transport close" {
            scene.input(Input::SocketClosed { socket: scene.socket });
        } else {
            scene.frame("41");
        }
        assert_eq!(scene.events(), ["channelClose", "sessionDisconnect"]);
        assert_eq!(scene.detail("sessionDisconnect").get("reason"), Some(&reason.into()));
        // Calls find the room as it was, and do no harm.
        scene.call(Call::SetUserData { room: "lobby".into(), data: "x".into() });
        assert!(scene.frames().is_empty());
        let promise = scene.join(r#"{"roomName":"lobby"}"#);
        scene.enter();
        assert_eq!(scene.resolution(promise), &Value::Null);
    }
}

#[test]
fn frames_of_a_closed_socket_mean_nothing() {
    let mut scene = Scene::in_room();
    let promise = scene.promise();
    scene.call(Call::LeaveAllRooms { promise, stop_streams: true });
    scene.forget();
    scene.hear("bye", "bob", "{}");
    scene.frame("2");
    assert!(scene.outputs.is_empty());
}

#[test]
fn a_wait_for_the_socket_that_is_too_short_counts_as_none() {
    for (given, expected) in [("3000", 7_000.0), ("5000", 5_000.0), ("9000", 9_000.0), ("null", 7_000.0)] {
        let mut scene = Scene::new();
        let options = format!(r#"{{"appKey":"demo","socketTimeout":{given}}}"#);
        scene.join_with(&options, r#"{"roomName":"lobby"}"#, Prefetched::None);
        scene.answer_api();
        let due = scene.session.next_deadline().expect("the socket may take too long");
        assert_eq!(due.0 - scene.now.0, expected, "{given}");
    }
}
