use super::*;
use proptest::prelude::*;
use DownloadStep::{Digest, Got, Want};

fn piece(offset: f64, length: f64) -> Piece {
    Piece { offset, length }
}

fn open(size: f64) -> StreamedDownload {
    let mut download = StreamedDownload::new(size);
    download.on_open();
    assert!(matches!(download.next_step(), Some(Want { offset: 0.0, .. })));
    download
}

#[test]
fn it_asks_for_everything_that_there_is_room_for() {
    let mut small = StreamedDownload::new(10.0);
    assert_eq!(small.next_step(), None, "there is no channel yet");
    small.on_open();
    assert_eq!(small.next_step(), Some(Want { offset: 0.0, limit: 10.0 }));
    assert_eq!(small.next_step(), None);
    let mut large = StreamedDownload::new(1e12);
    large.on_open();
    assert_eq!(large.next_step(), Some(Want { offset: 0.0, limit: WINDOW }));
}

#[test]
fn the_sender_waits_while_nothing_is_put_away() {
    let mut download = open(10.0 * WINDOW);
    assert_eq!(download.on_frame(piece(0.0, WINDOW), 0), Frame::New);
    assert_eq!(download.next_step(), None);
    assert_eq!(download.on_frame(piece(WINDOW, 1.0), 0), Frame::Wrong, "it was not let go so far");
    download.on_stored(WINDOW / 2.0 - 1.0);
    assert_eq!(download.next_step(), None);
    download.on_stored(WINDOW / 2.0);
    assert_eq!(download.next_step(), Some(Want { offset: WINDOW, limit: 1.5 * WINDOW }));
    // More than came cannot have been put away.
    download.on_stored(5.0 * WINDOW);
    assert_eq!(download.next_step(), Some(Want { offset: WINDOW, limit: 2.0 * WINDOW }));
}

#[test]
fn frames_must_come_in_their_order() {
    let mut download = open(100.0);
    assert_eq!(download.on_frame(piece(0.0, 10.0), 0), Frame::New);
    assert_eq!(download.on_frame(piece(0.0, 10.0), 0), Frame::Known);
    assert_eq!(download.on_frame(piece(10.0, 0.0), 0), Frame::Known, "nothing new in it");
    for wrong in
        [piece(11.0, 5.0), piece(5.0, 10.0), piece(10.0, 91.0), piece(f64::NAN, 1.0), piece(-1.0, 20.0)]
    {
        assert_eq!(download.on_frame(wrong, 0), Frame::Wrong, "{wrong:?}");
    }
    assert_eq!(download.on_frame(piece(10.0, 90.0), 0), Frame::New);
}

#[test]
fn the_digests_decide() {
    for (expected, verdict) in [("same", Verdict::Right), ("other", Verdict::Wrong)] {
        let mut download = open(5.0);
        download.on_frame(piece(0.0, 5.0), 0);
        assert!(download.part() < 1.0);
        assert_eq!(download.next_step(), Some(Digest));
        assert_eq!(download.next_step(), None);
        assert!(download.on_end(expected.to_owned()));
        assert_eq!(download.verdict(), Verdict::Open);
        download.on_digest("same".to_owned());
        assert_eq!(download.verdict(), verdict);
    }
}

#[test]
fn an_early_end_is_none() {
    let mut download = open(5.0);
    download.on_frame(piece(0.0, 4.0), 0);
    assert!(!download.on_end("d".to_owned()));
}

#[test]
fn another_channel_begins_where_the_old_one_ended() {
    let mut download = open(100.0);
    download.on_frame(piece(0.0, 40.0), 0);
    download.on_lost();
    download.on_stored(40.0);
    assert_eq!(download.next_step(), None);
    download.on_open();
    assert_eq!(download.next_step(), Some(Want { offset: 40.0, limit: 100.0 }));
}

