//! What is known about one connection.

use std::collections::BTreeMap;

use super::pace::Pace;

#[derive(Debug, Default)]
pub(super) struct Connection {
    /// Room id to membership; one connection serves all rooms of a page (wire protocol 6.6).
    pub(super) memberships: BTreeMap<String, Membership>,
    pub(super) pace: Pace,
}

#[derive(Debug)]
pub(super) struct Membership {
    pub(super) peer_id: String,
    /// The peer id before the last join on the same connection. Peer connections that the client
    /// threw away may still send in its name (wire protocol 6.6).
    pub(super) former_peer_id: Option<String>,
}
