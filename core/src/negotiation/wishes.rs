//! What is to be negotiated, and which round has done it.

use super::{Negotiation, Phase, Step};

impl Negotiation {
    /// Something changed that needs an offer: made now, or when the present round is over. The
    /// number that comes back is to be asked [`Negotiation::has_fulfilled`] about.
    pub fn want_offer(&mut self, ice_restart: bool) -> u32 {
        self.wishes = self.wishes.wrapping_add(1);
        if self.phase == Phase::Broken {
            self.steps.push(Step::GivenUp);
            return self.wishes;
        }
        self.wanted = Some(self.wanted.unwrap_or(false) || ice_restart);
        self.go_on();
        self.wishes
    }

    /// Whether an offer was wished for that is not out yet.
    pub fn wants_offer(&self) -> bool {
        self.wanted.is_some() || self.phase == Phase::Offering
    }

    /// The description that is made next carries everything wished for. An answer does so as well as
    /// an offer, but cannot restart ICE.
    pub fn carry(&mut self) {
        self.carried = self.wishes;
        self.wanted = self.wanted.filter(|ice_restart| *ice_restart);
    }

    /// Both sides agree on what the last description carried.
    pub fn fulfil(&mut self) {
        self.fulfilled = self.carried;
    }

    /// What was wished for failed too often. What is still to come is not given up with it.
    pub fn give_up(&mut self) {
        let ends_here = matches!(self.phase, Phase::Stable | Phase::Broken) && self.retry_due.is_none();
        self.fulfilled = if ends_here { self.wishes } else { self.carried };
    }

    /// Whether the round that a wish was for is over, well or not.
    pub fn has_fulfilled(&self, wish: u32) -> bool {
        wish <= self.fulfilled
    }
}
