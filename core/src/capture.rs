//! Camera and microphone: asking, falling back to audio, telling the app (peer behaviour 3.2).

use crate::join::Arrived;
use crate::media::{LocalStream, Source};
use crate::options::{audio_request, bandwidth, video_request, voice_activity_detection, MediaRequest};
use crate::room::{Room, RoomKey};
use crate::session::{Context, Session};
use crate::{
    CapturedStream, ErrorCode, Failure, Handle, Kind, LogCode, LogLevel, Output, PromiseId, RequestId,
    SkylinkError,
};
use skylink_protocol::{Object, Value};

/// What is asked of the browser.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CaptureRequest {
    pub audio: Option<MediaRequest>,
    pub video: Option<MediaRequest>,
}

impl CaptureRequest {
    /// Reads the options; `None` if neither kind is asked for.
    pub fn read(options: &Value) -> Option<Self> {
        let (audio, video) = (audio_request(options), video_request(options));
        (audio.is_some() || video.is_some()).then_some(Self { audio, video })
    }

    fn constraints(&self) -> Value {
        let of = |request: &Option<MediaRequest>| -> Value {
            request.as_ref().map_or(Value::Bool(false), |request| request.constraints.clone().into())
        };
        Object::new().with("audio", of(&self.audio)).with("video", of(&self.video)).into()
    }
}

/// What a capture is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Purpose {
    Join,
    /// `getUserMedia`
    Keep(PromiseId),
    /// `sendStream`
    Send(PromiseId),
    /// `shareScreen`
    Screen(PromiseId),
}

/// A capture under way.
#[derive(Debug)]
pub(crate) struct PendingCapture {
    request: RequestId,
    pub purpose: Purpose,
    pub wanted: CaptureRequest,
    /// The browser's refusal of both kinds, when this one asks for audio alone.
    fallback_of: Option<Handle>,
}

impl Session {
    pub(crate) fn get_user_media(
        &mut self,
        promise: PromiseId,
        name: &str,
        options: &Value,
    ) -> Option<Value> {
        let Some(key) = self.find_room(name) else { return Some(Value::Null) };
        let (room, context) = self.room(key)?;
        match CaptureRequest::read(options) {
            Some(wanted) => {
                room.take_media_options(context, options);
                room.start_capture(context, Purpose::Keep(promise), wanted, None);
            }
            None => context.reject(promise, SkylinkError::new(ErrorCode::InvalidMediaOptions).into()),
        }
        None
    }

    pub(crate) fn start_join_capture(&mut self, key: RoomKey) {
        let Some((room, context)) = self.room(key) else { return };
        let Some(joining) = &mut room.joining else { return };
        if let Some(wanted) = joining.wanted.take() {
            joining.capturing = true;
            room.start_capture(context, Purpose::Join, wanted, None);
        }
    }

    pub(crate) fn room_capturing(&self, request: RequestId) -> Option<RoomKey> {
        let captures = |room: &&Room| room.captures.iter().any(|capture| capture.request == request);
        self.rooms.iter().find(captures).map(|room| room.key)
    }

    /// Whether a result has to wait until the socket of its join is open.
    fn must_wait(&self, key: RoomKey, request: RequestId) -> bool {
        self.rooms.iter().filter(|room| room.key == key).any(|room| {
            let for_join = room.captures.iter().any(|c| c.request == request && c.purpose == Purpose::Join);
            for_join && !self.sockets.iter().any(|socket| Some(socket.id) == room.socket && socket.is_open())
        })
    }

