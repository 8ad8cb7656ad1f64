//! Lanes: when they are opened, what is said about them, and how they end.

use super::desk::Desk;
use super::own_way::{accept, id, opened, request, tell, want, BLOCK};
use crate::surroundings::json;
use skylink_core::{
    ChannelEvent, ChannelId, ConnectionEvent, ConnectionId, ConnectionOp, DescriptionKind, FileEvent, FileOp,
    Handle, Output, Piece, StatisticsReading,
};

const FRAME: f64 = 65_528.0;

impl Desk {
    fn ops(&self) -> impl DoubleEndedIterator<Item = (ConnectionId, &ConnectionOp)> {
        self.scene.outputs.iter().filter_map(|output| match output {
            Output::Connection { connection, op } => Some((*connection, op)),
            _ => None,
        })
    }

    fn created(&self) -> Vec<ConnectionId> {
        self.ops().filter(|(_, op)| matches!(op, ConnectionOp::Create { .. })).map(|(id, _)| id).collect()
    }

    pub fn has_closed(&self, connection: ConnectionId) -> bool {
        self.ops().any(|(id, op)| id == connection && *op == ConnectionOp::Close)
    }

    /// The browser says how many seconds the last round trip took; the mean is taken from the rest.
    fn answer_statistics(&mut self, report: &str) -> Handle {
        let asked = self.ops().rev().find_map(|(_, op)| match op {
            ConnectionOp::ReadStatistics { request, can_wait: false } => Some(*request),
            _ => None,
        });
        let raw = self.scene.handle();
        let reading = StatisticsReading { report: json(report), raw, ..StatisticsReading::default() };
        let event = ConnectionEvent::Statistics {
            request: asked.expect("statistics are read"),
            reading: Box::new(reading),
        };
        self.scene.report(self.connection, event);
        raw
    }

    fn on_lane(&mut self, lane: ConnectionId, channel: ChannelId, buffered: f64, event: ChannelEvent) {
        self.scene.report(lane, ConnectionEvent::Channel { channel, buffered, event });
    }

    pub fn lane_frame(&mut self, lane: ConnectionId, offset: f64, length: f64) -> Handle {
        let frame = self.scene.handle();
        let piece = Some(Piece { offset, length });
        self.on_lane(lane, 1, 0.0, ChannelEvent::Frame { frame, piece });
        frame
    }

    /// Where frames were sent, and which.
    fn frames(&self) -> Vec<(ConnectionId, Piece)> {
        let sent = self.file_ops().into_iter().filter_map(|(_, op)| match op {
            FileOp::SendFrames { connection, piece, .. } => Some((connection, piece)),
            _ => None,
        });
        sent.collect()
    }

    fn stored(&self) -> Vec<Handle> {
        let stored = self.file_ops().into_iter().filter_map(|(_, op)| match op {
            FileOp::StoreFrame(frame) => Some(frame),
            _ => None,
        });
        stored.collect()
    }

    /// A download of 20 frames with one lane that the sender offered.
    pub fn taking_lane() -> (Desk, u32, ChannelId, ConnectionId) {
        let mut desk = Desk::with_our_peer();
        desk.hear(&request("t1", 20.0 * FRAME));
        let promise = desk.respond("t1", true);
        let channel = desk.channel_offered("t1");
        desk.scene.forget();
        tell(&mut desk, channel, r#"{"type":"LANE","lane":2,"sdp":"offered"}"#);
        let lane = desk.created()[0];
        desk.on_lane(lane, 1, 0.0, ChannelEvent::Offered { label: "t1".into() });
        desk.on_lane(lane, 1, 0.0, ChannelEvent::Open);
        (desk, promise, channel, lane)
    }
}

fn statistics(seconds: f64) -> String {
    format!(
        r#"{{"T":{{"type":"transport","selectedCandidatePairId":"P"}},
        "P":{{"type":"candidate-pair","id":"P","currentRoundTripTime":{seconds},
        "totalRoundTripTime":1,"responsesReceived":10}}}}"#
    )
}

