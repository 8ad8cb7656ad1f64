//! Frames of real skylinkjs clients: read, written again, compared.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod captured;

use std::collections::BTreeSet;

use captured::{channel_texts, frames, signaling_text};
use serde_json::Value as Json;
use skylink_protocol::data_channel::ChannelMessage;
use skylink_protocol::signaling::{Message, Offer};
use skylink_protocol::{engine_io, socket_io};

/// Names of the members in order, without `type`, whose place differs between the builders of 2.7.2.
fn order(text: &str) -> Vec<String> {
    let value: skylink_protocol::Value = serde_json::from_str(text).unwrap();
    let object = value.as_object().unwrap();
    object.iter().map(|(key, _)| key.to_owned()).filter(|key| key != "type").collect()
}

fn assert_same(written: &str, captured: &str) {
    let written_json: Json = serde_json::from_str(written).unwrap();
    let captured_json: Json = serde_json::from_str(captured).unwrap();
    assert_eq!(written_json, captured_json);
    assert_eq!(order(written), order(captured), "{captured}");
}

#[test]
fn every_frame_is_written_as_it_was_read() {
    for frame in frames() {
        let outer = engine_io::Packet::parse(&frame).unwrap();
        assert_eq!(outer.write(), frame);
        if let engine_io::Packet::Message(text) = outer {
            assert_eq!(socket_io::Packet::parse(text).unwrap().write(), text);
        }
    }
}

#[test]
fn every_handshake_is_understood() {
    let handshakes: Vec<engine_io::Handshake> = frames()
        .iter()
        .filter_map(|frame| match engine_io::Packet::parse(frame) {
            Some(engine_io::Packet::Open(json)) => Some(serde_json::from_str(json).unwrap()),
            _ => None,
        })
        .collect();
    assert!(!handshakes.is_empty());
    for handshake in handshakes {
        assert_eq!(handshake.ping_interval, 5_000.0);
        assert_eq!(handshake.ping_timeout, 20_000.0);
        assert_eq!(handshake.upgrades, Some(Vec::new()));
    }
}

#[test]
fn every_signaling_message_is_written_as_it_was_read() {
    let mut types = BTreeSet::new();
    for mut text in frames().iter().filter_map(|frame| signaling_text(frame)) {
        let message: Message = serde_json::from_str(&text).unwrap();
        if let Message::UserMessage(chat) = &message {
            let captured: Json = serde_json::from_str(&text).unwrap();
            if captured["isPersistent"].is_string() {
                // 2.7.2 puts the sender's session id there by mistake; it must not count as true.
                assert_eq!(chat.is_persistent, None);
                text = text.replace(r#","isPersistent":"ps-of-bob""#, "");
            }
        }
        let written = serde_json::to_string(&message).unwrap();
        assert_same(&written, &text);
        let json: Json = serde_json::from_str(&written).unwrap();
        types.insert(json["type"].as_str().unwrap().to_owned());
    }
    let expected = [
        "answer",
        "answerAck",
        "bye",
        "candidate",
        "endOfCandidates",
        "enter",
        "getPeers",
        "getStoredMessages",
        "inRoom",
        "joinRoom",
        "mediaInfoEvent",
        "message",
        "offer",
        "peerList",
        "redirect",
        "roomLockEvent",
        "startRecordingRoom",
        "storedMessages",
        "updateUserEvent",
        "welcome",
    ];
    assert!(types.iter().eq(expected.iter()), "{types:?}");
}

#[test]
fn a_restart_offer_is_told_from_a_first_one() {
    let offers: Vec<Offer> = frames()
        .iter()
        .filter_map(|frame| serde_json::from_str(&signaling_text(frame)?).ok())
        .filter_map(|message| match message {
            Message::Offer(offer) => Some(offer),
            _ => None,
        })
        .collect();
    let (restarts, firsts): (Vec<_>, Vec<_>) =
        offers.iter().partition(|offer| offer.do_ice_restart.is_some());
    assert_eq!((firsts.len(), restarts.len()), (2, 1));
    assert_eq!(restarts[0].do_ice_restart, Some(true));
    assert!(restarts[0].sdp.ends_with("\r\n"));
    let media = restarts[0].media_info_list.as_ref().unwrap();
    assert!(media.iter().all(|info| info.media_state.as_deref() == Some("muted")));
}

#[test]
fn every_channel_message_is_written_as_it_was_read() {
    let mut chunks = 0;
    for text in channel_texts() {
        if serde_json::from_str::<Json>(&text).is_err() {
            chunks += 1;
            continue;
        }
        let message: ChannelMessage = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&message).unwrap(), text);
    }
    assert_eq!(chunks, 1);
}
