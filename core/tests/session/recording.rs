//! Recording and live streaming: every promise settles, each by its own session.

use crate::media_room::{in_room, welcome};
use crate::scene::{keys, text, Scene};
use crate::surroundings::json;
use skylink_core::{Call, ErrorCode, Failure, Input, PromiseId};
use skylink_protocol::Value;

fn record(scene: &mut Scene, start: bool) -> PromiseId {
    let promise = scene.promise();
    scene.call(Call::Record { promise, room: "lobby".into(), start });
    promise
}

fn start_rtmp(scene: &mut Scene, rtmp_id: &str) -> PromiseId {
    start_rtmp_of(scene, rtmp_id, "cam", "rtmp://live.example/app/key")
}

fn start_rtmp_of(scene: &mut Scene, rtmp_id: &str, stream_id: &str, endpoint: &str) -> PromiseId {
    let promise = scene.promise();
    scene.call(Call::StartRtmp {
        promise,
        room: "lobby".into(),
        rtmp_id: rtmp_id.into(),
        stream_id: stream_id.into(),
        endpoint: endpoint.into(),
    });
    promise
}

fn stop_rtmp(scene: &mut Scene, rtmp_id: &str) -> PromiseId {
    let promise = scene.promise();
    scene.call(Call::StopRtmp { promise, room: "lobby".into(), rtmp_id: rtmp_id.into() });
    promise
}