/// An upload of 20 blocks with three lanes that are open, and their connections and channels.
fn with_lanes() -> (Desk, u32, ChannelId, Vec<(ConnectionId, ChannelId)>) {
    let mut desk = Desk::with_our_peer();
    let promise = desk.send(20.0 * BLOCK);
    desk.hear(&accept(&id()));
    let channel = opened(&desk);
    desk.read();
    desk.scene.forget_but_statistics();
    desk.on_channel(channel, ChannelEvent::Open);
    desk.answer_statistics(&statistics(0.02));
    let lanes: Vec<(ConnectionId, ChannelId)> = desk
        .ops()
        .filter_map(|(connection, op)| match op {
            ConnectionOp::Channel { channel, op: skylink_core::ChannelOp::Open { .. } } => {
                Some((connection, *channel))
            }
            _ => None,
        })
        .collect();
    assert_eq!(lanes.len(), 3);
    for (lane, _) in &lanes {
        desk.scene.report(*lane, ConnectionEvent::OfferCreated("offered".into()));
    }
    for (place, (lane, lane_channel)) in lanes.iter().enumerate() {
        let message = format!(r#"{{"type":"LANE","lane":{},"sdp":"answered"}}"#, place + 1);
        tell(&mut desk, channel, &message);
        desk.on_lane(*lane, *lane_channel, 0.0, ChannelEvent::Open);
    }
    (desk, promise, channel, lanes)
}

#[test]
fn the_round_trip_decides_once_the_channel_is_open() {
    for (seconds, blocks, lanes) in [(0.05, 20.0, 7), (0.02, 20.0, 3), (0.001, 20.0, 0), (0.05, 1.0, 0)] {
        for channel_first in [true, false] {
            let mut desk = Desk::with_our_peer();
            desk.send(blocks * BLOCK);
            desk.hear(&accept(&id()));
            let channel = opened(&desk);
            if channel_first {
                desk.on_channel(channel, ChannelEvent::Open);
            }
            let raw = desk.answer_statistics(&statistics(seconds));
            assert!(desk.released(raw));
            if !channel_first {
                assert!(desk.created().is_empty());
                desk.on_channel(channel, ChannelEvent::Open);
            }
            assert_eq!(desk.created().len(), lanes, "{seconds} s, {blocks} blocks");
            assert!(!desk.scene.events().contains(&"getConnectionStatusStateChange"));
        }
    }
}

#[test]
fn a_path_in_use_that_is_too_short_to_measure_counts() {
    let mut desk = Desk::with_our_peer();
    desk.send(20.0 * BLOCK);
    desk.hear(&accept(&id()));
    desk.on_channel(opened(&desk), ChannelEvent::Open);
    desk.answer_statistics(
        r#"{"T":{"type":"transport","selectedCandidatePairId":"P"},
        "P":{"type":"candidate-pair","responsesReceived":4,"totalRoundTripTime":0,"currentRoundTripTime":0},
        "Q":{"type":"candidate-pair","responsesReceived":1,"totalRoundTripTime":0.02,"currentRoundTripTime":0.02}}"#,
    );
    assert!(desk.created().is_empty());
}

#[test]
fn where_the_path_in_use_was_not_measured_the_shortest_of_others_counts() {
    for (one, other, lanes) in [(0.09, 0.02, 3), (0.0, 0.0, 0)] {
        let mut desk = Desk::with_our_peer();
        desk.send(20.0 * BLOCK);
        desk.hear(&accept(&id()));
        desk.on_channel(opened(&desk), ChannelEvent::Open);
        let pair = |seconds: f64| {
            format!(
                r#"{{"type":"candidate-pair","responsesReceived":0,"totalRoundTripTime":0,
                "currentRoundTripTime":{seconds}}}"#
            )
        };
        desk.answer_statistics(&format!(
            r#"{{"T":{{"type":"transport","selectedCandidatePairId":"P"}},"P":{},"Q":{},"R":{}}}"#,
            pair(0.0),
            pair(one),
            pair(other)
        ));
        assert_eq!(desk.created().len(), lanes, "{one} s, {other} s");
    }
}

