//! Chat, user data, lock.

use crate::scene::{keys, Scene};
use crate::surroundings::json;
use skylink_core::{Call, ErrorCode, Input, Output};
use skylink_protocol::Value;

fn send(scene: &mut Scene, message: &str, target: Value) {
    scene.call(Call::SendMessage {
        room: "lobby".into(),
        message: json(message),
        target,
        peer_session_id: String::new(),
        message_id: "m1".into(),
        randomness: [7; 28],
    });
}

#[test]
fn a_public_message_goes_out_once_and_to_our_own_listeners() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    scene.forget();
    send(&mut scene, r#""hello""#, Value::Null);
    assert_eq!(
        scene.sent(),
        [json(
            r#"{"type":"message","data":"hello","mid":"me","rid":"rid-of-lobby","msgId":"m1",
            "roomSessionId":"rs1","peerSessionId":""}"#
        )]
    );
    let detail = scene.detail("onIncomingMessage");
    assert_eq!(keys(&detail), ["peerId", "peerInfo", "isSelf", "room", "message"]);
    let message = detail.get("message").unwrap();
    assert_eq!(message.get("isPrivate"), Some(&false.into()));
    assert_eq!(message.get("targetPeerId"), Some(&Value::Null));
    assert_eq!(message.get("senderPeerId"), Some(&"me".into()));
    assert_eq!(message.get("listOfPeers"), Some(&json(r#"["bob"]"#)));
    assert_eq!(message.get("timeStamp"), Some(&"2026-03-02T09:20:04.000Z".into()));
}

#[test]
fn a_private_message_goes_to_each_peer_that_is_there() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    scene.connect("carol");
    scene.forget();
    send(&mut scene, r#"{"any":["json"]}"#, json(r#"["carol","nobody","bob"]"#));
    let targets: Vec<_> =
        scene.sent().iter().map(|message| message.get("target").cloned().unwrap()).collect();
    assert_eq!(targets, ["carol".into(), "bob".into()]);
    let message = scene.detail("onIncomingMessage").get("message").cloned().unwrap();
    assert_eq!(message.get("isPrivate"), Some(&true.into()));
    assert_eq!(message.get("content"), Some(&json(r#"{"any":["json"]}"#)));
    assert_eq!(message.get("listOfPeers"), Some(&json(r#"["carol","bob"]"#)));
}

#[test]
fn a_message_before_the_room_is_entered_is_refused() {
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby"}"#);
    let call = Call::SendMessage {
        room: "lobby".into(),
        message: "x".into(),
        target: Value::Null,
        peer_session_id: String::new(),
        message_id: "m".into(),
        randomness: [7; 28],
    };
    assert_eq!(scene.throws(call), ErrorCode::NotInRoom);
}

#[test]
fn a_message_comes_in() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    for (members, is_private, sender) in [
        (r#"{"data":"hi"}"#, false, "bob"),
        (r#"{"data":"hi","target":"me"}"#, true, "bob"),
        (r#"{"data":"hi","peerSessionId":"session-of-bob"}"#, false, "session-of-bob"),
    ] {
        scene.hear("message", "bob", members);
        let detail = scene.detail("onIncomingMessage");
        assert_eq!(detail.get("isSelf"), Some(&false.into()));
        assert_eq!(detail.get("peerId"), Some(&"bob".into()));
        let message = detail.get("message").unwrap();
        assert_eq!(message.get("content"), Some(&"hi".into()));
        assert_eq!(message.get("isPrivate"), Some(&is_private.into()));
        assert_eq!(message.get("senderPeerId"), Some(&sender.into()));
        assert_eq!(message.get("targetPeerId"), Some(&"me".into()));
    }
}

#[test]
fn what_messages_show_of_a_peer_is_kept_until_it_may_have_changed() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    let name = |scene: &Scene| scene.detail("onIncomingMessage").get("peerInfo")?.get("userData").cloned();
    for _ in 0..3 {
        send(&mut scene, r#""hello""#, Value::Null);
        scene.hear("message", "bob", r#"{"data":"hi"}"#);
    }
    assert_eq!(scene.kept(), 2, "of ourselves, and of the peer");
    scene.hear("updateUserEvent", "bob", r#"{"userData":"Robert","stamp":1}"#);
    assert_eq!(scene.kept(), 0);
    scene.hear("message", "bob", r#"{"data":"hi"}"#);
    assert_eq!(name(&scene), Some("Robert".into()));
    scene.call(Call::SetUserData { room: "lobby".into(), data: "Alice".into() });
    send(&mut scene, r#""hello""#, Value::Null);
    assert_eq!(name(&scene), Some("Alice".into()));
    scene.input(Input::SocketClosed { socket: scene.socket });
    assert_eq!(scene.kept(), 0);
}

#[test]
fn of_somebody_unknown_nothing_is_kept() {
    let mut scene = Scene::in_room();
    scene.hear("message", "nobody", r#"{"data":"hi"}"#);
    let detail = scene.detail("onIncomingMessage");
    assert_eq!(detail.get("peerId"), Some(&"nobody".into()));
    assert_eq!(detail.get("isSelf"), Some(&false.into()));
    assert_eq!(detail.get("room").unwrap().get("id"), Some(&"rid-of-lobby".into()));
    assert_eq!(detail.get("peerInfo"), None);
    assert_eq!(scene.kept(), 0);
}

#[test]
fn messages_of_old_clients_come_in_too() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    for (kind, is_private) in [("public", false), ("private", true)] {
        scene.hear(kind, "bob", r#"{"cid":"c1","data":{"x":1},"target":"me"}"#);
        let message = scene.detail("onIncomingMessage").get("message").cloned().unwrap();
        assert_eq!(message.get("isPrivate"), Some(&is_private.into()));
        assert_eq!(message.get("content"), Some(&json(r#"{"x":1}"#)));
    }
}

#[test]
fn an_encrypted_message_is_dropped_and_reported() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    scene.forget();
    scene.hear("message", "bob", r#"{"data":"U2FsdGVk","secretId":"s1"}"#);
    assert_eq!(scene.events(), ["channelMessage"]);
    let reported =
        |output: &Output| matches!(output, Output::Report(e) if e.code == ErrorCode::SecretsNotProvided);
    assert!(scene.outputs.iter().any(reported));
}

#[test]
fn user_data_is_told_and_kept() {
    let mut scene = Scene::in_room();
    for (data, wire) in
        [(r#"{"name":"Alice"}"#, r#"{"name":"Alice"}"#), (r#""plain""#, "plain"), ("null", ""), ("7", "7")]
    {
        scene.forget();
        scene.call(Call::SetUserData { room: "lobby".into(), data: json(data) });
        assert_eq!(scene.sent()[0].get("userData"), Some(&wire.into()));
        assert_eq!(scene.events(), ["peerUpdated"]);
        let own = scene.call(Call::GetUserData { room: "lobby".into(), peer: None });
        assert_eq!(own, Some(json(data)), "as it was set");
    }
}

#[test]
fn a_peers_user_data_changes_unless_the_news_is_old() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    let mut hear = |data: &str, stamp: u32| {
        let members = format!(r#"{{"userData":{data},"stamp":{stamp}}}"#);
        scene.hear("updateUserEvent", "bob", &members);
        scene.call(Call::GetUserData { room: "lobby".into(), peer: Some("bob".into()) }).unwrap()
    };
    assert_eq!(hear(r#""{\"name\":\"B\"}""#, 10), json(r#"{"name":"B"}"#));
    assert_eq!(hear(r#""old""#, 9), json(r#"{"name":"B"}"#));
    assert_eq!(hear(r#""{&quot;a&quot;:1}""#, 11), json(r#"{"a":1}"#));
    assert_eq!(hear(r#""just text""#, 12), "just text".into());
    assert_eq!(hear(r#""""#, 13), json("{}"));
}

#[test]
fn the_lock_is_told_and_heard() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    scene.forget();
    scene.call(Call::SetLock { room: "lobby".into(), lock: true });
    assert_eq!(
        scene.sent(),
        [json(r#"{"type":"roomLockEvent","mid":"me","rid":"rid-of-lobby","lock":true}"#)]
    );
    let detail = scene.detail("roomLock");
    assert_eq!(detail.get("isSelf"), Some(&true.into()));
    scene.hear("roomLockEvent", "bob", r#"{"lock":false}"#);
    let detail = scene.detail("roomLock");
    assert_eq!(detail.get("isLocked"), Some(&false.into()));
    assert_eq!(detail.get("peerId"), Some(&"bob".into()));
    assert_eq!(detail.get("room").unwrap().get("isLocked"), Some(&false.into()));
    scene.hear("roomLockEvent", "somebody", r#"{"lock":true}"#);
    let detail = scene.detail("roomLock");
    assert_eq!(detail.get("isLocked"), Some(&true.into()), "even if its `enter` is still to come");
    assert_eq!(detail.get("peerId"), Some(&"somebody".into()));
    assert_eq!(detail.get("peerInfo"), None);
}
