//! Files between clients of this SDK.

use super::desk::{Desk, MAIN, NOW};
use crate::scene::text;
use crate::surroundings::json;
use skylink_core::{
    ChannelEvent, ChannelId, ChannelOp, ConnectionEvent, ConnectionOp, ErrorCode, Failure, FileEvent, FileOp,
    Output, Piece,
};
use skylink_protocol::Value;

pub const BLOCK: f64 = 1_048_448.0;

pub fn id() -> String {
    format!("me_{NOW}")
}

pub fn request(id: &str, bytes: f64) -> String {
    format!(
        r#"{{"type":"WRQ","transferId":"{id}","name":"b.txt","size":8,"originalSize":{bytes},"dataType":"blob",
        "mimeType":"text/x","chunkType":"arrayBuffer","chunkSize":65528,"timeout":10,"isPrivate":false,
        "sender":"bob","agent":"chrome","version":156,"target":"me","blockSize":{BLOCK}}}"#
    )
}

pub fn accept(id: &str) -> String {
    format!(r#"{{"type":"ACK","sender":"bob","ackN":0,"transferId":"{id}"}}"#)
}

/// The last channel that was opened for a file.
pub fn opened(desk: &Desk) -> ChannelId {
    let opened = desk.scene.outputs.iter().rev().find_map(|output| match output {
        Output::Connection {
            op: ConnectionOp::Channel { channel, op: ChannelOp::OpenForFile { .. } },
            ..
        } => Some(*channel),
        _ => None,
    });
    opened.expect("a channel is opened")
}

pub fn closed(desk: &Desk, wanted: ChannelId) -> bool {
    desk.scene.outputs.iter().any(|output| {
        matches!(output, Output::Connection { op: ConnectionOp::Channel { channel, op: ChannelOp::Close }, .. }
            if *channel == wanted)
    })
}

pub fn tell(desk: &mut Desk, channel: ChannelId, message: &str) {
    desk.on_channel(channel, ChannelEvent::Text(message.to_owned()));
}

pub fn want(desk: &mut Desk, channel: ChannelId, offset: f64, limit: f64) {
    tell(desk, channel, &format!(r#"{{"type":"WANT","offset":{offset},"limit":{limit}}}"#));
}

fn sent(desk: &Desk) -> Vec<Piece> {
    let pieces = desk.file_ops().into_iter().filter_map(|(_, op)| match op {
        FileOp::SendFrames { piece, .. } => Some(piece),
        _ => None,
    });
    pieces.collect()
}

/// An upload that the peer accepted, with its channel open.
fn uploading(size: f64) -> (Desk, u32, ChannelId) {
    let mut desk = Desk::with_our_peer();
    let promise = desk.send(size);
    desk.hear(&accept(&id()));
    let channel = opened(&desk);
    desk.on_channel(channel, ChannelEvent::Open);
    (desk, promise, channel)
}

/// A download that the app accepted, with its channel open.
pub fn downloading(size: f64) -> (Desk, u32, ChannelId) {
    let mut desk = Desk::with_our_peer();
    desk.hear(&request("t1", size));
    let promise = desk.respond("t1", true);
    let channel = desk.channel_offered("t1");
    (desk, promise, channel)
}

#[test]
fn what_we_can_is_said_in_the_greeting_and_only_there() {
    let desk = Desk::with_our_peer();
    drop(desk);
    let mut scene = crate::scene::Scene::new();
    scene.join(r#"{"roomName":"lobby"}"#);
    scene.enter();
    scene.meet("bob");
    for (kind, says) in [("enter", true), ("welcome", true), ("joinRoom", false)] {
        let sent = scene.sent().into_iter().find(|message| text(message, "type") == kind).unwrap();
        for member in ["fileChannels", "fileLanes", "messageLists"] {
            let says_it = sent.get(member).cloned();
            assert_eq!(says_it, says.then_some(Value::Bool(true)), "{kind}");
        }
    }
    let info = scene.detail("peerJoined").get("peerInfo").cloned().unwrap();
    assert!(!crate::surroundings::print(&info).contains("fileChannels"), "apps see nothing of it");
}

#[test]
fn a_file_is_asked_for_by_name_and_sent_through_its_own_channel() {
    let mut desk = Desk::with_our_peer();
    let promise = desk.send(5.0);
    let asked = &desk.said()[0];
    assert_eq!(asked.get("blockSize"), Some(&(BLOCK / 4.0).into()));
    assert_eq!(asked.get("chunkType"), Some(&"arrayBuffer".into()));
    desk.read();
    desk.hear(&accept(&id()));
    let channel = opened(&desk);
    want(&mut desk, channel, 0.0, 5.0);
    assert_eq!(sent(&desk), [], "the channel is not open here");
    desk.on_channel(channel, ChannelEvent::Open);
    assert_eq!(sent(&desk), [Piece { offset: 0.0, length: 5.0 }]);
    let file = desk.file();
    assert!(desk.file_ops().contains(&(file, FileOp::Digest)));
    desk.on_file(file, FileEvent::Digest("d1".into()));
    assert_eq!(desk.last_said(), r#"{"type":"END","digest":"d1"}"#);
    tell(&mut desk, channel, r#"{"type":"DONE","size":5}"#);
    assert!(desk.entry(promise).get("success").is_some());
    assert_eq!(desk.states(), ["userRequest", "uploadStarted", "uploading", "uploadCompleted"]);
    assert!(closed(&desk, channel) && desk.has_forgotten(file));
}

#[test]
fn a_file_that_is_refused_was_read_in_vain() {
    let mut desk = Desk::with_our_peer();
    let promise = desk.send(5.0);
    desk.read();
    let file = desk.file();
    desk.hear(&accept(&id()).replace(r#""ackN":0"#, r#""ackN":-1"#));
    assert!(desk.has_forgotten(file));
    assert!(desk.entry(promise).get("error").is_some());
}

#[test]
fn a_file_that_cannot_be_read_fails_before_it_is_accepted() {
    let mut desk = Desk::with_our_peer();
    let promise = desk.send(5.0);
    let (file, error) = (desk.file(), desk.scene.handle());
    desk.on_file(file, FileEvent::Failed(error));
    assert_eq!(text(&desk.said()[1], "type"), "ERROR");
    assert!(desk.has_forgotten(file));
    assert!(desk.entry(promise).get("error").is_some());
}

#[test]
fn a_file_that_arrives_is_checked_before_anybody_hears_of_it() {
    let (mut desk, promise, channel) = downloading(5.0);
    assert_eq!(desk.said()[0], json(r#"{"type":"ACK","sender":"me","ackN":0,"transferId":"t1"}"#));
    assert_eq!(desk.last_said(), r#"{"type":"WANT","offset":0,"limit":5}"#);
    let frame = desk.frame(channel, 0.0, 5.0);
    let file = desk.file();
    assert!(desk.file_ops().contains(&(file, FileOp::StoreFrame(frame))));
    desk.on_file(file, FileEvent::Digest("d1".into()));
    assert_eq!(desk.states(), ["request", "downloadStarted"]);
    tell(&mut desk, channel, r#"{"type":"END","digest":"d1"}"#);
    assert_eq!(desk.file_ops().last(), Some(&(file, FileOp::Close { mime: "text/x".into() })));
    assert_eq!(desk.states(), ["request", "downloadStarted"]);
    let blob = desk.scene.handle();
    desk.on_file(file, FileEvent::Closed(Some(blob)));
    assert_eq!(desk.last_said(), r#"{"type":"DONE","size":5}"#);
    assert_eq!(desk.states().last().map(String::as_str), Some("downloadCompleted"));
    assert!(desk.scene.resolution(promise).get("bob").is_some());
    assert!(!closed(&desk, channel), "what was said last has to arrive");
}

#[test]
fn a_file_that_differs_is_not_delivered() {
    let (mut desk, promise, channel) = downloading(5.0);
    desk.frame(channel, 0.0, 5.0);
    let file = desk.file();
    tell(&mut desk, channel, r#"{"type":"END","digest":"d1"}"#);
    desk.on_file(file, FileEvent::Digest("d2".into()));
    assert_eq!(desk.states().last().map(String::as_str), Some("error"));
    let said = desk.last_said();
    assert!(said.starts_with(r#"{"type":"ERROR","content":"The data that arrived differ"#), "{said}");
    assert!(said.ends_with(r#""transferId":"t1"}"#));
    assert!(matches!(desk.scene.settled.get(&promise), Some(Err(Failure::Value(_)))));
    assert!(!desk.scene.events().contains(&"onIncomingData"));
}

#[test]
fn frames_that_cannot_be_end_it() {
    for (offset, length) in [(1.0, 2.0), (0.0, 6.0), (4.0, 10.0), (-1.0, 3.0), (f64::NAN, 1.0)] {
        let (mut desk, _, channel) = downloading(5.0);
        let frame = desk.frame(channel, offset, length);
        assert!(desk.released(frame));
        assert_eq!(desk.states().last().map(String::as_str), Some("error"), "{offset} {length}");
        assert_eq!(text(&desk.said()[desk.said().len() - 1], "type"), "ERROR");
        let late = desk.frame(channel, 0.0, 5.0);
        assert!(desk.released(late));
    }
    let (mut desk, _, channel) = downloading(5.0);
    let frame = desk.scene.handle();
    desk.on_channel(channel, ChannelEvent::Frame { frame, piece: None });
    assert!(desk.released(frame));
    assert_eq!(desk.last_made_error().code, ErrorCode::TransferFailed);
}

#[test]
fn frames_that_came_before_are_dropped() {
    let (mut desk, _, channel) = downloading(5.0);
    desk.frame(channel, 0.0, 3.0);
    let again = desk.frame(channel, 0.0, 3.0);
    assert!(desk.released(again));
    assert_eq!(desk.states(), ["request", "downloadStarted"]);
}

#[test]
fn an_early_end_is_an_error() {
    let (mut desk, _, channel) = downloading(5.0);
    desk.frame(channel, 0.0, 4.0);
    tell(&mut desk, channel, r#"{"type":"END","digest":"d1"}"#);
    assert_eq!(desk.states().last().map(String::as_str), Some("error"));
}

#[test]
fn words_on_the_channel_that_cannot_be_are_dropped() {
    let size = BLOCK;
    let (mut desk, _, channel) = uploading(size);
    desk.read();
    for message in [
        "",
        "7",
        "{",
        r#"{"type":"WANT"}"#,
        r#"{"type":"WANT","offset":1048449,"limit":1048449}"#,
        r#"{"type":"WANT","offset":-1,"limit":5}"#,
        r#"{"type":"WANT","offset":0,"limit":1e300}"#,
        r#"{"type":"END","digest":"d"}"#,
        r#"{"type":"DONE","size":1048448}"#,
        r#"{"type":"ACK","ackN":0}"#,
    ] {
        tell(&mut desk, channel, message);
        assert_eq!(sent(&desk), [], "{message}");
        assert_eq!(desk.states().len(), 3, "{message}");
    }
    want(&mut desk, channel, 0.0, size);
    // Not before everything was sent and said.
    tell(&mut desk, channel, r#"{"type":"DONE","size":1048448}"#);
    assert_eq!(desk.states().len(), 3);
    desk.on_file(desk.file(), FileEvent::Digest("d1".into()));
    tell(&mut desk, channel, r#"{"type":"DONE","size":4}"#);
    assert_eq!(desk.states().len(), 3);
}

#[test]
fn only_requests_that_wait_for_this_app_are_too_many() {
    let mut desk = Desk::with_our_peer();
    for _ in 0..100 {
        desk.send(5.0);
    }
    for id in 0..100 {
        desk.scene.forget();
        desk.hear(&request(&format!("t{id}"), 5.0));
        assert_eq!(desk.states(), ["request"], "{id}");
    }
    desk.scene.forget();
    desk.hear(&request("t100", 5.0));
    assert_eq!(desk.states(), [""; 0]);
    assert_eq!(desk.last_said(), r#"{"type":"ACK","sender":"me","ackN":-1,"transferId":"t100"}"#);
}

#[test]
fn requests_that_cannot_be_are_dropped() {
    for (member, value) in [
        (r#""originalSize":5"#, r#""originalSize":0"#),
        (r#""originalSize":5"#, r#""originalSize":-5"#),
        (r#""originalSize":5"#, r#""originalSize":"5""#),
        (r#""transferId":"t1""#, r#""transferId":"""#),
        (r#""transferId":"t1""#, r#""transferId":7"#),
        (r#""blockSize":1048448"#, r#""blockSize":1"#),
        (r#""blockSize":1048448"#, r#""blockSize":1e300"#),
    ] {
        let mut desk = Desk::with_our_peer();
        desk.hear(&request("t1", 5.0).replace(member, value));
        assert_eq!(desk.states(), [""; 0], "{value}");
    }
    // An old peer cannot mean it.
    let mut desk = Desk::with_old_peer();
    desk.hear(&request("t1", 5.0));
    desk.respond("t1", true);
    assert_eq!(desk.last_said(), r#"{"type":"ACK","sender":"me","ackN":0}"#);
}

#[test]
fn a_flood_of_requests_is_refused() {
    let mut desk = Desk::with_our_peer();
    for number in 0..120 {
        desk.hear(&request(&format!("t{number}"), 5.0));
    }
    assert_eq!(desk.states().len(), 100);
    assert_eq!(desk.said().len(), 20);
    assert_eq!(desk.last_said(), r#"{"type":"ACK","sender":"me","ackN":-1,"transferId":"t119"}"#);
}

#[test]
fn several_go_at_once_and_each_message_finds_its_own() {
    let mut desk = Desk::with_our_peer();
    let (first, second) = (desk.send(5.0), desk.send(6.0));
    desk.hear(&request("t1", 7.0));
    assert_eq!(desk.states(), ["userRequest", "userRequest", "request"]);
    let later = format!("me_{}", desk.scene.now.0 + 1.0);
    desk.hear(&format!(r#"{{"type":"ACK","ackN":-1,"transferId":"{later}"}}"#));
    assert!(desk.entry(second).get("error").is_some());
    desk.hear(r#"{"type":"CANCEL","transferId":"t1","content":"no more"}"#);
    assert_eq!(desk.last_error(), ("no more".into(), "download".into()));
    desk.hear(r#"{"type":"ERROR","transferId":"nothing"}"#);
    desk.hear(r#"{"type":"ERROR","content":"without a name it means none"}"#);
    assert!(!desk.scene.settled.contains_key(&first));
    desk.hear(&format!(r#"{{"type":"ERROR","transferId":"{}","content":"x"}}"#, id()));
    assert!(desk.entry(first).get("error").is_some());
}

#[test]
fn an_acceptance_of_what_is_over_is_answered() {
    let mut desk = Desk::with_our_peer();
    desk.hear(&accept("long-gone"));
    let said = desk.last_said();
    assert!(
        said.starts_with(r#"{"type":"CANCEL""#) && said.ends_with(r#""transferId":"long-gone"}"#),
        "{said}"
    );
}

#[test]
fn a_lost_channel_is_opened_again_and_the_receiver_says_where_to_go_on() {
    let (mut desk, promise, channel) = uploading(3.0 * BLOCK);
    desk.read();
    want(&mut desk, channel, 0.0, 3.0 * BLOCK);
    desk.on_channel(channel, ChannelEvent::Closed);
    desk.scene.wait();
    let second = opened(&desk);
    assert_ne!(second, channel);
    desk.on_channel(second, ChannelEvent::Open);
    desk.scene.forget();
    want(&mut desk, second, 100_000.0, 3.0 * BLOCK);
    assert_eq!(sent(&desk).first().map(|piece| piece.offset), Some(100_000.0));
    assert!(!desk.scene.settled.contains_key(&promise));
}

#[test]
fn without_the_channel_for_messages_it_waits_and_goes_on() {
    let (mut desk, promise, channel) = uploading(BLOCK);
    desk.on_channel(channel, ChannelEvent::Closed);
    desk.on_channel(MAIN, ChannelEvent::Closed);
    desk.scene.forget();
    desk.scene.wait();
    let opens = |desk: &Desk| {
        let is_open = |output: &&Output| {
            matches!(
                output,
                Output::Connection {
                    op: ConnectionOp::Channel { op: ChannelOp::OpenForFile { .. }, .. },
                    ..
                }
            )
        };
        desk.scene.outputs.iter().filter(is_open).count()
    };
    assert_eq!(opens(&desk), 0);
    desk.channel_offered("rid_bob_me");
    assert_eq!(opens(&desk), 1);
    assert!(!desk.scene.settled.contains_key(&promise));
}

#[test]
fn a_request_is_repeated_when_the_channel_for_messages_was_lost() {
    let mut desk = Desk::with_our_peer();
    desk.send(5.0);
    desk.on_channel(MAIN, ChannelEvent::Closed);
    desk.channel_offered("rid_bob_me");
    let requests = desk.said().iter().filter(|message| text(message, "type") == "WRQ").count();
    assert_eq!(requests, 2);
    assert_eq!(desk.states(), ["userRequest"]);
    // The other side: a repeated request is no second one, and is answered as the first.
    let mut desk = Desk::with_our_peer();
    desk.hear(&request("t1", 5.0));
    desk.hear(&request("t1", 5.0));
    assert_eq!(desk.states(), ["request"]);
    desk.respond("t1", true);
    desk.hear(&request("t1", 5.0));
    assert_eq!(desk.said().len(), 2);
    assert_eq!(desk.said()[0], desk.said()[1]);
}

#[test]
fn a_sender_that_missed_the_end_is_told_again() {
    let (mut desk, _, channel) = downloading(5.0);
    desk.frame(channel, 0.0, 5.0);
    let file = desk.file();
    tell(&mut desk, channel, r#"{"type":"END","digest":"d1"}"#);
    desk.on_file(file, FileEvent::Digest("d1".into()));
    desk.on_file(file, FileEvent::Closed(None));
    desk.on_channel(channel, ChannelEvent::Closed);
    desk.scene.forget();
    desk.channel_offered("t1");
    assert_eq!(desk.last_said(), r#"{"type":"DONE","size":5}"#);
    desk.scene.forget();
    desk.channel_offered("never heard of");
    assert_eq!(desk.said(), [] as [Value; 0]);
}

#[test]
fn nothing_moving_is_a_timeout_on_both_sides() {
    for lost in [false, true] {
        let (mut desk, promise, channel) = uploading(5.0);
        if lost {
            desk.on_channel(channel, ChannelEvent::Closed);
        }
        let begin = desk.scene.now;
        while !desk.scene.settled.contains_key(&promise) {
            desk.scene.wait();
        }
        assert_eq!(desk.scene.now.0 - begin.0, 60_000.0);
        assert_eq!(desk.last_made_error().code, ErrorCode::TransferTimeout);
    }
    let (mut desk, promise, channel) = downloading(5.0);
    desk.scene.now = desk.scene.now.plus(9_999.0);
    desk.frame(channel, 0.0, 1.0);
    let begin = desk.scene.now;
    while !desk.scene.settled.contains_key(&promise) {
        desk.scene.wait();
    }
    assert_eq!(desk.scene.now.0 - begin.0, 10_000.0);
}

#[test]
fn progress_is_told_ten_times_a_second_at_the_most() {
    let size = 100.0 * BLOCK;
    let (mut desk, _, channel) = downloading(size);
    let file = desk.file();
    let mut offset = 0.0;
    for _ in 0..100 {
        desk.frame(channel, offset, 65_528.0);
        offset += 65_528.0;
        desk.on_file(file, FileEvent::Stored(offset));
        desk.scene.now = desk.scene.now.plus(10.0);
    }
    let told = desk.states().iter().filter(|state| *state == "downloading").count();
    assert!((9..=10).contains(&told), "{told}");
    let detail = desk.scene.detail("dataTransferState");
    let percentage =
        detail.get("transferInfo").unwrap().get("percentage").and_then(Value::as_number).unwrap();
    assert!((5.0..7.0).contains(&percentage));
    assert_eq!((percentage * 100.0).fract(), 0.0, "two decimals");
}

#[test]
fn progress_is_not_told_twice_when_there_is_none() {
    let (mut desk, _, channel) = uploading(5.0);
    desk.scene.now = desk.scene.now.plus(500.0);
    desk.read();
    want(&mut desk, channel, 0.0, 5.0);
    assert_eq!(sent(&desk).len(), 1, "it is in the browser's hands, and did not leave yet");
    assert_eq!(desk.states(), ["userRequest", "uploadStarted", "uploading"]);
}

#[test]
fn the_status_of_a_connection_tells_what_its_channels_carry() {
    let mut desk = Desk::without_peer(crate::statistics::in_room(r#"{"appKey":"demo"}"#, "true"));
    desk.meet("bob");
    let connection = desk.scene.last_connection();
    desk.scene.report(connection, ConnectionEvent::IceState("connected".into()));
    desk.send(5.0);
    let id = desk.scene.detail("dataTransferState").get("transferId").cloned();
    let promise = crate::statistics::ask(&mut desk.scene, "lobby", "null");
    crate::statistics::answer_last(&mut desk.scene);
    let entry = desk.scene.resolution(promise).as_list().unwrap()[0].clone();
    let channels = entry.get("connection").unwrap().get("peerDataChannels").unwrap();
    assert_eq!(channels.get("rid_bob_me").unwrap().get("currentTransferId"), id.as_ref());
}

#[test]
fn transfer_channels_are_listed_with_what_they_carry() {
    let (mut desk, ..) = downloading(5.0);
    desk.send(5.0);
    let call = skylink_core::Call::GetPeersDataChannels { room: "lobby".into(), readings: Vec::new() };
    let list = desk.scene.call(call).unwrap();
    let channels = list.get("bob").unwrap();
    let member = |label: &str, key: &str| channels.get(label).unwrap().get(key).cloned().unwrap();
    assert_eq!(member("t1", "channelType"), "data".into());
    assert_eq!(member("t1", "currentTransferId"), "t1".into());
    assert_eq!(member("rid_bob_me", "currentTransferId"), Value::Null);

    let mut desk = Desk::with_old_peer();
    desk.send(5.0);
    let call = skylink_core::Call::GetPeersDataChannels { room: "lobby".into(), readings: Vec::new() };
    let list = desk.scene.call(call).unwrap();
    let main = list.get("bob").unwrap().get("rid_bob_me").unwrap();
    assert_eq!(main.get("currentTransferId"), Some(&id().into()));
}
