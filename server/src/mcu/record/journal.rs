//! What is written down beside the files of a recording while it goes on, one JSON text a line, so
//! that a crash loses nothing that is needed to compose it.

use serde::{Deserialize, Serialize};

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "camelCase")]
pub enum Line {
    /// The recording began.
    Begun {
        /// Its id.
        id: String,
        /// Id of the room.
        rid: String,
        /// The app keys' space that the room is in.
        space: String,
        /// Name of the room.
        room: String,
        /// Milliseconds since 1970.
        at: u64,
    },
    /// The first frame of a track came in, and a file was opened for it.
    Track(TrackLine),
    /// What is known better by now about a track.
    Sync(SyncLine),
    /// Everything up to here is in the files.
    Beat {
        /// Milliseconds since it began.
        at: u64,
    },
    /// The recording ended.
    Ended {
        /// Milliseconds since it began.
        at: u64,
        /// Why it ended before anybody stopped it.
        error: Option<String>,
    },
    /// The tracks are being composed.
    Composing,
    /// The server ended meanwhile, in good order.
    Postponed,
    /// The one file is there.
    Composed {
        /// Milliseconds since 1970.
        at: u64,
        /// How long it is.
        seconds: f64,
        /// What is missing from it.
        #[serde(default)]
        error: Option<String>,
    },
    /// It will not be.
    Failed {
        /// Milliseconds since 1970.
        at: u64,
        /// Why.
        error: String,
    },
}

/// A track and its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrackLine {
    /// Counted from 0.
    pub number: usize,
    /// Peer id of the publisher.
    pub peer: String,
    /// Its `mediaId`.
    pub media: String,
    /// Whether it shows a screen.
    pub is_screen: bool,
    /// Whether it is sound.
    pub is_audio: bool,
    /// Name of the file in the folder of the recording.
    pub file: String,
    /// Quarter turns clockwise that the pictures need.
    pub rotation: u8,
}

/// Where a track is in time, as well as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncLine {
    /// Number of the track.
    pub number: usize,
    /// When its first frame came in, without the delay of that frame over others: microseconds
    /// since the recording began.
    pub arrived: i64,
    /// When its first frame was captured by the publisher's clock: microseconds since 1970.
    pub captured: Option<i64>,
    /// Largest picture so far.
    pub width: u16,
    /// Of the same picture.
    pub height: u16,
}

/// A track as the whole journal tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalTrack {
    /// What it is.
    pub track: TrackLine,
    /// Where it is.
    pub sync: SyncLine,
}

/// What a journal says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Journal {
    /// Id of the recording; empty if not even the first line is there.
    pub id: String,
    /// Id of the room.
    pub rid: String,
    /// Space of the app keys.
    pub space: String,
    /// Name of the room.
    pub room: String,
    /// When it began: milliseconds since 1970.
    pub begun: u64,
    /// Its tracks.
    pub tracks: Vec<JournalTrack>,
    /// Up to where it goes: milliseconds since it began.
    pub length: u64,
    /// Whether it ended in good order.
    pub has_ended: bool,
    /// Why it ended before anybody stopped it, what is missing, or why it was not composed.
    pub error: Option<String>,
    /// How often composing was begun without coming to an end.
    pub attempts: usize,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of composing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Outcome {
    /// Nothing yet.
    #[default]
    Open,
    /// The file is there.
    Composed {
        /// How long it is.
        seconds: f64,
    },
    /// It will not be.
    Failed,
}

impl Line {
    /// As it stands in the journal.
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl Journal {
    /// Reads what is there. Lines that make no sense, such as one that was cut off by a crash, are
    /// left out.
    pub fn read(text: &str) -> Self {
        let mut journal = Self::default();
        for line in text.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            journal.take(line);
        }
        journal
    }

    /// One more line.
    pub fn take(&mut self, line: Line) {
        match line {
            Line::Begun { id, rid, space, room, at } => {
                (self.id, self.rid, self.space, self.room, self.begun) = (id, rid, space, room, at);
            }
            Line::Track(track) => {
                let sync = SyncLine { number: track.number, arrived: 0, captured: None, width: 0, height: 0 };
                self.tracks.push(JournalTrack { track, sync });
            }
            Line::Sync(sync) => {
                let known = self.tracks.iter_mut().find(|known| known.track.number == sync.number);
                if let Some(known) = known {
                    known.sync = sync;
                }
            }
            Line::Beat { at } => self.length = self.length.max(at),
            Line::Ended { at, error } => {
                self.length = self.length.max(at);
                self.has_ended = true;
                self.error = error;
            }
            Line::Composing => self.attempts = self.attempts.saturating_add(1),
            Line::Postponed => self.attempts = self.attempts.saturating_sub(1),
            Line::Composed { seconds, error, .. } => {
                let errors = [self.error.take(), error].into_iter().flatten().collect::<Vec<_>>();
                self.error = Some(errors.join("; ")).filter(|error| !error.is_empty());
                self.outcome = Outcome::Composed { seconds };
            }
            Line::Failed { error, .. } => {
                self.error = Some(error);
                self.outcome = Outcome::Failed;
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn lines() -> Vec<Line> {
        let track = TrackLine {
            number: 0,
            peer: "a".into(),
            media: "AUDIO_s".into(),
            is_screen: false,
            is_audio: true,
            file: "0.webm".into(),
            rotation: 0,
        };
        let sync = SyncLine { number: 0, arrived: 1500, captured: Some(-2), width: 0, height: 0 };
        let text = |text: &str| text.to_owned();
        vec![
            Line::Begun { id: text("r"), rid: text("rk"), space: text("s"), room: text("ro\nom"), at: 5 },
            Line::Track(track),
            Line::Sync(sync),
            Line::Beat { at: 1000 },
            Line::Ended { at: 1400, error: None },
            Line::Composing,
            Line::Composed { at: 9, seconds: 1.4, error: None },
        ]
    }

    #[test]
    fn a_journal_reads_as_it_was_written_up_to_where_it_was_cut() {
        let text: String = lines().iter().map(Line::to_text).collect();
        let mut whole = Journal::default();
        lines().into_iter().for_each(|line| whole.take(line));
        assert_eq!(Journal::read(&text), whole);
        assert_eq!((whole.length, whole.attempts, whole.has_ended), (1400, 1, true));
        assert_eq!(whole.outcome, Outcome::Composed { seconds: 1.4 });
        assert_eq!(whole.tracks[0].sync.arrived, 1500);
        let late = Line::Composed { at: 9, seconds: 1.4, error: Some("b".to_owned()) };
        let ended = Line::Ended { at: 1, error: Some("a".to_owned()) };
        let both = Journal::read(&[ended, late].map(|line| line.to_text()).concat());
        assert_eq!(both.error.as_deref(), Some("a; b"));
        for cut in 0..text.len() {
            let Some(part) = text.get(..cut) else { continue };
            let mut expected = Journal::default();
            let whole_lines = part.lines().filter(|line| serde_json::from_str::<Line>(line).is_ok()).count();
            lines().into_iter().take(whole_lines).for_each(|line| expected.take(line));
            assert_eq!(Journal::read(part), expected, "cut at {cut}");
        }
    }
}
