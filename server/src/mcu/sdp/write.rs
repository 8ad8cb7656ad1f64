//! Writing the media server's own descriptions.

use std::fmt::Write;
use std::net::SocketAddr;

use super::{Codec, Direction, Fingerprint, IceCredentials, Kind, NumberedExtension, Source};

/// A description of the media server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalDescription<'a> {
    /// The same for all descriptions of a connection.
    pub session: u64,
    /// Greater in each new one.
    pub version: u64,
    /// Whether it offers: the role in the encryption is then left open.
    pub is_offer: bool,
    /// The connection's own credentials.
    pub ice: &'a IceCredentials,
    /// Of the media server's certificate.
    pub fingerprint: &'a Fingerprint,
    /// Where it can be reached by UDP, best first.
    pub udp: &'a [SocketAddr],
    /// Where it can be reached by TCP, best first.
    pub tcp: &'a [SocketAddr],
    /// All m-sections in order.
    pub sections: Vec<LocalSection<'a>>,
}

/// One m-section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalSection<'a> {
    /// What it is for.
    pub kind: Kind,
    /// Its identification tag.
    pub mid: &'a str,
    /// It is not used, or no longer.
    pub rejected: bool,
    /// Who sends.
    pub direction: Direction,
    /// Opus or VP8; without it the m-section is rejected.
    pub codec: Option<Codec>,
    /// Whether the media server gives feedback on every packet.
    pub transport_feedback: bool,
    /// Extensions in use.
    pub extensions: &'a [NumberedExtension],
    /// What the media server sends.
    pub track: Option<LocalTrack<'a>>,
    /// Layers that it receives, by their `a=rid`.
    pub layers: &'a [String],
}

/// A track that the media server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTrack<'a> {
    /// Id of its stream.
    pub stream: &'a str,
    /// Its own id.
    pub track: &'a str,
    /// Its sources.
    pub source: Source,
}

impl LocalSection<'_> {
    fn is_rejected(&self) -> bool {
        self.rejected || (self.kind != Kind::Data && self.codec.is_none())
    }
}

/// The text of a description.
pub fn write(description: &LocalDescription) -> String {
    let mut text = String::new();
    // Writing to a String never fails.
    let _ = write_session(&mut text, description);
    let mut is_first = true;
    for section in &description.sections {
        let _ = if section.is_rejected() {
            write_rejected(&mut text, section)
        } else {
            let outcome = write_section(&mut text, description, section, is_first);
            is_first = false;
            outcome
        };
    }
    text
}

fn write_session(text: &mut String, description: &LocalDescription) -> std::fmt::Result {
    let LocalDescription { session, version, .. } = description;
    write!(text, "v=0\r\no=- {session} {version} IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE")?;
    for section in description.sections.iter().filter(|section| !section.is_rejected()) {
        write!(text, " {}", section.mid)?;
    }
    // The browser then decides about the pair of addresses, and checks come from it alone.
    text.write_str("\r\na=msid-semantic: WMS *\r\na=ice-lite\r\n")
}

fn write_rejected(text: &mut String, section: &LocalSection) -> std::fmt::Result {
    match section.kind {
        Kind::Audio => text.write_str("m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n")?,
        Kind::Video => text.write_str("m=video 0 UDP/TLS/RTP/SAVPF 0\r\n")?,
        Kind::Data => text.write_str("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n")?,
    }
    write!(text, "c=IN IP4 0.0.0.0\r\na=mid:{}\r\na=inactive\r\n", section.mid)
}

fn write_section(
    text: &mut String,
    description: &LocalDescription,
    section: &LocalSection,
    has_candidates: bool,
) -> std::fmt::Result {
    match (section.kind, section.codec) {
        (Kind::Audio, Some(codec)) => write_formats(text, "audio", codec)?,
        (Kind::Video, Some(codec)) => write_formats(text, "video", codec)?,
        _ => text.write_str("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n")?,
    }
    write!(
        text,
        "c=IN IP4 0.0.0.0\r\na=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=fingerprint:sha-256 ",
        description.ice.ufrag, description.ice.password
    )?;
    for (place, byte) in description.fingerprint.iter().enumerate() {
        write!(text, "{}{byte:02X}", if place == 0 { "" } else { ":" })?;
    }
    let role = if description.is_offer { "actpass" } else { "passive" };
    write!(text, "\r\na=setup:{role}\r\na=mid:{}\r\n", section.mid)?;
    match section.codec {
        Some(codec) if section.kind != Kind::Data => write_media(text, section, codec)?,
        _ => text.write_str("a=sctp-port:5000\r\na=max-message-size:65536\r\n")?,
    }
    if has_candidates {
        write_candidates(text, description)?;
    }
    Ok(())
}

