//! What is read out of session descriptions.

/// Type of a session description (RFC 8829 section 4.1.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DescriptionKind {
    /// An offer.
    Offer,
    /// An answer.
    Answer,
    /// Takes back an offer that was set.
    Rollback,
}

impl DescriptionKind {
    /// The name of the type in the browser's API.
    pub fn name(self) -> &'static str {
        match self {
            DescriptionKind::Offer => "offer",
            DescriptionKind::Answer => "answer",
            DescriptionKind::Rollback => "rollback",
        }
    }
}

/// The `mid` of the m-section that sends the stream (RFC 8830 `a=msid`), if there is one.
pub(crate) fn sending_mid<'a>(sdp: &'a str, stream_id: &str) -> Option<&'a str> {
    let (mut mid, mut sends, mut carries) = (None, true, false);
    for line in sdp.lines() {
        if line.starts_with("m=") {
            if sends && carries {
                break;
            }
            (mid, sends, carries) = (None, true, false);
        } else if let Some(value) = line.strip_prefix("a=mid:") {
            mid = Some(value.trim_end());
        } else if let Some(value) = line.strip_prefix("a=msid:") {
            carries |= value.split(' ').next() == Some(stream_id);
        } else if line.starts_with("a=recvonly") || line.starts_with("a=inactive") {
            sends = false;
        }
    }
    mid.filter(|_| sends && carries)
}

/// Whether the description has an m-section with this `mid`.
pub(crate) fn has_mid(sdp: &str, mid: &str) -> bool {
    sdp.lines().any(|line| line.strip_prefix("a=mid:").map(str::trim_end) == Some(mid))
}

/// Whether the description carries data channels: an m-section for them with a port that is not 0.
pub(crate) fn has_usable_data_section(sdp: &str) -> bool {
    sdp.lines().any(|line| line.starts_with("m=application ") && !line.starts_with("m=application 0 "))
}

/// The n-th word of a candidate attribute, counted from 0 (RFC 8839 section 5.1).
pub(crate) fn candidate_word(candidate: &str, place: usize) -> &str {
    candidate.split(' ').nth(place).unwrap_or("")
}

/// The ICE generation that a candidate belongs to (RFC 8839 section 5.1, extension `ufrag`).
pub(crate) fn candidate_ufrag(candidate: &str) -> Option<&str> {
    let mut words = candidate.split(' ').skip(8);
    words.find(|word| *word == "ufrag")?;
    words.next()
}

/// Whether the description is of this ICE generation.
pub(crate) fn has_ufrag(sdp: &str, ufrag: &str) -> bool {
    sdp.lines().any(|line| line.strip_prefix("a=ice-ufrag:").map(str::trim_end) == Some(ufrag))
}

/// Header extensions that may have numbers of their own (RFC 8285 section 4.3).
const MOST_EXTENSIONS: usize = 255;

/// The header extensions of a description, as far as it was read.
#[derive(Default)]
pub(crate) struct HeaderExtensions<'a>(Vec<&'a str>);

impl<'a> HeaderExtensions<'a> {
    /// Whether a line gives a header extension the number of another one. Chromium makes such an offer after one
    /// that was never set, and no browser takes it (RFC 8285 section 6).
    pub fn reuses_number(&mut self, line: &'a str) -> bool {
        if !line.starts_with("a=extmap:") {
            return false;
        }
        let number = |line| candidate_word(line, 0);
        let known = self.0.iter().copied().find(|known| number(known) == number(line));
        if known.is_none() && self.0.len() < MOST_EXTENSIONS {
            self.0.push(line);
        }
        known.is_some_and(|known| known != line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDP: &str =
        "v=0\r\ns=-\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendrecv\r\na=msid:mic t1\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=recvonly\r\na=msid:cam t2\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n";

    #[test]
    fn finds_the_section_that_sends_a_stream() {
        assert_eq!(sending_mid(SDP, "mic"), Some("0"));
        assert_eq!(sending_mid(SDP, "cam"), None, "it only receives");
        assert_eq!(sending_mid(SDP, "mi"), None);
    }

    #[test]
    fn knows_mids_and_the_data_section() {
        assert!(has_mid(SDP, "2") && !has_mid(SDP, "3"));
        assert!(has_usable_data_section(SDP));
        assert!(!has_usable_data_section(&SDP.replace("m=application 9", "m=application 0")));
        assert!(!has_usable_data_section("v=0\r\n"));
    }

    #[test]
    fn knows_header_extensions_whose_number_is_taken() {
        let mut extensions = HeaderExtensions::default();
        for fine in ["a=extmap:1 urn:offset\r\n", "a=rtpmap:2 x\r\n", "a=extmap:1 urn:offset\r\n"] {
            assert!(!extensions.reuses_number(fine), "{fine}");
        }
        assert!(extensions.reuses_number("a=extmap:1 urn:level\r\n"));
        assert!(!extensions.reuses_number("a=extmap:2 urn:level\r\n"));
        assert!(!extensions.reuses_number("a=rtpmap:2 y\r\n"));
    }

    #[test]
    fn reads_words_of_a_candidate() {
        let candidate = "candidate:7 1 udp 2122260223 198.51.100.7 50068 typ host generation 0";
        assert_eq!(candidate_word(candidate, 0), "candidate:7");
        assert_eq!(candidate_word(candidate, 7), "host");
        assert_eq!(candidate_word("", 7), "");
    }

    #[test]
    fn tells_the_generation_of_a_candidate() {
        let candidate =
            "candidate:7 1 udp 1 198.51.100.7 50068 typ host generation 0 ufrag aMj3 network-id 1";
        assert_eq!(candidate_ufrag(candidate), Some("aMj3"));
        assert_eq!(candidate_ufrag("candidate:7 1 UDP 1 198.51.100.7 50068 typ host"), None);
        assert!(has_ufrag("v=0\r\na=ice-ufrag:aMj3\r\n", "aMj3"));
        assert!(!has_ufrag("v=0\r\na=ice-ufrag:aMj34\r\n", "aMj3"));
    }
}
