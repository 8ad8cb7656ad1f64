#![doc = include_str!("../README.md")]

mod api;
mod call;
mod candidates;
mod capture;
mod channel_upkeep;
mod cipher;
mod codec_parameters;
mod connection_states;
mod data_channel;
mod decryption;
mod direct_message;
mod dtls_role;
mod encryption;
mod environment;
mod error;
mod file_op;
mod handshake;
mod ice_recovery;
mod ice_servers;
mod in_turn;
mod input;
mod join;
mod kept;
mod keyring;
mod leave;
mod limits;
mod media;
mod media_info;
mod media_server;
mod message_batches;
mod messaging;
mod mute;
mod negotiation;
mod options;
mod output;
mod own_streams;
mod peer_connection;
mod peer_info;
mod privileged;
mod query;
mod recording;
mod refresh;
mod relay;
mod renegotiation;
mod reports;
mod room;
mod roster;
mod rtmp;
mod screen;
mod sdp;
mod secrets;
mod session;
mod socket;
mod statistics;
mod stored_messages;
mod time;
mod transfer;

pub use call::{Call, ChannelReading, MediaToSend, Prefetched};
pub use cipher::SALT_BYTES as KEY_SALT;
pub use cipher::{CipherMode, CipherWay, CipherWork};
pub use encryption::MESSAGE_RANDOMNESS;
pub use environment::{Environment, JsonText};
pub use error::{ErrorCode, Failure, LogCode, LogLevel, SkylinkError};
pub use file_op::{BlobFacts, FileEvent, FileOp};
pub use input::{ChannelEvent, ConnectionEvent, Input};
pub use media::{CapturedStream, Kind};
pub use output::{ChannelOp, ConnectionOp, MessageText, Output, Relayed};
pub use sdp::DescriptionKind;
pub use session::Session;
pub use statistics::{DescriptionReading, StatisticsReading};
pub use time::Timestamp;
pub use transfer::Piece;

/// Names an object of the shell: a stream, a browser error. Chosen by the shell.
pub type Handle = u32;
/// Names a promise of the app. Chosen by the shell.
pub type PromiseId = u32;
/// Names an HTTP request or a media capture. Chosen by the core.
pub type RequestId = u32;
/// Names a signalling socket. Chosen by the core.
pub type SocketId = u32;
/// Names a peer connection. Chosen by the core, never used twice.
pub type ConnectionId = u32;
/// Names a data channel of a connection. Chosen by the core for those that it opens, with the
/// highest bit set; by the shell for those that the other side opens.
pub type ChannelId = u32;
/// Names the file of a transfer with one peer. Chosen by the core, never used twice.
pub type FileId = u32;
