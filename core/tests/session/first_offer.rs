//! The first offer to a peer, which the browser sets before the answer comes.

use crate::scene::{user_info, Scene};
use crate::surroundings::print;
use skylink_core::{ConnectionEvent, ConnectionId, ConnectionOp, DescriptionKind, Output};

const ANSWER: &str = r#"{"target":"me","sdp":"v=0\r\nm=application 9 x\r\n"}"#;

/// Greeted by bob, with an offer that the browser has made.
fn offering() -> (Scene, ConnectionId) {
    let mut scene = Scene::in_room();
    let info = print(&user_info());
    scene.hear("welcome", "bob", &format!(r#"{{"target":"me","weight":1,"userInfo":{info}}}"#));
    let connection = scene.last_connection();
    scene.forget();
    scene.report(connection, ConnectionEvent::OfferCreated("v=0\r\n".into()));
    (scene, connection)
}

fn signaling(state: &str) -> ConnectionEvent {
    ConnectionEvent::SignalingState(state.into())
}

fn states(scene: &Scene) -> Vec<String> {
    let told = scene.outputs.iter().filter_map(|output| match output {
        Output::Event { name: "peerConnectionState", detail } => detail.get("state")?.as_text(),
        _ => None,
    });
    told.map(str::to_owned).collect()
}

#[test]
fn our_candidates_go_out_before_the_answer_comes() {
    let (mut scene, connection) = offering();
    let op = ConnectionOp::SetLocal { kind: DescriptionKind::Offer, sdp: "v=0\r\n".into() };
    assert_eq!(scene.outputs.last(), Some(&Output::Connection { connection, op }));
    let candidate = ConnectionEvent::LocalCandidate {
        candidate: "candidate:1 1 udp 1 192.0.2.1 1 typ host".into(),
        mid: Some("0".into()),
        line: Some(0.0),
    };
    scene.report(connection, candidate);
    assert_eq!(scene.sent_types(), ["offer", "candidate"]);
}

/// As skylinkjs, which sets it only then (peer behaviour 1.7).
#[test]
fn apps_hear_of_the_offer_when_its_answer_is_there() {
    let (mut scene, connection) = offering();
    scene.report(connection, signaling("have-local-offer"));
    scene.report(connection, ConnectionEvent::LocalSet);
    assert!(states(&scene).is_empty());
    scene.hear("answer", "bob", ANSWER);
    assert_eq!(states(&scene), ["have-local-offer"]);
    scene.report(connection, signaling("stable"));
    assert_eq!(states(&scene), ["have-local-offer", "stable"]);
}

#[test]
fn apps_hear_of_an_offer_that_is_set_late_when_it_is() {
    let (mut scene, connection) = offering();
    scene.hear("answer", "bob", ANSWER);
    assert!(states(&scene).is_empty());
    scene.report(connection, signaling("have-local-offer"));
    scene.report(connection, ConnectionEvent::LocalSet);
    scene.report(connection, signaling("stable"));
    assert_eq!(states(&scene), ["have-local-offer", "stable"]);
}

#[test]
fn apps_do_not_hear_of_an_offer_that_gives_way_to_another_one() {
    let (mut scene, connection) = offering();
    scene.report(connection, signaling("have-local-offer"));
    scene.report(connection, ConnectionEvent::LocalSet);
    let info = print(&user_info());
    scene.hear("offer", "bob", &format!(r#"{{"sdp":"v=0","target":"me","userInfo":{info},"weight":99}}"#));
    for state in ["stable", "have-remote-offer"] {
        scene.report(connection, signaling(state));
    }
    assert_eq!(states(&scene), ["have-remote-offer"]);
    scene.report(connection, signaling("stable"));
    assert_eq!(states(&scene), ["have-remote-offer", "stable"]);
}
