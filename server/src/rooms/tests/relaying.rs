use super::*;

fn two() -> (World, String, String) {
    let mut world = World::new();
    let first = world.join_and_enter(1, "r");
    let second = world.join_and_enter(2, "r");
    (world, first, second)
}

#[test]
fn the_sender_is_who_it_is_and_the_rest_stays_as_it_was() {
    let (mut world, first, second) = two();
    let offer = json!({"type": "offer", "sdp": "v=0\r\n", "mid": "forged", "target": second,
        "rid": "r", "publisherId": "x", "mediaInfoList": [{"mediaId": "AUDIO_1", "n": 1.5}],
        "unknown": {"deep": [null, true]}});
    let mut expected = offer.clone();
    expected["mid"] = json!(first);
    assert_eq!(world.send(1, offer), [(2, expected)]);
}

#[test]
fn messages_to_one_peer_reach_only_that_peer() {
    let (mut world, _, second) = two();
    world.join_and_enter(3, "r");
    for message_type in [
        "welcome",
        "offer",
        "answer",
        "answerAck",
        "candidate",
        "endOfCandidates",
        "mediaInfoEvent",
        "private",
        "message",
        "restart",
        "somethingNew",
    ] {
        let sent = world.send(1, json!({"type": message_type, "rid": "r", "target": second}));
        assert_eq!(sent.len(), 1, "{message_type}");
        assert_eq!(sent[0].0, 2);
    }
}

#[test]
fn messages_to_the_room_reach_everybody_else() {
    let (mut world, first, _) = two();
    world.join(3, "r");
    world.join_and_enter(4, "elsewhere");
    for message_type in ["message", "public", "updateUserEvent", "stream", "muteAudioEvent"] {
        let sent = world.send(1, json!({"type": message_type, "rid": "r"}));
        let expected = json!({"type": message_type, "rid": "r", "mid": first});
        assert_eq!(sent, [(2, expected.clone()), (3, expected)], "{message_type}");
    }
}

#[test]
fn nothing_is_echoed() {
    let (mut world, first, _) = two();
    for message_type in ["offer", "message", "private", "somethingNew", "enter"] {
        let sent = world.send(1, json!({"type": message_type, "rid": "r", "target": first}));
        assert_eq!(sent, [], "{message_type}");
    }
}

#[test]
fn a_handshake_with_somebody_who_left_is_answered_with_its_bye() {
    let (mut world, _, second) = two();
    world.disconnect(2);
    let bye = json!({"type": "bye", "rid": "r", "mid": second, "publisherId": second});
    for message_type in ["welcome", "offer", "answer", "answerAck", "candidate"] {
        let message = json!({"type": message_type, "rid": "r", "target": second});
        assert_eq!(world.send(1, message), [(1, bye.clone())], "{message_type}");
    }
    for message_type in ["message", "mediaInfoEvent", "somethingNew"] {
        let message = json!({"type": message_type, "rid": "r", "target": second});
        assert_eq!(world.send(1, message), [], "{message_type}");
    }
    for reserved in ["MCU", "REC_SRV"] {
        let message = json!({"type": "offer", "rid": "r", "target": reserved});
        assert_eq!(world.send(1, message), []);
    }
}

#[test]
fn the_servers_own_words_cannot_be_forged() {
    let (mut world, _, second) = two();
    for message_type in [
        "inRoom",
        "redirect",
        "peerList",
        "storedMessages",
        "approach",
        "introduceError",
        "recordingEvent",
        "rtmpEvent",
    ] {
        for target in [json!(second), json!(null)] {
            let message = json!({"type": message_type, "rid": "r", "target": target});
            assert_eq!(world.send(1, message), [], "{message_type}");
        }
    }
    assert_eq!(world.dropped(Dropped::ServerType), 16);
}

#[test]
fn only_members_are_heard() {
    let (mut world, first, _) = two();
    world.rooms.connect(ConnectionId(9));
    world.join_and_enter(3, "elsewhere");
    for stranger in [3, 9, 77] {
        for message_type in ["message", "offer", "bye", "enter", "roomLockEvent", "getPeers"] {
            let message = json!({"type": message_type, "rid": "r", "target": first, "lock": true});
            assert_eq!(world.send(stranger, message), [], "{message_type}");
        }
    }
    assert_eq!(world.dropped(Dropped::NotAMember), 18);
    assert_eq!(world.send(77, json!({"type": "joinRoom", "rid": "r"})), []);
}

#[test]
fn what_is_no_message_is_dropped_and_counted() {
    let (mut world, _, _) = two();
    for wrong in [
        json!(null),
        json!([]),
        json!("text"),
        json!({}),
        json!({"type": 1}),
        json!({"type": "message"}),
        json!({"type": "joinRoom"}),
        json!({"type": "group", "rid": "r", "lists": "no list"}),
    ] {
        assert_eq!(world.send(1, wrong), []);
    }
    assert_eq!(world.dropped(Dropped::Malformed), 8);
    assert_eq!(world.send(1, json!({"type": "odd", "rid": "r"})), []);
    assert_eq!(world.dropped(Dropped::UnknownType), 1);
}

#[test]
fn text_is_read_within_its_limit() {
    let mut world = World::with(RoomsSetup {
        limits: RoomLimits { message_bytes: 60, ..RoomLimits::default() },
        ..RoomsSetup::default()
    });
    world.join_and_enter(1, "r");
    world.join_and_enter(2, "r");
    let mut receive = |text: &str| world.send_text(1, text);
    assert_eq!(receive(r#"{"type":"message","rid":"r","data":"short"}"#), 1);
    let long = format!(r#"{{"type":"message","rid":"r","data":"{}"}}"#, "x".repeat(60));
    assert_eq!(receive(&long), 0);
    assert_eq!(receive("{broken"), 0);
    assert_eq!(receive(&"[".repeat(50)), 0);
    assert_eq!(world.dropped(Dropped::TooLong), 1);
    assert_eq!(world.dropped(Dropped::Malformed), 2);
}

#[test]
fn a_group_is_unbundled() {
    let (mut world, first, _) = two();
    let entry = |n: i32| json!({"type": "public", "rid": "r", "mid": "x", "data": n}).to_string();
    let nested = json!({"type": "group", "rid": "r", "lists": [entry(9)]}).to_string();
    let group = json!({"type": "group", "rid": "r", "mid": first,
        "lists": [entry(1), "broken", nested, entry(2)]});
    let sent = world.send(1, group);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0], (2, json!({"type": "public", "rid": "r", "mid": first, "data": 1})));
    assert_eq!(sent[1].1["data"], 2);
}

#[test]
fn a_flood_is_held_back_and_warned_of_but_never_a_handshake() {
    let mut world = World::with(RoomsSetup {
        limits: RoomLimits { message_burst: 10, messages_per_second: 1, ..RoomLimits::default() },
        ..RoomsSetup::default()
    });
    world.join_and_enter(1, "r");
    let second = world.join_and_enter(2, "r");
    let mut warnings = 0;
    let mut passed = 0;
    for _ in 0..100 {
        for (to, message) in world.send(1, json!({"type": "message", "rid": "r"})) {
            match to {
                2 => passed += 1,
                _ => {
                    assert_eq!(message["action"], "warning");
                    assert_eq!(message["reason"], "fastmsg");
                    warnings += 1;
                }
            }
        }
        let candidate = json!({"type": "candidate", "rid": "r", "target": second});
        assert_eq!(world.send(1, candidate).len(), 1);
    }
    assert_eq!((passed, warnings), (10, 1));
    world.now += 5000;
    assert_eq!(world.send(1, json!({"type": "message", "rid": "r"})).len(), 1);
}
