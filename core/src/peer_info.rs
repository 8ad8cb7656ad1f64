//! What peers know of each other (public API T-01, wire protocol 5.1).

use crate::encryption::AES_GCM;
use crate::environment::Environment;
use crate::media::{media_status, Kind, LocalStream};
use crate::media_server::MEDIA_SERVER;
use crate::options::whole_number;
use crate::room::Room;
use crate::roster::Peer;
use skylink_protocol::signaling::{Enter, Welcome};
use skylink_protocol::{Object, Value};

pub(crate) const SM_PROTOCOL_VERSION: &str = "2.1.0";
pub(crate) const DT_PROTOCOL_VERSION: &str = "0.1.3";

impl Room {
    /// What we tell others about ourselves: peer info without `room`.
    pub fn own_info(&self, environment: &Environment) -> Object {
        self.info_with_mutes(environment, |stream| stream.muted)
    }

    /// As [`Room::own_info`], with the mute states that were announced: in offers and answers it
    /// must not contradict `mediaInfoList`, or what is announced next would seem to be no change.
    pub fn announced_info(&self, environment: &Environment) -> Object {
        self.info_with_mutes(environment, |stream| stream.announced_muted)
    }

    fn info_with_mutes(&self, environment: &Environment, is_muted: fn(&LocalStream) -> bool) -> Object {
        let settings_of = |kind: Kind| -> Value {
            let streams = self.streams.iter().filter(|stream| stream.kind == kind);
            let map: Object = streams.map(|s| (s.stream_id.clone(), s.settings.clone().into())).collect();
            if map.is_empty() {
                Value::Bool(false)
            } else {
                map.into()
            }
        };
        let status = |s: &LocalStream| (s.stream_id.clone(), Value::from(media_status(s.kind, is_muted(s))));
        let media_statuses: Object = self.streams.iter().map(status).collect();
        let data = self.options.enable_data_channel();
        Object::new()
            .with("userData", self.user_data.clone().filter(Value::is_truthy))
            .with(
                "settings",
                Object::new()
                    .with("audio", settings_of(Kind::Audio))
                    .with("video", settings_of(Kind::Video))
                    .with("maxBandwidth", self.bandwidth.clone())
                    .with("data", data),
            )
            .with("mediaStatus", media_statuses)
            .with(
                "agent",
                Object::new()
                    .with("name", environment.agent_name.as_str())
                    .with("version", environment.agent_version)
                    .with("os", environment.agent_os.clone())
                    .with("pluginVersion", Value::Null)
                    .with("SMProtocolVersion", SM_PROTOCOL_VERSION)
                    .with("DTProtocolVersion", DT_PROTOCOL_VERSION)
                    .with("SDKVersion", environment.sdk_version.as_str()),
            )
            .with(
                "config",
                Object::new()
                    .with("enableDataChannel", data)
                    .with("enableIceRestart", environment.can_restart_ice)
                    .with("priorityWeight", self.weight),
            )
    }

    /// Own peer info as apps see it.
    pub fn own_peer_info(&self, environment: &Environment) -> Object {
        self.own_info(environment).with("room", self.info())
    }

    /// A peer's info as apps see it.
    pub fn peer_info(&self, peer: &Peer) -> Object {
        let mut info = peer.info.clone();
        match info.get_mut("settings") {
            Some(Value::Object(settings)) => settings.set("data", peer.has_open_channel()),
            _ => info.set("settings", Object::new().with("data", peer.has_open_channel())),
        }
        info.with("room", self.info())
    }

    /// `enter`, and with a target the members it shares with `welcome`.
    pub fn greeting(&self, environment: &Environment) -> Enter {
        let has_media_server = self.has_media_server();
        Enter {
            mid: self.own_id(),
            rid: self.rid.clone(),
            target: has_media_server.then(|| MEDIA_SERVER.to_owned()),
            publisher_id: self.own_id.clone().filter(|_| has_media_server),
            agent: Some(environment.agent_name.clone()),
            version: Some(whole_number(environment.agent_version)),
            os: environment.agent_os.clone(),
            user_info: self.own_info(environment).into(),
            weight: Some(self.weight),
            temasys_plugin_version: Value::Null,
            enable_data_channel: Some(self.options.enable_data_channel()),
            enable_ice_restart: Some(environment.can_restart_ice),
            sm_protocol_version: Some(SM_PROTOCOL_VERSION.to_owned()),
            dt_protocol_version: Some(DT_PROTOCOL_VERSION.to_owned()),
            message_ciphers: environment.can_derive_keys.then(|| vec![AES_GCM.to_owned()]),
            file_channels: Some(self.options.enable_data_channel()),
            file_lanes: Some(self.options.enable_data_channel()),
            message_lists: Some(self.options.enable_data_channel()),
            begins_anew: None,
        }
    }
}

