use crate::page_errors::PageErrors;
use crate::reports::reports;
use crate::settled::fulfilled;
use js_sys::{Date, Promise, Uint8Array};
use skylink_wasm::browser::page::{
    can_derive_keys, derive_key, follow, now, random_bytes, random_uuid, report_error,
};
use std::collections::HashSet;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

/// Whether this is a random id as RFC 9562 section 5.4 has it.
pub fn is_uuid(id: &str) -> bool {
    let bytes = id.as_bytes();
    let has_hyphen = |place: usize| [8, 13, 18, 23].contains(&place);
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(place, &byte)| match byte {
            b'-' => has_hyphen(place),
            b'0'..=b'9' | b'a'..=b'f' => !has_hyphen(place),
            _ => false,
        })
        && bytes[14] == b'4'
        && b"89ab".contains(&bytes[19])
}

#[wasm_bindgen_test]
fn uuids_have_the_random_form_and_differ() {
    let ids: HashSet<String> = (0..200).map(|_| random_uuid()).collect();
    assert_eq!(ids.len(), 200);
    assert!(ids.iter().all(|id| is_uuid(id)), "{ids:?}");
}

#[wasm_bindgen_test]
fn time_is_the_time_of_day_and_never_goes_back() {
    assert!((now() - Date::now()).abs() < 60_000.0);
    let moments: Vec<f64> = (0..1_000).map(|_| now()).collect();
    assert!(moments.is_sorted());
}

#[wasm_bindgen_test]
async fn followed_promises_report_how_they_settle() {
    let (report, mut settlings) = reports();
    let settled = Closure::<dyn Fn(u32, bool, JsValue)>::new(move |number, ok, value| {
        report((number, ok, value));
    });
    let callback = settled.as_ref().unchecked_ref();
    follow(&Promise::new(&mut |_, _| {}), 1, callback);
    follow(&Promise::resolve(&JsValue::from("value")), 2, callback);
    follow(&Promise::reject(&JsValue::from("error")), 3, callback);
    assert!(settlings.arrived().is_empty());
    assert_eq!(settlings.next().await, (2, true, "value".into()));
    assert_eq!(settlings.next().await, (3, false, "error".into()));
    assert!(settlings.arrived().is_empty());
}

#[wasm_bindgen_test]
fn reported_errors_reach_the_window() {
    let mut errors = PageErrors::watch();
    report_error(&js_sys::Error::new("no secret"));
    assert_eq!(errors.messages(), ["no secret"]);
}

#[wasm_bindgen_test]
fn random_bytes_fill_every_place_and_differ() {
    let many: HashSet<[u8; 16]> = (0..200).map(|_| random_bytes()).collect();
    assert_eq!(many.len(), 200);
    // Each place takes many values: none is left as it was.
    for place in 0..16 {
        let values: HashSet<u8> = many.iter().map(|bytes| bytes[place]).collect();
        assert!(values.len() > 50, "place {place} took {} values", values.len());
    }
}

/// The known answers for HMAC-SHA-256 with these arguments.
#[wasm_bindgen_test]
async fn keys_are_derived_by_pbkdf2() {
    assert!(can_derive_keys());
    for (secret, rounds, expected) in [
        ("password", 1, "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b"),
        ("password", 4_096, "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"),
        ("p\u{e4}ssword", 2, "d17aca247fbb1bebd27709bb4d77268d502ba27435af92a5bbf17f523626abce"),
    ] {
        let salt = Uint8Array::from(b"salt".as_slice());
        let key = fulfilled(&derive_key(secret, salt, rounds)).await;
        let key: String = Uint8Array::new(&key).to_vec().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(key, expected, "{secret}, {rounds} rounds");
    }
}
