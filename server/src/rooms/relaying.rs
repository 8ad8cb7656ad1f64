//! Messages of members: to one peer, to everybody else, or for the server (wire protocol 11.2).

use skylink_protocol::signaling::{Group, RoomLock};
use skylink_protocol::{Object, Value};

use super::leaving::bye_message;
use super::message_kind::MessageKind;
use super::{ConnectionId, Dropped, Rooms, Turn};

/// Old clients bundle up to 16 (wire protocol 5.25).
const MOST_IN_GROUP: usize = 64;

/// A message of a member, with its `mid` set to the member's own peer id.
pub(super) struct Stamped {
    pub(super) connection: ConnectionId,
    pub(super) rid: String,
    pub(super) peer_id: String,
    pub(super) message: Object,
}

impl Stamped {
    /// An empty or `null` target counts as none, as in the client.
    pub(super) fn target(&self) -> Option<&str> {
        self.message.get("target").and_then(Value::as_text).filter(|target| !target.is_empty())
    }
}

impl Rooms {
    pub(super) fn route(
        &mut self,
        connection: ConnectionId,
        kind: MessageKind,
        message: Value,
        turn: &mut Turn,
    ) {
        let message_type = message.get("type").and_then(Value::as_text).unwrap_or_default().to_owned();
        let outcome = self.stamp(connection, message).and_then(|stamped| match kind {
            _ if self.is_for_media_server(&stamped, kind) => self.tell_media_server(&stamped, kind, turn),
            // Members of such a room greet each newcomer, who would have to drop it.
            MessageKind::Handshake if self.has_media_server(&stamped.rid) => Ok(()),
            _ if self.is_word_of_media_server(&stamped, kind) => Err(Dropped::ServerType),
            MessageKind::Enter => self.enter(stamped, turn),
            MessageKind::Handshake => self.relay_or_answer(stamped, turn),
            MessageKind::Direct => self.relay(stamped, turn),
            MessageKind::Broadcast => self.broadcast(stamped, turn),
            MessageKind::Chat => self.chat(stamped, turn),
            MessageKind::Lock => self.lock(stamped, turn),
            MessageKind::Bye => {
                self.leave(connection, &stamped.rid, Some(&stamped.message), turn);
                Ok(())
            }
            MessageKind::GetPeers => self.list_peers(&stamped, turn),
            MessageKind::GetStoredMessages => self.answer_stored_messages(&stamped, turn),
            MessageKind::Introduce => self.introduce(&stamped, turn),
            MessageKind::Group => self.unbundle(&stamped, turn),
            MessageKind::Unknown if stamped.target().is_some() => self.relay(stamped, turn),
            MessageKind::Unknown => Err(Dropped::UnknownType),
            MessageKind::ServerOnly | MessageKind::Join => Err(Dropped::ServerType),
        });
        if let Err(reason) = outcome {
            self.counts.note_drop(reason, &message_type);
        }
    }

    /// Finds the sender's membership and puts its peer id over whatever `mid` it claims, since
    /// receivers trust it blindly (wire protocol 5.1). All other members stay as they are.
    fn stamp(&self, connection: ConnectionId, message: Value) -> Result<Stamped, Dropped> {
        let Value::Object(mut message) = message else {
            return Err(Dropped::Malformed);
        };
        let rid = message.get("rid").and_then(Value::as_text).ok_or(Dropped::Malformed)?.to_owned();
        let membership = self
            .connections
            .get(&connection)
            .and_then(|state| state.memberships.get(&rid))
            .ok_or(Dropped::NotAMember)?;
        let claimed = message.get("mid").and_then(Value::as_text);
        if claimed.is_some() && claimed == membership.former_peer_id.as_deref() {
            return Err(Dropped::Outdated);
        }
        message.set("mid", membership.peer_id.as_str());
        Ok(Stamped { connection, rid, peer_id: membership.peer_id.clone(), message })
    }

    /// To the one member named in `target`, never to the sender itself.
    pub(super) fn relay(&self, stamped: Stamped, turn: &mut Turn) -> Result<(), Dropped> {
        turn.send(vec![self.receiver_of(&stamped)?], stamped.message);
        Ok(())
    }

    fn receiver_of(&self, stamped: &Stamped) -> Result<ConnectionId, Dropped> {
        let target = stamped.target().ok_or(Dropped::NoTarget)?;
        self.rooms
            .get(&stamped.rid)
            .and_then(|room| room.member(target))
            .filter(|member| member.peer_id != stamped.peer_id)
            .map(|member| member.connection)
            .ok_or(Dropped::NoTarget)
    }

    /// A handshake message to somebody who has left is answered with that peer's `bye`, so that
    /// the sender gives up a connection that will never come (wire protocol 5.1, rule 9).
    fn relay_or_answer(&self, stamped: Stamped, turn: &mut Turn) -> Result<(), Dropped> {
        let receiver = self.receiver_of(&stamped);
        if let (Err(Dropped::NoTarget), Some(target)) = (&receiver, stamped.target()) {
            if target != stamped.peer_id && !matches!(target, "MCU" | "REC_SRV") {
                turn.send(vec![stamped.connection], bye_message(&stamped.rid, target, None));
            }
        }
        turn.send(vec![receiver?], stamped.message);
        Ok(())
    }

    pub(super) fn broadcast(&mut self, stamped: Stamped, turn: &mut Turn) -> Result<(), Dropped> {
        let others =
            self.rooms.get(&stamped.rid).map(|room| room.everybody_but(&stamped.peer_id)).unwrap_or_default();
        self.note_user_data(&stamped);
        turn.send(others, stamped.message);
        Ok(())
    }

    fn lock(&mut self, stamped: Stamped, turn: &mut Turn) -> Result<(), Dropped> {
        let event =
            RoomLock::try_from(&Value::Object(stamped.message.clone())).map_err(|_| Dropped::Malformed)?;
        if let Some(room) = self.rooms.get_mut(&stamped.rid) {
            room.locked = event.lock;
        }
        self.broadcast(stamped, turn)
    }

    /// Each entry counts as if it had been sent alone (wire protocol 5.25).
    fn unbundle(&mut self, stamped: &Stamped, turn: &mut Turn) -> Result<(), Dropped> {
        let group =
            Group::try_from(&Value::Object(stamped.message.clone())).map_err(|_| Dropped::Malformed)?;
        for text in group.lists.iter().take(MOST_IN_GROUP) {
            let entry = serde_json::from_str::<Value>(text).unwrap_or_default();
            self.dispatch(stamped.connection, entry, false, turn);
        }
        Ok(())
    }
}
