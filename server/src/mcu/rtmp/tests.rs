//! Live streams in virtual time, without ffmpeg.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use proptest::prelude::*;
use serde_json::{json, Value as Json};

use super::feed::Feed;
use super::progress::Progress;
use super::run::{Failure, Input, Launch, Report};
use super::session::{Output, Session};
use super::tap::LiveTap;
use super::{LiveStreamLimits, LiveStreams, ThisMachine};
use crate::mcu::ffmpeg::Ffmpeg;
use crate::mcu::frames::Frame;
use crate::mcu::lines::TrackId;
use crate::mcu::media_info::Medium;
use crate::mcu::packet::Packet;
use crate::mcu::room::Track;
use crate::mcu::sdp::Kind;
use crate::mcu::tap::{Order, Orders, Tap, TapEvent, TapHandle};
use crate::mcu::webm::tests::{read, Read};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

fn frame(time: u64, arrived: Instant, is_key: bool) -> Frame {
    Frame {
        data: vec![u8::from(!is_key)],
        time: MS * u32::try_from(time).unwrap(),
        arrived,
        captured: None,
        is_key,
        size: is_key.then_some((64, 48)),
        rotation: None,
    }
}

/// Everything that a session wants.
fn outputs(session: &mut Session) -> Vec<Output> {
    std::iter::from_fn(|| session.poll()).collect()
}

/// The run begins with its first frame.
fn begin(session: &mut Session, run: u64, now: Instant) {
    assert_eq!(outputs(session), [Output::KeyFrame]);
    feed(session, now);
    let [first, Output::Write(_), Output::Write(_)] = &outputs(session)[..] else { panic!("no stream") };
    assert_eq!(*first, Output::Launch { run, turns: 0 });
}

/// A picture that needs no other.
fn feed(session: &mut Session, now: Instant) {
    session.frame(Kind::Video, &frame(0, now, true), now);
}

fn begun(now: Instant) -> Session {
    let mut session = Session::new(true, now);
    begin(&mut session, 1, now);
    session
}

#[test]
fn one_that_sends_is_live_and_stops_when_told() {
    let now = Instant::now();
    let mut session = begun(now);
    // The header of the container is sent before any picture, and sound before pictures.
    session.progress(1, 0, 300, now);
    session.progress(1, 5, 0, now);
    session.progress(2, 5, 900, now);
    assert_eq!(outputs(&mut session), []);
    session.progress(1, 5, 900, now);
    session.progress(1, 9, 1200, now);
    assert_eq!(outputs(&mut session), [Output::Started]);
    session.stop("", now);
    session.stop("", now);
    assert_eq!(outputs(&mut session), [Output::Halt]);
    session.ended(1, "end of file", false, now);
    assert_eq!(outputs(&mut session), [Output::Stopped, Output::Over]);
}

#[test]
fn without_pictures_sound_is_enough() {
    let now = Instant::now();
    let mut session = Session::new(false, now);
    session.frame(Kind::Audio, &frame(0, now, true), now);
    outputs(&mut session);
    session.progress(1, 0, 300, now);
    assert_eq!(outputs(&mut session), [Output::Started]);
}

#[test]
fn a_refused_endpoint_is_tried_four_times() {
    let mut now = Instant::now();
    let begun = now;
    let mut session = Session::new(true, now);
    for (run, pause) in [(1, 1), (2, 2), (3, 4)] {
        begin(&mut session, run, now);
        now += 100 * MS;
        session.ended(run, "refused", false, now);
        assert_eq!(session.deadline(), Some(now + pause * SECOND));
        session.tick(now + pause * SECOND - MS);
        assert_eq!(outputs(&mut session), []);
        now += pause * SECOND;
        session.tick(now);
    }
    begin(&mut session, 4, now);
    session.ended(4, "refused", false, now);
    let reason = "the live stream could not be kept up: refused".to_owned();
    assert_eq!(outputs(&mut session), [Output::Failed(reason), Output::Over]);
    assert!(now - begun < 8 * SECOND);
    assert_eq!(session.deadline(), None);
}

