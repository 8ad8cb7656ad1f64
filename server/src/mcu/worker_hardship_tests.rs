//! What a room bears: publishers that stop and begin again and again, loss, crowds, clients that
//! move.

use super::*;
use crate::mcu::engine::test_client::Numbers;
use crate::mcu::ffmpeg::Ffmpeg;
use crate::mcu::rtmp::{LiveStreamLimits, LiveStreams, ThisMachine};

fn sections(description: &Json) -> usize {
    description["sdp"].as_str().unwrap().matches("\r\nm=").count()
}

#[test]
fn a_hundred_times_stopped_and_sent_again_takes_no_more_lines_and_leaves_no_gap() {
    const RECEIVERS: [&str; 3] = ["ben", "cleo", "dan"];
    let mut scene = Scene::new();
    scene.join("anna", &[(Kind::Video, "cam0"), MICROPHONE]);
    for id in RECEIVERS {
        scene.join(id, &[]);
    }
    scene.run(Duration::from_millis(500));
    scene.stream(Duration::from_millis(200));
    let lines = |scene: &Scene, id: &str| {
        scene.heard[id].iter().rfind(|message| message["type"] == "offer").map(sections).unwrap()
    };
    let before = RECEIVERS.map(|id| lines(&scene, id));
    for cycle in 1..=100 {
        let now = scene.now;
        scene.client("anna").stop(&format!("cam{}", cycle - 1), now);
        scene.run(Duration::from_millis(50));
        let now = scene.now;
        scene.client("anna").send_again(0, Kind::Video, &format!("cam{cycle}"), now);
        scene.run(Duration::from_millis(50));
        scene.stream(Duration::from_millis(100));
        assert_eq!(scene.worker.sizes(), [1, 4, 2, 6], "cycle {cycle}");
    }
    assert_eq!(RECEIVERS.map(|id| lines(&scene, id)), before);
    for id in RECEIVERS {
        for cycle in 0..=100 {
            let frames = scene.frames(id, &format!("VIDEO_cam{cycle}"));
            assert!(frames >= 2, "{id} got {frames} of cycle {cycle}");
        }
        let client = scene.client(id);
        assert!(!client.frames.contains_key("nobody"));
        for numbers in client.numbers.values() {
            assert_eq!(numbers.missing(), 0, "{id}: {numbers:?}");
        }
    }
    assert!(scene.counters.get(Note::BadDescription) == 0 && scene.counters.get(Note::GivenUp) == 0);
}

