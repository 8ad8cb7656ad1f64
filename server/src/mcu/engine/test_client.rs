//! A client for tests without a browser: str0m on the other side, with pictures and sounds that
//! are just bytes.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{json, Value as Json};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::channel::{ChannelConfig, ChannelId};
use str0m::crypto::CryptoProvider;
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive, TcpType};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc};

#[path = "test_client_layers.rs"]
mod layers;

pub use layers::{check_stream, Camera, Seen, VideoOrientation};

use super::setup::provider;
use crate::mcu::sdp::Kind;

/// The one address that tests give the media server.
pub const SERVER: &str = "192.0.2.7:4000";

/// Which numbers a source's packets had.
#[derive(Debug, Default)]
pub struct Numbers {
    pub medium: String,
    pub first: u64,
    pub last: u64,
    pub count: u64,
    /// When each came first.
    pub came: BTreeMap<u64, Instant>,
}

impl Numbers {
    /// How many between the first and the last never came.
    pub fn missing(&self) -> u64 {
        self.last + 1 - self.first - self.count
    }
}

pub struct TestClient {
    pub id: String,
    rtc: Rtc,
    protocol: Protocol,
    pub address: SocketAddr,
    /// Where the media server is, as far as it knows.
    pub server: SocketAddr,
    pending: Option<SdpPendingOffer>,
    sent: Vec<(Mid, String, Kind)>,
    /// The lines that it offered to send on, oldest first.
    lines: Vec<String>,
    channel: Option<ChannelId>,
    /// Whose medium comes on which line.
    media: BTreeMap<String, String>,
    /// Frames received, by publisher's medium.
    pub frames: BTreeMap<String, u64>,
    /// Numbers of the packets received, by the source that they have here.
    pub numbers: BTreeMap<u32, Numbers>,
    pub texts: Vec<String>,
    files: Vec<(ChannelId, String)>,
    /// What came by channels for files: their name, whether it is binary, and the bytes.
    pub file_data: Vec<(String, bool, Vec<u8>)>,
    /// Signalling messages for the media server.
    pub says: Vec<Json>,
    pub transmits: Vec<Vec<u8>>,
    pub key_frames_wanted: u32,
    pub connected: bool,
    /// Of each packet of sound.
    pub sound_bytes: usize,
    pub deadline: Instant,
    clock: u64,
    /// A camera in layers, if it has one.
    pub camera: Option<Camera>,
    started: Instant,
    /// Packets of cameras in layers, by medium and number.
    pub seen: BTreeMap<String, BTreeMap<u64, Seen>>,
}

impl TestClient {
    pub fn new(id: &str, number: u8, now: Instant) -> Self {
        let address = SocketAddr::from(([198, 51, 100, number], 5000));
        Self::at(id, Protocol::Udp, address, now)
    }

    pub fn new_by_udp(id: &str, address: SocketAddr, now: Instant) -> Self {
        Self::at(id, Protocol::Udp, address, now)
    }

    pub fn new_by_tcp(id: &str, address: SocketAddr, now: Instant) -> Self {
        Self::at(id, Protocol::Tcp, address, now)
    }

    fn at(id: &str, protocol: Protocol, address: SocketAddr, now: Instant) -> Self {
        let ciphers: Arc<CryptoProvider> = Arc::clone(provider());
        let mut rtc = Rtc::builder()
            .set_crypto_provider(ciphers)
            .clear_codecs()
            .set_rtp_mode(true)
            .enable_opus(true, false)
            .enable_vp8(true)
            .build(now);
        let candidate = match protocol {
            Protocol::Tcp => Candidate::builder().tcp().host(address).tcptype(TcpType::Active).build(),
            _ => Candidate::host(address, "udp"),
        };
        rtc.add_local_candidate(candidate.unwrap());
        let mut client = Self {
            id: id.to_owned(),
            rtc,
            protocol,
            address,
            server: SERVER.parse().unwrap(),
            pending: None,
            sent: Vec::new(),
            lines: Vec::new(),
            channel: None,
            media: BTreeMap::new(),
            frames: BTreeMap::new(),
            numbers: BTreeMap::new(),
            texts: Vec::new(),
            files: Vec::new(),
            file_data: Vec::new(),
            says: Vec::new(),
            transmits: Vec::new(),
            key_frames_wanted: 0,
            connected: false,
            sound_bytes: 100,
            deadline: now,
            clock: 0,
            camera: None,
            started: now,
            seen: BTreeMap::new(),
        };
        client.say(
            json!({"type": "enter", "fileChannels": true, "userInfo": {"userData": id, "settings": {}}}),
        );
        client
    }

