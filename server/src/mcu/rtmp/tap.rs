//! The live streams of one room: requests of members, tracks, what members are told. No IO, no
//! clock; runs of ffmpeg are started by what it is made with.

mod outputs;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::{Duration, Instant};

use skylink_protocol::signaling::{RtmpEvent, StartRtmp, StopRtmp};
use skylink_protocol::{Object, Value};

use super::endpoint::Endpoint;
use super::run::{Input, Launch};
use super::session::Session;
use super::{LiveStreams, Place};
use crate::mcu::frames::{Assembler, FrameEvent};
use crate::mcu::lines::TrackId;
use crate::mcu::packet::Packet;
use crate::mcu::room::Track;
use crate::mcu::sdp::Kind;
use crate::mcu::tap::{Order, Orders, Tap, TapEvent, TapHandle};

/// A stream that was just sent may be asked for before it is published.
const STREAM_PATIENCE: Duration = Duration::from_secs(5);
const LONGEST_ID: usize = 128;
const KINDS: [Kind; 2] = [Kind::Audio, Kind::Video];

/// Starts a run.
pub(super) type Start = Box<dyn Fn(Launch) -> std::io::Result<Box<dyn Input>> + Send>;

struct Known {
    track: Track,
    /// Of a track that is taken.
    assembler: Option<Assembler>,
}

struct Stream {
    /// Tells it apart from all others of this server: news of a run may outlive stream and room.
    number: u64,
    rtmp_id: String,
    starter: String,
    stream_id: String,
    endpoint: Endpoint,
    stage: Stage,
    _place: Place,
}

enum Stage {
    /// Nobody publishes it yet.
    Wanted {
        until: Instant,
    },
    Begun {
        session: Box<Session>,
        publisher: String,
        main: Kind,
        tracks: BTreeMap<Kind, TrackId>,
        input: Option<Box<dyn Input>>,
    },
    Over,
}

pub(super) struct LiveTap {
    rid: String,
    handle: TapHandle,
    all: Arc<LiveStreams>,
    start: Start,
    tracks: BTreeMap<TrackId, Known>,
    streams: Vec<Stream>,
}

impl Tap for LiveTap {
    fn handle(&mut self, event: TapEvent<'_>, now: Instant, orders: &mut Orders) {
        match event {
            TapEvent::Packet { track, packet } => return self.packet(track, packet, now, orders),
            TapEvent::Published(track) => {
                self.tracks.insert(track.id, Known { track: track.clone(), assembler: None });
                self.find_tracks(now);
            }
            TapEvent::Unpublished(track) => self.unpublished(track, now),
            TapEvent::Request { peer, message } => self.request(peer, message, now, orders),
            TapEvent::News(news) => self.news(&news, now),
            TapEvent::Entered { peer } => self.tell_newcomer(peer, orders),
            TapEvent::Wake => self.wake(now, orders),
            TapEvent::Left { .. } => {}
            TapEvent::Closed => self.streams.clear(),
        }
        self.settle(now, orders);
    }
}

impl LiveTap {
    pub(super) fn new(rid: &str, handle: TapHandle, all: Arc<LiveStreams>, start: Start) -> Self {
        Self { rid: rid.to_owned(), handle, all, start, tracks: BTreeMap::new(), streams: Vec::new() }
    }

    fn request(&mut self, peer: &str, message: &Value, now: Instant, orders: &mut Orders) {
        let text = |name: &str| message.get(name).and_then(Value::as_text).unwrap_or_default();
        let id = text("rtmpId");
        let outcome = match text("type") {
            _ if id.is_empty() || id.len() > LONGEST_ID => return,
            StartRtmp::TYPE => self.begin(peer, id, text("streamId"), text("endpoint"), now),
            StopRtmp::TYPE => self.stop(id, now, orders),
            _ => return,
        };
        if let Err(reason) = outcome {
            orders.push(Order::Signal { to: peer.to_owned(), message: failed(id, &reason) });
        }
    }

