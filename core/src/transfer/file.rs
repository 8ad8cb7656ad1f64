//! What is said of a file: pieces of it, and how much of it is done.

/// Bytes of a file that belong together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Where they begin.
    pub offset: f64,
    /// How many they are.
    pub length: f64,
}

impl Piece {
    /// The piece at `offset` of a file, shorter where the file ends.
    pub(crate) fn of(size: f64, offset: f64, length: f64) -> Self {
        Self { offset, length: length.min(size - offset) }
    }

    /// Where they end.
    pub fn end(&self) -> f64 {
        self.offset + self.length
    }
}

/// How much of a whole is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PartOf {
    pub done: f64,
    pub whole: f64,
}

impl PartOf {
    pub fn new(whole: f64) -> Self {
        Self { done: 0.0, whole }
    }

    /// Between 0 and 1.
    pub fn part(&self) -> f64 {
        if self.whole > 0.0 {
            (self.done / self.whole).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}