    pub fn say(&mut self, mut message: Json) {
        message["mid"] = json!(self.id);
        message["rid"] = json!("r");
        message["target"] = json!("MCU");
        self.says.push(message);
    }

    /// Offers media, which it sends from then on, and a data channel with the first of them.
    pub fn offer(&mut self, media: &[(Kind, &str)], now: Instant) {
        let mut change = self.rtc.sdp_api();
        let mut added = Vec::new();
        for (kind, stream) in media {
            let str0m_kind = if *kind == Kind::Audio { MediaKind::Audio } else { MediaKind::Video };
            let mid =
                change.add_media(str0m_kind, Direction::SendRecv, Some((*stream).to_owned()), None, None);
            added.push((mid, (*stream).to_owned(), *kind));
        }
        if self.channel.is_none() {
            self.channel = Some(change.add_channel("main".to_owned()));
        }
        let applied = change.apply();
        self.propose(applied, added, now);
    }

    /// Sends this medium no more; its line stays, as with a page.
    pub fn stop(&mut self, stream: &str, now: Instant) {
        let place = self.sent.iter().position(|(_, known, _)| known == stream).unwrap();
        let (mid, ..) = self.sent.remove(place);
        let mut change = self.rtc.sdp_api();
        change.set_direction(mid, Direction::RecvOnly);
        let applied = change.apply();
        self.propose(applied, Vec::new(), now);
    }

    /// Sends on a line again that it offered before, under another name.
    pub fn send_again(&mut self, line: usize, kind: Kind, stream: &str, now: Instant) {
        let mid = Mid::from(self.lines[line].as_str());
        let mut change = self.rtc.sdp_api();
        change.set_direction(mid, Direction::SendRecv);
        let applied = change.apply();
        self.propose(applied, vec![(mid, stream.to_owned(), kind)], now);
    }

    /// The m-section of what it offered so-manieth.
    pub fn line(&self, place: usize) -> String {
        self.lines[place].clone()
    }

    pub fn restart_ice(&mut self, now: Instant) {
        let mut change = self.rtc.sdp_api();
        change.ice_restart(true);
        let applied = change.apply();
        self.propose(applied, Vec::new(), now);
    }

    fn propose(
        &mut self,
        applied: Option<(SdpOffer, SdpPendingOffer)>,
        added: Vec<(Mid, String, Kind)>,
        now: Instant,
    ) {
        let (offer, pending) = applied.unwrap();
        for (mid, ..) in &added {
            if !self.lines.contains(&mid.to_string()) {
                self.lines.push(mid.to_string());
            }
        }
        self.sent.extend(added);
        self.pending = Some(pending);
        let list = self.own_list();
        self.say(json!({"type": "offer", "sdp": offer.to_sdp_string(), "mediaInfoList": list, "weight": 1}));
        self.drain(now);
    }

    fn own_list(&self) -> Json {
        let entry = |(mid, stream, kind): &(Mid, String, Kind)| {
            let prefix = if *kind == Kind::Audio { "AUDIO" } else { "VIDEO" };
            json!({"publisherId": self.id, "mediaId": format!("{prefix}_{stream}"),
                "mediaState": "active", "transceiverMid": mid.to_string()})
        };
        Json::Array(self.sent.iter().map(entry).collect())
    }

