//! Datagrams in a stream, each after its length in two bytes (RFC 4571), as ICE over TCP has them
//! (RFC 6544).

/// Longer datagrams do not come over networks as they are.
pub const LONGEST_DATAGRAM: usize = 2048;

/// A datagram that is longer than any that makes sense; the stream is of no use any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a frame of {0} bytes")]
pub struct TooLong(usize);

/// Takes a stream apart.
#[derive(Debug, Default)]
pub struct Framing {
    bytes: Vec<u8>,
    /// How much of it was given out.
    done: usize,
}

impl Framing {
    /// More of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.done.min(self.bytes.len()));
        self.done = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next datagram, once all of it is there. Empty ones are passed over.
    ///
    /// # Errors
    /// When the stream announces a datagram longer than any.
    pub fn next(&mut self) -> Result<Option<&[u8]>, TooLong> {
        loop {
            let rest = self.bytes.get(self.done..).unwrap_or_default();
            let Some((length, rest)) = rest.split_first_chunk::<2>() else { return Ok(None) };
            let length = usize::from(u16::from_be_bytes(*length));
            if length > LONGEST_DATAGRAM {
                return Err(TooLong(length));
            }
            if rest.len() < length {
                return Ok(None);
            }
            let start = self.done.saturating_add(2);
            self.done = start.saturating_add(length);
            if length > 0 {
                return Ok(self.bytes.get(start..self.done));
            }
        }
    }
}

/// A datagram with its length in front; `None` if it is too long for that.
pub fn framed(datagram: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(datagram.len()).ok()?;
    Some([&length.to_be_bytes()[..], datagram].concat())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_was_framed_comes_out_however_the_stream_is_cut(
            datagrams in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..1500), 0..20),
            cut in 1_usize..3000,
        ) {
            let stream: Vec<u8> = datagrams.iter().flat_map(|datagram| framed(datagram).unwrap()).collect();
            let mut framing = Framing::default();
            let mut found = Vec::new();
            for part in stream.chunks(cut) {
                framing.push(part);
                while let Some(datagram) = framing.next().unwrap() {
                    found.push(datagram.to_vec());
                }
                prop_assert!(framing.bytes.len() <= part.len() + 2 + LONGEST_DATAGRAM);
            }
            let sent: Vec<Vec<u8>> = datagrams.into_iter().filter(|datagram| !datagram.is_empty()).collect();
            prop_assert_eq!(found, sent);
        }
    }

    #[test]
    fn lengths_that_make_no_sense_are_noticed() {
        let mut framing = Framing::default();
        framing.push(&[0xff, 0xff]);
        assert_eq!(framing.next(), Err(TooLong(65_535)));
        assert_eq!(framed(&[0; 70_000]), None);
    }
}