#[test]
fn small_files_and_peers_without_lanes_are_not_measured() {
    let mut plain = Desk::with_our_peer();
    plain.send(BLOCK - 1.0);
    plain.hear(&accept(&id()));
    assert!(!plain.ops().any(|(_, op)| matches!(op, ConnectionOp::ReadStatistics { .. })));
    let mut desk = Desk::without_lanes();
    desk.send(20.0 * BLOCK);
    desk.hear(&accept(&id()));
    assert!(!desk.ops().any(|(_, op)| matches!(op, ConnectionOp::ReadStatistics { .. })));
    // Nor may they open any.
    desk.hear(&request("t1", 5.0));
    desk.respond("t1", true);
    let channel = desk.channel_offered("t1");
    desk.scene.forget();
    tell(&mut desk, channel, r#"{"type":"LANE","lane":1,"sdp":"offered"}"#);
    assert!(desk.created().is_empty());
}

#[test]
fn reports_without_a_round_trip_open_none() {
    for report in ["{}", r#"{"T":{"type":"transport"}}"#, "7", &statistics(-1.0)] {
        let mut desk = Desk::with_our_peer();
        desk.send(20.0 * BLOCK);
        desk.hear(&accept(&id()));
        desk.on_channel(opened(&desk), ChannelEvent::Open);
        desk.answer_statistics(report);
        assert!(desk.created().is_empty(), "{report}");
    }
}

#[test]
fn a_lane_is_negotiated_through_the_channel_of_the_transfer() {
    let (mut desk, _, channel, lanes) = with_lanes();
    let (lane, _) = lanes[1];
    assert!(desk.said().contains(&json(r#"{"type":"LANE","lane":2,"sdp":"offered"}"#)));
    let local = ConnectionOp::SetLocal { kind: DescriptionKind::Offer, sdp: "offered".into() };
    let remote = ConnectionOp::SetRemote { kind: DescriptionKind::Answer, sdp: "answered".into() };
    for wanted in [local, remote] {
        assert!(desk.ops().any(|(connection, op)| connection == lane && *op == wanted), "{wanted:?}");
    }
    let candidate = "candidate:1 1 udp 1 192.0.2.1 9 typ host";
    desk.scene.report(
        lane,
        ConnectionEvent::LocalCandidate {
            candidate: candidate.into(),
            mid: Some("0".into()),
            line: Some(0.0),
        },
    );
    assert_eq!(desk.last_said(), format!(r#"{{"type":"LANE","lane":2,"candidate":"{candidate}"}}"#));
    tell(&mut desk, channel, &format!(r#"{{"type":"LANE","lane":2,"candidate":"{candidate}"}}"#));
    let op =
        ConnectionOp::AddCandidate { number: 0, candidate: candidate.into(), mid: None, line: Some(0.0) };
    assert!(desk.ops().any(|(connection, it)| connection == lane && *it == op));
    let error = desk.scene.handle();
    desk.scene.report(lane, ConnectionEvent::CandidateAdded { number: 0, error: Some(error) });
    assert!(desk.released(error));
    // The app hears nothing of it.
    let heard = desk
        .scene
        .events()
        .into_iter()
        .find(|name| *name != "dataTransferState" && *name != "dataChannelState");
    assert_eq!(heard, None);
}

#[test]
fn the_receiver_answers() {
    let (mut desk, _, _, lane) = Desk::taking_lane();
    let offer = ConnectionOp::SetRemote { kind: DescriptionKind::Offer, sdp: "offered".into() };
    assert!(desk.ops().any(|(connection, op)| connection == lane && *op == offer));
    desk.scene.report(lane, ConnectionEvent::AnswerCreated("answered".into()));
    assert_eq!(desk.last_said(), r#"{"type":"LANE","lane":2,"sdp":"answered"}"#);
    let local = ConnectionOp::SetLocal { kind: DescriptionKind::Answer, sdp: "answered".into() };
    assert_eq!(desk.ops().last(), Some((lane, &local)));
}

#[test]
fn frames_are_shared_and_put_away_in_order() {
    let (mut desk, _, channel, lanes) = with_lanes();
    want(&mut desk, channel, 0.0, 8.0 * BLOCK);
    let on = |desk: &Desk, lane| desk.frames().iter().filter(|(on, _)| *on == lane).count();
    assert!(on(&desk, desk.connection) > 0);
    for (lane, _) in &lanes {
        assert!(on(&desk, *lane) > 0, "{lane}");
    }
    let (mut desk, promise, channel, lane) = Desk::taking_lane();
    let second = desk.lane_frame(lane, FRAME, FRAME);
    assert!(desk.stored().is_empty());
    let first = desk.frame(channel, 0.0, FRAME);
    assert_eq!(desk.stored(), [first, second]);
    let late = desk.lane_frame(lane, 0.0, FRAME);
    assert!(desk.released(late));
    let waiting = desk.lane_frame(lane, 3.0 * FRAME, FRAME);
    desk.on_channel(channel, ChannelEvent::Closed);
    assert!(desk.released(waiting) && desk.has_closed(lane));
    assert!(!desk.scene.settled.contains_key(&promise), "it goes on with another channel");
}

#[test]
fn the_sender_hears_what_came_where() {
    let (mut desk, _, channel, lane) = Desk::taking_lane();
    desk.frame(channel, 0.0, FRAME);
    assert_eq!(desk.last_said(), r#"{"type":"GOT","lane":0,"bytes":65528}"#);
    desk.lane_frame(lane, 3.0 * FRAME, FRAME);
    assert_eq!(desk.last_said(), r#"{"type":"GOT","lane":2,"bytes":65528}"#);
    // What it sent twice came as well.
    desk.lane_frame(lane, 0.0, FRAME);
    assert_eq!(desk.last_said(), r#"{"type":"GOT","lane":2,"bytes":131056}"#);
    // A sender that could make no lane counts on it, too.
    let mut desk = Desk::with_our_peer();
    desk.hear(&request("t1", 20.0 * FRAME));
    desk.respond("t1", true);
    let channel = desk.channel_offered("t1");
    tell(&mut desk, channel, r#"{"type":"LANE","lane":1}"#);
    desk.frame(channel, 0.0, FRAME);
    assert_eq!(desk.last_said(), r#"{"type":"GOT","lane":0,"bytes":65528}"#);
}

#[test]
fn the_end_may_overtake_the_rest() {
    let (mut desk, promise, channel, lane) = Desk::taking_lane();
    for place in 0..19 {
        desk.frame(channel, f64::from(place) * FRAME, FRAME);
    }
    tell(&mut desk, channel, r#"{"type":"END","digest":"d"}"#);
    assert!(!desk.scene.settled.contains_key(&promise));
    desk.lane_frame(lane, 19.0 * FRAME, FRAME);
    let file = desk.file();
    desk.on_file(file, FileEvent::Digest("d".into()));
    desk.on_file(file, FileEvent::Closed(None));
    assert!(desk.scene.resolution(promise).get("bob").is_some());
    assert!(desk.has_closed(lane));
}

#[test]
fn a_lane_that_breaks_is_made_up_for() {
    type Break = fn(&mut Desk, (ConnectionId, ChannelId), ChannelId);
    let broken: [Break; 5] = [
        |desk, (lane, channel), _| desk.on_lane(lane, channel, 0.0, ChannelEvent::Closed),
        |desk, (lane, channel), _| {
            let error = desk.scene.handle();
            desk.on_lane(lane, channel, 9.0, ChannelEvent::NotSent(error));
            assert!(desk.released(error));
        },
        |desk, (lane, _), _| desk.scene.report(lane, ConnectionEvent::ConnectionState("failed".into())),
        |desk, (lane, _), _| desk.scene.report(lane, ConnectionEvent::ConnectionState("disconnected".into())),
        |desk, _, channel| tell(desk, channel, r#"{"type":"LANE","lane":1}"#),
    ];
    for (case, breaks) in broken.into_iter().enumerate() {
        let (mut desk, promise, channel, lanes) = with_lanes();
        want(&mut desk, channel, 0.0, 8.0 * BLOCK);
        let lost: Vec<Piece> =
            desk.frames().iter().filter(|(on, _)| *on == lanes[0].0).map(|(_, piece)| *piece).collect();
        assert!(!lost.is_empty());
        let own =
            |(on, piece): &(ConnectionId, Piece)| if *on == desk.connection { piece.length } else { 0.0 };
        let sent: f64 = desk.frames().iter().map(own).sum();
        desk.scene.forget();
        breaks(&mut desk, lanes[0], channel);
        assert!(desk.has_closed(lanes[0].0), "{case}");
        assert!(desk.frames().is_empty(), "{case}: all are full");
        tell(&mut desk, channel, &format!(r#"{{"type":"GOT","lane":0,"bytes":{sent}}}"#));
        let (on, piece) = desk.frames()[0];
        assert_eq!((on, piece.offset), (desk.connection, lost[0].offset), "{case}");
        let tells = desk.said().contains(&json(r#"{"type":"LANE","lane":1}"#));
        assert_eq!(tells, case < 4, "the other side is told, unless it told us");
        assert!(!desk.scene.settled.contains_key(&promise));
    }
}

#[test]
fn a_lane_that_cannot_be_had_is_given_up() {
    let mut desk = Desk::with_our_peer();
    let promise = desk.send(20.0 * BLOCK);
    desk.hear(&accept(&id()));
    desk.on_channel(opened(&desk), ChannelEvent::Open);
    desk.answer_statistics(&statistics(0.05));
    let lanes = desk.created();
    let error = desk.scene.handle();
    desk.scene.report(lanes[0], ConnectionEvent::CreateFailed(error));
    assert!(desk.has_closed(lanes[0]) && desk.released(error));
    let begin = desk.scene.now;
    while !desk.has_closed(lanes[2]) {
        desk.scene.wait();
    }
    assert_eq!(desk.scene.now.0 - begin.0, 10_000.0);
    assert!(desk.has_closed(lanes[1]));
    assert!(!desk.scene.settled.contains_key(&promise));
}

#[test]
fn whatever_ends_the_transfer_closes_its_lanes() {
    let endings: [fn(&mut Desk); 4] = [
        |desk| {
            desk.cancel(&id());
        },
        |desk| desk.hear(&format!(r#"{{"type":"CANCEL","transferId":"{}","content":"no"}}"#, id())),
        |desk| desk.scene.hear("bye", "bob", "{}"),
        |desk| {
            while desk.scene.session.next_deadline().is_some()
                && desk.states().last().is_none_or(|state| state != "error")
            {
                desk.scene.wait();
            }
        },
    ];
    for (case, end) in endings.into_iter().enumerate() {
        let (mut desk, promise, _, lanes) = with_lanes();
        end(&mut desk);
        assert!(desk.scene.settled.contains_key(&promise), "{case}");
        for (lane, channel) in lanes {
            assert!(desk.has_closed(lane), "{case}");
            // What comes late finds nobody.
            let frame = desk.scene.handle();
            desk.on_lane(lane, channel, 0.0, ChannelEvent::Frame { frame, piece: None });
            assert!(desk.released(frame));
        }
    }
}

#[test]
fn lanes_that_cannot_be_are_not_opened() {
    let (mut desk, _, channel, lane) = Desk::taking_lane();
    desk.scene.forget();
    for message in [
        r#"{"type":"LANE","lane":0,"sdp":"offered"}"#,
        r#"{"type":"LANE","lane":8,"sdp":"offered"}"#,
        r#"{"type":"LANE","lane":1.5,"sdp":"offered"}"#,
        r#"{"type":"LANE","lane":1e300,"sdp":"offered"}"#,
        r#"{"type":"LANE","lane":2,"sdp":"offered again"}"#,
        r#"{"type":"LANE","lane":1,"candidate":"of a lane that is not there"}"#,
        r#"{"type":"LANE","lane":1}"#,
        r#"{"type":"LANE"}"#,
    ] {
        tell(&mut desk, channel, message);
        assert!(desk.created().is_empty(), "{message}");
        assert!(!desk.has_closed(lane), "{message}");
    }
    // Only one channel comes over a lane, and only frames through it.
    desk.on_lane(lane, 2, 0.0, ChannelEvent::Offered { label: "another".into() });
    desk.on_lane(lane, 2, 0.0, ChannelEvent::Text("{}".into()));
    let chunk = desk.scene.handle();
    desk.on_lane(lane, 1, 0.0, ChannelEvent::Chunk(chunk));
    assert!(desk.released(chunk));
}

#[test]
fn a_sender_cannot_have_lanes_made_without_end() {
    let (mut desk, _, channel, _) = Desk::taking_lane();
    for _ in 0..40 {
        tell(&mut desk, channel, r#"{"type":"LANE","lane":2}"#);
        tell(&mut desk, channel, r#"{"type":"LANE","lane":2,"sdp":"offered"}"#);
    }
    assert_eq!(desk.created().len(), 28);
    assert_eq!(desk.last_said(), r#"{"type":"LANE","lane":2}"#, "so the sender does without");
}
