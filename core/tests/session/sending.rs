//! Sending and stopping own streams, screens, and in what quality.

use crate::media_room::{entered, welcome};
use crate::scene::{own_stream, text, Scene};
use crate::surroundings::json;
use skylink_core::{
    Call, ConnectionEvent, ConnectionId, ConnectionOp, ErrorCode, Input, Kind, MediaToSend, Output,
    Prefetched, PromiseId,
};
use skylink_protocol::Value;

fn send(scene: &mut Scene, media: MediaToSend) -> PromiseId {
    let promise = scene.promise();
    scene.call(Call::SendStream { promise, room: "lobby".into(), media });
    promise
}

fn stop(scene: &mut Scene, stream_id: Option<&str>) -> PromiseId {
    let promise = scene.promise();
    let stream_id = stream_id.map(str::to_owned);
    scene.call(Call::StopStreams { promise, room: "lobby".into(), stream_id });
    promise
}

fn share(scene: &mut Scene, options: &str) -> PromiseId {
    let promise = scene.promise();
    scene.call(Call::ShareScreen { promise, room: "lobby".into(), options: json(options) });
    promise
}

fn grant_screen(scene: &mut Scene, handle: u32, sound: bool) {
    let screen = own_stream(handle, &format!("screen-{handle}"), Kind::Video);
    let sound = sound.then(|| own_stream(handle + 1, &format!("sound-{}", handle + 1), Kind::Audio));
    let settings = json(r#"{"width":1920,"height":1080}"#);
    scene.input(Input::ScreenCaptured { request: scene.capture, screen, sound, settings });
}

fn ops(scene: &Scene) -> Vec<&ConnectionOp> {
    let connection_ops = scene.outputs.iter().filter_map(|output| match output {
        Output::Connection { op, .. } => Some(op),
        _ => None,
    });
    connection_ops.collect()
}

/// A round that we offer is over.
fn finish_round(scene: &mut Scene, connection: ConnectionId, peer: &str, sdp: &str) {
    scene.report(connection, ConnectionEvent::OfferCreated(sdp.into()));
    scene.hear(
        "answer",
        peer,
        &format!(r#"{{"sdp":"v=0\r\ns={sdp_length}","target":"me"}}"#, sdp_length = sdp.len()),
    );
    scene.report(connection, ConnectionEvent::LocalSet);
    scene.report(connection, ConnectionEvent::RemoteSet);
}

fn media_states(scene: &Scene, kind: &str) -> Vec<(String, String)> {
    let message = scene.sent().into_iter().rev().find(|message| text(message, "type") == kind).unwrap();
    let list = message.get("mediaInfoList").unwrap().as_list().unwrap().to_vec();
    list.iter().map(|info| (text(info, "mediaId"), text(info, "mediaState"))).collect()
}

#[test]
fn what_cannot_be_sent_is_refused_and_released() {
    let stream = || vec![own_stream(50, "own", Kind::Audio)];
    for (media, expected) in [
        (MediaToSend::Invalid("null".into()), ErrorCode::InvalidMediaOptions),
        (MediaToSend::Options(json("{}")), ErrorCode::InvalidMediaOptions),
        (MediaToSend::NoStreams, ErrorCode::InvalidMediaStreamArray),
        (MediaToSend::Inactive, ErrorCode::InactiveMediaStream),
    ] {
        let mut scene = Scene::in_room();
        let promise = send(&mut scene, media);
        assert_eq!(scene.rejection(promise), expected);
    }
    let mut scene = Scene::new();
    let promise = send(&mut scene, MediaToSend::Stream(stream()));
    assert_eq!(scene.rejection(promise), ErrorCode::NoRoomName);
    scene.join(r#"{"roomName":"lobby"}"#);
    let promise = send(&mut scene, MediaToSend::Streams(vec![stream()]));
    assert_eq!(scene.rejection(promise), ErrorCode::UserNotInRoom);
    let released = scene.outputs.iter().filter(|output| **output == Output::Release(50)).count();
    assert_eq!(released, 2);
}

#[test]
fn alone_in_the_room_sending_and_stopping_settle_at_once() {
    let mut scene = Scene::in_room();
    let promise = send(&mut scene, MediaToSend::Streams(vec![vec![own_stream(50, "own", Kind::Video)]]));
    let pair = Value::List(vec![Value::Null, Value::Handle(50)]);
    assert_eq!(scene.resolution(promise), &Value::List(vec![pair]));
    assert_eq!(scene.events(), ["onIncomingStream", "peerUpdated"]);
    scene.forget();
    let promise = stop(&mut scene, Some("own"));
    assert!(scene.has(&Output::Fulfil(promise)) && scene.has(&Output::StopTracks(50)));
    assert_eq!(scene.events(), ["streamEnded", "mediaAccessStopped", "peerUpdated", "mediaInfoDeleted"]);
    let info = scene.detail("mediaInfoDeleted").get("mediaInfo").cloned().unwrap();
    assert_eq!((text(&info, "streamId"), text(&info, "trackId")), ("own".into(), "track-of-own".into()));
}

#[test]
fn only_own_streams_can_be_stopped() {
    let mut scene = Scene::with_media();
    let promise = stop(&mut scene, Some("nothing"));
    assert_eq!(scene.rejection(promise), ErrorCode::NoStream);
    let mut scene = Scene::in_room();
    let promise = stop(&mut scene, None);
    assert_eq!(scene.rejection(promise), ErrorCode::NoStream);
    let promise = scene.promise();
    let call = Call::StopStreams { promise, room: "elsewhere".into(), stream_id: None };
    assert_eq!(scene.call(call), Some(Value::Null));
}

#[test]
fn stopping_waits_for_its_own_rounds_and_for_nobody_elses() {
    let mut scene = Scene::with_media();
    let (bob, carol) = (scene.connect("bob"), scene.connect("carol"));
    scene.forget();
    let promise = stop(&mut scene, Some("cam-2"));
    for connection in [bob, carol] {
        let op = ConnectionOp::RemoveStream(2);
        assert!(scene.has(&Output::Connection { connection, op }));
    }
    scene.hear("answerAck", "stranger", r#"{"target":"me","success":true}"#);
    finish_round(&mut scene, bob, "bob", "v=0\r\n");
    assert!(!scene.settled.contains_key(&promise), "carol still has it");
    let expected =
        [("AUDIO_mic-1".to_owned(), "active".to_owned()), ("VIDEO_cam-2".into(), "unavailable".into())];
    assert_eq!(media_states(&scene, "offer"), expected);
    scene.hear("bye", "carol", "{}");
    assert!(scene.settled.contains_key(&promise));
    scene.forget();
    // The next offer does not say it again.
    send(&mut scene, MediaToSend::Stream(vec![own_stream(60, "more", Kind::Audio)]));
    scene.report(bob, ConnectionEvent::OfferCreated("v=0\r\n".into()));
    let states = media_states(&scene, "offer");
    assert_eq!(states.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["AUDIO_mic-1", "AUDIO_more"]);
}

#[test]
fn a_stream_that_is_stopped_before_it_arrived_settles_both_promises() {
    let mut scene = Scene::in_room();
    let bob = scene.connect("bob");
    let sent = send(&mut scene, MediaToSend::Stream(vec![own_stream(50, "own", Kind::Audio)]));
    assert!(!scene.settled.contains_key(&sent));
    let stopped = stop(&mut scene, None);
    assert_eq!(scene.resolution(sent), &Value::List(vec![Value::Handle(50), Value::Null]));
    finish_round(&mut scene, bob, "bob", "v=0\r\n");
    finish_round(&mut scene, bob, "bob", "v=0\r\ns=-\r\n");
    assert!(scene.settled.contains_key(&stopped));
}

#[test]
fn a_lost_socket_settles_what_waits_and_what_comes_later() {
    let mut scene = Scene::with_media();
    scene.connect("bob");
    let sent = send(&mut scene, MediaToSend::Stream(vec![own_stream(60, "more", Kind::Audio)]));
    assert!(!scene.settled.contains_key(&sent));
    scene.input(Input::SocketClosed { socket: scene.socket });
    assert!(scene.settled.contains_key(&sent));
    let stopped = stop(&mut scene, Some("more"));
    assert!(scene.settled.contains_key(&stopped));
}

#[test]
fn leaving_settles_what_waits() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    let sent = send(&mut scene, MediaToSend::Stream(vec![own_stream(50, "own", Kind::Audio)]));
    let asked = send(&mut scene, MediaToSend::Options(json(r#"{"audio":true}"#)));
    let shared = share(&mut scene, "null");
    let promise = scene.promise();
    scene.call(Call::LeaveRoom { promise, room: "lobby".into(), stop_streams: true });
    assert_eq!(scene.resolution(sent), &Value::List(vec![Value::Handle(50), Value::Null]));
    assert_eq!(scene.rejection(asked), ErrorCode::UserNotInRoom);
    assert_eq!(scene.resolution(shared), &Value::Null);
    scene.forget();
    grant_screen(&mut scene, 70, true);
    for handle in [70, 71] {
        assert!(scene.has(&Output::StopTracks(handle)) && scene.has(&Output::Release(handle)));
    }
}

#[test]
fn a_device_that_is_unplugged_ends_its_stream() {
    let mut scene = Scene::with_media();
    assert_eq!(scene.call(Call::StopScreen { room: "lobby".into() }), Some(Value::Null));
    scene.forget();
    scene.input(Input::TracksEnded(2));
    assert_eq!(scene.events(), ["streamEnded", "mediaAccessStopped", "peerUpdated", "mediaInfoDeleted"]);
    assert_eq!(scene.detail("streamEnded").get("streamId"), Some(&"cam-2".into()));
    scene.forget();
    scene.input(Input::TracksEnded(2));
    assert!(scene.outputs.is_empty());
}

#[test]
fn a_camera_that_is_unplugged_during_the_join_is_not_given_to_the_app() {
    let mut scene = Scene::new();
    let promise = scene.join(r#"{"roomName":"lobby","audio":true,"video":true}"#);
    scene.answer_api();
    scene.open_socket();
    scene.grant();
    scene.input(Input::TracksEnded(2));
    scene.let_in();
    assert_eq!(scene.resolution(promise), &Value::List(vec![Value::Handle(1), Value::Null]));
}

#[test]
fn a_screen_has_its_real_size_and_its_sound_goes_with_it() {
    let mut scene = Scene::in_room();
    let promise = share(&mut scene, r#"{"video":true,"audio":true}"#);
    scene.forget();
    grant_screen(&mut scene, 70, true);
    assert_eq!(scene.resolution(promise), &Value::Handle(70));
    assert_eq!(scene.events(), ["onIncomingScreenStream", "mediaAccessSuccess"]);
    let detail = scene.detail("onIncomingScreenStream");
    assert_eq!((detail.get("isAudio"), detail.get("isVideo")), (Some(&true.into()), Some(&true.into())));
    let info = scene.call(Call::GetPeerInfo { room: "lobby".into(), peer: None }).unwrap();
    let size = info.get("settings").unwrap().get("video").unwrap().get("screen-70").unwrap();
    assert_eq!(size.get("resolution"), Some(&json(r#"{"width":1920,"height":1080}"#)));
    let streams = scene.call(Call::GetStreams { room: "lobby".into(), include_self: true }).unwrap();
    let own = streams.get("me").unwrap().get("streams").unwrap();
    assert_eq!((own.get("audio"), own.get("video")), (Some(&Value::Null), Some(&Value::Null)));
    assert_eq!(own.get("screenShare").unwrap().get("screen-70"), Some(&Value::Handle(70)));
    scene.forget();
    scene.call(Call::StopScreen { room: "lobby".into() });
    assert_eq!(scene.events().iter().filter(|name| **name == "streamEnded").count(), 1);
    assert!(scene.has(&Output::Release(70)) && scene.has(&Output::Release(71)));
}

#[test]
fn a_refused_screen_is_null_and_nothing_is_told() {
    let mut scene = Scene::in_room();
    let promise = share(&mut scene, "true");
    let error = scene.refuse_capture();
    assert_eq!(scene.resolution(promise), &Value::Null);
    assert!(scene.has(&Output::Release(error)));
    assert!(scene.events().is_empty());
}

/// The limits that were set, by stream.
fn limits(scene: &Scene) -> Vec<(u32, Option<f64>)> {
    let limit = |op: &ConnectionOp| match op {
        ConnectionOp::LimitBitrate { stream, limit } => Some((*stream, *limit)),
        _ => None,
    };
    ops(scene).into_iter().filter_map(limit).collect()
}

#[test]
fn bandwidth_limits_each_stream_and_later_options_change_it() {
    let mut scene = Scene::with_media();
    let (mic, cam) = (1, 2);
    scene.connect("bob");
    assert_eq!(limits(&scene), [(mic, None), (cam, None)]);
    scene.forget();
    send(&mut scene, MediaToSend::Options(json(r#"{"audio":true,"bandwidth":{"video":300,"audio":0}}"#)));
    assert_eq!(limits(&scene), [(mic, None), (cam, Some(300_000.0))]);
    let mut refresh = |options: &str| {
        scene.forget();
        let promise = scene.promise();
        scene.call(Call::RefreshConnection { promise, room: "lobby".into(), given: vec![json(options)] });
        limits(&scene)
    };
    for none in ["null", "false", "0", r#""""#] {
        assert_eq!(refresh(&format!(r#"{{"bandwidth":{none}}}"#)), [], "those in force stay");
    }
    assert_eq!(refresh(r#"{"bandwidth":{"audio":20}}"#), [(mic, Some(20_000.0)), (cam, None)]);
}

#[test]
fn through_a_media_server_cameras_are_limited_and_screens_are_not() {
    let mut scene = entered(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby","audio":true,"video":true}"#);
    welcome(&mut scene, &["bob"]);
    let connection = scene.last_connection();
    scene.report(connection, ConnectionEvent::OfferCreated("v=0\r\nour offer".into()));
    scene.hear("answer", "MCU", r#"{"target":"me","sdp":"v=0","mediaInfoList":[]}"#);
    scene.report(connection, ConnectionEvent::LocalSet);
    scene.report(connection, ConnectionEvent::RemoteSet);
    assert_eq!(limits(&scene), [(1, None), (2, Some(500_000.0))]);
    scene.forget();
    share(&mut scene, "true");
    grant_screen(&mut scene, 70, false);
    finish_round(&mut scene, connection, "MCU", "v=0\r\nwith screen");
    assert_eq!(limits(&scene), [(1, None), (2, Some(500_000.0)), (70, None)]);
    scene.forget();
    let promise = scene.promise();
    let given = vec![json(r#"{"bandwidth":{"video":900}}"#)];
    scene.call(Call::RefreshConnection { promise, room: "lobby".into(), given });
    assert_eq!(limits(&scene), [(1, None), (2, Some(900_000.0)), (70, Some(900_000.0))]);
}

#[test]
fn preferred_codecs_come_before_each_description() {
    let options = r#"{"appKey":"demo","videoCodec":"H264","audioCodec":"auto",
        "codecParams":{"video":{"h264":{"profileLevelId":"42e01f","packetizationMode":1}}}}"#;
    let mut scene = Scene::new();
    scene.join_with(options, r#"{"roomName":"lobby"}"#, Prefetched::None);
    scene.enter();
    scene.connect("bob");
    let parameters = ["profile-level-id=42e01f", "packetization-mode=1"].map(str::to_owned).to_vec();
    let prefer = ConnectionOp::PreferCodec { kind: Kind::Video, name: "H264".into(), parameters };
    let ops = ops(&scene);
    let place = |wanted: &dyn Fn(&ConnectionOp) -> bool| ops.iter().position(|op| wanted(op)).unwrap();
    assert!(place(&|op| *op == prefer) < place(&|op| matches!(op, ConnectionOp::CreateAnswer { .. })));
    assert!(!ops.iter().any(|op| matches!(op, ConnectionOp::PreferCodec { kind: Kind::Audio, .. })));
}

const OPUS: &str =
    "m=audio 9 x 111\r\na=mid:0\r\na=sendrecv\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10\r\n";

/// The description with our stereo microphone in it.
fn own_opus() -> String {
    ["v=0\r\n", OPUS, "a=msid:mic-1 t\r\n"].concat()
}

#[test]
fn stereo_is_said_in_our_description_and_read_into_the_peers() {
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby","audio":{"stereo":true}}"#);
    scene.answer_api();
    scene.open_socket();
    scene.grant();
    scene.let_in();
    scene.hear("welcome", "bob", r#"{"target":"me","weight":9,"userInfo":{}}"#);
    let bob = scene.last_connection();
    scene.report(bob, ConnectionEvent::OfferCreated(own_opus()));
    let offer = scene.sent().into_iter().find(|message| text(message, "type") == "offer").unwrap();
    assert!(text(&offer, "sdp").contains("a=fmtp:111 minptime=10;sprop-stereo=1\r\n"));
    let answer = skylink_protocol::Object::new()
        .with("type", "answer")
        .with("rid", crate::scene::RID)
        .with("mid", "bob")
        .with("target", "me")
        .with("sdp", ["v=0\r\n", OPUS].concat());
    scene.receive(answer);
    scene.forget();
    scene.report(bob, ConnectionEvent::LocalSet);
    let told = ops(&scene).into_iter().find_map(|op| match op {
        ConnectionOp::SetRemote { sdp, .. } => Some(sdp.clone()),
        _ => None,
    });
    assert!(told.unwrap().contains("a=fmtp:111 minptime=10;stereo=1\r\n"));
}

#[test]
fn an_offer_that_gives_two_header_extensions_one_number_goes_without_the_later_one() {
    let mut scene = Scene::with_media();
    scene.hear("welcome", "bob", r#"{"target":"me","weight":9,"userInfo":{}}"#);
    let bob = scene.last_connection();
    let made = "v=0\r\nm=video 9 x\r\na=extmap:1 urn:offset\r\nm=audio 9 x\r\na=extmap:1 urn:level\r\n";
    scene.report(bob, ConnectionEvent::OfferCreated(made.into()));
    let offer = scene.sent().into_iter().find(|message| text(message, "type") == "offer").unwrap();
    let expected = made.replace("a=extmap:1 urn:level\r\n", "");
    assert_eq!(text(&offer, "sdp"), expected);
    scene.hear("answer", "bob", r#"{"sdp":"v=0","target":"me"}"#);
    assert!(ops(&scene)
        .into_iter()
        .any(|op| matches!(op, ConnectionOp::SetLocal { sdp, .. } if *sdp == expected)));
}

#[test]
fn a_description_of_ours_that_the_browser_refuses_with_changes_is_left_alone() {
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby","audio":{"stereo":true}}"#);
    scene.answer_api();
    scene.open_socket();
    scene.grant();
    scene.let_in();
    let bob = scene.meet("bob");
    scene.hear("offer", "bob", r#"{"sdp":"v=0","target":"me","weight":9}"#);
    scene.report(bob, ConnectionEvent::RemoteSet);
    scene.report(bob, ConnectionEvent::AnswerCreated(own_opus()));
    let error = scene.handle();
    scene.report(bob, ConnectionEvent::DescriptionFailed(error));
    scene.forget();
    scene.wait();
    scene.report(bob, ConnectionEvent::RemoteSet);
    scene.report(bob, ConnectionEvent::AnswerCreated(own_opus()));
    let set = ops(&scene)
        .into_iter()
        .any(|op| matches!(op, ConnectionOp::SetLocal { sdp, .. } if *sdp == own_opus()));
    assert!(set);
}

#[test]
fn who_hears_stereo_says_so_where_it_comes() {
    let mut scene = Scene::in_room();
    let bob = scene.meet("bob");
    let offer = r#"{"sdp":"v=0","target":"me","weight":9,
        "userInfo":{"settings":{"audio":{"b1":{"stereo":true}}},"mediaStatus":{}},
        "mediaInfoList":[{"publisherId":"bob","mediaId":"AUDIO_b1","mediaType":"audioMic","mediaState":"active","transceiverMid":"0"}]}"#;
    scene.hear("offer", "bob", offer);
    scene.report(bob, ConnectionEvent::RemoteSet);
    scene.report(
        bob,
        ConnectionEvent::AnswerCreated(["v=0\r\n", OPUS, &OPUS.replace("mid:0", "mid:1")].concat()),
    );
    scene.report(bob, ConnectionEvent::LocalSet);
    let answer = scene.sent().into_iter().find(|message| text(message, "type") == "answer").unwrap();
    assert_eq!(text(&answer, "sdp").matches("stereo=1").count(), 1);
    assert!(text(&answer, "sdp")
        .starts_with(&["v=0\r\n", &OPUS.replace("ptime=10", "ptime=10;stereo=1")].concat()));
}
