//! Rooms with a media server.

use super::*;
use crate::mcu::command::{Command, Signal};

/// Two members of a room with a media server.
fn filmed() -> (World, String, String) {
    let mut world = by_name();
    let alice = world.join_as(1, "r", "filmed");
    let bob = world.join_as(2, "r", "filmed");
    (world, alice, bob)
}

fn json_of(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap()
}

/// Sender and type of each message for the media server.
fn told(world: &mut World) -> Vec<(String, String)> {
    let commands = world.rooms.take_commands().into_iter();
    commands
        .map(|command| match command {
            Command::Message { rid, peer, message } => {
                let message = json_of(&message);
                assert_eq!((message["rid"].as_str(), message["mid"].as_str()), (Some(&*rid), Some(&*peer)));
                (peer, message["type"].as_str().unwrap().to_owned())
            }
            Command::Left { peer, bye, .. } => {
                let bye = json_of(&bye);
                assert_eq!((bye["type"].as_str(), bye["publisherId"].as_str()), (Some("bye"), Some(&*peer)));
                (peer, "left".to_owned())
            }
            Command::News { .. } => panic!("no taps here"),
        })
        .collect()
}

#[test]
fn what_members_say_to_it_reaches_it_in_order_and_under_their_own_names() {
    let (mut world, alice, bob) = filmed();
    assert_eq!(told(&mut world), []);
    for kind in ["enter", "offer", "answer", "answerAck", "mediaInfoEvent", "startRecordingRoom", "new"] {
        let message = json!({"type": kind, "rid": "r", "mid": bob, "target": "MCU", "sdp": "s"});
        assert_eq!(world.send(1, message), []);
        assert_eq!(told(&mut world), [(alice.clone(), kind.to_owned())]);
    }
    // It learns addresses by itself.
    for kind in ["candidate", "endOfCandidates"] {
        assert_eq!(world.send(1, json!({"type": kind, "rid": "r", "target": "MCU"})), []);
    }
    assert_eq!(told(&mut world), []);
    assert_eq!(world.rooms.counts().dropped.values().sum::<u64>(), 0);
}

#[test]
fn chat_stays_with_the_rooms_and_user_data_goes_both_ways() {
    let (mut world, alice, _) = filmed();
    assert_eq!(world.send(1, json!({"type": "public", "rid": "r", "data": 1})).len(), 1);
    assert_eq!(told(&mut world), []);
    let sent = world.send(1, json!({"type": "updateUserEvent", "rid": "r", "userData": "x"}));
    assert_eq!((sent.len(), sent[0].0), (1, 2));
    assert_eq!(told(&mut world), [(alice, "updateUserEvent".to_owned())]);
}

#[test]
fn members_do_not_greet_each_other() {
    let (mut world, _, bob) = filmed();
    for kind in ["welcome", "offer", "answer", "candidate"] {
        assert_eq!(world.send(1, json!({"type": kind, "rid": "r", "target": bob})), [], "{kind}");
    }
    assert_eq!(told(&mut world), []);
}

#[test]
fn members_cannot_say_who_another_one_is_or_shows() {
    let (mut world, alice, bob) = filmed();
    let carol = world.join_as(3, "r", "filmed");
    for member in 1..=3 {
        world.send(member, json!({"type": "enter", "rid": "r", "target": "MCU"}));
    }
    told(&mut world);
    for target in [json!(bob), json!(null)] {
        let enter = json!({"type": "enter", "rid": "r", "target": target, "publisherId": carol,
            "userInfo": {"userData": "forged"}});
        assert_eq!(world.send(1, enter), []);
        let gone = json!({"type": "mediaInfoEvent", "rid": "r", "target": target, "publisherId": carol,
            "mediaId": "VIDEO_1", "mediaState": "unavailable"});
        assert_eq!(world.send(1, gone), []);
    }
    assert_eq!(world.dropped(Dropped::ServerType), 4);
    // To the media server, in whose word the others trust, she says so of herself.
    let own = json!({"type": "mediaInfoEvent", "rid": "r", "target": "MCU", "publisherId": alice});
    assert_eq!(world.send(1, own), []);
    assert_eq!(told(&mut world), [(alice, "mediaInfoEvent".to_owned())]);
}

