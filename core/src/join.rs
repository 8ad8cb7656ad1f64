//! Joining a room: API, socket and media, then asking to be let in (wire protocol 6.1).

use crate::api;
use crate::call::Prefetched;
use crate::capture::CaptureRequest;
use crate::media::{LocalStream, Source};
use crate::options::{bandwidth, default_settings, voice_activity_detection, InitOptions};
use crate::peer_info::{DT_PROTOCOL_VERSION, SM_PROTOCOL_VERSION};
use crate::reports;
use crate::room::{Room, RoomKey, Stage};
use crate::session::Session;
use crate::{ErrorCode, Failure, Handle, Kind, Output, PromiseId, RequestId, SkylinkError, Timestamp};
use skylink_protocol::api::ApiResponse;
use skylink_protocol::lists::Keep as _;
use skylink_protocol::signaling::{Bye, InRoom, JoinRoom};
use skylink_protocol::{Object, Value};

/// How long the API server may take to answer.
const API_WAIT: f64 = 10_000.0;
/// How long the signalling server may take to let us in.
const ENTRY_WAIT: f64 = 10_000.0;

/// What has to come together before `joinRoom` settles.
#[derive(Debug)]
pub(crate) struct Joining {
    /// Everybody who waits for the same join.
    pub promises: Vec<PromiseId>,
    /// What the app handed over, which is its own to stop.
    pub given: Vec<Handle>,
    /// What is to be captured, until it is asked for.
    pub wanted: Option<CaptureRequest>,
    /// Whether camera or microphone are still to come.
    pub capturing: bool,
    /// What came before the socket was open.
    pub arrived: Option<Arrived>,
    /// What the promise resolves with.
    pub result: Value,
}

/// The outcome of a capture that has to wait for the socket.
#[derive(Debug)]
pub(crate) enum Arrived {
    Granted(RequestId, Vec<crate::CapturedStream>),
    Refused(RequestId, Handle),
}

impl Session {
    pub(crate) fn join_room(
        &mut self,
        promise: PromiseId,
        init_options: Value,
        options: &Value,
        prefetched: Prefetched,
    ) {
        let init = InitOptions::new(init_options);
        let given = options.get("roomName").and_then(Value::as_text).filter(|name| !name.is_empty());
        let Some(name) = given.or(init.default_room()).map(str::to_owned) else {
            self.release(prefetched);
            return self.context.reject(promise, SkylinkError::new(ErrorCode::NoRoomName).into());
        };
        let streams = match prefetched {
            Prefetched::Invalid => {
                let error = SkylinkError::new(ErrorCode::InvalidPrefetchedStreams);
                return self.context.reject(promise, error.into());
            }
            Prefetched::None => None,
            Prefetched::Streams(streams) => Some(streams),
        };
        let is_it = |room: &Room| room.is_called(&name) && room.options.asks_as(&init);
        if let Some(place) = self.rooms.iter().position(is_it) {
            let known = self.rooms.get_mut(place).map(|room| (room.key, room.joining.as_mut()));
            match known {
                Some((_, Some(joining))) => {
                    joining.promises.push(promise);
                    return self.release(streams.map_or(Prefetched::None, Prefetched::Streams));
                }
                Some((key, None)) => {
                    self.keep_tracks(key, streams.as_deref().unwrap_or_default());
                    self.close_room(key, true);
                }
                None => {}
            }
        }

        let ready_room = Object::new().with("roomName", name.as_str());
        self.ready_state(1.0, Value::Null, ready_room.into());
        let now = self.context.now;
        let request = self.context.fresh();
        let environment = &self.context.environment;
        let url = api::room_url(&init, &name, &environment.page_protocol, environment.json, now);
        let headers = api::headers(&environment.sdk_version);
        let stage = Stage::Authenticating { request, deadline: now.plus(API_WAIT) };
        let mut room = Room::new(self.context.fresh(), name, init, stage);
        room.api_url.clone_from(&url);
        room.user_data = options.get("userData").cloned();
        room.bandwidth = bandwidth(options);
        room.voice_activity_detection = voice_activity_detection(options);
        let wanted = if streams.is_some() { None } else { CaptureRequest::read(options) };
        let mut given = Vec::new();
        for stream in streams.unwrap_or_default() {
            given.push(stream.handle);
            let settings = default_settings(stream.kind == Kind::Audio);
            room.add_stream(&mut self.context, LocalStream::new(stream, Source::UserMedia, settings));
        }
        room.joining = Some(Joining {
            promises: vec![promise],
            given,
            wanted,
            capturing: false,
            arrived: None,
            result: Value::Null,
        });
        room.report_auth(&mut self.context, "request", None, None, Object::new().into());
        let key = room.key;
        self.context.push(Output::Fetch { request, url, headers });
        self.open_likely_socket(&mut room);
        self.rooms.push(room);
        // Devices need longer than the API. What they give is told when the socket is open.
        self.start_join_capture(key);
    }

