//! `getConnectionStatus`.

use crate::scene::{text, Scene};
use crate::surroundings::json;
use skylink_core::{
    Call, ConnectionEvent, ConnectionId, ConnectionOp, DescriptionReading, ErrorCode, Failure, Handle,
    Output, Prefetched, PromiseId, RequestId, StatisticsReading,
};
use skylink_protocol::Value;

pub fn ask(scene: &mut Scene, room: &str, peers: &str) -> PromiseId {
    let promise = scene.promise();
    scene.forget();
    scene.call(Call::GetConnectionStatus { promise, room: room.into(), peers: json(peers) });
    promise
}

/// The reads under way, by connection.
fn reads(scene: &Scene) -> Vec<(ConnectionId, RequestId)> {
    let reads = scene.outputs.iter().filter_map(|output| match output {
        Output::Connection { connection, op: ConnectionOp::ReadStatistics { request, .. } } => {
            Some((*connection, *request))
        }
        _ => None,
    });
    reads.collect()
}

fn answer(scene: &mut Scene, (connection, request): (ConnectionId, RequestId), raw: Handle, report: &str) {
    let description = |kind: &str| DescriptionReading { kind: kind.into(), sdp: format!("v=0 {kind}\r\n") };
    let reading = StatisticsReading {
        report: json(report),
        raw,
        local: description("answer"),
        remote: description("offer"),
    };
    scene.report(connection, ConnectionEvent::Statistics { request, reading: Box::new(reading) });
}

/// Answers the last read.
pub fn answer_last(scene: &mut Scene) {
    let read = *reads(scene).last().unwrap();
    answer(scene, read, 80, "{}");
}

fn connected(scene: &mut Scene, peer: &str) -> ConnectionId {
    let connection = scene.connect(peer);
    scene.report(connection, ConnectionEvent::IceState("connected".into()));
    connection
}

