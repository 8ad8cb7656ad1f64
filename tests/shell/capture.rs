use crate::fake_camera::{has_ended, kinds, Captured, AUDIO_AND_VIDEO};
use crate::values::js;
use js_sys::Array;
use skylink_core::Kind;
use skylink_wasm::browser::capture::{get_user_media, split, split_pair, stop};
use skylink_wasm::convert::text;
use skylink_wasm::handles::Handles;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::MediaStream;

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
