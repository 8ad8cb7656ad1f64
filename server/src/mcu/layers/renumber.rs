//! One numbering out of several: sequence numbers, time stamps and numbers of pictures go on
//! without a gap wherever the source, the layer or a pause would break them. What was lost on the
//! way to the media server stays lost: such a gap is passed on, and so is what fills it later.

use std::time::{Duration, Instant, SystemTime};

use super::descriptor::{Descriptor, PictureId};
use crate::mcu::packet::Packet;
use crate::mcu::sdp::Kind;

/// Room below the first packet for ones that come late. A receiver takes part of the number for
/// granted (RFC 3711 3.3.1), so the first ones must be small, whatever those of the publisher are.
const FIRST_NUMBER: u64 = 4096;
/// Two moments of a publisher's clock that are further apart do not belong together.
const LONGEST_STEP: Duration = Duration::from_secs(3600);

/// The numbers that a packet gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Sequence number, beyond 16 bits.
    pub sequence: u64,
    /// Time stamp.
    pub time: u32,
    /// Number of the picture, where the packet has one.
    pub picture: Option<PictureId>,
    /// Number of the picture of the lowest temporal layer, where the packet has one.
    pub base_picture: Option<u8>,
}

/// What is added to the numbers of a source, from one of its packets on.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    source: u32,
    /// Of its first packet, at the source.
    sequence: u64,
    /// Of its first packet, as it goes on.
    own_sequence: u64,
    time: u32,
    picture: u16,
    base_picture: u8,
}

/// The latest packet that went on.
#[derive(Debug, Clone, Copy)]
struct Last {
    numbers: Numbers,
    arrived: Instant,
    captured: Option<SystemTime>,
    picture: Option<PictureId>,
    base_picture: Option<u8>,
}

/// Gives numbers to the packets of one stream.
#[derive(Debug)]
pub struct Renumber {
    ticks_per_second: u32,
    stretch: Option<Stretch>,
    /// The one before, for what comes late.
    former: Option<Stretch>,
    last: Option<Last>,
}

impl Renumber {
    /// For a stream that nothing was sent of.
    pub fn new(kind: Kind) -> Self {
        let ticks_per_second = if kind == Kind::Audio { 48_000 } else { 90_000 };
        Self { ticks_per_second, stretch: None, former: None, last: None }
    }

    /// The numbers of a packet, or nothing if there is no room for it any more. `is_beginning`
    /// says that what came before was not passed on, or was something else; another source always
    /// is a beginning.
    pub fn number(&mut self, packet: &Packet, descriptor: Descriptor, is_beginning: bool) -> Option<Numbers> {
        if !is_beginning {
            if let Some(stretch) = self.stretch.filter(|stretch| stretch.source == packet.source) {
                if self.former.is_some() && packet.sequence < stretch.sequence {
                    return self.late(packet, descriptor);
                }
                return self.pass(&stretch, packet, descriptor);
            }
            if let Some(numbers) = self.late(packet, descriptor) {
                return Some(numbers);
            }
        }
        let stretch = self.begin(packet, descriptor);
        self.former = self.stretch.replace(stretch);
        self.pass(&stretch, packet, descriptor)
    }

    /// The numbers of a packet of what was passed on before the last beginning, if there is room
    /// for it: it must not meet what began afterwards.
    pub fn late(&self, packet: &Packet, descriptor: Descriptor) -> Option<Numbers> {
        let former = self.former.filter(|former| former.source == packet.source)?;
        let end = self.stretch?.own_sequence;
        let sequence = former.sequence_of(packet)?;
        let has_room = packet.sequence >= former.sequence && sequence < end;
        has_room.then(|| former.numbers(sequence, packet, descriptor))
    }

    fn begin(&self, packet: &Packet, descriptor: Descriptor) -> Stretch {
        let Some(last) = &self.last else {
            return Stretch {
                source: packet.source,
                sequence: packet.sequence,
                own_sequence: FIRST_NUMBER,
                time: 0,
                picture: 0,
                base_picture: 0,
            };
        };
        let own_time = last.numbers.time.wrapping_add(self.ticks_since(last, packet));
        let picture = match (last.picture, descriptor.picture) {
            (Some(last), Some(first)) => last.value.wrapping_add(1).wrapping_sub(first.value),
            _ => 0,
        };
        let base_picture = match (last.base_picture, descriptor.base_picture) {
            (Some(last), Some(first)) => last.wrapping_add(1).wrapping_sub(first),
            _ => 0,
        };
        Stretch {
            source: packet.source,
            sequence: packet.sequence,
            own_sequence: last.numbers.sequence.saturating_add(1),
            time: own_time.wrapping_sub(packet.time),
            picture,
            base_picture,
        }
    }

    /// By the publisher's clock if it is known for both, else by the time of arrival.
    fn ticks_since(&self, last: &Last, packet: &Packet) -> u32 {
        let by_clock = match (last.captured, self.captured(packet)) {
            (Some(before), Some(now)) => {
                let step = now.duration_since(before).unwrap_or_default();
                (step < LONGEST_STEP).then_some(step)
            }
            _ => None,
        };
        let passed = by_clock.unwrap_or_else(|| packet.arrived.saturating_duration_since(last.arrived));
        let ticks = passed.as_micros().saturating_mul(u128::from(self.ticks_per_second)) / 1_000_000;
        // Two pictures must not have the same time, and none may go back.
        let least = self.ticks_per_second / 1000;
        u32::try_from(ticks).unwrap_or(u32::MAX / 4).max(least)
    }

    fn captured(&self, packet: &Packet) -> Option<SystemTime> {
        let (moment, time) = packet.clock?;
        let distance = packet.time.wrapping_sub(time).cast_signed();
        let part =
            Duration::from_secs_f64(f64::from(distance.unsigned_abs()) / f64::from(self.ticks_per_second));
        if distance < 0 {
            moment.checked_sub(part)
        } else {
            moment.checked_add(part)
        }
    }

    fn pass(&mut self, stretch: &Stretch, packet: &Packet, descriptor: Descriptor) -> Option<Numbers> {
        let sequence = stretch.sequence_of(packet).filter(|own| *own > 0)?;
        let numbers = stretch.numbers(sequence, packet, descriptor);
        if self.last.as_ref().is_none_or(|last| last.numbers.sequence <= sequence) {
            let before = self.last.as_ref();
            self.last = Some(Last {
                numbers,
                arrived: packet.arrived,
                captured: self.captured(packet),
                picture: numbers.picture.or(before.and_then(|last| last.picture)),
                base_picture: numbers.base_picture.or(before.and_then(|last| last.base_picture)),
            });
        }
        Some(numbers)
    }
}

impl Stretch {
    fn sequence_of(&self, packet: &Packet) -> Option<u64> {
        self.own_sequence.checked_add(packet.sequence)?.checked_sub(self.sequence)
    }

    fn numbers(&self, sequence: u64, packet: &Packet, descriptor: Descriptor) -> Numbers {
        Numbers {
            sequence,
            time: packet.time.wrapping_add(self.time),
            picture: descriptor.picture.map(|picture| picture.plus(self.picture)),
            base_picture: descriptor.base_picture.map(|number| number.wrapping_add(self.base_picture)),
        }
    }
}

#[cfg(test)]
#[path = "renumber_tests.rs"]
mod tests;
