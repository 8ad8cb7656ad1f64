//! What a room wants, carried out.

use std::time::Instant;

use super::Worker;
use crate::mcu::counters::Note;
use crate::mcu::engine::Connection;
use crate::mcu::forward::LineKey;
use crate::mcu::room::RoomOutput;
use crate::mcu::tap::TapEvent;

impl Worker {
    /// Does what a room wants.
    pub(super) fn settle(&mut self, rid: &str, now: Instant) {
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
            RoomOutput::Open { peer, opening } => self.open(rid, peer, &opening, now),
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
}
