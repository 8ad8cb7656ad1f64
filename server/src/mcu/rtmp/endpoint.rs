//! Where a live stream goes. The address comes from a member's page, so it is not trusted; its
//! path is the stream key, so it is not shown. No IO.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Streaming services use less than half of it.
const LONGEST: usize = 1_000;
const RTMP_PORT: u16 = 1935;
const RTMPS_PORT: u16 = 443;

/// An endpoint that is not streamed to. The texts reach applications; none shows the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Another scheme, or none.
    #[error("the endpoint must begin with rtmp:// or rtmps://")]
    Scheme,
    /// More than 1000 characters.
    #[error("the endpoint is too long")]
    TooLong,
    /// Spaces, controls, or beyond ASCII.
    #[error("the endpoint has characters that must be percent-encoded")]
    Characters,
    /// No host, or a wrong port.
    #[error("the endpoint has no valid host and port")]
    Host,
    /// Nothing to publish to.
    #[error("the endpoint needs an application and a stream key")]
    Path,
    /// The host is this machine, or in a network that must not be reached from here.
    #[error("this server does not stream to itself or to private addresses")]
    Private,
}

/// A checked endpoint. `Debug` shows its host alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    is_secure: bool,
    /// `user:password@`, as some services want it; or nothing.
    user: String,
    host: String,
    port: u16,
    /// From the first slash on.
    path: String,
    url: String,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Endpoint({})", self.place())
    }
}

