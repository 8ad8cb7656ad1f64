//! Rooms with a media server (wire protocol 6.7, peer behaviour 7): one connection, to the peer
//! `MCU`, over which the media of all members come. `mediaInfoList` tells whose a track is.

mod requests;
mod video_views;

pub(crate) use requests::Wish;

use self::requests::Request;
use self::video_views::VideoViews;
use crate::media::RemoteTrack;
use crate::media_info::{is_same, of_mid, UNAVAILABLE};
use crate::peer_info::Greeting;
use crate::recording::Recordings;
use crate::room::Room;
use crate::roster::Peer;
use crate::session::Context;
use crate::{Kind, LogCode, LogLevel, Output};
use skylink_protocol::file_channel::relayed_label;
use skylink_protocol::lists::{CollectVec as _, Keep as _};
use skylink_protocol::signaling::{Enter, MediaInfo};
use skylink_protocol::{Object, Value};

/// Peer id of the media server.
pub(crate) const MEDIA_SERVER: &str = "MCU";
/// Peer id of a recorder in a room without media server.
const RECORDER: &str = "REC_SRV";

/// Whether a peer is a server and not somebody.
pub(crate) fn is_server(id: &str) -> bool {
    id == MEDIA_SERVER || id == RECORDER
}

/// What a room keeps because of its media server.
#[derive(Debug, Default)]
pub(crate) struct MediaServer {
    /// Tracks of which it did not say yet whose they are.
    unclaimed: Vec<RemoteTrack>,
    /// Whether it left and did not come back.
    pub has_left: bool,
    /// Promises that wait for it.
    requests: Vec<Request>,
    pub recordings: Recordings,
    /// Ids of the live streams that are on.
    pub live_streams: Vec<String>,
    pub views: VideoViews,
}

/// The media server passes messages of members on under its own name: they count as theirs.
pub(crate) fn by_publisher(mut message: Value) -> Value {
    if let Value::Object(object) = &mut message {
        if object.get("mid").and_then(Value::as_text) == Some(MEDIA_SERVER) {
            if let Some(publisher @ Value::Text(_)) = object.get("publisherId").cloned() {
                object.set("mid", publisher);
            }
        }
    }
    message
}

impl Room {
    /// Whether media go through a server in this room.
    pub fn has_media_server(&self) -> bool {
        self.ticket.has_mcu
    }

    /// `SERVER_PEER_JOINED` and `SERVER_PEER_LEFT`.
    pub fn server_event(&self, context: &mut Context, name: &'static str, id: &str) {
        let detail = Object::new().with("peerId", id).with("serverPeerType", id).with("room", self.info());
        context.event(name, detail);
    }

    /// The media server greeted us and named the members.
    pub fn meet_members(&mut self, context: &mut Context, members: Vec<Value>) {
        for member in members {
            let Value::Object(member) = member else { continue };
            let enter = member.with("rid", self.rid.as_str());
            if let Ok(enter) = Enter::try_from(Value::Object(enter)) {
                self.on_enter(context, enter);
            }
        }
    }

    /// A member of a room with a media server: there is no connection to it.
    pub fn add_member(&mut self, context: &mut Context, greeting: &Greeting) {
        self.add_peer(context, greeting, None, crate::negotiation::Negotiation::idle());
        self.claim_tracks(context);
    }

