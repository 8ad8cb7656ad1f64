//! Payload types and header extensions of one connection. They are taken from the client's first
//! description and then stay, since all m-sections share one transport.

use super::sdp::{Codec, Description, Extension, Kind, NumberedExtension};

/// Payload types for codecs that the first description does not name, as browsers number them.
const USUAL_AUDIO: [u8; 2] = [111, 109];
const USUAL_VIDEO: [u8; 1] = [96];
/// Payload types and extension numbers that may be given out freely.
const FREE_PAYLOAD_TYPES: std::ops::RangeInclusive<u8> = 96..=127;
const AUDIO_LEVEL_NUMBERS: [u8; 2] = [14, 1];

/// What a connection can carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formats {
    audio: Vec<Codec>,
    video: Vec<Codec>,
    extensions: Vec<NumberedExtension>,
    transport_feedback: bool,
}

impl Formats {
    /// Those that the client's first description names, and usual ones for what it does not name.
    pub fn of(first: &Description) -> Self {
        let mut taken = first.payload_types;
        let mut formats = Self {
            audio: offered(first, Kind::Audio),
            video: offered(first, Kind::Video),
            extensions: Vec::new(),
            transport_feedback: first.sections.iter().any(|section| section.transport_feedback),
        };
        if formats.audio.is_empty() {
            // Which of them the client will use is not known yet, so it gets its choice.
            for number in USUAL_AUDIO.into_iter().filter(|number| take(&mut taken, *number)) {
                formats.audio.push(Codec { payload_type: number, retransmission: None });
            }
        }
        if formats.audio.is_empty() {
            let number = take_any(&mut taken, &[]);
            formats.audio.push(Codec { payload_type: number, retransmission: None });
        }
        if formats.video.is_empty() {
            let payload_type = take_any(&mut taken, &USUAL_VIDEO);
            let retransmission = Some(take_any(&mut taken, &[]));
            formats.video.push(Codec { payload_type, retransmission });
        }
        for section in &first.sections {
            for (number, extension) in &section.extensions {
                let is_new = |(other, known): &NumberedExtension| other != number && known != extension;
                if formats.extensions.iter().all(is_new) {
                    formats.extensions.push((*number, *extension));
                }
            }
        }
        formats.expect_audio_level();
        formats
    }

    /// A client that starts without a microphone names the loudness only later.
    fn expect_audio_level(&mut self) {
        let is_known = self.extensions.iter().any(|(_, extension)| *extension == Extension::AudioLevel);
        let is_free = |number: &u8| self.extensions.iter().all(|(other, _)| other != number);
        if let (false, Some(number)) = (is_known, AUDIO_LEVEL_NUMBERS.into_iter().find(is_free)) {
            self.extensions.push((number, Extension::AudioLevel));
        }
    }

    /// Codecs of one kind, the preferred one first.
    pub fn codecs(&self, kind: Kind) -> &[Codec] {
        match kind {
            Kind::Audio => &self.audio,
            Kind::Video => &self.video,
            Kind::Data => &[],
        }
    }

    /// All extensions.
    pub fn extensions(&self) -> &[NumberedExtension] {
        &self.extensions
    }

    /// Whether the client wants feedback on each packet.
    pub fn transport_feedback(&self) -> bool {
        self.transport_feedback
    }

    /// Whether packets to the client are numbered so that it can give feedback on each.
    pub fn feedback_from_client(&self) -> bool {
        let is_number = |(_, extension): &NumberedExtension| *extension == Extension::TransportSequence;
        self.transport_feedback && self.extensions.iter().any(is_number)
    }

    /// For an m-section that the media server makes. Loudness and layers concern what comes.
    pub fn extensions_for_sending(&self, kind: Kind) -> Vec<NumberedExtension> {
        let is_of_use = |(_, extension): &&NumberedExtension| match extension {
            Extension::Mid => true,
            Extension::VideoOrientation => kind == Kind::Video,
            Extension::TransportSequence => self.transport_feedback,
            Extension::AudioLevel
            | Extension::AbsoluteSendTime
            | Extension::StreamId
            | Extension::RepairedStreamId => false,
        };
        self.extensions.iter().filter(is_of_use).copied().collect()
    }

