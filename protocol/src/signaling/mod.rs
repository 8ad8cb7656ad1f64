//! The signalling messages (wire protocol, section 5): flat JSON objects with a `type` and a `rid`.

mod handshake;
mod media;
mod messaging;
mod room;

pub use handshake::*;
pub use media::*;
pub use messaging::*;
pub use room::*;

use crate::{ShapeError, Value};

macro_rules! messages {
    ($($(#[$meta:meta])* $variant:ident),* $(,)?) => {
        /// Any signalling message that 2.7.2 sends or understands.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Message {
            $($(#[$meta])* $variant($variant),)*
        }

        impl Message {
            /// The `type` of every known message.
            pub const TYPES: &'static [&'static str] = &[$($variant::TYPE),*];
        }

        impl TryFrom<&Value> for Message {
            type Error = ShapeError;
            fn try_from(value: &Value) -> Result<Self, ShapeError> {
                match value.get("type").and_then(Value::as_text) {
                    $(Some($variant::TYPE) => $variant::try_from(value).map(Message::$variant),)*
                    _ => Err(ShapeError::UnknownType),
                }
            }
        }

        impl From<&Message> for Value {
            fn from(message: &Message) -> Self {
                match message {
                    $(Message::$variant(inner) => inner.into(),)*
                }
            }
        }

        $(impl From<$variant> for Message {
            fn from(message: $variant) -> Self {
                Message::$variant(message)
            }
        })*
    };
}

messages! {
    /// Client to server.
    JoinRoom,
    /// Server to client.
    InRoom,
    /// Client to room.
    Enter,
    /// Client to client.
    Welcome,
    /// Client to client.
    Offer,
    /// Client to client.
    Answer,
    /// Client to client.
    AnswerAck,
    /// Client to client.
    Candidate,
    /// Client to client.
    EndOfCandidates,
    /// Client to client, server to room.
    Bye,
    /// Client to room.
    UpdateUser,
    /// Client to room.
    RoomLock,
    /// Client to client.
    MediaInfoEvent,
    /// Client to room or client.
    UserMessage,
    /// Client to room, old clients.
    PublicMessage,
    /// Client to client, old clients.
    PrivateMessage,
    /// Client to server.
    GetStoredMessages,
    /// Server to client.
    StoredMessages,
    /// Client to server.
    GetPeers,
    /// Server to client.
    PeerList,
    /// Client to server, old clients.
    Introduce,
    /// Server to client, old clients.
    Approach,
    /// Server to client, old clients.
    IntroduceError,
    /// Server to client.
    Redirect,
    /// Client to room, old clients.
    StreamStatus,
    /// Client to media server.
    StartRecording,
    /// Client to media server.
    StopRecording,
    /// Media server to room.
    RecordingEvent,
    /// Client to media server.
    StartRtmp,
    /// Client to media server.
    StopRtmp,
    /// Media server to client.
    RtmpEvent,
    /// Client to room, old clients.
    Group,
}
