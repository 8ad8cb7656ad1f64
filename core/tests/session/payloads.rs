//! Which members the events have, and that none of them carries a secret (public API 4.3).

use crate::scene::{keys, last_track_removed, Scene};
use crate::surroundings::{json, print};
use skylink_core::{Call, ChannelEvent, ConnectionEvent, Input, Kind, Output};
use skylink_protocol::Value;
use std::collections::BTreeMap;

/// Event and members; several rows where the payload differs by occasion.
const MEMBERS: &[(&str, &str)] = &[
    ("readyStateChange", "readyState error room"),
    ("channelOpen", "socketSession peerId"),
    ("channelMessage", "message socketSession"),
    ("channelClose", "socketSession reason peerId"),
    ("sessionDisconnect", "peerId peerInfo reason"),
    ("mediaAccessSuccess", "stream streamId isScreensharing isAudioFallback isAudio isVideo"),
    ("mediaAccessStopped", "isScreensharing streamId"),
    ("peerJoined", "peerId peerInfo isSelf room"),
    ("peerJoined", "peerId peerInfo isSelf room peerSessionId"),
    ("peerLeft", "peerId peerInfo isSelf room"),
    ("peerUpdated", "peerId peerInfo isSelf"),
    ("peerUpdated", "peerId peerInfo isSelf room"),
    ("onIncomingStream", "stream streamId peerId room isSelf peerInfo isVideo isAudio"),
    ("streamEnded", "room peerId peerInfo isSelf isScreensharing streamId isVideo isAudio"),
    ("streamMuted", "isSelf peerId peerInfo streamId isScreensharing isAudio isVideo"),
    ("localMediaMuted", "streamId isScreensharing mediaStatus"),
    ("handshakeProgress", "peerId state room error"),
    ("handshakeProgress", "peerId state room"),
    ("peerConnectionState", "state peerId"),
    ("iceConnectionState", "state peerId"),
    ("candidateGenerationState", "state peerId room"),
    ("candidateProcessingState", "room state peerId candidateId candidateType candidate error"),
    ("candidatesGathered", "room peerId candidatesLength"),
    ("dataChannelState", "state peerId channelName channelType bufferAmount"),
    ("dataChannelState", "state peerId channelName channelType bufferAmount room"),
    ("dataChannelState", "state peerId channelName channelType bufferAmount error"),
    ("dataChannelState", "state peerId channelName channelType bufferAmount messageType error"),
    ("roomLock", "isLocked peerInfo peerId isSelf room"),
    ("onIncomingMessage", "room peerId isSelf peerInfo message"),
    ("systemAction", "action info reason rid"),
];

fn sorted(mut keys: Vec<&str>) -> String {
    keys.sort_unstable();
    keys.join(" ")
}

