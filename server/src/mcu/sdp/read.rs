//! Reading a client's description.

use std::collections::BTreeSet;

use super::{
    is_stream_id, Codec, Description, Direction, Extension, Fingerprint, IceCredentials, Kind, Section,
    Source,
};

/// m-sections that a description may have. skylinkjs 2.7.2 adds two whenever it stops and sends
/// anew, and a message of 1 MiB holds about 350.
pub const MOST_SECTIONS: usize = 400;
/// Longest `a=mid` that fits into a one-byte header extension.
const LONGEST_MID: usize = 16;
/// Layers of a track that are taken. Browsers send three at most.
const MOST_LAYERS: usize = 4;
/// Names of layers in an m-section that are looked at.
const MOST_NAMES: usize = 16;
/// Longest `a=rid` that is taken.
const LONGEST_RID: usize = 8;

/// Why a description is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// There is no m-section.
    #[error("the description has no m-section")]
    Empty,
    /// Too many.
    #[error("the description has more than {MOST_SECTIONS} m-sections")]
    TooManySections,
    /// An m-section that browsers do not make.
    #[error("the description has an m-section of an unknown kind")]
    UnknownKind,
    /// Missing, odd or used twice.
    #[error("an m-section has no usable mid of its own")]
    Mid,
    /// An m-section with a transport of its own.
    #[error("an m-section is not bundled")]
    NotBundled,
    /// Missing or not well formed.
    #[error("the ICE credentials are missing or wrong")]
    Ice,
    /// Missing, or not by SHA-256.
    #[error("the fingerprint is missing or wrong")]
    Fingerprint,
}

/// Reads an offer or an answer. Attributes that mean nothing here are passed over.
///
/// # Errors
/// When something is missing that a connection cannot do without.
pub fn read(text: &str) -> Result<Description, SdpError> {
    let mut session = Block::default();
    let mut blocks: Vec<(Kind, Block)> = Vec::new();
    for line in text.lines() {
        let line = line.trim_end();
        if let Some(media) = line.strip_prefix("m=") {
            if blocks.len() >= MOST_SECTIONS {
                return Err(SdpError::TooManySections);
            }
            blocks.push(open_section(media)?);
        } else if let Some(attribute) = line.strip_prefix("a=") {
            let block = blocks.last_mut().map_or(&mut session, |(_, block)| block);
            let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
            block.take(name, value);
        }
    }
    assemble(session, blocks)
}

/// Attributes of the session or of one m-section.
#[derive(Default)]
struct Block {
    has_port: bool,
    formats: Vec<u8>,
    mid: Option<String>,
    bundle: Option<BTreeSet<String>>,
    ufrag: Option<String>,
    password: Option<String>,
    fingerprint: Option<Fingerprint>,
    direction: Option<Direction>,
    codecs: PayloadTypes,
    retransmissions: PayloadTypes,
    /// Payload type of retransmissions, and what it retransmits.
    associations: Vec<(u8, u8)>,
    feedback: PayloadTypes,
    extensions: Vec<(u8, Extension)>,
    sources: Vec<u32>,
    pair: Option<(u32, u32)>,
    track: Option<String>,
    /// Of layers that are sent.
    rids: Vec<String>,
    simulcast: Vec<String>,
    is_video: bool,
}

/// A set, since a description may name each of them ten thousand times.
#[derive(Default, Clone, Copy)]
struct PayloadTypes(u128);

impl PayloadTypes {
    fn insert(&mut self, number: u8) {
        self.0 |= 1_u128.checked_shl(u32::from(number)).unwrap_or_default();
    }

    fn contains(self, number: u8) -> bool {
        self.0.checked_shr(u32::from(number)).is_some_and(|rest| rest & 1 == 1)
    }
}

/// `video 9 UDP/TLS/RTP/SAVPF 96 97`
fn open_section(media: &str) -> Result<(Kind, Block), SdpError> {
    let mut words = media.split_ascii_whitespace();
    let kind = match words.next() {
        Some("audio") => Kind::Audio,
        Some("video") => Kind::Video,
        Some("application") => Kind::Data,
        _ => return Err(SdpError::UnknownKind),
    };
    let has_port = words.next().is_some_and(|port| port != "0");
    let formats = match kind {
        Kind::Data => Vec::new(),
        Kind::Audio | Kind::Video => words.skip(1).filter_map(payload_type).collect(),
    };
    Ok((kind, Block { has_port, formats, is_video: kind == Kind::Video, ..Block::default() }))
}

