//! What the payload descriptor of a VP8 packet (RFC 7741 4.2) and the first bytes of a key frame
//! (RFC 6386 9.1) say.

/// Of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Descriptor {
    /// Number of the picture.
    pub picture: Option<PictureId>,
    /// Number of the picture of the lowest temporal layer.
    pub base_picture: Option<u8>,
    /// A key frame begins here.
    pub begins_key_frame: bool,
    /// Size of the pictures as they are encoded, where a key frame begins.
    pub size: Option<Size>,
}

/// Pixels each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// From left to right.
    pub width: u16,
    /// From top to bottom.
    pub height: u16,
}

/// Number of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureId {
    /// The number.
    pub value: u16,
    /// It has 15 bits, else 7.
    pub is_long: bool,
}

impl PictureId {
    /// The number so far beyond this one.
    #[must_use]
    pub fn plus(self, distance: u16) -> Self {
        let mask = if self.is_long { 0x7fff } else { 0x7f };
        Self { value: self.value.wrapping_add(distance) & mask, ..self }
    }
}

impl Descriptor {
    /// `None` if it is broken.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let (first, mut rest) = payload.split_first()?;
        let mut descriptor = Self::default();
        if first & 0x80 != 0 {
            let (extensions, behind) = rest.split_first()?;
            rest = behind;
            if extensions & 0x80 != 0 {
                let (high, behind) = rest.split_first()?;
                rest = behind;
                let is_long = high & 0x80 != 0;
                let mut value = u16::from(high & 0x7f);
                if is_long {
                    let (low, behind) = rest.split_first()?;
                    rest = behind;
                    value = value << 8 | u16::from(*low);
                }
                descriptor.picture = Some(PictureId { value, is_long });
            }
            if extensions & 0x40 != 0 {
                let (number, behind) = rest.split_first()?;
                rest = behind;
                descriptor.base_picture = Some(*number);
            }
            if extensions & 0x30 != 0 {
                rest = rest.get(1..)?;
            }
        }
        let frame = rest.first()?;
        // Start of partition 0, and not an interframe.
        descriptor.begins_key_frame = first & 0x17 == 0x10 && frame & 1 == 0;
        if descriptor.begins_key_frame {
            if let Some([_, _, _, 0x9d, 0x01, 0x2a, wl, wh, hl, hh]) = rest.first_chunk::<10>() {
                // The two bits above are hints for scaling.
                let pixels = |low, high| u16::from_le_bytes([low, high]) & 0x3fff;
                descriptor.size = Some(Size { width: pixels(*wl, *wh), height: pixels(*hl, *hh) });
            }
        }
        Some(descriptor)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_are_read() {
        let plain = Descriptor::read(&[0x10, 0x00]).unwrap();
        assert_eq!(plain, Descriptor { begins_key_frame: true, ..Descriptor::default() });
        assert!(!Descriptor::read(&[0x10, 0x01]).unwrap().begins_key_frame, "interframe");
        assert!(!Descriptor::read(&[0x00, 0x00]).unwrap().begins_key_frame, "middle of a frame");
        assert!(!Descriptor::read(&[0x11, 0x00]).unwrap().begins_key_frame, "another partition");
        let short = Descriptor::read(&[0x90, 0x80, 0x7f, 0x01]).unwrap();
        assert_eq!(short.picture, Some(PictureId { value: 127, is_long: false }));
        let key = [0x90, 0xe0, 0x81, 0x02, 0x07, 0x20, 0x10, 1, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x40];
        let key = Descriptor::read(&key).unwrap();
        assert_eq!(key.picture, Some(PictureId { value: 0x102, is_long: true }));
        let size = Size { width: 320, height: 180 };
        assert_eq!((key.base_picture, key.begins_key_frame, key.size), (Some(7), true, Some(size)));
        for broken in [&[][..], &[0x90], &[0x90, 0x80], &[0x90, 0x80, 0x80], &[0x90, 0xe0, 1, 1, 1], &[0x10]]
        {
            assert_eq!(Descriptor::read(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn numbers_of_pictures_keep_their_width() {
        let next = |value, is_long| PictureId { value, is_long }.plus(2).value;
        assert_eq!((next(0x7fff, true), next(0x7f, false), next(5, true)), (1, 1, 7));
    }
}