/// How long it took from each picture to the next, each shown as soon as all up to it are there. They
/// have two packets.
fn waits(pictures: &Numbers) -> Vec<Duration> {
    let mut latest = *pictures.came.values().next().unwrap();
    let mut shown = Vec::new();
    for (number, came) in &pictures.came {
        latest = latest.max(*came);
        if (number - pictures.first) % 2 == 1 {
            shown.push(latest);
        }
    }
    shown.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// How much later one packet of sound came than another, where one is sent every 35 ms.
fn jitter(sound: &Numbers) -> Duration {
    let begun = sound.came[&sound.first];
    let late = |(number, came): (&u64, &Instant)| {
        *came - (begun + Duration::from_millis(35) * u32::try_from(number - sound.first).unwrap())
    };
    sound.came.iter().map(late).max().unwrap()
}

#[test]
fn of_five_percent_that_are_lost_each_way_almost_none_stay_lost() {
    let mut scene = Scene::new();
    scene.join("anna", &[CAMERA, MICROPHONE]);
    scene.join("ben", &[]);
    scene.stream(Duration::from_millis(500));
    let frames_before = scene.frames("ben", "VIDEO_cam");
    let asked_before = scene.client("anna").key_frames_wanted;
    scene.loss = 5;
    let begun = scene.now;
    scene.stream(Duration::from_secs(60));
    let span = scene.now - begun;
    scene.loss = 0;
    scene.stream(Duration::from_secs(1));
    scene.run(Duration::from_secs(1));
    let sent = u64::try_from((span + Duration::from_secs(1)).as_millis()).unwrap() / 35;
    let got = scene.frames("ben", "VIDEO_cam") - frames_before;
    assert!(got * 1000 >= sent * 998, "{got} of {sent} pictures");
    let client = scene.client("ben");
    let of = |medium: &str| client.numbers.values().find(|numbers| numbers.medium == medium).unwrap();
    let pictures = of("VIDEO_cam");
    assert!(pictures.missing() * 1000 <= pictures.count, "{} are missing", pictures.missing());
    // As browsers count: what takes 150 ms longer than usual is a freeze.
    let waits = waits(pictures);
    let freezes = waits.iter().filter(|wait| **wait > Duration::from_millis(35 + 150)).count();
    assert!(freezes <= 1, "{freezes} in a minute: {:?}", waits.iter().max());
    // Sound is not asked for again, so as not to be late: two ways of 5 % each.
    let sound = of("AUDIO_mic");
    assert!(jitter(sound) < Duration::from_millis(80), "{:?}", jitter(sound));
    let lost = sound.missing() * 1000 / (sound.missing() + sound.count);
    assert!((60..140).contains(&lost), "{lost} of 1000");
    // What is repaired needs no key frame.
    let asked = scene.client("anna").key_frames_wanted - asked_before;
    assert!(asked <= 2, "{asked}");
}

#[test]
fn twenty_newcomers_within_two_seconds_ask_for_four_key_frames() {
    let mut scene = Scene::new();
    scene.join("anna", &[CAMERA]);
    scene.stream(Duration::from_secs(1));
    let before = scene.client("anna").key_frames_wanted;
    let begun = scene.now;
    for number in 0..20 {
        let number = u8::try_from(number).unwrap();
        let mut client = TestClient::new(&format!("guest{number}"), number + 50, scene.now);
        client.offer(&[], scene.now);
        scene.clients.push(client);
        scene.run(Duration::from_millis(95));
    }
    assert!(scene.now - begun < Duration::from_secs(2));
    let wanted = scene.client("anna").key_frames_wanted - before;
    assert!((3..=4).contains(&wanted), "{wanted}");
    scene.stream(Duration::from_millis(700));
    for number in 0..20 {
        assert!(scene.frames(&format!("guest{number}"), "VIDEO_cam") > 10);
    }
}

/// Until both see each other again; how long that took.
fn until_both_see_again(scene: &mut Scene) -> Duration {
    let seen = |scene: &Scene| [scene.frames("ben", "VIDEO_cam"), scene.frames("anna", "VIDEO_ben-cam")];
    let (before, since) = (seen(scene), scene.now);
    while seen(scene).iter().zip(before).any(|(now, before)| *now < before + 3) {
        scene.stream(Duration::from_millis(35));
        assert!(scene.now - since < Duration::from_secs(2), "media are not back");
    }
    scene.now - since
}

#[test]
fn who_gets_another_address_has_its_media_back_within_two_seconds() {
    let mut scene = Scene::new();
    scene.join("anna", &[CAMERA]);
    scene.join("ben", &[(Kind::Video, "ben-cam")]);
    scene.run(Duration::from_millis(500));
    let own = scene.client("anna").address;
    for number in 0..6 {
        scene.stream(Duration::from_millis(300 * (number + 1)));
        let new = SocketAddr::from(([203, 0, 113, 9], 6000 + u16::try_from(number).unwrap()));
        scene.moved.insert(own, new);
        if number % 2 == 0 {
            // A page that notices begins anew.
            let now = scene.now;
            scene.client("anna").restart_ice(now);
            until_both_see_again(&mut scene);
        } else {
            let moved = scene.now;
            // Else its next check tells, whenever that is due.
            while !scene.worker.addresses.contains_key(&(Protocol::Udp, new)) {
                scene.stream(Duration::from_millis(35));
            }
            let took = until_both_see_again(&mut scene);
            assert!(took < Duration::from_millis(300), "{took:?} after the check");
            let unseen = scene.now - moved;
            assert!(unseen <= Duration::from_secs(2), "{unseen:?} in all");
        }
    }
}

#[test]
fn what_comes_on_streams_far_up_is_not_taken() {
    let mut scene = Scene::new();
    for id in ["anna", "ben"] {
        scene.join(id, &[]);
    }
    scene.run(Duration::from_millis(500));
    let now = scene.now;
    let near = scene.client("anna").write_untold(400, now);
    scene.run(Duration::from_millis(500));
    assert_eq!(scene.client("anna").unacknowledged(near), 0);
    let now = scene.now;
    let far = scene.client("anna").write_untold(1400, now);
    scene.run(Duration::from_secs(3));
    assert_eq!(scene.client("anna").unacknowledged(far), 12);
    // Others have nothing to do with it.
    let now = scene.now;
    scene.client("ben").send_text(r#"{"type":"MESSAGE","isPrivate":false,"data":1}"#, now);
    scene.run(Duration::from_millis(300));
    assert_eq!(scene.client("anna").texts.len(), 1);
}

/// A packet as genuine as anybody could make it who knows a client's address but not its keys.
fn forged(payload_type: u8, source: u32, named: &[(u8, &str)]) -> Vec<u8> {
    let mut packet = vec![0x90, payload_type, 0, 1, 0, 0, 0, 0];
    packet.extend(source.to_be_bytes());
    let mut elements = Vec::new();
    for (number, name) in named {
        elements.push(number << 4 | u8::try_from(name.len() - 1).unwrap());
        elements.extend(name.as_bytes());
    }
    elements.resize(elements.len().next_multiple_of(4), 0);
    packet.extend([0xbe, 0xde, 0, u8::try_from(elements.len() / 4).unwrap()]);
    packet.extend(elements);
    packet.extend([7; 100]);
    packet
}

#[test]
fn forged_packets_at_the_address_of_a_client_take_no_place_and_leave_nothing_behind() {
    const VP8: u8 = 96;
    const RESENT_VP8: u8 = 97;
    const OPUS: u8 = 111;
    const LINE: u8 = 4;
    const LAYER: u8 = 10;
    const RESENT_LAYER: u8 = 11;
    let mut scene = Scene::new();
    scene.join_with_layers("anna", "cam");
    let now = scene.now;
    scene.client("anna").offer(&[MICROPHONE], now);
    scene.join("ben", &[]);
    scene.stream(Duration::from_millis(500));
    let from = scene.client("anna").address;
    let (camera, microphone) = (scene.client("anna").line(0), scene.client("anna").line(1));
    let key = scene.worker.key("r", "anna").unwrap();
    let before = scene.worker.connections.get_mut(&key).unwrap().engine.kept_sources();
    assert_eq!(before.len(), 4, "three layers and a microphone: {before:?}");
    for number in 1000..2000_u32 {
        // One that comes again and again, and new ones.
        for source in [7, number] {
            for packet in [
                forged(OPUS, source, &[(LINE, &microphone)]),
                forged(VP8, source, &[(LINE, &camera)]),
                forged(VP8, source, &[(LINE, &camera), (LAYER, "f")]),
                forged(VP8, source, &[(LINE, &camera), (LAYER, "-")]),
                forged(RESENT_VP8, source, &[(LINE, &camera), (RESENT_LAYER, "q")]),
            ] {
                scene.worker.datagram(Protocol::Udp, from, &packet, scene.now);
            }
        }
    }
    scene.exchange();
    let engine = &mut scene.worker.connections.get_mut(&key).unwrap().engine;
    assert_eq!(engine.kept_sources(), before);
    assert!(!(0..2000).any(|source| engine.keeps(source)));
    let seen = |scene: &Scene| [scene.frames("ben", "VIDEO_cam"), scene.frames("ben", "AUDIO_mic")];
    let frames = seen(&scene);
    scene.stream(Duration::from_secs(1));
    let now = seen(&scene);
    assert!(now[0] > frames[0] + 20 && now[1] > frames[1] + 20, "{frames:?}, {now:?}");
    assert_eq!(scene.client("ben").layer("VIDEO_cam"), Some(2));
}

#[test]
fn a_client_has_so_many_sources_and_no_more() {
    let mut scene = Scene::new();
    scene.join("anna", &[MICROPHONE]);
    scene.join("ben", &[MICROPHONE]);
    scene.stream(Duration::from_millis(500));
    let now = scene.now;
    for number in 1000..1600_u32 {
        // Back to an earlier one each time, as the engine would keep both then.
        for source in [7, number] {
            scene.client("anna").send_from(source, 0, now);
        }
        scene.exchange();
    }
    let key = scene.worker.key("r", "anna").unwrap();
    let engine = &mut scene.worker.connections.get_mut(&key).unwrap().engine;
    let kept = (0..2000).filter(|source| engine.keeps(*source)).count();
    let kept = [kept, engine.proven_count()];
    assert!(kept.iter().all(|count| (1..=256).contains(count)), "{kept:?}");
    let frames = scene.frames("anna", "AUDIO_mic");
    scene.stream(Duration::from_secs(1));
    assert!(scene.frames("anna", "AUDIO_mic") > frames + 20, "of ben");
}

/// A real ffmpeg that sends to somebody who takes nothing.
#[test]
fn a_live_stream_that_nobody_takes_holds_no_packet_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("rtmp://{}/live/key", listener.local_addr().unwrap());
    let limits = LiveStreamLimits { private_addresses: true, ..LiveStreamLimits::default() };
    let streams = LiveStreams::new(&Ffmpeg::find(None).unwrap(), limits, ThisMachine::default());
    // Beside it the same without a live stream, in turns: whatever else the machine does meets both.
    let (mut scene, mut usual) = (Scene::with_taps(vec![streams.taps()]), Scene::new());
    for scene in [&mut scene, &mut usual] {
        scene.join("anna", &[MICROPHONE]);
        scene.join("ben", &[(Kind::Video, "ben-cam")]);
        scene.stream(Duration::from_secs(1));
        scene.spent.clear();
        // More than ffmpeg, the pipe and what may wait for them take, before it is given up.
        scene.client("anna").sound_bytes = 1000;
    }
    scene.client("anna").says.push(json!({"type": "startRTMP", "target": "MCU", "rid": "r", "mid": "anna",
        "rtmpId": "live", "streamId": "mic", "endpoint": endpoint}));
    let before = scene.frames("ben", "AUDIO_mic");
    const STEPS: u64 = 300;
    for _ in 0..STEPS {
        for scene in [&mut scene, &mut usual] {
            for _ in 0..5 {
                let now = scene.now;
                scene.client("anna").send_frames(700, now);
            }
            scene.run(Duration::from_millis(35));
        }
    }
    let mut metrics = String::new();
    streams.write_metrics(&mut metrics);
    assert!(metrics.contains("skylink_media_live_stream_attempts_total 1\n"), "{metrics}");
    assert!(!metrics.contains("skylink_media_live_stream_pieces_lost_total 0\n"), "more came than waits");
    assert_eq!(scene.frames("ben", "AUDIO_mic") - before, STEPS * 5);
    // Of a hundred datagrams the slowest but one. On a machine that has much else to do, what waits for a
    // processor may take some of its turns, but then of both.
    const LATE: Duration = Duration::from_millis(5);
    let [[median, late, latest], [_, usual, _]] = [&mut scene, &mut usual].map(|scene| {
        scene.spent.sort();
        let count = scene.spent.len();
        [count / 2, count * 99 / 100, count - 1].map(|place| scene.spent[place])
    });
    assert!(median < LATE && late < (usual * 3).max(LATE), "{median:?}, {late:?} beside {usual:?}");
    // Whoever waits for ffmpeg waits until it is killed.
    assert!(latest < Duration::from_secs(1), "{latest:?}");
}