    /// Those of a client's m-section that have the same number everywhere.
    pub fn shared_extensions(&self, of_section: &[NumberedExtension]) -> Vec<NumberedExtension> {
        of_section.iter().filter(|entry| self.extensions.contains(entry)).copied().collect()
    }
}

fn offered(description: &Description, kind: Kind) -> Vec<Codec> {
    let mut codecs = Vec::new();
    for section in description.sections.iter().filter(|section| section.kind == kind) {
        if let Some(codec) = section.codec.filter(|codec| !codecs.contains(codec)) {
            codecs.push(codec);
        }
    }
    codecs
}

/// Marks a payload type as taken; `false` if it was already.
fn take(taken: &mut u128, number: u8) -> bool {
    let bit = 1_u128.checked_shl(u32::from(number)).unwrap_or_default();
    let is_free = *taken & bit == 0;
    *taken |= bit;
    is_free
}

/// One of `wanted`, or else any that is free. Browsers never use them all.
fn take_any(taken: &mut u128, wanted: &[u8]) -> u8 {
    let all = wanted.iter().copied().chain(FREE_PAYLOAD_TYPES);
    all.into_iter().find(|number| take(taken, *number)).unwrap_or(*FREE_PAYLOAD_TYPES.end())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::super::sdp::read;
    use super::*;

    fn offer(sections: &str) -> Description {
        let mids: String = (0..sections.matches("m=").count()).map(|mid| format!(" {mid}")).collect();
        let mut text = format!(
            "v=0\r\na=group:BUNDLE{mids}\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n\
             a=fingerprint:sha-256 {}\r\n",
            vec!["AB"; 32].join(":")
        );
        for (mid, section) in sections.split("m=").skip(1).enumerate() {
            text.push_str(&format!("m={section}a=mid:{mid}\r\n"));
        }
        read(&text).unwrap()
    }

    #[test]
    fn the_first_description_says_it_all() {
        let formats = Formats::of(&offer(
            "m=video 9 P 120 124\r\na=rtpmap:120 VP8/90000\r\na=rtpmap:124 rtx/90000\r\na=fmtp:124 apt=120\r\n\
             a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\r\n\
             m=audio 9 P 109\r\na=rtpmap:109 opus/48000/2\r\na=rtcp-fb:109 transport-cc\r\n\
             a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n",
        ));
        assert_eq!(formats.codecs(Kind::Video), [Codec { payload_type: 120, retransmission: Some(124) }]);
        assert_eq!(formats.codecs(Kind::Audio), [Codec { payload_type: 109, retransmission: None }]);
        assert_eq!(formats.extensions(), [(3, Extension::Mid), (1, Extension::AudioLevel)]);
        assert!(formats.transport_feedback());
        assert_eq!(formats.extensions_for_sending(Kind::Audio), [(3, Extension::Mid)]);
        assert!(!formats.feedback_from_client(), "packets have no numbers");
    }

    #[test]
    fn what_it_does_not_name_gets_numbers_that_mean_nothing_else() {
        let formats = Formats::of(&offer("m=video 9 P 96 111 14\r\na=rtpmap:96 VP8/90000\r\n"));
        assert_eq!(formats.codecs(Kind::Audio), [Codec { payload_type: 109, retransmission: None }]);
        let formats = Formats::of(&offer("m=video 9 P 96 109 111\r\na=rtpmap:96 VP8/90000\r\n"));
        assert_eq!(formats.codecs(Kind::Audio), [Codec { payload_type: 97, retransmission: None }]);
        let formats = Formats::of(&offer("m=audio 9 P 111 96\r\na=rtpmap:111 opus/48000/2\r\n"));
        assert_eq!(formats.codecs(Kind::Video), [Codec { payload_type: 97, retransmission: Some(98) }]);
        assert_eq!(formats.extensions(), [(14, Extension::AudioLevel)]);
    }
}
