use std::time::{Duration, Instant};

use skylink_protocol::{Object, Value};

use super::super::journal::Line;
use super::super::session::{Job, News, Outputs, Session};
use super::{packet, track, SILENCE};
use crate::mcu::lines::TrackId;
use crate::mcu::packet::Packet;
use crate::mcu::tap::{Order, TapEvent};

const LONGEST: Duration = Duration::from_secs(120);

struct Scene {
    session: Session,
    begun: Instant,
    now: Instant,
    out: Outputs,
}

impl Scene {
    fn new() -> Self {
        let mut ids = 0;
        let fresh_id = move || {
            ids += 1;
            Some(format!("rec-{ids}"))
        };
        let now = Instant::now();
        Self { session: Session::new(LONGEST, Box::new(fresh_id)), begun: now, now, out: Outputs::default() }
    }

    fn handle(&mut self, event: &TapEvent<'_>) -> Outputs {
        self.session.handle(event, self.now, &mut self.out);
        std::mem::take(&mut self.out)
    }

    fn ask(&mut self, peer: &str, kind: &str) -> Outputs {
        let message: Value = Object::new().with("type", kind).with("target", "MCU").into();
        self.handle(&TapEvent::Request { peer, message: &message })
    }

    fn hear(&mut self, news: &News) -> Outputs {
        self.handle(&TapEvent::News(news.to_value()))
    }

    fn at(&mut self, ms: u64) {
        self.now = self.begun + Duration::from_millis(ms);
    }

    /// Recording since `begun`, with the sound of `a`.
    fn recording() -> Self {
        let mut scene = Self::new();
        scene.handle(&TapEvent::Published(&track(1, "a", "AUDIO_s")));
        scene.ask("a", "startRecordingRoom");
        scene.hear(&News::Opened("rec-1".into()));
        scene
    }

    fn sound(&mut self, number: u64) -> Outputs {
        let packet = packet(number, u32::try_from(number).unwrap() * 960, false, &SILENCE, self.now);
        self.handle(&TapEvent::Packet { track: TrackId(1), packet: &packet })
    }
}

/// `to action id error`, with `*` for all.
fn told(out: &Outputs) -> Vec<String> {
    let text = |message: &Value, name: &str| match message.get(name).and_then(Value::as_text) {
        Some(text) => format!(" {text}"),
        None => String::new(),
    };
    let line = |to: &str, message: &Value| {
        assert_eq!(message.get("type"), Some(&"recordingEvent".into()));
        let parts = ["action", "recordingId", "error", "url"].map(|name| text(message, name));
        format!("{to}{}", parts.concat())
    };
    let orders = out.orders.iter().filter_map(|order| match order {
        Order::Signal { to, message } => Some(line(to, message)),
        Order::SignalAll { message } => Some(line("*", message)),
        _ => None,
    });
    orders.collect()
}

fn lines(out: &Outputs) -> Vec<&Line> {
    out.jobs.iter().filter_map(|job| if let Job::Journal(line) = job { Some(line) } else { None }).collect()
}

#[test]
fn nobody_is_told_before_files_can_be_written_and_then_everybody() {
    let mut scene = Scene::new();
    scene.handle(&TapEvent::Published(&track(1, "a", "AUDIO_s")));
    let out = scene.ask("a", "startRecordingRoom");
    assert_eq!((out.orders, out.jobs), (vec![], vec![Job::Open("rec-1".into())]));
    let out = scene.ask("b", "startRecordingRoom");
    assert!(out.orders.is_empty() && out.jobs.is_empty());
    assert!(told(&scene.hear(&News::Opened("rec-0".into()))).is_empty());

    let out = scene.hear(&News::Opened("rec-1".into()));
    assert_eq!(told(&out), ["* on rec-1"]);
    assert!(out.orders.contains(&Order::Take(TrackId(1))));
    assert_eq!(told(&scene.ask("b", "startRecordingRoom")), ["b on rec-1"]);
    assert_eq!(told(&scene.handle(&TapEvent::Entered { peer: "c" })), ["c on rec-1"]);
    let out = scene.handle(&TapEvent::Published(&track(2, "c", "VIDEO_t")));
    assert!(out.orders.contains(&Order::Take(TrackId(2))));

    let out = scene.ask("c", "stopRecordingRoom");
    assert_eq!(told(&out), ["* off rec-1"]);
    assert_eq!(out.jobs.last(), Some(&Job::Close));
    assert!(told(&scene.handle(&TapEvent::Entered { peer: "d" })).is_empty());
    assert!(told(&scene.ask("c", "stopRecordingRoom")).is_empty());

    // The room has moved on, but wants to know.
    scene.at(2000);
    scene.ask("a", "startRecordingRoom");
    scene.hear(&News::Opened("rec-2".into()));
    let finished = News::Finished("rec-1".into(), "/recorded/t".into());
    assert_eq!(told(&scene.hear(&finished)), ["* url rec-1 /recorded/t"]);
    assert!(told(&scene.hear(&finished)).is_empty(), "once");
    assert!(told(&scene.hear(&News::Finished("other".into(), "/recorded/x".into()))).is_empty());
}

