//! All settings: from flags, then environment, then file, then defaults.

mod command_line;
mod file;
mod origins;

pub use command_line::CommandLine;
pub use file::{LimitSettings, LiveStreamSettings, RecordingSection, SettingsFile, StoredMessageSettings};

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::origins::as_browsers_write_it;
use crate::access::AppKey;
use crate::http::TrustedProxy;
use crate::ice::{IceServerError, IceServerSettings};
use crate::mcu::address::PublicAddress;
use crate::mcu::record::RecordingSettings;
use crate::mcu::rtmp::LiveStreamLimits;
use crate::mcu::TcpSetting;
use crate::rooms::{RoomLimits, StoreLimits};
use crate::secret::Secret;
use crate::signaling::MostOutside;

/// Settings that the server cannot start with.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is not there, or not readable.
    #[error("the settings file {} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// From the operating system.
        reason: std::io::Error,
    },
    /// The file is not TOML, or has something in it that is no setting.
    #[error("the settings file {} is wrong: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Where and what.
        reason: String,
    },
    /// An ICE server that clients could not use.
    #[error(transparent)]
    IceServer(#[from] IceServerError),
    /// A key asks for something that this build cannot do.
    #[error("the app key \"{0}\" asks for a media server (mcu = true), but this build has none")]
    NoMediaServer(String),
    /// Keys that share rooms with and without media server.
    #[error("the app keys \"{0}\" and \"{1}\" share their rooms (space), so they must agree about mcu")]
    MediaServerOfSome(String, String),
    /// Not `ip:port`.
    #[error("media_listen \"{0}\" must be an IP address with a port, such as 0.0.0.0:8080")]
    MediaListen(String),
    /// Not `ip:port`.
    #[error("metrics_listen \"{0}\" must be an IP address with a port, such as 127.0.0.1:9464")]
    MetricsListen(String),
    /// Not `ip:port` or `off`.
    #[error("media_tcp \"{0}\" must be an IP address with a port, such as 0.0.0.0:8081, or off")]
    MediaTcp(String),
    /// Not `ip` or `ip:port`.
    #[error("media_address \"{0}\" must be an IP address of this machine or of its router, with or without a port")]
    MediaAddress(String),
    /// Not `host` or `host:port`.
    #[error("the public address \"{0}\" must be host or host:port, without a scheme or a path")]
    PublicAddress(String),
    /// Not an address or a network.
    #[error("the trusted proxy \"{0}\" must be an IP address or a network, such as 127.0.0.1 or 10.0.0.0/8")]
    TrustedProxy(String),
    /// What a variable without a value leads to: nobody asks for such a key, and it replaces all others.
    #[error("the name of an app key is empty")]
    EmptyKey,
    /// A number that would stop the service.
    #[error("{0} must be greater than 0")]
    Zero(&'static str),
    /// No browser sends it.
    #[error("the origin \"{1}\" of the app key \"{0}\" must be *, or scheme://host or scheme://host:port without a path")]
    Origin(String, String),
    /// Neither origins nor credentials.
    #[error("nobody can use the app key \"{0}\": it has neither origins nor a secret")]
    NobodyMayUse(String),
    /// With which anybody can sign.
    #[error("{0} is empty: leave it out, or give it a value")]
    EmptySecret(String),
    /// Not an address that can be posted to.
    #[error("the webhook must begin with http://{}", if cfg!(feature = "webhook-tls") { " or https://" } else { "; https needs a build with the feature webhook-tls" })]
    Webhook,
    /// Too short to be safe.
    #[error("the recording_token of the app key \"{0}\" must have at least 16 characters")]
    WeakRecordingToken(String),
    /// Too short to be safe.
    #[error("the token secret must have at least 16 characters")]
    WeakTokenSecret,
}

/// Everything the server needs to know to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address to listen on, `host:port`; port 0 takes a free one.
    pub listen: String,
    /// `host` or `host:port` that clients are told to connect to; without it, the one that they
    /// called the API by.
    pub public_address: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed, for the log.
    pub trusted_proxies: Vec<TrustedProxy>,
    /// Address for `/metrics`, which `listen` does not answer then.
    pub metrics_listen: Option<SocketAddr>,
    /// UDP address of the media server; without it, all addresses with the port of `listen`.
    pub media_listen: Option<SocketAddr>,
    /// Whether and where the media server is reached by TCP.
    pub media_tcp: TcpSetting,
    /// What clients are told instead of the machine's own addresses.
    pub media_address: Vec<PublicAddress>,
    /// Threads that share the rooms of the media server; without it, one for each core.
    pub media_threads: Option<usize>,
    /// The program ffmpeg; without it, the one in `PATH`.
    pub ffmpeg: Option<PathBuf>,
    /// Folder of files to serve.
    pub www: Option<PathBuf>,
    /// Folder for what must outlive a restart.
    pub data: Option<PathBuf>,
    /// Which log lines to write.
    pub log: String,
    /// Signs tokens; without it a random key is used.
    pub token_secret: Option<Secret>,
    /// How long a client may take from the API's answer to `joinRoom`.
    pub token_lifetime: Duration,
    /// Whether clients are asked for periodic bandwidth reports.
    pub bandwidth_statistics: bool,
    /// How often clients ping.
    pub ping_interval: Duration,
    /// How much later than that a ping may come.
    pub ping_timeout: Duration,
    /// Limits of rooms and messages.
    pub limits: RoomLimits,
    /// Messages that may wait for one slow client before it is cut off.
    pub send_queue: usize,
    /// Bytes of them, packets included; 0 means any.
    pub send_bytes: usize,
    /// Connections that may be; without it, three quarters of the open files that the process may
    /// have, and 100 000 at the most.
    pub connections: Option<usize>,
    /// Signalling connections of them that may be in no room.
    pub connections_outside_rooms: MostOutside,
    /// Limits of stored messages.
    pub stored_messages: StoreLimits,
    /// Limits of live streams.
    pub live_streams: LiveStreamLimits,
    /// How rooms are recorded.
    pub recording: RecordingSettings,
    /// App keys by name.
    pub keys: BTreeMap<String, AppKey>,
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServerSettings>,
}

