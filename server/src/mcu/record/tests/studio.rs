//! Files, threads and the real ffmpeg, but no browser.

use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::mpsc::{channel, Receiver};
use std::time::{Duration, Instant};

use skylink_protocol::{Object, Value};

use super::super::journal::{Line, TrackLine};
use super::super::library::Stage;
use super::super::{RecordingSettings, Studio};
use super::composing::{pictures, probe};
use super::{packet, track, SILENCE};
use crate::mcu::ffmpeg::Ffmpeg;
use crate::mcu::lines::TrackId;
use crate::mcu::tap::{Order, Orders, Tap, TapEvent, TapHandle};
use crate::mcu::webm::{self, Block, Flush, Writer};

const PATIENCE: Duration = Duration::from_secs(30);

fn studio(folder: &Path, change: impl FnOnce(&mut RecordingSettings)) -> Studio {
    studio_with(Ffmpeg::find(None).unwrap(), folder, change)
}

fn studio_with(ffmpeg: Ffmpeg, folder: &Path, change: impl FnOnce(&mut RecordingSettings)) -> Studio {
    let mut settings =
        RecordingSettings { folder: Some(folder.to_owned()), free_bytes: 0, ..RecordingSettings::default() };
    change(&mut settings);
    let label = |_: &str| Some(("space".to_owned(), "room".to_owned()));
    let link = |id: &str| Some(format!("/recorded/{id}"));
    Studio::open(settings, Some(ffmpeg), Box::new(label), Box::new(link)).unwrap()
}

/// A room with one recorder and no media server around it.
struct Room {
    tap: Box<dyn Tap>,
    news: Receiver<Value>,
    begun: Instant,
    told: Vec<String>,
}

impl Room {
    fn new(studio: &Studio) -> Self {
        let (sender, news) = channel();
        let handle = TapHandle::new(move |value| drop(sender.send(value)));
        let mut room =
            Self { tap: studio.taps()("rid", handle), news, begun: Instant::now(), told: Vec::new() };
        room.handle(TapEvent::Published(&track(1, "a", "VIDEO_v")), 0);
        room.handle(TapEvent::Published(&track(2, "a", "AUDIO_s")), 0);
        room
    }

    fn handle(&mut self, event: TapEvent<'_>, ms: u64) {
        let mut orders = Orders::new();
        self.tap.handle(event, self.begun + Duration::from_millis(ms), &mut orders);
        for order in orders {
            if let Order::SignalAll { message } | Order::Signal { message, .. } = order {
                let text = |name| message.get(name).and_then(Value::as_text).unwrap_or_default().to_owned();
                self.told.push(format!("{} {}", text("action"), text("error")).trim().to_owned());
            }
        }
    }

    fn ask(&mut self, kind: &str, ms: u64) {
        let message: Value = Object::new().with("type", kind).into();
        self.handle(TapEvent::Request { peer: "a", message: &message }, ms);
    }

    /// The next report of one of the threads.
    fn hear(&mut self, ms: u64) {
        let news = self.news.recv_timeout(PATIENCE).unwrap();
        self.handle(TapEvent::News(news), ms);
    }

    /// Two seconds of pictures and sound.
    fn play(&mut self, folder: &Path) {
        let frames = pictures("testsrc=s=160x120:r=10", 2.0, folder);
        let (mut number, mut sounds) = (0_u64, 0_u64);
        for (time, frame) in frames {
            let at = self.begun + Duration::from_millis(time);
            let count = frame.chunks(1000).count();
            for (place, part) in frame.chunks(1000).enumerate() {
                let payload = [&[if place == 0 { 0x10 } else { 0 }], part].concat();
                let packet =
                    packet(number, u32::try_from(time).unwrap() * 90, place + 1 == count, &payload, at);
                number += 1;
                self.handle(TapEvent::Packet { track: TrackId(1), packet: &packet }, time);
            }
            while sounds * 20 < time + 100 {
                let stamp = u32::try_from(sounds * 960).unwrap();
                let packet =
                    packet(sounds, stamp, false, &SILENCE, self.begun + Duration::from_millis(sounds * 20));
                self.handle(TapEvent::Packet { track: TrackId(2), packet: &packet }, time);
                sounds += 1;
            }
            self.handle(TapEvent::Wake, time);
        }
    }
}

