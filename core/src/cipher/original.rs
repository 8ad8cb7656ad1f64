//! The format of 2.7.2, which is that of crypto-js and of `openssl enc -aes-256-cbc -md md5 -a`
//! (wire protocol 7.3). Nothing in it is authenticated: a wrong secret shows by its padding.

use super::base64::{decode, encode as to_base64, STANDARD};
use super::blocks::{decrypt_each, encrypt_each, BLOCK};
use super::browser::{CipherMode, CipherWay, CipherWork};
use aes::cipher::KeyInit;
use aes::Aes256;
use md5::{Digest, Md5};

pub(crate) const ORIGINAL_SALT_BYTES: usize = 8;
const MARK: &[u8; 8] = b"Salted__";
/// Digits that mark and salt are in.
const HEAD_DIGITS: usize = 24;

/// Encrypts a text.
pub(crate) fn encrypt(secret: &str, salt: [u8; ORIGINAL_SALT_BYTES], text: &str) -> String {
    let (cipher, mut above) = derive(secret, &salt);
    let missing = BLOCK.saturating_sub(text.len() % BLOCK);
    let mut sealed = Vec::with_capacity(text.len().saturating_add(2 * BLOCK));
    sealed.extend_from_slice(MARK);
    sealed.extend_from_slice(&salt);
    let padding = std::iter::repeat_n(missing as u8, missing);
    let mut plain = text.bytes().chain(padding);
    while let Some(first) = plain.next() {
        let mut block = [first; BLOCK];
        for (place, byte) in block.iter_mut().skip(1).zip(&mut plain) {
            *place = byte;
        }
        above = xor(block, &above);
        encrypt_each(&cipher, std::slice::from_mut(&mut above));
        sealed.extend_from_slice(&above);
    }
    to_base64(STANDARD, &sealed)
}

/// Decrypts a text; `None` if the secret is another one, or the text was not made by [`encrypt`].
pub(crate) fn decrypt(secret: &str, sealed: &str) -> Option<String> {
    let sealed = decode(STANDARD, sealed)?;
    let (salt, body) = sealed.strip_prefix(MARK)?.split_first_chunk::<ORIGINAL_SALT_BYTES>()?;
    let (blocks, []) = body.as_chunks::<BLOCK>() else { return None };
    let (cipher, mut above) = derive(secret, salt);
    let mut opened = blocks.to_vec();
    decrypt_each(&cipher, &mut opened);
    for (block, sealed) in opened.iter_mut().zip(blocks) {
        *block = xor(*block, &above);
        above = *sealed;
    }
    let mut plain = opened.into_flattened();
    let count = usize::from(*plain.last()?);
    let (text, padding) = plain.split_at_checked(plain.len().checked_sub(count)?)?;
    let is_sound = (1..=BLOCK).contains(&count) && padding.iter().all(|&byte| usize::from(byte) == count);
    plain.truncate(text.len());
    is_sound.then_some(plain).and_then(|plain| String::from_utf8(plain).ok())
}

/// As [`encrypt`], for the browser.
pub(crate) fn sealing(secret: &str, salt: [u8; ORIGINAL_SALT_BYTES], text: &str) -> CipherWork {
    let (head, plain) = ([MARK.as_slice(), &salt].concat(), text.as_bytes().to_vec());
    work(secret, &salt, CipherWay::Seal { mark: "", head, plain })
}

/// As [`decrypt`], for the browser.
pub(crate) fn opening(secret: &str, sealed: &str) -> Option<CipherWork> {
    let head = decode(STANDARD, sealed.get(..HEAD_DIGITS)?)?;
    let (salt, _) = head.strip_prefix(MARK)?.split_first_chunk::<ORIGINAL_SALT_BYTES>()?;
    let head = MARK.len().saturating_add(ORIGINAL_SALT_BYTES);
    Some(work(secret, salt, CipherWay::Open { text: sealed.to_owned(), head }))
}

fn work(secret: &str, salt: &[u8], way: CipherWay) -> CipherWork {
    let (key, initial) = key_and_initial(secret, salt);
    CipherWork { mode: CipherMode::Cbc, key, initial: initial.to_vec(), associated: Vec::new(), way }
}

/// OpenSSL's old key derivation: key and initial block out of three rounds of MD5.
fn key_and_initial(secret: &str, salt: &[u8]) -> ([u8; 32], [u8; BLOCK]) {
    let round = |before: &[u8]| -> [u8; BLOCK] {
        Md5::new().chain_update(before).chain_update(secret).chain_update(salt).finalize().into()
    };
    let first = round(&[]);
    let second = round(&first);
    let initial = round(&second);
    let mut key = [0; 32];
    for (place, byte) in key.iter_mut().zip(first.into_iter().chain(second)) {
        *place = byte;
    }
    (key, initial)
}

