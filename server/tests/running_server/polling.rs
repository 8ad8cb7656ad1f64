//! Clients that cannot open a WebSocket: Engine.IO 3 by HTTP requests.

use std::collections::VecDeque;

use serde_json::{json, Value};

use super::client::{ask_api, exchange, join_message, packet, Client};
use super::program::Program;

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
        let packet = self.packet().await;
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
