use super::*;
use proptest::prelude::*;

fn piece(size: f64, number: f64) -> Piece {
    Piece::of(size, number * CHUNK_SIZE, CHUNK_SIZE)
}

/// Steps until it waits; the browser reads at once.
fn steps(upload: &mut ChunkedUpload) -> Vec<Piece> {
    let mut sent = Vec::new();
    while let Some(step) = upload.next_step() {
        match step {
            ChunkStep::Read(piece) => upload.on_read(piece),
            ChunkStep::Send(piece) => sent.push(piece),
        }
    }
    sent
}

#[test]
fn nothing_is_read_or_sent_before_the_receiver_accepts() {
    let mut upload = ChunkedUpload::new(CHUNK_SIZE);
    assert_eq!(upload.next_step(), None);
    assert_eq!(upload.on_acknowledge(1.0), Acknowledged::Nothing);
    assert_eq!(upload.next_step(), None);
    assert_eq!(upload.on_acknowledge(0.0), Acknowledged::Started);
    assert_eq!(upload.next_step(), Some(ChunkStep::Read(piece(CHUNK_SIZE, 0.0))));
    assert_eq!(upload.next_step(), None);
}

#[test]
fn a_chunk_goes_out_for_each_acknowledgement() {
    let size = 2.0 * CHUNK_SIZE + 1.0;
    let mut upload = ChunkedUpload::new(size);
    upload.on_acknowledge(0.0);
    assert_eq!(steps(&mut upload), [piece(size, 0.0)]);
    assert_eq!(upload.part(), 0.0);
    assert_eq!(upload.on_acknowledge(1.0), Acknowledged::Chunk);
    assert_eq!(steps(&mut upload), [piece(size, 1.0)]);
    assert_eq!(upload.on_acknowledge(2.0), Acknowledged::Chunk);
    // The byte that 2.7.2 loses.
    assert_eq!(steps(&mut upload), [Piece { offset: 2.0 * CHUNK_SIZE, length: 1.0 }]);
    assert_eq!(upload.on_acknowledge(3.0), Acknowledged::Everything);
    assert_eq!(upload.part(), 1.0);
}

#[test]
fn acknowledgements_out_of_order_mean_nothing() {
    let mut upload = ChunkedUpload::new(5.0 * CHUNK_SIZE);
    upload.on_acknowledge(0.0);
    steps(&mut upload);
    for number in [0.0, 2.0, 5.0, 1e300, 0.5, f64::NAN, f64::INFINITY] {
        assert_eq!(upload.on_acknowledge(number), Acknowledged::Nothing, "{number}");
    }
    assert_eq!(upload.on_acknowledge(1.0), Acknowledged::Chunk);
    assert_eq!(upload.on_acknowledge(1.0), Acknowledged::Nothing);
    // Not before it was sent.
    assert_eq!(upload.on_acknowledge(2.0), Acknowledged::Nothing);
    assert_eq!(steps(&mut upload).len(), 1);
}

#[test]
fn pieces_that_were_not_asked_for_are_ignored() {
    let mut upload = ChunkedUpload::new(3.0 * CHUNK_SIZE);
    upload.on_acknowledge(0.0);
    let all = Piece { offset: 0.0, length: 3.0 * CHUNK_SIZE };
    upload.on_read(all);
    assert_eq!(upload.next_step(), Some(ChunkStep::Read(all)));
    upload.on_read(piece(3.0 * CHUNK_SIZE, 0.0));
    assert_eq!(upload.next_step(), None);
    upload.on_read(all);
    assert_eq!(upload.next_step(), Some(ChunkStep::Send(piece(3.0 * CHUNK_SIZE, 0.0))));
    assert_eq!(upload.next_step(), None);
}