impl Settings {
    /// Reads the file, if one is named, and puts everything together.
    ///
    /// # Errors
    /// When the file cannot be read, or when a setting is wrong.
    pub fn load(command_line: CommandLine) -> Result<Self, SettingsError> {
        let file = match &command_line.config {
            Some(path) => read_file(path)?,
            None => SettingsFile::default(),
        };
        let settings = Self::merge(command_line, file)?;
        settings.check()?;
        Ok(settings)
    }

    fn merge(command_line: CommandLine, file: SettingsFile) -> Result<Self, SettingsError> {
        let named: Vec<String> = command_line.app_keys;
        let mut keys = if !named.is_empty() {
            named.into_iter().map(|name| (name, AppKey::default())).collect()
        } else {
            file.keys.unwrap_or_else(default_keys)
        };
        for origin in keys.values_mut().filter_map(|key| key.origins.as_mut()).flatten() {
            if let Some(written) = as_browsers_write_it(origin) {
                *origin = written;
            }
        }
        let limits = file.limits.unwrap_or_default();
        let minutes = command_line.token_lifetime_minutes.or(file.token_lifetime_minutes).unwrap_or(60);
        let seconds = |seconds: Option<u64>, usual| Duration::from_secs(seconds.unwrap_or(usual));
        let media_listen = command_line.media_listen.or(file.media_listen);
        let media_listen =
            media_listen.map(|text| text.parse().map_err(|_| SettingsError::MediaListen(text)));
        let metrics_listen = command_line.metrics_listen.or(file.metrics_listen);
        let metrics_listen =
            metrics_listen.map(|text| text.parse().map_err(|_| SettingsError::MetricsListen(text)));
        let media_tcp = command_line.media_tcp.or(file.media_tcp);
        let media_tcp = media_tcp.map(|text| text.parse().map_err(|()| SettingsError::MediaTcp(text)));
        let media_address = match command_line.media_address {
            named if named.is_empty() => file.media_address.unwrap_or_default(),
            named => named,
        };
        let media_address = media_address
            .into_iter()
            .map(|text| text.parse().map_err(|()| SettingsError::MediaAddress(text)));
        let trusted_proxies = match command_line.trusted_proxy {
            named if named.is_empty() => file.trusted_proxies.unwrap_or_default(),
            named => named,
        };
        let trusted_proxies = trusted_proxies
            .into_iter()
            .map(|text| text.parse().map_err(|()| SettingsError::TrustedProxy(text)));
        let data = command_line.data.or(file.data);
        Ok(Self {
            listen: command_line.listen.or(file.listen).unwrap_or_else(|| "127.0.0.1:8080".to_owned()),
            public_address: command_line.public_address.or(file.public_address),
            trusted_proxies: trusted_proxies.collect::<Result<_, _>>()?,
            metrics_listen: metrics_listen.transpose()?,
            media_listen: media_listen.transpose()?,
            media_tcp: media_tcp.transpose()?.unwrap_or_default(),
            media_address: media_address.collect::<Result<_, _>>()?,
            media_threads: file.media_threads,
            ffmpeg: command_line.ffmpeg.or(file.ffmpeg),
            www: command_line.www.or(file.www),
            recording: file.recording.unwrap_or_default().recording_settings(data.as_deref()),
            data,
            log: command_line.log.or(file.log).unwrap_or_else(|| "info".to_owned()),
            token_secret: command_line.token_secret.or(file.token_secret),
            token_lifetime: Duration::from_secs(minutes.saturating_mul(60)),
            bandwidth_statistics: file.bandwidth_statistics.unwrap_or(true),
            // Browsers wake timers of hidden pages only once a minute.
            ping_interval: seconds(command_line.ping_interval_seconds.or(file.ping_interval_seconds), 25),
            ping_timeout: seconds(command_line.ping_timeout_seconds.or(file.ping_timeout_seconds), 60),
            limits: limits.room_limits(),
            send_queue: limits.send_queue.unwrap_or(2048),
            send_bytes: limits.send_bytes.unwrap_or(16 * 1024 * 1024),
            connections: limits.connections,
            connections_outside_rooms: limits.most_outside(),
            stored_messages: file.stored_messages.unwrap_or_default().store_limits(),
            live_streams: file.live_streams.unwrap_or_default().limits(),
            keys,
            ice_servers: file.ice_servers.unwrap_or_default(),
        })
    }

