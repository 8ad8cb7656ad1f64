//! Sound and picture in a report (public API T-07, T-08). What 2.7.2 took from reports that are gone
//! is taken from where browsers have it now.

use super::report::{number, Report};
use skylink_protocol::{Object, Value};

/// Where a value comes from.
#[derive(Clone, Copy)]
enum Place {
    /// The report on the stream itself.
    Stream,
    /// What the other side reports on it.
    Remote,
    /// The report on the track.
    Source,
}

use Place::{Remote, Source, Stream};

/// One kind of media in one direction.
struct Table {
    kind: &'static str,
    direction: &'static str,
    report: &'static str,
    /// The growth per second, the whole, and the browser's name of it. Added up over streams.
    counters: &'static [(&'static str, &'static str, &'static str)],
    /// A value of the last stream, and the browser's name of it.
    values: &'static [(&'static str, Place, &'static str)],
}

const TABLES: [Table; 4] = [
    Table {
        kind: "audio",
        direction: "sending",
        report: "outbound-rtp",
        counters: &[
            ("bytes", "totalBytes", "bytesSent"),
            ("packets", "totalPackets", "packetsSent"),
            ("retransmittedBytesSent", "totalRetransmittedBytesSent", "retransmittedBytesSent"),
            ("retransmittedPacketsSent", "totalRetransmittedPacketsSent", "retransmittedPacketsSent"),
        ],
        values: &[
            ("ssrc", Stream, "ssrc"),
            ("jitter", Remote, "jitter"),
            ("roundTripTime", Remote, "roundTripTime"),
            ("audioLevel", Source, "audioLevel"),
            ("totalSamplesDuration", Source, "totalSamplesDuration"),
            ("echoReturnLoss", Source, "echoReturnLoss"),
            ("echoReturnLossEnhancement", Source, "echoReturnLossEnhancement"),
        ],
    },
    Table {
        kind: "audio",
        direction: "receiving",
        report: "inbound-rtp",
        counters: &[
            ("bytes", "totalBytes", "bytesReceived"),
            ("packets", "totalPackets", "packetsReceived"),
            ("packetsLost", "totalPacketsLost", "packetsLost"),
        ],
        values: &[
            ("ssrc", Stream, "ssrc"),
            ("jitter", Stream, "jitter"),
            ("audioLevel", Stream, "audioLevel"),
            ("totalSamplesReceived", Stream, "totalSamplesReceived"),
            ("totalSamplesDuration", Stream, "totalSamplesDuration"),
        ],
    },
    Table {
        kind: "video",
        direction: "sending",
        report: "outbound-rtp",
        counters: &[
            ("bytes", "totalBytes", "bytesSent"),
            ("packets", "totalPackets", "packetsSent"),
            ("firs", "totalFirs", "firCount"),
            ("nacks", "totalNacks", "nackCount"),
            ("plis", "totalPlis", "pliCount"),
        ],
        values: &[
            ("ssrc", Stream, "ssrc"),
            ("jitter", Remote, "jitter"),
            ("roundTripTime", Remote, "roundTripTime"),
            ("qpSum", Stream, "qpSum"),
            ("framesEncoded", Stream, "framesEncoded"),
            ("framesPerSecond", Source, "framesPerSecond"),
            ("frames", Stream, "framesSent"),
            ("frameWidth", Stream, "frameWidth"),
            ("frameHeight", Stream, "frameHeight"),
            ("hugeFramesSent", Stream, "hugeFramesSent"),
        ],
    },
    Table {
        kind: "video",
        direction: "receiving",
        report: "inbound-rtp",
        counters: &[
            ("bytes", "totalBytes", "bytesReceived"),
            ("packets", "totalPackets", "packetsReceived"),
            ("packetsLost", "totalPacketsLost", "packetsLost"),
            ("firs", "totalFirs", "firCount"),
            ("nacks", "totalNacks", "nackCount"),
            ("plis", "totalPlis", "pliCount"),
        ],
        values: &[
            ("ssrc", Stream, "ssrc"),
            ("jitter", Stream, "jitter"),
            ("qpSum", Stream, "qpSum"),
            ("frames", Stream, "framesReceived"),
            ("framesDecoded", Stream, "framesDecoded"),
            ("framesDropped", Stream, "framesDropped"),
            ("frameWidth", Stream, "frameWidth"),
            ("frameHeight", Stream, "frameHeight"),
            ("decoderImplementation", Stream, "decoderImplementation"),
        ],
    },
];

