//! Joining a room.

use crate::scene::{own_stream, text, Scene};
use crate::surroundings::json;
use skylink_core::{Call, ErrorCode, Kind, Output, Prefetched};
use skylink_protocol::Value;

fn ready_states(scene: &Scene) -> Vec<(f64, Value)> {
    let state = |output: &Output| match output {
        Output::Event { name: "readyStateChange", detail } => {
            let state = detail.get("readyState").and_then(Value::as_number).unwrap();
            Some((state, detail.get("room").cloned().unwrap()))
        }
        _ => None,
    };
    scene.outputs.iter().filter_map(state).collect()
}

#[test]
fn the_api_is_asked_then_the_socket_is_opened_then_the_room_is_asked_for() {
    let mut scene = Scene::new();
    let promise = scene.join(r#"{"roomName":"Lobby"}"#);
    assert_eq!(scene.events(), ["readyStateChange"]);
    match scene.outputs.last().unwrap() {
        Output::Fetch { url, headers, .. } => {
            assert_eq!(url, "https://api.temasys.io/api/demo/Lobby?rand=1772443204000");
            assert!(headers.contains(&("Skylink_SDK_type", "Web SDK".into())));
        }
        other => panic!("{other:?}"),
    }
    scene.answer_api();
    assert_eq!(ready_states(&scene), [(1.0, json(r#"{"roomName":"Lobby"}"#)), (2.0, "Lobby".into())]);
    match scene.outputs.last().unwrap() {
        Output::OpenSocket { url, .. } => {
            assert!(url.starts_with("wss://signal.test/socket.io/?"), "{url}");
            assert!(url.ends_with("EIO=3&transport=websocket"), "{url}");
        }
        other => panic!("{other:?}"),
    }
    scene.forget();
    scene.open_socket();
    assert_eq!(scene.events(), ["channelOpen"]);
    let expected = r#"{"type":"joinRoom","uid":"u1","cid":"c1","rid":"rid-of-lobby","userCred":"SECRET-user",
        "timeStamp":"2026-03-02T09:15:04.120Z","apiOwner":"ops@example.net","roomCred":"SECRET-room",
        "start":"2026-03-02T09:15:04.120Z","len":24,"isPrivileged":false,"autoIntroduce":true,"key":"demo"}"#;
    assert_eq!(scene.sent(), [json(expected)]);
    assert!(scene.settled.is_empty());
    scene.let_in();
    assert_eq!(scene.resolution(promise), &Value::Null);
}

#[test]
fn the_promise_resolves_before_the_first_event_of_the_room() {
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby"}"#);
    scene.answer_api();
    scene.open_socket();
    scene.forget();
    scene.let_in();
    let place = |wanted: fn(&Output) -> bool| scene.outputs.iter().position(wanted).unwrap();
    let resolved = place(|output| matches!(output, Output::Resolve { .. }));
    let pause = place(|output| *output == Output::NextTask);
    let joined = place(|output| matches!(output, Output::Event { name: "peerJoined", .. }));
    assert!(resolved < pause && pause < joined);
    assert_eq!(scene.events(), ["channelMessage", "peerJoined", "handshakeProgress"]);
    assert_eq!(scene.sent_types(), ["enter"]);
}

#[test]
fn camera_and_microphone_come_before_the_room_is_asked_for() {
    for comes_before in ["the API's answer", "the socket", "nothing"] {
        let mut scene = Scene::new();
        let promise = scene.join(r#"{"roomName":"lobby","audio":true,"video":true}"#);
        if comes_before == "the API's answer" {
            scene.grant();
        }
        scene.answer_api();
        if comes_before == "the socket" {
            scene.grant();
        }
        assert!(!scene.events().contains(&"mediaAccessSuccess"), "CHANNEL_OPEN comes first");
        scene.open_socket();
        if comes_before == "nothing" {
            assert!(scene.sent().is_empty());
            scene.grant();
        }
        let after_ready = scene.events().split_off(2);
        assert_eq!(after_ready, ["channelOpen", "mediaAccessSuccess", "mediaAccessSuccess"]);
        assert_eq!(scene.sent_types(), ["joinRoom"]);
        scene.forget();
        scene.let_in();
        assert_eq!(scene.resolution(promise), &vec![Value::Handle(1), Value::Handle(2)].into());
        let events =
            ["channelMessage", "peerJoined", "onIncomingStream", "onIncomingStream", "handshakeProgress"];
        assert_eq!(scene.events(), events);
    }
}

#[test]
fn prefetched_streams_are_sent_without_asking_the_browser() {
    let mut scene = Scene::new();
    let stream = own_stream(40, "own", Kind::Audio);
    let prefetched = Prefetched::Streams(vec![stream]);
    let promise = scene.join_with(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby","video":true}"#, prefetched);
    scene.enter();
    assert_eq!(scene.resolution(promise), &Value::Null);
    assert!(!scene.outputs.iter().any(|output| matches!(output, Output::Capture { .. })));
    assert_eq!(scene.detail("onIncomingStream").get("streamId"), Some(&"own".into()));
}

#[test]
fn two_calls_for_one_room_share_one_join() {
    let mut scene = Scene::new();
    let first = scene.join(r#"{"roomName":"lobby"}"#);
    let second = scene.join(r#"{"roomName":"LOBBY"}"#);
    scene.enter();
    assert_eq!(scene.resolution(first), &Value::Null);
    assert_eq!(scene.resolution(second), &Value::Null);
    assert_eq!(scene.sent_types(), ["joinRoom", "enter"]);
}

#[test]
fn rooms_of_one_name_are_others_with_another_app_key_or_server() {
    let options = r#"{"appKey":"demo","roomServer":"//one.test"}"#;
    for other in
        [r#"{"appKey":"other","roomServer":"//one.test"}"#, r#"{"appKey":"demo","roomServer":"//two.test"}"#]
    {
        for is_entered in [false, true] {
            let mut scene = Scene::new();
            let join = |scene: &mut Scene, options| {
                scene.forget();
                let promise = scene.join_with(options, r#"{"roomName":"lobby"}"#, Prefetched::None);
                (promise, scene.outputs.iter().any(|output| matches!(output, Output::Fetch { .. })))
            };
            let (first, _) = join(&mut scene, options);
            if is_entered {
                scene.enter();
            }
            let (second, asks) = join(&mut scene, other);
            assert!(asks && !scene.events().contains(&"peerLeft"), "{other}");
            scene.answer_api_with(200, Some(crate::scene::ticket("other")));
            if is_entered {
                scene.receive(json(r#"{"type":"inRoom","rid":"rid-of-other","sid":"me-too"}"#));
                assert_eq!(scene.resolution(first), &Value::Null);
                assert_eq!(scene.resolution(second), &Value::Null);
            }
            let (_, asks) = join(&mut scene, options);
            assert_eq!(asks, is_entered, "the same room is shared or left");
        }
    }
}

#[test]
fn joining_the_room_one_is_in_leaves_it_first() {
    let mut scene = Scene::in_room();
    scene.meet("bob");
    scene.forget();
    let promise = scene.join(r#"{"roomName":"lobby"}"#);
    let left = scene.events().iter().position(|name| *name == "peerLeft");
    let asked = scene.events().iter().position(|name| *name == "readyStateChange");
    assert!(left.unwrap() < asked.unwrap());
    scene.enter();
    assert_eq!(scene.resolution(promise), &Value::Null);
    let members = scene.call(Call::GetPeersInRoom { room: "lobby".into() }).unwrap();
    assert_eq!(members.as_object().unwrap().len(), 1, "bob has to be met anew");
}

#[test]
fn streams_given_to_the_next_join_go_on_and_the_others_end() {
    let mut scene = Scene::in_room();
    let given = |handles: [u32; 2]| {
        let kinds = [("voice", Kind::Audio), ("face", Kind::Video)];
        handles.into_iter().zip(kinds).map(|(handle, (id, kind))| own_stream(handle, id, kind))
    };
    let join = |scene: &mut Scene, streams| {
        scene.forget();
        scene.join_with(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#, Prefetched::Streams(streams))
    };
    join(&mut scene, given([40, 41]).collect());
    scene.enter();
    join(&mut scene, given([50, 51]).take(1).collect());
    let stopped = |scene: &Scene, handle| scene.has(&Output::StopTracks(handle));
    assert!(!stopped(&scene, 40) && scene.has(&Output::Release(40)), "the voice goes on");
    assert!(stopped(&scene, 41) && scene.has(&Output::Release(41)), "the face does not");
    assert_eq!(scene.detail("streamEnded").get("streamId"), Some(&"face".into()));
    scene.enter();
    assert_eq!(scene.detail("onIncomingStream").get("streamId"), Some(&"voice".into()));
}

#[test]
fn streams_of_a_join_that_does_not_begin_are_let_go() {
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby"}"#);
    let given = |handle| Prefetched::Streams(vec![own_stream(handle, "voice", Kind::Audio)]);
    scene.join_with(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#, given(40));
    scene.join_with(r#"{"appKey":"demo"}"#, "{}", given(41));
    assert!(scene.has(&Output::Release(40)) && scene.has(&Output::Release(41)));
    assert!(!scene.has(&Output::StopTracks(40)), "the tracks are the app's");
}

#[test]
fn the_default_room_is_joined_when_none_is_named() {
    let mut scene = Scene::new();
    scene.join_with(r#"{"appKey":"demo","defaultRoom":"hall"}"#, "{}", Prefetched::None);
    assert_eq!(ready_states(&scene), [(1.0, json(r#"{"roomName":"hall"}"#))]);
    let promise = scene.join_with(r#"{"appKey":"demo"}"#, "{}", Prefetched::None);
    assert_eq!(scene.rejection(promise), ErrorCode::NoRoomName);
    let promise = scene.join_with(r#"{"appKey":"demo"}"#, r#"{"roomName":"x"}"#, Prefetched::Invalid);
    assert_eq!(scene.rejection(promise), ErrorCode::InvalidPrefetchedStreams);
}

#[test]
fn two_rooms_share_one_socket() {
    let mut scene = Scene::in_room();
    let promise = scene.join(r#"{"roomName":"second"}"#);
    scene.forget();
    scene.answer_api_with(200, Some(crate::scene::ticket("second")));
    assert!(!scene.outputs.iter().any(|output| matches!(output, Output::OpenSocket { .. })));
    assert_eq!(scene.events(), ["readyStateChange"], "no second CHANNEL_OPEN");
    assert_eq!(scene.sent_types(), ["joinRoom"]);
    scene.receive(json(r#"{"type":"inRoom","rid":"rid-of-second","sid":"me-too","tieBreaker":3}"#));
    assert_eq!(scene.resolution(promise), &Value::Null);
    assert_eq!(scene.detail("peerJoined").get("peerId"), Some(&"me-too".into()));
}

#[test]
fn what_the_app_says_before_it_is_in_is_told_once_it_is() {
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby"}"#);
    scene.call(Call::SetUserData { room: "lobby".into(), data: "early".into() });
    scene.call(Call::SetLock { room: "lobby".into(), lock: true });
    scene.enter();
    assert_eq!(scene.sent_types(), ["joinRoom", "enter", "updateUserEvent", "roomLockEvent"]);
    for message in &scene.sent()[2..] {
        assert_eq!([text(message, "mid"), text(message, "rid")], ["me", "rid-of-lobby"]);
    }
}
