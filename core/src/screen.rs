//! Sharing the screen (public API M-36, M-42).

use crate::capture::{CaptureRequest, Purpose};
use crate::media::{CapturedStream, LocalStream, Source};
use crate::options::{audio_request, screen_request};
use crate::room::Room;
use crate::session::{Context, Session};
use crate::{Handle, LogCode, LogLevel, Output, PromiseId, RequestId};
use skylink_protocol::{Object, Value};

impl Session {
    pub(crate) fn share_screen(&mut self, promise: PromiseId, name: &str, options: &Value) -> Option<Value> {
        let Some(key) = self.find_room(name) else { return Some(Value::Null) };
        let (room, context) = self.room(key)?;
        let default = Object::new().with("video", true).into();
        let asks_for_video = options.get("video").is_some_and(Value::is_truthy);
        if !asks_for_video && options.is_truthy() {
            context.log(LogLevel::Warn, LogCode::BadScreenOptions, &[]);
        }
        let options = if asks_for_video { options } else { &default };
        let wanted = CaptureRequest { audio: audio_request(options), video: screen_request(options) };
        room.start_capture(context, Purpose::Screen(promise), wanted, None);
        None
    }

    pub(crate) fn stop_screen(&mut self, name: &str) {
        let Some(key) = self.find_room(name) else { return };
        let Some((room, context)) = self.room(key) else { return };
        if let Some(handle) = room.screen() {
            room.stop_stream(context, handle);
            room.renegotiate(context, None);
        }
    }

    pub(crate) fn on_screen_captured(
        &mut self,
        request: RequestId,
        screen: CapturedStream,
        sound: Option<CapturedStream>,
        settings: &Value,
    ) {
        let Some((room, context)) = self.room_capturing(request).and_then(|key| self.room(key)) else {
            return self.drop_captured(std::iter::once(screen).chain(sound));
        };
        let Some(capture) = room.take_capture(request) else { return };
        // Another screen takes the place of the one that is shown.
        if let Some(former) = room.screen() {
            room.stop_stream(context, former);
        }
        let shared = Value::Handle(screen.handle);
        let video = capture.wanted.video.map(|request| request.settings).unwrap_or_default();
        let audio = capture.wanted.audio.map(|request| request.settings).unwrap_or_default();
        room.streams.push(LocalStream::new(screen, Source::Screen, with_real_size(video, settings)));
        room.streams.extend(sound.map(|sound| LocalStream::new(sound, Source::ScreenSound, audio)));
        room.tell_screen(context);
        if let Purpose::Screen(promise) = capture.purpose {
            context.resolve(promise, shared);
        }
        room.renegotiate(context, None);
    }
}

/// The settings that are reported, with the size that the browser really gives.
fn with_real_size(mut settings: Object, real: &Value) -> Object {
    let number = |key: &str| real.get(key).and_then(Value::as_number);
    if let (Some(width), Some(height)) = (number("width"), number("height")) {
        settings.set("resolution", Object::new().with("width", width).with("height", height));
    }
    settings
}

impl Room {
    /// The stream of the screen that is shared.
    fn screen(&self) -> Option<Handle> {
        self.streams.iter().find(|stream| stream.source == Source::Screen).map(|stream| stream.handle)
    }

    /// Tells the app of the screen that is shared now.
    fn tell_screen(&self, context: &mut Context) {
        for stream in self.streams.iter().filter(|stream| stream.is_screen()) {
            context.push(Output::WatchTracks { stream: stream.handle, kind: stream.kind });
            if stream.source == Source::Screen {
                let detail = self.own_stream_detail(context, stream);
                context.event("onIncomingScreenStream", detail);
                self.tell_access(context, stream, false);
            }
        }
    }
}
