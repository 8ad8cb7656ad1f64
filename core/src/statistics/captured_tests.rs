//! What is made of real reports of Chromium 156 and Firefox 153: two connections with a microphone, a
//! camera and a data channel each, read twice, two seconds apart.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::media::add_media;
use super::report::{counters, Report};
use super::transport::add_transport;
use skylink_protocol::{Object, Value};

const CHROMIUM: &str = include_str!("../../tests/fixtures/statistics/chromium.json");
const FIREFOX: &str = include_str!("../../tests/fixtures/statistics/firefox.json");

fn capture(text: &str, which: &str) -> Object {
    let captured: Value = serde_json::from_str(text).unwrap();
    captured.get(which).and_then(Value::as_object).unwrap().clone()
}

/// What apps see of the second read.
fn second_read(text: &str) -> Value {
    let (first, second) = (capture(text, "first"), capture(text, "second"));
    let mut output = Object::new();
    let before = counters(first);
    let report = Report::new(&second, Some(&before), 0.0);
    add_media(&report, &mut output);
    add_transport(&report, &mut output);
    output.into()
}

fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, key| value.get(key).unwrap_or_else(|| panic!("no {key} of {path}")))
}

fn keys(value: &Value, path: &str) -> String {
    let mut keys: Vec<&str> = at(value, path).as_object().unwrap().iter().map(|(key, _)| key).collect();
    keys.sort_unstable();
    keys.join(" ")
}

const AUDIO_SENT: &str = "bytes codec jitter packets retransmittedBytesSent retransmittedPacketsSent ssrc \
    totalBytes totalPackets totalRetransmittedBytesSent totalRetransmittedPacketsSent";
const AUDIO_RECEIVED: &str = "audioLevel bytes codec jitter packets packetsLost ssrc totalBytes \
    totalPackets totalPacketsLost totalSamplesDuration totalSamplesReceived";
const VIDEO_SENT: &str = "bytes codec firs frameHeight frameWidth frames framesEncoded framesPerSecond \
    hugeFramesSent jitter nacks packets plis qpSum roundTripTime ssrc totalBytes totalFirs totalNacks \
    totalPackets totalPlis";
const VIDEO_RECEIVED: &str = "bytes codec firs frameHeight frameWidth frames framesDecoded framesDropped \
    jitter nacks packets packetsLost plis ssrc totalBytes totalFirs totalNacks totalPackets \
    totalPacketsLost totalPlis";

fn sorted(words: &str) -> String {
    let mut words: Vec<&str> = words.split_whitespace().collect();
    words.sort_unstable();
    words.join(" ")
}

#[test]
fn every_value_that_chromium_has_is_there() {
    let status = second_read(CHROMIUM);
    let own_only = "audioLevel echoReturnLoss echoReturnLossEnhancement roundTripTime totalSamplesDuration";
    assert_eq!(keys(&status, "audio.sending"), sorted(&format!("{AUDIO_SENT} {own_only}")));
    assert_eq!(keys(&status, "audio.receiving"), sorted(AUDIO_RECEIVED));
    assert_eq!(keys(&status, "video.sending"), sorted(VIDEO_SENT));
    let own_only = "decoderImplementation qpSum";
    assert_eq!(keys(&status, "video.receiving"), sorted(&format!("{VIDEO_RECEIVED} {own_only}")));
    assert_eq!(
        keys(&status, "selectedCandidatePair"),
        "consentRequests id local nominated priority remote requests responses roundTripTime \
        totalRoundTripTime writable"
    );
    let candidate = "candidateType ipAddress portNumber priority transport";
    assert_eq!(keys(&status, "selectedCandidatePair.local"), sorted(&format!("{candidate} networkType")));
    assert_eq!(keys(&status, "selectedCandidatePair.remote"), candidate);
    assert_eq!(keys(&status, "certificate"), "dtlsCipher local remote srtpCipher tlsVersion");
    for side in ["local", "remote"] {
        let members = "base64Certificate derBase64 fingerprint fingerprintAlgorithm";
        assert_eq!(keys(&status, &format!("certificate.{side}")), members);
    }
}

#[test]
fn every_value_that_firefox_has_is_there() {
    let status = second_read(FIREFOX);
    assert_eq!(keys(&status, "audio.sending"), sorted(AUDIO_SENT));
    assert_eq!(keys(&status, "audio.receiving"), sorted(AUDIO_RECEIVED));
    assert_eq!(keys(&status, "video.sending"), sorted(VIDEO_SENT));
    assert_eq!(keys(&status, "video.receiving"), sorted(VIDEO_RECEIVED));
    assert_eq!(at(&status, "selectedCandidatePair.nominated"), &true.into());
    assert_eq!(at(&status, "selectedCandidatePair.local.candidateType"), &"local".into());
    assert_eq!(at(&status, "selectedCandidatePair.remote.candidateType"), &"peerreflexive".into());
    assert_eq!(at(&status, "certificate.srtpCipher"), &"SRTP_AEAD_AES_128_GCM".into());
}

