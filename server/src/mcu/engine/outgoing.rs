//! How packets look on one line.

use std::sync::Arc;

use str0m::media::{ExtensionValues, Pt};
use str0m::rtp::{RtpWrite, SeqNo, VideoOrientation, Vp8Descriptor, Vp8Patch};

use crate::mcu::layers::renumber::Numbers;
use crate::mcu::packet::Packet;
use crate::mcu::sdp::{Kind, Source};

/// A track on its way to one client.
#[derive(Debug)]
pub(super) struct Outgoing {
    source: Source,
    payload_type: Pt,
    kind: Kind,
}

impl Outgoing {
    pub(super) fn new(source: Source, payload_type: Pt, kind: Kind) -> Self {
        Self { source, payload_type, kind }
    }

    pub(super) fn source(&self) -> Source {
        self.source
    }

    /// The packet with the numbers that it has on this line.
    pub(super) fn packet(&self, packet: &Packet, numbers: &Numbers) -> RtpWrite {
        let values = ExtensionValues {
            audio_level: packet.audio_level.map(|(level, _)| level),
            voice_activity: packet.audio_level.and_then(|(_, speech)| speech),
            video_orientation: packet.rotation.map(orientation),
            ..ExtensionValues::default()
        };
        let sequence = SeqNo::from(numbers.sequence);
        let payload = Arc::clone(&packet.payload);
        let write = RtpWrite::new(self.payload_type, sequence, numbers.time, packet.arrived, payload)
            .marker(packet.marker)
            .nackable(self.kind == Kind::Video)
            .ext_vals(values);
        match patch(&packet.payload, numbers) {
            Some(patch) => write.vp8_patch(patch),
            None => write,
        }
    }
}

/// What is to be changed in the payload descriptor, if anything is.
fn patch(payload: &[u8], numbers: &Numbers) -> Option<Vp8Patch> {
    let picture = numbers.picture?;
    let descriptor = Vp8Descriptor::parse(payload).ok()?;
    let is_same =
        descriptor.picture_id() == Some(picture.value) && descriptor.tl0_pic_idx() == numbers.base_picture;
    if is_same {
        return None;
    }
    let patch = descriptor.patch().picture_id(picture.value);
    match numbers.base_picture {
        Some(number) => patch.tl0_pic_idx(number).build().ok(),
        None => patch.build().ok(),
    }
}

pub(super) fn quarter_turns(orientation: VideoOrientation) -> u8 {
    match orientation {
        VideoOrientation::Deg0 => 0,
        VideoOrientation::Deg90 => 1,
        VideoOrientation::Deg180 => 2,
        VideoOrientation::Deg270 => 3,
    }
}

fn orientation(quarter_turns: u8) -> VideoOrientation {
    match quarter_turns {
        1 => VideoOrientation::Deg90,
        2 => VideoOrientation::Deg180,
        3 => VideoOrientation::Deg270,
        _ => VideoOrientation::Deg0,
    }
}
