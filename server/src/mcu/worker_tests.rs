#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::panic)]

//! A worker and clients with real encryption, in one process and in virtual time.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{json, Value as Json};
use skylink_protocol::Object;

use super::*;
use crate::mcu::engine::test_client::{TestClient, SERVER};
use crate::mcu::sdp::Kind;
use crate::mcu::tap::{Order, Orders};

#[path = "worker_file_tests.rs"]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
mod files;
#[path = "worker_hardship_tests.rs"]
mod hardship;
#[path = "worker_layers_tests.rs"]
#[allow(clippy::cast_possible_truncation)]
mod layers;
#[path = "worker_sending_tests.rs"]
mod sending;

struct Xorshift(u64);

impl Xorshift {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

impl Entropy for Xorshift {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill_with(|| u8::try_from(self.next() >> 56).unwrap());
    }
}

struct Scene {
    worker: Worker,
    clients: Vec<TestClient>,
    now: Instant,
    dice: Xorshift,
    /// Of 100 datagrams each way, how many are lost.
    loss: u64,
    counters: Arc<Counters>,
    heard: BTreeMap<String, Vec<Json>>,
    /// Addresses as the network shows them, where a client has moved.
    moved: BTreeMap<SocketAddr, SocketAddr>,
    /// How long the worker took for each datagram, and to let out what followed.
    spent: Vec<Duration>,
    /// Ways to clients that are not endlessly wide.
    ways: BTreeMap<SocketAddr, layers::Way>,
}

impl Scene {
    fn new() -> Self {
        Self::with_taps(Vec::new())
    }

    fn with_taps(taps: Vec<TapFactory>) -> Self {
        let counters = Arc::new(Counters::default());
        let certificate = Arc::new(Certificate::generate().unwrap());
        let setup = WorkerSetup {
            endpoint: Arc::new(Endpoint {
                fingerprint: certificate.fingerprint(),
                udp: vec![SERVER.parse().unwrap()],
                tcp: Vec::new(),
            }),
            certificate,
            limits: McuLimits::default(),
            ufrag_prefix: "AA".to_owned(),
            counters: Arc::clone(&counters),
            entropy: Arc::new(|| Box::new(Xorshift(0x1234_5678_9abc_def1))),
            taps,
            news: Arc::new(|_, _, _| {}),
        };
        Self {
            worker: Worker::new(setup),
            clients: Vec::new(),
            now: Instant::now(),
            dice: Xorshift(77),
            loss: 0,
            counters,
            heard: BTreeMap::new(),
            moved: BTreeMap::new(),
            spent: Vec::new(),
            ways: BTreeMap::new(),
        }
    }

    fn join(&mut self, id: &str, media: &[(Kind, &str)]) {
        let number = u8::try_from(self.clients.len() + 1).unwrap();
        let mut client = TestClient::new(id, number, self.now);
        client.offer(media, self.now);
        self.clients.push(client);
        self.run(Duration::from_millis(200));
    }

    fn client(&mut self, id: &str) -> &mut TestClient {
        self.clients.iter_mut().find(|client| client.id == id).unwrap()
    }

    fn frames(&self, id: &str, medium: &str) -> u64 {
        let client = self.clients.iter().find(|client| client.id == id).unwrap();
        client.frames.get(medium).copied().unwrap_or_default()
    }

    fn leave(&mut self, id: &str) {
        self.clients.retain(|client| client.id != id);
        let bye = serde_json::from_value(json!({"type": "bye", "publisherId": id})).unwrap();
        self.worker.handle(Command::Left { rid: "r".to_owned(), peer: id.to_owned(), bye }, self.now);
        self.exchange();
    }

    fn is_lost(&mut self) -> bool {
        self.loss > 0 && self.dice.next() % 100 < self.loss
    }

