//! One room: its state, and what every part of it needs.

use crate::capture::PendingCapture;
use crate::decryption::IncomingMessage;
use crate::encryption::OutgoingMessage;
use crate::in_turn::InTurn;
use crate::join::Joining;
use crate::keyring::Keyring;
use crate::media::LocalStream;
use crate::media_server::{is_server, MediaServer};
use crate::options::InitOptions;
use crate::privileged::PeerListRequest;
use crate::refresh::Refresh;
use crate::renegotiation::Wait;
use crate::roster::Peer;
use crate::secrets::Secrets;
use crate::session::Context;
use crate::statistics::StatusWait;
use crate::stored_messages::StoredBatch;
use crate::transfer::Transfers;
use crate::{ConnectionId, Handle, RequestId, SocketId, Timestamp};
use skylink_protocol::api::ApiResponse;
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::signaling::GetStoredMessages;
use skylink_protocol::{Object, Value};
use std::collections::VecDeque;

/// Names a room inside a session. A room joined anew gets a new key.
pub(crate) type RoomKey = u32;

/// How far we are into the room.
#[derive(Debug)]
pub(crate) enum Stage {
    /// The API server is asked.
    Authenticating { request: RequestId, deadline: Timestamp },
    /// The socket opens, media are captured.
    Connecting,
    /// `joinRoom` is sent, `inRoom` is waited for.
    Asking { deadline: Timestamp },
    /// We are in.
    Entered,
}

/// A mute state that the others are told a little later.
#[derive(Debug)]
pub(crate) struct MuteNotice {
    pub due: Timestamp,
    pub stream_id: String,
}

/// A room that is joined or being joined.
#[derive(Debug)]
pub(crate) struct Room {
    pub key: RoomKey,
    /// As the app wrote it.
    pub name: String,
    pub options: InitOptions,
    pub stage: Stage,
    /// The address that the API was asked at.
    pub api_url: String,
    /// When the reports of every interval are due.
    pub report_due: Option<Timestamp>,
    /// Whether we are on the way out: the room then says `inRoom: false`.
    pub is_leaving: bool,
    pub joining: Option<Joining>,
    pub captures: Vec<PendingCapture>,
    pub ticket: ApiResponse,
    pub socket: Option<SocketId>,
    /// The one that is opened before the API tells which it is.
    pub likely_socket: Option<SocketId>,
    /// Room id on the wire.
    pub rid: String,
    /// Own peer id, once let in.
    pub own_id: Option<String>,
    /// Own tie breaker.
    pub weight: f64,
    /// `RTCConfiguration` of every connection.
    pub configuration: Value,
    pub is_locked: bool,
    /// What the app set; `None` until it did.
    pub user_data: Option<Value>,
    pub bandwidth: Object,
    pub voice_activity_detection: bool,
    pub streams: Vec<LocalStream>,
    pub peers: Vec<Peer>,
    /// How often peers were asked to begin anew that have not greeted us since, by their id.
    pub anew: Object,
    /// Messages that wait until we are in.
    pub outbox: Vec<Value>,
    pub mute_notices: Vec<MuteNotice>,
    pub secrets: Secrets,
    pub keyring: Keyring,
    /// Messages of the app that wait for a key or the browser, and those behind them.
    pub outgoing: VecDeque<InTurn<OutgoingMessage>>,
    /// Messages of others that wait for a key or the browser, and those behind them.
    pub incoming: VecDeque<InTurn<IncomingMessage>>,
    /// Whether the app wants messages to be stored; `None` until it said.
    pub is_persistent: Option<bool>,
    /// Wait until the messages before them are sent.
    pub history_requests: Vec<GetStoredMessages>,
    pub stored_batches: VecDeque<StoredBatch>,
    pub peer_list_requests: VecDeque<PeerListRequest>,
    pub transfers: Transfers,
    pub status_waits: Vec<StatusWait>,
    pub refreshes: Vec<Refresh>,
    pub media_server: MediaServer,
    /// Promises that wait for negotiations.
    pub waits: Vec<Wait>,
    /// Own media that were taken back and that the app is to be told of.
    pub deleted_media: Vec<Object>,
    /// What the shell keeps of ourselves for the payloads of messages.
    pub kept: Option<Handle>,
}

