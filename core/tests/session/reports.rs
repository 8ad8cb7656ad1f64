//! Reports to the statistics server.

use crate::scene::{ticket, Scene};
use crate::surroundings::json;
use skylink_core::{
    Call, ChannelEvent, ConnectionEvent, ConnectionOp, Input, Output, Prefetched, StatisticsReading,
};
use skylink_protocol::Value;

const GATHERING: &str = r#"{"appKey":"key","roomServer":"//api.test","statsInterval":60}"#;
/// How long reports are kept back, and the time between two goes, in milliseconds.
const KEPT_BACK: f64 = 5_000.0;
const PAUSE: f64 = 100.0;

/// In the room, where the API server wants statistics or not.
fn in_room(options: &str, is_wanted: bool) -> Scene {
    let mut scene = Scene::new();
    scene.join_with(options, r#"{"roomName":"lobby"}"#, Prefetched::None);
    let ticket = ticket("lobby").as_object().unwrap().clone().with("enable_stats_config", is_wanted);
    scene.answer_api_with(200, Some(ticket.into()));
    scene.open_socket();
    scene.let_in();
    scene
}

/// What was posted: the end of each address, and the document.
fn posts(scene: &Scene) -> Vec<(String, Value)> {
    let posted = scene.outputs.iter().filter_map(|output| match output {
        Output::Post { url, body } => {
            let endpoint = url.strip_prefix("https://api.test/rest/stats").unwrap();
            Some((endpoint.to_owned(), json(body)))
        }
        _ => None,
    });
    posted.collect()
}

fn endpoints(scene: &Scene) -> Vec<String> {
    posts(scene).into_iter().map(|(endpoint, _)| endpoint).collect()
}

fn find(scene: &Scene, endpoint: &str) -> Value {
    posts(scene).into_iter().find(|(posted, _)| posted == endpoint).unwrap().1
}

fn text(report: &Value, key: &str) -> String {
    report.get(key).and_then(Value::as_text).unwrap_or_default().to_owned()
}

fn wait(scene: &mut Scene, milliseconds: f64) {
    scene.forget();
    scene.now = scene.now.plus(milliseconds);
    scene.input(Input::Tick);
}

/// Until all that was reported so far is posted.
fn until_posted(scene: &mut Scene) {
    scene.now = scene.now.plus(KEPT_BACK);
    for _ in 0..10 {
        scene.input(Input::Tick);
        scene.now = scene.now.plus(PAUSE);
    }
}

/// Answers the reads under way with a path.
fn answer_reads(scene: &mut Scene) {
    let reads: Vec<_> = scene
        .outputs
        .iter()
        .filter_map(|output| match output {
            Output::Connection {
                connection,
                op: ConnectionOp::ReadStatistics { request, can_wait: true },
            } => Some((*connection, *request)),
            _ => None,
        })
        .collect();
    for (connection, request) in reads {
        let reading = Box::new(StatisticsReading { report: json("{}"), ..StatisticsReading::default() });
        scene.report(connection, ConnectionEvent::Statistics { request, reading });
    }
}

fn status_events(scene: &Scene) -> usize {
    let is_status =
        |output: &&Output| matches!(output, Output::Event { name: "getConnectionStatusStateChange", .. });
    scene.outputs.iter().filter(is_status).count()
}

#[test]
fn the_way_into_the_room_is_reported_without_its_secrets() {
    let mut scene = in_room(GATHERING, true);
    until_posted(&mut scene);
    assert_eq!(
        endpoints(&scene),
        [
            "/auth",
            "/auth",
            "/client",
            "/client/signaling",
            "/session",
            "/session",
            "/session",
            "/client/usermedia"
        ]
    );
    let told = posts(&scene);
    assert_eq!(text(&told[0].1, "state"), "request");
    assert_eq!(text(&told[0].1, "room_id"), "lobby");
    assert_eq!(text(&told[1].1, "state"), "success");
    assert_eq!(text(&told[1].1, "room_id"), "rid-of-lobby");
    let states: Vec<String> =
        told.iter().filter(|(at, _)| at == "/session").map(|(_, report)| text(report, "state")).collect();
    assert_eq!(states, ["joinRoom", "inRoom", "enter"]);
    for (endpoint, report) in &told {
        assert_eq!(text(report, "client_id"), "client", "{endpoint}");
        assert_eq!(text(report, "app_key"), "key", "{endpoint}");
        assert!(text(report, "timestamp").ends_with('Z'), "{endpoint}");
    }
    for output in &scene.outputs {
        if let Output::Post { url, body } = output {
            assert!(!body.contains("SECRET"), "{url}: {body}");
        }
    }
}

#[test]
fn nothing_is_reported_where_the_app_or_the_server_does_not_want_it() {
    let off = r#"{"appKey":"key","roomServer":"//api.test","enableStatsGathering":false}"#;
    let mut scene = in_room(off, true);
    until_posted(&mut scene);
    assert!(posts(&scene).is_empty());
    let mut scene = in_room(GATHERING, false);
    until_posted(&mut scene);
    assert!(posts(&scene).is_empty());
    wait(&mut scene, 60_000.0);
    assert!(posts(&scene).is_empty());
}

#[test]
fn reports_wait_until_connections_had_their_time_and_go_a_few_at_once() {
    let mut scene = in_room(GATHERING, true);
    wait(&mut scene, KEPT_BACK - 1.0);
    assert!(posts(&scene).is_empty());
    for expected in [4, 4, 0] {
        wait(&mut scene, PAUSE);
        assert_eq!(posts(&scene).len(), expected);
    }
}

#[test]
fn who_leaves_posts_all_at_once() {
    let mut scene = in_room(GATHERING, true);
    assert!(posts(&scene).is_empty());
    scene.call(Call::LeaveRoom { promise: 9, room: "lobby".into(), stop_streams: true });
    assert_eq!(posts(&scene).len(), 8);
    until_posted(&mut scene);
    assert_eq!(posts(&scene).len(), 8, "and nothing twice");
}

#[test]
fn what_comes_in_numbers_is_posted_together() {
    let mut scene = in_room(GATHERING, true);
    let connection = scene.connect("bob");
    for state in ["gathering", "complete"] {
        scene.report(connection, ConnectionEvent::GatheringState(state.into()));
    }
    until_posted(&mut scene);
    let report = find(&scene, "/client/icegathering");
    assert_eq!(text(&report, "client_id"), "client");
    let data = report.get("data").and_then(Value::as_list).unwrap();
    let states: Vec<String> = data.iter().map(|entry| text(entry, "state")).collect();
    assert_eq!(states, ["gathering", "complete"]);
    assert_eq!(text(&data[0], "peer_id"), "bob");
    let negotiation = find(&scene, "/client/negotiation");
    assert!(!negotiation.get("data").and_then(Value::as_list).unwrap().is_empty());
}

#[test]
fn very_many_are_posted_sooner_and_limited() {
    let mut scene = in_room(GATHERING, true);
    let bob = scene.connect("bob");
    let count = |scene: &Scene| -> usize {
        posts(scene).iter().filter_map(|(_, body)| body.get("data")?.as_list().map(<[_]>::len)).sum()
    };
    until_posted(&mut scene);
    scene.forget();
    let many = |scene: &mut Scene, number| {
        for number in 0..number {
            let state = format!("state {number}");
            scene.report(bob, ConnectionEvent::GatheringState(state));
        }
    };
    many(&mut scene, 99);
    scene.input(Input::Tick);
    assert_eq!(count(&scene), 0);
    many(&mut scene, 1);
    scene.input(Input::Tick);
    assert_eq!(count(&scene), 100, "not all of them wait");
    many(&mut scene, 600);
    scene.input(Input::Tick);
    assert_eq!(count(&scene), 600);
}

#[test]
fn a_way_is_reported_with_its_path_and_the_app_is_told_of_the_read() {
    for (silent, later_events) in [("false", 2), ("true", 0)] {
        let options = format!(
            r#"{{"appKey":"key","roomServer":"//api.test","statsInterval":600,"beSilentOnStatsLogs":{silent}}}"#
        );
        let mut scene = in_room(&options, true);
        let connection = scene.connect("bob");
        until_posted(&mut scene);
        scene.forget();
        scene.report(connection, ConnectionEvent::IceState("checking".into()));
        until_posted(&mut scene);
        assert_eq!(text(&find(&scene, "/client/iceconnection"), "state"), "checking");
        assert_eq!(status_events(&scene), 0, "there is nothing to read yet");
        scene.forget();
        scene.report(connection, ConnectionEvent::IceState("connected".into()));
        let connected_at = scene.now;
        scene.now = scene.now.plus(10.0);
        scene.report(connection, ConnectionEvent::ConnectionState("connected".into()));
        until_posted(&mut scene);
        assert!(posts(&scene).is_empty(), "the path is asked for first");
        answer_reads(&mut scene);
        until_posted(&mut scene);
        let reports = posts(&scene);
        assert_eq!(endpoints(&scene), ["/client/iceconnection"; 2], "of one read");
        for (report, at) in [(&reports[0].1, connected_at), (&reports[1].1, connected_at.plus(10.0))] {
            assert_eq!(text(report, "state"), "connected");
            assert_eq!(text(report, "peer_id"), "bob");
            assert_eq!(text(report, "timestamp"), at.iso8601());
            assert!(report.get("local_candidate").is_some());
        }
        assert_eq!(status_events(&scene), 2, "always at first");
        scene.forget();
        scene.report(connection, ConnectionEvent::IceState("disconnected".into()));
        until_posted(&mut scene);
        answer_reads(&mut scene);
        until_posted(&mut scene);
        assert_eq!(text(&find(&scene, "/client/iceconnection"), "state"), "disconnected");
        assert_eq!(status_events(&scene), later_events);
    }
}

#[test]
fn paths_are_read_when_a_way_has_settled() {
    let mut scene = in_room(GATHERING, true);
    let connection = scene.connect("bob");
    scene.report(connection, ConnectionEvent::IceState("connected".into()));
    let reads = |scene: &Scene| {
        let is_read = |output: &&Output| {
            matches!(output, Output::Connection { op: ConnectionOp::ReadStatistics { .. }, .. })
        };
        scene.outputs.iter().filter(is_read).count()
    };
    wait(&mut scene, 1_999.0);
    assert_eq!(reads(&scene), 0);
    wait(&mut scene, 1.0);
    assert_eq!(reads(&scene), 1);
    wait(&mut scene, 2_000.0);
    assert_eq!(reads(&scene), 0);
}

#[test]
fn what_became_of_a_way_is_reported_though_its_peer_left_meanwhile() {
    let mut scene = in_room(GATHERING, true);
    let connection = scene.connect("bob");
    scene.report(connection, ConnectionEvent::IceState("connected".into()));
    until_posted(&mut scene);
    scene.forget();
    scene.report(connection, ConnectionEvent::IceState("disconnected".into()));
    scene.hear("bye", "bob", "{}");
    until_posted(&mut scene);
    let states: Vec<_> = posts(&scene)
        .iter()
        .filter(|(at, _)| at == "/client/iceconnection")
        .map(|(_, report)| text(report, "state"))
        .collect();
    assert_eq!(states, ["disconnected"]);
}

#[test]
fn channels_for_messages_are_reported_and_those_for_files_are_not() {
    let mut scene = in_room(GATHERING, true);
    scene.extensions = r#","fileChannels":true"#;
    let connection = scene.connect("bob");
    until_posted(&mut scene);
    scene.forget();
    for (channel, label) in [(1, "rid_bob_me"), (2, "t1")] {
        let offered = ChannelEvent::Offered { label: label.to_owned() };
        for event in [offered, ChannelEvent::Open, ChannelEvent::Closed] {
            scene.report(connection, ConnectionEvent::Channel { channel, buffered: 0.0, event });
        }
        // The app hears of both.
        let detail = scene.detail("dataChannelState");
        assert_eq!(detail.get("channelName"), Some(&label.into()));
    }
    until_posted(&mut scene);
    let told: Vec<_> = posts(&scene).iter().map(|(_, report)| text(report, "state")).collect();
    assert_eq!(endpoints(&scene), ["/client/datachannel"; 2]);
    assert_eq!(told, ["open", "closed"]);
    assert_eq!(text(&find(&scene, "/client/datachannel"), "channel_label"), "rid_bob_me");
}

#[test]
fn every_interval_tells_of_streams_and_of_each_peer() {
    let mut scene = in_room(GATHERING, true);
    let connection = scene.connect("bob");
    scene.report(connection, ConnectionEvent::IceState("connected".into()));
    answer_reads(&mut scene);
    scene.report(
        connection,
        ConnectionEvent::Track {
            stream: 77,
            stream_id: "s".into(),
            kind: skylink_core::Kind::Audio,
            mid: None,
        },
    );
    until_posted(&mut scene);
    wait(&mut scene, 60_000.0);
    answer_reads(&mut scene);
    scene.forget();
    until_posted(&mut scene);
    let media = find(&scene, "/client/usermedia");
    assert_eq!(media.get("recv_audio").and_then(Value::as_number), Some(1.0));
    assert_eq!(text(&media, "mode"), "P2P");
    let bandwidth = find(&scene, "/client/bandwidth");
    assert_eq!(text(&bandwidth, "peer_id"), "bob");
    for group in ["audio_send", "audio_recv", "video_send", "video_recv"] {
        assert_eq!(bandwidth.get(group).and_then(|group| group.get("bytes")), Some(&Value::Null), "{group}");
    }
    wait(&mut scene, 60_000.0);
    until_posted(&mut scene);
    assert!(endpoints(&scene).contains(&"/client/usermedia".to_owned()), "and again");
}
