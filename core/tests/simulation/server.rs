//! The signalling server: the real rooms, and what little of the API server a join needs.

use crate::network::Wire;
use crate::surroundings::json;
use skylink_protocol::{engine_io, socket_io, Value};
use skylink_server::rooms::{ConnectionId, Rooms, RoomsSetup};
use std::collections::BTreeMap;

/// A message to a page, and the page whose doing it is.
pub struct Delivery {
    pub from: Wire,
    pub to: Wire,
    pub text: String,
}

pub struct Server {
    rooms: Rooms,
    last_id: u64,
    /// Whether `enter` goes to everybody in the room, also to those that have not entered
    /// themselves: against the rule of wire protocol 5.5.
    pub is_careless: bool,
    /// Whether all members get the same tie breaker, against wire protocol 5.4.
    pub gives_equal_weights: bool,
    members: Vec<(Wire, String)>,
    peer_ids: BTreeMap<Wire, String>,
}

impl Server {
    pub fn new() -> Self {
        Self {
            rooms: Rooms::new(RoomsSetup::default()),
            last_id: 0,
            is_careless: false,
            gives_equal_weights: false,
            members: Vec::new(),
            peer_ids: BTreeMap::new(),
        }
    }

    /// The API server's answer about a room.
    pub fn ticket(url: &str, has_media_server: bool) -> Value {
        let room = url.split(['/', '?']).nth(5).unwrap();
        json(&format!(
            r#"{{"success":true,"cid":"c1","apiOwner":"ops@example.net","username":"u1","userCred":"uc",
            "roomCred":"rc","timeStamp":"2026-03-02T09:15:04.120Z","start":"2026-03-02T09:15:04.120Z",
            "len":24,"room_key":"rid-of-{room}","roomSessionId":"rs1","peerSessionId":"ps1",
            "isPrivileged":false,"autoIntroduce":true,"hasMCU":{has_media_server},"hasPersistentMessage":false,
            "ipSigserver":"signal.test","httpPortList":[80],"httpsPortList":[443]}}"#
        ))
    }

    pub fn connect(&mut self, wire: Wire) {
        self.rooms.connect(ConnectionId(wire));
    }

    pub fn disconnect(&mut self, wire: Wire) -> Vec<Delivery> {
        self.members.retain(|(member, _)| *member != wire);
        self.peer_ids.remove(&wire);
        let deliveries = self.rooms.disconnect(ConnectionId(wire));
        self.carry(wire, deliveries)
    }

    /// A frame of a page arrived. Pings are answered, everything else is a message.
    pub fn receive(&mut self, wire: Wire, frame: &str, now: u64) -> Vec<Delivery> {
        let text = match engine_io::Packet::parse(frame) {
            Some(engine_io::Packet::Ping(_)) => {
                return vec![Delivery { from: wire, to: wire, text: "3".into() }];
            }
            Some(engine_io::Packet::Message(text)) => text,
            other => panic!("a page sent {other:?}"),
        };
        let message = match socket_io::Packet::parse(text) {
            Some(socket_io::Packet::Event { payload, .. }) => event_text(payload),
            Some(socket_io::Packet::Disconnect { .. }) => return Vec::new(),
            other => panic!("a page sent {other:?}"),
        };
        let message = json(&message);
        let member = |key: &str| message.get(key).and_then(Value::as_text).unwrap_or_default().to_owned();
        if self.is_careless && member("type") == "enter" {
            let others = self.members.iter().filter(|(other, rid)| *other != wire && *rid == member("rid"));
            let text = frame_of(&message);
            return others.map(|(to, _)| Delivery { from: wire, to: *to, text: text.clone() }).collect();
        }
        if member("type") == "joinRoom" {
            self.members.push((wire, member("rid")));
        }
        let last_id = &mut self.last_id;
        let mut fresh_id = || {
            *last_id += 1;
            format!("peer-{last_id}")
        };
        let deliveries = self.rooms.receive(ConnectionId(wire), message, now, &mut fresh_id);
        self.carry(wire, deliveries)
    }

    /// Id of the page at the other end of a wire, once it was let in.
    pub fn peer_id(&self, wire: Wire) -> Option<String> {
        self.peer_ids.get(&wire).cloned()
    }

    pub fn wire_of(&self, peer_id: &str) -> Option<Wire> {
        self.peer_ids.iter().find(|(_, id)| *id == peer_id).map(|(wire, _)| *wire)
    }

    fn carry(&mut self, from: Wire, deliveries: Vec<skylink_server::rooms::Delivery>) -> Vec<Delivery> {
        let mut carried = Vec::new();
        for mut delivery in deliveries {
            if let (Value::Object(message), true) = (&mut delivery.message, self.gives_equal_weights) {
                if message.get("tieBreaker").is_some() {
                    message.set("tieBreaker", 1.0);
                }
            }
            if let Some(own_id) = delivery.message.get("sid").and_then(Value::as_text) {
                self.peer_ids.insert(from, own_id.to_owned());
            }
            let text = frame_of(&delivery.message);
            carried.extend(delivery.to.iter().map(|to| Delivery { from, to: to.0, text: text.clone() }));
        }
        carried
    }

    pub fn members_of(&self, room: &str) -> usize {
        self.rooms.members_of(&format!("rid-of-{room}"))
    }
}

/// The message in a frame of a page, if it is one.
pub fn message_of(frame: &str) -> Option<Value> {
    let Some(engine_io::Packet::Message(text)) = engine_io::Packet::parse(frame) else { return None };
    match socket_io::Packet::parse(text) {
        Some(socket_io::Packet::Event { payload, .. }) => Some(json(&event_text(payload))),
        _ => None,
    }
}

/// The text argument of a `message` event.
pub fn event_text(payload: &str) -> String {
    match json(payload) {
        Value::List(items) => items[1].as_text().unwrap().to_owned(),
        other => panic!("{other:?} is no event"),
    }
}

/// The frame that carries a message to a page.
pub fn frame_of(message: &Value) -> String {
    let text = crate::surroundings::print(message);
    let arguments = Value::List(vec!["message".into(), text.into()]);
    format!("42{}", crate::surroundings::print(&arguments))
}
