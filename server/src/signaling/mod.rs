//! The signalling endpoint: Socket.IO connections on one side, the rooms on the other.

mod hub;
mod opening_request;
mod outlet;
mod outsiders;
mod polls;
mod socket_io;

pub use hub::{Hub, Outside};
pub(crate) use opening_request::with_little_to_keep;
pub(crate) use polls::{count_polled, Polls};
pub use socket_io::{layer, SocketSettings};
