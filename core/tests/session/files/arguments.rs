//! What apps may give and what not, and what they get back.

use super::desk::{Desk, NOW};
use crate::scene::{keys, media_server_ticket, Scene};
use crate::surroundings::json;
use skylink_core::{Call, ErrorCode, Failure, Output, PromiseId};
use skylink_protocol::Value;

fn send(desk: &mut Desk, size: Option<f64>, target: &str, timeout: &str) -> PromiseId {
    let promise = desk.scene.promise();
    let blob = size.map(|size| desk.blob(size));
    let (target, timeout) = (json(target), json(timeout));
    desk.scene.call(Call::SendBlob { promise, room: "LOBBY".into(), blob, target, timeout });
    promise
}

#[test]
fn arguments_that_cannot_be_are_refused_in_the_order_of_the_original() {
    for (size, target, timeout, code) in [
        (None, "true", "true", ErrorCode::NoBlob),
        (Some(0.0), "true", "true", ErrorCode::EmptyBlob),
        (Some(1.0), "true", "true", ErrorCode::InvalidPeerIds),
        (Some(1.0), "{}", "null", ErrorCode::InvalidPeerIds),
        (Some(1.0), "null", "true", ErrorCode::InvalidTimeout),
        (Some(1.0), r#""bob""#, r#""5""#, ErrorCode::InvalidTimeout),
    ] {
        let mut desk = Desk::with_old_peer();
        let promise = send(&mut desk, size, target, timeout);
        assert_eq!(desk.scene.rejection(promise), code, "{target} {timeout}");
        let releases = desk.scene.outputs.iter().filter(|output| matches!(output, Output::Release(_)));
        assert_eq!(releases.count(), usize::from(size.is_some()), "the blob is given back");
        assert_eq!(desk.states(), [""; 0]);
    }
}

#[test]
fn rooms_in_which_nothing_can_be_sent_refuse() {
    let mut desk = Desk::without_peer(Scene::in_room());
    let promise = send(&mut desk, Some(1.0), "null", "null");
    assert_eq!(desk.scene.rejection(promise), ErrorCode::NoPeersInRoom);

    let mut scene = Scene::new();
    scene.join_with(
        r#"{"appKey":"demo","enableDataChannel":false}"#,
        r#"{"roomName":"lobby"}"#,
        skylink_core::Prefetched::None,
    );
    scene.enter();
    scene.connect("bob");
    let mut desk = Desk::without_peer(scene);
    let promise = send(&mut desk, Some(1.0), "null", "null");
    assert_eq!(desk.scene.rejection(promise), ErrorCode::DataChannelsDisabled);

    let mut scene = Scene::new();
    scene.join(r#"{"roomName":"lobby"}"#);
    scene.answer_api_with(200, Some(media_server_ticket()));
    let mut desk = Desk::without_peer(scene);
    let promise = send(&mut desk, None, "true", "true");
    assert_eq!(desk.scene.rejection(promise), ErrorCode::MediaServerFiles);
}

#[test]
fn rooms_that_are_not_joined_refuse_everything() {
    let mut desk = Desk::with_old_peer();
    let (blob, writable) = (desk.blob(1.0), desk.scene.handle());
    let handle = blob.handle;
    let room = || "elsewhere".to_owned();
    let promises = [(); 3].map(|()| desk.scene.promise());
    let [one, two, three] = promises;
    let target = Value::Null;
    desk.scene.call(Call::SendBlob {
        promise: one,
        room: room(),
        blob: Some(blob),
        target,
        timeout: Value::Null,
    });
    desk.scene.call(Call::RespondBlob {
        promise: two,
        room: room(),
        peer: "bob".into(),
        transfer: "t".into(),
        accept: true,
        writable: Some(writable),
    });
    desk.scene.call(Call::CancelBlob {
        promise: three,
        room: room(),
        peer: "bob".into(),
        transfer: "t".into(),
    });
    for promise in promises {
        assert_eq!(desk.scene.rejection(promise), ErrorCode::NoRoomName);
    }
    assert!(desk.released(handle) && desk.released(writable));
}

#[test]
fn a_number_in_the_place_of_peers_is_the_timeout() {
    let mut desk = Desk::with_old_peer();
    send(&mut desk, Some(1.0), "2.5", "null");
    assert_eq!(desk.said()[0].get("timeout"), Some(&2.5.into()));
    for nonsense in ["-1", "0", "-1e300"] {
        let mut desk = Desk::with_old_peer();
        send(&mut desk, Some(1.0), "null", nonsense);
        assert_eq!(desk.said()[0].get("timeout"), Some(&60.0.into()), "{nonsense}");
    }
}

#[test]
fn peers_that_cannot_be_reached_get_a_bare_error_each() {
    let mut desk = Desk::with_old_peer();
    desk.scene.connect("carol");
    desk.scene.forget();
    let promise = send(&mut desk, Some(1.0), r#"["nobody","carol",7]"#, "null");
    let entries = desk.scene.resolution(promise).as_list().unwrap().to_vec();
    assert!(entries.iter().all(|entry| matches!(entry, Value::Handle(_))), "{entries:?}");
    assert_eq!(desk.states(), ["error"; 3]);
    let texts = desk.scene.outputs.iter().filter_map(|output| match output {
        Output::MakeError { error, .. } => error.detail.clone(),
        _ => None,
    });
    assert_eq!(
        texts.collect::<Vec<_>>(),
        [
            "Data upload terminated - No Peer Connection detected",
            "Data upload terminated - No Data Channel connection",
            "Data upload terminated - No Peer Connection detected",
        ]
    );
    let info = desk.scene.detail("dataTransferState").get("transferInfo").cloned().unwrap();
    assert_eq!(info.get("percentage"), Some(&0.0.into()));
    assert_eq!(desk.scene.outputs.iter().filter(|output| matches!(output, Output::Release(_))).count(), 4);
}

#[test]
fn nobody_named_means_nobody_and_a_peer_named_twice_is_sent_to_once() {
    let mut desk = Desk::with_old_peer();
    let promise = send(&mut desk, Some(1.0), "[]", "null");
    assert_eq!(desk.scene.resolution(promise), &json("[]"));
    desk.scene.forget();
    send(&mut desk, Some(1.0), r#"["bob","bob"]"#, "null");
    assert_eq!(desk.states(), ["error", "userRequest"]);
    assert_eq!(desk.last_made_error().code, ErrorCode::TransferInProgress);
    assert_eq!(desk.said().len(), 1);
}

#[test]
fn transfer_ids_differ_within_a_millisecond() {
    let mut desk = Desk::with_our_peer();
    send(&mut desk, Some(1.0), "null", "null");
    send(&mut desk, Some(1.0), "null", "null");
    let ids: Vec<_> = desk.said().iter().map(|message| crate::scene::text(message, "transferId")).collect();
    assert_eq!(ids[0], format!("me_{NOW}"));
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn requests_are_told_with_all_that_is_known() {
    let mut desk = Desk::with_old_peer();
    send(&mut desk, Some(200.0), "null", "10");
    let detail = desk.scene.detail("onIncomingDataRequest");
    assert_eq!(keys(&detail), ["transferId", "peerId", "transferInfo", "isSelf"]);
    assert_eq!(detail.get("peerId"), Some(&"me".into()));
    assert_eq!(detail.get("isSelf"), Some(&true.into()));
    let state = desk.scene.detail("dataTransferState");
    assert_eq!(keys(&state), ["state", "transferId", "peerId", "transferInfo"]);
    assert_eq!(state.get("peerId"), Some(&"bob".into()));
    assert_eq!(
        state.get("transferInfo"),
        Some(&json(
            r#"{"name":"a.txt","size":268,"chunkSize":49152,"chunkType":"binaryString","dataType":"blob",
            "mimeType":"text/plain","direction":"upload","timeout":10,"isPrivate":false,"percentage":0,
            "originalSize":200,"data":null}"#
        ))
    );
}

#[test]
fn answers_and_cancellations_need_a_transfer() {
    let text = |text: &str| Value::from(text);
    let cases = [
        (Value::Null, Value::Null, ErrorCode::NoTransferId),
        (Value::Null, text("t"), ErrorCode::NoPeerId),
        (text("nobody"), text("t"), ErrorCode::NoDataChannel),
        (text("bob"), text("t"), ErrorCode::UnknownTransfer),
    ];
    for (peer, transfer, code) in cases {
        let mut desk = Desk::with_old_peer();
        let promise = desk.scene.promise();
        let (to, which) = (peer.clone(), transfer.clone());
        desk.scene.call(Call::CancelBlob { promise, room: "lobby".into(), peer: to, transfer: which });
        assert!(matches!(desk.scene.settled.get(&promise), Some(Err(Failure::Browser(_)))));
        assert_eq!(desk.last_made_error().code, code);
        assert_eq!(desk.last_error().1, "cancel");
        for accept in [true, false] {
            desk.scene.forget();
            let promise = desk.scene.promise();
            desk.scene.call(Call::RespondBlob {
                promise,
                room: "lobby".into(),
                peer: peer.clone(),
                transfer: transfer.clone(),
                accept,
                writable: None,
            });
            let Some(Err(Failure::Value(Value::Object(result)))) = desk.scene.settled.get(&promise) else {
                panic!("{:?}", desk.scene.settled.get(&promise))
            };
            let (key, outcome) = result.iter().next().unwrap();
            assert_eq!(key, peer.as_text().unwrap_or("undefined"));
            assert_eq!(outcome.get("transferType"), Some(&"download".into()));
            assert!(matches!(outcome.get("error"), Some(Value::Handle(_))));
            assert_eq!(desk.last_made_error().code, code);
            assert_eq!(desk.scene.detail("dataTransferState").get("transferInfo"), Some(&Value::Null));
            assert_eq!(desk.last_error().1, "download");
        }
    }
}

#[test]
fn a_signal_ends_a_call_for_every_peer() {
    let mut desk = Desk::with_our_peer();
    desk.meet("carol");
    let (promise, reason) = (desk.scene.promise(), desk.scene.handle());
    let blob = desk.blob(5.0);
    let handle = blob.handle;
    desk.scene.call(Call::SendBlob {
        promise,
        room: "lobby".into(),
        blob: Some(blob),
        target: Value::Null,
        timeout: Value::Null,
    });
    desk.scene.forget();
    desk.scene.call(Call::AbortTransfers { promise, reason });
    assert_eq!(desk.states(), ["cancel", "cancel"]);
    assert_eq!(desk.said().len(), 2);
    assert_eq!(desk.scene.settled.get(&promise), Some(&Err(Failure::Browser(reason))));
    assert!(desk.released(handle) && desk.released(reason));
    // Too late the second time.
    let reason = desk.scene.handle();
    desk.scene.call(Call::AbortTransfers { promise, reason });
    assert!(desk.released(reason));
}
