//! `enter`, and introductions by privileged peers (wire protocol 5.5, 5.19).

use skylink_protocol::signaling::{Approach, Introduce, IntroduceError};
use skylink_protocol::Value;

use super::relaying::Stamped;
use super::{ConnectionId, Dropped, Rooms, Turn};

impl Rooms {
    /// Goes to the members whose own `enter` was handled before, so that of two peers exactly one
    /// gets the other's: if both did, each would wait for the other's offer for ever.
    pub(super) fn enter(&mut self, stamped: Stamped, turn: &mut Turn) -> Result<(), Dropped> {
        if stamped.target().is_some() {
            return self.relay(stamped, turn);
        }
        let room = self.rooms.get_mut(&stamped.rid).ok_or(Dropped::NotAMember)?;
        let member = room.member_mut(&stamped.peer_id).ok_or(Dropped::NotAMember)?;
        let entered_before = member.entered;
        let meets_others = member.admission.auto_introduce;
        member.entered = true;
        member.enter = Some(Value::Object(stamped.message.clone()));
        // A second `enter` would break the rule above for everybody who came in between.
        if entered_before || !meets_others {
            return Ok(());
        }
        let receivers: Vec<ConnectionId> = room
            .members
            .iter()
            .filter(|other| {
                other.entered && other.admission.auto_introduce && other.peer_id != stamped.peer_id
            })
            .map(|other| other.connection)
            .collect();
        turn.send(receivers, stamped.message);
        Ok(())
    }

    /// 2.7.2 does not know `approach`, so the receiving peer gets the sending peer's own `enter`.
    pub(super) fn introduce(&mut self, stamped: &Stamped, turn: &mut Turn) -> Result<(), Dropped> {
        let introduce =
            Introduce::try_from(&Value::Object(stamped.message.clone())).map_err(|_| Dropped::Malformed)?;
        let room = self.rooms.get_mut(&stamped.rid).ok_or(Dropped::NotAMember)?;
        if !room.member(&stamped.peer_id).is_some_and(|member| member.admission.privileged) {
            return Err(Dropped::NotAllowed);
        }
        let mut pair = (introduce.sending_peer_id.clone(), introduce.receiving_peer_id.clone());
        // Once introduced one way round, a pair is never introduced the other way round: two
        // `enter` that cross leave both waiting.
        let turned = (pair.1.clone(), pair.0.clone());
        if room.introduced.contains(&turned) {
            pair = turned;
        }
        let (Some(sending), Some(receiving)) = (room.member(&pair.0), room.member(&pair.1)) else {
            // Only clients before 2.0 introduce; 2.7.2, which throws on this answer, cannot ask.
            let error = IntroduceError {
                rid: stamped.rid.clone(),
                sending_peer_id: Some(introduce.sending_peer_id),
                receiving_peer_id: Some(introduce.receiving_peer_id),
                reason: Some("one of the peers is not in the room".to_owned()),
            };
            turn.send(vec![stamped.connection], &error);
            return Err(Dropped::NoTarget);
        };
        if pair.0 == pair.1 {
            return Err(Dropped::Malformed);
        }
        // They have met, or are about to.
        if sending.admission.auto_introduce && receiving.admission.auto_introduce {
            return Ok(());
        }
        match &sending.enter {
            Some(enter) => turn.send(vec![receiving.connection], enter.clone()),
            None => {
                let approach = Approach { rid: stamped.rid.clone(), target: receiving.peer_id.clone() };
                turn.send(vec![sending.connection], &approach);
            }
        }
        room.introduced.insert(pair);
        Ok(())
    }
}
