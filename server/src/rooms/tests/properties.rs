//! Any sequence of messages from any number of clients.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const CONNECTIONS: u64 = 5;
const ROOMS: [&str; 2] = ["a", "b"];
const TYPES: [&str; 22] = [
    "enter",
    "enter",
    "welcome",
    "offer",
    "answer",
    "answerAck",
    "candidate",
    "bye",
    "updateUserEvent",
    "roomLockEvent",
    "mediaInfoEvent",
    "message",
    "public",
    "private",
    "getStoredMessages",
    "getPeers",
    "introduce",
    "group",
    "stream",
    "inRoom",
    "redirect",
    "somethingNew",
];

#[derive(Debug, Clone)]
enum Step {
    Connect(u64),
    Join(u64, usize),
    Enter(u64, usize),
    Send(u64, usize, usize, Option<usize>),
    Disconnect(u64),
    Tick,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let connection = 0..CONNECTIONS;
    let step = prop_oneof![
        1 => connection.clone().prop_map(Step::Connect),
        4 => (connection.clone(), 0..ROOMS.len()).prop_map(|(c, r)| Step::Join(c, r)),
        6 => (connection.clone(), 0..ROOMS.len()).prop_map(|(c, r)| Step::Enter(c, r)),
        12 => (connection.clone(), 0..TYPES.len(), 0..ROOMS.len(), prop::option::of(0..12_usize))
            .prop_map(|(c, t, r, target)| Step::Send(c, t, r, target)),
        1 => connection.prop_map(Step::Disconnect),
        1 => Just(Step::Tick),
    ];
    prop::collection::vec(step, 0..120)
}

/// What a client can know from the messages it got.
#[derive(Default)]
struct Seen {
    /// (connection, room) to peer id.
    own: BTreeMap<(u64, String), String>,
    /// Peer ids in the order of their making.
    given: Vec<String>,
    tie_breakers: BTreeMap<String, BTreeSet<u64>>,
    /// (receiver, sender of `enter`).
    entered: BTreeSet<(String, String)>,
}

impl Seen {
    fn check(
        &mut self,
        from: u64,
        cause: &serde_json::Value,
        sent: &[(u64, serde_json::Value)],
        world: &World,
    ) {
        let answers = ["inRoom", "redirect", "peerList", "storedMessages", "introduceError", "bye"];
        for (to, message) in sent {
            let rid = message["rid"].as_str().expect("a rid in every message").to_owned();
            let kind = message["type"].as_str().expect("a type in every message");
            if kind == "inRoom" {
                let sid = message["sid"].as_str().unwrap().to_owned();
                assert!(!self.given.contains(&sid), "a fresh peer id");
                self.given.push(sid.clone());
                let tie_breaker = message["tieBreaker"].as_u64().unwrap();
                assert!(tie_breaker < 1_000_000_000);
                if world.rooms.members_of(&rid) == 1 {
                    self.tie_breakers.remove(&rid);
                }
                let others = self.tie_breakers.entry(rid.clone()).or_default();
                assert!(others.insert(tie_breaker), "a unique tie breaker");
                self.own.insert((*to, rid), sid);
                continue;
            }
            if *to == from {
                assert!(answers.contains(&kind), "{kind} came back to its sender");
                assert_ne!(message["type"], cause["type"], "an echo");
            } else {
                assert!(
                    self.own.contains_key(&(*to, rid.clone())),
                    "{kind} went to a connection that is not in the room"
                );
            }
            let receiver = self.own.get(&(*to, rid)).cloned().unwrap_or_default();
            if let Some(mid) = message["mid"].as_str() {
                if kind != "storedMessages" {
                    assert_ne!(mid, receiver, "{kind} in the name of its receiver");
                }
                if kind == "enter" && message.get("target").is_none() {
                    let turned = (mid.to_owned(), receiver.clone());
                    assert!(!self.entered.contains(&turned), "enters that cross");
                    self.entered.insert((receiver, mid.to_owned()));
                }
            }
        }
    }

    fn forget(&mut self, connection: u64) {
        self.own.retain(|(other, _), _| *other != connection);
    }
}

fn run(steps: Vec<Step>) {
    let mut world = World::new();
    let mut seen = Seen::default();
    for step in steps {
        match step {
            Step::Connect(connection) => world.rooms.connect(ConnectionId(connection)),
            Step::Join(connection, room) => {
                let join = json!({"type": "joinRoom", "rid": ROOMS[room]});
                let sent = world.send(connection, join.clone());
                seen.check(connection, &join, &sent, &world);
            }
            Step::Enter(connection, room) => {
                let enter = json!({"type": "enter", "rid": ROOMS[room]});
                let sent = world.send(connection, enter.clone());
                seen.check(connection, &enter, &sent, &world);
            }
            Step::Send(connection, kind, room, target) => {
                let own = (connection, ROOMS[room].to_owned());
                let mut message = json!({"type": TYPES[kind], "rid": ROOMS[room], "lock": false,
                    "mid": seen.own.get(&own), "secretId": "s", "isPersistent": true});
                if let Some(peer) = target.and_then(|at| seen.given.get(at)) {
                    message["target"] = json!(peer);
                }
                let sent = world.send(connection, message.clone());
                seen.check(connection, &message, &sent, &world);
                if TYPES[kind] == "bye" {
                    seen.own.remove(&own);
                }
            }
            Step::Disconnect(connection) => {
                seen.forget(connection);
                let sent = world.disconnect(connection);
                seen.check(connection, &json!(null), &sent, &world);
            }
            Step::Tick => assert!(world.rooms.tick(world.now).is_empty()),
        }
        let members: usize = ROOMS.iter().map(|rid| world.rooms.members_of(rid)).sum();
        assert_eq!(members, seen.own.len(), "memberships as the clients know them");
        assert_eq!(world.rooms.counts().members, members);
    }
    for connection in 0..CONNECTIONS {
        world.disconnect(connection);
    }
    let counts = world.rooms.counts();
    assert_eq!((counts.rooms, counts.members, counts.connections), (0, 0, 0));
    assert!(world.rooms.peer_ids.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_sequence_keeps_the_rules(steps in steps()) {
        run(steps);
    }

    #[test]
    fn no_text_makes_it_panic(texts in prop::collection::vec(".{0,80}", 0..20)) {
        let mut world = World::new();
        world.join_and_enter(1, "a");
        world.join_and_enter(2, "a");
        for text in texts {
            world.send_text(1, &text);
            let inside = json!({"type": text, "rid": "a", "target": text}).to_string();
            world.send_text(1, &inside);
        }
    }

    #[test]
    fn whoever_enters_in_whatever_order_every_pair_meets_once(order in Just((0..6_u64).collect::<Vec<_>>()).prop_shuffle()) {
        let mut world = World::new();
        let peers: Vec<String> = (0..6).map(|connection| world.join(connection, "a")).collect();
        let mut meetings = BTreeSet::new();
        for connection in order {
            let own = &peers[usize::try_from(connection).unwrap()];
            for (to, _) in world.send(connection, json!({"type": "enter", "rid": "a", "mid": own})) {
                let pair = (connection.min(to), connection.max(to));
                prop_assert!(meetings.insert(pair), "met twice");
            }
        }
        prop_assert_eq!(meetings.len(), 15);
    }
}
