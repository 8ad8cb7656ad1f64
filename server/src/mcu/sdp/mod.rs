//! The part of session descriptions (RFC 8866, RFC 8829) that the media server exchanges with
//! browsers. Everything travels over one transport (BUNDLE), in Opus and VP8.
//!
//! A client's text is read into a [`Description`]; nothing of it that was not checked here ever
//! gets into the text for another client.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{read, SdpError};
pub use write::{write, LocalDescription, LocalSection, LocalTrack};

/// What an m-section is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
    /// Data channels.
    Data,
}

/// Who sends in an m-section, as seen by whoever wrote the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Direction {
    /// The writer sends.
    pub sends: bool,
    /// The writer receives.
    pub receives: bool,
}

/// Payload types of the one codec that an m-section uses: Opus or VP8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Codec {
    /// Of the codec.
    pub payload_type: u8,
    /// Of its retransmissions.
    pub retransmission: Option<u8>,
}

/// RTP header extensions that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extension {
    /// How loud the sound is.
    AudioLevel,
    /// When the packet was sent.
    AbsoluteSendTime,
    /// Number of the packet on its transport.
    TransportSequence,
    /// The m-section that the packet belongs to.
    Mid,
    /// How the picture is to be turned.
    VideoOrientation,
    /// The layer that the packet belongs to (RFC 8852).
    StreamId,
    /// The layer that a retransmitted packet belongs to.
    RepairedStreamId,
}

impl Extension {
    const ALL: [Self; 7] = [
        Self::AudioLevel,
        Self::AbsoluteSendTime,
        Self::TransportSequence,
        Self::Mid,
        Self::VideoOrientation,
        Self::StreamId,
        Self::RepairedStreamId,
    ];

    /// The name on the wire.
    pub fn uri(self) -> &'static str {
        match self {
            Self::AudioLevel => "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
            Self::AbsoluteSendTime => "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
            Self::TransportSequence => {
                "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
            }
            Self::Mid => "urn:ietf:params:rtp-hdrext:sdes:mid",
            Self::VideoOrientation => "urn:3gpp:video-orientation",
            Self::StreamId => "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
            Self::RepairedStreamId => "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
        }
    }

    /// Whether it tells layers of a track apart.
    pub fn is_about_layers(self) -> bool {
        matches!(self, Self::StreamId | Self::RepairedStreamId)
    }

    /// The extension of that name.
    pub fn of_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|extension| extension.uri() == uri)
    }
}

/// An extension and its number.
pub type NumberedExtension = (u8, Extension);

/// Synchronisation sources of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Of the track.
    pub ssrc: u32,
    /// Of its retransmissions.
    pub retransmission: Option<u32>,
}

/// `a=ice-ufrag` and `a=ice-pwd`.
#[derive(Clone, PartialEq, Eq)]
pub struct IceCredentials {
    /// User name fragment.
    pub ufrag: String,
    /// Password.
    pub password: String,
}

impl std::fmt::Debug for IceCredentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "IceCredentials({})", self.ufrag)
    }
}

/// SHA-256 of a certificate.
pub type Fingerprint = [u8; 32];

/// What a client offers or answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Its ICE credentials.
    pub ice: IceCredentials,
    /// Its certificate.
    pub fingerprint: Fingerprint,
    /// All m-sections in order.
    pub sections: Vec<Section>,
    /// Payload types that stand for anything at all, bit by bit.
    pub payload_types: u128,
}

/// One m-section of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What it is for.
    pub kind: Kind,
    /// Its identification tag.
    pub mid: String,
    /// It is not used, or no longer.
    pub rejected: bool,
    /// Who sends.
    pub direction: Direction,
    /// Opus or VP8, if it is among the codecs.
    pub codec: Option<Codec>,
    /// Whether the sender wants feedback on every packet.
    pub transport_feedback: bool,
    /// The extensions that are known here.
    pub extensions: Vec<NumberedExtension>,
    /// The sources it sends from, if it names them.
    pub source: Option<Source>,
    /// Id of the track it sends.
    pub track: Option<String>,
    /// Layers that it sends its pictures in, by their `a=rid`, the lowest first as browsers have
    /// them (RFC 8853). Empty if there is but one.
    pub layers: Vec<String>,
}

/// Whether the text may stand in `a=msid` (RFC 8830): 1 to 64 token characters.
pub fn is_stream_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(is_token_byte)
}

/// RFC 8866, `token-char`.
fn is_token_byte(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x27 | 0x2a..=0x2b | 0x2d..=0x2e | 0x30..=0x39 | 0x41..=0x5a | 0x5e..=0x7e)
}
