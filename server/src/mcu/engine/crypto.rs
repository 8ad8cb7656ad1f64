//! The ciphers that the engine asks for, from RustCrypto. str0m's own package of them brings a
//! second set along, in C, only to make a certificate, which takes minutes to build.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;

use aes::cipher::consts::U16;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockEncrypt, BlockSizeUser, InnerIvInit, StreamCipher};
use aes::{Aes128, Aes256};
use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use str0m::crypto::dtls::{
    DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion, ProtocolVersion,
};
use str0m::crypto::{
    AeadAes128GcmCipher, AeadAes256GcmCipher, Aes128CmSha1_80Cipher, CryptoError, CryptoProvider,
    Sha1HmacProvider, Sha256Provider, SrtpProvider, SupportedAeadAes128Gcm, SupportedAeadAes256Gcm,
    SupportedAes128CmSha1_80,
};

use super::stream_limit::is_beyond;

thread_local! {
    static OPENED: Cell<u64> = const { Cell::new(0) };
}

/// How many packets of media this thread has found to be genuine.
pub(super) fn opened() -> u64 {
    OPENED.get()
}

fn note_opened() {
    OPENED.set(OPENED.get().wrapping_add(1));
}

/// Everything the engine needs.
pub(super) fn provider() -> CryptoProvider {
    CryptoProvider {
        srtp_provider: &Suite,
        sha1_hmac_provider: &Suite,
        sha256_provider: &Suite,
        dtls_provider: &Suite,
    }
}

#[derive(Debug)]
struct Suite;

fn failed(what: &str) -> CryptoError {
    CryptoError::Other(what.to_owned())
}

impl Sha1HmacProvider for Suite {
    fn sha1_hmac(&self, key: &[u8], payloads: &[&[u8]]) -> [u8; 20] {
        // HMAC takes keys of any length.
        let Ok(mut mac) = <Hmac<Sha1> as hmac::KeyInit>::new_from_slice(key) else { return [0; 20] };
        for payload in payloads {
            mac.update(payload);
        }
        mac.finalize().into_bytes().into()
    }
}

impl Sha256Provider for Suite {
    fn sha256(&self, data: &[u8]) -> [u8; 32] {
        Sha256::digest(data).into()
    }
}

impl DtlsProvider for Suite {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        let made = super::Certificate::generate().ok()?;
        Some(DtlsCert { certificate: made.certificate, private_key: made.key })
    }

    fn new_dtls(
        &self,
        certificate: &DtlsCert,
        now: Instant,
        version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        // ICE has shown already that packets reach where they seem to come from.
        let mut config = dimpl::Config::builder().use_server_cookie(false);
        if let Some(mtu) = mtu {
            config = config.mtu(mtu);
        }
        let config = config.build().map_err(|error| CryptoError::Other(error.to_string()))?;
        let dtls = match version {
            DtlsVersion::Dtls12 => dimpl::Dtls::new_12(Arc::new(config), certificate.clone(), now),
            _ => return Err(failed("only DTLS 1.2 is spoken here")),
        };
        Ok(Box::new(Dtls(dtls)))
    }
}

struct Dtls(dimpl::Dtls);

impl std::fmt::Debug for Dtls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Dtls")
    }
}

impl DtlsInstance for Dtls {
    fn set_active(&mut self, active: bool) {
        self.0.set_active(active);
    }
    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.0.handle_packet(packet)
    }
    fn poll_output<'a>(&mut self, buffer: &'a mut [u8]) -> DtlsOutput<'a> {
        match self.0.poll_output(buffer) {
            DtlsOutput::ApplicationData(packet) if is_beyond(packet) => {
                tracing::debug!("a client sends on a stream that it has no use for: dropped");
                DtlsOutput::ApplicationData(&[])
            }
            output => output,
        }
    }
    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.0.handle_timeout(now)
    }
    fn send_application_data(&mut self, data: &[u8]) -> Result<(), DtlsImplError> {
        self.0.send_application_data(data)
    }
    fn is_active(&self) -> bool {
        self.0.is_active()
    }
    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.0.protocol_version()
    }
    fn is_closing(&self) -> bool {
        self.0.is_closing()
    }
    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.0.close()
    }
}

/// RFC 3711 4.3.3 takes the first 16 bytes of each round.
fn round<C>(key: &[u8], input: &[u8], output: &mut [u8])
where
    C: BlockEncrypt + KeyInit + BlockSizeUser<BlockSize = U16>,
{
    let (Ok(cipher), Some(input), Some(output)) =
        (C::new_from_slice(key), input.get(..16), output.get_mut(..16))
    else {
        return;
    };
    let mut block = GenericArray::clone_from_slice(input);
    cipher.encrypt_block(&mut block);
    output.copy_from_slice(&block);
}

impl SrtpProvider for Suite {
    fn aes_128_cm_sha1_80(&self) -> &'static dyn SupportedAes128CmSha1_80 {
        &Suite
    }
    fn aead_aes_128_gcm(&self) -> &'static dyn SupportedAeadAes128Gcm {
        &Suite
    }
    fn aead_aes_256_gcm(&self) -> &'static dyn SupportedAeadAes256Gcm {
        &Suite
    }
    fn srtp_aes_128_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        round::<Aes128>(key, input, output);
    }
    fn srtp_aes_256_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        round::<Aes256>(key, input, output);
    }
}

impl SupportedAes128CmSha1_80 for Suite {
    fn create_cipher(&self, key: [u8; 16], _encrypt: bool) -> Box<dyn Aes128CmSha1_80Cipher> {
        Box::new(CounterMode(Aes128::new(&key.into())))
    }
}

