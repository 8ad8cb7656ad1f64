//! Why a request gets nothing, in Engine.IO's words.

/// What clients are told with status 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Neither polling nor WebSocket.
    UnknownTransport,
    /// There is no such session, or not any more.
    UnknownSession,
    /// Sessions begin with GET.
    BadHandshakeMethod,
    /// It makes no sense, or not for this session.
    BadRequest,
    /// Another version of Engine.IO, which Socket.IO 3 and later speak.
    UnsupportedProtocolVersion,
}

impl Refusal {
    /// The body of the answer.
    pub(crate) fn json(self) -> &'static str {
        match self {
            Refusal::UnknownTransport => r#"{"code":0,"message":"Transport unknown"}"#,
            Refusal::UnknownSession => r#"{"code":1,"message":"Session ID unknown"}"#,
            Refusal::BadHandshakeMethod => r#"{"code":2,"message":"Bad handshake method"}"#,
            Refusal::BadRequest => r#"{"code":3,"message":"Bad request"}"#,
            Refusal::UnsupportedProtocolVersion => r#"{"code":5,"message":"Unsupported protocol version"}"#,
        }
    }
}