fn payload_type(word: &str) -> Option<u8> {
    word.parse().ok().filter(|number| *number < 128)
}

impl Block {
    fn take(&mut self, name: &str, value: &str) {
        match name {
            "mid" => self.mid = Some(value.to_owned()),
            "group" => {
                if let Some(mids) = value.strip_prefix("BUNDLE") {
                    self.bundle = Some(mids.split_ascii_whitespace().map(str::to_owned).collect());
                }
            }
            "ice-ufrag" => self.ufrag = Some(value.to_owned()),
            "ice-pwd" => self.password = Some(value.to_owned()),
            "fingerprint" => self.fingerprint = self.fingerprint.or_else(|| fingerprint(value)),
            "sendrecv" => self.direction = Some(Direction { sends: true, receives: true }),
            "sendonly" => self.direction = Some(Direction { sends: true, receives: false }),
            "recvonly" => self.direction = Some(Direction { sends: false, receives: true }),
            "inactive" => self.direction = Some(Direction::default()),
            "rtpmap" => self.take_codec(value),
            "fmtp" => self.take_association(value),
            "rtcp-fb" => self.take_feedback(value),
            "extmap" => self.take_extension(value),
            "ssrc" => {
                let number = value.split_ascii_whitespace().next();
                self.sources.extend(number.and_then(|word| word.parse::<u32>().ok()));
            }
            "ssrc-group" => self.take_pair(value),
            "msid" => {
                let track = value.split_ascii_whitespace().nth(1).filter(|id| is_stream_id(id));
                self.track = track.map(str::to_owned);
            }
            "rid" => self.take_rid(value),
            "simulcast" => self.take_simulcast(value),
            _ => {}
        }
    }

    /// `96 VP8/90000`
    fn take_codec(&mut self, value: &str) {
        let Some((number, name)) = value.split_once(' ') else { return };
        let Some(number) = payload_type(number) else { return };
        let name = name.trim();
        let wanted = if self.is_video { "VP8/90000" } else { "opus/48000/2" };
        if name.eq_ignore_ascii_case(wanted) {
            self.codecs.insert(number);
        } else if name.eq_ignore_ascii_case("rtx/90000") {
            self.retransmissions.insert(number);
        }
    }

    /// `97 apt=96`
    fn take_association(&mut self, value: &str) {
        let Some((number, parameters)) = value.split_once(' ') else { return };
        let of = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("apt="));
        if let (Some(number), Some(of)) = (payload_type(number), of.and_then(payload_type)) {
            self.associations.push((number, of));
        }
    }

    /// `96 transport-cc`
    fn take_feedback(&mut self, value: &str) {
        if let Some((number, "transport-cc")) = value.split_once(' ') {
            if let Some(number) = payload_type(number) {
                self.feedback.insert(number);
            }
        }
    }

    /// `3 uri` or `3/sendrecv uri`
    fn take_extension(&mut self, value: &str) {
        let mut words = value.split_ascii_whitespace();
        let number = words.next().and_then(|word| word.split('/').next()).and_then(|word| word.parse().ok());
        let extension = words.next().and_then(Extension::of_uri);
        // 15 ends a list of one-byte extensions (RFC 8285).
        if let (Some(number @ 1..=14), Some(extension)) = (number, extension) {
            let is_new = |(other, known): &(u8, Extension)| *other != number && *known != extension;
            if self.extensions.iter().all(is_new) {
                self.extensions.push((number, extension));
            }
        }
    }

    /// `FID 1 2`
    fn take_pair(&mut self, value: &str) {
        let mut words = value.split_ascii_whitespace();
        if words.next() != Some("FID") || self.pair.is_some() {
            return;
        }
        let mut number = || words.next().and_then(|word| word.parse().ok());
        if let (Some(main), Some(retransmission)) = (number(), number()) {
            self.pair = Some((main, retransmission));
        }
    }

    /// `q send`, perhaps with restrictions
    fn take_rid(&mut self, value: &str) {
        let mut words = value.split_ascii_whitespace();
        if let (Some(rid), Some("send")) = (words.next(), words.next()) {
            if is_rid(rid) && self.rids.len() < MOST_NAMES {
                self.rids.push(rid.to_owned());
            }
        }
    }

    /// `send q;h;~f`: a layer that does not flow at present has a `~`, alternatives follow a comma
    fn take_simulcast(&mut self, value: &str) {
        let mut words = value.split_ascii_whitespace().skip_while(|word| *word != "send");
        let list = words.nth(1).unwrap_or_default();
        let name =
            |layer: &str| layer.split(',').next().unwrap_or_default().trim_start_matches('~').to_owned();
        self.simulcast = list.split(';').take(MOST_NAMES).map(name).collect();
    }

    fn layers(&self) -> Vec<String> {
        let mut layers: Vec<String> = Vec::new();
        for name in self.simulcast.iter().filter(|name| self.is_video && self.rids.contains(name)) {
            if layers.len() < MOST_LAYERS && !layers.contains(name) {
                layers.push(name.clone());
            }
        }
        layers
    }

    fn codec(&self) -> Option<Codec> {
        // The sender's order of preference is that of the m-line.
        let number = *self.formats.iter().find(|number| self.codecs.contains(**number))?;
        let retransmits =
            |(own, of): &&(u8, u8)| *of == number && *own != number && self.retransmissions.contains(*own);
        let retransmission = self.associations.iter().find(retransmits).map(|(own, _)| *own);
        Some(Codec { payload_type: number, retransmission })
    }

    /// Source 0 stands for none.
    fn source(&self) -> Option<Source> {
        let source = match self.pair {
            Some((main, retransmission)) => Source { ssrc: main, retransmission: Some(retransmission) },
            None => Source { ssrc: *self.sources.first()?, retransmission: None },
        };
        let is_usable = source.ssrc != 0 && source.retransmission.is_none_or(|number| number != 0);
        is_usable.then_some(source)
    }

    fn ice(&self) -> Option<IceCredentials> {
        let (ufrag, password) = (self.ufrag.as_ref()?, self.password.as_ref()?);
        let is_ice = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
        let fits = |text: &str, least| (least..=256).contains(&text.len()) && text.bytes().all(is_ice);
        (fits(ufrag, 4) && fits(password, 22))
            .then(|| IceCredentials { ufrag: ufrag.clone(), password: password.clone() })
    }
}

