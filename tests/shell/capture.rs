use crate::fake_camera::{has_ended, kinds, Captured, AUDIO_AND_VIDEO};
use crate::reports::reports;
use crate::values::js;
use js_sys::Array;
use skylink_core::Kind;
use skylink_wasm::browser::capture::{
    captured, get_display_media, get_user_media, sound_of, split, split_pair, stop, tracks_of, watch,
};
use skylink_wasm::convert::text;
use skylink_wasm::handles::Handles;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, MediaStream, MediaStreamTrack};

#[wasm_bindgen_test]
async fn a_stream_is_split_into_one_for_each_kind() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let handles = Handles::default();
    let streams = split(&whole, &handles);
    let found: Vec<Kind> = streams.iter().map(|stream| stream.kind).collect();
    assert_eq!(found, [Kind::Audio, Kind::Video]);
    for (captured, kind) in streams.iter().zip(["audio", "video"]) {
        let stream: MediaStream = handles.get_as(captured.handle).unwrap();
        assert_eq!(stream.id(), captured.stream_id);
        assert_ne!(stream.id(), whole.id());
        assert_eq!(kinds(&stream), [kind]);
        let track = stream.get_tracks().get(0);
        assert!(whole.get_tracks().includes(&track, 0));
    }
    assert_eq!(handles.count(), 2);
}

#[wasm_bindgen_test]
async fn a_missing_kind_gives_no_stream() {
    let audio = Captured::new(r#"{"audio":true}"#).await;
    let handles = Handles::default();
    let streams = split(&audio, &handles);
    assert_eq!(streams.len(), 1);
    assert_eq!(streams[0].kind, Kind::Audio);
    assert!(split(&MediaStream::new().unwrap(), &handles).is_empty());
    assert_eq!(handles.count(), 1);
}

#[wasm_bindgen_test]
async fn a_pair_has_null_for_a_missing_kind() {
    let whole = Captured::new(AUDIO_AND_VIDEO).await;
    let pair: Array = split_pair(&whole).unchecked_into();
    assert_eq!(kinds(pair.get(0).unchecked_ref()), ["audio"]);
    assert_eq!(kinds(pair.get(1).unchecked_ref()), ["video"]);

    let video = MediaStream::new_with_tracks(&whole.get_video_tracks()).unwrap();
    let pair: Array = split_pair(&video).unchecked_into();
    assert!(pair.get(0).is_null());
    assert_eq!(kinds(pair.get(1).unchecked_ref()), ["video"]);
}

#[wasm_bindgen_test]
async fn stopping_ends_all_tracks() {
    let stream = Captured::new(AUDIO_AND_VIDEO).await;
    assert_eq!(kinds(&stream), ["audio", "video"]);
    assert!(stream.active());
    stop(&stream);
    assert!(has_ended(&stream));
    assert!(!stream.active());
}

#[wasm_bindgen_test]
async fn refusals_are_the_browsers_own() {
    let too_wide = r#"{"video":{"width":{"exact":1000000}}}"#;
    for (constraints, name) in [(too_wide, "OverconstrainedError"), ("{}", "TypeError")] {
        let error = get_user_media(&js(constraints)).unwrap().await.unwrap_err();
        assert_eq!(text(&error, "name"), name);
    }
}

#[wasm_bindgen_test]
async fn a_screen_is_kept_whole_and_its_sound_given_apart() {
    let screen = get_display_media(&js(r#"{"audio":true,"video":true}"#)).await.unwrap();
    let screen: MediaStream = screen.unchecked_into();
    let handles = Handles::default();
    let picture = captured(&screen, Kind::Video, &handles);
    assert_eq!((&picture.stream_id, picture.kind), (&screen.id(), Kind::Video));
    assert_eq!(picture.track_id, text(&screen.get_video_tracks().get(0), "id"));
    let sound = sound_of(&screen, &handles).unwrap();
    let stream: MediaStream = handles.get_as(sound.handle).unwrap();
    assert_ne!(stream.id(), screen.id());
    assert_eq!(kinds(&stream), ["audio"]);
    stop(&screen);

    let silent = MediaStream::new_with_tracks(&screen.get_video_tracks()).unwrap();
    assert!(sound_of(&silent, &handles).is_none());
}

/// As the browser does when a device is unplugged; `stop` fires nothing.
fn end(track: &JsValue) {
    let track: &MediaStreamTrack = track.unchecked_ref();
    track.stop();
    assert!(track.dispatch_event(&Event::new("ended").unwrap()).unwrap());
}

#[wasm_bindgen_test]
async fn tracks_of_one_kind_are_watched_until_the_last_has_ended() {
    let (one, other) = (Captured::new(AUDIO_AND_VIDEO).await, Captured::new(AUDIO_AND_VIDEO).await);
    one.add_track(other.get_video_tracks().get(0).unchecked_ref());
    let (report, mut calls) = reports();
    let listeners = watch(&one, Kind::Video, move || report(()));
    end(&tracks_of(&one, Kind::Audio).get(0));
    end(&tracks_of(&one, Kind::Video).get(0));
    assert_eq!(calls.arrived().len(), 0);
    end(&tracks_of(&one, Kind::Video).get(1));
    assert_eq!(calls.arrived().len(), 1);
    drop(listeners);
    let (report, mut calls) = reports();
    watch(&one, Kind::Video, move || report(()));
    assert_eq!(calls.arrived().len(), 1, "they were over before");
}