/// Sets `audio` and `video`, each with `sending` and `receiving`.
pub(crate) fn add_media(report: &Report<'_>, output: &mut Object) {
    for kind in ["audio", "video"] {
        let mut directions = Object::new();
        for table in TABLES.iter().filter(|table| table.kind == kind) {
            directions.set(table.direction, table.read(report));
        }
        output.set(kind, directions);
    }
}

impl Table {
    fn read(&self, report: &Report<'_>) -> Object {
        let mut output = Object::new();
        let mut codec = None;
        let of_kind =
            |entry: &&Value| ["kind", "mediaType"].iter().any(|key| text(Some(entry), key) == self.kind);
        for stream in report.of_type(self.report).filter(of_kind) {
            codec = report.entry(stream.get("codecId")).or(codec);
            for (growth, whole, field) in self.counters {
                if stream.get(field).is_some() {
                    let (grown, total) = (report.rate(stream, field), number(Some(stream), field));
                    add(&mut output, growth, grown);
                    add(&mut output, whole, total);
                }
            }
            let (remote, source) = (remote_of(report, stream), source_of(report, stream, self.kind));
            for (key, place, field) in self.values {
                let entry = match place {
                    Stream => Some(stream),
                    Remote => remote,
                    Source => source,
                };
                if let Some(value) = entry.and_then(|entry| entry.get(field)) {
                    match value {
                        Value::Number(level) if *key == "audioLevel" => output.set(key, level_text(*level)),
                        value => output.set(key, value.clone()),
                    }
                }
            }
        }
        output.with("codec", codec_info(codec))
    }
}

/// What the other side reports on a stream of ours.
fn remote_of<'a>(report: &Report<'a>, stream: &Value) -> Option<&'a Value> {
    report.of_type("remote-inbound-rtp").find(|entry| entry.get("localId") == stream.get("id"))
}

/// The report on the track of a stream of ours; Firefox does not tell which it is.
fn source_of<'a>(report: &Report<'a>, stream: &Value, kind: &str) -> Option<&'a Value> {
    let of_kind = |entry: &&Value| text(Some(entry), "kind") == kind;
    report.entry(stream.get("mediaSourceId")).or_else(|| report.of_type("media-source").find(of_kind))
}

fn codec_info(codec: Option<&Value>) -> Object {
    let of = |key: &str| codec.and_then(|codec| codec.get(key)).cloned().unwrap_or_default();
    let name = text(codec, "mimeType").split_once('/').map(|(_, name)| name);
    let channels = match of("channels") {
        Value::Null if codec.is_some() => 1.0.into(),
        channels => channels,
    };
    let params = match of("sdpFmtpLine") {
        Value::Null if codec.is_some() => "".into(),
        params => params,
    };
    Object::new()
        .with("name", name)
        .with("implementation", Value::Null)
        .with("clockRate", of("clockRate"))
        .with("channels", channels)
        .with("payloadType", of("payloadType"))
        .with("params", params)
}

pub(crate) fn text<'a>(entry: Option<&'a Value>, key: &str) -> &'a str {
    entry.and_then(|entry| entry.get(key)?.as_text()).unwrap_or_default()
}

fn add(output: &mut Object, key: &str, amount: f64) {
    let sum = output.get(key).and_then(Value::as_number).unwrap_or(0.0) + amount;
    output.set(key, (sum * 1_000.0).round() / 1_000.0);
}

/// A level between 0 and 1 with five decimals, as 2.7.2 writes it.
fn level_text(level: f64) -> String {
    if level <= 0.0 || level.is_nan() {
        return "0".to_owned();
    }
    let scaled = (level.min(1.0) * 100_000.0).round() as u32;
    let mut text = if scaled >= 100_000 { "1." } else { "0." }.to_owned();
    for place in [10_000_u32, 1_000, 100, 10, 1] {
        let digit = scaled.checked_div(place).unwrap_or(0) % 10;
        text.push(char::from(b'0'.saturating_add(digit as u8)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::level_text;

    #[test]
    fn levels_have_five_decimals() {
        for (level, text) in [
            (0.0, "0"),
            (-1.0, "0"),
            (f64::NAN, "0"),
            (1.0, "1.00000"),
            (7.5, "1.00000"),
            (0.5, "0.50000"),
            (9.155e-05, "0.00009"),
            (0.098_757_896, "0.09876"),
            (0.999_999, "1.00000"),
        ] {
            assert_eq!(level_text(level), text);
        }
    }
}
