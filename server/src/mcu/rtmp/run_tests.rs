//! Runs with the real ffmpeg.

use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{channel, Receiver};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::endpoint::Endpoint;
use super::run::{self, Failure, Input, Launch, Report};
use super::{ThisMachine, UNREACHED};
use crate::mcu::ffmpeg::Ffmpeg;
use crate::mcu::webm::tests::{pictures, SILENCE};
use crate::mcu::webm::{Block, Flush, Track, Writer};

const LONG: Duration = Duration::from_secs(20);

fn start(url: &str, may_be_private: bool) -> (Box<dyn Input>, Receiver<Report>) {
    start_with(Ffmpeg::find(None).unwrap(), url, may_be_private, "")
}

fn start_with(
    ffmpeg: Ffmpeg,
    url: &str,
    may_be_private: bool,
    public_address: &str,
) -> (Box<dyn Input>, Receiver<Report>) {
    let (reports, reported) = channel();
    let launch = Launch {
        endpoint: Endpoint::parse(url).unwrap(),
        may_be_private,
        this_machine: Arc::new(ThisMachine::new(Vec::new(), Some(public_address))),
        has_pictures: true,
        turns: 0,
        report: Box::new(move |report| drop(reports.send(report))),
    };
    (run::start(ffmpeg, launch).unwrap(), reported)
}

/// The real one, which sends to nowhere and writes its log to a file too.
fn without_network(folder: &Path, log: &Path) -> Ffmpeg {
    let real = Ffmpeg::find(None).unwrap();
    let (real, log) = (real.path().display(), log.display());
    let text = format!(
        "#!/bin/sh
case \"$*\" in *rtmp:*) ;; *) exec {real} \"$@\" ;; esac
left=$#
for word; do
  shift; left=$((left - 1))
  [ $left = 0 ] || set -- \"$@\" \"$word\"
done
FFREPORT=file={log}:level=24 exec {real} -y \"$@\" /dev/null
"
    );
    let (script, program) = (folder.join("ffmpeg.sh"), folder.join("ffmpeg"));
    std::fs::write(&script, text).unwrap();
    // A program that somebody has open for writing, also a child of another thread, does not run.
    let made = std::process::Command::new("install").args(["-m", "755"]).args([&script, &program]).status();
    assert!(made.unwrap().success());
    Ffmpeg::find(Some(&program)).unwrap()
}

/// What a run is fed with: 4 seconds, over and over.
fn stream() -> Vec<Vec<u8>> {
    let (mut writer, header) =
        Writer::new(&[Track::Vp8 { width: 64, height: 48 }, Track::Opus { channels: 2 }], Flush::Blocks);
    let mut pieces = vec![header];
    for (number, picture) in (0..).zip(pictures()) {
        let time = number * 40;
        let is_key = picture[0] & 1 == 0;
        pieces.extend(writer.write(Block { track: 0, time, is_key, contents: &picture }));
        for time in [time, time + 20] {
            pieces.extend(writer.write(Block { track: 1, time, is_key: true, contents: SILENCE }));
        }
    }
    pieces
}

fn end(reports: &Receiver<Report>) -> Failure {
    loop {
        if let Report::Ended(failure) = reports.recv_timeout(LONG).unwrap() {
            return failure;
        }
    }
}

#[test]
fn private_addresses_are_refused_for_good() {
    for host in ["localhost", "127.0.0.1", "[::1]", "10.0.0.1"] {
        let (_input, reports) = start(&format!("rtmp://{host}/live/key"), false);
        let reason = "this server does not stream to itself or to private addresses".to_owned();
        assert_eq!(end(&reports), Failure { reason, is_fatal: true });
    }
}

#[test]
fn the_machine_itself_is_refused_by_its_public_address_too() {
    let ffmpeg = Ffmpeg::find(None).unwrap();
    let (_input, reports) = start_with(ffmpeg, "rtmp://9.9.9.9/live/key", false, "9.9.9.9:8443");
    let reason = "this server does not stream to itself or to private addresses".to_owned();
    assert_eq!(end(&reports), Failure { reason, is_fatal: true });
}

#[test]
fn a_host_that_is_not_there_may_come() {
    let (_input, reports) = start("rtmp://nowhere.invalid/live/key", false);
    assert_eq!(end(&reports), Failure { reason: UNREACHED.to_owned(), is_fatal: false });
}

#[test]
fn a_refused_port_ends_a_run() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (input, reports) = start(&format!("rtmp://127.0.0.1:{port}/live/s3cret"), true);
    for piece in stream() {
        input.write(piece);
    }
    // The same as of any other that is not reached.
    assert_eq!(end(&reports), Failure { reason: UNREACHED.to_owned(), is_fatal: false });
}

/// A server that takes the connection and says nothing: the room's thread must not feel it.
#[test]
fn an_endpoint_that_takes_nothing_holds_nobody_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (input, reports) = start(&format!("rtmp://127.0.0.1:{port}/live/key"), true);
    let (mut slowest, mut lost) = (Duration::ZERO, 0);
    let pieces = stream();
    for _ in 0..20 {
        for piece in &pieces {
            let piece = piece.clone();
            let begun = Instant::now();
            lost += u32::from(!input.write(piece));
            slowest = slowest.max(begun.elapsed());
        }
    }
    assert!(lost > 1000, "{lost} lost");
    // A write that waited for ffmpeg would take until ffmpeg is killed.
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    drop(input);
    end(&reports);
}

/// A key frame says its size in 14 bits each (RFC 6386, 9.1), and a decoder makes room for it.
#[test]
fn a_picture_of_a_giant_is_not_decoded() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let ffmpeg = without_network(folder.path(), &log);
    let (input, reports) = start_with(ffmpeg, "rtmp://127.0.0.1/live/key", true, "");
    let (mut writer, header) =
        Writer::new(&[Track::Vp8 { width: 64, height: 48 }, Track::Opus { channels: 2 }], Flush::Blocks);
    assert!(input.write(header));
    for (number, mut picture) in (0..).zip(pictures()) {
        let (time, is_key) = (number * 40, picture[0] & 1 == 0);
        if is_key && number > 0 {
            picture[6..10].copy_from_slice(&[0x80, 0x3e, 0x80, 0x3e]);
        }
        for (track, time, is_key, contents) in [(0, time, is_key, &picture[..]), (1, time, true, SILENCE)] {
            input.write(writer.write(Block { track, time, is_key, contents }).unwrap_or_default());
        }
    }
    let refused = "picture size 16000x16000 exceeds specified max pixel count 16777216";
    let begun = Instant::now();
    while !std::fs::read_to_string(&log).unwrap_or_default().to_lowercase().contains(refused) {
        assert!(begun.elapsed() < LONG, "{:?}", std::fs::read_to_string(&log));
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(input);
    end(&reports);
}
