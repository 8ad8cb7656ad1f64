//! `refreshDatachannel`, `getPeersDataChannels`, and channels that break.

use crate::direct_messages::{on_channel, with_channel};
use crate::scene::{text, Scene};
use crate::surroundings::json;
use skylink_core::{
    Call, ChannelEvent, ChannelId, ChannelOp, ChannelReading, ConnectionEvent, ConnectionId, ConnectionOp,
    LogCode, Output,
};
use skylink_protocol::Value;

const LABEL: &str = "x_bob_me";

fn refresh(scene: &mut Scene, room: &str, peer: &str) -> Option<Value> {
    scene.call(Call::RefreshDataChannel { room: room.into(), peer: peer.into() })
}

/// What was done with channels.
fn channel_ops(scene: &Scene) -> Vec<(ChannelId, ChannelOp)> {
    let ops = scene.outputs.iter().filter_map(|output| match output {
        Output::Connection { op: ConnectionOp::Channel { channel, op }, .. } => Some((*channel, op.clone())),
        _ => None,
    });
    ops.collect()
}

/// The channel that was opened last.
fn opened(scene: &Scene) -> Option<ChannelId> {
    let label = LABEL.to_owned();
    let mut opens =
        channel_ops(scene).into_iter().filter(|(_, op)| *op == ChannelOp::Open { label: label.clone() });
    opens.next_back().map(|(channel, _)| channel)
}

