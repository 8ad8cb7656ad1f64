//! Whose request it is: behind a proxy every connection comes from the proxy.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

use super::router::Site;
use crate::listening::{Client, Peer};

/// What proxies add the address to that they were called from.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Addresses of proxies that are believed: one, or all of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedProxy {
    address: IpAddr,
    /// Leading bits that count.
    bits: u32,
}

impl FromStr for TrustedProxy {
    type Err = ();

    /// `127.0.0.1`, `10.0.0.0/8`, `::1` or `fd00::/8`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(ip, bits)| (ip, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.parse().ok().filter(|bits| *bits <= all).ok_or(())?,
            None => all,
        };
        Ok(Self { address, bits })
    }
}

impl TrustedProxy {
    fn covers(&self, address: IpAddr) -> bool {
        let differing = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            _ => return false,
        };
        differing >= self.bits
    }
}

/// Puts the [`Client`] in place of the [`Peer`].
pub(super) async fn find_client(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    if let Some(Peer(peer)) = request.extensions_mut().remove() {
        let client = client_address(peer, request.headers(), &site.trusted_proxies);
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

/// The client of a request that came from `peer`: the last address of the way that is no trusted
/// proxy's. What stands before it may be made up by whoever has that address.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[TrustedProxy]) -> Client {
    let is_trusted = |address: IpAddr| trusted.iter().any(|proxy| proxy.covers(address));
    let lines = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok());
    let mut way: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
    let mut client = Client { address: peer, is_named: false };
    while is_trusted(client.address) {
        match way.pop().and_then(|text| address_in(text.trim())) {
            Some(address) => client = Client { address, is_named: true },
            None => break,
        }
    }
    client
}

/// Some proxies add the port.
fn address_in(text: &str) -> Option<IpAddr> {
    let address = text.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn client(peer: &str, lines: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<TrustedProxy> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        client_address(peer.parse().unwrap(), &headers, &trusted).address.to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"];
        for (peer, lines, expected) in [
            ("127.0.0.1", &[] as &[&str], "127.0.0.1"),
            ("203.0.113.9", &["6.6.6.6"], "203.0.113.9"),
            ("127.0.0.1", &["6.6.6.6, 203.0.113.9"], "203.0.113.9"),
            ("127.0.0.1", &["6.6.6.6", "203.0.113.9,10.1.2.3"], "203.0.113.9"),
            ("127.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("fd12::1", &["[2001:db8::7]:443"], "2001:db8::7"),
            ("10.255.0.1", &["::ffff:203.0.113.9"], "203.0.113.9"),
            ("127.0.0.1", &["10.0.0.1"], "10.0.0.1"),
            // What cannot be read ends the way at whoever passed it on.
            ("127.0.0.1", &["6.6.6.6, unknown, 10.0.0.1"], "10.0.0.1"),
            ("11.0.0.1", &["6.6.6.6"], "11.0.0.1"),
        ] {
            assert_eq!(client(peer, lines, &trusted), expected, "{peer} {lines:?}");
        }
        assert_eq!(client("127.0.0.1", &["6.6.6.6"], &[]), "127.0.0.1");
        assert_eq!(client("8.8.8.8", &["6.6.6.6"], &["0.0.0.0/0"]), "6.6.6.6");
    }

    #[test]
    fn networks_are_read() {
        for wrong in ["", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "127.0.0.1:80"] {
            assert!(wrong.parse::<TrustedProxy>().is_err(), "{wrong}");
        }
    }
}
