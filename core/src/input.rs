//! What the network and the browser report.

use crate::{
    CapturedStream, ChannelId, ConnectionId, FileEvent, FileId, Handle, Kind, Piece, RequestId, SocketId,
    StatisticsReading,
};
use skylink_protocol::data_channel::DirectMessage;
use skylink_protocol::Value;

/// Something that happened outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The time that [`crate::Session::next_deadline`] named has come.
    Tick,
    /// The script that ran when [`crate::Output::AwaitScriptEnd`] came is over.
    ScriptEnded,
    /// The API server answered.
    ApiAnswered {
        /// Which request.
        request: RequestId,
        /// HTTP status.
        status: u32,
        /// The body, if it is JSON.
        body: Option<Value>,
    },
    /// The API server could not be asked.
    ApiFailed {
        /// Which request.
        request: RequestId,
        /// The browser's text.
        text: String,
    },
    /// An event came: JSON text in the one argument of a `message`.
    SocketMessage {
        /// Which socket.
        socket: SocketId,
        /// The text; the shell keeps it.
        text: Value,
        /// What it says.
        message: Value,
    },
    /// Any other text frame came.
    SocketFrame {
        /// Which socket.
        socket: SocketId,
        /// The frame.
        text: String,
    },
    /// The socket closed, or could not be opened.
    SocketClosed {
        /// Which socket.
        socket: SocketId,
    },
    /// Camera and microphone were granted.
    Captured {
        /// Which capture.
        request: RequestId,
        /// One stream for each kind.
        streams: Vec<CapturedStream>,
    },
    /// Camera or microphone were refused.
    CaptureFailed {
        /// Which capture.
        request: RequestId,
        /// The browser's error.
        error: Handle,
    },
    /// A screen was granted.
    ScreenCaptured {
        /// Which capture.
        request: RequestId,
        /// The whole stream, its picture in particular.
        screen: CapturedStream,
        /// Its sound again, as a stream of its own.
        sound: Option<CapturedStream>,
        /// `getSettings()` of the picture's track.
        settings: Value,
    },
    /// The watched tracks of a local stream ended by themselves: a device was unplugged, or the
    /// browser's own button pressed.
    TracksEnded(Handle),
    /// A key was made, or could not be.
    KeyDerived {
        /// Which request.
        request: RequestId,
        /// The key.
        key: Option<[u8; 32]>,
    },
    /// Something was encrypted or decrypted.
    Ciphered {
        /// Which request.
        request: RequestId,
        /// What [`crate::CipherWay`] says, texts as handles; `None` where the browser refuses, as it does when a tag or a
        /// padding is wrong.
        outcome: Option<Value>,
    },
    /// Something about the file of a transfer.
    File {
        /// Which file.
        file: FileId,
        /// What.
        event: FileEvent,
    },
    /// Something about a peer connection.
    Connection {
        /// Which connection.
        connection: ConnectionId,
        /// What.
        event: ConnectionEvent,
    },
}

/// Something that happened on a data channel.
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelEvent {
    /// The other side opened it.
    Offered {
        /// Its label.
        label: String,
    },
    /// It can send.
    Open,
    /// It is gone.
    Closed,
    /// What waited to be sent is below the threshold.
    BufferedAmountLow,
    /// Text came that looks like a message.
    Text(String),
    /// Direct messages came whose contents are texts. The contents are handles.
    Messages(Vec<DirectMessage>),
    /// Text came that can only be a chunk of a file.
    Chunk(Handle),
    /// Bytes came.
    Frame {
        /// The frame with its header.
        frame: Handle,
        /// Which piece of a file it carries, if it says so.
        piece: Option<Piece>,
    },
    /// It reported an error.
    Failed {
        /// The browser's event.
        error: Handle,
        /// `sctpCauseCode` of the error, if it has one.
        cause: Option<f64>,
    },
    /// It could not be made.
    NotMade(Handle),
    /// The browser did not take what was to be sent.
    NotSent(Handle),
}

/// Something that happened on a peer connection.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectionEvent {
    /// The connection could not be made.
    CreateFailed(Handle),
    /// `createOffer` succeeded.
    OfferCreated(String),
    /// `createAnswer` succeeded.
    AnswerCreated(String),
    /// `setLocalDescription` succeeded.
    LocalSet,
    /// `setRemoteDescription` succeeded.
    RemoteSet,
    /// The description operation under way failed.
    DescriptionFailed(Handle),
    /// `createAnswer` failed.
    AnswerNotCreated(Handle),
    /// The browser found a local candidate; empty text ends the candidates.
    LocalCandidate {
        /// Candidate attribute text.
        candidate: String,
        /// `sdpMid`.
        mid: Option<String>,
        /// `sdpMLineIndex`.
        line: Option<f64>,
    },
    /// A remote candidate was taken or refused.
    CandidateAdded {
        /// The number given with it.
        number: u32,
        /// The browser's error if it was refused.
        error: Option<Handle>,
    },
    /// `icegatheringstatechange`.
    GatheringState(String),
    /// `signalingstatechange`.
    SignalingState(String),
    /// `connectionstatechange`.
    ConnectionState(String),
    /// `iceconnectionstatechange`.
    IceState(String),
    /// A remote track came.
    Track {
        /// Its stream.
        stream: Handle,
        /// Id of its stream.
        stream_id: String,
        /// Audio or video.
        kind: Kind,
        /// `mid` of its transceiver.
        mid: Option<String>,
    },
    /// A remote track was removed from its stream.
    TrackRemoved {
        /// Id of its stream.
        stream_id: String,
        /// Audio or video.
        kind: Kind,
        /// Whether the stream still has sound.
        has_audio: bool,
        /// Whether the stream still has a picture.
        has_video: bool,
    },
    /// The browser's statistics are there.
    Statistics {
        /// Which request.
        request: RequestId,
        /// What they say.
        reading: Box<StatisticsReading>,
    },
    /// The browser gave no statistics.
    StatisticsFailed {
        /// Which request.
        request: RequestId,
        /// The browser's error.
        error: Handle,
    },
    /// Something about a data channel.
    Channel {
        /// Which channel.
        channel: ChannelId,
        /// How many bytes wait to be sent through it.
        buffered: f64,
        /// What.
        event: ChannelEvent,
    },
}
