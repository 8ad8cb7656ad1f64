//! The text that carries a message of ours: `SKG1.` and, in base64 for addresses, salt, nonce,
//! ciphertext and tag.
//!
//! The first encrypted byte says what follows: `t` text as it is, `j` the JSON text of another value.

use super::base64::{decode, encode, URL};
use super::browser::{CipherMode, CipherWay, CipherWork};
use super::GcmKey;
use crate::environment::JsonText;
use skylink_protocol::Value;

/// Bytes of the salt that a key is made with.
pub const SALT_BYTES: usize = 16;
pub(crate) const NONCE_BYTES: usize = 12;
const MARK: &str = "SKG1.";
/// Digits that salt and nonce are in.
const HEAD_DIGITS: usize = 40;
const TEXT: u8 = b't';
const JSON: u8 = b'j';

/// What a message is bound to: it cannot be passed off as another room's or another sender's, nor
/// as encrypted under another id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Associated<'a> {
    pub room: &'a str,
    pub sender: &'a str,
    pub secret_id: &'a str,
}

impl Associated<'_> {
    /// Each part behind its length, so that no two lists look the same.
    fn bytes(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in [self.room, self.sender, self.secret_id] {
            bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

/// An encrypted message, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Envelope {
    /// With the secret, gives the key.
    pub salt: [u8; SALT_BYTES],
    nonce: [u8; NONCE_BYTES],
    sealed: Vec<u8>,
}

impl Envelope {
    /// Whether a text claims to be one.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(MARK)
    }

    /// Takes a text apart; `None` if it is none of ours.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = decode(URL, text.strip_prefix(MARK)?)?;
        let (salt, rest) = bytes.split_first_chunk()?;
        let (nonce, sealed) = rest.split_first_chunk()?;
        Some(Self { salt: *salt, nonce: *nonce, sealed: sealed.to_vec() })
    }

    /// As [`Envelope::read`], without what is encrypted.
    pub fn read_head(text: &str) -> Option<Self> {
        Self::read(text.get(..MARK.len().saturating_add(HEAD_DIGITS))?)
    }

    /// What is encrypted of any JSON value.
    pub fn plain(value: &Value, json: JsonText) -> Vec<u8> {
        match value {
            Value::Text(text) => [&[TEXT], text.as_bytes()].concat(),
            value => [&[JSON], (json.print)(value).as_bytes()].concat(),
        }
    }

    /// Encrypts what [`Envelope::plain`] gave into a text.
    pub fn write(
        key: &GcmKey,
        salt: &[u8; SALT_BYTES],
        nonce: &[u8; NONCE_BYTES],
        associated: Associated,
        plain: &[u8],
    ) -> String {
        let sealed = key.seal(nonce, &associated.bytes(), plain);
        [MARK, &encode(URL, &[salt.as_slice(), nonce, &sealed].concat())].concat()
    }

    /// As [`Envelope::write`], for the browser.
    pub fn sealing(
        key: &GcmKey,
        salt: &[u8; SALT_BYTES],
        nonce: &[u8; NONCE_BYTES],
        associated: Associated,
        plain: Vec<u8>,
    ) -> CipherWork {
        let head = [salt.as_slice(), nonce].concat();
        work(key, nonce, associated, CipherWay::Seal { mark: MARK, head, plain })
    }

    /// Decrypts; `None` if the key is another one or anything was changed.
    pub fn open(&self, key: &GcmKey, associated: Associated, json: JsonText) -> Option<Value> {
        read_plain(key.open(&self.nonce, &associated.bytes(), &self.sealed)?, json)
    }

    /// As [`Envelope::open`], for the browser, of the whole text.
    pub fn opening(&self, key: &GcmKey, associated: Associated, text: &str) -> CipherWork {
        let text = text.strip_prefix(MARK).unwrap_or_default().to_owned();
        let head = SALT_BYTES.saturating_add(NONCE_BYTES);
        work(key, &self.nonce, associated, CipherWay::Open { text, head })
    }
}

