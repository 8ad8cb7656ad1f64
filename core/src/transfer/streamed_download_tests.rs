use super::*;
use proptest::prelude::*;
use DownloadStep::{Digest, Want};

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
    assert_eq!(download.on_frame(piece(0.0, WINDOW)), Frame::New);
    assert_eq!(download.next_step(), None);
    assert_eq!(download.on_frame(piece(WINDOW, 1.0)), Frame::Wrong, "it was not let go so far");
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
    assert_eq!(download.on_frame(piece(0.0, 10.0)), Frame::New);
    assert_eq!(download.on_frame(piece(0.0, 10.0)), Frame::Known);
    assert_eq!(download.on_frame(piece(10.0, 0.0)), Frame::Known, "nothing new in it");
    for wrong in
        [piece(11.0, 5.0), piece(5.0, 10.0), piece(10.0, 91.0), piece(f64::NAN, 1.0), piece(-1.0, 20.0)]
    {
        assert_eq!(download.on_frame(wrong), Frame::Wrong, "{wrong:?}");
    }
    assert_eq!(download.on_frame(piece(10.0, 90.0)), Frame::New);
}

#[test]
fn the_digests_decide() {
    for (expected, verdict) in [("same", Verdict::Right), ("other", Verdict::Wrong)] {
        let mut download = open(5.0);
        download.on_frame(piece(0.0, 5.0));
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
    download.on_frame(piece(0.0, 4.0));
    assert!(!download.on_end("d".to_owned()));
}

#[test]
fn another_channel_begins_where_the_old_one_ended() {
    let mut download = open(100.0);
    download.on_frame(piece(0.0, 40.0));
    download.on_lost();
    download.on_stored(40.0);
    assert_eq!(download.next_step(), None);
    download.on_open();
    assert_eq!(download.next_step(), Some(Want { offset: 40.0, limit: 100.0 }));
}

proptest! {
    #[test]
    fn nothing_that_comes_makes_it_more_than_the_file(
        frames in prop::collection::vec((0_u32..120, 0_u32..60), 0..50),
    ) {
        let mut download = open(100.0);
        for (offset, length) in frames {
            let before = download.received;
            let frame = download.on_frame(piece(f64::from(offset), f64::from(length)));
            prop_assert_eq!(frame == Frame::New, download.received > before);
            prop_assert!(download.received <= 100.0);
        }
    }
}
