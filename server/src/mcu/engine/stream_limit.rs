//! Which streams of its SCTP association a client may send on. The engine makes an entry for each
//! stream that anything comes on, also if no channel was opened there, and goes through all of them
//! whenever something comes; of channels alone it tells. So what comes on streams that no browser
//! would use yet does not reach it.

/// Browsers take the lowest stream that is free, every other one, and a client may have 192 channels.
const MOST_STREAMS: u16 = 1024;
/// RFC 9260 3, 3.2: the header of a packet, that of a chunk.
const HEADER: usize = 12;
const CHUNK_HEADER: usize = 4;
/// RFC 9260 3.3.1, RFC 8260 2.1: in both, the stream comes behind the number of the chunk.
const DATA: u8 = 0;
const I_DATA: u8 = 64;
const STREAM: std::ops::Range<usize> = 8..10;

/// Whether a packet brings something on a stream that is too far up. It is not acknowledged then, so
/// the client goes no further.
pub(super) fn is_beyond(packet: &[u8]) -> bool {
    let mut rest = packet.get(HEADER..).unwrap_or_default();
    while let [kind, _, high, low, ..] = *rest {
        let stream = match rest.get(STREAM) {
            Some(&[high, low]) if kind == DATA || kind == I_DATA => u16::from_be_bytes([high, low]),
            _ => 0,
        };
        if stream >= MOST_STREAMS {
            return true;
        }
        let length = usize::from(u16::from_be_bytes([high, low])).max(CHUNK_HEADER);
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]
mod tests {
    use super::*;

    fn chunk(kind: u8, stream: u16, data: &[u8]) -> Vec<u8> {
        let mut chunk = vec![kind, 3, 0, (16 + data.len()) as u8, 0, 0, 0, 9];
        chunk.extend(stream.to_be_bytes());
        chunk.extend([0, 1, 0, 0, 0, 51]);
        chunk.extend(data);
        chunk.resize(chunk.len().next_multiple_of(4), 0);
        chunk
    }

    fn packet(chunks: &[Vec<u8>]) -> Vec<u8> {
        [&[0; HEADER][..], &chunks.concat()].concat()
    }

    #[test]
    fn data_far_up_are_found_wherever_they_are() {
        assert!(!is_beyond(&packet(&[chunk(DATA, 0, b"a"), chunk(DATA, 1023, b"ab")])));
        assert!(is_beyond(&packet(&[chunk(DATA, 1024, b"a")])));
        assert!(is_beyond(&packet(&[chunk(DATA, 0, b"abc"), chunk(I_DATA, 0xffff, b"a")])));
        // A reset names streams elsewhere; what it says there is no stream.
        assert!(!is_beyond(&packet(&[chunk(130, 0xffff, b"abc")])));
    }

    #[test]
    fn nonsense_ends() {
        for length in 0..40 {
            assert!(!is_beyond(&vec![0; length]));
            assert!(!is_beyond(&[&[0; HEADER][..], &vec![0xff; length]].concat()));
        }
    }
}
