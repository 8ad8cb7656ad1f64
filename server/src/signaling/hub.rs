//! The one place where connections and rooms meet.
//!
//! All of it happens under one lock, deliveries included: so each receiver sees messages in the
//! order in which the rooms decided on them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::line::Line;
use super::outsiders::Outsiders;

use crate::listening::Client;
use crate::mcu::command::{Command, Signal};
use crate::rooms::{ConnectionId, Counts, Delivery, Intake, Reading, RoomLimits, Rooms};
use crate::sockets::{Frame, Session};
use crate::tally::Tally;
use crate::{random, time};

/// Where what the media server is to be told goes. It must not block, nor call the hub.
pub type CommandSink = Box<dyn Fn(Command) + Send + Sync>;

/// Rooms and the sockets of their members.
pub struct Hub {
    limits: RoomLimits,
    state: Mutex<State>,
    media_server: OnceLock<CommandSink>,
}

/// Numbers about connections that are in no room.
#[derive(Debug, Clone, Copy)]
pub struct Outside {
    /// How many there are.
    pub connections: usize,
    /// How many were cut off since the start because there were too many.
    pub crowded_out: u64,
    /// How many because there were too many of their origin.
    pub crowded_out_of_one: u64,
    /// How many because they said nothing for too long.
    pub silent: u64,
}

/// How many connections may be in no room. Of more the oldest is cut off.
#[derive(Debug, Clone, Copy)]
pub struct MostOutside {
    /// Of all.
    pub of_all: usize,
    /// Of one origin ([`Client::origin`]); 0 means any number.
    pub of_one: usize,
}

struct State {
    rooms: Rooms,
    lines: HashMap<ConnectionId, Arc<Line>>,
    outsiders: Outsiders,
    crowded_out: Tally,
    crowded_out_of_one: Tally,
    silent: u64,
    most_outside: MostOutside,
    last_connection: u64,
}

impl Hub {
    /// A hub without connections.
    pub fn new(rooms: Rooms, most_outside: MostOutside) -> Self {
        let limits = rooms.limits();
        let state = State {
            rooms,
            lines: HashMap::new(),
            outsiders: Outsiders::default(),
            crowded_out: Tally::default(),
            crowded_out_of_one: Tally::default(),
            silent: 0,
            most_outside,
            last_connection: 0,
        };
        Self { limits, state: Mutex::new(state), media_server: OnceLock::new() }
    }

    /// There is a media server from now on. Only the first one counts.
    pub fn attach(&self, media_server: CommandSink) {
        let _ = self.media_server.set(media_server);
    }

    /// The media server has something to say to a member.
    pub fn signal(&self, signal: Signal) {
        let mut state = self.lock();
        let delivery = state.rooms.from_media_server(signal);
        self.finish(state, delivery.into_iter().collect());
    }

    /// A client has opened a session.
    pub(super) fn connect(&self, session: Session, client: Option<Client>) -> Arc<Line> {
        let mut state = self.lock();
        state.last_connection = state.last_connection.saturating_add(1);
        let connection = ConnectionId(state.last_connection);
        state.rooms.connect(connection);
        let line = Arc::new(Line::new(session, connection, client));
        state.lines.insert(connection, Arc::clone(&line));
        let now = time::now();
        state.heard_outside(&line, now);
        state.make_room(client, now);
        line
    }

    /// A client said a text. It is read before the lock is taken, which everybody waits for.
    pub(super) fn receive(&self, connection: ConnectionId, intake: &mut Intake, text: &str) {
        let now = time::now();
        let reading = intake.read(text, now, &self.limits);
        let mut state = self.lock();
        if !state.lines.contains_key(&connection) {
            return;
        }
        let deliveries = match reading {
            Reading::Message(message) => state.rooms.receive(connection, message, now, &mut fresh_id),
            Reading::Unread(reason) => state.rooms.unread(connection, reason, now),
            Reading::HangUp => state.cut_off(connection, "sends on and on beyond its limits"),
        };
        let is_inside = state.rooms.is_inside(connection);
        let line = state.lines.get(&connection).filter(|_| !is_inside).cloned();
        if let Some(line) = line {
            state.heard_outside(&line, now);
        } else if !intake.is_inside() {
            state.outsiders.forget(connection);
        }
        intake.set_inside(is_inside);
        self.finish(state, deliveries);
    }

    /// A session is over. May be called again.
    pub(super) fn disconnect(&self, connection: ConnectionId) {
        let mut state = self.lock();
        state.lines.remove(&connection);
        state.outsiders.forget(connection);
        let deliveries = state.rooms.disconnect(connection);
        self.finish(state, deliveries);
    }

    /// Ends memberships whose time is over, and sockets that are for nothing. To be called every few seconds.
    pub fn tick(&self) {
        let mut state = self.lock();
        let now = time::now();
        let mut deliveries = state.rooms.tick(now);
        for connection in state.outsiders.silent(now) {
            state.silent = state.silent.saturating_add(1);
            deliveries.extend(state.cut_off_silently(connection));
        }
        self.finish(state, deliveries);
    }

