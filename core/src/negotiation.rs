//! Offers and answers with one peer (wire protocol 5.26, peer behaviour 1.6 to 1.10).
//!
//! As in 2.7.2 the offerer applies its own offer only when the answer is there, so a lost glare
//! needs no rollback, and the answerer is done when `answerAck` comes. Unlike 2.7.2 no state
//! waits for ever: what does not come in time is repeated or taken as done.

mod failures;
mod wishes;

use crate::time::sooner;
use crate::{DescriptionKind, Timestamp};

/// How long an answer is waited for before the offer is sent again.
const ANSWER_WAIT: f64 = 8_000.0;
/// How long an `answerAck` is waited for before the round is taken as done.
const ACK_WAIT: f64 = 5_000.0;
/// How long a greeted newcomer may take to offer before we do.
const OFFER_WAIT: f64 = 10_000.0;
/// How often an offer is sent at the most.
const MAX_OFFERS: u32 = 4;

/// Where the handshake stands.
#[derive(Debug, Clone, PartialEq)]
enum Phase {
    /// The peer was greeted with `welcome` and is to offer.
    Greeting,
    /// The browser makes our offer.
    Offering,
    /// Our offer is out.
    OfferSent { sdp: String, sent: u32 },
    /// The answer is there; the browser sets our offer.
    SettingOwnOffer { offer: String, answer: String },
    /// The browser sets the answer.
    SettingAnswer { offer: String },
    /// The answer could not be set; the browser takes our offer back.
    RollingBack,
    /// The browser sets the remote offer, and may be asked for the answer already.
    SettingOffer { sdp: String, asks_answer: bool },
    /// The browser makes our answer.
    Answering,
    /// The browser sets our answer. It is out already, or goes when it is set; its `answerAck` may
    /// have come.
    SettingOwnAnswer { sdp: String, is_out: bool, is_acknowledged: bool },
    /// Our answer is out.
    AnswerSent,
    /// Nothing is under way.
    Stable,
    /// There is no connection, nor will there be.
    Broken,
}

/// What the negotiation wants done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// Add what is to be sent, then create an offer.
    CreateOffer { ice_restart: bool },
    /// Send the offer; the first one, a later one, or an old one again.
    SendOffer { sdp: String, repeated: bool },
    /// Add what is to be sent, then create an answer.
    CreateAnswer,
    /// Send the answer.
    SendAnswer { sdp: String },
    /// The answer is out and set.
    Answered,
    /// Send `answerAck`.
    SendAck { success: bool },
    /// The peer's `answerAck` is there.
    Acknowledged,
    /// Set a local description.
    SetLocal { kind: DescriptionKind, sdp: String },
    /// Set a remote description.
    SetRemote { kind: DescriptionKind, sdp: String },
    /// A remote description is in place.
    RemoteApplied { kind: DescriptionKind },
    /// Both sides agree.
    Settled,
    /// Something went wrong. `ours` tells whether with a local description.
    Failed { ours: bool },
    /// The peer did not answer however often it was asked.
    GivenUp,
}

/// Offers and answers with one peer.
#[derive(Debug)]
pub(crate) struct Negotiation {
    phase: Phase,
    /// A remote offer that has to wait. A later one replaces it.
    waiting_offer: Option<String>,
    /// An offer of ours that has to wait, and whether it restarts ICE.
    wanted: Option<bool>,
    /// The last remote offer set, and our answer to it, to recognise a repeated one.
    answered: Option<(String, String)>,
    /// The last answer taken, to recognise a late copy of it.
    last_answer: String,
    /// Whether the offer under way restarts ICE.
    restarting: bool,
    /// Whether the browser still makes an offer that is not wanted any more.
    abandoned_offer: bool,
    /// Whether what was asked of the browser behind something that failed has still to come of it.
    ignores_next: bool,
    /// Whether a remote description is in place.
    has_remote: bool,
    /// An offer that the peer has taken and we could not: one made anew may not fit its state.
    refused: Option<String>,
    /// Descriptions that failed since a round went well.
    failures: u32,
    /// Until then nothing new is begun, after a failure.
    retry_due: Option<Timestamp>,
    /// Whether the peer waits for an `answerAck` with success before it takes our next offer.
    owes_ack: bool,
    /// How many offers were wished for so far.
    wishes: u32,
    /// How many of them the description under way carries.
    carried: u32,
    /// How many of them are fulfilled, or were given up.
    fulfilled: u32,
    deadline: Option<Timestamp>,
    steps: Vec<Step>,
}

impl Negotiation {
    /// With a newcomer that was sent `welcome`.
    pub fn greeting(now: Timestamp) -> Self {
        Self::in_phase(Phase::Greeting, Some(now.plus(OFFER_WAIT)))
    }

    /// With nobody: there is no connection.
    pub fn idle() -> Self {
        Self::in_phase(Phase::Stable, None)
    }

