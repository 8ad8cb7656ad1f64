#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use proptest::prelude::*;
use skylink_protocol::file_channel::frame_header;

use super::*;

const WINDOW_SIZE: f64 = 262_144.0;

fn bridge() -> Bridge {
    let end = |peer: &str, channel| End { peer: peer.to_owned(), channel };
    Bridge {
        transfer: "t".to_owned(),
        sender: end("alice", FileChannel::Theirs(1)),
        receiver: end("bob", FileChannel::Ours(1)),
        wanted: None,
        told: 0.0,
        came: 0.0,
        left: 0.0,
        frames: 0,
        texts: 0,
    }
}

fn frame(offset: u64, length: usize) -> FileData {
    let mut frame = frame_header(offset).to_vec();
    frame.resize(HEADER_SIZE + length, 7);
    FileData::Frame(frame)
}

fn text(text: &str) -> FileData {
    FileData::Text(text.to_owned())
}

fn want(offset: u64, limit: u64) -> FileData {
    text(&format!(r#"{{"type":"WANT","offset":{offset},"limit":{limit}}}"#))
}

fn limit_of(data: Option<FileData>) -> f64 {
    let Some(FileData::Text(text)) = data else { panic!("{data:?}") };
    let Some(FileMessage::Want(Want { limit, .. })) = read(&text) else { panic!("{text}") };
    limit
}

#[test]
fn the_sender_gets_a_small_window_and_the_rest_as_the_receiver_takes_it() {
    let mut bridge = bridge();
    let answer = bridge.take_from_receiver(want(0, 8_000_000), WINDOW_SIZE).ok().unwrap();
    assert_eq!(limit_of(answer), WINDOW_SIZE);
    for place in 0..4 {
        assert!(bridge.take_from_sender(frame(place * 65_528, 65_528)).is_ok());
    }
    assert!(bridge.take_from_sender(frame(4 * 65_528, 65_528)).is_err(), "beyond what was allowed");
    bridge.left = 65_528.0;
    assert_eq!(bridge.extend(WINDOW_SIZE), None, "not worth a message");
    bridge.left = 131_072.0;
    assert_eq!(limit_of(bridge.extend(WINDOW_SIZE)), 131_072.0 + WINDOW_SIZE);
}

#[test]
fn the_receiver_may_stop_the_sender_and_may_begin_anywhere() {
    let mut bridge = bridge();
    assert!(bridge.take_from_sender(frame(0, 1)).is_err(), "nobody wants it yet");
    let answer = bridge.take_from_receiver(want(1_000, 1_010), WINDOW_SIZE).ok().unwrap();
    assert_eq!(limit_of(answer), 1_010.0);
    assert!(bridge.take_from_sender(frame(0, 1)).is_err(), "it has that");
    assert!(bridge.take_from_sender(frame(1_000, 10)).is_ok());
    assert!(bridge.take_from_sender(frame(1_010, 1)).is_err());
    bridge.left = 1_010.0;
    assert_eq!(bridge.extend(WINDOW_SIZE), None);
    // A file of which everything is there: the sender hears it, and ends.
    let mut bridge = self::bridge();
    assert_eq!(limit_of(bridge.take_from_receiver(want(5, 5), WINDOW_SIZE).ok().unwrap()), 5.0);
    assert!(bridge.take_from_sender(text(r#"{"type":"END","digest":"00"}"#)).is_ok());
}

#[test]
fn what_does_not_belong_on_such_a_channel_ends_it() {
    let of_sender = |data| bridge().take_from_sender(data).is_err();
    assert!(of_sender(text("")) && of_sender(text(r#"{"type":"DONE","size":1}"#)) && of_sender(want(0, 1)));
    assert!(of_sender(FileData::Frame(vec![1, 0, 0])) && of_sender(FileData::Frame(vec![9; 100])));
    let of_receiver = |data| bridge().take_from_receiver(data, WINDOW_SIZE).is_err();
    assert!(of_receiver(frame(0, 1)) && of_receiver(text("x")) && of_receiver(want(2, 1)));
    assert!(of_receiver(text(r#"{"type":"WANT","offset":0.5,"limit":1}"#)));
    assert!(of_receiver(text(&format!(r#"{{"type":"DONE","size":1,"more":"{}"}}"#, "x".repeat(600)))));
    let mut bridge = bridge();
    let end = || text(r#"{"type":"END","digest":"00"}"#);
    assert!((0..MOST_TEXTS).all(|_| bridge.take_from_sender(end()).is_ok()));
    assert!(bridge.take_from_sender(end()).is_err());
}

#[test]
fn many_tiny_frames_end_the_channel_unless_they_leave() {
    let mut bridge = bridge();
    assert!(bridge.take_from_receiver(want(0, 100_000), WINDOW_SIZE).is_ok());
    assert!((0..u64::from(MOST_FRAMES)).all(|place| bridge.take_from_sender(frame(place, 1)).is_ok()));
    bridge.leave(1.0, WINDOW_SIZE);
    assert!(bridge.take_from_sender(frame(256, 1)).is_ok());
    assert!(bridge.take_from_sender(frame(257, 1)).is_err());
}

#[test]
fn wishes_byte_by_byte_make_no_more_messages_than_the_sender_answers() {
    let mut bridge = bridge();
    assert!(bridge.take_from_receiver(want(0, 1), WINDOW_SIZE).is_ok());
    for limit in 2..500 {
        let answer = bridge.take_from_receiver(want(0, limit), WINDOW_SIZE);
        assert!(matches!(answer, Ok(None)), "the sender has sent nothing yet");
    }
    // It sends what it may, and then hears of the rest.
    assert!(bridge.take_from_sender(frame(0, 1)).is_ok());
    assert_eq!(limit_of(bridge.leave(1.0, WINDOW_SIZE)), 499.0);
    assert!(bridge.take_from_sender(frame(1, 498)).is_ok());
    assert_eq!(bridge.leave(498.0, WINDOW_SIZE), None);
    assert_eq!(limit_of(bridge.take_from_receiver(want(0, 500), WINDOW_SIZE).ok().unwrap()), 500.0);
}

/// As a sender of this SDK does: whole frames, but for what is left of the window.
#[test]
fn honest_files_reach_their_end_with_few_frames_waiting() {
    for window in [*WINDOW.start(), WINDOW_SIZE, *WINDOW.end()] {
        for size in [1_u64, 65_528, 65_529, 1_048_577, 5_000_000] {
            let mut bridge = bridge();
            let mut limit = limit_of(bridge.take_from_receiver(want(0, size), window).ok().unwrap());
            let mut waiting = std::collections::VecDeque::new();
            while bridge.left < size as f64 {
                while bridge.came < limit {
                    let length = (limit - bridge.came).min((FRAME_SIZE - HEADER_SIZE) as f64);
                    assert!(bridge.take_from_sender(frame(bridge.came as u64, length as usize)).is_ok());
                    waiting.push_back(length);
                }
                assert!(bridge.frames <= 40, "{} frames wait", bridge.frames);
                let left =
                    waiting.pop_front().unwrap_or_else(|| panic!("stuck at {} of {size}", bridge.left));
                if let Some(data) = bridge.leave(left, window) {
                    limit = limit_of(Some(data));
                }
            }
            assert_eq!(bridge.frames, 0);
        }
    }
}

proptest! {
    /// Whatever both sides do, no more waits than the window, and it never runs dry for good.
    #[test]
    fn what_waits_is_bounded(
        steps in prop::collection::vec((0_u8..4, 1_usize..=65_528, 0_u64..3_000_000), 1..200),
    ) {
        let mut bridge = bridge();
        let mut told = 0.0_f64;
        let mut wanted = 0_u64;
        let note = |told: &mut f64, data: Option<FileData>| {
            if data.is_some() {
                *told = limit_of(data);
            }
        };
        for (step, length, place) in steps {
            match step {
                0 => {
                    wanted = wanted.max(place);
                    let answer = bridge.take_from_receiver(want(0, wanted), WINDOW_SIZE);
                    note(&mut told, answer.ok().flatten());
                }
                1 | 2 => {
                    let length = length.min((told - bridge.came) as usize);
                    if length > 0 {
                        prop_assert!(bridge.take_from_sender(frame(bridge.came as u64, length)).is_ok());
                    }
                }
                _ => {
                    let left = (length as f64).min(bridge.came - bridge.left);
                    // As if frames were as long as what leaves.
                    let data = bridge.leave(left, WINDOW_SIZE);
                    note(&mut told, data);
                }
            }
            prop_assert!(bridge.came - bridge.left <= WINDOW_SIZE);
            prop_assert!(bridge.came <= wanted as f64);
        }
        bridge.left = bridge.came;
        let data = bridge.extend(WINDOW_SIZE);
        note(&mut told, data);
        prop_assert!(bridge.came == wanted as f64 || told > bridge.came);
    }
}