    /// As [`Rooms::fall_silent`].
    pub(super) fn fall_silent(&self) {
        self.lock().rooms.fall_silent();
    }

    /// As [`Rooms::flush`].
    pub fn flush(&self) {
        self.lock().rooms.flush();
    }

    /// As [`Rooms::is_writing`].
    pub fn is_writing(&self) -> bool {
        self.lock().rooms.is_writing()
    }

    /// As [`Rooms::session_id`].
    pub fn session_id(&self, rid: &str) -> String {
        self.lock().rooms.session_id(rid, &mut || format!("rs-{}", fresh_id()))
    }

    /// As [`Rooms::members_of`].
    pub fn members_of(&self, rid: &str) -> usize {
        self.lock().rooms.members_of(rid)
    }

    /// As [`Rooms::label_of`].
    pub fn label_of(&self, rid: &str) -> Option<(String, String)> {
        self.lock().rooms.label_of(rid)
    }

    /// As [`Rooms::counts`].
    pub fn counts(&self) -> Counts {
        self.lock().rooms.counts()
    }

    /// Connections that are in no room.
    pub fn outside(&self) -> Outside {
        let state = self.lock();
        Outside {
            connections: state.outsiders.len(),
            crowded_out: state.crowded_out.total(),
            crowded_out_of_one: state.crowded_out_of_one.total(),
            silent: state.silent,
        }
    }

    /// Carries out what the rooms decided on, while nothing else can come between.
    fn finish(&self, mut state: MutexGuard<'_, State>, deliveries: Vec<Delivery>) {
        state.deliver(deliveries);
        let commands = state.rooms.take_commands();
        if let Some(media_server) = self.media_server.get() {
            commands.into_iter().for_each(media_server);
        }
    }

    /// A panic while the lock was held must not end the service for everybody.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Carries deliveries out in order. A client that does not take its messages is cut off: with
    /// one of them lost it could only misbehave.
    fn deliver(&mut self, mut deliveries: Vec<Delivery>) {
        while !deliveries.is_empty() {
            let mut stuck: Vec<ConnectionId> = Vec::new();
            for delivery in deliveries {
                let Ok(text) = serde_json::to_string(&delivery.message) else {
                    continue;
                };
                let frame = Frame::event(&text);
                for connection in delivery.to {
                    let Some(line) = self.lines.get(&connection) else {
                        continue;
                    };
                    if !line.send(frame.clone()) {
                        stuck.push(connection);
                    }
                    if delivery.then_close {
                        line.change(Session::disconnect);
                    }
                }
            }
            deliveries = Vec::new();
            for connection in stuck {
                deliveries.extend(self.cut_off(connection, "does not take its messages"));
            }
        }
    }
}

impl State {
    fn heard_outside(&mut self, line: &Line, now: u64) {
        let origin = line.client().and_then(Client::origin);
        self.outsiders.heard(line.connection(), origin, now);
    }

    /// One more is in no room. Nobody is to be told of one that has to go.
    fn make_room(&mut self, client: Option<Client>, now: u64) {
        let most = self.most_outside;
        let origin = client.and_then(Client::origin).filter(|_| most.of_one > 0);
        while let Some(oldest) = origin.and_then(|origin| self.outsiders.beyond_of(origin, most.of_one)) {
            if let Some(count) = self.crowded_out_of_one.note(now) {
                let client = client.map(|client| tracing::field::display(client.address));
                tracing::warn!(client, count, "too many connections of one address are in no room");
            }
            self.outsiders.forget(oldest);
            self.cut_off_silently(oldest);
        }
        while let Some(oldest) = self.outsiders.beyond(most.of_all) {
            if let Some(count) = self.crowded_out.note(now) {
                tracing::warn!(count, "too many connections are in no room, the oldest are cut off");
            }
            self.outsiders.forget(oldest);
            self.cut_off_silently(oldest);
        }
    }

    /// Ends a connection whose client need not hear of it any more.
    fn cut_off_silently(&mut self, connection: ConnectionId) -> Vec<Delivery> {
        let Some(line) = self.lines.remove(&connection) else {
            return Vec::new();
        };
        self.outsiders.forget(connection);
        line.change(Session::cut);
        self.rooms.disconnect(connection)
    }

    /// The same, with a line in the log.
    fn cut_off(&mut self, connection: ConnectionId, reason: &str) -> Vec<Delivery> {
        let client = self.lines.get(&connection).and_then(|line| line.client());
        let client = client.map(|client| tracing::field::display(client.address));
        tracing::warn!(client, reason, "a client is cut off");
        self.cut_off_silently(connection)
    }
}

/// Without randomness an empty id is given, which the rooms refuse.
fn fresh_id() -> String {
    random::id().unwrap_or_else(|error| {
        tracing::error!(%error, "no randomness");
        String::new()
    })
}
