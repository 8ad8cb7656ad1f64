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
    /// Whether the page is to be told when it ends.
    pub watched: bool,
}

/// An operation on a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    CreateOffer,
    CreateAnswer,
    SetLocal,
    SetRemote,
}

impl Operation {
    pub const ALL: [Operation; 4] =
        [Operation::CreateOffer, Operation::CreateAnswer, Operation::SetLocal, Operation::SetRemote];

    pub fn of(op: &ConnectionOp) -> Option<Self> {
        match op {
            ConnectionOp::CreateOffer { .. } => Some(Operation::CreateOffer),
            ConnectionOp::CreateAnswer { .. } => Some(Operation::CreateAnswer),
            ConnectionOp::SetLocal { .. } => Some(Operation::SetLocal),
            ConnectionOp::SetRemote { .. } => Some(Operation::SetRemote),
            _ => None,
        }
    }

    /// What a page hears when the operation failed.
    pub fn failure(self, error: Handle) -> ConnectionEvent {
        match self {
            Operation::CreateAnswer => ConnectionEvent::AnswerNotCreated(error),
            _ => ConnectionEvent::DescriptionFailed(error),
        }
    }
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
    /// Operations that fail the next time.
    pub failing: Vec<Operation>,
}

impl Browser {
    /// A stream that was granted.
    pub fn capture(&mut self, id: String, kind: Kind) -> Handle {
        let handle = self.handles.issue("own stream");
        self.streams.insert(handle, LocalStream { id, kind, enabled: true, stopped: false, watched: false });
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
        let Some(operation) = Operation::of(&op) else { return connection.perform(op, &mut self.handles) };
        let is_told_to = self.failing.iter().position(|failing| *failing == operation);
        if let Some(place) = is_told_to {
            self.failing.remove(place);
        }
        let happens = self.failures_left > 0 && chance.happens(self.clumsiness);
        if is_told_to.is_some() || happens {
            self.failures_left = self.failures_left.saturating_sub(1);
            return vec![operation.failure(self.handles.issue("error"))];
        }
        connection.perform(op, &mut self.handles)
    }
}