    fn check(&self) -> Result<(), SettingsError> {
        let mut spaces: BTreeMap<&str, (&String, bool)> = BTreeMap::new();
        for (name, key) in &self.keys {
            if name.is_empty() {
                return Err(SettingsError::EmptyKey);
            }
            if key.mcu && !cfg!(feature = "media-server") {
                return Err(SettingsError::NoMediaServer(name.clone()));
            }
            let (other, mcu) = *spaces.entry(key.space.as_ref().unwrap_or(name)).or_insert((name, key.mcu));
            if mcu != key.mcu {
                return Err(SettingsError::MediaServerOfSome(other.clone(), name.clone()));
            }
        }
        for server in &self.ice_servers {
            server.check()?;
        }
        if let Some(address) = &self.public_address {
            if !is_host_and_port(address) {
                return Err(SettingsError::PublicAddress(address.clone()));
            }
        }
        self.check_access()?;
        let weak = self.keys.iter().find(|(_, key)| key.recording_token.as_ref().is_some_and(is_weak));
        if let Some((name, _)) = weak {
            return Err(SettingsError::WeakRecordingToken(name.clone()));
        }
        let is_address = |address: &String| {
            let has_tls = cfg!(feature = "webhook-tls");
            address.starts_with("http://") || (has_tls && address.starts_with("https://"))
        };
        if !self.recording.webhook.as_ref().is_none_or(is_address) {
            return Err(SettingsError::Webhook);
        }
        if self.token_secret.as_ref().is_some_and(is_weak) {
            return Err(SettingsError::WeakTokenSecret);
        }
        let zeros = [
            ("ping_interval_seconds", self.ping_interval.is_zero()),
            ("ping_timeout_seconds", self.ping_timeout.is_zero()),
            ("token_lifetime_minutes", self.token_lifetime.is_zero()),
            ("send_queue", self.send_queue == 0),
            ("media_threads", self.media_threads == Some(0)),
            ("simultaneous", self.recording.simultaneous == 0),
            ("composing", self.recording.composing == 0),
            ("minutes", self.recording.longest.is_zero()),
            ("message_bytes", self.limits.message_bytes == 0),
            ("room_members", self.limits.room_members == 0),
            ("message_burst", self.limits.message_burst == 0),
            ("connections", self.connections == Some(0)),
            ("connections_outside_rooms", self.connections_outside_rooms.of_all == 0),
            ("rooms_per_connection", self.limits.rooms_per_connection == 0),
        ];
        match zeros.iter().find(|(_, is_zero)| *is_zero) {
            Some((name, _)) => Err(SettingsError::Zero(name)),
            None => Ok(()),
        }
    }

