//! Datagrams that go out together. One call hands many of them to the operating system.

use std::net::{SocketAddr, UdpSocket};

use rustix::io::Errno;
use rustix::net::SendFlags;

use crate::mcu::counters::{Counters, Note};

/// Datagrams of one call. More gain nothing.
#[cfg(target_os = "linux")]
const MOST_AT_ONCE: usize = 64;

/// A datagram, and where it goes.
pub(super) type Datagram = (SocketAddr, Vec<u8>);

/// Sends all of them in their order. What the operating system does not take in time is counted; it is
/// waited for once, since what comes afterwards would be late.
pub(super) fn send_all(socket: &UdpSocket, datagrams: &[Datagram], counters: &Counters) {
    let mut rest = datagrams;
    let mut flags = SendFlags::empty();
    while !rest.is_empty() {
        let passed = match send_some(socket, rest, flags) {
            Ok(sent) => {
                let lengths = rest.iter().take(sent).map(|(_, contents)| contents.len());
                counters.add(Note::BytesOut, lengths.fold(0, usize::saturating_add));
                sent.max(1)
            }
            Err(Errno::INTR) => 0,
            Err(error) => {
                if error == Errno::AGAIN {
                    flags = SendFlags::DONTWAIT;
                }
                tracing::trace!(%error, "datagram not sent");
                counters.note(Note::Unsent);
                1
            }
        };
        rest = rest.get(passed..).unwrap_or_default();
    }
}

/// Sends the first of them, and tells how many. An error is that of the very first.
#[cfg(target_os = "linux")]
fn send_some(socket: &UdpSocket, datagrams: &[Datagram], flags: SendFlags) -> Result<usize, Errno> {
    use std::io::IoSlice;

    use rustix::net::{sendmmsg, MMsgHdr, SendAncillaryBuffer, SocketAddrAny};

    if let [only] = datagrams {
        return send_one(socket, only, flags);
    }
    let some = datagrams.get(..MOST_AT_ONCE).unwrap_or(datagrams);
    let addresses: Vec<SocketAddrAny> = some.iter().map(|(to, _)| (*to).into()).collect();
    let contents: Vec<[IoSlice<'_>; 1]> = some.iter().map(|(_, contents)| [IoSlice::new(contents)]).collect();
    let mut controls: Vec<SendAncillaryBuffer<'_, '_, '_>> =
        some.iter().map(|_| SendAncillaryBuffer::default()).collect();
    let parts = addresses.iter().zip(&contents).zip(&mut controls);
    let mut messages: Vec<MMsgHdr<'_>> =
        parts.map(|((to, contents), control)| MMsgHdr::new_with_addr(to, contents, control)).collect();
    sendmmsg(socket, &mut messages, flags)
}

#[cfg(not(target_os = "linux"))]
fn send_some(socket: &UdpSocket, datagrams: &[Datagram], flags: SendFlags) -> Result<usize, Errno> {
    datagrams.first().map_or(Ok(0), |datagram| send_one(socket, datagram, flags))
}

fn send_one(socket: &UdpSocket, (to, contents): &Datagram, flags: SendFlags) -> Result<usize, Errno> {
    rustix::net::sendto(socket, contents, flags, to).map(|_| 1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn many_arrive_in_their_order_and_what_cannot_be_sent_is_counted() {
        let receivers = [0, 1].map(|_| UdpSocket::bind("127.0.0.1:0").unwrap());
        let [one, other] = [0, 1].map(|place: usize| receivers[place].local_addr().unwrap());
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut datagrams: Vec<Datagram> = Vec::new();
        for number in 0..150_u8 {
            datagrams.push((one, vec![1, number]));
            datagrams.push((other, vec![2, number, 0]));
            if number % 50 == 0 {
                datagrams.push((nowhere, vec![3]));
            }
        }
        let counters = Counters::default();
        send_all(&socket, &datagrams, &counters);
        for (receiver, length) in receivers.iter().zip([2, 3]) {
            receiver.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            let mut buffer = [0; 10];
            for number in 0..150 {
                assert_eq!(receiver.recv(&mut buffer).unwrap(), length);
                assert_eq!(buffer[1], number);
            }
        }
        assert_eq!((counters.get(Note::Unsent), counters.get(Note::BytesOut)), (3, 150 * 5));
    }
}
