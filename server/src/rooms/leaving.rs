//! `bye` (wire protocol 5.11).

use skylink_protocol::signaling::Bye;
use skylink_protocol::{Object, Value};

use crate::mcu::command::Command;

use super::{ConnectionId, Rooms, Turn};

impl Rooms {
    pub(super) fn peer_id_of(&self, connection: ConnectionId, rid: &str) -> Option<String> {
        let state = self.connections.get(&connection)?;
        Some(state.memberships.get(rid)?.peer_id.clone())
    }

    /// Ends a membership and tells the others, with the client's own `bye` if there is one: the
    /// media server does it where there is one, since it told them of the member. With the last
    /// member the room goes too: its lock, and its session.
    pub(super) fn leave(
        &mut self,
        connection: ConnectionId,
        rid: &str,
        bye: Option<&Object>,
        turn: &mut Turn,
    ) {
        let Some(peer_id) = self
            .connections
            .get_mut(&connection)
            .and_then(|state| state.memberships.remove(rid))
            .map(|membership| membership.peer_id)
        else {
            return;
        };
        self.peer_ids.remove(&peer_id);
        let Some(room) = self.rooms.get_mut(rid) else {
            return;
        };
        room.remove(&peer_id);
        let message = bye_message(rid, &peer_id, bye);
        if room.mcu {
            self.commands.push(Command::Left { rid: rid.to_owned(), peer: peer_id, bye: message });
            if room.members.is_empty() {
                self.rooms.remove(rid);
            }
            return;
        }
        if room.members.is_empty() {
            self.rooms.remove(rid);
            return;
        }
        let others = room.everybody_but(&peer_id);
        turn.send(others, message);
    }
}

/// The server's form: no `target`, and `publisherId`, which alone is read in rooms with a media
/// server.
pub(super) fn bye_message(rid: &str, peer_id: &str, of_client: Option<&Object>) -> Value {
    match of_client {
        Some(bye) => {
            let mut bye = bye.clone();
            bye.remove("target");
            bye.set("mid", peer_id);
            bye.set("publisherId", peer_id);
            Value::Object(bye)
        }
        None => Value::from(&Bye {
            rid: rid.to_owned(),
            mid: peer_id.to_owned(),
            target: None,
            publisher_id: Some(peer_id.to_owned()),
        }),
    }
}
