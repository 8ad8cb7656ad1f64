//! A client as skylinkjs 2.7.2 is one: API by HTTP, then Engine.IO 3 over a WebSocket.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{connect_async, MaybeTlsStream, WebSocketStream};

use super::program::Program;

const PATIENCE: Duration = Duration::from_secs(20);

pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    api: Value,
    pub peer_id: String,
}

impl Client {
    /// Asks the API, opens the socket and waits until the server says that it is connected.
    pub async fn connect(program: &Program, room: &str) -> Self {
        let api = ask_api(&program.address, &format!("/api/demo/{room}")).await;
        let url = format!(
            "ws://{}/socket.io/?Skylink_SDK_type=Web%20SDK&X-Server-Select=sig-v2&EIO=3&transport=websocket",
            api["ipSigserver"].as_str().unwrap()
        );
        let socket = connect_async(url).await.unwrap().0;
        let mut client = Self { socket, api, peer_id: String::new() };
        let opening = client.frame().await.expect("an open packet");
        let opening: Value = serde_json::from_str(opening.strip_prefix('0').unwrap()).unwrap();
        assert!(opening["pingInterval"].is_number() && opening["pingTimeout"].is_number());
        assert_eq!(client.frame().await.as_deref(), Some("40"));
        client
    }

    pub async fn join(program: &Program, room: &str) -> Self {
        let mut client = Self::connect(program, room).await;
        client.send_join().await;
        let in_room = client.next().await;
        assert_eq!(in_room["type"], "inRoom", "{in_room}");
        client.peer_id = in_room["sid"].as_str().unwrap().to_owned();
        client
    }

    pub async fn send_join(&mut self) {
        self.send(join_message(&self.api)).await;
    }

    /// Sends a message with the room's id, as JSON text inside the event's JSON.
    pub async fn send(&mut self, message: Value) {
        self.send_raw(&packet(&self.api, message)).await;
    }

    /// The same where the server may have hung up, which gives `false`.
    pub async fn try_send(&mut self, message: Value) -> bool {
        let packet = packet(&self.api, message);
        self.socket.send(Message::text(packet)).await.is_ok()
    }

    pub async fn send_raw(&mut self, frame: &str) {
        self.socket.send(Message::text(frame)).await.unwrap();
    }

    pub async fn ping(&mut self) {
        self.send_raw("2").await;
    }

    /// The same where the server may have hung up.
    pub async fn try_ping(&mut self) {
        let _ = self.socket.send(Message::text("2")).await;
    }

    /// Leaves as 2.7.2 does: namespace first, then the connection.
    pub async fn leave(&mut self) {
        self.send_raw("41").await;
        self.socket.close(None).await.unwrap();
    }

    /// The next signalling message.
    pub async fn next(&mut self) -> Value {
        self.next_within(PATIENCE).await.expect("a message in time")
    }

    pub async fn next_within(&mut self, time: Duration) -> Option<Value> {
        let message = async {
            loop {
                let frame = self.frame().await.expect("an open socket");
                if let Some(event) = frame.strip_prefix("42") {
                    let event: (String, String) = serde_json::from_str(event).unwrap();
                    assert_eq!(event.0, "message");
                    return serde_json::from_str(&event.1).unwrap();
                }
                assert!(frame == "3" || frame == "40" || frame.starts_with('0'), "{frame}");
            }
        };
        tokio::time::timeout(time, message).await.ok()
    }

    pub async fn wait_for_close(&mut self) {
        let closed = async { while self.frame().await.is_some() {} };
        tokio::time::timeout(PATIENCE, closed).await.expect("a closed socket");
    }

    async fn frame(&mut self) -> Option<String> {
        loop {
            match self.socket.next().await?.ok()? {
                Message::Text(text) => return Some(text.to_string()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }
}

/// What the API's answer entitles to.
pub fn join_message(api: &Value) -> Value {
    serde_json::json!({
        "type": "joinRoom", "uid": api["username"], "cid": api["cid"],
        "userCred": api["userCred"], "timeStamp": api["timeStamp"],
        "apiOwner": api["apiOwner"], "roomCred": api["roomCred"], "start": api["start"],
        "len": api["len"], "isPrivileged": api["isPrivileged"],
        "autoIntroduce": api["autoIntroduce"], "key": "demo",
    })
}

/// A message with the room's id, as JSON text inside the event's JSON.
pub fn packet(api: &Value, mut message: Value) -> String {
    message["rid"] = api["room_key"].clone();
    format!("42{}", serde_json::json!(["message", message.to_string()]))
}

pub async fn ask_api(address: &str, path: &str) -> Value {
    serde_json::from_str(&ask(address, path).await).unwrap()
}

/// The body of an answer that must be a success.
pub async fn ask(address: &str, path: &str) -> String {
    exchange(address, &format!("GET {path} HTTP/1.1\r\n"), "").await.1
}

/// Head and body of the answer, which must be a success, to a request that begins so.
pub async fn exchange(address: &str, request: &str, body: &str) -> (String, String) {
    let answer = answer_to(address, request, body).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    (head.to_ascii_lowercase(), body.to_owned())
}

/// The whole answer, whatever it is.
pub async fn answer_to(address: &str, request: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let rest = format!("Host: {address}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let (mut reading, mut writing) = stream.split();
    let mut answer = String::new();
    let whole = format!("{request}{rest}{body}");
    // Who is refused may be so before all is sent.
    let (_, read) = tokio::join!(writing.write_all(whole.as_bytes()), reading.read_to_string(&mut answer));
    read.unwrap();
    answer
}
