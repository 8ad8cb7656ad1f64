//! Where a connection that failed is of no use any more, the peers meet anew.

use crate::media_room;
use crate::scene::{text, user_info, Scene};
use crate::surroundings::print;
use skylink_core::{ConnectionEvent, ConnectionId, ConnectionOp, Input, Output};
use skylink_protocol::Value;

const OURS: &str = r#","messageLists":true"#;

/// In a room, in Firefox, with a peer to whom the connection worked.
fn connected(extensions: &'static str) -> (Scene, ConnectionId) {
    let mut scene = Scene::in_room_with("firefox");
    scene.extensions = extensions;
    let bob = scene.connect("bob");
    scene.report(bob, ConnectionEvent::IceState("connected".into()));
    tell(&mut scene, bob, "connected");
    scene.forget();
    (scene, bob)
}

fn tell(scene: &mut Scene, connection: ConnectionId, state: &str) {
    scene.report(connection, ConnectionEvent::ConnectionState(state.into()));
}

/// The peer was asked to forget us.
fn assert_begins_anew(scene: &Scene) {
    let sent = scene.sent();
    let enter = sent.iter().find(|message| text(message, "type") == "enter").expect("an enter is sent");
    assert_eq!(text(enter, "target"), "bob");
    assert_eq!(enter.get("beginsAnew"), Some(&Value::Bool(true)));
    assert!(scene.events().contains(&"peerLeft"));
}

fn closes(scene: &Scene, connection: ConnectionId) -> bool {
    scene.has(&Output::Connection { connection, op: ConnectionOp::Close })
}

