//! Receiving through a channel of its own: bytes in their order, and no more on the way than there
//! is room for.

use super::file::Piece;

/// How far the sender may be ahead of what was put away.
const WINDOW: f64 = 8.0 * 1_048_576.0;

/// What becomes of a frame.
#[derive(Debug, PartialEq)]
pub(crate) enum Frame {
    /// It is put away.
    New,
    /// It was there before.
    Known,
    /// It cannot be: the sender or the channel is broken.
    Wrong,
}

/// What the receiver does next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DownloadStep {
    /// Tell the sender what is wanted.
    Want {
        /// What is there.
        offset: f64,
        /// Up to where.
        limit: f64,
    },
    /// Say what all blocks together come to.
    Digest,
}

/// What the end of a file came to.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Not known yet.
    Open,
    /// All is as it was sent.
    Right,
    /// Something differs.
    Wrong,
}

/// Receiving a file of known size.
#[derive(Debug)]
pub(crate) struct StreamedDownload {
    size: f64,
    /// Bytes that are there without a gap.
    received: f64,
    /// How many of them were put away.
    stored: f64,
    /// How far the sender may go.
    limit: f64,
    is_open: bool,
    must_tell: bool,
    digest_asked: bool,
    /// What was sent, according to the sender.
    expected: Option<String>,
    /// What was received.
    found: Option<String>,
}

impl StreamedDownload {
    pub fn new(size: f64) -> Self {
        Self {
            size,
            received: 0.0,
            stored: 0.0,
            limit: 0.0,
            is_open: false,
            must_tell: false,
            digest_asked: false,
            expected: None,
            found: None,
        }
    }

    /// Part of the file that came. Less than 1 until it is known to be right.
    pub fn part(&self) -> f64 {
        (self.received / self.size).clamp(0.0, 0.9999)
    }

    /// There is a channel.
    pub fn on_open(&mut self) {
        self.is_open = true;
        self.must_tell = true;
        self.expected = None;
    }

    /// The channel is gone; the sender opens another.
    pub fn on_lost(&mut self) {
        self.is_open = false;
    }

    pub fn on_frame(&mut self, piece: Piece) -> Frame {
        if piece.offset + piece.length <= self.received {
            return Frame::Known;
        }
        if piece.offset != self.received || piece.length <= 0.0 || piece.end() > self.limit {
            return Frame::Wrong;
        }
        self.received = piece.end();
        Frame::New
    }

    /// So many bytes were put away by now.
    pub fn on_stored(&mut self, stored: f64) {
        self.stored = self.stored.max(stored.min(self.received));
    }

    /// The sender says that this was all; false if it was not.
    pub fn on_end(&mut self, digest: String) -> bool {
        self.expected = Some(digest);
        self.received == self.size
    }

    pub fn on_digest(&mut self, digest: String) {
        self.found = Some(digest);
    }

    pub fn verdict(&self) -> Verdict {
        match (&self.expected, &self.found) {
            (Some(expected), Some(found)) if expected == found => Verdict::Right,
            (Some(_), Some(_)) => Verdict::Wrong,
            _ => Verdict::Open,
        }
    }

    pub fn next_step(&mut self) -> Option<DownloadStep> {
        if !self.digest_asked && self.received == self.size {
            self.digest_asked = true;
            return Some(DownloadStep::Digest);
        }
        let limit = (self.stored + WINDOW).min(self.size);
        // Told in good time, but not for every block.
        let is_news = limit > self.limit && (limit == self.size || limit - self.limit >= WINDOW / 2.0);
        if self.is_open && (self.must_tell || is_news) {
            self.must_tell = false;
            self.limit = self.limit.max(limit);
            return Some(DownloadStep::Want { offset: self.received, limit: self.limit });
        }
        None
    }
}

#[cfg(test)]
#[path = "streamed_download_tests.rs"]
mod tests;
