//! Model of 2.7.2: its negotiation state machine with its buffers and drops (wire protocol 5.26,
//! peer behaviour 1.6 to 1.10), so that ours can be seen to get along with it.

mod messages;

use crate::old_peer::{OldPeer, State};
use crate::page::{MemberView, View};
use crate::server::frame_of;
use skylink_core::{
    Call, CapturedStream, ChannelOp, ConnectionEvent, ConnectionId, ConnectionOp, DescriptionKind, Input,
    Kind, MediaToSend, Output, PromiseId, RequestId, SocketId, Timestamp,
};
use skylink_protocol::{engine_io, socket_io, Object, Value};
use std::collections::{BTreeMap, VecDeque};

const SOCKET: SocketId = 1;
const CAPTURE: RequestId = 1;
/// How long after the call a mute state is told.
const MUTE_DELAY: f64 = 500.0;

#[derive(Debug, Default)]
pub struct OldPage {
    outputs: VecDeque<Output>,
    now: Timestamp,
    rid: String,
    own_id: Option<String>,
    weight: f64,
    joining: Option<(PromiseId, Value)>,
    sending: Option<PromiseId>,
    streams: Vec<(CapturedStream, bool)>,
    /// Media taken back, until the next offer tells.
    removed: Vec<CapturedStream>,
    told_muted: BTreeMap<String, bool>,
    user_data: Value,
    peers: BTreeMap<String, OldPeer>,
    last_connection: ConnectionId,
    last_candidate: u32,
    mute_due: Option<Timestamp>,
}

