//! What signalling and the media server say to each other.

use skylink_protocol::Value;

/// What signalling tells the media server. The order counts.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A member of a room has something to say to it.
    Message {
        /// The room.
        rid: String,
        /// Peer id of the member.
        peer: String,
        /// The message.
        message: Value,
    },
    /// A member left.
    Left {
        /// The room.
        rid: String,
        /// Peer id of the member.
        peer: String,
        /// What the others are told. Only the media server knows when they have heard of the
        /// member at all.
        bye: Value,
    },
    /// A thread of a tap has news for it.
    News {
        /// The room.
        rid: String,
        /// Which of the room's taps.
        tap: usize,
        /// The news.
        news: Value,
    },
}

/// A message of the media server for a member of a room.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// The room.
    pub rid: String,
    /// Peer id of the member.
    pub to: String,
    /// The message.
    pub message: Value,
}
