//! Cameras in layers, and how the videos of others are shown, in rooms whose media server knows both.

use crate::media_room::{entered, negotiate, welcome};
use crate::media_server::{medium, offer, track};
use crate::scene::{last_track_removed, own_stream, text, Scene};
use crate::surroundings::json;
use skylink_core::{
    Call, ConnectionEvent, ConnectionId, ConnectionOp, ErrorCode, Input, Kind, MediaToSend, Output,
};
use skylink_protocol::Value;

const LAYERS: &str = r#","videoLayers":true"#;
const CAMERA: &str = r#"{"roomName":"lobby","audio":true,"video":true}"#;

/// Greeted by the media server, which says these `extensions`.
fn greeted(init_options: &str, options: &str, extensions: &'static str) -> Scene {
    let mut scene = entered(init_options, options);
    scene.extensions = extensions;
    scene.forget();
    welcome(&mut scene, &["bob", "carol"]);
    scene
}

/// With bob's camera `s1` and screen `s2`, and what is due done.
fn watching() -> (Scene, ConnectionId) {
    let mut scene = greeted(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#, LAYERS);
    let connection = negotiate(&mut scene);
    show_bob(&mut scene, connection);
    tell(&mut scene);
    scene.forget();
    (scene, connection)
}

fn show_bob(scene: &mut Scene, connection: ConnectionId) {
    let tracks = vec![track(scene, "s1", Kind::Video, "a"), track(scene, "s2", Kind::Video, "b")];
    let list = [
        medium("bob", "VIDEO_s1", "videoCamera", "active", "a"),
        medium("bob", "VIDEO_s2", "videoScreen", "active", "b"),
    ];
    offer(scene, connection, &list, tracks);
}

/// Whatever is due now is done.
fn tell(scene: &mut Scene) {
    scene.input(Input::Tick);
}

fn set_view(scene: &mut Scene, stream_id: &str, view: &str) {
    let returned = scene.call(view_call("lobby", stream_id, view));
    assert_eq!(returned, None);
}

fn view_call(room: &str, stream_id: &str, view: &str) -> Call {
    Call::SetVideoView { room: room.into(), stream_id: stream_id.into(), view: json(view) }
}

/// The lists of views that were sent.
fn told(scene: &Scene) -> Vec<Value> {
    let views = scene.sent().into_iter().filter(|message| text(message, "type") == "videoViews");
    views.map(|message| message.get("views").unwrap().clone()).collect()
}

fn added(scene: &Scene) -> Vec<(Kind, Option<f64>)> {
    let ops = scene.outputs.iter().filter_map(|output| match output {
        Output::Connection { op: ConnectionOp::AddStream { kind, layers, .. }, .. } => Some((*kind, *layers)),
        _ => None,
    });
    ops.collect()
}

fn has_placeholder(scene: &Scene) -> bool {
    scene.outputs.iter().any(|output| {
        matches!(output, Output::Connection { op: ConnectionOp::AddTransceiver(Kind::Video), .. })
    })
}

#[test]
fn cameras_go_in_layers_where_the_media_server_takes_them() {
    let scene = greeted(r#"{"appKey":"demo"}"#, CAMERA, LAYERS);
    assert_eq!(added(&scene), [(Kind::Audio, None), (Kind::Video, Some(500_000.0))]);
    assert!(!has_placeholder(&scene), "it would stay empty");
    for (init_options, extensions) in
        [(r#"{"appKey":"demo"}"#, ""), (r#"{"appKey":"demo","simulcast":false}"#, LAYERS)]
    {
        let scene = greeted(init_options, CAMERA, extensions);
        assert_eq!(added(&scene), [(Kind::Audio, None), (Kind::Video, None)]);
        assert!(has_placeholder(&scene));
    }
}

#[test]
fn the_apps_limit_is_for_all_layers_together() {
    let options = r#"{"roomName":"lobby","audio":true,"video":true,"bandwidth":{"video":1200}}"#;
    let scene = greeted(r#"{"appKey":"demo"}"#, options, LAYERS);
    assert_eq!(added(&scene)[1], (Kind::Video, Some(1_200_000.0)));
}

#[test]
fn a_camera_that_comes_later_goes_in_layers_and_a_screen_does_not() {
    let mut scene = greeted(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#, LAYERS);
    assert!(has_placeholder(&scene), "something to negotiate");
    let connection = negotiate(&mut scene);
    let promise = scene.promise();
    scene.call(Call::ShareScreen { promise, room: "lobby".into(), options: json(r#"{"video":true}"#) });
    let screen = own_stream(40, "screen-40", Kind::Video);
    let settings = json(r#"{"width":1920,"height":1080}"#);
    scene.input(Input::ScreenCaptured { request: scene.capture, screen, sound: None, settings });
    assert_eq!(added(&scene), [(Kind::Video, None)]);
    scene.report(connection, ConnectionEvent::OfferCreated("v=0\r\nscreen".into()));
    scene.hear("answer", "MCU", r#"{"target":"me","sdp":"v=0\r\nanswer"}"#);
    scene.report(connection, ConnectionEvent::LocalSet);
    scene.report(connection, ConnectionEvent::RemoteSet);
    scene.forget();
    let promise = scene.promise();
    let media = MediaToSend::Stream(vec![own_stream(41, "cam-41", Kind::Video)]);
    scene.call(Call::SendStream { promise, room: "lobby".into(), media });
    assert_eq!(added(&scene), [(Kind::Video, Some(500_000.0))]);
}

#[test]
fn between_peers_nothing_changes_whatever_they_say() {
    let mut scene = Scene::with_media();
    scene.hear("welcome", "bob", r#"{"target":"me","weight":9,"userInfo":{},"videoLayers":true}"#);
    assert_eq!(added(&scene), [(Kind::Audio, None), (Kind::Video, None)]);
    tell(&mut scene);
    assert!(told(&scene).is_empty());
}

#[test]
fn a_media_server_that_knows_views_hears_of_them_right_after_its_greeting() {
    let mut scene = greeted(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#, LAYERS);
    assert_eq!(scene.session.next_deadline(), Some(scene.now));
    tell(&mut scene);
    let sent = scene.sent().pop().unwrap();
    let expected = r#"{"type":"videoViews","mid":"me","rid":"rid-of-lobby","target":"MCU","views":[]}"#;
    assert_eq!(sent, json(expected));
    let mut scene = greeted(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#, "");
    let connection = negotiate(&mut scene);
    show_bob(&mut scene, connection);
    set_view(&mut scene, "s1", r#"{"isPaused":true}"#);
    tell(&mut scene);
    assert!(told(&scene).is_empty(), "another one does not");
}

#[test]
fn what_changes_in_one_task_is_told_at_once_and_together_and_then_slower() {
    let (mut scene, _) = watching();
    scene.now = scene.now.plus(1_000.0);
    set_view(&mut scene, "s1", r#"{"height":179.5}"#);
    set_view(&mut scene, "s2", r#"{"isPaused":true}"#);
    assert!(told(&scene).is_empty());
    assert_eq!(scene.session.next_deadline(), Some(scene.now));
    tell(&mut scene);
    let both = r#"[{"publisherId":"bob","streamId":"s1","isPaused":false,"height":180},
        {"publisherId":"bob","streamId":"s2","isPaused":true,"height":0}]"#;
    assert_eq!(told(&scene), [json(both)]);
    scene.forget();

    set_view(&mut scene, "s1", r#"{"isPaused":true}"#);
    let begun = scene.now;
    tell(&mut scene);
    assert!(told(&scene).is_empty(), "too soon");
    set_view(&mut scene, "s2", r#"{"isPaused":false}"#);
    scene.wait();
    assert_eq!(scene.now, begun.plus(150.0));
    let one = r#"[{"publisherId":"bob","streamId":"s1","isPaused":true,"height":180}]"#;
    assert_eq!(told(&scene), [json(one)], "what is as by default is left out");
    scene.forget();

    set_view(&mut scene, "s1", r#"{"isPaused":true,"height":180}"#);
    scene.now = scene.now.plus(1_000.0);
    tell(&mut scene);
    assert!(told(&scene).is_empty(), "nothing is new");
}

#[test]
fn what_is_no_view_is_refused() {
    let (mut scene, _) = watching();
    for view in [
        "null",
        "7",
        "[]",
        r#"{"isPaused":1}"#,
        r#"{"height":"90"}"#,
        r#"{"height":-1}"#,
        r#"{"height":1e9}"#,
    ] {
        assert_eq!(scene.throws(view_call("lobby", "s1", view)), ErrorCode::InvalidVideoView, "{view}");
    }
    assert_eq!(scene.throws(view_call("lobby", "other", "{}")), ErrorCode::NoStream);
    assert_eq!(scene.throws(view_call("elsewhere", "s1", "{}")), ErrorCode::UserNotInRoom);
    tell(&mut scene);
    assert!(told(&scene).is_empty());
}

#[test]
fn a_view_lasts_as_long_as_its_video() {
    let (mut scene, connection) = watching();
    set_view(&mut scene, "s1", r#"{"isPaused":true}"#);
    set_view(&mut scene, "s2", r#"{"height":90}"#);
    scene.now = scene.now.plus(1_000.0);
    tell(&mut scene);
    scene.forget();
    let gone = [
        medium("bob", "VIDEO_s1", "videoCamera", "unavailable", ""),
        medium("bob", "VIDEO_s2", "videoScreen", "active", "b"),
    ];
    offer(&mut scene, connection, &gone, vec![last_track_removed("s1", Kind::Video)]);
    scene.now = scene.now.plus(1_000.0);
    tell(&mut scene);
    let left = r#"[{"publisherId":"bob","streamId":"s2","isPaused":false,"height":90}]"#;
    assert_eq!(told(&scene), [json(left)]);
    scene.forget();
    scene.hear("bye", "bob", r#"{"publisherId":"bob"}"#);
    scene.now = scene.now.plus(1_000.0);
    tell(&mut scene);
    assert_eq!(told(&scene), [json("[]")]);
}

#[test]
fn a_media_server_that_comes_back_hears_of_all_views() {
    let (mut scene, _) = watching();
    set_view(&mut scene, "s1", r#"{"isPaused":true}"#);
    scene.now = scene.now.plus(1_000.0);
    tell(&mut scene);
    scene.hear("bye", "MCU", r#"{"publisherId":"MCU"}"#);
    scene.now = scene.now.plus(1_000.0);
    tell(&mut scene);
    scene.forget();
    welcome(&mut scene, &["bob", "carol"]);
    tell(&mut scene);
    let view = r#"[{"publisherId":"bob","streamId":"s1","isPaused":true,"height":0}]"#;
    assert_eq!(told(&scene), [json(view)]);
}

#[test]
fn the_app_hears_in_which_layer_a_video_comes() {
    let (mut scene, _) = watching();
    let layers = r#"{"target":"me","layers":[
        {"publisherId":"bob","streamId":"s1","layer":0,"layers":2,"isPaused":true,"isStarved":false},
        {"publisherId":"nobody","streamId":"s9","layer":0,"layers":2,"isPaused":false,"isStarved":false},
        {"publisherId":"bob","streamId":"s2","layer":"x"}]}"#;
    scene.hear("videoLayers", "carol", layers);
    scene.hear("videoLayers", "MCU", r#"{"target":"me","layers":7}"#);
    assert!(!scene.events().contains(&"videoLayerChanged"));
    scene.forget();
    scene.hear("videoLayers", "MCU", layers);
    assert_eq!(scene.events(), ["channelMessage", "videoLayerChanged"]);
    let mut detail = scene.detail("videoLayerChanged");
    assert_eq!(text(&detail.remove("room").unwrap(), "roomName"), "lobby");
    let expected =
        r#"{"peerId":"bob","streamId":"s1","layer":0,"layers":2,"isPaused":true,"isStarved":false}"#;
    assert_eq!(Value::from(detail), json(expected));
}
