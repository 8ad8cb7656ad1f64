//! What goes out: a message and the connections that get it.

use skylink_protocol::Value;

/// One signalling connection (a Socket.IO socket), numbered by whoever owns the transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// A message for one or more connections. Deliveries must be carried out in the order given.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Who gets it; never the connection whose message caused it, except for answers.
    pub to: Vec<ConnectionId>,
    /// The message, with a `type` and a `rid`.
    pub message: Value,
    /// Whether these connections are to be closed once the message is on its way. The owner of
    /// the transport then calls [`super::Rooms::disconnect`] as for every closed connection.
    pub then_close: bool,
}
