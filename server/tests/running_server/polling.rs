//! Clients that cannot open a WebSocket: Engine.IO 3 by HTTP requests.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{json, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{connect_async, MaybeTlsStream, WebSocketStream};

use super::client::{answer_to, ask_api, exchange, join_message, packet, Client};
use super::program::Program;

const POLLING: &str = "/socket.io/?EIO=3&transport=polling";
const ORIGIN: &str = "Origin: https://app.example\r\n";

pub struct PollingClient {
    address: String,
    api: Value,
    session: String,
    packets: VecDeque<String>,
}

impl PollingClient {
    pub async fn join(program: &Program, room: &str) -> Self {
        let address = program.address.clone();
        let api = ask_api(&address, &format!("/api/demo/{room}")).await;
        let mut client = Self { address, api, session: String::new(), packets: VecDeque::new() };
        let opening = client.packet().await;
        let opening: Value = serde_json::from_str(opening.strip_prefix('0').unwrap()).unwrap();
        client.session = format!("&sid={}", opening["sid"].as_str().unwrap());
        assert_eq!(client.packet().await, "40");
        client.send(join_message(&client.api)).await;
        assert_eq!(client.next().await["type"], "inRoom");
        client
    }

    async fn send(&self, message: Value) {
        let packet = packet(&self.api, message);
        let headers = "Content-Type: text/plain;charset=UTF-8\r\n";
        let request = format!("POST {} HTTP/1.1\r\n{ORIGIN}{headers}", self.path());
        let body = format!("{}:{packet}", packet.chars().count());
        assert_eq!(exchange(&self.address, &request, &body).await.1, "ok");
    }

    pub async fn next(&mut self) -> Value {
        let packet = loop {
            let packet = self.packet().await;
            // While it may change over, polls are answered with nothing.
            if packet != "6" {
                break packet;
            }
        };
        let event: (String, String) = serde_json::from_str(packet.strip_prefix("42").unwrap()).unwrap();
        serde_json::from_str(&event.1).unwrap()
    }

    /// Polls until there is a packet.
    async fn packet(&mut self) -> String {
        loop {
            if let Some(packet) = self.packets.pop_front() {
                return packet;
            }
            let request = format!("GET {} HTTP/1.1\r\n{ORIGIN}", self.path());
            let (head, body) = exchange(&self.address, &request, "").await;
            assert!(head.contains("access-control-allow-origin: https://app.example"), "{head}");
            let mut rest = body.as_str();
            while let Some((length, after)) = rest.split_once(':') {
                let packet: String = after.chars().take(length.parse().unwrap()).collect();
                rest = &after[packet.len()..];
                self.packets.push_back(packet);
            }
        }
    }

    fn path(&self) -> String {
        format!("/socket.io/?EIO=3&transport=polling&b64=1{}", self.session)
    }

    /// Posts something, and gives the status.
    async fn post(&self, body: &str) -> String {
        let answer = answer_to(&self.address, &format!("POST {} HTTP/1.1\r\n", self.path()), body).await;
        answer.split(' ').nth(1).unwrap().to_owned()
    }

    /// The body of one answer, whenever it comes.
    async fn poll(&self) -> String {
        exchange(&self.address, &format!("GET {} HTTP/1.1\r\n", self.path()), "").await.1
    }

    /// A WebSocket that is to replace polling, and is heard.
    async fn probe(&self) -> WebSocketStream<MaybeTlsStream<TcpStream>> {
        let url = format!("ws://{}{}", self.address, self.path().replace("polling", "websocket"));
        // The server may not have noticed yet that another one is gone.
        let since = Instant::now();
        let mut socket = loop {
            match connect_async(&url).await {
                Ok((socket, _)) => break socket,
                Err(error) => assert!(since.elapsed() < Duration::from_secs(20), "{error}"),
            }
        };
        socket.send(Message::text("2probe")).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("3probe"));
        socket
    }
}

#[tokio::test]
async fn a_client_that_stops_polling_is_gone_after_its_heartbeat() {
    let program = Program::start(&["--ping-interval-seconds", "1", "--ping-timeout-seconds", "1"]);
    let mut staying = Client::join(&program, "lobby").await;
    let polling = PollingClient::join(&program, "lobby").await;
    let since = Instant::now();
    let bye = loop {
        staying.ping().await;
        if let Some(message) = staying.next_within(Duration::from_millis(300)).await {
            break message;
        }
        assert!(since.elapsed() < Duration::from_secs(20));
    };
    assert_eq!(bye["type"], "bye");
    assert_eq!(polling.post("1:2").await, "400");
}

