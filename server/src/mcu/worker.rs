//! The rooms of one thread, with the connections of their members: commands and datagrams come
//! in, signalling messages and datagrams go out. Neither sockets nor clocks.

mod media;
mod taps;
mod video_layers;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use skylink_protocol::Value;

use super::command::{Command, Signal};
use super::connection::{Endpoint, Entropy};
use super::counters::{Counters, Note};
use super::engine::{ufrag_of, Certificate, Connection, Ending, EngineOutput, Protocol};
use super::forward::{ConnectionKey, LineKey, Switch};
use super::layers::renewal::Renewal;
use super::layers::viewer::Viewer;
use super::messages;
use super::room::{FileEvent, McuLimits, Room, RoomOutput, RoomSetup};
use super::tap::{Tap, TapEvent, TapFactory, TapHandle};
use media::reschedule;

/// What a worker wants done.
#[derive(Debug)]
pub enum WorkerOutput {
    /// A signalling message for a member.
    Signal(Signal),
    /// A datagram is to be sent.
    Transmit {
        /// How.
        protocol: Protocol,
        /// Where to.
        to: SocketAddr,
        /// What.
        contents: Vec<u8>,
    },
    /// Datagrams from this address are for this worker.
    Learn(Protocol, SocketAddr),
    /// No longer.
    Forget(Protocol, SocketAddr),
}

/// What a worker is made with.
#[derive(Clone)]
pub struct WorkerSetup {
    /// Where the media server is reached.
    pub endpoint: Arc<Endpoint>,
    /// By which it is recognised.
    pub certificate: Arc<Certificate>,
    /// Limits of each room.
    pub limits: McuLimits,
    /// Beginning of the ICE user names of its connections.
    pub ufrag_prefix: String,
    /// Counters.
    pub counters: Arc<Counters>,
    /// Makes randomness for a room.
    pub entropy: Arc<dyn Fn() -> Box<dyn Entropy + Send> + Send + Sync>,
    /// Makes the taps of each room.
    pub taps: Vec<TapFactory>,
    /// Carries news of a tap's threads back: room, number of the tap, news.
    pub news: Arc<dyn Fn(String, usize, Value) + Send + Sync>,
}

struct RoomState {
    room: Room,
    connections: HashMap<String, ConnectionKey>,
    taps: Vec<TapState>,
    viewers: HashMap<String, Viewer>,
    /// When layers are to be chosen anew.
    chooses_at: Option<Instant>,
}

struct TapState {
    tap: Box<dyn Tap>,
    wakes_at: Option<Instant>,
}

struct ConnectionState {
    engine: Connection,
    rid: String,
    peer: String,
    ufrag: String,
    /// When it is looked whether the engine has something to do.
    deadline: Option<Instant>,
    /// Something was written to it.
    is_waiting: bool,
    /// What the way to the client carries, in bits a second, once that is measured.
    estimate: Option<u64>,
    renewal: Renewal,
    /// Lines that go out, and whether the client gives feedback on their packets.
    feedback: HashMap<String, bool>,
}

/// All rooms of one thread.
pub struct Worker {
    setup: WorkerSetup,
    rooms: HashMap<String, RoomState>,
    connections: HashMap<ConnectionKey, ConnectionState>,
    addresses: HashMap<(Protocol, SocketAddr), ConnectionKey>,
    ufrags: HashMap<String, ConnectionKey>,
    deadlines: BTreeSet<(Instant, ConnectionKey)>,
    switch: Switch,
    outputs: VecDeque<WorkerOutput>,
    /// Connections that want something besides datagrams sent.
    unserved: Vec<ConnectionKey>,
    /// Connections to which something was written.
    waiting: Vec<ConnectionKey>,
    written: usize,
    track_ids: u64,
    connection_ids: u64,
}

