//! What the shell is to do.

use crate::{
    ChannelId, ConnectionId, DescriptionKind, Failure, FileId, FileOp, Handle, Kind, LogCode, LogLevel,
    PromiseId, RequestId, SkylinkError, SocketId, Timestamp,
};
use crate::{CipherWork, KEY_SALT};
use skylink_protocol::{Object, Value};
use std::rc::Rc;

/// What `onIncomingMessage` says of a message that went through the server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Relayed {
    /// `senderPeerId`, if that is not the peer.
    pub sender: Option<String>,
    /// `timeStamp`
    pub time: Timestamp,
    /// `listOfPeers`, of one of our own.
    pub peers: Option<Vec<Value>>,
}

/// The JSON text of a direct message.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageText {
    /// The whole of it, or what is before its last member, the content. Empty if that is the same as of the
    /// message before.
    pub text: String,
    /// The content, where it is text that only the shell has.
    pub content: Option<Handle>,
}

/// One thing to do outside, in the order given.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Tell the app's listeners.
    Event {
        /// Event name as in `SkylinkConstants.EVENTS`.
        name: &'static str,
        /// Payload.
        detail: Object,
    },
    /// Keep an object under this number until it is released.
    Keep {
        /// Its number.
        handle: Handle,
        /// What messages show of a peer, but for `message`.
        object: Object,
    },
    /// Tell the app's listeners of a message: `onIncomingMessage`.
    Message {
        /// The object kept of the sender. What listeners get are copies.
        about: Handle,
        /// `targetPeerId`
        target: Value,
        /// `content`
        content: Value,
        /// `isPrivate`
        is_private: bool,
        /// What else it says if it went through the server.
        relayed: Option<Relayed>,
    },
    /// Tell the app's listeners what came over a socket: `channelMessage`.
    ChannelMessage {
        /// `socketSession`
        session: Rc<Object>,
        /// `message`
        text: Value,
    },
    /// Settle a promise with a value.
    Resolve {
        /// Which promise.
        promise: PromiseId,
        /// With what.
        value: Value,
    },
    /// Settle a promise with `undefined`.
    Fulfil(PromiseId),
    /// Settle a promise with an error.
    Reject {
        /// Which promise.
        promise: PromiseId,
        /// Why.
        failure: Failure,
    },
    /// Let everything that waits for a promise run before going on.
    NextTask,
    /// Hand in [`crate::Input::ScriptEnded`] when the script that runs now is over.
    AwaitScriptEnd,
    /// Write a log line.
    Log {
        /// Severity.
        level: LogLevel,
        /// What it says.
        code: LogCode,
        /// What it is about.
        details: Vec<String>,
    },
    /// Make an `Error` object that later payloads refer to.
    MakeError {
        /// Its number.
        handle: Handle,
        /// What it says.
        error: SkylinkError,
    },
    /// Hand an error to `window.onerror`.
    Report(SkylinkError),
    /// GET a JSON document.
    Fetch {
        /// Which request.
        request: RequestId,
        /// Address.
        url: String,
        /// Header names and values.
        headers: Vec<(&'static str, String)>,
    },
    /// POST a JSON document. Nobody waits for what becomes of it.
    Post {
        /// Address.
        url: String,
        /// The document.
        body: String,
    },
    /// Give up a request.
    AbortFetch(RequestId),
    /// Make a key of 256 bits out of a secret: PBKDF2 with HMAC-SHA-256.
    DeriveKey {
        /// Which request.
        request: RequestId,
        /// The secret.
        secret: String,
        /// What makes the key a different one each time.
        salt: [u8; KEY_SALT],
        /// How often the hash is taken.
        rounds: u32,
    },
    /// Encrypt or decrypt.
    Cipher {
        /// Which request.
        request: RequestId,
        /// What.
        work: CipherWork,
    },
    /// Open a websocket.
    OpenSocket {
        /// Which socket.
        socket: SocketId,
        /// Address.
        url: String,
    },
    /// Send a text frame.
    SendFrame {
        /// Which socket.
        socket: SocketId,
        /// The frame.
        text: String,
    },
    /// Send a text frame with a part that the shell keeps.
    SendHolding {
        /// Which socket.
        socket: SocketId,
        /// What stands before it.
        before: String,
        /// The part.
        data: Handle,
        /// What stands behind it.
        after: &'static str,
    },
    /// Close a websocket and forget it.
    CloseSocket(SocketId),
    /// Ask for camera and microphone.
    Capture {
        /// Which capture.
        request: RequestId,
        /// `MediaStreamConstraints`.
        constraints: Value,
    },
    /// Ask for a screen.
    CaptureScreen {
        /// Which capture.
        request: RequestId,
        /// `DisplayMediaStreamOptions`.
        constraints: Value,
    },
    /// Tell when a local stream's tracks of a kind end by themselves, until it is released. The
    /// tracks stop when the session goes away.
    WatchTracks {
        /// The stream.
        stream: Handle,
        /// Which tracks.
        kind: Kind,
    },
    /// Switch a local stream's tracks of a kind on or off.
    EnableTracks {
        /// The stream.
        stream: Handle,
        /// Which tracks.
        kind: Kind,
        /// Whether they send.
        enabled: bool,
    },
    /// Stop a local stream's tracks.
    StopTracks(Handle),
    /// Forget an object of the shell.
    Release(Handle),
    /// Do something with the file of a transfer.
    File {
        /// Which file.
        file: FileId,
        /// What.
        op: FileOp,
    },
    /// Do something with a peer connection.
    Connection {
        /// Which connection.
        connection: ConnectionId,
        /// What.
        op: ConnectionOp,
    },
}

