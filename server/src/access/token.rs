//! Signed tokens. The API hands them out, clients bring them back unchanged; so the signalling
//! side knows what was granted without asking, and takes nothing from the client's word.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// A token that must not be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not made by this server, or changed.
    #[error("the token is not genuine")]
    NotGenuine,
}

/// What `roomCred` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RoomClaims {
    pub(super) rid: String,
    pub(super) room: String,
    pub(super) key: String,
    pub(super) session: String,
    /// When the room's window begins, milliseconds since 1970.
    pub(super) start: u64,
    /// When it ends; only windows that the app itself signed are enforced.
    pub(super) end: Option<u64>,
    /// When the token stops being accepted.
    pub(super) expires: u64,
}

/// What `userCred` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct UserClaims {
    pub(super) rid: String,
    pub(super) key: String,
    pub(super) uid: String,
    /// Differs from token to token.
    pub(super) login: String,
    pub(super) expires: u64,
}

/// What the address of a recorded file says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RecordingClaims {
    pub(super) recording: String,
    pub(super) expires: u64,
}

/// Signs and checks tokens with HMAC-SHA-256. A token is `base64url(claims).base64url(code)`.
#[derive(Clone)]
pub struct TokenSigner {
    key: Vec<u8>,
}

impl TokenSigner {
    /// Tokens are good on all servers, and over restarts, that use the same key.
    pub fn new(key: &[u8]) -> Self {
        Self { key: key.to_vec() }
    }

    pub(super) fn sign(&self, purpose: &str, claims: &impl Serialize) -> String {
        let claims = serde_json::to_vec(claims).unwrap_or_default();
        let claims = URL_SAFE_NO_PAD.encode(claims);
        let code = self.mac(purpose, &claims).map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
        format!("{claims}.{}", code.unwrap_or_default())
    }

    pub(super) fn verify<Claims: DeserializeOwned>(
        &self,
        purpose: &str,
        token: &str,
    ) -> Result<Claims, TokenError> {
        let (claims, code) = token.split_once('.').ok_or(TokenError::NotGenuine)?;
        let code = URL_SAFE_NO_PAD.decode(code).map_err(|_| TokenError::NotGenuine)?;
        self.mac(purpose, claims)
            .ok_or(TokenError::NotGenuine)?
            .verify_slice(&code)
            .map_err(|_| TokenError::NotGenuine)?;
        let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| TokenError::NotGenuine)?;
        serde_json::from_slice(&claims).map_err(|_| TokenError::NotGenuine)
    }

    /// Whether two secrets are the same. Takes the same time wherever they differ.
    pub(super) fn is_same(&self, one: &str, other: &str) -> bool {
        let macs = self.mac("same", one).zip(self.mac("same", other));
        macs.is_some_and(|(one, other)| one.verify_slice(&other.finalize().into_bytes()).is_ok())
    }

    /// The purpose is signed too, so that one kind of token never passes for another.
    fn mac(&self, purpose: &str, claims: &str) -> Option<Hmac<Sha256>> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        Some(mac.chain_update(purpose.as_bytes()).chain_update([0]).chain_update(claims.as_bytes()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn claims() -> UserClaims {
        UserClaims { rid: "r".into(), key: "k".into(), uid: "u".into(), login: "l".into(), expires: 5 }
    }

    #[test]
    fn a_token_comes_back_as_it_was() {
        let signer = TokenSigner::new(b"key");
        let token = signer.sign("user", &claims());
        assert_eq!(signer.verify::<UserClaims>("user", &token), Ok(claims()));
    }

    #[test]
    fn another_key_another_purpose_or_any_change_is_noticed() {
        let signer = TokenSigner::new(b"key");
        let token = signer.sign("user", &claims());
        let refused = Err(TokenError::NotGenuine);
        assert_eq!(TokenSigner::new(b"other").verify::<UserClaims>("user", &token), refused);
        assert_eq!(signer.verify::<UserClaims>("room", &token), refused);
        for place in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            let byte = changed.get_mut(place).unwrap();
            *byte = if *byte == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            if changed != token {
                let outcome = signer.verify::<UserClaims>("user", &changed);
                assert_eq!(outcome, refused, "{place}");
            }
        }
        for wrong in ["", ".", "a", "a.b", "é.é"] {
            assert_eq!(signer.verify::<UserClaims>("user", wrong), refused);
        }
    }
}
