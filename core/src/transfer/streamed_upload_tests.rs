use super::*;
use proptest::prelude::*;
use UploadStep::{Digest as AskDigest, End, Read, Send};

const MEGABYTE: f64 = 1_048_576.0;

fn digest() -> String {
    "d".to_owned()
}

/// What it does next, with a browser that reads at once.
fn steps(upload: &mut StreamedUpload) -> Vec<UploadStep> {
    let mut steps = Vec::new();
    while let Some(step) = upload.next_step() {
        match step {
            Read(piece) => upload.on_read(piece),
            AskDigest => upload.on_digest(digest()),
            step => steps.push(step),
        }
    }
    steps
}

/// An upload whose channel is open.
fn opened(size: f64) -> StreamedUpload {
    let mut upload = StreamedUpload::new(size);
    upload.on_open(false);
    upload
}

fn sent(steps: &[UploadStep]) -> f64 {
    let length = |step: &UploadStep| if let Send(piece, _) = step { piece.length } else { 0.0 };
    steps.iter().map(length).sum()
}

#[test]
fn nothing_goes_before_the_channel_is_open() {
    let mut upload = StreamedUpload::new(5.0);
    assert!(upload.on_want(0.0, 5.0));
    assert_eq!(steps(&mut upload), []);
    upload.on_open(false);
    assert_eq!(sent(&steps(&mut upload)), 5.0);
}

#[test]
fn a_file_without_lanes_goes_to_the_receiver_itself_unasked() {
    for (size, is_direct, goes) in [(BLOCK - 1.0, true, true), (BLOCK, true, false), (5.0, false, false)] {
        let mut upload = StreamedUpload::new(size);
        upload.on_open(is_direct);
        assert_eq!(sent(&steps(&mut upload)), if goes { size } else { 0.0 });
        // On a further channel the receiver says first what it has.
        upload.on_lost();
        upload.on_open(is_direct);
        assert!(!goes || sent(&steps(&mut upload)) == 0.0);
        assert!(upload.on_want(0.0, size));
        assert_eq!(sent(&steps(&mut upload)), size);
    }
}

#[test]
fn small_files_are_checked_in_smaller_blocks_and_read_as_the_others() {
    for (size, block_size) in [(3.0 * MEGABYTE, BLOCK / 4.0), (5.0 * MEGABYTE, BLOCK)] {
        assert_eq!(block_size_for(size), block_size);
        let mut upload = StreamedUpload::new(size);
        assert_eq!(upload.next_step(), Some(Read(Piece { offset: 0.0, length: BLOCK })));
    }
}

#[test]
fn a_small_file_goes_at_once_and_ends_with_its_digest() {
    let mut upload = opened(5.0);
    assert_eq!(upload.next_step(), Some(Read(Piece { offset: 0.0, length: 5.0 })));
    assert_eq!(upload.next_step(), None);
    upload.on_read(Piece { offset: 0.0, length: 5.0 });
    assert!(upload.on_want(0.0, 5.0));
    assert_eq!(upload.next_step(), Some(Send(Piece { offset: 0.0, length: 5.0 }, 0)));
    assert_eq!(upload.next_step(), Some(AskDigest));
    assert_eq!(upload.next_step(), None);
    assert!(!upload.may_be_done());
    upload.on_digest(digest());
    assert_eq!(upload.next_step(), Some(End(digest())));
    assert_eq!(upload.next_step(), None);
    assert!(upload.may_be_done());
}

#[test]
fn no_more_is_handed_over_than_the_browser_takes_well() {
    let mut upload = opened(100.0 * MEGABYTE);
    upload.on_want(0.0, 100.0 * MEGABYTE);
    let first = sent(&steps(&mut upload));
    assert!(first <= HIGH_WATER && first > HIGH_WATER - FRAME, "{first}");
    assert_eq!(steps(&mut upload), []);
    upload.on_low(f64::from(LOW_WATER));
    let second = sent(&steps(&mut upload));
    assert!(second + f64::from(LOW_WATER) <= HIGH_WATER && second >= 14.0 * FRAME, "{second}");
}

#[test]
fn the_receivers_limit_holds() {
    let mut upload = opened(100.0 * MEGABYTE);
    upload.on_want(0.0, 100.0);
    assert_eq!(steps(&mut upload), [Send(Piece { offset: 0.0, length: 100.0 }, 0)]);
    assert!(upload.on_want(0.0, 150.0));
    assert_eq!(steps(&mut upload), [Send(Piece { offset: 100.0, length: 50.0 }, 0)]);
    // An older word does not take anything back.
    assert!(upload.on_want(0.0, 120.0));
    assert_eq!(steps(&mut upload), []);
}

