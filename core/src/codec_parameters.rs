//! Format parameters of codecs in session descriptions (`a=fmtp`): stereo, and what the option
//! `codecParams` asks for. Browsers have no other way for them.
//!
//! RFC 7587: `sprop-stereo` says that stereo is sent, `stereo` that it is wanted. Whoever receives
//! stereo says `stereo` in its own description; for those who cannot, such as 2.7.2, the sender's
//! browser is told that they did.

use crate::media::{Kind, LocalStream};
use crate::media_info::parse_media_id;
use crate::options::whole_number;
use crate::room::Room;
use crate::roster::Peer;
use crate::sdp::{has_mid, sending_mid, HeaderExtensions};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::Value;

/// A parameter to be set for a codec.
struct Parameter {
    codec: &'static str,
    name: &'static str,
    value: String,
}

/// A parameter of Opus, and in which m-sections it is set, by their `mid`.
type Applies<'a> = (&'static str, &'a dyn Fn(&str) -> bool);

/// Lines of an m-section at the most: a longer one is no browser's, and would hold up the page.
const MOST_LINES: usize = 500;

/// Codec, key of the option, name of the parameter. Variants of H.264 are chosen by preference.
const OPTIONS: [(&str, &str, &str, &str); 10] = [
    ("audio", "opus", "stereo", "stereo"),
    ("audio", "opus", "sprop-stereo", "sprop-stereo"),
    ("audio", "opus", "usedtx", "usedtx"),
    ("audio", "opus", "useinbandfec", "useinbandfec"),
    ("audio", "opus", "maxplaybackrate", "maxplaybackrate"),
    ("audio", "opus", "minptime", "minptime"),
    ("video", "vp8", "maxFs", "max-fs"),
    ("video", "vp8", "maxFr", "max-fr"),
    ("video", "vp9", "maxFs", "max-fs"),
    ("video", "vp9", "maxFr", "max-fr"),
];

impl Room {
    /// A description that our browser made for a peer, with what we want it to say. Should the
    /// browser not take it back like that, it is left alone the next time.
    pub fn own_description(&mut self, id: &str, sdp: String) -> String {
        let changed = self.changed_description(id, &sdp);
        let Some(peer) = self.peer_mut(id) else { return sdp };
        let changed = changed.filter(|changed| *changed != sdp && !peer.refused_parameters);
        peer.changed_parameters = changed.is_some();
        changed.unwrap_or(sdp)
    }

    fn changed_description(&self, id: &str, sdp: &str) -> Option<String> {
        let peer = self.peer(id)?;
        let sends = |mid: &str| self.streams.iter().any(|s| is_stereo(s) && is_at(sdp, s, mid));
        let receives = |mid: &str| receives_stereo(peer, mid);
        Some(self.with_parameters(sdp, &[("sprop-stereo", &sends), ("stereo", &receives)]))
    }

    /// A peer's description as our browser is to take it.
    pub fn peer_description(&self, id: &str, sdp: String) -> String {
        let Some(peer) = self.peer(id) else { return sdp };
        let stereo = self.streams.iter().filter(|stream| is_stereo(stream));
        let sends = |mid: &str| {
            stereo.clone().any(|stream| match sending_mid(&peer.own_sdp, &stream.stream_id) {
                Some(place) => place == mid,
                // It will ride on an m-section that we do not send in yet.
                None => !has_mid(&peer.own_sdp, mid) || !sends_in(&peer.own_sdp, &self.streams, mid),
            })
        };
        self.with_parameters(&sdp, &[("stereo", &sends)])
    }

    fn with_parameters(&self, sdp: &str, stereo: &[Applies<'_>]) -> String {
        set_parameters(sdp, &|media, mid| {
            let mut wanted = self.options_for(media);
            for (name, _) in stereo.iter().filter(|(_, applies)| media == "audio" && applies(mid)) {
                wanted.push(Parameter { codec: "opus", name, value: "1".to_owned() });
            }
            wanted
        })
    }

    fn options_for(&self, media: &str) -> Vec<Parameter> {
        let value = |given: &Value| match given {
            Value::Bool(flag) => Some(if *flag { "1" } else { "0" }.to_owned()),
            Value::Number(number) => Some(whole_number(*number)),
            _ => None,
        };
        let read = |(kind, codec, key, name): &(&str, &'static str, &str, &'static str)| {
            let given = self.options.codec_params(kind, codec)?.get(key)?;
            (*kind == media).then_some(())?;
            Some(Parameter { codec, name, value: value(given)? })
        };
        OPTIONS.iter().filter_map(read).collect_vec()
    }
}

fn is_stereo(stream: &LocalStream) -> bool {
    stream.kind == Kind::Audio && stream.settings.get("stereo") == Some(&Value::Bool(true))
}

fn is_at(sdp: &str, stream: &LocalStream, mid: &str) -> bool {
    sending_mid(sdp, &stream.stream_id) == Some(mid)
}

fn sends_in(sdp: &str, streams: &[LocalStream], mid: &str) -> bool {
    streams.iter().any(|stream| is_at(sdp, stream, mid))
}

/// Whether the peer sends stereo in an m-section, or may do so in one that is new to it.
fn receives_stereo(peer: &Peer, mid: &str) -> bool {
    let settings = peer.info.get("settings").and_then(|settings| settings.get("audio"));
    let Some(Value::Object(settings)) = settings else { return false };
    let is_new = !has_mid(&peer.candidates.coming_sdp, mid);
    settings.iter().any(|(stream_id, of_stream)| {
        let place = peer.media.iter().find(|info| {
            parse_media_id(&info.media_id).is_some_and(|(kind, id)| kind == Kind::Audio && id == stream_id)
        });
        let place = place.and_then(|info| info.transceiver_mid.as_text());
        of_stream.get("stereo") == Some(&Value::Bool(true)) && place.map_or(is_new, |place| place == mid)
    })
}

/// Sets parameters in the m-sections of a description, and leaves out what no browser takes. `wanted` is asked
/// for each one, with its kind and its `mid`.
fn set_parameters(sdp: &str, wanted: &dyn Fn(&str, &str) -> Vec<Parameter>) -> String {
    let lines: Vec<&str> = sdp.split_inclusive('\n').collect_vec();
    let mut result = String::with_capacity(sdp.len());
    let mut extensions = HeaderExtensions::default();
    let mut rest = lines.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let end = after.iter().position(|line| line.starts_with("m=")).unwrap_or(after.len());
        let (section, next) = after.split_at(end);
        rest = next;
        result.push_str(first);
        if section.len() > MOST_LINES {
            section.iter().for_each(|line| result.push_str(line));
            continue;
        }
        let media = first.strip_prefix("m=").and_then(|line| line.split(' ').next()).unwrap_or_default();
        let mid = section.iter().find_map(|line| line.strip_prefix("a=mid:")).unwrap_or_default();
        let wanted = if media.is_empty() { Vec::new() } else { wanted(media, mid.trim_end()) };
        write_section(&mut result, section, &wanted, &mut extensions);
    }
    result
}

