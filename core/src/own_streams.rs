//! Sending and stopping own streams (public API M-31, M-43).

use crate::call::MediaToSend;
use crate::capture::{CaptureRequest, Purpose};
use crate::media::{CapturedStream, Kind, LocalStream, Source};
use crate::options::default_settings;
use crate::room::{Room, RoomKey};
use crate::session::{Context, Session};
use crate::{ErrorCode, Handle, Output, PromiseId, SkylinkError};
use skylink_protocol::lists::{CollectVec as _, Keep as _};
use skylink_protocol::{Object, Value};

impl Session {
    pub(crate) fn send_stream(&mut self, promise: PromiseId, name: &str, media: MediaToSend) {
        let sent = match self.find_room(name) {
            Some(key) => self.send_media(promise, key, &media),
            None => Err(SkylinkError::new(ErrorCode::NoRoomName)),
        };
        let Err(error) = sent else { return };
        let unused = match media {
            MediaToSend::Stream(streams) => streams,
            MediaToSend::Streams(lists) => lists.into_iter().flatten().collect_vec(),
            _ => Vec::new(),
        };
        for stream in unused {
            self.context.push(Output::Release(stream.handle));
        }
        self.context.reject(promise, error.into());
    }

    fn send_media(
        &mut self,
        promise: PromiseId,
        key: RoomKey,
        media: &MediaToSend,
    ) -> Result<(), SkylinkError> {
        let refused = |code: ErrorCode| Err(SkylinkError::new(code));
        let Some((room, context)) = self.room(key).filter(|(room, _)| room.is_entered()) else {
            return refused(ErrorCode::UserNotInRoom);
        };
        let value = match media {
            MediaToSend::Options(options) => {
                let wanted = CaptureRequest::read(options)
                    .ok_or_else(|| SkylinkError::new(ErrorCode::InvalidMediaOptions))?;
                room.take_media_options(context, options);
                room.start_capture(context, Purpose::Send(promise), wanted, None);
                return Ok(());
            }
            MediaToSend::Stream(streams) => room.add_given(context, streams),
            MediaToSend::Streams(lists) => {
                Value::List(lists.iter().map(|streams| room.add_given(context, streams)).collect_vec())
            }
            MediaToSend::Invalid(shown) => {
                return Err(SkylinkError::with_detail(ErrorCode::InvalidMediaOptions, shown.as_str()));
            }
            MediaToSend::NoStreams => return refused(ErrorCode::InvalidMediaStreamArray),
            MediaToSend::Inactive => return refused(ErrorCode::InactiveMediaStream),
        };
        room.send_added(context, promise, value);
        Ok(())
    }

    pub(crate) fn stop_streams(
        &mut self,
        promise: PromiseId,
        name: &str,
        stream_id: Option<&str>,
    ) -> Option<Value> {
        let Some(key) = self.find_room(name) else { return Some(Value::Null) };
        let (room, context) = self.room(key)?;
        let is_meant = |stream: &&LocalStream| match stream_id {
            Some(id) => stream.stream_id == id,
            None => !stream.is_screen(),
        };
        let meant: Vec<Handle> =
            room.streams.iter().filter(is_meant).map(|stream| stream.handle).collect_vec();
        if room.streams.is_empty() || (stream_id.is_some() && meant.is_empty()) {
            let shown = stream_id.unwrap_or("undefined");
            context.reject(promise, SkylinkError::with_detail(ErrorCode::NoStream, shown).into());
            return None;
        }
        for handle in meant {
            room.stop_stream(context, handle);
        }
        room.renegotiate(context, Some((promise, None)));
        None
    }

    /// A device was unplugged, or the browser's own button to stop a screen pressed.
    pub(crate) fn on_tracks_ended(&mut self, handle: Handle) {
        let holds = |room: &&Room| room.streams.iter().any(|stream| stream.handle == handle);
        let Some(key) = self.rooms.iter().find(holds).map(|room| room.key) else { return };
        if let Some((room, context)) = self.room(key) {
            room.stop_stream(context, handle);
            room.renegotiate(context, None);
        }
    }
}

