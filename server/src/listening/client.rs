//! Whose a request is.

use std::net::{IpAddr, Ipv6Addr};

/// Whose request it is, as far as that is known: the other end's, or that of whom a trusted proxy
/// names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The address.
    pub address: IpAddr,
    /// Whether a trusted proxy has named it.
    pub is_named: bool,
}

/// Bits of an address of version 6 that one customer of a network has for all of its own.
const CUSTOMER: u32 = 64;

impl Client {
    /// What it shares with those alone who are behind the same connection to the internet. `None` if
    /// it may stand for everybody: a proxy that names nobody calls from its own network.
    pub fn origin(self) -> Option<IpAddr> {
        if !self.is_named && is_private(self.address) {
            return None;
        }
        Some(match self.address {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => {
                let others = u128::MAX.checked_shr(CUSTOMER).unwrap_or_default();
                Ipv6Addr::from_bits(address.to_bits() & !others).into()
            }
        })
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            address.is_loopback() || address.is_private() || address.is_link_local() || is_shared
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_proxy_stands_for_nobody_unless_it_is_named() {
        for (address, known, named) in [
            ("203.0.113.9", Some("203.0.113.9"), "203.0.113.9"),
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1:2::"), "2001:db8:1:2::"),
            ("127.0.0.1", None, "127.0.0.1"),
            ("10.1.2.3", None, "10.1.2.3"),
            ("172.17.0.1", None, "172.17.0.1"),
            ("192.168.1.1", None, "192.168.1.1"),
            ("169.254.0.7", None, "169.254.0.7"),
            ("100.64.0.1", None, "100.64.0.1"),
            ("::1", None, "::"),
            ("fd00::1", None, "fd00::"),
            ("fe80::1", None, "fe80::"),
        ] {
            let address = address.parse().unwrap();
            let origin = |is_named| Client { address, is_named }.origin();
            assert_eq!(origin(false), known.map(|known: &str| known.parse().unwrap()), "{address}");
            assert_eq!(origin(true), Some(named.parse().unwrap()), "{address}");
        }
    }
}