    /// With a peer that sent us `welcome`: we make the first offer.
    pub fn offering() -> Self {
        let mut negotiation = Self::idle();
        negotiation.want_offer(false);
        negotiation
    }

    fn in_phase(phase: Phase, deadline: Option<Timestamp>) -> Self {
        Self {
            phase,
            waiting_offer: None,
            wanted: None,
            answered: None,
            last_answer: String::new(),
            restarting: false,
            abandoned_offer: false,
            ignores_next: false,
            has_remote: false,
            refused: None,
            failures: 0,
            retry_due: None,
            owes_ack: false,
            wishes: 0,
            carried: 0,
            fulfilled: 0,
            deadline,
            steps: Vec::new(),
        }
    }

    /// The steps to take, in order.
    pub fn take_steps(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }

    /// When [`Negotiation::on_deadline`] is due.
    pub fn deadline(&self) -> Option<Timestamp> {
        sooner(self.deadline, self.retry_due)
    }

    /// Whether remote candidates can be given to the browser now.
    pub fn takes_candidates(&self) -> bool {
        let is_settled = matches!(
            self.phase,
            Phase::Answering | Phase::SettingOwnAnswer { .. } | Phase::AnswerSent | Phase::Stable
        );
        is_settled && self.has_remote
    }

    /// Whether nothing is under way.
    pub fn is_stable(&self) -> bool {
        self.phase == Phase::Stable
    }

    /// The browser made no connection.
    pub fn break_off(&mut self) {
        self.phase = Phase::Broken;
        (self.wanted, self.waiting_offer) = (None, None);
        (self.deadline, self.retry_due) = (None, None);
        self.steps.push(Step::GivenUp);
    }

    /// The peer sent `welcome` although we greeted it too: somebody has to offer.
    pub fn on_welcome(&mut self) {
        if self.phase == Phase::Greeting {
            self.phase = Phase::Stable;
            self.deadline = None;
            self.want_offer(false);
        }
    }

    /// An offer came. `we_win` decides when both sides offered.
    pub fn on_offer(&mut self, offer: String, we_win: bool) {
        match &self.phase {
            Phase::Offering | Phase::OfferSent { .. } if we_win => {}
            // A lost glare: our offer is forgotten, what it carried travels in the answer or later.
            Phase::Greeting
            | Phase::Stable
            | Phase::AnswerSent
            | Phase::Offering
            | Phase::OfferSent { .. } => {
                self.accept(offer);
            }
            _ => self.waiting_offer = Some(offer),
        }
    }

    fn accept(&mut self, offer: String) {
        if let Some((seen, answer)) = &self.answered {
            if *seen == offer {
                self.steps.push(Step::SendAnswer { sdp: answer.clone() });
                return;
            }
        }
        if matches!(self.phase, Phase::Offering | Phase::OfferSent { .. }) && self.restarting {
            self.wanted = Some(true);
        }
        self.abandoned_offer |= self.phase == Phase::Offering;
        self.waiting_offer = None;
        self.refused = None;
        self.retry_due = None;
        self.deadline = None;
        self.steps.push(Step::SetRemote { kind: DescriptionKind::Offer, sdp: offer.clone() });
        self.phase = Phase::SettingOffer { sdp: offer, asks_answer: false };
    }

    /// The browser is asked for the answer together with setting the offer: it does one after the other.
    pub fn asks_answer_at_once(&mut self) {
        if let Phase::SettingOffer { asks_answer, .. } = &mut self.phase {
            *asks_answer = true;
        }
    }

    /// An answer came.
    pub fn on_answer(&mut self, sdp: String) {
        match std::mem::replace(&mut self.phase, Phase::Stable) {
            Phase::OfferSent { sdp: offer, .. } if self.last_answer != sdp => {
                self.deadline = None;
                self.last_answer.clone_from(&sdp);
                self.steps.push(Step::SetLocal { kind: DescriptionKind::Offer, sdp: offer.clone() });
                self.phase = Phase::SettingOwnOffer { offer, answer: sdp };
            }
            phase => {
                // To an offer repeated or overtaken: the answerer must not wait for ever.
                self.phase = phase;
                if matches!(self.phase, Phase::Stable | Phase::Offering) {
                    self.steps.push(Step::SendAck { success: true });
                }
            }
        }
    }

    /// `answerAck` came. Without success the round is over all the same. One to an answer that the browser still
    /// sets is told of after that.
    pub fn on_ack(&mut self) {
        if let Phase::SettingOwnAnswer { is_acknowledged, .. } = &mut self.phase {
            *is_acknowledged = true;
            return;
        }
        self.steps.push(Step::Acknowledged);
        if self.phase == Phase::AnswerSent {
            self.settle();
        }
    }

