//! Datagrams that came in together, for one thread.

use std::net::SocketAddr;

use crate::mcu::engine::Protocol;

/// One after the other in one piece of memory.
pub(super) struct Arrivals {
    pub(super) protocol: Protocol,
    bytes: Vec<u8>,
    each: Vec<(SocketAddr, usize)>,
}

impl Arrivals {
    pub(super) fn new(protocol: Protocol) -> Self {
        Self { protocol, bytes: Vec::new(), each: Vec::new() }
    }

    pub(super) fn push(&mut self, from: SocketAddr, datagram: &[u8]) {
        self.bytes.extend_from_slice(datagram);
        self.each.push((from, datagram.len()));
    }

    pub(super) fn count(&self) -> usize {
        self.each.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (SocketAddr, &[u8])> {
        let mut rest = self.bytes.as_slice();
        self.each.iter().map_while(move |(from, length)| {
            let (datagram, after) = rest.split_at_checked(*length)?;
            rest = after;
            Some((*from, datagram))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_come_out_as_they_went_in() {
        let mut arrivals = Arrivals::new(Protocol::Udp);
        let given = [(1, &b"one"[..]), (2, b""), (1, b"three")];
        let address = |port: u16| SocketAddr::from(([198, 51, 100, 1], port));
        for (port, datagram) in given {
            arrivals.push(address(port), datagram);
        }
        assert_eq!(arrivals.count(), 3);
        assert!(arrivals.iter().eq(given.map(|(port, datagram)| (address(port), datagram))));
    }
}
