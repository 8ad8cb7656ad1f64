//! What browsers report about peer connections (peer behaviour 1.14, 2.4 and 4.2).

use crate::connection_states::state_detail;
use crate::media::{clear_media_status, set_media_status, RemoteStream, RemoteTrack};
use crate::media_info::{is_muted, of_mid};
use crate::media_server::is_server;
use crate::room::Room;
use crate::roster::Peer;
use crate::session::{Context, Session};
use crate::{ChannelEvent, ConnectionEvent, ConnectionId, Handle, Kind, LogCode, LogLevel, Output};
use skylink_protocol::{Object, Value};

impl Session {
    pub(crate) fn on_connection_event(&mut self, connection: ConnectionId, event: ConnectionEvent) {
        let of_room = |room: &&mut Room| room.peer_of_connection(connection).is_some();
        let context = &mut self.context;
        let Some(room) = self.rooms.iter_mut().find(of_room) else {
            return self.on_other_connection_event(connection, event);
        };
        let Some(id) = room.peer_of_connection(connection).map(|peer| peer.id.clone()) else { return };
        room.on_connection_event(context, &id, event);
    }

    /// A connection to nobody is a lane of a transfer, or gone.
    fn on_other_connection_event(&mut self, connection: ConnectionId, event: ConnectionEvent) {
        let context = &mut self.context;
        let found = self.rooms.iter_mut().find_map(|room| Some((room.transfer_with_lane(connection)?, room)));
        match found {
            Some((file, room)) => room.on_lane_event(context, file, connection, event),
            None => release_of(context, &event),
        }
    }
}

/// An event of a connection that is gone may still carry an object.
pub(crate) fn release_of(context: &mut Context, event: &ConnectionEvent) {
    match event {
        ConnectionEvent::CreateFailed(handle)
        | ConnectionEvent::DescriptionFailed(handle)
        | ConnectionEvent::AnswerNotCreated(handle)
        | ConnectionEvent::CandidateAdded { error: Some(handle), .. }
        | ConnectionEvent::StatisticsFailed { error: handle, .. }
        | ConnectionEvent::Track { stream: handle, .. }
        | ConnectionEvent::Channel {
            event:
                ChannelEvent::Failed { error: handle, .. }
                | ChannelEvent::NotMade(handle)
                | ChannelEvent::NotSent(handle)
                | ChannelEvent::Chunk(handle)
                | ChannelEvent::Frame { frame: handle, .. },
            ..
        } => context.push(Output::Release(*handle)),
        ConnectionEvent::Channel { event: ChannelEvent::Messages(messages), .. } => {
            context.release_contents(messages);
        }
        ConnectionEvent::Statistics { reading, .. } => context.push(Output::Release(reading.raw)),
        _ => {}
    }
}

