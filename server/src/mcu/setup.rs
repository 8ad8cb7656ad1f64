//! What the media server is started with.

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use super::address::PublicAddress;
use super::command::Signal;
use super::room::McuLimits;
use super::tap::TapFactory;

/// Where messages for clients go. It is called on the threads of the media server.
pub type SignalSink = Arc<dyn Fn(Signal) + Send + Sync>;

/// Whether and where clients are served by TCP that cannot use UDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TcpSetting {
    /// At the address of UDP, with the same port number or the next one; if both are taken, not.
    #[default]
    Beside,
    /// There.
    At(SocketAddr),
    /// Not at all.
    Off,
}

impl FromStr for TcpSetting {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "off" => Ok(Self::Off),
            address => address.parse().map(Self::At).map_err(|_| ()),
        }
    }
}

/// What the media server is started with.
pub struct DriverSetup {
    /// Where it listens for UDP; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where it listens for TCP.
    pub tcp: TcpSetting,
    /// What clients are told instead of that.
    pub public: Vec<PublicAddress>,
    /// Whether clients on this machine are expected.
    pub is_local: bool,
    /// How many threads share the rooms.
    pub threads: usize,
    /// Limits of each room.
    pub limits: McuLimits,
    /// Makes the taps of each room: recorders, live streams.
    pub taps: Vec<TapFactory>,
}
