//! `joinRoom` → `inRoom` or `redirect` (wire protocol 5.3, 5.4, 6.4, 6.5).

use skylink_protocol::signaling::{InRoom, JoinRoom, PcConfig, Redirect};
use skylink_protocol::Value;

use super::connection::{Membership, Memberships};
use super::room::{Member, Room};
use super::{Admission, ConnectionId, Delivery, Dropped, Reason, Refusal, RoomLimits, Rooms, Turn};

/// Joins of one connection at once, and for long: two of each room that it may be in, or a page with
/// one room that somebody keeps reloading it for.
const JOIN_BURST: u32 = 100;
pub(super) const JOINS_PER_SECOND: u32 = 5;

/// Ids of the media server and of the recorder, and words that clients take for "none".
const RESERVED_PEER_IDS: [&str; 5] = ["MCU", "REC_SRV", "null", "undefined", ""];

pub(super) fn join_burst(limits: &RoomLimits) -> u32 {
    let rooms = u32::try_from(limits.rooms_per_connection).unwrap_or(u32::MAX);
    JOIN_BURST.max(rooms.saturating_mul(2))
}

impl Rooms {
    pub(super) fn join(&mut self, connection: ConnectionId, message: &Value, turn: &mut Turn) {
        let Ok(join) = JoinRoom::try_from(message) else {
            return self.counts.note_drop(Dropped::Malformed, JoinRoom::TYPE);
        };
        let burst = join_burst(&self.setup.limits);
        let Some(state) = self.connections.get_mut(&connection) else {
            return self.counts.note_drop(Dropped::NotAMember, JoinRoom::TYPE);
        };
        let outcome = if state.joins.allows(turn.now, burst, JOINS_PER_SECOND) {
            self.setup.doorkeeper.admit(&join, turn.now)
        } else {
            Err(Refusal::new(Reason::TooFast, "too many joins; try again in a moment"))
        };
        let outcome = outcome.and_then(|admission| {
            self.check_room(connection, &join.rid, &admission)?;
            let peer_id = self.fresh_peer_id(turn)?;
            Ok((admission, peer_id))
        });
        match outcome {
            Ok((admission, peer_id)) => {
                self.let_in(connection, &join.rid, admission, peer_id, turn);
            }
            Err(refusal) => {
                self.counts.refusals = self.counts.refusals.saturating_add(1);
                tracing::debug!(reason = refusal.reason.as_text(), "join refused");
                self.redirect(connection, &join.rid, &refusal, turn);
            }
        }
    }

    /// Lock and limits. Who is in already, on this connection or on one that it replaces, may
    /// come back.
    fn check_room(&self, connection: ConnectionId, rid: &str, admission: &Admission) -> Result<(), Refusal> {
        let memberships = self.connections.get(&connection).map(|state| &state.memberships);
        let is_member = memberships.is_some_and(|rooms| rooms.contains(rid));
        let count = memberships.map_or(0, Memberships::len);
        if !is_member && count >= self.setup.limits.rooms_per_connection {
            return Err(Refusal::new(
                Reason::ServerError,
                format!("one connection may be in {count} rooms at most"),
            ));
        }
        let Some(room) = self.rooms.get(rid) else {
            return Ok(());
        };
        if is_member || self.replaced_connection(rid, admission).is_some() {
            return Ok(());
        }
        if room.locked {
            return Err(Refusal::new(Reason::Locked, "the room is locked"));
        }
        let most = admission.room_members.unwrap_or(self.setup.limits.room_members);
        if room.members.len() >= most {
            return Err(Refusal::new(
                Reason::ServerError,
                format!("the room is full: it has {most} members"),
            ));
        }
        Ok(())
    }

    fn replaced_connection(&self, rid: &str, admission: &Admission) -> Option<ConnectionId> {
        let login = admission.login.as_ref()?;
        self.rooms
            .get(rid)?
            .members
            .iter()
            .find(|member| member.admission.login.as_ref() == Some(login))
            .map(|member| member.connection)
    }

