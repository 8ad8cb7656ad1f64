//! The digest of a file: the SHA-256 of the SHA-256 of its blocks. Blocks are hashed by the browser
//! beside everything else where it can, here where it cannot.

use super::sha256::sha256;
use js_sys::{Promise, Uint8Array};
use skylink_protocol::lists::CollectVec as _;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    /// A promise of the SHA-256; `undefined` where the page has no `crypto.subtle`.
    #[wasm_bindgen(js_name = hash)]
    fn hash(bytes: &Uint8Array) -> Option<Promise>;
}

/// The digests of the blocks of one file, as far as they are known.
#[derive(Debug, Default)]
pub struct Digests {
    blocks: Vec<Option<[u8; 32]>>,
    /// Bytes of the blocks that are hashed, in any order.
    pub hashed: f64,
    waiting: u32,
}

impl Digests {
    /// Takes a block in. What a promise brings is to be handed to [`Digests::on_hashed`], with the block's number and
    /// length.
    pub fn add(&mut self, index: usize, block: &Uint8Array) -> Option<(Promise, usize, u32)> {
        if self.blocks.len() <= index {
            self.blocks.resize(index.saturating_add(1), None);
        }
        if self.blocks.get(index).is_some_and(Option::is_some) {
            return None;
        }
        let length = block.length();
        let promise = hash(block);
        if promise.is_some() {
            self.waiting = self.waiting.saturating_add(1);
        } else {
            self.put(index, sha256(&block.to_vec()), length);
        }
        promise.map(|promise| (promise, index, length))
    }

    /// The browser hashed a block of so many bytes.
    pub fn on_hashed(&mut self, index: usize, digest: &JsValue, length: u32) {
        self.waiting = self.waiting.saturating_sub(1);
        let mut bytes = [0; 32];
        let digest = Uint8Array::new(digest);
        if digest.length() == 32 {
            digest.copy_to(&mut bytes);
            self.put(index, bytes, length);
        }
    }

    fn put(&mut self, index: usize, digest: [u8; 32], length: u32) {
        if let Some(slot) = self.blocks.get_mut(index) {
            if slot.replace(digest).is_none() {
                self.hashed += f64::from(length);
            }
        }
    }

    /// The digest of all blocks; `None` while some are being hashed.
    pub fn whole(&self) -> Option<String> {
        if self.waiting > 0 {
            return None;
        }
        let all: Vec<u8> = self.blocks.iter().flatten().flatten().copied().collect_vec();
        let hex = |digit: u8| char::from(*b"0123456789abcdef".get(usize::from(digit)).unwrap_or(&b'0'));
        Some(sha256(&all).iter().flat_map(|byte| [hex(byte >> 4), hex(byte & 15)]).collect())
    }
}