fn wait_for(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.path().is_dir() {
            copy(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), target).unwrap();
        }
    }
}

#[test]
fn a_room_becomes_one_file_also_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, crashed, made) =
        (folder.path().join("all"), folder.path().join("crashed"), folder.path().to_owned());
    let studio_of_room = studio(&folder, |_| {});
    let mut room = Room::new(&studio_of_room);
    room.ask("startRecordingRoom", 0);
    room.hear(0);
    assert_eq!(room.told, ["on"]);
    room.play(&made);
    let archive = studio_of_room.archive();
    let id = archive.library().list("space", None)[0].id.clone();
    // What a killed server leaves: the copy is taken as soon as the first second is on disk.
    wait_for(|| std::fs::read_to_string(folder.join(&id).join("journal")).unwrap().contains("beat"));
    copy(&folder, &crashed);
    assert_eq!(archive.library().get(&id).unwrap().stage, Stage::Recording);
    assert!(!archive.delete(&id).unwrap(), "it goes on");

    room.ask("stopRecordingRoom", 2000);
    room.hear(2000);
    assert_eq!(room.told, ["on", "off", "url"]);
    let entry = archive.library().get(&id).unwrap().clone();
    assert_eq!((entry.stage, entry.seconds, entry.room.as_str()), (Stage::Ready, Some(2.0), "room"));
    let file = archive.file(&id).unwrap();
    let about = probe(&file, "stream=codec_name,duration").join(" ");
    assert!(about.starts_with("h264,2.0") && about.contains("aac,2.0"), "{about}");
    let left = |name: &str| folder.join(&id).join(name).exists();
    assert!(!left("0.webm"), "tracks are not kept");
    assert!(!left("graph") && !left("recording.part"));

    let after_crash = studio(&crashed, |settings| settings.keeps_tracks = true);
    wait_for(|| after_crash.archive().library().get(&id).unwrap().stage == Stage::Ready);
    let seconds = after_crash.archive().library().get(&id).unwrap().seconds.unwrap();
    assert!((1.0..=2.0).contains(&seconds), "{seconds}");
    let file = after_crash.archive().file(&id).unwrap();
    assert!(probe(&file, "stream=codec_name,duration").join(" ").contains("h264,"));
    assert!(crashed.join(&id).join("0.webm").exists());
    after_crash.close();

    assert!(archive.delete(&id).unwrap());
    assert!(archive.library().get(&id).is_none() && !folder.join(&id).exists());
    studio_of_room.close();
}

#[test]
fn limits_of_the_disk_and_of_recordings_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, made) = (folder.path().join("all"), folder.path().to_owned());
    let small = studio(&folder, |settings| (settings.bytes, settings.simultaneous) = (2000, 1));
    let mut room = Room::new(&small);
    room.ask("startRecordingRoom", 0);
    room.hear(0);
    let mut other = Room::new(&small);
    other.ask("startRecordingRoom", 0);
    other.hear(0);
    assert_eq!(other.told, ["error the server makes as many recordings as it may, which is 1"]);
    room.play(&made);
    room.hear(1900);
    assert_eq!(room.told, ["on", "error the recording has reached its limit of 2000 bytes", "off"]);
    // What there is becomes a file.
    room.hear(2000);
    assert_eq!(room.told.last().unwrap(), "url");
    small.close();

    let full = studio(&folder, |settings| settings.free_bytes = u64::MAX);
    let mut room = Room::new(&full);
    room.ask("startRecordingRoom", 0);
    room.hear(0);
    assert_eq!(room.told, ["error the disk of the server is full"]);
    let mut metrics = String::new();
    full.archive().write_metrics(&mut metrics);
    assert!(metrics.contains("skylink_recordings_refused_total 1"), "{metrics}");
    assert!(metrics.contains("skylink_recordings_ready 1"), "{metrics}");
    full.close();
}