#[tokio::test]
async fn the_latest_poll_gets_the_answer() {
    let program = Program::start(&[]);
    let mut other = Client::join(&program, "lobby").await;
    let polling = PollingClient::join(&program, "lobby").await;
    // Whichever comes first waits for something, the other takes its place.
    let (first, second) = (polling.poll(), polling.poll());
    tokio::pin!(first, second);
    let (replaced, latest) = tokio::select! {
        answer = &mut first => (answer, second),
        answer = &mut second => (answer, first),
    };
    assert_eq!(replaced, "1:6");
    other.send(json!({"type": "public", "data": "for the latest"})).await;
    assert!(latest.await.contains("for the latest"));
}

#[tokio::test]
async fn a_client_goes_on_polling_if_its_websocket_fails() {
    let program = Program::start(&[]);
    let mut other = Client::join(&program, "lobby").await;
    let mut polling = PollingClient::join(&program, "lobby").await;
    drop(polling.probe().await);
    for number in 0..3 {
        other.send(json!({"type": "public", "data": number})).await;
        assert_eq!(polling.next().await["data"], number);
    }
    let mut socket = polling.probe().await;
    other.send(json!({"type": "public", "data": "by socket"})).await;
    socket.send(Message::text("5")).await.unwrap();
    let text = socket.next().await.unwrap().unwrap().into_text().unwrap();
    assert!(text.contains("by socket"), "{text}");
    assert_eq!(polling.post("1:2").await, "400");
}

#[tokio::test]
async fn who_posts_something_else_than_packets_is_let_go() {
    let program = Program::start(&[]);
    let mut staying = Client::join(&program, "lobby").await;
    let long = "x".repeat(3_000_000);
    for (body, status) in [("hello", "400"), ("5:42[", "400"), ("", "400"), (long.as_str(), "413")] {
        let polling = PollingClient::join(&program, "lobby").await;
        assert_eq!(polling.post("1:9").await, "200");
        assert_eq!(polling.post(body).await, status);
        assert_eq!(staying.next().await["type"], "bye");
        assert_eq!(polling.post("1:2").await, "400");
    }
}

#[tokio::test]
async fn who_is_in_a_room_posts_more_than_others() {
    let program = Program::start(&[]);
    let mut other = Client::join(&program, "lobby").await;
    let polling = PollingClient::join(&program, "lobby").await;
    polling.send(json!({"type": "public", "data": "x".repeat(900_000)})).await;
    assert_eq!(other.next().await["type"], "public");
    let mut socket = polling.probe().await;
    socket.send(Message::text("5")).await.unwrap();
    let message = packet(&polling.api, json!({"type": "public", "data": "y".repeat(900_000)}));
    socket.send(Message::text(message)).await.unwrap();
    assert!(other.next().await["data"].as_str().unwrap().starts_with('y'));
    let opening = exchange(&program.address, &format!("GET {POLLING} HTTP/1.1\r\n"), "").await.1;
    let sid = opening.split('"').nth(3).unwrap();
    let request = format!("POST {POLLING}&sid={sid} HTTP/1.1\r\n");
    let answer = answer_to(&program.address, &request, &"x".repeat(900_000)).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

/// As in Engine.IO: a client posts one thing after the other, and bodies take memory.
#[tokio::test]
async fn who_posts_twice_at_once_is_let_go() {
    let program = Program::start(&[]);
    let mut staying = Client::join(&program, "lobby").await;
    let polling = PollingClient::join(&program, "lobby").await;
    let mut first = TcpStream::connect(&program.address).await.unwrap();
    let rest = "Host: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    let head = format!("POST {} HTTP/1.1\r\n{rest}", polling.path());
    first.write_all(head.as_bytes()).await.unwrap();
    let mut begun = [0; 12];
    first.read_exact(&mut begun).await.unwrap();
    assert_eq!(&begun, b"HTTP/1.1 100");
    assert_eq!(polling.post("1:2").await, "400");
    assert_eq!(staying.next().await["type"], "bye");
}

#[tokio::test]
async fn a_client_that_polls_and_one_with_a_socket_hear_each_other() {
    let program = Program::start(&[]);
    let mut polling = PollingClient::join(&program, "lobby").await;
    let mut other = Client::join(&program, "lobby").await;
    let odd = "\"quoted\" \\ \u{7} \u{2028} é </script>";
    for text in [odd.to_owned(), odd.repeat(2000)] {
        other.send(json!({"type": "message", "data": text})).await;
        assert_eq!(polling.next().await["data"], text.as_str());
        polling.send(json!({"type": "message", "data": text})).await;
        assert_eq!(other.next().await["data"], text.as_str());
    }
}
