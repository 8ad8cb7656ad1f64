//! Where the media server listens, and what clients are told about it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::str::FromStr;

/// An address that clients are told: without a port, that of the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicAddress {
    ip: IpAddr,
    port: Option<u16>,
}

impl PublicAddress {
    /// Without the port.
    pub fn ip(self) -> IpAddr {
        self.ip
    }
}

impl FromStr for PublicAddress {
    type Err = ();

    /// `203.0.113.5`, `203.0.113.5:3478`, `2001:db8::5` or `[2001:db8::5]:3478`. Names are not
    /// possible: descriptions hold addresses.
    fn from_str(text: &str) -> Result<Self, ()> {
        let parsed = match text.parse::<IpAddr>() {
            Ok(ip) => Self { ip, port: None },
            Err(_) => {
                let address: SocketAddr = text.parse().map_err(|_| ())?;
                Self { ip: address.ip(), port: Some(address.port()) }
            }
        };
        if parsed.ip.is_unspecified() || parsed.ip.is_multicast() || parsed.port == Some(0) {
            return Err(());
        }
        Ok(parsed)
    }
}

/// What clients are told of a socket that is bound to `bound`, best first.
pub fn told(bound: SocketAddr, public: &[PublicAddress], is_local: bool) -> Vec<SocketAddr> {
    if !public.is_empty() {
        let port = |address: &PublicAddress| address.port.unwrap_or(bound.port());
        return public.iter().map(|address| SocketAddr::new(address.ip, port(address))).collect();
    }
    if !bound.ip().is_unspecified() {
        return vec![bound];
    }
    let mut ips: Vec<IpAddr> = Vec::new();
    if bound.is_ipv6() {
        ips.extend(outward(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()));
    }
    ips.extend(outward(Ipv4Addr::new(192, 0, 2, 1).into()));
    if is_local || ips.is_empty() {
        ips.push(Ipv4Addr::LOCALHOST.into());
    }
    ips.into_iter().map(|ip| SocketAddr::new(ip, bound.port())).collect()
}

/// This machine's address on the way to another. Nothing is sent.
fn outward(to: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((to, 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_unspecified() && !ip.is_loopback()).then_some(ip)
}

/// Whether an address is this machine's: only with those sockets can be bound. Nothing is sent.
pub fn is_own(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let (any, nobodys): (IpAddr, IpAddr) = match address {
        IpAddr::V4(_) => (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
        IpAddr::V6(_) => {
            (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into())
        }
    };
    let can_bind = |ip: IpAddr| UdpSocket::bind((ip, 0)).is_ok();
    if !can_bind(nobodys) {
        return address != any && can_bind(address);
    }
    // The machine lets any address be bound (`ip_nonlocal_bind`). The way to an own one begins there too,
    // unless it is one of several in a network.
    let way = UdpSocket::bind((any, 0)).and_then(|socket| {
        socket.connect((address, 9))?;
        socket.local_addr()
    });
    way.is_ok_and(|from| from.ip() == address)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_port_or_none() {
        let bound: SocketAddr = "0.0.0.0:4000".parse().unwrap();
        let public = ["203.0.113.5", "203.0.113.5:3478", "2001:db8::5", "[2001:db8::5]:3478"];
        let public: Vec<PublicAddress> = public.iter().map(|text| text.parse().unwrap()).collect();
        let all: Vec<String> = told(bound, &public, true).iter().map(SocketAddr::to_string).collect();
        assert_eq!(all, ["203.0.113.5:4000", "203.0.113.5:3478", "[2001:db8::5]:4000", "[2001:db8::5]:3478"]);
        for wrong in ["", "example.net", "0.0.0.0", "[::]:1", "1.2.3.4:0", "1.2.3.4:99999", "224.0.0.1"] {
            assert!(wrong.parse::<PublicAddress>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn own_addresses_are_told_from_others() {
        let own = ["127.0.0.1".parse().unwrap(), "127.0.0.7".parse().unwrap()];
        let outward = outward("192.0.2.1".parse().unwrap());
        assert!(own.into_iter().chain(outward).all(is_own));
        for other in ["192.0.2.1", "8.8.8.8", "2001:db8::1", "0.0.0.0"] {
            assert!(!is_own(other.parse().unwrap()), "{other}");
        }
    }

    #[test]
    fn without_a_setting_the_machine_is_asked() {
        let bound = |text: &str| text.parse::<SocketAddr>().unwrap();
        assert_eq!(told(bound("10.0.0.1:7"), &[], true), [bound("10.0.0.1:7")]);
        let local = told(bound("0.0.0.0:7"), &[], true);
        assert_eq!(local.last(), Some(&bound("127.0.0.1:7")));
        assert!(!told(bound("0.0.0.0:7"), &[], false).is_empty());
    }
}
