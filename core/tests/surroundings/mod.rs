//! The page that a session is told it runs in, and JSON text by serde.

use skylink_core::{Environment, Input, JsonText, SocketId};
use skylink_protocol::Value;

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

pub fn print(value: &Value) -> String {
    serde_json::to_string(value).unwrap()
}

/// What a shell makes of a frame.
pub fn frame_input(socket: SocketId, text: &str) -> Input {
    let event = text.strip_prefix("42[").and_then(|_| serde_json::from_str::<Vec<Value>>(&text[2..]).ok());
    if let Some([Value::Text(name), text @ Value::Text(inner)]) = event.as_deref() {
        if let ("message", Ok(message)) = (name.as_str(), serde_json::from_str(inner)) {
            return Input::SocketMessage { socket, text: text.clone(), message };
        }
    }
    Input::SocketFrame { socket, text: text.to_owned() }
}

pub fn environment() -> Environment {
    Environment {
        agent_name: "chrome".into(),
        agent_version: 156.0,
        agent_os: Some("Linux x86_64".into()),
        sdk_version: "2.7.2".into(),
        language: "en".into(),
        client_id: "client".into(),
        page_protocol: "http:".into(),
        can_restart_ice: true,
        can_derive_keys: true,
        json: JsonText { parse: |text| serde_json::from_str(text).ok(), print },
    }
}
