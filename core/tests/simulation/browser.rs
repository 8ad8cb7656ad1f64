//! The browser of one page: its peer connections, its streams, and the handles that name objects.

use crate::chance::Chance;
use crate::handles::Handles;
use crate::peer_connection::PeerConnection;
use skylink_core::{ConnectionEvent, ConnectionId, ConnectionOp, Handle, Kind};
use std::collections::BTreeMap;

/// A stream from camera or microphone.
#[derive(Debug, Clone)]
pub struct LocalStream {
    pub id: String,
    pub kind: Kind,
    pub enabled: bool,
    pub stopped: bool,
}

#[derive(Debug, Default)]
pub struct Browser {
    pub handles: Handles,
    pub streams: BTreeMap<Handle, LocalStream>,
    pub connections: BTreeMap<ConnectionId, PeerConnection>,
    /// How likely an operation on a description fails.
    pub clumsiness: f64,
    /// How many times more it may happen.
    pub failures_left: u32,
}

impl Browser {
    /// A stream that was granted.
    pub fn capture(&mut self, id: String, kind: Kind) -> Handle {
        let handle = self.handles.issue("own stream");
        self.streams.insert(handle, LocalStream { id, kind, enabled: true, stopped: false });
        handle
    }

    pub fn release(&mut self, handle: Handle) {
        self.handles.release(handle);
        self.streams.remove(&handle);
    }

    pub fn stream(&mut self, handle: Handle) -> &mut LocalStream {
        self.streams.get_mut(&handle).unwrap_or_else(|| panic!("{handle} is no stream of ours"))
    }

    /// Does the next operation of a connection's chain. Operations on descriptions may fail
    /// without effect.
    pub fn perform_next(&mut self, id: ConnectionId, chance: &mut Chance) -> Vec<ConnectionEvent> {
        let Some(connection) = self.connections.get_mut(&id) else { return Vec::new() };
        let Some(op) = connection.chain.pop_front() else { return Vec::new() };
        let may_fail = !matches!(op, ConnectionOp::AddCandidate { .. }) && self.failures_left > 0;
        if may_fail && chance.happens(self.clumsiness) {
            self.failures_left -= 1;
            return vec![ConnectionEvent::DescriptionFailed(self.handles.issue("error"))];
        }
        connection.perform(op, &mut self.handles)
    }
}
