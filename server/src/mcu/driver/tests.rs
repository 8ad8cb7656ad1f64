//! The media server with real threads and a real port; clients with real encryption.

use std::collections::BTreeMap;
use std::io::{Read, Write as _};
use std::net::{Ipv6Addr, TcpStream, UdpSocket};
use std::sync::mpsc::{channel, Receiver};
use std::time::{Duration, Instant};

use serde_json::{json, Value as Json};

use super::*;
use crate::mcu::command::Signal;
use crate::mcu::counters::Note;
use crate::mcu::engine::test_client::TestClient;
use crate::mcu::framing::{framed, Framing};
use crate::mcu::room::McuLimits;
use crate::mcu::sdp::Kind;
use crate::mcu::tap::{Orders, Tap, TapEvent, TapFactory};
use skylink_protocol::Value;

const PATIENCE: Duration = Duration::from_secs(60);
const CAMERA: (Kind, &str) = (Kind::Video, "cam");
const MICROPHONE: (Kind, &str) = (Kind::Audio, "mic");

struct Page {
    client: TestClient,
    room: String,
    socket: UdpSocket,
    /// Instead of that, with what came in and is not complete.
    stream: Option<(TcpStream, Framing)>,
    heard: Vec<Json>,
}

struct Scene {
    server: MediaServer,
    signals: Receiver<Signal>,
    pages: Vec<Page>,
}

impl Scene {
    fn new(threads: usize) -> Self {
        Self::with_taps(threads, Vec::new())
    }

    fn with_taps(threads: usize, taps: Vec<TapFactory>) -> Self {
        Self::at("127.0.0.1:0", threads, taps)
    }

    fn at(listen: &str, threads: usize, taps: Vec<TapFactory>) -> Self {
        let (sender, signals) = channel();
        let signal: SignalSink = Arc::new(move |signal| {
            let _ = sender.send(signal);
        });
        let setup = DriverSetup {
            listen: listen.parse().unwrap(),
            tcp: TcpSetting::Beside,
            public: Vec::new(),
            is_local: true,
            threads,
            limits: McuLimits::default(),
            taps,
        };
        Self { server: MediaServer::start(setup, &signal).unwrap(), signals, pages: Vec::new() }
    }

    fn join(&mut self, room: &str, id: &str, media: &[(Kind, &str)]) {
        let number = u8::try_from(self.pages.len() + 1).unwrap();
        let (mut client, local) = if self.server.address().is_ipv6() {
            let address =
                SocketAddr::from((Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, number.into()), 5000));
            (TestClient::new_by_udp(id, address, Instant::now()), "[::1]:0")
        } else {
            (TestClient::new(id, number, Instant::now()), "127.0.0.1:0")
        };
        client.server = self.server.told()[0];
        client.offer(media, Instant::now());
        let socket = UdpSocket::bind(local).unwrap();
        socket.set_nonblocking(true).unwrap();
        self.pages.push(Page { client, room: room.to_owned(), socket, stream: None, heard: Vec::new() });
    }

    /// A client that no UDP reaches.
    fn join_by_tcp(&mut self, room: &str, id: &str, media: &[(Kind, &str)]) {
        let address = self.server.tcp_address().unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nonblocking(true).unwrap();
        let mut client = TestClient::new_by_tcp(id, stream.local_addr().unwrap(), Instant::now());
        client.server = address;
        client.offer(media, Instant::now());
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let stream = Some((stream, Framing::default()));
        self.pages.push(Page { client, room: room.to_owned(), socket, stream, heard: Vec::new() });
    }

    fn say(&self, room: &str, peer: &str, message: Json) {
        let (rid, peer) = (room.to_owned(), peer.to_owned());
        let message = serde_json::from_value(message).unwrap();
        self.server.handle(Command::Message { rid, peer, message });
    }

    fn leave(&mut self, id: &str) {
        let place = self.pages.iter().position(|page| page.client.id == id).unwrap();
        let page = self.pages.remove(place);
        self.tell_left(&page.room, id);
    }

    fn tell_left(&self, room: &str, id: &str) {
        let bye = serde_json::from_value(json!({"type": "bye", "publisherId": id})).unwrap();
        self.server.handle(Command::Left { rid: room.to_owned(), peer: id.to_owned(), bye });
    }

    fn frames(&self, id: &str, medium: &str) -> u64 {
        let page = self.pages.iter().find(|page| page.client.id == id).unwrap();
        page.client.frames.get(medium).copied().unwrap_or_default()
    }

    fn heard(&self, id: &str, kind: &str) -> usize {
        let page = self.pages.iter().find(|page| page.client.id == id).unwrap();
        page.heard.iter().filter(|message| message["type"] == kind).count()
    }

    /// Everybody sends, receives and answers, until it is as is wanted.
    fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !is_so(self) {
            assert!(start.elapsed() < PATIENCE, "waited in vain until {what}: {}", self.metrics());
            for place in 0..self.pages.len() {
                self.exchange(place);
            }
            while let Ok(signal) = self.signals.try_recv() {
                let message = serde_json::to_value(&signal.message).unwrap();
                let is_it = |page: &&mut Page| page.client.id == signal.to && page.room == signal.rid;
                if let Some(page) = self.pages.iter_mut().find(is_it) {
                    page.client.hear(&message, Instant::now());
                    page.heard.push(message);
                }
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn exchange(&mut self, place: usize) {
        let page = &mut self.pages[place];
        if page.client.connected {
            page.client.send_frames(700, Instant::now());
        }
        if page.client.deadline <= Instant::now() {
            page.client.tick(Instant::now());
        }
        if let Some((stream, framing)) = &mut page.stream {
            let mut buffer = [0; 20_000];
            while let Ok(length @ 1..) = stream.read(&mut buffer) {
                framing.push(&buffer[..length]);
                while let Some(datagram) = framing.next().unwrap() {
                    page.client.datagram(datagram, Instant::now());
                }
            }
            for datagram in std::mem::take(&mut page.client.transmits) {
                stream.write_all(&framed(&datagram).unwrap()).unwrap();
            }
        }
        let mut buffer = [0; 2000];
        while let Ok((length, from)) = page.socket.recv_from(&mut buffer) {
            if from == page.client.server {
                page.client.datagram(&buffer[..length], Instant::now());
            }
        }
        for datagram in std::mem::take(&mut page.client.transmits) {
            page.socket.send_to(&datagram, page.client.server).unwrap();
        }
        let says = std::mem::take(&mut page.client.says);
        let (room, id) = (page.room.clone(), page.client.id.clone());
        for message in says {
            self.say(&room, &id, message);
        }
    }

    fn metrics(&self) -> String {
        let mut text = String::new();
        self.server.write_metrics(&mut text);
        text
    }

    fn metric(&self, name: &str) -> u64 {
        let text = self.metrics();
        let values: BTreeMap<&str, &str> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(' '))
            .collect();
        values[format!("skylink_media_{name}").as_str()].parse().unwrap()
    }
}