/// Files of a folder that this process has open.
#[cfg(target_os = "linux")]
fn open_files(folder: &Path) -> usize {
    let all = std::fs::read_dir("/proc/self/fd").unwrap();
    let files = all.filter_map(|one| std::fs::read_link(one.ok()?.path()).ok());
    files.filter(|file| file.starts_with(folder)).count()
}

#[cfg(target_os = "linux")]
#[test]
fn of_tracks_that_are_over_no_files_are_open() {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path(), |_| {});
    let mut room = Room::new(&studio);
    room.ask("startRecordingRoom", 0);
    room.hear(0);
    for number in 10..30 {
        let sound = packet(0, 0, false, &SILENCE, room.begun);
        room.handle(TapEvent::Published(&track(number, "a", &format!("AUDIO_{number}"))), 0);
        room.handle(TapEvent::Packet { track: TrackId(number), packet: &sound }, 0);
        room.handle(TapEvent::Unpublished(TrackId(number)), 0);
    }
    let id = studio.archive().library().list("space", None)[0].id.clone();
    let last = folder.path().join(id).join("21.webm");
    wait_for(|| std::fs::metadata(&last).is_ok_and(|about| about.len() > 0));
    wait_for(|| open_files(folder.path()) == 0);
    room.ask("stopRecordingRoom", 0);
    studio.close();
}

#[test]
fn where_nothing_was_published_there_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path(), |_| {});
    let mut room = Room::new(&studio);
    room.ask("startRecordingRoom", 0);
    room.hear(0);
    room.ask("stopRecordingRoom", 5000);
    room.hear(5000);
    assert_eq!(room.told, ["on", "off", "error nothing was published while it was recorded"]);
    assert!(studio.archive().library().list("space", None).is_empty());
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
    studio.close();
    let mut metrics = String::new();
    studio.archive().write_metrics(&mut metrics);
    assert!(metrics.contains("skylink_recordings_failed_total 0"), "{metrics}");
}

#[test]
fn of_what_was_stopped_before_it_began_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path(), |_| {});
    let mut room = Room::new(&studio);
    room.ask("startRecordingRoom", 0);
    // The folder is there, but the room does not know yet.
    let opened = room.news.recv_timeout(PATIENCE).unwrap();
    room.ask("stopRecordingRoom", 1);
    room.handle(TapEvent::News(opened), 2);
    assert_eq!(room.told, ["error the recording was stopped before it began"]);
    let is_empty = || std::fs::read_dir(folder.path()).unwrap().next().is_none();
    wait_for(|| is_empty() && studio.archive().library().list("space", None).is_empty());
    studio.close();
}

#[test]
fn the_webhook_is_told_and_can_know_who_tells() {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, heard) = channel();
    std::thread::spawn(move || {
        for answer in ["503 Busy", "200 OK"] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut all = Vec::new();
            let mut piece = [0; 4096];
            while !String::from_utf8_lossy(&all).contains("\"state\"") {
                let length = stream.read(&mut piece).unwrap();
                assert!(length > 0);
                all.extend(&piece[..length]);
            }
            write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            sender.send(String::from_utf8(all).unwrap()).unwrap();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path(), |settings| {
        settings.webhook = Some(address);
        settings.webhook_secret = Some(crate::secret::Secret::new("s3cr3t"));
    });
    let mut room = Room::new(&studio);
    room.ask("startRecordingRoom", 0);
    room.hear(0);
    room.ask("stopRecordingRoom", 10);
    heard.recv_timeout(PATIENCE).unwrap();
    let request = heard.recv_timeout(PATIENCE).unwrap();
    assert!(request.starts_with("POST /hook HTTP/1.1\r\n"), "{request}");
    assert!(request.to_lowercase().contains("x-skylink-signature: sha256="), "{request}");
    assert!(request.contains("\"state\":\"failed\"") && request.contains("\"room\":\"room\""), "{request}");
    studio.close();
}

