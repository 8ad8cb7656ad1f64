//! The recorder of one room as a state machine: what happens in the room comes in, messages for
//! its members and pieces of files go out. No IO, no clock.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use skylink_protocol::signaling::{RecordingEvent, StartRecording, StopRecording};
use skylink_protocol::{Object, Value};

use super::journal::Line;
use super::track_file::{Numbers, TrackFile, TrackOutput};
use crate::mcu::lines::TrackId;
use crate::mcu::room::Track;
use crate::mcu::sdp::Kind;
use crate::mcu::tap::{Order, Orders, TapEvent};

/// What was recorded is on disk, up to this span.
const BEAT: Duration = Duration::from_secs(1);
/// After a recording that was stopped there is none for so long: each has its price on the disk.
const PAUSE: Duration = Duration::from_secs(2);
/// Recordings of this room whose file is still to come.
const MOST_AWAITED: usize = 100;

/// What the thread that writes is to do.
#[derive(Debug, PartialEq)]
pub enum Job {
    /// A recording with this id begins. [`News::Opened`] or [`News::Failed`] follows.
    Open(String),
    /// A line for the journal.
    Journal(Line),
    /// Goes to the end of the file of this name.
    Piece {
        /// Name of the file.
        file: String,
        /// What is written.
        bytes: Vec<u8>,
    },
    /// Nothing more goes to the file of this name.
    Complete(String),
    /// Nothing more comes.
    Close,
}

/// What that thread reports, and later the one that composes. All name the recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// There is a folder for it.
    Opened(String),
    /// It cannot go on.
    Failed(String, String),
    /// Its one file is there, at this address.
    Finished(String, String),
}

/// What a session wants done.
#[derive(Debug, Default)]
pub struct Outputs {
    /// By the media server.
    pub orders: Orders,
    /// By the thread that writes.
    pub jobs: Vec<Job>,
}

/// Makes the id of a recording; `None` if there is no randomness.
pub type FreshId = Box<dyn FnMut() -> Option<String> + Send>;

/// The recorder of a room.
pub struct Session {
    state: State,
    published: BTreeMap<TrackId, Track>,
    longest: Duration,
    fresh_id: FreshId,
    /// Ids of recordings that ended.
    awaited: Vec<String>,
    /// When the next recording may begin.
    free_from: Option<Instant>,
}

enum State {
    Idle,
    /// Nobody is told before it is known that files can be written.
    Opening {
        id: String,
        /// Who asked.
        by: Vec<String>,
    },
    Recording(Recording),
}

struct Recording {
    id: String,
    begun: Instant,
    next_beat: Instant,
    tracks: BTreeMap<TrackId, (TrackFile, String)>,
    numbers: Numbers,
}

impl Session {
    /// Nothing is recorded. No recording is longer than `longest`.
    pub fn new(longest: Duration, fresh_id: FreshId) -> Self {
        Self {
            state: State::Idle,
            published: BTreeMap::new(),
            longest,
            fresh_id,
            awaited: Vec::new(),
            free_from: None,
        }
    }

    /// Something happened in the room.
    pub fn handle(&mut self, event: &TapEvent<'_>, now: Instant, out: &mut Outputs) {
        match event {
            TapEvent::Entered { peer } => {
                if let State::Recording(recording) = &self.state {
                    out.orders.push(to(peer, event_of("on", &recording.id)));
                }
            }
            TapEvent::Left { .. } => {}
            TapEvent::Published(track) => {
                self.published.insert(track.id, (*track).clone());
                if let State::Recording(recording) = &mut self.state {
                    recording.take(track, now, out);
                }
            }
            TapEvent::Unpublished(track) => {
                self.published.remove(track);
                if let State::Recording(recording) = &mut self.state {
                    recording.lose(*track, now, out);
                }
            }
            TapEvent::Packet { track, packet } => {
                if let State::Recording(recording) = &mut self.state {
                    recording.with_track(*track, out, |file, numbers, outputs| {
                        file.packet(packet, now, numbers, outputs);
                    });
                }
            }
            TapEvent::Request { peer, message } => self.request(peer, message, now, out),
            TapEvent::News(news) => {
                if let Some(news) = News::read(news) {
                    self.news(news, now, out);
                }
            }
            TapEvent::Wake => self.tick(now, out),
            TapEvent::Closed => self.end("off", None, now, out),
        }
        if let State::Recording(recording) = &self.state {
            out.orders.push(Order::WakeAt(recording.deadline()));
        }
    }

