//! Randomness from the operating system.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;

/// An id of 20 characters that nobody can guess (120 bits).
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn id() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 15];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A key of 256 bits.
///
/// # Errors
/// As [`id`].
pub fn key() -> Result<[u8; 32], getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