#[test]
fn a_dead_webhook_holds_no_recording_up() {
    // Nobody listens there any more: each call is tried for 36 seconds.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path(), |settings| settings.webhook = Some(format!("http://{gone}/hook")));
    let mut room = Room::new(&studio);
    for at in [0, 5000] {
        room.ask("startRecordingRoom", at);
        room.hear(at);
        room.ask("stopRecordingRoom", at + 1000);
        room.hear(at + 2000);
    }
    let empty = "error nothing was published while it was recorded";
    assert_eq!(room.told, ["on", "off", empty, "on", "off", empty]);
    studio.close();
    let mut metrics = String::new();
    studio.archive().write_metrics(&mut metrics);
    assert!(metrics.contains("skylink_recordings_webhooks_failed_total 2"), "{metrics}");
}

/// A recording that a server left behind, without files.
fn leave_behind(folder: &Path, id: &str, lines: &[Line]) {
    let begun = Line::Begun {
        id: id.to_owned(),
        rid: "rid".to_owned(),
        space: "space".to_owned(),
        room: "room".to_owned(),
        at: 1,
    };
    std::fs::create_dir_all(folder.join(id)).unwrap();
    let text: String = std::iter::once(&begun).chain(lines).map(Line::to_text).collect();
    std::fs::write(folder.join(id).join("journal"), text).unwrap();
}

/// What a recording of one second of sound leaves behind.
fn leave_sound_behind(folder: &Path, id: &str) {
    let track = TrackLine {
        number: 0,
        peer: "a".to_owned(),
        media: "AUDIO_s".to_owned(),
        is_screen: false,
        is_audio: true,
        file: "0.webm".to_owned(),
        rotation: 0,
    };
    leave_behind(folder, id, &[Line::Track(track), Line::Beat { at: 1000 }]);
    let (mut writer, mut all) = Writer::new(&[webm::Track::Opus { channels: 2 }], Flush::Clusters);
    for number in 0..50 {
        let block = Block { track: 0, time: number * 20, is_key: true, contents: &SILENCE };
        all.extend(writer.write(block).unwrap_or_default());
    }
    all.extend(writer.finish().unwrap());
    std::fs::write(folder.join(id).join("0.webm"), all).unwrap();
}

/// The real one, but before it composes a shell does something.
fn ffmpeg_after(folder: &Path, commands: &str) -> Ffmpeg {
    let real = Ffmpeg::find(None).unwrap();
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *recording.part*) {commands};; esac\nexec {} \"$@\"\n",
        real.path().display()
    );
    let (text, program) = (folder.join("ffmpeg.sh"), folder.join("ffmpeg"));
    std::fs::write(&text, script).unwrap();
    // A program that somebody has open for writing, also a child of another thread, does not run.
    let made = std::process::Command::new("install").args(["-m", "755"]).args([&text, &program]).status();
    assert!(made.unwrap().success());
    Ffmpeg::find(Some(&program)).unwrap()
}

#[test]
fn a_file_that_the_journal_does_not_know_of_is_the_result() {
    let folder = tempfile::tempdir().unwrap();
    leave_sound_behind(folder.path(), "done");
    std::fs::remove_file(folder.path().join("done/0.webm")).unwrap();
    std::fs::write(folder.path().join("done/recording.mp4"), "made before").unwrap();
    let studio = studio(folder.path(), |_| {});
    wait_for(|| studio.archive().library().get("done").unwrap().stage.is_over());
    let entry = studio.archive().library().get("done").unwrap().clone();
    assert_eq!((entry.stage, entry.seconds, entry.error), (Stage::Ready, Some(1.0), None));
    assert_eq!(std::fs::read(studio.archive().file("done").unwrap()).unwrap(), b"made before");
    studio.close();
}