    fn request(&mut self, peer: &str, message: &Value, now: Instant, out: &mut Outputs) {
        match message.get("type").and_then(Value::as_text) {
            Some(StartRecording::TYPE) => match &mut self.state {
                State::Idle if self.free_from.is_some_and(|from| now < from) => {
                    let error = "the last recording of the room was stopped less than two seconds ago";
                    out.orders.push(to(peer, refusal(error)));
                }
                State::Idle => match (self.fresh_id)() {
                    Some(id) => {
                        out.jobs.push(Job::Open(id.clone()));
                        self.state = State::Opening { id, by: vec![peer.to_owned()] };
                    }
                    None => out.orders.push(to(peer, refusal("the server has no randomness"))),
                },
                State::Opening { by, .. } => by.push(peer.to_owned()),
                State::Recording(recording) => out.orders.push(to(peer, event_of("on", &recording.id))),
            },
            // A client that asks for what has happened already has been told.
            Some(StopRecording::TYPE) => {
                if !matches!(self.state, State::Idle) {
                    self.free_from = now.checked_add(PAUSE);
                }
                self.end("off", None, now, out);
            }
            _ => {}
        }
    }

    fn news(&mut self, news: News, now: Instant, out: &mut Outputs) {
        match (news, &mut self.state) {
            (News::Opened(id), State::Opening { id: awaited, .. }) if id == *awaited => {
                out.orders.push(to_all(event_of("on", &id)));
                let next_beat = now.checked_add(BEAT).unwrap_or(now);
                let (tracks, numbers) = (BTreeMap::new(), Numbers::default());
                let mut recording = Recording { id, begun: now, next_beat, tracks, numbers };
                for track in self.published.values() {
                    recording.take(track, now, out);
                }
                self.state = State::Recording(recording);
            }
            (News::Failed(id, error), State::Opening { id: awaited, by }) if id == *awaited => {
                for peer in by {
                    out.orders.push(to(peer, refusal(&error)));
                }
                out.jobs.push(Job::Close);
                self.state = State::Idle;
            }
            (News::Failed(id, error), State::Recording(recording)) if id == recording.id => {
                self.end("error", Some(error), now, out);
            }
            (News::Opened(_), _) => {}
            (News::Failed(id, error), _) => {
                self.tell_outcome(&id, event_of("error", &id).with("error", error), out);
            }
            (News::Finished(id, url), _) => {
                self.tell_outcome(&id, event_of("url", &id).with("url", url), out);
            }
        }
    }

    /// What became of a recording of this session. Others who use the room's name later have no
    /// business with it.
    fn tell_outcome(&mut self, id: &str, message: Object, out: &mut Outputs) {
        if let Some(place) = self.awaited.iter().position(|awaited| awaited == id) {
            self.awaited.remove(place);
            out.orders.push(to_all(message));
        }
    }

    fn tick(&mut self, now: Instant, out: &mut Outputs) {
        let State::Recording(recording) = &mut self.state else { return };
        let tracks: Vec<TrackId> = recording.tracks.keys().copied().collect();
        for track in tracks {
            recording.with_track(track, out, |file, numbers, outputs| file.tick(now, numbers, outputs));
        }
        if recording.next_beat <= now {
            recording.beat(now, out);
        }
        if now.saturating_duration_since(recording.begun) >= self.longest {
            let minutes = self.longest.as_secs().checked_div(60).unwrap_or_default();
            let error = format!("the recording has reached its limit of {minutes} minutes");
            self.end("error", Some(error), now, out);
        }
    }

    /// Ends what goes on, and tells everybody.
    fn end(&mut self, action: &str, error: Option<String>, now: Instant, out: &mut Outputs) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Recording(mut recording) => {
                let tracks: Vec<TrackId> = recording.tracks.keys().copied().collect();
                for track in tracks {
                    recording.lose(track, now, out);
                    out.orders.push(Order::Leave(track));
                }
                let at = millis(now.saturating_duration_since(recording.begun));
                out.jobs.push(Job::Journal(Line::Ended { at, error: error.clone() }));
                out.jobs.push(Job::Close);
                let message = event_of(action, &recording.id);
                match error {
                    Some(error) => {
                        out.orders.push(to_all(message.with("error", error)));
                        // 2.7.2 takes it to go on until it hears this.
                        out.orders.push(to_all(event_of("off", &recording.id)));
                    }
                    None => out.orders.push(to_all(message)),
                }
                if self.awaited.len() >= MOST_AWAITED {
                    self.awaited.remove(0);
                }
                self.awaited.push(recording.id);
            }
            State::Opening { by, .. } => {
                out.jobs.push(Job::Close);
                for peer in by {
                    out.orders.push(to(&peer, refusal("the recording was stopped before it began")));
                }
            }
            State::Idle => {}
        }
    }
}