impl Room {
    fn on_connection_event(&mut self, context: &mut Context, id: &str, event: ConnectionEvent) {
        let now = context.now;
        let Some(peer) = self.peer_mut(id) else { return };
        let negotiation = &mut peer.negotiation;
        match event {
            ConnectionEvent::OfferCreated(sdp) => {
                let sdp = self.own_description(id, sdp);
                if let Some(peer) = self.peer_mut(id) {
                    peer.negotiation.on_offer_created(sdp, now);
                }
            }
            ConnectionEvent::AnswerCreated(sdp) => {
                let sdp = self.own_description(id, sdp);
                if let Some(peer) = self.peer_mut(id) {
                    // A description that was changed may be refused, and a media server does not take what
                    // comes after that.
                    let goes_at_once = !peer.changed_parameters && !is_server(id);
                    let sdp = peer.keep_dtls_role(sdp, true);
                    peer.negotiation.on_answer_created(sdp, goes_at_once);
                }
            }
            ConnectionEvent::LocalSet => negotiation.on_local_set(now),
            ConnectionEvent::RemoteSet => negotiation.on_remote_set(),
            ConnectionEvent::DescriptionFailed(error) => {
                negotiation.on_failed(now);
                peer.failure = Some(error);
            }
            ConnectionEvent::AnswerNotCreated(error) => {
                negotiation.on_answer_not_created(now);
                peer.failure = Some(error);
            }
            ConnectionEvent::CreateFailed(error) => {
                negotiation.break_off();
                self.handshake_error(context, id, id, error);
                context.push(Output::Release(error));
            }
            ConnectionEvent::LocalCandidate { candidate, mid, line } => {
                self.on_local_candidate(context, id, candidate, mid, line);
            }
            ConnectionEvent::CandidateAdded { number, error } => {
                self.on_candidate_added(context, id, number, error);
                if let Some(error) = error {
                    context.push(Output::Release(error));
                }
            }
            ConnectionEvent::GatheringState(state) => {
                peer.states.gathering.clone_from(&state);
                self.on_gathering_state(context, id, &state);
            }
            ConnectionEvent::SignalingState(state) => {
                peer.states.signaling.clone_from(&state);
                context.event("peerConnectionState", state_detail(&state, id));
            }
            ConnectionEvent::ConnectionState(state) => {
                peer.states.connection.clone_from(&state);
                let ice = if state == "failed" { &state } else { &peer.states.ice }.clone();
                self.report_ice(context, id, &ice);
                context.event("peerConnectionState", state_detail(&state, id));
                self.recover_ice(context, id, &state);
            }
            ConnectionEvent::IceState(state) => {
                peer.states.ice.clone_from(&state);
                if peer.states.is_ice_connected() {
                    peer.statistics.connected_at.get_or_insert(now);
                }
                self.report_ice(context, id, &state);
                context.event("iceConnectionState", state_detail(&state, id));
            }
            ConnectionEvent::Track { stream, stream_id, kind, mid } => {
                let track = RemoteTrack { stream, stream_id, kind, mid };
                match self.owner_of(id, &track) {
                    Some(owner) => self.add_track(context, id, &owner, track),
                    None => self.hold_track(context, track),
                }
            }
            ConnectionEvent::TrackRemoved { stream_id, kind, has_audio, has_video } => {
                self.on_track_removed(context, id, &stream_id, kind, (has_audio, has_video));
            }
            ConnectionEvent::Statistics { request, reading } => {
                self.on_statistics(context, id, request, *reading);
            }
            ConnectionEvent::StatisticsFailed { request, error } => {
                self.on_statistics_failed(context, id, request, error);
            }
            ConnectionEvent::Channel { channel, buffered, event } => {
                self.on_channel_event(context, id, channel, buffered, event);
            }
        }
        self.take_steps(context, id);
        if let Some(error) = self.peer_mut(id).and_then(|peer| peer.failure.take()) {
            context.push(Output::Release(error));
        }
    }

    fn handshake_error(&self, context: &mut Context, id: &str, named: &str, error: Handle) {
        context.log(LogLevel::Error, LogCode::DescriptionFailed, &[id]);
        let detail = Object::new()
            .with("peerId", named)
            .with("state", "error")
            .with("error", Value::Handle(error))
            .with("room", self.info());
        context.event("handshakeProgress", detail);
    }

    /// A description failed; the event names the side whose description it was.
    pub fn on_handshake_failed(&mut self, context: &mut Context, id: &str, ours: bool) {
        if let Some(peer) = self.peer_mut(id) {
            peer.refused_parameters |= ours && peer.changed_parameters;
        }
        if let Some(error) = self.peer(id).and_then(|peer| peer.failure) {
            let named = if ours { self.own_id() } else { id.to_owned() };
            self.handshake_error(context, id, &named, error);
        }
    }

