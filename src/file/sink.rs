//! A file being received: bytes are gathered into blocks, each block is hashed and put away, in a
//! part of a blob, which the browser may keep on disk, or in the app's own stream.

use super::digest::Digests;
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::Blob;

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    #[wasm_bindgen(js_name = join)]
    fn join(parts: &Array, mime: &str) -> Blob;
    #[wasm_bindgen(catch)]
    fn writer(stream: &JsValue) -> Result<JsValue, JsValue>;
    fn write(writer: &JsValue, bytes: &Uint8Array) -> Promise;
    fn close(writer: &JsValue) -> Promise;
    fn abort(writer: &JsValue);
}

/// Bytes in a block that is not checked.
const PLAIN_BLOCK: u32 = 1_048_576;
/// Bytes of a file that is made a blob in one piece: the page waits for another process with each blob.
const SMALL: f64 = 4_194_304.0;

/// Where the bytes go.
#[derive(Debug)]
enum Store {
    Parts(Array),
    Stream { writer: JsValue, is_closed: bool },
}

/// What is to be waited for with a block.
#[derive(Debug, Default)]
pub struct Work {
    /// Its hash, to be handed to [`Sink::on_hashed`] with the block's number and length.
    pub hash: Option<(Promise, usize, u32)>,
    /// That it is written, to be handed to [`Sink::on_written`] with its length.
    pub write: Option<(Promise, u32)>,
}

/// A file being received.
#[derive(Debug)]
pub struct Sink {
    store: Store,
    digests: Option<Digests>,
    /// The block being filled, and how far it is.
    block: Uint8Array,
    filled: u32,
    block_size: u32,
    is_small: bool,
    /// Bytes that have not come yet, as far as is known.
    rest: f64,
    blocks: usize,
    written: f64,
    /// Writes under way.
    writing: u32,
    /// Whether the core waits for the digest.
    pub is_asked: bool,
    /// MIME type, if the core waits for the end.
    pub closing: Option<String>,
    /// What the core waits for of a chunk that is written to a stream.
    pub decoded: Option<f64>,
}

impl Sink {
    /// Begins to receive. With a block size every block is hashed.
    ///
    /// # Errors
    /// The browser's, for a stream that cannot be written to.
    pub fn new(block_size: Option<f64>, size: f64, stream: Option<&JsValue>) -> Result<Self, JsValue> {
        let store = match stream {
            Some(stream) => Store::Stream { writer: writer(stream)?, is_closed: false },
            None => Store::Parts(Array::new()),
        };
        Ok(Self {
            store,
            digests: block_size.map(|_| Digests::default()),
            block: Uint8Array::new_with_length(0),
            filled: 0,
            block_size: block_size.map_or(PLAIN_BLOCK, |size| size as u32),
            is_small: (1.0..=SMALL).contains(&size),
            rest: size,
            blocks: 0,
            written: 0.0,
            writing: 0,
            is_asked: false,
            closing: None,
            decoded: None,
        })
    }

    /// Whether the bytes go to the app's stream.
    pub fn has_stream(&self) -> bool {
        matches!(self.store, Store::Stream { .. })
    }

    /// Takes bytes in; gives the work of the blocks that became full.
    pub fn add(&mut self, bytes: &Uint8Array) -> Vec<Work> {
        let mut work = Vec::new();
        let mut taken = 0;
        while taken < bytes.length() {
            if self.filled == self.block.length() {
                self.begin_block();
            }
            let room = self.block.length().saturating_sub(self.filled);
            let length = room.min(bytes.length().saturating_sub(taken));
            let end = taken.saturating_add(length);
            self.block.set(&bytes.subarray(taken, end), self.filled);
            self.filled = self.filled.saturating_add(length);
            taken = end;
            if self.filled == self.block.length() {
                work.push(self.finish_block());
            }
        }
        work
    }

    fn begin_block(&mut self) {
        let known = if self.rest >= 1.0 { self.rest } else { f64::from(self.block_size) };
        let length = known.min(f64::from(self.block_size));
        self.rest -= length;
        self.block = Uint8Array::new_with_length(length as u32);
        self.filled = 0;
    }

    /// Puts the block away that is being filled.
    pub fn finish_block(&mut self) -> Work {
        let (block, length) = (self.block.subarray(0, self.filled), self.filled);
        self.block = Uint8Array::new_with_length(0);
        self.filled = 0;
        if length == 0 {
            return Work::default();
        }
        let index = self.blocks;
        self.blocks = index.saturating_add(1);
        let hash = self.digests.as_mut().and_then(|digests| digests.add(index, &block));
        let write = match &self.store {
            Store::Parts(parts) => {
                if self.is_small {
                    parts.push(&block);
                } else {
                    parts.push(&join(&Array::of1(&block), ""));
                }
                self.written += f64::from(length);
                None
            }
            Store::Stream { writer, .. } => {
                self.writing = self.writing.saturating_add(1);
                Some((write(writer, &block), length))
            }
        };
        Work { hash, write }
    }

    /// A block was hashed.
    pub fn on_hashed(&mut self, index: usize, digest: &JsValue, length: u32) {
        if let Some(digests) = &mut self.digests {
            digests.on_hashed(index, digest, length);
        }
    }

    /// A block was written.
    pub fn on_written(&mut self, length: u32) {
        self.writing = self.writing.saturating_sub(1);
        self.written += f64::from(length);
    }

    /// Bytes that are put away, and hashed if they have to be.
    pub fn stored(&self) -> f64 {
        self.digests.as_ref().map_or(self.written, |digests| digests.hashed.min(self.written))
    }

    /// Whether nothing is being written.
    pub fn is_quiet(&self) -> bool {
        self.writing == 0
    }

    /// The digest of everything, once all is hashed.
    pub fn digest(&self) -> Option<String> {
        self.digests.as_ref().and_then(Digests::whole)
    }

    /// Makes a blob of everything, or closes the stream.
    pub fn close(&mut self, mime: &str) -> Closed {
        match &mut self.store {
            Store::Parts(parts) => Closed::Blob(join(parts, mime)),
            Store::Stream { writer, is_closed } => {
                *is_closed = true;
                Closed::Stream(close(writer))
            }
        }
    }
}

/// The end of a file.
#[derive(Debug)]
pub enum Closed {
    /// It is a blob.
    Blob(Blob),
    /// The app's stream is being closed.
    Stream(Promise),
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Store::Stream { writer, is_closed: false } = &self.store {
            abort(writer);
        }
    }
}
