use super::*;

#[test]
fn members_are_warned_and_then_removed_when_their_time_is_over() {
    let mut world = by_name();
    let first = world.join_as(1, "r", "until 1000000");
    world.join_as(2, "r", "someone");
    assert_eq!(world.rooms.tick(900_000), []);

    let warned = flat(world.rooms.tick(950_000));
    assert_eq!(warned.len(), 1);
    assert_eq!(warned[0].0, 1);
    assert_eq!(warned[0].1["action"], "warning");
    assert_eq!(warned[0].1["reason"], "toclose");
    assert_eq!(world.rooms.tick(960_000), [], "once is enough");

    let deliveries = world.rooms.tick(1_000_000);
    assert!(deliveries[0].then_close);
    let sent = flat(deliveries);
    assert_eq!((sent[0].0, &sent[0].1["reason"]), (1, &json!("roomclose")));
    assert_eq!((sent[1].0, &sent[1].1["mid"]), (2, &json!(first)));
    assert_eq!(world.rooms.tick(2_000_000), []);
    assert_eq!(world.rooms.members_of("r"), 1);
}

#[test]
fn a_connection_with_other_rooms_stays_open() {
    let mut world = by_name();
    world.join_as(1, "r", "until 5");
    world.join_as(1, "q", "someone");
    let deliveries = world.rooms.tick(10);
    assert!(!deliveries[0].then_close);
    assert_eq!(flat(deliveries)[0].1["action"], "locked");
    assert_eq!(world.rooms.members_of("q"), 1);
}