impl Room {
    /// Makes streams of the app our own; gives `[audio, video]`.
    fn add_given(&mut self, context: &mut Context, streams: &[CapturedStream]) -> Value {
        let mut pair = [Value::Null, Value::Null];
        for stream in streams {
            let settings = default_settings(stream.kind == Kind::Audio);
            self.add_stream(context, LocalStream::new(stream.clone(), Source::UserMedia, settings));
            let [audio, video] = &mut pair;
            *(if stream.kind == Kind::Audio { audio } else { video }) = Value::Handle(stream.handle);
        }
        Value::List(pair.into())
    }

    /// Takes a stream over and tells the app, who learns of streams that come before we are let in
    /// when we are.
    pub fn add_stream(&mut self, context: &mut Context, stream: LocalStream) {
        context.push(Output::WatchTracks { stream: stream.handle, kind: stream.kind });
        self.streams.push(stream.clone());
        if self.own_id.is_some() {
            let detail = self.own_stream_detail(context, &stream);
            context.event("onIncomingStream", detail);
        }
    }

    /// Sends what was added, and settles the promise when everybody has it.
    pub fn send_added(&mut self, context: &mut Context, promise: PromiseId, value: Value) {
        self.own_update(context);
        self.renegotiate(context, Some((promise, Some(value))));
    }

    /// Stops a stream, a screen with its sound. The next round takes it from the others.
    pub fn stop_stream(&mut self, context: &mut Context, handle: Handle) {
        let of = |stream: &LocalStream| stream.handle == handle;
        let Some(stream) = self.streams.iter().find(|stream| of(stream)).cloned() else { return };
        let is_screen = stream.source == Source::Screen;
        let goes = |other: &LocalStream| of(other) || (is_screen && other.source == Source::ScreenSound);
        self.tell_ended(context, &stream);
        let gone = self.streams.take_out(goes);
        self.own_update(context);
        for stream in gone {
            self.mute_notices.keep(|notice| notice.stream_id != stream.stream_id);
            self.note_removal(context, &stream);
            self.forget_result(stream.handle);
            self.settle_waits_for_stream(context, stream.handle);
            context.push(Output::Release(stream.handle));
        }
    }

    /// `joinRoom` is not to give a stream that ended before.
    fn forget_result(&mut self, handle: Handle) {
        if let Some(Value::List(pair)) = self.joining.as_mut().map(|joining| &mut joining.result) {
            for stream in pair.iter_mut().filter(|stream| **stream == Value::Handle(handle)) {
                *stream = Value::Null;
            }
        }
    }

    /// Stops the tracks of a stream, of a screen all of them, and tells the app.
    pub fn tell_ended(&self, context: &mut Context, stream: &LocalStream) {
        context.push(Output::StopTracks(stream.handle));
        let is_screen = stream.is_screen();
        let (is_audio, is_video) = self.shown_kinds(stream);
        let detail = self
            .own_detail(context)
            .with("isScreensharing", is_screen)
            .with("streamId", stream.stream_id.as_str())
            .with("isVideo", is_video)
            .with("isAudio", is_audio);
        context.event("streamEnded", detail);
        let detail =
            Object::new().with("isScreensharing", is_screen).with("streamId", stream.stream_id.as_str());
        context.event("mediaAccessStopped", detail);
    }

    /// Whether a stream has sound and picture, as apps see it: a screen's stream has both.
    pub fn shown_kinds(&self, stream: &LocalStream) -> (bool, bool) {
        let has_sound = |other: &LocalStream| other.source == Source::ScreenSound;
        let is_screen = stream.source == Source::Screen;
        let is_audio = stream.kind == Kind::Audio || (is_screen && self.streams.iter().any(has_sound));
        (is_audio, stream.kind == Kind::Video)
    }
}
