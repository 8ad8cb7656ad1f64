//! What becomes of a round in which the browser refused something (peer behaviour 1.10).

use super::{Negotiation, Phase, Step};
use crate::{DescriptionKind, Timestamp};

/// How long after a failed description the next try is made; twice as long each further time.
const RETRY_WAIT: f64 = 1_000.0;
/// How many tries in a row may fail.
const MAX_FAILURES: u32 = 4;

impl Negotiation {
    /// The operation under way failed. It is tried again a little later, from the beginning.
    pub fn on_failed(&mut self, now: Timestamp) {
        if std::mem::take(&mut self.abandoned_offer) || std::mem::take(&mut self.ignores_next) {
            return;
        }
        match std::mem::replace(&mut self.phase, Phase::Stable) {
            Phase::Offering => {
                self.steps.push(Step::Failed { ours: false });
                self.retry_offer(now);
            }
            Phase::SettingOwnOffer { offer, .. } => {
                self.steps.push(Step::Failed { ours: true });
                self.refuse_answer(offer);
                self.retry_offer(now);
            }
            Phase::SettingAnswer { offer } => {
                self.steps.push(Step::Failed { ours: false });
                self.refuse_answer(offer);
                self.steps.push(Step::SetLocal { kind: DescriptionKind::Rollback, sdp: String::new() });
                self.retry_offer(now);
                self.phase = Phase::RollingBack;
            }
            Phase::SettingOffer { sdp, asks_answer } => {
                self.ignores_next = asks_answer;
                self.retry_answer(sdp, false, now);
            }
            Phase::Answering => self.retry_answered(false, now),
            Phase::SettingOwnAnswer { is_out, .. } => {
                if is_out {
                    // The peer has set this one and will take no other to the same offer.
                    self.wanted = Some(true);
                }
                self.retry_answered(true, now);
            }
            Phase::RollingBack => {}
            phase => self.phase = phase,
        }
        self.go_on();
    }

    /// The browser made no answer. Asked for one together with setting the offer, Chromium says so before it says
    /// what is wrong with the offer.
    pub fn on_answer_not_created(&mut self, now: Timestamp) {
        match &mut self.phase {
            Phase::SettingOffer { asks_answer, .. } if !self.ignores_next => *asks_answer = false,
            _ => self.on_failed(now),
        }
    }

    fn refuse_answer(&mut self, offer: String) {
        self.steps.push(Step::SendAck { success: false });
        // 2.7.2 ignores a refusal and would keep our next offer in a buffer for ever.
        self.owes_ack = true;
        self.last_answer.clear();
        self.refused = (self.failures == 0).then_some(offer);
    }

    /// The first try after a refusal is with the same offer. What was wished for meanwhile comes
    /// after it.
    pub(super) fn offer_again(&mut self, now: Timestamp) {
        if self.phase != Phase::Stable || self.waiting_offer.is_some() {
            return;
        }
        if let Some(offer) = self.refused.take() {
            self.restarting = self.wanted.take().unwrap_or(false);
            if self.wishes != self.carried {
                self.wanted = Some(self.restarting);
            }
            self.phase = Phase::Offering;
            self.on_offer_created(offer, now);
        }
    }

    fn retry_offer(&mut self, now: Timestamp) {
        self.wanted = Some(self.wanted.unwrap_or(false) || self.restarting);
        self.postpone(now);
    }

    fn retry_answered(&mut self, ours: bool, now: Timestamp) {
        let offer = self.answered.take().map(|(offer, _)| offer).unwrap_or_default();
        self.retry_answer(offer, ours, now);
    }

    /// The offer waits for its next try, unless a newer one waits already.
    fn retry_answer(&mut self, offer: String, ours: bool, now: Timestamp) {
        self.answered = None;
        self.steps.push(Step::Failed { ours });
        self.waiting_offer.get_or_insert(offer);
        self.postpone(now);
    }

    fn postpone(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        if self.failures > MAX_FAILURES {
            self.failures = 0;
            // An offer of the peer that cannot be taken is no reason to give up ours.
            if self.waiting_offer.take().is_none() {
                self.wanted = None;
            }
            self.steps.push(Step::GivenUp);
            return;
        }
        let doubled = f64::from(1_u32.checked_shl(self.failures.saturating_sub(1)).unwrap_or(1));
        self.retry_due = Some(now.plus(RETRY_WAIT * doubled));
    }
}
