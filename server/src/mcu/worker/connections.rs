//! The connections of a worker: opened, served, ended.

use std::collections::HashMap;
use std::time::Instant;

use super::media::reschedule;
use super::{ConnectionState, RoomState, Worker, WorkerOutput};
use crate::mcu::connection::Opening;
use crate::mcu::counters::Note;
use crate::mcu::engine::{Connection, Ending, EngineOutput};
use crate::mcu::forward::ConnectionKey;
use crate::mcu::layers::renewal::Renewal;
use crate::mcu::room::FileEvent;

impl Worker {
    pub(super) fn open(&mut self, rid: &str, peer: String, opening: &Opening, now: Instant) {
        let Some(engine) = Connection::new(opening, &self.setup.certificate, now) else {
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
            heard: now,
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

    /// Does what a connection wants.
    pub(super) fn serve(&mut self, key: ConnectionKey, now: Instant) {
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

    pub(super) fn serve_all(&mut self, now: Instant) {
        while let Some(key) = self.unserved.pop() {
            self.serve(key, now);
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

    pub(super) fn drop_connection(&mut self, key: ConnectionKey) {
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
}
