//! Recordings that the media server makes of a room (wire protocol 8.1, public API M-12, M-37, M-40).

use crate::media_server::{Wish, MEDIA_SERVER};
use crate::reports::RECORDING;
use crate::room::Room;
use crate::session::{Context, Session};
use crate::{ErrorCode, LogCode, LogLevel, PromiseId, SkylinkError, Timestamp};
use skylink_protocol::signaling::{RecordingEvent, StartRecording, StopRecording};
use skylink_protocol::{Object, Value};

/// How long a recording lasts at least.
const SHORTEST: f64 = 4_000.0;

const STARTED: f64 = 0.0;
const STOPPED: f64 = 1.0;
/// There is a file.
const LINK: f64 = 2.0;
const FAILED: f64 = -1.0;

/// The recordings of a room that we were told of.
#[derive(Debug, Default)]
pub(crate) struct Recordings {
    /// As apps see them (public API T-15).
    sessions: Object,
    /// The one that is on, and since when.
    current: Option<(String, Timestamp)>,
}

impl Session {
    pub(crate) fn record(&mut self, promise: PromiseId, room: &str, start: bool) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, context) = self.room(key)?;
        let asked = if start {
            room.start_recording(context, promise)
        } else {
            room.stop_recording(context, promise)
        };
        if let Err(error) = asked {
            context.reject(promise, error.into());
        }
        None
    }

    pub(crate) fn recordings(&mut self, room: &str) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, _) = self.room(key)?;
        Some(room.media_server.recordings.sessions.clone().into())
    }
}

impl Room {
    fn start_recording(&mut self, context: &mut Context, promise: PromiseId) -> Result<(), SkylinkError> {
        if !self.reaches_media_server() {
            return Err(Wish::StartRecording.no_server());
        }
        if self.media_server.recordings.current.is_some() {
            return Err(SkylinkError::new(ErrorCode::RecordingInProgress));
        }
        if self.await_media_server(context, promise, Wish::StartRecording) {
            let message = StartRecording { rid: self.rid.clone(), target: MEDIA_SERVER.to_owned() };
            self.send(context, &message.into());
            self.report_recording(context, "request-start", None, None);
        }
        Ok(())
    }

    fn stop_recording(&mut self, context: &mut Context, promise: PromiseId) -> Result<(), SkylinkError> {
        let current = self.media_server.recordings.current.clone();
        let wish = Wish::StopRecording(current.as_ref().map(|(id, _)| id.clone()).unwrap_or_default());
        if !self.reaches_media_server() {
            return Err(wish.no_server());
        }
        let Some((_, started)) = current else {
            return Err(SkylinkError::new(ErrorCode::NoRecordingInProgress));
        };
        if !started.plus(SHORTEST).is_due(context.now) {
            return Err(SkylinkError::new(ErrorCode::RecordingTooShort));
        }
        if self.await_media_server(context, promise, wish) {
            let message = StopRecording { rid: self.rid.clone(), target: MEDIA_SERVER.to_owned() };
            self.send(context, &message.into());
            self.report_recording(context, "request-stop", None, None);
        }
        Ok(())
    }

    /// The media server tells what became of a recording, whoever asked for it.
    pub fn on_recording_event(&mut self, context: &mut Context, message: RecordingEvent) {
        match (message.action.as_str(), message.recording_id) {
            ("on", Some(id)) => self.on_recording_started(context, &id),
            ("off", Some(id)) => self.on_recording_stopped(context, &id),
            ("error", id) => self.on_recording_failed(context, id, message.error),
            ("url", Some(id)) => self.on_recording_link(context, &id, message.url.unwrap_or_default()),
            (action, _) => context.log(LogLevel::Debug, LogCode::UnhandledMessage, &[action]),
        }
    }

