use std::sync::Arc;

use proptest::prelude::*;

use super::*;

const SLOT: Duration = Duration::from_millis(3);
const FIRST_NUMBER: u64 = 65_530;
const FIRST_STAMP: u32 = u32::MAX - 9_000;

/// A payload descriptor in one of its forms (RFC 7741, figure 2).
fn descriptor(is_start: bool, form: u8) -> Vec<u8> {
    let first = if is_start { 0x10 } else { 0x00 };
    match form % 4 {
        0 => vec![first],
        1 => vec![0x80 | first, 0x80, 0x11],
        2 => vec![0x80 | first, 0xf0, 0x80, 0x11, 0x07, 0x20],
        _ => vec![0x80 | first, 0x20, 0x40],
    }
}

/// The data of a picture: its number, so that any mix-up shows.
fn picture(number: usize, is_key: bool, length: usize) -> Vec<u8> {
    let mut data =
        if is_key { vec![0x50, 1, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00] } else { vec![0x51, 1, 0] };
    data.extend((0..length).map(|place| (number * 31 + place) as u8));
    data
}

fn packet(sequence: u64, time: u32, marker: bool, payload: Vec<u8>, arrived: Instant) -> Packet {
    Packet {
        sequence,
        time,
        source: 7,
        marker,
        payload: Arc::from(payload),
        arrived,
        audio_level: None,
        rotation: None,
        clock: None,
    }
}

#[derive(Debug, Clone)]
struct Sent {
    is_key: bool,
    /// For each packet: lost, or so late in milliseconds.
    packets: Vec<Option<u64>>,
    form: u8,
}

fn sent(latest: u64) -> impl Strategy<Value = Vec<Sent>> {
    let fate = prop_oneof![
        8 => Just(Some(0)),
        2 => (0..latest).prop_map(Some),
        1 => Just(None),
    ];
    let frame = (prop::bool::weighted(0.2), prop::collection::vec(fate, 1..5), any::<u8>())
        .prop_map(|(is_key, packets, form)| Sent { is_key, packets, form });
    prop::collection::vec(frame, 1..60).prop_map(|mut all| {
        all[0].is_key = true;
        // The first packet says where the numbers begin.
        all[0].packets[0] = Some(0);
        all
    })
}

/// Packets with the time at which they come in, in that order, and the data of each picture.
fn deliveries(all: &[Sent], begin: Instant) -> (Vec<Packet>, Vec<Vec<u8>>) {
    let (mut packets, mut pictures) = (Vec::new(), Vec::new());
    let mut number = FIRST_NUMBER;
    for (place, frame) in all.iter().enumerate() {
        let data = picture(place, frame.is_key, 40);
        let size = data.len().div_ceil(frame.packets.len());
        for (part, fate) in data.chunks(size).zip(&frame.packets) {
            let is_start = std::ptr::eq(part.as_ptr(), data.as_ptr());
            let is_end = std::ptr::eq(part.as_ptr_range().end, data.as_ptr_range().end);
            if let Some(late) = fate {
                let slot = SLOT * (number - FIRST_NUMBER) as u32;
                let payload = [&descriptor(is_start, frame.form), part].concat();
                let time = FIRST_STAMP.wrapping_add(place as u32 * 3000);
                let arrived = begin + slot + Duration::from_millis(*late);
                packets.push(packet(number, time, is_end, payload, arrived));
            }
            number += 1;
        }
        pictures.push(data);
    }
    packets.sort_by_key(|packet| packet.arrived);
    (packets, pictures)
}

fn run(assembler: &mut Assembler, packets: &[Packet]) -> Vec<FrameEvent> {
    let mut events = Vec::new();
    for packet in packets {
        while let Some(due) = assembler.deadline().filter(|due| *due < packet.arrived) {
            let before = events.len();
            events.extend(std::iter::from_fn(|| assembler.poll(due)));
            assert!(assembler.deadline() != Some(due) || events.len() > before, "a deadline does nothing");
        }
        assembler.insert(packet);
        events.extend(std::iter::from_fn(|| assembler.poll(packet.arrived)));
    }
    assembler.finish();
    let end = packets.last().map_or_else(Instant::now, |packet| packet.arrived);
    events.extend(std::iter::from_fn(|| assembler.poll(end)));
    events
}

fn frames(events: &[FrameEvent]) -> Vec<&Frame> {
    let mut frames = Vec::new();
    for event in events {
        if let FrameEvent::Frame(frame) = event {
            frames.push(frame);
        }
    }
    frames
}

/// Which pictures can be decoded: whole ones that follow a key frame without a break.
fn decodable(all: &[Sent], pictures: &[Vec<u8>]) -> Vec<usize> {
    let mut is_decodable = false;
    let is_next = |(place, frame): &(usize, &Sent)| {
        let parts = pictures[*place].chunks(pictures[*place].len().div_ceil(frame.packets.len())).count();
        let is_whole = frame.packets[..parts].iter().all(Option::is_some);
        is_decodable = is_whole && (frame.is_key || is_decodable);
        is_decodable
    };
    all.iter().enumerate().filter(is_next).map(|(place, _)| place).collect()
}

