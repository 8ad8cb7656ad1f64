#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

fn urls_of(server: &str, options: &str) -> Vec<String> {
    let config: PcConfig = serde_json::from_str(&["{\"iceServers\":[", server, "]}"].concat()).unwrap();
    let options = InitOptions::new(serde_json::from_str(options).unwrap());
    let configuration = configuration(Some(&config), &options, false);
    let servers = configuration.get("iceServers").and_then(Value::as_list).unwrap();
    let urls = |server: &Value| server.get("urls").and_then(Value::as_list).unwrap().to_vec();
    servers.iter().flat_map(urls).map(|url| url.as_text().unwrap().to_owned()).collect()
}

const OLD_TURN: &str = r#"{"url":"turn:amy@relay.example:9999","credential":"pw"}"#;

#[test]
fn old_style_servers_are_tried_on_the_usual_ports() {
    assert_eq!(
        urls_of(OLD_TURN, "{}"),
        [
            "turn:relay.example:3478",
            "turn:relay.example:3478?transport=udp",
            "turn:relay.example:53",
            "turn:relay.example:53?transport=udp",
            "turn:relay.example:80",
            "turn:relay.example:80?transport=tcp",
            "turn:relay.example:3478?transport=tcp",
        ]
    );
    assert_eq!(urls_of(r#"{"url":"stun:s.example"}"#, "{}"), ["stun:s.example:3478", "stun:s.example:53"]);
}

#[test]
fn the_transport_option_drops_the_other_one() {
    assert!(urls_of(OLD_TURN, r#"{"TURNServerTransport":"udp"}"#).iter().all(|url| !url.contains("tcp")));
    assert!(urls_of(OLD_TURN, r#"{"TURNServerTransport":"tcp"}"#).iter().all(|url| !url.contains("udp")));
    assert!(urls_of(r#"{"url":"turns:t.example"}"#, r#"{"TURNServerTransport":"udp"}"#).is_empty());
}

#[test]
fn forced_turn_leaves_out_stun_and_forced_turns_leaves_out_turn() {
    assert!(urls_of(r#"{"url":"stun:s.example"}"#, r#"{"forceTURN":true}"#).is_empty());
    assert!(urls_of(OLD_TURN, r#"{"forceTURNSSL":true}"#).is_empty());
    assert_eq!(urls_of(r#"{"url":"turns:t.example"}"#, r#"{"forceTURNSSL":true}"#).len(), 2);
}

#[test]
fn full_urls_are_taken_as_they_are() {
    let server = r#"{"url":"turn:x@t.example","urls":["turn:t.example:9000?transport=udp"],"username":"u:1","credential":"c"}"#;
    assert_eq!(urls_of(server, "{}"), ["turn:t.example:9000?transport=udp"]);
}

#[test]
fn users_and_passwords_are_passed_on() {
    let config: PcConfig = serde_json::from_str(&["{\"iceServers\":[", OLD_TURN, "]}"].concat()).unwrap();
    let configuration = configuration(Some(&config), &InitOptions::new(Value::Null), false);
    let server = &configuration.get("iceServers").and_then(Value::as_list).unwrap()[0];
    assert_eq!(server.get("username").and_then(Value::as_text), Some("amy"));
    assert_eq!(server.get("credential").and_then(Value::as_text), Some("pw"));
    assert_eq!(configuration.get("iceTransportPolicy").and_then(Value::as_text), Some("all"));
}

#[test]
fn a_media_server_is_reached_directly_even_by_those_who_use_relays() {
    let config = PcConfig { ice_servers: None };
    let options = InitOptions::new(serde_json::from_str(r#"{"forceTURN":true}"#).unwrap());
    let policy = |has_media_server: bool| {
        configuration(Some(&config), &options, has_media_server).get("iceTransportPolicy").cloned()
    };
    assert_eq!(policy(true), Some("all".into()));
    assert_eq!(policy(false), Some("relay".into()));
}