#[test]
fn rates_are_since_the_read_before() {
    for text in [CHROMIUM, FIREFOX] {
        let status = second_read(text);
        let (first, second) = (capture(text, "first"), capture(text, "second"));
        for (kind, direction, report, field) in [
            ("audio", "sending", "outbound-rtp", "bytesSent"),
            ("audio", "receiving", "inbound-rtp", "bytesReceived"),
            ("video", "sending", "outbound-rtp", "bytesSent"),
            ("video", "receiving", "inbound-rtp", "bytesReceived"),
        ] {
            let entry = |object: &Object| {
                let is_it = |entry: &&Value| {
                    entry.get("type") == Some(&report.into()) && entry.get("kind") == Some(&kind.into())
                };
                object.iter().map(|(_, entry)| entry).find(is_it).unwrap().clone()
            };
            let (old, new) = (entry(&first), entry(&second));
            let of = |entry: &Value, key: &str| at(entry, key).as_number().unwrap();
            let seconds = (of(&new, "timestamp") - of(&old, "timestamp")) / 1_000.0;
            let expected = (of(&new, field) - of(&old, field)) / seconds;
            let rate = at(&status, &format!("{kind}.{direction}.bytes")).as_number().unwrap();
            assert!(expected > 0.0 && (rate - expected).abs() < 0.001, "{rate} {expected}");
            let total = at(&status, &format!("{kind}.{direction}.totalBytes"));
            assert_eq!(total.as_number().unwrap(), of(&new, field));
        }
    }
}

#[test]
fn the_first_rates_are_since_the_beginning_and_a_counter_that_goes_back_begins_anew() {
    let entries: Value = serde_json::from_str(
        r#"{"a":{"id":"a","type":"outbound-rtp","kind":"audio","timestamp":10000,"bytesSent":5000},
            "b":{"id":"b","type":"outbound-rtp","kind":"audio","timestamp":10000,"bytesSent":1000},
            "c":{"id":"c","type":"outbound-rtp","kind":7,"timestamp":"x","bytesSent":{}}}"#,
    )
    .unwrap();
    let entries = entries.as_object().unwrap();
    let read = |before: Option<&Object>, beginning: f64| {
        let mut output = Object::new();
        add_media(&Report::new(entries, before, beginning), &mut output);
        at(&output.into(), "audio.sending.bytes").as_number().unwrap()
    };
    assert_eq!(read(None, 8_000.0), 3_000.0, "both streams");
    assert_eq!(read(None, 10_000.0), 0.0, "no time went by");
    let before: Value = serde_json::from_str(
        r#"{"a":{"id":"a","timestamp":9000,"bytesSent":6000},"b":{"id":"b","timestamp":9000,"bytesSent":0}}"#,
    )
    .unwrap();
    assert_eq!(read(before.as_object(), 0.0), 6_000.0);
}

#[test]
fn codecs_are_told_as_the_browser_uses_them() {
    let status = second_read(CHROMIUM);
    let opus = at(&status, "audio.sending.codec");
    assert_eq!(
        serde_json::to_string(opus).unwrap(),
        r#"{"name":"opus","implementation":null,"clockRate":48000,"channels":2,"payloadType":111,"params":"minptime=10;useinbandfec=1"}"#
    );
    assert_eq!(at(&status, "video.receiving.codec.name"), &"VP8".into());
    assert_eq!(at(&status, "video.receiving.codec.channels"), &1.0.into());
}

#[test]
fn an_empty_report_gives_the_whole_shape() {
    let mut output = Object::new();
    let nothing = Object::new();
    let report = Report::new(&nothing, None, 0.0);
    add_media(&report, &mut output);
    add_transport(&report, &mut output);
    let codec = r#"{"codec":{"name":null,"implementation":null,"clockRate":null,"channels":null,"payloadType":null,"params":null}}"#;
    let both = format!(r#"{{"sending":{codec},"receiving":{codec}}}"#);
    assert_eq!(
        serde_json::to_string(&Value::from(output)).unwrap(),
        format!(
            r#"{{"audio":{both},"video":{both},"selectedCandidatePair":{{"id":null,"local":{{}},"remote":{{}},"consentRequests":{{}},"responses":{{}},"requests":{{}}}},"certificate":{{}}}}"#
        )
    );
}
