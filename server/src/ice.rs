//! STUN and TURN servers as clients get them (wire protocol 5.4).

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha1::Sha1;
use skylink_protocol::signaling::IceServer;

use crate::secret::Secret;

/// One STUN or TURN server, or several that share their credentials.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IceServerSettings {
    /// `stun:host:port`, `turn:host:port?transport=udp`, `turns:host:port`.
    pub urls: Vec<String>,
    /// Fixed user name for TURN.
    pub username: Option<String>,
    /// Fixed password for TURN.
    pub credential: Option<Secret>,
    /// Secret shared with the TURN server (coturn `static-auth-secret`), instead of the two above.
    pub secret: Option<Secret>,
    /// How long credentials made from `secret` are good for.
    #[serde(default = "one_day")]
    pub lifetime_minutes: u32,
}

fn one_day() -> u32 {
    24 * 60
}

/// A setting that clients could not use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IceServerError {
    /// Not a URL that can be handed to every client.
    #[error("ice server \"{0}\" must be stun:, turn: or turns: followed by a host name, without a user")]
    Url(String),
    /// TURN without credentials, or with two kinds.
    #[error("ice server \"{0}\" needs either a secret, or a username and a credential")]
    Credentials(String),
    /// skylinkjs splits the URL, user name included, at these characters.
    #[error("the user name of ice server \"{0}\" must not contain \":\" or \"@\"")]
    Username(String),
}

impl IceServerSettings {
    /// Checks what [`IceServerSettings::servers`] relies on.
    ///
    /// # Errors
    /// The first thing found wrong.
    pub fn check(&self) -> Result<(), IceServerError> {
        let fixed = self.username.is_some() && self.credential.is_some();
        let none = self.username.is_none() && self.credential.is_none();
        for url in &self.urls {
            let (scheme, host) = scheme_and_host(url).ok_or(IceServerError::Url(url.clone()))?;
            if host.is_empty() || host.contains(['@', '[', '/']) {
                return Err(IceServerError::Url(url.clone()));
            }
            let credentials_fit = match scheme {
                "stun" | "stuns" => true,
                "turn" | "turns" if self.secret.is_some() => none,
                "turn" | "turns" => fixed,
                _ => return Err(IceServerError::Url(url.clone())),
            };
            if !credentials_fit {
                return Err(IceServerError::Credentials(url.clone()));
            }
            if self.username.as_ref().is_some_and(|name| name.contains([':', '@'])) {
                return Err(IceServerError::Username(url.clone()));
            }
        }
        Ok(())
    }

    /// One entry for each scheme and host: skylinkjs reads only `url` and expands it by itself,
    /// newer clients read `urls`, `username` and `credential`.
    pub fn servers(&self, now: u64) -> Vec<IceServer> {
        let (username, credential) = self.credentials(now);
        let mut servers: Vec<(String, IceServer)> = Vec::new();
        for url in &self.urls {
            let Some((scheme, host)) = scheme_and_host(url) else {
                continue;
            };
            let group = format!("{scheme}:{host}");
            if let Some((_, server)) = servers.iter_mut().find(|(other, _)| *other == group) {
                server.urls.get_or_insert_default().push(url.clone());
                continue;
            }
            let is_turn = scheme.starts_with("turn");
            let old_style = match (&username, url.split_once(':')) {
                (Some(name), Some((_, rest))) if is_turn => format!("{scheme}:{name}@{rest}"),
                _ => url.clone(),
            };
            let server = IceServer {
                url: Some(old_style),
                urls: Some(vec![url.clone()]),
                username: username.clone().filter(|_| is_turn),
                credential: credential.clone().filter(|_| is_turn),
            };
            servers.push((group, server));
        }
        servers.into_iter().map(|(_, server)| server).collect()
    }

    /// The coturn REST scheme: the user name is the time of expiry in seconds, bare because
    /// skylinkjs destroys names with `:`; the password is its HMAC-SHA-1.
    fn credentials(&self, now: u64) -> (Option<String>, Option<String>) {
        let Some(secret) = &self.secret else {
            let credential = self.credential.as_ref().map(Secret::reveal);
            return (self.username.clone(), credential.map(str::to_owned));
        };
        let lifetime = u64::from(self.lifetime_minutes).saturating_mul(60);
        let username = (now / 1000).saturating_add(lifetime).to_string();
        let credential = Hmac::<Sha1>::new_from_slice(secret.reveal().as_bytes())
            .ok()
            .map(|mac| mac.chain_update(username.as_bytes()).finalize());
        let credential = credential.map(|code| STANDARD.encode(code.into_bytes()));
        (Some(username), credential)
    }
}

/// `turn:host:port?transport=tcp` → `turn`, `host`.
fn scheme_and_host(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    let host = rest.split([':', '?']).next()?;
    Some((scheme, host))
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn settings(urls: &[&str]) -> IceServerSettings {
        IceServerSettings {
            urls: urls.iter().map(|url| (*url).to_owned()).collect(),
            username: None,
            credential: None,
            secret: None,
            lifetime_minutes: 10,
        }
    }

    #[test]
    fn turn_gets_short_lived_credentials_in_both_forms() {
        let settings = IceServerSettings {
            secret: Some(Secret::new("north")),
            ..settings(&[
                "turn:ice.example.net:3478?transport=udp",
                "turn:ice.example.net:3478?transport=tcp",
                "turns:ice.example.net:5349",
                "stun:ice.example.net",
            ])
        };
        assert_eq!(settings.check(), Ok(()));
        let servers = settings.servers(1_700_000_000_000);
        assert_eq!(servers.len(), 3);
        assert_eq!(servers[0].url.as_deref(), Some("turn:1700000600@ice.example.net:3478?transport=udp"));
        assert_eq!(servers[0].urls.as_ref().map(Vec::len), Some(2));
        assert_eq!(servers[0].username.as_deref(), Some("1700000600"));
        // printf 1700000600 | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(servers[0].credential.as_deref(), Some("pL3AD+pdSi0Td8xk/uSD7cXdsYc="));
        assert_eq!(servers[2].url.as_deref(), Some("stun:ice.example.net"));
        assert_eq!(servers[2].credential, None);
    }

    #[test]
    fn fixed_credentials_are_passed_on() {
        let settings = IceServerSettings {
            username: Some("alice".into()),
            credential: Some(Secret::new("pa55")),
            ..settings(&["turn:ice.example.net"])
        };
        assert_eq!(settings.check(), Ok(()));
        let servers = settings.servers(0);
        assert_eq!(servers[0].url.as_deref(), Some("turn:alice@ice.example.net"));
        assert_eq!(servers[0].credential.as_deref(), Some("pa55"));
    }

    #[test]
    fn what_clients_cannot_use_is_refused() {
        for url in ["ice.example.net", "http:x", "stun:", "turn:a@b", "stun:[::1]:3478"] {
            assert_eq!(settings(&[url]).check(), Err(IceServerError::Url(url.to_owned())));
        }
        assert!(matches!(settings(&["turn:host"]).check(), Err(IceServerError::Credentials(_))));
        let with_colon = IceServerSettings {
            username: Some("170:bob".into()),
            credential: Some(Secret::new("x")),
            ..settings(&["turn:host"])
        };
        assert!(matches!(with_colon.check(), Err(IceServerError::Username(_))));
    }
}
