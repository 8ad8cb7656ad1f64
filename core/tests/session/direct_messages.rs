//! Messages that do not pass through the server, and the data channels they take.

use crate::scene::{keys, text, Scene};
use crate::surroundings::json;
use skylink_core::{
    Call, ChannelEvent, ChannelId, ChannelOp, ConnectionEvent, ConnectionId, ConnectionOp, ErrorCode,
    LogCode, MessageText, Output, Prefetched,
};
use skylink_protocol::data_channel::DirectMessage;
use skylink_protocol::{Object, Value};

pub fn on_channel(scene: &mut Scene, connection: ConnectionId, channel: ChannelId, event: ChannelEvent) {
    scene.report(connection, ConnectionEvent::Channel { channel, buffered: 0.0, event });
}

/// A peer that offered, with an open channel that it opened.
pub fn with_channel(scene: &mut Scene, peer: &str) -> ConnectionId {
    let connection = scene.connect(peer);
    on_channel(scene, connection, 1, ChannelEvent::Offered { label: format!("x_{peer}_me") });
    on_channel(scene, connection, 1, ChannelEvent::Open);
    connection
}

pub fn call(arguments: &[&str]) -> Call {
    let argument = |place: usize| arguments.get(place).map(|text| json(text));
    Call::SendP2PMessage { first: argument(0), second: argument(1), third: argument(2), length: 0 }
}

/// The texts that went through channels, by connection.
fn sent(scene: &Scene) -> Vec<(ConnectionId, Value)> {
    let texts = scene.outputs.iter().filter_map(|output| match output {
        Output::Connection {
            connection,
            op: ConnectionOp::Channel { op: ChannelOp::SendMessages(messages), .. },
        } => match messages.as_slice() {
            [MessageText { text, content: None }] => Some((*connection, json(text))),
            _ => panic!("2.7.2 takes one at a time"),
        },
        _ => None,
    });
    texts.collect()
}

fn wire(is_private: bool, target: &str, data: &str) -> Value {
    json(&format!(
        r#"{{"type":"MESSAGE","isPrivate":{is_private},"sender":"me","target":{target},"data":{data}}}"#
    ))
}

pub fn message(scene: &Scene) -> Object {
    scene.detail("onIncomingMessage").get("message").and_then(Value::as_object).unwrap().clone()
}

fn logged(scene: &Scene, code: LogCode) -> bool {
    scene.outputs.iter().any(|output| matches!(output, Output::Log { code: logged, .. } if *logged == code))
}

