//! From the server's `iceServers` to an `RTCConfiguration` (wire protocol 5.4, peer behaviour 1.2
//! and 1.3).

use crate::options::InitOptions;
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::signaling::{IceServer, PcConfig};
use skylink_protocol::{Object, Value};

/// The `RTCConfiguration` of every connection in a room.
pub(crate) fn configuration(
    pc_config: Option<&PcConfig>,
    options: &InitOptions,
    has_media_server: bool,
) -> Value {
    let given = pc_config.and_then(|config| config.ice_servers.as_deref()).unwrap_or_default();
    let mut servers = Vec::new();
    for scheme in ["stun", "turn", "turns"] {
        servers.extend(given.iter().filter_map(|server| expand(server, scheme, options)));
    }
    // A media server is reached directly even then.
    let relay_only =
        !has_media_server && options.filters("host") && options.filters("srflx") && !options.filters("relay");
    Object::new()
        .with("iceServers", servers)
        .with("bundlePolicy", "balanced")
        .with("rtcpMuxPolicy", "require")
        .with("iceTransportPolicy", if relay_only { "relay" } else { "all" })
        // Candidates are looked for while the descriptions are made.
        .with("iceCandidatePoolSize", 1.0)
        .into()
}

/// One entry, if it is of this scheme and the options allow it.
fn expand(server: &IceServer, scheme: &str, options: &InitOptions) -> Option<Value> {
    let transport = options.turn_transport();
    let allowed = match scheme {
        "stun" => !options.force_turn(),
        "turn" => !options.force_turn_ssl(),
        _ => !matches!(transport, "none" | "udp"),
    };
    if !allowed {
        return None;
    }
    let (urls, user) = match &server.urls {
        // A server that knows this member says exactly what it listens on.
        Some(urls) => {
            let of_scheme = |url: &&String| url.split(':').next() == Some(scheme) && suits(url, transport);
            (urls.iter().filter(of_scheme).cloned().collect_vec(), None)
        }
        None => {
            let (url_scheme, rest) = server.url.as_deref()?.split_once(':')?;
            if url_scheme != scheme {
                return None;
            }
            let rest = rest.split('?').next().unwrap_or(rest);
            let (user, host) = rest.rsplit_once('@').map_or((None, rest), |(user, host)| (Some(user), host));
            let host = host.split(':').next().unwrap_or(host);
            (well_known_ports(scheme, host, transport), user)
        }
    };
    if urls.is_empty() {
        return None;
    }
    let username = server.username.as_deref().or(user).unwrap_or("");
    let mut entry = Object::new().with("urls", urls.into_iter().map(Value::Text).collect_vec());
    if scheme != "stun" {
        entry.set("username", username);
        entry.set("credential", server.credential.as_deref().unwrap_or(""));
    }
    Some(entry.into())
}

/// Whether a full URL is of the transport that the app allows.
fn suits(url: &str, transport: &str) -> bool {
    match transport {
        "udp" => !url.ends_with("transport=tcp"),
        "tcp" => !url.ends_with("transport=udp"),
        _ => true,
    }
}

/// The original knows only hosts and tries the usual ports.
fn well_known_ports(scheme: &str, host: &str, transport: &str) -> Vec<String> {
    let mut urls: Vec<String> = Vec::new();
    let mut add = |port: &str, suffix: &str| {
        let url = [scheme, ":", host, ":", port, suffix].concat();
        if !urls.contains(&url) {
            urls.push(url);
        }
    };
    let with_suffix = transport != "none";
    match scheme {
        "stun" => {
            add("3478", "");
            add("53", "");
        }
        "turn" => {
            if transport != "tcp" {
                for port in ["3478", "53"] {
                    add(port, "");
                    if with_suffix {
                        add(port, "?transport=udp");
                    }
                }
            }
            if transport != "udp" {
                for port in ["80", "3478"] {
                    add(port, "");
                    if with_suffix {
                        add(port, "?transport=tcp");
                    }
                }
            }
        }
        _ => {
            add("443", "?transport=tcp");
            add("5349", "?transport=tcp");
        }
    }
    urls
}

#[cfg(test)]
#[path = "ice_servers_tests.rs"]
mod tests;
