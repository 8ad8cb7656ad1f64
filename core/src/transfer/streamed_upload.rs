//! Sending through a channel of its own: as much at a time as the browser takes without losing
//! speed, as much as the receiver has room for, and read from the file a little ahead.

use super::file::Piece;
use skylink_protocol::file_channel::{BLOCK_SIZE, PAYLOAD_SIZE};

/// Bytes handed to the browser at the most that it did not send yet. More is slower.
const HIGH_WATER: f64 = 1_048_576.0;
/// When so many are left, more are handed over.
pub(crate) const LOW_WATER: u32 = 65_536;

const BLOCK: f64 = BLOCK_SIZE as f64;
const FRAME: f64 = PAYLOAD_SIZE as f64;

/// What the sender does next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum UploadStep {
    /// Read a block of the file. Blocks that end before a piece that is sent are forgotten.
    Read(Piece),
    /// Send a piece of the blocks that were read, in frames.
    Send(Piece),
    /// Say what all blocks together come to.
    Digest,
    /// Tell the receiver that this was all.
    End(String),
}

/// Sending a file of known size.
#[derive(Debug)]
pub(crate) struct StreamedUpload {
    size: f64,
    /// Where the next frame begins.
    sent: f64,
    /// How far the receiver lets us go.
    limit: f64,
    /// Bytes in the browser's hands, as far as is known.
    buffered: f64,
    /// What was read and not forgotten.
    held: (f64, f64),
    /// The block being read.
    reading: Option<Piece>,
    digest: Digest,
    /// Whether the receiver said what it wants, on the present channel.
    is_wanted: bool,
    /// Whether the receiver was told of the end, on the present channel.
    has_ended: bool,
    /// Whether it was told at all.
    was_ended: bool,
}

#[derive(Debug, PartialEq)]
enum Digest {
    Unknown,
    Asked,
    Known(String),
}

impl StreamedUpload {
    pub fn new(size: f64) -> Self {
        Self {
            size,
            sent: 0.0,
            limit: 0.0,
            buffered: 0.0,
            held: (0.0, 0.0),
            reading: None,
            digest: Digest::Unknown,
            is_wanted: false,
            has_ended: false,
            was_ended: false,
        }
    }

    /// Part of the file that left the browser. Less than 1 until the receiver confirmed.
    pub fn part(&self) -> f64 {
        ((self.sent - self.buffered) / self.size).clamp(0.0, 0.9999)
    }

    /// The receiver said what it wants; false if that makes no sense.
    pub fn on_want(&mut self, offset: f64, limit: f64) -> bool {
        let is_place = |place: f64| (0.0..=self.size).contains(&place) && place.fract() == 0.0;
        if !is_place(offset) || !is_place(limit) || limit < offset {
            return false;
        }
        if self.is_wanted {
            // What it has does not matter while the channel lives.
            self.limit = self.limit.max(limit);
            return offset <= self.sent;
        }
        self.is_wanted = true;
        self.sent = offset;
        self.limit = limit;
        if !(self.held.0..=self.held.1).contains(&offset) {
            let start = (offset / BLOCK).floor() * BLOCK;
            self.held = (start, start);
            self.reading = None;
        }
        true
    }

    /// The channel is gone. What it did not deliver is asked for when there is another one.
    pub fn on_lost(&mut self) {
        self.is_wanted = false;
        self.has_ended = false;
        self.buffered = 0.0;
    }

    /// The browser sent most of what it had.
    pub fn on_low(&mut self, buffered: f64) {
        self.buffered = buffered;
    }

    /// The browser has read a block.
    pub fn on_read(&mut self, piece: Piece) {
        if self.reading == Some(piece) {
            self.reading = None;
            self.held.1 = piece.end();
        }
    }

    pub fn on_digest(&mut self, digest: String) {
        self.digest = Digest::Known(digest);
    }

    /// Whether the receiver may confirm the end. It may have heard of it on a lost channel.
    pub fn may_be_done(&self) -> bool {
        self.was_ended
    }

    pub fn next_step(&mut self) -> Option<UploadStep> {
        let step = self.next_send().map(UploadStep::Send);
        step.or_else(|| self.next_read().map(UploadStep::Read)).or_else(|| self.next_of_end())
    }

    fn next_send(&mut self) -> Option<Piece> {
        if !self.is_wanted {
            return None;
        }
        let available = self.held.1.min(self.limit) - self.sent;
        // Whole frames, but for the end of what there is.
        let room = ((HIGH_WATER - self.buffered) / FRAME).floor() * FRAME;
        let length = room.min(available);
        if length <= 0.0 {
            return None;
        }
        let piece = Piece { offset: self.sent, length };
        self.held.0 = (self.sent / BLOCK).floor() * BLOCK;
        self.sent = piece.end();
        self.buffered += length;
        Some(piece)
    }

    fn next_read(&mut self) -> Option<Piece> {
        let (_, end) = self.held;
        if self.reading.is_some() || end >= self.size || end - self.sent >= BLOCK {
            return None;
        }
        let piece = Piece::of(self.size, end, BLOCK);
        self.reading = Some(piece);
        Some(piece)
    }

    fn next_of_end(&mut self) -> Option<UploadStep> {
        match &self.digest {
            Digest::Unknown if self.held.1 >= self.size => {
                self.digest = Digest::Asked;
                Some(UploadStep::Digest)
            }
            Digest::Known(digest) if self.is_wanted && self.sent >= self.size && !self.has_ended => {
                self.has_ended = true;
                self.was_ended = true;
                Some(UploadStep::End(digest.clone()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::panic, clippy::arithmetic_side_effects)]
#[path = "streamed_upload_tests.rs"]
mod tests;