impl SupportedAeadAes128Gcm for Suite {
    fn create_cipher(&self, key: [u8; 16], _encrypt: bool) -> Box<dyn AeadAes128GcmCipher> {
        Box::new(Gcm(Aes128Gcm::new(&key.into())))
    }
}

impl SupportedAeadAes256Gcm for Suite {
    fn create_cipher(&self, key: [u8; 32], _encrypt: bool) -> Box<dyn AeadAes256GcmCipher> {
        Box::new(Gcm(Aes256Gcm::new(&key.into())))
    }
}

/// AES-128 in counter mode; the key schedule is kept.
struct CounterMode(Aes128);

impl std::fmt::Debug for CounterMode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CounterMode")
    }
}

impl Aes128CmSha1_80Cipher for CounterMode {
    fn encrypt(&mut self, iv: &[u8; 16], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        let output = output.get_mut(..input.len()).ok_or_else(|| failed("no room"))?;
        output.copy_from_slice(input);
        let core = ctr::CtrCore::<&Aes128, ctr::flavors::Ctr128BE>::inner_iv_init(&self.0, iv.into());
        ctr::cipher::StreamCipherCoreWrapper::from_core(core).apply_keystream(output);
        Ok(())
    }

    /// The engine has looked at the tag before.
    fn decrypt(&mut self, iv: &[u8; 16], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        self.encrypt(iv, input, output)?;
        note_opened();
        Ok(())
    }
}

/// AES-GCM of either key length: the tag of 16 bytes follows the text.
struct Gcm<C>(C);

impl<C> std::fmt::Debug for Gcm<C> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Gcm")
    }
}

const TAG: usize = 16;

impl<C: AeadInPlace> Gcm<C> {
    fn seal(&self, iv: &[u8; 12], aad: &[u8], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        let (text, rest) = output.split_at_mut_checked(input.len()).ok_or_else(|| failed("no room"))?;
        text.copy_from_slice(input);
        let tag = self
            .0
            .encrypt_in_place_detached(GenericArray::from_slice(iv), aad, text)
            .map_err(|_| failed("not encrypted"))?;
        rest.get_mut(..TAG).ok_or_else(|| failed("no room"))?.copy_from_slice(&tag);
        Ok(())
    }

    fn open(
        &self,
        iv: &[u8; 12],
        aads: &[&[u8]],
        input: &[u8],
        output: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let length = input.len().checked_sub(TAG).ok_or_else(|| failed("too short"))?;
        let (text, tag) = input.split_at(length);
        let output = output.get_mut(..length).ok_or_else(|| failed("no room"))?;
        output.copy_from_slice(text);
        let joined;
        let aad = match aads {
            [one] => *one,
            _ => {
                joined = aads.concat();
                joined.as_slice()
            }
        };
        self.0
            .decrypt_in_place_detached(
                GenericArray::from_slice(iv),
                aad,
                output,
                GenericArray::from_slice(tag),
            )
            .map_err(|_| failed("not authentic"))?;
        note_opened();
        Ok(length)
    }
}

macro_rules! gcm {
    ($cipher:ident, $key:ident) => {
        impl $cipher for Gcm<$key> {
            fn encrypt(
                &mut self,
                iv: &[u8; 12],
                aad: &[u8],
                input: &[u8],
                output: &mut [u8],
            ) -> Result<(), CryptoError> {
                self.seal(iv, aad, input, output)
            }
            fn decrypt(
                &mut self,
                iv: &[u8; 12],
                aads: &[&[u8]],
                input: &[u8],
                output: &mut [u8],
            ) -> Result<usize, CryptoError> {
                self.open(iv, aads, input, output)
            }
        }
    };
}
gcm!(AeadAes128GcmCipher, Aes128Gcm);
gcm!(AeadAes256GcmCipher, Aes256Gcm);

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// RFC 3711 B.2 and B.3.
    #[test]
    fn counter_mode_and_key_derivation_are_those_of_the_rfc() {
        let hex = |text: &str| -> Vec<u8> {
            (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
        };
        let key: [u8; 16] = hex("2B7E151628AED2A6ABF7158809CF4F3C").try_into().unwrap();
        let iv: [u8; 16] = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000").try_into().unwrap();
        let mut cipher = SupportedAes128CmSha1_80::create_cipher(&Suite, key, true);
        let mut stream = [0_u8; 32];
        cipher.encrypt(&iv, &[0; 32], &mut stream).unwrap();
        assert_eq!(stream.to_vec(), hex("E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB"));
        let master = hex("E1F97A0D3E018BE0D64FA32C06DE4139");
        let mut derived = [0_u8; 32];
        Suite.srtp_aes_128_ecb_round(&master, &hex("0EC675AD498AFEEBB6960B3AABE60000"), &mut derived);
        assert_eq!(derived[..16].to_vec(), hex("C61E7A93744F39EE10734AFE3FF7A087"));
    }

    #[test]
    fn sealed_texts_open_and_altered_ones_do_not() {
        let mut cipher = SupportedAeadAes256Gcm::create_cipher(&Suite, [7; 32], true);
        let (iv, aad) = ([3; 12], [5; 12]);
        let mut sealed = [0_u8; 5 + TAG];
        cipher.encrypt(&iv, &aad, b"hello", &mut sealed).unwrap();
        let mut opened = [0_u8; 5];
        assert_eq!(cipher.decrypt(&iv, &[&aad[..4], &aad[4..]], &sealed, &mut opened).unwrap(), 5);
        assert_eq!(&opened, b"hello");
        sealed[0] ^= 1;
        assert!(cipher.decrypt(&iv, &[&aad], &sealed, &mut opened).is_err());
        assert!(cipher.decrypt(&iv, &[&aad], &sealed[..3], &mut opened).is_err());
    }
}
