//! Keys made out of secrets, each for one salt. Making one takes the browser a fifth of a second.

use crate::cipher::{GcmKey, SALT_BYTES};
use crate::session::Context;
use crate::{Output, RequestId};
use skylink_protocol::lists::Keep as _;

/// Rounds of PBKDF2 with SHA-256.
const ROUNDS: u32 = 600_000;
/// Keys that are kept for one room.
const MOST_KEYS: usize = 256;
/// Salts of one sender that have not opened anything yet. More are refused: each costs time.
const MOST_CLAIMS: usize = 8;

/// How far a key is.
#[derive(Debug)]
pub(crate) enum KeyState {
    /// The browser makes it.
    Asked,
    Ready(Box<GcmKey>),
    /// The browser could not make it.
    Failed,
}

#[derive(Debug)]
pub(crate) struct Key {
    request: RequestId,
    secret: String,
    pub salt: [u8; SALT_BYTES],
    pub state: KeyState,
    /// Who brought the salt, until a message was opened with the key. Only then may it be used
    /// for sending: the salt then is one that somebody who knows the secret has chosen.
    claimed_by: Option<String>,
}

impl Key {
    /// A message was opened with it.
    pub fn prove(&mut self) {
        self.claimed_by = None;
    }
}

/// The keys of a room.
#[derive(Debug, Default)]
pub(crate) struct Keyring {
    keys: Vec<Key>,
}

impl Keyring {
    /// The key that a message was encrypted with.
    pub fn find(&mut self, secret: &str, salt: &[u8; SALT_BYTES]) -> Option<&mut Key> {
        self.keys.iter_mut().find(|key| key.salt == *salt && key.secret == secret)
    }

    /// The key to send with: our own, or one of the others who know the secret. So a room needs
    /// few keys, and who comes later has fewer to make.
    pub fn for_sending(&self, secret: &str) -> Option<&Key> {
        let usable = || self.keys.iter().filter(|key| key.secret == secret && key.claimed_by.is_none());
        usable().find(|key| matches!(key.state, KeyState::Ready(_))).or_else(|| usable().next())
    }

    /// Whether a sender may bring one more salt.
    pub fn may_claim(&self, sender: &str) -> bool {
        self.keys.iter().filter(|key| key.claimed_by.as_deref() == Some(sender)).count() < MOST_CLAIMS
    }

    /// Has a key made.
    pub fn ask(
        &mut self,
        context: &mut Context,
        secret: &str,
        salt: [u8; SALT_BYTES],
        claimed_by: Option<&str>,
    ) {
        if self.keys.len() >= MOST_KEYS {
            // One that is being made is awaited, and would only be asked for again.
            let made = || self.keys.iter().filter(|key| !matches!(key.state, KeyState::Asked));
            let leaves = made().find(|key| key.claimed_by.is_some()).or(made().next()).or(self.keys.first());
            let request = leaves.map(|key| key.request);
            self.keys.keep(|key| Some(key.request) != request);
        }
        let request = context.fresh();
        let (secret, claimed_by) = (secret.to_owned(), claimed_by.map(str::to_owned));
        context.push(Output::DeriveKey { request, secret: secret.clone(), salt, rounds: ROUNDS });
        self.keys.push(Key { request, secret, salt, state: KeyState::Asked, claimed_by });
    }

    /// The browser made a key; false if it is none of ours.
    pub fn take(&mut self, request: RequestId, key: Option<[u8; 32]>) -> bool {
        let Some(asked) = self.keys.iter_mut().find(|key| key.request == request) else { return false };
        asked.state = key.map_or(KeyState::Failed, |key| KeyState::Ready(Box::new(GcmKey::new(key))));
        true
    }

    /// Forgets the keys of secrets that are not in use any more.
    pub fn retain(&mut self, is_used: impl Fn(&str) -> bool) {
        self.keys.keep(|key| is_used(&key.secret));
    }
}
