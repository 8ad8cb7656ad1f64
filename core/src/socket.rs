//! The signalling socket: Socket.IO 2 as a client speaks it (wire protocol, section 4).

use crate::reports::SIGNALING;
use crate::room::{Room, Stage};
use crate::session::{Context, Session};
use crate::time::sooner;
use crate::{ErrorCode, LogCode, LogLevel, Output, SkylinkError, SocketId, Timestamp};
use skylink_protocol::engine_io::{Handshake, Packet};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::{socket_io, Object, Value};
use std::rc::Rc;

#[derive(Debug, PartialEq)]
enum State {
    /// Waits for the server's `connect`.
    Opening { deadline: Timestamp },
    /// It came, and no room is on the socket yet: nobody was told.
    Untold,
    /// Messages flow.
    Open,
}

/// A socket to a signalling server, shared by all rooms on it.
#[derive(Debug)]
pub(crate) struct Socket {
    pub id: SocketId,
    pub url: String,
    state: State,
    session: Rc<Object>,
    /// Socket.IO id, of no meaning but shown in `CHANNEL_OPEN`.
    sid: String,
    ping_interval: f64,
    ping_timeout: f64,
    ping_due: Option<Timestamp>,
    pong_due: Option<Timestamp>,
}

impl Socket {
    pub fn deadline(&self) -> Option<Timestamp> {
        let opening = match self.state {
            State::Opening { deadline } => Some(deadline),
            State::Untold | State::Open => None,
        };
        sooner(opening, sooner(self.ping_due, self.pong_due))
    }

    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }
}

impl Session {
    /// The socket for a room: one that is there, or a new one.
    pub(crate) fn socket_for(&mut self, room: &Room) -> SocketId {
        let address = SocketAddress::of(room, &self.context.environment.page_protocol);
        let url = address.url(&self.context.environment.sdk_version);
        let deadline = self.context.now.plus(room.options.socket_timeout());
        if let Some(socket) = self.sockets.iter_mut().find(|socket| socket.url == url) {
            if !self.rooms.iter().any(|room| room.socket == Some(socket.id)) {
                // It was opened before the API told all of this.
                socket.session = Rc::new(address.session());
                if let State::Opening { deadline: before } = &mut socket.state {
                    *before = deadline;
                }
            }
            return socket.id;
        }
        let id = self.context.fresh();
        self.context.push(Output::OpenSocket { socket: id, url: url.clone() });
        self.sockets.push(Socket {
            id,
            url,
            state: State::Opening { deadline },
            session: Rc::new(address.session()),
            sid: String::new(),
            ping_interval: 25_000.0,
            ping_timeout: 20_000.0,
            ping_due: None,
            pong_due: None,
        });
        id
    }

    /// API and signalling mostly share a host. A socket to it opens while the API is asked. Should the API name
    /// another one, or the socket fail before, nobody hears of it, and no further guess is made.
    pub(crate) fn open_likely_socket(&mut self, room: &mut Room) {
        let host = room.options.own_room_server().filter(|_| !self.has_guessed_wrong);
        if let Some(host) = host.map(str::to_owned) {
            room.ticket.signaling_host = Some(host);
            let before = self.sockets.len();
            let socket = self.socket_for(room);
            room.likely_socket = Some(socket).filter(|_| self.sockets.len() > before);
        }
    }

    /// The API told where the room is.
    pub(crate) fn choose_socket(&mut self, room: &mut Room) {
        let socket = self.socket_for(room);
        room.socket = Some(socket);
        if let Some(likely) = room.likely_socket.take().filter(|likely| *likely != socket) {
            self.has_guessed_wrong = true;
            self.close_unused_socket(likely);
        }
    }

    /// A room is on the socket from now on.
    pub(crate) fn tell_untold_socket(&mut self, id: SocketId) {
        if self.sockets.iter().any(|socket| socket.id == id && socket.state == State::Untold) {
            self.on_socket_connected(id);
        }
    }

    pub(crate) fn on_socket_message(&mut self, id: SocketId, text: &Value, message: Value) {
        if let Some(socket) = self.sockets.iter_mut().find(|socket| socket.id == id) {
            socket.pong_due = None;
            self.on_message(id, text, message);
        }
    }

