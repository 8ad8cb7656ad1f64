//! Cameras in layers, against a side that takes them as a media server does.

use crate::pair::{Callee, Caller, Pair};
use crate::values::js;
use js_sys::{Array, Function};
use skylink_core::{DescriptionKind, Kind};
use skylink_wasm::convert::{get, text};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::MediaStream;

const BITRATE: Option<f64> = Some(500_000.0);
const TWO_LAYERS: &str = "a=rid:h recv\r\na=rid:f recv\r\na=simulcast:recv h;f\r\n";

/// A picture of that size, which the fake camera has not in all sizes.
fn picture(width: u32, height: u32) -> MediaStream {
    let make = Function::new_with_args(
        "width, height",
        "const canvas = Object.assign(document.createElement('canvas'), { width, height });
         canvas.getContext('2d');
         return canvas.captureStream(5);",
    );
    make.call2(&JsValue::NULL, &width.into(), &height.into()).unwrap().unchecked_into()
}

fn add(pair: &Pair, number: u32, stream: &MediaStream, bitrate: Option<f64>) {
    pair.caller.connection().add_stream(number, stream, Kind::Video, bitrate);
}

async fn next_offer(pair: &Pair) -> String {
    text(&pair.caller.connection().create_offer(&js("{}")).await.unwrap(), "sdp")
}

/// Layers that the m-sections of an offer have.
fn offered(sdp: &str) -> Vec<&str> {
    let sections = sdp.split("m=video ").skip(1);
    sections
        .map(|section| section.lines().find_map(|line| line.strip_prefix("a=simulcast:send ")).unwrap_or(""))
        .collect()
}

/// Bits per second of each encoding of each sender, in order.
fn limits(pair: &Pair) -> Vec<Vec<Option<f64>>> {
    let senders = pair.caller.native.get_senders().into_iter();
    let of = |sender: JsValue| {
        let read: Function = get(&sender, "getParameters").unchecked_into();
        let encodings = get(&read.call0(&sender).unwrap(), "encodings");
        let encodings = Array::from(&encodings).into_iter();
        encodings.map(|encoding| get(&encoding, "maxBitrate").as_f64()).collect()
    };
    senders.map(of).collect()
}

/// The caller offers one m-section, and the callee takes its layers.
async fn negotiate(pair: &Pair) {
    let offer = pair.caller.offer().await;
    let answer = pair.callee.answer(&offer).await + TWO_LAYERS;
    pair.caller.connection().set_remote(DescriptionKind::Answer, &answer).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_camera_has_as_many_layers_as_it_is_large() {
    for (width, height, rids, shares) in [
        (160, 120, "", vec![None]),
        (480, 270, "h;f", vec![Some(130_000.0), Some(370_000.0)]),
        (960, 540, "q;h;f", vec![Some(40_000.0), Some(120_000.0), Some(340_000.0)]),
    ] {
        let pair = Pair::new();
        add(&pair, 1, &picture(width, height), BITRATE);
        assert_eq!(offered(&next_offer(&pair).await), [rids]);
        assert_eq!(limits(&pair), [shares]);
    }
    let pair = Pair::new();
    add(&pair, 1, &picture(960, 540), None);
    assert_eq!(offered(&next_offer(&pair).await), [""]);
}

#[wasm_bindgen_test]
async fn a_section_with_layers_is_used_again_by_cameras_alone() {
    let large = picture(480, 270);
    let pair = Pair::new();
    add(&pair, 1, &large, BITRATE);
    negotiate(&pair).await;
    for number in 2..4 {
        pair.caller.connection().remove_stream(number - 1);
        negotiate(&pair).await;
        add(&pair, number, &large, BITRATE);
        assert_eq!(offered(&next_offer(&pair).await), ["h;f"]);
        negotiate(&pair).await;
    }
    pair.caller.connection().remove_stream(3);
    negotiate(&pair).await;
    // A screen, and a camera of other layers.
    add(&pair, 4, &picture(320, 240), None);
    add(&pair, 5, &picture(960, 540), BITRATE);
    assert_eq!(offered(&next_offer(&pair).await), ["h;f", "", "q;h;f"]);
    assert_eq!(limits(&pair)[1], [None]);
}

#[wasm_bindgen_test]
async fn a_side_that_takes_no_layers_gets_one_stream() {
    let large = picture(480, 270);
    let mut pair = Pair::new();
    add(&pair, 1, &large, BITRATE);
    pair.negotiate(Caller).await;
    assert_eq!(limits(&pair)[0].len(), 1);
    pair.until(Callee, |event| matches!(event, skylink_core::ConnectionEvent::Track { .. })).await;
}
