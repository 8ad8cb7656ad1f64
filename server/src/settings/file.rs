//! The settings file. A name that is not listed here is an error.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::access::AppKey;
use crate::ice::IceServerSettings;
use crate::mcu::record::RecordingSettings;
use crate::mcu::rtmp::LiveStreamLimits;
use crate::rooms::{RoomLimits, StoreLimits};
use crate::secret::Secret;
use crate::signaling::MostOutside;

/// The whole file. What each entry means is said in [`super::Settings`].
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct SettingsFile {
    pub listen: Option<String>,
    pub public_address: Option<String>,
    pub trusted_proxies: Option<Vec<String>>,
    pub metrics_listen: Option<String>,
    pub media_listen: Option<String>,
    pub media_tcp: Option<String>,
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
    pub recording: Option<RecordingSection>,
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
    pub bytes_per_second: Option<u32>,
    pub send_queue: Option<usize>,
    pub send_bytes: Option<usize>,
    pub connections: Option<usize>,
    pub connections_outside_rooms: Option<usize>,
    pub connections_outside_rooms_per_address: Option<usize>,
}

impl LimitSettings {
    pub(super) fn most_outside(&self) -> MostOutside {
        MostOutside {
            of_all: self.connections_outside_rooms.unwrap_or(5000),
            // A large office behind one address has hundreds of people.
            of_one: self.connections_outside_rooms_per_address.unwrap_or(1000),
        }
    }

    pub(super) fn room_limits(&self) -> RoomLimits {
        let usual = RoomLimits::default();
        RoomLimits {
            message_bytes: self.message_bytes.unwrap_or(usual.message_bytes),
            room_members: self.room_members.unwrap_or(usual.room_members),
            rooms_per_connection: self.rooms_per_connection.unwrap_or(usual.rooms_per_connection),
            message_burst: self.message_burst.unwrap_or(usual.message_burst),
            messages_per_second: self.messages_per_second.unwrap_or(usual.messages_per_second),
            bytes_per_second: self.bytes_per_second.unwrap_or(usual.bytes_per_second),
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

/// Section `[recording]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RecordingSection {
    pub enabled: Option<bool>,
    pub folder: Option<PathBuf>,
    pub simultaneous: Option<usize>,
    pub composing: Option<usize>,
    pub minutes: Option<u64>,
    pub bytes: Option<u64>,
    pub free_bytes: Option<u64>,
    pub kept_days: Option<u32>,
    pub kept_bytes: Option<u64>,
    pub keep_tracks: Option<bool>,
    pub link_hours: Option<u64>,
    pub webhook: Option<String>,
    pub webhook_secret: Option<Secret>,
}

impl RecordingSection {
    pub(super) fn recording_settings(self, data: Option<&Path>) -> RecordingSettings {
        let usual = RecordingSettings::default();
        let seconds = |count: Option<u64>, unit: u64, usual: Duration| {
            count.map_or(usual, |count| Duration::from_secs(count.saturating_mul(unit)))
        };
        let mut retention = usual.retention;
        retention.age = self.kept_days.map(|days| u64::from(days).saturating_mul(DAY)).or(retention.age);
        retention.bytes = self.kept_bytes.or(retention.bytes);
        RecordingSettings {
            is_enabled: self.enabled.unwrap_or(usual.is_enabled),
            folder: self.folder.or_else(|| data.map(|data| data.join("recordings"))),
            simultaneous: self.simultaneous.unwrap_or(usual.simultaneous),
            composing: self.composing.unwrap_or(usual.composing),
            longest: seconds(self.minutes, 60, usual.longest),
            bytes: self.bytes.unwrap_or(usual.bytes),
            free_bytes: self.free_bytes.unwrap_or(usual.free_bytes),
            retention,
            keeps_tracks: self.keep_tracks.unwrap_or(usual.keeps_tracks),
            link_lifetime: seconds(self.link_hours, 3600, usual.link_lifetime),
            webhook: self.webhook,
            webhook_secret: self.webhook_secret,
        }
    }
}
