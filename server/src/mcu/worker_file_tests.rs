//! Files through the media server, with real data channels.

use skylink_protocol::file_channel::{frame_header, PAYLOAD_SIZE};

use super::*;
use crate::mcu::engine::{Ending, EngineOutput};
use crate::mcu::room::{FileChannel, FileEvent, RoomOutput};

const FILE: usize = 1_400_017;

fn contents() -> Vec<u8> {
    let mut dice = Xorshift(5);
    (0..FILE).map(|_| (dice.next() >> 32) as u8).collect()
}

impl Scene {
    fn room_of_three() -> Self {
        let mut scene = Self::new();
        for id in ["anna", "ben", "cleo"] {
            scene.join(id, &[]);
        }
        scene.run(Duration::from_millis(500));
        assert!(scene.clients.iter().all(|client| client.connected));
        scene
    }

    fn says(&mut self, id: &str, label: &str, text: &str) {
        let now = self.now;
        assert!(self.client(id).write_file(label, false, text.as_bytes(), now));
        self.run(Duration::from_millis(200));
    }

    fn texts_of_files(&self, id: &str) -> Vec<Json> {
        let client = self.clients.iter().find(|client| client.id == id).unwrap();
        let texts = client.file_data.iter().filter(|(_, binary, _)| !binary);
        texts.map(|(_, _, data)| serde_json::from_slice(data).unwrap()).collect()
    }

    fn limit_of(&self, id: &str) -> usize {
        let texts = self.texts_of_files(id);
        let limits = texts.iter().filter(|text| text["type"] == "WANT");
        limits.map(|want| want["limit"].as_f64().unwrap() as usize).max().unwrap_or_default()
    }

    /// Sends as far as it is allowed, in steps until all is under way.
    fn upload(&mut self, id: &str, label: &str, file: &[u8]) {
        let mut sent = 0;
        let start = self.now;
        while sent < file.len() {
            assert!(self.now - start < Duration::from_secs(600), "{sent} bytes sent");
            let end = (sent + PAYLOAD_SIZE).min(file.len()).min(self.limit_of(id));
            let frame = [&frame_header(sent as u64)[..], &file[sent..end]].concat();
            let now = self.now;
            if end > sent && self.client(id).write_file(label, true, &frame, now) {
                sent = end;
            } else {
                self.run(Duration::from_millis(5));
            }
        }
        self.run(Duration::from_millis(500));
    }

    fn received(&self, id: &str) -> Vec<u8> {
        let client = self.clients.iter().find(|client| client.id == id).unwrap();
        let frames = client.file_data.iter().filter(|(_, binary, _)| *binary);
        frames.flat_map(|(_, _, frame)| frame[8..].iter().copied()).collect()
    }
}