proptest! {
    #[test]
    fn all_that_can_be_decoded_comes_out_in_order(all in sent(390)) {
        let begin = Instant::now();
        let (packets, pictures) = deliveries(&all, begin);
        let mut assembler = Assembler::new(Kind::Video, begin);
        let events = run(&mut assembler, &packets);
        let out: Vec<&[u8]> = frames(&events).iter().map(|frame| frame.data.as_slice()).collect();
        let expected: Vec<&[u8]> =
            decodable(&all, &pictures).into_iter().map(|place| pictures[place].as_slice()).collect();
        prop_assert_eq!(out, expected);
        let first = frames(&events).first().map(|frame| place_of(frame, &pictures));
        for frame in frames(&events) {
            let since = place_of(frame, &pictures) - first.unwrap();
            prop_assert_eq!(frame.time.as_millis(), since as u128 * 100 / 3, "at {}", since);
            prop_assert_eq!(frame.size, frame.is_key.then_some((320, 240)));
        }
    }

    #[test]
    fn however_late_packets_come_nothing_broken_comes_out(all in sent(2000)) {
        let begin = Instant::now();
        let (packets, pictures) = deliveries(&all, begin);
        let mut assembler = Assembler::new(Kind::Video, begin);
        let events = run(&mut assembler, &packets);
        let mut last: Option<usize> = None;
        let mut is_asked = false;
        for event in &events {
            let FrameEvent::Frame(frame) = event else {
                is_asked = true;
                continue;
            };
            let place = place_of(frame, &pictures);
            let follows = last.is_some_and(|last| place == last + 1);
            prop_assert!(frame.is_key || follows, "{} after {:?}", place, last);
            prop_assert!(last.is_none_or(|last| place > last));
            prop_assert!(follows || last.is_none() || is_asked, "no key frame asked for before {}", place);
            is_asked = false;
            last = Some(place);
        }
    }

    #[test]
    fn sound_comes_in_order_and_what_is_lost_is_skipped(
        fates in prop::collection::vec(prop_oneof![
            6 => Just(Some(0_u64)), 2 => (0..55_u64).prop_map(Some), 1 => Just(None)
        ], 1..200),
    ) {
        let begin = Instant::now();
        let mut packets: Vec<Packet> = Vec::new();
        for (place, fate) in fates.iter().enumerate() {
            let late = if place == 0 { Some(0) } else { *fate };
            let time = FIRST_STAMP.wrapping_add(place as u32 * 960);
            let slot = begin + Duration::from_millis(20) * place as u32;
            packets.extend(late.map(|late| {
                let arrived = slot + Duration::from_millis(late);
                packet(FIRST_NUMBER + place as u64, time, false, vec![place as u8, 1], arrived)
            }));
        }
        let expected: Vec<u8> = packets.iter().map(|packet| packet.payload[0]).collect();
        packets.sort_by_key(|packet| packet.arrived);
        let mut assembler = Assembler::new(Kind::Audio, begin);
        let events = run(&mut assembler, &packets);
        let out = frames(&events);
        prop_assert_eq!(out.len(), events.len());
        prop_assert_eq!(out.iter().map(|frame| frame.data[0]).collect::<Vec<_>>(), expected);
        for frame in out {
            prop_assert_eq!(frame.time.as_millis(), u128::from(frame.data[0]) * 20);
        }
    }

    #[test]
    fn garbage_does_no_harm(
        all in prop::collection::vec(
            (any::<u32>(), any::<u32>(), any::<bool>(), prop::collection::vec(any::<u8>(), 0..30), 0..4_u32),
            0..60,
        ),
        is_audio in any::<bool>(),
    ) {
        let begin = Instant::now();
        let mut assembler = Assembler::new(if is_audio { Kind::Audio } else { Kind::Video }, begin);
        let packets: Vec<Packet> = all
            .into_iter()
            .enumerate()
            .map(|(place, (number, time, marker, payload, source))| {
                let arrived = begin + Duration::from_millis(20) * place as u32;
                Packet { source, ..packet(u64::from(number), time, marker, payload, arrived) }
            })
            .collect();
        let mut last = Duration::ZERO;
        for frame in frames(&run(&mut assembler, &packets)) {
            prop_assert!(frame.time >= last && frame.time < Duration::from_secs(60));
            last = frame.time;
        }
    }
}

fn place_of(frame: &Frame, pictures: &[Vec<u8>]) -> usize {
    pictures.iter().position(|picture| *picture == frame.data).unwrap()
}

fn whole(number: u64, time: u32, source: u32, is_key: bool, arrived: Instant) -> Packet {
    let payload = [descriptor(true, 0), picture(1, is_key, 5)].concat();
    Packet { source, ..packet(number, time, true, payload, arrived) }
}