#[test]
fn tracks_are_kept_when_the_journal_cannot_be_told_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let recordings = folder.path().join("all");
    leave_sound_behind(&recordings, "sealed");
    let journal = recordings.join("sealed/journal");
    // A file that can be read and not be written, even by root.
    let sealed = rustix::fs::memfd_create("journal", rustix::fs::MemfdFlags::ALLOW_SEALING).unwrap();
    let mut sealed = std::fs::File::from(sealed);
    std::io::Write::write_all(&mut sealed, &std::fs::read(&journal).unwrap()).unwrap();
    rustix::fs::fcntl_add_seals(&sealed, rustix::fs::SealFlags::WRITE | rustix::fs::SealFlags::GROW).unwrap();
    let descriptor = format!("/proc/{}/fd/{}", std::process::id(), sealed.as_raw_fd());
    let commands = format!("ln -sf {descriptor} {}", journal.display());
    let studio = studio_with(ffmpeg_after(folder.path(), &commands), &recordings, |_| {});
    wait_for(|| studio.archive().library().get("sealed").unwrap().stage.is_over());
    // When it is closed nothing is being composed any more.
    studio.close();
    let entry = studio.archive().library().get("sealed").unwrap().clone();
    assert_eq!((entry.stage, entry.error), (Stage::Ready, None));
    assert!(!std::fs::read_to_string(&journal).unwrap().contains("composed"));
    assert!(recordings.join("sealed/0.webm").exists() && recordings.join("sealed/recording.mp4").exists());
}

#[test]
fn what_could_not_be_composed_leaves_no_draft_and_a_full_disk_is_not_filled_further() {
    let folder = tempfile::tempdir().unwrap();
    let error = |studio: &Studio, id: &str| {
        wait_for(|| studio.archive().library().get(id).unwrap().stage.is_over());
        studio.archive().library().get(id).unwrap().error.clone().unwrap()
    };
    let recordings = folder.path().join("broken");
    leave_sound_behind(&recordings, "a");
    let draft = recordings.join("a/recording.part");
    let commands = format!("echo half > {}; exit 1", draft.display());
    let studio = studio_with(ffmpeg_after(folder.path(), &commands), &recordings, |_| {});
    assert!(error(&studio, "a").starts_with("ffmpeg could not compose the recording"));
    assert!(!draft.exists() && recordings.join("a/0.webm").exists());
    studio.close();

    let recordings = folder.path().join("full");
    leave_sound_behind(&recordings, "a");
    let studio = studio_with(Ffmpeg::find(None).unwrap(), &recordings, |settings| {
        settings.free_bytes = u64::MAX;
    });
    let text = "the recording cannot be composed: the disk of the server is full";
    assert_eq!(error(&studio, "a"), text);
    assert!(!recordings.join("a/recording.mp4").exists() && recordings.join("a/0.webm").exists());
    studio.close();
}

/// Two seconds of pictures with the start of true ones and rubbish behind it.
fn leave_rubbish_behind(folder: &Path, number: usize) {
    let (mut writer, mut all) = Writer::new(&[webm::Track::Vp8 { width: 160, height: 120 }], Flush::Clusters);
    for picture in 0..20 {
        let mut contents = [&[0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 160, 0, 120, 0][..], &[0xff; 20]].concat();
        // A first partition that is longer than the picture (RFC 6386, 9.1).
        contents[1..3].copy_from_slice(&[0xff, 0xff]);
        let block = Block { track: 0, time: picture * 100, is_key: true, contents: &contents };
        all.extend(writer.write(block).unwrap_or_default());
    }
    all.extend(writer.finish().unwrap());
    std::fs::write(folder.join(format!("{number}.webm")), all).unwrap();
}

fn pictures_of(number: usize, peer: &str) -> Line {
    Line::Track(TrackLine {
        number,
        peer: peer.to_owned(),
        media: "VIDEO_v".to_owned(),
        is_screen: false,
        is_audio: false,
        file: format!("{number}.webm"),
        rotation: 0,
    })
}