#[test]
fn every_documented_form_reaches_whom_it_should() {
    let everybody = r#"["hi"]"#;
    let forms: [(&[&str], &str, bool); 12] = [
        (&[r#""lobby""#, everybody], "null", false),
        (&[r#""LOBBY""#, everybody, "null"], "null", false),
        (&[r#""lobby""#, everybody, r#""bob""#], r#""bob""#, true),
        (&[r#""lobby""#, everybody, r#"["bob","nobody"]"#], r#""bob""#, true),
        (&[everybody], "null", false),
        (&[everybody, r#""bob""#], r#""bob""#, true),
        (&[everybody, r#"["bob"]"#], r#""bob""#, true),
        (&[everybody, "null"], "null", false),
        (&[r#""""#, everybody], "null", false),
        (&["null", everybody], "null", false),
        (&["null", everybody, r#""bob""#], r#""bob""#, true),
        (&[r#""elsewhere""#, everybody, r#""bob""#], r#""bob""#, true),
    ];
    for (arguments, target, is_private) in forms {
        let mut scene = Scene::in_room();
        let bob = with_channel(&mut scene, "bob");
        scene.forget();
        scene.call(call(arguments));
        assert_eq!(sent(&scene), [(bob, wire(is_private, target, everybody))], "{arguments:?}");
        assert_eq!(message(&scene).get("isPrivate"), Some(&is_private.into()));
    }
}

#[test]
fn a_room_without_a_message_gets_an_empty_one() {
    let mut scene = Scene::in_room();
    let bob = with_channel(&mut scene, "bob");
    for arguments in [&[r#""lobby""#] as &[&str], &[], &[r#""""#]] {
        scene.forget();
        scene.call(call(arguments));
        assert_eq!(sent(&scene), [(bob, wire(false, "null", r#""""#))], "{arguments:?}");
    }
}

#[test]
fn any_json_is_a_message() {
    let mut scene = Scene::in_room();
    with_channel(&mut scene, "bob");
    for data in ["0", "false", r#"{"a":[1,null]}"#, r#""text""#, "[]"] {
        for arguments in [&[r#""lobby""#, data] as &[&str], &[data]] {
            scene.forget();
            scene.call(call(arguments));
            assert_eq!(sent(&scene)[0].1.get("data"), Some(&json(data)));
            assert_eq!(message(&scene).get("content"), Some(&json(data)));
        }
    }
}

#[test]
fn our_own_listeners_hear_it_even_when_nobody_got_it() {
    let mut scene = Scene::in_room();
    scene.call(call(&[r#""lobby""#, r#""hi""#, r#""nobody""#]));
    let detail = scene.detail("onIncomingMessage");
    assert_eq!(keys(&detail), ["peerId", "peerInfo", "isSelf", "room", "message"]);
    assert_eq!(detail.get("isSelf"), Some(&true.into()));
    assert_eq!(
        Value::from(message(&scene)),
        json(
            r#"{"targetPeerId":"nobody","content":"hi","senderPeerId":"me","isDataChannel":true,
            "isPrivate":true}"#
        )
    );
    scene.forget();
    scene.call(call(&[r#""hi""#]));
    assert!(logged(&scene, LogCode::NobodyToSendTo));
    assert_eq!(message(&scene).get("targetPeerId"), Some(&Value::Null));
}

#[test]
fn nothing_is_sent_before_the_room_is_entered_or_with_channels_switched_off() {
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby"}"#);
    scene.forget();
    scene.call(call(&[r#""hi""#]));
    assert!(logged(&scene, LogCode::P2PNotInRoom));
    assert_eq!(scene.events(), [""; 0]);

    let mut scene = Scene::new();
    let options = r#"{"appKey":"demo","enableDataChannel":false}"#;
    scene.join_with(options, r#"{"roomName":"lobby"}"#, Prefetched::None);
    scene.enter();
    with_channel(&mut scene, "bob");
    scene.forget();
    scene.call(call(&[r#""hi""#]));
    assert!(logged(&scene, LogCode::DataChannelsOff));
    assert_eq!(scene.events(), [""; 0]);
}

#[test]
fn a_channel_that_is_not_open_is_an_error_and_everybody_else_gets_the_message() {
    let mut scene = Scene::in_room();
    let bob = scene.connect("bob");
    on_channel(&mut scene, bob, 1, ChannelEvent::Offered { label: "x_bob_me".into() });
    scene.forget();
    let error = scene.session.call(scene.now, call(&[r#""hi""#])).unwrap_err();
    assert_eq!((error.code, error.detail.as_deref()), (ErrorCode::ChannelNotOpen, Some("connecting")));
    scene.call(Call::GetPeersInRoom { room: "lobby".into() });
    let detail = Value::from(scene.detail("dataChannelState"));
    assert_eq!(text(&detail, "state"), "sendMessageError");
    assert_eq!(text(&detail, "messageType"), "messaging");
    assert_eq!(text(&detail, "channelName"), "x_bob_me");
    assert_eq!(text(&detail, "error"), "Failed sending message - Data Channel connection is not open");
    assert_eq!(scene.events(), ["dataChannelState"], "nobody got it, so we do not either");

    on_channel(&mut scene, bob, 1, ChannelEvent::Open);
    on_channel(&mut scene, bob, 1, ChannelEvent::Closed);
    let carol = with_channel(&mut scene, "carol");
    scene.forget();
    let error = scene.session.call(scene.now, call(&[r#""lobby""#, r#""hi""#])).unwrap_err();
    assert_eq!(error.detail.as_deref(), Some("closed"));
    scene.call(Call::GetPeersInRoom { room: "lobby".into() });
    assert_eq!(sent(&scene), [(carol, wire(false, "null", r#""hi""#))]);
    assert_eq!(message(&scene).get("content"), Some(&"hi".into()));
}

#[test]
fn what_the_browser_does_not_take_is_told() {
    let mut scene = Scene::in_room();
    let bob = with_channel(&mut scene, "bob");
    on_channel(&mut scene, bob, 1, ChannelEvent::NotSent(70));
    let detail = Value::from(scene.detail("dataChannelState"));
    assert_eq!(text(&detail, "state"), "sendMessageError");
    assert_eq!(detail.get("error"), Some(&Value::Handle(70)));
    assert!(scene.has(&Output::Release(70)));
}

#[test]
fn a_message_comes_in() {
    let mut scene = Scene::in_room();
    let bob = with_channel(&mut scene, "bob");
    let text = r#"{"type":"MESSAGE","isPrivate":true,"sender":"bob","target":"me","data":{"psst":1}}"#;
    on_channel(&mut scene, bob, 1, ChannelEvent::Text(text.into()));
    let detail = scene.detail("onIncomingMessage");
    assert_eq!(detail.get("peerId"), Some(&"bob".into()));
    assert_eq!(detail.get("isSelf"), Some(&false.into()));
    assert_eq!(
        Value::from(message(&scene)),
        json(
            r#"{"targetPeerId":"me","content":{"psst":1},"senderPeerId":"bob","isDataChannel":true,
            "isPrivate":true}"#
        )
    );
}

#[test]
fn rubbish_on_a_channel_is_dropped() {
    let mut scene = Scene::in_room();
    let bob = with_channel(&mut scene, "bob");
    scene.forget();
    for text in ["", "{", "12", "null", r#"{"type":7}"#, r#"{"type":"PUT"}"#, "AAAA"] {
        on_channel(&mut scene, bob, 1, ChannelEvent::Text(text.into()));
    }
    on_channel(&mut scene, bob, 9, ChannelEvent::Text(r#"{"type":"MESSAGE","data":1}"#.into()));
    assert_eq!(scene.events(), [""; 0]);
}

#[test]
fn a_channel_that_the_original_opens_beside_ours_carries_messages() {
    let mut scene = Scene::in_room();
    let bob = with_channel(&mut scene, "bob");
    // It makes one when it offers before it has heard of ours, and sends through its own from then on.
    on_channel(&mut scene, bob, 2, ChannelEvent::Offered { label: "its own".into() });
    on_channel(&mut scene, bob, 2, ChannelEvent::Open);
    assert_eq!(scene.detail("dataChannelState").get("channelType"), Some(&"messaging".into()));
    scene.forget();
    on_channel(&mut scene, bob, 2, ChannelEvent::Text(r#"{"type":"MESSAGE","data":"hi"}"#.into()));
    assert_eq!(message(&scene).get("content"), Some(&"hi".into()));
}

#[test]
fn a_channel_that_replaces_another_is_used_from_then_on() {
    let mut scene = Scene::in_room();
    scene.extensions = r#","fileChannels":true"#;
    let bob = with_channel(&mut scene, "bob");
    on_channel(&mut scene, bob, 2, ChannelEvent::Offered { label: "x_bob_me".into() });
    on_channel(&mut scene, bob, 2, ChannelEvent::Open);
    on_channel(&mut scene, bob, 3, ChannelEvent::Offered { label: "other".into() });
    on_channel(&mut scene, bob, 3, ChannelEvent::Open);
    assert_eq!(scene.detail("dataChannelState").get("channelType"), Some(&"data".into()));
    scene.forget();
    on_channel(&mut scene, bob, 1, ChannelEvent::Closed);
    assert_eq!(scene.detail("dataChannelState").get("state"), Some(&"closed".into()));
    scene.call(call(&[r#""hi""#]));
    let used = scene.outputs.iter().find_map(|output| match output {
        Output::Connection {
            op: ConnectionOp::Channel { channel, op: ChannelOp::SendMessages(_) }, ..
        } => Some(*channel),
        _ => None,
    });
    assert_eq!(used, Some(2));
    let forgotten = ConnectionOp::Channel { channel: 1, op: ChannelOp::Close };
    assert!(scene.has(&Output::Connection { connection: bob, op: forgotten }));
}

#[test]
fn errors_of_a_channel_are_told_unless_its_user_closed_it() {
    let mut scene = Scene::in_room();
    let bob = with_channel(&mut scene, "bob");
    scene.forget();
    on_channel(&mut scene, bob, 1, ChannelEvent::Failed { error: 70, cause: Some(12.0) });
    assert_eq!(scene.events(), [""; 0]);
    on_channel(&mut scene, bob, 1, ChannelEvent::Failed { error: 71, cause: None });
    assert_eq!(scene.detail("dataChannelState").get("error"), Some(&Value::Handle(71)));
    assert!(scene.has(&Output::Release(70)) && scene.has(&Output::Release(71)));
}

#[test]
fn a_channel_that_cannot_be_made_is_told_and_forgotten() {
    let mut scene = Scene::in_room();
    let bob = scene.meet("bob");
    scene.hear("welcome", "bob", r#"{"target":"me","userInfo":{}}"#);
    let opened = scene.outputs.iter().find_map(|output| match output {
        Output::Connection { op: ConnectionOp::Channel { channel, op: ChannelOp::Open { .. } }, .. } => {
            Some(*channel)
        }
        _ => None,
    });
    on_channel(&mut scene, bob, opened.unwrap(), ChannelEvent::NotMade(70));
    let detail = scene.detail("dataChannelState");
    assert_eq!(detail.get("state"), Some(&"createError".into()));
    assert_eq!(detail.get("error"), Some(&Value::Handle(70)));
    assert_eq!(detail.get("buferAmount"), detail.get("bufferAmount"));
    scene.forget();
    scene.call(call(&[r#""hi""#]));
    assert_eq!(sent(&scene), []);
}

#[test]
fn the_buffer_is_as_the_browser_reports() {
    let mut scene = Scene::in_room();
    let bob = with_channel(&mut scene, "bob");
    scene.report(
        bob,
        ConnectionEvent::Channel { channel: 1, buffered: 12.0, event: ChannelEvent::BufferedAmountLow },
    );
    let expected = json(r#"{"bufferedAmount":12,"bufferedAmountLow":12,"bufferedAmountLowThreshold":0}"#);
    let detail = scene.detail("dataChannelState");
    assert_eq!(detail.get("bufferAmount"), Some(&expected));
    assert!(detail.get("room").is_some());
    scene.hear("bye", "bob", "{}");
    assert_eq!(scene.detail("dataChannelState").get("bufferAmount"), Some(&expected));
}

#[test]
fn a_text_that_stays_outside_is_written_into_its_place_and_let_go() {
    let mut scene = Scene::in_room();
    let bob = with_channel(&mut scene, "bob");
    scene.forget();
    let (first, second) = (Some("lobby".into()), Some(Value::Handle(5)));
    scene.call(Call::SendP2PMessage { first, second, third: None, length: 2 });
    let text = r#"{"type":"MESSAGE","isPrivate":false,"sender":"me","target":null,"data":"#;
    let op = ChannelOp::SendMessages(vec![MessageText { text: text.into(), content: Some(5) }]);
    let op = ConnectionOp::Channel { channel: 1, op };
    assert!(scene.has(&Output::Connection { connection: bob, op }));
    assert_eq!(message(&scene).get("content"), Some(&Value::Handle(5)));
    assert_eq!(scene.outputs.last(), Some(&Output::Release(5)));

    for (first, scene) in [("elsewhere", &mut scene), ("lobby", &mut Scene::in_room())] {
        scene.forget();
        let (first, second) = (Some(first.into()), Some(Value::Handle(6)));
        scene.call(Call::SendP2PMessage { first, second, third: Some("nobody".into()), length: 2 });
        assert_eq!(scene.outputs.iter().filter(|it| **it == Output::Release(6)).count(), 1);
    }
}

fn text_message(content: u32) -> ChannelEvent {
    let data = Value::Handle(content);
    ChannelEvent::Messages(vec![DirectMessage { data, ..DirectMessage::default() }])
}

#[test]
fn a_text_that_came_is_let_go_once_it_was_heard_or_when_nobody_can_hear_it() {
    let mut scene = Scene::in_room();
    let bob = with_channel(&mut scene, "bob");
    scene.forget();
    on_channel(&mut scene, bob, 1, text_message(5));
    assert_eq!(message(&scene).get("content"), Some(&Value::Handle(5)));
    assert_eq!(scene.outputs.last(), Some(&Output::Release(5)));
    scene.hear("bye", "bob", "{}");
    scene.forget();
    on_channel(&mut scene, bob, 1, text_message(6));
    assert_eq!(scene.outputs, [Output::Release(6)]);
}

#[test]
fn what_messages_show_of_a_peer_is_kept_until_it_may_have_changed() {
    let mut scene = Scene::in_room();
    let bob = with_channel(&mut scene, "bob");
    let name = |scene: &Scene| scene.detail("onIncomingMessage").get("peerInfo")?.get("userData").cloned();
    for _ in 0..3 {
        scene.call(call(&[r#""lobby""#, r#""hi""#]));
        on_channel(&mut scene, bob, 1, text_message(5));
        on_channel(&mut scene, bob, 1, ChannelEvent::BufferedAmountLow);
    }
    assert_eq!(scene.kept(), 2, "of ourselves, and of the peer");
    scene.hear("updateUserEvent", "bob", r#"{"userData":"Robert","stamp":1}"#);
    assert_eq!(scene.kept(), 0);
    on_channel(&mut scene, bob, 1, text_message(5));
    assert_eq!(name(&scene), Some("Robert".into()));

    scene.call(Call::SetUserData { room: "lobby".into(), data: "Alice".into() });
    scene.call(call(&[r#""lobby""#, r#""hi""#]));
    assert_eq!(name(&scene), Some("Alice".into()));
    let promise = scene.promise();
    scene.call(Call::LeaveRoom { promise, room: "lobby".into(), stop_streams: true });
    assert_eq!(scene.kept(), 0);
}