/// An operation on a peer connection.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectionOp {
    /// Make it.
    Create {
        /// `RTCConfiguration`.
        configuration: Value,
    },
    /// Have an m-section of this kind, before anything is sent in it.
    AddTransceiver(Kind),
    /// Send a local stream's tracks of a kind.
    AddStream {
        /// The stream.
        stream: Handle,
        /// Which tracks.
        kind: Kind,
        /// Bits per second that its layers may take together, if it is to be sent in layers.
        layers: Option<f64>,
    },
    /// Send a local stream's tracks no more. The stream may be released by then.
    RemoveStream(Handle),
    /// Prefer a codec in descriptions made from now on, and in what is sent, where both sides have it.
    PreferCodec {
        /// Of which kind.
        kind: Kind,
        /// Its name, without regard to case.
        name: String,
        /// Format parameters that the preferred variant has.
        parameters: Vec<String>,
    },
    /// Limit what is sent of a local stream, in all its layers together.
    LimitBitrate {
        /// Which one.
        stream: Handle,
        /// Bits per second; `None` is no limit.
        limit: Option<f64>,
    },
    /// Do something with a data channel.
    Channel {
        /// Which channel.
        channel: ChannelId,
        /// What.
        op: ChannelOp,
    },
    /// `getStats`, with the descriptions as they are.
    ReadStatistics {
        /// Comes back with the result.
        request: RequestId,
        /// Whether the result may come when the page has nothing else to do.
        can_wait: bool,
    },
    /// Create an offer.
    CreateOffer {
        /// Whether ICE restarts.
        ice_restart: bool,
        /// Whether silence is not sent.
        voice_activity_detection: bool,
    },
    /// Create an answer.
    CreateAnswer {
        /// Whether silence is not sent.
        voice_activity_detection: bool,
    },
    /// `setLocalDescription`.
    SetLocal {
        /// Offer, answer or rollback.
        kind: DescriptionKind,
        /// The description.
        sdp: String,
    },
    /// `setRemoteDescription`.
    SetRemote {
        /// Offer or answer.
        kind: DescriptionKind,
        /// The description.
        sdp: String,
    },
    /// `addIceCandidate`.
    AddCandidate {
        /// Comes back with the result.
        number: u32,
        /// Candidate attribute text.
        candidate: String,
        /// `sdpMid`.
        mid: Option<String>,
        /// `sdpMLineIndex`.
        line: Option<f64>,
    },
    /// Close it with its channels and forget it.
    Close,
}

/// An operation on a data channel.
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelOp {
    /// Open an ordered one.
    Open {
        /// Its label.
        label: String,
    },
    /// Open an ordered one for a file, which tells early when more can be sent.
    OpenForFile {
        /// Its label.
        label: String,
        /// How many bytes are to be left when it tells.
        low_water: u32,
    },
    /// Send text.
    SendText(String),
    /// Send direct messages: one as it is, more as the items of a JSON list
    /// ([`skylink_protocol::data_channel`]).
    SendMessages(Vec<MessageText>),
    /// Close it and forget it.
    Close,
}