fn write_section<'a>(
    result: &mut String,
    section: &[&'a str],
    wanted: &[Parameter],
    extensions: &mut HeaderExtensions<'a>,
) {
    for line in section {
        let payload = |prefix: &str| line.strip_prefix(prefix)?.split(' ').next();
        if let Some(payload) = payload("a=fmtp:") {
            let parameters = of_payload(section, payload, wanted);
            write_format(result, line, payload, parameters);
            continue;
        }
        if extensions.reuses_number(line) {
            continue;
        }
        result.push_str(line);
        if let Some(payload) = payload("a=rtpmap:") {
            let has_format = section.iter().any(|other| {
                other.strip_prefix("a=fmtp:").and_then(|other| other.split(' ').next()) == Some(payload)
            });
            let parameters = of_payload(section, payload, wanted);
            if !has_format && !parameters.is_empty() {
                write_format(result, &["a=fmtp:", payload, " \r\n"].concat(), payload, parameters);
            }
        }
    }
}

/// The parameters that are meant for a payload type.
fn of_payload<'a>(section: &[&str], payload: &str, wanted: &'a [Parameter]) -> Vec<&'a Parameter> {
    let codec = section.iter().find_map(|line| {
        let (number, codec) = line.strip_prefix("a=rtpmap:")?.split_once(' ')?;
        (number == payload).then(|| codec.split('/').next().unwrap_or_default())
    });
    let codec = codec.unwrap_or_default();
    wanted.iter().filter(|parameter| parameter.codec.eq_ignore_ascii_case(codec)).collect_vec()
}

/// Writes a format line with parameters added or changed.
fn write_format(result: &mut String, line: &str, payload: &str, wanted: Vec<&Parameter>) {
    if wanted.is_empty() {
        return result.push_str(line);
    }
    let text = line.trim_end();
    let given = text.split_once(' ').map(|(_, given)| given).unwrap_or_default();
    let is_set = |given: &&str| {
        let name = given.split('=').next().unwrap_or_default().trim();
        !name.is_empty() && !wanted.iter().any(|parameter| parameter.name == name)
    };
    let mut parts: Vec<String> =
        given.split(';').filter(is_set).map(|given| given.trim().to_owned()).collect_vec();
    parts.extend(wanted.iter().map(|parameter| [parameter.name, "=", &parameter.value].concat()));
    result.push_str("a=fmtp:");
    result.push_str(payload);
    result.push(' ');
    result.push_str(&parts.join(";"));
    result.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDP: &str = "v=0\r\ns=-\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=mid:0\r\n\
        a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:0 PCMU/8000\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n";

    fn parameter(codec: &'static str, name: &'static str, value: &str) -> Parameter {
        Parameter { codec, name, value: value.to_owned() }
    }

    #[test]
    fn nothing_wanted_changes_nothing() {
        assert_eq!(set_parameters(SDP, &|_, _| Vec::new()), SDP);
        assert_eq!(set_parameters("", &|_, _| vec![parameter("opus", "x", "1")]), "");
    }

    #[test]
    fn a_number_stands_for_one_header_extension() {
        let offer = "m=video 9\r\na=extmap:1 urn:offset\r\nm=audio 9\r\na=extmap:1 urn:level\r\na=mid:3\r\n";
        let expected = offer.replace("a=extmap:1 urn:level\r\n", "");
        assert_eq!(set_parameters(offer, &|_, _| Vec::new()), expected);
    }

    #[test]
    fn parameters_are_added_and_changed_for_their_codec() {
        let text = set_parameters(SDP, &|media, mid| match (media, mid) {
            ("audio", "0") => vec![parameter("opus", "stereo", "1"), parameter("opus", "useinbandfec", "0")],
            _ => Vec::new(),
        });
        let expected = SDP.replace("minptime=10;useinbandfec=1", "minptime=10;stereo=1;useinbandfec=0");
        assert_eq!(text, expected);
    }

    #[test]
    fn a_codec_without_a_format_line_gets_one() {
        let text = set_parameters(SDP, &|_, _| vec![parameter("vp8", "max-fr", "15")]);
        assert_eq!(text, [SDP, "a=fmtp:96 max-fr=15\r\n"].concat());
    }
}
