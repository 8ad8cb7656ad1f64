//! Messages of the media server, and what it remembers of those of its clients.

use skylink_protocol::signaling::{Answer, AnswerAck, Bye, Enter, Offer, VideoLayer, VideoLayers, Welcome};
use skylink_protocol::{Object, Value};

use super::connection::Outgoing;

/// Peer id of the media server.
pub const MCU: &str = "MCU";
/// Loses against every client.
const WEIGHT: f64 = -1.0;
/// Version of the signalling protocol, as skylinkjs 2.7.2 has it.
const SIGNALING_VERSION: &str = "2.1.0";
const DATA_VERSION: &str = "0.1.3";
/// Bytes of what newcomers are told about one member: there may be a hundred.
const LONGEST_ENTER: usize = 64 * 1024;

fn own_info() -> Value {
    let agent = Object::new()
        .with("name", MCU)
        .with("version", 1.0)
        .with("os", "")
        .with("pluginVersion", Value::Null)
        .with("SMProtocolVersion", SIGNALING_VERSION)
        .with("DTProtocolVersion", DATA_VERSION);
    let settings = Object::new()
        .with("audio", false)
        .with("video", false)
        .with("maxBandwidth", Object::new())
        .with("data", true);
    let config = Object::new()
        .with("enableDataChannel", true)
        .with("enableIceRestart", true)
        .with("priorityWeight", WEIGHT);
    let info = Object::new()
        .with("userData", "")
        .with("settings", settings)
        .with("mediaStatus", Object::new())
        .with("agent", agent)
        .with("config", config);
    Value::Object(info)
}

/// Asks a newcomer for an offer and tells who is there.
pub fn welcome(rid: &str, target: &str, peers_in_room: Vec<Value>) -> Value {
    Value::from(&Welcome {
        mid: MCU.to_owned(),
        rid: rid.to_owned(),
        agent: Some(MCU.to_owned()),
        version: Some("1.0.0".to_owned()),
        os: Some(String::new()),
        user_info: own_info(),
        weight: Some(WEIGHT),
        temasys_plugin_version: Value::Null,
        enable_data_channel: Some(true),
        enable_ice_restart: Some(true),
        sm_protocol_version: Some(SIGNALING_VERSION.to_owned()),
        dt_protocol_version: Some(DATA_VERSION.to_owned()),
        target: target.to_owned(),
        publisher_id: None,
        message_ciphers: None,
        file_channels: Some(true),
        file_lanes: None,
        message_lists: None,
        video_layers: Some(true),
        peers_in_room: Some(peers_in_room),
    })
}

/// Our offer.
pub fn offer(rid: &str, target: &str, description: Outgoing) -> Value {
    Value::from(&Offer {
        sdp: description.sdp,
        mid: MCU.to_owned(),
        target: target.to_owned(),
        rid: rid.to_owned(),
        weight: Some(WEIGHT),
        media_info_list: Some(description.list),
        ..Offer::default()
    })
}

/// Our answer.
pub fn answer(rid: &str, target: &str, description: Outgoing) -> Value {
    Value::from(&Answer {
        sdp: description.sdp,
        mid: MCU.to_owned(),
        target: target.to_owned(),
        rid: rid.to_owned(),
        media_info_list: Some(description.list),
        ..Answer::default()
    })
}

/// The client's answer has been applied.
pub fn answer_ack(rid: &str, target: &str) -> Value {
    Value::from(&AnswerAck {
        rid: rid.to_owned(),
        mid: MCU.to_owned(),
        target: target.to_owned(),
        success: true,
    })
}

/// What a client gets of videos for which that has changed.
pub fn video_layers(rid: &str, target: &str, layers: Vec<VideoLayer>) -> Value {
    Value::from(&VideoLayers { mid: MCU.to_owned(), rid: rid.to_owned(), target: target.to_owned(), layers })
}

/// The media server leaves the room, for one client.
pub fn bye(rid: &str) -> Value {
    Value::from(&Bye {
        rid: rid.to_owned(),
        mid: MCU.to_owned(),
        target: None,
        publisher_id: Some(MCU.to_owned()),
    })
}

/// A member's message as the media server passes it on to the others.
pub fn by_publisher(message: &Value, publisher: &str) -> Value {
    let mut object = message.as_object().cloned().unwrap_or_default();
    object.remove("target");
    object.set("mid", MCU);
    object.set("publisherId", publisher);
    Value::Object(object)
}

