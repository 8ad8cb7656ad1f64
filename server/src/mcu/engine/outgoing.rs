//! How a track looks on one line: numbers of its own, which begin low and go on without a gap
//! when the publisher's source changes.

use str0m::media::{ExtensionValues, Pt};
use str0m::rtp::{RtpWrite, SeqNo, VideoOrientation};

use crate::mcu::packet::Packet;
use crate::mcu::sdp::Kind;

/// Room below the first packet for ones that come late.
const FIRST_NUMBER: u64 = 4096;

/// A track on its way to one client.
#[derive(Debug)]
pub(super) struct Outgoing {
    ssrc: u32,
    payload_type: Pt,
    kind: Kind,
    base: Option<Base>,
    /// Of the latest packet.
    last: (u64, u32),
}

#[derive(Debug, Clone, Copy)]
struct Base {
    source: u32,
    sequence: u64,
    time: u32,
    own_sequence: u64,
    own_time: u32,
    since: std::time::Instant,
}

impl Outgoing {
    pub(super) fn new(ssrc: u32, payload_type: Pt, kind: Kind) -> Self {
        Self { ssrc, payload_type, kind, base: None, last: (FIRST_NUMBER, 0) }
    }

    pub(super) fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The packet with the numbers of this line. A receiver takes part of the number for granted
    /// (RFC 3711 3.3.1), so the first ones must be small, whatever those of the publisher are.
    pub(super) fn packet(&mut self, packet: &Packet) -> Option<(u32, RtpWrite)> {
        let (sequence, time) = self.renumber(packet)?;
        let values = ExtensionValues {
            audio_level: packet.audio_level.map(|(level, _)| level),
            voice_activity: packet.audio_level.and_then(|(_, speech)| speech),
            video_orientation: packet.rotation.map(orientation),
            ..ExtensionValues::default()
        };
        let sequence = SeqNo::from(sequence);
        let write = RtpWrite::new(
            self.payload_type,
            sequence,
            time,
            packet.arrived,
            std::sync::Arc::clone(&packet.payload),
        )
        .marker(packet.marker)
        .nackable(self.kind == Kind::Video)
        .ext_vals(values);
        Some((self.ssrc, write))
    }

    fn renumber(&mut self, packet: &Packet) -> Option<(u64, u32)> {
        let clock_rate = if self.kind == Kind::Audio { 48_000 } else { 90_000 };
        let base = match self.base {
            Some(base) if base.source == packet.source => base,
            before => {
                // Another source goes on where the one before ended, after the time that passed.
                let (own_sequence, own_time) = match before {
                    None => (FIRST_NUMBER, packet.time),
                    Some(before) => {
                        let passed = packet.arrived.saturating_duration_since(before.since).as_millis();
                        let ticks =
                            u64::try_from(passed).unwrap_or(u64::MAX).saturating_mul(clock_rate) / 1000;
                        let since_base = u32::try_from(ticks & u64::from(u32::MAX)).unwrap_or_default();
                        (self.last.0.saturating_add(1), before.own_time.wrapping_add(since_base))
                    }
                };
                let base = Base {
                    source: packet.source,
                    sequence: packet.sequence,
                    time: packet.time,
                    own_sequence,
                    own_time,
                    since: packet.arrived,
                };
                self.base = Some(base);
                base
            }
        };
        let sequence = base
            .own_sequence
            .checked_add(packet.sequence)?
            .checked_sub(base.sequence)
            .filter(|own| *own > 0)?;
        let time = base.own_time.wrapping_add(packet.time.wrapping_sub(base.time));
        if sequence >= self.last.0 {
            self.last = (sequence, time);
        }
        Some((sequence, time))
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn numbers_begin_low_and_survive_a_change_of_source() {
        let start = Instant::now();
        let packet = |source, sequence, time, after| Packet {
            sequence,
            time,
            source,
            marker: false,
            payload: [1_u8].into(),
            arrived: start + Duration::from_millis(after),
            audio_level: None,
            rotation: None,
            clock: None,
        };
        let mut outgoing = Outgoing::new(1, 96.into(), Kind::Video);
        let mut own = |packet| outgoing.renumber(&packet);
        assert_eq!(own(packet(7, 200_000, 1000, 0)), Some((4096, 1000)));
        assert_eq!(own(packet(7, 200_002, 4000, 33)), Some((4098, 4000)));
        assert_eq!(own(packet(7, 200_001, 4000, 40)), Some((4097, 4000)), "late");
        assert_eq!(own(packet(7, 190_000, 0, 40)), None, "far too late");
        // Half a second after the first packet another source begins.
        assert_eq!(own(packet(9, 5, 77, 500)), Some((4099, 46_000)));
        assert_eq!(own(packet(9, 6, 3077, 533)), Some((4100, 49_000)));
    }
}
