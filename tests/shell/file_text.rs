use skylink_wasm::file::base64::{chunk, decode, encode};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen]
extern "C" {
    fn btoa(text: &str) -> String;
}

/// What the browser itself makes of the bytes.
fn browser_base64(bytes: &[u8]) -> String {
    btoa(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>())
}

#[wasm_bindgen_test]
fn base64_is_that_of_the_browser_and_reads_back() {
    for length in (0..70_usize).chain([49_152]) {
        let bytes: Vec<u8> = (0..length).map(|place| (place * 7 + length * 13) as u8).collect();
        let text = encode(&bytes);
        assert_eq!(text, browser_base64(&bytes), "{length} bytes");
        assert_eq!(decode(&text), Some((bytes, text.len())));
    }
}

#[wasm_bindgen_test]
fn every_letter_of_base64_is_read() {
    let bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(decode(&browser_base64(&bytes)).map(|(read, _)| read), Some(bytes));
}

#[wasm_bindgen_test]
fn white_space_is_passed_over_and_not_counted() {
    assert_eq!(decode(" QUJD\r\nR\tA = =\n"), Some((b"ABCD".to_vec(), 8)));
    assert_eq!(decode(""), Some((Vec::new(), 0)));
}

#[wasm_bindgen_test]
fn what_is_no_base64_is_refused() {
    for text in
        ["A", "ABCDE", "QQ==QQ==", "QQ=Q", "AB*D", "AB-_", "QUJD===", "{\"type\":\"ACK\"}", "\u{e9}AAA"]
    {
        assert_eq!(decode(text), None, "{text}");
    }
}

#[wasm_bindgen_test]
fn no_chunk_is_a_message_to_the_original() {
    for text in ["1234", "12345678", "1e10", "1E99", "true", "10e+0001", "9e+9", "null", "AAAA"] {
        let (bytes, characters) = decode(text).unwrap();
        assert_eq!(encode(&bytes), text);
        let sent = chunk(&bytes);
        let taken = js_sys::JSON::parse(&sent).is_ok_and(|value| value.is_truthy());
        assert!(!taken, "{sent}");
        assert_eq!(decode(&sent), Some((bytes, characters)), "{sent}");
    }
}