fn write_formats(text: &mut String, kind: &str, codec: Codec) -> std::fmt::Result {
    write!(text, "m={kind} 9 UDP/TLS/RTP/SAVPF {}", codec.payload_type)?;
    if let Some(retransmission) = codec.retransmission {
        write!(text, " {retransmission}")?;
    }
    text.write_str("\r\n")
}

fn write_media(text: &mut String, section: &LocalSection, codec: Codec) -> std::fmt::Result {
    for (number, extension) in section.extensions {
        write!(text, "a=extmap:{number} {}\r\n", extension.uri())?;
    }
    text.write_str(match (section.direction.sends, section.direction.receives) {
        (true, true) => "a=sendrecv\r\n",
        (true, false) => "a=sendonly\r\n",
        (false, true) => "a=recvonly\r\n",
        (false, false) => "a=inactive\r\n",
    })?;
    if let Some(track) = &section.track {
        write!(text, "a=msid:{} {}\r\n", track.stream, track.track)?;
    }
    text.write_str("a=rtcp-mux\r\na=rtcp-rsize\r\n")?;
    let number = codec.payload_type;
    if section.kind == Kind::Audio {
        write!(text, "a=rtpmap:{number} opus/48000/2\r\na=fmtp:{number} minptime=10;useinbandfec=1\r\n")?;
    } else {
        write!(text, "a=rtpmap:{number} VP8/90000\r\n")?;
    }
    if section.transport_feedback {
        write!(text, "a=rtcp-fb:{number} transport-cc\r\n")?;
    }
    if section.kind == Kind::Video {
        for feedback in ["ccm fir", "nack", "nack pli"] {
            write!(text, "a=rtcp-fb:{number} {feedback}\r\n")?;
        }
        if let Some(other) = codec.retransmission {
            write!(text, "a=rtpmap:{other} rtx/90000\r\na=fmtp:{other} apt={number}\r\n")?;
        }
    }
    if let Some(track) = &section.track {
        write_sources(text, track)?;
    }
    write_layers(text, section.layers)
}

/// They are received; what is sent has one layer.
fn write_layers(text: &mut String, layers: &[String]) -> std::fmt::Result {
    if layers.is_empty() {
        return Ok(());
    }
    for rid in layers {
        write!(text, "a=rid:{rid} recv\r\n")?;
    }
    write!(text, "a=simulcast:recv {}\r\n", layers.join(";"))
}

fn write_sources(text: &mut String, track: &LocalTrack) -> std::fmt::Result {
    let Source { ssrc, retransmission } = track.source;
    if let Some(other) = retransmission {
        write!(text, "a=ssrc-group:FID {ssrc} {other}\r\n")?;
    }
    for number in std::iter::once(ssrc).chain(retransmission) {
        write!(
            text,
            "a=ssrc:{number} cname:skylink\r\na=ssrc:{number} msid:{} {}\r\n",
            track.stream, track.track
        )?;
    }
    Ok(())
}

/// Priorities after RFC 8445 5.1.2.1: host candidates, UDP before TCP, in the order given.
fn write_candidates(text: &mut String, description: &LocalDescription) -> std::fmt::Result {
    for (place, address) in (0_u32..1000).zip(description.udp) {
        let priority = 2_130_706_431_u32.saturating_sub(place.saturating_mul(256));
        let (ip, port) = (address.ip(), address.port());
        write!(text, "a=candidate:{place} 1 udp {priority} {ip} {port} typ host\r\n")?;
    }
    for (place, address) in (0_u32..1000).zip(description.tcp) {
        let priority = 1_694_498_815_u32.saturating_sub(place.saturating_mul(256));
        let (ip, port) = (address.ip(), address.port());
        write!(text, "a=candidate:t{place} 1 tcp {priority} {ip} {port} typ host tcptype passive\r\n")?;
    }
    text.write_str("a=end-of-candidates\r\n")
}
