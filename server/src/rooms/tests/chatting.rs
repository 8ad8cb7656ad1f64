use super::*;

fn keepers() -> World {
    let mut world = by_name();
    world.join_as(1, "r", "keeper");
    world.join_as(2, "r", "guest");
    world
}

fn stored(world: &mut World, from: u64, session: &str) -> Vec<serde_json::Value> {
    let sent = world.send(
        from,
        json!({"type": "getStoredMessages", "rid": "r", "target": "id1", "roomSessionId": session}),
    );
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].0, &sent[0].1["type"]), (from, &json!("storedMessages")));
    serde_json::from_str(sent[0].1["data"].as_str().unwrap()).unwrap()
}

#[test]
fn only_what_is_meant_to_be_stored_is_stored() {
    let mut world = keepers();
    let chat = |changes: serde_json::Value| {
        let mut message = json!({"type": "message", "rid": "r", "data": "U2Fs", "secretId": "s1",
            "isPersistent": true, "peerSessionId": "ps", "msgId": "m1"});
        for (key, value) in changes.as_object().unwrap() {
            message[key] = value.clone();
        }
        message
    };
    // Without a secret, private, not persistent, or with the session id in the wrong place.
    for other in [
        json!({"secretId": null}),
        json!({"secretId": ""}),
        json!({"target": "id2"}),
        json!({"isPersistent": false}),
        json!({"isPersistent": "ps-1"}),
        json!({"isPersistent": 1}),
    ] {
        assert_eq!(world.send(1, chat(other)).len(), 1);
    }
    // By somebody whose key does not allow it.
    assert_eq!(world.send(2, chat(json!({}))).len(), 1);
    assert!(stored(&mut world, 1, "").is_empty());

    world.now = 1_772_443_204_120;
    assert_eq!(world.send(1, chat(json!({"mid": "forged", "roomSessionId": "x"}))).len(), 1);
    assert_eq!(
        stored(&mut world, 1, ""),
        [json!({"mid": "id1", "peerSessionId": "ps", "secretId": "s1",
                "timeStamp": 1_772_443_204_120_u64, "data": "U2Fs",
                "roomSessionId": "announced", "msgId": "m1"})]
    );
    assert_eq!(stored(&mut world, 1, "announced").len(), 1);
    assert!(stored(&mut world, 1, "another").is_empty());
}

#[test]
fn stored_messages_are_not_for_everybody() {
    let mut world = keepers();
    let request = json!({"type": "getStoredMessages", "rid": "r", "target": "id2"});
    assert_eq!(world.send(2, request), []);
    assert_eq!(world.dropped(Dropped::NotAllowed), 1);
}

#[test]
fn histories_are_given_at_a_pace() {
    let mut world = keepers();
    world.send(1, json!({"type": "message", "rid": "r", "data": "x", "secretId": "s", "isPersistent": true}));
    let request = json!({"type": "getStoredMessages", "rid": "r", "target": "id1"});
    let given = |world: &mut World| {
        let sent = (0..300).flat_map(|_| world.send(1, request.clone()));
        sent.filter(|(_, message)| message["type"] == "storedMessages").count()
    };
    assert_eq!(given(&mut world), 100);
    assert_eq!(world.dropped(Dropped::TooFast), 200);
    world.now += 1000;
    assert_eq!(given(&mut world), 5);
}

#[test]
fn history_outlives_the_room() {
    let mut world = keepers();
    let message = json!({"type": "message", "rid": "r", "data": "x", "secretId": "s",
        "isPersistent": true});
    world.send(1, message);
    world.disconnect(1);
    world.disconnect(2);
    world.join_as(3, "r", "keeper");
    assert_eq!(stored(&mut world, 3, "").len(), 1);
}

#[test]
fn old_messages_are_forgotten_though_nobody_writes() {
    let limits = StoreLimits { age: 1000, ..StoreLimits::default() };
    let store = Box::new(MemoryStore::new(limits));
    let mut world =
        World::with(RoomsSetup { store, doorkeeper: Box::new(DoorByName), ..RoomsSetup::default() });
    world.join_as(1, "r", "keeper");
    world.send(1, json!({"type": "message", "rid": "r", "data": "x", "secretId": "s", "isPersistent": true}));
    assert_eq!(world.rooms.tick(world.now + 1000), []);
    assert_eq!(stored(&mut world, 1, "").len(), 1);
    assert_eq!(world.rooms.tick(world.now + 1001), []);
    // Asked for with the clock of then, so that it would be seen if it were only hidden.
    assert!(stored(&mut world, 1, "").is_empty());
}
