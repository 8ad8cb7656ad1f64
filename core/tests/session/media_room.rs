//! A session in a room with a media server that the test plays.

use crate::scene::{media_server_ticket, user_info, Scene};
use crate::surroundings::print;
use skylink_core::{ConnectionEvent, ConnectionId};

/// Let into the room, with camera and microphone if wanted, not yet greeted.
pub fn entered(init_options: &str, options: &str) -> Scene {
    entered_in("chrome", init_options, options)
}

/// As [`entered`], in another browser.
pub fn entered_in(browser: &str, init_options: &str, options: &str) -> Scene {
    let mut scene = Scene::in_browser(browser);
    scene.join_with(init_options, options, skylink_core::Prefetched::None);
    scene.answer_api_with(200, Some(media_server_ticket()));
    scene.open_socket();
    if options.contains("audio") {
        scene.grant();
    }
    scene.let_in();
    scene
}

pub fn member(id: &str) -> String {
    let info = print(&user_info());
    format!(r#"{{"mid":"{id}","publisherId":"{id}","userInfo":{info},"weight":3}}"#)
}

pub fn welcome(scene: &mut Scene, members: &[&str]) {
    let members = members.iter().map(|id| member(id)).collect::<Vec<_>>().join(",");
    let extensions = scene.extensions;
    scene.hear(
        "welcome",
        "MCU",
        &format!(
            r#"{{"target":"me","agent":"MCU","version":"1.0.0","os":"linux","weight":-1,"enableDataChannel":true,
            "enableIceRestart":true,"userInfo":{{"settings":{{}}}},"peersInRoom":[{members}]{extensions}}}"#
        ),
    );
}

/// The first round is over.
pub fn negotiate(scene: &mut Scene) -> ConnectionId {
    let connection = scene.last_connection();
    scene.report(connection, ConnectionEvent::OfferCreated("v=0\r\nour offer".into()));
    scene.hear("answer", "MCU", r#"{"target":"me","sdp":"v=0\r\nm=application 9 x\r\n","mediaInfoList":[]}"#);
    scene.report(connection, ConnectionEvent::LocalSet);
    scene.report(connection, ConnectionEvent::RemoteSet);
    scene.forget();
    connection
}

/// In a room with bob, everything negotiated.
pub fn in_room() -> (Scene, ConnectionId) {
    let mut scene = entered(r#"{"appKey":"demo"}"#, r#"{"roomName":"lobby"}"#);
    welcome(&mut scene, &["bob"]);
    let connection = negotiate(&mut scene);
    (scene, connection)
}
