//! The real program, spoken to over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod client;
mod crowding;
mod flooding;
mod health;
#[cfg(feature = "media-server")]
mod media_server;
mod polling;
mod program;
mod refusals;
mod standstill;
mod starting;

use std::time::{Duration, Instant};

use client::Client;
use program::Program;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn four_hundred_messages_arrive_in_order_both_ways() {
    let program = Program::start(&[]);
    let mut first = Client::join(&program, "lobby").await;
    first.send(json!({"type": "enter"})).await;
    let mut second = Client::join(&program, "lobby").await;
    second.send(json!({"type": "enter", "userInfo": {"userData": "bob"}})).await;
    let enter = first.next().await;
    assert_eq!(enter["type"], "enter");
    assert_eq!(enter["mid"], second.peer_id.as_str());
    assert_eq!(enter["userInfo"]["userData"], "bob");

    for number in 0..400 {
        second.send(json!({"type": "message", "data": number})).await;
        let target = second.peer_id.clone();
        first.send(json!({"type": "candidate", "target": target, "label": number})).await;
    }
    for number in 0..400 {
        let message = first.next().await;
        assert_eq!((&message["type"], &message["data"]), (&json!("message"), &json!(number)));
        assert_eq!(message["mid"], second.peer_id.as_str());
        let candidate = second.next().await;
        assert_eq!(candidate["label"], number);
    }

    second.leave().await;
    let bye = first.next().await;
    assert_eq!(bye["type"], "bye");
    assert_eq!(bye["mid"], second.peer_id.as_str());
}

#[tokio::test]
async fn a_lost_connection_is_noticed_and_so_is_a_silent_one() {
    let program = Program::start(&["--ping-interval-seconds", "1", "--ping-timeout-seconds", "1"]);
    let mut staying = Client::join(&program, "lobby").await;
    let lost = Client::join(&program, "lobby").await;
    let lost_id = lost.peer_id.clone();
    drop(lost);
    assert_eq!(staying.next().await["mid"], lost_id.as_str());

    let silent = Client::join(&program, "lobby").await;
    let since = Instant::now();
    let message = loop {
        staying.ping().await;
        if let Some(message) = staying.next_within(Duration::from_millis(300)).await {
            break message;
        }
        assert!(since.elapsed() < Duration::from_secs(20));
    };
    assert_eq!(message["type"], "bye");
    assert_eq!(message["mid"], silent.peer_id.as_str());
}

#[tokio::test]
async fn a_join_without_genuine_tokens_is_refused() {
    let program = Program::start(&[]);
    let mut client = Client::connect(&program, "lobby").await;
    client
        .send(json!({"type": "joinRoom", "key": "demo", "isPrivileged": true,
            "userCred": "x.y", "roomCred": "x.y"}))
        .await;
    let refusal = client.next().await;
    assert_eq!(refusal["type"], "redirect");
    assert_eq!(refusal["reason"], "credentialError");
    // The second attempt, with the real ones, works on the same connection.
    client.send_join().await;
    assert_eq!(client.next().await["type"], "inRoom");
}

#[tokio::test]
async fn odd_packets_harm_nobody() {
    let program = Program::start(&[]);
    let mut staying = Client::join(&program, "lobby").await;
    for odd in [
        "42[\"message\",{\"an\":\"object\"}]",
        "42[\"message\"]",
        "42[\"message\",\"a\",\"b\"]",
        "42[\"other\",\"x\"]",
        "42[]",
        "4",
        "9",
        "451-[\"message\",{\"_placeholder\":true,\"num\":0}]",
        "",
    ] {
        let mut client = Client::join(&program, "lobby").await;
        client.send_raw(odd).await;
        client.send(json!({"type": "message", "data": "still here?"})).await;
        let mut seen = staying.next().await;
        if seen["type"] == "message" {
            drop(client);
            seen = staying.next().await;
        }
        assert_eq!(seen["type"], "bye", "{odd}");
    }
}

#[tokio::test]
async fn a_stop_signal_closes_sockets_and_ends_with_success() {
    for signal in ["TERM", "INT"] {
        let mut program = Program::start(&[]);
        let mut client = Client::join(&program, "lobby").await;
        let since = Instant::now();
        program.signal(signal);
        client.wait_for_close().await;
        assert_eq!(program.wait().code(), Some(0));
        assert!(since.elapsed() < Duration::from_secs(4), "{signal}");
    }
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let mut program = Program::start(&[]);
    let mut client = Client::join(&program, "lobby").await;
    // A request that the server waits for, for some seconds.
    let mut unfinished = tokio::net::TcpStream::connect(&program.address).await.unwrap();
    let head = "POST /rest/stats/x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n";
    unfinished.write_all(head.as_bytes()).await.unwrap();
    let mut begun = [0; 12];
    unfinished.read_exact(&mut begun).await.unwrap();
    assert_eq!(&begun, b"HTTP/1.1 100");
    program.signal("TERM");
    client.wait_for_close().await;
    program.signal("INT");
    assert_eq!(program.wait().code(), Some(1));
}
