//! `getPeers`, introductions, and the settings of peers.

use crate::scene::{ticket, Scene};
use crate::surroundings::json;
use skylink_core::{Call, ErrorCode};
use skylink_protocol::Value;

fn privileged() -> Scene {
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby"}"#);
    answer_as_privileged(&mut scene);
    scene.open_socket();
    scene.let_in();
    scene.forget();
    scene
}

fn answer_as_privileged(scene: &mut Scene) {
    let ticket = ticket("lobby").as_object().unwrap().clone().with("isPrivileged", true);
    scene.answer_api_with(200, Some(ticket.into()));
}

fn get_peers(scene: &mut Scene, show_all: bool) -> u32 {
    let promise = scene.promise();
    assert_eq!(scene.call(Call::GetPeers { promise, room: "lobby".into(), show_all }), None);
    promise
}

fn answer(scene: &mut Scene, list: &str) {
    scene.receive(json(&format!(r#"{{"type":"peerList","rid":"rid-of-lobby","result":{list}}}"#)));
}

#[test]
fn answers_go_to_the_calls_in_their_order() {
    let mut scene = privileged();
    let (first, second) = (get_peers(&mut scene, false), get_peers(&mut scene, true));
    assert_eq!(
        scene.sent(),
        [
            json(r#"{"type":"getPeers","showAll":false,"rid":"rid-of-lobby"}"#),
            json(r#"{"type":"getPeers","showAll":true,"rid":"rid-of-lobby"}"#)
        ]
    );
    let told = |state: &str, id: &str, list: &str| {
        json(&format!(r#"{{"state":"{state}","privilegePeerId":{id},"peerList":{list}}}"#))
    };
    assert_eq!(Value::from(scene.detail("getPeersStateChange")), told("enquired", r#""me""#, "null"));
    scene.forget();
    answer(&mut scene, r#"{"lobby":["a"]}"#);
    assert_eq!(scene.events(), ["channelMessage", "getPeersStateChange", "getPeersStateChange"]);
    assert_eq!(
        Value::from(scene.detail("getPeersStateChange")),
        told("received", r#""me""#, r#"{"lobby":["a"]}"#)
    );
    assert_eq!(scene.resolution(first), &json(r#"{"lobby":["a"]}"#));
    assert!(!scene.settled.contains_key(&second));
    answer(&mut scene, r#"{"lobby":["a","b"]}"#);
    assert_eq!(scene.resolution(second), &json(r#"{"lobby":["a","b"]}"#));
    scene.forget();
    answer(&mut scene, "{}");
    assert_eq!(scene.events(), ["channelMessage", "getPeersStateChange"]);
    assert_eq!(Value::from(scene.detail("getPeersStateChange")), told("dispatched", "null", "{}"));
}

#[test]
fn keys_without_privileges_are_refused() {
    let mut scene = Scene::in_room();
    let promise = get_peers(&mut scene, false);
    assert_eq!(scene.rejection(promise), ErrorCode::NotPrivileged);
    assert!(scene.sent().is_empty() && scene.events().is_empty());
    let call = Call::GetPeers { promise: 99, room: "other".into(), show_all: false };
    assert_eq!(scene.call(call), Some(Value::Null));
    assert!(!scene.settled.contains_key(&99));
}

#[test]
fn a_request_that_nobody_answers_is_given_up() {
    let mut scene = privileged();
    let promise = get_peers(&mut scene, false);
    scene.wait();
    assert_eq!(scene.rejection(promise), ErrorCode::PeersNotListed);
    let promise = get_peers(&mut scene, false);
    let leaving = scene.promise();
    scene.call(Call::LeaveRoom { promise: leaving, room: "lobby".into(), stop_streams: true });
    assert_eq!(scene.rejection(promise), ErrorCode::PeersNotListed);
}

#[test]
fn a_request_before_the_room_is_entered_is_sent_then() {
    let mut scene = Scene::new();
    let joining = scene.join(r#"{"roomName":"lobby"}"#);
    answer_as_privileged(&mut scene);
    let promise = get_peers(&mut scene, false);
    assert!(scene.sent().is_empty());
    scene.open_socket();
    scene.let_in();
    assert_eq!(scene.sent_types(), ["joinRoom", "enter", "getPeers"]);
    answer(&mut scene, "{}");
    assert!(scene.settled.contains_key(&joining) && scene.settled.contains_key(&promise));
    // A join that fails takes its requests with it.
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby"}"#);
    answer_as_privileged(&mut scene);
    let promise = get_peers(&mut scene, false);
    scene.input(skylink_core::Input::SocketClosed { socket: scene.socket });
    assert_eq!(scene.rejection(promise), ErrorCode::PeersNotListed);
    scene.assert_empty();
}

#[test]
fn a_failed_introduction_is_told() {
    let mut scene = privileged();
    scene.receive(json(
        r#"{"type":"introduceError","rid":"rid-of-lobby","sendingPeerId":"a","receivingPeerId":"b","reason":"gone"}"#,
    ));
    assert_eq!(
        Value::from(scene.detail("introduceStateChange")),
        json(
            r#"{"state":"error","privilegedPeerId":"me","sendingPeerId":"a","receivingPeerId":"b","reason":"gone"}"#
        )
    );
}

#[test]
fn the_settings_of_remote_peers_are_given() {
    let mut scene = Scene::in_room();
    let ask = |scene: &mut Scene, room: &str| scene.call(Call::GetPeersCustomSettings { room: room.into() });
    assert_eq!(ask(&mut scene, "lobby"), Some(json("{}")));
    assert_eq!(ask(&mut scene, "other"), Some(Value::Null));
    scene.connect("bob");
    assert_eq!(
        ask(&mut scene, "Lobby"),
        Some(json(r#"{"bob":{"audio":false,"video":false,"maxBandwidth":{},"data":false}}"#))
    );
}
