//! One client: its port and its engine, on a thread of its own.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::Arc;
use std::time::{Duration, Instant};

use skylink_server::mcu::engine::ciphers;
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc};

use crate::orders::{Answer, Counts, Order, Value};
use crate::pace::{Due, Kind, Pace};

/// Orders are looked for so often.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// What a socket's time limit cannot be below.
const LEAST_WAIT: Duration = Duration::from_micros(200);
/// Datagrams are no longer.
const LONGEST_DATAGRAM: usize = 2000;

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

/// Takes the answer to an order.
pub type Tell = Arc<dyn Fn(Answer) + Send + Sync>;

/// A client.
pub struct Client {
    rtc: Rtc,
    socket: UdpSocket,
    address: SocketAddr,
    pending: Option<SdpPendingOffer>,
    lines: Vec<(Mid, Kind)>,
    paces: Vec<(Mid, Kind, Pace)>,
    counts: Counts,
}

impl Client {
    /// A client at a port of its own.
    ///
    /// # Errors
    /// When there is no such address on this machine.
    pub fn new(address: IpAddr) -> Result<Self, Error> {
        let socket = UdpSocket::bind((address, 0))?;
        let address = socket.local_addr()?;
        let mut rtc = Rtc::builder()
            .set_crypto_provider(ciphers())
            .clear_codecs()
            .set_rtp_mode(true)
            .enable_opus(true, false)
            .enable_vp8(true)
            .build(Instant::now());
        let candidate =
            Candidate::host(address, "udp").map_err(|error| Error::Description(error.to_string()))?;
        rtc.add_local_candidate(candidate);
        Ok(Self {
            rtc,
            socket,
            address,
            pending: None,
            lines: Vec::new(),
            paces: Vec::new(),
            counts: Counts::default(),
        })
    }

    /// Works until nobody gives orders any more.
    pub fn run(mut self, orders: &Receiver<(u64, Order)>, tell: &Tell) {
        loop {
            match orders.try_recv() {
                Ok((id, order)) => tell(match self.obey(order) {
                    Ok(value) => Answer::Done { id, value },
                    Err(error) => Answer::Failed { id, error: error.to_string() },
                }),
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {}
            }
            if self.work().is_err() {
                // It is over. Whoever counts sees that.
                self.counts.is_connected = false;
                std::thread::sleep(LOOK_EVERY);
            }
        }
    }

    fn obey(&mut self, order: Order) -> Result<Value, Error> {
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
                let now = Instant::now();
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

    /// Sends what is due and takes what comes, for a moment.
    fn work(&mut self) -> Result<(), Error> {
        let now = Instant::now();
        self.send_due(now)?;
        let deadline = self.drain()?;
        let next = self.paces.iter().map(|(_, _, pace)| pace.next()).fold(deadline, Instant::min);
        let wait = next.saturating_duration_since(now).clamp(LEAST_WAIT, LOOK_EVERY);
        self.socket.set_read_timeout(Some(wait))?;
        let mut buffer = [0; LONGEST_DATAGRAM];
        if let Ok((length, from)) = self.socket.recv_from(&mut buffer) {
            let datagram = buffer.get(..length).unwrap_or_default();
            if let Ok(receive) = Receive::new(Protocol::Udp, from, self.address, datagram) {
                self.rtc.handle_input(Input::Receive(Instant::now(), receive))?;
            }
        }
        self.drain()?;
        let now = Instant::now();
        if deadline <= now {
            self.rtc.handle_input(Input::Timeout(now))?;
        }
        Ok(())
    }

    fn send_due(&mut self, now: Instant) -> Result<(), Error> {
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
        Ok(())
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

    /// Takes all that the engine wants; it wants to be called again at the moment that this gives.
    fn drain(&mut self) -> Result<Instant, Error> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(deadline) => return Ok(deadline),
                Output::Transmit(transmit) => {
                    // What the system does not take is lost, as on any network.
                    let _ = self.socket.send_to(&transmit.contents, transmit.destination);
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
