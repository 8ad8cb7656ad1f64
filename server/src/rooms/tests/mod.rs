//! The rooms, driven as a signalling server would drive them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod chatting;
mod closing;
mod introducing;
mod joining;
mod leaving;
mod media_server;
mod properties;
mod relaying;

use serde_json::json;

use super::*;

/// Rooms with a clock and ids that count up.
struct World {
    rooms: Rooms,
    ids: u32,
    now: u64,
}

impl World {
    fn new() -> Self {
        Self::with(RoomsSetup::default())
    }

    fn with(setup: RoomsSetup) -> Self {
        Self { rooms: Rooms::new(setup), ids: 0, now: 1_000_000 }
    }

    fn send(&mut self, from: u64, message: serde_json::Value) -> Vec<(u64, serde_json::Value)> {
        let message: Value = serde_json::from_value(message).unwrap();
        let ids = &mut self.ids;
        let mut fresh_id = || {
            *ids += 1;
            format!("id{ids}")
        };
        flat(self.rooms.receive(ConnectionId(from), message, self.now, &mut fresh_id))
    }

    /// A text, as it comes from a connection that is in a room; how many get something.
    fn send_text(&mut self, from: u64, text: &str) -> usize {
        let mut intake = Intake::default();
        intake.set_inside(true);
        let limits = self.rooms.limits();
        let mut fresh_id = || "x".to_owned();
        let from = ConnectionId(from);
        let deliveries = match intake.read(text, self.now, &limits) {
            Reading::Message(message) => self.rooms.receive(from, message, self.now, &mut fresh_id),
            Reading::Unread(reason) => self.rooms.unread(from, reason, self.now),
            Reading::HangUp => panic!("one text is no flood"),
        };
        flat(deliveries).len()
    }

    /// Opens the connection if need be, joins, and gives the peer id.
    fn join(&mut self, from: u64, rid: &str) -> String {
        self.rooms.connect(ConnectionId(from));
        let sent = self.send(from, json!({"type": "joinRoom", "rid": rid}));
        let (to, last) = sent.last().unwrap();
        assert_eq!((*to, &last["type"]), (from, &json!("inRoom")), "{sent:?}");
        last["sid"].as_str().unwrap().to_owned()
    }

    fn join_and_enter(&mut self, from: u64, rid: &str) -> String {
        let peer_id = self.join(from, rid);
        self.send(from, json!({"type": "enter", "rid": rid, "mid": peer_id}));
        peer_id
    }

    fn disconnect(&mut self, connection: u64) -> Vec<(u64, serde_json::Value)> {
        flat(self.rooms.disconnect(ConnectionId(connection)))
    }

    fn dropped(&self, reason: Dropped) -> u64 {
        let counts = self.rooms.counts();
        counts.dropped.get(&reason).copied().unwrap_or(0)
    }
}

/// One entry for each receiver.
fn flat(deliveries: Vec<Delivery>) -> Vec<(u64, serde_json::Value)> {
    let mut all = Vec::new();
    for delivery in deliveries {
        let message = serde_json::to_value(&delivery.message).unwrap();
        for to in delivery.to {
            all.push((to.0, message.clone()));
        }
    }
    all
}

/// Lets everybody in with rights taken from `uid`: `admin`, `shy` (no auto-introduce), `keeper`
/// (stored messages), `filmed` (media server), `until N` (closing time); `userCred` is the login.
struct DoorByName;

impl Doorkeeper for DoorByName {
    fn admit(&self, join: &skylink_protocol::signaling::JoinRoom, _now: u64) -> Result<Admission, Refusal> {
        let name = join.uid.clone().unwrap_or_default();
        if name == "nobody" {
            return Err(Refusal::new(Reason::TokenInvalid, "who are you"));
        }
        Ok(Admission {
            room_name: format!("name of {}", join.rid),
            space: join.cid.clone().unwrap_or_default(),
            login: join.user_cred.clone(),
            privileged: name == "admin",
            auto_introduce: name != "shy" && name != "admin",
            persistent: name == "keeper",
            mcu: name == "filmed",
            session: Some("announced".to_owned()),
            closes_at: name.strip_prefix("until ").map(|end| end.parse().unwrap()),
            room_members: None,
        })
    }
}

fn by_name() -> World {
    World::with(RoomsSetup { doorkeeper: Box::new(DoorByName), ..RoomsSetup::default() })
}

impl World {
    fn join_as(&mut self, from: u64, rid: &str, name: &str) -> String {
        self.rooms.connect(ConnectionId(from));
        let sent = self.send(from, json!({"type": "joinRoom", "rid": rid, "uid": name, "cid": "space"}));
        sent.last().unwrap().1["sid"].as_str().unwrap().to_owned()
    }
}