impl Worker {
    /// A worker without rooms.
    pub fn new(setup: WorkerSetup) -> Self {
        Self {
            setup,
            rooms: HashMap::new(),
            connections: HashMap::new(),
            addresses: HashMap::new(),
            ufrags: HashMap::new(),
            deadlines: BTreeSet::new(),
            switch: Switch::default(),
            outputs: VecDeque::new(),
            unserved: Vec::new(),
            waiting: Vec::new(),
            written: 0,
            track_ids: 0,
            connection_ids: 0,
        }
    }

    /// The next thing to be done.
    pub fn poll(&mut self) -> Option<WorkerOutput> {
        self.outputs.pop_front()
    }

    /// Rooms, connections, tracks and lines that carry them to receivers.
    pub fn sizes(&self) -> [usize; 4] {
        [self.rooms.len(), self.connections.len(), self.switch.track_count(), self.switch.line_count()]
    }

    /// What members of all rooms are told when this worker is given up.
    pub fn byes(&self) -> Vec<Signal> {
        let bye = |(rid, to): (&String, String)| Signal { rid: rid.clone(), to, message: messages::bye(rid) };
        let members = |(rid, state): (&'_ String, &'_ RoomState)| -> Vec<Signal> {
            state.room.member_ids().into_iter().map(|to| bye((rid, to))).collect()
        };
        self.rooms.iter().flat_map(members).collect()
    }

    /// Signalling has something.
    pub fn handle(&mut self, command: Command, now: Instant) {
        match command {
            Command::Message { rid, peer, message } => {
                let mut track_ids = self.track_ids;
                let state = self.room(&rid);
                let members = state.room.member_count();
                state.room.receive(&peer, &message, now, &mut track_ids);
                let has_entered = state.room.member_count() > members;
                self.track_ids = track_ids;
                if has_entered {
                    self.tell_taps(&rid, |_| Some(TapEvent::Entered { peer: &peer }), now);
                }
                self.settle(&rid, now);
            }
            Command::Left { rid, peer, bye } => {
                let Some(state) = self.rooms.get(&rid) else { return };
                let members = state.room.member_ids();
                if members.contains(&peer) {
                    for other in members.into_iter().filter(|member| *member != peer) {
                        self.signal(&rid, other, bye.clone());
                    }
                }
                let Some(state) = self.rooms.get_mut(&rid) else { return };
                state.room.leave(&peer, now, &mut self.track_ids);
                state.viewers.remove(&peer);
                self.tell_taps(&rid, |_| Some(TapEvent::Left { peer: &peer }), now);
                self.settle(&rid, now);
            }
            Command::News { rid, tap, news } => {
                self.tell_taps(&rid, |number| (number == tap).then(|| TapEvent::News(news.clone())), now);
            }
        }
        self.serve_all(now);
    }

    fn room(&mut self, rid: &str) -> &mut RoomState {
        let setup = &self.setup;
        self.rooms.entry(rid.to_owned()).or_insert_with(|| {
            let room_setup = RoomSetup {
                endpoint: Arc::clone(&setup.endpoint),
                limits: setup.limits,
                ufrag_prefix: setup.ufrag_prefix.clone(),
                counters: Arc::clone(&setup.counters),
            };
            let make = |(number, factory): (usize, &TapFactory)| {
                let (news, rid_of_tap) = (Arc::clone(&setup.news), rid.to_owned());
                let handle = TapHandle::new(move |value| news(rid_of_tap.clone(), number, value));
                TapState { tap: factory(rid, handle), wakes_at: None }
            };
            RoomState {
                room: Room::new(rid, room_setup, (setup.entropy)()),
                connections: HashMap::new(),
                taps: setup.taps.iter().enumerate().map(make).collect(),
                viewers: HashMap::new(),
                chooses_at: None,
            }
        })
    }

