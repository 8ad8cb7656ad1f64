//! Files to and from 2.7.2.

use super::desk::{Desk, MAIN, NOW};
use crate::scene::keys;
use crate::surroundings::json;
use skylink_core::{ChannelEvent, ConnectionEvent, ErrorCode, Failure, FileEvent, FileOp, Output, PromiseId};
use skylink_protocol::Value;

const CHUNK: f64 = 49_152.0;

fn id() -> String {
    format!("me_{NOW}")
}

fn acknowledge(number: i32) -> String {
    format!(r#"{{"type":"ACK","sender":"bob","ackN":{number}}}"#)
}

/// As 2.7.2 asks.
pub fn request(id: &str, bytes: f64) -> String {
    let size = 4.0 * (bytes / 3.0).ceil();
    format!(
        r#"{{"type":"WRQ","transferId":"{id}","name":"b.txt","size":{size},"originalSize":{bytes},
        "dataType":"blob","mimeType":null,"chunkType":"binaryString","chunkSize":49152,"timeout":10,
        "isPrivate":false,"sender":"bob","agent":"chrome","version":156,"target":"me"}}"#
    )
}

fn sent_pieces(desk: &Desk) -> Vec<(f64, f64)> {
    let pieces = desk.file_ops().into_iter().filter_map(|(_, op)| match op {
        FileOp::SendText { channel: MAIN, piece, .. } => Some((piece.offset, piece.length)),
        _ => None,
    });
    pieces.collect()
}

#[test]
fn a_request_is_written_as_by_the_original() {
    let mut desk = Desk::with_old_peer();
    desk.send_with(200.0, Value::Null, 10.0.into());
    let expected = format!(
        r#"{{"type":"WRQ","transferId":"{}","name":"a.txt","size":268,"originalSize":200,"dataType":"blob","mimeType":"text/plain","chunkType":"binaryString","chunkSize":49152,"timeout":10,"isPrivate":false,"sender":"me","agent":"chrome","version":156,"target":"bob"}}"#,
        id()
    );
    assert_eq!(desk.said(), [json(&expected)]);
    let said = desk.said();
    assert_eq!(keys(said[0].as_object().unwrap()), keys(json(&expected).as_object().unwrap()));
}

#[test]
fn a_file_goes_out_chunk_by_chunk() {
    let mut desk = Desk::with_old_peer();
    let promise = desk.send(CHUNK + 1.0);
    assert_eq!(desk.file_ops(), [], "nothing is read before the receiver accepts");
    desk.hear(&acknowledge(0));
    assert_eq!(desk.read().length, CHUNK + 1.0);
    assert_eq!(sent_pieces(&desk), [(0.0, CHUNK)]);
    desk.hear(&acknowledge(1));
    assert_eq!(sent_pieces(&desk), [(0.0, CHUNK), (CHUNK, 1.0)]);
    let file = desk.file();
    desk.hear(&acknowledge(2));
    assert!(desk.has_forgotten(file));
    assert_eq!(desk.states(), ["userRequest", "uploadStarted", "uploading", "uploading", "uploadCompleted"]);
    let data = desk.scene.detail("onIncomingData");
    assert_eq!(keys(&data), ["data", "transferId", "peerId", "transferInfo", "isSelf"]);
    assert_eq!(data.get("isSelf"), Some(&true.into()));
    assert!(matches!(data.get("data"), Some(Value::Handle(_))));
    let entry = desk.entry(promise);
    assert_eq!(keys(&entry), ["success", "transferType"]);
    assert_eq!(entry.get("success").unwrap().get("percentage"), Some(&100.0.into()));
    assert_eq!(entry.get("success").unwrap().get("data"), data.get("data"));
}

#[test]
fn acknowledgements_that_do_not_fit_change_nothing() {
    let mut desk = Desk::with_old_peer();
    desk.send(3.0 * CHUNK);
    for message in [
        acknowledge(1),
        acknowledge(7),
        r#"{"type":"ACK","ackN":"0"}"#.into(),
        r#"{"type":"ACK"}"#.into(),
        r#"{"type":"ACK","ackN":0,"transferId":"another"}"#.into(),
        r#"{"type":"ACK","ackN":null}"#.into(),
    ] {
        desk.hear(&message);
        assert_eq!(desk.states(), ["userRequest"], "{message}");
    }
    desk.hear(&acknowledge(0));
    desk.read();
    for number in [0, 2, 3] {
        desk.hear(&acknowledge(number));
        assert_eq!(sent_pieces(&desk).len(), 1);
    }
    desk.hear(&acknowledge(1));
    assert_eq!(sent_pieces(&desk).len(), 2);
}

