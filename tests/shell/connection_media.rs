use crate::fake_camera::{kinds, Captured, AUDIO_AND_VIDEO};
use crate::pair::{Callee, Caller, End, Pair};
use js_sys::Array;
use skylink_core::ConnectionEvent::{self, Track, TrackRemoved};
use skylink_core::{Handle, Kind};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{MediaStream, RtcRtpSender};

/// What a [`Track`] says.
#[derive(Debug, PartialEq)]
struct Arrival {
    handle: Handle,
    stream_id: String,
    kind: Kind,
    mid: Option<String>,
}

/// Waits for tracks to arrive at an end.
async fn arrivals(pair: &mut Pair, end: End, count: usize) -> Vec<Arrival> {
    let events = pair.until_count(end, count, |event| matches!(event, Track { .. })).await;
    let arrival = |event| match event {
        Track { stream: handle, stream_id, kind, mid } => Arrival { handle, stream_id, kind, mid },
        other => panic!("{other:?}"),
    };
    events.into_iter().map(arrival).collect()
}

/// One stream for each kind.
fn one_of_each(whole: &MediaStream) -> [(Kind, MediaStream); 2] {
    let of = |tracks: Array| MediaStream::new_with_tracks(&tracks).unwrap();
    [(Kind::Audio, of(whole.get_audio_tracks())), (Kind::Video, of(whole.get_video_tracks()))]
}

/// A caller that sends a stream of each kind to the callee.
async fn sending(whole: &MediaStream) -> (Pair, Vec<Arrival>) {
    let mut pair = Pair::new();
    for (_, stream) in one_of_each(whole) {
        pair.caller.connection().add_stream(&stream);
    }
    pair.negotiate(Caller).await;
    let arrived = arrivals(&mut pair, Callee, 2).await;
    (pair, arrived)
}

fn sender_of(pair: &Pair, kind: &str) -> RtcRtpSender {
    let senders = pair.caller.native.get_senders();
    let mut senders = senders.into_iter().map(JsCast::unchecked_into::<RtcRtpSender>);
    senders.find(|sender| sender.track().is_some_and(|track| track.kind() == kind)).unwrap()
}

#[wasm_bindgen_test]
async fn a_stream_added_twice_is_sent_once() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let pair = Pair::new();
    for _ in 0..2 {
        pair.caller.connection().add_stream(&whole);
    }
    assert_eq!(pair.caller.native.get_senders().length(), 2);
}

#[wasm_bindgen_test]
async fn remote_tracks_come_with_their_streams() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let mut pair = Pair::new();
    let streams = one_of_each(&whole);
    for (_, stream) in &streams {
        pair.caller.connection().add_stream(stream);
    }
    pair.negotiate(Caller).await;
    let arrived = arrivals(&mut pair, Callee, 2).await;
    for (arrival, (mid, (kind, stream))) in arrived.iter().zip(streams.iter().enumerate()) {
        assert_eq!((&arrival.stream_id, arrival.kind), (&stream.id(), *kind));
        assert_eq!(arrival.mid, Some(mid.to_string()));
        let remote: MediaStream = pair.callee.handles.get_as(arrival.handle).unwrap();
        assert_eq!(remote.id(), stream.id());
        assert_eq!(kinds(&remote), kinds(stream));
    }
    assert_eq!(pair.callee.handles.count(), 2);
    assert_eq!(pair.caller.handles.count(), 0);
    pair.until_event(Callee, ConnectionEvent::ConnectionState("connected".into())).await;
}

#[wasm_bindgen_test]
async fn tracks_of_one_stream_share_its_handle() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let mut pair = Pair::new();
    pair.caller.connection().add_stream(&whole);
    pair.negotiate(Caller).await;
    let arrived = arrivals(&mut pair, Callee, 2).await;
    assert_eq!(arrived[0].handle, arrived[1].handle);
    assert_eq!(arrived[0].stream_id, whole.id());
    assert_eq!(pair.callee.handles.count(), 1);
}

#[wasm_bindgen_test]
async fn both_sides_can_send() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let (mut pair, _) = sending(&whole).await;
    let [(_, audio), _] = one_of_each(&whole);
    pair.callee.connection().add_stream(&audio);
    pair.negotiate(Callee).await;
    let arrived = arrivals(&mut pair, Caller, 1).await;
    assert_eq!((&arrived[0].stream_id, arrived[0].kind), (&audio.id(), Kind::Audio));
}

#[wasm_bindgen_test]
async fn a_track_that_is_taken_back_leaves_its_stream() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let (mut pair, arrived) = sending(&whole).await;
    let video = &arrived[1];
    pair.caller.native.remove_track(&sender_of(&pair, "video"));
    pair.negotiate(Caller).await;
    let removed = TrackRemoved { stream_id: video.stream_id.clone(), kind: Kind::Video };
    pair.until_event(Callee, removed.clone()).await;
    let removals = pair.seen(Callee).into_iter().filter(|event| matches!(event, TrackRemoved { .. }));
    assert_eq!(removals.collect::<Vec<_>>(), [removed]);
}

#[wasm_bindgen_test]
async fn a_track_that_comes_again_gets_a_new_handle() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let (mut pair, arrived) = sending(&whole).await;
    let video = &arrived[1];
    pair.caller.native.remove_track(&sender_of(&pair, "video"));
    pair.negotiate(Caller).await;
    pair.until(Callee, |event| matches!(event, TrackRemoved { .. })).await;
    pair.callee.handles.release(video.handle);
    pair.forget();

    let [_, (_, again)] = one_of_each(&whole);
    pair.caller.connection().add_stream(&again);
    pair.negotiate(Caller).await;
    let returned = arrivals(&mut pair, Callee, 1).await;
    assert_eq!(returned[0].stream_id, again.id());
    assert_ne!(returned[0].handle, video.handle);
    assert_eq!(pair.callee.handles.count(), 2);
}

#[wasm_bindgen_test]
async fn dropping_it_takes_the_listeners_off_remote_streams() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let (mut pair, _) = sending(&whole).await;
    pair.callee.close();
    assert_eq!(Rc::strong_count(&pair.callee.held), 1);
    assert_eq!(Rc::strong_count(&pair.callee.handles), 1);
    // The core releases them.
    assert_eq!(pair.callee.handles.count(), 2);
}
