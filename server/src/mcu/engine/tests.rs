#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::time::Instant;

use super::*;
use crate::mcu::formats::Formats;
use crate::mcu::room::{FileChannel, FileData};
use crate::mcu::sdp::read;

fn connection() -> Connection {
    let offer = read(include_str!("../sdp/chromium-offer.sdp")).unwrap();
    let credentials = |ufrag: &str| IceCredentials {
        ufrag: ufrag.to_owned(),
        password: "0123456789012345678901".to_owned(),
    };
    let opening = Opening {
        local: credentials("AAserver"),
        remote: credentials("client"),
        fingerprint: offer.fingerprint,
        formats: Formats::of(&offer),
    };
    Connection::new(&opening, &Certificate::generate().unwrap(), Instant::now()).unwrap()
}

#[test]
fn a_panic_ends_one_connection_and_nothing_else() {
    let mut connection = connection();
    assert_eq!(connection.act(Instant::now(), |_| 7), Some(7));
    let outcome: Option<()> = connection.act(Instant::now(), |_| panic!("as the engine would"));
    assert_eq!(outcome, None);
    assert!(matches!(connection.poll(), Some(EngineOutput::Closed { reason: Ending::Failed })));
    assert_eq!(connection.deadline(), None);
    assert_eq!(connection.act(Instant::now(), |_| 7), None);
    assert!(!connection.send_text("x", Instant::now()));
}

#[test]
fn rubbish_is_dropped() {
    let mut connection = connection();
    let from = "198.51.100.1:5000".parse().unwrap();
    let mut check = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
    check.resize(20, 7);
    for datagram in [&[][..], &[0], &[22, 254, 253], &[128, 96, 0, 1], &[255; 1400], &check] {
        connection.handle_datagram(Protocol::Udp, from, datagram, Instant::now());
        connection.handle_datagram(Protocol::Tcp, from, datagram, Instant::now());
    }
    assert!(connection.poll().is_none());
    assert_eq!(connection.addresses().count(), 0);
}

#[test]
fn user_names_and_nominations_are_read_from_checks() {
    let mut check = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
    check.resize(20, 7);
    assert_eq!(ufrag_of(&check), None);
    assert!(!is_nomination(&check));
    check.extend([0, 6, 0, 6]);
    check.extend(b"AAs:cl");
    check.extend([0, 0]);
    assert_eq!(ufrag_of(&check), Some("AAs"));
    assert!(!is_nomination(&check));
    check.extend([0, 0x25, 0, 0]);
    assert!(is_nomination(&check));
    check.truncate(27);
    assert_eq!(ufrag_of(&check), None);
    assert_eq!(ufrag_of(&[]), None);
    assert_eq!(ufrag_of(&[0x80; 40]), None);
}

#[test]
fn no_more_channels_are_opened_to_a_client_than_it_may_have() {
    let mut connection = connection();
    let now = Instant::now();
    for number in 0..100 {
        connection.open_file(FileChannel::Ours(number), "file/anna/t".to_owned(), now);
    }
    let closed = std::iter::from_fn(|| connection.poll()).filter_map(|output| match output {
        EngineOutput::File(FileEvent::Closed(FileChannel::Ours(number))) => Some(number),
        _ => None,
    });
    assert!(closed.eq(64..100));
}

#[test]
fn a_file_whose_receiver_takes_nothing_is_closed_before_much_waits() {
    let mut connection = connection();
    let now = Instant::now();
    let channel = FileChannel::Ours(1);
    connection.open_file(channel, "file/anna/t".to_owned(), now);
    for _ in 0..512 {
        connection.send_file(channel, FileData::Frame(vec![1; 9]), now);
    }
    assert!(connection.poll().is_none());
    for _ in 0..2 {
        connection.send_file(channel, FileData::Frame(vec![1; 9]), now);
    }
    let closed = connection.poll();
    assert!(matches!(closed, Some(EngineOutput::File(FileEvent::Closed(FileChannel::Ours(1))))));
    assert!(connection.poll().is_none());
}