#[test]
fn rooms_on_two_threads_share_a_port() {
    let mut scene = Scene::new(2);
    for room in ["r", "s", "t"] {
        scene.join(room, &format!("{room}-alice"), &[CAMERA, MICROPHONE]);
        scene.join(room, &format!("{room}-bob"), &[]);
    }
    let bobs = ["r-bob", "s-bob", "t-bob"];
    scene.until("all see and hear", |scene| {
        let sees = |bob: &str| scene.frames(bob, "VIDEO_cam") > 5 && scene.frames(bob, "AUDIO_mic") > 5;
        bobs.iter().all(|bob| sees(bob))
    });
    scene.until("numbers are told", |scene| scene.metric("lines") == 6);
    assert_eq!([scene.metric("rooms"), scene.metric("connections"), scene.metric("tracks")], [3, 6, 6]);
    assert!(scene.metric("bytes_in_total") > 0 && scene.metric("bytes_out_total") > 0);

    scene.leave("r-alice");
    scene.until("bob hears that alice left", |scene| scene.heard("r-bob", "bye") == 1);
    scene.leave("r-bob");
    scene.until("the room is gone", |scene| scene.metric("rooms") == 2 && scene.metric("connections") == 4);
}

#[test]
fn who_has_no_udp_comes_by_tcp() {
    let mut scene = Scene::new(2);
    scene.join_by_tcp("r", "alice", &[CAMERA, MICROPHONE]);
    scene.join("r", "bob", &[(Kind::Video, "bob-cam")]);
    scene.join_by_tcp("s", "carol", &[CAMERA]);
    scene.join_by_tcp("s", "dan", &[]);
    scene.until("all see", |scene| {
        scene.frames("bob", "VIDEO_cam") > 5
            && scene.frames("bob", "AUDIO_mic") > 5
            && scene.frames("alice", "VIDEO_bob-cam") > 5
            && scene.frames("dan", "VIDEO_cam") > 5
    });
    // Streams that say nothing, or nonsense, disturb nobody and do not stay.
    let address = scene.server.tcp_address().unwrap();
    let mut vandal = TcpStream::connect(address).unwrap();
    vandal.write_all(&[0xff; 1000]).unwrap();
    vandal.set_read_timeout(Some(PATIENCE)).unwrap();
    assert!(!matches!(vandal.read(&mut [0; 10]), Ok(1..)), "it is hung up on");
    let mut vandal = TcpStream::connect(address).unwrap();
    for number in 0..2_000 {
        let _ = vandal.write_all(&framed(&rubbish(number)).unwrap());
    }
    scene.until("it was noticed", |scene| scene.metric("stray_datagrams_total") > 100);
    let before = scene.frames("dan", "VIDEO_cam");
    scene.until("dan still sees", |scene| scene.frames("dan", "VIDEO_cam") > before + 10);
    // Who leaves is hung up on.
    scene.leave("carol");
    scene.until("dan hears of it", |scene| scene.heard("dan", "bye") == 1);
    assert_eq!((scene.metric("restarts_total"), scene.metric("broken_connections_total")), (0, 0));
}

