//! Messages that the server keeps.

use crate::encryption::{derive, reports, select, send, send_to, sent_data, set};
use crate::scene::{keys, text, ticket, Scene};
use crate::surroundings::{json, print};
use skylink_core::{Call, ErrorCode, Output, Prefetched};
use skylink_protocol::{Object, Value};

fn room() -> String {
    "lobby".into()
}

fn persist(is_persistent: impl Into<Value>) -> Call {
    Call::SetMessagePersistence { room: room(), is_persistent: is_persistent.into() }
}

fn persistence(scene: &mut Scene) -> Option<Value> {
    scene.call(Call::GetMessagePersistence { room: room() })
}

/// In a room whose key stores messages.
fn keeping(options: &str) -> Scene {
    let mut scene = Scene::new();
    scene.join_with(options, r#"{"roomName":"lobby"}"#, Prefetched::None);
    let ticket = ticket("lobby").as_object().unwrap().clone().with("hasPersistentMessage", true);
    scene.answer_api_with(200, Some(ticket.into()));
    scene.open_socket();
    scene.let_in();
    scene.forget();
    scene
}

pub fn item(mid: &str, data: &str, secret_id: &str) -> Object {
    Object::new()
        .with("mid", mid)
        .with("secretId", secret_id)
        .with("timeStamp", 1_772_443_204_120.0)
        .with("data", data)
}

pub fn answer(scene: &mut Scene, items: Vec<Object>) {
    let list: Vec<Value> = items.into_iter().map(Value::from).collect();
    let members = Object::new().with("data", print(&list.into()));
    scene.hear("storedMessages", "me", &print(&members.into()));
}

const HELLO: &str = "U2FsdGVkX18AAQIDBAUGB7EneBv52UHf7+8I76BVD2w=";
const HELLO_SECRET: &str = "correct horse";

#[test]
fn the_flag_follows_the_key_until_the_app_sets_it() {
    let mut scene = keeping("{}");
    assert_eq!(persistence(&mut scene), Some(true.into()));
    assert_eq!(scene.call(persist(false)), None);
    assert_eq!(persistence(&mut scene), Some(false.into()));
    let detail = scene.detail("persistentMessageState");
    assert_eq!(keys(&detail), ["room", "isPersistent", "peerInfo", "peerId"]);
    assert_eq!(detail.get("isPersistent"), Some(&false.into()));
    assert!(detail.get("peerInfo").unwrap().get("room").is_none());
    for wrong in [Value::Null, "true".into(), 1.0.into()] {
        assert_eq!(scene.throws(persist(wrong)), ErrorCode::PersistenceFlagInvalid);
    }
}

#[test]
fn a_key_that_stores_nothing_refuses_the_flag_and_goes_on_sending() {
    let mut scene = Scene::in_room();
    assert_eq!(persistence(&mut scene), Some(false.into()));
    for flag in [true, false] {
        assert_eq!(scene.throws(persist(flag)), ErrorCode::PersistenceNotEnabled);
    }
    assert_eq!(persistence(&mut scene), Some(false.into()));
    scene.call(send("hello"));
    assert_eq!(sent_data(&scene), ["hello"]);
    scene.forget();
    assert_eq!(scene.call(Call::GetStoredMessages { room: room(), room_session_id: String::new() }), None);
    assert!(scene.sent().is_empty());
    assert!(matches!(scene.outputs.as_slice(), [Output::Log { .. }]));
}

#[test]
fn stored_messages_need_a_secret_and_nobody_in_particular() {
    let mut scene = keeping("{}");
    scene.meet("bob");
    assert_eq!(scene.throws(send_to("x", "bob")), ErrorCode::PrivateNotPersistent);
    assert_eq!(scene.throws(send("x")), ErrorCode::NoSecretToSelect);
    scene.call(set("secret", "s1"));
    assert_eq!(scene.throws(send("x")), ErrorCode::SecretNotSelected);
    scene.call(select("s1"));
    assert_eq!(scene.throws(send_to("x", json(r#"["bob"]"#))), ErrorCode::PrivateNotPersistent);
    scene.forget();
    scene.call(send_to("x", json("[]")));
    let sent = scene.sent().remove(0);
    assert_eq!(sent.get("isPersistent"), Some(&true.into()));
    assert_eq!(sent.get("secretId"), Some(&"s1".into()));
    assert_eq!(sent.get("peerSessionId"), Some(&"ps".into()));
    scene.call(persist(false));
    scene.forget();
    scene.call(send_to("x", "bob"));
    assert_eq!(scene.sent()[0].get("isPersistent"), None);
    // The order of the conditions is that of 2.7.2: these come before being in the room.
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby"}"#);
    let ticket = ticket("lobby").as_object().unwrap().clone().with("hasPersistentMessage", true);
    scene.answer_api_with(200, Some(ticket.into()));
    assert_eq!(scene.throws(send("x")), ErrorCode::NoSecretToSelect);
    scene.call(set("secret", "s1"));
    scene.call(select("s1"));
    assert_eq!(scene.throws(send("x")), ErrorCode::NotInRoom);
}

#[test]
fn stored_messages_are_written_so_that_anybody_can_read_them_unless_told_otherwise() {
    for (options, start) in [("{}", "U2FsdGVkX1"), (r#"{"messageCipher":"aes-gcm"}"#, "SKG1.")] {
        let mut scene = keeping(options);
        scene.call(set("secret", "s1"));
        scene.call(select("s1"));
        scene.call(send("x"));
        derive(&mut scene);
        assert!(sent_data(&scene)[0].starts_with(start));
    }
}

#[test]
fn the_history_is_asked_for_and_read() {
    let mut scene = keeping("{}");
    assert_eq!(scene.call(Call::GetStoredMessages { room: room(), room_session_id: "rs0".into() }), None);
    assert_eq!(
        scene.sent(),
        [json(
            r#"{"type":"getStoredMessages","mid":"me","rid":"rid-of-lobby","target":"me","roomSessionId":"rs0"}"#
        )]
    );
    scene.call(set(HELLO_SECRET, "s1"));
    let second = item("bob", HELLO, "s1")
        .with("peerSessionId", "ps-bob")
        .with("timeStamp", "2026-03-02T09:20:04.120Z");
    answer(&mut scene, vec![item("bob", HELLO, "s1").with("peerSessionId", ""), second]);
    let detail = scene.detail("storedMessages");
    assert_eq!(keys(&detail), ["room", "storedMessages", "isSelf", "peerId", "peerInfo"]);
    assert_eq!(detail.get("isSelf"), Some(&true.into()));
    assert_eq!(detail.get("peerId"), Some(&"me".into()));
    let message = |sender: &str| {
        json(&format!(
            r#"{{"targetPeerId":"me","senderPeerId":"{sender}","content":"hello skylink",
            "timeStamp":"2026-03-02T09:20:04.120Z","isPrivate":false,"isDataChannel":false}}"#
        ))
    };
    assert_eq!(detail.get("storedMessages"), Some(&vec![message("bob"), message("ps-bob")].into()));
    answer(&mut scene, vec![]);
    assert_eq!(scene.detail("storedMessages").get("storedMessages"), Some(&json("[]")));
}

#[test]
fn a_request_before_the_room_is_entered_waits() {
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby"}"#);
    let ticket = ticket("lobby").as_object().unwrap().clone().with("hasPersistentMessage", true);
    scene.answer_api_with(200, Some(ticket.into()));
    scene.call(Call::GetStoredMessages { room: room(), room_session_id: String::new() });
    scene.open_socket();
    scene.let_in();
    let sent = scene.sent();
    let request = sent.iter().find(|message| text(message, "type") == "getStoredMessages").unwrap();
    assert_eq!(text(request, "mid"), "me");
}

#[test]
fn one_unreadable_message_does_not_spoil_the_others() {
    let mut scene = keeping("{}");
    let all = || {
        vec![
            item("a", HELLO, "s1"),
            item("b", HELLO, "unknown"),
            item("c", "garbage", "s1"),
            item("d", HELLO, "unknown"),
            item("e", HELLO, "s1"),
        ]
    };
    answer(&mut scene, all());
    assert_eq!(reports(&scene), [ErrorCode::SecretsNotProvided], "told once");
    assert_eq!(scene.detail("storedMessages").get("storedMessages"), Some(&json("[]")));
    scene.forget();
    scene.call(set(HELLO_SECRET, "s1"));
    answer(&mut scene, all());
    assert_eq!(reports(&scene), [ErrorCode::SecretIdNotFound, ErrorCode::DecryptionFailed]);
    let list = scene.detail("storedMessages").get("storedMessages").cloned().unwrap();
    let senders: Vec<String> =
        list.as_list().unwrap().iter().map(|message| text(message, "senderPeerId")).collect();
    assert_eq!(senders, ["a", "e"]);
}

#[test]
fn a_history_in_our_format_is_read_once_its_keys_are_made() {
    let mut writer = keeping(r#"{"messageCipher":"aes-gcm"}"#);
    writer.call(set("secret", "s1"));
    writer.call(select("s1"));
    writer.call(send("1"));
    writer.call(send("2"));
    derive(&mut writer);
    let data = sent_data(&writer);
    let mut reader = keeping("{}");
    reader.call(set("secret", "s1"));
    answer(&mut reader, data.iter().map(|data| item("me", data, "s1")).collect());
    answer(&mut reader, vec![item("mallory", &data[0], "s1")]);
    assert!(!reader.events().contains(&"storedMessages"));
    // Live messages without a secret do not wait for it.
    reader.hear("message", "bob", r#"{"data":"live"}"#);
    assert!(reader.events().contains(&"onIncomingMessage"));
    reader.forget_but_keys();
    assert_eq!(derive(&mut reader), 1);
    let lists: Vec<_> = reader
        .outputs
        .iter()
        .filter_map(|output| match output {
            Output::Event { name: "storedMessages", detail } => detail.get("storedMessages"),
            _ => None,
        })
        .map(|list| {
            list.as_list().unwrap().iter().map(|message| text(message, "content")).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(lists, [vec!["1".to_owned(), "2".to_owned()], vec![]]);
    assert_eq!(reports(&reader), [ErrorCode::DecryptionFailed]);
}

#[test]
fn nonsense_from_the_server_is_dropped() {
    let mut scene = keeping("{}");
    scene.call(set(HELLO_SECRET, "s1"));
    scene.forget();
    for data in [r#""""#, r#""{}""#, r#""[""#, "7"] {
        scene.hear("storedMessages", "me", &format!(r#"{{"data":{data}}}"#));
    }
    assert!(!scene.events().contains(&"storedMessages"));
    scene.hear("storedMessages", "me", r#"{"data":"[7,null,{},{\"secretId\":\"s1\"}]"}"#);
    assert_eq!(scene.detail("storedMessages").get("storedMessages"), Some(&json("[]")));
}

#[test]
fn the_history_is_asked_for_behind_messages_that_wait_for_their_key() {
    let mut scene = keeping(r#"{"messageCipher":"aes-gcm"}"#);
    scene.call(set("secret", "s1"));
    scene.call(select("s1"));
    scene.call(send("1"));
    scene.call(Call::GetStoredMessages { room: room(), room_session_id: String::new() });
    assert!(scene.sent_types().is_empty());
    derive(&mut scene);
    assert_eq!(scene.sent_types(), ["message", "getStoredMessages"]);
}
