//! VP8 pictures out of RTP payloads (RFC 7741), and what their first bytes say (RFC 6386, 9.1).

use std::time::Instant;

use crate::mcu::packet::Packet;

/// A picture that grows beyond this is given up.
const LARGEST_PICTURE: usize = 4 * 1024 * 1024;
/// Pixels each way of a picture that is of use. Whoever decodes one makes room for as many as its
/// publisher says, which VP8 lets be 16383 each way in a few bytes.
const SIDES: std::ops::RangeInclusive<u16> = 16..=4096;
/// How much longer one side may be than the other.
const MOST_OBLONG: u16 = 16;

/// A picture, whole or becoming so.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) data: Vec<u8>,
    pub(super) time: u32,
    pub(super) arrived: Instant,
    pub(super) rotation: Option<u8>,
}

impl Picture {
    pub(super) fn is_key(&self) -> bool {
        self.data.first().is_some_and(|first| first & 1 == 0)
    }

    /// Of a key frame.
    pub(super) fn size(&self) -> Option<(u16, u16)> {
        let [first, _, _, 0x9d, 0x01, 0x2a, width_low, width_high, height_low, height_high] =
            *self.data.first_chunk::<10>()?
        else {
            return None;
        };
        let size = |low, high| u16::from_le_bytes([low, high]) & 0x3fff;
        (first & 1 == 0).then(|| (size(width_low, width_high), size(height_low, height_high)))
    }

    /// Whether a decoder may be given it.
    fn is_of_use(&self) -> bool {
        !self.is_key()
            || self.size().is_some_and(|(width, height)| {
                let (short, long) = (width.min(height), width.max(height));
                SIDES.contains(&short) && SIDES.contains(&long) && long <= short.saturating_mul(MOST_OBLONG)
            })
    }
}

/// Puts pictures together from packets without gaps, or told of them.
#[derive(Debug)]
pub(super) struct Vp8 {
    picture: Option<Picture>,
    needs_key_frame: bool,
}

impl Default for Vp8 {
    fn default() -> Self {
        Self { picture: None, needs_key_frame: true }
    }
}

impl Vp8 {
    /// The next packet. A picture ends with the marker.
    pub(super) fn push(&mut self, packet: &Packet) -> Option<Picture> {
        // Packets without payload probe the bandwidth.
        if packet.payload.is_empty() {
            return None;
        }
        let Some((is_start, data)) = read(&packet.payload) else {
            self.interrupt();
            return None;
        };
        if is_start {
            // One that did not end is not whole.
            if self.picture.take().is_some() {
                self.needs_key_frame = true;
            }
            self.picture = Some(Picture {
                data: Vec::with_capacity(data.len()),
                time: packet.time,
                arrived: packet.arrived,
                rotation: None,
            });
        }
        let picture = self.picture.as_mut()?;
        picture.data.extend_from_slice(data);
        picture.rotation = packet.rotation.or(picture.rotation);
        // A repaired packet may have come after those behind it.
        picture.arrived = picture.arrived.min(packet.arrived);
        if picture.time != packet.time || picture.data.len() > LARGEST_PICTURE {
            self.interrupt();
            return None;
        }
        if !packet.marker {
            return None;
        }
        let picture = self.picture.take()?;
        if !picture.is_of_use() {
            self.interrupt();
            return None;
        }
        if self.needs_key_frame && !picture.is_key() {
            return None;
        }
        self.needs_key_frame = false;
        Some(picture)
    }

    pub(super) fn needs_key_frame(&self) -> bool {
        self.needs_key_frame
    }

    /// Something is missing: pictures that build on it are of no use. True if that is new.
    pub(super) fn interrupt(&mut self) -> bool {
        self.picture = None;
        !std::mem::replace(&mut self.needs_key_frame, true)
    }
}

/// Whether a picture begins here, and the data behind the payload descriptor.
fn read(payload: &[u8]) -> Option<(bool, &[u8])> {
    let (first, mut rest) = payload.split_first()?;
    if first & 0x80 != 0 {
        let (extensions, behind) = rest.split_first()?;
        rest = behind;
        if extensions & 0x80 != 0 {
            let (picture_id, behind) = rest.split_first()?;
            rest = if picture_id & 0x80 != 0 { behind.get(1..)? } else { behind };
        }
        if extensions & 0x40 != 0 {
            rest = rest.get(1..)?;
        }
        if extensions & 0x30 != 0 {
            rest = rest.get(1..)?;
        }
    }
    // Start of partition 0.
    (!rest.is_empty()).then_some((first & 0x17 == 0x10, rest))
}
