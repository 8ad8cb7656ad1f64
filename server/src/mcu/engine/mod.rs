//! What carries the media of one client: ICE, DTLS, SRTP and data channels, by str0m. This folder
//! alone knows it.
//!
//! Descriptions are not str0m's business here: its lines are declared one by one as they are
//! agreed ([`Change`](super::lines::Change)). It has one strict rule, that after each call all its
//! output is taken before the next; `Connection::act` is the only way to call it, but for packets that
//! go out (`sending`). It may panic where it finds itself inconsistent, so each call is fenced, and a
//! connection that panics is given up alone.

mod certificate;
mod channels;
mod crypto;
mod datagram;
mod media;
mod outgoing;
mod sending;
mod setup;
mod sources;
mod stream_limit;
#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]
pub(super) mod test_client;
#[cfg(test)]
mod tests;

pub use certificate::Certificate;
pub use datagram::ufrag_of;
pub use setup::ciphers;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::{Duration, Instant};

use str0m::bwe::BweKind;
use str0m::media::Rid;
use str0m::net::Protocol as Str0mProtocol;
use str0m::{Event, Input, Output, Rtc};

use super::connection::Opening;
use super::packet::Packet;
use super::room::FileEvent;
use super::sdp::{Extension, IceCredentials, Source};
use channels::Channels;
use datagram::{is_connectivity_check, is_dtls, is_nomination};
use outgoing::Outgoing;
use setup::{build, ice, received};
use sources::Sight;

/// Addresses of one client that are known at a time.
const MOST_ADDRESSES: usize = 8;
/// An address that was silent for so long makes room for another.
const ADDRESS_LIFETIME: Duration = Duration::from_secs(15);
/// A call needs a few rounds until nothing is left to do at once.
const MOST_ROUNDS: usize = 64;

/// How datagrams travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// One by one.
    Udp,
    /// In a stream, each after its length (RFC 4571).
    Tcp,
}

/// What a connection wants.
#[derive(Debug)]
pub enum EngineOutput {
    /// A datagram is to be sent.
    Transmit {
        /// How.
        protocol: Protocol,
        /// Where to.
        to: SocketAddr,
        /// What.
        contents: Vec<u8>,
    },
    /// The client sends from this address.
    Address(Protocol, SocketAddr),
    /// It does so no longer.
    OldAddress(Protocol, SocketAddr),
    /// A packet of the client came in on a line.
    Packet {
        /// The line.
        mid: String,
        /// The layer; 0 where there is but one.
        layer: usize,
        /// The packet.
        packet: Packet,
    },
    /// The client needs a key frame on a line.
    KeyFrame {
        /// The line.
        mid: String,
    },
    /// The way to the client carries so many bits a second.
    Estimate(u64),
    /// A text came by the data channel.
    Text(String),
    /// Something about a channel for a file.
    File(FileEvent),
    /// It carries media from now on.
    Connected,
    /// It is over.
    Closed {
        /// Why.
        reason: Ending,
    },
}

/// Why a connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The client closed it.
    ByClient,
    /// The engine could not go on.
    Failed,
}

/// One client's connection.
pub struct Connection {
    rtc: Rtc,
    outputs: VecDeque<EngineOutput>,
    deadline: Option<Instant>,
    is_open: bool,
    is_connected: bool,
    addresses: Vec<(Protocol, SocketAddr, Instant)>,
    /// The address that the client chose last.
    remote: Option<(Protocol, SocketAddr)>,
    declared: BTreeSet<String>,
    /// The sources that were told.
    sources: BTreeMap<String, Source>,
    /// Others from which something genuine came.
    proven: BTreeSet<u32>,
    /// Layers that lines come in, the lowest first.
    layers: BTreeMap<String, Vec<Rid>>,
    /// Packets may say which layer they belong to.
    names_layers: bool,
    desired: u64,
    outgoing: BTreeMap<String, Outgoing>,
    /// The sources of packets that wait to be let out.
    written: Vec<u32>,
    channels: Channels,
}

