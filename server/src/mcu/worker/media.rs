//! The media of a worker's connections: lines, packets from line to line, key frames.

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use super::{ConnectionState, Worker, WorkerOutput};
use crate::mcu::counters::Note;
use crate::mcu::engine::EngineOutput;
use crate::mcu::forward::{ConnectionKey, KeyFrameOrder, LineKey};
use crate::mcu::lines::{Change, TrackId};
use crate::mcu::packet::Packet;
use crate::mcu::tap::TapEvent;

impl Worker {
    pub(super) fn apply(&mut self, connection: ConnectionKey, changes: &[Change], now: Instant) {
        let line = |mid: &String| LineKey { connection, mid: mid.clone() };
        let Some(state) = self.connections.get_mut(&connection) else { return };
        let mut opened = Vec::new();
        for change in changes {
            match change {
                Change::StopSending { mid, .. } | Change::Remove { mid } => {
                    self.switch.disconnect(&line(mid));
                    state.feedback.remove(mid);
                }
                Change::Send { mid, track, feedback, .. } => {
                    opened.push((*track, line(mid)));
                    state.feedback.insert(mid.clone(), *feedback);
                }
                Change::Receive { .. } | Change::StopReceiving { .. } => {}
            }
        }
        state.engine.apply(changes, now);
        let (rid, has_opened) = (state.rid.clone(), !opened.is_empty());
        for (track, line) in opened {
            self.switch.connect(track, line);
        }
        if has_opened {
            self.choose(&rid, now);
            self.show_pictures(connection, now);
        }
        self.serve(connection, now);
    }

    /// Asks for the key frames without which a client shows nothing: when its lines begin, and when
    /// it is connected, since it has missed those that came before.
    pub(super) fn show_pictures(&mut self, key: ConnectionKey, now: Instant) {
        for (track, layer) in self.switch.layers_to(key) {
            self.want_key_frame(track, layer, now);
        }
    }

    pub(super) fn want_key_frame(&mut self, track: TrackId, layer: usize, now: Instant) {
        if let Some(order) = self.switch.want_key_frame(track, layer, now) {
            self.ask_key_frame(&order, now);
        }
    }

    pub(super) fn ask_key_frame(&mut self, order: &KeyFrameOrder, now: Instant) {
        self.setup.counters.note(Note::KeyFrameRequest);
        let key = order.from.connection;
        if let Some(state) = self.connections.get_mut(&key) {
            state.engine.request_key_frame(&order.from.mid, order.layer, now);
        }
        self.transmit(key);
    }

    /// Takes datagrams at once; what else a connection wants waits for its turn.
    fn transmit(&mut self, key: ConnectionKey) {
        if let Some(state) = self.connections.get_mut(&key) {
            if take_datagrams(&mut self.outputs, state) {
                self.unserved.push(key);
            }
            reschedule(&mut self.deadlines, key, state);
        }
    }

    /// Lets out what was written to connections.
    pub fn flush(&mut self, now: Instant) {
        let mut waiting = std::mem::take(&mut self.waiting);
        for key in waiting.drain(..) {
            if let Some(state) = self.connections.get_mut(&key) {
                state.is_waiting = false;
                state.engine.flush(now);
            }
            self.transmit(key);
        }
        self.waiting = waiting;
        self.written = 0;
        self.serve_all(now);
    }

    pub(super) fn forward(
        &mut self,
        key: ConnectionKey,
        mid: &str,
        layer: usize,
        packet: &Packet,
        now: Instant,
    ) {
        self.setup.counters.note(Note::PacketIn);
        let Some(track) = self.switch.track_from(key, mid) else { return };
        let Some(route) = self.switch.route_mut(track) else { return };
        let descriptor = route.note(layer, packet, now);
        let (mut sent, mut switched) = (0_usize, 0_usize);
        for (line, outlet) in &mut route.to {
            let Some(state) = self.connections.get_mut(&line.connection) else { continue };
            // Numbers that nobody sees would leave a gap.
            if !state.engine.is_ready(&line.mid) {
                continue;
            }
            let before = outlet.flowing();
            let Some(numbers) = outlet.take(layer, packet, descriptor) else { continue };
            switched = switched.saturating_add(usize::from(outlet.flowing() != before && before.is_some()));
            if state.engine.write(&line.mid, packet, &numbers) {
                sent = sent.saturating_add(1);
            }
            if !std::mem::replace(&mut state.is_waiting, true) {
                self.waiting.push(line.connection);
            }
        }
        self.written = self.written.saturating_add(sent);
        self.setup.counters.add(Note::PacketOut, sent);
        self.setup.counters.add(Note::LayerSwitched, switched);
        if let Some(packet) = route.tapped(layer, packet, descriptor) {
            let (rid, taps) = (route.rid.clone(), route.taps.clone());
            self.tell_taps(
                &rid,
                |number| taps.contains(&number).then_some(TapEvent::Packet { track, packet: &packet }),
                now,
            );
        }
    }
}

/// `true` if the connection wants something else too.
fn take_datagrams(outputs: &mut VecDeque<WorkerOutput>, state: &mut ConnectionState) -> bool {
    while let Some(output) = state.engine.poll_transmit() {
        if let EngineOutput::Transmit { protocol, to, contents } = output {
            outputs.push_back(WorkerOutput::Transmit { protocol, to, contents });
        }
    }
    state.engine.has_output()
}

/// Each packet moves the deadline of its connection. It stays where it is known to be too early, and is
/// looked at again then.
pub(super) fn reschedule(
    deadlines: &mut BTreeSet<(Instant, ConnectionKey)>,
    key: ConnectionKey,
    state: &mut ConnectionState,
) {
    let Some(deadline) = state.engine.deadline() else {
        if let Some(old) = state.deadline.take() {
            deadlines.remove(&(old, key));
        }
        return;
    };
    match state.deadline {
        Some(old) if old <= deadline => {}
        old => {
            if let Some(old) = old {
                deadlines.remove(&(old, key));
            }
            state.deadline = Some(deadline);
            deadlines.insert((deadline, key));
        }
    }
}
