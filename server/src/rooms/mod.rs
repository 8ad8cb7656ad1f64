//! The rooms: a message comes in from a connection, deliveries go out. No IO, no clock, no
//! randomness; time and fresh ids are handed in, so that every run can be repeated.
//!
//! Rules and their sources are those of the wire protocol, sections 5, 6, 7 and 11.

mod admission;
mod chat;
mod closing;
mod connection;
mod counts;
mod delivery;
mod disk_store;
mod intake;
mod introducing;
mod joining;
mod leaving;
mod media_server;
mod message_file;
mod message_kind;
mod message_writer;
mod pace;
mod peer_list;
mod relaying;
mod room;
mod sessions;
mod stored_messages;
#[cfg(test)]
mod tests;

pub use admission::{Admission, Doorkeeper, OpenDoor, Reason, Refusal};
pub use counts::{Counts, Dropped};
pub use delivery::{ConnectionId, Delivery};
pub use disk_store::DiskStore;
pub use intake::{Intake, Reading};
pub use message_file::DiskStoreError;
pub(crate) use pace::Pace;
pub use stored_messages::{MemoryStore, MessageStore, StoreLimits};

use std::collections::{BTreeMap, HashSet};

use skylink_protocol::signaling::{IceServer, Redirect};
use skylink_protocol::Value;

use crate::mcu::command::Command;
use connection::Connection;
use message_kind::MessageKind;
use room::Room;
use sessions::PendingSessions;

/// Limits that keep one client from spoiling the service for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomLimits {
    /// Longest message text in bytes.
    pub message_bytes: usize,
    /// Members of one room.
    pub room_members: usize,
    /// Rooms of one connection.
    pub rooms_per_connection: usize,
    /// Messages a connection may send at once; handshake messages are never held back.
    pub message_burst: u32,
    /// Messages a second that a connection may send for long; 0 means no limit.
    pub messages_per_second: u32,
    /// Bytes a second that a connection may send for long, whatever they are; eight times as many
    /// at once. 0 means no limit.
    pub bytes_per_second: u32,
}

impl Default for RoomLimits {
    fn default() -> Self {
        Self {
            message_bytes: 1024 * 1024,
            room_members: 100,
            rooms_per_connection: 50,
            message_burst: 2000,
            messages_per_second: 200,
            bytes_per_second: 4 * 1024 * 1024,
        }
    }
}

/// Makes the ICE servers of an `inRoom`, with credentials that are valid from `now` on.
pub type IceServersAt = Box<dyn Fn(u64) -> Vec<IceServer> + Send>;

/// What the rooms are made with.
pub struct RoomsSetup {
    /// Limits.
    pub limits: RoomLimits,
    /// Who may enter.
    pub doorkeeper: Box<dyn Doorkeeper>,
    /// Where persistent messages go.
    pub store: Box<dyn MessageStore>,
    /// ICE servers given to clients.
    pub ice_servers: IceServersAt,
}

impl Default for RoomsSetup {
    /// Everybody may enter, messages are kept in memory, no ICE servers.
    fn default() -> Self {
        Self {
            limits: RoomLimits::default(),
            doorkeeper: Box::new(OpenDoor::default()),
            store: Box::new(MemoryStore::default()),
            ice_servers: Box::new(|_| Vec::new()),
        }
    }
}

/// All rooms, members and connections.
pub struct Rooms {
    setup: RoomsSetup,
    connections: BTreeMap<ConnectionId, Connection>,
    rooms: BTreeMap<String, Room>,
    peer_ids: HashSet<String>,
    pending_sessions: PendingSessions,
    counts: Counts,
    commands: Vec<Command>,
    is_silent: bool,
}

/// One call from outside: what it was given, and the deliveries made so far.
struct Turn<'a> {
    now: u64,
    fresh_id: &'a mut dyn FnMut() -> String,
    deliveries: Vec<Delivery>,
}

impl Turn<'_> {
    fn send(&mut self, to: Vec<ConnectionId>, message: impl Into<Value>) {
        if !to.is_empty() {
            self.deliveries.push(Delivery { to, message: message.into(), then_close: false });
        }
    }
}

impl Rooms {
    /// Rooms without members.
    pub fn new(setup: RoomsSetup) -> Self {
        Self {
            setup,
            connections: BTreeMap::new(),
            rooms: BTreeMap::new(),
            peer_ids: HashSet::new(),
            pending_sessions: PendingSessions::default(),
            counts: Counts::default(),
            commands: Vec::new(),
            is_silent: false,
        }
    }

    /// A connection was opened.
    pub fn connect(&mut self, connection: ConnectionId) {
        self.connections.entry(connection).or_default();
    }

    /// The limits that they were made with.
    pub fn limits(&self) -> RoomLimits {
        self.setup.limits
    }

    /// Whether a connection is in a room.
    pub fn is_inside(&self, connection: ConnectionId) -> bool {
        self.connections.get(&connection).is_some_and(|state| state.memberships.len() > 0)
    }

    /// A text arrived on a connection that was not read ([`Intake`]).
    pub fn unread(&mut self, connection: ConnectionId, reason: Dropped, now: u64) -> Vec<Delivery> {
        self.counts.received = self.counts.received.saturating_add(1);
        self.counts.note_drop(reason, "");
        let mut no_ids = String::new;
        let mut turn = Turn { now, fresh_id: &mut no_ids, deliveries: Vec::new() };
        let rid =
            self.connections.get(&connection).and_then(|state| state.memberships.rids().next().cloned());
        if let (Dropped::TooFast, Some(rid)) = (reason, rid) {
            self.warn_of_pace(connection, &rid, &mut turn);
        }
        self.finish(turn)
    }