#[test]
fn a_key_frame_is_asked_for_until_it_comes() {
    let begin = Instant::now();
    let at = |ms| begin + Duration::from_millis(ms);
    let mut assembler = Assembler::new(Kind::Video, begin);
    let mut push = |packet: Packet| {
        assembler.insert(&packet);
        std::iter::from_fn(|| assembler.poll(packet.arrived)).collect::<Vec<_>>()
    };
    // Taking the track asked for one.
    assert_eq!(push(whole(1, 0, 7, false, at(500))), []);
    assert_eq!(push(whole(2, 3000, 7, false, at(1100))), [FrameEvent::NeedsKeyFrame]);
    assert_eq!(push(whole(3, 6000, 7, false, at(1200))), []);
    assert_eq!(push(whole(4, 9000, 7, true, at(1300))).len(), 1);
    assert_eq!(push(whole(6, 15000, 7, false, at(1400))), []);
    assert_eq!(assembler.deadline(), Some(at(1800)));
    assert_eq!(assembler.poll(at(1799)), None);
    assert_eq!(assembler.poll(at(1800)), Some(FrameEvent::NeedsKeyFrame));
    assert_eq!(assembler.poll(at(1800)), None);
    assert_eq!(assembler.deadline(), None);
}

#[test]
fn key_frames_of_an_absurd_size_are_dropped_and_another_is_asked_for() {
    let begin = Instant::now();
    let sized = |number: u64, width: u16, height: u16| {
        let [a, b] = width.to_le_bytes();
        let [c, d] = height.to_le_bytes();
        let data = [0x50, 1, 0, 0x9d, 0x01, 0x2a, a, b, c, d, 1, 2, 3];
        packet(number, number as u32 * 3000, true, [&descriptor(true, 0)[..], &data].concat(), begin)
    };
    // The upper two bits of each are a scale.
    for (width, height) in [(16, 16), (4096, 4096), (4096, 256), (640 | 0x4000, 360 | 0xc000)] {
        let mut assembler = Assembler::new(Kind::Video, begin);
        assembler.insert(&sized(1, width, height));
        let size = Some((width & 0x3fff, height & 0x3fff));
        let event = assembler.poll(begin);
        assert!(matches!(&event, Some(FrameEvent::Frame(frame)) if frame.size == size), "{event:?}");
    }
    for (width, height) in [(16_383, 16_383), (4097, 640), (640, 15), (0, 0), (4096, 240), (20, 400)] {
        let mut assembler = Assembler::new(Kind::Video, begin);
        let mut push = |packet: Packet| {
            assembler.insert(&packet);
            std::iter::from_fn(|| assembler.poll(begin)).collect::<Vec<_>>()
        };
        assert_eq!(push(sized(1, 640, 360)).len(), 1);
        assert_eq!(push(sized(2, width, height)), [FrameEvent::NeedsKeyFrame], "{width}x{height}");
        assert_eq!(push(whole(3, 9000, 7, false, begin)), [], "builds on what was dropped");
        assert_eq!(push(sized(4, 640, 360)).len(), 1);
    }
}

#[test]
fn the_time_goes_on_when_the_source_changes() {
    let begin = Instant::now();
    let at = |ms| begin + Duration::from_millis(ms);
    let mut assembler = Assembler::new(Kind::Video, begin);
    let packets = [
        whole(1, 500_000, 7, true, at(0)),
        whole(2, 509_000, 7, false, at(100)),
        whole(70_000, 9, 8, true, at(350)),
        whole(3, 518_000, 7, false, at(360)),
        whole(70_001, 9009, 8, false, at(460)),
        // Believed no more than the clock.
        whole(70_002, 900_000_000, 8, false, at(500)),
    ];
    let events = run(&mut assembler, &packets);
    let times: Vec<u128> = frames(&events).iter().map(|frame| frame.time.as_millis()).collect();
    assert_eq!(times, [0, 100, 350, 450, 490]);
}

#[test]
fn sender_reports_tell_when_a_frame_was_captured() {
    let begin = Instant::now();
    let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    let mut assembler = Assembler::new(Kind::Audio, begin);
    let mut captured = |number: u64, time: u32, clock| {
        assembler.insert(&Packet { clock, ..packet(number, time, false, vec![1], begin) });
        match assembler.poll(begin) {
            Some(FrameEvent::Frame(frame)) => frame.captured,
            other => panic!("{other:?}"),
        }
    };
    let near_the_end = u32::MAX - 47;
    assert_eq!(captured(1, 0, None), None);
    assert_eq!(captured(2, 48_000, Some((moment, 0))), Some(moment + Duration::from_secs(1)));
    assert_eq!(captured(3, 48_000, Some((moment, 96_000))), Some(moment - Duration::from_secs(1)));
    assert_eq!(captured(4, 48_000, Some((moment, near_the_end))), Some(moment + Duration::from_millis(1001)));
    assert_eq!(captured(5, 48_000, Some((moment, 1 << 31))), None);
}