impl Connection {
    /// A connection that waits for the client's first packet.
    pub fn new(opening: &Opening, certificate: &Certificate, now: Instant) -> Option<Self> {
        let made = catch_unwind(AssertUnwindSafe(|| build(opening, certificate, now)));
        let rtc = made.ok().flatten()?;
        let mut connection = Self {
            rtc,
            outputs: VecDeque::new(),
            deadline: None,
            is_open: true,
            is_connected: false,
            addresses: Vec::new(),
            remote: None,
            declared: BTreeSet::new(),
            sources: BTreeMap::new(),
            proven: BTreeSet::new(),
            layers: BTreeMap::new(),
            names_layers: opening.formats.extensions().iter().any(|(_, known)| *known == Extension::StreamId),
            desired: 0,
            outgoing: BTreeMap::new(),
            written: Vec::new(),
            channels: Channels::default(),
        };
        connection.act(now, |_| {});
        Some(connection)
    }

    /// The next thing it wants.
    pub fn poll(&mut self) -> Option<EngineOutput> {
        self.outputs.pop_front()
    }

    /// The next datagram, if that is the next thing it wants.
    pub fn poll_transmit(&mut self) -> Option<EngineOutput> {
        match self.outputs.front() {
            Some(EngineOutput::Transmit { .. }) => self.outputs.pop_front(),
            _ => None,
        }
    }

    /// Whether it wants anything.
    pub fn has_output(&self) -> bool {
        !self.outputs.is_empty()
    }

