//! Long messages, which the browser's own AES encrypts and decrypts a hundred times faster, and whose texts it
//! keeps. It takes a tenth of a millisecond to begin, so short ones are done here.

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
    /// The key.
    pub key: [u8; 32],
    /// Nonce of 12 bytes or initial block of 16.
    pub initial: Vec<u8>,
    /// What else the tag covers.
    pub associated: Vec<u8>,
    /// Which way, and what.
    pub way: CipherWay,
}

/// Which way a message goes. With GCM base64 is that for addresses, without padding, and the first byte of what
/// is encrypted says what follows: `t` text as it is, `j` the JSON text of another value.
#[derive(Clone, PartialEq, Eq)]
pub enum CipherWay {
    /// Encrypt; comes to the text that goes over the wire: a mark and, in base64, what is not encrypted and what is.
    Seal {
        /// The mark.
        mark: &'static str,
        /// Bytes that are not encrypted.
        head: Vec<u8>,
        /// Bytes that are.
        plain: Vec<u8>,
    },
    /// Decrypt; comes to the content.
    Open {
        /// The text behind the mark.
        text: String,
        /// How many bytes of it are not encrypted.
        head: usize,
    },
}

impl std::fmt::Debug for CipherWork {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("CipherWork")
    }
}
