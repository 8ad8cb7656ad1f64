//! Frames of real skylinkjs 2.7.2 clients (`protocol/tests/frames`), fed in as a server would.

use crate::scene::{text, Scene};
use crate::surroundings::json;
use skylink_core::{ChannelOp, ConnectionEvent, ConnectionOp, DescriptionKind, Kind, Output};
use skylink_protocol::Value;

const FILES: [&str; 4] = [
    include_str!("../../../protocol/tests/frames/two-clients.json"),
    include_str!("../../../protocol/tests/frames/three-clients.json"),
    include_str!("../../../protocol/tests/frames/two-rooms.json"),
    include_str!("../../../protocol/tests/frames/special-keys.json"),
];

/// Who sent each frame, and the frame.
pub fn frames(file: &str) -> Vec<(String, String)> {
    let entries = json(file);
    let entry = |entry: &Value| (text(entry, "from"), text(entry, "frame"));
    entries.as_list().unwrap().iter().map(entry).collect()
}

pub fn all_frames() -> Vec<String> {
    FILES.iter().flat_map(|file| frames(file)).map(|(_, frame)| frame).collect()
}

/// The message in a frame, if it is one.
pub fn message(frame: &str) -> Option<Value> {
    let arguments = json(frame.strip_prefix("42")?);
    Some(json(arguments.as_list()?[1].as_text()?))
}

/// A captured message, with the ids that our scene knows.
fn captured(kind: &str, place: usize) -> Value {
    let messages = frames(FILES[0]).into_iter().filter_map(|(_, frame)| message(&frame));
    let found = messages.filter(|message| text(message, "type") == kind).nth(place).unwrap();
    found.as_object().unwrap().clone().with("rid", crate::scene::RID).with("target", "me").into()
}

#[test]
fn every_frame_is_taken_without_harm_before_and_after_we_are_in() {
    for stage in 0..3 {
        let mut scene = if stage == 2 { Scene::in_room() } else { Scene::new() };
        if stage < 2 {
            scene.join(r#"{"roomName":"lobby"}"#);
            scene.answer_api();
        }
        if stage == 1 {
            scene.open_socket();
        }
        for frame in all_frames() {
            scene.frame(&frame.replace("rk-two", crate::scene::RID));
        }
        let promise = scene.promise();
        scene.call(skylink_core::Call::LeaveAllRooms { promise, stop_streams: true });
        scene.assert_empty();
    }
}

#[test]
fn a_newcomer_of_2_7_2_is_greeted_and_answered() {
    let mut scene = Scene::with_media();
    scene.receive(captured("enter", 1));
    let bob = text(&captured("enter", 1), "mid");
    assert_eq!(scene.sent_types(), ["welcome"]);
    assert_eq!(text(&scene.sent()[0], "target"), bob);
    let connection = scene.last_connection();
    let name = scene.detail("peerJoined").get("peerInfo").unwrap().get("agent").unwrap().get("name").cloned();
    assert_eq!(name, Some("chrome".into()));

    let offer = captured("offer", 0);
    assert_eq!(text(&offer, "mid"), bob);
    scene.receive(offer.clone());
    let sdp = text(&offer, "sdp");
    let set =
        Output::Connection { connection, op: ConnectionOp::SetRemote { kind: DescriptionKind::Offer, sdp } };
    assert!(scene.has(&set));
    scene.report(connection, ConnectionEvent::RemoteSet);
    assert_eq!(scene.detail("handshakeProgress").get("state"), Some(&"offer".into()));
    assert!(scene.has(&Output::Connection {
        connection,
        op: ConnectionOp::AddStream { stream: 1, kind: Kind::Audio, layers: None }
    }));
    scene.report(connection, ConnectionEvent::AnswerCreated("v=0\r\n".into()));
    scene.report(connection, ConnectionEvent::LocalSet);
    assert_eq!(scene.sent_types(), ["welcome", "answer"]);
    scene.receive(captured("answerAck", 0));
    assert_eq!(scene.detail("handshakeProgress").get("state"), Some(&"answerAck".into()));
}

#[test]
fn a_welcome_of_2_7_2_is_answered_with_an_offer() {
    let mut scene = Scene::with_media();
    scene.receive(captured("welcome", 0));
    let connection = scene.last_connection();
    assert_eq!(scene.detail("handshakeProgress").get("state"), Some(&"welcome".into()));
    let ops: Vec<&ConnectionOp> = scene
        .outputs
        .iter()
        .filter_map(|output| match output {
            Output::Connection { op, .. } => Some(op),
            _ => None,
        })
        .collect();
    assert!(matches!(
        ops.as_slice(),
        [
            ConnectionOp::Create { .. },
            ConnectionOp::Channel { op: ChannelOp::Open { .. }, .. },
            ConnectionOp::AddStream { stream: 1, kind: Kind::Audio, layers: None },
            ConnectionOp::AddStream { stream: 2, kind: Kind::Video, layers: None },
            ConnectionOp::CreateOffer { ice_restart: false, .. }
        ]
    ));
    scene.report(connection, ConnectionEvent::OfferCreated("v=0\r\n".into()));
    assert_eq!(scene.sent_types(), ["offer"]);
    scene.receive(captured("answer", 0));
    scene.report(connection, ConnectionEvent::LocalSet);
    scene.report(connection, ConnectionEvent::RemoteSet);
    assert_eq!(scene.sent_types(), ["offer", "answerAck"]);
}

#[test]
fn what_we_send_has_the_members_that_2_7_2_sends() {
    let mut scene = Scene::with_media();
    scene.receive(captured("welcome", 0));
    let connection = scene.last_connection();
    scene.report(connection, ConnectionEvent::OfferCreated("v=0\r\n".into()));
    let ours = scene.sent().remove(0);
    let theirs = captured("offer", 0);
    assert_eq!(shape(&ours), shape(&theirs));

    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby","audio":true,"video":true}"#);
    scene.answer_api();
    scene.open_socket();
    scene.grant();
    scene.let_in();
    let enter = scene.sent().remove(1);
    let theirs = captured("enter", 0).as_object().unwrap().clone();
    let without_target = theirs.iter().filter(|(key, _)| *key != "target");
    let theirs: Value = without_target
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect::<skylink_protocol::Object>()
        // What 2.7.2 does not send, and ignores.
        .with("messageCiphers", Vec::new())
        .with("fileChannels", true)
        .with("fileLanes", true)
        .with("messageLists", true)
        .into();
    assert_eq!(shape(&enter), shape(&theirs));
}

/// Members of a message and of its `userInfo`, in alphabetical order.
fn shape(message: &Value) -> Vec<String> {
    let mut shape = Vec::new();
    for (prefix, object) in [("", message), ("userInfo.", message.get("userInfo").unwrap())] {
        shape.extend(object.as_object().unwrap().iter().map(|(key, _)| format!("{prefix}{key}")));
    }
    shape.sort();
    shape
}
