//! The media server of a room. [`MediaServer`] is all that the world knows of it; [`Real`] is the
//! server's own, [`Model`] another one that can make mistakes. It follows
//! the rules that were found with clients of 2.7.2: one offer at a time, it yields when both offer,
//! lines are shared by both sides, and `mediaInfoList` tells whose a line is.

mod lines;
mod member;
mod model;
mod real;

pub use lines::Ending;
pub use model::{Habits, Model};
pub use real::Real;

use skylink_core::Timestamp;
use skylink_protocol::Value;
use skylink_server::mcu::room::{FileChannel, FileData, FileEvent};

/// Peer id of the media server.
pub const MEDIA_SERVER: &str = "MCU";

/// What happens to a media server.
#[derive(Debug)]
pub enum Command {
    /// A member sent a signalling message: to it, or to everybody.
    Message { from: String, message: Value },
    /// A member left, with or without saying so.
    Gone { member: String },
    /// Text came through the data channel of a member.
    Text { from: String, text: String },
    /// Something happened to a channel for a file.
    File { from: String, event: FileEvent },
}

/// What it wants done.
#[derive(Debug)]
pub enum Reply {
    /// Send a signalling message to a member.
    Message { to: String, message: Value },
    /// Send text through the data channel of a member.
    Text { to: String, text: String },
    /// Open a channel for a file.
    OpenFile { to: String, channel: FileChannel, label: String },
    /// Send something by it.
    File { to: String, channel: FileChannel, data: FileData },
    /// Close it.
    CloseFile { to: String, channel: FileChannel },
}

/// A media server without sockets and clock.
pub trait MediaServer {
    fn handle(&mut self, now: Timestamp, command: Command);
    fn poll(&mut self) -> Option<Reply>;
    /// When to call [`MediaServer::tick`].
    fn next_deadline(&self) -> Option<Timestamp>;
    fn tick(&mut self, now: Timestamp);
    /// Nothing is under way with anybody.
    fn is_quiet(&self) -> bool;
    /// The member that one of its ICE generations is for.
    fn member_at(&self, ufrag: &str) -> Option<String>;
}
