//! Why the API refuses (wire protocol 3.6).

/// `READY_STATE_CHANGE_ERROR` codes that this server sends, and 400 for requests that no code
/// exists for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiErrorCode {
    /// The request makes no sense.
    BadRequest,
    /// Unknown app key.
    ApiInvalid,
    /// The page's origin is not allowed for the key.
    CorsDomainNotMatch,
    /// Neither an origin nor credentials.
    CredentialsInvalid,
    /// The credentials do not fit room, start and duration.
    CredentialsNotMatch,
    /// The room is full.
    OverSeatLimit,
    /// The server could not do it.
    RetrievalFailed,
    /// There is no such thing.
    NotFound,
    /// It cannot be had, or deleted, at this time.
    NotReady,
}

impl ApiErrorCode {
    /// The number in the body, and the HTTP status.
    pub fn code_and_status(self) -> (u16, u16) {
        match self {
            Self::BadRequest => (400, 400),
            Self::ApiInvalid => (4001, 404),
            Self::CorsDomainNotMatch => (4003, 403),
            Self::CredentialsInvalid => (4004, 401),
            Self::CredentialsNotMatch => (4005, 401),
            Self::OverSeatLimit => (4020, 429),
            Self::RetrievalFailed => (4021, 500),
            Self::NotFound => (404, 404),
            Self::NotReady => (409, 409),
        }
    }
}

/// A refusal of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiFailure {
    /// For programs.
    pub code: ApiErrorCode,
    /// For a developer.
    pub info: String,
}

impl ApiFailure {
    /// A refusal with its explanation.
    pub fn new(code: ApiErrorCode, info: impl Into<String>) -> Self {
        Self { code, info: info.into() }
    }
}