    pub(crate) fn on_socket_frame(&mut self, id: SocketId, frame: &str) {
        let now = self.context.now;
        let parse = self.context.environment.json.parse;
        let Some(socket) = self.sockets.iter_mut().find(|socket| socket.id == id) else { return };
        // Whatever comes shows that the server is there.
        socket.pong_due = None;
        match Packet::parse(frame) {
            Some(Packet::Open(json)) => {
                let handshake = parse(json).and_then(|value| Handshake::try_from(value).ok());
                if let Some(handshake) = handshake {
                    socket.sid = handshake.sid;
                    socket.ping_interval = handshake.ping_interval.max(1_000.0);
                    socket.ping_timeout = handshake.ping_timeout.max(1_000.0);
                    socket.ping_due = Some(now.plus(socket.ping_interval));
                }
            }
            Some(Packet::Ping(probe)) => {
                let text = Packet::Pong(probe).write();
                self.context.push(Output::SendFrame { socket: id, text });
            }
            Some(Packet::Close) => self.on_socket_lost(id, "transport close"),
            Some(Packet::Message(text)) => self.on_socket_packet(id, text),
            Some(Packet::Pong(_) | Packet::Upgrade | Packet::Noop) => {}
            None => self.context.log(LogLevel::Warn, LogCode::BadFrame, &[]),
        }
    }

    fn on_socket_packet(&mut self, id: SocketId, text: &str) {
        use socket_io::Packet;
        match Packet::parse(text) {
            Some(Packet::Connect { .. }) => self.on_socket_connected(id),
            Some(Packet::Disconnect { .. }) => self.on_socket_lost(id, "io server disconnect"),
            Some(Packet::Error { payload, .. }) => self.on_socket_error(id, payload),
            Some(Packet::Ack { .. }) => {}
            // Events that are as they should be come as messages.
            Some(Packet::Event { .. }) | None => self.context.log(LogLevel::Warn, LogCode::BadFrame, &[]),
        }
    }

    fn on_socket_connected(&mut self, id: SocketId) {
        self.release_kept_details();
        let is_used = !self.rooms_on(id).is_empty();
        let Some(socket) = self.sockets.iter_mut().find(|socket| socket.id == id) else { return };
        if socket.is_open() {
            return;
        }
        if !is_used {
            socket.state = State::Untold;
            return;
        }
        socket.state = State::Open;
        let detail = channel_detail(socket).with("peerId", socket.sid.as_str());
        let session = Rc::clone(&socket.session);
        self.context.event("channelOpen", detail);
        for key in self.rooms_on(id) {
            if let Some((room, context)) = self.room(key) {
                room.report_signaling(context, &session, "connect", Value::Null);
            }
            self.go_on_joining(key);
        }
    }

    fn on_socket_error(&mut self, id: SocketId, payload: &str) {
        let Some(socket) = self.sockets.iter().find(|socket| socket.id == id) else { return };
        let told = match (self.context.environment.json.parse)(payload) {
            Some(Value::Text(text)) => text,
            _ => payload.to_owned(),
        };
        let error = SkylinkError::with_detail(ErrorCode::SocketError, told);
        let was_opening = !socket.is_open();
        if was_opening && self.rooms_on(id).is_empty() {
            return self.on_socket_lost(id, "");
        }
        let detail = channel_detail(socket);
        let socket_id = Some(socket.sid.clone()).filter(|sid| !sid.is_empty());
        let handle = self.context.make_error(&error);
        let own_id =
            || self.rooms.iter().find(|room| room.socket == Some(id)).and_then(|room| room.own_id.clone());
        let peer_id = socket_id.or_else(own_id);
        let detail = Object::new()
            .with("error", Value::Handle(handle))
            .with("socketSession", detail.get("socketSession").cloned().unwrap_or_default());
        self.context.event("channelError", detail.with("peerId", peer_id));
        self.context.push(Output::Release(handle));
        if was_opening {
            self.on_socket_lost(id, "io server disconnect");
        }
    }

