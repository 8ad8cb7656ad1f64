//! What is told about a connection beside the browser's report (public API T-06).

use crate::data_channel::Channel;
use crate::roster::Peer;
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::{Object, Value};

/// A description as the browser has it now, candidates included.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescriptionReading {
    /// `offer` or `answer`, empty if there is none.
    pub kind: String,
    /// The text.
    pub sdp: String,
}

impl From<&DescriptionReading> for Value {
    fn from(description: &DescriptionReading) -> Self {
        Object::new().with("type", description.kind.as_str()).with("sdp", description.sdp.as_str()).into()
    }
}

/// The member `connection`. The `configuration` is shown without what the ICE servers want to know;
/// `transfer` is the id of the transfer that a channel is busy with.
pub(crate) fn connection_info(
    peer: &Peer,
    configuration: &Value,
    local: &DescriptionReading,
    remote: &DescriptionReading,
    transfer: impl Fn(&Channel) -> Option<String>,
) -> Object {
    let info = |channel: &Channel| (channel.label.clone(), channel_info(channel, transfer(channel)));
    let channels = peer.channels.iter().map(info);
    Object::new()
        .with("iceConnectionState", peer.states.ice.as_str())
        .with("iceGatheringState", peer.states.gathering.as_str())
        .with("signalingState", peer.states.signaling.as_str())
        .with("remoteDescription", Value::from(remote))
        .with("localDescription", Value::from(local))
        .with("constraints", without_secrets(configuration))
        .with("sdpConstraints", peer.offer_options.clone())
        .with(
            "candidates",
            Object::new().with("sending", candidates(&local.sdp)).with("receiving", candidates(&remote.sdp)),
        )
        .with("peerDataChannels", channels.collect::<Object>())
}

fn channel_info(channel: &Channel, transfer: Option<String>) -> Value {
    Object::new()
        .with("label", channel.label.as_str())
        .with("readyState", if channel.open { "open" } else { "connecting" })
        .with("channelType", channel.type_name())
        .with("currentTransferId", transfer)
        .with("currentStreamId", Value::Null)
        .into()
}

fn without_secrets(configuration: &Value) -> Value {
    let Value::Object(configuration) = configuration else { return Value::Null };
    let mut shown = configuration.clone();
    let servers = configuration.get("iceServers").and_then(Value::as_list).unwrap_or_default();
    let servers: Vec<Value> = servers
        .iter()
        .map(|server| Object::new().with("urls", server.get("urls").cloned()).into())
        .collect_vec();
    shown.set("iceServers", servers);
    shown.into()
}

/// The candidates in a description, by their type.
fn candidates(sdp: &str) -> Object {
    let mut by_type: Vec<(&str, Vec<Value>)> =
        ["host", "srflx", "relay"].map(|word| (word, Vec::new())).into();
    // What comes before the first m-section belongs to none.
    let lines: Vec<&str> = sdp.lines().collect_vec();
    for (index, section) in lines.split(|line| line.starts_with("m=")).enumerate().skip(1) {
        let mid = section.iter().find_map(|line| line.strip_prefix("a=mid:")).map(str::trim_end);
        for line in section {
            let Some(text) = line.strip_prefix("a=").filter(|line| line.starts_with("candidate:")) else {
                continue;
            };
            let text = text.trim_end();
            let word = text.split(' ').nth(7).unwrap_or("host");
            let candidate = Object::new()
                .with("candidate", text)
                .with("sdpMid", mid.unwrap_or_default())
                .with("sdpMLineIndex", index.saturating_sub(1) as f64);
            match by_type.iter_mut().find(|(known, _)| *known == word) {
                Some((_, list)) => list.push(candidate.into()),
                None => by_type.push((word, vec![candidate.into()])),
            }
        }
    }
    by_type.into_iter().map(|(word, list)| (word.to_owned(), list.into())).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_found_in_their_sections() {
        let sdp = "v=0\r\na=candidate:0 1 udp 1 h 1 typ host\r\nm=audio 9 x\r\na=candidate:1 1 udp 1 h 1 typ host\r\n\
            a=candidate:2 1 udp 1 h 1 typ relay raddr x\r\na=mid:a\r\nm=video 9 x\r\na=mid:b\r\n\
            a=candidate:3 1 udp 1 h 1 typ prflx\r\n";
        let found = serde_json::to_string(&Value::from(candidates(sdp))).unwrap();
        assert_eq!(
            found,
            r#"{"host":[{"candidate":"candidate:1 1 udp 1 h 1 typ host","sdpMid":"a","sdpMLineIndex":0}],"srflx":[],"relay":[{"candidate":"candidate:2 1 udp 1 h 1 typ relay raddr x","sdpMid":"a","sdpMLineIndex":0}],"prflx":[{"candidate":"candidate:3 1 udp 1 h 1 typ prflx","sdpMid":"b","sdpMLineIndex":1}]}"#
        );
        assert_eq!(candidates("").len(), 3);
    }

    #[test]
    fn ice_servers_are_shown_without_user_and_password() {
        let configuration = serde_json::from_str(
            r#"{"iceServers":[{"urls":["turn:t"],"username":"u","credential":"SECRET"}],"bundlePolicy":"balanced"}"#,
        );
        let shown = serde_json::to_string(&without_secrets(&configuration.unwrap())).unwrap();
        assert_eq!(shown, r#"{"iceServers":[{"urls":["turn:t"]}],"bundlePolicy":"balanced"}"#);
        assert_eq!(without_secrets(&Value::Null), Value::Null);
    }
}