/// A round that we offer.
fn we_offer(scene: &mut Scene, connection: ConnectionId) {
    scene.report(connection, ConnectionEvent::OfferCreated(format!("v=0 {}", scene.now.0)));
    let answer = format!(r#"{{"target":"me","sdp":"v=0\r\nm=application 9 x\r\ns={}"}}"#, scene.now.0);
    scene.hear("answer", "bob", &answer);
    scene.report(connection, ConnectionEvent::LocalSet);
    scene.report(connection, ConnectionEvent::RemoteSet);
    scene.now = scene.now.plus(1.0);
}

/// With bob, to whom we offered last.
fn having_offered() -> (Scene, ConnectionId) {
    let mut scene = Scene::in_room();
    let bob = with_channel(&mut scene, "bob");
    refresh(&mut scene, "lobby", "bob");
    we_offer(&mut scene, bob);
    let channel = opened(&scene).unwrap();
    on_channel(&mut scene, bob, channel, ChannelEvent::Open);
    scene.report(bob, ConnectionEvent::ConnectionState("connected".into()));
    (scene, bob)
}

fn states(scene: &Scene) -> Vec<String> {
    let states = scene.outputs.iter().filter_map(|output| match output {
        Output::Event { name: "dataChannelState", detail } => Some(text(&detail.clone().into(), "state")),
        _ => None,
    });
    states.collect()
}

#[test]
fn the_side_that_answered_last_offers_before_it_replaces_the_channel() {
    let mut scene = Scene::in_room();
    let bob = with_channel(&mut scene, "bob");
    scene.forget();
    assert_eq!(refresh(&mut scene, "lobby", "bob"), None);
    assert_eq!(channel_ops(&scene), []);
    we_offer(&mut scene, bob);
    let new = opened(&scene).unwrap();
    assert_eq!(channel_ops(&scene), [(1, ChannelOp::Close), (new, ChannelOp::Open { label: LABEL.into() })]);
    on_channel(&mut scene, bob, new, ChannelEvent::Open);
    assert_eq!(states(&scene), ["closing", "closed", "open"]);
}

#[test]
fn the_side_that_offered_last_replaces_it_at_once() {
    let (mut scene, _) = having_offered();
    let old = opened(&scene).unwrap();
    scene.forget();
    refresh(&mut scene, "LOBBY", "bob");
    let new = opened(&scene).unwrap();
    assert_eq!(
        channel_ops(&scene),
        [(old, ChannelOp::Close), (new, ChannelOp::Open { label: LABEL.into() })]
    );
    assert_eq!(scene.sent_types(), [""; 0]);
}

#[test]
fn a_round_under_way_is_waited_for() {
    let (mut scene, bob) = having_offered();
    let old = opened(&scene).unwrap();
    scene.hear("offer", "bob", r#"{"sdp":"v=0 another","target":"me","weight":9}"#);
    scene.forget();
    refresh(&mut scene, "lobby", "bob");
    scene.report(bob, ConnectionEvent::RemoteSet);
    scene.report(bob, ConnectionEvent::AnswerCreated("v=0".into()));
    scene.report(bob, ConnectionEvent::LocalSet);
    assert_eq!(channel_ops(&scene), []);
    scene.hear("answerAck", "bob", r#"{"target":"me","success":true}"#);
    assert_eq!(channel_ops(&scene), [], "now bob offered last");
    we_offer(&mut scene, bob);
    assert_eq!(channel_ops(&scene)[0], (old, ChannelOp::Close));
}

#[test]
fn unknown_rooms_and_peers_change_nothing() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    scene.forget();
    assert_eq!(refresh(&mut scene, "elsewhere", "bob"), Some(Value::Null));
    for peer in ["bob", "nobody", ""] {
        scene.forget();
        assert_eq!(refresh(&mut scene, "lobby", peer), None);
        let logged = |o: &Output| matches!(o, Output::Log { code: LogCode::NoDataChannel, .. });
        assert!(scene.outputs.iter().all(logged), "{:?}", scene.outputs);
    }
}

#[test]
fn a_channel_that_breaks_is_opened_anew_by_the_side_that_offered_last() {
    let (mut scene, bob) = having_offered();
    let old = opened(&scene).unwrap();
    scene.forget();
    on_channel(&mut scene, bob, old, ChannelEvent::Closed);
    assert_eq!(channel_ops(&scene), [(old, ChannelOp::Close)], "which only forgets it");
    scene.wait();
    let new = opened(&scene).unwrap();
    on_channel(&mut scene, bob, new, ChannelEvent::Closed);
    assert!(scene.session.next_deadline().is_none_or(|due| scene.now.plus(1_000.0) < due));
}

#[test]
fn a_channel_that_the_other_side_replaces_is_not_opened_anew() {
    let (mut scene, bob) = having_offered();
    let old = opened(&scene).unwrap();
    scene.forget();
    on_channel(&mut scene, bob, old, ChannelEvent::Closed);
    on_channel(&mut scene, bob, 7, ChannelEvent::Offered { label: LABEL.into() });
    scene.now = scene.now.plus(200.0);
    scene.input(skylink_core::Input::Tick);
    assert_eq!(opened(&scene), None);
}

#[test]
fn a_connection_that_is_closed_gets_no_new_channel() {
    for cause in [ChannelEvent::Failed { error: 70, cause: Some(12.0) }, ChannelEvent::BufferedAmountLow] {
        let (mut scene, bob) = having_offered();
        let old = opened(&scene).unwrap();
        if cause == ChannelEvent::BufferedAmountLow {
            scene.report(bob, ConnectionEvent::ConnectionState("failed".into()));
        }
        scene.forget();
        on_channel(&mut scene, bob, old, cause);
        on_channel(&mut scene, bob, old, ChannelEvent::Closed);
        scene.now = scene.now.plus(200.0);
        scene.input(skylink_core::Input::Tick);
        assert_eq!(opened(&scene), None);
    }
}

#[test]
fn channels_are_listed_as_the_browser_says() {
    let mut scene = Scene::in_room();
    let list = |scene: &mut Scene, room: &str, readings: Vec<ChannelReading>| {
        scene.call(Call::GetPeersDataChannels { room: room.into(), readings })
    };
    assert_eq!(list(&mut scene, "elsewhere", Vec::new()), Some(Value::Null));
    assert_eq!(list(&mut scene, "lobby", Vec::new()), Some(json("{}")));
    scene.extensions = r#","fileChannels":true"#;
    scene.connect("carol");
    let bob = with_channel(&mut scene, "bob");
    on_channel(&mut scene, bob, 2, ChannelEvent::Offered { label: "extra".into() });
    let reading = |connection, state: &str, buffered| ChannelReading {
        connection,
        channel: 1,
        state: state.into(),
        buffered,
        threshold: 5.0,
    };
    let readings = vec![reading(bob + 1, "closed", 9.0), reading(bob, "closing", 12.0)];
    let expected = r#"{"bob":{
        "x_bob_me":{"bufferedAmount":12,"bufferedAmountLow":12,"bufferedAmountLowThreshold":5,
            "channelProp":"main","channelName":"x_bob_me","channelType":"messaging",
            "currentTransferId":null,"currentStreamId":null,"readyState":"closing"},
        "extra":{"bufferedAmount":0,"bufferedAmountLow":0,"bufferedAmountLowThreshold":0,
            "channelProp":"extra","channelName":"extra","channelType":"data",
            "currentTransferId":null,"currentStreamId":null,"readyState":"connecting"}}}"#;
    assert_eq!(list(&mut scene, "lobby", readings), Some(json(expected)));
    on_channel(&mut scene, bob, 1, ChannelEvent::Closed);
    on_channel(&mut scene, bob, 2, ChannelEvent::Closed);
    assert_eq!(list(&mut scene, "lobby", Vec::new()), Some(json("{}")), "closed ones are not listed");
}
