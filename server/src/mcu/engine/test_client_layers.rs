//! Cameras in three layers, and what receivers see of them.

use std::collections::BTreeMap;
use std::time::Instant;

use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid, Rid, Simulcast, SimulcastLayer};
pub use str0m::rtp::VideoOrientation;
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite};

use super::TestClient;
use crate::mcu::layers::descriptor::Descriptor;
use crate::mcu::sdp::Kind;

pub const RIDS: [&str; 3] = ["q", "h", "f"];
/// Width and height of each layer, and bytes of its frames.
const LAYERS: [(u16, u16, usize); 3] = [(320, 180, 400), (640, 360, 1600), (1280, 720, 4000)];

/// A camera in layers.
pub struct Camera {
    pub mid: Mid,
    /// How many layers flow.
    pub active: usize,
    /// How its pictures are to be turned.
    pub orientation: VideoOrientation,
    /// Bytes of a frame of each layer.
    pub sizes: [usize; 3],
    needs_key: [bool; 3],
    pictures: [u16; 3],
    sequences: [u64; 3],
    /// Key frames that were asked for.
    pub asked: [u32; 3],
}

/// One packet as a receiver got it.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub sequence: u64,
    pub time: u32,
    pub picture: u16,
    pub base_picture: u8,
    pub begins_key_frame: bool,
    pub layer: u8,
    pub at: Instant,
}

impl TestClient {
    /// Offers a camera in three layers.
    pub fn offer_layers(&mut self, stream: &str, now: Instant) {
        let mut simulcast = Simulcast::new();
        RIDS.iter().for_each(|rid| simulcast.add_send_layer(SimulcastLayer::new(rid)));
        let mut change = self.rtc.sdp_api();
        let id = Some(stream.to_owned());
        let mid = change.add_media(MediaKind::Video, Direction::SendOnly, id, None, Some(simulcast));
        if self.channel.is_none() {
            self.channel = Some(change.add_channel("main".to_owned()));
        }
        let applied = change.apply();
        self.camera = Some(Camera {
            mid,
            active: 3,
            orientation: VideoOrientation::Deg0,
            sizes: LAYERS.map(|(.., size)| size),
            needs_key: [true; 3],
            // About to overflow.
            pictures: [0x7ff0, 5, 0x7fa0],
            sequences: [65_500, 7, 40_000],
            asked: [0; 3],
        });
        self.propose(applied, vec![(mid, stream.to_owned(), Kind::Video)], now);
    }

    pub fn key_frame_wanted(&mut self, mid: Mid, rid: Option<Rid>) {
        let Some(camera) = self.camera.as_mut().filter(|camera| camera.mid == mid) else { return };
        let layer = RIDS.iter().position(|name| rid == Some(Rid::from(*name))).unwrap();
        camera.needs_key[layer] = true;
        camera.asked[layer] += 1;
    }

    /// One frame of each layer that flows.
    pub fn send_layers(&mut self, now: Instant) {
        let Some(active) = self.camera.as_ref().map(|camera| camera.active) else { return };
        for layer in 0..active {
            self.send_layer(layer, now);
        }
    }

    fn send_layer(&mut self, layer: usize, now: Instant) {
        let camera = self.camera.as_mut().unwrap();
        let (width, height, _) = LAYERS[layer];
        let size = camera.sizes[layer];
        let is_key = std::mem::take(&mut camera.needs_key[layer]);
        camera.pictures[layer] = (camera.pictures[layer] + 1) & 0x7fff;
        let picture = camera.pictures[layer];
        let mut frame = if is_key { vec![0x10, 0, 0, 0x9d, 0x01, 0x2a] } else { vec![0x11; 6] };
        frame.extend([width, height].map(u16::to_le_bytes).concat());
        frame.resize(size * if is_key { 3 } else { 1 }, 7);
        let ticks = now.duration_since(self.started).as_millis() as u64 * 90;
        // Layers have time stamps of their own.
        let time = (ticks + layer as u64 * 1_234_567) as u32;
        let mid = camera.mid;
        let pt = self.rtc.codec_config().find(|params| params.spec().codec == Codec::Vp8).unwrap().pt();
        let parts: Vec<&[u8]> = frame.chunks(900).collect();
        for (place, part) in parts.iter().enumerate() {
            let first = if place == 0 { 0x90 } else { 0x80 };
            let id = [0x80 | (picture >> 8) as u8, picture as u8];
            let descriptor = [first, 0xe0, id[0], id[1], picture as u8, 0x20];
            let payload = [&descriptor[..], part, &[layer as u8]].concat();
            let camera = self.camera.as_mut().unwrap();
            camera.sequences[layer] += 1;
            // As browsers do: with the last packet of a picture.
            let is_last = place + 1 == parts.len();
            let turned = ExtensionValues {
                video_orientation: is_last.then_some(camera.orientation),
                ..ExtensionValues::default()
            };
            let write = RtpWrite::new(pt, camera.sequences[layer].into(), time, now, payload)
                .marker(is_last)
                .nackable(true)
                .ext_vals(turned);
            let mut direct = self.rtc.direct_api();
            let Some(stream) = direct.stream_tx_by_mid(mid, Some(Rid::from(RIDS[layer]))) else { return };
            stream.write_rtp(write);
            self.drain(now);
            self.tick(now);
        }
    }

    pub fn see(&mut self, medium: &str, packet: &RtpPacket) {
        let Some(descriptor) = Descriptor::read(&packet.payload) else { return };
        let (Some(picture), Some(base_picture)) = (descriptor.picture, descriptor.base_picture) else {
            return;
        };
        let seen = Seen {
            sequence: *packet.seq_no,
            time: packet.header.timestamp,
            picture: picture.value,
            base_picture,
            begins_key_frame: descriptor.begins_key_frame,
            layer: *packet.payload.last().unwrap(),
            at: packet.timestamp,
        };
        self.seen.entry(medium.to_owned()).or_default().insert(seen.sequence, seen);
    }

    /// The layer that came last.
    pub fn layer(&self, medium: &str) -> Option<u8> {
        Some(self.seen.get(medium)?.last_key_value()?.1.layer)
    }
}

/// What came of one medium: one stream, another layer only at a key frame. Gives the layers in
/// their order.
pub fn check_stream(seen: &BTreeMap<u64, Seen>) -> Vec<u8> {
    let all: Vec<Seen> = seen.values().copied().collect();
    let mut layers = vec![all[0].layer];
    assert!(all[0].begins_key_frame, "{:?}", all[0]);
    for pair in all.windows(2) {
        let (before, after) = (pair[0], pair[1]);
        assert_eq!(after.sequence, before.sequence + 1, "a gap: {pair:?}");
        let pictures = after.picture.wrapping_sub(before.picture) & 0x7fff;
        assert!(pictures <= 1, "{pair:?}");
        assert_eq!(after.base_picture.wrapping_sub(before.base_picture), pictures as u8, "{pair:?}");
        let time = after.time.wrapping_sub(before.time);
        assert_eq!(time > 0, pictures == 1, "{pair:?}");
        assert!(time < 90_000 * 30, "{pair:?}");
        let passed = after.at.saturating_duration_since(before.at).as_millis() as u32;
        assert!(time.abs_diff(passed * 90) < 90 * 120, "time stamps follow the clock: {pair:?}");
        if after.layer != before.layer {
            assert!(after.begins_key_frame, "{pair:?}");
            layers.push(after.layer);
        }
    }
    layers
}
