//! What waits for one client.

use std::collections::VecDeque;

use super::frame::Frame;

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Capacity {
    /// Packets.
    pub(crate) frames: usize,
    /// Bytes of all of them; 0 means any. One alone always fits.
    pub(crate) bytes: usize,
}

/// Frames in order. What was taken out does not count any more, whatever became of it.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    frames: VecDeque<Frame>,
    bytes: usize,
}

impl Outbox {
    /// `false` if it does not fit in.
    pub(crate) fn push(&mut self, frame: Frame, most: Capacity) -> bool {
        let after = self.bytes.saturating_add(frame.len());
        let is_too_long = most.bytes > 0 && after > most.bytes && !self.frames.is_empty();
        if is_too_long || self.frames.len() >= most.frames {
            return false;
        }
        self.push_anyway(frame);
        true
    }

    /// Whatever waits.
    pub(crate) fn push_anyway(&mut self, frame: Frame) {
        self.bytes = self.bytes.saturating_add(frame.len());
        self.frames.push_back(frame);
    }

    /// The oldest ones: one, and more while they are not too many or too long.
    pub(crate) fn take(&mut self, most: Capacity) -> impl Iterator<Item = Frame> + '_ {
        let mut taken = Capacity { frames: 0, bytes: 0 };
        std::iter::from_fn(move || {
            let next = self.frames.front()?;
            let bytes = taken.bytes.saturating_add(next.len());
            if taken.frames >= most.frames || (taken.frames > 0 && bytes > most.bytes) {
                return None;
            }
            taken = Capacity { frames: taken.frames.saturating_add(1), bytes };
            let frame = self.frames.pop_front()?;
            self.bytes = self.bytes.saturating_sub(frame.len());
            if self.frames.is_empty() {
                // Thousands that are quiet need no memory for what they were sent once.
                self.frames = VecDeque::new();
            }
            Some(frame)
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: usize) -> Frame {
        Frame::packet_of(&"x".repeat(length.saturating_sub(2)))
    }

    const MOST: Capacity = Capacity { frames: 3, bytes: 100 };

    #[test]
    fn what_waits_is_limited_in_number_and_in_bytes() {
        let mut outbox = Outbox::default();
        assert!(outbox.push(frame(60), MOST));
        assert!(!outbox.push(frame(41), MOST));
        assert!(outbox.push(frame(40), MOST));
        assert!(!outbox.push(frame(2), MOST));
        assert!(outbox.push(frame(2), Capacity { bytes: 0, ..MOST }));
        assert!(!outbox.push(frame(2), Capacity { bytes: 0, ..MOST }));
    }

    #[test]
    fn one_alone_always_fits_and_what_was_taken_does_not_count() {
        let mut outbox = Outbox::default();
        for _ in 0..5 {
            assert!(outbox.push(frame(110), MOST));
            assert!(!outbox.push(frame(2), MOST));
            assert_eq!(outbox.take(MOST).count(), 1);
            assert!(outbox.is_empty());
            assert_eq!((outbox.bytes, outbox.frames.capacity()), (0, 0));
        }
    }

    #[test]
    fn a_handful_is_taken_in_order() {
        let mut outbox = Outbox::default();
        for length in [50, 60, 20, 10, 5, 4, 3] {
            outbox.push_anyway(frame(length));
        }
        let mut handful = || outbox.take(MOST).map(|frame| frame.len()).collect::<Vec<_>>();
        assert_eq!(handful(), [50]);
        assert_eq!(handful(), [60, 20, 10]);
        assert_eq!(handful(), [5, 4, 3]);
        assert!(handful().is_empty());
    }
}