    /// A datagram came in. Packets that go to others for it wait for [`Worker::flush`], so that several
    /// for one receiver go out together.
    pub fn datagram(&mut self, protocol: Protocol, from: SocketAddr, datagram: &[u8], now: Instant) {
        let known = self.addresses.get(&(protocol, from)).copied();
        // A check names whom it is for, also where another client was before.
        let named = ufrag_of(datagram).and_then(|ufrag| self.ufrags.get(ufrag).copied());
        let Some(key) = named.or(known) else { return self.setup.counters.note(Note::Stray) };
        let Some(state) = self.connections.get_mut(&key) else { return };
        self.setup.counters.add(Note::BytesIn, datagram.len());
        state.engine.handle_datagram(protocol, from, datagram, now);
        self.serve(key, now);
        self.serve_all(now);
    }

    /// Time passes.
    pub fn tick(&mut self, now: Instant) {
        while let Some((deadline, key)) = self.deadlines.first().copied() {
            if deadline > now {
                break;
            }
            self.deadlines.pop_first();
            if let Some(state) = self.connections.get_mut(&key) {
                state.deadline = None;
                if state.engine.deadline().is_none_or(|deadline| deadline > now) {
                    reschedule(&mut self.deadlines, key, state);
                } else {
                    state.engine.handle_timeout(now);
                    self.serve(key, now);
                }
            }
        }
        for order in self.switch.due_key_frames(now) {
            self.ask_key_frame(&order, now);
        }
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        let due: Vec<String> = self
            .rooms
            .iter()
            .filter(|(_, state)| {
                is_due(state.room.deadline()) || state.taps.iter().any(|tap| is_due(tap.wakes_at))
            })
            .map(|(rid, _)| rid.clone())
            .collect();
        for rid in due {
            if let Some(state) = self.rooms.get_mut(&rid) {
                state.room.tick(now, &mut self.track_ids);
                let is_woken: Vec<bool> = state.taps.iter().map(|tap| is_due(tap.wakes_at)).collect();
                for tap in state.taps.iter_mut().filter(|tap| is_due(tap.wakes_at)) {
                    tap.wakes_at = None;
                }
                self.tell_taps(
                    &rid,
                    |number| is_woken.get(number).is_some_and(|woken| *woken).then_some(TapEvent::Wake),
                    now,
                );
                self.settle(&rid, now);
            }
        }
        self.choose_where_due(now);
        self.flush(now);
    }

    /// Packets that wait for [`Worker::flush`].
    pub fn written(&self) -> usize {
        self.written
    }

