//! Rooms with a media server, over real sockets. What media do is shown in `src/mcu`, and with real
//! browsers in `tests/compat`.

use std::io::Write;
use std::net::UdpSocket;

use serde_json::{json, Value};

use super::client::{ask, Client};
use super::program::Program;

struct MediaProgram {
    program: Program,
    /// Outlives the program, which has read it by then.
    _settings: tempfile::NamedTempFile,
}

fn start() -> MediaProgram {
    let mut settings = tempfile::NamedTempFile::new().unwrap();
    settings.write_all(b"ffmpeg = \"/nowhere/ffmpeg\"\n[keys.demo]\nmcu = true").unwrap();
    let program = Program::start(&["--config", settings.path().to_str().unwrap()]);
    MediaProgram { program, _settings: settings }
}

async fn metric(program: &Program, name: &str) -> u64 {
    let text = ask(&program.address, "/metrics").await;
    let value = text.lines().find_map(|line| line.strip_prefix(&format!("skylink_media_{name} ")));
    value.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
}

/// Says `enter` to the media server and gives its `welcome`.
async fn enter(client: &mut Client) -> Value {
    let enter = json!({"type": "enter", "target": "MCU", "publisherId": client.peer_id, "userInfo": {}});
    client.send(enter).await;
    let welcome = client.next().await;
    assert_eq!((&welcome["type"], &welcome["mid"]), (&json!("welcome"), &json!("MCU")), "{welcome}");
    welcome
}

#[tokio::test]
async fn members_meet_by_the_media_server_and_hear_who_leaves() {
    let MediaProgram { program, _settings } = start();
    let mut alice = Client::join(&program, "lobby").await;
    assert_eq!(enter(&mut alice).await["peersInRoom"], json!([]));
    let mut bob = Client::join(&program, "lobby").await;
    let present = enter(&mut bob).await["peersInRoom"].clone();
    assert_eq!(present.as_array().unwrap().len(), 1);
    assert_eq!(
        (&present[0]["mid"], &present[0]["publisherId"]),
        (&json!(alice.peer_id), &json!(alice.peer_id))
    );
    let heard = alice.next().await;
    assert_eq!((&heard["type"], &heard["publisherId"]), (&json!("enter"), &json!(bob.peer_id)));

    bob.send(json!({"type": "public", "mid": "x", "data": "hello"})).await;
    assert_eq!(alice.next().await["data"], "hello");
    // Nothing here makes recordings or live streams, and whoever asks is told.
    bob.send(json!({"type": "startRecordingRoom", "target": "MCU"})).await;
    let refusal = bob.next().await;
    assert_eq!((&refusal["type"], &refusal["action"]), (&json!("recordingEvent"), &json!("error")));
    assert_eq!(refusal["error"], "this server does not record, because it has no ffmpeg");
    bob.send(json!({"type": "startRTMP", "target": "MCU", "rtmpId": "live"})).await;
    let refusal = bob.next().await;
    assert_eq!((&refusal["type"], &refusal["rtmpId"]), (&json!("rtmpEvent"), &json!("live")));
    assert_eq!(refusal["error"], "this server makes no live streams, because it has no ffmpeg");

    bob.leave().await;
    let bye = alice.next().await;
    assert_eq!((&bye["type"], &bye["publisherId"]), (&json!("bye"), &json!(bob.peer_id)));
}

#[tokio::test]
async fn who_sends_rubbish_is_told_and_the_others_hear_nothing_of_it() {
    let MediaProgram { program, _settings } = start();
    let mut alice = Client::join(&program, "lobby").await;
    enter(&mut alice).await;
    let mut vandal = Client::join(&program, "lobby").await;
    enter(&mut vandal).await;
    assert_eq!(alice.next().await["type"], "enter");

    for number in 0..3000 {
        vandal.send(json!({"type": "candidate", "target": "MCU", "candidate": number})).await;
    }
    vandal
        .send(json!({"type": "offer", "target": "MCU", "mid": "", "sdp": "v=0\r\nm=audio 9 x 0\r\n"}))
        .await;
    let bye = vandal.next().await;
    assert_eq!(
        (&bye["type"], &bye["mid"], &bye["publisherId"]),
        (&json!("bye"), &json!("MCU"), &json!("MCU"))
    );
    assert_eq!(metric(&program, "bad_descriptions_total").await, 1);

    // UDP has the number of the TCP port, unless somebody else had it.
    let port = UdpSocket::bind("127.0.0.1:0").unwrap();
    for length in 0..200 {
        port.send_to(&vec![1; length], &program.media).unwrap();
    }
    while metric(&program, "stray_datagrams_total").await < 100 {
        tokio::task::yield_now().await;
    }
    vandal.send(json!({"type": "public", "data": "the end"})).await;
    assert_eq!(alice.next().await["data"], "the end");
}
