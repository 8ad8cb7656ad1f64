use crate::settled::fulfilled;
use js_sys::{Promise, Uint8Array};
use skylink_wasm::file::digest::Digests;
use skylink_wasm::file::sha256::sha256;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen]
extern "C" {
    /// What the browser itself makes of the bytes.
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = digest)]
    fn browser_digest(algorithm: &str, bytes: &Uint8Array) -> Promise;
}

async fn browser_sha256(bytes: &[u8]) -> Vec<u8> {
    let digest = fulfilled(&browser_digest("SHA-256", &Uint8Array::from(bytes))).await;
    Uint8Array::new(&digest).to_vec()
}

fn bytes_of(length: usize) -> Vec<u8> {
    (0..length).map(|place| (place * 31 + length) as u8).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[wasm_bindgen_test]
async fn sha256_is_that_of_the_browser() {
    // Around the ends of one and two blocks, where the padding needs another one.
    for length in (0..=130).chain([1_000, 65_536, 1_000_001]) {
        let bytes = bytes_of(length);
        assert_eq!(sha256(&bytes).to_vec(), browser_sha256(&bytes).await, "{length} bytes");
    }
}

#[wasm_bindgen_test]
async fn a_file_is_known_by_the_digests_of_its_blocks_in_their_order() {
    let blocks = [bytes_of(1_000), bytes_of(2_000), bytes_of(30)];
    let mut digests = Digests::default();
    let hashing = [0, 1, 2].map(|index| digests.add(index, &Uint8Array::from(blocks[index].as_slice())));
    for index in [2, 0, 1] {
        assert_eq!(digests.whole(), None, "block {index} is being hashed");
        let (promise, number, length) = hashing[index].as_ref().unwrap();
        assert_eq!((*number, *length), (index, blocks[index].len() as u32));
        digests.on_hashed(index, &fulfilled(promise).await, *length);
    }
    assert_eq!(digests.hashed, 3_030.0);
    let mut all = Vec::new();
    for block in &blocks {
        all.extend(browser_sha256(block).await);
    }
    assert_eq!(digests.whole(), Some(hex(&browser_sha256(&all).await)));
    // A block that is read again is not hashed again.
    assert!(digests.add(1, &Uint8Array::from(blocks[1].as_slice())).is_none());
}
