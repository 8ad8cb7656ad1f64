use crate::fake_camera::{kinds, Captured, AUDIO_AND_VIDEO};
use crate::pair::{Callee, Caller, End, Pair};
use crate::values::js;
use js_sys::Array;
use skylink_core::ConnectionEvent::{self, Track, TrackRemoved};
use skylink_core::{Handle, Kind};
use skylink_wasm::convert::text;
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
    for (number, (kind, stream)) in (1..).zip(one_of_each(whole)) {
        pair.caller.connection().add_stream(number, &stream, kind, None);
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

/// Both kinds in one stream, as other clients may send.
fn send_whole(pair: &Pair, whole: &MediaStream) {
    for (number, kind) in [(1, Kind::Audio), (2, Kind::Video)] {
        pair.caller.connection().add_stream(number, whole, kind, None);
    }
}

/// How many m-sections for media the next offer has.
async fn media_sections(pair: &Pair) -> usize {
    let offer = pair.caller.connection().create_offer(&js("{}")).await.unwrap();
    let sections = ["m=audio ", "m=video "];
    text(&offer, "sdp").lines().filter(|line| sections.iter().any(|kind| line.starts_with(kind))).count()
}

#[wasm_bindgen_test]
async fn only_the_tracks_of_the_kind_are_sent() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let pair = Pair::new();
    pair.caller.connection().add_stream(1, &whole, Kind::Video, None);
    assert_eq!(pair.caller.native.get_senders().length(), 1);
    assert_eq!(sender_of(&pair, "video").track().unwrap().kind(), "video");
}

#[wasm_bindgen_test]
async fn a_track_can_be_sent_in_two_streams() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let mut pair = Pair::new();
    let [_, (_, video)] = one_of_each(&whole);
    pair.caller.connection().add_stream(1, &whole, Kind::Video, None);
    pair.caller.connection().add_stream(2, &video, Kind::Video, None);
    pair.negotiate(Caller).await;
    let arrived = arrivals(&mut pair, Callee, 2).await;
    assert_ne!(arrived[0].stream_id, arrived[1].stream_id);
}

#[wasm_bindgen_test]
async fn sending_and_stopping_by_turns_uses_the_same_sections() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let mut pair = Pair::new();
    for number in 0..4 {
        let [_, (_, video)] = one_of_each(&whole);
        pair.caller.connection().add_stream(number, &video, Kind::Video, None);
        pair.negotiate(Caller).await;
        let arrived = arrivals(&mut pair, Callee, 1).await;
        assert_eq!((&arrived[0].stream_id, &arrived[0].mid), (&video.id(), &Some("0".to_owned())));
        pair.caller.connection().remove_stream(number);
        pair.negotiate(Caller).await;
        pair.until(Callee, |event| matches!(event, TrackRemoved { .. })).await;
        pair.forget();
        assert_eq!(media_sections(&pair).await, 1);
    }
}

#[wasm_bindgen_test]
async fn a_section_that_the_other_side_made_is_used_too() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let (mut pair, _) = sending(&whole).await;
    pair.negotiate(Callee).await;
    let [_, (_, video)] = one_of_each(&whole);
    pair.callee.connection().add_stream(1, &video, Kind::Video, None);
    pair.negotiate(Callee).await;
    let arrived = arrivals(&mut pair, Caller, 1).await;
    assert_eq!((&arrived[0].stream_id, arrived[0].kind), (&video.id(), Kind::Video));
    assert_eq!(media_sections(&pair).await, 2);
}

#[wasm_bindgen_test]
fn what_is_not_sent_cannot_be_stopped() {
    let pair = Pair::new();
    pair.caller.connection().remove_stream(7);
    assert_eq!(pair.caller.native.get_senders().length(), 0);
}

#[wasm_bindgen_test]
async fn nothing_is_sent_through_a_closed_connection() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let pair = Pair::new();
    pair.caller.connection().add_stream(1, &whole, Kind::Audio, None);
    pair.caller.native.close();
    pair.caller.connection().add_stream(2, &whole, Kind::Video, None);
    pair.caller.connection().remove_stream(1);
    assert_eq!(pair.caller.native.get_senders().length(), 1);
}

#[wasm_bindgen_test]
async fn remote_tracks_come_with_their_streams() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let mut pair = Pair::new();
    let streams = one_of_each(&whole);
    for (number, (kind, stream)) in (1..).zip(&streams) {
        pair.caller.connection().add_stream(number, stream, *kind, None);
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
    send_whole(&pair, &whole);
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
    pair.callee.connection().add_stream(1, &audio, Kind::Audio, None);
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
    let (stream_id, kind) = (video.stream_id.clone(), Kind::Video);
    let removed = TrackRemoved { stream_id, kind, has_audio: false, has_video: false };
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
    pair.caller.connection().add_stream(3, &again, Kind::Video, None);
    pair.negotiate(Caller).await;
    let returned = arrivals(&mut pair, Callee, 1).await;
    assert_eq!(returned[0].stream_id, again.id());
    assert_ne!(returned[0].handle, video.handle);
    assert_eq!(pair.callee.handles.count(), 2);
}

#[wasm_bindgen_test]
async fn a_stream_that_loses_one_of_its_tracks_stays() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let mut pair = Pair::new();
    send_whole(&pair, &whole);
    pair.negotiate(Caller).await;
    let arrived = arrivals(&mut pair, Callee, 2).await;
    for (number, kind, left) in [(2, Kind::Video, true), (1, Kind::Audio, false)] {
        pair.caller.connection().remove_stream(number);
        pair.negotiate(Caller).await;
        let stream_id = whole.id();
        let removed = TrackRemoved { stream_id, kind, has_audio: left, has_video: false };
        pair.until_event(Callee, removed).await;
    }
    assert_eq!(arrived[0].handle, arrived[1].handle);
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
