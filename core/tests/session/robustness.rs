//! Whatever comes in, nothing panics and nothing grows without bound.

use crate::captured_frames::{all_frames, message};
use crate::scene::{Scene, RID};
use crate::surroundings::{frame_input, json, print};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use skylink_core::{
    Call, CapturedStream, ChannelEvent, ConnectionEvent, Input, Kind, Output, Prefetched, StatisticsReading,
    Timestamp,
};
use skylink_protocol::{Object, Value};

/// No single input may cause more than this, with at most a handful of peers about.
const MOST_OUTPUTS: usize = 400;

fn config(cases: u32) -> Config {
    let mut config = Config { failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(7);
    }
    config
}

/// A session in the room `lobby` with camera and microphone and a few peers.
fn busy_scene() -> Scene {
    let mut scene = Scene::with_media();
    scene.connect("bob");
    scene.meet("carol");
    scene.hear("welcome", "dave", "{\"userInfo\":{}}");
    scene.join(r#"{"roomName":"second"}"#);
    scene.forget();
    scene
}

fn feed(scene: &mut Scene, input: Input) {
    scene.forget();
    scene.session.handle(scene.now, input);
    let mut count = 0;
    while scene.session.poll_output().is_some() {
        count += 1;
    }
    assert!(count <= MOST_OUTPUTS, "{count} outputs");
}

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![0..30_u32, any::<u32>()]
}

fn word() -> impl Strategy<Value = String> {
    let words = [
        "",
        "me",
        "bob",
        "carol",
        "dave",
        "nobody",
        "MCU",
        RID,
        "rid-of-second",
        "AUDIO_b1",
        "VIDEO_",
        "muted",
        "unavailable",
        "candidate:1 1 udp 1 h 9 typ host ufrag x",
        "v=0\r\nm=audio 9 x\r\na=mid:0\r\n",
        "0",
        "1.2.3",
        "typ",
        "&quot;",
        "{}",
        "[1]",
        "null",
    ];
    prop_oneof![4 => prop::sample::select(words.map(str::to_owned).to_vec()), 1 => ".{0,20}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![Just(0.0), Just(-1.0), Just(1e300), any::<f64>()].prop_map(Value::Number),
        word().prop_map(Value::Text),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec((member_name(), inner), 0..4)
                .prop_map(|members| members.into_iter().collect::<Object>().into()),
        ]
    })
}

fn member_name() -> impl Strategy<Value = String> {
    let names = [
        "type",
        "rid",
        "mid",
        "target",
        "sdp",
        "userInfo",
        "weight",
        "mediaInfoList",
        "mediaId",
        "mediaState",
        "mediaType",
        "publisherId",
        "candidate",
        "id",
        "label",
        "success",
        "data",
        "userData",
        "stamp",
        "lock",
        "action",
        "reason",
        "info",
        "settings",
        "mediaStatus",
        "agent",
        "config",
        "status",
        "streamId",
        "sid",
        "tieBreaker",
        "pc_config",
        "iceServers",
        "url",
        "urls",
        "noOfExpectedCandidates",
        "enableIceRestart",
        "transceiverMid",
        "peerSessionId",
        "secretId",
        "audio",
        "video",
        "isPrivate",
        "room_key",
        "hasMCU",
    ];
    prop::sample::select(names.map(str::to_owned).to_vec())
}

/// A message of any type with any members.
fn any_message() -> impl Strategy<Value = Value> {
    let types = prop::sample::select(skylink_protocol::signaling::Message::TYPES.to_vec());
    let rids = prop::sample::select(vec![RID, RID, RID, "rid-of-second", ""]);
    let members = prop::collection::vec((member_name(), value()), 0..8);
    (types, rids, word(), members).prop_map(|(kind, rid, mid, members)| {
        let message = Object::new().with("type", kind).with("rid", rid).with("mid", mid);
        members.into_iter().fold(message, |message, (key, value)| message.with(&key, value)).into()
    })
}

