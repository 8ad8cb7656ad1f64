//! Randomness for the rooms. The operating system is asked once, at the start, when a failure can
//! still be told; after that there is none.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::connection::Entropy;

/// A secret from which any number of unpredictable bytes follow: SHA-256 over it and a counter.
pub struct Source {
    secret: [u8; 32],
    streams: AtomicU64,
}

impl Source {
    /// A source that nobody else has.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn new() -> Result<Self, getrandom::Error> {
        Ok(Self { secret: crate::random::key()?, streams: AtomicU64::new(0) })
    }

    /// Bytes that no other stream has.
    pub fn stream(&self) -> Stream {
        let number = self.streams.fetch_add(1, Ordering::Relaxed);
        Stream { secret: block(&self.secret, b"stream", number), blocks: 0 }
    }
}

/// An endless row of unpredictable bytes.
pub struct Stream {
    secret: [u8; 32],
    blocks: u64,
}

impl Entropy for Stream {
    fn fill(&mut self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(32) {
            let fresh = block(&self.secret, b"block", self.blocks);
            self.blocks = self.blocks.wrapping_add(1);
            for (byte, fresh) in part.iter_mut().zip(fresh) {
                *byte = fresh;
            }
        }
    }
}

/// The names keep the secrets of streams and what they give apart.
fn block(secret: &[u8; 32], name: &[u8], number: u64) -> [u8; 32] {
    Sha256::new().chain_update(secret).chain_update(name).chain_update(number.to_be_bytes()).finalize().into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn nothing_comes_twice() {
        let mut seen = BTreeSet::new();
        for source in [Source::new().unwrap(), Source::new().unwrap()] {
            for _ in 0..3 {
                let mut stream = source.stream();
                for _ in 0..5 {
                    let mut bytes = [0_u8; 48];
                    stream.fill(&mut bytes);
                    assert!(seen.insert(bytes.to_vec()));
                }
            }
        }
    }
}
