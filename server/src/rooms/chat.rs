//! `message` and stored messages (wire protocol 5.15, 5.17, 7.2 to 7.5).

use skylink_protocol::signaling::{GetStoredMessages, StoredMessage, StoredMessages, UserMessage};
use skylink_protocol::Value;

use super::joining::{join_burst, JOINS_PER_SECOND};
use super::relaying::Stamped;
use super::{Dropped, Rooms, Turn};

impl Rooms {
    pub(super) fn chat(&mut self, stamped: Stamped, turn: &mut Turn) -> Result<(), Dropped> {
        if stamped.target().is_some() {
            return self.relay(stamped, turn);
        }
        self.store(&stamped, turn.now);
        self.broadcast(stamped, turn)
    }

    /// Only a real `true` counts: 2.7.2 puts the peer session id into `isPersistent` of
    /// encrypted messages that are not meant to be stored (wire protocol 7.2).
    fn store(&mut self, stamped: &Stamped, now: u64) {
        let Some(room) = self.rooms.get(&stamped.rid) else {
            return;
        };
        if !room.member(&stamped.peer_id).is_some_and(|member| member.admission.persistent) {
            return;
        }
        let Ok(message) = UserMessage::try_from(&Value::Object(stamped.message.clone())) else {
            return;
        };
        let Some(secret_id) = message.secret_id.filter(|id| !id.is_empty()) else {
            return;
        };
        if message.is_persistent != Some(true) {
            return;
        }
        let (session, space) = (room.session.clone(), room.space.clone());
        #[allow(clippy::cast_precision_loss)]
        let time_stamp = now as f64;
        self.setup.store.append(
            &space,
            &stamped.rid,
            StoredMessage {
                mid: stamped.peer_id.clone(),
                peer_session_id: message.peer_session_id,
                secret_id,
                time_stamp,
                data: message.data,
                room_session_id: Some(session),
                msg_id: message.msg_id,
            },
        );
    }

    pub(super) fn answer_stored_messages(
        &mut self,
        stamped: &Stamped,
        turn: &mut Turn,
    ) -> Result<(), Dropped> {
        let may_read = self
            .rooms
            .get(&stamped.rid)
            .and_then(|room| room.member(&stamped.peer_id))
            .is_some_and(|member| member.admission.persistent);
        if !may_read {
            return Err(Dropped::NotAllowed);
        }
        // As often as it may join: a page asks once for each room that it comes into.
        let burst = join_burst(&self.setup.limits);
        let state = self.connections.get_mut(&stamped.connection).ok_or(Dropped::NotAMember)?;
        if !state.histories.allows(turn.now, burst, JOINS_PER_SECOND) {
            self.warn_of_pace(stamped.connection, &stamped.rid, turn);
            return Err(Dropped::TooFast);
        }
        let request = GetStoredMessages::try_from(&Value::Object(stamped.message.clone()))
            .map_err(|_| Dropped::Malformed)?;
        let session = request.room_session_id.filter(|id| !id.is_empty());
        let messages = self.setup.store.read(&stamped.rid, session.as_deref(), turn.now);
        let items = Value::List(messages.iter().map(Value::from).collect());
        let answer = StoredMessages {
            mid: stamped.peer_id.clone(),
            rid: stamped.rid.clone(),
            data: serde_json::to_string(&items).unwrap_or_else(|_| "[]".to_owned()),
        };
        turn.send(vec![stamped.connection], &answer);
        Ok(())
    }
}
