//! How files are cut into blocks, and put together.

use crate::settled::fulfilled;
use js_sys::Uint8Array;
use skylink_core::Piece;
use skylink_wasm::file::sink::{Closed, Sink, Work};
use skylink_wasm::file::source::Source;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Blob;

const BLOCK: f64 = 65_528.0;

fn bytes_of(length: usize) -> Vec<u8> {
    (0..length).map(|place| (place / 7 + length) as u8).collect()
}

/// Number and length of each block that is hashed.
fn hashed(work: &[Work]) -> Vec<(usize, u32)> {
    work.iter().filter_map(|work| work.hash.as_ref().map(|(_, number, length)| (*number, *length))).collect()
}

#[wasm_bindgen_test]
async fn a_piece_that_was_read_is_hashed_in_its_blocks() {
    let piece = Piece { offset: 4.0 * BLOCK, length: 2.0 * BLOCK + 5.0 };
    let read = || Uint8Array::from(bytes_of(piece.length as usize).as_slice());
    let mut source = Source::default();
    let work = source.on_read(piece, read(), Some(BLOCK));
    assert_eq!(hashed(&work), [(4, 65_528), (5, 65_528), (6, 5)]);
    // What 2.7.2 gets is not checked.
    assert!(Source::default().on_read(piece, read(), None).is_empty());
    let mut sent = Vec::new();
    let frames = source.send_frames(piece, |frame| {
        sent.extend_from_slice(&frame[8..]);
        Ok(())
    });
    assert_eq!((frames.is_ok(), sent), (true, bytes_of(piece.length as usize)));
}

#[wasm_bindgen_test]
async fn small_and_large_files_become_blobs_of_what_came() {
    for size in [1, 65_528, 200_000, 4_194_304, 4_194_305] {
        let bytes = bytes_of(size);
        // Not even how large it is has to be known.
        for known in [size as f64, 0.0] {
            let mut sink = Sink::new(Some(BLOCK), known, None).unwrap();
            let mut blocks = 0;
            for part in bytes.chunks(50_000) {
                blocks += sink.add(&Uint8Array::from(part)).len();
            }
            blocks += usize::from(sink.finish_block().hash.is_some());
            assert_eq!(blocks, size.div_ceil(65_528));
            let Closed::Blob(blob) = sink.close("text/x") else { panic!("there is no stream") };
            assert_eq!((blob.size(), blob.type_()), (size as f64, "text/x".to_owned()));
            assert!(content(&blob).await == bytes, "{size} bytes");
        }
    }
}

async fn content(blob: &Blob) -> Vec<u8> {
    Uint8Array::new(&fulfilled(&blob.array_buffer()).await).to_vec()
}
