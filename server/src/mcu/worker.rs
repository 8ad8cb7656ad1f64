//! The rooms of one thread, with the connections of their members: commands and datagrams come
//! in, signalling messages and datagrams go out. Neither sockets nor clocks.

mod connections;
mod media;
mod room_outputs;
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
use super::engine::{ufrag_of, Certificate, Connection, Protocol};
use super::forward::{ConnectionKey, Switch};
use super::layers::renewal::Renewal;
use super::layers::viewer::Viewer;
use super::messages;
use super::room::{McuLimits, Room, RoomSetup};
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
    /// When something came from the client last.
    heard: Instant,
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
        state.heard = now;
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

    fn key(&self, rid: &str, peer: &str) -> Option<ConnectionKey> {
        self.rooms.get(rid)?.connections.get(peer).copied()
    }

    fn signal(&mut self, rid: &str, to: String, message: Value) {
        self.outputs.push_back(WorkerOutput::Signal(Signal { rid: rid.to_owned(), to, message }));
    }
}

#[cfg(test)]
#[path = "worker_tests.rs"]
mod tests;