#[test]
fn what_no_other_attempt_would_change_ends_it_at_once() {
    let now = Instant::now();
    let mut session = begun(now);
    session.ended(1, "private", true, now);
    assert_eq!(outputs(&mut session), [Output::Failed("private".to_owned()), Output::Over]);
}

#[test]
fn a_broken_connection_is_made_again_and_nobody_told() {
    let mut now = Instant::now();
    let mut session = Session::new(true, now);
    for run in 1..20 {
        begin(&mut session, run, now);
        session.progress(run, 1, 100, now);
        let expected: &[Output] = if run == 1 { &[Output::Started] } else { &[] };
        assert_eq!(outputs(&mut session), expected);
        // Failures that are a minute old do not count.
        now += 20 * SECOND;
        session.ended(run, "broken pipe", false, now);
        let again = session.deadline().unwrap();
        assert!(again - now <= 4 * SECOND, "{:?}", again - now);
        now = again;
        session.tick(now);
    }
}

#[test]
fn one_that_hangs_is_begun_anew() {
    let mut now = Instant::now();
    let mut session = begun(now);
    now += 15 * SECOND;
    session.tick(now);
    assert_eq!(outputs(&mut session), [Output::Halt]);
    // The end of what hung is no second failure.
    session.ended(1, "killed", false, now);
    now += SECOND;
    session.tick(now);
    begin(&mut session, 2, now);
    session.progress(2, 1, 100, now);
    feed(&mut session, now);
    outputs(&mut session);
    session.progress(2, 1, 100, now + 10 * SECOND);
    now += 15 * SECOND;
    session.tick(now);
    assert_eq!(outputs(&mut session), [Output::Halt]);
}

#[test]
fn who_has_nothing_to_send_does_not_hang() {
    let mut now = Instant::now();
    let mut session = begun(now);
    session.progress(1, 1, 100, now);
    outputs(&mut session);
    for _ in 0..10 {
        now = session.deadline().unwrap();
        session.tick(now);
    }
    assert_eq!(outputs(&mut session), []);
}

#[test]
fn stopped_before_it_was_live_it_has_failed_to_begin() {
    let now = Instant::now();
    let over = [Output::Stopped, Output::Failed("too early".to_owned()), Output::Over];
    let mut session = begun(now);
    session.ended(1, "refused", false, now);
    session.stop("too early", now);
    assert_eq!(outputs(&mut session), over);

    let mut session = Session::new(true, now);
    outputs(&mut session);
    session.stop("too early", now);
    assert_eq!(outputs(&mut session), over);

    let mut session = begun(now);
    session.stop("too early", now);
    assert_eq!(outputs(&mut session), [Output::Halt]);
    session.tick(session.deadline().unwrap());
    assert_eq!(outputs(&mut session), over);
}

#[test]
fn what_is_lost_asks_for_one_key_frame() {
    let now = Instant::now();
    let mut session = begun(now);
    session.overflowed();
    session.overflowed();
    assert_eq!(outputs(&mut session), [Output::KeyFrame]);
    session.frame(Kind::Video, &frame(40, now, false), now);
    assert_eq!(outputs(&mut session), []);
    session.frame(Kind::Video, &frame(80, now, true), now);
    assert_eq!(outputs(&mut session).len(), 1);
}

#[test]
fn a_phone_that_is_turned_begins_a_new_run() {
    let mut now = Instant::now();
    let turned = |turns, now| Frame { rotation: Some(turns), ..frame(0, now, true) };
    let mut session = Session::new(true, now);
    outputs(&mut session);
    session.frame(Kind::Video, &turned(1, now), now);
    assert_eq!(outputs(&mut session)[0], Output::Launch { run: 1, turns: 1 });
    session.progress(1, 1, 100, now);
    // Too soon; it is still so with the next key frame.
    now += SECOND;
    session.frame(Kind::Video, &turned(2, now), now);
    assert!(matches!(&outputs(&mut session)[..], [Output::Started, Output::Write(_)]));
    now += 5 * SECOND;
    session.frame(Kind::Video, &turned(2, now), now);
    let [Output::Halt, Output::KeyFrame, launch, ..] = &outputs(&mut session)[..] else { panic!("no run") };
    assert_eq!(*launch, Output::Launch { run: 2, turns: 2 });
    // What was halted is no failure, and nobody is told of the new run.
    session.ended(1, "", false, now);
    session.progress(2, 1, 100, now);
    session.frame(Kind::Video, &turned(6, now), now);
    assert!(matches!(&outputs(&mut session)[..], [Output::Write(_)]));
}

