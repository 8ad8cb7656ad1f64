//! Packets that wait for each other go out together.

use super::*;

/// Numbers of the packets of each source that went to an address, as they are on the wire.
fn numbers_to(scene: &mut Scene, address: SocketAddr) -> BTreeMap<u32, Vec<u16>> {
    let mut numbers: BTreeMap<u32, Vec<u16>> = BTreeMap::new();
    while let Some(output) = scene.worker.poll() {
        if let WorkerOutput::Transmit { to, contents, .. } = &output {
            let is_media = contents[0] >> 6 == 2 && !(192..=223).contains(&contents[1]);
            if *to == address && is_media {
                let source = u32::from_be_bytes(contents[8..12].try_into().unwrap());
                numbers.entry(source).or_default().push(u16::from_be_bytes([contents[2], contents[3]]));
            }
        }
        scene.deliver(output);
    }
    numbers
}

#[test]
fn packets_written_together_go_out_at_once_and_in_order() {
    let mut scene = Scene::new();
    scene.join("a", &[(Kind::Video, "cam"), (Kind::Audio, "mic")]);
    scene.join("b", &[(Kind::Audio, "voice")]);
    scene.run(Duration::from_secs(1));
    let now = scene.now;
    let (from, to) = (scene.client("a").address, scene.client("b").address);
    let mut written = 0;
    for _ in 0..20 {
        scene.client("a").send_frames(500, now);
    }
    for datagram in std::mem::take(&mut scene.client("a").transmits) {
        scene.worker.datagram(Protocol::Udp, from, &datagram, now);
        assert!(scene.worker.written() >= written);
        written = scene.worker.written();
    }
    assert_eq!(written, 20 * 3, "two packets of each picture, one of each sound");
    assert!(numbers_to(&mut scene, to).is_empty());
    scene.worker.flush(now);
    assert_eq!(scene.worker.written(), 0);
    let numbers = numbers_to(&mut scene, to);
    let mut counts: Vec<usize> = numbers.values().map(Vec::len).collect();
    counts.sort_unstable();
    assert_eq!(counts, [20, 40]);
    for own in numbers.values() {
        assert!(own.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1)), "{own:?}");
    }
    let soon = scene.now + Duration::from_millis(5);
    assert!(scene.worker.deadline().unwrap() <= soon, "the engine is asked what it wants besides");
    scene.run(Duration::from_millis(100));
    assert_eq!(scene.frames("b", "VIDEO_cam"), 20);
}
