//! One live stream: begins, is kept up, ends. An attempt to send it is a run of ffmpeg; one that
//! fails is followed by another, after a while, until too many have failed. No IO, no clock.
//!
//! ```text
//!              ┌───────────────── run ends ◄─────────────┐
//!              ▼                                         │
//!  start ─► Waiting ──► Connecting ── first picture ──► Live ── stop ─► Stopping ─► Over
//!              │  4 failures in a minute        is with the RTMP server
//!              └────────────────────────────► Over (error)
//! ```

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::feed::Feed;
use super::UNREACHED;
use crate::mcu::frames::Frame;
use crate::mcu::sdp::Kind;

/// A run sends something within this time, and goes on doing so.
const PATIENCE: Duration = Duration::from_secs(15);
/// Failures are counted for this long.
const MEMORY: Duration = Duration::from_secs(60);
/// With so many the stream is given up.
const MOST_FAILURES: usize = 4;
/// After the first failure; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// A phone that is turned begins a new run, but not more often than this.
const TURN_PAUSE: Duration = Duration::from_secs(5);
/// A run that is told to end has ended by then, by force if need be.
const STOP_PATIENCE: Duration = Duration::from_secs(8);

/// What a live stream wants done, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Start ffmpeg. What runs before is ended.
    Launch {
        /// News about it carry this number.
        run: u64,
        /// Quarter turns clockwise that its pictures need.
        turns: u8,
    },
    /// Something for the run's input.
    Write(Vec<u8>),
    /// End the run.
    Halt,
    /// Ask for a key frame.
    KeyFrame,
    /// It is live for the first time.
    Started,
    /// It was to end, and has.
    Stopped,
    /// It cannot go on.
    Failed(String),
    /// It can be forgotten.
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Connecting { until: Instant },
    Live { until: Instant, bytes: u64, is_fed: bool },
    Waiting { until: Instant },
    Stopping { until: Instant },
    Over,
}

/// One live stream.
#[derive(Debug)]
pub struct Session {
    feed: Feed,
    state: State,
    run: u64,
    /// Whether the run has begun, which it does with its first frame.
    is_running: bool,
    begun: Instant,
    /// Quarter turns that the run makes, and those that the latest pictures need.
    turns: u8,
    needed_turns: u8,
    failures: Vec<Instant>,
    is_announced: bool,
    /// Why it ended, if it ends before it was live.
    ending: &'static str,
    outputs: VecDeque<Output>,
}

impl Session {
    /// Begins at once.
    pub fn new(has_pictures: bool, now: Instant) -> Self {
        let mut session = Self {
            feed: Feed::new(has_pictures),
            state: State::Waiting { until: now },
            run: 0,
            is_running: false,
            begun: now,
            turns: 0,
            needed_turns: 0,
            failures: Vec::new(),
            is_announced: false,
            ending: "",
            outputs: VecDeque::new(),
        };
        session.begin_run(now);
        session
    }

    /// The next thing to be done.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Whether the room was told that it is live.
    pub fn is_known(&self) -> bool {
        self.is_announced
    }

    /// Whether it has pictures.
    pub fn has_pictures(&self) -> bool {
        self.feed.has_pictures()
    }

    /// A frame of one of its tracks.
    pub fn frame(&mut self, kind: Kind, frame: &Frame, now: Instant) {
        if !matches!(self.state, State::Connecting { .. } | State::Live { .. }) {
            return;
        }
        self.turn(frame.rotation, now);
        let pieces = self.feed.push(kind, frame);
        if pieces.is_empty() {
            return;
        }
        if let State::Live { is_fed, .. } = &mut self.state {
            *is_fed = true;
        }
        if !std::mem::replace(&mut self.is_running, true) {
            self.begun = now;
            self.outputs.push_back(Output::Launch { run: self.run, turns: self.turns });
        }
        self.outputs.extend(pieces.into_iter().map(Output::Write));
    }

    /// The pictures of a phone that is held otherwise need another run.
    fn turn(&mut self, turns: Option<u8>, now: Instant) {
        // That pictures are upright again is said once, and again with each key frame only.
        self.needed_turns = turns.map_or(self.needed_turns, |turns| turns & 3);
        if !self.is_running {
            self.turns = self.needed_turns;
        } else if self.needed_turns != self.turns && now.saturating_duration_since(self.begun) >= TURN_PAUSE {
            self.turns = self.needed_turns;
            self.outputs.push_back(Output::Halt);
            self.begin_run(now);
        }
    }

