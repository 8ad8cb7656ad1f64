//! WebRTC clients without a browser: each has a port, ICE, DTLS and SRTP of its own, as a page has,
//! but its pictures and sounds are only bytes. Descriptions come and go as text, so they can talk to
//! any server; whoever drives the program does the signalling.

pub mod client;
pub mod orders;
pub mod pace;