    /// Streams that are not needed after all. Their tracks are the app's.
    fn release(&mut self, prefetched: Prefetched) {
        if let Prefetched::Streams(streams) = prefetched {
            for stream in streams {
                self.context.push(Output::Release(stream.handle));
            }
        }
    }

    /// Takes those tracks out of a room that is about to be left: they go on in the next one.
    fn keep_tracks(&mut self, key: RoomKey, streams: &[crate::CapturedStream]) {
        let Some((room, context)) = self.room(key) else { return };
        room.streams.keep(|own| {
            let goes_on = streams.iter().any(|stream| stream.track_id == own.track_id);
            if goes_on {
                context.push(Output::Release(own.handle));
            }
            !goes_on
        });
    }

    fn ready_state(&mut self, state: f64, error: Value, room: Value) {
        let detail = Object::new().with("readyState", state).with("error", error).with("room", room);
        self.context.event("readyStateChange", detail);
    }

    fn authenticating(&self, request: RequestId) -> Option<RoomKey> {
        let asks =
            |room: &&Room| matches!(room.stage, Stage::Authenticating { request: r, .. } if r == request);
        self.rooms.iter().find(asks).map(|room| room.key)
    }

    pub(crate) fn on_api_answer(&mut self, request: RequestId, status: u32, body: Option<Value>) {
        let Some(key) = self.authenticating(request) else { return };
        if !(200..300).contains(&status) {
            let mut extra = body.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
            let number = f64::from(status);
            let code = extra.get("error").and_then(Value::as_number).unwrap_or(number);
            extra.set("status", number);
            extra.set("errorCode", code);
            let text = crate::options::whole_number(number);
            let error = SkylinkError::with_detail(ErrorCode::ApiRefused, text).with_extra(extra);
            return self.fail_authentication(key, number, code, error);
        }
        let answer = body.as_ref().map(ApiResponse::try_from);
        let Some(Ok(ticket)) = answer else {
            let error = SkylinkError::new(ErrorCode::ApiInvalidResponse);
            return self.fail_authentication(key, f64::from(status), f64::from(status), error);
        };
        let Some((room, context)) = self.room(key) else { return };
        let name = room.name.clone();
        room.rid.clone_from(&ticket.room_key);
        room.ticket = ticket;
        room.stage = Stage::Connecting;
        room.forget_unwanted_reports(context);
        let result = body.as_ref().map(reports::without_secrets).into();
        room.report_auth(context, "success", Some(f64::from(status)), None, result);
        room.report_client(context);
        self.ready_state(2.0, Value::Null, name.into());
        let Some(place) = self.rooms.iter().position(|room| room.key == key) else { return };
        // Taken out for a moment, since the choice of a socket looks at the room and at the sockets.
        let mut room = self.rooms.remove(place);
        self.choose_socket(&mut room);
        let socket = room.socket;
        self.rooms.insert(place, room);
        if let Some(socket) = socket {
            self.tell_untold_socket(socket);
        }
        self.go_on_joining(key);
    }

    pub(crate) fn on_api_failure(&mut self, request: RequestId, text: String) {
        if let Some(key) = self.authenticating(request) {
            let error = SkylinkError::with_detail(ErrorCode::ApiUnreachable, text);
            self.fail_authentication(key, -1.0, -1.0, error);
        }
    }

    fn fail_authentication(&mut self, key: RoomKey, status: f64, code: f64, error: SkylinkError) {
        let Some((room, context)) = self.room(key) else { return };
        let name = room.name.clone();
        room.report_auth(context, "error", Some(status), error.detail.clone(), Value::Null);
        let handle = self.context.make_error(&error);
        let detail = Object::new()
            .with("status", status)
            .with("content", Value::Handle(handle))
            .with("errorCode", code);
        self.ready_state(-1.0, detail.into(), name.into());
        self.context.push(Output::Release(handle));
        self.fail_join(key, error.into());
    }

    /// Asks to be let in as soon as the socket is open and the media are there.
    pub(crate) fn go_on_joining(&mut self, key: RoomKey) {
        let Some(place) = self.rooms.iter().position(|room| room.key == key) else { return };
        let Some(room) = self.rooms.get_mut(place) else { return };
        let open = self.sockets.iter().any(|socket| Some(socket.id) == room.socket && socket.is_open());
        if !open || !matches!(room.stage, Stage::Connecting) {
            return;
        }
        let Some(joining) = &mut room.joining else { return };
        match joining.arrived.take() {
            Some(Arrived::Granted(request, streams)) => return self.on_captured(request, streams),
            Some(Arrived::Refused(request, error)) => return self.on_capture_failed(request, error),
            None if joining.capturing => return,
            None => {}
        }
        let message = JoinRoom {
            uid: room.ticket.username.clone(),
            cid: room.ticket.cid.clone(),
            rid: room.rid.clone(),
            user_cred: room.ticket.user_cred.clone(),
            time_stamp: room.ticket.time_stamp.clone(),
            api_owner: room.ticket.api_owner.clone(),
            room_cred: room.ticket.room_cred.clone(),
            start: room.ticket.start.clone(),
            len: room.ticket.len,
            is_privileged: room.ticket.is_privileged,
            auto_introduce: room.ticket.auto_introduce,
            key: Some(room.options.app_key().to_owned()),
        };
        room.stage = Stage::Asking { deadline: self.context.now.plus(ENTRY_WAIT) };
        let message = message.into();
        room.send(&mut self.context, &message);
        room.report_session(&mut self.context, &message);
    }

