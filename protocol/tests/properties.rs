//! Whatever comes in, nothing panics; whatever goes out, comes in again the same.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::arithmetic_side_effects)]

mod captured;

use std::sync::LazyLock;

use captured::{frames, signaling_text};
use proptest::prelude::*;
use proptest::sample::{select, Index};
use skylink_protocol::data_channel::ChannelMessage;
use skylink_protocol::signaling::Message;
use skylink_protocol::{engine_io, socket_io, Object, Value};

static FRAMES: LazyLock<Vec<String>> = LazyLock::new(frames);
static SIGNALING: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let texts = FRAMES.iter().filter_map(|frame| signaling_text(frame));
    texts.map(|text| serde_json::from_str(&text).unwrap()).collect()
});

const TEXT_MEMBERS: &[&str] = &[
    "mid",
    "rid",
    "sid",
    "target",
    "publisherId",
    "sdp",
    "candidate",
    "id",
    "secretId",
    "rtmpId",
    "action",
    "sendingPeerId",
    "receivingPeerId",
    "mediaId",
    "streamId",
    "data",
    "userData",
    "agent",
    "version",
    "msgId",
];
const NUMBER_MEMBERS: &[&str] = &["weight", "tieBreaker", "label", "stamp", "ackN", "len", "size"];
const FLAG_MEMBERS: &[&str] =
    &["success", "lock", "isPersistent", "showAll", "isPrivate", "doIceRestart", "restart"];
const OTHER_MEMBERS: &[&str] = &[
    "lists",
    "peersInRoom",
    "mediaInfoList",
    "views",
    "layers",
    "userInfo",
    "pc_config",
    "result",
    "settings",
    "temasysPluginVersion",
    "of no known name",
];

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("JSON has no such number", |n| n.is_finite()),
        any::<i32>().prop_map(f64::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number().prop_map(Value::Number),
        any::<String>().prop_map(Value::Text),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Object>())),
        ]
    })
}

/// One member, mostly of the kind it should be.
fn member() -> impl Strategy<Value = (String, Value)> {
    let text = (select(TEXT_MEMBERS), any::<String>().prop_map(Value::Text));
    let number = (select(NUMBER_MEMBERS), number().prop_map(Value::Number));
    let flag = (select(FLAG_MEMBERS), any::<bool>().prop_map(Value::Bool));
    let other = (select(OTHER_MEMBERS), value());
    let wrong = (select([TEXT_MEMBERS, NUMBER_MEMBERS, FLAG_MEMBERS].concat()), value());
    prop_oneof![8 => text, 4 => number, 4 => flag, 4 => other, 1 => wrong]
        .prop_map(|(key, value)| (key.to_owned(), value))
}

/// An object that looks like a message: the members that have to be there, then others at random.
fn message_like() -> impl Strategy<Value = Value> {
    let types = [Message::TYPES, ChannelMessage::TYPES].concat();
    let members = prop::collection::vec(member(), 0..24);
    (select(types), any::<String>(), members).prop_map(|(kind, text, members)| {
        let mut object = Object::new().with("type", kind);
        for key in TEXT_MEMBERS {
            object.set(key, text.as_str());
        }
        object.set("success", true);
        object.set("lock", false);
        object.set("ackN", 0.0);
        object.set("lists", Vec::new());
        object.set("views", Vec::new());
        object.set("layers", Vec::new());
        for (key, value) in members {
            object.set(&key, value);
        }
        Value::Object(object)
    })
}

fn codec_reads_and_writes_alike(text: &str) {
    if let Some(packet) = engine_io::Packet::parse(text) {
        assert_eq!(engine_io::Packet::parse(&packet.write()), Some(packet));
        if let engine_io::Packet::Message(inner) = packet {
            codec_reads_and_writes_inner(inner);
        }
    }
    codec_reads_and_writes_inner(text);
}

fn codec_reads_and_writes_inner(text: &str) {
    if let Some(packet) = socket_io::Packet::parse(text) {
        assert_eq!(socket_io::Packet::parse(&packet.write()), Some(packet));
    }
}

/// Everything that a receiver does with a text frame.
fn receive(frame: &str) {
    codec_reads_and_writes_alike(frame);
    let Some(text) = signaling_text(frame) else {
        return;
    };
    if let Ok(value) = serde_json::from_str::<Value>(&text) {
        read_message(&value);
    }
}

/// What was understood of a value is written so that it is understood the same again.
fn read_message(value: &Value) -> bool {
    let signaling = Message::try_from(value);
    if let Ok(message) = &signaling {
        assert_eq!(Message::try_from(&Value::from(message)).as_ref(), Ok(message));
    }
    let channel = ChannelMessage::try_from(value);
    if let Ok(message) = &channel {
        let written = Value::from(message);
        assert_eq!(ChannelMessage::try_from(&written).as_ref(), Ok(message));
    }
    signaling.is_ok() || channel.is_ok()
}

/// `text` with the characters of a range replaced.
fn spliced(text: &str, from: Index, length: usize, replacement: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let from = from.index(characters.len() + 1);
    let until = (from + length).min(characters.len());
    let (head, tail) = (&characters[..from], &characters[until..]);
    head.iter().copied().chain(replacement.chars()).chain(tail.iter().copied()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text_is_no_trouble_to_the_codec(text in any::<String>()) {
        codec_reads_and_writes_alike(&text);
    }

    #[test]
    fn random_bytes_are_no_trouble_to_the_codec(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        codec_reads_and_writes_alike(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn text_like_a_packet_is_no_trouble_to_the_codec(text in r#"[0-7b]{0,2}(/[a-z]{0,3}[,?é]?)?[0-9]{0,12}-?[\[{"]?\PC{0,12}"#) {
        receive(&text);
    }

    #[test]
    fn a_value_survives_its_text(value in value()) {
        let text = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_random_value_is_no_trouble_to_the_shapes(value in value()) {
        read_message(&value);
    }

    #[test]
    fn a_random_message_survives_writing(value in message_like()) {
        read_message(&value);
        let text = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_captured_frame_with_damaged_text_is_no_trouble(
        which in any::<Index>(),
        damage in prop::collection::vec((any::<Index>(), 0_usize..12, r#"[\\"{}\[\],:0-9é]{0,4}"#), 1..4),
    ) {
        let mut frame = which.get(FRAMES.as_slice()).clone();
        for (from, length, replacement) in damage {
            frame = spliced(&frame, from, length, &replacement);
        }
        receive(&frame);
    }

    #[test]
    fn a_captured_message_with_damaged_members_is_no_trouble(
        which in any::<Index>(),
        member in any::<Index>(),
        replacement in prop::option::of(value()),
    ) {
        let Value::Object(mut object) = which.get(SIGNALING.as_slice()).clone() else {
            panic!("not an object");
        };
        let keys: Vec<String> = object.iter().map(|(key, _)| key.to_owned()).collect();
        let key = member.get(&keys);
        match replacement {
            Some(value) => object.set(key, value),
            None => {
                object.remove(key);
            }
        }
        read_message(&Value::Object(object));
    }
}

#[test]
fn the_random_messages_are_such_that_most_are_understood() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let understood =
        (0..400).filter(|_| read_message(&message_like().new_tree(&mut runner).unwrap().current())).count();
    assert!(understood > 200, "only {understood} of 400");
}
