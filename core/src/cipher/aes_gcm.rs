//! AES-256-GCM (NIST SP 800-38D) with nonces of 96 bits and tags of 128.

use super::blocks::{encrypt_each, BLOCK};
use aes::cipher::KeyInit;
use aes::Aes256;
use ghash::universal_hash::UniversalHash;
use ghash::GHash;
use skylink_protocol::lists::CollectVec as _;

const TAG: usize = 16;

/// A key ready for use. Never printed.
#[derive(Clone)]
pub(crate) struct GcmKey {
    bytes: [u8; 32],
    cipher: Aes256,
    hash_key: [u8; BLOCK],
}

impl std::fmt::Debug for GcmKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("GcmKey")
    }
}

impl GcmKey {
    pub fn new(key: [u8; 32]) -> Self {
        let cipher = Aes256::new(&key.into());
        let mut hash_key = [0; BLOCK];
        encrypt_each(&cipher, std::slice::from_mut(&mut hash_key));
        Self { bytes: key, cipher, hash_key }
    }

    /// The key as it was given.
    pub fn bytes(&self) -> [u8; 32] {
        self.bytes
    }

    /// Encrypts; the tag stands at the end.
    pub fn seal(&self, nonce: &[u8; 12], associated: &[u8], plain: &[u8]) -> Vec<u8> {
        let (mask, mut sealed) = self.apply_stream(nonce, plain);
        let tag = self.tag(mask, associated, &sealed);
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// Decrypts what [`GcmKey::seal`] made; `None` if anything about it is different.
    pub fn open(&self, nonce: &[u8; 12], associated: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (body, tag) = sealed.split_last_chunk::<TAG>()?;
        let (mask, plain) = self.apply_stream(nonce, body);
        let expected = self.tag(mask, associated, body);
        // All bytes are looked at, so that the time says nothing about where they differ.
        let difference = tag.iter().zip(expected).fold(0, |all, (one, other)| all | (one ^ other));
        (difference == 0).then_some(plain)
    }

    /// The mask of the tag, and the text with the stream that follows it laid over.
    fn apply_stream(&self, nonce: &[u8; 12], text: &[u8]) -> ([u8; BLOCK], Vec<u8>) {
        let mut blocks = vec![[0; BLOCK]; text.len().div_ceil(BLOCK).saturating_add(1)];
        for (count, block) in (1_u32..).zip(&mut blocks) {
            for (place, byte) in block.iter_mut().zip(nonce.iter().chain(&count.to_be_bytes())) {
                *place = *byte;
            }
        }
        encrypt_each(&self.cipher, &mut blocks);
        let (mask, stream) = blocks.split_first().unwrap_or((&[0; BLOCK], &[]));
        let masked = text.iter().zip(stream.as_flattened()).map(|(byte, mask)| byte ^ mask);
        (*mask, masked.collect_vec())
    }

    fn tag(&self, mask: [u8; BLOCK], associated: &[u8], sealed: &[u8]) -> [u8; TAG] {
        let mut hash = GHash::new(&self.hash_key.into());
        hash.update_padded(associated);
        hash.update_padded(sealed);
        let bits = |part: &[u8]| (part.len() as u64).wrapping_mul(8);
        let lengths = (u128::from(bits(associated)) << 64) | u128::from(bits(sealed));
        hash.update(&[lengths.to_be_bytes().into()]);
        let mut tag: [u8; TAG] = hash.finalize().into();
        for (byte, mask) in tag.iter_mut().zip(mask) {
            *byte ^= mask;
        }
        tag
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use aes_gcm::aead::{Aead, Payload};
    use aes_gcm::Aes256Gcm;
    use proptest::prelude::*;

    fn bytes(hex: &str) -> Vec<u8> {
        hex.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    #[test]
    fn it_is_the_cipher_of_the_standard() {
        // Test cases 13, 14 and 16 of the specification of GCM by McGrew and Viega.
        let zeros = GcmKey::new([0; 32]);
        assert_eq!(zeros.seal(&[0; 12], b"", b""), bytes("530f8afbc74536b9a963b4f1c4cb738b"));
        assert_eq!(
            zeros.seal(&[0; 12], b"", &[0; 16]),
            bytes("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
        );
        let half = bytes("feffe9928665731c6d6a8f9467308308");
        let key = GcmKey::new([half.clone(), half].concat().try_into().unwrap());
        let nonce = bytes("cafebabefacedbaddecaf888").try_into().unwrap();
        let plain = bytes(concat!(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72",
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        ));
        let associated = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let sealed = bytes(concat!(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa",
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
            "76fc6ece0f4e1768cddf8853bb2d551b"
        ));
        assert_eq!(key.seal(&nonce, &associated, &plain), sealed);
        assert_eq!(key.open(&nonce, &associated, &sealed), Some(plain));
    }

    proptest! {
        #[test]
        fn it_agrees_with_another_implementation(
            key: [u8; 32], nonce: [u8; 12], associated: Vec<u8>, plain: Vec<u8>,
        ) {
            let other = <Aes256Gcm as aes_gcm::KeyInit>::new(&key.into());
            let payload = Payload { msg: &plain, aad: &associated };
            let expected = other.encrypt(&nonce.into(), payload).unwrap();
            prop_assert_eq!(GcmKey::new(key).seal(&nonce, &associated, &plain), expected);
        }

        #[test]
        fn whatever_is_changed_is_noticed(
            nonce: [u8; 12], associated: Vec<u8>, plain: Vec<u8>, place: usize, bit in 0..8_u32,
        ) {
            let key = GcmKey::new([3; 32]);
            let mut sealed = key.seal(&nonce, &associated, &plain);
            prop_assert_eq!(key.open(&nonce, &associated, &sealed), Some(plain));
            prop_assert_eq!(GcmKey::new([4; 32]).open(&nonce, &associated, &sealed), None);
            prop_assert_eq!(key.open(&nonce, b"others", &sealed), None);
            let place = place % sealed.len();
            prop_assert_eq!(key.open(&nonce, &associated, &sealed[..place]), None);
            sealed[place] ^= 1 << bit;
            prop_assert_eq!(key.open(&nonce, &associated, &sealed), None);
        }
    }
}
