//! How much is sent, and in which codecs (public API 3.1, 3.2).

use crate::media::{Kind, LocalStream};
use crate::room::Room;
use crate::roster::Peer;
use crate::session::Context;
use crate::{ConnectionId, ConnectionOp};
use skylink_protocol::{Object, Value};

/// Kilobits per second for each camera in rooms with a media server, unless the app says otherwise.
const CAMERA_THROUGH_SERVER: f64 = 500.0;

impl Room {
    /// Replaces the limits of bandwidth, for all peers at once.
    pub fn replace_bandwidth(&mut self, context: &mut Context, limits: Object) {
        self.bandwidth = limits;
        for peer in self.peers.iter().filter(|peer| peer.negotiated) {
            self.limit_sending(context, peer);
        }
    }

    /// Limits each stream that a peer is sent.
    pub fn limit_sending(&self, context: &mut Context, peer: &Peer) {
        for stream in self.streams.iter().filter(|stream| peer.sent.contains(&stream.handle)) {
            let limit = self.bitrate_limit(stream);
            let op = ConnectionOp::LimitBitrate { stream: stream.handle, limit };
            context.connection(peer.connection, op);
        }
    }

    /// What the layers of a camera may take together; `None` for what is sent in one size.
    pub fn layers_limit(&self, stream: &LocalStream, peer: &Peer) -> Option<f64> {
        let is_camera = stream.kind == Kind::Video && !stream.is_screen();
        self.bitrate_limit(stream).filter(|_| is_camera && self.sends_layers(peer.takes_layers))
    }

    /// In bits per second.
    fn bitrate_limit(&self, stream: &LocalStream) -> Option<f64> {
        let is_audio = stream.kind == Kind::Audio;
        let given = self.bandwidth.get(if is_audio { "audio" } else { "video" });
        let given = given.and_then(Value::as_number).filter(|kilobits| *kilobits > 0.0);
        let is_camera = !is_audio && !stream.is_screen();
        let usual = (is_camera && self.has_media_server()).then_some(CAMERA_THROUGH_SERVER);
        given.or(usual).map(|kilobits| kilobits * 1_000.0)
    }

    /// Whether the app prefers codecs: what a description brings has to be told of them before it is answered.
    pub fn prefers_codecs(&self) -> bool {
        ["audioCodec", "videoCodec"].iter().any(|key| self.options.preferred_codec(key).is_some())
    }

    /// Puts the codecs that the app prefers first in the description that is made next, and sends in
    /// them once both sides agreed on them.
    pub fn prefer_codecs(&self, context: &mut Context, connection: Option<ConnectionId>) {
        for (kind, key) in [(Kind::Audio, "audioCodec"), (Kind::Video, "videoCodec")] {
            if let Some(name) = self.options.preferred_codec(key) {
                let parameters = self.options.codec_variant(name);
                let name = name.to_owned();
                context.connection(connection, ConnectionOp::PreferCodec { kind, name, parameters });
            }
        }
    }
}