#[test]
fn chunks_are_read_together_and_before_they_are_wanted() {
    let size = (CHUNKS_READ + 1.0) * CHUNK_SIZE;
    let mut upload = ChunkedUpload::new(size);
    upload.on_acknowledge(0.0);
    let first = Piece { offset: 0.0, length: CHUNKS_READ * CHUNK_SIZE };
    assert_eq!(upload.next_step(), Some(ChunkStep::Read(first)));
    upload.on_read(first);
    let mut number = 0.0;
    let last = loop {
        match upload.next_step() {
            Some(ChunkStep::Send(sent)) => {
                assert_eq!(sent, piece(size, number));
                number += 1.0;
            }
            Some(ChunkStep::Read(read)) => break read,
            None => assert_eq!(upload.on_acknowledge(number), Acknowledged::Chunk),
        }
    };
    assert_eq!(last, piece(size, CHUNKS_READ));
    assert_eq!(number, CHUNKS_READ - 1.0, "one that is read waits for its turn");
    upload.on_acknowledge(number);
    assert_eq!(upload.next_step(), Some(ChunkStep::Send(piece(size, number))));
    upload.on_acknowledge(CHUNKS_READ);
    assert_eq!(upload.next_step(), None);
    upload.on_read(last);
    assert_eq!(upload.next_step(), Some(ChunkStep::Send(last)));
    assert_eq!(upload.next_step(), None);
}

fn download(bytes: f64, loses_last_byte: bool) -> ChunkedDownload {
    ChunkedDownload::new(text_length(bytes), Some(bytes), CHUNK_SIZE, loses_last_byte)
}

#[test]
fn a_file_is_there_when_its_text_is() {
    let mut download = download(CHUNK_SIZE + 2.0, true);
    assert_eq!(download.on_chunk(CHUNK_SIZE), Received::Part);
    assert!((download.part() - 65_536.0 / 65_540.0).abs() < 1e-9);
    assert_eq!(download.on_chunk(2.0), Received::Everything);
    assert_eq!(download.chunks, 2.0);
}

#[test]
fn too_much_too_little_and_nothing_are_wrong() {
    assert_eq!(download(10.0, false).on_chunk(15.0), Received::Wrong);
    let mut crumbs = download(10.0, false);
    assert!((0..3).all(|_| crumbs.on_chunk(1.0) == Received::Part));
    assert_eq!(crumbs.on_chunk(1.0), Received::Wrong, "the text is there, the bytes are not");
    assert_eq!(download(10.0, false).on_chunk(0.0), Received::Wrong);
}

#[test]
fn senders_that_tell_no_size_are_believed() {
    let mut known = ChunkedDownload::new(8.0, None, CHUNK_SIZE, false);
    assert_eq!(known.on_chunk(3.0), Received::Part);
    assert_eq!(known.on_chunk(6.0), Received::Everything);
    let mut unknown = ChunkedDownload::new(0.0, None, CHUNK_SIZE, false);
    assert_eq!(unknown.part(), 0.0);
    assert_eq!(unknown.on_chunk(3.0), Received::Everything);
}

/// Peer behaviour D16.
#[test]
fn the_last_byte_that_never_comes_is_noticed() {
    let mut broken = download(CHUNK_SIZE + 1.0, true);
    assert_eq!(broken.on_chunk(CHUNK_SIZE), Received::LastByteMissing);
    let mut sound = download(CHUNK_SIZE + 1.0, false);
    assert_eq!(sound.on_chunk(CHUNK_SIZE), Received::Part);
    assert_eq!(sound.on_chunk(1.0), Received::Everything);
    let mut middle = download(2.0 * CHUNK_SIZE + 1.0, true);
    assert_eq!(middle.on_chunk(CHUNK_SIZE), Received::Part);
}

proptest! {
    #[test]
    fn every_byte_is_sent_once_in_its_order(size in 1_u32..3_000_000) {
        let size = f64::from(size);
        let mut upload = ChunkedUpload::new(size);
        let mut done = 0.0;
        let mut number = 0.0;
        loop {
            let acknowledged = upload.on_acknowledge(number);
            if acknowledged == Acknowledged::Everything {
                break;
            }
            prop_assert_ne!(acknowledged, Acknowledged::Nothing);
            for piece in steps(&mut upload) {
                prop_assert_eq!(piece.offset, done);
                prop_assert!(piece.length > 0.0 && piece.length <= CHUNK_SIZE);
                done = piece.end();
            }
            number += 1.0;
        }
        prop_assert_eq!(done, size);
    }
}