    /// Carries everything that is under way.
    fn exchange(&mut self) {
        loop {
            let mut is_quiet = true;
            for place in 0..self.clients.len() {
                let client = &mut self.clients[place];
                let (says, transmits) =
                    (std::mem::take(&mut client.says), std::mem::take(&mut client.transmits));
                let (peer, own) = (client.id.clone(), client.address);
                let from = self.moved.get(&own).copied().unwrap_or(own);
                is_quiet &= says.is_empty() && transmits.is_empty();
                for message in says {
                    let message = serde_json::from_value(message).unwrap();
                    let command = Command::Message { rid: "r".to_owned(), peer: peer.clone(), message };
                    self.worker.handle(command, self.now);
                }
                for datagram in transmits {
                    if !self.is_lost() {
                        let begun = Instant::now();
                        self.worker.datagram(Protocol::Udp, from, &datagram, self.now);
                        self.spent.push(begun.elapsed());
                    }
                }
            }
            let (has_written, begun) = (self.worker.written() > 0, Instant::now());
            self.worker.flush(self.now);
            if has_written {
                self.spent.push(begun.elapsed());
            }
            while let Some(output) = self.worker.poll() {
                is_quiet = false;
                self.deliver(output);
            }
            if is_quiet {
                return;
            }
        }
    }

    fn deliver(&mut self, output: WorkerOutput) {
        match output {
            WorkerOutput::Signal(signal) => {
                let message = serde_json::to_value(&signal.message).unwrap();
                let now = self.now;
                if let Some(client) = self.clients.iter_mut().find(|client| client.id == signal.to) {
                    client.hear(&message, now);
                }
                self.heard.entry(signal.to).or_default().push(message);
            }
            WorkerOutput::Transmit { to, contents, .. } => {
                if self.is_lost() {
                    return;
                }
                let now = self.now;
                if let Some(way) = self.ways.get_mut(&to) {
                    return way.enter(contents, now);
                }
                let moved = &self.moved;
                let is_it = |client: &&mut TestClient| {
                    moved.get(&client.address).copied().unwrap_or(client.address) == to
                };
                if let Some(client) = self.clients.iter_mut().find(is_it) {
                    client.datagram(&contents, now);
                }
            }
            WorkerOutput::Learn(..) | WorkerOutput::Forget(..) => {}
        }
    }

    /// Time passes in steps of 5 ms, or of 1 ms where ways are measured.
    fn run(&mut self, time: Duration) {
        let end = self.now + time;
        self.exchange();
        while self.now < end {
            self.now += Duration::from_millis(if self.ways.is_empty() { 5 } else { 1 });
            if self.worker.deadline().is_some_and(|deadline| deadline <= self.now) {
                self.worker.tick(self.now);
            }
            self.arrive();
            for place in 0..self.clients.len() {
                if self.clients[place].deadline <= self.now {
                    let now = self.now;
                    self.clients[place].tick(now);
                }
            }
            self.exchange();
        }
    }

    /// Everybody sends for so long, 30 frames a second.
    fn stream(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            for place in 0..self.clients.len() {
                let now = self.now;
                self.clients[place].send_frames(700, now);
                self.clients[place].send_layers(now);
            }
            self.run(Duration::from_millis(35));
        }
    }
}

const CAMERA: (Kind, &str) = (Kind::Video, "cam");
const MICROPHONE: (Kind, &str) = (Kind::Audio, "mic");

#[test]
fn media_reach_everybody_else_and_are_named() {
    let mut scene = Scene::new();
    scene.join("anna", &[CAMERA, MICROPHONE]);
    scene.join("ben", &[(Kind::Video, "ben-cam")]);
    scene.join("cleo", &[]);
    scene.run(Duration::from_millis(500));
    assert!(scene.clients.iter().all(|client| client.connected));
    scene.stream(Duration::from_secs(2));
    for (id, medium) in [
        ("ben", "VIDEO_cam"),
        ("ben", "AUDIO_mic"),
        ("cleo", "VIDEO_cam"),
        ("cleo", "VIDEO_ben-cam"),
        ("anna", "VIDEO_ben-cam"),
    ] {
        assert!(scene.frames(id, medium) > 50, "{id} got {} of {medium}", scene.frames(id, medium));
    }
    assert!(scene.clients.iter().all(|client| !client.frames.contains_key("nobody")));
    assert_eq!(scene.worker.sizes(), [1, 3, 3, 6]);
    assert!(scene.counters.get(Note::PacketOut) > 2 * 3 * 50);
}

#[test]
fn who_leaves_is_forgotten() {
    let mut scene = Scene::new();
    scene.join("anna", &[CAMERA]);
    scene.join("ben", &[(Kind::Video, "ben-cam")]);
    scene.stream(Duration::from_millis(500));
    scene.leave("anna");
    scene.run(Duration::from_millis(500));
    assert_eq!(scene.worker.sizes(), [1, 1, 1, 0]);
    scene.leave("ben");
    assert_eq!(scene.worker.sizes(), [0, 0, 0, 0]);
    assert_eq!(scene.worker.deadline(), None);
    assert!(scene.worker.addresses.is_empty() && scene.worker.ufrags.is_empty());
}

