//! Direct messages that go as a list to those who take lists.

use crate::direct_messages::{call, message, on_channel, with_channel};
use crate::scene::Scene;
use skylink_core::{Call, ChannelEvent, ChannelOp, ConnectionId, ConnectionOp, Handle, Input, Output};
use skylink_protocol::data_channel::DirectMessage;
use skylink_protocol::Value;

/// With an open channel to a peer that takes lists of messages.
fn with_lists(peer: &str) -> (Scene, ConnectionId) {
    let mut scene = Scene::in_room();
    scene.extensions = r#","messageLists":true"#;
    let connection = with_channel(&mut scene, peer);
    scene.forget();
    (scene, connection)
}

/// A text of so many letters that the shell has.
fn send_kept(scene: &mut Scene, content: Handle, length: usize) {
    let (first, second) = (Some("lobby".into()), Some(Value::Handle(content)));
    scene.call(Call::SendP2PMessage { first, second, third: None, length });
}

/// The contents that went through channels together, and those that were let go, in their order.
fn contents(scene: &Scene) -> Vec<String> {
    let contents = scene.outputs.iter().filter_map(|output| match output {
        Output::Connection {
            op: ConnectionOp::Channel { op: ChannelOp::SendMessages(messages), .. },
            ..
        } => {
            let contents = messages.iter().filter_map(|message| message.content);
            Some(format!("sent{}", contents.map(|content| format!(" {content}")).collect::<String>()))
        }
        Output::Release(handle) => Some(format!("let {handle} go")),
        _ => None,
    });
    contents.collect()
}

#[test]
fn messages_of_one_script_go_together() {
    let (mut scene, _) = with_lists("bob");
    send_kept(&mut scene, 5, 100);
    send_kept(&mut scene, 6, 100);
    assert_eq!(contents(&scene), [""; 0], "they wait for the end of the script");
    assert_eq!(scene.events(), ["onIncomingMessage"; 2], "our own listeners need not");
    assert_eq!(scene.outputs.iter().filter(|output| **output == Output::AwaitScriptEnd).count(), 1);
    scene.input(Input::ScriptEnded);
    assert_eq!(contents(&scene), ["sent 5 6", "let 5 go", "let 6 go"]);

    scene.forget();
    send_kept(&mut scene, 7, 100);
    scene.input(Input::ScriptEnded);
    assert_eq!(contents(&scene), ["sent 7", "let 7 go"], "and the next script has one of its own");
    scene.forget();
    scene.input(Input::ScriptEnded);
    assert_eq!(scene.outputs, []);
}

#[test]
fn what_is_alike_in_messages_is_said_once() {
    let (mut scene, _) = with_lists("bob");
    send_kept(&mut scene, 5, 100);
    send_kept(&mut scene, 6, 100);
    scene.call(call(&[r#""lobby""#, r#"{"a":1}"#]));
    scene.call(call(&[r#""lobby""#, r#"{"a":1}"#]));
    send_kept(&mut scene, 7, 100);
    scene.input(Input::ScriptEnded);
    let before = r#"{"type":"MESSAGE","isPrivate":false,"sender":"me","target":null,"data":"#;
    let whole = format!(r#"{before}{{"a":1}}}}"#);
    let texts = scene.outputs.iter().find_map(|output| match output {
        Output::Connection {
            op: ConnectionOp::Channel { op: ChannelOp::SendMessages(messages), .. },
            ..
        } => Some(messages.iter().map(|message| message.text.as_str()).collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(texts.unwrap(), [before, "", &whole, &whole, before]);
}

#[test]
fn nothing_overtakes_messages_that_wait() {
    let (mut scene, bob) = with_lists("bob");
    let promise = scene.promise();
    send_kept(&mut scene, 5, 100);
    scene.call(Call::LeaveRoom { promise, room: "lobby".into(), stop_streams: true });
    let place = |wanted: &dyn Fn(&ConnectionOp) -> bool| {
        scene.outputs.iter().position(|output| match output {
            Output::Connection { connection, op } => *connection == bob && wanted(op),
            _ => false,
        })
    };
    let sent = place(&|op| matches!(op, ConnectionOp::Channel { op: ChannelOp::SendMessages(_), .. }));
    let closed = place(&|op| matches!(op, ConnectionOp::Close));
    assert!(sent.is_some() && sent < closed, "{sent:?} {closed:?}");
}

#[test]
fn lists_are_no_longer_than_browsers_take() {
    let (mut scene, _) = with_lists("bob");
    for content in 1..=10 {
        send_kept(&mut scene, content, 1_800);
    }
    assert_eq!(contents(&scene)[0], "sent 1 2 3 4 5 6 7 8 9 10", "enough does not wait");
    scene.forget();
    send_kept(&mut scene, 7, 100);
    send_kept(&mut scene, 8, 200_000);
    assert_eq!(contents(&scene), ["sent 7", "let 7 go", "sent 8", "let 8 go"], "what is long goes alone");
    scene.forget();
    for _ in 0..6_000 {
        send_kept(&mut scene, 9, 0);
    }
    assert!(contents(&scene)[0].len() < 12_000, "empty ones are counted as well");
}

#[test]
fn who_takes_no_lists_gets_messages_one_by_one_beside_who_does() {
    let (mut scene, bob) = with_lists("bob");
    scene.extensions = "";
    let carol = with_channel(&mut scene, "carol");
    scene.forget();
    send_kept(&mut scene, 5, 100);
    send_kept(&mut scene, 6, 100);
    scene.input(Input::ScriptEnded);
    let whose = scene.outputs.iter().filter_map(|output| match output {
        Output::Connection { connection, .. } => Some(*connection),
        _ => None,
    });
    assert_eq!(whose.collect::<Vec<_>>(), [carol, carol, bob]);
    assert_eq!(contents(&scene), ["sent 5", "sent 6", "sent 5 6", "let 5 go", "let 6 go"]);
}

#[test]
fn messages_come_in_as_a_list() {
    let (mut scene, bob) = with_lists("bob");
    let text = r#"[{"type":"MESSAGE","data":{"a":1}},7,{"type":"PUT"},{"type":"MESSAGE","data":"b"}]"#;
    on_channel(&mut scene, bob, 1, ChannelEvent::Text(text.into()));
    assert_eq!(scene.events(), ["onIncomingMessage"; 2], "what is no message is dropped");
    assert_eq!(message(&scene).get("content"), Some(&"b".into()));
    scene.forget();
    let text = r#"["lost",{"type":"MESSAGE","isPrivate":true,"target":"me","data":"a"},"b"]"#;
    on_channel(&mut scene, bob, 1, ChannelEvent::Text(text.into()));
    assert_eq!(scene.events(), ["onIncomingMessage"; 2]);
    assert_eq!(message(&scene).get("content"), Some(&"b".into()));
    assert_eq!(message(&scene).get("isPrivate"), Some(&true.into()));
    scene.forget();
    let both =
        [5, 6].map(|content| DirectMessage { data: Value::Handle(content), ..DirectMessage::default() });
    on_channel(&mut scene, bob, 1, ChannelEvent::Messages(both.into()));
    assert_eq!(scene.events(), ["onIncomingMessage"; 2]);
    assert_eq!(contents(&scene), ["let 5 go", "let 6 go"]);
}
