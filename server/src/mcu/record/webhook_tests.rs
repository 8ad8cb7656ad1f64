//! The webhook by `https`, at a server whose certificate is made here.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;

use rcgen::{generate_simple_self_signed, CertifiedKey};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::super::library::Stage;
use super::*;

/// Takes one connection, and what is posted on it. `is_refused` if the client does not like the
/// certificate.
struct Listening {
    address: SocketAddr,
    certificate: Vec<u8>,
    is_refused: Arc<AtomicBool>,
    thread: JoinHandle<Option<(Vec<String>, String)>>,
}

fn listen() -> Listening {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![cert.der().clone()], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let is_refused = Arc::new(AtomicBool::new(false));
    let refused = Arc::clone(&is_refused);
    let thread = std::thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let mut stream = BufReader::new(StreamOwned::new(ServerConnection::new(config).unwrap(), socket));
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            match stream.read_line(&mut line) {
                Ok(1..) if line == "\r\n" => break,
                Ok(1..) => head.push(line.trim_end().to_lowercase()),
                Ok(0) | Err(_) => {
                    refused.store(true, Ordering::Relaxed);
                    return None;
                }
            }
        }
        let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut body).unwrap();
        stream.get_mut().write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        Some((head, String::from_utf8(body).unwrap()))
    });
    Listening { address, certificate: cert.der().to_vec(), is_refused, thread }
}

fn entry() -> Entry {
    Entry {
        id: "id".to_owned(),
        rid: "r".to_owned(),
        space: "demo".to_owned(),
        room: "lobby".to_owned(),
        begun: 0,
        stage: Stage::Ready,
        seconds: Some(1.5),
        bytes: 7,
        error: None,
    }
}

fn call_at(server: &Listening, tls: TlsConfig, secret: Option<&Secret>) -> Result<(), NotTaken> {
    let address = format!("https://{}/hook", server.address);
    let is_closing = || server.is_refused.load(Ordering::Relaxed);
    call(&patient().tls_config(tls).build().into(), &address, secret, &entry(), is_closing)
}

#[test]
fn it_is_told_by_https() {
    let server = listen();
    let trusted = vec![Certificate::from_der(&server.certificate).to_owned()];
    let tls = TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(trusted))).build();
    call_at(&server, tls, Some(&Secret::new("s3cr3t"))).unwrap();
    let (head, body) = server.thread.join().unwrap().unwrap();
    assert_eq!(head[0], "post /hook http/1.1");
    assert_eq!(body, describe(&entry()).to_string());
    let signature = signature(&Secret::new("s3cr3t"), &body).unwrap();
    assert!(head.contains(&format!("x-skylink-signature: {signature}")), "{head:?}");
}

#[test]
fn a_server_that_nobody_vouches_for_is_told_nothing() {
    let server = listen();
    let error = call_at(&server, TlsConfig::default(), None).unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(server.thread.join().unwrap().is_none());
}
