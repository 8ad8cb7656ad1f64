//! Cameras in several layers: one stream for each receiver, made of the layer that suits it.

use std::collections::VecDeque;

use super::*;
use crate::mcu::engine::test_client::check_stream;
use crate::mcu::engine::test_client::VideoOrientation::{Deg180, Deg270, Deg90};
use crate::mcu::packet::Packet;

/// The way to a client, which carries so much and lets no more wait than a router does.
pub(super) struct Way {
    bits_per_second: u64,
    free_at: Instant,
    under_way: VecDeque<(Instant, Vec<u8>)>,
    /// Nothing comes out before, as on a machine that is busy with something else.
    stalled_until: Instant,
}

impl Way {
    pub(super) fn enter(&mut self, datagram: Vec<u8>, now: Instant) {
        let begin = self.free_at.max(now);
        if begin > now + Duration::from_millis(300) {
            return;
        }
        let bits = (datagram.len() as u64 + 28) * 8;
        self.free_at = begin + Duration::from_micros(bits * 1_000_000 / self.bits_per_second);
        self.under_way.push_back((self.free_at + Duration::from_millis(20), datagram));
    }
}

/// The layers in their order. It may begin with the lowest one, before the others are known.
fn layers_of(scene: &mut Scene, id: &str) -> Vec<u8> {
    let layers = check_stream(&scene.client(id).seen["VIDEO_cam"]);
    layers.strip_prefix(&[0]).map_or(layers.clone(), <[u8]>::to_vec)
}

impl Scene {
    pub(super) fn arrive(&mut self) {
        let now = self.now;
        for (address, way) in &mut self.ways {
            while way.stalled_until <= now && way.under_way.front().is_some_and(|(at, _)| *at <= now) {
                let (_, datagram) = way.under_way.pop_front().unwrap();
                if let Some(client) = self.clients.iter_mut().find(|client| client.address == *address) {
                    client.datagram(&datagram, now);
                }
            }
        }
    }

    /// From now on, or anew.
    fn narrow(&mut self, id: &str, bits_per_second: u64) {
        let (now, address) = (self.now, self.client(id).address);
        let way = Way { bits_per_second, free_at: now, under_way: VecDeque::new(), stalled_until: now };
        let before = self.ways.insert(address, way);
        self.ways.get_mut(&address).unwrap().under_way = before.map(|way| way.under_way).unwrap_or_default();
    }

    pub(super) fn join_with_layers(&mut self, id: &str, stream: &str) {
        let number = u8::try_from(self.clients.len() + 1).unwrap();
        let mut client = TestClient::new(id, number, self.now);
        client.offer_layers(stream, self.now);
        self.clients.push(client);
        self.run(Duration::from_millis(400));
    }

    fn view(&mut self, id: &str, views: Json) {
        self.client(id).say(json!({"type": "videoViews", "views": views}));
        self.exchange();
    }

    fn layer(&mut self, id: &str, medium: &str) -> Option<u8> {
        self.client(id).layer(medium)
    }

