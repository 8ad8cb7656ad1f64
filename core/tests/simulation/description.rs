//! Session descriptions as the simulated browser writes and reads them: real text, few lines.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionKind {
    Audio,
    Video,
    Data,
}

/// One m-section.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    pub kind: SectionKind,
    pub mid: String,
    pub sends: bool,
    pub receives: bool,
    /// Id of the stream that is sent.
    pub stream: Option<String>,
    /// Whether its port is 0: it is over for good.
    pub stopped: bool,
}

impl Section {
    pub fn data(mid: String) -> Self {
        Self { kind: SectionKind::Data, mid, sends: true, receives: true, stream: None, stopped: false }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Names the ICE generation of the side that wrote it.
    pub ufrag: String,
    /// Another one for each description that the side makes (RFC 8829 section 5.2.2).
    pub version: u32,
    pub sections: Vec<Section>,
}

impl Description {
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split("\r\nm=");
        let version = parts.next()?.split(' ').nth(2)?.parse().ok()?;
        let mut ufrag = None;
        let mut sections = Vec::new();
        for part in parts {
            let kind = match part.split(' ').next()? {
                "audio" => SectionKind::Audio,
                "video" => SectionKind::Video,
                "application" => SectionKind::Data,
                _ => return None,
            };
            let attribute = |name: &str| {
                part.lines().find_map(|line| line.strip_prefix("a=")?.strip_prefix(name).map(str::to_owned))
            };
            let has = |name: &str| attribute(name).is_some();
            ufrag = ufrag.or_else(|| attribute("ice-ufrag:"));
            sections.push(Section {
                kind,
                mid: attribute("mid:")?,
                sends: kind == SectionKind::Data || has("sendrecv") || has("sendonly"),
                receives: kind == SectionKind::Data || has("sendrecv") || has("recvonly"),
                stream: attribute("msid:").and_then(|msid| msid.split(' ').next().map(str::to_owned)),
                stopped: part.split(' ').nth(1)? == "0",
            });
        }
        Some(Self { ufrag: ufrag?, version, sections })
    }

    pub fn has_data(&self) -> bool {
        self.sections.iter().any(|section| section.kind == SectionKind::Data)
    }

    /// Kinds and mids in order: what a later description must keep (RFC 8829 section 5.2.2).
    pub fn layout(&self) -> Vec<(SectionKind, String)> {
        self.sections.iter().map(|section| (section.kind, section.mid.clone())).collect()
    }
}

impl fmt::Display for Description {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "v=0\r\no=- 1 {} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE", self.version)?;
        for section in self.sections.iter().filter(|section| !section.stopped) {
            write!(out, " {}", section.mid)?;
        }
        // One certificate for each connection, whatever its ICE generation.
        let name = self.ufrag.rsplit_once('+').map_or("", |(name, _)| name);
        let seed = name.bytes().fold(7_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        let fingerprint = vec![format!("{seed:02X}"); 32].join(":");
        write!(out, "\r\na=fingerprint:sha-256 {fingerprint}\r\n")?;
        for section in &self.sections {
            let (kind, rest) = match section.kind {
                SectionKind::Audio => ("audio", "UDP/TLS/RTP/SAVPF 111"),
                SectionKind::Video => ("video", "UDP/TLS/RTP/SAVPF 96"),
                SectionKind::Data => ("application", "UDP/DTLS/SCTP webrtc-datachannel"),
            };
            let port = if section.stopped { 0 } else { 9 };
            write!(out, "m={kind} {port} {rest}\r\na=mid:{}\r\n", section.mid)?;
            write!(out, "a=ice-ufrag:{}\r\na=ice-pwd:0123456789abcdefghijkl\r\n", self.ufrag)?;
            match section.kind {
                SectionKind::Audio => write!(out, "a=rtpmap:111 opus/48000/2\r\n")?,
                SectionKind::Video => write!(out, "a=rtpmap:96 VP8/90000\r\n")?,
                SectionKind::Data => continue,
            }
            let direction = match (section.sends, section.receives) {
                (true, true) => "sendrecv",
                (true, false) => "sendonly",
                (false, true) => "recvonly",
                (false, false) => "inactive",
            };
            write!(out, "a={direction}\r\n")?;
            if let Some(stream) = &section.stream {
                write!(out, "a=msid:{stream} track-of-{stream}\r\n")?;
            }
        }
        Ok(())
    }
}