#[test]
fn a_phone_that_is_turned_back_at_once_is_not_forgotten() {
    let start = Instant::now();
    let turned = |turns, now| Frame { rotation: turns, ..frame(0, now, true) };
    let mut session = Session::new(true, start);
    session.frame(Kind::Video, &turned(Some(1), start), start);
    outputs(&mut session);
    session.progress(1, 1, 100, start);
    // Browsers do not repeat that pictures stand upright before the next key frame.
    let soon = start + SECOND;
    session.frame(Kind::Video, &turned(Some(0), soon), soon);
    let later = start + 5 * SECOND;
    outputs(&mut session);
    session.frame(Kind::Audio, &frame(0, later, true), later);
    session.frame(Kind::Video, &turned(None, later), later);
    assert!(outputs(&mut session).contains(&Output::Launch { run: 2, turns: 0 }));
}

fn fed(feed: &mut Feed, frames: &[(Kind, Frame)]) -> Vec<Read> {
    let pieces = frames.iter().flat_map(|(kind, frame)| feed.push(*kind, frame));
    read(&pieces.collect::<Vec<_>>().concat()).0
}

#[test]
fn a_stream_begins_with_a_key_frame() {
    let now = Instant::now();
    let mut feed = Feed::new(true);
    assert!(feed.push(Kind::Audio, &frame(0, now, true)).is_empty());
    assert!(feed.push(Kind::Video, &frame(0, now, false)).is_empty());
    let blocks = fed(
        &mut feed,
        &[
            (Kind::Video, frame(500, now + 500 * MS, true)),
            (Kind::Audio, frame(520, now + 530 * MS, true)),
            (Kind::Video, frame(540, now + 560 * MS, false)),
        ],
    );
    assert_eq!(blocks, [(1, 0, true, vec![0]), (2, 30, true, vec![0]), (1, 40, false, vec![1])]);
    feed.restart();
    assert!(feed.push(Kind::Video, &frame(600, now, false)).is_empty());
    assert_eq!(fed(&mut feed, &[(Kind::Video, frame(9000, now + 9 * SECOND, true))])[0].1, 0);
}

#[test]
fn the_publishers_clock_puts_sound_to_its_pictures() {
    let now = Instant::now();
    let moment = SystemTime::UNIX_EPOCH + 1_000_000 * SECOND;
    let captured = |frame: Frame, at: Duration| Frame { captured: Some(moment + at), ..frame };
    let blocks = fed(
        &mut Feed::new(true),
        &[
            (Kind::Video, captured(frame(0, now, true), 500 * MS)),
            // It came 300 ms late.
            (Kind::Audio, captured(frame(0, now + 320 * MS, true), 520 * MS)),
        ],
    );
    assert_eq!(blocks[1].1, 20);
}

#[test]
fn what_follows_something_lost_has_its_right_time() {
    let now = Instant::now();
    let at = |time: u64, is_key| frame(time, now + MS * u32::try_from(time).unwrap(), is_key);
    for lost in 0..2 {
        let mut feed = Feed::new(true);
        let mut pieces = feed.push(Kind::Video, &at(0, true));
        for number in 0..2 {
            // The first begins a cluster.
            let piece = feed.push(Kind::Audio, &at(1500 + 20 * number, true));
            if number == lost {
                assert!(feed.interrupt());
            } else {
                pieces.extend(piece);
            }
        }
        pieces.extend(feed.push(Kind::Audio, &at(1560, true)));
        pieces.extend(feed.push(Kind::Video, &at(1600, true)));
        let times: Vec<i64> = read(&pieces.concat()).0.iter().map(|block| block.1).collect();
        let kept = [1520, 1500][usize::try_from(lost).unwrap()];
        assert_eq!(times, [0, kept, 1560, 1600]);
    }
}