/// Bob greets us.
fn welcome(scene: &mut Scene) -> ConnectionId {
    scene.forget();
    let info = print(&user_info());
    scene.hear("welcome", "bob", &format!(r#"{{"target":"me","weight":9,"userInfo":{info}{OURS}}}"#));
    assert!(scene.events().contains(&"peerJoined"));
    scene.last_connection()
}

/// Until we send something; gives how long that took.
fn wait_for_message(scene: &mut Scene) -> f64 {
    let began = scene.now.0;
    scene.forget();
    while scene.sent().is_empty() {
        scene.wait();
        scene.frame("3");
    }
    scene.now.0 - began
}

#[test]
fn a_peer_without_data_channels_is_known_by_its_ciphers() {
    let (mut scene, bob) = connected(r#","messageLists":false,"messageCiphers":["aes-gcm"]"#);
    tell(&mut scene, bob, "failed");
    scene.input(Input::Tick);
    assert_begins_anew(&scene);
}

#[test]
fn a_peer_is_met_anew_when_its_connection_failed() {
    let (mut scene, bob) = connected(OURS);
    tell(&mut scene, bob, "failed");
    scene.input(Input::Tick);
    assert_begins_anew(&scene);
    assert!(closes(&scene, bob));
    let fresh = welcome(&mut scene);
    let offers = |output: &Output| matches!(output, Output::Connection { connection, op: ConnectionOp::CreateOffer { ice_restart: false, .. } } if *connection == fresh);
    assert!(scene.outputs.iter().any(offers));
}

#[test]
fn what_the_browser_says_after_that_does_not_count() {
    let (mut scene, bob) = connected(OURS);
    tell(&mut scene, bob, "failed");
    scene.hear("offer", "bob", r#"{"sdp":"v=0 restart","target":"me","weight":9,"doIceRestart":true}"#);
    for state in ["connecting", "connected"] {
        tell(&mut scene, bob, state);
    }
    scene.input(Input::Tick);
    assert_begins_anew(&scene);
}

#[test]
fn it_is_tried_again_and_rarely() {
    let (mut scene, mut bob) = connected(OURS);
    tell(&mut scene, bob, "failed");
    scene.input(Input::Tick);
    for wait in [1_000.0, 2_000.0, 4_000.0] {
        bob = welcome(&mut scene);
        tell(&mut scene, bob, "connecting");
        tell(&mut scene, bob, "failed");
        assert_eq!(wait_for_message(&mut scene), wait);
        assert_begins_anew(&scene);
    }
    bob = welcome(&mut scene);
    tell(&mut scene, bob, "connected");
    scene.report(bob, ConnectionEvent::IceState("connected".into()));
    scene.forget();
    tell(&mut scene, bob, "failed");
    scene.input(Input::Tick);
    assert_begins_anew(&scene);
}

#[test]
fn a_peer_that_left_meanwhile_is_a_newcomer() {
    let (mut scene, bob) = connected(OURS);
    tell(&mut scene, bob, "failed");
    scene.input(Input::Tick);
    scene.hear("bye", "bob", "{}");
    let bob = scene.meet("bob");
    scene.forget();
    tell(&mut scene, bob, "failed");
    while scene.session.next_deadline().is_some_and(|due| due.0 < scene.now.0 + 5_000.0) {
        scene.wait();
    }
    assert!(!scene.sent_types().contains(&"enter".to_owned()));
}

#[test]
fn what_never_worked_is_left_alone() {
    let mut scene = Scene::in_room_with("firefox");
    scene.extensions = OURS;
    let bob = scene.connect("bob");
    scene.forget();
    tell(&mut scene, bob, "failed");
    while scene.session.next_deadline().is_some_and(|due| due.0 < scene.now.0 + 5_000.0) {
        scene.wait();
    }
    assert!(!closes(&scene, bob));
}

#[test]
fn an_old_client_would_not_understand_it() {
    let (mut scene, bob) = connected("");
    tell(&mut scene, bob, "failed");
    while !scene.outputs.iter().any(|output| {
        matches!(output, Output::Connection { op: ConnectionOp::CreateOffer { ice_restart: true, .. }, .. })
    }) {
        scene.wait();
    }
    assert!(scene.sent_types().is_empty() && !closes(&scene, bob));
}

#[test]
fn who_is_asked_forgets_the_peer_and_greets_it() {
    let mut scene = Scene::in_room();
    let bob = scene.connect("bob");
    scene.forget();
    scene.hear("enter", "bob", r#"{"target":"me","weight":9,"userInfo":{}}"#);
    assert!(scene.sent().is_empty() && !closes(&scene, bob), "it is known");
    scene.hear("enter", "bob", r#"{"target":"me","beginsAnew":true,"weight":9,"userInfo":{}}"#);
    assert!(closes(&scene, bob));
    assert_ne!(scene.last_connection(), bob);
    assert_eq!(scene.sent_types(), ["welcome"]);
    let told: Vec<_> = scene.events().into_iter().filter(|name| name.starts_with("peer")).collect();
    assert_eq!(told.first(), Some(&"peerLeft"));
    assert_eq!(told.last(), Some(&"peerJoined"));
}

/// In a room with a media server, in Firefox, when the connection to that failed.
fn failed_in_media_room(extensions: &'static str) -> (Scene, ConnectionId) {
    let mut scene = media_room::entered_in("firefox", r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#);
    scene.extensions = extensions;
    media_room::welcome(&mut scene, &["bob"]);
    let connection = media_room::negotiate(&mut scene);
    scene.report(connection, ConnectionEvent::IceState("connected".into()));
    tell(&mut scene, connection, "connected");
    scene.forget();
    tell(&mut scene, connection, "failed");
    scene.input(Input::Tick);
    (scene, connection)
}

#[test]
fn a_media_server_of_ours_is_met_anew() {
    let (mut scene, connection) = failed_in_media_room(r#","videoLayers":true"#);
    assert!(closes(&scene, connection));
    assert!(scene.events().contains(&"serverPeerLeft"));
    let enter = scene.sent().into_iter().find(|message| text(message, "type") == "enter").unwrap();
    assert_eq!((text(&enter, "target"), text(&enter, "publisherId")), ("MCU".into(), "me".into()));
    assert_eq!(enter.get("beginsAnew"), Some(&Value::Bool(true)));
    scene.forget();
    media_room::welcome(&mut scene, &["bob"]);
    assert!(scene.events().contains(&"serverPeerJoined"));
    assert!(!scene.events().contains(&"peerJoined"), "bob has been there all the time");
    assert_ne!(scene.last_connection(), connection);
}

#[test]
fn another_media_server_is_asked_for_a_restart() {
    let (scene, connection) = failed_in_media_room("");
    let restart = ConnectionOp::CreateOffer { ice_restart: true, voice_activity_detection: true };
    assert!(scene.has(&Output::Connection { connection, op: restart }));
    assert!(!closes(&scene, connection));
}