/// A captured message of which one member is missing or something else.
fn mutated_message() -> impl Strategy<Value = Value> {
    let messages: Vec<Value> = all_frames().iter().filter_map(|frame| message(frame)).collect();
    let peers = prop::sample::select(vec!["bob", "carol", "dave", "eve"]);
    (prop::sample::select(messages), peers, any::<prop::sample::Index>(), prop::option::of(value())).prop_map(
        |(message, peer, place, replacement)| {
            let mut message = message.as_object().unwrap().clone().with("rid", RID).with("mid", peer);
            let key = message.iter().nth(place.index(message.len())).unwrap().0.to_owned();
            match replacement {
                Some(value) => message.set(&key, value),
                None => {
                    message.remove(&key);
                }
            }
            message.into()
        },
    )
}

/// A captured frame in which a few bytes are others, or which is cut.
fn mutated_frame() -> impl Strategy<Value = String> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 0..4);
    (prop::sample::select(all_frames()), changes, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(frame, changes, end, is_cut)| {
            let mut characters: Vec<char> = frame.replace("rk-two", RID).chars().collect();
            for (place, character) in changes {
                let place = place.index(characters.len());
                characters[place] = character;
            }
            if is_cut {
                characters.truncate(end.index(characters.len()));
            }
            characters.into_iter().collect()
        },
    )
}

fn frame_of(message: &Value) -> String {
    let arguments = Value::List(vec!["message".into(), print(message).into()]);
    format!("42{}", print(&arguments))
}

fn connection_event() -> impl Strategy<Value = ConnectionEvent> {
    let kind = prop_oneof![Just(Kind::Audio), Just(Kind::Video)];
    prop_oneof![
        any::<u32>().prop_map(ConnectionEvent::CreateFailed),
        word().prop_map(ConnectionEvent::OfferCreated),
        word().prop_map(ConnectionEvent::AnswerCreated),
        Just(ConnectionEvent::LocalSet),
        Just(ConnectionEvent::RemoteSet),
        any::<u32>().prop_map(ConnectionEvent::DescriptionFailed),
        any::<u32>().prop_map(ConnectionEvent::AnswerNotCreated),
        (word(), prop::option::of(word()), prop::option::of(any::<f64>()))
            .prop_map(|(candidate, mid, line)| ConnectionEvent::LocalCandidate { candidate, mid, line }),
        (number(), prop::option::of(any::<u32>()))
            .prop_map(|(number, error)| ConnectionEvent::CandidateAdded { number, error }),
        word().prop_map(ConnectionEvent::GatheringState),
        word().prop_map(ConnectionEvent::SignalingState),
        word().prop_map(ConnectionEvent::ConnectionState),
        word().prop_map(ConnectionEvent::IceState),
        (any::<u32>(), word(), kind.clone(), prop::option::of(word())).prop_map(
            |(stream, stream_id, kind, mid)| ConnectionEvent::Track { stream, stream_id, kind, mid }
        ),
        (word(), kind, any::<bool>(), any::<bool>()).prop_map(|(stream_id, kind, has_audio, has_video)| {
            ConnectionEvent::TrackRemoved { stream_id, kind, has_audio, has_video }
        }),
        (number(), value(), any::<u32>()).prop_map(|(request, report, raw)| {
            let reading = StatisticsReading { report, raw, ..StatisticsReading::default() };
            ConnectionEvent::Statistics { request, reading: Box::new(reading) }
        }),
        (number(), any::<u32>())
            .prop_map(|(request, error)| ConnectionEvent::StatisticsFailed { request, error }),
        (number(), any::<f64>(), channel_event())
            .prop_map(|(channel, buffered, event)| ConnectionEvent::Channel { channel, buffered, event }),
    ]
}

