//! Receiving through a channel of its own and the lanes beside it: bytes are put away in their order,
//! and no more are on the way, or wait for those before them, than there is room for.

use super::file::Piece;
use super::streamed_upload::{LaneNumber, LANE_FRAME};
use crate::Handle;
use skylink_protocol::file_channel::PAYLOAD_SIZE;
use skylink_protocol::lists::Keep as _;

/// How far the sender may be ahead of what was put away: about 8 MiB in whole frames.
const WINDOW: f64 = 128.0 * PAYLOAD_SIZE as f64;
/// Frames at the most that wait for those before them.
const MAX_HELD: usize = 1024;
/// Bytes that come over a lane before the sender is told: a quarter of what it lets be on the way.
const TOLD_EVERY: f64 = 2.0 * LANE_FRAME;

/// What becomes of a frame.
#[derive(Debug, PartialEq)]
pub(crate) enum Frame {
    /// It is put away, and so is what waited for it: see [`StreamedDownload::next_held`].
    New,
    /// It waits for those before it.
    Early,
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
    /// Tell the sender how many bytes came over a lane.
    Got(LaneNumber, f64),
    /// Say what all blocks together come to.
    Digest,
}

/// What came over the transfer's own channel, or a lane.
#[derive(Debug)]
struct Flow {
    lane: LaneNumber,
    bytes: f64,
    /// How many of them the sender was told.
    told: f64,
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
    /// What came before its turn, in the order of the file.
    held: Vec<(Piece, Handle)>,
    /// Whether frames may come before their turn, and the sender wants to know what came over each lane.
    has_lanes: bool,
    /// What came over the present channel and its lanes.
    flows: Vec<Flow>,
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
            held: Vec::new(),
            has_lanes: false,
            flows: Vec::new(),
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
        let held: f64 = self.held.iter().map(|(piece, _)| piece.length).sum();
        ((self.received + held) / self.size).clamp(0.0, 0.9999)
    }

    /// There is a channel.
    pub fn on_open(&mut self) {
        self.is_open = true;
        self.tell();
        self.expected = None;
    }

    /// The sender is to hear again what is there.
    pub fn tell(&mut self) {
        self.must_tell = true;
    }

    /// The sender speaks of lanes.
    pub fn share(&mut self) {
        self.has_lanes = true;
    }

    /// The sender opens a lane.
    pub fn on_lane(&mut self, lane: LaneNumber) {
        self.flows.keep(|flow| flow.lane != lane);
    }

    /// So many bytes came over a lane.
    pub fn on_bytes(&mut self, lane: LaneNumber, bytes: f64) {
        match self.flows.iter_mut().find(|flow| flow.lane == lane) {
            Some(flow) => flow.bytes += bytes,
            None => self.flows.push(Flow { lane, bytes, told: 0.0 }),
        }
    }

    /// The channel is gone; the sender opens another, and sends again what waited for its turn.
    pub fn on_lost(&mut self) {
        self.is_open = false;
        self.has_lanes = false;
        self.flows.clear();
    }

    /// The frames that wait for others, which come to nothing.
    pub fn take_held(&mut self) -> impl Iterator<Item = Handle> + use<> {
        std::mem::take(&mut self.held).into_iter().map(|(_, frame)| frame)
    }

    /// The next frame whose turn has come meanwhile.
    pub fn next_held(&mut self) -> Option<Handle> {
        let (piece, _) = self.held.first().filter(|(piece, _)| piece.offset == self.received)?;
        self.received = piece.end();
        Some(self.held.remove(0).1)
    }

    pub fn on_frame(&mut self, piece: Piece, frame: Handle) -> Frame {
        let Piece { offset, length } = piece;
        let end = piece.end();
        if end <= self.received {
            return Frame::Known;
        }
        let place = self.held.partition_point(|(held, _)| held.offset < offset);
        let before = place.checked_sub(1).and_then(|place| self.held.get(place)).map(|(held, _)| *held);
        let after = self.held.get(place).map(|(held, _)| *held);
        if before.is_some_and(|held| held.end() >= end) || after == Some(piece) {
            return Frame::Known;
        }
        let is_place = length > 0.0 && offset >= self.received && end <= self.limit;
        let overlaps =
            before.is_some_and(|held| held.end() > offset) || after.is_some_and(|held| held.offset < end);
        if !is_place || overlaps {
            return Frame::Wrong;
        }
        if offset == self.received {
            self.received = end;
            return Frame::New;
        }
        if !self.has_lanes || self.held.len() >= MAX_HELD {
            return Frame::Wrong;
        }
        self.held.insert(place, (piece, frame));
        Frame::Early
    }

    /// So many bytes were put away by now.
    pub fn on_stored(&mut self, stored: f64) {
        self.stored = self.stored.max(stored.min(self.received));
    }

    /// The sender says that this was all; false if it was not. Over lanes the rest may come later.
    pub fn on_end(&mut self, digest: String) -> bool {
        self.expected = Some(digest);
        self.received == self.size || self.has_lanes
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
        let is_due = |flow: &&mut Flow| flow.bytes - flow.told >= TOLD_EVERY;
        if let Some(flow) = self.flows.iter_mut().find(is_due).filter(|_| self.has_lanes) {
            flow.told = flow.bytes;
            return Some(DownloadStep::Got(flow.lane, flow.bytes));
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
#[allow(clippy::arithmetic_side_effects)]
#[path = "streamed_download_tests.rs"]
mod tests;
