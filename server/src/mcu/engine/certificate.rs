//! The media server's certificate: self-signed, made anew at each start. Clients recognise it by
//! its fingerprint, which they get in the description.

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use sha2::{Digest, Sha256};

use crate::mcu::sdp::Fingerprint;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT: u8 = 0x06;
const UTF8: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
const VERSION: u8 = 0xa0;

/// ecdsa-with-SHA256, id-ecPublicKey, prime256v1, commonName.
const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// A certificate and its key (RFC 5280, RFC 5208), in DER.
#[derive(Clone)]
pub struct Certificate {
    pub(super) certificate: Vec<u8>,
    pub(super) key: Vec<u8>,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Certificate")
    }
}

impl Certificate {
    /// A new key and its certificate.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let key = loop {
            let mut secret = [0_u8; 32];
            getrandom::fill(&mut secret)?;
            // About one number in 2^32 is too great for the curve.
            if let Ok(key) = SigningKey::from_slice(&secret) {
                break key;
            }
        };
        let mut serial = [0_u8; 16];
        getrandom::fill(&mut serial)?;
        Ok(Self { certificate: certificate(&key, serial), key: private_key(&key) })
    }

    /// What clients are told.
    pub fn fingerprint(&self) -> Fingerprint {
        Sha256::digest(&self.certificate).into()
    }
}

fn certificate(key: &SigningKey, mut serial: [u8; 16]) -> Vec<u8> {
    // Positive, and without a leading zero byte that would have to go.
    if let Some(first) = serial.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    let name = element(
        SEQUENCE,
        &[&element(
            SET,
            &[&element(SEQUENCE, &[&element(OBJECT, &[COMMON_NAME]), &element(UTF8, &[b"skylink"])])],
        )],
    );
    // Nobody looks at the dates, since the fingerprint says it all.
    let validity = element(
        SEQUENCE,
        &[&element(UTC_TIME, &[b"200101000000Z"]), &element(UTC_TIME, &[b"491231235959Z"])],
    );
    let algorithm = element(SEQUENCE, &[&element(OBJECT, &[ECDSA_SHA256])]);
    let point = key.verifying_key().to_encoded_point(false);
    let public_key = element(SEQUENCE, &[&curve(), &element(BIT_STRING, &[&[0], point.as_bytes()])]);
    let content = element(
        SEQUENCE,
        &[
            &element(VERSION, &[&element(INTEGER, &[&[2]])]),
            &element(INTEGER, &[&serial]),
            &algorithm,
            &name,
            &validity,
            &name,
            &public_key,
        ],
    );
    let signature: DerSignature = key.sign(&content);
    let signature = element(BIT_STRING, &[&[0], signature.as_bytes()]);
    element(SEQUENCE, &[&content, &algorithm, &signature])
}

fn private_key(key: &SigningKey) -> Vec<u8> {
    let inner = element(SEQUENCE, &[&element(INTEGER, &[&[1]]), &element(OCTET_STRING, &[&key.to_bytes()])]);
    element(SEQUENCE, &[&element(INTEGER, &[&[0]]), &curve(), &element(OCTET_STRING, &[&inner])])
}

fn curve() -> Vec<u8> {
    element(SEQUENCE, &[&element(OBJECT, &[EC_PUBLIC_KEY]), &element(OBJECT, &[P256])])
}

/// A tagged element of up to 65 535 bytes.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let [.., high, low] = content.len().to_be_bytes();
    let mut bytes = vec![tag];
    match (high, low) {
        (0, 0..=127) => bytes.push(low),
        (0, _) => bytes.extend([0x81, low]),
        _ => bytes.extend([0x82, high, low]),
    }
    bytes.extend(content);
    bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
mod tests {
    use p256::ecdsa::signature::Verifier;
    use p256::pkcs8::DecodePrivateKey;

    use super::*;

    /// Tag, content, and what follows.
    fn split(bytes: &[u8]) -> (u8, &[u8], &[u8]) {
        let (start, length) = match bytes[1] {
            0x81 => (3, usize::from(bytes[2])),
            0x82 => (4, usize::from(u16::from_be_bytes([bytes[2], bytes[3]]))),
            short => (2, usize::from(short)),
        };
        (bytes[0], &bytes[start..start + length], &bytes[start + length..])
    }

    #[test]
    fn it_signs_itself() {
        let made = Certificate::generate().unwrap();
        let key = SigningKey::from_pkcs8_der(&made.key).unwrap();
        let (tag, certificate, rest) = split(&made.certificate);
        assert_eq!((tag, rest.len()), (SEQUENCE, 0));
        let (tag, _, rest) = split(certificate);
        assert_eq!(tag, SEQUENCE);
        let content = &certificate[..certificate.len() - rest.len()];
        let (_, _, rest) = split(rest);
        let (tag, signature, _) = split(rest);
        assert_eq!((tag, signature[0]), (BIT_STRING, 0));
        let signature = DerSignature::try_from(&signature[1..]).unwrap();
        key.verifying_key().verify(content, &signature).unwrap();
    }

    #[test]
    fn each_is_another() {
        let (one, other) = (Certificate::generate().unwrap(), Certificate::generate().unwrap());
        assert_ne!(one.fingerprint(), other.fingerprint());
    }
}