#[test]
fn a_refusal_is_told_with_the_originals_text() {
    let mut desk = Desk::with_old_peer();
    let promise = desk.send(5.0);
    desk.hear(&acknowledge(-1));
    assert_eq!(desk.states(), ["userRequest", "rejected"]);
    assert_eq!(desk.last_error().1, "upload");
    let error = desk.last_made_error();
    assert_eq!(
        (error.code, error.detail.as_deref()),
        (ErrorCode::TransferRejected, Some("Remote peer rejected"))
    );
    assert_eq!(desk.entry(promise).get("error"), Some(&desk.last_error().0));
}

#[test]
fn a_file_comes_in_chunk_by_chunk() {
    let mut desk = Desk::with_old_peer();
    desk.hear(&request("t1", CHUNK + 2.0));
    let asked = desk.scene.detail("onIncomingDataRequest");
    assert_eq!(asked.get("peerId"), Some(&"bob".into()));
    assert_eq!(asked.get("isSelf"), Some(&false.into()));
    let promise = desk.respond("t1", true);
    assert_eq!(desk.last_said(), r#"{"type":"ACK","sender":"me","ackN":0}"#);
    desk.chunk(CHUNK);
    assert_eq!(desk.last_said(), r#"{"type":"ACK","sender":"me","ackN":1}"#);
    desk.chunk(2.0);
    let file = desk.file();
    assert_eq!(desk.file_ops().last(), Some(&(file, FileOp::Close { mime: String::new() })));
    let blob = desk.scene.handle();
    desk.on_file(file, FileEvent::Closed(Some(blob)));
    assert_eq!(desk.last_said(), r#"{"type":"ACK","sender":"me","ackN":2}"#);
    assert_eq!(desk.states(), ["request", "downloadStarted", "downloading", "downloadCompleted"]);
    let names = desk.scene.events();
    assert_eq!(names[names.len() - 2..], ["onIncomingData", "dataTransferState"]);
    let data = desk.scene.detail("onIncomingData");
    assert_eq!(data.get("isSelf"), Some(&false.into()));
    assert_eq!(data.get("data"), Some(&Value::Handle(blob)));
    let outcome = desk.scene.resolution(promise).get("bob").unwrap();
    assert_eq!(outcome.get("transferType"), Some(&"download".into()));
    assert_eq!(outcome.get("success").unwrap().get("data"), Some(&Value::Handle(blob)));
    assert!(desk.released(blob) && desk.has_forgotten(file));
}

#[test]
fn refusing_tells_the_sender_and_settles() {
    let mut desk = Desk::with_old_peer();
    desk.hear(&request("t1", 5.0));
    let promise = desk.respond("t1", false);
    assert_eq!(desk.last_said(), r#"{"type":"ACK","sender":"me","ackN":-1}"#);
    assert_eq!(desk.states(), ["request", "userRejected"]);
    assert_eq!(desk.last_made_error().detail.as_deref(), Some("User rejected"));
    let outcome = desk.scene.resolution(promise).get("bob").unwrap();
    assert_eq!(outcome.get("transferType"), Some(&"download".into()));
    assert_eq!(outcome.get("error"), Some(&desk.last_error().0));
}

#[test]
fn answers_given_twice_share_the_end() {
    let mut desk = Desk::with_old_peer();
    desk.hear(&request("t1", 5.0));
    let promises: [PromiseId; 2] = [desk.respond("t1", true), desk.respond("t1", true)];
    assert_eq!(desk.said().len(), 1);
    let late = desk.respond("t1", false);
    assert!(matches!(desk.scene.settled.get(&late), Some(Err(Failure::Value(_)))));
    desk.chunk(5.0);
    desk.on_file(desk.file(), FileEvent::Closed(None));
    for promise in promises {
        assert!(desk.scene.resolution(promise).get("bob").is_some());
    }
}

#[test]
fn chunks_that_nobody_waits_for_are_dropped() {
    let mut desk = Desk::with_old_peer();
    let before = desk.chunk(5.0);
    desk.hear(&request("t1", 10.0));
    let unanswered = desk.chunk(5.0);
    desk.respond("t1", true);
    let (first, second) = (desk.scene.handle(), desk.scene.handle());
    desk.on_channel(MAIN, ChannelEvent::Chunk(first));
    desk.on_channel(MAIN, ChannelEvent::Chunk(second));
    assert!(desk.released(before) && desk.released(unanswered) && desk.released(second));
    assert!(!desk.released(first), "the shell has it");
    let stored = desk.file_ops().iter().filter(|(_, op)| matches!(op, FileOp::StoreText(_))).count();
    assert_eq!(stored, 1);
}

#[test]
fn what_is_more_than_announced_or_nothing_fails_on_both_sides() {
    for bytes in [11.0, 4_000.0, 0.0] {
        let mut desk = Desk::with_old_peer();
        desk.hear(&request("t1", 10.0));
        let promise = desk.respond("t1", true);
        let file = desk.file();
        desk.chunk(bytes);
        assert_eq!(desk.states().last().map(String::as_str), Some("error"), "{bytes}");
        assert!(desk.last_said().starts_with(r#"{"type":"ERROR","content":"The data that arrived"#));
        assert!(matches!(desk.scene.settled.get(&promise), Some(Err(Failure::Value(_)))));
        assert!(desk.has_forgotten(file));
    }
}

/// Peer behaviour D16: the sender would think that all is well.
#[test]
fn the_byte_that_the_original_does_not_send_fails_on_both_sides() {
    let mut desk = Desk::with_old_peer();
    desk.hear(&request("t1", CHUNK + 1.0));
    desk.respond("t1", true);
    desk.chunk(CHUNK);
    assert_eq!(desk.states().last().map(String::as_str), Some("error"));
    assert!(desk.last_said().starts_with(r#"{"type":"ERROR","content":"The last byte"#));
}

#[test]
fn requests_of_odd_shape_are_completed() {
    let mut desk = Desk::with_old_peer();
    for message in [
        r#"{"type":"WRQ"}"#,
        r#"{"type":"WRQ","size":-4,"originalSize":-1,"timeout":-1,"name":"","mimeType":7,"transferId":""}"#,
        r#"{"type":"WRQ","size":"4","originalSize":"1","timeout":"1","name":7,"transferId":7}"#,
    ] {
        desk.hear(message);
        let detail = desk.scene.detail("dataTransferState");
        let transfer = detail.get("transferId").and_then(Value::as_text).unwrap();
        assert_eq!(transfer, format!("transfer_bob_{NOW}"));
        let info = detail.get("transferInfo").unwrap();
        assert_eq!(info.get("name"), Some(&transfer.into()));
        assert_eq!(info.get("timeout"), Some(&60.0.into()));
        assert_eq!(info.get("size"), Some(&0.0.into()));
        assert_eq!(info.get("mimeType"), Some(&Value::Null));
    }
    for message in [
        "[]",
        "7",
        "null",
        r#""text""#,
        r#"{"type":7}"#,
        "{",
        "",
        r#"{"type":"ERROR"}"#,
        r#"{"type":"CANCEL"}"#,
    ] {
        desk.hear(message);
    }
}

#[test]
fn either_side_may_cancel() {
    let mut desk = Desk::with_old_peer();
    let promise = desk.send(5.0);
    desk.hear(&acknowledge(0));
    let cancelled = desk.cancel(&id());
    let said = r#"{"type":"CANCEL","sender":"me","content":"Remote peer cancelled data transfer","name":"a.txt","ackN":0}"#;
    assert_eq!(desk.last_said(), said);
    assert_eq!(desk.last_error(), ("User cancelled data transfer".into(), "upload".into()));
    assert_eq!(desk.entry(promise).get("error"), Some(&"User cancelled data transfer".into()));
    let result = desk.scene.resolution(cancelled);
    assert_eq!(result.get("peerId"), Some(&"bob".into()));
    assert_eq!(result.get("transferId"), Some(&id().into()));

    let mut desk = Desk::with_old_peer();
    desk.hear(&request("t1", 5.0));
    let promise = desk.respond("t1", true);
    desk.hear(said);
    assert_eq!(desk.states(), ["request", "downloadStarted", "cancel"]);
    assert_eq!(desk.last_error(), ("Remote peer cancelled data transfer".into(), "download".into()));
    assert!(matches!(desk.scene.settled.get(&promise), Some(Err(Failure::Value(_)))));
}

#[test]
fn errors_of_the_other_side_are_told() {
    let mut desk = Desk::with_old_peer();
    let promise = desk.send(5.0);
    desk.hear(r#"{"type":"ERROR","content":"no more space","sender":"bob","name":"a.txt"}"#);
    assert_eq!(desk.states(), ["userRequest", "error"]);
    assert_eq!(desk.last_made_error().detail.as_deref(), Some("no more space"));
    assert_eq!(desk.entry(promise).get("transferType"), Some(&"upload".into()));
    desk.scene.forget();
    // Nothing is under way any more.
    desk.hear(r#"{"type":"ERROR","content":"again"}"#);
    desk.hear(r#"{"type":"CANCEL"}"#);
    assert_eq!(desk.states(), [""; 0]);
}

#[test]
fn silence_ends_a_transfer_at_every_stage() {
    let text = r#""content":"Data transfer connection timed out - Longer than 10""#;
    for acknowledged in [false, true] {
        let mut desk = Desk::with_old_peer();
        let promise = desk.send_with(2.0 * CHUNK, Value::Null, 10.0.into());
        if acknowledged {
            desk.hear(&acknowledge(0));
            desk.read();
        }
        let begin = desk.scene.now;
        while !desk.scene.settled.contains_key(&promise) {
            desk.scene.wait();
        }
        assert_eq!(desk.scene.now.0 - begin.0, 10_000.0);
        assert_eq!(desk.last_made_error().code, ErrorCode::TransferTimeout);
        assert_eq!(desk.last_made_error().detail.as_deref(), Some("10"));
        assert!(desk.last_said().contains(text), "{}", desk.last_said());
    }
    let mut desk = Desk::with_old_peer();
    desk.hear(&request("t1", 2.0 * CHUNK));
    let promise = desk.respond("t1", true);
    desk.scene.now = desk.scene.now.plus(9_000.0);
    desk.chunk(CHUNK);
    let begin = desk.scene.now;
    while !desk.scene.settled.contains_key(&promise) {
        desk.scene.wait();
    }
    assert_eq!(desk.scene.now.0 - begin.0, 10_000.0, "a chunk puts it off");
    assert!(desk.last_said().contains(text));
}

#[test]
fn a_request_of_others_waits_as_long_as_the_app_likes() {
    let mut desk = Desk::with_old_peer();
    desk.hear(&request("t1", 5.0));
    assert!(desk.scene.session.next_deadline().is_none_or(|due| due.0 > desk.scene.now.0 + 10_000.0));
}

#[test]
fn a_browser_that_cannot_read_or_write_ends_it() {
    let mut desk = Desk::with_old_peer();
    let promise = desk.send(5.0);
    desk.hear(&acknowledge(0));
    let error = desk.scene.handle();
    desk.on_file(desk.file(), FileEvent::Failed(error));
    assert_eq!(desk.entry(promise).get("error"), Some(&Value::Handle(error)));
    assert!(desk.last_said().starts_with(r#"{"type":"ERROR""#));
    assert!(desk.released(error));
    // What comes late is given back.
    let (late, blob) = (desk.scene.handle(), desk.scene.handle());
    desk.on_file(desk.file(), FileEvent::Failed(late));
    desk.on_file(desk.file(), FileEvent::Closed(Some(blob)));
    assert!(desk.released(late) && desk.released(blob));
}

#[test]
fn a_peer_or_a_channel_that_goes_ends_what_was_under_way() {
    for leaves in [true, false] {
        let mut desk = Desk::with_old_peer();
        let promises = [desk.send(5.0), desk.send(5.0)];
        if leaves {
            desk.scene.hear("bye", "bob", "{}");
        } else {
            desk.on_channel(MAIN, ChannelEvent::Closed);
        }
        assert_eq!(desk.states(), ["userRequest", "error", "error"]);
        assert_eq!(desk.last_made_error().code, ErrorCode::NoDataChannel);
        for promise in promises {
            assert!(desk.entry(promise).get("error").is_some());
        }
    }
    let mut desk = Desk::with_old_peer();
    desk.hear(&request("t1", 5.0));
    let promise = desk.respond("t1", true);
    desk.scene.hear("bye", "bob", "{}");
    assert!(matches!(desk.scene.settled.get(&promise), Some(Err(Failure::Value(_)))));
    assert_eq!(
        desk.last_made_error().detail.as_deref(),
        Some("Data download terminated - Peer Connection does not have Data Channel sessions")
    );
}

#[test]
fn chunks_and_frames_of_a_connection_that_is_gone_are_given_back() {
    let mut desk = Desk::with_old_peer();
    desk.scene.hear("bye", "bob", "{}");
    let chunk = desk.chunk(5.0);
    let frame = desk.frame(MAIN, 0.0, 5.0);
    assert!(desk.released(chunk) && desk.released(frame));
}

#[test]
fn frames_of_an_old_peer_are_ignored() {
    let mut desk = Desk::with_old_peer();
    let frame = desk.frame(MAIN, 0.0, 5.0);
    let channel = desk.channel_offered("whatever");
    let other = desk.frame(channel, 0.0, 5.0);
    desk.on_channel(channel, ChannelEvent::Text(r#"{"type":"WANT","offset":0,"limit":5}"#.into()));
    assert!(desk.released(frame) && desk.released(other));
    assert_eq!(desk.states(), [""; 0]);
    desk.scene.report(desk.connection, ConnectionEvent::IceState("connected".into()));
    assert!(!desk.scene.outputs.iter().any(|output| matches!(output, Output::File { .. })));
}
