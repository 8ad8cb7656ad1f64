//! Who may enter which room. The rooms ask a [`Doorkeeper`]; the real one checks signed tokens.

use skylink_protocol::signaling::JoinRoom;

/// Why the server refuses, warns or ends (`SYSTEM_ACTION_REASON`, wire protocol 6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The tokens are older than allowed.
    TokenExpired,
    /// The tokens are not ours, or do not belong together.
    TokenInvalid,
    /// The same tokens are used by a newer connection.
    DuplicatedLogin,
    /// The room's window has not begun.
    NotStarted,
    /// The room's window is over.
    Expired,
    /// The room is locked.
    Locked,
    /// Too many messages.
    TooFast,
    /// The room's window is about to end.
    Closing,
    /// The room's window has ended.
    Closed,
    /// The room is full, or something else that the client cannot change.
    ServerError,
    /// The app key is unknown or is not the one that the tokens were made for.
    KeyFailed,
}

impl Reason {
    /// The text on the wire.
    pub fn as_text(self) -> &'static str {
        match self {
            Reason::TokenExpired => "oldTimeStamp",
            Reason::TokenInvalid => "credentialError",
            Reason::DuplicatedLogin => "duplicatedLogin",
            Reason::NotStarted => "notStart",
            Reason::Expired => "expired",
            Reason::Locked => "locked",
            Reason::TooFast => "fastmsg",
            Reason::Closing => "toclose",
            Reason::Closed => "roomclose",
            Reason::ServerError => "serverError",
            Reason::KeyFailed => "keyFailed",
        }
    }
}

/// A join that is turned down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For programs.
    pub reason: Reason,
    /// For people.
    pub info: String,
}

impl Refusal {
    /// A refusal with its explanation.
    pub fn new(reason: Reason, info: impl Into<String>) -> Self {
        Self { reason, info: info.into() }
    }
}

/// What a joiner may do, from the server's own knowledge and never from the client's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// Name of the room, as privileged peers see it in `peerList`.
    pub room_name: String,
    /// Rooms of one space are listed together.
    pub space: String,
    /// Identifies the tokens; the newest connection that shows them replaces an older one.
    pub login: Option<String>,
    /// May list peers and introduce them.
    pub privileged: bool,
    /// Meets the other members without being introduced.
    pub auto_introduce: bool,
    /// May store messages and read stored ones.
    pub persistent: bool,
    /// The room has a media server.
    pub mcu: bool,
    /// Session id that the API announced, used if this peer begins a session.
    pub session: Option<String>,
    /// When the membership ends by itself, milliseconds since 1970.
    pub closes_at: Option<u64>,
    /// How many members the room may have, if other than the general limit.
    pub room_members: Option<usize>,
}

/// Decides about each `joinRoom`.
pub trait Doorkeeper: Send {
    /// Lets the sender of `join` in, or says why not.
    ///
    /// # Errors
    /// The refusal that the client is told.
    fn admit(&self, join: &JoinRoom, now: u64) -> Result<Admission, Refusal>;
}

/// Lets everybody in, for simulations and tests. The room is named after its id.
#[derive(Debug, Clone, Copy)]
pub struct OpenDoor {
    /// Given to everybody.
    pub privileged: bool,
    /// Given to everybody.
    pub auto_introduce: bool,
    /// Given to everybody.
    pub persistent: bool,
}

impl Default for OpenDoor {
    fn default() -> Self {
        Self { privileged: false, auto_introduce: true, persistent: false }
    }
}

impl Doorkeeper for OpenDoor {
    fn admit(&self, join: &JoinRoom, _now: u64) -> Result<Admission, Refusal> {
        Ok(Admission {
            room_name: join.rid.clone(),
            space: String::new(),
            login: None,
            privileged: self.privileged,
            auto_introduce: self.auto_introduce,
            persistent: self.persistent,
            mcu: false,
            session: None,
            closes_at: None,
            room_members: None,
        })
    }
}
