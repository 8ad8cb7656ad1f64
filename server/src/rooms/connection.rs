//! What is known about one connection.

use super::pace::Pace;

#[derive(Debug, Default)]
pub(super) struct Connection {
    /// One connection serves all rooms of a page (wire protocol 6.6).
    pub(super) memberships: Memberships,
    pub(super) pace: Pace,
    pub(super) joins: Pace,
    /// Of histories, the longest answers to the shortest questions.
    pub(super) histories: Pace,
    /// Of handshake messages for media servers. Not of a membership, which begins anew with every
    /// join.
    pub(super) media_pace: Pace,
}

#[derive(Debug)]
pub(super) struct Membership {
    pub(super) peer_id: String,
    /// The peer id before the last join on the same connection. Peer connections that the client
    /// threw away may still send in its name (wire protocol 6.6).
    pub(super) former_peer_id: Option<String>,
}

/// Memberships by room id. A list, since almost every connection has exactly one: the smallest
/// tree holds room for eleven, and there is one for each connection.
#[derive(Debug, Default)]
pub(super) struct Memberships(Vec<(String, Membership)>);

impl Memberships {
    pub(super) fn get(&self, rid: &str) -> Option<&Membership> {
        self.0.iter().find(|(other, _)| other == rid).map(|(_, membership)| membership)
    }

    pub(super) fn contains(&self, rid: &str) -> bool {
        self.get(rid).is_some()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Room ids in the order of joining.
    pub(super) fn rids(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(rid, _)| rid)
    }

    pub(super) fn insert(&mut self, rid: &str, membership: Membership) {
        self.remove(rid);
        self.0.reserve_exact(1);
        self.0.push((rid.to_owned(), membership));
    }

    pub(super) fn remove(&mut self, rid: &str) -> Option<Membership> {
        let place = self.0.iter().position(|(other, _)| other == rid)?;
        Some(self.0.remove(place).1)
    }
}