#[test]
fn pictures_that_are_none_cost_their_sender_its_track_and_nobody_the_recording() {
    let folder = tempfile::tempdir().unwrap();
    let recordings = folder.path().join("all");
    let tracks = [pictures_of(0, "a"), pictures_of(1, "vandal"), Line::Beat { at: 2000 }];
    leave_behind(&recordings, "mixed", &tracks);
    let ended = Line::Ended { at: 2000, error: None };
    leave_behind(&recordings, "rubbish", &[pictures_of(0, "vandal"), ended]);
    leave_rubbish_behind(&recordings.join("rubbish"), 0);
    leave_rubbish_behind(&recordings.join("mixed"), 1);
    let (mut writer, mut all) = Writer::new(&[webm::Track::Vp8 { width: 160, height: 120 }], Flush::Clusters);
    for (time, contents) in pictures("color=white:s=160x120:r=4", 2.0, folder.path()) {
        let block = Block { track: 0, time, is_key: contents[0] & 1 == 0, contents: &contents };
        all.extend(writer.write(block).unwrap_or_default());
    }
    all.extend(writer.finish().unwrap());
    std::fs::write(recordings.join("mixed/0.webm"), all).unwrap();

    let studio = studio(&recordings, |_| {});
    let entry = |id: &str| studio.archive().library().get(id).unwrap().clone();
    wait_for(|| entry("mixed").stage.is_over() && entry("rubbish").stage.is_over());
    let mixed = entry("mixed");
    assert_eq!((mixed.stage, mixed.seconds), (Stage::Ready, Some(2.0)));
    assert_eq!(mixed.error.as_deref(), Some("1 of 2 tracks cannot be decoded and are left out"));
    let file = studio.archive().file("mixed").unwrap();
    // One picture of the usual size, not two side by side.
    assert!(probe(&file, "stream=codec_name,width,height").join(" ").starts_with("h264,640,480"));
    let rubbish = entry("rubbish");
    assert_eq!(rubbish.stage, Stage::Failed);
    assert!(rubbish.error.unwrap().starts_with("no track of the recording can be decoded"));
    studio.close();
}

#[test]
fn what_the_server_does_not_survive_is_not_tried_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let beat = Line::Beat { at: 1000 };
    let (composing, postponed) = (Line::Composing, Line::Postponed);
    leave_behind(
        folder.path(),
        "fatal",
        &[beat.clone(), composing.clone(), composing.clone(), composing.clone()],
    );
    leave_behind(
        folder.path(),
        "patient",
        &[beat, composing.clone(), postponed.clone(), composing, postponed],
    );
    std::fs::create_dir(folder.path().join("something else")).unwrap();
    let studio = studio(folder.path(), |_| {});
    let error = |id: &str| studio.archive().library().get(id).and_then(|entry| entry.error.clone());
    // Nothing came into the other one, as turns out when it is composed.
    wait_for(|| error("fatal").is_some() && studio.archive().library().get("patient").is_none());
    let text = "the server ended 3 times while the recording was composed";
    assert_eq!(error("fatal").as_deref(), Some(text));
    assert_eq!(studio.archive().library().list("space", None).len(), 1);
    studio.close();
}

#[test]
fn what_cannot_be_deleted_is_still_known() {
    let folder = tempfile::tempdir().unwrap();
    let failed = Line::Failed { at: 2, error: "broken".to_owned() };
    leave_behind(folder.path(), "a", &[failed]);
    let studio = studio(folder.path(), |_| {});
    let path = folder.path().join("a");
    std::fs::remove_dir_all(&path).unwrap();
    std::fs::write(&path, "no folder").unwrap();
    assert!(studio.archive().delete("a").is_err());
    assert!(studio.archive().library().get("a").is_some());
    std::fs::remove_file(&path).unwrap();
    assert!(studio.archive().delete("a").unwrap() && !studio.archive().delete("a").unwrap());
    studio.close();
}

#[test]
fn old_recordings_are_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let failed = Line::Failed { at: 2, error: "broken".to_owned() };
    leave_behind(folder.path(), "old", &[failed]);
    let studio = studio(folder.path(), |settings| settings.retention.age = Some(1000));
    wait_for(|| studio.archive().library().get("old").is_none());
    assert!(!folder.path().join("old").exists());
    studio.close();
}
