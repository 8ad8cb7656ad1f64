#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn at(start: Instant, source: u32, sequence: u64, time: u32, after: u64) -> Packet {
    Packet {
        sequence,
        time,
        source,
        marker: false,
        payload: [1_u8].into(),
        arrived: start + Duration::from_millis(after),
        audio_level: None,
        rotation: None,
        clock: None,
    }
}

fn picture(value: u16, base: u8) -> Descriptor {
    Descriptor {
        picture: Some(PictureId { value, is_long: true }),
        base_picture: Some(base),
        ..Descriptor::default()
    }
}

#[test]
fn numbers_begin_low_and_survive_a_change_of_source() {
    let start = Instant::now();
    let mut renumber = Renumber::new(Kind::Video);
    let mut own = |source, sequence, time, after| {
        let numbers =
            renumber.number(&at(start, source, sequence, time, after), Descriptor::default(), false);
        numbers.map(|numbers| (numbers.sequence, numbers.time))
    };
    assert_eq!(own(7, 200_000, 1000, 0), Some((4096, 1000)));
    assert_eq!(own(7, 200_002, 4000, 33), Some((4098, 4000)));
    assert_eq!(own(7, 200_001, 4000, 40), Some((4097, 4000)), "late");
    assert_eq!(own(7, 190_000, 0, 40), None, "far too late");
    // 467 ms after the latest packet another source begins.
    assert_eq!(own(9, 5, 77, 500), Some((4099, 4000 + 467 * 90)));
    assert_eq!(own(9, 6, 3077, 533), Some((4100, 7000 + 467 * 90)));
    assert_eq!(own(9, 4, 70, 540), None, "before its beginning");
    assert_eq!(own(7, 200_003, 4000, 541), None.or(Some((4101, 7000 + 467 * 90 + 8 * 90))), "it begins anew");
}

#[test]
fn a_pause_leaves_no_gap() {
    let start = Instant::now();
    let mut renumber = Renumber::new(Kind::Video);
    let first = renumber.number(&at(start, 7, 10, 0, 0), picture(0x7fff, 255), false).unwrap();
    assert_eq!((first.picture.unwrap().value, first.base_picture), (0x7fff, Some(255)));
    // Two seconds and sixty packets later.
    let after = renumber.number(&at(start, 7, 70, 180_000, 2000), picture(20, 20), true).unwrap();
    assert_eq!((after.sequence, after.time), (4097, 180_000));
    assert_eq!((after.picture.unwrap().value, after.base_picture), (0, Some(0)));
    assert_eq!(
        renumber.number(&at(start, 7, 69, 177_000, 2001), picture(19, 19), false),
        None,
        "of the pause"
    );
    let next = renumber.number(&at(start, 7, 71, 183_000, 2033), picture(21, 21), false).unwrap();
    assert_eq!((next.sequence, next.picture.unwrap().value, next.base_picture), (4098, 1, Some(1)));
}

#[test]
fn the_clock_of_the_publisher_counts_where_it_is_known() {
    let start = Instant::now();
    let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    let mut renumber = Renumber::new(Kind::Video);
    let low = Packet { clock: Some((moment, 500)), ..at(start, 1, 1, 500 + 9000, 0) };
    assert_eq!(renumber.number(&low, Descriptor::default(), false).unwrap().time, 9500);
    // Taken 40 ms later, though it came 90 ms later.
    let high = Packet {
        clock: Some((moment + Duration::from_millis(240), 77)),
        ..at(start, 2, 1, 77u32.wrapping_sub(9000), 90)
    };
    assert_eq!(renumber.number(&high, Descriptor::default(), true).unwrap().time, 9500 + 40 * 90);
    // The same picture in another layer still is a later one.
    let same = Packet { clock: Some((moment, 0)), ..at(start, 1, 9, 9000, 95) };
    assert_eq!(renumber.number(&same, Descriptor::default(), true).unwrap().time, 9500 + 41 * 90);
}

#[derive(Debug, Clone)]
struct Step {
    layer: usize,
    packets: u64,
    is_passed: bool,
    lost: Vec<bool>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..3_usize, 1..5_u64, any::<bool>(), prop::collection::vec(prop::bool::weighted(0.2), 5));
    let step = step.prop_map(|(layer, packets, is_passed, lost)| Step { layer, packets, is_passed, lost });
    prop::collection::vec(step, 1..60)
}

proptest! {
    /// Whatever is passed on, cut off and lost: numbers differ, only losses leave gaps, pictures
    /// are counted without a gap and time goes forward.
    #[test]
    fn what_goes_out_has_one_numbering(steps in steps(), offset in any::<u16>()) {
        let start = Instant::now();
        let mut renumber = Renumber::new(Kind::Video);
        let mut next = [70_000 + u64::from(offset), 5, 65_534];
        let mut pictures = [0x7ff0_u16, 3, 0x100];
        let stamps = [0_u32, u32::MAX - 20_000, 77];
        let (mut flowing, mut clock) = (None, 0);
        let mut out: BTreeMap<u64, (u32, u16)> = BTreeMap::new();
        let (mut last_picture, mut losses): (Option<u16>, Vec<u64>) = (None, Vec::new());
        for step in &steps {
            clock += 33;
            // A picture of each layer.
            let first = next[step.layer];
            next[step.layer] += step.packets;
            pictures[step.layer] = (pictures[step.layer] + 1) & 0x7fff;
            if !step.is_passed {
                flowing = None;
                continue;
            }
            let mut is_beginning = flowing != Some(step.layer);
            for place in 0..step.packets {
                if step.lost[place as usize] && !is_beginning {
                    continue;
                }
                let time = stamps[step.layer].wrapping_add(clock as u32 * 90);
                let packet = at(start, step.layer as u32, first + place, time, clock);
                let descriptor = picture(pictures[step.layer], pictures[step.layer] as u8);
                let numbers = renumber.number(&packet, descriptor, is_beginning).unwrap();
                is_beginning = false;
                flowing = Some(step.layer);
                let previous = out.last_key_value().map(|(sequence, (time, _))| (*sequence, *time));
                let id = numbers.picture.unwrap().value;
                prop_assert!(out.insert(numbers.sequence, (numbers.time, id)).is_none(), "twice");
                if let Some((sequence, time)) = previous {
                    prop_assert!(numbers.sequence > sequence);
                    losses.extend(sequence + 1..numbers.sequence);
                    prop_assert!(numbers.time.wrapping_sub(time) < 90_000 * 60);
                }
                if last_picture != Some(id) {
                    // Frames of which nothing came are missing, as they would be anyway.
                    if let Some(last) = last_picture {
                        prop_assert!(id.wrapping_sub(last) & 0x7fff <= 60, "{last} {id}");
                    }
                    last_picture = Some(id);
                }
            }
        }
        let lost: usize = steps.iter().filter(|step| step.is_passed)
            .map(|step| step.lost.iter().take(step.packets as usize).filter(|lost| **lost).count()).sum();
        prop_assert!(losses.len() <= lost, "{} gaps, {lost} losses", losses.len());
    }
}
