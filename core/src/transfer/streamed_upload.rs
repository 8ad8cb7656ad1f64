//! Sending through a channel of its own and the lanes beside it: as much at a time as the browser
//! takes without losing speed, as much as the receiver has room for, and read from the file a little
//! ahead. With lanes no more is on the way over each than the sockets of browsers hold. What a lane did not
//! deliver when it broke goes over the others.

use super::file::Piece;
use skylink_protocol::file_channel::{BLOCK_SIZE, PAYLOAD_SIZE};
use skylink_protocol::lists::Keep as _;

/// Bytes handed to the browser at the most that it did not send yet. More is slower.
const HIGH_WATER: f64 = 1_048_576.0;
/// Bytes on the way over each of several lanes at the most. A browser's socket holds some 90 datagrams; what comes
/// beyond that, while the browser has no processor, is lost, and costs the lane its speed.
const LANE_WINDOW: f64 = 8.0 * LANE_FRAME;
/// Bytes of the file in a frame over one of several lanes: what is small arrives, and is told of, soon.
pub(super) const LANE_FRAME: f64 = FRAME / 4.0;
/// When so many are left, more are handed over.
pub(crate) const LOW_WATER: u32 = 65_536;

/// Names a lane of a transfer; 0 is the channel of the transfer itself.
pub(crate) type LaneNumber = u8;

/// Files up to this size are checked in smaller blocks, so that the last one is done sooner.
const SMALL: f64 = 4.0 * BLOCK;
const SMALL_BLOCK: f64 = 4.0 * FRAME;

const FRAME: f64 = PAYLOAD_SIZE as f64;
/// Bytes that are read at once: whole blocks, since each reading is a way to another process and back.
const BLOCK: f64 = BLOCK_SIZE as f64;

/// Bytes of the blocks in which a file of so many bytes is checked.
pub(super) fn block_size_for(bytes: f64) -> f64 {
    if bytes > SMALL {
        BLOCK
    } else {
        SMALL_BLOCK
    }
}

/// Where the block begins that a place is in.
fn block_at(offset: f64) -> f64 {
    (offset / BLOCK).floor() * BLOCK
}

/// What the sender does next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum UploadStep {
    /// Read a block of the file. Blocks that end before a piece that is sent are forgotten.
    Read(Piece),
    /// Send a piece of the blocks that were read, in frames, over a lane.
    Send(Piece, LaneNumber),
    /// Say what all blocks together come to.
    Digest,
    /// Tell the receiver that this was all.
    End(String),
}

/// What goes over one lane.
#[derive(Debug)]
struct Flow {
    lane: LaneNumber,
    /// Bytes in the browser's hands, as far as is known; of no use once there are lanes.
    buffered: f64,
    /// Bytes handed over.
    sent: f64,
    /// How many of them arrived, as far as is known.
    arrived: f64,
    /// What was sent and may not have come over it, in the order of sending. Not known of the transfer's
    /// own channel: when that is lost, the receiver says what it has.
    under_way: Vec<Piece>,
}

impl Flow {
    fn new(lane: LaneNumber) -> Self {
        Self { lane, buffered: 0.0, sent: 0.0, arrived: 0.0, under_way: Vec::new() }
    }

    /// Bytes on the way.
    fn flying(&self) -> f64 {
        self.sent - self.arrived
    }
}