impl Endpoint {
    /// Reads what an application gave.
    ///
    /// # Errors
    /// When it is no RTMP address that can be published to.
    pub fn parse(url: &str) -> Result<Self, EndpointError> {
        if url.len() > LONGEST {
            return Err(EndpointError::TooLong);
        }
        // Also what ffmpeg, or whoever shows a list of processes, could take for something else.
        if !url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\' | b'`')) {
            return Err(EndpointError::Characters);
        }
        let (scheme, rest) = url.split_once("://").ok_or(EndpointError::Scheme)?;
        let is_secure = match scheme.to_ascii_lowercase().as_str() {
            "rtmp" => false,
            "rtmps" => true,
            _ => return Err(EndpointError::Scheme),
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (user, place) = authority.split_at(authority.rfind('@').map_or(0, |at| at.saturating_add(1)));
        let (host, port) = host_and_port(place).ok_or(EndpointError::Host)?;
        if !path.starts_with('/') || path.trim_matches('/').is_empty() {
            return Err(EndpointError::Path);
        }
        Ok(Self {
            is_secure,
            user: user.to_owned(),
            host: host.to_owned(),
            port: port.unwrap_or(if is_secure { RTMPS_PORT } else { RTMP_PORT }),
            path: path.to_owned(),
            url: url.to_owned(),
        })
    }

    /// Host and port to look up.
    pub fn host(&self) -> (&str, u16) {
        (&self.host, self.port)
    }

    /// Whether it is reached by TLS.
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// What may stand in a log: scheme, host and port.
    pub fn place(&self) -> String {
        let scheme = if self.is_secure { "rtmps" } else { "rtmp" };
        format!("{scheme}://{}:{}", bracketed(&self.host), self.port)
    }

    /// The address for ffmpeg: the host as it was looked up and checked. A second look-up could
    /// give another one.
    pub fn at(&self, address: IpAddr) -> String {
        let scheme = if self.is_secure { "rtmps" } else { "rtmp" };
        format!("{scheme}://{}{}{}", self.user, SocketAddr::new(address, self.port), self.path)
    }

    /// What the RTMP server is told as the address of the application (`tcUrl`), with the name of
    /// the host. The application is what ffmpeg takes for it: one segment of the path, or two if
    /// there are more.
    pub fn application(&self) -> String {
        let path = self.path.trim_start_matches('/');
        let path = path.split('?').next().unwrap_or_default();
        let segments: Vec<&str> = path.split('/').collect();
        let application = match segments.as_slice() {
            [first, second, _, ..] => format!("{first}/{second}"),
            [first, ..] => (*first).to_owned(),
            [] => String::new(),
        };
        format!("{}/{application}", self.place())
    }

    /// All that must not stand in a log: the address, its path, and each part of it that could be
    /// a stream key, a name or a password.
    pub fn secrets(&self) -> Vec<String> {
        let after_application = |path: &str| {
            let parts = path.split(['/', '?', '&', '=', '#']).skip(2);
            parts.filter(|part| part.len() > 2).map(str::to_owned).collect::<Vec<_>>()
        };
        let mut secrets = after_application(&self.path);
        secrets.extend([self.url.clone(), self.path.clone(), self.path.trim_matches('/').to_owned()]);
        // As ffmpeg takes it apart.
        let user = self.user.strip_suffix('@').unwrap_or_default();
        let (name, password) = user.split_once(':').unwrap_or((user, ""));
        secrets.extend(
            [user, name, password].iter().filter(|part| !part.is_empty()).map(|part| (*part).to_owned()),
        );
        secrets
    }

    /// The first of the host's addresses that may be streamed to: any, or a public one that is none
    /// of this machine's.
    ///
    /// # Errors
    /// When there are only such that may not.
    pub fn choose(
        &self,
        addresses: impl IntoIterator<Item = IpAddr>,
        may_be_private: bool,
        is_this_machine: impl Fn(IpAddr) -> bool,
    ) -> Result<IpAddr, EndpointError> {
        let is_elsewhere = |address| is_public(address) && !is_this_machine(address);
        let is_allowed = |address: &IpAddr| may_be_private || is_elsewhere(*address);
        addresses.into_iter().find(is_allowed).ok_or(EndpointError::Private)
    }
}

fn bracketed(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

/// The host without brackets, and the port if one is named.
pub(super) fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, rest) = match text.strip_prefix('[') {
        Some(inner) => {
            let (host, rest) = inner.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, rest)
        }
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    if host.is_empty() || host.len() > 253 || !host.chars().all(is_part) {
        return None;
    }
    if rest.is_empty() {
        return Some((host, None));
    }
    let digits = rest.strip_prefix(':').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((host, Some(digits.parse().ok().filter(|port| *port > 0)?)))
}

/// Whether an address is one of the public internet (IANA's registries of special-purpose
/// addresses).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_special = address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || first == 0
        || first >= 240
        || (first == 100 && (64..128).contains(&second))
        || (first == 198 && (second == 18 || second == 19))
        || (first == 192 && second == 0 && third == 0);
    !is_special
}

/// Global unicast alone, and what stands for an IPv4 address as that one.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => embedded(g, h),
        (0x2002, ..) => embedded(b, c),
        // Teredo and others of IETF protocols, documentation.
        (0x2001, ..) if b < 0x0200 || b == 0x0db8 => false,
        _ => (0x2000..0x4000).contains(&a),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn endpoints_are_read() {
        let endpoint = Endpoint::parse("rtmp://live.example:1936/app/key?token=top").unwrap();
        assert_eq!(endpoint.host(), ("live.example", 1936));
        assert!(!endpoint.is_secure());
        let address = "203.0.113.5".parse().unwrap();
        assert_eq!(endpoint.at(address), "rtmp://203.0.113.5:1936/app/key?token=top");
        assert_eq!(endpoint.application(), "rtmp://live.example:1936/app");
        let endpoint = Endpoint::parse("RTMPS://me:pw@[2001:db8::1]/app/place/key/more").unwrap();
        assert_eq!(endpoint.host(), ("2001:db8::1", 443));
        assert_eq!(
            endpoint.at("2001:db8::1".parse().unwrap()),
            "rtmps://me:pw@[2001:db8::1]:443/app/place/key/more"
        );
        assert_eq!(endpoint.application(), "rtmps://[2001:db8::1]:443/app/place");
    }

    #[test]
    fn what_is_none_is_refused() {
        for (url, expected) in [
            ("", EndpointError::Scheme),
            ("http://a/b", EndpointError::Scheme),
            ("file:///etc/passwd", EndpointError::Scheme),
            ("rtmpt://a/b", EndpointError::Scheme),
            ("-i", EndpointError::Scheme),
            ("rtmp://a/b c", EndpointError::Characters),
            ("rtmp://a/b\n", EndpointError::Characters),
            ("rtmp://a/ü", EndpointError::Characters),
            ("rtmp://", EndpointError::Host),
            ("rtmp:///b", EndpointError::Host),
            ("rtmp://a:0/b", EndpointError::Host),
            ("rtmp://a:99999/b", EndpointError::Host),
            ("rtmp://a:/b", EndpointError::Host),
            ("rtmp://a:+1/b", EndpointError::Host),
            ("rtmp://[::1/b", EndpointError::Host),
            ("rtmp://[::1]x/b", EndpointError::Host),
            ("rtmp://a|b/c", EndpointError::Host),
            ("rtmp://a", EndpointError::Path),
            ("rtmp://a/", EndpointError::Path),
            ("rtmp://a?b/c", EndpointError::Path),
        ] {
            assert_eq!(Endpoint::parse(url), Err(expected), "{url}");
        }
        let long = format!("rtmp://a/{}", "k".repeat(LONGEST));
        assert_eq!(Endpoint::parse(&long), Err(EndpointError::TooLong));
    }

    #[test]
    fn the_stream_key_is_not_shown() {
        let endpoint = Endpoint::parse("rtmp://me:passw0rd@live.example/app/s3cr3t?sign=t0ken").unwrap();
        assert_eq!(format!("{endpoint:?}"), "Endpoint(rtmp://live.example:1935)");
        let hidden = ["s3cr3t", "t0ken", "passw0rd", "me", "app/s3cr3t?sign=t0ken"];
        assert!(hidden.iter().all(|part| endpoint.secrets().iter().any(|secret| secret == part)));
        let many = format!("rtmp://{}*@203.0.113.5/app/key", "*:".repeat(400));
        let secrets = Endpoint::parse(&many).unwrap().secrets();
        assert_eq!(secrets.iter().filter(|secret| secret.starts_with('*')).count(), 3, "{secrets:?}");
    }

    #[test]
    fn private_networks_are_told_from_public_ones() {
        let private = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "192.0.0.8",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
        ];
        let public = ["8.8.8.8", "172.32.0.1", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"];
        let endpoint = Endpoint::parse("rtmp://a/b").unwrap();
        for address in private {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(
                endpoint.choose([address], false, |_| false),
                Err(EndpointError::Private),
                "{address}"
            );
            assert_eq!(endpoint.choose([address], true, |_| true), Ok(address));
        }
        for address in public {
            let address: IpAddr = address.parse().unwrap();
            let all = ["127.0.0.1".parse().unwrap(), "9.9.9.9".parse().unwrap(), address];
            let is_this_machine = |other: IpAddr| other.to_string() == "9.9.9.9";
            assert_eq!(endpoint.choose(all, false, is_this_machine), Ok(address));
            assert_eq!(endpoint.choose(all, false, |_| true), Err(EndpointError::Private));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(rtmps?://)?[a-z0-9@:/?\\[\\]#.%]{0,30}|\\PC{0,40}") {
            if let Ok(endpoint) = Endpoint::parse(&text) {
                let address = "203.0.113.5".parse().unwrap();
                let again = Endpoint::parse(&endpoint.at(address)).unwrap();
                prop_assert_eq!(again.host(), ("203.0.113.5", endpoint.host().1));
                prop_assert_eq!(again.path, endpoint.path);
            }
        }
    }
}