#[test]
fn a_client_that_closes_its_connection_may_come_back() {
    let mut scene = Scene::new();
    scene.join("anna", &[CAMERA]);
    scene.join("ben", &[(Kind::Video, "ben-cam")]);
    scene.stream(Duration::from_millis(500));
    let now = scene.now;
    scene.client("anna").close(now);
    scene.run(Duration::from_millis(500));
    assert_eq!(scene.worker.sizes(), [1, 1, 1, 0]);
    assert!(scene.heard["anna"].iter().all(|message| message["type"] != "bye"));
    let mut again = TestClient::new("anna", 9, scene.now);
    again.offer(&[(Kind::Video, "cam2")], scene.now);
    again.says.remove(0);
    *scene.client("anna") = again;
    scene.run(Duration::from_millis(500));
    scene.stream(Duration::from_millis(500));
    assert!(scene.frames("ben", "VIDEO_cam2") > 5);
    assert!(scene.frames("anna", "VIDEO_ben-cam") > 5);
}

#[test]
fn lost_packets_are_sent_again() {
    let mut scene = Scene::new();
    scene.join("anna", &[CAMERA, MICROPHONE]);
    scene.join("ben", &[]);
    scene.stream(Duration::from_millis(500));
    let before = scene.frames("ben", "VIDEO_cam");
    scene.loss = 5;
    scene.stream(Duration::from_secs(6));
    scene.loss = 0;
    scene.run(Duration::from_secs(1));
    let got = scene.frames("ben", "VIDEO_cam") - before;
    let sent = 6_000 / 35;
    assert!(got * 100 >= sent * 97, "{got} of {sent} frames");
}

#[test]
fn many_newcomers_ask_for_few_key_frames() {
    let mut scene = Scene::new();
    scene.join("anna", &[CAMERA]);
    scene.stream(Duration::from_millis(200));
    let before = scene.client("anna").key_frames_wanted;
    for number in 0..12 {
        scene.join(&format!("guest{number}"), &[]);
    }
    scene.stream(Duration::from_millis(600));
    let wanted = scene.client("anna").key_frames_wanted - before;
    // 12 times 200 ms, and the time afterwards.
    assert!((4..=7).contains(&wanted), "{wanted}");
}

#[test]
fn a_client_may_restart_ice_and_move() {
    let mut scene = Scene::new();
    scene.join("anna", &[CAMERA]);
    scene.join("ben", &[(Kind::Video, "ben-cam")]);
    scene.stream(Duration::from_millis(500));
    let now = scene.now;
    scene.client("anna").restart_ice(now);
    scene.run(Duration::from_millis(500));
    let before = (scene.frames("ben", "VIDEO_cam"), scene.frames("anna", "VIDEO_ben-cam"));
    scene.stream(Duration::from_secs(1));
    assert!(scene.frames("ben", "VIDEO_cam") > before.0 + 15);
    assert!(scene.frames("anna", "VIDEO_ben-cam") > before.1 + 15);
    // Its router gives it another address; its next check tells.
    let old = scene.client("anna").address;
    scene.moved.insert(old, "203.0.113.9:6000".parse().unwrap());
    scene.stream(Duration::from_secs(3));
    let before = (scene.frames("ben", "VIDEO_cam"), scene.frames("anna", "VIDEO_ben-cam"));
    scene.stream(Duration::from_secs(1));
    assert!(scene.frames("ben", "VIDEO_cam") > before.0 + 15);
    assert!(scene.frames("anna", "VIDEO_ben-cam") > before.1 + 15);
}