impl OldPage {
    pub fn new() -> Self {
        Self { rid: format!("rid-of-{}", crate::world::ROOM), ..Self::default() }
    }

    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.mute_due
    }

    pub fn view(&self) -> View {
        let own = MemberView {
            streams: self.streams.iter().map(|(stream, _)| stream.stream_id.clone()).collect(),
            media_status: self.media_status(),
            user_data: self.user_data.clone(),
        };
        let others = self.peers.iter().map(|(id, peer)| (id.clone(), peer.view()));
        View { own_id: self.own_id.clone().unwrap_or_default(), own, others: others.collect() }
    }

    /// How the handshakes with all peers stand.
    pub fn states(&self) -> Vec<State> {
        self.peers.values().map(|peer| peer.state).collect()
    }

    pub fn call(&mut self, now: Timestamp, call: Call) -> Option<Value> {
        self.now = now;
        match call {
            Call::JoinRoom { promise, options, .. } => {
                self.user_data = options.get("userData").cloned().unwrap_or_default();
                self.joining = Some((promise, options));
                self.outputs.push_back(Output::OpenSocket { socket: SOCKET, url: String::new() });
            }
            Call::LeaveAllRooms { promise, .. } => {
                for id in self.peers.keys().cloned().collect::<Vec<_>>() {
                    self.close(&id);
                }
                for (stream, _) in std::mem::take(&mut self.streams) {
                    self.outputs.push_back(Output::Release(stream.handle));
                }
                self.outputs.push_back(Output::CloseSocket(SOCKET));
                if let Some(own_id) = self.own_id.take() {
                    self.event("peerLeft", &own_id, true);
                }
                self.outputs.push_back(Output::Resolve { promise, value: Value::Null });
                self.mute_due = None;
            }
            Call::MuteStreams { options, .. } => {
                for (stream, muted) in &mut self.streams {
                    let key = if stream.kind == Kind::Audio { "audioMuted" } else { "videoMuted" };
                    *muted = options.get(key) == Some(&Value::Bool(true));
                    self.outputs.push_back(Output::EnableTracks {
                        stream: stream.handle,
                        kind: stream.kind,
                        enabled: !*muted,
                    });
                }
                self.mute_due = Some(now.plus(MUTE_DELAY));
            }
            Call::SendStream { promise, media: MediaToSend::Options(options), .. } => {
                self.sending = Some(promise);
                self.outputs.push_back(Output::Capture { request: CAPTURE, constraints: options });
            }
            Call::StopStreams { promise, stream_id, .. } => {
                let is_meant = |(stream, _): &(CapturedStream, bool)| {
                    stream_id.as_ref().is_none_or(|id| stream.stream_id == *id)
                };
                let (gone, kept) = std::mem::take(&mut self.streams).into_iter().partition(is_meant);
                self.streams = kept;
                let gone: Vec<(CapturedStream, bool)> = gone;
                for (stream, _) in gone {
                    self.take_back(stream);
                }
                self.outputs.push_back(Output::Resolve { promise, value: Value::Null });
                self.refresh_all();
            }
            Call::SetUserData { data, .. } => {
                let text = crate::surroundings::print(&data);
                self.user_data = data;
                let message = self.message("updateUserEvent").with("userData", text).with("stamp", now.0);
                self.send(message);
            }
            _ => {}
        }
        None
    }

    pub fn handle(&mut self, now: Timestamp, input: Input) {
        self.now = now;
        match input {
            Input::Tick => self.tell_mutes(),
            Input::SocketMessage { message, .. } => self.on_message(&message),
            Input::SocketFrame { text, .. } => self.on_frame(&text),
            Input::Captured { streams, .. } if self.own_id.is_some() => {
                self.streams.extend(streams.into_iter().map(|stream| (stream, false)));
                let promise = self.sending.take().unwrap();
                self.outputs.push_back(Output::Resolve { promise, value: Value::Null });
                self.refresh_all();
            }
            Input::Captured { streams, .. } => {
                self.streams = streams.into_iter().map(|stream| (stream, false)).collect();
                self.ask_to_be_let_in();
            }
            Input::Connection { connection, event } => {
                let of =
                    |(id, peer): (&String, &OldPeer)| (peer.connection == connection).then(|| id.clone());
                if let Some(id) = self.peers.iter().find_map(of) {
                    self.on_connection_event(&id, event);
                }
            }
            _ => {}
        }
    }

    fn on_frame(&mut self, frame: &str) {
        let Some(engine_io::Packet::Message(text)) = engine_io::Packet::parse(frame) else { return };
        if let Some(socket_io::Packet::Connect { .. }) = socket_io::Packet::parse(text) {
            let wanted = self.joining.as_ref().unwrap().1.clone();
            let wants = |key: &str| wanted.get(key).is_some_and(Value::is_truthy);
            if wants("audio") || wants("video") {
                self.outputs.push_back(Output::Capture { request: CAPTURE, constraints: wanted });
            } else {
                self.ask_to_be_let_in();
            }
        }
    }

    fn ask_to_be_let_in(&mut self) {
        let message = Object::new().with("type", "joinRoom").with("rid", self.rid.as_str());
        self.send(message.with("key", "demo"));
        let (promise, _) = self.joining.take().unwrap();
        self.outputs.push_back(Output::Resolve { promise, value: Value::Null });
    }

    fn on_message(&mut self, message: &Value) {
        let text = |key: &str| message.get(key).and_then(Value::as_text).unwrap_or_default().to_owned();
        let (kind, mid) = (text("type"), text("mid"));
        if kind == "inRoom" {
            let own_id = text("sid");
            self.own_id = Some(own_id.clone());
            self.weight = message.get("tieBreaker").and_then(Value::as_number).unwrap();
            self.event("peerJoined", &own_id, true);
            return self.send(self.greeting("enter"));
        }
        if self.own_id.is_none() {
            return;
        }
        match kind.as_str() {
            "enter" if !self.peers.contains_key(&mid) => {
                self.add_peer(&mid, message, State::Welcoming);
                self.send(self.greeting("welcome").with("target", mid));
            }
            "welcome" if !self.peers.contains_key(&mid) => {
                self.add_peer(&mid, message, State::Welcomed);
                self.create_offer(&mid);
            }
            "offer" => self.on_offer(&mid, message),
            "answer" => self.on_answer(&mid, message),
            "answerAck" => self.on_ack(&mid, message.get("success") == Some(&Value::Bool(true))),
            "candidate" => self.on_candidate(&mid, message),
            "mediaInfoEvent" | "updateUserEvent" => {
                if let Some(peer) = self.peers.get_mut(&mid) {
                    peer.update(message);
                }
            }
            "bye" if self.peers.contains_key(&mid) => {
                self.event("peerLeft", &mid, false);
                self.close(&mid);
            }
            _ => {}
        }
    }

    fn add_peer(&mut self, id: &str, message: &Value, state: State) {
        self.last_connection += 1;
        let connection = self.last_connection;
        self.peers.insert(id.to_owned(), OldPeer::new(connection, state, message));
        self.operate(id, ConnectionOp::Create { configuration: Value::Null });
        self.event("peerJoined", id, false);
    }

    fn close(&mut self, id: &str) {
        self.operate(id, ConnectionOp::Close);
        for handle in self.peers.remove(id).unwrap().streams.into_values() {
            self.outputs.push_back(Output::Release(handle));
        }
    }

    fn create_offer(&mut self, id: &str) {
        if !std::mem::replace(&mut self.peer(id).has_channel, true) {
            let label = [self.rid.as_str(), self.own_id.as_deref().unwrap(), id].join("_");
            self.operate(id, ConnectionOp::Channel { channel: 1 << 31, op: ChannelOp::Open { label } });
        }
        self.add_streams(id);
        self.operate(id, ConnectionOp::CreateOffer { ice_restart: false, voice_activity_detection: true });
    }

    fn take_back(&mut self, stream: CapturedStream) {
        self.outputs.push_back(Output::StopTracks(stream.handle));
        for id in self.peers.keys().cloned().collect::<Vec<_>>() {
            if self.peer(&id).sent.remove(&stream.stream_id) {
                self.operate(&id, ConnectionOp::RemoveStream(stream.handle));
            }
        }
        self.outputs.push_back(Output::Release(stream.handle));
        self.removed.push(stream);
    }

    fn add_streams(&mut self, id: &str) {
        for (stream, _) in self.streams.clone() {
            if self.peer(id).sent.insert(stream.stream_id) {
                let (stream, kind) = (stream.handle, stream.kind);
                self.operate(id, ConnectionOp::AddStream { stream, kind, layers: None });
            }
        }
    }

    /// A restart offer; remembered while a handshake is under way. Two in one turn both go out.
    fn refresh(&mut self, id: &str) {
        if self.peer(id).state == State::Negotiated {
            self.create_offer(id);
        } else {
            self.peer(id).buffered_restart = true;
        }
    }

    pub fn refresh_all(&mut self) {
        for id in self.peers.keys().cloned().collect::<Vec<_>>() {
            self.refresh(&id);
        }
    }

    fn on_offer(&mut self, id: &str, message: &Value) {
        let (weight, Some(peer)) = (self.weight, self.peers.get_mut(id)) else { return };
        let theirs = message.get("weight").and_then(Value::as_number).unwrap_or(0.0);
        match peer.state {
            State::LocalOfferSent if weight > theirs => {}
            State::LocalOfferSent | State::Welcoming | State::Negotiated => {
                peer.state = State::RemoteOfferReceived;
                let sdp = peer.take_over(message);
                self.operate(id, ConnectionOp::SetRemote { kind: DescriptionKind::Offer, sdp });
            }
            _ => peer.buffered_offers.push_back(message.clone()),
        }
    }

    fn on_answer(&mut self, id: &str, message: &Value) {
        let Some(peer) = self.peers.get_mut(id) else { return };
        if peer.state != State::LocalOfferSent {
            return;
        }
        let Some(sdp) = peer.local_offer.take() else { return };
        peer.state = State::RemoteAnswerReceived;
        peer.answer = peer.take_over(message);
        self.operate(id, ConnectionOp::SetLocal { kind: DescriptionKind::Offer, sdp });
    }

    fn on_ack(&mut self, id: &str, success: bool) {
        let Some(peer) = self.peers.get_mut(id) else { return };
        if peer.state != State::LocalAnswerSet || !success {
            return;
        }
        peer.state = State::Negotiated;
        let all_carried = peer.sent.iter().all(|stream| peer.own_sdp.contains(&format!("msid:{stream} ")));
        if let Some(offer) = peer.buffered_offers.pop_front() {
            self.on_offer(id, &offer);
        } else if !all_carried {
            peer.has_remote = false;
            self.refresh(id);
        } else {
            self.flush_restart(id);
        }
    }

    fn flush_restart(&mut self, id: &str) {
        if std::mem::take(&mut self.peer(id).buffered_restart) {
            self.refresh(id);
        }
    }

    fn on_candidate(&mut self, id: &str, message: &Value) {
        let Some(peer) = self.peers.get_mut(id) else { return };
        if peer.has_remote {
            self.add_candidate(id, message);
        } else {
            peer.buffered_candidates.push(message.clone());
        }
    }

    fn add_candidate(&mut self, id: &str, message: &Value) {
        self.last_candidate += 1;
        let text = |key: &str| message.get(key).and_then(Value::as_text).map(str::to_owned);
        let op = ConnectionOp::AddCandidate {
            number: self.last_candidate,
            candidate: text("candidate").unwrap(),
            mid: text("id"),
            line: message.get("label").and_then(Value::as_number),
        };
        self.operate(id, op);
    }

    fn on_connection_event(&mut self, id: &str, event: ConnectionEvent) {
        let state = self.peer(id).state;
        match event {
            ConnectionEvent::OfferCreated(sdp) => {
                self.peer(id).local_offer = Some(sdp.clone());
                self.peer(id).state = State::LocalOfferSent;
                let offer = self.description("offer", id, &sdp).with("weight", self.weight);
                self.send(offer);
                self.removed.clear();
            }
            ConnectionEvent::AnswerCreated(sdp) => {
                self.peer(id).own_sdp.clone_from(&sdp);
                self.operate(id, ConnectionOp::SetLocal { kind: DescriptionKind::Answer, sdp });
            }
            ConnectionEvent::LocalSet if state == State::RemoteAnswerReceived => self.set_answer(id),
            ConnectionEvent::LocalSet if state == State::RemoteOfferSet => {
                self.peer(id).state = State::LocalAnswerSet;
                let sdp = self.peer(id).own_sdp.clone();
                self.send(self.description("answer", id, &sdp));
            }
            ConnectionEvent::RemoteSet if state == State::RemoteOfferReceived => {
                self.peer(id).state = State::RemoteOfferSet;
                self.flush_candidates(id);
                self.add_streams(id);
                self.operate(id, ConnectionOp::CreateAnswer { voice_activity_detection: true });
            }
            ConnectionEvent::RemoteSet if state == State::LocalOfferSet => {
                self.peer(id).state = State::RemoteAnswerSet;
                self.flush_candidates(id);
                self.finish_as_offerer(id);
            }
            ConnectionEvent::DescriptionFailed(error) | ConnectionEvent::AnswerNotCreated(error) => {
                self.outputs.push_back(Output::Release(error));
                match state {
                    State::RemoteAnswerReceived => self.set_answer(id),
                    State::LocalOfferSet => {
                        self.send_ack(id, false);
                        self.finish_as_offerer(id);
                    }
                    // Everything else stays where it is, for good.
                    _ => {}
                }
            }
            ConnectionEvent::Track { stream, stream_id, mid, kind } => {
                match self.peer(id).on_track(stream, &stream_id, kind, mid.as_deref()) {
                    Some(unused) => self.outputs.push_back(Output::Release(unused)),
                    None => self.event("onIncomingStream", id, false),
                }
            }
            ConnectionEvent::TrackRemoved { stream_id, .. } => {
                if let Some(handle) = self.peer(id).on_track_removed(&stream_id) {
                    self.outputs.push_back(Output::Release(handle));
                }
            }
            ConnectionEvent::LocalCandidate { candidate, mid, line } if !candidate.is_empty() => {
                let message = self.message("candidate").with("label", line).with("id", mid);
                self.send(message.with("candidate", candidate).with("target", id));
            }
            ConnectionEvent::CandidateAdded { error: Some(error), .. } => {
                self.outputs.push_back(Output::Release(error));
            }
            _ => {}
        }
    }

    fn set_answer(&mut self, id: &str) {
        self.peer(id).state = State::LocalOfferSet;
        let sdp = self.peer(id).answer.clone();
        self.operate(id, ConnectionOp::SetRemote { kind: DescriptionKind::Answer, sdp });
    }

    fn finish_as_offerer(&mut self, id: &str) {
        self.peer(id).state = State::Negotiated;
        self.send_ack(id, true);
        self.flush_restart(id);
    }

    fn send_ack(&mut self, id: &str, success: bool) {
        self.send(self.message("answerAck").with("target", id).with("success", success));
    }

    fn flush_candidates(&mut self, id: &str) {
        self.peer(id).has_remote = true;
        for candidate in std::mem::take(&mut self.peer(id).buffered_candidates) {
            self.add_candidate(id, &candidate);
        }
    }

    fn tell_mutes(&mut self) {
        self.mute_due = None;
        for (stream, muted) in self.streams.clone() {
            if self.told_muted.insert(stream.stream_id.clone(), muted) == Some(muted) {
                continue;
            }
            for id in self.peers.keys().cloned().collect::<Vec<_>>() {
                let info = self.media_info(&stream, "");
                let mut message = self.message("mediaInfoEvent").with("target", id);
                for key in ["publisherId", "mediaId", "mediaType", "mediaState"] {
                    message.set(key, info.get(key).cloned());
                }
                self.send(message);
            }
        }
    }

    fn peer(&mut self, id: &str) -> &mut OldPeer {
        self.peers.get_mut(id).unwrap()
    }

    fn operate(&mut self, id: &str, op: ConnectionOp) {
        let connection = self.peer(id).connection;
        self.outputs.push_back(Output::Connection { connection, op });
    }

    fn event(&mut self, name: &'static str, id: &str, is_self: bool) {
        let detail = Object::new().with("peerId", id).with("isSelf", is_self);
        self.outputs.push_back(Output::Event { name, detail });
    }

    fn send(&mut self, message: Object) {
        let text = frame_of(&message.into());
        self.outputs.push_back(Output::SendFrame { socket: SOCKET, text });
    }
}
