//! What the one who is there already does when somebody comes.

use crate::media_room;
use crate::scene::{text, user_info, Scene};
use crate::surroundings::print;
use skylink_core::{ConnectionEvent, ConnectionOp, DescriptionKind, Kind, Output};
use skylink_protocol::Value;

/// Names of the operations and types of the messages, in their order.
fn story(scene: &Scene) -> Vec<String> {
    let named = |output: &Output| match output {
        Output::Connection { op, .. } => format!("{op:?}").split(['(', ' ']).next().map(str::to_owned),
        Output::SendFrame { text, .. } => {
            let kinds = ["welcome", "offer", "answer", "answerAck"];
            let is_it = |kind: &&&str| text.contains(&format!(r#"\"type\":\"{kind}\""#));
            kinds.iter().find(is_it).map(|&kind| kind.to_owned())
        }
        _ => None,
    };
    scene.outputs.iter().filter_map(named).collect()
}

fn pool(scene: &Scene) -> Option<Value> {
    scene.outputs.iter().find_map(|output| match output {
        Output::Connection { op: ConnectionOp::Create { configuration }, .. } => {
            Some(configuration.get("iceCandidatePoolSize").cloned().unwrap_or_default())
        }
        _ => None,
    })
}

#[test]
fn the_newcomer_is_greeted_before_the_connection_is_made() {
    let mut scene = Scene::in_room();
    scene.forget();
    scene.meet("bob");
    assert_eq!(story(&scene)[..2], ["welcome", "Create"]);
    assert_eq!(pool(&scene), Some(Value::Null), "candidates looked for now would be thrown away");
}

#[test]
fn the_one_who_offers_looks_for_candidates_beforehand() {
    let mut scene = Scene::in_room();
    scene.forget();
    let info = print(&user_info());
    scene.hear("welcome", "bob", &format!(r#"{{"target":"me","weight":9,"userInfo":{info}}}"#));
    assert_eq!(pool(&scene), Some(1.0.into()));
}

#[test]
fn the_answer_is_asked_for_with_the_offer_and_sent_while_it_is_set() {
    let mut scene = Scene::in_room();
    let bob = scene.meet("bob");
    scene.forget();
    scene.hear("offer", "bob", r#"{"sdp":"v=0 theirs","target":"me","weight":9}"#);
    assert_eq!(story(&scene), ["SetRemote", "CreateAnswer"]);
    scene.report(bob, ConnectionEvent::RemoteSet);
    scene.forget();
    scene.report(bob, ConnectionEvent::AnswerCreated("v=0 ours".into()));
    assert_eq!(story(&scene), ["SetLocal", "answer"]);
    assert_eq!(text(&scene.sent().pop().unwrap(), "sdp"), "v=0 ours");
    let local = ConnectionOp::SetLocal { kind: DescriptionKind::Answer, sdp: "v=0 ours".into() };
    assert!(scene.outputs.iter().any(|o| matches!(o, Output::Connection { op, .. } if *op == local)));
}

#[test]
fn there_is_something_to_negotiate_with_a_media_server_that_greets_us() {
    let mut scene = media_room::entered(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#);
    scene.forget();
    scene.hear("enter", "MCU", r#"{"publisherId":"MCU","weight":-1,"userInfo":{"settings":{}}}"#);
    let connection = scene.last_connection();
    assert!(scene.has(&Output::Connection { connection, op: ConnectionOp::AddTransceiver(Kind::Video) }));
}