    /// When [`Worker::tick`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        let rooms = self.rooms.values().filter_map(|state| state.room.deadline()).min();
        let taps = self.rooms.values().flat_map(|state| &state.taps).filter_map(|tap| tap.wakes_at).min();
        let engine = self.deadlines.first().map(|(deadline, _)| *deadline);
        let layers = self.rooms.values().filter_map(|state| state.chooses_at).min();
        [engine, rooms, taps, layers, self.switch.deadline()].into_iter().flatten().min()
    }

    /// Does what a room wants.
    fn settle(&mut self, rid: &str, now: Instant) {
        while let Some(output) = self.rooms.get_mut(rid).and_then(|state| state.room.poll()) {
            self.carry_out(rid, output, now);
        }
        if self.rooms.get(rid).is_some_and(|state| state.room.is_empty()) {
            self.tell_taps(rid, |_| Some(TapEvent::Closed), now);
            self.rooms.remove(rid);
        }
    }

    fn carry_out(&mut self, rid: &str, output: RoomOutput, now: Instant) {
        match output {
            RoomOutput::Signal { to, message } => self.signal(rid, to, message),
            RoomOutput::Open { peer, opening } => {
                let Some(engine) = Connection::new(&opening, &self.setup.certificate, now) else {
                    tracing::error!("no connection could be made");
                    return self.fail(rid, &peer, now);
                };
                self.connection_ids = self.connection_ids.saturating_add(1);
                let key = ConnectionKey(self.connection_ids);
                let ufrag = opening.local.ufrag.clone();
                self.ufrags.insert(ufrag.clone(), key);
                let state = ConnectionState {
                    engine,
                    rid: rid.to_owned(),
                    peer: peer.clone(),
                    ufrag,
                    deadline: None,
                    is_waiting: false,
                    estimate: None,
                    renewal: Renewal::default(),
                    feedback: HashMap::new(),
                };
                self.connections.insert(key, state);
                if let Some(room) = self.rooms.get_mut(rid) {
                    room.connections.insert(peer, key);
                }
                self.serve(key, now);
            }
            RoomOutput::Restart { peer, local, remote } => {
                let Some(key) = self.key(rid, &peer) else { return };
                if let Some(state) = self.connections.get_mut(&key) {
                    self.ufrags.remove(&state.ufrag);
                    state.ufrag.clone_from(&local.ufrag);
                    self.ufrags.insert(local.ufrag.clone(), key);
                    state.engine.restart_ice(&local, &remote, now);
                }
                self.serve(key, now);
            }
            RoomOutput::Apply { peer, changes } => {
                if let Some(key) = self.key(rid, &peer) {
                    self.apply(key, &changes, now);
                }
            }
            RoomOutput::Close { peer } => {
                if let Some(key) = self.rooms.get_mut(rid).and_then(|room| room.connections.remove(&peer)) {
                    self.drop_connection(key);
                }
            }
            RoomOutput::Text { to, text } => {
                let Some(key) = self.key(rid, &to) else { return };
                if let Some(state) = self.connections.get_mut(&key) {
                    if !state.engine.send_text(&text, now) {
                        self.setup.counters.note(Note::TextDropped);
                    }
                }
                self.serve(key, now);
            }
            RoomOutput::OpenFile { to, channel, label } => {
                self.on_connection(rid, &to, |engine| engine.open_file(channel, label, now));
            }
            RoomOutput::File { to, channel, data } => {
                self.on_connection(rid, &to, |engine| engine.send_file(channel, data, now));
            }
            RoomOutput::CloseFile { to, channel } => {
                self.on_connection(rid, &to, |engine| engine.close_file(channel, now));
            }
            RoomOutput::Views { peer, views } => self.renew_views(rid, &peer, views, now),
            RoomOutput::Published(track) => {
                if let Some(connection) = self.key(rid, &track.publisher) {
                    let from = LineKey { connection, mid: track.mid.clone() };
                    self.switch.publish(track.id, rid, track.kind(), track.layers, from);
                    self.tell_taps(rid, |_| Some(TapEvent::Published(&track)), now);
                    if let Some(state) = self.rooms.get_mut(rid) {
                        state.chooses_at = Some(now);
                    }
                }
            }
            RoomOutput::Unpublished(track) => {
                self.switch.unpublish(track);
                self.tell_taps(rid, |_| Some(TapEvent::Unpublished(track)), now);
            }
            RoomOutput::Request { peer, message } => {
                self.tell_taps(rid, |_| Some(TapEvent::Request { peer: &peer, message: &message }), now);
            }
        }
    }

    /// Lets a connection do something; what it wants then waits for its turn.
    fn on_connection(&mut self, rid: &str, peer: &str, act: impl FnOnce(&mut Connection)) {
        let Some(key) = self.key(rid, peer) else { return };
        if let Some(state) = self.connections.get_mut(&key) {
            act(&mut state.engine);
            self.unserved.push(key);
        }
    }

    /// A member has something to do with files.
    fn on_file(&mut self, key: ConnectionKey, event: FileEvent, now: Instant) {
        let Some(state) = self.connections.get(&key) else { return };
        let (rid, peer) = (state.rid.clone(), state.peer.clone());
        if let Some(RoomState { room, .. }) = self.rooms.get_mut(&rid) {
            room.file(&peer, event, now);
        }
        self.settle(&rid, now);
    }

    fn key(&self, rid: &str, peer: &str) -> Option<ConnectionKey> {
        self.rooms.get(rid)?.connections.get(peer).copied()
    }

    fn signal(&mut self, rid: &str, to: String, message: Value) {
        self.outputs.push_back(WorkerOutput::Signal(Signal { rid: rid.to_owned(), to, message }));
    }

    fn drop_connection(&mut self, key: ConnectionKey) {
        let Some(state) = self.connections.remove(&key) else { return };
        self.ufrags.remove(&state.ufrag);
        if let Some(deadline) = state.deadline {
            self.deadlines.remove(&(deadline, key));
        }
        for address in state.engine.addresses() {
            if self.addresses.get(&address) == Some(&key) {
                self.addresses.remove(&address);
                self.outputs.push_back(WorkerOutput::Forget(address.0, address.1));
            }
        }
        self.switch.remove(key);
    }

    /// Does what a connection wants.
    fn serve(&mut self, key: ConnectionKey, now: Instant) {
        while let Some(output) = self.connections.get_mut(&key).and_then(|state| state.engine.poll()) {
            match output {
                EngineOutput::Transmit { protocol, to, contents } => {
                    self.outputs.push_back(WorkerOutput::Transmit { protocol, to, contents });
                }
                EngineOutput::Address(protocol, address) => {
                    self.addresses.insert((protocol, address), key);
                    self.outputs.push_back(WorkerOutput::Learn(protocol, address));
                }
                EngineOutput::OldAddress(protocol, address) => {
                    if self.addresses.get(&(protocol, address)) == Some(&key) {
                        self.addresses.remove(&(protocol, address));
                        self.outputs.push_back(WorkerOutput::Forget(protocol, address));
                    }
                }
                EngineOutput::Packet { mid, layer, packet } => self.forward(key, &mid, layer, &packet, now),
                EngineOutput::KeyFrame { mid } => {
                    if let Some((track, layer)) = self.switch.layer_to(key, &mid) {
                        self.want_key_frame(track, layer, now);
                    }
                }
                EngineOutput::Estimate(bits) => self.note_estimate(key, bits, now),
                EngineOutput::Text(text) => {
                    let Some(state) = self.connections.get(&key) else { return };
                    let (rid, peer) = (state.rid.clone(), state.peer.clone());
                    if let Some(room) = self.rooms.get_mut(&rid) {
                        room.room.text(&peer, &text, now);
                    }
                    self.settle(&rid, now);
                }
                EngineOutput::File(event) => self.on_file(key, event, now),
                EngineOutput::Connected => self.show_pictures(key, now),
                EngineOutput::Closed { reason } => {
                    let Some(state) = self.connections.get(&key) else { return };
                    let (rid, peer) = (state.rid.clone(), state.peer.clone());
                    match reason {
                        Ending::ByClient => self.hang_up(&rid, &peer, now),
                        Ending::Failed => self.fail(&rid, &peer, now),
                    }
                    return;
                }
            }
        }
        if let Some(state) = self.connections.get_mut(&key) {
            reschedule(&mut self.deadlines, key, state);
        }
    }

    fn serve_all(&mut self, now: Instant) {
        while let Some(key) = self.unserved.pop() {
            self.serve(key, now);
        }
    }

    fn hang_up(&mut self, rid: &str, peer: &str, now: Instant) {
        if let Some(state) = self.rooms.get_mut(rid) {
            state.room.hang_up(peer, now, &mut self.track_ids);
        }
        self.settle(rid, now);
    }

    fn fail(&mut self, rid: &str, peer: &str, now: Instant) {
        tracing::warn!(peer, room = rid, "a connection broke and is given up");
        self.setup.counters.note(Note::Broken);
        if let Some(state) = self.rooms.get_mut(rid) {
            state.room.fail(peer, now, &mut self.track_ids);
        }
        self.settle(rid, now);
    }
}

#[cfg(test)]
#[path = "worker_tests.rs"]
mod tests;
