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
/// For so long the fastest frame is looked for, which says when the track began.
const SYNC_SPAN: Duration = Duration::from_secs(3);

/// What a track wants.
#[derive(Debug, PartialEq)]
pub enum TrackOutput {
    /// Its first frame is there: a file begins.
    Begins(TrackLine),
    /// Goes to the end of the file.
    Piece(Vec<u8>),
    /// Ask its publisher for a key frame.
    KeyFrame,
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
    sync: SyncLine,
    told: Option<SyncLine>,
}

impl TrackFile {
    /// `number` counts the tracks of a recording that began at `begun`.
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
            sync: SyncLine { number, arrived: i64::MAX, captured: None, width: 0, height: 0 },
            told: None,
        }
    }

    /// A packet came in.
    pub fn packet(&mut self, packet: &Packet, now: Instant, outputs: &mut Vec<TrackOutput>) {
        self.assembler.insert(packet);
        self.tick(now, outputs);
    }

    /// Time passes.
    pub fn tick(&mut self, now: Instant, outputs: &mut Vec<TrackOutput>) {
        while let Some(event) = self.assembler.poll(now) {
            match event {
                FrameEvent::Frame(frame) => self.write(&frame, outputs),
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
    pub fn finish(&mut self, now: Instant, outputs: &mut Vec<TrackOutput>) {
        self.assembler.finish();
        self.tick(now, outputs);
        self.flush(outputs);
    }

    /// Where the track is in time, if that is known better than it was.
    pub fn news(&mut self) -> Option<SyncLine> {
        let is_news = self.writer.is_some() && self.told != Some(self.sync);
        is_news.then(|| *self.told.insert(self.sync))
    }

    fn write(&mut self, frame: &Frame, outputs: &mut Vec<TrackOutput>) {
        self.note(frame);
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
                    rotation: frame.rotation.unwrap_or_default(),
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
        let time = u64::try_from(frame.time.as_millis()).unwrap_or(u64::MAX);
        let block = Block { track: 0, time, is_key: frame.is_key, contents: &frame.data };
        outputs.extend(writer.write(block).map(TrackOutput::Piece));
    }

    fn note(&mut self, frame: &Frame) {
        if frame.time <= SYNC_SPAN {
            let arrived = micros(frame.arrived.saturating_duration_since(self.begun));
            self.sync.arrived = self.sync.arrived.min(arrived.saturating_sub(micros(frame.time)));
        }
        if let Some(captured) = frame.captured.filter(|_| self.sync.captured.is_none()) {
            self.sync.captured = Some(since_1970(captured).saturating_sub(micros(frame.time)));
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

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

fn since_1970(moment: SystemTime) -> i64 {
    match moment.duration_since(UNIX_EPOCH) {
        Ok(span) => micros(span),
        Err(before) => micros(before.duration()).saturating_neg(),
    }
}
