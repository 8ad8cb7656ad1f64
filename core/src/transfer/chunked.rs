//! The way of 2.7.2: base64 text through the channel for messages, one chunk for each `ACK` (peer
//! behaviour 5.2 to 5.4).

use super::file::{PartOf, Piece};

/// Bytes of a file in each chunk but the last.
pub(crate) const CHUNK_SIZE: f64 = 49_152.0;
/// Chunks that are read at once, since each reading is a way to another process and back.
const CHUNKS_READ: f64 = 20.0;

/// What an `ACK` means to the sender.
#[derive(Debug, PartialEq)]
pub(crate) enum Acknowledged {
    /// The receiver accepted.
    Started,
    /// A chunk has arrived.
    Chunk,
    /// All chunks have arrived.
    Everything,
    /// Nothing: it does not fit.
    Nothing,
}

/// What the sender does next.
#[derive(Debug, PartialEq)]
pub(crate) enum ChunkStep {
    /// Read chunks of the file.
    Read(Piece),
    /// Send a chunk that was read.
    Send(Piece),
}

/// Sending, chunk by chunk. One is under way, and the next has been read.
#[derive(Debug)]
pub(crate) struct ChunkedUpload {
    size: f64,
    /// Chunks that the receiver acknowledged.
    acknowledged: f64,
    /// Chunks that were asked of the browser.
    asked: f64,
    /// Chunks that were read.
    read: f64,
    /// Chunks that were sent.
    sent: f64,
    accepted: bool,
}

impl ChunkedUpload {
    pub fn new(size: f64) -> Self {
        Self { size, acknowledged: 0.0, asked: 0.0, read: 0.0, sent: 0.0, accepted: false }
    }

    fn count(&self) -> f64 {
        (self.size / CHUNK_SIZE).ceil()
    }

    fn piece(&self, number: f64) -> Piece {
        Piece::of(self.size, number * CHUNK_SIZE, CHUNK_SIZE)
    }

    /// Chunks that are read at once.
    fn block(&self, first: f64) -> Piece {
        Piece::of(self.size, first * CHUNK_SIZE, CHUNKS_READ * CHUNK_SIZE)
    }

    /// Part of the chunks that arrived.
    pub fn part(&self) -> f64 {
        self.acknowledged / self.count()
    }

    pub fn on_acknowledge(&mut self, number: f64) -> Acknowledged {
        if number == 0.0 && !self.accepted {
            self.accepted = true;
            return Acknowledged::Started;
        }
        // 2.7.2 acknowledges each chunk once; anything else is a stray of an earlier transfer.
        if number == 0.0 || number != self.acknowledged + 1.0 || number > self.sent {
            return Acknowledged::Nothing;
        }
        self.acknowledged = number;
        if number == self.count() {
            Acknowledged::Everything
        } else {
            Acknowledged::Chunk
        }
    }

    /// The browser has read chunks.
    pub fn on_read(&mut self, piece: Piece) {
        if self.read < self.asked && piece == self.block(self.read) {
            self.read = self.asked;
        }
    }

    pub fn next_step(&mut self) -> Option<ChunkStep> {
        if self.accepted && self.sent == self.acknowledged && self.sent < self.read {
            let piece = self.piece(self.sent);
            self.sent += 1.0;
            return Some(ChunkStep::Send(piece));
        }
        // Before the last of them is on its way.
        let is_time = self.asked == self.read && self.asked <= self.sent + 1.0;
        if self.accepted && is_time && self.asked < self.count() {
            let piece = self.block(self.asked);
            self.asked = self.count().min(self.asked + CHUNKS_READ);
            return Some(ChunkStep::Read(piece));
        }
        None
    }
}

/// What has come of a file.
#[derive(Debug, PartialEq)]
pub(crate) enum Received {
    /// More is to come.
    Part,
    /// That was all.
    Everything,
    /// What came is not what was announced.
    Wrong,
    /// The sender thinks that this was all, but left out the last byte: 2.7.2 does so with files of
    /// one byte more than whole chunks (peer behaviour D16).
    LastByteMissing,
}

/// Receiving, chunk by chunk.
#[derive(Debug)]
pub(crate) struct ChunkedDownload {
    /// Length of the whole text.
    characters: f64,
    /// Bytes of the whole file, if the sender told.
    bytes: Option<f64>,
    chunk_size: f64,
    loses_last_byte: bool,
    received: PartOf,
    received_bytes: f64,
    /// Chunks that came.
    pub chunks: f64,
    /// Whether the browser still works on a chunk.
    pub is_busy: bool,
}

impl ChunkedDownload {
    /// `loses_last_byte`: whether the sender has that defect.
    pub fn new(characters: f64, bytes: Option<f64>, chunk_size: f64, loses_last_byte: bool) -> Self {
        Self {
            characters,
            bytes,
            chunk_size,
            loses_last_byte,
            received: PartOf::new(characters),
            received_bytes: 0.0,
            chunks: 0.0,
            is_busy: false,
        }
    }

    /// Part of the text that arrived.
    pub fn part(&self) -> f64 {
        self.received.part()
    }

    /// A chunk of so many bytes was read.
    pub fn on_chunk(&mut self, bytes: f64) -> Received {
        self.is_busy = false;
        self.chunks += 1.0;
        self.received.done += text_length(bytes);
        self.received_bytes += bytes;
        let is_complete = self.received.done >= self.characters;
        match self.bytes {
            Some(bytes) if self.received_bytes > bytes => Received::Wrong,
            Some(bytes) if is_complete && self.received_bytes != bytes => Received::Wrong,
            Some(bytes) if !is_complete && self.loses_last_byte && self.is_one_short(bytes) => {
                Received::LastByteMissing
            }
            _ if is_complete => Received::Everything,
            _ if bytes == 0.0 => Received::Wrong,
            _ => Received::Part,
        }
    }

    fn is_one_short(&self, bytes: f64) -> bool {
        let whole_chunks = (self.received_bytes / self.chunk_size).floor() * self.chunk_size;
        self.received_bytes == bytes - 1.0 && self.received_bytes == whole_chunks
    }
}

/// Length of the base64 text of a file.
pub(crate) fn text_length(bytes: f64) -> f64 {
    4.0 * (bytes / 3.0).ceil()
}

#[cfg(test)]
#[path = "chunked_tests.rs"]
mod tests;
