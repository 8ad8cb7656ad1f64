//! A session whose surroundings are played by the test.

use crate::surroundings::{environment, frame_input, json, print};
use skylink_core::{
    Call, CapturedStream, ConnectionEvent, ConnectionId, ConnectionOp, Environment, ErrorCode, Failure,
    Handle, Input, Kind, Output, Prefetched, PromiseId, RequestId, Session, SocketId, Timestamp,
};
use skylink_protocol::{Object, Value};
use std::collections::BTreeMap;

pub const RID: &str = "rid-of-lobby";

pub struct Scene {
    pub session: Session,
    pub now: Timestamp,
    /// What the session gave out since [`Scene::forget`].
    pub outputs: Vec<Output>,
    pub settled: BTreeMap<PromiseId, Result<Value, Failure>>,
    pub request: RequestId,
    pub capture: RequestId,
    pub socket: SocketId,
    /// What peers say that they can do, as JSON members of their greeting.
    pub extensions: &'static str,
    /// What is kept of peers for the payloads of messages.
    kept: BTreeMap<Handle, Object>,
    promises: PromiseId,
    handles: Handle,
}

/// The API server's answer about a room.
pub fn ticket(room: &str) -> Value {
    json(&format!(
        r#"{{"success":true,"cid":"c1","apiOwner":"ops@example.net","username":"u1","userCred":"SECRET-user",
        "roomCred":"SECRET-room","timeStamp":"2026-03-02T09:15:04.120Z","start":"2026-03-02T09:15:04.120Z",
        "len":24,"room_key":"rid-of-{room}","roomSessionId":"rs1","peerSessionId":"ps1",
        "isPrivileged":false,"autoIntroduce":true,"hasMCU":false,"hasPersistentMessage":false,
        "ipSigserver":"signal.test","httpPortList":[80],"httpsPortList":[443]}}"#
    ))
}

/// The same about a lobby with a media server.
pub fn media_server_ticket() -> Value {
    ticket("lobby").as_object().unwrap().clone().with("hasMCU", true).into()
}

/// `userInfo` of a peer without media.
pub fn user_info() -> Value {
    json(
        r#"{"userData":{"name":"Bob"},"settings":{"audio":false,"video":false,"maxBandwidth":{},"data":true},
        "mediaStatus":{},"agent":{"name":"chrome","version":156,"os":"Linux x86_64","pluginVersion":null,
        "SMProtocolVersion":"2.1.0","DTProtocolVersion":"0.1.3","SDKVersion":"2.7.2"},
        "config":{"enableDataChannel":true,"enableIceRestart":true,"priorityWeight":9}}"#,
    )
}

impl Scene {
    pub fn new() -> Self {
        Self::in_browser("chrome")
    }

    pub fn in_browser(agent_name: &str) -> Self {
        Self {
            session: Session::new(Environment { agent_name: agent_name.to_owned(), ..environment() }),
            now: Timestamp(1_772_443_204_000.0),
            outputs: Vec::new(),
            settled: BTreeMap::new(),
            request: 0,
            capture: 0,
            socket: 0,
            extensions: "",
            kept: BTreeMap::new(),
            promises: 0,
            handles: 0,
        }
    }

    /// In the room `lobby`, alone and without media.
    pub fn in_room() -> Self {
        Self::in_room_with("chrome")
    }

