//! Clients that do what they should not: only they suffer.

use std::time::Duration;

use serde_json::json;

use super::world::World;
use crate::mcu::connection::PATIENCE;
use crate::mcu::counters::Note;
use crate::mcu::room::McuLimits;
use crate::mcu::sdp::Kind;

fn pair() -> World {
    let mut world = World::new(3);
    for name in ["anna", "ben"] {
        world.join(name).send_stream(&format!("{name}-cam"), Kind::Video, "videoCamera");
    }
    world.settle();
    world.check();
    world
}

#[test]
fn a_client_that_never_answers_is_asked_four_times() {
    let mut world = pair();
    world.client("ben").is_silent = true;
    world.client("anna").send_stream("anna-mic", Kind::Audio, "audioMic");
    world.settle();
    for _ in 0..10 {
        world.pass(PATIENCE);
        world.settle();
    }
    assert_eq!((world.count(Note::Silent), world.count(Note::GivenUp)), (3, 1));
    assert_eq!(world.room.deadline(), None);
    // The others go on, and so does it once it speaks again.
    world.join("cleo").send_stream("cleo-cam", Kind::Video, "videoCamera");
    world.settle();
    assert_eq!(world.client("cleo").shown.len(), 3);
    assert_eq!(world.client("anna").shown.len(), 2);
    world.client("ben").is_silent = false;
    world.client("ben").joined.push("cleo".to_owned());
    world.client("ben").send_stream("ben-mic", Kind::Audio, "audioMic");
    world.settle();
    world.check();
}

#[test]
fn a_client_that_never_acknowledges_still_gets_media() {
    let mut world = pair();
    world.client("ben").send_stream("ben-mic", Kind::Audio, "audioMic");
    let offer = world.client("ben").outbox.pop_front().unwrap();
    world.send("ben", &offer);
    world.client("anna").send_stream("anna-mic", Kind::Audio, "audioMic");
    let offer = world.client("anna").outbox.pop_front().unwrap();
    world.send("anna", &offer);
    assert_eq!(world.inboxes["ben"].len(), 1, "just the answer");
    world.pass(PATIENCE - Duration::from_millis(1));
    assert_eq!(world.count(Note::Silent), 0);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.count(Note::Silent), 2);
    world.settle();
    world.check();
}

#[test]
fn a_broken_description_ends_the_connection_of_its_sender_alone() {
    let broken = ["", "v=0", "m=audio 9 x 111\r\n", &"a=x\r\n".repeat(1000)];
    for sdp in broken {
        let mut world = pair();
        world.send("ben", &json!({"type": "offer", "mid": "ben", "target": "MCU", "rid": "r", "sdp": sdp}));
        assert_eq!(world.count(Note::BadDescription), 1);
        let told = world.inboxes["ben"].back().unwrap();
        assert_eq!((&told["type"], &told["publisherId"]), (&json!("bye"), &json!("MCU")));
        assert!(!world.engine.contains_key("ben"));
        world.leave("ben");
        world.settle();
        world.check();
        assert_eq!(world.client("anna").shown.len(), 0);
    }
}

#[test]
fn an_offer_that_reorders_lines_is_refused() {
    let mut world = pair();
    world.client("ben").send_stream("ben-mic", Kind::Audio, "audioMic");
    let mut offer = world.client("ben").outbox.pop_front().unwrap();
    let sdp = offer["sdp"].as_str().unwrap().replace("a=mid:0", "a=mid:77").replace("BUNDLE 0", "BUNDLE 77");
    offer["sdp"] = json!(sdp);
    world.send("ben", &offer);
    assert_eq!(world.count(Note::BadDescription), 1);
}

#[test]
fn an_answer_to_nothing_is_acknowledged_and_forgotten() {
    let mut world = pair();
    world.client("ben").send_stream("ben-mic", Kind::Audio, "audioMic");
    let offer = world.client("ben").outbox.pop_front().unwrap();
    world.send("ben", &offer);
    let mut answer = offer.clone();
    answer["type"] = json!("answer");
    world.send("ben", &answer);
    let types: Vec<_> = world.inboxes["ben"].iter().map(|message| message["type"].clone()).collect();
    assert_eq!(types, ["answer", "answerAck"]);
    assert_eq!(world.count(Note::BadDescription), 0);
}

