//! Numbers for operators.

use std::collections::BTreeMap;

/// Why a message from a client went nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// Longer than the limit.
    TooLong,
    /// Not a JSON object with a `type`, or without a member that the type needs.
    Malformed,
    /// The sender is not in the room that the message names.
    NotAMember,
    /// Sent in the name of a peer id that the sender had before it joined anew.
    Outdated,
    /// More messages than the limit allows.
    TooFast,
    /// The addressee is not in the room.
    NoTarget,
    /// A type that only the server may send.
    ServerType,
    /// A type that nobody knows, without an addressee.
    UnknownType,
    /// The app key does not give the right to ask for it.
    NotAllowed,
}

impl Dropped {
    /// The name used in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Dropped::TooLong => "too_long",
            Dropped::Malformed => "malformed",
            Dropped::NotAMember => "not_a_member",
            Dropped::Outdated => "outdated",
            Dropped::TooFast => "too_fast",
            Dropped::NoTarget => "no_target",
            Dropped::ServerType => "server_type",
            Dropped::UnknownType => "unknown_type",
            Dropped::NotAllowed => "not_allowed",
        }
    }
}

/// Counters since the start, and the present numbers of rooms and members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Open connections.
    pub connections: usize,
    /// Rooms with at least one member.
    pub rooms: usize,
    /// Memberships; a connection counts once for each of its rooms.
    pub members: usize,
    /// Changes of stored messages that the disk has refused so far.
    pub unwritten: u64,
    /// Messages received.
    pub received: u64,
    /// Messages handed out, counted once for each receiver.
    pub delivered: u64,
    /// Joins granted.
    pub joins: u64,
    /// Joins refused.
    pub refusals: u64,
    /// Messages that went nowhere, by reason.
    pub dropped: BTreeMap<Dropped, u64>,
}

impl Counts {
    pub(super) fn note_drop(&mut self, reason: Dropped, message_type: &str) {
        let count = self.dropped.entry(reason).or_default();
        *count = count.saturating_add(1);
        let message_type: String = message_type.chars().take(40).collect();
        tracing::debug!(reason = reason.name(), message_type, "message dropped");
    }
}
