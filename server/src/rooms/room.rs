//! The state of one room (wire protocol 11.1).

use std::collections::BTreeSet;

use skylink_protocol::Value;

use super::admission::Admission;
use super::delivery::ConnectionId;

#[derive(Debug)]
pub(super) struct Member {
    pub(super) peer_id: String,
    pub(super) connection: ConnectionId,
    pub(super) admission: Admission,
    /// Set once its own `enter` was handled (wire protocol 5.5, entered-set rule).
    pub(super) entered: bool,
    /// Its `enter`, for introductions.
    pub(super) enter: Option<Value>,
    /// Whether it was told that its time is nearly over.
    pub(super) warned_of_end: bool,
}

/// Most rooms are calls between two.
const USUAL_MEMBERS: usize = 2;

#[derive(Debug)]
pub(super) struct Room {
    pub(super) name: String,
    pub(super) space: String,
    pub(super) session: String,
    pub(super) locked: bool,
    /// Whether media go through the media server.
    pub(super) mcu: bool,
    /// In the order of joining; rooms are small, so they are searched one by one.
    pub(super) members: Vec<Member>,
    /// Pairs (sender of `enter`, receiver) that a privileged peer introduced.
    pub(super) introduced: BTreeSet<(String, String)>,
    last_tie_breaker: u32,
}

impl Room {
    pub(super) fn new(name: String, space: String, session: String, mcu: bool) -> Self {
        Self {
            name,
            space,
            session,
            locked: false,
            mcu,
            members: Vec::with_capacity(USUAL_MEMBERS),
            introduced: BTreeSet::new(),
            last_tie_breaker: 0,
        }
    }

    /// A number that no member of this room has or had: equal ones would leave both sides of a
    /// glare answering each other for ever (wire protocol 5.4, 5.26).
    pub(super) fn next_tie_breaker(&mut self) -> f64 {
        self.last_tie_breaker = self.last_tie_breaker.saturating_add(1);
        f64::from(self.last_tie_breaker)
    }

    pub(super) fn member(&self, peer_id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.peer_id == peer_id)
    }

    pub(super) fn member_mut(&mut self, peer_id: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.peer_id == peer_id)
    }

    pub(super) fn everybody_but(&self, peer_id: &str) -> Vec<ConnectionId> {
        self.members
            .iter()
            .filter(|member| member.peer_id != peer_id)
            .map(|member| member.connection)
            .collect()
    }

    pub(super) fn remove(&mut self, peer_id: &str) {
        self.members.retain(|member| member.peer_id != peer_id);
        self.introduced.retain(|(sending, receiving)| sending != peer_id && receiving != peer_id);
    }
}
