//! The ICE of a connection that failed is restarted by itself.

use crate::media_room;
use crate::scene::{text, user_info, Scene};
use crate::surroundings::print;
use skylink_core::{ConnectionEvent, ConnectionId, ConnectionOp, Input, Output};

/// What the browser says of the connection, and of ICE where that says the same.
fn tell(scene: &mut Scene, connection: ConnectionId, state: &str) {
    if matches!(state, "connected" | "disconnected") {
        scene.report(connection, ConnectionEvent::IceState(state.into()));
    }
    scene.report(connection, ConnectionEvent::ConnectionState(state.into()));
}

/// Whether ICE is restarted by offers made since `forget`.
fn restarts(scene: &Scene) -> Vec<bool> {
    let offers = scene.outputs.iter().filter_map(|output| match output {
        Output::Connection { op: ConnectionOp::CreateOffer { ice_restart, .. }, .. } => Some(*ice_restart),
        _ => None,
    });
    offers.collect()
}

/// The peer offers, and the round ends.
fn take_offer(scene: &mut Scene, connection: ConnectionId, weight: u32) {
    let sdp = format!("v=0 {}", scene.now.0);
    scene.hear("offer", "bob", &format!(r#"{{"sdp":"{sdp}","target":"me","weight":{weight}}}"#));
    scene.report(connection, ConnectionEvent::RemoteSet);
    scene.report(connection, ConnectionEvent::AnswerCreated(sdp));
    scene.report(connection, ConnectionEvent::LocalSet);
    scene.hear("answerAck", "bob", r#"{"target":"me","success":true}"#);
}

/// In a room with a peer of that tie breaker, to whom the connection worked. Ours is 7.
fn connected(weight: u32) -> (Scene, ConnectionId) {
    let mut scene = Scene::in_room();
    let info = print(&user_info()).replace(r#""priorityWeight":9"#, &format!(r#""priorityWeight":{weight}"#));
    scene.hear("enter", "bob", &format!(r#"{{"weight":{weight},"userInfo":{info}}}"#));
    let bob = scene.last_connection();
    take_offer(&mut scene, bob, weight);
    tell(&mut scene, bob, "connected");
    scene.forget();
    (scene, bob)
}

/// Until the next restart; gives how long that took.
fn wait_for_restart(scene: &mut Scene) -> f64 {
    let began = scene.now.0;
    scene.forget();
    while restarts(scene).is_empty() {
        scene.wait();
        // The server is there.
        scene.frame("3");
    }
    assert_eq!(restarts(scene), [true]);
    scene.now.0 - began
}

/// The offer is made and answered.
fn agree(scene: &mut Scene, connection: ConnectionId) {
    let sdp = format!("v=0 {}", scene.now.0);
    scene.report(connection, ConnectionEvent::OfferCreated(sdp.clone()));
    let offer = scene.sent().pop().unwrap();
    assert_eq!((text(&offer, "type"), offer.get("doIceRestart")), ("offer".into(), Some(&true.into())));
    scene.hear("answer", "bob", &format!(r#"{{"sdp":"{sdp} answer","target":"me"}}"#));
    scene.report(connection, ConnectionEvent::LocalSet);
    scene.report(connection, ConnectionEvent::RemoteSet);
}

#[test]
fn the_greater_tie_breaker_restarts_at_once_and_the_other_leaves_it_time() {
    for (weight, wait) in [(3, 0.0), (9, 3_000.0)] {
        let (mut scene, bob) = connected(weight);
        tell(&mut scene, bob, "disconnected");
        assert!(restarts(&scene).is_empty());
        tell(&mut scene, bob, "failed");
        if wait == 0.0 {
            scene.input(Input::Tick);
            assert_eq!(restarts(&scene), [true]);
        } else {
            assert_eq!(wait_for_restart(&mut scene), wait);
        }
        agree(&mut scene, bob);
        for state in ["connecting", "connected"] {
            tell(&mut scene, bob, state);
        }
        scene.forget();
        while scene.session.next_deadline().is_some_and(|due| due.0 < scene.now.0 + 60_000.0) {
            scene.wait();
        }
        assert!(restarts(&scene).is_empty(), "it is connected");
    }
}

#[test]
fn a_restart_of_the_other_side_makes_ours_unnecessary() {
    let (mut scene, bob) = connected(9);
    tell(&mut scene, bob, "failed");
    scene.hear("offer", "bob", r#"{"sdp":"v=0 restart","target":"me","weight":9,"doIceRestart":true}"#);
    scene.report(bob, ConnectionEvent::RemoteSet);
    // The courtesy ends in the middle of the round.
    scene.wait();
    scene.report(bob, ConnectionEvent::AnswerCreated("v=0 restart".into()));
    scene.report(bob, ConnectionEvent::LocalSet);
    scene.hear("answerAck", "bob", r#"{"target":"me","success":true}"#);
    tell(&mut scene, bob, "connecting");
    tell(&mut scene, bob, "connected");
    while scene.session.next_deadline().is_some_and(|due| due.0 < scene.now.0 + 60_000.0) {
        scene.wait();
    }
    assert!(restarts(&scene).is_empty());
}

#[test]
fn both_at_once_are_a_glare_like_any_other() {
    for (weight, answers) in [(3, false), (9, true)] {
        let (mut scene, bob) = connected(weight);
        tell(&mut scene, bob, "failed");
        match answers {
            true => scene.wait(),
            false => scene.input(Input::Tick),
        }
        scene.report(bob, ConnectionEvent::OfferCreated("v=0 ours".into()));
        scene.forget();
        let offer = format!(r#"{{"sdp":"v=0 theirs","target":"me","weight":{weight},"doIceRestart":true}}"#);
        scene.hear("offer", "bob", &offer);
        let takes = scene
            .outputs
            .iter()
            .any(|output| matches!(output, Output::Connection { op: ConnectionOp::SetRemote { .. }, .. }));
        assert_eq!(takes, answers);
    }
}

#[test]
fn attempts_become_rare_and_end() {
    let (mut scene, bob) = connected(3);
    tell(&mut scene, bob, "failed");
    scene.input(Input::Tick);
    agree(&mut scene, bob);
    let mut waits = Vec::new();
    for _ in 1..12 {
        tell(&mut scene, bob, "connecting");
        tell(&mut scene, bob, "failed");
        waits.push(wait_for_restart(&mut scene));
        agree(&mut scene, bob);
    }
    assert_eq!(waits[..5], [1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0]);
    assert_eq!(waits[5..], [30_000.0; 6]);
    tell(&mut scene, bob, "failed");
    scene.forget();
    for _ in 0..10 {
        scene.wait();
        scene.frame("3");
    }
    assert!(restarts(&scene).is_empty());
    // Once it works again, everything is forgiven.
    tell(&mut scene, bob, "connected");
    tell(&mut scene, bob, "failed");
    scene.input(Input::Tick);
    assert_eq!(restarts(&scene), [true]);
}

#[test]
fn an_offer_that_nobody_answers_is_followed_by_another() {
    let (mut scene, bob) = connected(3);
    tell(&mut scene, bob, "failed");
    scene.input(Input::Tick);
    scene.report(bob, ConnectionEvent::OfferCreated("v=0 lost".into()));
    let waited = wait_for_restart(&mut scene);
    assert!((32_000.0..40_000.0).contains(&waited), "{waited}");
}

#[test]
fn what_never_worked_is_tried_three_times() {
    let mut scene = Scene::in_room();
    let bob = scene.connect("bob");
    scene.forget();
    for _ in 0..3 {
        tell(&mut scene, bob, "failed");
        wait_for_restart(&mut scene);
        agree(&mut scene, bob);
        tell(&mut scene, bob, "connecting");
    }
    tell(&mut scene, bob, "failed");
    scene.forget();
    for _ in 0..10 {
        scene.wait();
        scene.frame("3");
    }
    assert!(restarts(&scene).is_empty());
}

#[test]
fn nothing_is_restarted_without_signalling() {
    let (mut scene, bob) = connected(9);
    tell(&mut scene, bob, "failed");
    scene.input(Input::SocketClosed { socket: scene.socket });
    scene.forget();
    while scene.session.next_deadline().is_some_and(|due| due.0 < scene.now.0 + 60_000.0) {
        scene.wait();
    }
    assert!(restarts(&scene).is_empty());
}

#[test]
fn a_connection_to_a_media_server_is_restarted_by_us() {
    let (mut scene, connection) = media_room::in_room();
    tell(&mut scene, connection, "connected");
    scene.forget();
    tell(&mut scene, connection, "failed");
    scene.input(Input::Tick);
    assert_eq!(restarts(&scene), [true]);
}