#[test]
fn what_was_made_with_something_lost_is_lost() {
    let now = Instant::now();
    let mut session = begun(now);
    session.frame(Kind::Video, &frame(1500, now + 1500 * MS, false), now);
    assert!(matches!(session.poll(), Some(Output::Write(_))));
    // It was silence, with the beginning of a cluster; more silence and the picture follow.
    assert!(session.overflowed() > 10);
    assert_eq!(outputs(&mut session), [Output::KeyFrame]);
}

#[test]
fn silence_stands_for_sound_that_does_not_come() {
    let now = Instant::now();
    let pictures =
        |number: u32| (Kind::Video, frame(u64::from(number) * 100, now + 100 * MS * number, number == 0));
    let blocks = fed(&mut Feed::new(true), &(0..20).map(pictures).collect::<Vec<_>>());
    let sound: Vec<i64> = blocks.iter().filter(|block| block.0 == 2).map(|block| block.1).collect();
    assert_eq!(sound, (0..75).map(|number| number * 20).collect::<Vec<_>>());
}

#[test]
fn a_long_gap_is_not_filled() {
    let now = Instant::now();
    let at = |ms: u64, is_key| frame(ms, now + MS * u32::try_from(ms).unwrap(), is_key);
    let blocks = fed(
        &mut Feed::new(true),
        &[
            (Kind::Video, at(0, true)),
            (Kind::Video, at(600_000, true)),
            (Kind::Video, at(600_100, true)),
            (Kind::Audio, at(600_120, true)),
        ],
    );
    let sound: Vec<i64> = blocks.iter().filter(|block| block.0 == 2).map(|block| block.1).collect();
    assert_eq!(sound, [599_600, 599_620, 599_640, 599_660, 599_680, 600_120]);
}

proptest! {
    #[test]
    fn whatever_comes_times_never_go_back(
        frames in prop::collection::vec((any::<bool>(), any::<bool>(), 0_u64..400, 0_u32..400, -3000_i64..3000), 1..60),
        replaced in prop::option::of(0_usize..60),
    ) {
        let now = Instant::now();
        let mut feed = Feed::new(true);
        let (mut time, mut arrived, mut pieces) = ([0, 0], now, Vec::new());
        for (place, (is_video, is_key, step, wait, skew)) in frames.into_iter().enumerate() {
            let kind = if is_video { Kind::Video } else { Kind::Audio };
            time[usize::from(is_video)] += step;
            arrived += MS * wait;
            if replaced == Some(place) {
                feed.replace(kind);
                time[usize::from(is_video)] = 0;
            }
            let capture = SystemTime::UNIX_EPOCH + SECOND * 1000;
            let skew = MS * u32::try_from(skew + 3000).unwrap();
            let frame = frame(time[usize::from(is_video)], arrived, is_key || !is_video);
            pieces.extend(feed.push(kind, &Frame { captured: Some(capture + skew), ..frame }));
        }
        let (blocks, _) = read(&pieces.concat());
        for track in [1, 2] {
            let times: Vec<i64> = blocks.iter().filter(|block| block.0 == track).map(|block| block.1).collect();
            prop_assert!(times.is_sorted(), "{times:?}");
        }
    }
}

struct Witness(Arc<Mutex<Scene>>);

#[derive(Default)]
struct Scene {
    launches: Vec<Launch>,
    written: usize,
    is_full: bool,
    halted: usize,
}

impl Input for Witness {
    fn write(&self, _piece: Vec<u8>) -> bool {
        let mut scene = self.0.lock().unwrap();
        scene.written += usize::from(!scene.is_full);
        !scene.is_full
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.0.lock().unwrap().halted += 1;
    }
}

struct Room {
    tap: LiveTap,
    scene: Arc<Mutex<Scene>>,
    news: Arc<Mutex<Vec<skylink_protocol::Value>>>,
    streams: Arc<LiveStreams>,
    now: Instant,
    said: Vec<String>,
    taken: Vec<u64>,
    key_frames: Vec<u64>,
    wakes_at: Option<Instant>,
}

