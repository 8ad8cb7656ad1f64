//! Whole frames out of the packets of one track, in order, for whatever stores or converts media:
//! recorders and live streams.
//!
//! ```text
//! packets ─► reorder ─► depacketise ─► timeline ─► frames
//!            waits for   Vp8: whole     RTP time to
//!            repairs     pictures       time since the first frame
//! ```
//!
//! A packet that is missing is waited for, since the media server asks for it again: 400 ms for
//! pictures, 60 ms for sound. What does not come is skipped. Pictures then go on with the next key
//! frame, which has to be asked for ([`FrameEvent::NeedsKeyFrame`]); sound just goes on.

mod reorder;
#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]
mod tests;
mod timeline;
mod vp8;

use std::time::{Duration, Instant, SystemTime};

use super::packet::Packet;
use super::sdp::Kind;
use reorder::{Pulled, Reorder};
use timeline::Timeline;
use vp8::Vp8;

/// How long a missing packet is waited for.
const PATIENCE_FOR_PICTURES: Duration = Duration::from_millis(400);
const PATIENCE_FOR_SOUND: Duration = Duration::from_millis(60);
/// A key frame that does not come is asked for again.
const KEY_FRAME_PATIENCE: Duration = Duration::from_secs(1);

/// RTP time stamps a second (RFC 7741, RFC 7587).
const VIDEO_RATE: u32 = 90_000;
const AUDIO_RATE: u32 = 48_000;

/// One picture in VP8, or one packet of Opus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// As the encoder made it.
    pub data: Vec<u8>,
    /// Since the first frame of the track; never less than that of the frame before. Goes on
    /// evenly when the publisher's source changes.
    pub time: Duration,
    /// When its first packet came in.
    pub arrived: Instant,
    /// When it was captured, by the publisher's clock. The same clock for all tracks of a
    /// publisher, known after the first sender report.
    pub captured: Option<SystemTime>,
    /// Decoding may begin here. Always so with sound.
    pub is_key: bool,
    /// Width and height, in key frames of pictures.
    pub size: Option<(u16, u16)>,
    /// Quarter turns clockwise that the picture needs, if the publisher says so.
    pub rotation: Option<u8>,
}

/// What comes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FrameEvent {
    /// The next frame.
    Frame(Frame),
    /// Nothing comes out until the publisher makes a key frame: ask for one.
    NeedsKeyFrame,
}

/// Puts the packets of one track together.
#[derive(Debug)]
pub struct Assembler {
    reorder: Reorder,
    depacketiser: Depacketiser,
    timeline: Timeline,
    source: Option<u32>,
    former_source: Option<u32>,
    key_frame_asked: Instant,
}

#[derive(Debug)]
enum Depacketiser {
    Opus,
    Vp8(Vp8),
}

impl Assembler {
    /// For a track whose packets are asked for now, together with a key frame
    /// ([`super::tap::Order::Take`]).
    pub fn new(kind: Kind, now: Instant) -> Self {
        let (patience, depacketiser, rate) = match kind {
            Kind::Audio => (PATIENCE_FOR_SOUND, Depacketiser::Opus, AUDIO_RATE),
            Kind::Video | Kind::Data => {
                (PATIENCE_FOR_PICTURES, Depacketiser::Vp8(Vp8::default()), VIDEO_RATE)
            }
        };
        Self {
            reorder: Reorder::new(patience),
            depacketiser,
            timeline: Timeline::new(rate),
            source: None,
            former_source: None,
            key_frame_asked: now,
        }
    }

    /// A packet came in. [`Assembler::poll`] until there is nothing more.
    pub fn insert(&mut self, packet: &Packet) {
        if self.source != Some(packet.source) {
            if self.former_source == Some(packet.source) {
                return;
            }
            if self.source.is_some() {
                // What waits is of another numbering.
                self.reorder.clear();
                self.timeline.restart();
                self.interrupt();
            }
            self.former_source = self.source.replace(packet.source);
        }
        self.reorder.insert(packet.clone());
    }

    /// The next thing that came out.
    pub fn poll(&mut self, now: Instant) -> Option<FrameEvent> {
        loop {
            match self.reorder.pull(now)? {
                Pulled::Packet(packet) => {
                    if let Some(event) = self.depacketise(&packet, now) {
                        return Some(event);
                    }
                }
                Pulled::Gap => {
                    if self.interrupt() {
                        self.key_frame_asked = now;
                        return Some(FrameEvent::NeedsKeyFrame);
                    }
                }
            }
        }
    }

    /// When [`Assembler::poll`] has something to say although no packet comes.
    pub fn deadline(&self) -> Option<Instant> {
        self.reorder.deadline()
    }

    /// The track is over: nothing missing will come any more. [`Assembler::poll`] gives the rest.
    pub fn finish(&mut self) {
        self.reorder.finish();
    }

    /// Something is missing. True if a key frame is needed now that was not needed before.
    fn interrupt(&mut self) -> bool {
        match &mut self.depacketiser {
            Depacketiser::Opus => false,
            Depacketiser::Vp8(vp8) => vp8.interrupt(),
        }
    }

    fn depacketise(&mut self, packet: &Packet, now: Instant) -> Option<FrameEvent> {
        match &mut self.depacketiser {
            Depacketiser::Opus => {
                if packet.payload.is_empty() {
                    return None;
                }
                let (time, captured) = self.timeline.place(packet.time, packet.arrived, packet.clock);
                Some(FrameEvent::Frame(Frame {
                    data: packet.payload.to_vec(),
                    time,
                    arrived: packet.arrived,
                    captured,
                    is_key: true,
                    size: None,
                    rotation: None,
                }))
            }
            Depacketiser::Vp8(vp8) => {
                let before = vp8.needs_key_frame();
                let picture = vp8.push(packet);
                if let Some(picture) = picture {
                    let (time, captured) = self.timeline.place(picture.time, picture.arrived, packet.clock);
                    return Some(FrameEvent::Frame(Frame {
                        size: picture.size(),
                        is_key: picture.is_key(),
                        data: picture.data,
                        time,
                        arrived: picture.arrived,
                        captured,
                        rotation: picture.rotation,
                    }));
                }
                let is_overdue = now.saturating_duration_since(self.key_frame_asked) >= KEY_FRAME_PATIENCE;
                if vp8.needs_key_frame() && (!before || is_overdue) {
                    self.key_frame_asked = now;
                    return Some(FrameEvent::NeedsKeyFrame);
                }
                None
            }
        }
    }
}