fn work(key: &GcmKey, nonce: &[u8; NONCE_BYTES], associated: Associated, way: CipherWay) -> CipherWork {
    let (key, initial) = (key.bytes(), nonce.to_vec());
    CipherWork { mode: CipherMode::Gcm, key, initial, associated: associated.bytes(), way }
}

fn read_plain(plain: Vec<u8>, json: JsonText) -> Option<Value> {
    let (kind, text) = plain.split_first()?;
    let text = std::str::from_utf8(text).ok()?;
    match *kind {
        TEXT => Some(text.into()),
        JSON => (json.parse)(text),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SERDE: JsonText = JsonText {
        parse: |text| serde_json::from_str(text).ok(),
        print: |value| serde_json::to_string(value).unwrap_or_default(),
    };
    const OURS: Associated<'static> = Associated { room: "r", sender: "a", secret_id: "s" };

    /// Stands for the derivation: another salt gives another key.
    fn key(salt: &[u8; SALT_BYTES]) -> GcmKey {
        GcmKey::new([*salt, *salt].concat().try_into().unwrap())
    }

    fn sealed(value: &Value) -> String {
        Envelope::write(&key(&[1; 16]), &[1; 16], &[2; 12], OURS, &Envelope::plain(value, SERDE))
    }

    fn opened(text: &str, associated: Associated) -> Option<Value> {
        let envelope = Envelope::read(text)?;
        envelope.open(&key(&envelope.salt), associated, SERDE)
    }

    #[test]
    fn texts_and_other_values_come_back_as_what_they_were() {
        for text in
            [r#""hello""#, r#""""#, r#""{\"a\":1}""#, r#"{"a":[1,null]}"#, "null", "7", r#""Grüße 👋""#]
        {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(opened(&sealed(&value), OURS), Some(value));
        }
    }

    #[test]
    fn the_form_is_as_documented() {
        let text = sealed(&"hello".into());
        assert!(Envelope::is_meant(&text));
        // 16 + 12 bytes, one for the kind, five letters, 16 of the tag: 50 bytes.
        assert_eq!(text.len(), "SKG1.".len() + 67);
        // As Node's OpenSSL makes it.
        assert_eq!(text, "SKG1.AQEBAQEBAQEBAQEBAQEBAQICAgICAgICAgICAnO-rCUmOFUBmdlXMSV5HdTbl-Bu55E");
    }

    #[test]
    fn what_it_is_bound_to_counts() {
        let text = sealed(&"hello".into());
        for other in [
            Associated { room: "R", ..OURS },
            Associated { sender: "b", ..OURS },
            Associated { secret_id: "", ..OURS },
            Associated { room: "ra", sender: "", ..OURS },
        ] {
            assert_eq!(opened(&text, other), None);
        }
    }

    #[test]
    fn another_kind_of_content_is_refused() {
        let seal = |plain: &[u8]| Envelope {
            salt: [0; 16],
            nonce: [0; 12],
            sealed: key(&[0; 16]).seal(&[0; 12], &OURS.bytes(), plain),
        };
        for plain in [&b""[..], b"x", b"xhello", b"jhello", b"j", b"t\xff"] {
            assert_eq!(seal(plain).open(&key(&[0; 16]), OURS, SERDE), None);
        }
    }

    proptest! {
        #[test]
        fn changed_cut_and_foreign_texts_are_refused(
            text: String, place: usize, digit in "[A-Za-z0-9_-]", foreign: String,
        ) {
            let whole = sealed(&text.as_str().into());
            prop_assert_eq!(opened(&whole, OURS), Some(text.into()));
            let place = place % whole.len();
            prop_assert_eq!(opened(&whole[..place], OURS), None);
            let changed = [&whole[..place], digit.as_str(), &whole[place + 1..]].concat();
            if changed != whole {
                prop_assert_eq!(opened(&changed, OURS), None);
            }
            prop_assert_eq!(opened(&[MARK, &foreign].concat(), OURS), None);
            prop_assert_eq!(opened(&foreign, OURS), None);
        }
    }
}