    pub(crate) fn on_captured(&mut self, request: RequestId, streams: Vec<CapturedStream>) {
        let Some(key) = self.room_capturing(request) else {
            return self.drop_captured(streams);
        };
        let must_wait = self.must_wait(key, request);
        let Some((room, context)) = self.room(key) else { return };
        if must_wait {
            if let Some(joining) = &mut room.joining {
                joining.arrived = Some(Arrived::Granted(request, streams));
            }
            return;
        }
        let Some(capture) = room.take_capture(request) else { return };
        let result = room.add_captured(context, &capture, streams);
        if let Some(error) = capture.fallback_of {
            context.push(Output::Release(error));
        }
        match capture.purpose {
            Purpose::Keep(promise) | Purpose::Screen(promise) => context.resolve(promise, result),
            Purpose::Send(promise) => room.send_added(context, promise, result),
            Purpose::Join => {
                if let Some(joining) = &mut room.joining {
                    joining.capturing = false;
                    joining.result = result;
                }
                self.go_on_joining(key);
            }
        }
    }

    pub(crate) fn on_capture_failed(&mut self, request: RequestId, error: Handle) {
        let Some(key) = self.room_capturing(request) else {
            return self.context.push(Output::Release(error));
        };
        let must_wait = self.must_wait(key, request);
        let Some((room, context)) = self.room(key) else { return };
        if must_wait {
            if let Some(joining) = &mut room.joining {
                joining.arrived = Some(Arrived::Refused(request, error));
            }
            return;
        }
        let Some(capture) = room.take_capture(request) else { return };
        if let Purpose::Screen(promise) = capture.purpose {
            context.log(LogLevel::Warn, LogCode::ScreenRefused, &[]);
            context.resolve(promise, Value::Null);
            return context.push(Output::Release(error));
        }
        let both = capture.wanted.audio.is_some() && capture.wanted.video.is_some();
        if both && capture.fallback_of.is_none() && room.options.audio_fallback() {
            fallback_event(context, error, 0.0);
            let wanted = CaptureRequest { audio: capture.wanted.audio, video: None };
            return room.start_capture(context, capture.purpose, wanted, Some(error));
        }
        let detail = Object::new()
            .with("error", Value::Handle(error))
            .with("isAudioFallbackError", capture.fallback_of.is_some());
        context.event("mediaAccessError", detail);
        if let Some(first) = capture.fallback_of {
            fallback_event(context, first, -1.0);
            context.push(Output::Release(first));
        }
        match capture.purpose {
            Purpose::Keep(promise) | Purpose::Send(promise) | Purpose::Screen(promise) => {
                context.reject(promise, Failure::Browser(error));
            }
            Purpose::Join => self.fail_join(key, Failure::Browser(error)),
        }
        self.context.push(Output::Release(error));
    }

    /// What was captured for a room that is gone ends.
    pub(crate) fn drop_captured(&mut self, streams: impl IntoIterator<Item = CapturedStream>) {
        for stream in streams {
            self.context.push(Output::StopTracks(stream.handle));
            self.context.push(Output::Release(stream.handle));
        }
    }

    /// Settles what waits for captures of a room that is going away.
    pub(crate) fn discard_captures(&mut self, room: &Room) {
        for capture in &room.captures {
            match capture.purpose {
                Purpose::Join => {}
                Purpose::Keep(promise) | Purpose::Send(promise) => {
                    self.context.reject(promise, SkylinkError::new(ErrorCode::UserNotInRoom).into());
                }
                Purpose::Screen(promise) => self.context.resolve(promise, Value::Null),
            }
            if let Some(error) = capture.fallback_of {
                self.context.push(Output::Release(error));
            }
        }
        match room.joining.as_ref().and_then(|joining| joining.arrived.as_ref()) {
            Some(Arrived::Granted(_, streams)) => {
                for stream in streams {
                    self.context.push(Output::StopTracks(stream.handle));
                    self.context.push(Output::Release(stream.handle));
                }
            }
            Some(Arrived::Refused(_, error)) => self.context.push(Output::Release(*error)),
            None => {}
        }
    }
}

fn fallback_event(context: &mut Context, error: Handle, state: f64) {
    let detail =
        Object::new().with("error", Value::Handle(error)).with("state", state).with("isAudioFallback", true);
    context.event("mediaAccessFallback", detail);
}

