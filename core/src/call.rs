//! What an app asks of a session.

use crate::{
    BlobFacts, CapturedStream, ChannelId, ConnectionId, Handle, PromiseId, KEY_SALT, MESSAGE_RANDOMNESS,
};
use skylink_protocol::Value;

/// Streams that the app captured itself and hands to `joinRoom`.
#[derive(Debug, Clone, PartialEq)]
pub enum Prefetched {
    /// None given.
    None,
    /// The usable ones, split into one stream for each kind.
    Streams(Vec<CapturedStream>),
    /// Given, but none usable.
    Invalid,
}

/// What the browser says of a data channel.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelReading {
    /// Its connection.
    pub connection: ConnectionId,
    /// Which channel.
    pub channel: ChannelId,
    /// `readyState`.
    pub state: String,
    /// `bufferedAmount`.
    pub buffered: f64,
    /// `bufferedAmountLowThreshold`.
    pub threshold: f64,
}

/// What `sendStream` is given.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaToSend {
    /// Options for camera and microphone.
    Options(Value),
    /// A stream of the app, split into one stream for each kind.
    Stream(Vec<CapturedStream>),
    /// Several streams of the app, each split.
    Streams(Vec<Vec<CapturedStream>>),
    /// Something else; as text.
    Invalid(String),
    /// A list with something in it that is no stream.
    NoStreams,
    /// A stream among them is over.
    Inactive,
}