    /// The browser made an offer.
    pub fn on_offer_created(&mut self, sdp: String, now: Timestamp) {
        if std::mem::take(&mut self.abandoned_offer) {
            return;
        }
        if self.phase == Phase::Offering {
            self.refused = None;
            if std::mem::take(&mut self.owes_ack) {
                self.steps.push(Step::SendAck { success: true });
            }
            self.steps.push(Step::SendOffer { sdp: sdp.clone(), repeated: false });
            self.phase = Phase::OfferSent { sdp, sent: 1 };
            self.deadline = Some(now.plus(ANSWER_WAIT));
        }
    }

    /// The browser made an answer. With `goes_at_once` the peer gets it while it is set here, unless
    /// a description was refused before.
    pub fn on_answer_created(&mut self, sdp: String, goes_at_once: bool) {
        if std::mem::take(&mut self.ignores_next) {
            return;
        }
        if self.phase == Phase::Answering {
            self.steps.push(Step::SetLocal { kind: DescriptionKind::Answer, sdp: sdp.clone() });
            let is_out = goes_at_once && self.failures == 0;
            if is_out {
                self.send_answer(sdp.clone());
            }
            self.phase = Phase::SettingOwnAnswer { sdp, is_out, is_acknowledged: false };
        }
    }

    fn send_answer(&mut self, sdp: String) {
        if let Some((_, answer)) = &mut self.answered {
            answer.clone_from(&sdp);
        }
        self.steps.push(Step::SendAnswer { sdp });
    }

    /// The browser set a local description.
    pub fn on_local_set(&mut self, now: Timestamp) {
        match std::mem::replace(&mut self.phase, Phase::Stable) {
            Phase::SettingOwnOffer { offer, answer } => {
                self.steps.push(Step::SetRemote { kind: DescriptionKind::Answer, sdp: answer });
                self.phase = Phase::SettingAnswer { offer };
            }
            Phase::SettingOwnAnswer { sdp, is_out, is_acknowledged } => {
                if !is_out {
                    self.send_answer(sdp);
                }
                self.steps.push(Step::Answered);
                self.phase = Phase::AnswerSent;
                self.deadline = Some(now.plus(ACK_WAIT));
                if is_acknowledged {
                    self.on_ack();
                }
            }
            Phase::RollingBack => self.go_on(),
            phase => self.phase = phase,
        }
    }

    /// The browser set a remote description.
    pub fn on_remote_set(&mut self) {
        self.has_remote = true;
        match std::mem::replace(&mut self.phase, Phase::Stable) {
            Phase::SettingAnswer { .. } => {
                self.steps.push(Step::RemoteApplied { kind: DescriptionKind::Answer });
                self.steps.push(Step::SendAck { success: true });
                self.settle();
            }
            Phase::SettingOffer { sdp, asks_answer } => {
                self.answered = Some((sdp, String::new()));
                self.steps.push(Step::RemoteApplied { kind: DescriptionKind::Offer });
                if !asks_answer {
                    self.steps.push(Step::CreateAnswer);
                }
                self.phase = Phase::Answering;
            }
            phase => self.phase = phase,
        }
    }

    /// The time named by [`Negotiation::deadline`] has come.
    pub fn on_deadline(&mut self, now: Timestamp) {
        if self.retry_due.is_some_and(|due| due.is_due(now)) {
            self.retry_due = None;
            self.offer_again(now);
            self.go_on();
        }
        if !self.deadline.is_some_and(|due| due.is_due(now)) {
            return;
        }
        self.deadline = None;
        match std::mem::replace(&mut self.phase, Phase::Stable) {
            Phase::Greeting => {
                self.want_offer(false);
            }
            Phase::AnswerSent => self.settle(),
            Phase::OfferSent { sdp, sent } if sent < MAX_OFFERS => {
                self.steps.push(Step::SendOffer { sdp: sdp.clone(), repeated: true });
                self.phase = Phase::OfferSent { sdp, sent: sent.saturating_add(1) };
                self.deadline = Some(now.plus(ANSWER_WAIT));
            }
            Phase::OfferSent { .. } => {
                self.steps.push(Step::GivenUp);
                self.go_on();
            }
            phase => self.phase = phase,
        }
    }

    fn settle(&mut self) {
        self.phase = Phase::Stable;
        self.deadline = None;
        self.retry_due = None;
        self.failures = 0;
        self.steps.push(Step::Settled);
        self.go_on();
    }

    /// Takes up what had to wait. A remote offer comes first: it may carry our own wish.
    fn go_on(&mut self) {
        if self.phase != Phase::Stable || self.retry_due.is_some() {
            return;
        }
        if let Some(offer) = self.waiting_offer.take() {
            self.accept(offer);
            self.go_on();
        } else if let Some(ice_restart) = self.wanted.take() {
            self.restarting = ice_restart;
            self.steps.push(Step::CreateOffer { ice_restart });
            self.phase = Phase::Offering;
        }
    }
}

#[cfg(test)]
#[path = "negotiation_tests.rs"]
mod tests;
