//! Leaving rooms.

use crate::scene::{text, Scene};
use crate::surroundings::json;
use skylink_core::{Call, ConnectionOp, ErrorCode, Output};
use skylink_protocol::Value;

fn leave(scene: &mut Scene, room: &str, stop_streams: bool) -> u32 {
    let promise = scene.promise();
    scene.call(Call::LeaveRoom { promise, room: room.into(), stop_streams });
    promise
}

#[test]
fn the_last_room_closes_the_socket_and_then_says_that_we_left() {
    let mut scene = Scene::with_media();
    let connection = scene.connect("bob");
    scene.forget();
    let promise = leave(&mut scene, "LOBBY", true);
    assert_eq!(scene.resolution(promise), &"lobby".into(), "as joined, not as passed");
    assert_eq!(
        scene.events(),
        [
            "peerConnectionState",
            "iceConnectionState",
            "streamEnded",
            "mediaAccessStopped",
            "streamEnded",
            "mediaAccessStopped",
            "channelClose",
            "peerLeft"
        ]
    );
    assert!(scene.has(&Output::Connection { connection, op: ConnectionOp::Close }));
    for stream in [1, 2] {
        assert!(scene.has(&Output::StopTracks(stream)) && scene.has(&Output::Release(stream)));
    }
    assert_eq!(scene.frames(), ["41"]);
    assert!(scene.has(&Output::CloseSocket(scene.socket)));
    let detail = scene.detail("peerLeft");
    assert_eq!(detail.get("isSelf"), Some(&true.into()));
    assert_eq!(detail.get("room").unwrap().get("inRoom"), Some(&false.into()));
    scene.assert_empty();
}

#[test]
fn streams_go_on_if_the_app_wants_to_keep_them() {
    let mut scene = Scene::with_media();
    leave(&mut scene, "lobby", false);
    assert!(!scene.has(&Output::StopTracks(1)) && scene.has(&Output::Release(1)));
    assert!(!scene.events().contains(&"streamEnded"));
}

#[test]
fn one_of_two_rooms_is_left_with_good_byes() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    scene.join(r#"{"roomName":"second"}"#);
    scene.answer_api_with(200, Some(crate::scene::ticket("second")));
    scene.receive(json(r#"{"type":"inRoom","rid":"rid-of-second","sid":"me-too","tieBreaker":3}"#));
    scene.forget();
    leave(&mut scene, "lobby", true);
    let sent = scene.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!((text(&sent[0], "type"), text(&sent[0], "target")), ("bye".into(), "bob".into()));
    assert!(!scene.outputs.iter().any(|output| matches!(output, Output::CloseSocket(_))));
    // What is left is alone in its room: the server learns of that leave by the socket.
    scene.forget();
    leave(&mut scene, "second", true);
    assert_eq!(scene.frames(), ["41"]);
}

#[test]
fn leaving_alone_while_in_another_room_is_told_to_the_server() {
    let mut scene = Scene::in_room();
    scene.join(r#"{"roomName":"second"}"#);
    scene.answer_api_with(200, Some(crate::scene::ticket("second")));
    scene.receive(json(r#"{"type":"inRoom","rid":"rid-of-second","sid":"me-too","tieBreaker":3}"#));
    scene.forget();
    leave(&mut scene, "second", true);
    assert_eq!(scene.sent(), [json(r#"{"type":"bye","rid":"rid-of-second","mid":"me-too"}"#)]);
}

#[test]
fn leaving_during_each_step_of_a_join_ends_it() {
    for steps in 0..4 {
        let mut scene = Scene::new();
        let join = scene.join(r#"{"roomName":"lobby","audio":true}"#);
        if steps > 0 {
            scene.answer_api();
        }
        if steps > 1 {
            scene.open_socket();
        }
        if steps > 2 {
            scene.grant();
        }
        let promise = leave(&mut scene, "lobby", true);
        assert_eq!(scene.rejection(join), ErrorCode::LeftDuringJoin);
        assert_eq!(scene.resolution(promise), &"lobby".into());
        assert!(!scene.events().contains(&"peerLeft"), "we were never in");
        // What is still under way comes to nothing.
        scene.answer_api();
        if steps == 1 || steps == 2 {
            scene.grant();
        }
        if steps > 0 {
            assert!(scene.has(&Output::CloseSocket(scene.socket)));
            assert!(scene.has(&Output::StopTracks(1)) && scene.has(&Output::Release(1)));
        }
        scene.assert_empty();
    }
}

#[test]
fn leaving_an_unknown_room_gives_null_and_no_promise() {
    let mut scene = Scene::new();
    let promise = scene.promise();
    let returned = scene.call(Call::LeaveRoom { promise, room: "nowhere".into(), stop_streams: true });
    assert_eq!(returned, Some(Value::Null));
    assert!(scene.settled.is_empty());
}

#[test]
fn leaving_all_rooms_gives_their_names() {
    let mut scene = Scene::new();
    let none = scene.promise();
    scene.call(Call::LeaveAllRooms { promise: none, stop_streams: true });
    assert_eq!(scene.resolution(none), &Value::List(Vec::new()));

    let mut scene = Scene::in_room();
    let joining = scene.join(r#"{"roomName":"second"}"#);
    let all = scene.promise();
    scene.call(Call::LeaveAllRooms { promise: all, stop_streams: true });
    assert_eq!(scene.resolution(all), &json(r#"["lobby","second"]"#));
    assert_eq!(scene.rejection(joining), ErrorCode::LeftDuringJoin);
    scene.assert_empty();
}

#[test]
fn a_peer_that_leaves_is_forgotten_at_once() {
    let mut scene = Scene::in_room();
    let connection = scene.connect("bob");
    scene.forget();
    scene.hear("bye", "bob", "{}");
    assert_eq!(scene.events(), ["channelMessage", "peerLeft", "peerConnectionState", "iceConnectionState"]);
    assert!(scene.has(&Output::Connection { connection, op: ConnectionOp::Close }));
    scene.forget();
    scene.hear("bye", "bob", "{}");
    scene.hear("bye", "nobody", "{}");
    assert_eq!(scene.events(), ["channelMessage", "channelMessage"]);
    assert_eq!(scene.call(Call::GetPeerInfo { room: "lobby".into(), peer: Some("bob".into()) }), None);
}
