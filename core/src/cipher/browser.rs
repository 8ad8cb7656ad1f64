//! Long messages, which the browser's own AES encrypts and decrypts a hundred times faster. It takes a
//! tenth of a millisecond to begin, so short ones are done here.

use crate::environment::JsonText;
use skylink_protocol::Value;

/// From how many bytes on the browser is faster.
pub(crate) const LONG: usize = 2_048;

/// How blocks are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CipherMode {
    /// AES-256-GCM, with the tag of 128 bits behind the rest.
    Gcm,
    /// AES-256-CBC, with the padding of PKCS #7.
    Cbc,
}

/// Something to encrypt or decrypt.
#[derive(Clone, PartialEq, Eq)]
pub struct CipherWork {
    /// How.
    pub mode: CipherMode,
    /// Whether it is encrypted or decrypted.
    pub encrypts: bool,
    /// The key.
    pub key: [u8; 32],
    /// Nonce of 12 bytes or initial block of 16.
    pub initial: Vec<u8>,
    /// What else the tag covers.
    pub associated: Vec<u8>,
    /// The bytes.
    pub input: Vec<u8>,
}

impl std::fmt::Debug for CipherWork {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("CipherWork")
    }
}

/// What is written around an encrypted message.
#[derive(Debug)]
pub(crate) struct Frame {
    pub head: Vec<u8>,
    pub write: fn(&[u8]) -> String,
}

impl Frame {
    /// The text that goes over the wire.
    pub fn text(&self, sealed: &[u8]) -> String {
        (self.write)(&[&self.head, sealed].concat())
    }
}

/// Makes a value of decrypted bytes; `None` if they are none.
pub(crate) type ReadPlain = fn(Vec<u8>, JsonText) -> Option<Value>;
