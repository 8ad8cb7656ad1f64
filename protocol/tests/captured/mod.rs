//! The frames in `tests/frames`, see the README there.

use serde_json::Value as Json;
use skylink_protocol::{engine_io, socket_io};

const SIGNALING: [&str; 4] = [
    include_str!("../frames/two-clients.json"),
    include_str!("../frames/three-clients.json"),
    include_str!("../frames/two-rooms.json"),
    include_str!("../frames/special-keys.json"),
];

/// Every text frame that crossed the WebSocket.
pub fn frames() -> Vec<String> {
    SIGNALING.iter().flat_map(|file| members(file, "frame")).collect()
}

/// Every text that crossed a data channel.
#[allow(dead_code)]
pub fn channel_texts() -> Vec<String> {
    members(include_str!("../frames/data-channel.json"), "text")
}

fn members(file: &str, key: &str) -> Vec<String> {
    let entries: Vec<Json> = serde_json::from_str(file).unwrap();
    entries.iter().map(|entry| entry[key].as_str().unwrap().to_owned()).collect()
}

/// The text of the signalling message inside a frame, as a receiver gets at it.
pub fn signaling_text(frame: &str) -> Option<String> {
    let engine_io::Packet::Message(inner) = engine_io::Packet::parse(frame)? else {
        return None;
    };
    let socket_io::Packet::Event { payload, .. } = socket_io::Packet::parse(inner)? else {
        return None;
    };
    let arguments: Vec<Json> = serde_json::from_str(payload).ok()?;
    match arguments.as_slice() {
        [Json::String(name), Json::String(text)] if name == "message" => Some(text.clone()),
        _ => None,
    }
}