fn recording_event(scene: &mut Scene, action: &str, id: &str) {
    let members = format!(r#"{{"action":"{action}","recordingId":"{id}","error":"disk full"}}"#);
    scene.hear("recordingEvent", "MCU", &members);
}

/// Without a sender, as the original's media server.
fn rtmp_event(scene: &mut Scene, action: &str, id: &str) {
    let error = if action == "error" { r#","error":"endpoint refused""# } else { "" };
    scene.receive(json(&format!(
        r#"{{"type":"rtmpEvent","rid":"rid-of-lobby","action":"{action}","rtmpId":"{id}"{error}}}"#
    )));
}

fn recordings(scene: &mut Scene) -> Value {
    scene.call(Call::GetRecordings { room: "lobby".into() }).unwrap()
}

fn error_text(scene: &Scene, promise: PromiseId) -> Option<String> {
    match scene.settled.get(&promise) {
        Some(Err(Failure::Error(error))) => error.detail.clone(),
        other => panic!("{other:?}"),
    }
}

/// Nothing comes but answers to pings.
fn wait_for(scene: &mut Scene, promise: PromiseId) {
    while is_pending(scene, promise) {
        scene.wait();
        scene.frame("3");
    }
}

fn is_pending(scene: &Scene, promise: PromiseId) -> bool {
    !scene.settled.contains_key(&promise)
}

#[test]
fn a_recording_starts_and_stops() {
    let (mut scene, _) = in_room();
    assert_eq!(recordings(&mut scene), json("{}"));
    let started = record(&mut scene, true);
    let same = record(&mut scene, true);
    assert_eq!(
        scene.sent(),
        [json(r#"{"type":"startRecordingRoom","rid":"rid-of-lobby","target":"MCU"}"#)],
        "two calls, one request"
    );
    assert!(is_pending(&scene, started));
    scene.forget();
    recording_event(&mut scene, "on", "rec-1");
    assert_eq!(scene.resolution(started), &"rec-1".into());
    assert_eq!(scene.resolution(same), &"rec-1".into());
    let detail = scene.detail("recordingState");
    assert_eq!(detail, json(r#"{"state":0,"recordingId":"rec-1"}"#).as_object().unwrap().clone());
    let session = recordings(&mut scene).get("rec-1").unwrap().as_object().unwrap().clone();
    assert_eq!(keys(&session), ["active", "state", "startedDateTime", "endedDateTime", "error"]);
    assert_eq!(session.get("active"), Some(&true.into()));

    // Told once more when somebody joins.
    scene.forget();
    recording_event(&mut scene, "on", "rec-1");
    assert_eq!(scene.events(), ["channelMessage"]);

    let again = record(&mut scene, true);
    assert_eq!(scene.rejection(again), ErrorCode::RecordingInProgress);
    let early = record(&mut scene, false);
    assert_eq!(scene.rejection(early), ErrorCode::RecordingTooShort);
    scene.now = scene.now.plus(4_000.0);
    scene.forget();
    let stopped = record(&mut scene, false);
    assert_eq!(scene.sent_types(), ["stopRecordingRoom"]);
    recording_event(&mut scene, "off", "rec-1");
    assert_eq!(scene.resolution(stopped), &"rec-1".into());
    assert_eq!(scene.detail("recordingState").get("state"), Some(&1.0.into()));
    let session = recordings(&mut scene).get("rec-1").unwrap().clone();
    assert_eq!(session.get("active"), Some(&false.into()));
    assert!(session.get("endedDateTime").unwrap().as_text().is_some());
    let none = record(&mut scene, false);
    assert_eq!(scene.rejection(none), ErrorCode::NoRecordingInProgress);
}

#[test]
fn others_recordings_are_told_and_can_be_stopped() {
    let (mut scene, _) = in_room();
    recording_event(&mut scene, "on", "rec-1");
    scene.now = scene.now.plus(5_000.0);
    let stopped = record(&mut scene, false);
    // A session that ended before does not settle it.
    recording_event(&mut scene, "off", "rec-0");
    assert!(is_pending(&scene, stopped));
    recording_event(&mut scene, "off", "rec-1");
    assert_eq!(scene.resolution(stopped), &"rec-1".into());
}

#[test]
fn errors_of_the_media_server_reject() {
    let (mut scene, _) = in_room();
    let started = record(&mut scene, true);
    scene.hear("recordingEvent", "MCU", r#"{"action":"error","error":"disk full"}"#);
    assert_eq!(scene.rejection(started), ErrorCode::MediaServerError);
    assert_eq!(error_text(&scene, started).as_deref(), Some("disk full"));
    assert_eq!(scene.detail("recordingState").get("error"), Some(&"disk full".into()));
    assert_eq!(recordings(&mut scene), json("{}"));

    recording_event(&mut scene, "on", "rec-1");
    scene.now = scene.now.plus(5_000.0);
    let stopped = record(&mut scene, false);
    recording_event(&mut scene, "error", "rec-1");
    assert_eq!(scene.rejection(stopped), ErrorCode::MediaServerError);
    let session = recordings(&mut scene).get("rec-1").unwrap().clone();
    assert_eq!(session.get("state"), Some(&(-1.0).into()));
    assert_eq!(text(&session, "error"), "disk full");
    // Another one can begin.
    let started = record(&mut scene, true);
    recording_event(&mut scene, "on", "rec-2");
    assert_eq!(scene.resolution(started), &"rec-2".into());
}

#[test]
fn what_has_failed_does_not_end_once_more() {
    let (mut scene, _) = in_room();
    recording_event(&mut scene, "on", "rec-1");
    recording_event(&mut scene, "error", "rec-1");
    scene.forget();
    recording_event(&mut scene, "off", "rec-1");
    assert_eq!(scene.events(), ["channelMessage"]);
    let session = recordings(&mut scene).get("rec-1").unwrap().clone();
    assert_eq!(session.get("state"), Some(&(-1.0).into()));
}

#[test]
fn the_file_of_a_recording_is_told_by_its_address() {
    let (mut scene, _) = in_room();
    recording_event(&mut scene, "on", "rec-1");
    recording_event(&mut scene, "off", "rec-1");
    let mut address = |url: &str| {
        scene.forget();
        let members = format!(r#"{{"action":"url","recordingId":"rec-1","url":"{url}"}}"#);
        scene.hear("recordingEvent", "MCU", &members);
        let detail = scene.detail("recordingState");
        assert_eq!(detail.get("state"), Some(&2.0.into()));
        let session = recordings(&mut scene).get("rec-1").unwrap().clone();
        assert_eq!(session.get("links"), detail.get("link"));
        assert_eq!(session.get("active"), Some(&false.into()));
        assert!(session.get("mixingDateTime").unwrap().as_text().is_some());
        text(detail.get("link").unwrap(), "mixin").to_owned()
    };
    assert_eq!(address("https://files.example/1.mp4"), "https://files.example/1.mp4");
    assert_eq!(address("//files.example/1.mp4"), "//files.example/1.mp4");
    assert_eq!(address("/recorded/t.u"), "https://api.temasys.io/recorded/t.u");

    scene.forget();
    recording_event(&mut scene, "url", "rec-0");
    assert_eq!(scene.events(), ["channelMessage"], "unknown");
}

#[test]
fn live_streams_start_and_stop_each_by_its_own_event() {
    let (mut scene, _) = in_room();
    let (one, two) = (start_rtmp(&mut scene, "one"), start_rtmp(&mut scene, "two"));
    assert_eq!(
        scene.sent()[0],
        json(
            r#"{"type":"startRTMP","rid":"rid-of-lobby","rtmpId":"one","streamId":"cam",
            "endpoint":"rtmp://live.example/app/key","mid":"me","target":"MCU"}"#
        )
    );
    scene.forget();
    rtmp_event(&mut scene, "startSuccess", "two");
    assert!(is_pending(&scene, one));
    assert_eq!(scene.resolution(two), &"two".into());
    let detail = scene.detail("rtmpState");
    assert_eq!(detail, json(r#"{"state":0,"rtmpId":"two","error":null}"#).as_object().unwrap().clone());
    rtmp_event(&mut scene, "startSuccess", "one");
    assert_eq!(scene.resolution(one), &"one".into());
    scene.forget();
    rtmp_event(&mut scene, "startSuccess", "one");
    assert_eq!(scene.events(), ["channelMessage"], "told twice");

    let stopped = stop_rtmp(&mut scene, "one");
    rtmp_event(&mut scene, "stopSuccess", "two");
    assert!(is_pending(&scene, stopped));
    rtmp_event(&mut scene, "stopSuccess", "one");
    assert_eq!(scene.resolution(stopped), &"one".into());
    scene.forget();
    for action in ["stopSuccess", "error"] {
        rtmp_event(&mut scene, action, "one");
    }
    assert_eq!(scene.events(), ["channelMessage"; 2], "over");
}

#[test]
fn a_live_stream_that_fails_rejects_and_is_told() {
    let (mut scene, _) = in_room();
    let refused = start_rtmp(&mut scene, "one");
    rtmp_event(&mut scene, "error", "one");
    assert_eq!(scene.rejection(refused), ErrorCode::MediaServerError);
    assert_eq!(error_text(&scene, refused).as_deref(), Some("endpoint refused"));
    let detail = scene.detail("rtmpState");
    assert_eq!(detail.get("state"), Some(&(-1.0).into()));
    assert!(matches!(detail.get("error"), Some(Value::Handle(_))));
    // One of somebody else breaks off; it was not ours to wait for.
    rtmp_event(&mut scene, "startSuccess", "two");
    scene.forget();
    rtmp_event(&mut scene, "error", "two");
    assert_eq!(scene.detail("rtmpState").get("rtmpId"), Some(&"two".into()));
    // Nor is one that nobody knows anything of.
    scene.forget();
    rtmp_event(&mut scene, "error", "three");
    assert_eq!(scene.events(), ["channelMessage"]);
}

#[test]
fn a_live_stream_needs_a_stream_and_an_address() {
    let (mut scene, _) = in_room();
    let promise = start_rtmp_of(&mut scene, "one", "", "");
    assert_eq!(scene.rejection(promise), ErrorCode::RtmpNoStreamId);
    let promise = start_rtmp_of(&mut scene, "one", "cam", "");
    assert_eq!(scene.rejection(promise), ErrorCode::RtmpNoEndpoint);
    assert!(scene.sent().is_empty());
}

/// One promise of each kind, and the errors for want of a media server.
fn ask_for_everything(scene: &mut Scene) -> Vec<(PromiseId, ErrorCode)> {
    recording_event(scene, "on", "rec-1");
    scene.now = scene.now.plus(5_000.0);
    let mut asked = vec![(record(scene, false), ErrorCode::StopRecordingNoMcu)];
    asked.push((start_rtmp(scene, "one"), ErrorCode::StartRtmpNoMcu));
    asked.push((stop_rtmp(scene, "two"), ErrorCode::StopRtmpNoMcu));
    asked
}

fn assert_rejected(scene: &Scene, asked: &[(PromiseId, ErrorCode)]) {
    for (promise, expected) in asked {
        assert_eq!(scene.rejection(*promise), *expected);
    }
}

#[test]
fn nothing_is_sent_where_there_is_no_media_server() {
    let mut scene = Scene::in_room();
    let mut asked = vec![(record(&mut scene, true), ErrorCode::StartRecordingNoMcu)];
    asked.push((record(&mut scene, false), ErrorCode::StopRecordingNoMcu));
    asked.push((start_rtmp(&mut scene, "one"), ErrorCode::StartRtmpNoMcu));
    asked.push((stop_rtmp(&mut scene, "one"), ErrorCode::StopRtmpNoMcu));
    assert_rejected(&scene, &asked);
    assert!(scene.sent().is_empty());
    let promise = scene.promise();
    let unknown = Call::Record { promise, room: "elsewhere".into(), start: true };
    assert_eq!(scene.call(unknown), Some(Value::Null));
    assert_eq!(scene.call(Call::GetRecordings { room: "elsewhere".into() }), Some(Value::Null));
}

#[test]
fn every_promise_settles_when_the_media_server_the_socket_or_the_room_is_gone() {
    type Ending = fn(&mut Scene);
    let endings: [Ending; 3] = [
        |scene| scene.hear("bye", "MCU", "{}"),
        |scene| scene.input(Input::SocketClosed { socket: scene.socket }),
        |scene| {
            let promise = scene.promise();
            scene.call(Call::LeaveRoom { promise, room: "lobby".into(), stop_streams: true });
        },
    ];
    for end in endings {
        let (mut scene, _) = in_room();
        let asked = ask_for_everything(&mut scene);
        end(&mut scene);
        assert_rejected(&scene, &asked);

        let (mut scene, _) = in_room();
        let started = record(&mut scene, true);
        end(&mut scene);
        assert_rejected(&scene, &[(started, ErrorCode::StartRecordingNoMcu)]);
    }
}

#[test]
fn a_media_server_that_is_gone_is_not_asked_until_it_is_back() {
    let (mut scene, _) = in_room();
    scene.hear("bye", "MCU", "{}");
    let promise = record(&mut scene, true);
    assert_eq!(scene.rejection(promise), ErrorCode::StartRecordingNoMcu);
    welcome(&mut scene, &[]);
    let promise = record(&mut scene, true);
    assert!(is_pending(&scene, promise));

    let (mut scene, _) = in_room();
    scene.input(Input::SocketClosed { socket: scene.socket });
    let promise = record(&mut scene, true);
    assert_eq!(scene.rejection(promise), ErrorCode::StartRecordingNoMcu);
}

#[test]
fn what_is_never_answered_is_given_up() {
    let (mut scene, _) = in_room();
    let asked = ask_for_everything(&mut scene);
    wait_for(&mut scene, asked[0].0);
    assert_rejected(&scene, &asked);

    let (mut scene, _) = in_room();
    let started = record(&mut scene, true);
    wait_for(&mut scene, started);
    assert_rejected(&scene, &[(started, ErrorCode::RecorderUnavailable)]);
    // It comes after all.
    recording_event(&mut scene, "on", "rec-1");
    assert_eq!(recordings(&mut scene).get("rec-1").unwrap().get("active"), Some(&true.into()));
}