/// Sending a file of known size.
#[derive(Debug)]
pub(crate) struct StreamedUpload {
    size: f64,
    /// Where the next new frame begins.
    sent: f64,
    /// How far the receiver lets us go.
    limit: f64,
    /// The receiver has everything before this place, whichever way it came.
    confirmed: f64,
    /// The transfer's own channel and the lanes that are open.
    flows: Vec<Flow>,
    /// Whether there are lanes beside the present channel, or were or will be: then the receiver says what
    /// came over each.
    has_lanes: bool,
    /// What lanes took with them, in the order of the file.
    lost: Vec<Piece>,
    /// What was read and not forgotten.
    held: (f64, f64),
    /// A block before that, read again for what was lost.
    again: Option<Piece>,
    /// The block being read.
    reading: Option<Piece>,
    digest: Digest,
    /// Whether the present channel is open here: the receiver may say what it wants before that is known.
    is_open: bool,
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
            confirmed: 0.0,
            flows: vec![Flow::new(0)],
            has_lanes: false,
            lost: Vec::new(),
            held: (0.0, 0.0),
            again: None,
            reading: None,
            digest: Digest::Unknown,
            is_open: false,
            is_wanted: false,
            has_ended: false,
            was_ended: false,
        }
    }

    /// Part of the file that left the browser, or came as far as is known. Less than 1 until the receiver
    /// confirmed.
    pub fn part(&self) -> f64 {
        let waits = |flow: &Flow| if self.has_lanes { flow.flying() } else { flow.buffered };
        let waiting: f64 = self.flows.iter().map(waits).sum();
        let lost: f64 = self.lost.iter().map(|piece| piece.length).sum();
        ((self.sent - waiting - lost) / self.size).clamp(0.0, 0.9999)
    }

    /// The channel is open. To the receiver itself a file that needs no lanes goes at once: who accepted has room for so
    /// little, and says so a round trip later.
    pub fn on_open(&mut self, is_direct: bool) {
        self.is_open = true;
        if is_direct && self.sent == 0.0 && self.size < BLOCK {
            self.on_want(0.0, self.size);
        }
    }

    /// Bytes that were not sent yet.
    pub fn rest(&self) -> f64 {
        self.size - self.sent
    }

    /// The receiver said what it wants; false if that makes no sense.
    pub fn on_want(&mut self, offset: f64, limit: f64) -> bool {
        let is_place = |place: f64| (0.0..=self.size).contains(&place) && place.fract() == 0.0;
        if !is_place(offset) || !is_place(limit) || limit < offset {
            return false;
        }
        if self.is_wanted && offset > self.sent {
            return false;
        }
        self.confirmed = offset;
        if self.is_wanted {
            self.limit = self.limit.max(limit);
            self.lost.keep(|piece| piece.end() > offset);
            return true;
        }
        self.is_wanted = true;
        self.sent = offset;
        self.limit = limit;
        if !(self.held.0..=self.held.1).contains(&offset) {
            let start = block_at(offset);
            self.held = (start, start);
            self.reading = None;
        }
        true
    }

    /// The channel is gone. What it did not deliver is asked for when there is another one.
    pub fn on_lost(&mut self) {
        self.is_open = false;
        self.is_wanted = false;
        self.has_ended = false;
        self.has_lanes = false;
        self.flows = vec![Flow::new(0)];
        self.lost.clear();
        self.again = None;
    }

    /// There will be lanes.
    pub fn share(&mut self) {
        self.has_lanes = true;
        for flow in &mut self.flows {
            flow.arrived = flow.sent - flow.buffered;
        }
    }

    /// A lane can be used.
    pub fn on_lane(&mut self, lane: LaneNumber) {
        self.flows.push(Flow::new(lane));
    }

    /// A lane cannot be used any more.
    pub fn on_lane_lost(&mut self, lane: LaneNumber) {
        let Some(place) = self.flows.iter().position(|flow| flow.lane == lane) else { return };
        for piece in self.flows.remove(place).under_way {
            if piece.end() <= self.confirmed {
                continue;
            }
            let place = self.lost.partition_point(|lost| lost.offset < piece.offset);
            self.lost.insert(place, piece);
        }
    }

    /// The browser sent most of what it had for the transfer's own channel.
    pub fn on_low(&mut self, buffered: f64) {
        if let Some(flow) = self.flows.first_mut() {
            flow.buffered = buffered;
        }
    }

    /// The receiver says how many bytes came over a lane; false if that makes no sense.
    pub fn on_got(&mut self, lane: f64, bytes: f64) -> bool {
        let Some(flow) = self.flows.iter_mut().find(|flow| f64::from(flow.lane) == lane) else {
            return true;
        };
        if !(0.0..=flow.sent).contains(&bytes) {
            return false;
        }
        flow.arrived = flow.arrived.max(bytes);
        let flying = flow.flying();
        let mut behind: f64 = flow.under_way.iter().map(|piece| piece.length).sum();
        flow.under_way.keep(|piece| {
            behind -= piece.length;
            behind < flying
        });
        true
    }

    /// The browser has read a block.
    pub fn on_read(&mut self, piece: Piece) {
        if self.reading == Some(piece) {
            self.reading = None;
            if piece.offset == self.held.1 {
                self.held.1 = piece.end();
            } else {
                self.again = Some(piece);
            }
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
        let step = self.next_send().map(|(piece, lane)| UploadStep::Send(piece, lane));
        step.or_else(|| self.next_read().map(UploadStep::Read)).or_else(|| self.next_of_end())
    }

    fn next_send(&mut self) -> Option<(Piece, LaneNumber)> {
        if !self.is_open || !self.is_wanted {
            return None;
        }
        let (start, available) = match self.lost.first() {
            Some(lost) if !self.has(lost.offset) => return None,
            // Up to the end of its block: the next one may not be there.
            Some(lost) => (lost.offset, lost.end().min(block_at(lost.offset) + BLOCK) - lost.offset),
            None => (self.sent, self.held.1.min(self.limit) - self.sent),
        };
        let flow = self.flows.iter_mut().min_by(|a, b| a.flying().total_cmp(&b.flying()))?;
        // Whole frames, but for the end of what there is.
        let room = match self.has_lanes {
            true if flow.flying() + LANE_FRAME > LANE_WINDOW => 0.0,
            true => LANE_FRAME,
            false => ((HIGH_WATER - flow.buffered) / FRAME).floor() * FRAME,
        };
        let length = room.min(available);
        if length <= 0.0 {
            return None;
        }
        let piece = Piece { offset: start, length };
        flow.buffered += length;
        flow.sent += length;
        if flow.lane != 0 {
            flow.under_way.push(piece);
        }
        let lane = flow.lane;
        self.held.0 = self.held.0.max(block_at(start));
        self.again = self.again.filter(|block| block.end() > start);
        match self.lost.first_mut() {
            Some(lost) => {
                *lost = Piece { offset: piece.end(), length: lost.length - length };
                self.lost.keep(|lost| lost.length > 0.0);
            }
            None => self.sent = piece.end(),
        }
        Some((piece, lane))
    }

    /// Whether the bytes at a place before the end of what was read are still there.
    fn has(&self, offset: f64) -> bool {
        offset >= self.held.0 || self.again.is_some_and(|block| block.offset == block_at(offset))
    }

    fn next_read(&mut self) -> Option<Piece> {
        if self.reading.is_some() {
            return None;
        }
        let (_, end) = self.held;
        let start = match self.lost.first() {
            Some(lost) if !self.has(lost.offset) => block_at(lost.offset),
            _ if end >= self.size || end - self.sent >= BLOCK => return None,
            _ => end,
        };
        let piece = Piece::of(self.size, start, BLOCK);
        self.reading = Some(piece);
        Some(piece)
    }

    fn next_of_end(&mut self) -> Option<UploadStep> {
        match &self.digest {
            Digest::Unknown if self.held.1 >= self.size => {
                self.digest = Digest::Asked;
                Some(UploadStep::Digest)
            }
            Digest::Known(digest)
                if self.is_wanted && self.sent >= self.size && self.lost.is_empty() && !self.has_ended =>
            {
                self.has_ended = true;
                self.was_ended = true;
                Some(UploadStep::End(digest.clone()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#[path = "streamed_upload_tests.rs"]
mod tests;