#[test]
fn only_one_block_is_read_at_a_time_and_one_ahead() {
    let mut upload = opened(10.0 * BLOCK);
    upload.on_want(0.0, 10.0 * BLOCK);
    assert_eq!(upload.next_step(), Some(Read(Piece { offset: 0.0, length: BLOCK })));
    assert_eq!(upload.next_step(), None);
    upload.on_read(Piece { offset: 0.0, length: BLOCK });
    let Some(Send(first, 0)) = upload.next_step() else { panic!("nothing is sent") };
    assert_eq!(first.length, BLOCK);
    assert_eq!(upload.next_step(), Some(Read(Piece { offset: BLOCK, length: BLOCK })));
    upload.on_read(Piece { offset: BLOCK, length: BLOCK });
    assert_eq!(upload.next_step(), None, "neither sent nor read");
}

#[test]
fn wishes_that_cannot_be_are_refused() {
    for (offset, limit) in [
        (-1.0, 5.0),
        (0.5, 5.0),
        (3.0, 2.0),
        (0.0, 11.0),
        (11.0, 11.0),
        (f64::NAN, 5.0),
        (0.0, f64::INFINITY),
    ] {
        let mut upload = opened(10.0);
        assert!(!upload.on_want(offset, limit), "{offset} {limit}");
        assert!(!upload.is_wanted);
    }
    let mut upload = opened(10.0);
    upload.on_want(0.0, 10.0);
    assert!(!upload.on_want(5.0, 10.0), "more than was sent");
    assert_eq!(upload.confirmed, 0.0);
}

#[test]
fn after_a_loss_it_goes_on_where_the_receiver_says() {
    let size = 10.0 * BLOCK;
    let mut upload = opened(size);
    upload.on_want(0.0, size);
    while upload.sent < 4.0 * BLOCK {
        steps(&mut upload);
        upload.on_low(0.0);
    }
    upload.on_lost();
    upload.on_open(false);
    assert_eq!(sent(&steps(&mut upload)), 0.0);
    let place = 2.0 * BLOCK + 1_000.0;
    assert!(upload.on_want(place, size));
    assert_eq!(upload.next_step(), Some(Read(Piece { offset: 2.0 * BLOCK, length: BLOCK })));
    // What was being read for the old place is of no use.
    upload.on_read(Piece { offset: 5.0 * BLOCK, length: BLOCK });
    assert_eq!(upload.next_step(), None);
    upload.on_read(Piece { offset: 2.0 * BLOCK, length: BLOCK });
    assert_eq!(upload.next_step(), Some(Send(Piece { offset: place, length: BLOCK - 1_000.0 }, 0)));
}

#[test]
fn the_end_is_told_again_on_another_channel() {
    let mut upload = opened(5.0);
    upload.on_want(0.0, 5.0);
    assert_eq!(steps(&mut upload).len(), 2);
    upload.on_lost();
    upload.on_open(false);
    assert!(upload.may_be_done(), "the receiver may have confirmed through the old one");
    assert!(upload.on_want(5.0, 5.0));
    assert_eq!(steps(&mut upload), [End(digest())]);
}

/// An upload with two lanes beside its channel.
fn with_lanes(size: f64) -> StreamedUpload {
    let mut upload = opened(size);
    assert!(upload.on_want(0.0, size));
    upload.share();
    upload.on_lane(1);
    upload.on_lane(2);
    upload
}

/// The receiver says that everything came that was sent over a lane.
fn all_came(upload: &mut StreamedUpload, lane: LaneNumber) {
    let sent = upload.flows.iter().find(|flow| flow.lane == lane).unwrap().sent;
    assert!(upload.on_got(f64::from(lane), sent));
}

fn sent_on(steps: &[UploadStep], lane: LaneNumber) -> Vec<Piece> {
    let on_lane = |step: &UploadStep| match step {
        Send(piece, on) if *on == lane => Some(*piece),
        _ => None,
    };
    steps.iter().filter_map(on_lane).collect()
}