    /// As [`Scene::in_room`], in another browser.
    pub fn in_room_with(browser: &str) -> Self {
        let mut scene = Self::in_browser(browser);
        scene.join(r#"{"roomName":"lobby"}"#);
        scene.enter();
        scene.forget();
        scene
    }

    /// In the room with camera and microphone: handles 1 and 2, ids `mic-1` and `cam-2`.
    pub fn with_media() -> Self {
        let mut scene = Self::new();
        scene.join(r#"{"roomName":"lobby","audio":true,"video":true}"#);
        scene.answer_api();
        scene.open_socket();
        scene.grant();
        scene.let_in();
        scene.forget();
        scene
    }

    /// Calls `joinRoom`.
    pub fn join(&mut self, options: &str) -> PromiseId {
        self.join_with(r#"{"appKey":"demo"}"#, options, Prefetched::None)
    }

    pub fn join_with(&mut self, init_options: &str, options: &str, prefetched: Prefetched) -> PromiseId {
        let promise = self.promise();
        let (init_options, options) = (json(init_options), json(options));
        self.call(Call::JoinRoom { promise, init_options, options, prefetched });
        promise
    }

    pub fn promise(&mut self) -> PromiseId {
        self.promises += 1;
        self.promises
    }

    pub fn handle(&mut self) -> Handle {
        self.handles += 1;
        self.handles
    }

    pub fn call(&mut self, call: Call) -> Option<Value> {
        let returned = self.session.call(self.now, call).unwrap();
        self.take_outputs();
        returned
    }

    /// The code of the error that a call throws.
    pub fn throws(&mut self, call: Call) -> ErrorCode {
        self.session.call(self.now, call).unwrap_err().code
    }

    pub fn input(&mut self, input: Input) {
        self.session.handle(self.now, input);
        self.take_outputs();
    }

    fn take_outputs(&mut self) {
        while let Some(output) = self.session.poll_output() {
            match &output {
                Output::Fetch { request, .. } => self.request = *request,
                Output::Capture { request, .. } | Output::CaptureScreen { request, .. } => {
                    self.capture = *request;
                }
                Output::OpenSocket { socket, .. } => self.socket = *socket,
                Output::Resolve { promise, value } => self.settle(*promise, Ok(value.clone())),
                Output::Fulfil(promise) => self.settle(*promise, Ok(Value::Null)),
                Output::Reject { promise, failure } => self.settle(*promise, Err(failure.clone())),
                Output::Keep { handle, object } => {
                    assert!(self.kept.insert(*handle, object.clone()).is_none(), "{handle} is used twice");
                    continue;
                }
                Output::Release(handle) if self.kept.remove(handle).is_some() => continue,
                _ => {}
            }
            self.outputs.push(self.heard(output));
        }
    }

    /// A message as the app hears of it, with what is kept of its sender.
    fn heard(&self, output: Output) -> Output {
        let (about, target, content, is_private, relayed) = match output {
            Output::Message { about, target, content, is_private, relayed } => {
                (about, target, content, is_private, relayed)
            }
            Output::ChannelMessage { session, text } => {
                let detail = Object::new().with("message", text).with("socketSession", (*session).clone());
                return Output::Event { name: "channelMessage", detail };
            }
            output => return output,
        };
        let about = self.kept.get(&about).expect("what it refers to is kept");
        let own_sender = || about.get("peerId").and_then(Value::as_text).unwrap().to_owned();
        let sender = relayed.as_ref().and_then(|relayed| relayed.sender.clone());
        let mut message = Object::new()
            .with("targetPeerId", target)
            .with("content", content)
            .with("senderPeerId", sender.unwrap_or_else(own_sender))
            .with("isDataChannel", relayed.is_none())
            .with("isPrivate", is_private);
        if let Some(relayed) = relayed {
            message.set("timeStamp", relayed.time.iso8601());
            if let Some(peers) = relayed.peers {
                message.set("listOfPeers", peers);
            }
        }
        let detail = about.clone().with("message", message);
        Output::Event { name: "onIncomingMessage", detail }
    }

    /// How many details of peers are kept.
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    fn settle(&mut self, promise: PromiseId, outcome: Result<Value, Failure>) {
        assert!(self.settled.insert(promise, outcome).is_none(), "promise {promise} is settled twice");
    }

    pub fn forget(&mut self) {
        self.outputs.clear();
    }

    /// As [`Scene::forget`], but the keys that were asked for are still to be made.
    pub fn forget_but_keys(&mut self) {
        self.outputs.retain(|output| matches!(output, Output::DeriveKey { .. } | Output::Cipher { .. }));
    }

    /// As [`Scene::forget`], but statistics that were asked for are still to be read.
    pub fn forget_but_statistics(&mut self) {
        let is_read = |output: &Output| {
            matches!(output, Output::Connection { op: ConnectionOp::ReadStatistics { .. }, .. })
        };
        self.outputs.retain(is_read);
    }

    pub fn answer_api(&mut self) {
        self.answer_api_with(200, Some(ticket("lobby")));
    }

    pub fn answer_api_with(&mut self, status: u32, body: Option<Value>) {
        self.input(Input::ApiAnswered { request: self.request, status, body });
    }

    pub fn open_socket(&mut self) {
        self.frame(r#"0{"sid":"engine-1","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#);
        self.frame("40");
    }

    pub fn frame(&mut self, text: &str) {
        self.input(frame_input(self.socket, text));
    }

    /// A signalling message arrives.
    pub fn receive(&mut self, message: impl Into<Value>) {
        let arguments = Value::List(vec!["message".into(), print(&message.into()).into()]);
        self.frame(&format!("42{}", print(&arguments)));
    }

    /// A message of a peer arrives: its type, the peer, and JSON of what else is in it.
    pub fn hear(&mut self, kind: &str, peer: &str, members: &str) {
        let message = Object::new().with("type", kind).with("rid", RID).with("mid", peer);
        let members = json(members);
        let add = |message: Object, (key, value): (&str, &Value)| message.with(key, value.clone());
        self.receive(members.as_object().unwrap().iter().fold(message, add));
    }

    /// Camera and microphone as asked for.
    pub fn grant(&mut self) {
        let asked = self.outputs.iter().rev().find_map(|output| match output {
            Output::Capture { constraints, .. } => Some(constraints.clone()),
            _ => None,
        });
        let asked = asked.expect("something is captured");
        let mut streams = Vec::new();
        for (key, name, kind) in [("audio", "mic", Kind::Audio), ("video", "cam", Kind::Video)] {
            if asked.get(key).is_some_and(Value::is_truthy) {
                let handle = self.handle();
                streams.push(own_stream(handle, &format!("{name}-{handle}"), kind));
            }
        }
        self.input(Input::Captured { request: self.capture, streams });
    }

    pub fn refuse_capture(&mut self) -> Handle {
        let error = self.handle();
        self.input(Input::CaptureFailed { request: self.capture, error });
        error
    }

    pub fn let_in(&mut self) {
        self.receive(json(
            r#"{"type":"inRoom","rid":"rid-of-lobby","sid":"me","tieBreaker":7,"pc_config":{"iceServers":[]}}"#,
        ));
    }

    /// From the API's answer to `inRoom`, for a join without media.
    pub fn enter(&mut self) {
        self.answer_api();
        self.open_socket();
        self.let_in();
    }

    /// A newcomer enters.
    pub fn meet(&mut self, peer: &str) -> ConnectionId {
        let info = print(&user_info());
        let extensions = self.extensions;
        self.hear("enter", peer, &format!(r#"{{"weight":9,"userInfo":{info}{extensions}}}"#));
        self.last_connection()
    }

    /// A newcomer enters, and the first round with it is over.
    pub fn connect(&mut self, peer: &str) -> ConnectionId {
        let connection = self.meet(peer);
        let info = print(&user_info());
        self.hear("offer", peer, &format!(r#"{{"sdp":"v=0","target":"me","userInfo":{info},"weight":9}}"#));
        self.report(connection, ConnectionEvent::RemoteSet);
        self.report(connection, ConnectionEvent::AnswerCreated(self.answer()));
        self.report(connection, ConnectionEvent::LocalSet);
        self.hear("answerAck", peer, r#"{"target":"me","success":true}"#);
        connection
    }

    /// An answer that carries whatever is sent.
    fn answer(&self) -> String {
        ["mic-1", "cam-2"].iter().enumerate().fold("v=0\r\n".to_owned(), |sdp, (mid, stream)| {
            sdp + &format!("m=x 9 x\r\na=mid:{mid}\r\na=sendrecv\r\na=msid:{stream} t\r\n")
        })
    }

    pub fn last_connection(&self) -> ConnectionId {
        let created = self.outputs.iter().rev().find_map(|output| match output {
            Output::Connection { connection, op: ConnectionOp::Create { .. } } => Some(*connection),
            _ => None,
        });
        created.expect("a connection is made")
    }

    pub fn report(&mut self, connection: ConnectionId, event: ConnectionEvent) {
        self.input(Input::Connection { connection, event });
    }

    /// Time passes until the session wants to be woken.
    pub fn wait(&mut self) {
        let due = self.session.next_deadline().expect("something is due");
        assert!(self.now < due);
        self.now = due;
        self.input(Input::Tick);
    }

    /// Names of the events in order.
    pub fn events(&self) -> Vec<&'static str> {
        self.event_log().map(|(name, _)| name).collect()
    }

    fn event_log(&self) -> impl DoubleEndedIterator<Item = (&'static str, &Object)> {
        self.outputs.iter().filter_map(|output| match output {
            Output::Event { name, detail } => Some((*name, detail)),
            _ => None,
        })
    }

    /// The payload of the last event of that name.
    pub fn detail(&self, name: &str) -> Object {
        let found = self.event_log().rev().find(|(event, _)| *event == name);
        found.unwrap_or_else(|| panic!("no {name} among {:?}", self.events())).1.clone()
    }

    /// The messages that were sent.
    pub fn sent(&self) -> Vec<Value> {
        let frames = self.frames();
        let messages = frames.iter().filter_map(|frame| frame.strip_prefix("42"));
        messages.map(|payload| json(json(payload).as_list().unwrap()[1].as_text().unwrap())).collect()
    }

    /// Types of the messages that were sent.
    pub fn sent_types(&self) -> Vec<String> {
        self.sent().iter().map(|message| text(message, "type")).collect()
    }

    pub fn frames(&self) -> Vec<&str> {
        let frames = self.outputs.iter().filter_map(|output| match output {
            Output::SendFrame { text, .. } => Some(text.as_str()),
            _ => None,
        });
        frames.collect()
    }

    pub fn has(&self, output: &Output) -> bool {
        self.outputs.contains(output)
    }

    /// The code of the error that the promise was rejected with.
    pub fn rejection(&self, promise: PromiseId) -> ErrorCode {
        match self.settled.get(&promise) {
            Some(Err(Failure::Error(error))) => error.code,
            other => panic!("{other:?}"),
        }
    }

    pub fn resolution(&self, promise: PromiseId) -> &Value {
        match self.settled.get(&promise) {
            Some(Ok(value)) => value,
            other => panic!("{other:?}"),
        }
    }

    /// Whether the session has forgotten everything: no room, no socket, nothing due.
    pub fn assert_empty(&mut self) {
        assert_eq!(self.call(Call::GetPeersInRoom { room: "lobby".into() }), Some(Value::Null));
        assert_eq!(self.session.next_deadline(), None);
    }
}

/// A stream of one kind, with a track of the same name.
pub fn own_stream(handle: Handle, id: &str, kind: Kind) -> CapturedStream {
    CapturedStream { handle, stream_id: id.to_owned(), track_id: format!("track-of-{id}"), kind }
}

/// The only track of a peer's stream is gone.
pub fn last_track_removed(stream_id: &str, kind: Kind) -> ConnectionEvent {
    let stream_id = stream_id.to_owned();
    ConnectionEvent::TrackRemoved { stream_id, kind, has_audio: false, has_video: false }
}

/// A text member.
pub fn text(message: &Value, key: &str) -> String {
    message.get(key).and_then(Value::as_text).unwrap_or_else(|| panic!("no {key} in {message:?}")).to_owned()
}

/// Names of the members in order.
pub fn keys(object: &Object) -> Vec<&str> {
    object.iter().map(|(key, _)| key).collect()
}
