//! `refreshConnection`.

use crate::media_room;
use crate::scene::{text, Scene};
use crate::surroundings::json;
use skylink_core::{
    Call, ConnectionEvent, ConnectionId, ConnectionOp, ErrorCode, Failure, Output, PromiseId, SkylinkError,
};
use skylink_protocol::Value;

fn refresh(scene: &mut Scene, room: &str, given: &[&str]) -> PromiseId {
    let promise = scene.promise();
    scene.forget();
    let given = given.iter().map(|text| json(text)).collect();
    scene.call(Call::RefreshConnection { promise, room: room.into(), given });
    promise
}

/// The offers under way, and whether they restart ICE.
fn offers(scene: &Scene) -> Vec<(ConnectionId, bool)> {
    let offers = scene.outputs.iter().filter_map(|output| match output {
        Output::Connection { connection, op: ConnectionOp::CreateOffer { ice_restart, .. } } => {
            Some((*connection, *ice_restart))
        }
        _ => None,
    });
    offers.collect()
}

fn refused(scene: &Scene, promise: PromiseId) -> SkylinkError {
    match scene.settled.get(&promise) {
        Some(Err(Failure::Error(error))) => error.clone(),
        other => panic!("{other:?}"),
    }
}

fn made(scene: &mut Scene, connection: ConnectionId) {
    let sdp = format!("v=0 {}", scene.now.0);
    scene.report(connection, ConnectionEvent::OfferCreated(sdp));
}

