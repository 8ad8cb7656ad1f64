//! When which packets are due: pictures of 640×480 at 450 kbit/s, and sound.

use std::time::{Duration, Instant};

/// 30 pictures a second.
const PICTURE_EVERY: Duration = Duration::from_nanos(33_333_333);
/// Packets of a picture, and the bytes of each: 450 kbit/s.
const PICTURE_PACKETS: usize = 2;
const PICTURE_BYTES: usize = 937;
/// A usual packet of Opus.
const SOUND_EVERY: Duration = Duration::from_millis(20);
const SOUND_BYTES: usize = 80;

/// Pictures or sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 50 packets a second.
    Sound,
    /// 60 packets a second.
    Pictures,
}

/// A packet that is due.
#[derive(Debug, PartialEq, Eq)]
pub struct Due {
    /// Its number, from 1 on.
    pub number: u64,
    /// Its time stamp, in the clock rate of its kind.
    pub time: u32,
    /// Whether it is the last of its frame.
    pub is_last: bool,
    /// What it carries.
    pub payload: Vec<u8>,
}

/// What one track sends, from its beginning on.
#[derive(Debug)]
pub struct Pace {
    kind: Kind,
    next: Instant,
    frames: u64,
}

impl Pace {
    /// The first frame is due at once.
    pub fn new(kind: Kind, now: Instant) -> Self {
        Self { kind, next: now, frames: 0 }
    }

    /// When the next frame is due.
    pub fn next(&self) -> Instant {
        self.next
    }

    /// The packets of the next frame, if it is due. What could not be sent in time is sent late, as
    /// an encoder that was held up would do it.
    pub fn take(&mut self, now: Instant) -> Option<Vec<Due>> {
        if self.next > now {
            return None;
        }
        let (every, ticks, packets, bytes) = match self.kind {
            Kind::Sound => (SOUND_EVERY, 960, 1, SOUND_BYTES),
            Kind::Pictures => (PICTURE_EVERY, 3000, PICTURE_PACKETS, PICTURE_BYTES),
        };
        let (count, frames) = (u64::try_from(packets).unwrap_or(1), self.frames);
        self.frames = frames.wrapping_add(1);
        self.next = self.next.checked_add(every)?;
        let packet = |place: usize| Due {
            number: frames
                .wrapping_mul(count)
                .wrapping_add(u64::try_from(place).unwrap_or(0))
                .wrapping_add(1),
            time: u32::try_from(frames.wrapping_mul(ticks) & u64::from(u32::MAX)).unwrap_or(0),
            is_last: place.saturating_add(1) == packets,
            // As a payload of VP8 begins: a new picture, or the same.
            payload: [vec![if place == 0 { 0x10 } else { 0 }], vec![0x55; bytes.saturating_sub(1)]].concat(),
        };
        Some((0..packets).map(packet).collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_60_packets_of_pictures_and_50_of_sound() {
        let start = Instant::now();
        for (kind, expected) in [(Kind::Pictures, 60), (Kind::Sound, 50)] {
            let mut pace = Pace::new(kind, start);
            let mut all = Vec::new();
            for millisecond in 0..1000 {
                while let Some(packets) = pace.take(start + Duration::from_millis(millisecond)) {
                    all.extend(packets);
                }
            }
            assert_eq!(all.len(), expected);
            assert!(all.iter().map(|packet| packet.number).eq(1..=u64::try_from(expected).unwrap()));
            assert!(all.last().unwrap().is_last && all.last().unwrap().time > 40_000);
        }
    }
}
