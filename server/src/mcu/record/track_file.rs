//! One track of a recording: packets in, pieces of its file out.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::journal::{SyncLine, TrackLine};
use crate::mcu::frames::{Assembler, Frame, FrameEvent};
use crate::mcu::packet::Packet;
use crate::mcu::room::Track;
use crate::mcu::sdp::Kind;
use crate::mcu::webm::{self, Block, Flush, Writer};

/// What a publisher calls the medium of a shared screen.
const SCREEN: &str = "videoScreen";
/// A file holds pictures that need the same turns. Another one does not follow sooner than this.
const TURN_PAUSE: Duration = Duration::from_secs(2);
/// Of a phone that shakes no more turns are followed.
const MOST_TURNS: usize = 30;
/// A key frame that does not come is asked for again.
const KEY_FRAME_PATIENCE: Duration = Duration::from_secs(1);
/// A client that publishes ever new tracks is not followed beyond so many files of a recording.
const MOST_FILES: usize = 500;
/// For so long the fastest frame is looked for, which says when the track began.
const SYNC_SPAN: Duration = Duration::from_secs(3);

/// What a track wants.
#[derive(Debug, PartialEq)]
pub enum TrackOutput {
    /// Its first frame is there: a file begins.
    Begins(TrackLine),
    /// Goes to the end of the file.
    Piece(Vec<u8>),
    /// The file is complete, and this is what is known about it. Another one goes on.
    Ends(SyncLine),
    /// Ask its publisher for a key frame.
    KeyFrame,
}

/// Numbers of the files of a recording.
#[derive(Debug, Default)]
pub struct Numbers(usize);

impl Numbers {
    /// The next one, if there may be one more.
    pub fn take(&mut self) -> Option<usize> {
        let next = Some(self.0).filter(|next| *next < MOST_FILES)?;
        self.0 = self.0.saturating_add(1);
        Some(next)
    }
}

/// A track that is recorded.
#[derive(Debug)]
pub struct TrackFile {
    number: usize,
    publisher: String,
    media: String,
    is_screen: bool,
    kind: Kind,
    begun: Instant,
    assembler: Assembler,
    writer: Option<Writer>,
    /// Time of the first frame of the file.
    origin: Duration,
    /// Quarter turns of the file, and those that the latest pictures need.
    turns: u8,
    needed_turns: u8,
    /// How often it was turned.
    turned: usize,
    /// When a key frame for other turns was asked for.
    asked: Option<Duration>,
    sync: SyncLine,
    told: Option<SyncLine>,
}

impl TrackFile {
    /// `number` is that of its first file in a recording that began at `begun`.
    pub fn new(number: usize, track: &Track, begun: Instant, now: Instant) -> Self {
        Self {
            number,
            publisher: track.publisher.clone(),
            media: track.medium.media_id.clone(),
            is_screen: track.medium.media_type == SCREEN,
            kind: track.kind(),
            begun,
            assembler: Assembler::new(track.kind(), now),
            writer: None,
            origin: Duration::ZERO,
            turns: 0,
            needed_turns: 0,
            turned: 0,
            asked: None,
            sync: nothing_known(number),
            told: None,
        }
    }

    /// A packet came in.
    pub fn packet(
        &mut self,
        packet: &Packet,
        now: Instant,
        numbers: &mut Numbers,
        outputs: &mut Vec<TrackOutput>,
    ) {
        self.assembler.insert(packet);
        self.tick(now, numbers, outputs);
    }

    /// Time passes.
    pub fn tick(&mut self, now: Instant, numbers: &mut Numbers, outputs: &mut Vec<TrackOutput>) {
        while let Some(event) = self.assembler.poll(now) {
            match event {
                FrameEvent::Frame(frame) => {
                    self.turn(&frame, numbers, outputs);
                    self.write(&frame, outputs);
                }
                FrameEvent::NeedsKeyFrame => outputs.push(TrackOutput::KeyFrame),
            }
        }
    }