#[test]
fn a_refusal_is_for_those_who_asked() {
    let mut scene = Scene::new();
    scene.ask("a", "startRecordingRoom");
    scene.ask("b", "startRecordingRoom");
    let out = scene.hear(&News::Failed("rec-1".into(), "no ffmpeg".into()));
    assert_eq!(told(&out), ["a error no ffmpeg", "b error no ffmpeg"]);
    assert_eq!(out.jobs, [Job::Close]);
    assert_eq!(scene.ask("a", "startRecordingRoom").jobs, [Job::Open("rec-2".into())]);
}

#[test]
fn recordings_do_not_follow_each_other_at_once() {
    let mut scene = Scene::recording();
    scene.at(5000);
    scene.ask("a", "stopRecordingRoom");
    let refused = ["b error the last recording of the room was stopped less than two seconds ago"];
    scene.at(6999);
    let out = scene.ask("b", "startRecordingRoom");
    assert_eq!((told(&out), out.jobs), (refused.map(str::to_owned).to_vec(), vec![]));
    // A stop of nothing makes nobody wait.
    scene.ask("a", "stopRecordingRoom");
    scene.at(7000);
    assert_eq!(scene.ask("b", "startRecordingRoom").jobs, [Job::Open("rec-2".into())]);
    // It does not matter whether it had begun.
    let stopped = "b error the recording was stopped before it began";
    assert_eq!(told(&scene.ask("a", "stopRecordingRoom")), [stopped]);
    assert_eq!(told(&scene.ask("b", "startRecordingRoom")), refused);

    // Nobody stopped this one.
    let mut scene = Scene::recording();
    scene.hear(&News::Failed("rec-1".into(), "too large".into()));
    assert_eq!(scene.ask("a", "startRecordingRoom").jobs, [Job::Open("rec-2".into())]);
}

#[test]
fn what_breaks_off_is_told_to_everybody_and_ends() {
    let mut scene = Scene::recording();
    scene.at(700);
    let out = scene.hear(&News::Failed("rec-1".into(), "disk full".into()));
    assert_eq!(told(&out), ["* error rec-1 disk full", "* off rec-1"]);
    assert_eq!(lines(&out), [&Line::Ended { at: 700, error: Some("disk full".into()) }]);
    assert_eq!(out.jobs.last(), Some(&Job::Close));
    assert!(out.orders.contains(&Order::Leave(TrackId(1))));
    // It may be composed all the same, or not.
    let out = scene.hear(&News::Failed("rec-1".into(), "broken".into()));
    assert_eq!(told(&out), ["* error rec-1 broken"]);
}

#[test]
fn no_recording_is_longer_than_it_may_be() {
    let mut scene = Scene::recording();
    scene.at(119_999);
    assert!(told(&scene.handle(&TapEvent::Wake)).is_empty());
    scene.at(120_000);
    let out = scene.handle(&TapEvent::Wake);
    let error = "* error rec-1 the recording has reached its limit of 2 minutes";
    assert_eq!(told(&out), [error, "* off rec-1"]);
}

#[test]
fn a_room_without_members_is_recorded_no_longer() {
    let mut scene = Scene::recording();
    scene.at(100);
    scene.sound(1);
    let out = scene.handle(&TapEvent::Closed);
    assert!(matches!(lines(&out).last(), Some(Line::Ended { at: 100, error: None })));
    assert!(out.jobs.iter().any(|job| matches!(job, Job::Piece { .. })));
}

#[test]
fn each_second_all_is_handed_over_with_what_is_known_by_then() {
    let mut scene = Scene::recording();
    scene.at(240);
    let out = scene.sound(1);
    let [Line::Track(line), Line::Sync(sync)] = lines(&out)[..] else { panic!("{:?}", out.jobs) };
    assert_eq!((line.peer.as_str(), line.media.as_str(), line.file.as_str()), ("a", "AUDIO_s", "0.webm"));
    assert!(line.is_audio && !line.is_screen);
    assert_eq!(sync.arrived, 240_000);
    assert!(matches!(&out.jobs[..], [_, _, Job::Piece { file, .. }] if file == "0.webm"));
    let wakes = |out: &Outputs| match out.orders.last() {
        Some(Order::WakeAt(at)) => *at,
        other => panic!("{other:?}"),
    };
    assert_eq!(wakes(&out), scene.begun + Duration::from_secs(1));

    // The first packet was held up; the second tells.
    scene.at(250);
    assert!(scene.sound(2).jobs.is_empty());
    scene.at(1000);
    let out = scene.handle(&TapEvent::Wake);
    assert!(matches!(out.jobs[0], Job::Piece { .. }));
    let [Line::Sync(sync), Line::Beat { at: 1000 }] = lines(&out)[..] else { panic!("{:?}", out.jobs) };
    assert_eq!(sync.arrived, 230_000);
    assert_eq!(wakes(&out), scene.begun + Duration::from_secs(2));
    scene.at(2000);
    assert_eq!(lines(&scene.handle(&TapEvent::Wake)), [&Line::Beat { at: 2000 }]);
}

