#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use proptest::prelude::*;

use super::read::MOST_SECTIONS;
use super::*;

/// What Chromium offers, with fewer codecs: a camera, a microphone, data, and a third m-section
/// that shares the port of the first.
const CHROMIUM: &str = include_str!("chromium-offer.sdp");
const FIREFOX: &str = include_str!("firefox-offer.sdp");

#[test]
fn an_offer_of_chromium_is_understood() {
    let offer = read(CHROMIUM).unwrap();
    assert_eq!(offer.ice.ufrag, "yv0H");
    assert_eq!(offer.ice.password, "Bt4smsJkWdmcJbG1iVkgAYvZ");
    assert_eq!((offer.fingerprint[0], offer.fingerprint[31]), (0x1c, 0x94));
    let kinds: Vec<_> = offer.sections.iter().map(|section| (section.kind, section.mid.as_str())).collect();
    assert_eq!(kinds, [(Kind::Video, "0"), (Kind::Audio, "1"), (Kind::Data, "2"), (Kind::Video, "3")]);
    assert!(offer.sections.iter().all(|section| !section.rejected));
    let camera = &offer.sections[0];
    assert_eq!(camera.codec, Some(Codec { payload_type: 96, retransmission: Some(97) }));
    assert_eq!(camera.source, Some(Source { ssrc: 1033324663, retransmission: Some(1511867931) }));
    assert_eq!(camera.track.as_deref(), Some("c5a651b1-d3a4-4883-929f-02418490f3d4"));
    assert_eq!(camera.direction, Direction { sends: true, receives: true });
    assert!(camera.transport_feedback);
    assert_eq!(
        camera.extensions,
        [
            (2, Extension::AbsoluteSendTime),
            (3, Extension::VideoOrientation),
            (4, Extension::TransportSequence),
            (9, Extension::Mid),
            (10, Extension::StreamId),
            (11, Extension::RepairedStreamId)
        ]
    );
    let microphone = &offer.sections[1];
    assert_eq!(microphone.codec, Some(Codec { payload_type: 111, retransmission: None }));
    assert_eq!(microphone.source, Some(Source { ssrc: 3581399539, retransmission: None }));
    assert_eq!(offer.sections[3].direction, Direction { sends: false, receives: true });
    assert_eq!(offer.sections[3].source, None);
    assert!(offer.payload_types & (1 << 102) != 0 && offer.payload_types & (1 << 50) == 0);
}

#[test]
fn an_offer_of_firefox_is_understood() {
    let offer = read(FIREFOX).unwrap();
    assert_eq!(offer.sections[0].codec, Some(Codec { payload_type: 120, retransmission: Some(124) }));
    assert_eq!(offer.sections[1].codec, Some(Codec { payload_type: 109, retransmission: None }));
    assert_eq!(offer.sections[0].track.as_deref(), Some("{5a990edd-0568-ac40-8d97-310fc33f3411}"));
    assert_eq!(offer.sections[1].extensions, [(1, Extension::AudioLevel), (3, Extension::Mid)]);
    assert_eq!(offer.sections[2].kind, Kind::Data);
}

fn endpoint_description(sections: Vec<LocalSection<'_>>) -> String {
    let ice = IceCredentials { ufrag: "abcdef".into(), password: "0123456789012345678901".into() };
    write(&LocalDescription {
        session: 1,
        version: 2,
        is_offer: true,
        ice: &ice,
        fingerprint: &[7; 32],
        udp: &["192.0.2.1:5000".parse().unwrap(), "[2001:db8::1]:5000".parse().unwrap()],
        tcp: &["192.0.2.1:443".parse().unwrap()],
        sections,
    })
}

fn video<'a>(mid: &'a str, extensions: &'a [NumberedExtension]) -> LocalSection<'a> {
    LocalSection {
        kind: Kind::Video,
        mid,
        rejected: false,
        direction: Direction { sends: true, receives: false },
        codec: Some(Codec { payload_type: 96, retransmission: Some(97) }),
        transport_feedback: true,
        extensions,
        track: Some(LocalTrack {
            stream: "camera",
            track: "track",
            source: Source { ssrc: 11, retransmission: Some(12) },
        }),
        layers: &[],
    }
}