    fn told(&self, id: &str) -> Vec<Json> {
        let all = self.heard.get(id).into_iter().flatten();
        let messages = all.filter(|message| message["type"] == "videoLayers");
        messages.flat_map(|message| message["layers"].as_array().unwrap().clone()).collect()
    }
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn height(publisher: &str, height: u16) -> Json {
    json!({"publisherId": publisher, "streamId": "cam", "isPaused": false, "height": height})
}

fn pause(publisher: &str) -> Json {
    json!({"publisherId": publisher, "streamId": "cam", "isPaused": true, "height": 0})
}

#[test]
fn answers_and_offers_take_the_layers() {
    let mut scene = Scene::new();
    scene.join_with_layers("anna", "cam");
    scene.join("ben", &[CAMERA]);
    scene.run(seconds(1));
    let sdp = |kind: &str| {
        let message = scene.heard["anna"].iter().find(|message| message["type"] == kind).unwrap();
        message["sdp"].as_str().unwrap().to_owned()
    };
    for text in [sdp("answer"), sdp("offer")] {
        assert!(text.contains("a=rid:q recv\r\na=rid:h recv\r\na=rid:f recv\r\na=simulcast:recv q;h;f\r\n"));
        assert!(text.contains("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"));
    }
    let offer = scene.heard["ben"].iter().find(|message| message["type"] == "offer").unwrap();
    assert!(!offer["sdp"].as_str().unwrap().contains("simulcast"), "receivers get one stream");
}

#[test]
fn each_receiver_gets_one_stream_of_the_height_that_it_shows() {
    let mut scene = Scene::new();
    scene.join_with_layers("anna", "cam");
    scene.join("ben", &[]);
    scene.join("cleo", &[]);
    scene.stream(seconds(2));
    assert_eq!((scene.layer("ben", "VIDEO_cam"), scene.layer("cleo", "VIDEO_cam")), (Some(2), Some(2)));
    for (shown, layer) in [(100, 0), (300, 1), (181, 1), (180, 0), (0, 2), (90, 0), (5000, 2)] {
        scene.view("ben", json!([height("anna", shown), height("nobody", 7)]));
        scene.stream(seconds(2));
        assert_eq!(scene.layer("ben", "VIDEO_cam"), Some(layer), "shown at {shown}");
        assert_eq!(scene.layer("cleo", "VIDEO_cam"), Some(2));
    }
    assert_eq!(layers_of(&mut scene, "ben"), [2, 0, 1, 0, 2, 0, 2]);
    assert_eq!(layers_of(&mut scene, "cleo"), [2]);
    let told = scene.told("ben");
    let layers: Vec<_> = told.iter().map(|told| told["layer"].as_f64().unwrap()).collect();
    assert_eq!(layers, [2.0, 0.0, 1.0, 0.0, 2.0, 0.0, 2.0]);
    assert_eq!(
        told[0],
        json!({"publisherId": "anna", "streamId": "cam", "layer": 2, "layers": 3,
        "isPaused": false, "isStarved": false})
    );
    assert!(scene.told("cleo").is_empty(), "it never sent views");
    assert!((6..=8).contains(&scene.counters.get(Note::LayerSwitched)));
    let asked = scene.client("anna").camera.as_ref().unwrap().asked;
    assert!(asked.iter().all(|asked| (1..=6).contains(asked)), "{asked:?}");
}

#[test]
fn pictures_of_a_phone_count_as_high_as_they_stand() {
    let mut scene = Scene::new();
    scene.join_with_layers("anna", "cam");
    scene.join("ben", &[]);
    scene.stream(seconds(1));
    scene.view("ben", json!([height("anna", 600)]));
    scene.stream(seconds(2));
    let mut layers = vec![scene.layer("ben", "VIDEO_cam")];
    for turned in [Deg90, Deg180, Deg270] {
        scene.client("anna").camera.as_mut().unwrap().orientation = turned;
        scene.stream(seconds(2));
        layers.push(scene.layer("ben", "VIDEO_cam"));
    }
    // 640×360 is enough where it stands upright.
    assert_eq!(layers, [2, 1, 2, 1].map(Some));
    check_stream(&scene.client("ben").seen["VIDEO_cam"]);
}

#[test]
fn losses_are_repaired_in_every_layer() {
    let mut scene = Scene::new();
    scene.join_with_layers("anna", "cam");
    scene.join("ben", &[]);
    scene.stream(seconds(1));
    scene.loss = 3;
    for shown in [100, 300, 0] {
        scene.view("ben", json!([height("anna", shown)]));
        scene.stream(seconds(3));
    }
    scene.loss = 0;
    scene.run(seconds(1));
    let seen = &scene.client("ben").seen["VIDEO_cam"];
    let (first, last) = (seen.first_key_value().unwrap().0, seen.last_key_value().unwrap().0);
    let missing = last - first + 1 - seen.len() as u64;
    assert!(missing * 50 < seen.len() as u64, "{missing} of {} are missing", seen.len());
}

#[test]
fn who_pauses_a_video_gets_it_again_with_a_key_frame() {
    let mut scene = Scene::new();
    scene.join_with_layers("anna", "cam");
    scene.join("old", &[CAMERA]);
    scene.join("ben", &[]);
    scene.stream(seconds(1));
    scene.view("ben", json!([pause("anna"), pause("old")]));
    scene.stream(Duration::from_millis(300));
    let count =
        |scene: &mut Scene| (scene.client("ben").seen["VIDEO_cam"].len(), scene.frames("ben", "VIDEO_cam"));
    let before = count(&mut scene);
    scene.stream(seconds(3));
    assert_eq!(count(&mut scene), before);
    let told = scene.told("ben");
    assert!(told.iter().any(|told| told["publisherId"] == "anna" && told["isPaused"] == true));
    assert_eq!(scene.counters.get(Note::VideoPaused), 2);
    let asked = scene.client("old").key_frames_wanted;
    scene.view("ben", json!([]));
    scene.stream(seconds(2));
    let after = count(&mut scene);
    assert!(after.0 > before.0 + 50 && after.1 > before.1 + 80, "{before:?} {after:?}");
    assert!(scene.client("old").key_frames_wanted > asked);
    assert_eq!(layers_of(&mut scene, "ben"), [2]);
}

#[test]
fn a_layer_that_its_publisher_stops_is_replaced() {
    let mut scene = Scene::new();
    scene.join_with_layers("anna", "cam");
    scene.join("ben", &[]);
    scene.stream(seconds(2));
    for (active, layer) in [(2, 1), (1, 0), (3, 2)] {
        scene.client("anna").camera.as_mut().unwrap().active = active;
        scene.stream(seconds(4));
        assert_eq!(scene.layer("ben", "VIDEO_cam"), Some(layer));
    }
    assert_eq!(layers_of(&mut scene, "ben"), [2, 1, 0, 2]);
}

#[test]
fn a_narrow_way_gets_a_lower_layer_and_a_wide_one_the_highest_again() {
    let mut scene = Scene::new();
    scene.join_with_layers("anna", "cam");
    scene.join("ben", &[MICROPHONE]);
    scene.narrow("ben", 20_000_000);
    scene.stream(seconds(5));
    assert_eq!(scene.layer("ben", "VIDEO_cam"), Some(2));
    scene.narrow("ben", 650_000);
    scene.stream(seconds(8));
    assert!(scene.layer("ben", "VIDEO_cam") < Some(2), "{:?}", scene.layer("ben", "VIDEO_cam"));
    // Nearly nothing is lost then.
    let from = *scene.client("ben").seen["VIDEO_cam"].last_key_value().unwrap().0;
    scene.stream(seconds(10));
    let seen = &scene.client("ben").seen["VIDEO_cam"];
    let (to, came) = (*seen.last_key_value().unwrap().0, seen.range(from..).count() as u64);
    assert!(came * 100 >= (to - from) * 97, "{came} of {}", to - from);
    scene.narrow("ben", 20_000_000);
    let end = scene.now + seconds(60);
    while scene.layer("ben", "VIDEO_cam") != Some(2) {
        assert!(scene.now < end);
        scene.stream(seconds(1));
    }
}

#[test]
fn a_way_that_is_wide_again_is_noticed_where_the_estimate_would_stay() {
    let mut scene = Scene::new();
    scene.dice = Xorshift(3 * 7919);
    scene.join_with_layers("anna", "cam");
    scene.client("anna").camera.as_mut().unwrap().sizes = [600, 600, 1800];
    scene.join("ben", &[MICROPHONE]);
    scene.narrow("ben", 20_000_000);
    // A second, in which datagrams wait now and then, as on a machine that is busy with other things.
    let stumble = |scene: &mut Scene| {
        for _ in 0..28 {
            if scene.dice.next().is_multiple_of(12) {
                let until = scene.now + Duration::from_millis(scene.dice.next() % 240);
                scene.ways.values_mut().for_each(|way| way.stalled_until = until);
            }
            scene.stream(Duration::from_millis(35));
        }
    };
    let until = |scene: &mut Scene, is_large: bool| {
        let since = scene.now;
        while (scene.layer("ben", "VIDEO_cam") == Some(2)) != is_large {
            stumble(scene);
            assert!(scene.now < since + seconds(30), "{:?}", scene.layer("ben", "VIDEO_cam"));
        }
    };
    until(&mut scene, true);
    scene.narrow("ben", 280_000);
    until(&mut scene, false);
    (0..5).for_each(|_| stumble(&mut scene));
    scene.narrow("ben", 20_000_000);
    until(&mut scene, true);
}

#[test]
fn who_was_out_of_reach_gets_all_pictures_soon_after() {
    let mut scene = Scene::new();
    scene.join_with_layers("anna", "cam");
    scene.client("anna").camera.as_mut().unwrap().sizes = [600, 1200, 1800];
    scene.join("ben", &[MICROPHONE]);
    scene.narrow("ben", 300_000);
    scene.stream(seconds(10));
    scene.narrow("ben", 20_000_000);
    let place = scene.clients.iter().position(|client| client.id == "ben").unwrap();
    let ben = scene.clients.remove(place);
    // More than the line was seen to carry before.
    scene.client("anna").camera.as_mut().unwrap().sizes = [3000, 4000, 5000];
    scene.stream(seconds(20));
    scene.clients.push(ben);
    scene.stream(seconds(1));
    let before = scene.frames("ben", "VIDEO_cam");
    scene.stream(seconds(3));
    assert_eq!(scene.counters.get(Note::VideoStarved), 0);
    assert!(scene.frames("ben", "VIDEO_cam") > before + 60);
}

#[test]
fn views_that_make_no_sense_harm_nobody() {
    let mut scene = Scene::new();
    scene.join_with_layers("anna", "cam");
    scene.join("ben", &[]);
    scene.stream(seconds(1));
    let many: Vec<Json> = (0..501).map(|number| pause(&number.to_string())).collect();
    let nonsense = [
        json!(many),
        json!("x"),
        json!({}),
        json!([{"publisherId": 7, "streamId": "cam"}, {"publisherId": "anna"}, null, 5]),
        json!([{"publisherId": "anna", "streamId": "cam", "isPaused": "yes", "height": -5}]),
        json!([{"publisherId": "anna", "streamId": "cam", "height": 1e300}]),
    ];
    for views in nonsense {
        scene.view("ben", views);
        scene.stream(Duration::from_millis(500));
    }
    assert_eq!(scene.counters.get(Note::ViewsDropped), 3);
    for _ in 0..200 {
        scene.view("ben", json!([pause("anna")]));
    }
    assert!(scene.counters.get(Note::ViewsDropped) >= 190);
    scene.run(seconds(1));
    scene.view("ben", json!([]));
    scene.stream(seconds(2));
    assert_eq!(layers_of(&mut scene, "ben"), [2]);
}

/// Takes all tracks and keeps their packets.
struct Taker(Arc<Mutex<Vec<Packet>>>);

impl Tap for Taker {
    fn handle(&mut self, event: TapEvent<'_>, _: Instant, orders: &mut Orders) {
        match event {
            TapEvent::Published(track) => orders.push(Order::Take(track.id)),
            TapEvent::Packet { packet, .. } => self.0.lock().unwrap().push(packet.clone()),
            _ => {}
        }
    }
}

#[test]
fn taps_get_one_stream_of_the_highest_layer_that_flows() {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let for_tap = Arc::clone(&taken);
    let factory: TapFactory = Arc::new(move |_, _| Box::new(Taker(Arc::clone(&for_tap))));
    let mut scene = Scene::with_taps(vec![factory]);
    scene.join_with_layers("anna", "cam");
    for active in [3, 1, 2, 3] {
        scene.client("anna").camera.as_mut().unwrap().active = active;
        scene.stream(seconds(4));
    }
    let taken = taken.lock().unwrap();
    let mut layers: Vec<u8> = Vec::new();
    for pair in taken.windows(2) {
        assert_eq!((pair[1].sequence, pair[1].source), (pair[0].sequence + 1, pair[0].source));
        let time = pair[1].time.wrapping_sub(pair[0].time);
        assert!(time < 90_000 * 3, "{time}");
        layers.push(*pair[1].payload.last().unwrap());
    }
    layers.dedup();
    assert_eq!(layers.last(), Some(&2));
    assert!(layers.ends_with(&[2, 0, 1, 2]), "{layers:?}");
    // As recorders do it: whole pictures without a break.
    let mut assembler = crate::mcu::frames::Assembler::new(Kind::Video, scene.now);
    let (mut frames, mut asked) = (0, 0);
    for packet in taken.iter() {
        assembler.insert(packet);
        while let Some(event) = assembler.poll(packet.arrived) {
            match event {
                crate::mcu::frames::FrameEvent::Frame(_) => frames += 1,
                crate::mcu::frames::FrameEvent::NeedsKeyFrame => asked += 1,
            }
        }
    }
    assert!(frames > 350 && asked <= 1, "{frames} frames, {asked} breaks");
}