fn derive(secret: &str, salt: &[u8]) -> (Aes256, [u8; BLOCK]) {
    let (key, initial) = key_and_initial(secret, salt);
    (Aes256::new(&key.into()), initial)
}

fn xor(mut block: [u8; BLOCK], other: &[u8; BLOCK]) -> [u8; BLOCK] {
    for (byte, other) in block.iter_mut().zip(other) {
        *byte ^= other;
    }
    block
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Made by Node's OpenSSL and by crypto-js 4.2.0.
    const VECTORS: &[(&str, &str, u64, &str)] = &[
        (
            "correct horse",
            "hello skylink",
            0x0001020304050607,
            "U2FsdGVkX18AAQIDBAUGB7EneBv52UHf7+8I76BVD2w=",
        ),
        (
            "s3cr3t",
            r#"{"a":1,"b":"two"}"#,
            0xa1b2c3d4e5f60718,
            "U2FsdGVkX1+hssPU5fYHGOrZiMFvk8MgRWXxMcTM67XmX2D0Z1Qr0/tWMrszmcOM",
        ),
        (
            "пароль-π",
            "Grüße 👋 世界",
            0xffeeddccbbaa9988,
            "U2FsdGVkX1//7t3Mu6qZiITj4slo/AMMz2UIPqEHArTtq4YtZqxj7jWKCG1P6qU2",
        ),
        (
            "k",
            "0123456789abcdef",
            0x1122334455667788,
            "U2FsdGVkX18RIjNEVWZ3iBiO3w5fSBfrcKoJ8+Q24noW5hiSbxdQzoszyQGgZ1ZS",
        ),
        (
            "k",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            0x8877665544332211,
            "U2FsdGVkX1+Id2ZVRDMiEWqGNRy5yZk5CRfkpGVWvioZiPZfAka0nqfWs9GbjR64qnoBBM/6qSvqVnjQw7qfQA==",
        ),
    ];

    #[test]
    fn it_is_the_format_of_crypto_js() {
        for (secret, text, salt, sealed) in VECTORS {
            assert_eq!(encrypt(secret, salt.to_be_bytes(), text), *sealed);
            assert_eq!(decrypt(secret, sealed).as_deref(), Some(*text));
        }
    }

    #[test]
    fn an_empty_text_comes_back() {
        assert_eq!(decrypt("k", &encrypt("k", [7; 8], "")).as_deref(), Some(""));
    }

    #[test]
    fn another_secret_gives_nothing() {
        // Without a check of the padding about eight of these would come out as garbage.
        for salt in 0..2000_u64 {
            let sealed = encrypt("secret", salt.to_be_bytes(), "hello skylink");
            assert_eq!(decrypt("Secret", &sealed), None, "salt {salt}");
        }
    }

    #[test]
    fn foreign_texts_give_nothing() {
        let whole = encrypt("k", [1; 8], "hello");
        for text in [
            "",
            "hello",
            "U2FsdGVkX18",
            "U2FsdGVkX18AAQIDBAUGBw==",
            "SKG1.AAAA",
            "💣",
            &whole[1..],
            &whole[..40],
        ] {
            assert_eq!(decrypt("k", text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn texts_come_back(secret: String, text: String, salt: [u8; 8]) {
            let sealed = encrypt(&secret, salt, &text);
            prop_assert!(sealed.starts_with("U2FsdGVkX1"));
            prop_assert_eq!(decrypt(&secret, &sealed), Some(text));
        }

        #[test]
        fn cut_texts_are_never_garbage(text in ".{0,80}", cut in 0..200_usize) {
            let sealed = encrypt("k", [9; 8], &text);
            if cut < sealed.len() {
                // Cut between blocks the rest may by chance look padded, as with any such format;
                // a beginning of the text is the most that can come of it.
                let outcome = decrypt("k", &sealed[..cut]);
                prop_assert!(outcome.is_none_or(|part| text.starts_with(&part)));
            }
        }

        #[test]
        fn nothing_makes_it_stumble(secret: String, sealed: String, bytes: Vec<u8>) {
            let _ = decrypt(&secret, &sealed);
            let _ = decrypt(&secret, &to_base64(STANDARD, &[MARK.as_slice(), &bytes].concat()));
        }
    }
}