    pub fn hear(&mut self, message: &Json, now: Instant) {
        for info in message["mediaInfoList"].as_array().unwrap_or(&Vec::new()) {
            if let Some(mid) = info["transceiverMid"].as_str() {
                self.media.insert(mid.to_owned(), info["mediaId"].as_str().unwrap().to_owned());
            }
        }
        match message["type"].as_str().unwrap() {
            "answer" => {
                let answer = SdpAnswer::from_sdp_string(message["sdp"].as_str().unwrap()).unwrap();
                let pending = self.pending.take().unwrap();
                self.rtc.sdp_api().accept_answer(pending, answer).unwrap();
                self.say(json!({"type": "answerAck", "success": true}));
            }
            "offer" if self.pending.is_none() => {
                let offer = SdpOffer::from_sdp_string(message["sdp"].as_str().unwrap()).unwrap();
                let answer = self.rtc.sdp_api().accept_offer(offer).unwrap();
                self.say(json!({"type": "answer", "sdp": answer.to_sdp_string()}));
            }
            _ => {}
        }
        self.drain(now);
    }

    pub fn datagram(&mut self, bytes: &[u8], now: Instant) {
        let receive = Receive::new(self.protocol, self.server, self.address, bytes).unwrap();
        self.rtc.handle_input(Input::Receive(now, receive)).unwrap();
        self.drain(now);
    }

    pub fn tick(&mut self, now: Instant) {
        self.rtc.handle_input(Input::Timeout(now)).unwrap();
        self.drain(now);
    }

    /// One frame of everything it sends; pictures come in two packets of `size` bytes.
    pub fn send_frames(&mut self, size: usize, now: Instant) {
        self.clock += 1;
        let layered = self.camera.as_ref().map(|camera| camera.mid);
        for (mid, _, kind) in self.sent.clone().into_iter().filter(|(mid, ..)| Some(*mid) != layered) {
            let (codec, time, packets) = match kind {
                // As 20 ms of Opus begin (RFC 6716, 3.1).
                Kind::Audio => (Codec::Opus, 960 * self.clock, vec![vec![0xfc; self.sound_bytes]]),
                _ => (Codec::Vp8, 3000 * self.clock, vec![vec![0x10; size], vec![0; size]]),
            };
            let params = self.rtc.codec_config().find(|params| params.spec().codec == codec);
            let pt = params.unwrap().pt();
            let last = packets.len() - 1;
            for (place, data) in packets.into_iter().enumerate() {
                // Beyond 16 bits soon, as in a call that has gone on for a while.
                let sequence = 65_500 + self.clock * (last as u64 + 1) + place as u64;
                let write = RtpWrite::new(pt, sequence.into(), time as u32, now, data)
                    .marker(place == last)
                    .nackable(kind == Kind::Video);
                let mut direct = self.rtc.direct_api();
                let Some(stream) = direct.stream_tx_by_mid(mid, None) else { continue };
                stream.write_rtp(write);
                self.drain(now);
                self.tick(now);
            }
        }
    }

    /// One packet of sound on this line of its offers, from a source that no description told. From then
    /// on nothing else is sent there: of two sources on a line the engine serves only one.
    pub fn send_from(&mut self, source: u32, line: usize, now: Instant) {
        let mid = Mid::from(self.lines[line].as_str());
        let opus = self.rtc.codec_config().find(|params| params.spec().codec == Codec::Opus);
        let write = RtpWrite::new(opus.unwrap().pt(), 1.into(), 1, now, vec![0xfc; 100]);
        let mut direct = self.rtc.direct_api();
        while let Some(other) = direct.stream_tx_by_mid(mid, None).map(|stream| stream.ssrc()) {
            direct.remove_stream_tx(other);
        }
        direct.declare_stream_tx(source.into(), None, mid, None).write_rtp(write);
        self.tick(now);
        self.rtc.direct_api().remove_stream_tx(source.into());
        self.drain(now);
    }

    pub fn send_text(&mut self, text: &str, now: Instant) {
        let id = self.channel.unwrap();
        assert!(self.rtc.channel(id).unwrap().write(false, text.as_bytes()).unwrap());
        self.drain(now);
    }

