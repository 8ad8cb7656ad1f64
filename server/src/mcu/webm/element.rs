//! Elements of EBML (RFC 8794) and of Matroska (RFC 9559), as far as live WebM needs them.

pub(super) const EBML: &[u8] = &[0x1a, 0x45, 0xdf, 0xa3];
pub(super) const EBML_VERSION: &[u8] = &[0x42, 0x86];
pub(super) const EBML_READ_VERSION: &[u8] = &[0x42, 0xf7];
pub(super) const EBML_MAX_ID_LENGTH: &[u8] = &[0x42, 0xf2];
pub(super) const EBML_MAX_SIZE_LENGTH: &[u8] = &[0x42, 0xf3];
pub(super) const DOC_TYPE: &[u8] = &[0x42, 0x82];
pub(super) const DOC_TYPE_VERSION: &[u8] = &[0x42, 0x87];
pub(super) const DOC_TYPE_READ_VERSION: &[u8] = &[0x42, 0x85];
pub(super) const SEGMENT: &[u8] = &[0x18, 0x53, 0x80, 0x67];
pub(super) const INFO: &[u8] = &[0x15, 0x49, 0xa9, 0x66];
pub(super) const TIMESTAMP_SCALE: &[u8] = &[0x2a, 0xd7, 0xb1];
pub(super) const MUXING_APP: &[u8] = &[0x4d, 0x80];
pub(super) const WRITING_APP: &[u8] = &[0x57, 0x41];
pub(super) const TRACKS: &[u8] = &[0x16, 0x54, 0xae, 0x6b];
pub(super) const TRACK_ENTRY: &[u8] = &[0xae];
pub(super) const TRACK_NUMBER: &[u8] = &[0xd7];
pub(super) const TRACK_UID: &[u8] = &[0x73, 0xc5];
pub(super) const TRACK_TYPE: &[u8] = &[0x83];
pub(super) const FLAG_LACING: &[u8] = &[0x9c];
pub(super) const CODEC_ID: &[u8] = &[0x86];
pub(super) const CODEC_PRIVATE: &[u8] = &[0x63, 0xa2];
pub(super) const SEEK_PRE_ROLL: &[u8] = &[0x56, 0xbb];
pub(super) const VIDEO: &[u8] = &[0xe0];
pub(super) const PIXEL_WIDTH: &[u8] = &[0xb0];
pub(super) const PIXEL_HEIGHT: &[u8] = &[0xba];
pub(super) const AUDIO: &[u8] = &[0xe1];
pub(super) const SAMPLING_FREQUENCY: &[u8] = &[0xb5];
pub(super) const CHANNELS: &[u8] = &[0x9f];
pub(super) const CLUSTER: &[u8] = &[0x1f, 0x43, 0xb6, 0x75];
pub(super) const TIMESTAMP: &[u8] = &[0xe7];
const SIMPLE_BLOCK: &[u8] = &[0xa3];

/// Eight bytes of size, all ones: as long as it goes on.
const UNKNOWN_SIZE: [u8; 8] = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
/// A track number of one byte, two of time, one of flags.
const BLOCK_HEAD: usize = 4;
const KEY_FRAME: u8 = 0x80;

/// Puts elements behind each other.
pub(super) trait Elements {
    /// An element without an end.
    fn begin(&mut self, id: &[u8]);
    /// An element of bytes, or of other elements.
    fn binary(&mut self, id: &[u8], contents: &[u8]);
    fn unsigned(&mut self, id: &[u8], value: u64);
    fn float(&mut self, id: &[u8], value: f64);
    fn text(&mut self, id: &[u8], text: &str);
    /// `track` is below 127.
    fn simple_block(&mut self, track: u8, offset: i16, is_key: bool, contents: &[u8]);
}

impl Elements for Vec<u8> {
    fn begin(&mut self, id: &[u8]) {
        self.extend_from_slice(id);
        self.extend_from_slice(&UNKNOWN_SIZE);
    }

    fn binary(&mut self, id: &[u8], contents: &[u8]) {
        self.extend_from_slice(id);
        self.extend_from_slice(&size(contents.len()));
        self.extend_from_slice(contents);
    }

    fn unsigned(&mut self, id: &[u8], value: u64) {
        let bytes = value.to_be_bytes();
        let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(7);
        self.binary(id, bytes.get(first..).unwrap_or_default());
    }

    fn float(&mut self, id: &[u8], value: f64) {
        self.binary(id, &value.to_be_bytes());
    }

    fn text(&mut self, id: &[u8], text: &str) {
        self.binary(id, text.as_bytes());
    }

    fn simple_block(&mut self, track: u8, offset: i16, is_key: bool, contents: &[u8]) {
        self.extend_from_slice(SIMPLE_BLOCK);
        self.extend_from_slice(&size(contents.len().saturating_add(BLOCK_HEAD)));
        self.push(0x80 | track);
        self.extend_from_slice(&offset.to_be_bytes());
        self.push(if is_key { KEY_FRAME } else { 0 });
        self.extend_from_slice(contents);
    }
}

/// Always eight bytes, which hold whatever a machine can: 1 and 56 bits.
fn size(length: usize) -> [u8; 8] {
    let length = u64::try_from(length).unwrap_or(u64::MAX) & 0x00ff_ffff_ffff_ffff;
    (length | 0x0100_0000_0000_0000).to_be_bytes()
}