    fn begin(
        &mut self,
        peer: &str,
        id: &str,
        stream_id: &str,
        endpoint: &str,
        now: Instant,
    ) -> Result<(), String> {
        // An error would end the one that there is.
        if self.streams.iter().any(|stream| stream.rtmp_id == id) {
            tracing::debug!(peer, "a live stream of this id is there already");
            return Ok(());
        }
        let endpoint = Endpoint::parse(endpoint).map_err(|error| error.to_string())?;
        let limits = self.all.limits;
        if self.streams.len() >= limits.in_a_room {
            return Err(format!("a room may have {} live streams", limits.in_a_room));
        }
        let place = self.all.place().ok_or("the server has as many live streams as it may have")?;
        tracing::info!(peer, room = self.rid, endpoint = endpoint.place(), "a live stream is asked for");
        self.streams.push(Stream {
            number: self.all.numbers.fetch_add(1, Ordering::Relaxed),
            rtmp_id: id.to_owned(),
            starter: peer.to_owned(),
            stream_id: stream_id.to_owned(),
            endpoint,
            stage: Stage::Wanted { until: now.checked_add(STREAM_PATIENCE).unwrap_or(now) },
            _place: place,
        });
        self.find_tracks(now);
        Ok(())
    }

    /// Any member may.
    fn stop(&mut self, id: &str, now: Instant, orders: &mut Orders) -> Result<(), String> {
        const REASON: &str = "the live stream was stopped before it began";
        let stream = self.streams.iter_mut().find(|stream| stream.rtmp_id == id);
        let stream = stream.ok_or("there is no such live stream")?;
        if let Stage::Begun { session, .. } = &mut stream.stage {
            session.stop(REASON, now);
            return Ok(());
        }
        stream.stage = Stage::Over;
        orders.push(Order::SignalAll { message: event(id, "stopSuccess") });
        orders.push(Order::Signal { to: stream.starter.clone(), message: failed(id, REASON) });
        Ok(())
    }

    /// Begins what waits for its stream, and fills the places of sound and pictures.
    fn find_tracks(&mut self, now: Instant) {
        let known: Vec<&Track> = self.tracks.values().map(|known| &known.track).collect();
        for stream in &mut self.streams {
            if let Stage::Wanted { .. } = stream.stage {
                let named = known.iter().find(|track| track.medium.stream() == stream.stream_id);
                let Some(main) = named else { continue };
                let mut tracks = BTreeMap::from([(main.kind(), main.id)]);
                let other = if main.kind() == Kind::Audio { Kind::Video } else { Kind::Audio };
                let companion = companion(&known, &main.publisher, other, &stream.stream_id);
                tracks.extend(companion.map(|track| (other, track)));
                stream.stage = Stage::Begun {
                    session: Box::new(Session::new(tracks.contains_key(&Kind::Video), now)),
                    publisher: main.publisher.clone(),
                    main: main.kind(),
                    tracks,
                    input: None,
                };
                continue;
            }
            let Stage::Begun { session, publisher, tracks, .. } = &mut stream.stage else { continue };
            for kind in KINDS {
                if tracks.contains_key(&kind) || (kind == Kind::Video && !session.has_pictures()) {
                    continue;
                }
                if let Some(track) = companion(&known, publisher, kind, &stream.stream_id) {
                    tracks.insert(kind, track);
                    session.replace(kind);
                }
            }
        }
    }

    fn unpublished(&mut self, gone: TrackId, now: Instant) {
        self.tracks.remove(&gone);
        for stream in &mut self.streams {
            let Stage::Begun { session, main, tracks, .. } = &mut stream.stage else { continue };
            if tracks.get(main) == Some(&gone) {
                session.stop("the stream ended before it was live", now);
            }
            tracks.retain(|_, track| *track != gone);
        }
        self.find_tracks(now);
    }

    fn packet(&mut self, track: TrackId, packet: &Packet, now: Instant, orders: &mut Orders) {
        if let Some(assembler) = self.tracks.get_mut(&track).and_then(|known| known.assembler.as_mut()) {
            assembler.insert(packet);
        }
        self.pump(track, now, orders);
        self.settle(now, orders);
    }

    /// Passes on what became complete.
    fn pump(&mut self, id: TrackId, now: Instant, orders: &mut Orders) {
        let Some(known) = self.tracks.get_mut(&id) else { return };
        let kind = known.track.kind();
        while let Some(event) = known.assembler.as_mut().and_then(|assembler| assembler.poll(now)) {
            match event {
                FrameEvent::NeedsKeyFrame => orders.push(Order::KeyFrame(id)),
                FrameEvent::Frame(frame) => {
                    for stream in &mut self.streams {
                        let Stage::Begun { session, tracks, .. } = &mut stream.stage else { continue };
                        if tracks.get(&kind) == Some(&id) {
                            session.frame(kind, &frame, now);
                        }
                    }
                }
            }
        }
    }

