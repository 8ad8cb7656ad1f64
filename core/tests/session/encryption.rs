//! Secrets, and messages encrypted with them.

use crate::scene::{keys, text, user_info, Scene};
use crate::surroundings::{environment, json, print};
use proptest::prelude::*;
use skylink_core::{Call, Environment, ErrorCode, Input, Output, Prefetched, Session};
use skylink_protocol::Value;

pub fn room() -> String {
    "lobby".into()
}

pub fn set(secret: impl Into<Value>, secret_id: impl Into<Value>) -> Call {
    Call::SetEncryptSecret { room: room(), secret: secret.into(), secret_id: secret_id.into() }
}

pub fn select(secret_id: impl Into<Value>) -> Call {
    Call::SetSelectedSecret { room: room(), secret_id: secret_id.into(), salt: [3; 16] }
}

fn delete(secret_id: impl Into<Value>) -> Call {
    Call::DeleteEncryptSecrets { room: room(), secret_id: secret_id.into() }
}

pub fn send_to(message: impl Into<Value>, target: impl Into<Value>) -> Call {
    Call::SendMessage {
        room: room(),
        message: message.into(),
        target: target.into(),
        peer_session_id: "ps".into(),
        message_id: "m".into(),
        randomness: [7; 28],
    }
}

pub fn send(message: impl Into<Value>) -> Call {
    send_to(message, Value::Null)
}

fn selected(scene: &mut Scene) -> Option<Value> {
    scene.call(Call::GetSelectedSecret { room: room() })
}

