//! Making every connection send what the room sends now, and telling the app when all do.

use crate::media::LocalStream;
use crate::media_info::{own_list, removed};
use crate::room::Room;
use crate::sdp::sending_mid;
use crate::session::Context;
use crate::{ConnectionId, ConnectionOp, Handle, Output, PromiseId};
use skylink_protocol::lists::{CollectVec as _, Keep as _};
use skylink_protocol::signaling::MediaInfo;
use skylink_protocol::Value;

/// A promise that waits for rounds with some peers.
#[derive(Debug)]
pub(crate) struct Wait {
    promise: PromiseId,
    /// What it resolves with; `None` is `undefined`.
    value: Option<Value>,
    /// The connections, and the wish that each has to fulfil.
    on: Vec<(Option<ConnectionId>, u32)>,
}

impl Wait {
    fn settle(self, context: &mut Context) {
        context.push(match self.value {
            Some(value) => Output::Resolve { promise: self.promise, value },
            None => Output::Fulfil(self.promise),
        });
    }
}

impl Room {
    /// Negotiates with everybody anew. Those whose first round is not over need no asking: it ends
    /// with a look at what is sent. The promise settles when these rounds are over, well or not.
    pub fn renegotiate(&mut self, context: &mut Context, promise: Option<(PromiseId, Option<Value>)>) {
        let mut on = Vec::new();
        for peer in self.peers.iter_mut().filter(|peer| peer.negotiated) {
            on.push((peer.connection, peer.negotiation.want_offer(false)));
        }
        if let Some((promise, value)) = promise {
            self.waits.push(Wait { promise, value, on });
        }
        for id in self.peers.iter().map(|peer| peer.id.clone()).collect_vec() {
            self.take_steps(context, &id);
        }
        self.settle_waits(context);
    }

    /// Makes the next description of a connection carry what the room sends now.
    pub fn sync_streams(&mut self, context: &mut Context, id: &str) {
        let Some(peer) = self.peer(id) else { return };
        let connection = peer.connection;
        let is_own = |handle: &Handle| self.streams.iter().any(|stream| stream.handle == *handle);
        for handle in peer.sent.iter().filter(|handle| !is_own(handle)) {
            context.connection(connection, ConnectionOp::RemoveStream(*handle));
        }
        for stream in self.streams.iter().filter(|stream| !peer.sent.contains(&stream.handle)) {
            let LocalStream { handle, kind, .. } = *stream;
            let layers = self.layers_limit(stream, peer);
            context.connection(connection, ConnectionOp::AddStream { stream: handle, kind, layers });
        }
        let sent = self.streams.iter().map(|stream| stream.handle).collect_vec();
        if let Some(peer) = self.peer_mut(id) {
            peer.sent = sent;
            peer.negotiation.carry();
        }
        self.prefer_codecs(context, connection);
    }

    /// A round is over.
    pub fn on_settled(&mut self, context: &mut Context, id: &str) {
        self.flush_candidates(context, id);
        self.announce_mutes_to_all(context);
        let Some(peer) = self.peers.iter_mut().find(|peer| peer.id == id) else { return };
        peer.negotiated = true;
        peer.recovery.on_settled(context.now);
        let connection = peer.connection;
        peer.removed.drain(..peer.removals_told.min(peer.removed.len()));
        peer.removals_told = 0;
        // A stream that the other side's offer had no room for needs an offer of ours. One that
        // our own offer did not carry would not be carried by the next one either.
        let is_missed = |stream: &LocalStream| {
            peer.sent.contains(&stream.handle)
                && !peer.we_offered
                && sending_mid(&peer.own_sdp, &stream.stream_id).is_none()
        };
        let is_missing = self.streams.iter().any(is_missed);
        let is_new = self.streams.iter().any(|stream| !peer.sent.contains(&stream.handle));
        let is_gone = peer.sent.iter().any(|sent| !self.streams.iter().any(|s| s.handle == *sent));
        if !is_missing {
            peer.negotiation.fulfil();
        }
        if (is_missing || is_new || is_gone) && peer.negotiation.is_stable() {
            peer.negotiation.want_offer(false);
        }
        if let Some(peer) = self.peer(id) {
            self.limit_sending(context, peer);
        }
        self.prefer_codecs(context, connection);
        self.settle_waits(context);
        self.go_on_refreshing_channel(context, id);
    }

    /// A round failed too often.
    pub fn on_given_up(&mut self, context: &mut Context, id: &str) {
        if let Some(peer) = self.peer_mut(id) {
            peer.negotiation.give_up();
        }
        self.fail_refreshes(context, id);
        self.settle_waits(context);
    }

    /// Settles the promises that wait for nothing any more. Without a socket nobody can be told anything.
    pub fn settle_waits(&mut self, context: &mut Context) {
        let (peers, has_socket) = (&self.peers, self.socket.is_some());
        for wait in &mut self.waits {
            wait.on.keep(|(connection, wish)| {
                let peer = peers.iter().find(|peer| peer.connection == *connection);
                has_socket && peer.is_some_and(|peer| !peer.negotiation.has_fulfilled(*wish))
            });
        }
        self.settle_waits_if(context, |wait| wait.on.is_empty());
    }

    /// Settles the promises that give a stream to the app that is about to go.
    pub fn settle_waits_for_stream(&mut self, context: &mut Context, handle: Handle) {
        self.settle_waits_if(context, |wait| wait.value.as_ref().is_some_and(|value| names(value, handle)));
    }

    /// Settles whatever waits: the room is being left.
    pub fn settle_all_waits(&mut self, context: &mut Context) {
        self.settle_waits_if(context, |_| true);
    }

    fn settle_waits_if(&mut self, context: &mut Context, is_over: impl Fn(&Wait) -> bool) {
        for wait in self.waits.take_out(is_over) {
            wait.settle(context);
        }
    }

    /// What a description of ours carries, with what was taken back since the peer was last told.
    pub fn media_list(&mut self, id: &str, sdp: &str) -> Vec<MediaInfo> {
        let mut list = own_list(&self.streams, &self.own_id(), sdp);
        if let Some(peer) = self.peer_mut(id) {
            peer.removals_told = peer.removed.len();
            list.extend(peer.removed.iter().cloned());
        }
        list
    }

    /// Notes that a stream was taken back: for those who know of it, and for the app, which learns of
    /// it when the first of them is told.
    pub fn note_removal(&mut self, context: &mut Context, stream: &LocalStream) {
        let own_id = self.own_id();
        let mut deleted = removed(stream, &own_id, "");
        for peer in self.peers.iter_mut().filter(|peer| peer.sent.contains(&stream.handle)) {
            let info = removed(stream, &own_id, &peer.own_sdp);
            deleted.clone_from(&info);
            peer.removed.push(info);
        }
        let detail = crate::media_info::shown(deleted).with("trackId", stream.track_id.as_str());
        self.deleted_media.push(detail);
        if !self.peers.iter().any(|peer| peer.sent.contains(&stream.handle)) {
            self.tell_deleted_media(context);
        }
    }

    /// `MEDIA_INFO_DELETED` for what was taken back.
    pub fn tell_deleted_media(&mut self, context: &mut Context) {
        for info in std::mem::take(&mut self.deleted_media) {
            let detail = skylink_protocol::Object::new().with("mediaInfo", info);
            context.event("mediaInfoDeleted", detail);
        }
    }
}

fn names(value: &Value, handle: Handle) -> bool {
    match value {
        Value::Handle(named) => *named == handle,
        Value::List(items) => items.iter().any(|item| names(item, handle)),
        _ => false,
    }
}
