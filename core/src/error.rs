//! Errors and log lines as codes. Their texts live in the JavaScript part of the package
//! (`pkg-template/texts.js`), a test keeps both lists in step.

use crate::Handle;
use skylink_protocol::{Object, Value};

/// What went wrong; the number crosses the boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum ErrorCode {
    /// `joinRoom` without a room name and without a default room.
    NoRoomName = 1,
    /// Prefetched streams that are no streams, or none that is active.
    InvalidPrefetchedStreams = 2,
    /// Media options that ask for nothing, or are no options.
    InvalidMediaOptions = 3,
    /// A message before the room was entered.
    NotInRoom = 4,
    /// The API server answered with an error status; detail is the status.
    ApiRefused = 5,
    /// The API server could not be reached; detail is the browser's text.
    ApiUnreachable = 6,
    /// The API server's answer was not understood.
    ApiInvalidResponse = 7,
    /// The signalling socket could not be opened.
    SocketFailed = 8,
    /// The signalling socket closed before the room was entered.
    SocketClosed = 9,
    /// The server did not let us in, nor refuse, in time.
    JoinTimeout = 10,
    /// The server refused; detail is its text, `reason` is among the extra members.
    RoomRefused = 11,
    /// The server refused because the room is locked.
    RoomLocked = 12,
    /// The room was left, or joined anew, before it was entered.
    LeftDuringJoin = 13,
    /// The media server reports that a recording or live stream failed; detail is its text.
    MediaServerError = 15,
    /// An encrypted message came and there is no secret to read it.
    SecretsNotProvided = 16,
    /// The API server did not answer in time.
    ApiTimeout = 17,
    /// The connection of a candidate is gone.
    NoConnection = 18,
    /// A candidate belongs to no m-section.
    SdpError = 20,
    /// A candidate is of a filtered type.
    CandidateFiltered = 21,
    /// The socket reported an error; detail is its text.
    SocketError = 22,
    /// Media are to be sent before the room was entered, or it was left meanwhile.
    UserNotInRoom = 30,
    /// A list with something in it that is no stream.
    InvalidMediaStreamArray = 31,
    /// A stream that is over.
    InactiveMediaStream = 32,
    /// No own stream, or not that one; detail is its id.
    NoStream = 33,
    /// `setVideoView` with what says nothing of how a video is shown.
    InvalidVideoView = 34,
    /// `sendBlobData` in a room with a media server.
    MediaServerFiles = 40,
    /// `sendBlobData` of what is no blob.
    NoBlob = 41,
    /// `sendBlobData` of nothing.
    EmptyBlob = 42,
    /// `sendBlobData` while data channels are switched off.
    DataChannelsDisabled = 43,
    /// `sendBlobData` in a room without anybody else.
    NoPeersInRoom = 44,
    /// `sendBlobData` to what are no peer ids.
    InvalidPeerIds = 45,
    /// `sendBlobData` with a timeout that is no number.
    InvalidTimeout = 46,
    /// No id of a transfer; detail is what was to be done.
    NoTransferId = 47,
    /// No id of a peer; detail is what was to be done.
    NoPeerId = 48,
    /// No data channel to a peer; detail is the whole text.
    NoDataChannel = 49,
    /// No such transfer; detail is what was to be done.
    UnknownTransfer = 50,
    /// The channel is busy with another transfer.
    TransferInProgress = 51,
    /// Somebody does not want the file; detail is who.
    TransferRejected = 52,
    /// The other side was silent for too long; detail is how many seconds.
    TransferTimeout = 53,
    /// A transfer failed; detail is the whole text.
    TransferFailed = 54,
    /// A secret, or its id, is missing.
    NoSecret = 55,
    /// A secret, or an id, is no text; detail is what was to be set.
    InvalidSecret = 56,
    /// There is a secret under that id already.
    SecretIdNotUnique = 57,
    /// There is no secret under that id; detail is what was to be done.
    SecretIdNotFound = 58,
    /// `setMessagePersistence` with anything but a boolean.
    PersistenceFlagInvalid = 59,
    /// The key stores no messages.
    PersistenceNotEnabled = 60,
    /// A message to single peers is not stored.
    PrivateNotPersistent = 61,
    /// A message is to be stored, but no secret is selected.
    SecretNotSelected = 62,
    /// A message is to be stored, but there is no secret.
    NoSecretToSelect = 63,
    /// A message cannot be read with the secret that it names.
    DecryptionFailed = 64,
    /// AES-GCM needs what only secure pages have.
    CipherUnavailable = 65,
    /// The key is not privileged.
    NotPrivileged = 66,
    /// The server did not list the peers.
    PeersNotListed = 67,
    /// `startRecording` without a media server, or it is gone.
    StartRecordingNoMcu = 70,
    /// `startRecording` while the room is being recorded.
    RecordingInProgress = 71,
    /// The media server did not say that it records.
    RecorderUnavailable = 72,
    /// `stopRecording` without a media server, or it is gone.
    StopRecordingNoMcu = 73,
    /// `stopRecording` while nothing is being recorded.
    NoRecordingInProgress = 74,
    /// `stopRecording` within four seconds.
    RecordingTooShort = 75,
    /// `startRTMPSession` without a media server, or it is gone.
    StartRtmpNoMcu = 76,
    /// `startRTMPSession` without a stream.
    RtmpNoStreamId = 77,
    /// `startRTMPSession` without an address.
    RtmpNoEndpoint = 78,
    /// `stopRTMPSession` without a media server, or it is gone.
    StopRtmpNoMcu = 79,
    /// The data channel to a peer is not open; detail is its state.
    ChannelNotOpen = 80,
    /// Statistics were asked for before there is a connection.
    NoConnectionYet = 81,
    /// There is no connection to the peer; detail is its id.
    PeerNotFound = 82,
    /// No connection could be refreshed; `refreshErrors` tells why.
    RefreshFailed = 83,
}

