//! A room and its clients, joined by a network that keeps the order of each pair's messages and
//! nothing else, under a seeded scheduler.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use skylink_protocol::Value;

use super::client::Client;
use crate::mcu::connection::{Endpoint, Entropy};
use crate::mcu::counters::{Counters, Note};
use crate::mcu::lines::{Change, TrackId};
use crate::mcu::room::{McuLimits, Room, RoomOutput, RoomSetup, Track, View};

/// Numbers that look random and are the same in each run.
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % sides.max(1)
    }
}

impl Entropy for Dice {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill_with(|| u8::try_from(self.roll(256)).unwrap());
    }
}

/// What the engine would be doing for one client.
#[derive(Default)]
pub struct EngineSide {
    pub receives: BTreeSet<String>,
    pub sends: BTreeMap<String, TrackId>,
    pub restarts: usize,
}

pub struct World {
    pub room: Room,
    pub clients: Vec<Client>,
    /// Messages under way to each client.
    pub inboxes: BTreeMap<String, VecDeque<Json>>,
    pub engine: BTreeMap<String, EngineSide>,
    pub tracks: BTreeMap<TrackId, Track>,
    pub texts: Vec<(String, Json)>,
    pub requests: Vec<(String, Json)>,
    pub views: Vec<(String, Vec<View>)>,
    pub counters: Arc<Counters>,
    pub dice: Dice,
    pub now: Instant,
    track_ids: u64,
    opened: u8,
}

impl World {
    pub fn new(seed: u64) -> Self {
        Self::with_limits(seed, McuLimits::default())
    }

    pub fn with_limits(seed: u64, limits: McuLimits) -> Self {
        let counters = Arc::new(Counters::default());
        let setup = RoomSetup {
            endpoint: Arc::new(Endpoint {
                fingerprint: [9; 32],
                udp: vec!["192.0.2.1:4000".parse().unwrap()],
                tcp: Vec::new(),
            }),
            limits,
            ufrag_prefix: "AA".to_owned(),
            counters: Arc::clone(&counters),
        };
        Self {
            room: Room::new("r", setup, Box::new(Dice(seed ^ 0xfeed))),
            clients: Vec::new(),
            inboxes: BTreeMap::new(),
            engine: BTreeMap::new(),
            tracks: BTreeMap::new(),
            texts: Vec::new(),
            requests: Vec::new(),
            views: Vec::new(),
            counters,
            dice: Dice(seed),
            now: Instant::now(),
            track_ids: 0,
            opened: 0,
        }
    }

    pub fn count(&self, note: Note) -> u64 {
        self.counters.get(note)
    }

    /// A client enters; its number makes its browser.
    pub fn join(&mut self, id: &str) -> &mut Client {
        self.opened += 1;
        self.clients.push(Client::new(id, self.opened));
        self.clients.last_mut().unwrap()
    }

    pub fn client(&mut self, id: &str) -> &mut Client {
        self.clients.iter_mut().find(|client| client.id == id).unwrap()
    }

    pub fn leave(&mut self, id: &str) {
        self.clients.retain(|client| client.id != id);
        self.inboxes.remove(id);
        self.room.leave(id, self.now, &mut self.track_ids);
        self.collect();
        self.engine.remove(id);
    }

    /// A message of a client, whoever really wrote it.
    pub fn send(&mut self, from: &str, message: &Json) {
        let message: Value = serde_json::from_value(message.clone()).unwrap();
        self.room.receive(from, &message, self.now, &mut self.track_ids);
        self.collect();
    }

    pub fn text(&mut self, from: &str, text: &str) {
        self.room.text(from, text, self.now);
        self.collect();
    }

    pub fn pass(&mut self, time: Duration) {
        self.now += time;
        self.room.tick(self.now, &mut self.track_ids);
        self.collect();
    }

    fn collect(&mut self) {
        while let Some(output) = self.room.poll() {
            match output {
                RoomOutput::Signal { to, message } => {
                    let message = serde_json::to_value(&message).unwrap();
                    assert_eq!(message["rid"], "r");
                    self.inboxes.entry(to).or_default().push_back(message);
                }
                RoomOutput::Open { peer, .. } => {
                    assert!(self.engine.insert(peer, EngineSide::default()).is_none());
                }
                RoomOutput::Restart { peer, .. } => self.engine.get_mut(&peer).unwrap().restarts += 1,
                RoomOutput::Apply { peer, changes } => self.apply(&peer, changes),
                RoomOutput::Close { peer } => {
                    self.engine.remove(&peer);
                }
                RoomOutput::Text { to, text } => {
                    self.texts.push((to, serde_json::from_str(&text).unwrap()));
                }
                RoomOutput::OpenFile { .. } | RoomOutput::File { .. } | RoomOutput::CloseFile { .. } => {
                    panic!("nobody sends files here")
                }
                RoomOutput::Published(track) => {
                    assert!(self.engine[&track.publisher].receives.contains(&track.mid));
                    assert!(self.tracks.insert(track.id, track).is_none());
                }
                RoomOutput::Unpublished(id) => {
                    self.tracks.remove(&id).unwrap();
                }
                RoomOutput::Views { peer, views } => self.views.push((peer, views)),
                RoomOutput::Request { peer, message } => {
                    self.requests.push((peer, serde_json::to_value(&message).unwrap()));
                }
            }
        }
    }

