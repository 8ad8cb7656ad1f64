//! Rooms with a media server: one connection, to `MCU`, and members who come through it.

use crate::media_room::{entered, in_room, member, negotiate, welcome};
use crate::scene::{last_track_removed, text, Scene};
use crate::surroundings::json;
use skylink_core::{
    Call, ChannelEvent, ChannelOp, ConnectionEvent, ConnectionId, ConnectionOp, DescriptionKind, Kind,
    MessageText, Output,
};
use skylink_protocol::Value;

pub fn medium(publisher: &str, media_id: &str, kind: &str, state: &str, mid: &str) -> String {
    let mid = if mid.is_empty() { "null".to_owned() } else { format!("\"{mid}\"") };
    format!(
        r#"{{"publisherId":"{publisher}","mediaId":"{media_id}","mediaType":"{kind}","mediaState":"{state}",
        "transceiverMid":{mid},"mediaMetaData":"","simulcast":""}}"#
    )
}

/// The media server offers, and our answer is acknowledged.
pub fn offer(scene: &mut Scene, connection: ConnectionId, list: &[String], tracks: Vec<ConnectionEvent>) {
    let list = list.join(",");
    // Never the same description twice: that would be a repeated offer.
    let sdp = format!("v=0\\r\\noffer {}", scene.now.0);
    scene.now = scene.now.plus(1.0);
    scene.hear(
        "offer",
        "MCU",
        &format!(r#"{{"target":"me","sdp":"{sdp}","weight":-1,"mediaInfoList":[{list}]}}"#),
    );
    for event in tracks {
        scene.report(connection, event);
    }
    scene.report(connection, ConnectionEvent::RemoteSet);
    scene.report(connection, ConnectionEvent::AnswerCreated("v=0\r\nour answer".into()));
    scene.report(connection, ConnectionEvent::LocalSet);
    scene.hear("answerAck", "MCU", r#"{"target":"me","success":true}"#);
}

pub fn track(scene: &mut Scene, stream_id: &str, kind: Kind, mid: &str) -> ConnectionEvent {
    let stream = scene.handle();
    ConnectionEvent::Track { stream, stream_id: stream_id.into(), kind, mid: Some(mid.into()) }
}

/// Whom the app thinks a stream is of, by the streams it gets listed.
fn owner(scene: &mut Scene, kind: &str, stream_id: &str) -> Option<String> {
    let list = scene.call(Call::GetStreams { room: "lobby".into(), include_self: true }).unwrap();
    let has = |of: &Value| of.get("streams").and_then(|s| s.get(kind)?.get(stream_id).cloned()).is_some();
    let found = list.as_object().unwrap().iter().find(|(_, of)| has(of));
    found.map(|(id, _)| id.to_owned())
}

fn peers(scene: &mut Scene) -> Vec<String> {
    let peers = scene.call(Call::GetPeersInRoom { room: "lobby".into() }).unwrap();
    peers.as_object().unwrap().iter().map(|(id, _)| id.to_owned()).collect()
}

#[test]
fn we_enter_at_the_media_server_and_it_names_the_members() {
    let mut scene = entered(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#);
    let enter = scene.sent().pop().unwrap();
    assert_eq!((text(&enter, "type"), text(&enter, "target")), ("enter".into(), "MCU".into()));
    assert_eq!(text(&enter, "publisherId"), "me");
    scene.forget();
    welcome(&mut scene, &["bob", "me", "carol"]);
    let seen = scene.events();
    assert_eq!(seen, ["channelMessage", "serverPeerJoined", "handshakeProgress", "peerJoined", "peerJoined"]);
    let detail = scene.detail("serverPeerJoined");
    assert_eq!(detail.get("serverPeerType"), Some(&"MCU".into()));
    assert_eq!(detail.get("peerId"), Some(&"MCU".into()));
    assert!(detail.get("room").is_some());
    assert_eq!(scene.detail("peerJoined").get("peerId"), Some(&"carol".into()));
    assert_eq!(peers(&mut scene), ["bob", "carol", "me"], "the media server is left out");
    let settings = scene.call(Call::GetPeersCustomSettings { room: "lobby".into() }).unwrap();
    let mut named: Vec<&str> = settings.as_object().unwrap().iter().map(|(id, _)| id).collect();
    named.sort_unstable();
    assert_eq!(named, ["bob", "carol"], "so it is here");
    let connection = scene.last_connection();
    let ops: Vec<&ConnectionOp> = scene
        .outputs
        .iter()
        .filter_map(|output| match output {
            Output::Connection { connection: of, op } if *of == connection => Some(op),
            _ => None,
        })
        .collect();
    assert!(matches!(ops[0], ConnectionOp::Create { .. }));
    assert_eq!(ops[1], &ConnectionOp::AddTransceiver(Kind::Video));
    let ConnectionOp::Channel { op, .. } = ops[2] else { panic!("{:?}", ops[2]) };
    assert_eq!(op, &ChannelOp::Open { label: "rid-of-lobby_me_MCU".into() });
    assert!(matches!(ops[3], ConnectionOp::CreateOffer { .. }));
    scene.report(connection, ConnectionEvent::OfferCreated("v=0\r\n".into()));
    assert_eq!(text(&scene.sent()[0], "target"), "MCU");
}

#[test]
fn a_later_member_joins_once_and_is_not_greeted() {
    let (mut scene, _) = in_room();
    for _ in 0..2 {
        scene.hear("enter", "carol", &member("carol"));
    }
    let joins = scene.events().iter().filter(|name| **name == "peerJoined").count();
    assert_eq!(joins, 1, "a repeated greeting is no second member");
    assert!(scene.sent().is_empty() && scene.outputs.iter().all(|o| !matches!(o, Output::Connection { .. })));
    // What members send to each other without need.
    for kind in ["welcome", "offer", "answer", "candidate"] {
        scene.hear(kind, "carol", r#"{"target":"me","sdp":"v=0","candidate":"candidate:1 1 udp 1 1.1.1.1 1 typ host","id":"0","success":true}"#);
    }
    assert!(scene.outputs.iter().all(|o| !matches!(o, Output::Connection { .. })));
}

#[test]
fn tracks_belong_to_the_members_that_the_list_names() {
    let (mut scene, connection) = in_room();
    scene.hear("enter", "carol", &member("carol"));
    let tracks = vec![
        track(&mut scene, "s1", Kind::Audio, "abc"),
        track(&mut scene, "s2", Kind::Video, "def"),
        track(&mut scene, "s3", Kind::Video, "ghi"),
    ];
    let list = [
        medium("carol", "AUDIO_s1", "audioMic", "muted", "abc"),
        medium("bob", "VIDEO_s2", "videoCamera", "active", "def"),
        medium("bob", "VIDEO_s3", "videoScreen", "active", "ghi"),
    ];
    offer(&mut scene, connection, &list, tracks);
    assert_eq!(owner(&mut scene, "audio", "s1"), Some("carol".into()));
    assert_eq!(owner(&mut scene, "video", "s2"), Some("bob".into()));
    assert_eq!(owner(&mut scene, "screenShare", "s3"), Some("bob".into()));
    assert_eq!(scene.detail("onIncomingScreenStream").get("peerId"), Some(&"bob".into()));
    let info = scene.call(Call::GetPeerInfo { room: "lobby".into(), peer: Some("carol".into()) }).unwrap();
    let status = info.get("mediaStatus").unwrap().get("s1").unwrap();
    assert_eq!(status.get("audioMuted"), Some(&0.0.into()));

    // carol unmutes; the media server passes it on under its own name.
    scene.forget();
    scene.hear(
        "mediaInfoEvent",
        "MCU",
        r#"{"publisherId":"carol","mediaId":"AUDIO_s1","mediaType":"audioMic","mediaState":"active"}"#,
    );
    assert_eq!(scene.events(), ["channelMessage", "streamMuted", "peerUpdated"]);
    assert_eq!(scene.detail("streamMuted").get("peerId"), Some(&"carol".into()));

    // bob's camera ends; his screen and carol stay as they are.
    scene.forget();
    let list = [
        medium("bob", "VIDEO_s2", "videoCamera", "unavailable", ""),
        medium("bob", "VIDEO_s3", "videoScreen", "active", "ghi"),
    ];
    let removed = last_track_removed("s2", Kind::Video);
    offer(&mut scene, connection, &list, vec![removed]);
    assert_eq!(scene.detail("streamEnded").get("peerId"), Some(&"bob".into()));
    assert_eq!(text(scene.detail("mediaInfoDeleted").get("mediaInfo").unwrap(), "mediaId"), "VIDEO_s2");
    assert_eq!(owner(&mut scene, "video", "s2"), None);
    assert_eq!(owner(&mut scene, "audio", "s1"), Some("carol".into()), "not mentioned, not changed");
}

#[test]
fn an_m_section_that_is_used_again_belongs_to_whom_it_was_given_last() {
    let (mut scene, connection) = in_room();
    scene.hear("enter", "carol", &member("carol"));
    let first = track(&mut scene, "s1", Kind::Video, "abc");
    offer(&mut scene, connection, &[medium("bob", "VIDEO_s1", "videoCamera", "active", "abc")], vec![first]);
    // The media server forgot to say that bob's is gone.
    let removed = last_track_removed("s1", Kind::Video);
    let second = track(&mut scene, "s2", Kind::Video, "abc");
    let list = [medium("carol", "VIDEO_s2", "videoCamera", "active", "abc")];
    offer(&mut scene, connection, &list, vec![removed, second]);
    assert_eq!(owner(&mut scene, "video", "s1"), None);
    assert_eq!(owner(&mut scene, "video", "s2"), Some("carol".into()));
}

#[test]
fn a_track_that_nobody_is_named_for_waits_and_harms_nobody() {
    let (mut scene, connection) = in_room();
    // Answering a line of ours with a direction of its own, or an offer without a list.
    let tracks = vec![track(&mut scene, "s1", Kind::Audio, "0"), track(&mut scene, "s2", Kind::Video, "1")];
    offer(&mut scene, connection, &[], tracks);
    assert!(!scene.events().contains(&"onIncomingStream"));
    // One is explained later, and its owner comes later still.
    offer(&mut scene, connection, &[medium("dave", "AUDIO_s1", "audioMic", "active", "0")], vec![]);
    assert!(!scene.events().contains(&"onIncomingStream"));
    scene.hear("enter", "dave", &member("dave"));
    assert_eq!(owner(&mut scene, "audio", "s1"), Some("dave".into()));
    // The other one ends without ever having been anybody's.
    scene.forget();
    let removed = last_track_removed("s2", Kind::Video);
    offer(&mut scene, connection, &[], vec![removed]);
    assert!(!scene.events().contains(&"streamEnded") && scene.has(&Output::Release(2)));
}

#[test]
fn a_member_leaves_with_its_streams() {
    for server_offers_first in [true, false] {
        let (mut scene, connection) = in_room();
        let camera = track(&mut scene, "s1", Kind::Video, "abc");
        offer(
            &mut scene,
            connection,
            &[medium("bob", "VIDEO_s1", "videoCamera", "active", "abc")],
            vec![camera],
        );
        scene.forget();
        let gone = [medium("bob", "VIDEO_s1", "videoCamera", "unavailable", "")];
        let removed = last_track_removed("s1", Kind::Video);
        if server_offers_first {
            offer(&mut scene, connection, &gone, vec![removed.clone()]);
        }
        scene.hear("bye", "bob", r#"{"publisherId":"bob"}"#);
        if !server_offers_first {
            offer(&mut scene, connection, &gone, vec![removed]);
        }
        let told = ["streamEnded", "peerLeft", "peerJoined", "peerConnectionState"];
        let seen: Vec<&str> = scene.events().into_iter().filter(|name| told.contains(name)).collect();
        assert_eq!(seen, ["streamEnded", "peerLeft"]);
        assert_eq!(scene.detail("peerLeft").get("peerId"), Some(&"bob".into()));
        assert!(scene.has(&Output::Release(1)));
        assert!(!scene.has(&Output::Connection { connection, op: ConnectionOp::Close }));
        assert_eq!(peers(&mut scene), ["me"]);
    }
}

#[test]
fn the_media_server_leaves_and_comes_back() {
    let (mut scene, connection) = in_room();
    let camera = track(&mut scene, "s1", Kind::Video, "abc");
    let unknown = track(&mut scene, "s2", Kind::Video, "def");
    let list = [medium("bob", "VIDEO_s1", "videoCamera", "active", "abc")];
    offer(&mut scene, connection, &list, vec![camera, unknown]);
    scene.forget();
    scene.hear("bye", "MCU", r#"{"publisherId":"MCU"}"#);
    assert_eq!(
        scene.events(),
        [
            "channelMessage",
            "serverPeerLeft",
            "streamEnded",
            "peerUpdated",
            "dataChannelState",
            "dataChannelState",
            "peerConnectionState",
            "iceConnectionState"
        ]
    );
    assert!(scene.has(&Output::Connection { connection, op: ConnectionOp::Close }));
    assert!(scene.has(&Output::Release(1)) && scene.has(&Output::Release(2)));
    assert_eq!(peers(&mut scene), ["bob", "me"], "he is still there");
    scene.forget();
    welcome(&mut scene, &["bob"]);
    assert_eq!(scene.events(), ["channelMessage", "serverPeerJoined", "handshakeProgress"]);
    let connection = negotiate(&mut scene);
    let camera = track(&mut scene, "s1", Kind::Video, "xyz");
    offer(&mut scene, connection, &[medium("bob", "VIDEO_s1", "videoCamera", "active", "xyz")], vec![camera]);
    assert_eq!(owner(&mut scene, "video", "s1"), Some("bob".into()));
}

#[test]
fn when_both_offer_ours_goes_on_whatever_the_weights() {
    for weight in [r#","weight":-1"#, r#","weight":99"#, ""] {
        let mut scene = entered(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#);
        welcome(&mut scene, &["bob"]);
        let connection = scene.last_connection();
        scene.report(connection, ConnectionEvent::OfferCreated("v=0\r\nours".into()));
        scene.forget();
        scene.hear("offer", "MCU", &format!(r#"{{"target":"me","sdp":"v=0"{weight}}}"#));
        assert!(scene.outputs.iter().all(|o| !matches!(o, Output::Connection { .. })), "{weight}");
        scene.hear("answer", "MCU", r#"{"target":"me","sdp":"v=0\r\nm=application 9 x\r\n"}"#);
        let op = ConnectionOp::SetLocal { kind: DescriptionKind::Offer, sdp: "v=0\r\nours".into() };
        assert!(scene.has(&Output::Connection { connection, op }), "{weight}");
    }
}

#[test]
fn leaving_says_good_bye_to_the_media_server_alone() {
    let (mut scene, connection) = in_room();
    scene.join(r#"{"roomName":"second"}"#);
    scene.answer_api_with(200, Some(crate::scene::ticket("second")));
    scene.receive(json(r#"{"type":"inRoom","rid":"rid-of-second","sid":"me-too","tieBreaker":3}"#));
    scene.forget();
    let promise = scene.promise();
    scene.call(Call::LeaveRoom { promise, room: "lobby".into(), stop_streams: true });
    let byes: Vec<Value> = scene.sent();
    assert_eq!(byes.len(), 1);
    assert_eq!(
        byes[0],
        json(r#"{"type":"bye","rid":"rid-of-lobby","mid":"me","target":"MCU","publisherId":"me"}"#)
    );
    assert_eq!(scene.events()[0], "serverPeerLeft");
    assert_eq!(scene.events().last(), Some(&"peerLeft"));
    assert!(scene.has(&Output::Connection { connection, op: ConnectionOp::Close }));
    let closed =
        scene.outputs.iter().filter(|o| matches!(o, Output::Connection { op: ConnectionOp::Close, .. }));
    assert_eq!(closed.count(), 1);
}

#[test]
fn mutes_go_to_the_media_server_and_messages_to_members() {
    let mut scene = entered(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby","audio":true,"video":true}"#);
    welcome(&mut scene, &["bob", "carol"]);
    negotiate(&mut scene);
    let options = json(r#"{"audioMuted":true,"videoMuted":false}"#);
    scene.call(Call::MuteStreams { room: "lobby".into(), options, stream_id: None });
    scene.wait();
    let sent = scene.sent();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(text(&sent[0], "type"), "mediaInfoEvent");
    assert_eq!((text(&sent[0], "target"), text(&sent[0], "publisherId")), ("MCU".into(), "me".into()));
    scene.forget();
    let target = json(r#"["bob","MCU","nobody"]"#);
    scene.call(Call::SendMessage {
        room: "lobby".into(),
        message: "hi".into(),
        target,
        peer_session_id: String::new(),
        message_id: "m".into(),
        randomness: [7; 28],
    });
    let targets: Vec<String> = scene.sent().iter().map(|message| text(message, "target")).collect();
    assert_eq!(targets, ["bob"]);
    scene.call(Call::SendMessage {
        room: "lobby".into(),
        message: "hi all".into(),
        target: Value::Null,
        peer_session_id: String::new(),
        message_id: "m".into(),
        randomness: [7; 28],
    });
    let content = scene.detail("onIncomingMessage").get("message").unwrap().clone();
    assert_eq!(content.get("listOfPeers"), Some(&json(r#"["bob","carol"]"#)));
    scene.hear("message", "carol", r#"{"data":"hello"}"#);
    assert_eq!(scene.detail("onIncomingMessage").get("peerId"), Some(&"carol".into()));
}

#[test]
fn no_candidate_of_ours_is_dropped_on_the_way_to_the_media_server() {
    let mut scene = entered(r#"{"appKey":"demo","forceTURN":true}"#, r#"{"roomName":"lobby"}"#);
    welcome(&mut scene, &[]);
    let connection = negotiate(&mut scene);
    let candidate = "candidate:1 1 udp 2122260223 198.51.100.7 50068 typ host generation 0".to_owned();
    scene.report(
        connection,
        ConnectionEvent::LocalCandidate { candidate, mid: Some("0".into()), line: Some(0.0) },
    );
    assert_eq!(scene.sent_types(), ["candidate"]);
}

#[test]
fn a_recorder_in_an_ordinary_room_is_no_member() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    scene.forget();
    scene.connect("REC_SRV");
    assert_eq!(scene.detail("serverPeerJoined").get("serverPeerType"), Some(&"REC_SRV".into()));
    assert!(!scene.events().contains(&"peerJoined"));
    assert_eq!(peers(&mut scene), ["bob", "me"]);
    scene.forget();
    scene.hear("bye", "REC_SRV", "{}");
    assert_eq!(scene.events()[1], "serverPeerLeft");
    assert!(!scene.events().contains(&"peerLeft"));
}

#[test]
fn messages_over_data_channels_go_through_the_media_server() {
    let mut scene = entered(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#);
    welcome(&mut scene, &["bob"]);
    let opened = scene.outputs.iter().find_map(|output| match output {
        Output::Connection { op: ConnectionOp::Channel { channel, .. }, .. } => Some(*channel),
        _ => None,
    });
    let channel = opened.unwrap();
    let connection = negotiate(&mut scene);
    let report = |scene: &mut Scene, event| {
        scene.report(connection, ConnectionEvent::Channel { channel, buffered: 0.0, event });
    };
    report(&mut scene, ChannelEvent::Open);
    for (target, wire, is_heard) in [("null", "[]", false), (r#""bob""#, r#"["bob"]"#, true)] {
        scene.forget();
        scene.call(Call::SendP2PMessage {
            first: Some("lobby".into()),
            second: Some("hi".into()),
            third: Some(json(target)),
            length: 0,
        });
        let text = format!(
            r#"{{"type":"MESSAGE","isPrivate":{is_heard},"sender":"me","target":{wire},"data":"hi"}}"#
        );
        let message = MessageText { text, content: None };
        let op = ConnectionOp::Channel { channel, op: ChannelOp::SendMessages(vec![message]) };
        assert!(scene.has(&Output::Connection { connection, op }));
        assert_eq!(scene.events().contains(&"onIncomingMessage"), is_heard);
    }
    scene.forget();
    let message = r#"{"type":"MESSAGE","isPrivate":false,"sender":"SENDER","target":null,"data":"hello"}"#;
    // Of a member, and of one whose `enter` the message overtook.
    for (sender, is_known) in [("bob", true), ("carol", false)] {
        scene.forget();
        report(&mut scene, ChannelEvent::Text(message.replace("SENDER", sender)));
        assert_eq!(scene.events(), ["onIncomingMessage"]);
        let detail = scene.detail("onIncomingMessage");
        assert_eq!(detail.get("peerId"), Some(&sender.into()));
        assert_eq!(detail.get("isSelf"), Some(&false.into()));
        assert_eq!(text(detail.get("room").unwrap(), "roomName"), "lobby");
        assert_eq!(text(detail.get("message").unwrap(), "senderPeerId"), sender);
        assert_eq!(detail.get("peerInfo").is_some(), is_known);
        assert_eq!(scene.kept(), usize::from(is_known), "of who is not known nothing is kept");
    }
}