/// In the room with the secret `s1` selected.
pub fn with_secret(secret: &str, options: &str) -> Scene {
    let mut scene = Scene::new();
    scene.join_with(options, r#"{"roomName":"lobby"}"#, Prefetched::None);
    scene.enter();
    scene.call(set(secret, "s1"));
    scene.call(select("s1"));
    scene.forget_but_keys();
    scene
}

pub const AUTO: &str = r#"{"appKey":"demo"}"#;
pub const ALWAYS_GCM: &str = r#"{"appKey":"demo","messageCipher":"aes-gcm"}"#;

/// A client of ours enters; others are what [`Scene::meet`] brings.
fn meet_ours(scene: &mut Scene, peer: &str) {
    let info = print(&user_info());
    let members = format!(r#"{{"weight":9,"userInfo":{info},"messageCiphers":["aes-gcm"]}}"#);
    scene.hear("enter", peer, &members);
}

/// The browser makes the keys that were asked for.
pub fn derive(scene: &mut Scene) -> usize {
    let asked: Vec<_> = scene
        .outputs
        .iter()
        .filter_map(|output| match output {
            Output::DeriveKey { request, secret, salt, rounds: 600_000 } => {
                Some((*request, secret.clone(), *salt))
            }
            _ => None,
        })
        .collect();
    scene.outputs.retain(|output| !matches!(output, Output::DeriveKey { .. }));
    for (request, secret, salt) in &asked {
        let mut key = [0; 32];
        secret.bytes().chain(*salt).enumerate().for_each(|(place, byte)| key[place % 32] ^= byte);
        scene.input(Input::KeyDerived { request: *request, key: Some(key) });
    }
    asked.len()
}

/// Data of the messages that were sent.
pub fn sent_data(scene: &Scene) -> Vec<String> {
    let sent = scene.sent();
    sent.iter().filter(|message| text(message, "type") == "message").map(|m| text(m, "data")).collect()
}

/// A message arrives; the sender is called `me`, as every client of these scenes.
pub fn hear(scene: &mut Scene, data: &str) {
    let members = format!(r#"{{"data":{},"secretId":"s1"}}"#, print(&data.into()));
    scene.hear("message", "me", &members);
}

/// What the app was told.
pub fn contents(scene: &Scene) -> Vec<Value> {
    let told = scene.outputs.iter().filter_map(|output| match output {
        Output::Event { name: "onIncomingMessage", detail } => detail.get("message")?.get("content").cloned(),
        _ => None,
    });
    told.collect()
}

pub fn reports(scene: &Scene) -> Vec<ErrorCode> {
    let reported = scene.outputs.iter().filter_map(|output| match output {
        Output::Report(error) => Some(error.code),
        _ => None,
    });
    reported.collect()
}

#[test]
fn secrets_are_set_listed_selected_and_deleted() {
    let mut scene = Scene::in_room();
    let list = |scene: &mut Scene| scene.call(Call::GetEncryptSecrets { room: "LOBBY".into() });
    assert_eq!(list(&mut scene), Some(json("{}")));
    assert_eq!(selected(&mut scene), Some("".into()));
    assert_eq!(scene.call(set("one", "a")), None);
    assert_eq!(scene.call(set("two", "b")), None);
    assert_eq!(list(&mut scene), Some(json(r#"{"a":"one","b":"two"}"#)));
    assert_eq!(selected(&mut scene), Some("".into()), "setting does not select");
    scene.call(select("b"));
    assert_eq!(selected(&mut scene), Some("b".into()));
    let detail = scene.detail("encryptSecretsUpdated");
    assert_eq!(keys(&detail), ["room", "encryptSecrets", "selectedSecretId", "peerInfo", "peerId"]);
    assert_eq!(detail.get("encryptSecrets"), Some(&json(r#"{"a":"one","b":"two"}"#)));
    assert_eq!(detail.get("selectedSecretId"), Some(&"b".into()));
    assert_eq!(detail.get("peerId"), Some(&"me".into()));
    assert!(detail.get("peerInfo").unwrap().get("room").is_none());
    scene.call(select(""));
    assert_eq!(selected(&mut scene), Some("".into()));
    scene.call(select("b"));
    scene.call(delete("b"));
    assert_eq!(selected(&mut scene), Some("".into()));
    scene.call(select("a"));
    scene.forget();
    scene.call(delete(""));
    assert_eq!(scene.events(), ["encryptSecretsUpdated"]);
    assert_eq!(list(&mut scene), Some(json("{}")));
    assert_eq!(selected(&mut scene), Some("".into()));
}

#[test]
fn wrong_secrets_are_refused_without_an_event() {
    let mut scene = Scene::in_room();
    scene.call(set("one", "a"));
    scene.forget();
    for (secret, id, code) in [
        (Value::Null, "a".into(), ErrorCode::NoSecret),
        ("".into(), 5.0.into(), ErrorCode::NoSecret),
        (7.0.into(), Value::Null, ErrorCode::InvalidSecret),
        ("x".into(), Value::Null, ErrorCode::NoSecret),
        ("x".into(), json("{}"), ErrorCode::InvalidSecret),
        ("x".into(), "a".into(), ErrorCode::SecretIdNotUnique),
    ] {
        assert_eq!(scene.throws(set(secret, id)), code);
    }
    assert_eq!(scene.throws(select("b")), ErrorCode::SecretIdNotFound);
    assert_eq!(scene.throws(select(5.0)), ErrorCode::InvalidSecret);
    assert_eq!(scene.throws(delete("b")), ErrorCode::SecretIdNotFound);
    assert_eq!(scene.throws(delete(5.0)), ErrorCode::SecretIdNotFound);
    assert!(scene.outputs.is_empty());
}

#[test]
fn calls_for_an_unknown_room_are_refused() {
    let mut scene = Scene::new();
    for call in [
        set("x", "a"),
        select("a"),
        delete(""),
        Call::GetEncryptSecrets { room: room() },
        Call::GetSelectedSecret { room: room() },
        Call::GetMessagePersistence { room: room() },
        Call::SetMessagePersistence { room: room(), is_persistent: true.into() },
    ] {
        assert_eq!(scene.throws(call), ErrorCode::NoRoomName);
    }
}

#[test]
fn an_old_client_in_the_room_means_its_format() {
    let mut scene = with_secret("secret", AUTO);
    scene.meet("bob");
    meet_ours(&mut scene, "carol");
    assert_eq!(derive(&mut scene), 1);
    scene.forget();
    scene.call(send("hello"));
    let sent = scene.sent();
    assert_eq!(
        sent,
        [json(&format!(
            r#"{{"type":"message","data":"{}","mid":"me","rid":"rid-of-lobby","msgId":"m",
            "roomSessionId":"rs1","peerSessionId":"ps","secretId":"s1"}}"#,
            text(&sent[0], "data")
        ))]
    );
    assert!(text(&sent[0], "data").starts_with("U2FsdGVkX1"));
    // The own listener hears the plain text, before the call returns.
    assert_eq!(contents(&scene), ["hello".into()]);
    assert_eq!(
        scene.detail("onIncomingMessage").get("message").unwrap().get("senderPeerId"),
        Some(&"ps".into())
    );
    // To those who read AES-GCM alone it is used; the others never see these.
    scene.call(send_to("psst", "carol"));
    assert!(sent_data(&scene)[1].starts_with("SKG1."));
    scene.call(send_to("psst", json(r#"["carol","bob"]"#)));
    assert!(sent_data(&scene)[2..].iter().all(|data| data.starts_with("U2FsdGVkX1")));
}

#[test]
fn options_and_surroundings_choose_the_cipher() {
    let gcm = |options: &str, prepare: fn(&mut Scene)| {
        let mut scene = with_secret("secret", options);
        prepare(&mut scene);
        scene.call(send("hello"));
        derive(&mut scene);
        sent_data(&scene)[0].starts_with("SKG1.")
    };
    assert!(gcm(AUTO, |_| {}));
    assert!(gcm(r#"{"messageCipher":"nonsense"}"#, |scene| meet_ours(scene, "bob")));
    assert!(!gcm(AUTO, |scene| {
        scene.meet("bob");
    }));
    assert!(!gcm(r#"{"messageCipher":"cryptojs"}"#, |scene| meet_ours(scene, "bob")));
    assert!(gcm(ALWAYS_GCM, |scene| {
        scene.meet("bob");
    }));
    // An old client left: nobody is held back any more.
    assert!(gcm(AUTO, |scene| {
        scene.meet("bob");
        scene.hear("bye", "bob", "{}");
    }));
}

#[test]
fn members_that_were_not_introduced_may_be_old() {
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby"}"#);
    let ticket = crate::scene::ticket("lobby").as_object().unwrap().clone().with("autoIntroduce", false);
    scene.answer_api_with(200, Some(ticket.into()));
    scene.open_socket();
    scene.let_in();
    scene.call(set("secret", "s1"));
    scene.call(select("s1"));
    scene.call(send("hello"));
    assert!(sent_data(&scene)[0].starts_with("U2FsdGVkX1"));
}

/// A page over plain http.
pub fn insecure(options: &str) -> Scene {
    let mut scene = Scene::new();
    scene.session = Session::new(Environment { can_derive_keys: false, ..environment() });
    scene.join_with(options, r#"{"roomName":"lobby"}"#, Prefetched::None);
    scene.enter();
    scene.call(set("secret", "s1"));
    scene.call(select("s1"));
    scene
}

#[test]
fn without_key_derivation_the_format_of_2_7_2_is_left() {
    let mut scene = insecure(AUTO);
    let enter = scene.sent().into_iter().find(|message| text(message, "type") == "enter").unwrap();
    assert_eq!(enter.get("messageCiphers"), None);
    meet_ours(&mut scene, "bob");
    scene.forget();
    scene.call(send("hello"));
    assert!(sent_data(&scene)[0].starts_with("U2FsdGVkX1"));
    hear(&mut scene, "SKG1.AQEBAQEBAQEBAQEBAQEBAQICAgICAgICAgICAnO-rCUmOFUBmdlXMSV5HdTbl-Bu55E");
    assert_eq!(reports(&scene), [ErrorCode::CipherUnavailable]);
    assert_eq!(insecure(ALWAYS_GCM).throws(send("hello")), ErrorCode::CipherUnavailable);
}

#[test]
fn what_one_sends_the_other_reads_in_either_format() {
    for options in [ALWAYS_GCM, r#"{"messageCipher":"cryptojs"}"#] {
        let (mut alice, mut bob) = (with_secret("secret", options), with_secret("secret", AUTO));
        for message in ["", "hello", "Grüße 👋"] {
            alice.call(send(message));
        }
        derive(&mut alice);
        derive(&mut bob);
        sent_data(&alice).iter().for_each(|data| hear(&mut bob, data));
        derive(&mut bob);
        assert_eq!(contents(&bob), ["".into(), "hello".into(), "Grüße 👋".into()]);
        assert!(reports(&bob).is_empty());
    }
}

#[test]
fn json_stays_json_in_our_format_and_becomes_text_in_the_other() {
    let value = json(r#"{"a":[1,null]}"#);
    for (options, expected) in
        [(ALWAYS_GCM, value.clone()), (r#"{"messageCipher":"cryptojs"}"#, r#"{"a":[1,null]}"#.into())]
    {
        let (mut alice, mut bob) = (with_secret("secret", options), with_secret("secret", AUTO));
        alice.call(send(value.clone()));
        assert_eq!(contents(&alice), std::slice::from_ref(&value));
        derive(&mut alice);
        hear(&mut bob, &sent_data(&alice)[0]);
        derive(&mut bob);
        assert_eq!(contents(&bob), [expected]);
    }
}

#[test]
fn a_message_that_waits_for_its_key_is_not_overtaken() {
    let mut scene = Scene::new();
    scene.join_with(ALWAYS_GCM, r#"{"roomName":"lobby"}"#, Prefetched::None);
    scene.enter();
    scene.call(set("secret", "s1"));
    scene.call(select("s1"));
    scene.call(send("1"));
    scene.call(select(""));
    scene.call(send("2"));
    scene.call(select("s1"));
    // The secret goes, the message that was given to us does not.
    scene.call(delete("s1"));
    scene.call(send("3"));
    assert!(sent_data(&scene).is_empty());
    assert_eq!(contents(&scene), ["1".into(), "2".into(), "3".into()]);
    assert_eq!(derive(&mut scene), 1);
    let data = sent_data(&scene);
    assert!(data[0].starts_with("SKG1."));
    assert_eq!(data[1..], ["2", "3"]);
}

#[test]
fn a_message_that_comes_is_not_overtaken_either() {
    let (mut alice, mut bob) = (with_secret("secret", ALWAYS_GCM), with_secret("secret", AUTO));
    alice.call(send("1"));
    derive(&mut alice);
    // Another salt than that of the key which bob has prepared.
    bob.call(delete(""));
    bob.call(set("secret", "s1"));
    derive(&mut bob);
    bob.forget();
    let sealed = sent_data(&alice)[0].clone();
    hear(&mut bob, &sealed);
    bob.hear("message", "dora", r#"{"data":"2"}"#);
    bob.hear("public", "old", r#"{"data":"3"}"#);
    assert!(contents(&bob).is_empty());
    assert_eq!(derive(&mut bob), 1);
    assert_eq!(contents(&bob), ["1".into(), "2".into(), "3".into()]);
    // The key is kept.
    hear(&mut bob, &sealed);
    assert_eq!(contents(&bob).len(), 4);
}

#[test]
fn a_deleted_secret_releases_what_waited_for_its_key() {
    let mut alice = with_secret("secret", ALWAYS_GCM);
    alice.call(send("1"));
    derive(&mut alice);
    let mut bob = Scene::in_room();
    bob.call(set("secret", "s1"));
    hear(&mut bob, &sent_data(&alice)[0]);
    bob.hear("message", "dora", r#"{"data":"2"}"#);
    bob.call(set("other", "s2"));
    bob.call(delete("s1"));
    assert_eq!(contents(&bob), ["2".into()]);
    assert_eq!(reports(&bob), [ErrorCode::DecryptionFailed]);
    derive(&mut bob);
    assert_eq!(contents(&bob), ["2".into()]);
}

#[test]
fn who_reads_first_sends_with_the_same_key() {
    let mut alice = with_secret("secret", ALWAYS_GCM);
    alice.call(send("1"));
    derive(&mut alice);
    let mut bob = Scene::in_room();
    bob.call(set("secret", "s1"));
    hear(&mut bob, &sent_data(&alice)[0]);
    assert_eq!(derive(&mut bob), 1);
    bob.call(select("s1"));
    assert_eq!(derive(&mut bob), 0, "no further key");
    bob.call(send("2"));
    hear(&mut alice, &sent_data(&bob)[0]);
    assert_eq!(derive(&mut alice), 0);
    assert_eq!(contents(&alice), ["1".into(), "2".into()]);
}

#[test]
fn what_cannot_be_read_is_reported_and_dropped() {
    let mut scene = Scene::in_room();
    hear(&mut scene, "U2FsdGVkX18AAQIDBAUGB7EneBv52UHf7+8I76BVD2w=");
    assert_eq!(reports(&scene), [ErrorCode::SecretsNotProvided]);
    scene.call(set("correct horse", "s2"));
    scene.forget();
    hear(&mut scene, "U2FsdGVkX18AAQIDBAUGB7EneBv52UHf7+8I76BVD2w=");
    assert_eq!(reports(&scene), [ErrorCode::DecryptionFailed], "unknown id");
    scene.call(set("wrong horse", "s1"));
    hear(&mut scene, "U2FsdGVkX18AAQIDBAUGB7EneBv52UHf7+8I76BVD2w=");
    hear(&mut scene, "hello");
    hear(&mut scene, "SKG1.");
    hear(&mut scene, "SKG1.AAAA");
    scene.hear("message", "bob", r#"{"data":{"a":1},"secretId":"s1"}"#);
    assert_eq!(reports(&scene), [ErrorCode::DecryptionFailed; 6]);
    assert!(contents(&scene).is_empty());
    // The right one, under another id.
    scene.hear(
        "message",
        "bob",
        r#"{"data":"U2FsdGVkX18AAQIDBAUGB7EneBv52UHf7+8I76BVD2w=","secretId":"s2"}"#,
    );
    assert_eq!(contents(&scene), ["hello skylink".into()]);
}

#[test]
fn a_message_of_ours_is_bound_to_its_sender_and_secret_id() {
    let mut alice = with_secret("secret", ALWAYS_GCM);
    alice.call(send("1"));
    derive(&mut alice);
    let sealed = print(&sent_data(&alice)[0].as_str().into());
    let mut bob = with_secret("secret", AUTO);
    bob.call(set("secret", "s2"));
    derive(&mut bob);
    bob.hear("message", "mallory", &format!(r#"{{"data":{sealed},"secretId":"s1"}}"#));
    bob.hear("message", "me", &format!(r#"{{"data":{sealed},"secretId":"s2"}}"#));
    derive(&mut bob);
    assert_eq!(reports(&bob), [ErrorCode::DecryptionFailed; 2]);
    assert!(contents(&bob).is_empty());
}

#[test]
fn a_stranger_cannot_keep_the_browser_busy_with_ever_new_salts() {
    let mut scene = with_secret("secret", AUTO);
    derive(&mut scene);
    let mut derived = 0;
    for salt in 0..40_u8 {
        let salt = char::from(b'A' + salt % 26).to_string() + &char::from(b'a' + salt / 26).to_string();
        hear(
            &mut scene,
            &format!("SKG1.{salt}EBAQEBAQEBAQEBAQEBAQICAgICAgICAgICAnO-rCUmOFUBmdlXMSV5HdTbl-Bu55E"),
        );
        derived += derive(&mut scene);
    }
    assert_eq!(derived, 8);
    assert_eq!(reports(&scene), [ErrorCode::DecryptionFailed; 40]);
    // Others are not held up.
    scene.hear("message", "bob", r#"{"data":"hello"}"#);
    assert_eq!(contents(&scene), ["hello".into()]);
}

#[test]
fn a_browser_that_makes_no_keys_is_got_round() {
    let fail = |options: &str| {
        let mut scene = Scene::new();
        scene.join_with(options, r#"{"roomName":"lobby"}"#, Prefetched::None);
        scene.enter();
        scene.call(set("secret", "s1"));
        scene.call(select("s1"));
        scene.call(send("1"));
        let request = scene.outputs.iter().find_map(|output| match output {
            Output::DeriveKey { request, .. } => Some(*request),
            _ => None,
        });
        scene.input(Input::KeyDerived { request: request.unwrap(), key: None });
        scene
    };
    assert!(sent_data(&fail(AUTO))[0].starts_with("U2FsdGVkX1"));
    let scene = fail(ALWAYS_GCM);
    assert!(sent_data(&scene).is_empty());
    assert_eq!(reports(&scene), [ErrorCode::CipherUnavailable]);
}

#[test]
fn what_waits_when_the_room_is_left_is_sent_if_the_app_did_not_forbid_it() {
    let leave = |options: &str| {
        let mut scene = Scene::new();
        scene.join_with(options, r#"{"roomName":"lobby"}"#, Prefetched::None);
        scene.enter();
        scene.call(set("secret", "s1"));
        scene.call(select("s1"));
        scene.call(send("bye"));
        let promise = scene.promise();
        scene.call(Call::LeaveRoom { promise, room: room(), stop_streams: true });
        assert!(scene.settled.contains_key(&promise));
        derive(&mut scene);
        sent_data(&scene)
    };
    let data = leave(AUTO);
    assert!(data[0].starts_with("U2FsdGVkX1"));
    assert!(leave(ALWAYS_GCM).is_empty());
}

proptest! {
    #[test]
    fn messages_arrive_in_order_whatever_they_wait_for(
        kinds in prop::collection::vec(0..4_u8, 1..12), late in 0..12_usize,
    ) {
        let (mut alice, mut bob) = (Scene::new(), Scene::in_room());
        alice.join_with(ALWAYS_GCM, r#"{"roomName":"lobby"}"#, Prefetched::None);
        alice.enter();
        alice.call(set("secret", "s1"));
        alice.call(set("another", "s2"));
        bob.call(set("secret", "s1"));
        bob.call(set("another", "s2"));
        for (place, kind) in kinds.iter().enumerate() {
            alice.call(select(["", "s1", "s2", "s1"][usize::from(*kind)]));
            alice.call(send(place as f64));
            if place == late {
                derive(&mut alice);
            }
        }
        derive(&mut alice);
        for message in alice.sent().into_iter().filter(|message| text(message, "type") == "message") {
            bob.receive(message);
        }
        while derive(&mut bob) > 0 {}
        let expected: Vec<Value> = (0..kinds.len()).map(|place| (place as f64).into()).collect();
        prop_assert_eq!(contents(&bob), expected);
    }
}