fn assemble(session: Block, blocks: Vec<(Kind, Block)>) -> Result<Description, SdpError> {
    if blocks.is_empty() {
        return Err(SdpError::Empty);
    }
    let bundle = session.bundle.as_ref();
    let mut mids = BTreeSet::new();
    let mut payload_types = PayloadTypes::default();
    let (mut ice, mut fingerprint) = (session.ice(), session.fingerprint);
    let mut sections = Vec::with_capacity(blocks.len());
    for (kind, block) in blocks {
        let mid = block.mid.clone().filter(|mid| is_mid(mid)).ok_or(SdpError::Mid)?;
        if !mids.insert(mid.clone()) {
            return Err(SdpError::Mid);
        }
        // A bundled m-section without a port shares that of another one.
        let is_bundled = bundle.is_some_and(|bundle| bundle.contains(&mid));
        if !is_bundled && block.has_port {
            return Err(SdpError::NotBundled);
        }
        for number in &block.formats {
            payload_types.insert(*number);
        }
        if is_bundled {
            ice = ice.or_else(|| block.ice());
            fingerprint = fingerprint.or(block.fingerprint);
        }
        let codec = block.codec();
        sections.push(Section {
            kind,
            mid,
            rejected: !is_bundled,
            direction: match kind {
                Kind::Data => Direction::default(),
                _ => block.direction.unwrap_or(Direction { sends: true, receives: true }),
            },
            codec,
            transport_feedback: codec.is_some_and(|codec| block.feedback.contains(codec.payload_type)),
            source: block.source(),
            layers: block.layers(),
            track: block.track,
            extensions: block.extensions,
        });
    }
    Ok(Description {
        ice: ice.ok_or(SdpError::Ice)?,
        fingerprint: fingerprint.ok_or(SdpError::Fingerprint)?,
        sections,
        payload_types: payload_types.0,
    })
}

fn is_mid(mid: &str) -> bool {
    (1..=LONGEST_MID).contains(&mid.len())
        && mid.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_rid(rid: &str) -> bool {
    (1..=LONGEST_RID).contains(&rid.len()) && rid.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `sha-256 C8:BC:…`
fn fingerprint(value: &str) -> Option<Fingerprint> {
    let (hash, hex) = value.split_once(' ')?;
    if !hash.eq_ignore_ascii_case("sha-256") {
        return None;
    }
    let mut bytes = [0_u8; 32];
    let mut pairs = hex.trim().split(':');
    for byte in &mut bytes {
        let pair = pairs.next().filter(|pair| pair.len() == 2)?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    pairs.next().is_none().then_some(bytes)
}
