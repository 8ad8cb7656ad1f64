//! Own and remote streams.

use crate::Handle;
use skylink_protocol::{Object, Value};

/// What a track carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
}

/// A stream of one kind that the browser captured, or that the app handed over.
#[derive(Debug, Clone, PartialEq)]
pub struct CapturedStream {
    /// The stream.
    pub handle: Handle,
    /// `MediaStream.id`.
    pub stream_id: String,
    /// `MediaStreamTrack.id` of its first track.
    pub track_id: String,
    /// What it carries.
    pub kind: Kind,
}

/// Where a stream of our own comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Camera or microphone, or the app.
    UserMedia,
    /// The picture of a shared screen.
    Screen,
    /// The sound of a shared screen. It travels as a stream of its own, since 2.7.2 expects one
    /// track in a stream.
    ScreenSound,
}

/// A stream of our own in a room.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LocalStream {
    pub handle: Handle,
    pub stream_id: String,
    pub track_id: String,
    pub kind: Kind,
    pub source: Source,
    /// What `settings.audio` or `settings.video` says of it.
    pub settings: Object,
    pub muted: bool,
    /// The mute state that the others were told.
    pub announced_muted: bool,
}

impl LocalStream {
    pub fn new(captured: CapturedStream, source: Source, settings: Object) -> Self {
        let CapturedStream { handle, stream_id, track_id, kind } = captured;
        let (muted, announced_muted) = (false, false);
        Self { handle, stream_id, track_id, kind, source, settings, muted, announced_muted }
    }

    pub fn is_screen(&self) -> bool {
        self.source != Source::UserMedia
    }
}

/// A track that came from another peer.
#[derive(Debug)]
pub(crate) struct RemoteTrack {
    pub stream: Handle,
    pub stream_id: String,
    pub kind: Kind,
    pub mid: Option<String>,
}

/// A stream of another peer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RemoteStream {
    pub handle: Handle,
    pub stream_id: String,
    pub has_audio: bool,
    pub has_video: bool,
    pub is_screen: bool,
}

const ABSENT: f64 = -1.0;
const MUTED: f64 = 0.0;
const ACTIVE: f64 = 1.0;

/// One entry of `mediaStatus`: -1 absent, 0 muted, 1 active (public API T-03).
pub(crate) fn media_status(kind: Kind, muted: bool) -> Object {
    let value = if muted { MUTED } else { ACTIVE };
    let (audio, video) = match kind {
        Kind::Audio => (value, ABSENT),
        Kind::Video => (ABSENT, value),
    };
    Object::new().with("audioMuted", audio).with("videoMuted", video)
}

/// Changes one kind of one stream in a `mediaStatus` map, making the entry if there is none. What mobile
/// SDKs say there beside their streams is left out, since apps take each member for a stream.
pub(crate) fn set_media_status(status: &mut Object, stream_id: &str, kind: Kind, muted: bool) {
    for kind in [Kind::Audio, Kind::Video] {
        status.remove(status_key(kind));
    }
    match status.get_mut(stream_id) {
        Some(Value::Object(entry)) => entry.set(status_key(kind), if muted { MUTED } else { ACTIVE }),
        _ => status.set(stream_id, media_status(kind, muted)),
    }
}

/// Says in a `mediaStatus` map that a stream has lost one kind.
pub(crate) fn clear_media_status(status: &mut Object, stream_id: &str, kind: Kind) {
    if let Some(Value::Object(entry)) = status.get_mut(stream_id) {
        entry.set(status_key(kind), ABSENT);
    }
}

fn status_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Audio => "audioMuted",
        Kind::Video => "videoMuted",
    }
}
