//! Addresses that lead back to this machine: a stream to one of them would go around its firewall.

use std::net::{IpAddr, ToSocketAddrs};

use super::endpoint::host_and_port;
use crate::mcu::address::is_own;

/// What clients are told of this machine.
#[derive(Debug, Default)]
pub struct ThisMachine {
    addresses: Vec<IpAddr>,
    name: Option<String>,
}

impl ThisMachine {
    /// The addresses of its media server, and the `host` or `host:port` of its API, if they are set.
    pub fn new(addresses: Vec<IpAddr>, public_address: Option<&str>) -> Self {
        let host = |text: &str| host_and_port(text).map(|(host, _)| host.to_owned());
        Self { addresses, name: public_address.and_then(host) }
    }

    /// Whether an address is this machine's; looks its name up at once, which may take long.
    pub(super) fn look_up(&self) -> impl Fn(IpAddr) -> bool {
        let named = self.name.as_deref().and_then(|name| (name, 0).to_socket_addrs().ok());
        let named = named.into_iter().flatten().map(|address| address.ip());
        let known: Vec<IpAddr> =
            self.addresses.iter().copied().chain(named).map(|address| address.to_canonical()).collect();
        move |address| known.contains(&address.to_canonical()) || is_own(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_by_what_clients_are_told_and_by_its_interfaces() {
        let told = vec![IpAddr::from([198, 51, 100, 7])];
        for (public, found) in [
            ("198.51.100.8", "198.51.100.8"),
            ("198.51.100.8:8443", "198.51.100.8"),
            ("[2001:db8::8]:8443", "2001:db8::8"),
        ] {
            let is_this = ThisMachine::new(told.clone(), Some(public)).look_up();
            for address in ["198.51.100.7", "::ffff:198.51.100.7", "127.0.0.1", "::ffff:127.0.0.1", found] {
                assert!(address.parse().is_ok_and(&is_this), "{public}: {address}");
            }
            assert!(!is_this(IpAddr::from([198, 51, 100, 9])));
        }
        let is_this = ThisMachine::new(Vec::new(), Some("localhost:8080")).look_up();
        assert!(is_this(IpAddr::from([127, 0, 0, 1])) && !is_this(IpAddr::from([198, 51, 100, 7])));
    }
}