#[test]
fn a_file_reaches_its_receiver_alone_whole_and_at_its_pace() {
    for loss in [0, 2] {
        let mut scene = Scene::room_of_three();
        scene.loss = loss;
        let now = scene.now;
        scene.client("anna").open_file("file/ben/t1", now);
        scene.run(Duration::from_secs(5));
        assert!(scene.client("ben").file_labels().contains(&"file/anna/t1".to_owned()));
        assert_eq!(scene.limit_of("anna"), 0, "nobody wants it yet");
        scene.says("ben", "file/anna/t1", &format!(r#"{{"type":"WANT","offset":0,"limit":{FILE}}}"#));
        scene.run(Duration::from_secs(5));
        assert_eq!(scene.limit_of("anna"), 1024 * 1024, "as much as may wait here");
        let file = contents();
        scene.upload("anna", "file/ben/t1", &file);
        scene.says("anna", "file/ben/t1", r#"{"type":"END","digest":"00ff"}"#);
        scene.run(Duration::from_secs(20));
        assert!(scene.received("ben") == file, "{} bytes of {FILE} came", scene.received("ben").len());
        assert_eq!(scene.texts_of_files("ben"), [json!({"type": "END", "digest": "00ff"})]);
        scene.says("ben", "file/anna/t1", &format!(r#"{{"type":"DONE","size":{FILE}}}"#));
        scene.run(Duration::from_secs(5));
        assert_eq!(scene.texts_of_files("anna").last(), Some(&json!({"type": "DONE", "size": FILE})));
        let now = scene.now;
        scene.client("anna").close_file("file/ben/t1", now);
        scene.run(Duration::from_secs(5));
        assert!(scene.client("ben").file_labels().is_empty());
        assert!(scene.client("cleo").file_data.is_empty());
        assert!(scene.counters.get(Note::FileBytes) >= FILE as u64);
    }
}

#[test]
fn messages_go_before_files() {
    let mut scene = Scene::room_of_three();
    let now = scene.now;
    scene.client("anna").open_file("file/ben/t1", now);
    scene.run(Duration::from_millis(200));
    scene.says("ben", "file/anna/t1", r#"{"type":"WANT","offset":0,"limit":8000000}"#);
    let mut sent = 0;
    for place in 0..40 {
        let now = scene.now;
        let frame = [&frame_header(sent as u64)[..], &[3; PAYLOAD_SIZE]].concat();
        if scene.limit_of("anna") >= sent + PAYLOAD_SIZE
            && scene.client("anna").write_file("file/ben/t1", true, &frame, now)
        {
            sent += PAYLOAD_SIZE;
        }
        let now = scene.now;
        scene.client("cleo").send_text(
            &json!({"type": "MESSAGE", "isPrivate": false, "target": [], "data": place}).to_string(),
            now,
        );
        scene.run(Duration::from_millis(30));
    }
    scene.run(Duration::from_millis(500));
    assert!(sent > 5 * PAYLOAD_SIZE);
    assert_eq!(scene.client("ben").texts.len(), 40);
    assert_eq!(scene.counters.get(Note::TextDropped), 0);
}

#[test]
fn nobody_gets_what_is_not_for_it_or_in_another_name() {
    let mut scene = Scene::room_of_three();
    let now = scene.now;
    let request =
        json!({"type": "WRQ", "target": "ben", "sender": "cleo", "transferId": "t", "mimeType": null});
    scene.client("anna").send_text(&request.to_string(), now);
    scene.client("anna").send_text(r#"{"type":"ACK","ackN":0,"transferId":"t"}"#, now);
    scene.client("anna").send_text(r#"{"type":"CANCEL","target":"nobody","transferId":"t"}"#, now);
    scene.run(Duration::from_millis(200));
    let texts = std::mem::take(&mut scene.client("ben").texts);
    let [text] = texts.as_slice() else { panic!("{texts:?}") };
    let heard: Json = serde_json::from_str(text).unwrap();
    assert_eq!((&heard["sender"], &heard["transferId"]), (&json!("anna"), &json!("t")));
    assert!(scene.client("cleo").texts.is_empty() && scene.client("anna").texts.is_empty());

    // Channels to oneself, to nobody, and with a name that says nothing are closed.
    for label in ["file/anna/t", "file/nobody/t", "file//"] {
        let now = scene.now;
        scene.client("anna").open_file(label, now);
    }
    scene.run(Duration::from_millis(500));
    assert!(scene.clients.iter_mut().all(|client| client.file_labels().is_empty()));
    assert_eq!(scene.counters.get(Note::FileRefused), 3);
}

#[test]
fn a_sender_that_sends_unasked_loses_its_channel_alone() {
    let mut scene = Scene::room_of_three();
    let now = scene.now;
    scene.client("anna").open_file("file/ben/t1", now);
    scene.client("cleo").open_file("file/ben/t2", now);
    scene.run(Duration::from_millis(200));
    scene.client("ben").file_labels().sort();
    let now = scene.now;
    let frame = [&frame_header(0)[..], &[3; 1000]].concat();
    assert!(scene.client("anna").write_file("file/ben/t1", true, &frame, now));
    scene.run(Duration::from_millis(500));
    assert!(scene.client("anna").file_labels().is_empty());
    assert_eq!(scene.client("ben").file_labels(), ["file/cleo/t2"]);
    assert!(scene.received("ben").is_empty());
    // A member that leaves takes its files with it.
    scene.leave("ben");
    scene.run(Duration::from_millis(500));
    assert!(scene.client("cleo").file_labels().is_empty());
}

#[test]
fn who_does_not_know_files_is_not_sent_any_and_the_sender_is_told() {
    let mut scene = Scene::new();
    scene.join("anna", &[]);
    let mut old = TestClient::new("old", 2, scene.now);
    old.says[0].as_object_mut().unwrap().remove("fileChannels");
    old.offer(&[], scene.now);
    scene.clients.push(old);
    scene.run(Duration::from_millis(500));
    let now = scene.now;
    scene.client("anna").open_file("file/old/t", now);
    scene.client("anna").send_text(r#"{"type":"WRQ","target":"old","transferId":"t","name":"x"}"#, now);
    scene.run(Duration::from_millis(500));
    assert!(scene.client("old").texts.is_empty() && scene.client("old").file_labels().is_empty());
    assert!(scene.client("anna").file_labels().is_empty());
    let heard: Json = serde_json::from_str(&scene.client("anna").texts[0]).unwrap();
    let parts = ["type", "sender", "transferId", "name"].map(|key| heard[key].as_str().unwrap());
    assert_eq!(parts, ["ERROR", "old", "t", "x"]);
}

#[test]
fn who_opens_channels_without_end_is_given_up_alone() {
    let mut scene = Scene::room_of_three();
    for number in 0..150 {
        let now = scene.now;
        scene.client("anna").open_file(&format!("chat {number}"), now);
    }
    scene.run(Duration::from_secs(2));
    assert_eq!(scene.counters.get(Note::Broken), 0);
    for number in 150..400 {
        let now = scene.now;
        scene.client("anna").open_file(&format!("chat {number}"), now);
    }
    scene.run(Duration::from_secs(2));
    assert_eq!(scene.counters.get(Note::Broken), 1);
    assert_eq!(scene.worker.sizes()[1], 2);
    let [anna, ben] = ["anna", "ben"].map(|id| scene.heard[id].last().unwrap());
    assert_eq!((&anna["type"], &anna["mid"]), (&json!("bye"), &json!("MCU")));
    assert_ne!(ben["type"], "bye");
}

#[test]
fn who_opens_files_faster_than_allowed_is_refused() {
    let mut scene = Scene::room_of_three();
    let mut now = scene.now;
    let room = &mut scene.worker.rooms.get_mut("r").unwrap().room;
    let mut opened = |now| {
        for number in 0..1_500 {
            room.file("anna", FileEvent::Offered(FileChannel::Theirs(number), "file/ben/t".to_owned()), now);
        }
        let outputs = std::iter::from_fn(|| room.poll());
        outputs.filter(|output| matches!(output, RoomOutput::OpenFile { .. })).count()
    };
    assert_eq!(opened(now), 1_000);
    now += Duration::from_secs(1);
    assert_eq!(opened(now), 200);
    assert_eq!(scene.counters.get(Note::FileRefused), 1_800);
}

#[test]
fn a_receiver_that_confirms_nothing_gets_few_channels() {
    let mut scene = Scene::room_of_three();
    let mut opened = 0;
    for number in 0..700 {
        let channel = FileChannel::Ours(1_000 + number);
        let (now, key) = (scene.now, scene.worker.key("r", "ben").unwrap());
        let engine = &mut scene.worker.connections.get_mut(&key).unwrap().engine;
        engine.open_file(channel, "file/anna/t".to_owned(), now);
        let outputs: Vec<EngineOutput> = std::iter::from_fn(|| engine.poll()).collect();
        let is_refused = |output: &EngineOutput| matches!(output, EngineOutput::File(FileEvent::Closed(_)));
        opened += usize::from(!outputs.iter().any(is_refused));
        engine.close_file(channel, now);
        while engine.poll().is_some() {}
    }
    assert_eq!(opened, 257, "of 700, with all their streams held");
    assert_eq!(scene.counters.get(Note::Broken), 0);
}

#[test]
fn a_receiver_that_goes_on_confirming_nothing_is_given_up() {
    let mut scene = Scene::room_of_three();
    let key = scene.worker.key("r", "ben").unwrap();
    let mut now = scene.now;
    let engine = &mut scene.worker.connections.get_mut(&key).unwrap().engine;
    let mut opened = 0;
    for number in 0..1_000 {
        let channel = FileChannel::Ours(1_000 + number);
        engine.open_file(channel, "file/anna/t".to_owned(), now);
        let outputs: Vec<EngineOutput> = std::iter::from_fn(|| engine.poll()).collect();
        if outputs.iter().any(|output| matches!(output, EngineOutput::Closed { reason: Ending::Failed })) {
            break;
        }
        assert!(!outputs.iter().any(|output| matches!(output, EngineOutput::File(FileEvent::Closed(_)))));
        opened += 1;
        engine.close_file(channel, now);
        while engine.poll().is_some() {}
        // One a second, from the 257th on.
        now += Duration::from_millis(if opened > 256 { 1001 } else { 1 });
    }
    assert_eq!(opened, 512);
    assert_eq!(engine.deadline(), None, "nothing is left to be done for it");
}
