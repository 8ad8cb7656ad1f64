//! How the app shows the videos of others, which the media server is told, and which of a publisher's
//! layers each of them comes in. Only with a media server that announced `videoLayers`.

use super::MEDIA_SERVER;
use crate::media::Kind;
use crate::room::Room;
use crate::roster::Peer;
use crate::session::{Context, Session};
use crate::{ErrorCode, LogCode, LogLevel, SkylinkError, Timestamp};
use skylink_protocol::lists::{CollectVec as _, Keep as _};
use skylink_protocol::signaling::{self, VideoLayers};
use skylink_protocol::{Object, Value};

/// Between two messages: the media server takes ten a second.
const PACE: f64 = 150.0;
/// The media server takes no more in one message.
const MOST: usize = 500;

/// How the app shows a video.
#[derive(Debug, Clone, PartialEq)]
struct View {
    publisher_id: String,
    stream_id: String,
    is_paused: bool,
    height: f64,
}

/// How the app shows each video of others, and when the media server is to hear of it.
#[derive(Debug, Default)]
pub(crate) struct VideoViews {
    shown: Vec<View>,
    pub due: Option<Timestamp>,
    told: Option<Timestamp>,
}

/// What `setVideoView` says; what it leaves out stays as it is.
#[derive(Debug, Default)]
struct Change {
    is_paused: Option<bool>,
    height: Option<f64>,
}

impl Change {
    fn read(view: &Value) -> Option<Self> {
        view.as_object()?;
        let is_paused = match view.get("isPaused") {
            None => None,
            Some(given) => Some(given.as_bool()?),
        };
        let height = match view.get("height") {
            None => None,
            Some(given) => Some(given.as_number().filter(|height| (0.0..=65_535.0).contains(height))?),
        };
        Some(Self { is_paused, height })
    }
}

impl Session {
    /// Takes over how the app shows the video of a member.
    pub(crate) fn set_video_view(
        &mut self,
        name: &str,
        stream_id: &str,
        view: &Value,
    ) -> Result<Option<Value>, SkylinkError> {
        let change = Change::read(view).ok_or_else(|| SkylinkError::new(ErrorCode::InvalidVideoView))?;
        let key = self.find_room(name);
        let Some((room, context)) = key.and_then(|key| self.room(key)) else {
            return Err(SkylinkError::new(ErrorCode::UserNotInRoom));
        };
        let sends = |peer: &&Peer| peer.stream(stream_id).is_some_and(|stream| stream.has_video);
        let Some(publisher_id) = room.members().find(sends).map(|peer| peer.id.clone()) else {
            return Err(SkylinkError::with_detail(ErrorCode::NoStream, stream_id));
        };
        let is_it = |known: &View| known.publisher_id == publisher_id && known.stream_id == stream_id;
        let views = &mut room.media_server.views.shown;
        let place = views.iter().position(is_it).unwrap_or_else(|| {
            let (stream_id, is_paused, height) = (stream_id.to_owned(), false, 0.0);
            views.push(View { publisher_id, stream_id, is_paused, height });
            views.len().saturating_sub(1)
        });
        let Some(view) = views.get_mut(place) else { return Ok(None) };
        let before = (view.is_paused, view.height);
        view.is_paused = change.is_paused.unwrap_or(view.is_paused);
        view.height = change.height.map_or(view.height, f64::ceil);
        if before != (view.is_paused, view.height) {
            room.tell_views_soon(context);
        }
        Ok(None)
    }
}

impl Room {
    /// Whether the media server takes pictures in layers, and wants to know how they are shown.
    fn takes_views(&self) -> bool {
        self.peer(MEDIA_SERVER).is_some_and(|server| server.takes_layers)
    }

    /// Tells the media server when the present task is over, which may say more, or a little later.
    pub fn tell_views_soon(&mut self, context: &Context) {
        if self.takes_views() {
            let earliest = self.media_server.views.told.map(|told| told.plus(PACE));
            let due = earliest.filter(|earliest| !earliest.is_due(context.now)).unwrap_or(context.now);
            self.media_server.views.due.get_or_insert(due);
        }
    }

    pub fn tell_due_views(&mut self, context: &mut Context) {
        let views = &mut self.media_server.views;
        if !views.due.is_some_and(|due| due.is_due(context.now)) {
            return;
        }
        (views.due, views.told) = (None, Some(context.now));
        let is_other = |view: &&View| view.is_paused || view.height > 0.0;
        let views = self.media_server.views.shown.iter().filter(is_other).take(MOST);
        let views = views.map(|view| {
            let named = Object::new()
                .with("publisherId", view.publisher_id.as_str())
                .with("streamId", view.stream_id.as_str());
            named.with("isPaused", view.is_paused).with("height", view.height).into()
        });
        // Written as it is, since the type would bring a reader of 2 kB along.
        let message = Object::new()
            .with("type", signaling::VideoViews::TYPE)
            .with("mid", self.own_id())
            .with("rid", self.rid.as_str())
            .with("target", MEDIA_SERVER)
            .with("views", views.collect_vec());
        if self.takes_views() {
            self.send(context, &message.into());
        }
    }

    /// A video is over, or without a name all of a member's are.
    pub fn forget_views(&mut self, context: &Context, id: &str, stream_id: Option<&str>) {
        let views = &mut self.media_server.views.shown;
        let before = views.len();
        let is_it = |view: &View| {
            view.publisher_id == id && stream_id.is_none_or(|stream_id| view.stream_id == stream_id)
        };
        views.keep(|view| !is_it(view));
        if views.len() != before {
            self.tell_views_soon(context);
        }
    }

    /// The media server tells in which layer videos come now. False if that is not what it says.
    pub fn on_video_layers(&self, context: &mut Context, message: &Value) -> bool {
        if message.get("mid").and_then(Value::as_text) != Some(MEDIA_SERVER) {
            return false;
        }
        let Some(layers) = message.get("layers").and_then(Value::as_list) else { return false };
        for layer in layers {
            match self.layer_detail(layer) {
                Some(detail) => context.event("videoLayerChanged", detail),
                None => context.log(LogLevel::Debug, LogCode::DroppedMessage, &[VideoLayers::TYPE]),
            }
        }
        true
    }

    /// The event for one video, if it is of a member and complete.
    fn layer_detail(&self, layer: &Value) -> Option<Object> {
        let publisher = self.peer(layer.get("publisherId")?.as_text()?)?;
        let mut detail = Object::new()
            .with("room", self.info())
            .with("peerId", publisher.id.as_str())
            .with("streamId", layer.get("streamId")?.as_text()?);
        for key in ["layer", "layers"] {
            detail.set(key, layer.get(key)?.as_number()?);
        }
        for key in ["isPaused", "isStarved"] {
            detail.set(key, layer.get(key)?.as_bool()?);
        }
        Some(detail)
    }

    /// Whether cameras are to be sent in layers to a peer that takes them.
    pub fn sends_layers(&self, takes_layers: bool) -> bool {
        takes_layers && self.options.simulcast()
    }

    /// Whether a camera is sent.
    pub fn has_camera(&self) -> bool {
        self.streams.iter().any(|stream| stream.kind == Kind::Video && !stream.is_screen())
    }
}