#[test]
fn lanes_share_the_work_by_how_fast_they_are() {
    let mut upload = with_lanes(100.0 * MEGABYTE);
    let first = steps(&mut upload);
    for lane in 0..3 {
        let bytes: f64 = sent_on(&first, lane).iter().map(|piece| piece.length).sum();
        assert_eq!(bytes, LANE_WINDOW, "{lane}");
    }
    let mut place = 0.0;
    for step in &first {
        let Send(piece, _) = step else { panic!("{step:?}") };
        assert_eq!(piece.offset, place);
        place = piece.end();
    }
    upload.on_low(0.0);
    assert_eq!(steps(&mut upload), [], "what the browser sent may be on the way");
    all_came(&mut upload, 2);
    let second = steps(&mut upload);
    assert_eq!(sent_on(&second, 0), []);
    assert_eq!(sent_on(&second, 1), []);
    assert_eq!(sent_on(&second, 2).first().map(|piece| piece.offset), Some(place));
    // Nobody else knows a lane of this number.
    assert!(upload.on_got(7.0, 1.0));
    for (lane, bytes) in [(0.0, f64::NAN), (1.0, -1.0), (2.0, 2.0 * LANE_WINDOW + 1.0), (1.0, f64::INFINITY)]
    {
        assert!(!upload.on_got(lane, bytes), "{lane}: {bytes}");
    }
    // Nor does anything come back that came before.
    assert!(upload.on_got(2.0, 5.0));
    assert_eq!(steps(&mut upload), []);
}

#[test]
fn what_came_over_a_lane_is_not_lost_with_it() {
    let mut upload = with_lanes(10.0 * BLOCK);
    let sent = sent_on(&steps(&mut upload), 1);
    assert!(upload.on_got(1.0, 3.0 * LANE_FRAME + 1.0));
    upload.on_lane_lost(1);
    all_came(&mut upload, 0);
    let again = sent_on(&steps(&mut upload), 0);
    assert_eq!(again[..5], sent[3..]);
}

/// Frames are of different lengths where the file, or what is to be sent, ends.
#[test]
fn a_frame_that_did_not_come_is_not_taken_for_a_longer_one_before_it() {
    let size = 4.0 * LANE_FRAME + 100.0;
    let mut upload = with_lanes(size);
    let sent = sent_on(&steps(&mut upload), 1);
    assert_eq!(sent.last(), Some(&Piece { offset: 4.0 * LANE_FRAME, length: 100.0 }));
    assert!(upload.on_got(1.0, 100.0));
    upload.on_lane_lost(1);
    assert_eq!(steps(&mut upload), [Send(sent[0], 2), Send(sent[1], 0)]);
}

#[test]
fn frames_leave_a_lane_in_the_order_of_sending_whatever_the_receiver_has() {
    let mut upload = with_lanes(100.0 * MEGABYTE);
    let first = steps(&mut upload);
    let (over_1, over_2) = (sent_on(&first, 1), sent_on(&first, 2));
    assert!(upload.on_got(2.0, 4.0 * LANE_FRAME));
    upload.on_lane_lost(1);
    assert_eq!(sent_on(&steps(&mut upload), 2), over_1[..4], "after later ones");
    // Two of them had come over the first lane before it was lost.
    assert!(upload.on_want(over_1[1].end(), 100.0 * MEGABYTE));
    assert!(upload.on_got(2.0, 6.0 * LANE_FRAME));
    upload.on_lane_lost(2);
    all_came(&mut upload, 0);
    let mut missing = [&over_1[2..], &over_2[6..]].concat();
    missing.sort_by(|a, b| a.offset.total_cmp(&b.offset));
    assert_eq!(sent_on(&steps(&mut upload), 0), missing);
}

#[test]
fn what_a_lane_took_with_it_goes_over_the_others_and_is_read_again() {
    let mut upload = with_lanes(10.0 * BLOCK);
    let lost = sent_on(&steps(&mut upload), 1);
    while upload.sent < 3.0 * BLOCK {
        all_came(&mut upload, 0);
        all_came(&mut upload, 2);
        assert_eq!(sent_on(&steps(&mut upload), 1), []);
    }
    all_came(&mut upload, 0);
    upload.on_lane_lost(1);
    assert_eq!(upload.next_step(), Some(Read(Piece { offset: 0.0, length: BLOCK })));
    upload.on_read(Piece { offset: 0.0, length: BLOCK });
    let again = steps(&mut upload);
    assert_eq!(sent_on(&again, 1), []);
    assert_eq!(sent_on(&again, 0), lost);
}

#[test]
fn what_the_receiver_has_is_not_sent_again() {
    let mut upload = with_lanes(10.0 * BLOCK);
    let lost = sent_on(&steps(&mut upload), 1);
    assert!(upload.on_want(lost.last().unwrap().end(), 10.0 * BLOCK));
    let sent = upload.sent;
    upload.on_lane_lost(1);
    all_came(&mut upload, 0);
    let Some(Send(next, 0)) = upload.next_step() else { panic!("nothing is sent") };
    assert_eq!(next.offset, sent);
}