#[test]
fn what_is_written_can_be_read() {
    let extensions = [(9, Extension::Mid), (3, Extension::VideoOrientation)];
    let audio = LocalSection {
        kind: Kind::Audio,
        mid: "a",
        codec: Some(Codec { payload_type: 111, retransmission: None }),
        track: None,
        direction: Direction { sends: false, receives: true },
        ..video("", &extensions[..1])
    };
    let data = LocalSection { kind: Kind::Data, mid: "d", codec: None, track: None, ..video("", &[]) };
    let dead = LocalSection { rejected: true, mid: "x", ..video("", &extensions) };
    let without_codec = LocalSection { codec: None, mid: "y", ..video("", &extensions) };
    let text = endpoint_description(vec![dead, video("v", &extensions), audio, data, without_codec]);
    assert!(text.contains("a=group:BUNDLE v a d\r\n"));
    assert!(text.contains("a=candidate:0 1 udp 2130706431 192.0.2.1 5000 typ host\r\n"));
    assert!(text.contains("a=candidate:1 1 udp 2130706175 2001:db8::1 5000 typ host\r\n"));
    assert!(text.contains("a=candidate:t0 1 tcp 1694498815 192.0.2.1 443 typ host tcptype passive\r\n"));
    assert_eq!(text.matches("a=end-of-candidates").count(), 1);
    assert!(text.lines().all(|line| line.len() > 2 && line.as_bytes()[1] == b'='));
    let description = read(&text).unwrap();
    assert_eq!(description.ice.ufrag, "abcdef");
    assert_eq!(description.fingerprint, [7; 32]);
    let rejected: Vec<_> = description.sections.iter().map(|section| section.rejected).collect();
    assert_eq!(rejected, [true, false, false, false, true]);
    let section = &description.sections[1];
    assert_eq!(section.codec, Some(Codec { payload_type: 96, retransmission: Some(97) }));
    assert_eq!(section.direction, Direction { sends: true, receives: false });
    assert_eq!(section.source, Some(Source { ssrc: 11, retransmission: Some(12) }));
    assert_eq!(section.extensions, extensions);
    assert_eq!(section.track.as_deref(), Some("track"));
    assert_eq!(description.sections[2].direction, Direction { sends: false, receives: true });
}

#[test]
fn descriptions_without_what_a_connection_needs_are_refused() {
    let without = |line: &str| {
        let kept: Vec<&str> = CHROMIUM.lines().filter(|other| !other.starts_with(line)).collect();
        read(&kept.join("\r\n"))
    };
    assert_eq!(without("a=ice-pwd"), Err(SdpError::Ice));
    assert_eq!(without("a=ice-ufrag"), Err(SdpError::Ice));
    assert_eq!(without("a=fingerprint"), Err(SdpError::Fingerprint));
    assert_eq!(without("a=mid"), Err(SdpError::Mid));
    assert_eq!(without("a=group"), Err(SdpError::NotBundled));
    assert_eq!(without("m="), Err(SdpError::Empty));
    assert_eq!(read(""), Err(SdpError::Empty));
    assert_eq!(read(&CHROMIUM.replace("a=mid:3", "a=mid:0")), Err(SdpError::Mid));
    assert_eq!(read(&CHROMIUM.replace("a=mid:3", "a=mid:-")), Err(SdpError::Mid));
    assert_eq!(read(&CHROMIUM.replace("m=audio", "m=smell")), Err(SdpError::UnknownKind));
    assert_eq!(read(&CHROMIUM.replace("sha-256 ", "sha-1 ")), Err(SdpError::Fingerprint));
    assert_eq!(read(&CHROMIUM.replace("ice-pwd:", "ice-pwd:\u{e9}")), Err(SdpError::Ice));
    let many = format!("{CHROMIUM}{}", "m=audio 0 x 0\r\n".repeat(MOST_SECTIONS));
    assert_eq!(read(&many), Err(SdpError::TooManySections));
}

#[test]
fn odd_attributes_are_passed_over() {
    for (from, to) in [
        ("a=extmap:9 ", "a=extmap:15 "),
        ("a=extmap:9 ", "a=extmap:x "),
        ("a=rtpmap:97 rtx/90000", "a=rtpmap:300 rtx/90000"),
        ("a=ssrc-group:FID 1033324663 1511867931", "a=ssrc-group:FID 1033324663"),
        ("a=msid:- c5a651b1", "a=msid:- \"c5a651b1"),
    ] {
        assert!(CHROMIUM.contains(from), "{from}");
        let offer = read(&CHROMIUM.replace(from, to)).unwrap();
        assert_eq!(offer.sections.len(), 4, "{to}");
    }
    let offer = read(&CHROMIUM.replace("VP8/90000", "VP7/90000")).unwrap();
    assert_eq!(offer.sections[0].codec, None);
    let offer = read(&CHROMIUM.replace("1033324663", "0")).unwrap();
    assert_eq!(offer.sections[0].source, None);
}

#[test]
fn what_is_said_again_and_again_costs_no_more_than_its_length() {
    // None of the m-line's formats is one of the codecs.
    let offer = |codec: &str| {
        let again = format!("a=mid:0\r\n{}", format!("a=rtpmap:2 {codec}/90000\r\n").repeat(20_000));
        let text = CHROMIUM.replacen("a=mid:0\r\n", &again, 1);
        let formats = format!("UDP/TLS/RTP/SAVPF{} ", " 1".repeat(200_000));
        let text = text.replacen("UDP/TLS/RTP/SAVPF ", &formats, 1);
        let kept = text.lines().filter(|line| !line.starts_with("a=rtpmap:96 VP8"));
        kept.collect::<Vec<_>>().join("\r\n")
    };
    let took = |text: &str| {
        let begun = std::time::Instant::now();
        assert_eq!(read(text).unwrap().sections[0].codec, None);
        begun.elapsed()
    };
    let (known, unknown) = (offer("VP8"), offer("VP9"));
    assert!(known.len() == unknown.len() && known.len() < 1 << 20);
    // What else goes on makes some longer, none shorter.
    let turns: Vec<_> = (0..6).map(|_| (took(&known), took(&unknown))).collect();
    let known = turns.iter().map(|turn| turn.0).min().unwrap();
    let unknown = turns.iter().map(|turn| turn.1).min().unwrap();
    assert!(known < 2 * unknown, "{known:?} for as many as in {unknown:?}");
}

