//! The end of a room's window (wire protocol 6.5: `toclose`, `roomclose`).

use skylink_protocol::signaling::Redirect;

use super::{ConnectionId, Delivery, Reason, Refusal, Rooms, Turn};

/// How long before the end members are warned.
const WARNING: u64 = 60_000;

impl Rooms {
    /// Warns and removes members whose time is up, and stored messages that are too old. To be called
    /// every few seconds.
    pub fn tick(&mut self, now: u64) -> Vec<Delivery> {
        self.setup.store.forget_old(now);
        let mut no_ids = String::new;
        let mut turn = Turn { now, fresh_id: &mut no_ids, deliveries: Vec::new() };
        let mut over: Vec<(ConnectionId, String)> = Vec::new();
        for (rid, room) in &mut self.rooms {
            for member in &mut room.members {
                let Some(end) = member.admission.closes_at else {
                    continue;
                };
                if now >= end {
                    over.push((member.connection, rid.clone()));
                } else if now >= end.saturating_sub(WARNING) && !member.warned_of_end {
                    member.warned_of_end = true;
                    let warning = Redirect {
                        rid: rid.clone(),
                        action: "warning".to_owned(),
                        reason: Some(Reason::Closing.as_text().to_owned()),
                        info: Some("the room closes in a minute".to_owned()),
                    };
                    turn.send(vec![member.connection], &warning);
                }
            }
        }
        for (connection, rid) in over {
            let refusal = Refusal::new(Reason::Closed, "the time of the room is over");
            self.evict(connection, &rid, &refusal, &mut turn);
        }
        self.finish(turn)
    }
}