    /// Each join gets a new one: receivers ignore the `enter` of an id whose `bye` they have just
    /// seen (wire protocol 5.11).
    fn fresh_peer_id(&self, turn: &mut Turn) -> Result<String, Refusal> {
        for _ in 0..16 {
            let id = (turn.fresh_id)();
            if !RESERVED_PEER_IDS.contains(&id.as_str()) && !self.peer_ids.contains(&id) {
                return Ok(id);
            }
        }
        Err(Refusal::new(Reason::ServerError, "no unused peer id was found"))
    }

    fn let_in(
        &mut self,
        connection: ConnectionId,
        rid: &str,
        admission: Admission,
        peer_id: String,
        turn: &mut Turn,
    ) {
        let former_peer_id = self.peer_id_of(connection, rid);
        if former_peer_id.is_some() {
            self.leave(connection, rid, None, turn);
        }
        if let Some(replaced) = self.replaced_connection(rid, &admission) {
            self.evict(
                replaced,
                rid,
                &Refusal::new(Reason::DuplicatedLogin, "the same login is used by a newer connection"),
                turn,
            );
        }

        if !self.rooms.contains_key(rid) {
            let session = self
                .pending_sessions
                .take(rid)
                .or_else(|| admission.session.clone())
                .unwrap_or_else(|| (turn.fresh_id)());
            let (name, space) = (admission.room_name.clone(), admission.space.clone());
            let room = Room::new(name, space, session, admission.mcu);
            self.rooms.insert(rid.to_owned(), room);
        }
        let (Some(room), Some(state)) = (self.rooms.get_mut(rid), self.connections.get_mut(&connection))
        else {
            return;
        };
        let tie_breaker = room.next_tie_breaker();
        room.members.push(Member {
            peer_id: peer_id.clone(),
            connection,
            admission,
            entered: false,
            enter: None,
            warned_of_end: false,
        });
        state.memberships.insert(rid, Membership { peer_id: peer_id.clone(), former_peer_id });
        self.peer_ids.insert(peer_id.clone());
        self.counts.joins = self.counts.joins.saturating_add(1);

        let in_room = InRoom {
            rid: rid.to_owned(),
            sid: peer_id,
            tie_breaker: Some(tie_breaker),
            pc_config: Some(PcConfig { ice_servers: Some((self.setup.ice_servers)(turn.now)) }),
        };
        turn.send(vec![connection], &in_room);
    }

    /// Ends a membership against the client's will.
    pub(super) fn evict(&mut self, connection: ConnectionId, rid: &str, refusal: &Refusal, turn: &mut Turn) {
        let is_only_room = self.rids_of(connection).len() <= 1;
        self.redirect(connection, rid, refusal, turn);
        self.leave(connection, rid, None, turn);
        // The client does nothing by itself after a `reject` (wire protocol 6.5).
        if is_only_room {
            for delivery in turn.deliveries.iter_mut().rev() {
                if delivery.to == [connection] {
                    delivery.then_close = true;
                    break;
                }
            }
        }
    }

    /// Tells a client that it is not, or no longer, in a room. 2.7.2 answers `reject` by closing
    /// its one socket if it knows other rooms, so a client with other rooms gets `locked`, which
    /// it only reports (wire protocol 6.5).
    pub(super) fn redirect(
        &mut self,
        connection: ConnectionId,
        rid: &str,
        refusal: &Refusal,
        turn: &mut Turn,
    ) {
        let has_other_rooms = self.rids_of(connection).iter().any(|other| other != rid);
        let redirect = Redirect {
            rid: rid.to_owned(),
            action: if has_other_rooms { "locked" } else { "reject" }.to_owned(),
            reason: Some(refusal.reason.as_text().to_owned()),
            info: Some(refusal.info.clone()),
        };
        turn.deliveries.push(Delivery {
            to: vec![connection],
            message: (&redirect).into(),
            then_close: false,
        });
    }
}
