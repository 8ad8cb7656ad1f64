//! One app key and its rights.

use serde::Deserialize;

use crate::secret::Secret;

/// What an app key may do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AppKey {
    /// Checks the credentials that an app's own backend signs. A key with a secret and without
    /// `origins` can be used with credentials only.
    pub secret: Option<Secret>,
    /// Origins of pages that may use the key without credentials, such as
    /// `https://app.example.com`; `*` is any.
    pub origins: Option<Vec<String>>,
    /// Keys of one space share their rooms. By default a key has a space of its own.
    pub space: Option<String>,
    /// Shown to clients as `apiOwner`.
    pub owner: Option<String>,
    /// May list the peers of all rooms of the space, and introduce them.
    pub privileged: bool,
    /// Peers of a room meet without being introduced.
    pub auto_introduce: bool,
    /// Encrypted messages may be stored.
    pub persistent_messages: bool,
    /// Rooms have a media server.
    pub mcu: bool,
    /// Lets the app's backend list, download and delete the recordings of the space.
    pub recording_token: Option<Secret>,
    /// Members a room may have, if other than the general limit.
    pub room_members: Option<usize>,
}

impl Default for AppKey {
    fn default() -> Self {
        Self {
            secret: None,
            origins: None,
            space: None,
            owner: None,
            privileged: false,
            auto_introduce: true,
            persistent_messages: false,
            mcu: false,
            recording_token: None,
            room_members: None,
        }
    }
}

impl AppKey {
    /// Whether pages of any origin may use the key without credentials.
    pub fn allows_any_origin(&self) -> bool {
        match &self.origins {
            Some(origins) => origins.iter().any(|origin| origin == "*"),
            None => self.secret.is_none(),
        }
    }

    /// Whether pages of this origin may use the key without credentials.
    pub fn allows_origin(&self, origin: &str) -> bool {
        let listed = |allowed: &String| allowed.trim_end_matches('/').eq_ignore_ascii_case(origin);
        self.allows_any_origin() || self.origins.iter().flatten().any(listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_open_only_where_nothing_else_protects_the_key() {
        let open = AppKey::default();
        assert!(open.allows_origin("https://anything.example"));
        let with_secret = AppKey { secret: Some(Secret::new("s")), ..AppKey::default() };
        assert!(!with_secret.allows_origin("https://anything.example"));
        let listed = AppKey { origins: Some(vec!["https://App.example.com/".into()]), ..AppKey::default() };
        assert!(listed.allows_origin("https://app.example.com"));
        assert!(!listed.allows_origin("http://app.example.com"));
        assert!(!listed.allows_origin("https://app.example.com.evil.example"));
        assert!(!listed.allows_origin("null"));
    }
}
