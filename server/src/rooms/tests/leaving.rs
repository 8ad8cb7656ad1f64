use super::*;

#[test]
fn a_lost_connection_leaves_all_its_rooms() {
    let mut world = World::new();
    let in_a = world.join_and_enter(1, "a");
    let in_b = world.join_and_enter(1, "b");
    world.join_and_enter(2, "a");
    world.join_and_enter(3, "b");
    let bye = |rid: &str, mid: &str| json!({"type": "bye", "rid": rid, "mid": mid, "publisherId": mid});
    assert_eq!(world.disconnect(1), [(2, bye("a", &in_a)), (3, bye("b", &in_b))]);
    assert_eq!(world.disconnect(1), []);
    assert_eq!(world.rooms.counts().connections, 2);
}

#[test]
fn nobody_hears_that_others_leave_because_the_server_ends() {
    let mut world = World::new();
    for member in 1..=3 {
        world.join_and_enter(member, "a");
    }
    world.rooms.fall_silent();
    assert_eq!(world.disconnect(1), []);
    assert_eq!(world.send(2, json!({"type": "bye", "rid": "a"})), []);
    assert_eq!(world.rooms.members_of("a"), 1);
}

#[test]
fn the_byes_of_one_of_several_rooms_leave_only_that_room() {
    let mut world = World::new();
    let first = world.join_and_enter(1, "a");
    world.join_and_enter(1, "b");
    let second = world.join_and_enter(2, "a");
    let third = world.join_and_enter(3, "a");
    let bye = |target: &str| json!({"type": "bye", "rid": "a", "mid": first, "target": target, "more": 1});
    let told = json!({"type": "bye", "rid": "a", "mid": first, "more": 1, "publisherId": first});
    assert_eq!(world.send(1, bye(&second)), [(2, told.clone()), (3, told)]);
    // The rest of the burst: everybody knows already.
    assert_eq!(world.send(1, bye(&third)), []);
    assert_eq!(world.rooms.members_of("a"), 2);
    assert_eq!(world.rooms.members_of("b"), 1);
    world.join(1, "a");
}

#[test]
fn a_bye_without_target_leaves_too() {
    let mut world = World::new();
    let first = world.join_and_enter(1, "a");
    assert_eq!(world.send(1, json!({"type": "bye", "rid": "a", "mid": first})), []);
    assert_eq!(world.rooms.counts().rooms, 0);
    assert_eq!(world.rooms.counts().members, 0);
}

#[test]
fn a_member_cannot_say_bye_for_another() {
    let mut world = World::new();
    let first = world.join_and_enter(1, "a");
    let second = world.join_and_enter(2, "a");
    world.join_and_enter(3, "a");
    let sent = world.send(1, json!({"type": "bye", "rid": "a", "mid": second}));
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|(_, bye)| bye["mid"] == first && bye["publisherId"] == first));
}