    pub(crate) fn on_in_room(&mut self, key: RoomKey, message: &InRoom) {
        let Some((room, context)) = self.room(key) else { return };
        if !matches!(room.stage, Stage::Asking { .. }) {
            return;
        }
        room.configuration = crate::ice_servers::configuration(
            message.pc_config.as_ref(),
            &room.options,
            room.has_media_server(),
        );
        room.own_id = Some(message.sid.clone());
        room.weight = message.tie_breaker.unwrap_or(0.0);
        room.stage = Stage::Entered;
        if let Some(joining) = room.joining.take() {
            for promise in joining.promises {
                context.resolve(promise, joining.result.clone());
            }
            // What awaits the promise runs before the events of the room.
            context.push(Output::NextTask);
        }
        let detail = room.own_detail(context).with("peerSessionId", room.ticket.peer_session_id.clone());
        context.event("peerJoined", detail);
        for stream in room.streams.iter().filter(|stream| !stream.is_screen()) {
            let detail = room.own_stream_detail(context, stream);
            context.event("onIncomingStream", detail);
        }
        let greeting = room.greeting(&context.environment).into();
        room.send(context, &greeting);
        room.report_session(context, &greeting);
        room.begin_reports(context);
        room.own_handshake(context, "enter");
        for message in std::mem::take(&mut room.outbox) {
            // It was written before our id was known, and perhaps before the room's.
            if let Value::Object(message) = message {
                let message = message.with("mid", room.own_id.clone()).with("rid", room.rid.as_str());
                room.send(context, &message.into());
            }
        }
    }

    pub(crate) fn check_join_deadline(&mut self, key: RoomKey, now: Timestamp) {
        let Some((room, context)) = self.room(key) else { return };
        match room.stage {
            Stage::Authenticating { request, deadline } if deadline.is_due(now) => {
                context.push(Output::AbortFetch(request));
                let error = SkylinkError::new(ErrorCode::ApiTimeout);
                self.fail_authentication(key, -1.0, -1.0, error);
            }
            Stage::Asking { deadline } if deadline.is_due(now) => {
                // The server may still let us in: on a socket that other rooms use it would not learn.
                let bye = Bye { rid: room.rid.clone(), ..Bye::default() };
                room.send(context, &bye.into());
                self.fail_join(key, SkylinkError::new(ErrorCode::JoinTimeout).into());
            }
            _ => {}
        }
    }

    /// Gives up a join: the room is forgotten, what was captured for it stops, promises reject.
    pub(crate) fn fail_join(&mut self, key: RoomKey, failure: Failure) {
        let Some(place) = self.rooms.iter().position(|room| room.key == key) else { return };
        let mut room = self.rooms.remove(place);
        room.give_up_peer_lists(&mut self.context, true);
        self.discard_captures(&room);
        let given = |handle| room.joining.as_ref().is_some_and(|joining| joining.given.contains(&handle));
        for stream in room.streams.iter().filter(|stream| !given(stream.handle)) {
            self.context.push(Output::StopTracks(stream.handle));
        }
        for promise in room.joining.into_iter().flat_map(|joining| joining.promises) {
            self.context.reject(promise, failure.clone());
        }
        for stream in room.streams {
            self.context.push(Output::Release(stream.handle));
        }
        if let Some(socket) = room.socket.or(room.likely_socket) {
            self.close_unused_socket(socket);
        }
        self.post_last_reports();
    }
}

impl Room {
    /// `HANDSHAKE_PROGRESS` for a message that we sent.
    pub fn own_handshake(&self, context: &mut crate::session::Context, state: &str) {
        let detail = Object::new()
            .with("peerId", self.own_id.clone())
            .with("state", state)
            .with("error", Value::Null)
            .with("room", self.info());
        context.event("handshakeProgress", detail);
    }

    /// Members of restart offers that a first offer lacks (peer behaviour 1.5).
    pub fn restart_versions() -> (Option<String>, Option<String>) {
        (Some(SM_PROTOCOL_VERSION.to_owned()), Some(DT_PROTOCOL_VERSION.to_owned()))
    }
}