    /// Frames of this kind come from another track from now on.
    pub fn replace(&mut self, kind: Kind) {
        self.feed.replace(kind);
        if kind == Kind::Video {
            self.outputs.push_back(Output::KeyFrame);
        }
    }

    /// Something was not written, because too much waits. What was made together with it is lost
    /// too, since it may need what was lost; how many pieces that are.
    pub fn overflowed(&mut self) -> u64 {
        let mut lost = 0_u64;
        while let Some(Output::Write(_)) = self.outputs.front() {
            self.outputs.pop_front();
            lost = lost.saturating_add(1);
        }
        if self.feed.interrupt() {
            self.outputs.push_back(Output::KeyFrame);
        }
        lost
    }

    /// So many pictures were encoded, so many bytes sent.
    pub fn progress(&mut self, run: u64, pictures: u64, bytes: u64, now: Instant) {
        if run != self.run || bytes == 0 || (self.feed.has_pictures() && pictures == 0) {
            return;
        }
        let has_grown = match self.state {
            State::Connecting { .. } => {
                if !std::mem::replace(&mut self.is_announced, true) {
                    self.outputs.push_back(Output::Started);
                }
                true
            }
            State::Live { bytes: before, .. } => bytes > before,
            _ => false,
        };
        if has_grown {
            self.state = State::Live { until: later(now, PATIENCE), bytes, is_fed: false };
        }
    }

    /// A run ended. A fatal reason lets no other follow.
    pub fn ended(&mut self, run: u64, reason: &str, is_fatal: bool, now: Instant) {
        if run != self.run {
            return;
        }
        match self.state {
            State::Stopping { .. } => self.finish(),
            State::Over | State::Waiting { .. } => {}
            _ if is_fatal => self.give_up(reason.to_owned()),
            _ => self.fail(reason, now),
        }
    }

    /// It is to end, because somebody says so or because there is nothing to send any more;
    /// `reason` is told where it was never live.
    pub fn stop(&mut self, reason: &'static str, now: Instant) {
        self.ending = reason;
        match self.state {
            State::Connecting { .. } | State::Live { .. } if self.is_running => {
                self.outputs.push_back(Output::Halt);
                self.state = State::Stopping { until: later(now, STOP_PATIENCE) };
            }
            State::Stopping { .. } | State::Over => {}
            _ => self.finish(),
        }
    }

    /// Time passes.
    pub fn tick(&mut self, now: Instant) {
        if self.deadline().is_none_or(|deadline| deadline > now) {
            return;
        }
        match self.state {
            State::Waiting { .. } => self.begin_run(now),
            State::Connecting { .. } => {
                self.outputs.push_back(Output::Halt);
                self.fail(UNREACHED, now);
            }
            // A still screen without sound gives nothing to send.
            State::Live { bytes, is_fed: false, .. } => {
                self.state = State::Live { until: later(now, PATIENCE), bytes, is_fed: false };
            }
            State::Live { .. } => {
                self.outputs.push_back(Output::Halt);
                self.fail("nothing is taken any more", now);
            }
            State::Stopping { .. } => self.finish(),
            State::Over => {}
        }
    }

    /// When [`Session::tick`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Connecting { until }
            | State::Live { until, .. }
            | State::Waiting { until }
            | State::Stopping { until } => Some(until),
            State::Over => None,
        }
    }

    fn begin_run(&mut self, now: Instant) {
        self.run = self.run.saturating_add(1);
        self.is_running = false;
        self.feed.restart();
        self.state = State::Connecting { until: later(now, PATIENCE) };
        self.outputs.push_back(Output::KeyFrame);
    }

    fn fail(&mut self, reason: &str, now: Instant) {
        self.failures.retain(|failure| now.saturating_duration_since(*failure) < MEMORY);
        self.failures.push(now);
        if self.failures.len() >= MOST_FAILURES {
            return self.give_up(format!("the live stream could not be kept up: {reason}"));
        }
        let doublings = u32::try_from(self.failures.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let pause = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(doublings));
        self.state = State::Waiting { until: later(now, pause) };
    }

    fn give_up(&mut self, reason: String) {
        self.state = State::Over;
        self.outputs.extend([Output::Failed(reason), Output::Over]);
    }

    fn finish(&mut self) {
        self.state = State::Over;
        self.outputs.push_back(Output::Stopped);
        if !self.is_announced {
            self.outputs.push_back(Output::Failed(self.ending.to_owned()));
        }
        self.outputs.push_back(Output::Over);
    }
}

fn later(now: Instant, by: Duration) -> Instant {
    now.checked_add(by).unwrap_or(now)
}
