//! Writes live WebM: a file that is whole wherever it ends. Segment and clusters have no size
//! (RFC 9559, "unknown-sized"), there is no index and no duration, so nothing is ever written
//! twice. Readers take what follows the last whole block as the end. No IO.

mod element;
#[cfg(test)]
pub(super) mod tests;

use element::Elements;

/// A cluster is this long at most, in milliseconds. A crash loses no more than one.
const CLUSTER: u64 = 1_000;
/// Times are in milliseconds: nanoseconds of one.
const TIME_UNIT: u64 = 1_000_000;
/// What a decoder of Opus needs before what it gives is right, in nanoseconds (RFC 7845, 4.6).
const OPUS_SEEK_PRE_ROLL: u64 = 80_000_000;
const OPUS_RATE: u32 = 48_000;
const APPLICATION: &str = "skylink-server";

const VIDEO: u64 = 1;
const AUDIO: u64 = 2;

/// What a track of a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Track {
    /// Pictures. Later ones may have another size, as VP8 says in each key frame.
    Vp8 {
        /// Pixels of the first picture.
        width: u16,
        /// Pixels of the first picture.
        height: u16,
    },
    /// Sound.
    Opus {
        /// 1 or 2.
        channels: u8,
    },
}

/// What is handed over at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flush {
    /// Each block, as soon as it is there: for a pipe.
    Blocks,
    /// A cluster, when it is complete: for a file.
    Clusters,
}

/// A picture, or a packet of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block<'a> {
    /// Place of its track in the list that the writer was made with.
    pub track: usize,
    /// Milliseconds since the beginning of the file.
    pub time: u64,
    /// Whether it can be decoded without those before it. Sound always can.
    pub is_key: bool,
    /// What the encoder made.
    pub contents: &'a [u8],
}

/// Writes one file, or one stream.
#[derive(Debug)]
pub struct Writer {
    flush: Flush,
    tracks: usize,
    /// Beginning of the open cluster.
    cluster: Option<u64>,
    /// What is not handed over yet.
    pending: Vec<u8>,
}

impl Writer {
    /// A writer, and the beginning of what it writes. Of more than 126 tracks the rest is left out.
    pub fn new(tracks: &[Track], flush: Flush) -> (Self, Vec<u8>) {
        let tracks = tracks.get(..126).unwrap_or(tracks);
        let writer = Self { flush, tracks: tracks.len(), cluster: None, pending: Vec::new() };
        (writer, header(tracks))
    }

    /// Takes a block; what is to be written now, if anything. Blocks come in the order in which
    /// they are decoded. One of a track that is not there is dropped.
    pub fn write(&mut self, block: Block<'_>) -> Option<Vec<u8>> {
        let number = u8::try_from(block.track).ok().filter(|_| block.track < self.tracks)?;
        let mut complete = None;
        let offset = match self.cluster.and_then(|start| offset_in(start, block.time)) {
            Some(offset) => offset,
            None => {
                complete = self.finish();
                self.cluster = Some(block.time);
                self.pending.begin(element::CLUSTER);
                self.pending.unsigned(element::TIMESTAMP, block.time);
                0
            }
        };
        self.pending.simple_block(number.saturating_add(1), offset, block.is_key, block.contents);
        match self.flush {
            Flush::Clusters => complete,
            Flush::Blocks => Some(std::mem::take(&mut self.pending)),
        }
    }

    /// What is still to be written. After this it may go on, with a new cluster.
    pub fn finish(&mut self) -> Option<Vec<u8>> {
        self.cluster = None;
        Some(std::mem::take(&mut self.pending)).filter(|rest| !rest.is_empty())
    }

    /// Bytes that wait for their cluster to be complete.
    pub fn waiting(&self) -> usize {
        self.pending.len()
    }
}

/// Where in a cluster a block is; `None` if it does not belong there. Sound may come somewhat
/// later than pictures that are older, so it may be before the beginning.
fn offset_in(start: u64, time: u64) -> Option<i16> {
    if time >= start.saturating_add(CLUSTER) {
        return None;
    }
    i16::try_from(i64::try_from(time).ok()?.checked_sub(i64::try_from(start).ok()?)?).ok()
}

fn header(tracks: &[Track]) -> Vec<u8> {
    let mut ebml = Vec::new();
    ebml.unsigned(element::EBML_VERSION, 1);
    ebml.unsigned(element::EBML_READ_VERSION, 1);
    ebml.unsigned(element::EBML_MAX_ID_LENGTH, 4);
    ebml.unsigned(element::EBML_MAX_SIZE_LENGTH, 8);
    ebml.text(element::DOC_TYPE, "webm");
    ebml.unsigned(element::DOC_TYPE_VERSION, 4);
    ebml.unsigned(element::DOC_TYPE_READ_VERSION, 2);

    let mut info = Vec::new();
    info.unsigned(element::TIMESTAMP_SCALE, TIME_UNIT);
    info.text(element::MUXING_APP, APPLICATION);
    info.text(element::WRITING_APP, APPLICATION);

    let mut entries = Vec::new();
    for (number, track) in (1_u64..).zip(tracks) {
        entries.binary(element::TRACK_ENTRY, &entry(number, *track));
    }

    let mut header = Vec::new();
    header.binary(element::EBML, &ebml);
    header.begin(element::SEGMENT);
    header.binary(element::INFO, &info);
    header.binary(element::TRACKS, &entries);
    header
}

fn entry(number: u64, track: Track) -> Vec<u8> {
    let (kind, codec) = match track {
        Track::Vp8 { .. } => (VIDEO, "V_VP8"),
        Track::Opus { .. } => (AUDIO, "A_OPUS"),
    };
    let mut entry = Vec::new();
    entry.unsigned(element::TRACK_NUMBER, number);
    entry.unsigned(element::TRACK_UID, number);
    entry.unsigned(element::TRACK_TYPE, kind);
    entry.unsigned(element::FLAG_LACING, 0);
    entry.text(element::CODEC_ID, codec);
    let mut details = Vec::new();
    match track {
        Track::Vp8 { width, height } => {
            details.unsigned(element::PIXEL_WIDTH, u64::from(width.max(1)));
            details.unsigned(element::PIXEL_HEIGHT, u64::from(height.max(1)));
            entry.binary(element::VIDEO, &details);
        }
        Track::Opus { channels } => {
            let channels = channels.clamp(1, 2);
            entry.binary(element::CODEC_PRIVATE, &opus_head(channels));
            entry.unsigned(element::SEEK_PRE_ROLL, OPUS_SEEK_PRE_ROLL);
            details.float(element::SAMPLING_FREQUENCY, f64::from(OPUS_RATE));
            details.unsigned(element::CHANNELS, u64::from(channels));
            entry.binary(element::AUDIO, &details);
        }
    }
    entry
}

/// RFC 7845, 5.1. Nothing is to be skipped: the stream is taken up somewhere in its course.
fn opus_head(channels: u8) -> Vec<u8> {
    let mut head = b"OpusHead\x01".to_vec();
    head.push(channels);
    head.extend(0_u16.to_le_bytes());
    head.extend(OPUS_RATE.to_le_bytes());
    head.extend(0_i16.to_le_bytes());
    head.push(0);
    head
}
