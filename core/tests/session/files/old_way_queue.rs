//! The channel to 2.7.2 carries one transfer at a time.

use super::desk::Desk;
use super::old_way::request;
use crate::scene::text;
use skylink_core::ErrorCode;

const ACCEPT: &str = r#"{"type":"ACK","sender":"bob","ackN":0}"#;
const ONE: &str = r#"{"type":"ACK","sender":"bob","ackN":1}"#;

fn types(desk: &Desk) -> Vec<String> {
    desk.said().iter().map(|message| text(message, "type")).collect()
}

#[test]
fn a_second_file_waits_for_the_first() {
    let mut desk = Desk::with_old_peer();
    let (first, second) = (desk.send(5.0), desk.send(6.0));
    assert_eq!(types(&desk), ["WRQ"]);
    assert_eq!(desk.states(), ["userRequest"], "nothing is told of what was not asked for");
    desk.hear(ACCEPT);
    desk.read();
    desk.hear(ONE);
    assert!(desk.entry(first).get("success").is_some());
    assert_eq!(types(&desk), ["WRQ", "WRQ"]);
    desk.hear(ACCEPT);
    desk.read();
    desk.hear(ONE);
    assert!(desk.entry(second).get("success").is_some());
}

#[test]
fn a_file_waits_for_one_that_comes() {
    let mut desk = Desk::with_old_peer();
    desk.hear(&request("t1", 5.0));
    desk.send(5.0);
    assert_eq!(types(&desk), [""; 0]);
    desk.respond("t1", false);
    assert_eq!(types(&desk), ["ACK", "WRQ"]);
}

#[test]
fn peers_do_not_wait_for_each_other() {
    let mut desk = Desk::with_old_peer();
    desk.meet("carol");
    desk.scene.forget();
    desk.send(5.0);
    assert_eq!(types(&desk), ["WRQ", "WRQ"]);
}

#[test]
fn a_cancelled_file_leaves_the_queue() {
    let mut desk = Desk::with_old_peer();
    desk.send(5.0);
    let second = desk.send(6.0);
    let id = format!("me_{}", desk.scene.now.0 + 1.0);
    desk.cancel(&id);
    assert_eq!(types(&desk), ["WRQ"], "the peer never heard of it");
    assert_eq!(desk.entry(second).get("error"), Some(&"User cancelled data transfer".into()));
}

/// The one before it moves, so it waits; then nothing moves any more.
#[test]
fn waiting_ends_when_nothing_moves() {
    let mut desk = Desk::with_old_peer();
    desk.hear(&request("t1", 200_000.0));
    desk.respond("t1", true);
    let waiting = desk.send_with(5.0, skylink_protocol::Value::Null, 4.0.into());
    for _ in 0..3 {
        desk.scene.now = desk.scene.now.plus(3_000.0);
        desk.scene.input(skylink_core::Input::Tick);
        desk.chunk(49_152.0);
    }
    assert!(!desk.scene.settled.contains_key(&waiting));
    let begin = desk.scene.now;
    while !desk.scene.settled.contains_key(&waiting) {
        desk.scene.wait();
    }
    assert_eq!(desk.scene.now.0 - begin.0, 4_000.0);
    assert_eq!(desk.last_made_error().code, ErrorCode::TransferInProgress);
}

/// 2.7.2 forgets its own request when ours comes, but waits for its end: only CANCEL helps.
#[test]
fn requests_that_cross_are_sorted_out() {
    let mut desk = Desk::with_old_peer();
    let promise = desk.send(5.0);
    desk.hear(&request("t1", 7.0));
    assert_eq!(types(&desk), ["WRQ", "CANCEL"]);
    assert_eq!(desk.states(), ["userRequest"], "the app is told nothing of a request that is dead");
    // An answer to the first request that was under way.
    desk.hear(ACCEPT);
    assert_eq!(types(&desk), ["WRQ", "CANCEL"]);
    desk.scene.wait();
    assert_eq!(types(&desk), ["WRQ", "CANCEL", "WRQ"]);
    desk.hear(ACCEPT);
    desk.read();
    desk.hear(ONE);
    assert!(desk.entry(promise).get("success").is_some());
    assert_eq!(desk.states(), ["userRequest", "uploadStarted", "uploading", "uploadCompleted"]);
}

#[test]
fn a_new_request_ends_what_the_original_gave_up() {
    let mut desk = Desk::with_old_peer();
    desk.hear(&request("t1", 100_000.0));
    let first = desk.respond("t1", true);
    desk.hear(&request("t2", 5.0));
    assert!(desk.scene.settled.get(&first).is_some_and(Result::is_err));
    assert_eq!(desk.states(), ["request", "downloadStarted", "error", "request"]);
    let second = desk.respond("t2", true);
    desk.chunk(5.0);
    desk.on_file(desk.file(), skylink_core::FileEvent::Closed(None));
    assert!(desk.scene.settled.get(&second).is_some_and(Result::is_ok));

    let mut desk = Desk::with_old_peer();
    let promise = desk.send(100_000.0);
    desk.hear(ACCEPT);
    desk.hear(&request("t3", 5.0));
    assert!(desk.entry(promise).get("error").is_some());
    assert_eq!(desk.states().last().map(String::as_str), Some("request"));
}

/// The app of the other side answers what we gave up: it would wait for ever.
#[test]
fn late_answers_are_told_that_it_is_over() {
    let mut desk = Desk::with_old_peer();
    desk.send(5.0);
    desk.cancel(&format!("me_{}", desk.scene.now.0));
    assert_eq!(types(&desk), ["WRQ", "CANCEL"]);
    desk.hear(ACCEPT);
    assert_eq!(types(&desk), ["WRQ", "CANCEL", "CANCEL"]);
    desk.hear(ACCEPT);
    assert_eq!(types(&desk).len(), 3, "once");
    // A refusal needs no answer, nor does an answer to what the peer itself ended.
    desk.send(5.0);
    desk.hear(r#"{"type":"ACK","ackN":-1}"#);
    desk.hear(ACCEPT);
    assert_eq!(types(&desk).len(), 4);
}
