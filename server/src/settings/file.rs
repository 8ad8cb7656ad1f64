//! The settings file. A name that is not listed here is an error.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::access::AppKey;
use crate::ice::IceServerSettings;
use crate::mcu::rtmp::LiveStreamLimits;
use crate::rooms::{RoomLimits, StoreLimits};
use crate::secret::Secret;

/// The whole file. What each entry means is said in [`super::Settings`].
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct SettingsFile {
    pub listen: Option<String>,
    pub public_address: Option<String>,
    pub media_listen: Option<String>,
    pub media_address: Option<Vec<String>>,
    pub media_threads: Option<usize>,
    pub ffmpeg: Option<PathBuf>,
    pub www: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub log: Option<String>,
    pub token_secret: Option<Secret>,
    pub token_lifetime_minutes: Option<u64>,
    pub bandwidth_statistics: Option<bool>,
    pub ping_interval_seconds: Option<u64>,
    pub ping_timeout_seconds: Option<u64>,
    pub limits: Option<LimitSettings>,
    pub stored_messages: Option<StoredMessageSettings>,
    pub live_streams: Option<LiveStreamSettings>,
    pub keys: Option<BTreeMap<String, AppKey>>,
    pub ice_servers: Option<Vec<IceServerSettings>>,
}

/// Section `[limits]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct LimitSettings {
    pub message_bytes: Option<usize>,
    pub room_members: Option<usize>,
    pub rooms_per_connection: Option<usize>,
    pub message_burst: Option<u32>,
    pub messages_per_second: Option<u32>,
    pub send_queue: Option<usize>,
}

impl LimitSettings {
    pub(super) fn room_limits(&self) -> RoomLimits {
        let usual = RoomLimits::default();
        RoomLimits {
            message_bytes: self.message_bytes.unwrap_or(usual.message_bytes),
            room_members: self.room_members.unwrap_or(usual.room_members),
            rooms_per_connection: self.rooms_per_connection.unwrap_or(usual.rooms_per_connection),
            message_burst: self.message_burst.unwrap_or(usual.message_burst),
            messages_per_second: self.messages_per_second.unwrap_or(usual.messages_per_second),
        }
    }
}

/// Section `[live_streams]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct LiveStreamSettings {
    pub at_once: Option<usize>,
    pub in_a_room: Option<usize>,
    pub private_addresses: Option<bool>,
}

impl LiveStreamSettings {
    pub(super) fn limits(&self) -> LiveStreamLimits {
        let usual = LiveStreamLimits::default();
        LiveStreamLimits {
            at_once: self.at_once.unwrap_or(usual.at_once),
            in_a_room: self.in_a_room.unwrap_or(usual.in_a_room),
            private_addresses: self.private_addresses.unwrap_or(usual.private_addresses),
        }
    }
}

/// In milliseconds.
const DAY: u64 = 86_400_000;

/// Section `[stored_messages]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct StoredMessageSettings {
    pub messages_per_room: Option<usize>,
    pub bytes_per_room: Option<usize>,
    pub rooms: Option<usize>,
    pub days: Option<u32>,
}

impl StoredMessageSettings {
    pub(super) fn store_limits(&self) -> StoreLimits {
        let usual = StoreLimits::default();
        StoreLimits {
            messages_per_room: self.messages_per_room.unwrap_or(usual.messages_per_room),
            bytes_per_room: self.bytes_per_room.unwrap_or(usual.bytes_per_room),
            rooms: self.rooms.unwrap_or(usual.rooms),
            age: self.days.map_or(usual.age, |days| u64::from(days).saturating_mul(DAY)),
        }
    }
}