fn channel_event() -> impl Strategy<Value = ChannelEvent> {
    prop_oneof![
        2 => word().prop_map(|label| ChannelEvent::Offered { label }),
        2 => Just(ChannelEvent::Open),
        1 => Just(ChannelEvent::Closed),
        1 => Just(ChannelEvent::BufferedAmountLow),
        2 => value().prop_map(|value| ChannelEvent::Text(print(&value))),
        1 => (any::<u32>(), prop::option::of(any::<f64>()))
            .prop_map(|(error, cause)| ChannelEvent::Failed { error, cause }),
        1 => any::<u32>().prop_map(ChannelEvent::NotMade),
        1 => any::<u32>().prop_map(ChannelEvent::NotSent),
    ]
}

fn any_input() -> impl Strategy<Value = Input> {
    let kinds = prop_oneof![Just(Kind::Audio), Just(Kind::Video)];
    let stream = (any::<u32>(), word(), kinds).prop_map(|(handle, stream_id, kind)| CapturedStream {
        handle,
        stream_id,
        track_id: String::new(),
        kind,
    });
    let socket = prop_oneof![4 => Just(2_u32), 1 => number()];
    prop_oneof![
        2 => Just(Input::Tick),
        1 => Just(Input::ScriptEnded),
        1 => (number(), 0..700_u32, prop::option::of(value()))
            .prop_map(|(request, status, body)| Input::ApiAnswered { request, status, body }),
        1 => (number(), word()).prop_map(|(request, text)| Input::ApiFailed { request, text }),
        6 => (socket.clone(), any_message()).prop_map(|(socket, message)| frame_input(socket, &frame_of(&message))),
        6 => (socket.clone(), mutated_message()).prop_map(|(socket, message)| frame_input(socket, &frame_of(&message))),
        3 => (socket.clone(), mutated_frame()).prop_map(|(socket, text)| frame_input(socket, &text)),
        1 => (socket.clone(), ".{0,30}").prop_map(|(socket, text)| Input::SocketFrame { socket, text }),
        1 => number().prop_map(|socket| Input::SocketClosed { socket }),
        1 => (number(), prop::collection::vec(stream, 0..3)).prop_map(|(request, streams)| Input::Captured { request, streams }),
        1 => (number(), any::<u32>()).prop_map(|(request, error)| Input::CaptureFailed { request, error }),
        1 => (number(), any::<Option<[u8; 32]>>()).prop_map(|(request, key)| Input::KeyDerived { request, key }),
        1 => (number(), prop::option::of(value())).prop_map(|(request, outcome)| Input::Ciphered { request, outcome }),
        8 => (number(), connection_event()).prop_map(|(connection, event)| Input::Connection { connection, event }),
    ]
}

fn any_call() -> impl Strategy<Value = Call> {
    let room = || prop::sample::select(vec!["lobby".to_owned(), "second".to_owned(), "x".to_owned()]);
    prop_oneof![
        (value(), value()).prop_map(|(init_options, options)| Call::JoinRoom {
            promise: 1,
            init_options,
            options,
            prefetched: Prefetched::None
        }),
        (room(), value()).prop_map(|(room, options)| Call::GetUserMedia { promise: 2, room, options }),
        room().prop_map(|room| Call::LeaveRoom { promise: 3, room, stop_streams: true }),
        (room(), any::<bool>()).prop_map(|(room, lock)| Call::SetLock { room, lock }),
        (room(), value(), value(), any::<usize>()).prop_map(|(room, message, target, length)| {
            Call::SendP2PMessage {
                first: Some(room.into()),
                second: Some(message),
                third: Some(target),
                length,
            }
        }),
        (room(), value(), value()).prop_map(|(room, message, target)| Call::SendMessage {
            room,
            message,
            target,
            peer_session_id: String::new(),
            message_id: String::new(),
            randomness: [7; 28],
        }),
        (room(), value(), prop::option::of(word()))
            .prop_map(|(room, options, stream_id)| Call::MuteStreams { room, options, stream_id }),
        (room(), value()).prop_map(|(room, data)| Call::SetUserData { room, data }),
        (room(), prop::option::of(word())).prop_map(|(room, peer)| Call::GetUserData { room, peer }),
        (room(), prop::option::of(word())).prop_map(|(room, peer)| Call::GetPeerInfo { room, peer }),
        room().prop_map(|room| Call::GetPeersInRoom { room }),
        (room(), any::<bool>()).prop_map(|(room, include_self)| Call::GetStreams { room, include_self }),
        any_messaging_call(),
    ]
}

