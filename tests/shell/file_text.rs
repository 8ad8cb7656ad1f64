use js_sys::{Reflect, Uint8Array};
use skylink_wasm::file::chunk::{bytes_of, text_of};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen]
extern "C" {
    fn btoa(text: &str) -> String;
    #[wasm_bindgen(thread_local_v2, js_name = Uint8Array)]
    static UINT8_ARRAY: JsValue;
}

/// What the browser itself makes of the bytes.
fn browser_base64(bytes: &[u8]) -> String {
    btoa(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>())
}

fn text(bytes: &[u8]) -> String {
    text_of(&bytes.into()).as_string().unwrap()
}

fn read(text: &str) -> Option<Vec<u8>> {
    Some(bytes_of(&text.into()).ok()?.to_vec())
}

/// While it lives, the browser has no base64 of its own, as older ones never had it.
pub struct OlderBrowser([(JsValue, JsValue, JsValue); 2]);

impl OlderBrowser {
    pub fn new() -> Self {
        let class = UINT8_ARRAY.with(Clone::clone);
        let prototype = Reflect::get(&class, &"prototype".into()).unwrap();
        Self([(class, "fromBase64"), (prototype, "toBase64")].map(|(owner, name)| {
            let name = JsValue::from(name);
            let own = Reflect::get(&owner, &name).unwrap();
            assert!(own.is_function(), "this browser is one of the older ones");
            Reflect::set(&owner, &name, &JsValue::UNDEFINED).unwrap();
            (owner, name, own)
        }))
    }
}

impl Drop for OlderBrowser {
    fn drop(&mut self) {
        for (owner, name, own) in &self.0 {
            Reflect::set(owner, name, own).unwrap();
        }
    }
}

fn without_base64(action: impl FnOnce()) {
    let _older = OlderBrowser::new();
    action();
}

fn travel() {
    for length in (1..70_usize).chain([49_152]) {
        let bytes: Vec<u8> = (0..length).map(|place| (place * 7 + length * 13) as u8).collect();
        let text = text(&bytes);
        assert_eq!(text, browser_base64(&bytes), "{length} bytes");
        assert_eq!(read(&text), Some(bytes));
    }
}

#[wasm_bindgen_test]
fn chunks_are_base64_and_read_back() {
    travel();
    without_base64(travel);
}

#[wasm_bindgen_test]
fn white_space_is_passed_over() {
    let read_it = || {
        assert_eq!(read(" QUJD\r\nR\t\u{b}A = =\n"), Some(b"ABCD".to_vec()));
        assert_eq!(read(""), Some(Vec::new()));
    };
    read_it();
    without_base64(read_it);
}

fn refuse() {
    for text in
        ["A", "ABCDE", "QQ==QQ==", "QQ=Q", "AB*D", "AB-_", "QUJD===", "{\"type\":\"ACK\"}", "\u{e9}AAA"]
    {
        assert_eq!(read(text), None, "{text}");
    }
}

#[wasm_bindgen_test]
fn what_is_no_base64_is_refused() {
    refuse();
    without_base64(refuse);
}

#[wasm_bindgen_test]
fn no_chunk_is_a_message_to_the_original() {
    for base64 in ["1234", "12345678", "1e10", "1E99", "true", "10e+0001", "9e+9", "null", "AAAA"] {
        let bytes = read(base64).unwrap();
        assert_eq!(browser_base64(&bytes), base64);
        let sent = text(&bytes);
        let taken = js_sys::JSON::parse(&sent).is_ok_and(|value| value.is_truthy());
        assert!(!taken, "{sent}");
        assert_eq!(read(&sent), Some(bytes), "{sent}");
    }
}

#[wasm_bindgen_test]
fn a_part_of_what_was_read_is_a_chunk() {
    let whole = Uint8Array::from([0, 1, 2, 3, 4, 5, 6].as_slice());
    assert_eq!(text_of(&whole.subarray(1, 4)).as_string().unwrap(), browser_base64(&[1, 2, 3]));
}
