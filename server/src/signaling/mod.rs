//! The signalling endpoint: Socket.IO connections on one side, the rooms on the other.

mod hub;
mod socket_io;

pub use hub::Hub;
pub use socket_io::{layer, SocketSettings};
