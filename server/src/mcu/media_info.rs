//! What a client says about the media it sends, in the `mediaInfoList` of its descriptions and in
//! `mediaInfoEvent`.

use skylink_protocol::signaling::MediaInfo;
use skylink_protocol::Value;

use super::sdp::{is_stream_id, Kind};

/// Longest `mediaType` or `mediaState` that is passed on.
const LONGEST_WORD: usize = 32;
/// The `mediaState` of a medium that is gone.
pub const UNAVAILABLE: &str = "unavailable";

/// One medium of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Medium {
    /// `AUDIO_` or `VIDEO_` and the id of its stream.
    pub media_id: String,
    /// `videoScreen`, for instance.
    pub media_type: String,
    /// `active` or `muted`, for instance.
    pub media_state: String,
    /// The m-section that carries it.
    pub mid: Option<String>,
}

/// Sound or pictures, and the id of the stream.
pub fn parse_media_id(media_id: &str) -> Option<(Kind, &str)> {
    let (kind, stream) = match media_id.strip_prefix("AUDIO_") {
        Some(stream) => (Kind::Audio, stream),
        None => (Kind::Video, media_id.strip_prefix("VIDEO_")?),
    };
    is_stream_id(stream).then_some((kind, stream))
}

impl Medium {
    /// Reads an entry; `None` if its id could not stand in a description.
    fn read(info: &MediaInfo) -> Option<Self> {
        let (kind, _) = parse_media_id(&info.media_id)?;
        let word = |text: &Option<String>, usual: &str| {
            let text = text.as_deref().filter(|text| text.len() <= LONGEST_WORD);
            text.unwrap_or(usual).to_owned()
        };
        Some(Self {
            media_id: info.media_id.clone(),
            media_type: word(&info.media_type, if kind == Kind::Audio { "audioMic" } else { "videoCamera" }),
            media_state: word(&info.media_state, "active"),
            mid: info.transceiver_mid.as_text().map(str::to_owned),
        })
    }

    /// Sound or pictures.
    pub fn kind(&self) -> Kind {
        parse_media_id(&self.media_id).map_or(Kind::Video, |(kind, _)| kind)
    }

    /// The id of its stream.
    pub fn stream(&self) -> &str {
        parse_media_id(&self.media_id).map_or("", |(_, stream)| stream)
    }

    /// How the client that receives it on the m-section `mid` is told of it.
    pub fn entry(&self, publisher: &str, mid: &str) -> MediaInfo {
        info(publisher, &self.media_id, &self.media_type, &self.media_state, Value::from(mid))
    }
}

/// How clients are told that a medium is gone. Without an m-section, so that 2.7.2, which keeps
/// the entry, does not find it again when the m-section is used anew.
pub fn gone(publisher: &str, media_id: &str, media_type: &str) -> MediaInfo {
    info(publisher, media_id, media_type, UNAVAILABLE, Value::Null)
}

fn info(publisher: &str, id: &str, kind: &str, state: &str, transceiver_mid: Value) -> MediaInfo {
    MediaInfo {
        publisher_id: Some(publisher.to_owned()),
        media_id: id.to_owned(),
        media_type: Some(kind.to_owned()),
        media_state: Some(state.to_owned()),
        transceiver_mid,
        media_meta_data: Some(String::new()),
        simulcast: Some(String::new()),
    }
}

/// The media of a client from its list. Entries about others, with odd ids, of media that are
/// gone, and a second entry for a medium or for an m-section are left out.
pub fn own_media(list: &[MediaInfo], publisher: &str, most: usize) -> Vec<Medium> {
    let mut media: Vec<Medium> = Vec::new();
    for info in list {
        if media.len() >= most {
            break;
        }
        if info.publisher_id.as_deref().is_some_and(|id| id != publisher) {
            continue;
        }
        let Some(medium) = Medium::read(info).filter(|medium| medium.media_state != UNAVAILABLE) else {
            continue;
        };
        let is_same = |other: &Medium| {
            other.media_id == medium.media_id || (other.mid.is_some() && other.mid == medium.mid)
        };
        if !media.iter().any(is_same) {
            media.push(medium);
        }
    }
    media
}

/// A client that does not find a medium in its own description names no m-section for it. Chromium
/// brings that about: a sender that is used again has its first stream id back in answers. The
/// m-section that was named before still counts, unless it was given to another medium.
pub fn keep_lines(media: &mut [Medium], known: &[Medium]) {
    for place in 0..media.len() {
        let Some(medium) = media.get(place).filter(|medium| medium.mid.is_none()) else { continue };
        let before = known.iter().find(|old| old.media_id == medium.media_id);
        let Some(mid) = before.and_then(|old| old.mid.clone()) else { continue };
        let is_taken = media.iter().any(|other| other.mid.as_ref() == Some(&mid));
        if let (Some(medium), false) = (media.get_mut(place), is_taken) {
            medium.mid = Some(mid);
        }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn entry(publisher: &str, media_id: &str, state: &str, mid: &str) -> MediaInfo {
        info(publisher, media_id, "videoCamera", state, Value::from(mid))
    }

    #[test]
    fn only_its_own_and_sound_entries_count() {
        let list = [
            entry("me", "VIDEO_a", "muted", "0"),
            entry("you", "VIDEO_b", "active", "1"),
            entry("me", "VIDEO_a b", "active", "2"),
            entry("me", "VIDEO_x\r\na=evil", "active", "2"),
            entry("me", "VIDEO_", "active", "2"),
            entry("me", "SMELL_c", "active", "2"),
            entry("me", "VIDEO_d", "unavailable", "2"),
            entry("me", "VIDEO_a", "active", "3"),
            entry("me", "VIDEO_e", "active", "0"),
            entry("me", "AUDIO_{f}", "active", "4"),
        ];
        let media = own_media(&list, "me", 8);
        let ids: Vec<_> = media.iter().map(|medium| medium.media_id.as_str()).collect();
        assert_eq!(ids, ["VIDEO_a", "AUDIO_{f}"]);
        assert_eq!(media[0].media_state, "muted");
        assert_eq!((media[1].kind(), media[1].stream()), (Kind::Audio, "{f}"));
        assert_eq!(own_media(&list, "me", 1).len(), 1);
    }

    #[test]
    fn media_keep_their_lines_while_no_other_is_named() {
        let medium = |id: &str, mid: Option<&str>| Medium {
            media_id: id.to_owned(),
            media_type: String::new(),
            media_state: String::new(),
            mid: mid.map(str::to_owned),
        };
        let known = [medium("VIDEO_a", Some("0")), medium("VIDEO_b", Some("1")), medium("VIDEO_c", None)];
        let mut media = [
            medium("VIDEO_a", None),
            medium("VIDEO_b", None),
            medium("VIDEO_c", None),
            medium("VIDEO_d", Some("1")),
        ];
        keep_lines(&mut media, &known);
        let mids = media.map(|medium| medium.mid);
        assert_eq!(mids, [Some("0".to_owned()), None, None, Some("1".to_owned())]);
    }

    #[test]
    fn long_words_are_not_passed_on() {
        let mut long = entry("me", "AUDIO_a", &"x".repeat(40), "0");
        long.media_type = None;
        let media = own_media(&[long], "me", 8);
        assert_eq!((media[0].media_type.as_str(), media[0].media_state.as_str()), ("audioMic", "active"));
    }
}