/// What `enter` and `welcome` say of their sender, in one shape.
pub(crate) struct Greeting {
    pub mid: String,
    pub agent: Option<String>,
    pub version: Option<String>,
    pub os: Option<String>,
    pub user_info: Value,
    pub weight: Option<f64>,
    pub enable_data_channel: Option<bool>,
    pub enable_ice_restart: Option<bool>,
    pub sm_protocol_version: Option<String>,
    pub dt_protocol_version: Option<String>,
    pub message_ciphers: Option<Vec<String>>,
    pub file_channels: bool,
    pub file_lanes: bool,
    pub message_lists: bool,
}

macro_rules! greeting_from {
    ($message:ident) => {
        impl From<$message> for Greeting {
            fn from(message: $message) -> Self {
                Self {
                    mid: message.mid,
                    agent: message.agent,
                    version: message.version,
                    os: message.os,
                    user_info: message.user_info,
                    weight: message.weight,
                    enable_data_channel: message.enable_data_channel,
                    enable_ice_restart: message.enable_ice_restart,
                    sm_protocol_version: message.sm_protocol_version,
                    dt_protocol_version: message.dt_protocol_version,
                    message_ciphers: message.message_ciphers,
                    file_channels: message.file_channels.unwrap_or(false),
                    file_lanes: message.file_lanes.unwrap_or(false),
                    message_lists: message.message_lists.unwrap_or(false),
                }
            }
        }
    };
}

greeting_from!(Enter);
greeting_from!(Welcome);

impl Greeting {
    /// Whether the sender reads messages encrypted by AES-GCM.
    pub fn reads_aes_gcm(&self) -> bool {
        self.message_ciphers.iter().flatten().any(|cipher| cipher == AES_GCM)
    }

    /// The sender's info, with what it left out filled in from the message.
    pub fn info(&self) -> Object {
        let mut info = self.user_info.as_object().cloned().unwrap_or_default();
        if info.get("userData").is_none() {
            info.set("userData", Value::Null);
        }
        for key in ["settings", "mediaStatus"] {
            if info.get(key).and_then(Value::as_object).is_none() {
                info.set(key, Object::new());
            }
        }
        if info.get("agent").and_then(Value::as_object).is_none() {
            let agent = Object::new()
                .with("name", self.agent.as_deref().unwrap_or("other"))
                .with("version", version_number(self.version.as_deref().unwrap_or("")))
                .with("os", self.os.clone())
                .with("pluginVersion", Value::Null)
                .with("SMProtocolVersion", self.sm_protocol_version.as_deref().unwrap_or(SM_PROTOCOL_VERSION))
                .with("DTProtocolVersion", self.dt_protocol_version.as_deref().unwrap_or("0.1.0"));
            info.set("agent", agent);
        }
        if info.get("config").and_then(Value::as_object).is_none() {
            let config = Object::new()
                .with("enableDataChannel", self.enable_data_channel.unwrap_or(true))
                .with("enableIceRestart", self.enable_ice_restart.unwrap_or(false))
                .with("priorityWeight", self.weight.unwrap_or(0.0));
            info.set("config", config);
        }
        info
    }
}

/// "1.2.3" as the number 1.203: the first dot stays, later ones become a zero.
fn version_number(version: &str) -> f64 {
    let (whole, fraction) = version.split_once('.').unwrap_or((version, ""));
    let mut number = 0.0;
    for digit in whole.chars().map_while(|c| c.to_digit(10)) {
        number = number * 10.0 + f64::from(digit);
    }
    let mut scale = 1.0;
    let mut parts = 0.0;
    for character in fraction.chars() {
        let Some(digit) = (if character == '.' { Some(0) } else { character.to_digit(10) }) else { break };
        parts = parts * 10.0 + f64::from(digit);
        scale *= 10.0;
    }
    number + parts / scale
}

#[cfg(test)]
mod tests {
    use super::version_number;

    #[test]
    fn versions_become_numbers() {
        assert_eq!(version_number("124"), 124.0);
        assert_eq!(version_number("1.2.3"), 1.203);
        assert_eq!(version_number("0.9.6.1"), 0.90601);
        assert_eq!(version_number("abc"), 0.0);
    }
}
