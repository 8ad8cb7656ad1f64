//! The path that a connection takes, and its encryption (public API T-06).

use super::report::{number, Report};
use skylink_protocol::{Object, Value};

/// Group, the growth per second, the whole, and the browser's name of it.
const COUNTERS: [(&str, &str, &str, &str); 5] = [
    ("consentRequests", "sent", "totalSent", "consentRequestsSent"),
    ("requests", "received", "totalReceived", "requestsReceived"),
    ("requests", "sent", "totalSent", "requestsSent"),
    ("responses", "received", "totalReceived", "responsesReceived"),
    ("responses", "sent", "totalSent", "responsesSent"),
];

const CANDIDATE: [(&str, &str); 7] = [
    ("ipAddress", "address"),
    // The older name counts where both are there.
    ("ipAddress", "ip"),
    ("portNumber", "port"),
    ("transport", "protocol"),
    ("priority", "priority"),
    ("networkType", "networkType"),
    ("candidateType", "candidateType"),
];

const CERTIFICATE: [(&str, &str); 4] = [
    ("base64Certificate", "base64Certificate"),
    ("fingerprintAlgorithm", "fingerprintAlgorithm"),
    // As documented, beside what 2.7.2 has.
    ("fingerprint", "fingerprint"),
    ("derBase64", "base64Certificate"),
];

/// Sets `selectedCandidatePair` and `certificate`.
pub(crate) fn add_transport(report: &Report<'_>, output: &mut Object) {
    let transport = report.of_type("transport").last();
    output.set("selectedCandidatePair", selected_pair(report, transport));
    output.set("certificate", certificate(report, transport));
}

/// The pair in use. Firefox marks it instead of naming it.
fn pair_in_use<'a>(report: &Report<'a>, transport: Option<&Value>) -> Option<&'a Value> {
    let is_selected = |pair: &&Value| pair.get("selected").is_some_and(Value::is_truthy);
    transport
        .and_then(|transport| report.entry(transport.get("selectedCandidatePairId")))
        .or_else(|| report.of_type("candidate-pair").find(is_selected))
}

/// How long a round trip takes, in seconds; 0 if that is not known. The mean of all checks counts where
/// it is lower: the last one may have waited for a busy page. Of the pair in use Firefox knows nothing for some
/// seconds, only of others.
pub(crate) fn round_trip(report: &Report<'_>) -> f64 {
    let known = |pair: &Value| {
        let responses = number(Some(pair), "responsesReceived");
        // Where there was no response the mean is no number, which `min` passes over.
        let mean = number(Some(pair), "totalRoundTripTime") / responses;
        let time = number(Some(pair), "currentRoundTripTime").min(mean);
        (responses > 0.0 || time > 0.0).then_some(time)
    };
    let in_use = pair_in_use(report, report.of_type("transport").last()).and_then(known);
    let shortest = || report.of_type("candidate-pair").filter_map(known).reduce(f64::min);
    in_use.or_else(shortest).unwrap_or_default()
}

fn selected_pair(report: &Report<'_>, transport: Option<&Value>) -> Object {
    let pair = pair_in_use(report, transport);
    let candidate = |key: &str| {
        report.entry(pair.and_then(|pair| pair.get(key))).map_or_else(Object::new, |candidate| {
            let mut shown = copy(candidate, &CANDIDATE);
            if let Some(word) = candidate.get("candidateType").and_then(Value::as_text) {
                shown.set("candidateType", type_word(word));
            }
            shown
        })
    };
    let mut output = Object::new()
        .with("id", pair.and_then(|pair| pair.get("id")).cloned())
        .with("local", candidate("localCandidateId"))
        .with("remote", candidate("remoteCandidateId"));
    for group in ["consentRequests", "responses", "requests"] {
        let mut counts = Object::new();
        for (_, growth, whole, field) in COUNTERS.iter().filter(|counter| counter.0 == group) {
            if let Some(pair) = pair {
                counts.set(whole, number(Some(pair), field));
                counts.set(growth, report.rate(pair, field));
            }
        }
        output.set(group, counts);
    }
    if let Some(pair) = pair {
        for key in ["writable", "priority", "nominated"] {
            if let Some(value) = pair.get(key) {
                output.set(key, value.clone());
            }
        }
        output.set("totalRoundTripTime", number(Some(pair), "totalRoundTripTime"));
        output.set("roundTripTime", number(Some(pair), "currentRoundTripTime"));
    }
    output
}

fn type_word(word: &str) -> &str {
    match word {
        "relay" => "relayed",
        "host" => "local",
        "srflx" => "serverreflexive",
        "prflx" => "peerreflexive",
        other => other,
    }
}

fn certificate(report: &Report<'_>, transport: Option<&Value>) -> Object {
    let Some(transport) = transport else { return Object::new() };
    let ciphers = ["srtpCipher", "dtlsCipher", "tlsVersion"].map(|key| (key, key));
    let mut output = copy(transport, &ciphers);
    for (side, key) in [("local", "localCertificateId"), ("remote", "remoteCertificateId")] {
        if let Some(certificate) = report.entry(transport.get(key)) {
            output.set(side, copy(certificate, &CERTIFICATE));
        }
    }
    output
}

/// The members that there are, under other names.
fn copy(entry: &Value, names: &[(&str, &str)]) -> Object {
    let mut output = Object::new();
    for (key, field) in names {
        if let Some(value) = entry.get(field) {
            output.set(key, value.clone());
        }
    }
    output
}
