//! A file being sent: pieces of a blob that were read, handed on piece by piece.

use super::chunk::text_of;
use super::digest::Digests;
use super::sink::Work;
use js_sys::{Promise, Uint8Array};
use skylink_core::Piece;
use skylink_protocol::file_channel::{frame_header, FRAME_SIZE, HEADER_SIZE, PAYLOAD_SIZE};
use skylink_protocol::lists::Keep as _;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    /// A promise of the bytes of a piece of a blob.
    #[wasm_bindgen(catch, js_name = read)]
    fn read_piece(blob: &JsValue, start: f64, end: f64) -> Result<Promise, JsValue>;
}

/// A block that was read.
#[derive(Debug)]
struct Block {
    offset: f64,
    bytes: Uint8Array,
}

impl Block {
    fn end(&self) -> f64 {
        self.offset + f64::from(self.bytes.length())
    }
}

/// What was read of a file and not sent yet.
#[derive(Debug, Default)]
pub struct Source {
    blocks: Vec<Block>,
    /// The digests of what was read.
    pub digests: Digests,
    /// Whether the core waits for the digest.
    pub is_asked: bool,
}

impl Source {
    /// Reads a piece; the promise is to be handed to [`Source::on_read`].
    ///
    /// # Errors
    /// The browser's, for what is no blob.
    pub fn read(blob: &JsValue, piece: Piece) -> Result<Promise, JsValue> {
        read_piece(blob, piece.offset, piece.offset + piece.length)
    }

    /// A piece was read. Gives the work of its blocks, if they are to be hashed.
    pub fn on_read(&mut self, piece: Piece, bytes: Uint8Array, block_size: Option<f64>) -> Vec<Work> {
        let mut work = Vec::new();
        if let Some(size) = block_size {
            let (mut index, mut start) = ((piece.offset / size) as usize, 0);
            while start < bytes.length() {
                let end = (size as u32).saturating_add(start);
                let hash = self.digests.add(index, &bytes.subarray(start, end));
                work.push(Work { hash, write: None });
                (index, start) = (index.saturating_add(1), end);
            }
        }
        self.blocks.push(Block { offset: piece.offset, bytes });
        work
    }

    /// The bytes at a place, up to the end of their block.
    fn at(&self, offset: f64) -> Option<(&Block, u32)> {
        let block = self.blocks.iter().find(|block| (block.offset..block.end()).contains(&offset))?;
        Some((block, (offset - block.offset) as u32))
    }

    /// Hands a piece on in frames, until one is refused. Forgets what ends before it.
    ///
    /// # Errors
    /// What `send` refused with; `undefined` for a piece that was not read.
    pub fn send_frames(
        &mut self,
        piece: Piece,
        mut send: impl FnMut(&[u8]) -> Result<(), JsValue>,
    ) -> Result<(), JsValue> {
        self.blocks.keep(|block| block.end() > piece.offset);
        let mut frame = vec![0; FRAME_SIZE.min(HEADER_SIZE.saturating_add(piece.length as usize))];
        let (mut offset, end) = (piece.offset, piece.offset + piece.length);
        while offset < end {
            let (block, start) = self.at(offset).ok_or(JsValue::UNDEFINED)?;
            let length = (PAYLOAD_SIZE as f64).min(end - offset).min(block.end() - offset);
            let bytes = block.bytes.subarray(start, start.saturating_add(length as u32));
            let (header, rest) = frame.split_at_mut(HEADER_SIZE);
            header.copy_from_slice(&frame_header(offset as u64));
            let Some(payload) = rest.get_mut(..length as usize) else { return Err(JsValue::UNDEFINED) };
            bytes.copy_to(payload);
            send(frame.get(..HEADER_SIZE.saturating_add(length as usize)).unwrap_or_default())?;
            offset += length;
        }
        Ok(())
    }

    /// A piece as text for 2.7.2. Forgets what ends with it. `None` if it was not read.
    pub fn take_text(&mut self, piece: Piece) -> Option<JsValue> {
        let (block, start) = self.at(piece.offset)?;
        let text = text_of(&block.bytes.subarray(start, start.saturating_add(piece.length as u32)));
        self.blocks.keep(|block| block.end() > piece.end());
        Some(text)
    }
}
