#![allow(clippy::unwrap_used)]

use super::*;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn print(object: &Object) -> String {
    serde_json::to_string(&Value::from(object.clone())).unwrap()
}

#[test]
fn video_true_asks_for_vga_at_30() {
    let request = video_request(&json(r#"{"video":true,"useExactConstraints":true}"#)).unwrap();
    assert_eq!(
        print(&request.constraints),
        r#"{"width":{"max":640},"height":{"max":480},"frameRate":{"max":30}}"#
    );
    assert_eq!(
        print(&request.settings),
        r#"{"resolution":{"width":640,"height":480},"frameRate":30,"exactConstraints":false}"#
    );
}

#[test]
fn exact_counts_for_kinds_given_as_object() {
    let request = video_request(&json(
        r#"{"video":{"resolution":{"width":320,"height":{"min":100}},"frameRate":10,"deviceId":"d"},"useExactConstraints":true}"#,
    ))
    .unwrap();
    assert_eq!(
        print(&request.constraints),
        r#"{"width":{"exact":320},"height":{"min":100},"frameRate":{"exact":10},"deviceId":{"exact":"d"}}"#
    );
}

#[test]
fn audio_has_its_defaults_and_its_device() {
    let request = audio_request(&json(r#"{"audio":{"stereo":true,"deviceId":"m","mute":true}}"#)).unwrap();
    assert_eq!(
        print(&request.constraints),
        r#"{"echoCancellation":true,"channelCount":{"ideal":2},"deviceId":{"ideal":"m"}}"#
    );
    assert_eq!(
        print(&request.settings),
        r#"{"stereo":true,"echoCancellation":true,"exactConstraints":false,"deviceId":"m"}"#
    );
    assert!(request.mute);
    assert!(audio_request(&json(r#"{"audio":false}"#)).is_none());
}

#[test]
fn wrong_kinds_fall_back_to_the_defaults() {
    let request =
        video_request(&json(r#"{"video":{"resolution":7,"frameRate":"fast","deviceId":3}}"#)).unwrap();
    assert_eq!(print(&request.constraints), r#"{"width":{"max":640},"height":{"max":480}}"#);
}

#[test]
fn whole_numbers_are_written_without_a_point() {
    assert_eq!(whole_number(0.0), "0");
    assert_eq!(whole_number(1_772_443_204_120.0), "1772443204120");
    assert_eq!(whole_number(f64::NAN), "0");
}

#[test]
fn flags_count_by_their_truth_and_by_their_default_only_where_they_are_missing() {
    for (given, is_on) in [("1", true), (r#""no""#, true), ("{}", true), ("0", false), ("null", false)] {
        let text = r#"{"forceSSL":?,"enableDataChannel":?,"audioFallback":?,"enableStatsGathering":?,
            "forceTURN":?,"beSilentOnStatsLogs":?}"#;
        let options = InitOptions::new(json(&text.replace('?', given)));
        assert_eq!(options.protocol("http:") == "https:", is_on, "{given}");
        assert_eq!(options.gathers_statistics(), Some(is_on), "{given}");
        let others = [
            options.enable_data_channel(),
            options.audio_fallback(),
            options.force_turn(),
            options.is_silent_on_statistics(),
        ];
        assert_eq!(others, [is_on; 4], "{given}");
    }
    let options = InitOptions::new(json("{}"));
    assert!(options.enable_data_channel() && options.audio_fallback() && !options.force_turn());
    assert_eq!((options.protocol("http:"), options.gathers_statistics()), ("https:", None));
}

#[test]
fn forcing_turn_filters_all_but_relayed_candidates() {
    let options = InitOptions::new(json(r#"{"forceTURNSSL":true}"#));
    assert!(options.filters("host") && options.filters("srflx") && !options.filters("relay"));
    let options = InitOptions::new(json(r#"{"filterCandidatesType":{"relay":true}}"#));
    assert!(options.filters("relay") && !options.filters("host"));
}