    /// A track that came over the connection to `source` is of the peer `id`.
    pub fn add_track(&mut self, context: &mut Context, source: &str, id: &str, track: RemoteTrack) {
        let RemoteTrack { stream: handle, stream_id, kind, mid } = track;
        let media = self.peer(source).map(|source| source.media.as_slice()).unwrap_or_default();
        let info = mid.and_then(|mid| of_mid(media, &mid));
        let is_screen = info.is_some_and(|info| info.media_type.as_deref() == Some("videoScreen"));
        let muted = info.is_some_and(|info| is_muted(info.media_state.as_deref()));
        let Some(peer) = self.peer_mut(id) else { return context.push(Output::Release(handle)) };
        match peer.info.get_mut("mediaStatus") {
            Some(Value::Object(status)) => set_media_status(status, &stream_id, kind, muted),
            _ => {
                let mut status = Object::new();
                set_media_status(&mut status, &stream_id, kind, muted);
                peer.info.set("mediaStatus", status);
            }
        }
        let (is_audio, is_video) = (kind == Kind::Audio, kind == Kind::Video);
        match peer.streams.iter_mut().find(|stream| stream.stream_id == stream_id) {
            Some(stream) => {
                stream.has_audio |= is_audio;
                stream.has_video |= is_video;
                if stream.handle != handle {
                    context.push(Output::Release(std::mem::replace(&mut stream.handle, handle)));
                }
            }
            None => peer.streams.push(RemoteStream {
                handle,
                stream_id: stream_id.clone(),
                has_audio: is_audio,
                has_video: is_video,
                is_screen,
            }),
        }
        let Some(peer) = self.peer(id) else { return };
        let detail = Object::new()
            .with("stream", Value::Handle(handle))
            .with("peerId", id)
            .with("room", self.info())
            .with("isSelf", false)
            .with("peerInfo", self.peer_info(peer))
            .with("streamId", stream_id)
            .with("isVideo", is_video)
            .with("isAudio", is_audio);
        context.event(if is_screen { "onIncomingScreenStream" } else { "onIncomingStream" }, detail);
        context.event("peerUpdated", self.peer_detail(peer));
        self.report_media(context);
    }

    /// `left` tells whether the stream still has sound and picture.
    fn on_track_removed(
        &mut self,
        context: &mut Context,
        source: &str,
        stream_id: &str,
        kind: Kind,
        left: (bool, bool),
    ) {
        let brings = |peer: &&Peer| self.source_of(&peer.id) == source && peer.stream(stream_id).is_some();
        match self.peers.iter().find(brings).map(|peer| peer.id.clone()) {
            Some(id) => {
                let gone = (kind == Kind::Audio, kind == Kind::Video);
                self.end_stream(context, &id, stream_id, gone, left);
            }
            None => self.drop_unclaimed(context, stream_id, kind),
        }
    }

    /// A stream of a peer lost sound or picture or both; `left` tells what it still has.
    pub fn end_stream(
        &mut self,
        context: &mut Context,
        id: &str,
        stream_id: &str,
        (is_audio, is_video): (bool, bool),
        left: (bool, bool),
    ) {
        let Some(peer) = self.peer_mut(id) else { return };
        let Some(place) = peer.streams.iter().position(|stream| stream.stream_id == stream_id) else {
            return;
        };
        let Some(stream) = peer.streams.get_mut(place) else { return };
        (stream.has_audio, stream.has_video) = left;
        let is_screen = stream.is_screen;
        let gone = if left == (false, false) { Some(peer.streams.remove(place)) } else { None };
        if let Some(Value::Object(status)) = peer.info.get_mut("mediaStatus") {
            if gone.is_some() {
                status.remove(stream_id);
            } else {
                for (kind, is_left) in [(Kind::Audio, left.0), (Kind::Video, left.1)] {
                    if !is_left {
                        clear_media_status(status, stream_id, kind);
                    }
                }
            }
        }
        let Some(peer) = self.peer(id) else { return };
        let detail = self
            .peer_detail(peer)
            .with("isScreensharing", is_screen)
            .with("streamId", stream_id)
            .with("isVideo", is_video)
            .with("isAudio", is_audio);
        context.event("streamEnded", detail);
        self.peer_update(context, id);
        if let Some(stream) = gone {
            // What a media server left brings again when it comes back is shown as before.
            if !self.media_server.has_left {
                self.forget_views(context, id, Some(stream_id));
            }
            context.push(Output::Release(stream.handle));
        }
    }
}
