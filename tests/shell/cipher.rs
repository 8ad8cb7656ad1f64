//! Long messages, which the browser encrypts and decrypts.

use crate::file_text::OlderBrowser;
use crate::settled::{fulfilled, settled};
use skylink_wasm::browser::page::{open, seal};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

const KEY: [u8; 32] = [1; 32];
const NONCE: [u8; 12] = [2; 12];
const BLOCK: [u8; 16] = [3; 16];
/// Each part behind its length: room `r`, sender `a`, secret `s`.
const BOUND_TO: &[u8] = b"\0\0\0\x01r\0\0\0\x01a\0\0\0\x01s";

/// Salt and nonce of GCM; mark and salt of CBC.
fn head(is_gcm: bool) -> Vec<u8> {
    if is_gcm {
        [[1; 16].as_slice(), &NONCE].concat()
    } else {
        b"Salted__12345678".to_vec()
    }
}

fn initial(is_gcm: bool) -> &'static [u8] {
    if is_gcm {
        &NONCE
    } else {
        &BLOCK
    }
}

async fn sealed(is_gcm: bool, plain: &[u8]) -> String {
    let bound = if is_gcm { BOUND_TO } else { &[] };
    let promise = seal("M.", &head(is_gcm), plain, is_gcm, &KEY, initial(is_gcm), bound);
    let text = fulfilled(&promise).await.as_string().unwrap();
    text.strip_prefix("M.").unwrap().to_owned()
}

async fn opened(is_gcm: bool, text: &str) -> Result<JsValue, JsValue> {
    let bound = if is_gcm { BOUND_TO } else { &[] };
    settled(&open(text, head(is_gcm).len(), is_gcm, &KEY, initial(is_gcm), bound)).await
}

async fn texts_come_back() {
    for length in (0..20).chain([2048, 100_000]) {
        let text = "ä\u{feff}x\u{1f600}".chars().cycle().take(length).collect::<String>();
        let tagged = format!("t{text}");
        for (is_gcm, plain) in [(true, &tagged), (false, &text)] {
            let sealed = sealed(is_gcm, plain.as_bytes()).await;
            assert!(!(is_gcm && sealed.contains(['+', '/', '='])), "{sealed}");
            assert_eq!(opened(is_gcm, &sealed).await.unwrap().as_string().as_ref(), Some(&text));
        }
    }
}

#[wasm_bindgen_test]
async fn long_texts_come_back() {
    texts_come_back().await;
    let _older = OlderBrowser::new();
    texts_come_back().await;
}

#[wasm_bindgen_test]
async fn the_form_is_that_of_short_messages() {
    // As core/src/cipher/envelope.rs has it, made by Node's OpenSSL.
    let expected = "AQEBAQEBAQEBAQEBAQEBAQICAgICAgICAgICAnO-rCUmOFUBmdlXMSV5HdTbl-Bu55E";
    assert_eq!(sealed(true, b"thello").await, expected);
    let _older = OlderBrowser::new();
    assert_eq!(sealed(true, b"thello").await, expected);
}

#[wasm_bindgen_test]
async fn other_values_come_back() {
    let sealed = sealed(true, br#"j{"a":[1,null]}"#).await;
    let value = opened(true, &sealed).await.unwrap();
    assert_eq!(js_sys::JSON::stringify(&value).unwrap(), r#"{"a":[1,null]}"#);
}

#[wasm_bindgen_test]
async fn what_was_not_made_so_is_refused() {
    for plain in [&b""[..], b"x", b"xhello", b"jhello", b"j", b"t\xff"] {
        let sealed = sealed(true, plain).await;
        assert!(opened(true, &sealed).await.is_err(), "{plain:?}");
    }
    let utf8 = sealed(false, b"\xff").await;
    assert!(opened(false, &utf8).await.is_err());
    let whole = sealed(true, b"thello").await;
    for text in ["", "*", "AAAA", &whole[1..], &whole[..60], &whole.replace("nO", "nP")] {
        assert!(opened(true, text).await.is_err(), "{text}");
        assert!(opened(false, text).await.is_err(), "{text}");
    }
}