fn any_messaging_call() -> impl Strategy<Value = Call> {
    let room = || prop::sample::select(vec!["lobby".to_owned(), "second".to_owned(), "x".to_owned()]);
    let id = || prop_oneof![2 => Just(Value::from("s1")), 1 => value()];
    prop_oneof![
        (room(), id(), id()).prop_map(|(room, secret, secret_id)| Call::SetEncryptSecret {
            room,
            secret,
            secret_id
        }),
        (room(), id()).prop_map(|(room, secret_id)| Call::DeleteEncryptSecrets { room, secret_id }),
        (room(), id()).prop_map(|(room, secret_id)| Call::SetSelectedSecret {
            room,
            secret_id,
            salt: [1; 16]
        }),
        (room(), value())
            .prop_map(|(room, is_persistent)| Call::SetMessagePersistence { room, is_persistent }),
        room().prop_map(|room| Call::GetPeers { promise: 4, room, show_all: true }),
        room().prop_map(|room| Call::GetPeersCustomSettings { room }),
    ]
}

/// Time, too, may do what it wants.
fn moments() -> impl Strategy<Value = f64> {
    prop_oneof![5 => 0.0..3_000.0, 1 => 0.0..1e7, 1 => Just(-5_000.0), 1 => Just(f64::NAN)]
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn any_inputs_and_calls_do_no_harm(
        steps in prop::collection::vec((moments(), prop_oneof![8 => any_input().prop_map(Ok), 1 => any_call().prop_map(Err)]), 1..40),
    ) {
        let mut scene = busy_scene();
        for (passed, step) in steps {
            let now = scene.now.0 + passed;
            scene.now = Timestamp(now);
            match step {
                Ok(input) => feed(&mut scene, input),
                Err(call) => {
                    let _ = scene.session.call(scene.now, call);
                }
            }
            if now.is_nan() {
                scene.now = Timestamp(0.0);
            }
            let _ = scene.session.next_deadline();
        }
        let _ = scene.session.call(scene.now, Call::LeaveAllRooms { promise: 9, stop_streams: true });
        while scene.session.poll_output().is_some() {}
        prop_assert_eq!(scene.session.next_deadline(), None);
    }

    #[test]
    fn messages_without_a_member_or_with_a_strange_one_do_no_harm(
        messages in prop::collection::vec(prop_oneof![any_message(), mutated_message()], 1..20),
    ) {
        let mut scene = busy_scene();
        for message in messages {
            let input = frame_input(scene.socket, &frame_of(&message));
            feed(&mut scene, input);
        }
    }
}

#[test]
fn the_room_goes_on_after_a_flood_of_nonsense() {
    let mut scene = busy_scene();
    for text in [
        "",
        "x",
        "4",
        "42",
        "42[",
        "42[\"message\"]",
        "42[\"message\",7]",
        "42[\"other\",\"{}\"]",
        "43[]",
        "9",
    ] {
        scene.frame(text);
    }
    for text in ["", "7", "null", "[]", "{}", r#"{"type":7,"rid":"rid-of-lobby"}"#] {
        scene.frame(&format!("42{}", print(&Value::List(vec!["message".into(), text.into()]))));
    }
    scene.forget();
    scene.hear("message", "bob", r#"{"data":"still here?"}"#);
    assert_eq!(scene.events(), ["channelMessage", "onIncomingMessage"]);
    assert!(!scene.outputs.iter().any(|output| matches!(output, Output::CloseSocket(_))));
    assert_eq!(json("[]"), Value::List(Vec::new()));
}