    /// What an empty variable in a template, or a slip of the pen, would leave open or closed.
    fn check_access(&self) -> Result<(), SettingsError> {
        if let Some((name, _)) = self.secrets().into_iter().find(|(_, secret)| secret.is_empty()) {
            return Err(SettingsError::EmptySecret(name));
        }
        for (name, key) in &self.keys {
            if let Some(origins) = &key.origins {
                if origins.is_empty() && key.secret.is_none() {
                    return Err(SettingsError::NobodyMayUse(name.clone()));
                }
                if let Some(wrong) = origins.iter().find(|origin| as_browsers_write_it(origin).is_none()) {
                    return Err(SettingsError::Origin(name.clone(), wrong.clone()));
                }
            }
        }
        Ok(())
    }

    /// Of others than us: short ones are given, and only warned about.
    fn secrets(&self) -> Vec<(String, &Secret)> {
        let mut secrets: Vec<(String, &Secret)> = Vec::new();
        for (name, key) in &self.keys {
            secrets.extend(
                key.secret.as_ref().map(|secret| (format!("the secret of the app key \"{name}\""), secret)),
            );
        }
        for server in &self.ice_servers {
            let url = server.urls.first().map_or("", String::as_str);
            secrets.extend(server.secret.as_ref().map(|secret| (format!("the secret of {url}"), secret)));
            secrets.extend(
                server.credential.as_ref().map(|secret| (format!("the credential of {url}"), secret)),
            );
        }
        let webhook = self.recording.webhook_secret.as_ref();
        secrets.extend(webhook.map(|secret| ("the webhook_secret".to_owned(), secret)));
        secrets
    }

    /// What is better changed, though it works; to be told at the start.
    pub fn warnings(&self) -> Vec<String> {
        let weak = self.secrets().into_iter().filter(|(_, secret)| is_weak(secret));
        weak.map(|(name, _)| format!("{name} has less than {LEAST_CHARACTERS} characters: it can be guessed"))
            .collect()
    }
}

/// Of a secret that nobody finds by trying.
const LEAST_CHARACTERS: usize = 16;

fn is_weak(secret: &Secret) -> bool {
    secret.reveal().chars().count() < LEAST_CHARACTERS
}

/// Whether the text can be put into a client's signalling URL: it must hold nothing else.
pub fn is_host_and_port(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    !text.is_empty() && text.len() <= 260 && text.chars().all(allowed) && !text.starts_with(':')
}

fn read_file(path: &Path) -> Result<SettingsFile, SettingsError> {
    let text = std::fs::read_to_string(path)
        .map_err(|reason| SettingsError::Unreadable { path: path.to_owned(), reason })?;
    toml::from_str(&text)
        .map_err(|error| SettingsError::Invalid { path: path.to_owned(), reason: one_line(&text, &error) })
}

/// `line 3: unknown field …`, without the source text, which may hold secrets.
fn one_line(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
    match error.span() {
        Some(span) => {
            let before = text.get(..span.start).unwrap_or_default();
            let line = before.matches('\n').count().saturating_add(1);
            format!("line {line}: {message}")
        }
        None => message,
    }
}

fn default_keys() -> BTreeMap<String, AppKey> {
    let demo = AppKey::default();
    let persistent = AppKey { persistent_messages: true, ..AppKey::default() };
    // Shares the rooms of `demo`, or there would be nobody to list.
    let privileged = AppKey { privileged: true, space: Some("demo".to_owned()), ..AppKey::default() };
    BTreeMap::from([
        ("demo".to_owned(), demo),
        ("demo-persistent".to_owned(), persistent),
        ("demo-privileged".to_owned(), privileged),
    ])
}

#[cfg(test)]
mod tests;