#[test]
fn texts_are_passed_on_under_the_true_name() {
    let mut scene = Scene::new();
    for id in ["anna", "ben", "cleo"] {
        scene.join(id, &[]);
    }
    scene.run(Duration::from_millis(500));
    let now = scene.now;
    scene.client("anna").send_text(r#"{"type":"MESSAGE","isPrivate":false,"sender":"ben","data":1}"#, now);
    scene.client("anna").send_text(r#"{"type":"MESSAGE","isPrivate":true,"target":["cleo"],"data":2}"#, now);
    scene.run(Duration::from_millis(300));
    assert_eq!(scene.client("ben").texts.len(), 1);
    let texts = scene.client("cleo").texts.clone();
    let all: Vec<Json> = texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(
        all[0],
        json!({"type": "MESSAGE", "isPrivate": false, "sender": "anna", "target": null, "data": 1})
    );
    assert_eq!(all[1]["target"], "cleo");
    assert!(scene.client("anna").texts.is_empty());
}

#[test]
fn datagrams_of_strangers_are_counted_and_dropped() {
    let mut scene = Scene::new();
    scene.join("anna", &[CAMERA]);
    scene.join("ben", &[]);
    let stranger = "203.0.113.66:1".parse().unwrap();
    let mut dice = Xorshift(5);
    for length in 0..2000 {
        let mut bytes = vec![0; length % 1400];
        dice.fill(&mut bytes);
        scene.worker.datagram(Protocol::Udp, stranger, &bytes, scene.now);
    }
    // Rubbish from a known address is no better.
    let anna = scene.client("anna").address;
    for length in 0..500 {
        let mut bytes = vec![0; length];
        dice.fill(&mut bytes);
        scene.worker.datagram(Protocol::Udp, anna, &bytes, scene.now);
    }
    scene.exchange();
    assert_eq!(scene.counters.get(Note::Stray), 2000);
    scene.stream(Duration::from_secs(1));
    assert!(scene.frames("ben", "VIDEO_cam") > 20);
}

/// Takes all tracks, answers requests, and keeps what it saw.
struct Witness(Arc<Mutex<Vec<String>>>);

impl Tap for Witness {
    fn handle(&mut self, event: TapEvent<'_>, now: Instant, orders: &mut Orders) {
        let mut seen = self.0.lock().unwrap();
        let line = match event {
            TapEvent::Packet { packet, .. } => {
                assert!(!packet.payload.is_empty());
                "packet".to_owned()
            }
            TapEvent::Published(track) => {
                orders.push(Order::Take(track.id));
                orders.push(Order::WakeAt(now + Duration::from_millis(100)));
                format!("published {}", track.medium.media_id)
            }
            TapEvent::Request { peer, message } => {
                let kind = message.get("type").and_then(Value::as_text).unwrap_or_default();
                let answer = Object::new().with("type", "recordingEvent").with("action", "on");
                orders.push(Order::SignalAll { message: Value::Object(answer.clone()) });
                orders.push(Order::Signal { to: peer.to_owned(), message: Value::Object(answer) });
                format!("{peer} asks {kind}")
            }
            TapEvent::Entered { peer } => format!("{peer} entered"),
            TapEvent::Left { peer } => format!("{peer} left"),
            TapEvent::Unpublished(_) => "unpublished".to_owned(),
            TapEvent::News(news) => format!("news {}", news.as_text().unwrap_or_default()),
            TapEvent::Wake => "woken".to_owned(),
            TapEvent::Closed => "closed".to_owned(),
        };
        if seen.last() != Some(&line) {
            seen.push(line);
        }
    }
}

#[test]
fn taps_see_what_happens_and_are_obeyed() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let for_tap = Arc::clone(&seen);
    let factory: TapFactory = Arc::new(move |rid, _| {
        assert_eq!(rid, "r");
        Box::new(Witness(Arc::clone(&for_tap)))
    });
    let mut scene = Scene::with_taps(vec![factory]);
    scene.join("anna", &[CAMERA]);
    scene.stream(Duration::from_millis(200));
    let request = json!({"type": "startRecordingRoom", "target": "MCU"});
    scene.client("anna").says.push(request);
    let news = Command::News { rid: "r".to_owned(), tap: 0, news: Value::from("x") };
    scene.exchange();
    scene.worker.handle(news, scene.now);
    scene.leave("anna");
    let seen = seen.lock().unwrap().clone();
    assert_eq!(
        seen,
        [
            "anna entered",
            "published VIDEO_cam",
            "woken",
            "packet",
            "anna asks startRecordingRoom",
            "news x",
            "anna left",
            "unpublished",
            "closed"
        ]
    );
    let told: Vec<_> =
        scene.heard["anna"].iter().filter(|message| message["type"] == "recordingEvent").collect();
    assert_eq!(told.len(), 2);
    assert_eq!((&told[0]["rid"], &told[0]["mid"]), (&json!("r"), &json!("MCU")));
}