    /// The socket is gone, or never opened.
    pub(crate) fn on_socket_lost(&mut self, id: SocketId, reason: &str) {
        self.release_kept_details();
        let Some(place) = self.sockets.iter().position(|socket| socket.id == id) else { return };
        let socket = self.sockets.remove(place);
        self.context.push(Output::CloseSocket(id));
        let keys = self.rooms_on(id);
        if keys.is_empty() && !socket.is_open() {
            return;
        }
        if socket.is_open() {
            let own_id =
                self.rooms.iter().find(|room| room.socket == Some(id)).and_then(|room| room.own_id.clone());
            let detail = channel_detail(&socket).with("reason", reason).with("peerId", own_id);
            self.context.event("channelClose", detail);
        } else {
            let error = SkylinkError::with_detail(ErrorCode::SocketFailed, socket.url.as_str());
            let handle = self.context.make_error(&error);
            let detail = Object::new()
                .with("session", (*socket.session).clone())
                .with("errorCode", 0.0)
                .with("type", "nonfallback")
                .with("error", Value::Handle(handle));
            self.context.event("socketError", detail);
            self.context.push(Output::Release(handle));
        }
        for key in keys {
            let Some((room, context)) = self.room(key) else { continue };
            room.socket = None;
            let (state, error) =
                if socket.is_open() { ("disconnect", reason) } else { ("error", "nonfallback") };
            room.report_signaling(context, &socket.session, state, error.into());
            room.reject_media_requests(context);
            room.settle_waits(context);
            if room.is_entered() {
                let detail = Object::new()
                    .with("peerId", room.own_id.clone())
                    .with("peerInfo", room.own_peer_info(&context.environment))
                    .with("reason", reason);
                context.event("sessionDisconnect", detail);
            } else if socket.is_open() {
                self.fail_join(key, SkylinkError::with_detail(ErrorCode::SocketClosed, reason).into());
            } else {
                self.fail_join(
                    key,
                    SkylinkError::with_detail(ErrorCode::SocketFailed, socket.url.as_str()).into(),
                );
            }
        }
    }

    /// Closes the socket unless a room still needs it.
    pub(crate) fn close_unused_socket(&mut self, id: SocketId) {
        if !self.rooms_on(id).is_empty() {
            return;
        }
        let Some(place) = self.sockets.iter().position(|socket| socket.id == id) else { return };
        let socket = self.sockets.remove(place);
        if socket.is_open() {
            let packet = socket_io::Packet::Disconnect { namespace: socket_io::MAIN_NAMESPACE };
            let text = Packet::Message(&packet.write()).write();
            self.context.push(Output::SendFrame { socket: id, text });
        }
        self.context.push(Output::CloseSocket(id));
    }

    /// What `CHANNEL_CLOSE` says when we close the socket ourselves.
    pub(crate) fn own_close_detail(&self, id: SocketId) -> Option<Object> {
        let socket = self.sockets.iter().find(|socket| socket.id == id && socket.is_open())?;
        Some(channel_detail(socket).with("reason", "io client disconnect"))
    }

    /// Payload of `CHANNEL_MESSAGE`, fired before the message is acted on.
    pub(crate) fn announce_message(&mut self, id: SocketId, text: &Value) {
        if let Some(socket) = self.sockets.iter().find(|socket| socket.id == id) {
            let (session, text) = (Rc::clone(&socket.session), text.clone());
            self.context.push(Output::ChannelMessage { session, text });
        }
    }

    pub(crate) fn check_socket_deadlines(&mut self, now: Timestamp) {
        for id in self.sockets.iter().map(|socket| socket.id).collect_vec() {
            let Some(socket) = self.sockets.iter_mut().find(|socket| socket.id == id) else { continue };
            if matches!(socket.state, State::Opening { deadline } if deadline.is_due(now)) {
                self.on_socket_lost(id, "timeout");
            } else if socket.pong_due.is_some_and(|due| due.is_due(now)) {
                self.on_socket_lost(id, "ping timeout");
            } else if socket.ping_due.is_some_and(|due| due.is_due(now)) {
                socket.ping_due = Some(now.plus(socket.ping_interval));
                socket.pong_due = Some(now.plus(socket.ping_timeout));
                self.context.push(Output::SendFrame { socket: id, text: Packet::Ping("").write() });
            }
        }
    }