    /// When [`Connection::handle_timeout`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline.filter(|_| self.is_open)
    }

    /// Time passes.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.fence(|connection| {
            connection.rtc.handle_input(Input::Timeout(now))?;
            connection.drain(now)
        });
        self.flush_channels(now);
    }

    /// Whether a datagram from an address that is not known belongs to this client.
    pub fn accepts(&self, protocol: Protocol, from: SocketAddr, datagram: &[u8], now: Instant) -> bool {
        let Ok(receive) = received(protocol, from, datagram) else { return false };
        self.is_open && self.rtc.accepts(&Input::Receive(now, receive))
    }

    /// A datagram came in. Only checks of connectivity, which carry a secret, make an address
    /// known; anything else from elsewhere is dropped.
    pub fn handle_datagram(&mut self, protocol: Protocol, from: SocketAddr, datagram: &[u8], now: Instant) {
        let is_check = is_connectivity_check(datagram);
        if is_check {
            if !self.accepts(protocol, from, datagram, now) || !self.note_address(protocol, from, now) {
                return;
            }
            if is_nomination(datagram) && self.remote != Some((protocol, from)) {
                self.remote = Some((protocol, from));
            }
        } else if !self.addresses.iter().any(|known| (known.0, known.1) == (protocol, from)) {
            return;
        }
        let Ok(receive) = received(protocol, from, datagram) else { return };
        let sight = self.sees(datagram);
        if matches!(sight, Sight::OneTooMany) {
            return;
        }
        let opened = crypto::opened();
        self.act(now, |rtc| {
            // A datagram that it cannot make sense of ends nothing.
            if let Err(error) = rtc.handle_input(Input::Receive(now, receive)) {
                tracing::debug!(%error, "datagram not understood");
            }
        });
        if let Sight::New(unproven) = sight {
            self.proves(unproven, crypto::opened() != opened, now);
        }
        if is_dtls(datagram) {
            // Acknowledgements of the data channels come this way.
            self.flush_channels(now);
        }
    }

    fn note_address(&mut self, protocol: Protocol, from: SocketAddr, now: Instant) -> bool {
        if let Some(known) = self.addresses.iter_mut().find(|known| (known.0, known.1) == (protocol, from)) {
            known.2 = now;
            return true;
        }
        let outputs = &mut self.outputs;
        self.addresses.retain(|known| {
            let is_alive = now.saturating_duration_since(known.2) < ADDRESS_LIFETIME;
            if !is_alive {
                outputs.push_back(EngineOutput::OldAddress(known.0, known.1));
            }
            is_alive
        });
        if self.addresses.len() >= MOST_ADDRESSES {
            return false;
        }
        self.addresses.push((protocol, from, now));
        self.outputs.push_back(EngineOutput::Address(protocol, from));
        true
    }

    /// The addresses that the client sends from.
    pub fn addresses(&self) -> impl Iterator<Item = (Protocol, SocketAddr)> + '_ {
        self.addresses.iter().map(|known| (known.0, known.1))
    }

    /// The client checks addresses anew, with new credentials on both sides.
    pub fn restart_ice(&mut self, local: &IceCredentials, remote: &IceCredentials, now: Instant) {
        self.act(now, |rtc| {
            let mut direct = rtc.direct_api();
            direct.set_local_ice_credentials(ice(local));
            direct.set_remote_ice_credentials(ice(remote));
        });
    }

    /// Calls the engine once and takes all its output.
    fn act<T>(&mut self, now: Instant, call: impl FnOnce(&mut Rtc) -> T) -> Option<T> {
        self.fence(|connection| {
            let value = call(&mut connection.rtc);
            connection.drain(now).map(|()| value)
        })
    }

    /// Does something with the engine. What goes wrong ends this connection alone.
    fn fence<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, str0m::RtcError>) -> Option<T> {
        if !self.is_open {
            return None;
        }
        match catch_unwind(AssertUnwindSafe(|| act(self))) {
            Ok(Ok(value)) => Some(value),
            Ok(Err(error)) => {
                tracing::debug!(%error, "connection failed");
                self.close(Ending::Failed);
                None
            }
            Err(_) => {
                tracing::error!("the engine panicked; one connection is given up");
                self.close(Ending::Failed);
                None
            }
        }
    }

    fn close(&mut self, reason: Ending) {
        self.is_open = false;
        self.is_connected = false;
        self.outputs.push_back(EngineOutput::Closed { reason });
    }

    fn drain(&mut self, now: Instant) -> Result<(), str0m::RtcError> {
        for _ in 0..MOST_ROUNDS {
            while self.is_open {
                match self.rtc.poll_output()? {
                    Output::Timeout(deadline) => {
                        self.deadline = Some(deadline);
                        break;
                    }
                    Output::Transmit(transmit) => {
                        self.transmit(transmit);
                    }
                    Output::Event(event) => self.take(event),
                }
            }
            if !self.is_open {
                return Ok(());
            }
            if !self.rtc.is_alive() {
                self.close(Ending::ByClient);
                return Ok(());
            }
            if self.deadline.is_none_or(|deadline| deadline > now) {
                return Ok(());
            }
            self.rtc.handle_input(Input::Timeout(now))?;
        }
        self.deadline = now.checked_add(Duration::from_millis(1));
        Ok(())
    }

    /// Answers to checks go back where these came from, all else where the client wants it: the
    /// latest nomination counts, also of a client that has moved. `true` for packets of media.
    fn transmit(&mut self, transmit: str0m::net::Transmit) -> bool {
        let contents = Vec::from(transmit.contents);
        let own = match transmit.proto {
            Str0mProtocol::Udp => (Protocol::Udp, transmit.destination),
            _ => (Protocol::Tcp, transmit.destination),
        };
        let is_check = contents.first().is_some_and(|first| *first < 2);
        let (protocol, to) = if is_check { own } else { self.remote.unwrap_or(own) };
        let is_media = self.note_let_out(&contents);
        self.outputs.push_back(EngineOutput::Transmit { protocol, to, contents });
        is_media
    }

    fn take(&mut self, event: Event) {
        let output = match event {
            Event::Connected => {
                self.is_connected = true;
                EngineOutput::Connected
            }
            Event::RtpPacket(packet) => match self.packet(packet) {
                Some(output) => output,
                None => return,
            },
            Event::EgressBitrateEstimate(BweKind::Twcc { estimate, .. }) => match setup::measured(estimate) {
                Some(bits) => EngineOutput::Estimate(bits),
                None => return,
            },
            Event::KeyframeRequest(request) => EngineOutput::KeyFrame { mid: request.mid.to_string() },
            Event::ChannelOpen(channel, label) => match self.channel_opened(channel, label) {
                Some(event) => EngineOutput::File(event),
                None => return,
            },
            Event::ChannelClose(channel) => match self.channel_closed(channel) {
                Some(event) => EngineOutput::File(event),
                None => return,
            },
            Event::ChannelData(data) => match self.channel_data(data) {
                Some(output) => output,
                None => return,
            },
            _ => return,
        };
        self.outputs.push_back(output);
    }
}
