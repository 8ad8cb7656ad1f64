//! Clients that take nothing of what they are sent.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::json;

use super::client::Client;
use super::polling::PollingClient;
use super::program::Program;

const PINGS: [&str; 4] = ["--ping-interval-seconds", "1", "--ping-timeout-seconds", "4"];
/// More than the buffers of both ends take.
const MESSAGES: usize = 40;
const BYTES: usize = 500_000;

/// Sends the others more than they can hold, and waits until all of them are said to have left.
/// None of them reads; the first one pings all the same.
async fn are_given_up(speaking: &mut Client, stuck: &mut [Client]) {
    for _ in 0..MESSAGES {
        speaking.send(json!({"type": "public", "data": "x".repeat(BYTES)})).await;
        speaking.ping().await;
        stuck[0].try_ping().await;
    }
    let since = Instant::now();
    let mut staying: Vec<String> = stuck.iter().map(|client| client.peer_id.clone()).collect();
    while !staying.is_empty() {
        assert!(since.elapsed() < Duration::from_secs(60), "still there: {staying:?}");
        speaking.ping().await;
        stuck[0].try_ping().await;
        if let Some(message) = speaking.next_within(Duration::from_millis(300)).await {
            assert_eq!(message["type"], "bye", "{message}");
            staying.retain(|peer_id| message["mid"] != peer_id.as_str());
        }
    }
}

#[tokio::test]
async fn who_takes_nothing_leaves_whether_it_pings_or_not() {
    let program = Program::start(&PINGS);
    let mut speaking = Client::join(&program, "lobby").await;
    let mut stuck = [Client::join(&program, "lobby").await, Client::join(&program, "lobby").await];
    are_given_up(&mut speaking, &mut stuck).await;
}

fn start_with(limits: &str) -> (Program, tempfile::NamedTempFile) {
    let mut settings = tempfile::NamedTempFile::new().unwrap();
    settings.write_all(format!("ping_timeout_seconds = 600\n[limits]\n{limits}").as_bytes()).unwrap();
    (Program::start(&["--config", settings.path().to_str().unwrap()]), settings)
}

/// Descriptors of the program: nothing is left of who was cut off.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn who_was_cut_off_is_gone_altogether() {
    for limits in ["send_queue = 4", "send_bytes = 3000000"] {
        let (program, _settings) = start_with(limits);
        let mut speaking = Client::join(&program, "lobby").await;
        let before = program.descriptors();
        let mut stuck = [Client::join(&program, "lobby").await];
        are_given_up(&mut speaking, &mut stuck).await;
        let since = Instant::now();
        while program.descriptors() > before {
            assert!(since.elapsed() < Duration::from_secs(60), "its connection is still there");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn who_takes_what_it_is_sent_may_be_sent_any_amount() {
    let (program, _settings) = start_with("send_bytes = 600000");
    let mut speaking = Client::join(&program, "lobby").await;
    let mut reading = Client::join(&program, "lobby").await;
    let mut polling = PollingClient::join(&program, "lobby").await;
    for number in 0..10 {
        speaking.send(json!({"type": "public", "data": "x".repeat(BYTES), "number": number})).await;
        assert_eq!(reading.next().await["number"], number);
        assert_eq!(polling.next().await["number"], number);
    }
    // The first one waits, the second one is too much.
    for _ in 0..2 {
        speaking.send(json!({"type": "public", "data": "x".repeat(BYTES)})).await;
        reading.next().await;
    }
    assert_eq!(speaking.next().await["type"], "bye");
    assert_eq!(reading.next().await["type"], "bye");
}