    fn wake(&mut self, now: Instant, orders: &mut Orders) {
        let tracks: Vec<TrackId> = self.tracks.keys().copied().collect();
        for track in tracks {
            self.pump(track, now, orders);
        }
        for stream in &mut self.streams {
            match &mut stream.stage {
                Stage::Wanted { until } if *until <= now => {
                    stream.stage = Stage::Over;
                    let message = failed(&stream.rtmp_id, "nobody in the room sends this stream");
                    orders.push(Order::Signal { to: stream.starter.clone(), message });
                }
                Stage::Begun { session, .. } => session.tick(now),
                Stage::Wanted { .. } | Stage::Over => {}
            }
        }
    }

    fn news(&mut self, news: &Value, now: Instant) {
        let number = |name: &str| number(news.get(name));
        let stream = self.streams.iter_mut().find(|stream| stream.number == number("stream"));
        let Some(Stage::Begun { session, .. }) = stream.map(|stream| &mut stream.stage) else { return };
        match news.get("reason").and_then(Value::as_text) {
            Some(reason) => {
                let is_fatal = news.get("isFatal").and_then(Value::as_bool).unwrap_or_default();
                session.ended(number("run"), reason, is_fatal, now);
            }
            None => session.progress(number("run"), number("pictures"), number("bytes"), now),
        }
    }

    /// Applications list what is live, also of the time before they came.
    fn tell_newcomer(&self, peer: &str, orders: &mut Orders) {
        for stream in &self.streams {
            if matches!(&stream.stage, Stage::Begun { session, .. } if session.is_known()) {
                orders.push(Order::Signal { to: peer.to_owned(), message: started(stream) });
            }
        }
    }

    /// Does what the streams want, takes the tracks that they need, and sets the alarm.
    fn settle(&mut self, now: Instant, orders: &mut Orders) {
        for place in 0..self.streams.len() {
            self.carry_out(place, orders);
        }
        self.streams.retain(|stream| !matches!(stream.stage, Stage::Over));

        let begun = self.streams.iter().filter_map(|stream| match &stream.stage {
            Stage::Begun { tracks, .. } => Some(tracks.values().copied()),
            Stage::Wanted { .. } | Stage::Over => None,
        });
        let needed: BTreeSet<TrackId> = begun.flatten().collect();
        for (id, known) in &mut self.tracks {
            match (needed.contains(id), known.assembler.is_some()) {
                (true, false) => {
                    known.assembler = Some(Assembler::new(known.track.kind(), now));
                    orders.push(Order::Take(*id));
                }
                (false, true) => {
                    known.assembler = None;
                    orders.push(Order::Leave(*id));
                }
                _ => {}
            }
        }

        let assemblers = self.tracks.values().filter_map(|known| known.assembler.as_ref()?.deadline());
        let streams = self.streams.iter().filter_map(|stream| match &stream.stage {
            Stage::Wanted { until } => Some(*until),
            Stage::Begun { session, .. } => session.deadline(),
            Stage::Over => None,
        });
        orders.extend(assemblers.chain(streams).min().map(Order::WakeAt));
    }
}

/// What goes with a track of the publisher: the other half of the same stream if there is one,
/// else its microphone or camera, else whatever it has.
fn companion(known: &[&Track], publisher: &str, kind: Kind, stream_id: &str) -> Option<TrackId> {
    let preference = |track: &&&Track| {
        let medium = &track.medium;
        let is_usual = matches!(medium.media_type.as_str(), "audioMic" | "videoCamera");
        (medium.stream() == stream_id, is_usual, std::cmp::Reverse(track.id))
    };
    let fitting = known.iter().filter(|track| track.publisher == publisher && track.kind() == kind);
    fitting.max_by_key(preference).map(|track| track.id)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn number(value: Option<&Value>) -> u64 {
    value.and_then(Value::as_number).unwrap_or_default() as u64
}

fn event(id: &str, action: &str) -> Value {
    Value::Object(Object::new().with("type", RtmpEvent::TYPE).with("action", action).with("rtmpId", id))
}

fn started(stream: &Stream) -> Value {
    let mut message = event(&stream.rtmp_id, "startSuccess");
    if let Value::Object(message) = &mut message {
        message.set("peerId", stream.starter.as_str());
        message.set("streamId", stream.stream_id.as_str());
    }
    message
}

fn failed(id: &str, reason: &str) -> Value {
    let mut message = event(id, "error");
    if let Value::Object(message) = &mut message {
        message.set("error", reason);
    }
    message
}
