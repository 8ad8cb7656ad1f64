use super::*;

/// Connections 1 and 2 wait to be introduced by 9.
fn shy() -> (World, String, String) {
    let mut world = by_name();
    let first = world.join_as(1, "r", "shy");
    let second = world.join_as(2, "r", "shy");
    world.join_as(9, "r", "admin");
    for (connection, mid) in [(1, &first), (2, &second)] {
        let sent = world.send(connection, json!({"type": "enter", "rid": "r", "mid": mid}));
        assert_eq!(sent, [], "nobody meets by itself");
    }
    (world, first, second)
}

fn introduce(sending: &str, receiving: &str) -> serde_json::Value {
    json!({"type": "introduce", "rid": "r", "sendingPeerId": sending, "receivingPeerId": receiving})
}

#[test]
fn the_receiving_peer_gets_the_sending_peers_enter() {
    let (mut world, first, second) = shy();
    let enter = json!({"type": "enter", "rid": "r", "mid": first});
    assert_eq!(world.send(9, introduce(&first, &second)), [(2, enter.clone())]);
    // The other way round would leave both waiting for an offer.
    assert_eq!(world.send(9, introduce(&second, &first)), [(2, enter)]);
}

#[test]
fn a_peer_that_has_not_entered_is_asked_to_approach() {
    let (mut world, first, _) = shy();
    let late = world.join_as(3, "r", "shy");
    assert_eq!(
        world.send(9, introduce(&late, &first)),
        [(3, json!({"type": "approach", "rid": "r", "target": first}))]
    );
}

#[test]
fn a_failed_introduction_is_reported_to_who_asked() {
    let (mut world, first, _) = shy();
    let sent = world.send(9, introduce(&first, "gone"));
    assert_eq!((sent[0].0, &sent[0].1["type"]), (9, &json!("introduceError")));
    assert_eq!(world.send(9, introduce(&first, &first)), []);
    assert_eq!(world.send(9, json!({"type": "introduce", "rid": "r"})), []);
}

#[test]
fn only_privileged_peers_introduce_and_list() {
    let (mut world, first, second) = shy();
    assert_eq!(world.send(1, introduce(&first, &second)), []);
    assert_eq!(world.send(1, json!({"type": "getPeers", "rid": "r"})), []);
    assert_eq!(world.dropped(Dropped::NotAllowed), 2);
}

#[test]
fn peers_that_meet_by_themselves_are_not_introduced() {
    let mut world = by_name();
    let first = world.join_as(1, "r", "a");
    let second = world.join_as(2, "r", "b");
    world.join_as(9, "r", "admin");
    for (connection, mid) in [(1, &first), (2, &second)] {
        world.send(connection, json!({"type": "enter", "rid": "r", "mid": mid}));
    }
    assert_eq!(world.send(9, introduce(&first, &second)), []);
}

#[test]
fn peers_are_listed_by_room_name_within_the_space() {
    let (mut world, first, second) = shy();
    let elsewhere = world.join_as(4, "q", "someone");
    world.rooms.connect(ConnectionId(5));
    world.send(5, json!({"type": "joinRoom", "rid": "p", "cid": "another space"}));
    let list = |world: &mut World, show_all| {
        let sent = world.send(9, json!({"type": "getPeers", "rid": "r", "showAll": show_all}));
        assert_eq!((sent.len(), sent[0].0), (1, 9));
        assert_eq!(sent[0].1["type"], "peerList");
        sent[0].1["result"].clone()
    };
    assert_eq!(list(&mut world, false), json!({"name of q": [elsewhere], "name of r": [first, second]}));
    let all = list(&mut world, true);
    assert_eq!(all["name of r"].as_array().unwrap().len(), 3);
}
