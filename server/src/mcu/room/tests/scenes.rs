//! What happens in rooms, step by step.

use serde_json::{json, Value as Json};

use super::world::World;
use crate::mcu::counters::Note;
use crate::mcu::sdp::Kind;

fn room_of(names: &[&str]) -> World {
    let mut world = World::new(1);
    for name in names {
        world.join(name);
        world.settle();
    }
    world
}

fn with_cameras(names: &[&str]) -> World {
    let mut world = room_of(names);
    for name in names {
        world.client(name).send_stream(&format!("{name}-cam"), Kind::Video, "videoCamera");
        world.client(name).send_stream(&format!("{name}-mic"), Kind::Audio, "audioMic");
        world.settle();
    }
    world.check();
    world
}

#[test]
fn everybody_gets_what_the_others_send() {
    let world = with_cameras(&["anna", "ben", "cleo"]);
    assert_eq!(world.tracks.len(), 6);
    assert_eq!(world.engine["anna"].sends.len(), 4);
}

#[test]
fn a_newcomer_is_announced_before_its_media() {
    let mut world = with_cameras(&["anna"]);
    world.join("ben").send_stream("ben-cam", Kind::Video, "videoScreen");
    world.settle();
    world.check();
    let anna = world.client("anna");
    assert_eq!(anna.joined, ["ben"]);
    assert_eq!(anna.media["ben"]["VIDEO_ben-cam"].1, "active");
}

#[test]
fn who_leaves_takes_its_media_along() {
    let mut world = with_cameras(&["anna", "ben", "cleo"]);
    world.leave("ben");
    world.settle();
    for name in ["anna", "cleo"] {
        let client = world.client(name);
        assert_eq!(client.shown.len(), 2);
        assert_eq!(client.media["ben"]["VIDEO_ben-cam"], (None, "unavailable".to_owned()));
        assert_eq!(client.violations, Vec::<String>::new());
    }
    assert_eq!(world.tracks.len(), 4);
}

#[test]
fn stopping_and_sending_again_makes_no_description_grow_for_ever() {
    let mut world = with_cameras(&["anna", "ben", "cleo"]);
    for cycle in 0..100 {
        world.client("anna").stop_stream(&match cycle {
            0 => "anna-cam".to_owned(),
            _ => format!("anna-cam{cycle}"),
        });
        world.client("anna").send_stream(&format!("anna-cam{}", cycle + 1), Kind::Video, "videoCamera");
        world.settle();
        world.check();
    }
    let lines = |name| world.clients.iter().find(|c| c.id == name).unwrap().browser.section_count();
    assert_eq!((lines("ben"), lines("cleo")), (7, 7), "two of its own, data, four of others");
    // Its browser never takes a line again on which it has sent.
    assert!(lines("anna") < 25, "{}", lines("anna"));
}

#[test]
fn also_one_who_is_alone_does_not_grow_for_ever() {
    let mut world = with_cameras(&["anna"]);
    world.client("anna").stop_stream("anna-cam");
    for cycle in 0..60 {
        let stream = format!("cam{cycle}");
        world.client("anna").send_stream(&stream, Kind::Video, "videoCamera");
        world.settle();
        world.client("anna").stop_stream(&stream);
        world.settle();
        world.check();
    }
    let count = world.client("anna").browser.section_count();
    assert!(count < 25, "{count}");
}

#[test]
fn an_own_track_on_a_line_of_somebody_else_survives_him() {
    let mut world = with_cameras(&["anna"]);
    // Has nothing of its own, so its browser puts its tracks on the lines that it receives on.
    world.join("ben");
    world.settle();
    world.client("ben").send_stream("ben-cam", Kind::Video, "videoCamera");
    world.client("ben").send_stream("ben-mic", Kind::Audio, "audioMic");
    world.settle();
    world.check();
    let ben = world.client("ben");
    let (shown, own) =
        (ben.shown.keys().cloned().collect::<Vec<_>>(), ben.browser.mid_of("ben-mic").unwrap());
    assert!(shown.contains(&own), "the microphone has a line of its own");
    world.client("anna").stop_stream("anna-mic");
    world.settle();
    world.check();
    world.join("cleo");
    world.settle();
    world.check();
    assert_eq!(world.client("cleo").shown.len(), 3);
}

#[test]
fn offers_that_cross_are_made_again() {
    let mut world = with_cameras(&["anna", "ben"]);
    // Both change something at once; nothing has arrived anywhere yet.
    world.client("anna").send_stream("anna-scr", Kind::Video, "videoScreen");
    world.client("ben").send_stream("ben-scr", Kind::Video, "videoScreen");
    for name in ["anna", "ben"] {
        let offer = world.client(name).outbox.pop_front().unwrap();
        world.send(name, &offer);
        // The acknowledgement comes after the other's change was offered.
    }
    world.settle();
    world.check();
    assert_eq!(world.client("ben").shown.len(), 3);
}

