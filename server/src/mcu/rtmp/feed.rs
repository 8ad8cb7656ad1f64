//! What ffmpeg is fed with: frames of one or two tracks as live WebM. No IO, no clock.

use std::time::{Instant, SystemTime};

use crate::mcu::frames::Frame;
use crate::mcu::sdp::Kind;
use crate::mcu::webm::{Block, Flush, Track, Writer};

const VIDEO: usize = 0;
/// 20 ms of silence in Opus, for both ears.
const SILENCE: &[u8] = &[0xfc, 0xff, 0xfe];
const SILENCE_LENGTH: u64 = 20;
/// Sound that is not there this long after the pictures of its time will not come.
const SOUND_PATIENCE: u64 = 400;
/// A longer gap is left open: ffmpeg fills it (`aresample=async`), and no thread is held up.
const MOST_SILENCE: u64 = 2_000;
/// Publishers' clocks that put sound and pictures further apart than they came are not believed.
const MOST_APART: u64 = 2_000;

/// Makes one stream after another out of the same tracks; each begins with a header and a key
/// frame. A stream with pictures always has sound as well, since services and ffmpeg wait for it:
/// silence stands for what does not come. Times are milliseconds since the first frame.
#[derive(Debug)]
pub struct Feed {
    has_pictures: bool,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    writer: Writer,
    origin: Instant,
    pictures: Clock,
    sound: Clock,
    /// A moment by the publisher's clock, and when that was in the stream.
    reference: Option<(SystemTime, u64)>,
    /// Pictures were lost.
    needs_key_frame: bool,
}

/// Where the frames of a track are in the stream.
#[derive(Debug, Default)]
struct Clock {
    /// When its first frame was.
    begin: Option<u64>,
    /// The end of what is written.
    end: u64,
}

impl Feed {
    /// Without pictures, it begins with the first sound.
    pub fn new(has_pictures: bool) -> Self {
        Self { has_pictures, open: None }
    }

    /// Whether the stream has pictures.
    pub fn has_pictures(&self) -> bool {
        self.has_pictures
    }

    /// A new stream begins with the next key frame.
    pub fn restart(&mut self) {
        self.open = None;
    }

    /// The frames of a track come from elsewhere from now on.
    pub fn replace(&mut self, kind: Kind) {
        if let Some(open) = &mut self.open {
            open.clock(kind).begin = None;
            open.needs_key_frame |= kind == Kind::Video;
        }
    }

    /// Something that it gave was not written. True if that is news: a key frame is needed.
    pub fn interrupt(&mut self) -> bool {
        let Some(open) = &mut self.open else { return false };
        // Times of blocks count from the beginning of their cluster, which may be what was lost.
        open.writer.finish();
        self.has_pictures && !std::mem::replace(&mut open.needs_key_frame, true)
    }

    /// Takes a frame; what is to be written for it, piece by piece.
    pub fn push(&mut self, kind: Kind, frame: &Frame) -> Vec<Vec<u8>> {
        let mut pieces = Vec::new();
        if kind == Kind::Video && !self.has_pictures {
            return pieces;
        }
        if self.open.is_none() {
            let Some(tracks) = self.tracks(kind, frame) else { return pieces };
            let (writer, header) = Writer::new(&tracks, Flush::Blocks);
            pieces.push(header);
            self.open = Some(Open {
                writer,
                origin: frame.arrived,
                pictures: Clock::default(),
                sound: Clock::default(),
                reference: None,
                needs_key_frame: false,
            });
        }
        if let Some(open) = &mut self.open {
            open.push(kind, frame, self.has_pictures, &mut pieces);
        }
        pieces
    }

    /// The tracks of a stream that begins with this frame, if it can.
    fn tracks(&self, kind: Kind, frame: &Frame) -> Option<Vec<Track>> {
        let sound = Track::Opus { channels: 2 };
        match (kind, frame.size) {
            (Kind::Video, Some((width, height))) if frame.is_key => {
                Some(vec![Track::Vp8 { width, height }, sound])
            }
            (Kind::Audio, _) if !self.has_pictures => Some(vec![sound]),
            _ => None,
        }
    }
}

impl Open {
    fn clock(&mut self, kind: Kind) -> &mut Clock {
        if kind == Kind::Audio {
            &mut self.sound
        } else {
            &mut self.pictures
        }
    }

    fn push(&mut self, kind: Kind, frame: &Frame, has_pictures: bool, pieces: &mut Vec<Vec<u8>>) {
        let time = self.place(kind, frame);
        if kind == Kind::Audio {
            // What silence stands for already comes too late.
            if time < self.sound.end {
                return;
            }
            self.sound.end = time.saturating_add(1);
            pieces.extend(self.writer.write(Block {
                track: usize::from(has_pictures),
                time,
                is_key: true,
                contents: &frame.data,
            }));
            return;
        }
        if self.needs_key_frame && !frame.is_key {
            return;
        }
        self.needs_key_frame = false;
        let time = time.max(self.pictures.end);
        self.pictures.end = time;
        if time.saturating_sub(self.sound.end) > MOST_SILENCE {
            self.sound.end = time.saturating_sub(SOUND_PATIENCE);
        }
        while self.sound.end.saturating_add(SOUND_PATIENCE) < time {
            let silence = Block { track: 1, time: self.sound.end, is_key: true, contents: SILENCE };
            pieces.extend(self.writer.write(silence));
            self.sound.end = self.sound.end.saturating_add(SILENCE_LENGTH);
        }
        let block = Block { track: VIDEO, time, is_key: frame.is_key, contents: &frame.data };
        pieces.extend(self.writer.write(block));
    }

    fn place(&mut self, kind: Kind, frame: &Frame) -> u64 {
        let came = milliseconds(frame.arrived.saturating_duration_since(self.origin));
        let own = milliseconds(frame.time);
        let reference = self.reference;
        let clock = self.clock(kind);
        let begin = *clock.begin.get_or_insert_with(|| {
            let captured =
                reference.zip(frame.captured).and_then(|((moment, time), captured)| {
                    match captured.duration_since(moment) {
                        Ok(later) => time.checked_add(milliseconds(later)),
                        Err(earlier) => time.checked_sub(milliseconds(earlier.duration())),
                    }
                });
            captured
                .filter(|captured| captured.abs_diff(came) <= MOST_APART)
                .unwrap_or(came)
                .wrapping_sub(own)
        });
        // `begin` is negative if the track has been taken for longer than the stream is.
        let time = begin.wrapping_add(own);
        if let Some(captured) = frame.captured {
            self.reference = Some((captured, time));
        }
        time
    }
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
