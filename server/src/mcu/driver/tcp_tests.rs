#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::TcpStream;

use super::*;

fn port(introduction: Duration) -> Arc<TcpPort> {
    let listen = "127.0.0.1:0".parse().unwrap();
    Arc::new(TcpPort::open_for(introduction, listen, Arc::default()).unwrap())
}

fn address(host: u8, port: u16) -> SocketAddr {
    SocketAddr::from(([198, 51, 100, host], port))
}

#[test]
fn one_host_cannot_take_the_places_of_all() {
    let port = port(INTRODUCTION);
    let entered: Vec<_> = (1..=30).map(|number| port.enter(address(1, number))).collect();
    assert_eq!(entered.iter().flatten().count(), 20);
    assert!(port.enter(address(2, 1)).is_some());
    // One that is known, and one that is over, make room.
    port.learn(address(1, 1), 0);
    assert!(port.enter(address(1, 40)).is_some() && port.enter(address(1, 41)).is_none());
    port.leave(address(1, 2), &entered.get(1).unwrap().as_ref().unwrap().1);
    assert!(port.enter(address(1, 42)).is_some() && port.enter(address(1, 43)).is_none());
    let others = (3..=30).flat_map(|host| (1..=10).map(move |number| address(host, number)));
    assert_eq!(others.filter_map(|from| port.enter(from)).count(), 200 - 21);
}

#[test]
fn a_stream_that_ends_late_does_not_end_its_successor() {
    let port = port(INTRODUCTION);
    let (_, former) = port.enter(address(1, 1)).unwrap();
    let (_, latter) = port.enter(address(1, 1)).unwrap();
    port.learn(address(1, 1), 7);
    port.leave(address(1, 1), &former);
    assert_eq!(port.owner(address(1, 1)), Some(7));
    port.leave(address(1, 1), &latter);
    assert_eq!(port.owner(address(1, 1)), None);
}

#[test]
fn a_stream_gains_no_time_by_single_bytes() {
    let port = port(Duration::from_millis(400));
    let server = {
        let port = Arc::clone(&port);
        std::thread::spawn(move || port.listen(&Arc::from([])))
    };
    let begin = Instant::now();
    let mut stream = TcpStream::connect(port.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    // The beginning of a datagram that never ends.
    let _ = stream.write_all(&[0x05, 0xdc]);
    let is_over = |stream: &mut TcpStream| match stream.read(&mut [0]) {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
    };
    while !is_over(&mut stream) {
        assert!(begin.elapsed() < Duration::from_secs(30), "it is served for ever");
        let _ = stream.write_all(&[1]);
    }
    assert!(begin.elapsed() >= Duration::from_millis(400));
    port.close();
    server.join().unwrap();
}