#[test]
fn a_hundred_offers_that_cross_are_all_recovered_from_whatever_their_weight() {
    let mut world = with_cameras(&["anna", "ben"]);
    let weights = [None, Some(json!(null)), Some(json!(1e300)), Some(json!(-2)), Some(json!("heavy"))];
    for round in 0..100 {
        let stream = |name: &str| format!("{name}-scr{round}");
        world.client("ben").send_stream(&stream("ben"), Kind::Video, "videoScreen");
        let is_offered =
            |world: &World| world.inboxes["anna"].iter().any(|message| message["type"] == "offer");
        while !is_offered(&world) {
            assert!(world.step_of("ben"), "anna is to be offered the screen");
        }
        // It is under way to her when she offers herself.
        world.client("anna").send_stream(&stream("anna"), Kind::Video, "videoScreen");
        let mut offer = world.client("anna").outbox.pop_front().unwrap();
        match &weights[round % weights.len()] {
            None => {}
            Some(Json::Null) => drop(offer.as_object_mut().unwrap().remove("weight")),
            Some(weight) => offer["weight"] = weight.clone(),
        }
        world.send("anna", &offer);
        world.settle();
        world.check();
        assert_eq!(world.count(Note::Glare), u64::try_from(round).unwrap() + 1);
        assert_eq!(world.client("ben").shown.len(), 3);
        for name in ["anna", "ben"] {
            world.client(name).stop_stream(&stream(name));
            world.settle();
        }
        world.check();
    }
    assert_eq!((world.count(Note::Silent), world.count(Note::GivenUp)), (0, 0));
}

#[test]
fn mutes_are_passed_on_and_told_to_newcomers() {
    let mut world = with_cameras(&["anna", "ben"]);
    world.client("anna").mute("anna-cam");
    world.settle();
    assert_eq!(world.client("ben").media["anna"]["VIDEO_anna-cam"].1, "muted");
    world.join("cleo");
    world.settle();
    assert_eq!(world.client("cleo").media["anna"]["VIDEO_anna-cam"].1, "muted");
    world.check();
}

#[test]
fn user_data_reach_newcomers() {
    let mut world = with_cameras(&["anna"]);
    world.send(
        "anna",
        &json!({"type": "updateUserEvent", "mid": "anna", "rid": "r", "userData": "{\"a\":1}"}),
    );
    world.clients.push(super::client::Client::new("ben", 9));
    let enter = world.client("ben").outbox.pop_front().unwrap();
    world.send("ben", &enter);
    let welcome = world.inboxes["ben"].back().unwrap();
    assert_eq!(welcome["peersInRoom"][0]["userInfo"]["userData"], json!({"a": 1}));
    assert_eq!(welcome["peersInRoom"][0]["publisherId"], "anna");
    assert_eq!(welcome["weight"], -1.0);
}

#[test]
fn ice_restarts_change_credentials_and_nothing_else() {
    let mut world = with_cameras(&["anna", "ben"]);
    world.client("anna").restart_ice();
    world.settle();
    world.check();
    assert_eq!((world.engine["anna"].restarts, world.engine["ben"].restarts), (1, 0));
    assert_eq!(world.count(Note::IceRestarted), 1);
}

#[test]
fn a_client_that_starts_over_gets_a_new_connection() {
    let mut world = with_cameras(&["anna", "ben"]);
    world.client("anna").browser = super::browser::Browser::new(77);
    let anna = world.client("anna");
    anna.streams.clear();
    anna.shown.clear();
    anna.send_stream("anna-cam2", Kind::Video, "videoCamera");
    world.settle();
    world.check();
    assert_eq!(world.client("ben").shown.len(), 1);
    assert_eq!(world.client("anna").shown.len(), 2);
}

#[test]
fn a_client_that_gave_its_connection_up_is_greeted_again() {
    let mut world = with_cameras(&["anna", "ben", "cleo"]);
    world.client("anna").begin_anew(77);
    world.settle();
    world.check();
    for name in ["anna", "ben", "cleo"] {
        assert_eq!(world.client(name).shown.len(), 4, "{name}");
    }
    assert_eq!(world.client("anna").joined, ["ben", "cleo"]);
    assert_eq!(world.client("ben").joined, ["anna", "cleo"], "nobody joined");
    assert_eq!(world.count(Note::Opened), 4);
}

#[test]
fn other_requests_are_handed_on() {
    let mut world = with_cameras(&["anna"]);
    world.send("anna", &json!({"type": "startRecordingRoom", "rid": "r", "target": "MCU"}));
    assert_eq!(world.requests[0].0, "anna");
    assert_eq!(world.requests[0].1["type"], "startRecordingRoom");
}

#[test]
fn data_channel_messages_reach_those_they_are_for() {
    let mut world = room_of(&["anna", "ben", "cleo"]);
    world.text("anna", r#"{"type":"MESSAGE","isPrivate":false,"sender":"ben","target":[],"data":{"a":1}}"#);
    let public =
        json!({"type": "MESSAGE", "isPrivate": false, "sender": "anna", "target": null, "data": {"a": 1}});
    assert_eq!(world.texts, [("ben".to_owned(), public.clone()), ("cleo".to_owned(), public)]);
    world.texts.clear();
    world.text(
        "anna",
        r#"{"type":"MESSAGE","isPrivate":true,"sender":"x","target":["cleo","anna"],"data":"s"}"#,
    );
    let private =
        json!({"type": "MESSAGE", "isPrivate": true, "sender": "anna", "target": "cleo", "data": "s"});
    assert_eq!(world.texts, [("cleo".to_owned(), private)]);
    world.texts.clear();
    world.text("anna", r#"{"type":"MESSAGE","isPrivate":true,"target":[],"data":"s"}"#);
    world.text("anna", r#"{"type":"WRQ","name":"f"}"#);
    world.text("anna", "not json");
    world.text("nobody", r#"{"type":"MESSAGE","isPrivate":false,"data":"s"}"#);
    assert_eq!(world.texts, []);
    assert_eq!((world.count(Note::TextDropped), world.count(Note::TextRelayed)), (2, 3));
}