#[test]
fn it_tells_of_leavers_itself() {
    let (mut world, alice, bob) = filmed();
    world.send(1, json!({"type": "enter", "rid": "r", "target": "MCU"}));
    assert_eq!(told(&mut world), [(alice.clone(), "enter".to_owned())]);
    assert_eq!(world.send(1, json!({"type": "bye", "rid": "r", "target": "MCU"})), []);
    assert_eq!(told(&mut world), [(alice, "left".to_owned())]);
    // Also of the last one, so that nothing is left of the room there.
    assert_eq!(world.disconnect(2), []);
    assert_eq!(told(&mut world), [(bob, "left".to_owned())]);
    assert_eq!(world.rooms.counts().rooms, 0);
}

#[test]
fn what_it_says_reaches_members_that_are_still_there() {
    let (mut world, alice, bob) = filmed();
    let signal = |rid: &str, to: &str| Signal {
        rid: rid.to_owned(),
        to: to.to_owned(),
        message: serde_json::from_value(json!({"type": "offer", "mid": "MCU"})).unwrap(),
    };
    let delivery = world.rooms.from_media_server(signal("r", &bob)).unwrap();
    assert_eq!((delivery.to, delivery.then_close), (vec![ConnectionId(2)], false));
    world.disconnect(2);
    assert_eq!(world.rooms.from_media_server(signal("r", &bob)), None);
    assert_eq!(world.rooms.from_media_server(signal("elsewhere", &alice)), None);
    world.rooms.fall_silent();
    assert_eq!(world.rooms.from_media_server(signal("r", &alice)), None);
}

#[test]
fn a_storm_of_offers_is_cut() {
    let (mut world, _, bob) = filmed();
    for _ in 0..500 {
        world.send(1, json!({"type": "offer", "rid": "r", "target": "MCU", "sdp": ""}));
        world.send(1, json!({"type": "candidate", "rid": "r", "target": "MCU"}));
    }
    assert_eq!(told(&mut world).len(), 100);
    assert_eq!(world.dropped(Dropped::TooFast), 400);
    world.send(2, json!({"type": "offer", "rid": "r", "target": "MCU", "sdp": ""}));
    assert_eq!(told(&mut world), [(bob, "offer".to_owned())]);
}

#[test]
fn joining_anew_does_not_set_the_limit_of_offers_back() {
    let (mut world, _, _) = filmed();
    told(&mut world);
    for _ in 0..50 {
        world.join_as(1, "r", "filmed");
        for _ in 0..10 {
            world.send(1, json!({"type": "offer", "rid": "r", "target": "MCU", "sdp": ""}));
        }
    }
    assert_eq!(told(&mut world).iter().filter(|(_, kind)| kind == "offer").count(), 100);
}

#[test]
fn each_room_of_a_page_has_its_share_of_offers() {
    let mut world = by_name();
    let rids: Vec<String> = (0..50).map(|number| format!("r{number}")).collect();
    for rid in &rids {
        world.join_as(1, rid, "filmed");
    }
    for rid in &rids {
        for kind in ["enter", "offer", "answer", "answer", "answer"] {
            world.send(1, json!({"type": kind, "rid": rid, "target": "MCU", "sdp": ""}));
        }
    }
    assert_eq!(told(&mut world).len(), 250);
}

#[test]
fn rooms_without_one_have_no_such_peer() {
    let mut world = by_name();
    world.join_as(1, "r", "anybody");
    assert_eq!(world.send(1, json!({"type": "offer", "rid": "r", "target": "MCU", "sdp": ""})), []);
    assert_eq!(told(&mut world), []);
    assert_eq!(world.dropped(Dropped::NoTarget), 1);
}
