//! What those who run it ask.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{ask, Client};
use super::program::Program;

async fn answer(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn metrics_may_have_an_address_of_their_own() {
    let program = Program::start(&["--metrics-listen", "127.0.0.1:0"]);
    Client::join(&program, "lobby").await;
    assert!(ask(&program.metrics, "/metrics").await.contains("\nskylink_joins_total 1\n"));
    assert!(answer(&program.metrics, "/api/demo/lobby").await.starts_with("HTTP/1.1 404"));
    assert!(answer(&program.address, "/metrics").await.starts_with("HTTP/1.1 404"));
    assert!(answer(&program.address, "/healthz").await.ends_with("\r\n\r\nok\n"));
}

/// The file may not grow, as on a full disk.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_server_that_cannot_write_stored_messages_is_impaired() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("settings.toml");
    let mut file = std::fs::File::create(&settings).unwrap();
    let data = folder.path().join("data");
    let limits = "[stored_messages]\nbytes_per_room = 100000000";
    write!(file, "data = {data:?}\n{limits}\n[keys.demo]\npersistent_messages = true").unwrap();
    let arguments = ["--config", settings.to_str().unwrap()];
    // Blocks of 512 bytes: the file begins with about 1.5 MB.
    let program = Program::start_within("trap '' XFSZ && ulimit -f 4000", &arguments);
    assert_eq!(ask(&program.address, "/healthz").await, "ok\n");
    let mut client = Client::join(&program, "lobby").await;
    let since = Instant::now();
    loop {
        let kept =
            json!({"type": "message", "secretId": "s", "isPersistent": true, "data": "x".repeat(100_000)});
        for _ in 0..10 {
            client.send(kept.clone()).await;
        }
        let health = answer(&program.address, "/healthz").await;
        if health.starts_with("HTTP/1.1 503") {
            assert!(health.ends_with("\r\n\r\nimpaired: stored messages cannot be written\n"), "{health}");
            break;
        }
        assert!(since.elapsed() < Duration::from_secs(20), "{health}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Rooms go on.
    Client::join(&program, "lobby").await;
}