impl Recording {
    fn take(&mut self, track: &Track, now: Instant, out: &mut Outputs) {
        if track.kind() == Kind::Data || self.tracks.contains_key(&track.id) {
            return;
        }
        let Some(number) = self.numbers.take() else {
            return tracing::warn!(recording = self.id, "too many tracks: the rest is not recorded");
        };
        let file = TrackFile::new(number, track, self.begun, now);
        self.tracks.insert(track.id, (file, String::new()));
        out.orders.push(Order::Take(track.id));
    }

    fn lose(&mut self, track: TrackId, now: Instant, out: &mut Outputs) {
        self.with_track(track, out, |file, numbers, outputs| file.finish(now, numbers, outputs));
        if let Some((mut file, name)) = self.tracks.remove(&track) {
            if !name.is_empty() {
                out.jobs.push(Job::Complete(name));
            }
            out.jobs.extend(file.news().map(|sync| Job::Journal(Line::Sync(sync))));
        }
    }

    fn beat(&mut self, now: Instant, out: &mut Outputs) {
        let tracks: Vec<TrackId> = self.tracks.keys().copied().collect();
        for track in tracks {
            self.with_track(track, out, |file, _, outputs| file.flush(outputs));
        }
        let news = self.tracks.values_mut().filter_map(|(file, _)| file.news());
        out.jobs.extend(news.map(|sync| Job::Journal(Line::Sync(sync))));
        let at = millis(now.saturating_duration_since(self.begun));
        out.jobs.push(Job::Journal(Line::Beat { at }));
        self.next_beat = now.checked_add(BEAT).unwrap_or(now);
    }

    fn deadline(&self) -> Instant {
        let gaps = self.tracks.values().filter_map(|(file, _)| file.deadline());
        gaps.fold(self.next_beat, Instant::min)
    }

    fn with_track(
        &mut self,
        track: TrackId,
        out: &mut Outputs,
        act: impl FnOnce(&mut TrackFile, &mut Numbers, &mut Vec<TrackOutput>),
    ) {
        let Some((file, name)) = self.tracks.get_mut(&track) else { return };
        let mut outputs = Vec::new();
        act(file, &mut self.numbers, &mut outputs);
        for output in outputs {
            match output {
                TrackOutput::Begins(line) => {
                    name.clone_from(&line.file);
                    out.jobs.push(Job::Journal(Line::Track(line)));
                    out.jobs.extend(file.news().map(|sync| Job::Journal(Line::Sync(sync))));
                }
                TrackOutput::Ends(sync) => {
                    out.jobs.extend([Job::Complete(name.clone()), Job::Journal(Line::Sync(sync))]);
                }
                TrackOutput::Piece(bytes) => out.jobs.push(Job::Piece { file: name.clone(), bytes }),
                TrackOutput::KeyFrame => out.orders.push(Order::KeyFrame(track)),
            }
        }
    }
}

impl News {
    /// As it goes through the media server.
    pub fn to_value(&self) -> Value {
        let (kind, id, text) = match self {
            Self::Opened(id) => ("opened", id, ""),
            Self::Failed(id, error) => ("failed", id, error.as_str()),
            Self::Finished(id, url) => ("finished", id, url.as_str()),
        };
        Object::new().with("news", kind).with("recordingId", id.as_str()).with("text", text).into()
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_text).map(str::to_owned);
        let id = text("recordingId")?;
        match text("news")?.as_str() {
            "opened" => Some(Self::Opened(id)),
            "failed" => Some(Self::Failed(id, text("text")?)),
            "finished" => Some(Self::Finished(id, text("text")?)),
            _ => None,
        }
    }
}

fn event_of(action: &str, id: &str) -> Object {
    Object::new().with("type", RecordingEvent::TYPE).with("action", action).with("recordingId", id)
}

/// Of a recording that did not begin, so it has no id.
fn refusal(error: &str) -> Object {
    Object::new().with("type", RecordingEvent::TYPE).with("action", "error").with("error", error)
}

fn to(peer: &str, message: Object) -> Order {
    Order::Signal { to: peer.to_owned(), message: message.into() }
}

fn to_all(message: Object) -> Order {
    Order::SignalAll { message: message.into() }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