#[test]
fn the_end_is_not_told_while_something_is_lost() {
    let mut upload = with_lanes(3.0 * FRAME);
    let all = steps(&mut upload);
    assert_eq!(all.last(), Some(&End(digest())));
    // Eight frames for each of three, and one more.
    let mut upload = with_lanes(25.0 * LANE_FRAME);
    steps(&mut upload);
    upload.on_lane_lost(2);
    assert_eq!(steps(&mut upload), [], "the others are full");
    all_came(&mut upload, 0);
    assert_eq!(sent(&steps(&mut upload)), LANE_WINDOW);
    assert!(!upload.has_ended);
    all_came(&mut upload, 1);
    assert_eq!(steps(&mut upload).last(), Some(&End(digest())));
}

/// Up to where there is no gap.
fn end_of(pieces: &mut [Piece]) -> f64 {
    pieces.sort_by(|a, b| a.offset.total_cmp(&b.offset));
    let follow = |end: f64, piece: &Piece| if piece.offset <= end { piece.end().max(end) } else { end };
    pieces.iter().fold(0.0, follow)
}

proptest! {
    /// Lanes come, go and lose any part of what was under way; each is as fast as it likes. The receiver
    /// tells of parts of frames as well, and now and then what it has and wants.
    #[test]
    fn every_byte_arrives_over_whatever_lanes(
        frames in 1_u32..90,
        rest in 0_u32..65_528,
        course in prop::collection::vec(
            (0_u8..4, 0_usize..8, prop::bool::weighted(0.1), 0_u8..4, 0.0..1.0_f64, 0_u32..1_000_000),
            20..200,
        ),
    ) {
        let size = f64::from(frames) * FRAME + f64::from(rest);
        let mut upload = opened(size);
        upload.on_want(0.0, 0.0);
        upload.share();
        let mut pipes: std::collections::BTreeMap<u8, Vec<Piece>> = [(0, Vec::new())].into();
        let mut came: std::collections::BTreeMap<u8, f64> = [(0, 0.0)].into();
        let mut arrived: Vec<Piece> = Vec::new();
        let rest = (0_u8..4).cycle().take(400).map(|lane| (lane, 8, false, 0, 0.0, u32::MAX));
        for (lane, count, breaks, opens, part, more) in course.into_iter().chain(rest) {
            if opens > 0 && lane == opens && !pipes.contains_key(&opens) {
                upload.on_lane(opens);
                pipes.insert(opens, Vec::new());
                came.insert(opens, 0.0);
            }
            for step in steps(&mut upload) {
                if let Send(piece, lane) = step {
                    pipes.get_mut(&lane).unwrap().push(piece);
                }
            }
            let Some(pipe) = pipes.get_mut(&lane) else { continue };
            let count = count.min(pipe.len());
            let came = came.get_mut(&lane).unwrap();
            *came += pipe[..count].iter().map(|piece| piece.length).sum::<f64>();
            arrived.extend(pipe.drain(..count));
            if breaks && lane > 0 {
                pipes.remove(&lane);
                upload.on_lane_lost(lane);
            } else {
                let coming = pipe.first().map_or(0.0, |next| ((next.length - 1.0) * part).floor());
                prop_assert!(upload.on_got(f64::from(lane), *came + coming));
            }
            if more > 500_000 {
                let end = end_of(&mut arrived);
                prop_assert!(upload.on_want(end, (end + f64::from(more - 500_000)).min(size)));
            }
            prop_assert!((0.0..1.0).contains(&upload.part()));
        }
        // What is left in lanes that stand still arrives at last.
        arrived.extend(pipes.into_values().flatten());
        prop_assert_eq!(end_of(&mut arrived), size);
        prop_assert!(upload.may_be_done());
    }

    /// The channel breaks at any time and loses any part of what was under way.
    #[test]
    fn every_byte_arrives_in_its_order(
        size in 1_u32..6_000_000,
        breaks in prop::collection::vec((0.0..1.0_f64, 1_u32..40), 0..6),
    ) {
        let size = f64::from(size);
        let mut upload = opened(size);
        let mut received: f64 = 0.0;
        let mut breaks = breaks.into_iter();
        let mut coming = breaks.next();
        let mut rounds = 0;
        upload.on_want(0.0, size);
        while !upload.may_be_done() || received < size {
            let mut under_way: f64 = received;
            for step in steps(&mut upload) {
                if let Send(piece, _) = step {
                    prop_assert_eq!(piece.offset, under_way);
                    under_way = piece.end();
                }
            }
            rounds += 1;
            prop_assert!(rounds < 200);
            match coming {
                Some((part, after)) if rounds >= after => {
                    received += ((under_way - received) * part).floor();
                    coming = breaks.next();
                    upload.on_lost();
                    upload.on_open(false);
                    prop_assert!(upload.on_want(received, size));
                }
                _ => {
                    received = under_way;
                    upload.on_low(0.0);
                }
            }
            prop_assert!((0.0..1.0).contains(&upload.part()));
        }
        prop_assert_eq!(received, size);
    }
}