#[test]
fn over_lanes_frames_wait_for_their_turn() {
    let mut download = open(100.0);
    download.share();
    assert_eq!(download.on_frame(piece(20.0, 10.0), 3), Frame::Early);
    assert_eq!(download.on_frame(piece(10.0, 10.0), 2), Frame::Early);
    assert_eq!(download.on_frame(piece(40.0, 10.0), 5), Frame::Early);
    assert_eq!(download.next_held(), None);
    for known in [piece(20.0, 10.0), piece(22.0, 5.0), piece(40.0, 10.0)] {
        assert_eq!(download.on_frame(known, 9), Frame::Known, "{known:?}");
    }
    for wrong in [piece(15.0, 10.0), piece(35.0, 10.0), piece(0.0, 15.0), piece(95.0, 6.0)] {
        assert_eq!(download.on_frame(wrong, 9), Frame::Wrong, "{wrong:?}");
    }
    assert!(download.on_end("d".to_owned()), "the rest comes over another lane");
    assert_eq!(download.on_frame(piece(0.0, 10.0), 1), Frame::New);
    assert_eq!(download.next_held(), Some(2));
    assert_eq!(download.next_held(), Some(3));
    assert_eq!(download.next_held(), None);
    assert_eq!(download.on_frame(piece(10.0, 10.0), 2), Frame::Known);
    assert_eq!(download.take_held().collect::<Vec<_>>(), [5]);
    assert_eq!(download.received, 30.0);
}

#[test]
fn the_sender_is_told_what_came_over_each_lane() {
    let mut download = open(1e6);
    download.share();
    download.on_bytes(0, TOLD_EVERY - 1.0);
    download.on_bytes(2, TOLD_EVERY);
    assert_eq!(download.next_step(), Some(Got(2, TOLD_EVERY)));
    assert_eq!(download.next_step(), None);
    download.on_bytes(0, 5.0);
    assert_eq!(download.next_step(), Some(Got(0, TOLD_EVERY + 4.0)));
    // Another lane of this number, and another channel, begin anew.
    download.on_lane(2);
    download.on_bytes(2, TOLD_EVERY);
    assert_eq!(download.next_step(), Some(Got(2, TOLD_EVERY)));
    download.on_lost();
    download.on_open();
    assert!(matches!(download.next_step(), Some(Want { .. })));
    // Where there are no lanes it does not need that.
    download.on_bytes(0, TOLD_EVERY);
    assert_eq!(download.next_step(), None);
    download.share();
    assert_eq!(download.next_step(), Some(Got(0, TOLD_EVERY)));
}

#[test]
fn only_so_many_frames_wait() {
    let mut download = open(WINDOW);
    download.share();
    for place in 1..=MAX_HELD {
        assert_eq!(download.on_frame(piece(2.0 * place as f64, 1.0), 0), Frame::Early);
    }
    assert_eq!(download.on_frame(piece(4.0 * MAX_HELD as f64, 1.0), 0), Frame::Wrong);
}

proptest! {
    #[test]
    fn lanes_in_any_order_come_to_the_whole_file(
        order in Just((0_u32..60).collect::<Vec<_>>()).prop_shuffle(),
        twice in prop::collection::vec(0_u32..60, 0..20),
    ) {
        let mut download = open(600.0);
        download.share();
        let mut put_away = Vec::new();
        for number in twice.iter().chain(&order) {
            let frame = download.on_frame(piece(f64::from(10 * number), 10.0), *number);
            prop_assert_ne!(&frame, &Frame::Wrong);
            if frame == Frame::New {
                put_away.push(*number);
                put_away.extend(std::iter::from_fn(|| download.next_held()));
            }
        }
        prop_assert_eq!(put_away, (0..60).collect::<Vec<_>>());
        prop_assert_eq!(download.take_held().count(), 0);
    }

    #[test]
    fn nothing_that_comes_makes_it_more_than_the_file(
        frames in prop::collection::vec((0_u32..120, 0_u32..60), 0..50),
    ) {
        let mut download = open(100.0);
        for (offset, length) in frames {
            let before = download.received;
            let frame = download.on_frame(piece(f64::from(offset), f64::from(length)), 0);
            prop_assert_eq!(frame == Frame::New, download.received > before);
            prop_assert!(download.received <= 100.0);
        }
    }
}