#[test]
fn it_resolves_when_every_peer_was_sent_an_offer() {
    let mut scene = Scene::in_room();
    let (bob, carol) = (scene.connect("bob"), scene.connect("carol"));
    let promise = refresh(&mut scene, "LOBBY", &[]);
    assert_eq!(offers(&scene), [(bob, false), (carol, false)]);
    made(&mut scene, bob);
    assert!(!scene.settled.contains_key(&promise));
    made(&mut scene, carol);
    let result = scene.resolution(promise);
    assert_eq!(result.get("listOfPeers"), Some(&json(r#"["bob","carol"]"#)));
    assert_eq!(result.get("refreshErrors"), Some(&json("[]")));
    let settings = result.get("refreshSettings").unwrap().as_list().unwrap();
    assert_eq!(
        settings[0],
        json(
            r#"{"bob":{"iceRestart":false,
            "customSettings":{"audio":false,"video":false,"maxBandwidth":{},"data":false}}}"#
        )
    );
    let offer = scene.sent().pop().unwrap();
    assert_eq!(text(&offer, "type"), "offer");
    assert_eq!(offer.get("doIceRestart"), Some(&false.into()));
}

#[test]
fn arguments_may_be_left_out() {
    let limits = r#"{"bandwidth":{"video":300}}"#;
    let forms: [(&[&str], bool, bool); 9] = [
        (&["null", "true"], true, false),
        (&["true"], true, false),
        (&["false", limits], false, true),
        (&["true", limits], true, true),
        (&[limits], false, true),
        (&["null", limits], false, true),
        (&[r#""bob""#, "true", limits], true, true),
        (&[r#"["bob"]"#, limits], false, true),
        (&[r#"["bob"]"#, "1", "7"], false, false),
    ];
    for (given, ice_restart, limited) in forms {
        let mut scene = Scene::in_room();
        let bob = scene.connect("bob");
        refresh(&mut scene, "lobby", given);
        assert_eq!(offers(&scene), [(bob, ice_restart)], "{given:?}");
        made(&mut scene, bob);
        let offer = scene.sent().pop().unwrap();
        assert_eq!(offer.get("doIceRestart"), Some(&ice_restart.into()));
        let told = offer.get("userInfo").unwrap().get("settings").unwrap().get("maxBandwidth").unwrap();
        assert_eq!(*told, json(if limited { r#"{"video":300}"# } else { "{}" }), "{given:?}");
    }
}

#[test]
fn peers_that_are_not_there_are_told() {
    let mut scene = Scene::in_room();
    let bob = scene.connect("bob");
    let promise = refresh(&mut scene, "lobby", &[r#"["nobody","bob"]"#]);
    made(&mut scene, bob);
    let result = scene.resolution(promise);
    assert_eq!(result.get("listOfPeers"), Some(&json(r#"["nobody","bob"]"#)));
    assert_eq!(result.get("refreshErrors"), Some(&json(r#"[{"nobody":["Peer Connection not found"]}]"#)));
    let settings = result.get("refreshSettings").unwrap().as_list().unwrap();
    assert_eq!(settings[0], json(r#"{"nobody":{"customSettings":{}}}"#));
}

#[test]
fn it_rejects_when_nobody_can_be_sent_anything() {
    let mut scene = Scene::in_room();
    let promise = refresh(&mut scene, "elsewhere", &[]);
    assert_eq!(refused(&scene, promise).code, ErrorCode::NoRoomName);

    let promise = refresh(&mut scene, "lobby", &[]);
    let error = refused(&scene, promise);
    assert_eq!(error.code, ErrorCode::NoConnection);
    let expected = json(r#"{"refreshErrors":{"self":"No Peer Connection detected"},"listOfPeers":[]}"#);
    assert_eq!(Value::from(error.extra.unwrap()), expected);

    scene.connect("bob");
    let promise = refresh(&mut scene, "lobby", &[r#""nobody""#]);
    let error = refused(&scene, promise);
    assert_eq!(error.code, ErrorCode::RefreshFailed);
    let extra = error.extra.unwrap();
    assert_eq!(extra.get("refreshErrors"), Some(&json(r#"[{"nobody":["Peer Connection not found"]}]"#)));
    assert_eq!(extra.get("listOfPeers"), Some(&json(r#"["nobody"]"#)));
    assert_eq!(offers(&scene), []);
}

#[test]
fn a_peer_that_is_busy_is_waited_for() {
    let mut scene = Scene::in_room();
    let bob = scene.meet("bob");
    let promise = refresh(&mut scene, "lobby", &["true"]);
    assert_eq!(offers(&scene), [], "bob is to offer first");
    scene.hear("offer", "bob", r#"{"sdp":"v=0","target":"me","weight":9}"#);
    scene.report(bob, ConnectionEvent::RemoteSet);
    scene.report(bob, ConnectionEvent::AnswerCreated("v=0".into()));
    scene.report(bob, ConnectionEvent::LocalSet);
    scene.hear("answerAck", "bob", r#"{"target":"me","success":true}"#);
    assert_eq!(offers(&scene), [(bob, true)]);
    assert!(!scene.settled.contains_key(&promise));
    made(&mut scene, bob);
    scene.resolution(promise);
}

#[test]
fn an_offer_of_the_peer_does_as_well() {
    let mut scene = Scene::in_room();
    let bob = scene.connect("bob");
    let promise = refresh(&mut scene, "lobby", &[]);
    scene.hear("offer", "bob", r#"{"sdp":"v=0 mine","target":"me","weight":9}"#);
    scene.report(bob, ConnectionEvent::RemoteSet);
    scene.resolution(promise);
}

#[test]
fn a_peer_that_leaves_meanwhile_has_failed() {
    let mut scene = Scene::in_room();
    let (bob, _) = (scene.connect("bob"), scene.connect("carol"));
    let promise = refresh(&mut scene, "lobby", &[]);
    made(&mut scene, bob);
    scene.hear("bye", "carol", "{}");
    let errors = scene.resolution(promise).get("refreshErrors").cloned();
    assert_eq!(errors, Some(json(r#"[{"carol":["Peer Connection not found"]}]"#)));

    let promise = refresh(&mut scene, "lobby", &[]);
    let leaving = scene.promise();
    scene.call(Call::LeaveRoom { promise: leaving, room: "lobby".into(), stop_streams: true });
    assert_eq!(refused(&scene, promise).code, ErrorCode::RefreshFailed);
}

#[test]
fn offers_that_cannot_be_made_fail_in_the_end() {
    let mut scene = Scene::in_room();
    let bob = scene.connect("bob");
    let promise = refresh(&mut scene, "lobby", &[]);
    for _ in 0..5 {
        assert!(!scene.settled.contains_key(&promise));
        scene.report(bob, ConnectionEvent::DescriptionFailed(70));
        if !scene.settled.contains_key(&promise) {
            scene.wait();
        }
    }
    let error = refused(&scene, promise);
    let text = "No localDescription set to connection. There could be a handshaking step error.";
    let expected = json(&format!(r#"[{{"bob":["{text}"]}}]"#));
    assert_eq!(error.extra.unwrap().get("refreshErrors"), Some(&expected));
}

#[test]
fn a_connection_that_could_not_be_made_fails_at_once() {
    let mut scene = Scene::in_room();
    let bob = scene.meet("bob");
    let before = refresh(&mut scene, "lobby", &[]);
    scene.report(bob, ConnectionEvent::CreateFailed(70));
    let after = refresh(&mut scene, "lobby", &[]);
    for promise in [before, after] {
        assert_eq!(refused(&scene, promise).code, ErrorCode::RefreshFailed);
    }
}

#[test]
fn a_media_server_is_the_only_one_to_refresh() {
    for given in [&[] as &[&str], &["true"], &[r#""bob""#]] {
        let (mut scene, connection) = media_room::in_room();
        let promise = refresh(&mut scene, "lobby", given);
        assert_eq!(offers(&scene), [(connection, given == ["true"])]);
        made(&mut scene, connection);
        assert_eq!(scene.resolution(promise).get("listOfPeers"), Some(&json(r#"["MCU"]"#)));
    }
}
