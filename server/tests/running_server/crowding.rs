//! More connections than may be.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{ask, Client};
use super::program::Program;

fn start_with(limits: &str) -> (Program, tempfile::NamedTempFile) {
    let mut settings = tempfile::NamedTempFile::new().unwrap();
    settings.write_all(format!("[limits]\n{limits}").as_bytes()).unwrap();
    (Program::start(&["--config", settings.path().to_str().unwrap()]), settings)
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
