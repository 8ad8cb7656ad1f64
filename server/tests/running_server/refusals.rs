//! What the log tells of those who are refused.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::program::Program;

async fn ask_as(program: &Program, key: &str, forwarded: &str) {
    let mut stream = TcpStream::connect(&program.address).await.unwrap();
    let head = format!("GET /api/{key}/room HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    let request = format!("{head}X-Forwarded-For: {forwarded}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

#[tokio::test]
async fn a_refusal_names_the_client_that_a_trusted_proxy_names() {
    for (proxies, forwarded, client) in [
        (&["--trusted-proxy", "127.0.0.0/8"] as &[&str], "6.6.6.6, 203.0.113.9", "client=203.0.113.9"),
        (&[], "203.0.113.9", "client=127.0.0.1"),
    ] {
        let mut program = Program::start_logging(proxies);
        let key = "k".repeat(5000);
        ask_as(&program, &key, forwarded).await;
        let line = program.logged(&["API request refused"]);
        assert!(line.contains(client) && line.contains("code=4001"), "{line}");
        assert!(line.contains(&key[..64]) && !line.contains(&key[..65]), "{line}");
    }
}
