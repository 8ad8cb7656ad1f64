//! WebRTC clients without a browser: each has ICE, DTLS and SRTP of its own, as a page has, but its
//! pictures and sounds are only bytes. Descriptions come and go as text, so they can talk to any
//! server; whoever drives them does the signalling. They have ports ([`client`]), or are in the process
//! of the media server that is measured ([`in_memory`]).

pub mod client;
pub mod in_memory;
pub mod orders;
pub mod pace;
pub mod peer;