    fn apply(&mut self, peer: &str, changes: Vec<Change>) {
        let side = self.engine.get_mut(peer).unwrap();
        for change in changes {
            match change {
                Change::Receive { mid, .. } => {
                    side.receives.insert(mid);
                }
                Change::StopReceiving { mid } => assert!(side.receives.remove(&mid)),
                Change::Send { mid, track, .. } => assert!(side.sends.insert(mid, track).is_none()),
                Change::StopSending { mid, track } => assert_eq!(side.sends.remove(&mid), Some(track)),
                Change::Remove { mid } => {
                    assert!(!side.receives.contains(&mid) && !side.sends.contains_key(&mid));
                }
            }
        }
    }

    /// One message arrives somewhere, or one browser goes on. `false` if nothing is under way.
    pub fn step(&mut self) -> bool {
        let mut ways: Vec<(usize, u8)> = Vec::new();
        for (place, client) in self.clients.iter().enumerate() {
            if !client.outbox.is_empty() {
                ways.push((place, 0));
            }
            if self.inboxes.get(&client.id).is_some_and(|inbox| !inbox.is_empty()) {
                ways.push((place, 1));
            }
            if client.is_busy() && !client.is_silent {
                ways.push((place, 2));
            }
        }
        if ways.is_empty() {
            return false;
        }
        let (place, way) = ways[self.dice.roll(ways.len())];
        let id = self.clients[place].id.clone();
        match way {
            0 => {
                let message = self.clients[place].outbox.pop_front().unwrap();
                self.send(&id, &message);
            }
            1 => {
                let message = self.inboxes.get_mut(&id).unwrap().pop_front().unwrap();
                self.clients[place].hear(&message);
            }
            _ => self.clients[place].work(),
        }
        true
    }

    /// One message from or to this client arrives. `false` if none is under way.
    pub fn step_of(&mut self, id: &str) -> bool {
        if let Some(message) = self.client(id).outbox.pop_front() {
            self.send(id, &message);
        } else if let Some(message) = self.inboxes.get_mut(id).and_then(VecDeque::pop_front) {
            self.client(id).hear(&message);
        } else if self.client(id).is_busy() {
            self.client(id).work();
        } else {
            return false;
        }
        true
    }

    pub fn settle(&mut self) {
        for _ in 0..100_000 {
            if !self.step() {
                return;
            }
        }
        panic!("it never settles");
    }

    /// Everybody shows what the others send, and the engine carries just that.
    pub fn check(&self) {
        let everybody: BTreeSet<&str> = self.clients.iter().map(|client| client.id.as_str()).collect();
        for client in &self.clients {
            let id = &client.id;
            assert_eq!(client.violations, Vec::<String>::new(), "{id}");
            assert_eq!(client.browser.violations, Vec::<String>::new(), "{id}");
            assert!(client.is_settled(), "{id} is stuck");
            assert!(!client.lost_server, "{id} was given up");
            let side = &self.engine[id];
            let mut expected: Vec<(String, String)> = Vec::new();
            for other in self.clients.iter().filter(|other| other.id != *id) {
                expected.extend(other.streams.keys().map(|stream| (other.id.clone(), stream.clone())));
            }
            let mut shown: Vec<(String, String)> = client.shown.values().cloned().collect();
            expected.sort();
            shown.sort();
            assert_eq!(shown, expected, "{id}");
            for (mid, (publisher, stream)) in &client.shown {
                let track = &self.tracks[&side.sends[mid]];
                assert_eq!((&track.publisher, track.medium.stream()), (publisher, stream.as_str()));
            }
            assert_eq!(side.sends.len(), client.shown.len(), "{id}");
            for stream in client.streams.keys() {
                let mid = client.browser.mid_of(stream).unwrap();
                let sender =
                    client.browser.transceivers.iter().find(|t| t.mid.as_ref() == Some(&mid)).unwrap();
                assert!(sender.sends && !sender.stopped, "{id} does not send {stream}");
                assert!(side.receives.contains(&mid), "{stream} of {id} is not received");
            }
            for known in &client.joined {
                assert_eq!(client.joined.iter().filter(|other| *other == known).count(), 1);
            }
            let others = everybody.iter().filter(|other| **other != id);
            for other in others {
                assert!(client.joined.iter().any(|known| known == other), "{id} does not know {other}");
            }
        }
        let published: usize = self.clients.iter().map(|client| client.streams.len()).sum();
        assert_eq!(self.tracks.len(), published);
    }
}