    /// A message arrived on a connection. `now` is in milliseconds since 1970; `fresh_id` gives a
    /// new random id at each call.
    pub fn receive(
        &mut self,
        connection: ConnectionId,
        message: Value,
        now: u64,
        fresh_id: &mut dyn FnMut() -> String,
    ) -> Vec<Delivery> {
        self.counts.received = self.counts.received.saturating_add(1);
        let mut turn = Turn { now, fresh_id, deliveries: Vec::new() };
        self.dispatch(connection, message, true, &mut turn);
        self.finish(turn)
    }

    /// A connection was closed. Its peers leave all their rooms.
    pub fn disconnect(&mut self, connection: ConnectionId) -> Vec<Delivery> {
        let mut no_ids = String::new;
        let mut turn = Turn { now: 0, fresh_id: &mut no_ids, deliveries: Vec::new() };
        for rid in self.rids_of(connection) {
            self.leave(connection, &rid, None, &mut turn);
        }
        self.connections.remove(&connection);
        self.finish(turn)
    }

    /// The session that is on in a room, or the one that its first joiner will begin
    /// (wire protocol 7.6).
    pub fn session_id(&mut self, rid: &str, fresh_id: &mut dyn FnMut() -> String) -> String {
        match self.rooms.get(rid) {
            Some(room) => room.session.clone(),
            None => self.pending_sessions.get_or_insert(rid, fresh_id),
        }
    }

    /// The server ends: members hear nothing more, above all not that the others leave. They go on
    /// seeing and hearing each other without it.
    pub fn fall_silent(&mut self) {
        self.is_silent = true;
    }

    /// Waits until stored messages are where they outlive the process.
    pub fn flush(&mut self) {
        self.setup.store.flush();
    }

    /// Whether stored messages reach the place where they outlive the process.
    pub fn is_writing(&self) -> bool {
        self.setup.store.is_writing()
    }

    /// Space and name of a room, while it has members.
    pub fn label_of(&self, rid: &str) -> Option<(String, String)> {
        let room = self.rooms.get(rid)?;
        Some((room.space.clone(), room.name.clone()))
    }

    /// How many members a room has.
    pub fn members_of(&self, rid: &str) -> usize {
        self.rooms.get(rid).map_or(0, |room| room.members.len())
    }

    /// Numbers for operators.
    pub fn counts(&self) -> Counts {
        let mut counts = self.counts.clone();
        counts.connections = self.connections.len();
        counts.rooms = self.rooms.len();
        counts.unwritten = self.setup.store.unwritten();
        counts.members = self.rooms.values().fold(0, |sum, room| sum.saturating_add(room.members.len()));
        counts
    }

    fn dispatch(&mut self, connection: ConnectionId, message: Value, may_be_group: bool, turn: &mut Turn) {
        let Some(message_type) = message.get("type").and_then(Value::as_text) else {
            return self.counts.note_drop(Dropped::Malformed, "");
        };
        let kind = MessageKind::of(message_type);
        if !kind.is_spared() && !self.is_within_pace(connection, &message, turn) {
            return self.counts.note_drop(Dropped::TooFast, message_type);
        }
        match kind {
            MessageKind::Join => self.join(connection, &message, turn),
            MessageKind::Group if !may_be_group => {
                self.counts.note_drop(Dropped::Malformed, message_type);
            }
            _ => self.route(connection, kind, message, turn),
        }
    }

    fn is_within_pace(&mut self, connection: ConnectionId, message: &Value, turn: &mut Turn) -> bool {
        let limits = self.setup.limits;
        let Some(state) = self.connections.get_mut(&connection) else {
            return true;
        };
        if state.pace.allows(turn.now, limits.message_burst, limits.messages_per_second) {
            return true;
        }
        if let Some(rid) = message.get("rid").and_then(Value::as_text) {
            self.warn_of_pace(connection, rid, turn);
        }
        false
    }

    fn warn_of_pace(&mut self, connection: ConnectionId, rid: &str, turn: &mut Turn) {
        let Some(state) = self.connections.get_mut(&connection) else {
            return;
        };
        if state.memberships.contains(rid) && state.pace.should_warn(turn.now) {
            let warning = Redirect {
                rid: rid.to_owned(),
                action: "warning".to_owned(),
                reason: Some(Reason::TooFast.as_text().to_owned()),
                info: Some("too many messages; some were dropped".to_owned()),
            };
            turn.send(vec![connection], &warning);
        }
    }

    fn finish(&mut self, turn: Turn) -> Vec<Delivery> {
        if self.is_silent {
            return Vec::new();
        }
        for delivery in &turn.deliveries {
            let receivers = u64::try_from(delivery.to.len()).unwrap_or(u64::MAX);
            self.counts.delivered = self.counts.delivered.saturating_add(receivers);
        }
        turn.deliveries
    }

    fn rids_of(&self, connection: ConnectionId) -> Vec<String> {
        self.connections
            .get(&connection)
            .map(|state| state.memberships.rids().cloned().collect())
            .unwrap_or_default()
    }
}
