//! Leaving rooms, and taking them down (wire protocol 6.3).

use crate::connection_states::state_detail;
use crate::media::Source;
use crate::media_server::is_server;
use crate::room::{Room, RoomKey, Stage};
use crate::session::{Context, Session};
use crate::{ConnectionOp, ErrorCode, Output, PromiseId, SkylinkError};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::signaling::Bye;
use skylink_protocol::Value;

impl Session {
    pub(crate) fn leave_room(&mut self, promise: PromiseId, name: &str, stop_streams: bool) -> Option<Value> {
        let Some(key) = self.find_room(name) else { return Some(Value::Null) };
        let name = self.rooms.iter().find(|room| room.key == key).map(|room| room.name.clone());
        self.close_room(key, stop_streams);
        self.context.resolve(promise, name.into());
        None
    }

    pub(crate) fn leave_all_rooms(&mut self, promise: PromiseId, stop_streams: bool) {
        let mut names = Vec::new();
        while let Some((key, name)) = self.rooms.first().map(|room| (room.key, room.name.clone())) {
            self.close_room(key, stop_streams);
            names.push(Value::Text(name));
        }
        self.context.resolve(promise, names.into());
    }

    /// Takes a room down: peers, own streams, membership. Nothing of it stays.
    pub(crate) fn close_room(&mut self, key: RoomKey, stop_streams: bool) {
        let Some(place) = self.rooms.iter().position(|room| room.key == key) else { return };
        let mut room = self.rooms.remove(place);
        if let Stage::Authenticating { request, .. } = room.stage {
            self.context.push(Output::AbortFetch(request));
        }
        self.discard_captures(&room);
        room.settle_all_waits(&mut self.context);
        for promise in room.joining.take().into_iter().flat_map(|joining| joining.promises) {
            self.context.reject(promise, SkylinkError::new(ErrorCode::LeftDuringJoin).into());
        }
        let connected_ids = room.connected_ids();
        for id in connected_ids.iter().filter(|id| is_server(id)) {
            room.server_event(&mut self.context, "serverPeerLeft", id);
        }
        room.reject_media_requests(&mut self.context);
        room.send_without_waiting(&mut self.context);
        room.forget_incoming(&mut self.context);
        room.give_up_peer_lists(&mut self.context, true);
        room.is_leaving = true;
        for id in room.peers.iter().map(|peer| peer.id.clone()).collect_vec() {
            room.drop_peer(&mut self.context, &id);
        }
        room.drop_unclaimed_tracks(&mut self.context);
        if stop_streams {
            room.end_own_streams(&mut self.context);
        }
        for stream in &room.streams {
            self.context.push(Output::Release(stream.handle));
        }
        self.leave_socket(&room, &connected_ids);
        if room.is_entered() {
            let detail = room.own_detail(&self.context);
            self.context.event("peerLeft", detail);
        }
        self.post_last_reports();
    }

    /// Tells the server: by closing the socket, or by `bye` where other rooms still use it.
    fn leave_socket(&mut self, room: &Room, peer_ids: &[String]) {
        if let Some(likely) = room.likely_socket {
            self.close_unused_socket(likely);
        }
        let Some(socket) = room.socket else { return };
        if self.rooms.iter().any(|other| other.socket == Some(socket)) {
            if matches!(room.stage, Stage::Asking { .. } | Stage::Entered) {
                let bye = |target: Option<String>| Bye {
                    rid: room.rid.clone(),
                    mid: room.own_id(),
                    target,
                    publisher_id: room.own_id.clone().filter(|_| room.has_media_server()),
                };
                for id in peer_ids {
                    room.send(&mut self.context, &bye(Some(id.clone())).into());
                }
                // Alone in the room: without this the server would not learn of it.
                if peer_ids.is_empty() {
                    room.send(&mut self.context, &bye(None).into());
                }
            }
            return;
        }
        let detail = self.own_close_detail(socket);
        self.close_unused_socket(socket);
        if let Some(detail) = detail {
            self.context.event("channelClose", detail.with("peerId", room.own_id.clone()));
        }
    }
}

impl Room {
    /// Closes the connection to a peer and forgets the peer. Fires the closing states, which
    /// browsers leave out.
    pub fn drop_peer(&mut self, context: &mut Context, id: &str) {
        let Some(place) = self.peers.iter().position(|peer| peer.id == id) else { return };
        self.end_channels(context, id, |_| true);
        self.end_transfers(context, id);
        self.forget_views(context, id, None);
        let mut peer = self.peers.remove(place);
        self.end_statistics(context, &mut peer);
        self.drop_refreshes(context, id);
        if peer.connection.is_some() {
            context.connection(peer.connection, ConnectionOp::Close);
            for event in ["peerConnectionState", "iceConnectionState"] {
                context.event(event, state_detail("closed", id));
            }
        }
        for stream in peer.streams {
            context.push(Output::Release(stream.handle));
        }
        if !self.is_leaving {
            self.settle_waits(context);
            if self.peers.is_empty() {
                self.tell_deleted_media(context);
            }
        }
    }

    /// Stops all own streams and tells the app, as the documentation promises for leaving.
    fn end_own_streams(&mut self, context: &mut Context) {
        for stream in self.streams.iter().filter(|stream| stream.source != Source::ScreenSound) {
            self.tell_ended(context, stream);
        }
    }
}