    /// When [`TrackFile::tick`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        self.assembler.deadline()
    }

    /// Writes what waits for its cluster to be complete.
    pub fn flush(&mut self, outputs: &mut Vec<TrackOutput>) {
        outputs.extend(self.writer.as_mut().and_then(Writer::finish).map(TrackOutput::Piece));
    }

    /// No packet will come any more.
    pub fn finish(&mut self, now: Instant, numbers: &mut Numbers, outputs: &mut Vec<TrackOutput>) {
        self.assembler.finish();
        self.tick(now, numbers, outputs);
        self.flush(outputs);
    }

    /// Where the track is in time, if that is known better than it was.
    pub fn news(&mut self) -> Option<SyncLine> {
        let is_news = self.writer.is_some() && self.told != Some(self.sync);
        is_news.then(|| *self.told.insert(self.sync))
    }

    /// The pictures of a phone that is held otherwise go into another file, from a key frame on.
    fn turn(&mut self, frame: &Frame, numbers: &mut Numbers, outputs: &mut Vec<TrackOutput>) {
        // That pictures are upright again is said once, and again with each key frame only.
        self.needed_turns = frame.rotation.unwrap_or(self.needed_turns);
        let is_due = frame.time.saturating_sub(self.origin) >= TURN_PAUSE && self.turned < MOST_TURNS;
        if self.writer.is_none() || self.needed_turns == self.turns || !is_due {
            return;
        }
        if !frame.is_key {
            let since = self.asked.map(|asked| frame.time.saturating_sub(asked));
            if since.is_none_or(|since| since >= KEY_FRAME_PATIENCE) {
                self.asked = Some(frame.time);
                outputs.push(TrackOutput::KeyFrame);
            }
            return;
        }
        if let Some(number) = numbers.take() {
            self.flush(outputs);
            outputs.push(TrackOutput::Ends(self.sync));
            (self.writer, self.asked, self.told) = (None, None, None);
            (self.number, self.sync) = (number, nothing_known(number));
            self.turned = self.turned.saturating_add(1);
        }
    }

    fn write(&mut self, frame: &Frame, outputs: &mut Vec<TrackOutput>) {
        if self.writer.is_none() {
            (self.origin, self.turns) = (frame.time, self.needed_turns);
        }
        let since_origin = frame.time.saturating_sub(self.origin);
        self.note(frame, since_origin);
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => {
                let file = format!("{}.webm", self.number);
                let is_audio = self.kind == Kind::Audio;
                outputs.push(TrackOutput::Begins(TrackLine {
                    number: self.number,
                    peer: self.publisher.clone(),
                    media: self.media.clone(),
                    is_screen: self.is_screen,
                    is_audio,
                    file,
                    rotation: self.turns,
                }));
                let (width, height) = frame.size.unwrap_or_default();
                let track = if is_audio {
                    webm::Track::Opus { channels: 2 }
                } else {
                    webm::Track::Vp8 { width, height }
                };
                let (writer, header) = Writer::new(&[track], Flush::Clusters);
                outputs.push(TrackOutput::Piece(header));
                self.writer.insert(writer)
            }
        };
        let time = u64::try_from(since_origin.as_millis()).unwrap_or(u64::MAX);
        let block = Block { track: 0, time, is_key: frame.is_key, contents: &frame.data };
        outputs.extend(writer.write(block).map(TrackOutput::Piece));
    }

    /// `time` is that of the frame in its file.
    fn note(&mut self, frame: &Frame, time: Duration) {
        if time <= SYNC_SPAN {
            let arrived = micros(frame.arrived.saturating_duration_since(self.begun));
            self.sync.arrived = self.sync.arrived.min(arrived.saturating_sub(micros(time)));
        }
        if let Some(captured) = frame.captured.filter(|_| self.sync.captured.is_none()) {
            self.sync.captured = Some(since_1970(captured).saturating_sub(micros(time)));
        }
        if let Some((width, height)) = frame.size {
            if u32::from(width).saturating_mul(u32::from(height))
                > u32::from(self.sync.width).saturating_mul(u32::from(self.sync.height))
            {
                (self.sync.width, self.sync.height) = (width, height);
            }
        }
    }
}

fn nothing_known(number: usize) -> SyncLine {
    SyncLine { number, arrived: i64::MAX, captured: None, width: 0, height: 0 }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

fn since_1970(moment: SystemTime) -> i64 {
    match moment.duration_since(UNIX_EPOCH) {
        Ok(span) => micros(span),
        Err(before) => micros(before.duration()).saturating_neg(),
    }
}