    fn on_recording_started(&mut self, context: &mut Context, id: &str) {
        let recordings = &mut self.media_server.recordings;
        // Told once more to everybody when somebody joins.
        let is_known = recordings.current.as_ref().is_some_and(|(current, _)| current == id);
        if !is_known {
            recordings.current = Some((id.to_owned(), context.now));
            let session = Object::new()
                .with("active", true)
                .with("state", STARTED)
                .with("startedDateTime", context.now.iso8601())
                .with("endedDateTime", Value::Null)
                .with("error", Value::Null);
            recordings.sessions.set(id, session);
            recording_state(context, STARTED, id);
            self.report_recording(context, "start", Some(id), None);
        }
        self.settle_wish(context, &Wish::StartRecording, Ok(id));
    }

    fn on_recording_stopped(&mut self, context: &mut Context, id: &str) {
        // What has failed has ended.
        let failed = |known: &Value| known.get("state").and_then(Value::as_number) == Some(FAILED);
        if self.media_server.recordings.sessions.get(id).is_some_and(failed) {
            return;
        }
        if !self.end_recording(context, id, STOPPED, Value::Null) {
            return context.log(LogLevel::Warn, LogCode::UnknownSession, &[id]);
        }
        recording_state(context, STOPPED, id);
        self.report_recording(context, "stop", Some(id), None);
        self.settle_wish(context, &Wish::StopRecording(id.to_owned()), Ok(id));
    }

    fn on_recording_failed(&mut self, context: &mut Context, id: Option<String>, text: Option<String>) {
        let known = id.as_deref().filter(|id| self.end_recording(context, id, FAILED, text.clone().into()));
        let wish = known.map_or(Wish::StartRecording, |id| Wish::StopRecording(id.to_owned()));
        self.report_recording(context, "mcu-recording-error", id.as_deref(), text.as_deref());
        let detail = Object::new().with("state", FAILED).with("recordingId", id).with("error", text.clone());
        context.event("recordingState", detail);
        self.settle_wish(context, &wish, Err(media_server_error(text)));
    }

    /// The file is there. Older versions than 2.7.2 tell it like this.
    fn on_recording_link(&mut self, context: &mut Context, id: &str, url: String) {
        let Some(Value::Object(session)) = self.media_server.recordings.sessions.get_mut(id) else {
            return context.log(LogLevel::Warn, LogCode::UnknownSession, &[id]);
        };
        let is_path = url.starts_with('/') && !url.starts_with("//");
        let server = if is_path {
            let page_protocol = &context.environment.page_protocol;
            [self.options.protocol(page_protocol), self.options.room_server().trim_end_matches('/')].concat()
        } else {
            String::new()
        };
        let link = Object::new().with("mixin", server + &url);
        session.set("state", LINK);
        session.set("mixingDateTime", context.now.iso8601());
        session.set("links", link.clone());
        let detail = Object::new().with("state", LINK).with("recordingId", id).with("link", link);
        context.event("recordingState", detail);
    }

    fn report_recording(&self, context: &mut Context, state: &str, id: Option<&str>, error: Option<&str>) {
        let report = Object::new()
            .with("state", state)
            .with("recording_id", id.map(str::to_owned))
            .with("error", error.map(str::to_owned));
        self.report(context, RECORDING, report);
    }

    /// False if we were not told of it.
    fn end_recording(&mut self, context: &Context, id: &str, state: f64, error: Value) -> bool {
        let recordings = &mut self.media_server.recordings;
        let Some(Value::Object(session)) = recordings.sessions.get_mut(id) else { return false };
        session.set("active", false);
        session.set("state", state);
        if session.get("endedDateTime") == Some(&Value::Null) {
            session.set("endedDateTime", context.now.iso8601());
        }
        session.set("error", error);
        if recordings.current.as_ref().is_some_and(|(current, _)| current == id) {
            recordings.current = None;
        }
        true
    }
}

fn recording_state(context: &mut Context, state: f64, id: &str) {
    context.event("recordingState", Object::new().with("state", state).with("recordingId", id));
}

/// What the media server says went wrong.
pub(crate) fn media_server_error(text: Option<String>) -> SkylinkError {
    SkylinkError::with_detail(ErrorCode::MediaServerError, text.unwrap_or_else(|| "Unknown error".to_owned()))
}