/// One call of a public method (public API, section 2.2).
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// `joinRoom`; settles `promise`.
    JoinRoom {
        /// The promise to settle.
        promise: PromiseId,
        /// Options given to the constructor.
        init_options: Value,
        /// Options given to the method.
        options: Value,
        /// Streams given to the method.
        prefetched: Prefetched,
    },
    /// `getUserMedia` in a room; settles `promise` unless the room is unknown.
    GetUserMedia {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// Media options.
        options: Value,
    },
    /// `sendStream`; settles `promise`.
    SendStream {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// What to send.
        media: MediaToSend,
    },
    /// `stopStreams`; settles `promise` unless the room is unknown.
    StopStreams {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// One stream, or all that are no screens.
        stream_id: Option<String>,
    },
    /// `shareScreen`; settles `promise` unless the room is unknown.
    ShareScreen {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// `getDisplayMediaOptions`.
        options: Value,
    },
    /// `stopScreen`.
    StopScreen {
        /// Room name.
        room: String,
    },
    /// `leaveRoom`; settles `promise` unless the room is unknown.
    LeaveRoom {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// Whether own streams end.
        stop_streams: bool,
    },
    /// `leaveAllRooms`; settles `promise`.
    LeaveAllRooms {
        /// The promise to settle.
        promise: PromiseId,
        /// Whether own streams end.
        stop_streams: bool,
    },
    /// `lockRoom` and `unlockRoom`.
    SetLock {
        /// Room name.
        room: String,
        /// Whether to lock.
        lock: bool,
    },
    /// `sendMessage`.
    SendMessage {
        /// Room name.
        room: String,
        /// Text or JSON.
        message: Value,
        /// Peer id, list of peer ids, or nothing.
        target: Value,
        /// Lasting id of the sender, or empty.
        peer_session_id: String,
        /// A fresh id for the message.
        message_id: String,
        /// Fresh random bytes, for encrypting it.
        randomness: [u8; MESSAGE_RANDOMNESS],
    },
    /// `setEncryptSecret`.
    SetEncryptSecret {
        /// Room name.
        room: String,
        /// The secret.
        secret: Value,
        /// Its id.
        secret_id: Value,
    },
    /// `getEncryptSecrets`.
    GetEncryptSecrets {
        /// Room name.
        room: String,
    },
    /// `deleteEncryptSecrets`.
    DeleteEncryptSecrets {
        /// Room name.
        room: String,
        /// Which one, or nothing for all.
        secret_id: Value,
    },
    /// `setSelectedSecret`.
    SetSelectedSecret {
        /// Room name.
        room: String,
        /// Which one, or nothing for none.
        secret_id: Value,
        /// Fresh random bytes, for making a key.
        salt: [u8; KEY_SALT],
    },
    /// `getSelectedSecret`.
    GetSelectedSecret {
        /// Room name.
        room: String,
    },
    /// `setMessagePersistence`.
    SetMessagePersistence {
        /// Room name.
        room: String,
        /// Whether messages are stored.
        is_persistent: Value,
    },
    /// `getMessagePersistence`.
    GetMessagePersistence {
        /// Room name.
        room: String,
    },
    /// `getStoredMessages`.
    GetStoredMessages {
        /// Room name.
        room: String,
        /// Which meeting, or empty for all.
        room_session_id: String,
    },
    /// `getPeers`; settles `promise` unless the room is unknown.
    GetPeers {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// Whether privileged peers are listed too.
        show_all: bool,
    },
    /// `getPeersCustomSettings`.
    GetPeersCustomSettings {
        /// Room name.
        room: String,
    },
    /// `sendP2PMessage`, whose room may be left out.
    SendP2PMessage {
        /// Room name, or the message.
        first: Option<Value>,
        /// The message, or who gets it.
        second: Option<Value>,
        /// Who gets it: peer id, list of peer ids, or nothing.
        third: Option<Value>,
        /// How many UTF-16 units a message has that only the shell has, otherwise 0.
        length: usize,
    },
    /// `getConnectionStatus`; settles `promise`.
    GetConnectionStatus {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// Peer id, list of peer ids, or anything else for all.
        peers: Value,
    },
    /// `refreshConnection`; settles `promise`.
    RefreshConnection {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// The arguments after the room.
        given: Vec<Value>,
    },
    /// `refreshDatachannel`.
    RefreshDataChannel {
        /// Room name.
        room: String,
        /// The peer.
        peer: String,
    },
    /// `getPeersDataChannels`.
    GetPeersDataChannels {
        /// Room name.
        room: String,
        /// What the browser says of all channels there are.
        readings: Vec<ChannelReading>,
    },
    /// `muteStreams`.
    MuteStreams {
        /// Room name.
        room: String,
        /// `audioMuted`, `videoMuted`.
        options: Value,
        /// One stream, or all.
        stream_id: Option<String>,
    },
    /// `setVideoView`.
    SetVideoView {
        /// Room name.
        room: String,
        /// The video of a member.
        stream_id: String,
        /// `isPaused`, `height`.
        view: Value,
    },
    /// `setUserData`.
    SetUserData {
        /// Room name.
        room: String,
        /// Any JSON value.
        data: Value,
    },
    /// `getUserData`.
    GetUserData {
        /// Room name.
        room: String,
        /// A peer, or oneself.
        peer: Option<String>,
    },
    /// `getPeerInfo`.
    GetPeerInfo {
        /// Room name.
        room: String,
        /// A peer, or oneself.
        peer: Option<String>,
    },
    /// `getPeersInRoom`.
    GetPeersInRoom {
        /// Room name.
        room: String,
    },
    /// `getStreams`.
    GetStreams {
        /// Room name.
        room: String,
        /// Whether own streams are listed.
        include_self: bool,
    },
    /// `startRecording` and `stopRecording`; settles `promise` unless the room is unknown.
    Record {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// Whether to start or to stop.
        start: bool,
    },
    /// `getRecordings`.
    GetRecordings {
        /// Room name.
        room: String,
    },
    /// `startRTMPSession`; settles `promise` unless the room is unknown.
    StartRtmp {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// A fresh id for the live stream.
        rtmp_id: String,
        /// The stream to send.
        stream_id: String,
        /// Where to send it.
        endpoint: String,
    },
    /// `stopRTMPSession`; settles `promise` unless the room is unknown.
    StopRtmp {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// Id of the live stream.
        rtmp_id: String,
    },
    /// `sendBlobData`; settles `promise`.
    SendBlob {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// What to send; none if it is no blob.
        blob: Option<BlobFacts>,
        /// Peer id, list of peer ids, nothing, or the timeout.
        target: Value,
        /// Seconds.
        timeout: Value,
    },
    /// `respondBlobRequest`; settles `promise`.
    RespondBlob {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// Who wants to send.
        peer: Value,
        /// Which transfer.
        transfer: Value,
        /// Whether the app wants it.
        accept: bool,
        /// A `WritableStream` that takes the file instead of a blob.
        writable: Option<Handle>,
    },
    /// `cancelBlobTransfer`; settles `promise`.
    CancelBlob {
        /// The promise to settle.
        promise: PromiseId,
        /// Room name.
        room: String,
        /// The other side.
        peer: Value,
        /// Which transfer.
        transfer: Value,
    },
    /// An `AbortSignal` was given to a call of the above that did not settle yet.
    AbortTransfers {
        /// The promise of the call; it is rejected.
        promise: PromiseId,
        /// Why.
        reason: Handle,
    },
}
