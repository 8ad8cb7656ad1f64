//! How messages are encrypted: the format of 2.7.2 and the authenticated one of ours (wire
//! protocol 7.3). Pure functions; keys, salts and nonces come from outside.
//!
//! AES, MD5 and GHASH are RustCrypto's. The modes around them are a few lines each, which weigh
//! half of what the crates for them do. Long messages are left to the browser.

mod aes_gcm;
mod base64;
mod blocks;
mod browser;
mod envelope;
mod original;

pub(crate) use aes_gcm::GcmKey;
pub(crate) use browser::LONG;
pub use browser::{CipherMode, CipherWay, CipherWork};
pub use envelope::SALT_BYTES;
pub(crate) use envelope::{Associated, Envelope, NONCE_BYTES};
pub(crate) use original::{decrypt, encrypt, opening, sealing, ORIGINAL_SALT_BYTES};
