//! The signalling endpoint: clients with their sessions on one side, the rooms on the other.

mod beginners;
mod endpoint;
mod hub;
mod line;
mod outsiders;
mod polling;
mod websocket;
mod wire;

pub use endpoint::{answer, Endpoint, SocketSettings};
pub use hub::{Hub, MostOutside, Outside};