#[test]
fn clients_come_by_ip_version_6() {
    if UdpSocket::bind("[::1]:0").is_err() {
        eprintln!("this machine has no IPv6: nothing to try");
        return;
    }
    let mut scene = Scene::at("[::1]:0", 1, Vec::new());
    scene.join("r", "alice", &[CAMERA]);
    scene.join("r", "bob", &[]);
    scene.join_by_tcp("r", "carol", &[(Kind::Video, "carol-cam")]);
    scene.until("all see", |scene| {
        scene.frames("bob", "VIDEO_cam") > 5
            && scene.frames("bob", "VIDEO_carol-cam") > 5
            && scene.frames("carol", "VIDEO_cam") > 5
    });
}

#[test]
fn tcp_is_where_it_was_wished_or_nowhere() {
    let start = |tcp| {
        let setup = DriverSetup {
            listen: "127.0.0.1:0".parse().unwrap(),
            tcp,
            public: Vec::new(),
            is_local: true,
            threads: 1,
            limits: McuLimits::default(),
            taps: Vec::new(),
        };
        let signal: SignalSink = Arc::new(|_| {});
        MediaServer::start(setup, &signal)
    };
    assert_eq!(start(TcpSetting::Off).unwrap().tcp_address(), None);
    let first = start(TcpSetting::Beside).unwrap();
    let taken = first.tcp_address().unwrap();
    assert!(start(TcpSetting::At(taken)).is_err());
    drop(first);
    assert_eq!(start(TcpSetting::At(taken)).unwrap().tcp_address(), Some(taken));
}

/// Rubbish of all sorts for the port.
fn rubbish(number: u32) -> Vec<u8> {
    let mut seed = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut dice = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 32) as u8
    };
    let noise: Vec<u8> = (0..usize::from(dice()) * 5).map(|_| dice()).collect();
    // A check for a connection that is not there, on a thread that is not, or with a cut attribute.
    let check = |name: &str| {
        let mut check = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
        check.extend([7; 12]);
        check.extend([0, 6]);
        check
            .extend(u16::try_from(name.len() + usize::from(number.is_multiple_of(3))).unwrap().to_be_bytes());
        check.extend(name.as_bytes());
        check
    };
    match number % 6 {
        0 => noise,
        1 => check("0+AAAAAAAA:b"),
        2 => check("999999999999999999999+x:b"),
        3 => check("1+"),
        // As DTLS and as RTP begin.
        4 => [vec![22, 0xfe, 0xfd], noise].concat(),
        _ => [vec![0x80, 96], noise].concat(),
    }
}

#[test]
fn rubbish_at_the_port_harms_nobody() {
    let mut scene = Scene::new(2);
    scene.join("r", "alice", &[CAMERA]);
    scene.join("r", "bob", &[]);
    scene.until("bob sees", |scene| scene.frames("bob", "VIDEO_cam") > 5);
    let vandal = UdpSocket::bind("127.0.0.1:0").unwrap();
    for number in 0..20_000 {
        let _ = vandal.send_to(&rubbish(number), scene.server.told()[0]);
        // The same from where a client is.
        if number.is_multiple_of(20) {
            let _ = scene.pages[0].socket.send_to(&rubbish(number), scene.server.told()[0]);
        }
    }
    let before = scene.frames("bob", "VIDEO_cam");
    scene.until("it was noticed", |scene| scene.metric("stray_datagrams_total") > 100);
    scene.until("bob still sees", |scene| scene.frames("bob", "VIDEO_cam") > before + 30);
    assert_eq!((scene.metric("restarts_total"), scene.metric("broken_connections_total")), (0, 0));
    assert_eq!(scene.metric("connections"), 2);
}

