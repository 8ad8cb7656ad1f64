//! Clients that send more than anybody has to say.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::Client;
use super::program::Program;

#[tokio::test]
async fn a_flood_from_outside_of_all_rooms_is_cut_off_and_joining_goes_on() {
    let mut program = Program::start_logging(&[]);
    let mut flooding = Client::connect(&program, "lobby").await;
    // The server hangs up while some are still on their way.
    for _ in 0..50_000 {
        if !flooding.try_send(json!({"type": "x", "list": [{}, {}]})).await {
            break;
        }
    }
    flooding.wait_for_close().await;
    program.logged(&["a client is cut off", "client=127.0.0.1", "beyond its limits"]);
    let mut joining = Client::connect(&program, "lobby").await;
    joining.send(json!({"type": "x", "text": "x".repeat(100_000)})).await;
    joining.send_join().await;
    assert_eq!(joining.next().await["type"], "inRoom");
}

#[tokio::test]
async fn not_everybody_may_begin_to_poll_at_once_but_sockets_open() {
    let program = Program::start(&[]);
    let mut stream = TcpStream::connect(&program.address).await.unwrap();
    let begin =
        |rest: &str| format!("GET /socket.io/?EIO=3&transport=polling HTTP/1.1\r\nHost: x\r\n{rest}\r\n");
    let requests = begin("").repeat(5000) + &begin("Connection: close\r\n");
    let mut answers = String::new();
    let (mut reading, mut writing) = stream.split();
    let write = writing.write_all(requests.as_bytes());
    let (written, read) = tokio::join!(write, reading.read_to_string(&mut answers));
    written.unwrap();
    read.unwrap();
    assert!(answers.matches("HTTP/1.1 200").count() >= 1000);
    assert!(answers.contains("HTTP/1.1 503"));
    Client::join(&program, "lobby").await;
}

#[tokio::test]
async fn who_is_in_no_room_does_not_have_long_frames_put_together() {
    let program = Program::start(&[]);
    let mut outside = Client::connect(&program, "lobby").await;
    let long = json!({"type": "public", "data": "x".repeat(900_000)});
    // The server may hang up before all is sent.
    outside.try_send(long.clone()).await;
    outside.wait_for_close().await;
    let mut first = Client::join(&program, "lobby").await;
    let mut second = Client::join(&program, "lobby").await;
    first.send(long.clone()).await;
    assert_eq!(second.next().await["data"], long["data"]);
}
