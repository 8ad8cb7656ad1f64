//! LZMA without a header, with the settings of tools/pack.mjs: `lc`, `lp=0`, `pb=0`.

/// Bits of the previous byte that choose the model of a literal.
const LITERAL_CONTEXT: u32 = 1;

const STATES: usize = 12;
const LENGTHS: usize = 2 + 8 + 8 + 256;
const IS_MATCH: usize = 0;
const IS_REPEATED: usize = IS_MATCH + STATES;
const IS_OLDER: usize = IS_REPEATED + STATES;
const IS_THIRD: usize = IS_OLDER + STATES;
const IS_FOURTH: usize = IS_THIRD + STATES;
const IS_LONG: usize = IS_FOURTH + STATES;
const SLOT: usize = IS_LONG + STATES;
const SPECIAL: usize = SLOT + 4 * 64;
const ALIGN: usize = SPECIAL + 115;
const MATCH_LENGTH: usize = ALIGN + 16;
const REPEATED_LENGTH: usize = MATCH_LENGTH + LENGTHS;
const LITERAL: usize = REPEATED_LENGTH + LENGTHS;
/// How many probabilities there are.
pub const PROBABILITIES: usize = LITERAL + (0x300 << LITERAL_CONTEXT);

struct Decoder<'a> {
    packed: &'a [u8],
    read: usize,
    range: u32,
    code: u32,
    probabilities: &'a mut [u16; PROBABILITIES],
}

impl Decoder<'_> {
    fn normalise(&mut self) {
        if self.range < 1 << 24 {
            self.range <<= 8;
            self.code = self.code << 8 | u32::from(self.packed[self.read]);
            self.read += 1;
        }
    }

    #[inline(never)]
    fn bit(&mut self, model: usize) -> usize {
        self.normalise();
        let probability = &mut self.probabilities[model];
        let bound = (self.range >> 11) * u32::from(*probability);
        if self.code < bound {
            self.range = bound;
            *probability += (2048 - *probability) >> 5;
            0
        } else {
            self.range -= bound;
            self.code -= bound;
            *probability -= *probability >> 5;
            1
        }
    }

    /// Highest bit first; the model of each bit is chosen by those before it.
    fn tree(&mut self, models: usize, bits: u32) -> usize {
        let mut node = 1;
        for _ in 0..bits {
            node = node << 1 | self.bit(models + node);
        }
        node - (1 << bits)
    }

    /// Lowest bit first.
    fn reverse_tree(&mut self, models: usize, bits: u32) -> usize {
        let mut node = 1;
        let mut value = 0;
        for place in 0..bits {
            let bit = self.bit(models + node);
            node = node << 1 | bit;
            value |= bit << place;
        }
        value
    }

    /// Bits without a model.
    fn plain(&mut self, bits: u32) -> usize {
        let mut value = 0;
        for _ in 0..bits {
            self.normalise();
            self.range >>= 1;
            let bit = usize::from(self.code >= self.range);
            if bit == 1 {
                self.code -= self.range;
            }
            value = value << 1 | bit;
        }
        value
    }

    fn length(&mut self, models: usize) -> usize {
        if self.bit(models) == 0 {
            2 + self.tree(models + 2, 3)
        } else if self.bit(models + 1) == 0 {
            10 + self.tree(models + 10, 3)
        } else {
            18 + self.tree(models + 18, 8)
        }
    }

    fn distance(&mut self, length: usize) -> usize {
        let class = if length < 6 { length - 2 } else { 3 };
        let slot = self.tree(SLOT + class * 64, 6);
        if slot < 4 {
            return slot;
        }
        let bits = (slot as u32 >> 1) - 1;
        let base = (2 | slot & 1) << bits;
        if slot < 14 {
            base + self.reverse_tree(SPECIAL + base - slot, bits)
        } else {
            base + (self.plain(bits - 4) << 4) + self.reverse_tree(ALIGN, 4)
        }
    }
}