const ENDPOINT: &str = "rtmp://live.example/app/s3cret";

impl Room {
    fn new(limits: LiveStreamLimits) -> Self {
        let (scene, news) = (Arc::new(Mutex::new(Scene::default())), Arc::new(Mutex::new(Vec::new())));
        let streams = LiveStreams::new(&Ffmpeg::find(None).unwrap(), limits, ThisMachine::default());
        Self {
            tap: Self::tap(&scene, &news, &streams),
            scene,
            news,
            streams,
            now: Instant::now(),
            said: Vec::new(),
            taken: Vec::new(),
            key_frames: Vec::new(),
            wakes_at: None,
        }
    }

    fn tap(
        scene: &Arc<Mutex<Scene>>,
        news: &Arc<Mutex<Vec<skylink_protocol::Value>>>,
        streams: &Arc<LiveStreams>,
    ) -> LiveTap {
        let (told, launched) = (Arc::clone(news), Arc::clone(scene));
        let handle = TapHandle::new(move |value| told.lock().unwrap().push(value));
        let start = Box::new(move |launch| {
            launched.lock().unwrap().launches.push(launch);
            Ok(Box::new(Witness(Arc::clone(&launched))) as Box<dyn Input>)
        });
        LiveTap::new("r", handle, Arc::clone(streams), start)
    }

    /// All leave, and others come.
    fn reopen(&mut self) {
        self.handle(TapEvent::Closed);
        self.tap = Self::tap(&self.scene, &self.news, &self.streams);
    }

    fn handle(&mut self, event: TapEvent<'_>) {
        let mut orders = Orders::new();
        self.tap.handle(event, self.now, &mut orders);
        for order in orders {
            match order {
                Order::Take(track) => self.taken.push(track.0),
                Order::Leave(track) => self.taken.retain(|taken| *taken != track.0),
                Order::KeyFrame(track) => self.key_frames.push(track.0),
                Order::Signal { to, message } => self.said.push(format!("{to}: {}", short(&message))),
                Order::SignalAll { message } => self.said.push(format!("all: {}", short(&message))),
                Order::WakeAt(at) => self.wakes_at = Some(at),
            }
        }
    }

    fn publish(&mut self, id: u64, publisher: &str, media_id: &str, media_type: &str) {
        self.handle(TapEvent::Published(&Track {
            id: TrackId(id),
            publisher: publisher.to_owned(),
            mid: id.to_string(),
            name: String::new(),
            medium: Medium {
                media_id: media_id.to_owned(),
                media_type: media_type.to_owned(),
                media_state: "active".to_owned(),
                mid: None,
            },
            layers: 1,
        }));
    }

    fn ask(&mut self, peer: &str, message: Json) {
        let message = serde_json::from_value(message).unwrap();
        self.handle(TapEvent::Request { peer, message: &message });
    }

    fn start(&mut self, id: &str, stream: &str, endpoint: &str) {
        let message = json!({"type": "startRTMP", "rtmpId": id, "streamId": stream, "endpoint": endpoint});
        self.ask("ann", message);
    }

    fn stop(&mut self, id: &str) {
        self.ask("ben", json!({"type": "stopRTMP", "rtmpId": id}));
    }

    fn report(&mut self, launch: usize, report: Report) {
        (self.scene.lock().unwrap().launches[launch].report)(report);
        let news = std::mem::take(&mut *self.news.lock().unwrap());
        for value in news {
            self.handle(TapEvent::News(value));
        }
    }

    fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.wakes_at.filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.wakes_at = None;
            self.handle(TapEvent::Wake);
        }
        self.now = end;
    }

    fn packet(&mut self, track: u64, sequence: u64, payload: &[u8]) {
        let packet = Packet {
            sequence,
            time: u32::try_from(sequence * 3000).unwrap(),
            source: u32::try_from(track).unwrap(),
            marker: true,
            payload: payload.into(),
            arrived: self.now,
            audio_level: None,
            rotation: None,
            clock: None,
        };
        self.handle(TapEvent::Packet { track: TrackId(track), packet: &packet });
    }

    fn said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }

    fn running(&self) -> String {
        let mut text = String::new();
        self.streams.write_metrics(&mut text);
        text.lines().find(|line| line.starts_with("skylink_media_live_streams ")).unwrap().to_owned()
    }
}

