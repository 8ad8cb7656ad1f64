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

fn sent(steps: &[UploadStep]) -> f64 {
    let length = |step: &UploadStep| if let Send(piece) = step { piece.length } else { 0.0 };
    steps.iter().map(length).sum()
}

#[test]
fn a_small_file_goes_at_once_and_ends_with_its_digest() {
    let mut upload = StreamedUpload::new(5.0);
    assert_eq!(upload.next_step(), Some(Read(Piece { offset: 0.0, length: 5.0 })));
    assert_eq!(upload.next_step(), None);
    upload.on_read(Piece { offset: 0.0, length: 5.0 });
    assert!(upload.on_want(0.0, 5.0));
    assert_eq!(upload.next_step(), Some(Send(Piece { offset: 0.0, length: 5.0 })));
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
    let mut upload = StreamedUpload::new(100.0 * MEGABYTE);
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
    let mut upload = StreamedUpload::new(100.0 * MEGABYTE);
    upload.on_want(0.0, 100.0);
    assert_eq!(steps(&mut upload), [Send(Piece { offset: 0.0, length: 100.0 })]);
    assert!(upload.on_want(0.0, 150.0));
    assert_eq!(steps(&mut upload), [Send(Piece { offset: 100.0, length: 50.0 })]);
    // An older word does not take anything back.
    assert!(upload.on_want(0.0, 120.0));
    assert_eq!(steps(&mut upload), []);
}

#[test]
fn only_one_block_is_read_at_a_time_and_one_ahead() {
    let mut upload = StreamedUpload::new(10.0 * BLOCK);
    upload.on_want(0.0, 10.0 * BLOCK);
    assert_eq!(upload.next_step(), Some(Read(Piece { offset: 0.0, length: BLOCK })));
    assert_eq!(upload.next_step(), None);
    upload.on_read(Piece { offset: 0.0, length: BLOCK });
    let Some(Send(first)) = upload.next_step() else { panic!("nothing is sent") };
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
        let mut upload = StreamedUpload::new(10.0);
        assert!(!upload.on_want(offset, limit), "{offset} {limit}");
        assert!(!upload.is_wanted);
    }
    let mut upload = StreamedUpload::new(10.0);
    upload.on_want(0.0, 10.0);
    assert!(!upload.on_want(5.0, 10.0), "more than was sent");
}

#[test]
fn after_a_loss_it_goes_on_where_the_receiver_says() {
    let size = 10.0 * BLOCK;
    let mut upload = StreamedUpload::new(size);
    upload.on_want(0.0, size);
    while upload.sent < 4.0 * BLOCK {
        steps(&mut upload);
        upload.on_low(0.0);
    }
    upload.on_lost();
    assert_eq!(sent(&steps(&mut upload)), 0.0);
    let place = 2.0 * BLOCK + 1_000.0;
    assert!(upload.on_want(place, size));
    assert_eq!(upload.next_step(), Some(Read(Piece { offset: 2.0 * BLOCK, length: BLOCK })));
    // What was being read for the old place is of no use.
    upload.on_read(Piece { offset: 5.0 * BLOCK, length: BLOCK });
    assert_eq!(upload.next_step(), None);
    upload.on_read(Piece { offset: 2.0 * BLOCK, length: BLOCK });
    assert_eq!(upload.next_step(), Some(Send(Piece { offset: place, length: BLOCK - 1_000.0 })));
}

#[test]
fn the_end_is_told_again_on_another_channel() {
    let mut upload = StreamedUpload::new(5.0);
    upload.on_want(0.0, 5.0);
    assert_eq!(steps(&mut upload).len(), 2);
    upload.on_lost();
    assert!(upload.may_be_done(), "the receiver may have confirmed through the old one");
    assert!(upload.on_want(5.0, 5.0));
    assert_eq!(steps(&mut upload), [End(digest())]);
}

proptest! {
    /// The channel breaks at any time and loses any part of what was under way.
    #[test]
    fn every_byte_arrives_in_its_order(
        size in 1_u32..6_000_000,
        breaks in prop::collection::vec((0.0..1.0_f64, 1_u32..40), 0..6),
    ) {
        let size = f64::from(size);
        let mut upload = StreamedUpload::new(size);
        let mut received: f64 = 0.0;
        let mut breaks = breaks.into_iter();
        let mut coming = breaks.next();
        let mut rounds = 0;
        upload.on_want(0.0, size);
        while !upload.may_be_done() || received < size {
            let mut under_way: f64 = received;
            for step in steps(&mut upload) {
                if let Send(piece) = step {
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
