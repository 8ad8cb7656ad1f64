//! Muting own streams, and hearing that others did.

use crate::scene::{text, Scene};
use crate::surroundings::json;
use skylink_core::{Call, ConnectionEvent, Kind, LogCode, Output};
use skylink_protocol::Value;

fn mute(scene: &mut Scene, options: &str, stream_id: Option<&str>) {
    let stream_id = stream_id.map(str::to_owned);
    scene.call(Call::MuteStreams { room: "lobby".into(), options: json(options), stream_id });
}

fn own_status(scene: &mut Scene) -> Value {
    let info = scene.call(Call::GetPeerInfo { room: "lobby".into(), peer: None }).unwrap();
    info.get("mediaStatus").cloned().unwrap()
}

#[test]
fn muting_shows_at_once_here_and_half_a_second_later_there() {
    let mut scene = Scene::with_media();
    scene.connect("bob");
    scene.forget();
    let start = scene.now;
    mute(&mut scene, r#"{"audioMuted":true,"videoMuted":false}"#, None);
    assert!(scene.has(&Output::EnableTracks { stream: 1, kind: Kind::Audio, enabled: false }));
    assert_eq!(scene.events(), ["localMediaMuted", "peerUpdated", "streamMuted"]);
    assert!(scene.sent().is_empty());
    let status = own_status(&mut scene);
    assert_eq!(status.get("mic-1"), Some(&json(r#"{"audioMuted":0,"videoMuted":-1}"#)));
    assert_eq!(status.get("cam-2"), Some(&json(r#"{"audioMuted":-1,"videoMuted":1}"#)));
    scene.wait();
    assert_eq!(scene.now.0 - start.0, 500.0);
    assert_eq!(
        scene.sent(),
        [json(
            r#"{"type":"mediaInfoEvent","rid":"rid-of-lobby","mid":"me","target":"bob","publisherId":"me",
            "mediaId":"AUDIO_mic-1","mediaType":"audioMic","mediaState":"muted"}"#
        )]
    );
}

#[test]
fn muting_and_unmuting_again_within_the_half_second_is_not_told() {
    let mut scene = Scene::with_media();
    scene.connect("bob");
    scene.forget();
    mute(&mut scene, r#"{"audioMuted":true,"videoMuted":false}"#, None);
    mute(&mut scene, r#"{"audioMuted":false,"videoMuted":false}"#, None);
    scene.wait();
    assert!(scene.sent().is_empty());
}

#[test]
fn a_missing_value_or_a_number_other_than_one_mutes() {
    for (options, audio_muted, video_muted) in [
        ("{}", true, true),
        (r#"{"audioMuted":false}"#, false, true),
        (r#"{"audioMuted":1,"videoMuted":0}"#, false, true),
        (r#"{"audioMuted":-1,"videoMuted":1}"#, true, false),
    ] {
        let mut scene = Scene::with_media();
        mute(&mut scene, options, None);
        let muted = |stream, kind| scene.has(&Output::EnableTracks { stream, kind, enabled: false });
        let found = (muted(1, Kind::Audio), muted(2, Kind::Video));
        assert_eq!(found, (audio_muted, video_muted), "{options}");
    }
}

#[test]
fn one_stream_can_be_muted_alone() {
    let mut scene = Scene::with_media();
    mute(&mut scene, "{}", Some("cam-2"));
    assert!(!scene.has(&Output::EnableTracks { stream: 1, kind: Kind::Audio, enabled: false }));
    assert!(scene.has(&Output::EnableTracks { stream: 2, kind: Kind::Video, enabled: false }));
    scene.forget();
    mute(&mut scene, "{}", Some("cam-2"));
    assert!(scene.outputs.is_empty(), "nothing changes");
}

#[test]
fn what_cannot_be_muted_is_only_logged() {
    let mut scene = Scene::with_media();
    let logged = |scene: &Scene, wanted: LogCode| {
        scene.outputs.iter().any(|output| matches!(output, Output::Log { code, .. } if *code == wanted))
    };
    mute(&mut scene, "true", None);
    assert!(logged(&scene, LogCode::BadMuteOptions));
    mute(&mut scene, "{}", Some("nothing"));
    assert!(logged(&scene, LogCode::NoStream));
    assert!(scene.events().is_empty());
}

#[test]
fn a_mute_that_nobody_was_there_for_is_told_after_the_first_handshake() {
    let mut scene = Scene::with_media();
    mute(&mut scene, r#"{"audioMuted":true,"videoMuted":false}"#, None);
    scene.wait();
    assert!(scene.sent().is_empty());
    scene.connect("bob");
    let told: Vec<_> = scene.sent().into_iter().filter(|m| text(m, "type") == "mediaInfoEvent").collect();
    assert_eq!(told.len(), 1);
    assert_eq!(text(&told[0], "target"), "bob");
    // A later newcomer finds it in the answer.
    scene.forget();
    scene.connect("carol");
    let answer = scene.sent().into_iter().find(|message| text(message, "type") == "answer").unwrap();
    assert_eq!(text(&answer.get("mediaInfoList").unwrap().as_list().unwrap()[0], "mediaState"), "muted");
    assert!(!scene.sent_types().contains(&"mediaInfoEvent".into()));
}

#[test]
fn streams_joined_muted_are_muted_before_the_room_is_entered() {
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby","audio":{"mute":true}}"#);
    scene.answer_api();
    scene.open_socket();
    scene.grant();
    assert!(scene.has(&Output::EnableTracks { stream: 1, kind: Kind::Audio, enabled: false }));
    assert_eq!(scene.detail("streamMuted").get("peerId"), Some(&Value::Null));
    scene.let_in();
    assert_eq!(own_status(&mut scene).get("mic-1"), Some(&json(r#"{"audioMuted":0,"videoMuted":-1}"#)));
}

#[test]
fn a_peer_mutes_and_unmutes() {
    let mut scene = Scene::in_room();
    let connection = scene.meet("bob");
    let list = r#"[{"publisherId":"bob","mediaId":"AUDIO_b1","mediaType":"audioMic","mediaState":"active",
        "transceiverMid":"0","mediaMetaData":"","simulcast":""}]"#;
    let offer = format!(r#"{{"sdp":"v=0","target":"me","weight":9,"mediaInfoList":{list}}}"#);
    scene.hear("offer", "bob", &offer);
    let track = ConnectionEvent::Track {
        stream: 70,
        stream_id: "b1".into(),
        kind: Kind::Audio,
        mid: Some("0".into()),
    };
    scene.report(connection, track);
    for (state, value) in [("muted", 0.0), ("active", 1.0)] {
        scene.forget();
        let members = format!(
            r#"{{"target":"me","mediaId":"AUDIO_b1","mediaType":"audioMic","mediaState":"{state}"}}"#
        );
        scene.hear("mediaInfoEvent", "bob", &members);
        assert_eq!(scene.events(), ["channelMessage", "streamMuted", "peerUpdated"]);
        let detail = scene.detail("streamMuted");
        assert_eq!(detail.get("streamId"), Some(&"b1".into()));
        assert_eq!(detail.get("isAudio"), Some(&true.into()));
        let status = detail.get("peerInfo").unwrap().get("mediaStatus").unwrap().get("b1").unwrap();
        assert_eq!(status.get("audioMuted"), Some(&Value::Number(value)));
        scene.forget();
        scene.hear("mediaInfoEvent", "bob", &members);
        assert_eq!(scene.events(), ["channelMessage"], "no news");
    }
}

#[test]
fn a_peer_cannot_have_media_without_end() {
    let mut scene = Scene::in_room();
    scene.meet("bob");
    for number in 0..600 {
        for state in ["active", "muted"] {
            scene.forget();
            let members = format!(r#"{{"mediaId":"AUDIO_{number}","mediaState":"{state}"}}"#);
            scene.hear("mediaInfoEvent", "bob", &members);
        }
    }
    assert_eq!(scene.events(), ["channelMessage"]);
    let info = scene.call(Call::GetPeerInfo { room: "lobby".into(), peer: Some("bob".into()) }).unwrap();
    assert_eq!(info.get("mediaStatus").and_then(Value::as_object).unwrap().iter().count(), 500);
}

#[test]
fn a_mobile_peer_mutes_one_kind_of_a_stream_with_both() {
    let mut scene = Scene::in_room();
    let connection = scene.meet("bob");
    let offer = r#"{"sdp":"v=0","target":"me","weight":9,
        "userInfo":{"settings":{},"mediaStatus":{"audioMuted":false,"videoMuted":false}},"mediaInfoList":[
        {"publisherId":"bob","mediaId":"AUDIO_b1","mediaType":"audioMic","mediaState":"active","transceiverMid":"0"},
        {"publisherId":"bob","mediaId":"VIDEO_b1","mediaType":"videoCamera","mediaState":"active","transceiverMid":"1"}]}"#;
    scene.hear("offer", "bob", offer);
    for (kind, mid) in [(Kind::Audio, "0"), (Kind::Video, "1")] {
        let (stream_id, mid) = ("b1".into(), Some(mid.into()));
        scene.report(connection, ConnectionEvent::Track { stream: 70, stream_id, kind, mid });
    }
    let whole_status = |scene: &Scene, event| {
        scene.detail(event).get("peerInfo").and_then(|info| info.get("mediaStatus").cloned()).unwrap()
    };
    let both_live = json(r#"{"b1":{"audioMuted":1,"videoMuted":1}}"#);
    assert_eq!(whole_status(&scene, "onIncomingStream"), both_live, "every member is a stream");
    for (medium, kind, status) in [
        ("AUDIO_b1", "audioMic", r#"{"b1":{"audioMuted":0,"videoMuted":1}}"#),
        ("VIDEO_b1", "videoCamera", r#"{"b1":{"audioMuted":0,"videoMuted":0}}"#),
    ] {
        scene.forget();
        let members =
            format!(r#"{{"target":"me","mediaId":"{medium}","mediaType":"{kind}","mediaState":"muted"}}"#);
        scene.hear("mediaInfoEvent", "bob", &members);
        let detail = scene.detail("streamMuted");
        assert_eq!(detail.get("isAudio"), Some(&(kind == "audioMic").into()), "{medium}");
        assert_eq!(detail.get("isVideo"), Some(&(kind == "videoCamera").into()), "{medium}");
        assert_eq!(whole_status(&scene, "streamMuted"), json(status));
    }
}