#[test]
fn a_track_that_ends_is_complete_at_once() {
    let mut scene = Scene::recording();
    scene.sound(1);
    // What comes after a gap is not lost.
    assert!(scene.sound(3).jobs.is_empty());
    let out = scene.handle(&TapEvent::Unpublished(TrackId(1)));
    assert!(
        matches!(&out.jobs[..], [Job::Piece { bytes, .. }, ..] if bytes.windows(3).filter(|w| *w == SILENCE).count() == 2)
    );
    assert!(scene.sound(4).jobs.is_empty());
}

#[test]
fn the_pictures_of_a_phone_that_is_turned_go_into_another_file() {
    let mut scene = Scene::new();
    scene.handle(&TapEvent::Published(&track(1, "a", "VIDEO_v")));
    scene.ask("a", "startRecordingRoom");
    scene.hear(&News::Opened("rec-1".into()));
    let mut number = 0;
    let mut picture = |ms: u64, is_key: bool, rotation: Option<u8>| {
        scene.at(ms);
        number += 1;
        let key = [0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 1, 180, 0];
        let payload: &[u8] = if is_key { &key } else { &[0x10, 0x11] };
        let time = u32::try_from(ms).unwrap() * 90;
        let packet = Packet { rotation, ..packet(number, time, true, payload, scene.now) };
        scene.handle(&TapEvent::Packet { track: TrackId(1), packet: &packet })
    };
    let files = |out: &Outputs| -> Vec<(String, u8)> {
        let tracks = lines(out).into_iter().filter_map(|line| match line {
            Line::Track(track) => Some((track.file.clone(), track.rotation)),
            _ => None,
        });
        tracks.collect()
    };
    let asks = |out: &Outputs| out.orders.contains(&Order::KeyFrame(TrackId(1)));
    assert_eq!(files(&picture(100, true, Some(1))), [("0.webm".to_owned(), 1)]);
    // Turned too soon for another file, which browsers say once.
    assert!(!asks(&picture(1000, false, Some(0))));
    assert!(!asks(&picture(2099, false, None)));
    assert!(asks(&picture(2100, false, None)));
    assert!(!asks(&picture(2200, false, None)), "once");
    let out = picture(2300, true, Some(0));
    assert_eq!(files(&out), [("1.webm".to_owned(), 0)]);
    let names = out.jobs.iter().filter_map(|job| match job {
        Job::Piece { file, .. } => Some(format!("piece of {file}")),
        Job::Complete(file) => Some(format!("end of {file}")),
        _ => None,
    });
    assert_eq!(names.collect::<Vec<_>>(), ["piece of 0.webm", "end of 0.webm", "piece of 1.webm"]);
    let syncs: Vec<(usize, i64, u16)> = lines(&out)
        .into_iter()
        .filter_map(|line| match line {
            Line::Sync(sync) => Some((sync.number, sync.arrived, sync.width)),
            _ => None,
        })
        .collect();
    assert_eq!(syncs, [(0, 100_000, 320), (1, 2_300_000, 320)]);
    assert!(!asks(&picture(9000, false, None)) && files(&picture(9100, true, None)).is_empty());
}

#[test]
fn a_phone_that_shakes_does_not_fill_the_recording_with_files() {
    let mut scene = Scene::new();
    scene.handle(&TapEvent::Published(&track(1, "a", "VIDEO_v")));
    scene.ask("a", "startRecordingRoom");
    scene.hear(&News::Opened("rec-1".into()));
    let mut files = 0;
    for number in 0..100_u64 {
        scene.at(number * 1000);
        let payload = [0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 1, 180, 0];
        let time = u32::try_from(number).unwrap() * 90_000;
        let rotation = Some(u8::from(number % 2 == 0));
        let packet = Packet { rotation, ..packet(number, time, true, &payload, scene.now) };
        let out = scene.handle(&TapEvent::Packet { track: TrackId(1), packet: &packet });
        files += lines(&out).iter().filter(|line| matches!(line, Line::Track(_))).count();
    }
    assert_eq!(files, 31);
}
