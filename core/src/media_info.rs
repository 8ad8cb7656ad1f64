//! mediaInfo: what each m-section carries (peer behaviour 2.3).

use crate::media::{Kind, LocalStream, Source};
use crate::sdp;
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::signaling::MediaInfo;
use skylink_protocol::{Object, Value};

/// `mediaState` of a medium that is gone.
pub(crate) const UNAVAILABLE: &str = "unavailable";

/// A medium's id on the wire.
pub(crate) fn media_id(kind: Kind, stream_id: &str) -> String {
    let prefix = match kind {
        Kind::Audio => "AUDIO_",
        Kind::Video => "VIDEO_",
    };
    [prefix, stream_id].concat()
}

/// The kind and the stream id in a medium's id.
pub(crate) fn parse_media_id(media_id: &str) -> Option<(Kind, &str)> {
    if let Some(stream_id) = media_id.strip_prefix("AUDIO_") {
        Some((Kind::Audio, stream_id))
    } else {
        media_id.strip_prefix("VIDEO_").map(|stream_id| (Kind::Video, stream_id))
    }
}

/// `mediaType` of an own stream.
pub(crate) fn media_type(stream: &LocalStream) -> &'static str {
    match (stream.kind, stream.source) {
        (Kind::Audio, Source::UserMedia) => "audioMic",
        (Kind::Audio, _) => "audio",
        (Kind::Video, Source::UserMedia) => "videoCamera",
        (Kind::Video, _) => "videoScreen",
    }
}

/// `mediaState` of a muted or unmuted medium.
pub(crate) fn media_state(muted: bool) -> &'static str {
    if muted {
        "muted"
    } else {
        "active"
    }
}

/// Whether a `mediaState` shows as muted.
pub(crate) fn is_muted(media_state: Option<&str>) -> bool {
    matches!(media_state, Some("muted" | "stopped"))
}

/// Everything we send, with the m-sections that carry it in the description `sdp`.
pub(crate) fn own_list(streams: &[LocalStream], own_id: &str, sdp: &str) -> Vec<MediaInfo> {
    let entry = |stream: &LocalStream| own_entry(stream, own_id, sdp, media_state(stream.announced_muted));
    streams.iter().map(entry).collect_vec()
}

/// A stream that was taken back, as the peer is told whom `sdp` was sent to.
pub(crate) fn removed(stream: &LocalStream, own_id: &str, sdp: &str) -> MediaInfo {
    own_entry(stream, own_id, sdp, UNAVAILABLE)
}

fn own_entry(stream: &LocalStream, own_id: &str, sdp: &str, state: &str) -> MediaInfo {
    MediaInfo {
        publisher_id: Some(own_id.to_owned()),
        media_id: media_id(stream.kind, &stream.stream_id),
        media_type: Some(media_type(stream).to_owned()),
        media_state: Some(state.to_owned()),
        transceiver_mid: sdp::sending_mid(sdp, &stream.stream_id).map_or(Value::Null, Value::from),
        media_meta_data: Some(String::new()),
        simulcast: Some(String::new()),
    }
}

/// A medium as apps see it (public API T-21).
pub(crate) fn shown(info: MediaInfo) -> Object {
    let stream_id = parse_media_id(&info.media_id).map(|(_, stream_id)| stream_id.to_owned());
    match Value::from(info) {
        Value::Object(object) => object.with("streamId", stream_id),
        _ => Object::new(),
    }
}

/// Whether both entries are of one medium.
pub(crate) fn is_same(one: &MediaInfo, other: &MediaInfo) -> bool {
    one.media_id == other.media_id && one.publisher_id == other.publisher_id
}

/// The entry of the m-section `mid`.
pub(crate) fn of_mid<'a>(list: &'a [MediaInfo], mid: &str) -> Option<&'a MediaInfo> {
    list.iter().find(|info| info.transceiver_mid.as_text() == Some(mid))
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn media_ids_carry_kind_and_stream() {
        assert_eq!(media_id(Kind::Video, "s"), "VIDEO_s");
        assert_eq!(parse_media_id("AUDIO_x_y"), Some((Kind::Audio, "x_y")));
        assert_eq!(parse_media_id("x"), None);
    }

    #[test]
    fn a_stream_outside_the_description_has_no_mid() {
        let stream = LocalStream {
            handle: 1,
            stream_id: "cam".into(),
            track_id: "t".into(),
            kind: Kind::Video,
            source: Source::UserMedia,
            settings: skylink_protocol::Object::new(),
            muted: false,
            announced_muted: true,
        };
        let list = own_list(&[stream], "me", "v=0\r\n");
        assert_eq!(list[0].transceiver_mid, Value::Null);
        assert_eq!(list[0].media_state.as_deref(), Some("muted"));
    }
}
