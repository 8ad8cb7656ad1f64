//! One client without its port: descriptions, datagrams and time come in, datagrams go out.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use skylink_server::mcu::engine::ciphers;
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc};

use crate::orders::{Counts, Order, Value};
use crate::pace::{Due, Kind, Pace};

/// Why an order failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine says so.
    #[error(transparent)]
    Engine(#[from] str0m::RtcError),
    /// A description makes no sense.
    #[error("the description cannot be read: {0}")]
    Description(String),
    /// Nothing can be offered, or nothing was.
    #[error("there is no offer")]
    NoOffer,
    /// The port failed.
    #[error(transparent)]
    System(#[from] std::io::Error),
}

/// A client's engine, and what it sends.
pub struct Peer {
    rtc: Rtc,
    address: SocketAddr,
    pending: Option<SdpPendingOffer>,
    lines: Vec<(Mid, Kind)>,
    paces: Vec<(Mid, Kind, Pace)>,
    counts: Counts,
    deadline: Instant,
    transmits: VecDeque<(SocketAddr, Vec<u8>)>,
}

impl Peer {
    /// A client that is reached at this address.
    ///
    /// # Errors
    /// When none can be reached there.
    pub fn new(address: SocketAddr, now: Instant) -> Result<Self, Error> {
        let mut rtc = Rtc::builder()
            .set_crypto_provider(ciphers())
            .clear_codecs()
            .set_rtp_mode(true)
            .enable_opus(true, false)
            .enable_vp8(true)
            .build(now);
        let candidate =
            Candidate::host(address, "udp").map_err(|error| Error::Description(error.to_string()))?;
        rtc.add_local_candidate(candidate);
        Ok(Self {
            rtc,
            address,
            pending: None,
            lines: Vec::new(),
            paces: Vec::new(),
            counts: Counts::default(),
            deadline: now,
            transmits: VecDeque::new(),
        })
    }

    /// Does what it is told.
    ///
    /// # Errors
    /// When it cannot.
    pub fn obey(&mut self, order: Order, now: Instant) -> Result<Value, Error> {
        match order {
            Order::Offer { pictures, sound, channel } => {
                let mut change = self.rtc.sdp_api();
                let mut add = |kind, as_kind| {
                    let mid = change.add_media(as_kind, Direction::SendOnly, None, None, None);
                    self.lines.push((mid, kind));
                };
                if sound {
                    add(Kind::Sound, MediaKind::Audio);
                }
                if pictures {
                    add(Kind::Pictures, MediaKind::Video);
                }
                if channel {
                    change.add_channel("main".to_owned());
                }
                let (offer, pending) = change.apply().ok_or(Error::NoOffer)?;
                self.pending = Some(pending);
                Ok(Value::Sdp(offer.to_sdp_string()))
            }
            Order::TakeAnswer { sdp } => {
                let answer = SdpAnswer::from_sdp_string(&sdp);
                let answer = answer.map_err(|error| Error::Description(error.to_string()))?;
                let pending = self.pending.take().ok_or(Error::NoOffer)?;
                self.rtc.sdp_api().accept_answer(pending, answer)?;
                Ok(Value::Nothing)
            }
            Order::TakeOffer { sdp } => {
                let offer = SdpOffer::from_sdp_string(&sdp);
                let offer = offer.map_err(|error| Error::Description(error.to_string()))?;
                Ok(Value::Sdp(self.rtc.sdp_api().accept_offer(offer)?.to_sdp_string()))
            }
            Order::Send => {
                self.paces =
                    self.lines.iter().map(|(mid, kind)| (*mid, *kind, Pace::new(*kind, now))).collect();
                Ok(Value::Nothing)
            }
            Order::BeSilent => {
                self.paces.clear();
                Ok(Value::Nothing)
            }
            Order::Count => Ok(Value::Counts(self.counts)),
        }
    }

    /// It is over.
    pub fn end(&mut self) {
        self.counts.is_connected = false;
    }

    /// What it has seen so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// When [`Peer::work`] has something to do.
    pub fn deadline(&self) -> Instant {
        self.paces.iter().map(|(_, _, pace)| pace.next()).fold(self.deadline, Instant::min)
    }

    /// The next datagram that it sends, and where to.
    pub fn poll(&mut self) -> Option<(SocketAddr, Vec<u8>)> {
        self.transmits.pop_front()
    }

    /// Sends what is due, and lets time pass.
    ///
    /// # Errors
    /// When the engine cannot go on.
    pub fn work(&mut self, now: Instant) -> Result<(), Error> {
        self.drain()?;
        let mut due = Vec::new();
        for (mid, kind, pace) in &mut self.paces {
            while let Some(packets) = pace.take(now) {
                due.extend(packets.into_iter().map(|packet| (*mid, *kind, packet)));
            }
        }
        for (mid, kind, packet) in due {
            self.send(mid, kind, packet, now);
            self.drain()?;
            self.rtc.handle_input(Input::Timeout(now))?;
            self.drain()?;
        }
        if self.deadline <= now {
            self.rtc.handle_input(Input::Timeout(now))?;
            self.drain()?;
        }
        Ok(())
    }

    /// Takes a datagram. One that makes no sense is dropped.
    ///
    /// # Errors
    /// When the engine cannot go on.
    pub fn receive(&mut self, from: SocketAddr, datagram: &[u8], now: Instant) -> Result<(), Error> {
        if let Ok(receive) = Receive::new(Protocol::Udp, from, self.address, datagram) {
            self.rtc.handle_input(Input::Receive(now, receive))?;
        }
        self.drain()
    }

    fn send(&mut self, mid: Mid, kind: Kind, packet: Due, now: Instant) {
        let codec = if kind == Kind::Sound { Codec::Opus } else { Codec::Vp8 };
        let params = self.rtc.codec_config().find(|params| params.spec().codec == codec);
        let Some(payload_type) = params.map(|params| params.pt()) else { return };
        let write = RtpWrite::new(payload_type, packet.number.into(), packet.time, now, packet.payload)
            .marker(packet.is_last)
            .nackable(kind == Kind::Pictures);
        if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(mid, None) {
            stream.write_rtp(write);
            self.counts.sent = self.counts.sent.saturating_add(1);
        }
    }

    /// Takes all that the engine wants.
    fn drain(&mut self) -> Result<(), Error> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(deadline) => {
                    self.deadline = deadline;
                    return Ok(());
                }
                Output::Transmit(transmit) => {
                    self.transmits.push_back((transmit.destination, Vec::from(transmit.contents)));
                }
                Output::Event(Event::Connected) => self.counts.is_connected = true,
                Output::Event(Event::RtpPacket(_)) => {
                    self.counts.received = self.counts.received.saturating_add(1);
                }
                Output::Event(Event::KeyframeRequest(_)) => {
                    self.counts.key_frames_wanted = self.counts.key_frames_wanted.saturating_add(1);
                }
                Output::Event(_) => {}
            }
        }
    }
}