/// An error made by the core.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code:?} {detail:?}")]
pub struct SkylinkError {
    /// Which error.
    pub code: ErrorCode,
    /// What fills the gap in its text.
    pub detail: Option<String>,
    /// Further members of the JavaScript error.
    pub extra: Option<Object>,
}

impl SkylinkError {
    /// An error with nothing to add.
    pub fn new(code: ErrorCode) -> Self {
        Self { code, detail: None, extra: None }
    }

    /// An error whose text has a gap.
    pub fn with_detail(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { code, detail: Some(detail.into()), extra: None }
    }

    /// Adds members that the JavaScript error gets.
    #[must_use]
    pub fn with_extra(mut self, extra: Object) -> Self {
        self.extra = Some(extra);
        self
    }
}

/// Why a promise is rejected.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// An error of ours.
    Error(SkylinkError),
    /// The browser's own error, passed through.
    Browser(Handle),
    /// What 2.7.2 rejects with instead of an error.
    Value(Value),
}

impl From<SkylinkError> for Failure {
    fn from(error: SkylinkError) -> Self {
        Failure::Error(error)
    }
}

/// Severity of a log line, the numbers of `SkylinkLogger.logLevels`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum LogLevel {
    /// For following the course of things.
    Debug = 1,
    /// Worth knowing.
    Info = 2,
    /// Something was ignored or dropped.
    Warn = 3,
    /// Something failed.
    Error = 4,
}

/// What a log line says; the number crosses the boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum LogCode {
    /// No room of that name is joined.
    UnknownRoom = 1,
    /// A peer asked for is not in the room.
    UnknownPeer = 2,
    /// A frame from the server that is no valid packet.
    BadFrame = 3,
    /// A message that lacks what it needs; details: its type.
    BadMessage = 4,
    /// A message dropped in this state; details: its type, the peer.
    DroppedMessage = 5,
    /// A message of a type this version does not handle; details: its type.
    UnhandledMessage = 6,
    /// A description could not be applied; details: the peer, the step.
    DescriptionFailed = 7,
    /// `muteStreams` with options that are no object.
    BadMuteOptions = 8,
    /// No own stream, or not that one.
    NoStream = 9,
    /// The answer to an offer did not come and the offer was sent again; details: the peer.
    OfferRepeated = 10,
    /// A handshake was given up; details: the peer.
    HandshakeGivenUp = 11,
    /// `shareScreen` with options that ask for no video.
    BadScreenOptions = 30,
    /// The browser refused a screen.
    ScreenRefused = 31,
    /// An option that has no effect any more; details: its name.
    DeprecatedOption = 32,
    /// A message about a transfer that cannot be; details: its type, the peer.
    BadTransferMessage = 40,
    /// A message about a transfer that fits none; details: its type, the peer.
    StrayTransferMessage = 41,
    /// A peer has too many requests open; details: the peer.
    TooManyRequests = 42,
    /// Both sides asked for a transfer at once; details: the peer.
    RequestsCrossed = 43,
    /// The room was left before the key of a message was made.
    MessageNotSent = 55,
    /// The key stores no messages.
    PersistenceNotEnabled = 56,
    /// The media server did not say whose a track is; details: the stream.
    UnclaimedTrack = 70,
    /// News of a recording or live stream that was never begun; details: its id.
    UnknownSession = 71,
    /// A message over data channels before the room was entered; details: the room.
    P2PNotInRoom = 80,
    /// A message over data channels that are switched off; details: the room.
    DataChannelsOff = 81,
    /// A message to a peer without a data channel; details: the peer.
    NoDataChannel = 82,
    /// A message over data channels that nobody gets; details: the room.
    NobodyToSendTo = 83,
}