/// Fills `plain` out of `packed`.
pub fn unpack(packed: &[u8], plain: &mut [u8], probabilities: &mut [u16; PROBABILITIES]) {
    probabilities.fill(1024);
    // The first byte is always 0.
    let mut decoder = Decoder { packed, read: 1, range: u32::MAX, code: 0, probabilities };
    for _ in 0..4 {
        decoder.code = decoder.code << 8 | u32::from(packed[decoder.read]);
        decoder.read += 1;
    }
    let mut state = 0;
    // Distances less one, the latest first.
    let mut distances = [0_usize; 4];
    let mut written = 0;
    while written < plain.len() {
        if decoder.bit(IS_MATCH + state) == 0 {
            let before = if written == 0 { 0 } else { plain[written - 1] };
            let models = LITERAL + 0x300 * usize::from(before >> (8 - LITERAL_CONTEXT));
            // After a match the byte that would have gone on with it is part of the model, up to the
            // first bit in which it is wrong.
            let mut expected = if state < 7 { 0 } else { usize::from(plain[written - distances[0] - 1]) };
            let mut offset = if state < 7 { 0 } else { 0x100 };
            let mut node = 1;
            while node < 0x100 {
                expected <<= 1;
                let hint = expected & offset;
                let bit = decoder.bit(models + offset + hint + node);
                node = node << 1 | bit;
                offset &= if bit == 0 { !hint } else { hint };
            }
            plain[written] = node as u8;
            written += 1;
            state = if state < 4 {
                0
            } else if state < 10 {
                state - 3
            } else {
                state - 6
            };
            continue;
        }
        let mut length = 1;
        if decoder.bit(IS_REPEATED + state) == 0 {
            length = decoder.length(MATCH_LENGTH);
            distances.copy_within(0..3, 1);
            distances[0] = decoder.distance(length);
            state = if state < 7 { 7 } else { 10 };
        } else {
            let mut which = 0;
            if decoder.bit(IS_OLDER + state) == 0 {
                if decoder.bit(IS_LONG + state) == 0 {
                    state = if state < 7 { 9 } else { 11 };
                    which = 4;
                }
            } else {
                which = 1;
                if decoder.bit(IS_THIRD + state) == 1 {
                    which = 2 + decoder.bit(IS_FOURTH + state);
                }
            }
            if which < 4 {
                distances[..=which].rotate_right(1);
                length = decoder.length(REPEATED_LENGTH);
                state = if state < 7 { 8 } else { 11 };
            }
        }
        for _ in 0..length.min(plain.len() - written) {
            plain[written] = plain[written - distances[0] - 1];
            written += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{unpack, PROBABILITIES};

    fn unpacked(packed: &[u8], size: usize) -> Vec<u8> {
        let mut plain = vec![0; size];
        unpack(packed, &mut plain, &mut [0; PROBABILITIES]);
        plain
    }

    /// Made by `xz --format=raw --lzma1=lc=1,lp=0,pb=0`.
    #[test]
    fn reads_what_xz_has_packed() {
        let plain = "offer answer offer answer answerAck offer offer offer candidate candidate offer answer";
        let packed = [
            0x00, 0x37, 0x9a, 0xe1, 0xcb, 0xf9, 0x02, 0x6f, 0x03, 0x25, 0x28, 0x3d, 0xa3, 0x19, 0x43, 0xe8,
            0xc8, 0x94, 0xf2, 0x50, 0xb0, 0xae, 0x33, 0x9d, 0x24, 0x8d, 0x21, 0x23, 0xac, 0x5b, 0x20, 0x29,
            0x0e, 0x99, 0xdc, 0x75, 0xbb, 0xd4, 0xff, 0xa0, 0xfc, 0x56, 0x9b, 0xc0,
        ];
        assert_eq!(unpacked(&packed, plain.len()), plain.as_bytes());
    }
}
