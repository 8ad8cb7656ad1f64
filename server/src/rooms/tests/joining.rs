use super::*;

#[test]
fn the_first_message_is_in_room_with_what_2_7_2_needs() {
    let mut world = World::new();
    world.rooms.connect(ConnectionId(1));
    let sent = world.send(1, json!({"type": "joinRoom", "rid": "r", "mid": "forged"}));
    assert_eq!(
        sent,
        [(
            1,
            json!({"type": "inRoom", "rid": "r", "sid": "id1", "tieBreaker": 1,
                   "pc_config": {"iceServers": []}})
        )]
    );
}

#[test]
fn of_two_that_join_together_exactly_one_gets_the_others_enter() {
    let mut world = World::new();
    let first = world.join(1, "r");
    let second = world.join(2, "r");
    let enter = |mid: &str| json!({"type": "enter", "rid": "r", "mid": mid, "weight": 3});
    assert_eq!(world.send(1, enter(&first)), []);
    assert_eq!(world.send(2, enter(&second)), [(1, enter(&second))]);
    // A second enter would cross with what the first one set off.
    assert_eq!(world.send(1, enter(&first)), []);
}

#[test]
fn joining_again_on_the_same_connection_gives_a_new_peer() {
    let mut world = World::new();
    let other = world.join_and_enter(1, "r");
    let old = world.join_and_enter(2, "r");
    let sent = world.send(2, json!({"type": "joinRoom", "rid": "r"}));
    assert_eq!(sent[0], (1, json!({"type": "bye", "rid": "r", "mid": old, "publisherId": old})));
    assert_eq!(sent[1].1["type"], "inRoom");
    let new = sent[1].1["sid"].as_str().unwrap().to_owned();
    assert_ne!(new, old);
    assert_eq!(sent[1].1["tieBreaker"], 3);
    assert_eq!(world.rooms.members_of("r"), 2);

    // What the old peer connections still send is not taken for the new peer's.
    let late = json!({"type": "candidate", "rid": "r", "mid": old, "target": other});
    assert_eq!(world.send(2, late), []);
    let bye = json!({"type": "bye", "rid": "r", "mid": old, "target": other});
    assert_eq!(world.send(2, bye), []);
    assert_eq!(world.rooms.members_of("r"), 2);
    assert_eq!(world.dropped(Dropped::Outdated), 2);
}

#[test]
fn a_locked_room_refuses_newcomers_until_it_is_unlocked_or_empty() {
    let mut world = World::new();
    world.join_and_enter(1, "r");
    world.join_and_enter(2, "r");
    world.rooms.connect(ConnectionId(3));
    let join = json!({"type": "joinRoom", "rid": "r"});
    let lock = |lock| json!({"type": "roomLockEvent", "rid": "r", "mid": "id1", "lock": lock});

    assert_eq!(world.send(1, lock(true)), [(2, lock(true))]);
    let refused = world.send(3, join.clone());
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].1["type"], "redirect");
    assert_eq!(refused[0].1["action"], "reject");
    assert_eq!(refused[0].1["reason"], "locked");
    assert_eq!(world.rooms.members_of("r"), 2);
    // Who is in may join again.
    assert_eq!(world.send(2, join.clone()).last().unwrap().1["type"], "inRoom");

    world.send(1, lock(false));
    assert_eq!(world.send(3, join.clone())[0].1["type"], "inRoom");

    world.send(1, lock(true));
    for connection in 1..=3 {
        world.disconnect(connection);
    }
    world.rooms.connect(ConnectionId(4));
    assert_eq!(world.send(4, join)[0].1["type"], "inRoom");
    assert_eq!(world.send(4, json!({"type": "roomLockEvent", "rid": "r", "lock": "yes"})), []);
    assert_eq!(world.dropped(Dropped::Malformed), 1);
}

#[test]
fn a_page_with_other_rooms_is_refused_without_losing_them() {
    let mut world = World::new();
    world.join_and_enter(1, "locked");
    world.send(1, json!({"type": "roomLockEvent", "rid": "locked", "lock": true}));
    world.join_and_enter(2, "open");
    let refused = world.send(2, json!({"type": "joinRoom", "rid": "locked"}));
    assert_eq!(refused[0].1["action"], "locked");
    assert_eq!(refused[0].1["reason"], "locked");
}

