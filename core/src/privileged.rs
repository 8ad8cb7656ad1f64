//! What keys with privileges may do, and what they are told (public API M-08, E-23, E-44; wire
//! protocol 5.18, 5.19).

use crate::room::Room;
use crate::session::{Context, Session};
use crate::time::sooner;
use crate::{ErrorCode, PromiseId, SkylinkError, Timestamp};
use skylink_protocol::signaling::{GetPeers, IntroduceError, PeerList};
use skylink_protocol::{Object, Value};

/// How long the server may take. It does not answer keys that it does not take for privileged.
const LIST_WAIT: f64 = 10_000.0;

/// A call of `getPeers` that waits for its answer.
#[derive(Debug)]
pub(crate) struct PeerListRequest {
    promise: PromiseId,
    deadline: Timestamp,
}

impl Session {
    pub(crate) fn get_peers(&mut self, promise: PromiseId, room: &str, show_all: bool) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, context) = self.room(key)?;
        if room.ticket.is_privileged != Some(true) {
            context.reject(promise, SkylinkError::new(ErrorCode::NotPrivileged).into());
            return None;
        }
        let request = GetPeers { mid: None, rid: room.rid.clone(), show_all: Some(show_all) };
        room.send_when_entered(context, request);
        room.announce_peer_list(context, "enquired", true, Value::Null);
        let deadline = context.now.plus(LIST_WAIT);
        room.peer_list_requests.push_back(PeerListRequest { promise, deadline });
        None
    }

    pub(crate) fn peers_custom_settings(&mut self, room: &str) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, _) = self.room(key)?;
        let settings = |peer| {
            let settings = room.peer_info(peer).remove("settings").unwrap_or_default();
            (peer.id.clone(), settings)
        };
        Some(room.members().map(settings).collect::<Object>().into())
    }
}

impl Room {
    fn announce_peer_list(&self, context: &mut Context, state: &str, by_us: bool, list: Value) {
        let own_id = self.own_id.clone().filter(|_| by_us);
        let detail =
            Object::new().with("state", state).with("privilegePeerId", own_id).with("peerList", list);
        context.event("getPeersStateChange", detail);
    }

    /// Answers come in the order of the requests.
    pub fn on_peer_list(&mut self, context: &mut Context, message: PeerList) {
        self.announce_peer_list(context, "dispatched", false, message.result.clone());
        if let Some(request) = self.peer_list_requests.pop_front() {
            self.announce_peer_list(context, "received", true, message.result.clone());
            context.resolve(request.promise, message.result);
        }
    }

    pub fn on_introduce_error(&self, context: &mut Context, message: &IntroduceError) {
        let detail = Object::new()
            .with("state", "error")
            .with("privilegedPeerId", self.own_id.clone())
            .with("sendingPeerId", message.sending_peer_id.clone())
            .with("receivingPeerId", message.receiving_peer_id.clone())
            .with("reason", message.reason.clone());
        context.event("introduceStateChange", detail);
    }

    pub fn peer_list_deadline(&self) -> Option<Timestamp> {
        self.peer_list_requests.iter().fold(None, |soonest, request| sooner(soonest, Some(request.deadline)))
    }

    /// Gives up the requests that wait for too long, or all of them.
    pub fn give_up_peer_lists(&mut self, context: &mut Context, all: bool) {
        let now = context.now;
        while self.peer_list_requests.front().is_some_and(|request| all || request.deadline.is_due(now)) {
            let Some(request) = self.peer_list_requests.pop_front() else { return };
            context.reject(request.promise, SkylinkError::new(ErrorCode::PeersNotListed).into());
        }
    }
}