#[test]
fn a_wrong_answer_ends_the_connection() {
    let mut world = pair();
    world.client("ben").is_silent = true;
    world.client("anna").send_stream("anna-mic", Kind::Audio, "audioMic");
    world.settle();
    let mut answer = json!({"type": "answer", "mid": "ben", "target": "MCU", "rid": "r"});
    answer["sdp"] = json!(world.client("ben").browser.create_offer().sdp);
    world.send("ben", &answer);
    assert_eq!(world.count(Note::BadDescription), 1);
    assert!(!world.engine.contains_key("ben"));
}

#[test]
fn messages_of_the_wrong_shape_are_counted() {
    let mut world = pair();
    for message in [
        json!({"type": "offer"}),
        json!({"type": "answer", "sdp": 1}),
        json!({"type": "answerAck"}),
        json!({"type": "mediaInfoEvent", "mid": "ben", "rid": "r", "mediaId": "SMELL_x"}),
        json!({"type": "mediaInfoEvent"}),
    ] {
        world.send("ben", &message);
    }
    assert_eq!(world.count(Note::BadMessage), 5);
    let offer = json!({"type": "offer", "mid": "x", "target": "MCU", "rid": "r", "sdp": ""});
    world.send("nobody", &offer);
    world.settle();
    world.check();
}

#[test]
fn who_did_not_enter_can_ask_for_nothing() {
    let mut world = pair();
    let request = json!({"type": "startRecordingRoom", "target": "MCU", "rid": "r"});
    world.send("nobody", &request);
    assert_eq!((world.requests.len(), world.count(Note::BadMessage)), (0, 1));
    world.send("ben", &request);
    assert_eq!(world.requests.len(), 1);
}

#[test]
fn thousands_of_candidates_change_nothing() {
    let mut world = pair();
    for number in 0..5000 {
        let candidate = format!("candidate:{number} 1 udp 1 198.51.100.7 {number} typ host");
        let message =
            json!({"type": "candidate", "mid": "ben", "target": "MCU", "rid": "r", "candidate": candidate});
        world.send("ben", &message);
    }
    assert!(world.inboxes.values().all(|inbox| inbox.is_empty()));
    world.check();
}

#[test]
fn only_so_many_publish_and_so_much() {
    let limits = McuLimits { publishers: 2, media_per_member: 2, ..McuLimits::default() };
    let mut world = World::with_limits(5, limits);
    for name in ["anna", "ben", "cleo"] {
        world.join(name).send_stream(&format!("{name}-cam"), Kind::Video, "videoCamera");
        world.settle();
    }
    assert_eq!(world.tracks.len(), 2);
    assert_eq!(world.count(Note::OverLimit), 1);
    assert_eq!(world.client("cleo").shown.len(), 2);
    for number in 0..4 {
        world.client("ben").send_stream(&format!("ben-mic{number}"), Kind::Audio, "audioMic");
        world.settle();
    }
    assert_eq!(world.tracks.len(), 3);
    // A place that becomes free is taken.
    world.leave("anna");
    world.settle();
    assert_eq!(world.client("ben").shown.len(), 1);
    assert_eq!(world.client("cleo").violations, Vec::<String>::new());
}

#[test]
fn texts_are_limited_in_length_and_number() {
    let limits = McuLimits { text_bytes: 100, text_burst: 3, texts_per_second: 1, ..McuLimits::default() };
    let mut world = World::with_limits(5, limits);
    world.join("anna");
    world.join("ben");
    world.settle();
    let text = r#"{"type":"MESSAGE","isPrivate":false,"data":"x"}"#;
    world.text("anna", &format!(r#"{{"type":"MESSAGE","data":"{}"}}"#, "x".repeat(100)));
    assert_eq!(world.texts.len(), 0);
    for _ in 0..10 {
        world.text("anna", text);
    }
    assert_eq!(world.texts.len(), 3);
    world.now += Duration::from_secs(2);
    for _ in 0..10 {
        world.text("anna", text);
    }
    assert_eq!(world.texts.len(), 5);
}

#[test]
fn ids_that_could_change_a_description_are_not_passed_on() {
    let mut world = pair();
    world.client("ben").send_stream("ben-mic", Kind::Audio, "audioMic");
    let mut offer = world.client("ben").outbox.pop_front().unwrap();
    for entry in offer["mediaInfoList"].as_array_mut().unwrap() {
        entry["mediaId"] = json!("AUDIO_x\r\nm=audio 9 evil");
    }
    world.send("ben", &offer);
    world.settle();
    let anna = world.client("anna");
    assert_eq!(anna.violations, Vec::<String>::new());
    assert_eq!(anna.shown.len(), 0, "its camera lost its name too");
}