    /// A channel on this stream that the other side is not told of, and something on it.
    pub fn write_untold(&mut self, stream: u16, now: Instant) -> ChannelId {
        let config = ChannelConfig { negotiated: Some(stream), ..ChannelConfig::default() };
        let id = self.rtc.direct_api().create_data_channel(config);
        self.tick(now);
        assert!(self.rtc.channel(id).unwrap().write(false, b"nobody knows").unwrap());
        self.drain(now);
        id
    }

    /// Bytes on a channel that the other side has not acknowledged.
    pub fn unacknowledged(&mut self, id: ChannelId) -> usize {
        self.rtc.channel(id).map_or(0, |mut channel| channel.buffered_amount())
    }

    pub fn open_file(&mut self, label: &str, now: Instant) {
        let config = ChannelConfig { label: label.to_owned(), ..ChannelConfig::default() };
        let id = self.rtc.direct_api().create_data_channel(config);
        self.files.push((id, label.to_owned()));
        self.drain(now);
        self.tick(now);
    }

    fn file(&self, label: &str) -> ChannelId {
        self.files.iter().find(|(_, known)| known == label).unwrap().0
    }

    /// `false` if it has to wait.
    pub fn write_file(&mut self, label: &str, binary: bool, bytes: &[u8], now: Instant) -> bool {
        let id = self.file(label);
        let is_taken = self.rtc.channel(id).unwrap().write(binary, bytes).unwrap();
        self.drain(now);
        is_taken
    }

    pub fn close_file(&mut self, label: &str, now: Instant) {
        let id = self.file(label);
        self.rtc.direct_api().close_data_channel(id);
        self.drain(now);
    }

    /// The channels for files that are open.
    pub fn file_labels(&self) -> Vec<String> {
        self.files.iter().map(|(_, label)| label.clone()).collect()
    }

    pub fn close(&mut self, now: Instant) {
        self.rtc.close().unwrap();
        self.drain(now);
    }

    fn drain(&mut self, now: Instant) {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(deadline) => {
                    self.deadline = deadline.max(now);
                    return;
                }
                Output::Transmit(transmit) => self.transmits.push(Vec::from(transmit.contents)),
                Output::Event(event) => self.take(event),
            }
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Connected => self.connected = true,
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => self.connected = false,
            Event::RtpPacket(packet) => {
                let mid = self.rtc.direct_api().stream_rx(&packet.header.ssrc).unwrap().mid();
                let medium = self.media.get(&mid.to_string());
                let medium = medium.cloned().unwrap_or_else(|| "nobody".to_owned());
                let is_picture = medium.starts_with("VIDEO");
                let number = *packet.seq_no;
                let new = || Numbers {
                    medium: medium.clone(),
                    first: number,
                    last: number,
                    count: 0,
                    came: BTreeMap::new(),
                };
                let numbers = self.numbers.entry(*packet.header.ssrc).or_insert_with(new);
                numbers.first = numbers.first.min(number);
                numbers.last = numbers.last.max(number);
                numbers.count += 1;
                numbers.came.entry(number).or_insert(packet.timestamp);
                self.see(&medium, &packet);
                *self.frames.entry(medium).or_default() += u64::from(!is_picture || packet.header.marker);
            }
            Event::KeyframeRequest(request) => {
                self.key_frames_wanted += 1;
                self.key_frame_wanted(request.mid, request.rid);
            }
            Event::ChannelOpen(id, label)
                if label.starts_with("file/") && self.files.iter().all(|(known, _)| *known != id) =>
            {
                self.files.push((id, label));
            }
            Event::ChannelClose(id) => self.files.retain(|(known, _)| *known != id),
            Event::ChannelData(data) => match self.files.iter().find(|(known, _)| *known == data.id) {
                Some((_, label)) => self.file_data.push((label.clone(), data.binary, data.data)),
                None => self.texts.push(String::from_utf8(data.data).unwrap()),
            },
            _ => {}
        }
    }
}