    fn rooms_on(&self, id: SocketId) -> Vec<u32> {
        let on_it =
            |room: &&Room| room.socket == Some(id) && !matches!(room.stage, Stage::Authenticating { .. });
        self.rooms.iter().filter(on_it).map(|room| room.key).collect_vec()
    }
}

impl Room {
    fn report_signaling(&self, context: &mut Context, session: &Object, state: &str, error: Value) {
        let report = Object::new()
            .with("state", state)
            .with("signaling_url", session.get("socketServer").cloned())
            .with("signaling_transport", "websocket")
            .with("attempts", 0.0)
            .with("error", error);
        self.report(context, SIGNALING, report);
    }
}

fn channel_detail(socket: &Socket) -> Object {
    Object::new().with("socketSession", (*socket.session).clone())
}

/// Where a room's signalling server is (wire protocol 4.1).
struct SocketAddress {
    protocol: String,
    host: String,
    path: String,
    port: f64,
    /// Server and path as the app or the API gave them.
    given: (Value, Value),
}

impl SocketAddress {
    fn of(room: &Room, page_protocol: &str) -> Self {
        let mut protocol = room.options.protocol(page_protocol).to_owned();
        let ports =
            if protocol == "https:" { &room.ticket.https_port_list } else { &room.ticket.http_port_list };
        let default_port = if protocol == "https:" { 443.0 } else { 80.0 };
        let mut port = ports.as_ref().and_then(|ports| ports.first().copied()).unwrap_or(default_port);
        let mut host = room.ticket.signaling_host.clone().unwrap_or_default();
        match room.options.socket_server() {
            Some(Value::Text(server)) => host.clone_from(server),
            Some(server) => {
                let text = |key: &str| server.get(key).and_then(Value::as_text);
                if let Some(given) = text("protocol") {
                    given.clone_into(&mut protocol);
                }
                text("url").unwrap_or_default().clone_into(&mut host);
                let given = server.get("ports").and_then(Value::as_list).and_then(|ports| ports.first());
                if let Some(given) = given.and_then(Value::as_number) {
                    port = given;
                    host = [host.as_str(), ":", &crate::options::whole_number(given)].concat();
                }
            }
            None => {}
        }
        let own_server = room.options.socket_server();
        let given_server = own_server.cloned().unwrap_or_else(|| room.ticket.signaling_host.clone().into());
        let path = room.options.socket_server_path().or_else(|| {
            // An own server without a path means the usual path, not the one of the API's server.
            if own_server.is_some() {
                Some("")
            } else {
                room.ticket.signaling_path.as_deref()
            }
        });
        let given = (given_server, path.map(str::to_owned).into());
        let path = path.filter(|path| !path.is_empty()).unwrap_or("/socket.io");
        Self { protocol, host, path: path.trim_end_matches('/').to_owned(), port, given }
    }

    fn url(&self, sdk_version: &str) -> String {
        let scheme = if self.protocol == "http:" { "ws://" } else { "wss://" };
        let slash = if self.path.starts_with('/') { "" } else { "/" };
        [
            scheme,
            &self.host,
            slash,
            &self.path,
            "/?Skylink_SDK_type=Web%20SDK&Skylink_SDK_version=",
            sdk_version,
            "&Skylink_API_version=9.0.0&X-Server-Select=sig-v2&EIO=3&transport=websocket",
        ]
        .concat()
    }

    /// `socketSession` as apps see it (public API T-19).
    fn session(&self) -> Object {
        Object::new()
            .with("protocol", self.protocol.as_str())
            .with("socketType", "WebSocket")
            .with("signalingServerProtocol", self.protocol.as_str())
            .with("socketSession", Object::new().with("finalAttempts", 0.0).with("attempts", 0.0))
            .with("fallbackType", "nonfallback")
            .with("signalingServerPort", self.port)
            .with("socketTimeout", false)
            .with("socketServer", self.given.0.clone())
            .with("socketServerPath", self.given.1.clone())
    }
}
