//! More connections than may be.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{answer_to, ask, exchange, Client};
use super::program::Program;

const TRUSTING: [&str; 2] = ["--trusted-proxy", "127.0.0.1"];

fn start_with(limits: &str) -> (Program, tempfile::NamedTempFile) {
    let mut settings = tempfile::NamedTempFile::new().unwrap();
    settings.write_all(format!("[limits]\n{limits}").as_bytes()).unwrap();
    let [option, proxy] = TRUSTING;
    (Program::start(&["--config", settings.path().to_str().unwrap(), option, proxy]), settings)
}

/// A connection that stays, if a new one gets an answer.
async fn taken_in(program: &Program) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(&program.address).await.unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", program.address);
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.ok()?;
    assert_eq!(&answer, b"HTTP/1.1 200");
    Some(stream)
}

/// The server may not have noticed yet that others ended.
async fn until_taken_in(program: &Program) -> TcpStream {
    let since = Instant::now();
    loop {
        if let Some(stream) = taken_in(program).await {
            return stream;
        }
        assert!(since.elapsed() < Duration::from_secs(20), "still refused");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn connections_beyond_the_limit_are_refused_until_others_end() {
    let (program, _settings) = start_with("connections = 6");
    let mut first = Client::join(&program, "lobby").await;
    let second = Client::join(&program, "lobby").await;
    let mut others = Vec::new();
    while others.len() < 4 {
        others.push(until_taken_in(&program).await);
    }
    for _ in 0..5 {
        assert!(taken_in(&program).await.is_none());
    }
    // Who is in stays in.
    first.send(json!({"type": "public", "data": 1})).await;
    drop(second);
    assert_eq!(first.next().await["type"], "bye");
    others.push(until_taken_in(&program).await);
    assert!(taken_in(&program).await.is_none());
    let mut reused = others.pop().unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", program.address);
    reused.write_all(request.as_bytes()).await.unwrap();
    let mut metrics = String::new();
    reused.read_to_string(&mut metrics).await.unwrap();
    assert!(metrics.contains("\nskylink_tcp_connections 6\n"), "{metrics}");
    assert!(metrics.contains("\nskylink_tcp_connections_limit 6\n"), "{metrics}");
    let refused = metrics.lines().find_map(|line| line.strip_prefix("skylink_connections_refused_total "));
    assert!(refused.unwrap().parse::<u32>().unwrap() >= 6, "{metrics}");
}

#[tokio::test]
async fn of_too_many_that_join_nothing_the_oldest_is_cut_off() {
    let (program, _settings) = start_with("connections_outside_rooms = 2");
    let mut member = Client::join(&program, "lobby").await;
    let mut oldest = Client::connect(&program, "lobby").await;
    let mut waiting = Client::connect(&program, "lobby").await;
    // Speaking does not make it any younger.
    oldest.send(json!({"type": "x"})).await;
    let _newest = Client::connect(&program, "lobby").await;
    oldest.wait_for_close().await;
    waiting.send_join().await;
    assert_eq!(waiting.next().await["type"], "inRoom");
    waiting.send(json!({"type": "public", "data": 1})).await;
    assert_eq!(member.next().await["type"], "public");
    let metrics = ask(&program.address, "/metrics").await;
    assert!(metrics.contains("\nskylink_connections_outside_rooms 1\n"), "{metrics}");
    assert!(metrics.contains("_cut_off_total{reason=\"crowded\"} 1\n"), "{metrics}");
}

/// A session that polls, begun through a proxy that names this client, or none.
async fn begin(program: &Program, client: Option<&str>) -> String {
    let named = client.map(|client| format!("X-Forwarded-For: {client}\r\n")).unwrap_or_default();
    let request = format!("GET /socket.io/?EIO=3&transport=polling HTTP/1.1\r\n{named}");
    let (_, body) = exchange(&program.address, &request, "").await;
    body.split('"').nth(3).unwrap().to_owned()
}

async fn is_there(program: &Program, session: &str) -> bool {
    let request = format!("POST /socket.io/?EIO=3&transport=polling&sid={session} HTTP/1.1\r\n");
    answer_to(&program.address, &request, "1:2").await.starts_with("HTTP/1.1 200")
}

#[tokio::test]
async fn one_address_does_not_keep_others_out() {
    let (program, _settings) = start_with("connections_outside_rooms_per_address = 2");
    let mut sessions = Vec::new();
    for client in ["203.0.113.1", "203.0.113.2", "2001:db8::1", "203.0.113.1", "2001:db8::2", "2001:db8::3"] {
        sessions.push(begin(&program, Some(client)).await);
    }
    sessions.push(begin(&program, Some("203.0.113.1")).await);
    // Whoever comes through a proxy that names nobody.
    for _ in 0..5 {
        sessions.push(begin(&program, None).await);
    }
    for (number, session) in sessions.iter().enumerate() {
        let is_oldest_of_too_many = matches!(number, 0 | 2);
        assert_eq!(is_there(&program, session).await, !is_oldest_of_too_many, "{number}");
    }
    let metrics = ask(&program.address, "/metrics").await;
    assert!(metrics.contains("_cut_off_total{reason=\"crowded_of_one_address\"} 2\n"), "{metrics}");
}
