//! The one source of randomness of a run: the same seed gives the same run.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::ops::Range;

#[derive(Debug)]
pub struct Chance(SmallRng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(SmallRng::seed_from_u64(seed))
    }

    pub fn happens(&mut self, probability: f64) -> bool {
        self.0.random_bool(probability)
    }

    /// Milliseconds within the range.
    pub fn delay(&mut self, range: &Range<f64>) -> f64 {
        self.0.random_range(range.clone())
    }
}