#[test]
fn whoever_sends_rubbish_as_descriptions_loses_its_own_connection_alone() {
    let mut scene = Scene::new(1);
    scene.join("r", "alice", &[CAMERA]);
    scene.join("r", "bob", &[]);
    scene.until("bob sees", |scene| scene.frames("bob", "VIDEO_cam") > 5);
    // A true offer, to be spoilt in all sorts of ways.
    let mut spare = TestClient::new("spare", 99, Instant::now());
    spare.offer(&[CAMERA, MICROPHONE], Instant::now());
    let offer = spare.says.iter().find(|message| message["type"] == "offer").unwrap().clone();
    let sdp = offer["sdp"].as_str().unwrap().to_owned();
    let section = &sdp[sdp.find("m=").unwrap()..];
    let candidates = "a=candidate:1 1 udp 1 10.0.0.1 1 typ host\r\n".repeat(20_000);
    let mut spoilt: Vec<String> = vec![
        String::new(),
        "v=0".to_owned(),
        [sdp.as_str(), &section.repeat(1000)].concat(),
        [sdp.as_str(), &candidates].concat(),
        sdp.replace("a=fingerprint", "a=nothing"),
        sdp.replace("sha-256", "md5"),
        sdp.replace("VP8/90000", "VP8/0"),
        sdp.replace("m=video", "m=smell"),
        "m=audio".repeat(100_000),
        "\u{0}\u{ffff}\r\n".repeat(10_000),
    ];
    spoilt.extend((0..sdp.len()).step_by(97).map(|end| sdp[..end].to_owned()));
    for (number, sdp) in spoilt.iter().enumerate() {
        let vandal = format!("vandal{number}");
        scene.say("r", &vandal, json!({"type": "enter", "rid": "r", "userInfo": {}}));
        let mut message = offer.clone();
        message["sdp"] = json!(sdp);
        scene.say("r", &vandal, message.clone());
        message["type"] = json!("answer");
        scene.say("r", &vandal, message);
        for odd in [
            json!({"type": "offer"}),
            json!({"type": "answerAck"}),
            json!({"type": 7}),
            json!([]),
            json!(null),
        ] {
            scene.say("r", &vandal, odd);
        }
        scene.tell_left("r", &vandal);
    }
    let before = scene.frames("bob", "VIDEO_cam");
    scene.until("bob still sees", |scene| scene.frames("bob", "VIDEO_cam") > before + 30);
    scene.until("only they are left", |scene| scene.metric("connections") == 2);
    assert!(scene.server.counters.get(Note::BadDescription) > 20);
    assert!(scene.server.counters.get(Note::BadMessage) > 20);
    assert_eq!((scene.metric("restarts_total"), scene.metric("broken_connections_total")), (0, 0));
}

#[test]
fn it_ends_when_it_is_dropped_and_frees_the_port() {
    let mut scene = Scene::new(2);
    scene.join("r", "alice", &[CAMERA]);
    scene.until("alice is connected", |scene| scene.pages[0].client.connected);
    let address = scene.server.address();
    drop(scene);
    UdpSocket::bind(address).unwrap();
}

/// Breaks when it is asked to, and once more when it goes.
#[derive(Default)]
struct Fragile {
    is_broken: bool,
}

impl Tap for Fragile {
    fn handle(&mut self, event: TapEvent<'_>, _now: Instant, _orders: &mut Orders) {
        let is_asked = |message: &Value| message.get("type").and_then(Value::as_text) == Some("break");
        self.is_broken = matches!(event, TapEvent::Request { message, .. } if is_asked(message));
        assert!(!self.is_broken, "as it was asked to");
    }
}

impl Drop for Fragile {
    fn drop(&mut self) {
        assert!(!self.is_broken, "for good");
    }
}

#[test]
fn a_fault_costs_the_rooms_of_one_thread_and_they_can_be_entered_anew() {
    let mut scene = Scene::with_taps(2, vec![Arc::new(|_, _| Box::new(Fragile::default()))]);
    for (room, id) in [("r", "alice"), ("s", "bob"), ("s", "carol")] {
        scene.join(room, id, &[CAMERA]);
    }
    scene.until("carol sees", |scene| scene.frames("carol", "VIDEO_cam") > 5);
    scene.until("alice is connected", |scene| scene.pages[0].client.connected);
    let fallen = Instant::now();
    scene.say("r", "alice", json!({"type": "break"}));
    scene.until("alice hears of it", |scene| scene.heard("alice", "bye") == 1);
    assert!(fallen.elapsed() < Duration::from_secs(20), "{:?}", fallen.elapsed());
    assert_eq!(
        (scene.metric("restarts_total"), scene.heard("bob", "bye"), scene.heard("carol", "bye")),
        (1, 0, 0)
    );
    assert!(scene.server.is_running());
    let before = scene.frames("carol", "VIDEO_cam");
    scene.until("carol still sees", |scene| scene.frames("carol", "VIDEO_cam") > before + 20);
    scene.leave("alice");
    scene.join("r", "alice again", &[CAMERA]);
    scene.join("r", "dan", &[]);
    scene.until("dan sees alice", |scene| scene.frames("dan", "VIDEO_cam") > 5);
}

#[test]
fn a_thread_that_has_ended_is_noticed() {
    let server = Scene::new(2).server;
    assert!(server.is_running());
    server.links[1].stop();
    let since = Instant::now();
    while server.is_running() {
        assert!(since.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
}
