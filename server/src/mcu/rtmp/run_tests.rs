//! Runs with the real ffmpeg.

use std::net::TcpListener;
use std::sync::mpsc::{channel, Receiver};
use std::time::{Duration, Instant};

use super::endpoint::Endpoint;
use super::run::{self, Failure, Input, Launch, Report};
use crate::mcu::ffmpeg::Ffmpeg;
use crate::mcu::webm::tests::{pictures, SILENCE};
use crate::mcu::webm::{Block, Flush, Track, Writer};

const LONG: Duration = Duration::from_secs(20);

fn start(url: &str, may_be_private: bool) -> (Box<dyn Input>, Receiver<Report>) {
    let (reports, reported) = channel();
    let launch = Launch {
        endpoint: Endpoint::parse(url).unwrap(),
        may_be_private,
        has_pictures: true,
        turns: 0,
        report: Box::new(move |report| drop(reports.send(report))),
    };
    (run::start(Ffmpeg::find(None).unwrap(), launch).unwrap(), reported)
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
        let reason = "this server does not stream to private addresses".to_owned();
        assert_eq!(end(&reports), Failure { reason, is_fatal: true });
    }
}

#[test]
fn a_host_that_is_not_there_may_come() {
    let (_input, reports) = start("rtmp://nowhere.invalid/live/key", false);
    let reason = "the host of the endpoint is not known".to_owned();
    assert_eq!(end(&reports), Failure { reason, is_fatal: false });
}

#[test]
fn a_refused_port_ends_a_run_and_the_key_stays_hidden() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (input, reports) = start(&format!("rtmp://127.0.0.1:{port}/live/s3cret"), true);
    for piece in stream() {
        input.write(piece);
    }
    let failure = end(&reports);
    assert!(failure.reason.ends_with("Connection refused"), "{failure:?}");
    assert!(!failure.is_fatal && !failure.reason.contains("s3cret"), "{failure:?}");
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