    /// Who brings the media of a peer: itself, or the media server.
    pub fn source_of<'a>(&self, id: &'a str) -> &'a str {
        match self.peer(id) {
            Some(peer) if peer.connection.is_none() => MEDIA_SERVER,
            _ => id,
        }
    }

    /// Who has the connection by which a peer is reached.
    pub fn carrier_of(&self, id: &str) -> Option<&Peer> {
        self.peer(self.source_of(id))
    }

    /// Whether the media server passes files on; that of 2.7.2 does not.
    pub fn has_file_relay(&self) -> bool {
        self.peer(MEDIA_SERVER).is_some_and(|server| server.streams_files)
    }

    /// Whether files cannot go to a member since only 2.7.2 knows how, and that not by a media server.
    pub fn is_out_of_reach(&self, id: &str) -> bool {
        self.peer(id).is_some_and(|peer| peer.connection.is_none() && !peer.streams_files)
    }

    /// The name of a transfer's channel. A media server has to know whom it leads to.
    pub fn file_label(&self, peer: &str, transfer: &str) -> String {
        if self.source_of(peer) == peer {
            transfer.to_owned()
        } else {
            relayed_label(peer, transfer)
        }
    }

    /// Takes over what an offer or answer says of media: all of a peer, or of the publishers that
    /// the media server mentions. Removed ones are given back.
    pub fn replace_media(&mut self, id: &str, list: Vec<MediaInfo>) -> Vec<MediaInfo> {
        let Some(source) = self.peer_mut(id) else { return Vec::new() };
        let known = std::mem::take(&mut source.media);
        let is_gone = |info: &MediaInfo| info.media_state.as_deref() == Some(UNAVAILABLE);
        let was_known = |info: &MediaInfo| known.iter().any(|old| is_same(old, info));
        let removed = list.iter().filter(|info| is_gone(info) && was_known(info)).cloned().collect_vec();
        if id == MEDIA_SERVER {
            for mut old in known {
                if !list.iter().any(|info| info.publisher_id == old.publisher_id) {
                    // An m-section carries one medium: the newest word about it counts.
                    if list.iter().any(|info| info.transceiver_mid == old.transceiver_mid) {
                        old.transceiver_mid = Value::Null;
                    }
                    source.media.push(old);
                }
            }
        }
        source.media.extend(list.into_iter().filter(|info| !is_gone(info)));
        removed
    }

    /// Whose a track is that came over a connection.
    pub fn owner_of(&self, source: &str, track: &RemoteTrack) -> Option<String> {
        if source != MEDIA_SERVER {
            return Some(source.to_owned());
        }
        let media = &self.peer(source)?.media;
        let publisher = of_mid(media, track.mid.as_deref()?)?.publisher_id.as_deref()?;
        self.peer(publisher).map(|peer| peer.id.clone())
    }

    /// Keeps a track of which it is not known whose it is.
    pub fn hold_track(&mut self, context: &mut Context, track: RemoteTrack) {
        context.log(LogLevel::Warn, LogCode::UnclaimedTrack, &[&track.stream_id]);
        self.media_server.unclaimed.push(track);
    }

    /// Hands out kept tracks of which it is known by now whose they are.
    pub fn claim_tracks(&mut self, context: &mut Context) {
        for track in std::mem::take(&mut self.media_server.unclaimed) {
            match self.owner_of(MEDIA_SERVER, &track) {
                Some(owner) => self.add_track(context, MEDIA_SERVER, &owner, track),
                None => self.media_server.unclaimed.push(track),
            }
        }
    }

    /// A track is gone of which it was never known whose it is.
    pub fn drop_unclaimed(&mut self, context: &mut Context, stream_id: &str, kind: Kind) {
        let is_it = |track: &RemoteTrack| track.stream_id == stream_id && track.kind == kind;
        if let Some(place) = self.media_server.unclaimed.iter().position(is_it) {
            context.push(Output::Release(self.media_server.unclaimed.remove(place).stream));
        }
    }

    /// A member left: its streams end before it does, as the media server's offers would end them.
    pub fn end_streams(&mut self, context: &mut Context, id: &str) {
        while let Some(stream) = self.peer(id).and_then(|peer| peer.streams.first()) {
            let (stream_id, has_audio, has_video) =
                (stream.stream_id.clone(), stream.has_audio, stream.has_video);
            self.end_stream(context, id, &stream_id, (has_audio, has_video), (false, false));
        }
        if let Some(source) = self.peer_mut(MEDIA_SERVER) {
            source.media.keep(|info| info.publisher_id.as_deref() != Some(id));
        }
    }

    /// The connection to the media server is gone.
    pub fn drop_unclaimed_tracks(&mut self, context: &mut Context) {
        for track in std::mem::take(&mut self.media_server.unclaimed) {
            context.push(Output::Release(track.stream));
        }
    }

    /// The media server left, and with it the media of all members.
    pub fn lose_media_server(&mut self, context: &mut Context) {
        self.media_server.has_left = true;
        self.reject_media_requests(context);
        self.drop_unclaimed_tracks(context);
        for id in self.members().map(|peer| peer.id.clone()).collect_vec() {
            self.end_streams(context, &id);
        }
    }
}
