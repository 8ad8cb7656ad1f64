//! Muting own streams (peer behaviour 3.6).

use crate::media::{media_status, Kind, LocalStream, Source};
use crate::media_info::{media_id, media_state, media_type};
use crate::room::{MuteNotice, Room};
use crate::session::{Context, Session};
use crate::{LogCode, LogLevel, Output};
use skylink_protocol::lists::{CollectVec as _, Keep as _};
use skylink_protocol::signaling::MediaInfoEvent;
use skylink_protocol::{Object, Value};

/// How long after the call the others are told: a new stream has to be known to them first.
const NOTICE_DELAY: f64 = 500.0;

impl Session {
    pub(crate) fn mute_streams(
        &mut self,
        room: &str,
        options: &Value,
        stream_id: Option<&str>,
    ) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, context) = self.room(key)?;
        if !matches!(options, Value::Object(_)) {
            context.log(LogLevel::Error, LogCode::BadMuteOptions, &[]);
            return None;
        }
        let chosen =
            room.streams.iter().filter(|stream| stream_id.is_none_or(|id| room.is_part_of(stream, id)));
        let chosen: Vec<(String, Kind)> =
            chosen.map(|stream| (stream.stream_id.clone(), stream.kind)).collect_vec();
        if chosen.is_empty() {
            context.log(LogLevel::Error, LogCode::NoStream, &[stream_id.unwrap_or_default()]);
        }
        for (id, kind) in chosen {
            let key = if kind == Kind::Audio { "audioMuted" } else { "videoMuted" };
            room.mute_stream(context, &id, wants_mute(options.get(key)));
        }
        None
    }
}

/// `true` and any number but 1 mute, and so does a missing value.
fn wants_mute(option: Option<&Value>) -> bool {
    match option {
        Some(Value::Bool(muted)) => *muted,
        Some(Value::Number(number)) => *number != 1.0,
        _ => true,
    }
}

impl Room {
    /// Whether a stream goes by an id that an app knows: the sound of a screen by the screen's too.
    fn is_part_of(&self, stream: &LocalStream, id: &str) -> bool {
        let is_screen = |s: &&LocalStream| s.source == Source::Screen;
        let screen = self.streams.iter().find(is_screen).map(|screen| screen.stream_id.as_str());
        stream.stream_id == id || (stream.source == Source::ScreenSound && screen == Some(id))
    }

    pub fn mute_stream(&mut self, context: &mut Context, stream_id: &str, muted: bool) {
        let Some(stream) = self.streams.iter_mut().find(|stream| stream.stream_id == stream_id) else {
            return;
        };
        if stream.muted == muted {
            return;
        }
        stream.muted = muted;
        let (handle, kind, is_screen) = (stream.handle, stream.kind, stream.is_screen());
        context.push(Output::EnableTracks { stream: handle, kind, enabled: !muted });
        let detail = Object::new()
            .with("streamId", stream_id)
            .with("isScreensharing", is_screen)
            .with("mediaStatus", media_status(kind, muted));
        context.event("localMediaMuted", detail);
        self.own_update(context);
        let detail = Object::new()
            .with("isSelf", true)
            .with("peerId", self.own_id.clone())
            .with("peerInfo", self.own_info(&context.environment))
            .with("streamId", stream_id)
            .with("isScreensharing", is_screen)
            .with("isAudio", kind == Kind::Audio)
            .with("isVideo", kind == Kind::Video);
        context.event("streamMuted", detail);
        self.mute_notices.keep(|notice| notice.stream_id != stream_id);
        self.mute_notices
            .push(MuteNotice { due: context.now.plus(NOTICE_DELAY), stream_id: stream_id.to_owned() });
    }

    /// Tells connected peers what has to be told by now. With nobody connected it waits for the
    /// first handshake to be over.
    pub fn announce_due_mutes(&mut self, context: &mut Context) {
        let now = context.now;
        let due: Vec<String> = self
            .mute_notices
            .iter()
            .filter(|notice| notice.due.is_due(now))
            .map(|notice| notice.stream_id.clone())
            .collect_vec();
        self.mute_notices.keep(|notice| !notice.due.is_due(now));
        if self.peers.iter().any(|peer| peer.negotiated) {
            for stream_id in due {
                self.announce_mute(context, &stream_id);
            }
        }
    }

    /// Tells mute states that nobody was there for.
    pub fn announce_mutes_to_all(&mut self, context: &mut Context) {
        let untold =
            |stream_id: &String| !self.mute_notices.iter().any(|notice| notice.stream_id == *stream_id);
        let streams = self.streams.iter().filter(|stream| stream.muted != stream.announced_muted);
        let ids: Vec<String> = streams.map(|stream| stream.stream_id.clone()).filter(untold).collect_vec();
        for stream_id in ids {
            self.announce_mute(context, &stream_id);
        }
    }

    fn announce_mute(&mut self, context: &mut Context, stream_id: &str) {
        let Some(stream) = self.streams.iter_mut().find(|stream| stream.stream_id == stream_id) else {
            return;
        };
        if stream.muted == stream.announced_muted {
            return;
        }
        stream.announced_muted = stream.muted;
        let stream = stream.clone();
        for id in self.connected_ids() {
            let message = MediaInfoEvent {
                rid: self.rid.clone(),
                mid: self.own_id(),
                target: Some(id),
                publisher_id: self.own_id.clone(),
                media_id: media_id(stream.kind, stream_id),
                media_type: Some(media_type(&stream).to_owned()),
                media_state: Some(media_state(stream.muted).to_owned()),
            };
            self.send(context, &message.into());
        }
    }
}