impl Room {
    /// Takes over what the options of a capture say of the whole room.
    pub fn take_media_options(&mut self, context: &mut Context, options: &Value) {
        self.voice_activity_detection = voice_activity_detection(options);
        let given = bandwidth(options);
        if !given.is_empty() {
            let mut limits = self.bandwidth.clone();
            for (kind, limit) in given.iter() {
                limits.set(kind, limit.clone());
            }
            self.replace_bandwidth(context, limits);
        }
        if options.get("autoBandwidthAdjustment").is_some_and(Value::is_truthy) {
            context.log(LogLevel::Warn, LogCode::DeprecatedOption, &["autoBandwidthAdjustment"]);
        }
    }

    pub fn start_capture(
        &mut self,
        context: &mut Context,
        purpose: Purpose,
        wanted: CaptureRequest,
        fallback_of: Option<Handle>,
    ) {
        let request = context.fresh();
        let constraints = if fallback_of.is_some() {
            Object::new().with("audio", true).into()
        } else {
            wanted.constraints()
        };
        context.push(match purpose {
            Purpose::Screen(_) => Output::CaptureScreen { request, constraints },
            _ => Output::Capture { request, constraints },
        });
        self.captures.push(PendingCapture { request, purpose, wanted, fallback_of });
    }

    pub fn take_capture(&mut self, request: RequestId) -> Option<PendingCapture> {
        let place = self.captures.iter().position(|capture| capture.request == request)?;
        Some(self.captures.remove(place))
    }

    /// Makes captured streams our own and tells the app; gives `[audio, video]`.
    fn add_captured(
        &mut self,
        context: &mut Context,
        capture: &PendingCapture,
        streams: Vec<CapturedStream>,
    ) -> Value {
        let mut pair = (Value::Null, Value::Null);
        let mut muted = Vec::new();
        for captured in streams {
            let (slot, request) = match captured.kind {
                Kind::Audio => (&mut pair.0, &capture.wanted.audio),
                Kind::Video => (&mut pair.1, &capture.wanted.video),
            };
            *slot = Value::Handle(captured.handle);
            let (settings, mute) = request.as_ref().map(|r| (r.settings.clone(), r.mute)).unwrap_or_default();
            if mute {
                muted.push(captured.stream_id.clone());
            }
            let stream = LocalStream::new(captured, Source::UserMedia, settings);
            self.add_stream(context, stream.clone());
            self.tell_access(context, &stream, capture.fallback_of.is_some());
        }
        for stream_id in muted {
            self.mute_stream(context, &stream_id, true);
        }
        Value::List(vec![pair.0, pair.1])
    }

    /// `MEDIA_ACCESS_SUCCESS`.
    pub fn tell_access(&self, context: &mut Context, stream: &LocalStream, is_fallback: bool) {
        let (is_audio, is_video) = self.shown_kinds(stream);
        let detail = Object::new()
            .with("stream", Value::Handle(stream.handle))
            .with("isScreensharing", stream.is_screen())
            .with("isAudioFallback", is_fallback)
            .with("streamId", stream.stream_id.as_str())
            .with("isAudio", is_audio)
            .with("isVideo", is_video);
        context.event("mediaAccessSuccess", detail);
    }

    /// Payload of `ON_INCOMING_STREAM` for an own stream.
    pub fn own_stream_detail(&self, context: &Context, stream: &LocalStream) -> Object {
        let (is_audio, is_video) = self.shown_kinds(stream);
        Object::new()
            .with("stream", Value::Handle(stream.handle))
            .with("peerId", self.own_id.clone())
            .with("room", self.info())
            .with("isSelf", true)
            .with("peerInfo", self.own_peer_info(&context.environment))
            .with("streamId", stream.stream_id.as_str())
            .with("isVideo", is_video)
            .with("isAudio", is_audio)
    }
}