impl Room {
    pub fn new(key: RoomKey, name: String, options: InitOptions, stage: Stage) -> Self {
        Self {
            key,
            name,
            options,
            stage,
            api_url: String::new(),
            report_due: None,
            is_leaving: false,
            joining: None,
            captures: Vec::new(),
            ticket: ApiResponse::default(),
            socket: None,
            likely_socket: None,
            rid: String::new(),
            own_id: None,
            weight: 0.0,
            configuration: Value::Null,
            is_locked: false,
            user_data: None,
            bandwidth: Object::new(),
            voice_activity_detection: true,
            streams: Vec::new(),
            peers: Vec::new(),
            anew: Object::new(),
            outbox: Vec::new(),
            mute_notices: Vec::new(),
            secrets: Secrets::default(),
            keyring: Keyring::default(),
            outgoing: VecDeque::new(),
            incoming: VecDeque::new(),
            is_persistent: None,
            history_requests: Vec::new(),
            stored_batches: VecDeque::new(),
            peer_list_requests: VecDeque::new(),
            transfers: Transfers::default(),
            status_waits: Vec::new(),
            refreshes: Vec::new(),
            media_server: MediaServer::default(),
            waits: Vec::new(),
            deleted_media: Vec::new(),
            kept: None,
        }
    }

    /// Whether an app means this room. The case of ASCII letters does not matter.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.name.eq_ignore_ascii_case(name)
    }

    pub fn is_entered(&self) -> bool {
        matches!(self.stage, Stage::Entered)
    }

    /// Own peer id, empty before it is known.
    pub fn own_id(&self) -> String {
        self.own_id.clone().unwrap_or_default()
    }

    /// The room as apps see it, without secrets (public API T-04).
    pub fn info(&self) -> Object {
        let mut info = Object::new()
            .with("id", self.rid.as_str())
            .with("duration", self.ticket.len)
            .with("roomName", self.name.as_str())
            .with("roomSessionId", self.ticket.room_session_id.clone())
            .with("isLocked", self.is_locked);
        if self.is_entered() {
            info.set("inRoom", !self.is_leaving);
        }
        info
    }

    pub fn peer(&self, id: &str) -> Option<&Peer> {
        self.peers.iter().find(|peer| peer.id == id)
    }

    pub fn peer_mut(&mut self, id: &str) -> Option<&mut Peer> {
        self.peers.iter_mut().find(|peer| peer.id == id)
    }

    pub fn peer_of_connection(&self, connection: ConnectionId) -> Option<&Peer> {
        self.peers.iter().find(|peer| peer.connection == Some(connection))
    }

    /// A peer that we have a connection to.
    pub fn connected_peer(&mut self, id: &str) -> Option<&mut Peer> {
        self.peer_mut(id).filter(|peer| peer.connection.is_some())
    }

    /// Ids of the peers that we have a connection to.
    pub fn connected_ids(&self) -> Vec<String> {
        let connected = self.peers.iter().filter(|peer| peer.connection.is_some());
        connected.map(|peer| peer.id.clone()).collect_vec()
    }

    /// The peers that are people: a media server is none.
    pub fn members(&self) -> impl Iterator<Item = &Peer> {
        self.peers.iter().filter(|peer| !is_server(&peer.id))
    }

    /// Sends a message now. A lost socket swallows it.
    pub fn send(&self, context: &mut Context, message: &Value) {
        if let Some(socket) = self.socket {
            context.send_message(socket, message);
        }
    }

    /// As [`Self::send`], with `data` that the shell keeps.
    pub fn send_holding(&self, context: &mut Context, message: Value, data: Handle) {
        if let (Some(socket), Value::Object(mut members)) = (self.socket, message) {
            members.remove("data");
            context.send_holding(socket, &members.into(), data);
        }
    }

    /// Sends a message once we are in.
    pub fn send_when_entered(&mut self, context: &mut Context, message: impl Into<Value>) {
        let message = message.into();
        if self.is_entered() {
            self.send(context, &message);
        } else {
            self.outbox.push(message);
        }
    }

    /// `peerId`, `peerInfo`, `isSelf` and `room` of an event about ourselves.
    pub fn own_detail(&self, context: &Context) -> Object {
        Object::new()
            .with("peerId", self.own_id.clone())
            .with("peerInfo", self.own_peer_info(&context.environment))
            .with("isSelf", true)
            .with("room", self.info())
    }

    /// `peerId`, `peerInfo`, `isSelf` and `room` of an event about a peer.
    pub fn peer_detail(&self, peer: &Peer) -> Object {
        Object::new()
            .with("peerId", peer.id.as_str())
            .with("peerInfo", self.peer_info(peer))
            .with("isSelf", false)
            .with("room", self.info())
    }

    /// As [`Self::peer_detail`]; of somebody who is not known, without `peerInfo`.
    pub fn detail_of(&self, id: &str) -> Object {
        match self.peer(id) {
            Some(peer) => self.peer_detail(peer),
            None => Object::new().with("peerId", id).with("isSelf", false).with("room", self.info()),
        }
    }

    /// `PEER_UPDATED` about ourselves.
    pub fn own_update(&self, context: &mut Context) {
        let mut detail = self.own_detail(context);
        detail.remove("room");
        context.event("peerUpdated", detail);
    }
}