/// The offer of Chromium with these lines in its first m-section, which has no sources then.
fn layers_of(lines: &str) -> Vec<String> {
    let text: Vec<&str> = CHROMIUM.lines().filter(|line| !line.starts_with("a=ssrc")).collect();
    let text = text.join("\r\n").replacen("a=mid:0", &format!("a=mid:0\r\n{lines}"), 1);
    let mut offer = read(&text).unwrap();
    assert!(offer.sections.iter().skip(1).all(|section| section.layers.is_empty()));
    offer.sections.remove(0).layers
}

#[test]
fn layers_are_read_lowest_first() {
    let rids = "a=rid:q send\r\na=rid:h send\r\na=rid:f send max-width=1280\r\n";
    assert_eq!(layers_of(&format!("{rids}a=simulcast:send q;h;f")), ["q", "h", "f"]);
    assert_eq!(layers_of(&format!("{rids}a=simulcast:recv x send q;~h,f;h;q")), ["q", "h"]);
    assert_eq!(layers_of(&format!("{rids}a=simulcast:send unknown;h")), ["h"]);
    for nothing in ["a=simulcast:send q;h", "a=simulcast:recv q;h", "a=simulcast:send", "a=simulcast:"] {
        assert!(layers_of(nothing).is_empty(), "{nothing}");
        assert!(layers_of(&format!("a=rid:q recv\r\n{nothing}")).is_empty(), "{nothing}");
    }
    assert!(layers_of(rids).is_empty());
    assert!(layers_of(
        "a=rid:a-b send\r\na=rid: send\r\na=rid:123456789 send\r\na=simulcast:send a-b;;123456789"
    )
    .is_empty());
}

#[test]
fn no_more_layers_are_taken_than_browsers_send() {
    let rids: String = (0..100).map(|number| format!("a=rid:{number} send\r\n")).collect();
    let all = (0..100).map(|number: u32| number.to_string()).collect::<Vec<_>>().join(";");
    assert_eq!(layers_of(&format!("{rids}a=simulcast:send {all}")), ["0", "1", "2", "3"]);
}

#[test]
fn layers_are_written_as_received() {
    let extensions = [(9, Extension::Mid), (10, Extension::StreamId), (11, Extension::RepairedStreamId)];
    let layers = ["q".to_owned(), "f".to_owned()];
    let receiving = Direction { sends: false, receives: true };
    let section =
        LocalSection { layers: &layers, direction: receiving, track: None, ..video("v", &extensions) };
    let text = endpoint_description(vec![section]);
    assert!(text.contains("a=rid:q recv\r\na=rid:f recv\r\na=simulcast:recv q;f\r\n"));
    assert!(text.contains("a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n"));
    assert!(read(&text).unwrap().sections[0].layers.is_empty(), "nothing is sent in layers");
}

#[test]
fn stream_ids_are_tokens() {
    for good in ["-", "a", "{5a990edd-0568}", &"x".repeat(64)] {
        assert!(is_stream_id(good), "{good}");
    }
    for bad in ["", "a b", "a\r\nb", "a\"b", "\u{e9}", &"x".repeat(65)] {
        assert!(!is_stream_id(bad), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "\\PC*") {
        let _ = read(&text);
    }

    /// Cut, doubled, swapped and altered lines of a real offer are read or refused.
    #[test]
    fn no_distorted_offer_breaks_the_reader(
        edits in proptest::collection::vec((0..400_usize, 0..6_u8, any::<char>()), 0..20),
        cut in proptest::option::of(0..CHROMIUM.len()),
    ) {
        let mut lines: Vec<String> = CHROMIUM.lines().map(str::to_owned).collect();
        for (place, edit, character) in edits {
            let place = place % lines.len().max(1);
            let Some(line) = lines.get(place).cloned() else { break };
            match edit {
                0 => { lines.remove(place); }
                1 => lines.insert(place, line),
                2 => lines[place].push(character),
                3 => lines[place] = line.chars().rev().collect(),
                4 => { let other = place / 2; lines.swap(place, other); }
                _ => lines[place] = line.replace(' ', &character.to_string()),
            }
        }
        let text = lines.join("\r\n");
        let end = cut.map_or(text.len(), |cut| cut.min(text.len()));
        if let Some(Ok(description)) = text.get(..end).map(read) {
            prop_assert!(description.sections.len() <= MOST_SECTIONS);
            for section in description.sections {
                prop_assert!(section.track.is_none_or(|track| is_stream_id(&track)));
                prop_assert!(section.mid.len() <= 16);
            }
        }
    }
}