fn short(message: &skylink_protocol::Value) -> String {
    let message = serde_json::to_value(message).unwrap();
    assert_eq!(message["type"], "rtmpEvent");
    ["action", "rtmpId", "peerId", "streamId", "error"]
        .iter()
        .filter_map(|key| message[key].as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn sending() -> Report {
    Report::Progress(Progress { pictures: 3, bytes: 500 })
}

fn ended(reason: &str, is_fatal: bool) -> Report {
    Report::Ended(Failure { reason: reason.to_owned(), is_fatal })
}

/// A picture of 64×48 that needs no other, as one packet.
const PICTURE: &[u8] = &[0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 64, 0, 48, 0, 0];

#[test]
fn a_stream_goes_with_the_microphone_of_its_publisher() {
    let mut room = Room::new(LiveStreamLimits::default());
    room.publish(1, "ben", "AUDIO_bens", "audioMic");
    room.publish(2, "ann", "AUDIO_mic", "audioMic");
    room.publish(3, "ann", "VIDEO_cam", "videoCamera");
    room.publish(4, "ann", "VIDEO_screen", "videoScreen");
    room.start("live", "screen", ENDPOINT);
    assert_eq!((room.taken.clone(), room.key_frames.clone()), (vec![2, 4], vec![4]));
    room.packet(4, 1, PICTURE);
    assert_eq!(room.scene.lock().unwrap().written, 2);
    assert_eq!(room.said(), [""; 0]);
    room.report(0, sending());
    assert_eq!(room.said(), ["all: startSuccess live ann screen"]);
    room.handle(TapEvent::Entered { peer: "late" });
    assert_eq!(room.said(), ["late: startSuccess live ann screen"]);

    // To several endpoints at once: each track is taken once.
    room.start("other", "mic", ENDPOINT);
    assert_eq!(room.taken, [2, 4, 3]);
    assert_eq!(room.running(), "skylink_media_live_streams 2");
    room.packet(3, 1, PICTURE);
    room.stop("other");
    assert_eq!(room.scene.lock().unwrap().halted, 1);
    room.report(1, ended("", false));
    let failed = "ann: error other the live stream was stopped before it began";
    assert_eq!(room.said(), ["all: stopSuccess other", failed]);
    assert_eq!(room.taken, [2, 4]);

    // The microphone goes and comes back: the stream goes on.
    room.handle(TapEvent::Unpublished(TrackId(2)));
    room.publish(5, "ann", "AUDIO_again", "audioMic");
    assert_eq!(room.taken, [2, 4, 5]);
    room.handle(TapEvent::Unpublished(TrackId(4)));
    room.report(0, ended("", false));
    assert_eq!(room.said(), ["all: stopSuccess live"]);
    assert_eq!(room.running(), "skylink_media_live_streams 0");
}

#[test]
fn a_stream_may_be_asked_for_before_it_is_published() {
    let mut room = Room::new(LiveStreamLimits::default());
    room.start("live", "cam", ENDPOINT);
    room.wait(4 * SECOND);
    room.publish(1, "ann", "VIDEO_cam", "videoCamera");
    assert_eq!(room.taken, [1]);
    room.start("none", "nothing", ENDPOINT);
    room.wait(6 * SECOND);
    assert_eq!(room.said(), ["ann: error none nobody in the room sends this stream"]);
    room.start("none", "nothing", ENDPOINT);
    room.stop("none");
    let failed = "ann: error none the live stream was stopped before it began";
    assert_eq!(room.said(), ["all: stopSuccess none", failed]);
}

#[test]
fn what_cannot_be_is_refused_with_a_reason() {
    let limits = LiveStreamLimits { at_once: 2, in_a_room: 1, private_addresses: false };
    let mut room = Room::new(limits);
    room.publish(1, "ann", "VIDEO_cam", "videoCamera");
    room.start("a", "cam", "http://x/y");
    room.start("", "cam", ENDPOINT);
    room.stop("unknown");
    assert_eq!(
        room.said(),
        [
            "ann: error a the endpoint must begin with rtmp:// or rtmps://",
            "ben: error unknown there is no such live stream",
        ]
    );
    room.start("b", "cam", ENDPOINT);
    room.packet(1, 1, PICTURE);
    room.start("b", "cam", ENDPOINT);
    room.start("c", "cam", ENDPOINT);
    assert_eq!(room.said(), ["ann: error c a room may have 1 live streams"]);
    room.report(0, ended("this server does not stream to private addresses", true));
    assert_eq!(room.said(), ["ann: error b this server does not stream to private addresses"]);
    let places = [room.streams.place(), room.streams.place()];
    room.start("d", "cam", ENDPOINT);
    assert_eq!(room.said(), ["ann: error d the server has as many live streams as it may have"]);
    drop(places);
    assert_eq!(room.running(), "skylink_media_live_streams 0");
}

#[test]
fn attempts_follow_each_other_until_all_are_told() {
    let mut room = Room::new(LiveStreamLimits::default());
    room.publish(1, "ann", "VIDEO_cam", "videoCamera");
    room.start("live", "cam", ENDPOINT);
    room.packet(1, 1, PICTURE);
    room.report(0, sending());
    for (launch, pause) in [(0, 1), (1, 2), (2, 4)] {
        room.report(launch, ended("broken pipe", false));
        room.wait(pause * SECOND);
        room.packet(1, 2 + u64::try_from(launch).unwrap(), PICTURE);
        assert_eq!(room.scene.lock().unwrap().launches.len(), launch + 2);
    }
    assert_eq!(room.said(), ["all: startSuccess live ann cam"]);
    room.report(3, ended("broken pipe", false));
    assert_eq!(room.said(), ["all: error live the live stream could not be kept up: broken pipe"]);
    assert_eq!((room.taken.len(), room.running().as_str()), (0, "skylink_media_live_streams 0"));
}

#[test]
fn a_slow_ffmpeg_costs_pictures_and_a_key_frame() {
    let mut room = Room::new(LiveStreamLimits::default());
    room.publish(1, "ann", "VIDEO_cam", "videoCamera");
    room.start("live", "cam", ENDPOINT);
    room.packet(1, 1, PICTURE);
    room.scene.lock().unwrap().is_full = true;
    room.key_frames.clear();
    for sequence in 2..6 {
        room.packet(1, sequence, &[0x10, 0x11, 0x02, 0x00]);
    }
    assert_eq!(room.key_frames, [1]);
    room.scene.lock().unwrap().is_full = false;
    room.packet(1, 6, &[0x10, 0x11, 0x02, 0x00]);
    assert_eq!(room.scene.lock().unwrap().written, 2);
    room.packet(1, 7, PICTURE);
    assert_eq!(room.scene.lock().unwrap().written, 3);
}

#[test]
fn an_empty_room_ends_everything() {
    let mut room = Room::new(LiveStreamLimits::default());
    room.publish(1, "ann", "VIDEO_cam", "videoCamera");
    room.start("live", "cam", ENDPOINT);
    room.packet(1, 1, PICTURE);
    room.handle(TapEvent::Closed);
    assert_eq!(room.scene.lock().unwrap().halted, 1);
    assert_eq!(room.running(), "skylink_media_live_streams 0");
}

#[test]
fn news_of_a_run_are_not_for_a_room_that_was_opened_again() {
    let mut room = Room::new(LiveStreamLimits::default());
    for _ in 0..2 {
        room.publish(1, "ann", "VIDEO_cam", "videoCamera");
        room.start("live", "cam", ENDPOINT);
        room.packet(1, 1, PICTURE);
        if room.scene.lock().unwrap().launches.len() == 1 {
            room.reopen();
        }
    }
    room.report(0, sending());
    room.report(0, ended("the old one", true));
    assert_eq!(room.said(), [""; 0]);
    room.report(1, sending());
    assert_eq!(room.said(), ["all: startSuccess live ann cam"]);
}