#[test]
fn rooms_and_connections_have_limits() {
    let mut world = World::with(RoomsSetup {
        limits: RoomLimits { room_members: 2, rooms_per_connection: 2, ..RoomLimits::default() },
        ..RoomsSetup::default()
    });
    for connection in 1..=3 {
        world.rooms.connect(ConnectionId(connection));
    }
    world.join(1, "a");
    world.join(2, "a");
    let full = world.send(3, json!({"type": "joinRoom", "rid": "a"}));
    assert_eq!(full[0].1["reason"], "serverError");
    world.join(1, "b");
    let too_many = world.send(1, json!({"type": "joinRoom", "rid": "c"}));
    assert_eq!(too_many[0].1["reason"], "serverError");
    assert_eq!(too_many[0].1["action"], "locked");
    world.join(1, "b");
    assert_eq!(world.rooms.counts().refusals, 2);
}

#[test]
fn the_doorkeepers_refusal_is_passed_on() {
    let mut world = by_name();
    world.rooms.connect(ConnectionId(1));
    let refused = world.send(1, json!({"type": "joinRoom", "rid": "r", "uid": "nobody"}));
    assert_eq!(
        refused,
        [(
            1,
            json!({"type": "redirect", "rid": "r", "action": "reject",
                   "reason": "credentialError", "info": "who are you"})
        )]
    );
}

#[test]
fn the_newest_connection_with_a_login_takes_the_place_of_the_old_one() {
    let mut world = by_name();
    world.join_as(1, "r", "someone");
    world.rooms.connect(ConnectionId(2));
    world.rooms.connect(ConnectionId(3));
    let join = json!({"type": "joinRoom", "rid": "r", "userCred": "login"});
    let old = world.send(2, join.clone())[0].1["sid"].clone();
    world.send(1, json!({"type": "roomLockEvent", "rid": "r", "lock": true}));

    let message: Value = serde_json::from_value(join).unwrap();
    let deliveries = world.rooms.receive(ConnectionId(3), message, 0, &mut || "new".to_owned());
    assert!(deliveries[0].then_close);
    let sent = flat(deliveries);
    assert_eq!(sent[0].0, 2);
    assert_eq!(sent[0].1["reason"], "duplicatedLogin");
    assert_eq!(sent[1].0, 1);
    assert_eq!((&sent[1].1["type"], &sent[1].1["mid"]), (&json!("bye"), &old));
    assert_eq!(sent[2].0, 3);
    assert_eq!(sent[2].1["sid"], "new");
    assert_eq!(world.rooms.members_of("r"), 2);
}

#[test]
fn useless_peer_ids_are_never_given_out() {
    let mut world = World::new();
    world.rooms.connect(ConnectionId(1));
    world.rooms.connect(ConnectionId(2));
    let join: Value = serde_json::from_value(json!({"type": "joinRoom", "rid": "r"})).unwrap();
    let mut ids = ["MCU", "", "REC_SRV", "good"].into_iter().cycle();
    let mut next = || ids.next().unwrap().to_owned();
    let sent = flat(world.rooms.receive(ConnectionId(1), join.clone(), 0, &mut next));
    assert_eq!(sent[0].1["sid"], "good");
    // The same again is all there is.
    let sent = flat(world.rooms.receive(ConnectionId(2), join, 0, &mut next));
    assert_eq!(sent[0].1["reason"], "serverError");
}

#[test]
fn a_session_lasts_from_the_first_to_the_last_member() {
    let mut world = World::new();
    let session = |rooms: &mut Rooms, fresh: &str| rooms.session_id("r", &mut || fresh.to_owned());
    assert_eq!(session(&mut world.rooms, "s1"), "s1");
    world.join(1, "r");
    assert_eq!(session(&mut world.rooms, "s2"), "s1");
    world.join(2, "r");
    world.disconnect(1);
    assert_eq!(session(&mut world.rooms, "s3"), "s1");
    world.disconnect(2);
    assert_eq!(session(&mut world.rooms, "s4"), "s4");
}

#[test]
fn a_page_may_join_all_its_rooms_at_once_but_not_for_ever() {
    let mut world = World::new();
    for _ in 0..2 {
        for number in 0..50 {
            world.join(1, &format!("r{number}"));
        }
    }
    let join = |rid: &str| json!({"type": "joinRoom", "rid": rid});
    let refused = world.send(1, join("r1"));
    assert_eq!((refused.len(), &refused[0].1["reason"]), (1, &json!("fastmsg")));
    // It has other rooms, of which this must not cost it any.
    assert_eq!(refused[0].1["action"], "locked");
    assert_eq!(world.rooms.members_of("r1"), 1);
    world.now += 1000;
    let passed = (0..10).filter(|_| world.send(1, join("r1")).last().unwrap().1["type"] == "inRoom").count();
    assert_eq!(passed, 5);
    world.join(2, "r1");
}