/// What the API server says of statistics is in the answer to `joinRoom`.
pub fn in_room(init_options: &str, ticket: &str) -> Scene {
    let mut scene = Scene::new();
    scene.join_with(init_options, r#"{"roomName":"lobby"}"#, Prefetched::None);
    let ticket = match json(ticket) {
        Value::Bool(flag) => match crate::scene::ticket("lobby") {
            Value::Object(ticket) => ticket.with("enable_stats_config", flag).into(),
            other => other,
        },
        _ => crate::scene::ticket("lobby"),
    };
    scene.answer_api_with(200, Some(ticket));
    scene.open_socket();
    scene.let_in();
    scene.forget();
    scene
}

fn states(scene: &Scene) -> Vec<(f64, String)> {
    let states = scene.outputs.iter().filter_map(|output| match output {
        Output::Event { name: "getConnectionStatusStateChange", detail } => {
            let detail = Value::from(detail.clone());
            Some((detail.get("state").unwrap().as_number().unwrap(), text(&detail, "peerId")))
        }
        _ => None,
    });
    states.collect()
}

#[test]
fn every_peer_gets_its_entry_in_the_order_asked() {
    let mut scene = in_room(r#"{"appKey":"demo"}"#, "true");
    let bob = connected(&mut scene, "bob");
    let carol = connected(&mut scene, "carol");
    scene.connect("dave");
    let promise = ask(&mut scene, "LOBBY", r#"["carol","dave","bob","carol"]"#);
    let reads = reads(&scene);
    assert_eq!(reads.iter().map(|read| read.0).collect::<Vec<_>>(), [carol, bob, carol]);
    for (place, read) in reads.iter().rev().enumerate() {
        assert!(!scene.settled.contains_key(&promise));
        answer(&mut scene, *read, 80 + place as Handle, "{}");
    }
    let entries = scene.resolution(promise).as_list().unwrap().to_vec();
    let shown = |entry: &Value| (entry.get("peerId").cloned(), entry.get("raw").cloned());
    assert_eq!(
        entries.iter().map(shown).collect::<Vec<_>>(),
        [
            (Some("carol".into()), Some(Value::Handle(82))),
            (None, None),
            (Some("bob".into()), Some(Value::Handle(81))),
            (Some("carol".into()), Some(Value::Handle(80))),
        ]
    );
    assert_eq!(entries[1], Value::Null, "never connected");
    let started = ["carol", "bob", "carol"].map(|peer| (0.0, peer.to_owned()));
    let ended = ["carol", "bob", "carol"].map(|peer| (1.0, peer.to_owned()));
    assert_eq!(states(&scene), [started, ended].concat());
    for raw in 80..83 {
        assert!(scene.has(&Output::Release(raw)), "after the promise settled");
    }
}

#[test]
fn an_entry_tells_about_the_connection_but_no_secrets() {
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby"}"#);
    scene.answer_api_with(200, Some(stats_ticket()));
    scene.open_socket();
    scene.receive(json(
        r#"{"type":"inRoom","rid":"rid-of-lobby","sid":"me","tieBreaker":7,"pc_config":{"iceServers":[
            {"url":"turn:USER@turn.test:3478","credential":"SECRET-turn"}]}}"#,
    ));
    let bob = connected(&mut scene, "bob");
    crate::direct_messages::on_channel(
        &mut scene,
        bob,
        1,
        skylink_core::ChannelEvent::Offered { label: "main".into() },
    );
    let promise = ask(&mut scene, "lobby", "null");
    let read = reads(&scene)[0];
    answer(&mut scene, read, 80, "{}");
    let entry = scene.resolution(promise).as_list().unwrap()[0].clone();
    let connection = entry.get("connection").unwrap();
    for (key, expected) in [
        ("iceConnectionState", r#""connected""#),
        ("iceGatheringState", r#""new""#),
        ("signalingState", r#""stable""#),
        ("localDescription", r#"{"type":"answer","sdp":"v=0 answer\r\n"}"#),
        ("remoteDescription", r#"{"type":"offer","sdp":"v=0 offer\r\n"}"#),
        ("sdpConstraints", "null"),
        (
            "peerDataChannels",
            r#"{"main":{"label":"main","readyState":"connecting","channelType":"messaging",
            "currentTransferId":null,"currentStreamId":null}}"#,
        ),
    ] {
        assert_eq!(connection.get(key), Some(&json(expected)), "{key}");
    }
    let shown = crate::surroundings::print(&entry);
    assert!(shown.contains("turn.test"), "{shown}");
    assert!(!shown.contains("SECRET") && !shown.contains("USER"), "{shown}");
}

fn stats_ticket() -> Value {
    let Value::Object(ticket) = crate::scene::ticket("lobby") else { unreachable!() };
    ticket.with("enable_stats_config", true).into()
}

#[test]
fn the_app_decides_about_statistics_and_else_the_server() {
    for (options, ticket, gathers) in [
        (r#"{"appKey":"demo"}"#, "true", true),
        (r#"{"appKey":"demo"}"#, "false", false),
        (r#"{"appKey":"demo"}"#, "null", false),
        (r#"{"appKey":"demo","enableStatsGathering":true}"#, "false", true),
        (r#"{"appKey":"demo","enableStatsGathering":false}"#, "true", false),
    ] {
        let mut scene = in_room(options, ticket);
        connected(&mut scene, "bob");
        let promise = ask(&mut scene, "lobby", r#""bob""#);
        assert_eq!(!reads(&scene).is_empty(), gathers, "{options} {ticket}");
        if !gathers {
            assert_eq!(scene.resolution(promise), &json("[null]"));
            assert_eq!(states(&scene), []);
        }
    }
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let mut scene = in_room(r#"{"appKey":"demo"}"#, "true");
    let refused = |scene: &mut Scene, room: &str, peers: &str| {
        let promise = ask(scene, room, peers);
        match scene.settled.get(&promise) {
            Some(Err(Failure::Error(error))) => (error.code, error.detail.clone().unwrap_or_default()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&mut scene, "elsewhere", "null").0, ErrorCode::NoRoomName);
    assert_eq!(refused(&mut scene, "lobby", "null").0, ErrorCode::NoConnectionYet);
    assert_eq!(refused(&mut scene, "lobby", r#""bob""#).0, ErrorCode::NoConnectionYet);
    scene.connect("bob");
    let refusals = [r#""carol""#, r#"["carol","bob"]"#, r#"["dave","carol"]"#];
    for peers in refusals {
        assert_eq!(refused(&mut scene, "lobby", peers), (ErrorCode::PeerNotFound, "carol".into()));
    }
    assert_eq!(refused(&mut scene, "lobby", r#"["bob",7]"#), (ErrorCode::PeerNotFound, String::new()));
    let promise = ask(&mut scene, "lobby", "[]");
    assert_eq!(scene.resolution(promise), &json("[]"));
}

#[test]
fn a_peer_that_leaves_meanwhile_leaves_nothing_open() {
    let mut scene = in_room(r#"{"appKey":"demo"}"#, "true");
    let bob = connected(&mut scene, "bob");
    connected(&mut scene, "carol");
    let promise = ask(&mut scene, "lobby", "null");
    let reads = reads(&scene);
    answer(&mut scene, reads[1], 81, "{}");
    scene.hear("bye", "bob", "{}");
    let entries = scene.resolution(promise).as_list().unwrap();
    assert_eq!(entries[0], Value::Null);
    assert_eq!(text(&entries[1], "peerId"), "carol");
    assert_eq!(reads[0].0, bob);
    answer(&mut scene, reads[0], 80, "{}");
    assert!(scene.has(&Output::Release(80)) && scene.has(&Output::Release(81)));

    let promise = ask(&mut scene, "lobby", "null");
    let leaving = scene.promise();
    scene.call(Call::LeaveRoom { promise: leaving, room: "lobby".into(), stop_streams: true });
    assert_eq!(scene.resolution(promise), &json("[null]"));
}

#[test]
fn an_error_of_the_browser_is_passed_on() {
    let mut scene = in_room(r#"{"appKey":"demo"}"#, "true");
    connected(&mut scene, "bob");
    connected(&mut scene, "carol");
    let promise = ask(&mut scene, "lobby", "null");
    let reads = reads(&scene);
    answer(&mut scene, reads[0], 80, "{}");
    let failed = ConnectionEvent::StatisticsFailed { request: reads[1].1, error: 70 };
    scene.report(reads[1].0, failed);
    assert_eq!(scene.settled.get(&promise), Some(&Err(Failure::Browser(70))));
    let detail = scene.detail("getConnectionStatusStateChange");
    assert_eq!(detail.get("state"), Some(&(-1.0).into()));
    assert_eq!(detail.get("error"), Some(&Value::Handle(70)));
    assert!(scene.has(&Output::Release(70)) && scene.has(&Output::Release(80)));
}

#[test]
fn rates_are_since_the_last_time_the_app_asked() {
    let mut scene = in_room(r#"{"appKey":"demo"}"#, "true");
    connected(&mut scene, "bob");
    let connected_at = scene.now.0;
    let mut rate = |seconds: f64, bytes: u32| {
        let promise = ask(&mut scene, "lobby", r#""bob""#);
        let read = reads(&scene)[0];
        let report = format!(
            r#"{{"o":{{"id":"o","type":"outbound-rtp","kind":"video","bytesSent":{bytes},"timestamp":{}}}}}"#,
            connected_at + seconds * 1_000.0
        );
        answer(&mut scene, read, 80, &report);
        let entry = scene.resolution(promise).as_list().unwrap()[0].clone();
        entry.get("video").unwrap().get("sending").unwrap().get("bytes").unwrap().as_number().unwrap()
    };
    assert_eq!(rate(2.0, 1_000), 500.0);
    assert_eq!(rate(3.0, 1_700), 700.0);
    assert_eq!(rate(5.0, 1_701), 0.5);
}

#[test]
fn rubbish_in_a_report_does_no_harm() {
    let mut scene = in_room(r#"{"appKey":"demo"}"#, "true");
    connected(&mut scene, "bob");
    for report in [
        "null",
        "[]",
        r#"{"a":null,"b":7,"c":{}}"#,
        r#"{"t":{"type":"transport","selectedCandidatePairId":"t","localCandidateId":7},
            "p":{"type":"candidate-pair","selected":true,"localCandidateId":"t"}}"#,
        r#"{"o":{"type":"outbound-rtp","kind":"audio","bytesSent":"7","codecId":"o","mediaSourceId":"o"}}"#,
    ] {
        let promise = ask(&mut scene, "lobby", r#""bob""#);
        let read = reads(&scene)[0];
        answer(&mut scene, read, 80, report);
        assert!(scene.resolution(promise).as_list().unwrap()[0].get("video").is_some());
    }
}

#[test]
fn what_is_read_after_another_peer_could_not_be_is_released() {
    let mut scene = in_room(r#"{"appKey":"demo"}"#, "true");
    let bob = connected(&mut scene, "bob");
    connected(&mut scene, "carol");
    let promise = ask(&mut scene, "lobby", "null");
    let reads = reads(&scene);
    let error = scene.handle();
    scene.report(bob, ConnectionEvent::StatisticsFailed { request: reads[0].1, error });
    assert_eq!(scene.settled.get(&promise), Some(&Err(Failure::Browser(error))));
    answer(&mut scene, reads[1], 81, "{}");
    assert!(scene.has(&Output::Release(81)));
}
