//! `getPeers` → `peerList` (wire protocol 5.18).

use skylink_protocol::signaling::{GetPeers, PeerList};
use skylink_protocol::{Object, Value};

use super::relaying::Stamped;
use super::{Dropped, Rooms, Turn};

impl Rooms {
    /// All peers of all rooms in the same space; privileged ones only if asked for.
    pub(super) fn list_peers(&mut self, stamped: &Stamped, turn: &mut Turn) -> Result<(), Dropped> {
        let request =
            GetPeers::try_from(&Value::Object(stamped.message.clone())).map_err(|_| Dropped::Malformed)?;
        let show_all = request.show_all.unwrap_or(false);
        let room = self.rooms.get(&stamped.rid).ok_or(Dropped::NotAMember)?;
        if !room.member(&stamped.peer_id).is_some_and(|member| member.admission.privileged) {
            return Err(Dropped::NotAllowed);
        }
        let mut result = Object::new();
        for other in self.rooms.values().filter(|other| other.space == room.space) {
            let peers: Vec<Value> = other
                .members
                .iter()
                .filter(|member| show_all || !member.admission.privileged)
                .map(|member| Value::from(member.peer_id.as_str()))
                .collect();
            if !peers.is_empty() {
                result.set(&other.name, peers);
            }
        }
        let answer = PeerList { rid: stamped.rid.clone(), result: Value::Object(result) };
        turn.send(vec![stamped.connection], &answer);
        Ok(())
    }
}
