//! Puts a module together from what tools/pack.mjs took apart: bytes of one kind that lie together
//! compress better. Sizes of functions are not stored; they are written in five bytes each.

/// Kinds of bytes, each in a stream of its own.
pub const STREAMS: usize = INTEGERS + 64;
/// Where the lengths of the streams end and the streams begin.
pub const BEGIN: usize = STREAMS * 4;

const REST: usize = 0;
const HEADS: usize = 1;
/// With the operands that have no stream of their own.
const OPERATIONS: usize = 2;
const LOCALS: usize = 3;
const GLOBALS: usize = 4;
const LABELS: usize = 5;
const LONG_INTEGERS: usize = 6;
const LOADS: usize = 7;
const STORES: usize = 8;
const BLOCK_TYPES: usize = 9;
const FLOATS: usize = 10;
const TABLE_SIZES: usize = 11;
const TABLE_LABELS: usize = 12;
const ALIGNMENTS: usize = 13;
/// From here on, one for every four operations that may come next: that tells what an integer is for.
const INTEGERS: usize = 14;

struct Weaver<'a> {
    streams: &'a [u8],
    places: [usize; STREAMS],
    module: &'a mut [u8],
    written: usize,
}

impl Weaver<'_> {
    fn put(&mut self, byte: u8) {
        self.module[self.written] = byte;
        self.written += 1;
    }

    #[inline(never)]
    fn byte(&mut self, stream: usize) -> u8 {
        let place = &mut self.places[stream];
        let byte = self.streams[*place];
        *place += 1;
        self.put(byte);
        byte
    }

    fn bytes(&mut self, stream: usize, count: usize) {
        for _ in 0..count {
            self.byte(stream);
        }
    }

    /// A number as it stands, seven bits a byte.
    fn number(&mut self, stream: usize) -> usize {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte(stream);
            number |= usize::from(byte & 127) << (shift & 31);
            shift += 7;
            if byte < 128 {
                return number;
            }
        }
    }

    /// The operands of an instruction.
    fn operands(&mut self, operation: u8) {
        let stream = match operation {
            0x02..=0x04 => BLOCK_TYPES,
            0x0c | 0x0d => LABELS,
            0x0e => {
                let labels = self.number(TABLE_SIZES);
                for _ in 0..=labels {
                    self.number(TABLE_LABELS);
                }
                return;
            }
            0x11 | 0x1c => {
                self.number(OPERATIONS);
                OPERATIONS
            }
            0x20..=0x22 => LOCALS,
            0x23 | 0x24 => GLOBALS,
            0x28..=0x3e => {
                self.byte(ALIGNMENTS);
                self.module[self.written - 1] ^= natural_alignment(operation);
                if operation < 0x36 {
                    LOADS
                } else {
                    STORES
                }
            }
            0x10 | 0x25 | 0x26 | 0x3f | 0x40 | 0xd0 | 0xd2 => OPERATIONS,
            0x41 => INTEGERS + usize::from(self.streams[self.places[OPERATIONS]] >> 2),
            0x42 => LONG_INTEGERS,
            0x43 => return self.bytes(FLOATS, 4),
            0x44 => return self.bytes(FLOATS, 8),
            0xfc => {
                let operands = match self.number(OPERATIONS) {
                    0..=7 => 0,
                    8 | 10 | 12 | 14 => 2,
                    _ => 1,
                };
                for _ in 0..operands {
                    self.number(OPERATIONS);
                }
                return;
            }
            _ => return,
        };
        self.number(stream);
    }

    fn function(&mut self) {
        let size = self.written;
        self.written += 5;
        for _ in 0..self.number(HEADS) {
            self.number(HEADS);
            self.byte(HEADS);
        }
        let mut depth = 1;
        while depth > 0 {
            let operation = self.byte(OPERATIONS);
            match operation {
                0x02..=0x04 => depth += 1,
                0x0b => depth -= 1,
                _ => {}
            }
            self.operands(operation);
        }
        let mut rest = self.written - size - 5;
        for place in 0..5 {
            self.module[size + place] = rest as u8 & 127 | if place < 4 { 128 } else { 0 };
            rest >>= 7;
        }
    }
}

/// How loads and stores are aligned unless told otherwise, as the power of two.
fn natural_alignment(operation: u8) -> u8 {
    // One digit for each from 0x28 on.
    b"23230011001122232301012"[usize::from(operation - 0x28)] & 3
}

/// Writes the module out of the streams, behind their lengths. `before` bytes stand before the first
/// of `functions`.
pub fn weave(streams: &[u8], before: usize, functions: usize, module: &mut [u8]) {
    let mut places = [0; STREAMS];
    let mut place = BEGIN;
    for (slot, length) in places.iter_mut().zip(streams.chunks_exact(4)) {
        *slot = place;
        place += usize::from(length[0]) | usize::from(length[1]) << 8 | usize::from(length[2]) << 16;
    }
    let mut weaver = Weaver { streams, places, module, written: 0 };
    weaver.bytes(REST, before);
    for _ in 0..functions {
        weaver.function();
    }
    weaver.bytes(REST, weaver.module.len() - weaver.written);
}
