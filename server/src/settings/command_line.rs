//! Flags, and the environment variables that stand for them.

use std::path::PathBuf;

use clap::Parser;

use crate::secret::Secret;

/// Self-hosted Skylink server: API, signalling and demo in one program.
#[derive(Debug, Default, Parser)]
#[command(name = "skylink-server", version, about)]
pub struct CommandLine {
    /// Settings file (TOML)
    #[arg(long, env = "SKYLINK_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "SKYLINK_LISTEN", value_name = "HOST:PORT")]
    pub listen: Option<String>,

    /// Address that clients are told to connect to [default: the one they called the API by]
    #[arg(long, env = "SKYLINK_PUBLIC_ADDRESS", value_name = "HOST[:PORT]")]
    pub public_address: Option<String>,

    /// Proxy that may say for whom it asks (X-Forwarded-For); may be given several times
    #[arg(long, env = "SKYLINK_TRUSTED_PROXIES", value_name = "IP[/BITS]", value_delimiter = ',')]
    pub trusted_proxy: Vec<String>,

    /// Address for /metrics alone, which --listen does not have then
    #[arg(long, env = "SKYLINK_METRICS_LISTEN", value_name = "IP:PORT")]
    pub metrics_listen: Option<String>,

    /// UDP address of the media server, used when an app key has `mcu = true`
    /// [default: every address of this machine, with the port of --listen]
    #[arg(long, env = "SKYLINK_MEDIA_LISTEN", value_name = "IP:PORT")]
    pub media_listen: Option<String>,

    /// TCP address of the media server, for clients that cannot use UDP; off does without
    /// [default: the address of --media-listen, or with the next port if that is taken]
    #[arg(long, env = "SKYLINK_MEDIA_TCP", value_name = "IP:PORT|off")]
    pub media_tcp: Option<String>,

    /// Address at which clients reach the media server; may be given several times
    /// [default: this machine's own]
    #[arg(long, env = "SKYLINK_MEDIA_ADDRESS", value_name = "IP[:PORT]", value_delimiter = ',')]
    pub media_address: Vec<String>,

    /// The program ffmpeg, which recordings and live streams need [default: the one in PATH]
    #[arg(long, env = "SKYLINK_FFMPEG", value_name = "FILE")]
    pub ffmpeg: Option<PathBuf>,

    /// Folder with the demo, or any other files to serve
    #[arg(long, env = "SKYLINK_WWW", value_name = "DIR")]
    pub www: Option<PathBuf>,

    /// Folder for what must outlive a restart: the key that signs tokens, stored messages, recordings
    #[arg(long, env = "SKYLINK_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Log level: error, warn, info, debug, trace, or a filter such as skylink_server=debug
    /// [default: info]
    #[arg(long, env = "SKYLINK_LOG", value_name = "LEVEL")]
    pub log: Option<String>,

    /// App key open to every origin; may be given several times and replaces all keys of the
    /// settings file [default: demo, demo-persistent, demo-privileged]
    #[arg(long = "app-key", env = "SKYLINK_APP_KEYS", value_name = "NAME", value_delimiter = ',')]
    pub app_keys: Vec<String>,

    /// Secret that signs tokens, to share between servers
    #[arg(long, env = "SKYLINK_TOKEN_SECRET", value_name = "TEXT", hide_env_values = true)]
    pub token_secret: Option<Secret>,

    /// Minutes from the API's answer to joinRoom [default: 60]
    #[arg(long, env = "SKYLINK_TOKEN_LIFETIME_MINUTES", value_name = "N")]
    pub token_lifetime_minutes: Option<u64>,

    /// Seconds between the pings of a client [default: 25]
    #[arg(long, env = "SKYLINK_PING_INTERVAL_SECONDS", value_name = "N")]
    pub ping_interval_seconds: Option<u64>,

    /// Seconds that a ping may be late [default: 60]
    #[arg(long, env = "SKYLINK_PING_TIMEOUT_SECONDS", value_name = "N")]
    pub ping_timeout_seconds: Option<u64>,
}
