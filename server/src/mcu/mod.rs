//! The media server: the peer `MCU` of rooms whose app key says `mcu = true`. Each client has one
//! connection to it, and gets on it the tracks of all others as they were encoded (Opus and VP8).
//!
//! ```text
//!  signalling ─ Command ─►┌────────────── worker (a thread) ─────────────┐
//!  (rooms/, signaling/)   │  room::Room      who gets what, negotiation  │
//!             ◄─ Signal ──│    │ Apply(Send, Receive, …)                 │──► taps: recorder,
//!                         │    ▼                                         │    live streams
//!  ports ───── datagram ─►│  engine::Connection   ICE, DTLS, SRTP, SCTP  │
//!             ◄ datagram ─│    │ Packet                                  │
//!                         │    ▼                                         │
//!                         │  forward::Switch   packet to its receivers   │
//!                         └──────────────────────────────────────────────┘
//! ```
//!
//! | module | what it decides |
//! | --- | --- |
//! | [`sdp`] | reads a client's descriptions, writes ours |
//! | [`formats`] | payload types and header extensions of a connection |
//! | [`lines`] | which m-section carries whose track |
//! | [`connection`] | when to offer, when to yield, when to give up |
//! | [`media_info`], [`messages`] | what is said in signalling |
//! | `layers` | which of the sizes of a video each receiver gets, and how one stream is made of them |
//! | [`room`] | members, published tracks, data channel messages |
//! | [`tap`] | how recorders and live streams take part |
//! | [`frames`] | whole frames out of a track's packets, for them |
//! | [`webm`] | the container in which they store and pass on what they take |
//! | [`record`] | recordings, their files and what becomes of them |
//! | [`rtmp`] | live streams: of which tracks, when to begin, to try again, to give up |
//! | [`refusing`] | what members hear where there are none |
//!
//! None of these does IO, reads a clock or makes random numbers, but for the threads that [`record`]
//! and [`rtmp`] have for files and pipes. [`MediaServer`] has the other threads, the ports and the
//! clock, [`ffmpeg`] the child processes. `engine`, `worker`, `forward`, `layers` and the threads of
//! [`MediaServer`] need the feature `media-server`.
//!
//! # For recorders and live streams
//!
//! Implement [`tap::Tap`] in `mcu/record` and `mcu/rtmp` and hand a [`tap::TapFactory`] to the
//! media server ([`DriverSetup::taps`], filled in `service.rs`). A tap sees each published [`room::Track`], gets the [`packet::Packet`]s of those
//! that it takes, sees the requests of members (`startRecordingRoom`, `startRTMP`, …) and answers
//! them with [`tap::Order::Signal`]. Packets come decrypted, numbered beyond 16 bits, repaired ones
//! late, with RTP time that goes on evenly and, after the publisher's first sender report, its
//! clock. Of a video with several layers they are of the highest one that comes in.

#[cfg(not(feature = "media-server"))]
mod absent;
pub mod address;
pub mod command;
pub mod connection;
pub mod counters;
#[cfg(feature = "media-server")]
mod driver;
#[cfg(feature = "media-server")]
pub mod engine;
#[cfg(feature = "media-server")]
pub mod entropy;
pub mod ffmpeg;
pub mod formats;
#[cfg(feature = "media-server")]
pub mod forward;
pub mod frames;
#[cfg(feature = "media-server")]
mod framing;
#[cfg(feature = "media-server")]
pub mod layers;
pub mod lines;
pub mod media_info;
pub mod messages;
pub mod packet;
pub mod record;
pub mod refusing;
pub mod room;
pub mod rtmp;
pub mod sdp;
pub mod setup;
pub mod tap;
pub mod webm;
#[cfg(feature = "media-server")]
pub mod worker;

#[cfg(not(feature = "media-server"))]
pub use absent::{MediaServer, StartError};
#[cfg(feature = "media-server")]
pub use driver::{MediaServer, StartError};
pub use setup::{DriverSetup, SignalSink, TcpSetting};