/// A member's `enter` as the others get it, also those who come later.
pub fn enter_of(peer: &str, enter: &Object) -> Object {
    let mut enter = enter.clone();
    enter.set("type", Enter::TYPE);
    enter.set("mid", peer);
    enter.set("publisherId", peer);
    enter.remove("target");
    shorten(&mut enter);
    enter
}

/// What is too long is left out, the app's own data first.
fn shorten(enter: &mut Object) {
    let is_long = |enter: &Object| {
        let text = serde_json::to_string(&Value::Object(enter.clone()));
        text.map_or(true, |text| text.len() > LONGEST_ENTER)
    };
    if is_long(enter) {
        if let Some(Value::Object(info)) = enter.get_mut("userInfo") {
            info.set("userData", Value::Null);
        }
    }
    if is_long(enter) {
        let kept = ["type", "mid", "rid", "publisherId"];
        let short: Object = enter
            .iter()
            .filter(|(key, _)| kept.contains(key))
            .map(|(key, value)| (key.to_owned(), value.clone()))
            .collect();
        *enter = short;
    }
}

/// A member described itself anew, in an offer or an answer.
pub fn renew_user_info(enter: &mut Object, info: &Value) {
    if info.as_object().is_some() {
        enter.set("userInfo", info.clone());
        shorten(enter);
    }
}

/// A member changed its user data. On the wire they are text; JSON text stands for its value.
pub fn renew_user_data(enter: &mut Object, data: &Value) {
    let data = match data {
        Value::Text(text) => serde_json::from_str(text).unwrap_or_else(|_| data.clone()),
        _ => data.clone(),
    };
    if let Some(Value::Object(info)) = enter.get_mut("userInfo") {
        info.set("userData", data);
        shorten(enter);
    }
}

/// A member muted or unmuted a stream.
pub fn note_muted(enter: &mut Object, stream: &str, is_audio: bool, muted: bool) {
    let Some(Value::Object(info)) = enter.get_mut("userInfo") else { return };
    let Some(Value::Object(status)) = info.get_mut("mediaStatus") else { return };
    if let Some(Value::Object(status)) = status.get_mut(stream) {
        let key = if is_audio { "audioMuted" } else { "videoMuted" };
        status.set(key, if muted { 0.0 } else { 1.0 });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn enter(text: &str) -> Object {
        serde_json::from_str::<Value>(text).unwrap().as_object().cloned().unwrap()
    }

    fn text(object: &Object) -> String {
        serde_json::to_string(&Value::Object(object.clone())).unwrap()
    }

    #[test]
    fn what_newcomers_are_told_is_kept_up_to_date() {
        let sent =
            r#"{"type":"enter","mid":"evil","rid":"r","target":"MCU","more":1,"userInfo":{"userData":"x"}}"#;
        let mut kept = enter_of("a", &enter(sent));
        assert_eq!(
            text(&kept),
            r#"{"type":"enter","mid":"a","rid":"r","more":1,"userInfo":{"userData":"x"},"publisherId":"a"}"#
        );
        renew_user_info(&mut kept, &Value::Null);
        let info = r#"{"mediaStatus":{"s":{"audioMuted":-1,"videoMuted":1}}}"#;
        renew_user_info(&mut kept, &serde_json::from_str(info).unwrap());
        renew_user_data(&mut kept, &Value::from("{\"n\":1}"));
        note_muted(&mut kept, "s", false, true);
        note_muted(&mut kept, "unknown", true, true);
        assert_eq!(
            text(&kept),
            r#"{"type":"enter","mid":"a","rid":"r","more":1,"userInfo":{"mediaStatus":{"s":{"audioMuted":-1,"videoMuted":0}},"userData":{"n":1}},"publisherId":"a"}"#
        );
        renew_user_data(&mut kept, &Value::from("plain"));
        assert!(text(&kept).contains(r#""userData":"plain""#));
    }

    #[test]
    fn long_ones_are_shortened() {
        let long = "x".repeat(LONGEST_ENTER);
        let mut kept = enter_of("a", &enter(r#"{"rid":"r","userInfo":{"settings":{}}}"#));
        renew_user_data(&mut kept, &Value::from(long.as_str()));
        assert!(text(&kept).contains(r#""userInfo":{"settings":{},"userData":null}"#));
        let kept = enter_of("a", &enter(&format!(r#"{{"rid":"r","more":"{long}"}}"#)));
        assert_eq!(text(&kept), r#"{"rid":"r","type":"enter","mid":"a","publisherId":"a"}"#);
    }
}