/// A stay in a room in which everything in the table happens.
fn eventful_stay() -> Scene {
    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby","audio":true,"video":true,"userData":"me"}"#);
    scene.answer_api();
    scene.open_socket();
    scene.grant();
    scene.let_in();
    let bob = scene.connect("bob");
    let candidate = "candidate:1 1 udp 2122260223 198.51.100.7 50068 typ host generation 0";
    scene.hear(
        "candidate",
        "bob",
        &format!(r#"{{"label":0,"id":"0","candidate":"{candidate}","target":"me"}}"#),
    );
    scene.hear("endOfCandidates", "bob", r#"{"noOfExpectedCandidates":1,"target":"me"}"#);
    let track = |stream| ConnectionEvent::Track {
        stream,
        stream_id: "b1".into(),
        kind: Kind::Audio,
        mid: Some("0".into()),
    };
    let channel = |event| ConnectionEvent::Channel { channel: 1, buffered: 0.0, event };
    for event in [
        ConnectionEvent::GatheringState("gathering".into()),
        ConnectionEvent::SignalingState("stable".into()),
        ConnectionEvent::IceState("connected".into()),
        channel(ChannelEvent::Offered { label: "main".into() }),
        channel(ChannelEvent::Open),
        channel(ChannelEvent::BufferedAmountLow),
        channel(ChannelEvent::Failed { error: 80, cause: None }),
        channel(ChannelEvent::NotSent(81)),
        track(70),
        last_track_removed("b1", Kind::Audio),
        track(71),
    ] {
        scene.report(bob, event);
    }
    let options = json("{}");
    scene.call(Call::MuteStreams { room: "lobby".into(), options, stream_id: None });
    scene.call(Call::SetLock { room: "lobby".into(), lock: true });
    scene.hear("message", "bob", r#"{"data":"hi"}"#);
    scene.hear("redirect", "bob", r#"{"action":"warning","reason":"fastmsg","info":"slow down"}"#);
    scene.hear("bye", "bob", "{}");
    scene.input(Input::SocketClosed { socket: scene.socket });
    let promise = scene.promise();
    scene.call(Call::LeaveRoom { promise, room: "lobby".into(), stop_streams: true });
    scene
}

#[test]
fn every_payload_has_the_members_that_apps_know() {
    let mut known: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, members) in MEMBERS {
        known.entry(name).or_default().push(sorted(members.split(' ').collect()));
    }
    let mut unseen: Vec<_> =
        MEMBERS.iter().map(|(name, members)| (*name, sorted(members.split(' ').collect()))).collect();
    for output in &eventful_stay().outputs {
        let Output::Event { name, detail } = output else { continue };
        let members = sorted(keys(detail));
        let allowed = known.get(name).unwrap_or_else(|| panic!("{name} is not in the table"));
        assert!(allowed.contains(&members), "{name} has {members}");
        unseen.retain(|seen| *seen != (*name, members.clone()));
    }
    assert_eq!(unseen, [], "the stay has to show all of them");
}

#[test]
fn no_event_carries_a_secret() {
    for output in &eventful_stay().outputs {
        if let Output::Event { name, detail } = output {
            let text = print(&detail.clone().into());
            assert!(!text.contains("SECRET"), "{name}: {text}");
        }
    }
}

#[test]
fn peer_info_is_complete_on_both_sides() {
    let mut scene = Scene::with_media();
    scene.connect("bob");
    for peer in [None, Some("bob".to_owned())] {
        let info = scene.call(Call::GetPeerInfo { room: "lobby".into(), peer }).unwrap();
        let members = keys(info.as_object().unwrap());
        assert_eq!(members, ["userData", "settings", "mediaStatus", "agent", "config", "room"]);
        let room = keys(info.get("room").unwrap().as_object().unwrap());
        assert_eq!(room, ["id", "duration", "roomName", "roomSessionId", "isLocked", "inRoom"]);
    }
}

#[test]
fn peers_are_listed_in_order_of_arrival_and_we_come_last() {
    let mut scene = Scene::in_room();
    for peer in ["zoe", "bob"] {
        scene.connect(peer);
    }
    let members = scene.call(Call::GetPeersInRoom { room: "LOBBY".into() }).unwrap();
    assert_eq!(keys(members.as_object().unwrap()), ["zoe", "bob", "me"]);
    let is_self = |id: &str| members.get(id).unwrap().get("isSelf").cloned();
    assert_eq!((is_self("bob"), is_self("me")), (Some(false.into()), Some(true.into())));
}

#[test]
fn streams_are_listed_by_peer_kind_and_id() {
    let mut scene = Scene::with_media();
    let bob = scene.connect("bob");
    scene.connect("silent");
    scene.report(
        bob,
        ConnectionEvent::Track { stream: 70, stream_id: "b1".into(), kind: Kind::Video, mid: None },
    );
    let streams = scene.call(Call::GetStreams { room: "lobby".into(), include_self: true }).unwrap();
    assert_eq!(keys(streams.as_object().unwrap()), ["me", "bob"]);
    let of =
        |id: &str, kind: &str| streams.get(id).unwrap().get("streams").unwrap().get(kind).cloned().unwrap();
    assert_eq!(of("me", "audio").get("mic-1"), Some(&Value::Handle(1)));
    assert_eq!(of("me", "video").get("cam-2"), Some(&Value::Handle(2)));
    assert_eq!(of("bob", "audio"), Value::Null);
    assert_eq!(of("bob", "video").get("b1"), Some(&Value::Handle(70)));
    let others = scene.call(Call::GetStreams { room: "lobby".into(), include_self: false }).unwrap();
    assert_eq!(keys(others.as_object().unwrap()), ["bob"]);
}

#[test]
fn asking_about_unknown_rooms_gives_null() {
    let mut scene = Scene::new();
    let room = || "nowhere".to_owned();
    for call in [
        Call::GetPeersInRoom { room: room() },
        Call::GetPeerInfo { room: room(), peer: None },
        Call::GetUserData { room: room(), peer: None },
        Call::GetStreams { room: room(), include_self: true },
        Call::SetUserData { room: room(), data: Value::Null },
        Call::SetLock { room: room(), lock: true },
        Call::MuteStreams { room: room(), options: json("{}"), stream_id: None },
        Call::GetUserMedia { promise: 1, room: room(), options: json("{}") },
    ] {
        assert_eq!(scene.call(call), Some(Value::Null));
    }
    assert!(scene.settled.is_empty());
}

#[test]
fn sound_and_pictures_of_an_old_client_are_not_swapped() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    scene.hear(
        "stream",
        "bob",
        r#"{"status":"ended","streamId":"s1","settings":{"audio":true,"video":false,"isScreensharing":false}}"#,
    );
    let ended = scene.detail("streamEnded");
    assert_eq!(ended.get("isAudio"), Some(&true.into()));
    assert_eq!(ended.get("isVideo"), Some(&false.into()));
}

#[test]
fn a_candidate_of_an_unknown_type_is_processed() {
    let mut scene = Scene::in_room();
    scene.connect("bob");
    scene.forget();
    scene.hear(
        "candidate",
        "bob",
        r#"{"label":0,"candidate":"candidate:7 1 udp 1 198.51.100.7 50068 typ novel","target":"me"}"#,
    );
    let detail = scene.detail("candidateProcessingState");
    assert_eq!(detail.get("state"), Some(&"processing".into()));
    assert_eq!(detail.get("candidateType"), Some(&"novel".into()));
}
