//! How the engine is made for a connection, and told of datagrams.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use str0m::bwe::Bitrate;
use str0m::config::{DtlsCert, Fingerprint as Str0mFingerprint};
use str0m::crypto::CryptoProvider;
use str0m::format::{Codec as Str0mCodec, FormatParams};
use str0m::media::{Frequency, Pt};
use str0m::net::{Protocol as Str0mProtocol, Receive, TcpType};
use str0m::rtp::{Extension as Str0mExtension, ExtensionMap};
use str0m::{Candidate, IceCreds, Rtc, RtcConfig};

use super::{crypto, Certificate, Protocol};
use crate::mcu::connection::Opening;
use crate::mcu::layers::choice::ASSUMED_LINE;
use crate::mcu::sdp::{Extension, IceCredentials, Kind};

/// Packets of a track that can be sent again.
const RESEND_BUFFER: usize = 256;
/// What the way to a client is taken to carry, in bits a second, before that is measured.
const FIRST_ESTIMATE: u64 = ASSUMED_LINE;

/// The ciphers, for other connections of the engine: those of clients without a browser.
pub fn ciphers() -> Arc<CryptoProvider> {
    Arc::clone(provider())
}

/// The ciphers, which all connections share.
pub(super) fn provider() -> &'static Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| Arc::new(crypto::provider()))
}

pub(super) fn build(opening: &Opening, certificate: &Certificate, now: Instant) -> Option<Rtc> {
    let mut config = RtcConfig::new()
        .set_crypto_provider(Arc::clone(provider()))
        .set_dtls_cert(DtlsCert {
            certificate: certificate.certificate.clone(),
            private_key: certificate.key.clone(),
        })
        .set_ice_lite(true)
        .set_rtp_mode(true)
        .set_send_buffer_video(RESEND_BUFFER)
        .set_local_ice_credentials(ice(&opening.local))
        .clear_codecs()
        .set_extension_map(extension_map(opening));
    for codec in opening.formats.codecs(Kind::Audio) {
        let number = Pt::new_with_value(codec.payload_type);
        config.codec_config().add_config(
            number,
            None,
            Str0mCodec::Opus,
            Frequency::FORTY_EIGHT_KHZ,
            Some(2),
            FormatParams::default(),
        );
    }
    for codec in opening.formats.codecs(Kind::Video) {
        let number = Pt::new_with_value(codec.payload_type);
        config.codec_config().add_config(
            number,
            codec.retransmission.map(Pt::new_with_value),
            Str0mCodec::Vp8,
            Frequency::NINETY_KHZ,
            None,
            FormatParams::default(),
        );
    }
    if opening.formats.feedback_from_client() {
        config = config.enable_bwe(Some(Bitrate::bps(FIRST_ESTIMATE)));
    }
    let mut rtc = config.build(now);
    for protocol in [Protocol::Udp, Protocol::Tcp] {
        for address in [own_address(true), own_address(false)] {
            rtc.add_local_candidate(own_candidate(protocol, address)?);
        }
    }
    let mut direct = rtc.direct_api();
    direct.set_ice_controlling(false);
    direct.set_remote_ice_credentials(ice(&opening.remote));
    direct.set_remote_fingerprint(Str0mFingerprint {
        hash_func: "sha-256".to_owned(),
        bytes: opening.fingerprint.to_vec(),
    });
    if opening.formats.transport_feedback() {
        direct.enable_twcc_feedback();
    }
    direct.start_dtls(false).ok()?;
    direct.start_sctp(false);
    Some(rtc)
}

fn extension_map(opening: &Opening) -> ExtensionMap {
    let mut map = ExtensionMap::empty();
    for (number, extension) in opening.formats.extensions() {
        let extension = match extension {
            Extension::AudioLevel => Str0mExtension::AudioLevel,
            Extension::AbsoluteSendTime => Str0mExtension::AbsoluteSendTime,
            Extension::TransportSequence => Str0mExtension::TransportSequenceNumber,
            Extension::Mid => Str0mExtension::RtpMid,
            Extension::VideoOrientation => Str0mExtension::VideoOrientation,
            Extension::StreamId => Str0mExtension::RtpStreamId,
            Extension::RepairedStreamId => Str0mExtension::RepairedRtpStreamId,
        };
        map.set(*number, extension);
    }
    map
}

/// An estimate in bits a second, unless it is the one that the engine was given.
pub(super) fn measured(estimate: Bitrate) -> Option<u64> {
    Some(estimate.as_u64()).filter(|bits| *bits != FIRST_ESTIMATE)
}

pub(super) fn ice(credentials: &IceCredentials) -> IceCreds {
    IceCreds { ufrag: credentials.ufrag.clone(), pass: credentials.password.clone() }
}

/// The engine wants to know on which of its addresses a datagram came in. All share a socket, so
/// a fixed one stands for them; the real ones are in our descriptions.
fn own_address(is_v4: bool) -> SocketAddr {
    if is_v4 {
        SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 9))
    } else {
        SocketAddr::from((Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 9))
    }
}

fn own_candidate(protocol: Protocol, address: SocketAddr) -> Option<Candidate> {
    let candidate = match protocol {
        Protocol::Udp => Candidate::builder().udp().host(address).build(),
        Protocol::Tcp => Candidate::builder().tcp().host(address).tcptype(TcpType::Passive).build(),
    };
    candidate.ok()
}

pub(super) fn received(
    protocol: Protocol,
    from: SocketAddr,
    datagram: &[u8],
) -> Result<Receive<'_>, str0m::error::NetError> {
    let protocol = match protocol {
        Protocol::Udp => Str0mProtocol::Udp,
        Protocol::Tcp => Str0mProtocol::Tcp,
    };
    Receive::new(protocol, from, own_address(from.is_ipv4()), datagram)
}
