//! ICE candidates of both sides (peer behaviour 1.11).

use crate::reports::{ICE_CANDIDATE, ICE_GATHERING};
use crate::room::Room;
use crate::sdp::{candidate_ufrag, candidate_word, has_mid, has_ufrag};
use crate::session::Context;
use crate::{ConnectionOp, ErrorCode, Handle, Output, SkylinkError, Timestamp};
use skylink_protocol::lists::Keep as _;
use skylink_protocol::signaling::{Candidate, EndOfCandidates};
use skylink_protocol::{Object, Value};

/// How long after gathering the other side is told how many candidates there were.
const END_DELAY: f64 = 6_000.0;

/// How many remote candidates may wait for their description.
const MAX_WAITING: usize = 500;

/// A remote candidate with the number that its result comes back with.
#[derive(Debug, Clone)]
struct Numbered {
    number: u32,
    message: Candidate,
}

/// The candidates exchanged with one peer.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// The remote description being set.
    pub coming_sdp: String,
    /// The remote description in place, which tells the m-sections there are.
    remote_sdp: String,
    waiting: Vec<Numbered>,
    processing: Vec<Numbered>,
    received: u32,
    processed: u32,
    sent: u32,
    /// How many the peer said there would be.
    expected: Option<f64>,
    end_due: Option<Timestamp>,
    gathering: bool,
}

impl Candidates {
    pub fn remote_sdp(&self) -> &str {
        &self.remote_sdp
    }

    pub fn deadline(&self) -> Option<Timestamp> {
        self.end_due
    }

    /// The remote description was set.
    pub fn on_remote_applied(&mut self) {
        self.remote_sdp = std::mem::take(&mut self.coming_sdp);
    }

    /// Whether the candidate belongs to the remote description in place. One of another ICE
    /// generation has to wait for its own; old clients do not tell.
    fn fits(&self, candidate: &Candidate) -> bool {
        candidate_ufrag(&candidate.candidate).is_none_or(|ufrag| has_ufrag(&self.remote_sdp, ufrag))
    }
}

impl Room {
    /// Whether candidates of this type are dropped. A media server is reached directly even by
    /// those who are to go through relays.
    pub fn filters(&self, candidate_type: &str) -> bool {
        let exempt = self.has_media_server() && self.options.force_turn();
        !exempt && self.options.filters(candidate_type)
    }

    /// The browser found a candidate of ours, or has no more.
    pub fn on_local_candidate(
        &mut self,
        context: &mut Context,
        id: &str,
        candidate: String,
        mid: Option<String>,
        line: Option<f64>,
    ) {
        let filtered = self.filters(candidate_word(&candidate, 7));
        let (rid, own_id) = (self.rid.clone(), self.own_id());
        let Some(peer) = self.peer_mut(id) else { return };
        if candidate.is_empty() || filtered {
            return;
        }
        peer.candidates.sent = peer.candidates.sent.saturating_add(1);
        let message = Candidate { label: line, id: mid, candidate, mid: own_id, target: id.to_owned(), rid };
        self.send(context, &message.into());
    }

    pub fn on_gathering_state(&mut self, context: &mut Context, id: &str, state: &str) {
        let due = context.now.plus(END_DELAY);
        let Some(peer) = self.peer_mut(id) else { return };
        if state == "complete" && peer.candidates.gathering {
            peer.candidates.end_due = Some(due);
        }
        peer.candidates.gathering = state == "gathering";
        let detail = Object::new().with("state", state).with("room", self.info()).with("peerId", id);
        context.event("candidateGenerationState", detail);
        let policy = |key: &str| self.configuration.get(key).cloned().unwrap_or_default();
        let report = Object::new()
            .with("is_remote", false)
            .with("bundlePolicy", policy("bundlePolicy"))
            .with("rtcpMuxPolicy", policy("rtcpMuxPolicy"));
        self.report_on(context, ICE_GATHERING, (id, state), report);
    }

    pub fn send_end_of_candidates_when_due(&mut self, context: &mut Context, id: &str) {
        let now = context.now;
        let (rid, own_id) = (self.rid.clone(), self.own_id());
        let Some(peer) = self.peer_mut(id) else { return };
        if peer.candidates.end_due.is_some_and(|due| due.is_due(now)) {
            peer.candidates.end_due = None;
            let expected = Some(f64::from(peer.candidates.sent));
            let message = EndOfCandidates { expected, mid: own_id, target: id.to_owned(), rid };
            self.send(context, &message.into());
        }
    }

    pub fn on_end_of_candidates(&mut self, context: &mut Context, message: &EndOfCandidates) {
        if let Some(peer) = self.peer_mut(&message.mid) {
            peer.candidates.expected = message.expected;
            self.tell_when_gathered(context, &message.mid);
        }
    }

    /// `CANDIDATES_GATHERED`, once all that were announced have come.
    fn tell_when_gathered(&mut self, context: &mut Context, id: &str) {
        let Some(peer) = self.peer_mut(id) else { return };
        let candidates = &mut peer.candidates;
        let received = f64::from(candidates.received);
        if let Some(expected) = candidates.expected.filter(|expected| received >= *expected) {
            candidates.expected = None;
            let length = Object::new()
                .with("expected", expected)
                .with("received", received)
                .with("processed", f64::from(candidates.processed));
            let detail =
                Object::new().with("room", self.info()).with("peerId", id).with("candidatesLength", length);
            context.event("candidatesGathered", detail);
        }
    }

    /// A candidate of a peer came.
    pub fn on_candidate(&mut self, context: &mut Context, message: Candidate) {
        let id = message.mid.clone();
        if message.candidate.is_empty() && message.id.is_none() {
            return;
        }
        let candidate = Numbered { number: context.fresh(), message };
        let filtered = self.filters(candidate_word(&candidate.message.candidate, 7));
        let Some(peer) = self.connected_peer(&id) else {
            self.candidate_event(context, &candidate, "received", Value::Null);
            return self.drop_candidate(context, &candidate, ErrorCode::NoConnection);
        };
        peer.candidates.received = peer.candidates.received.saturating_add(1);
        let takes = peer.negotiation.takes_candidates() && peer.candidates.fits(&candidate.message);
        let has_space = peer.candidates.waiting.len() < MAX_WAITING;
        self.candidate_event(context, &candidate, "received", Value::Null);
        if filtered || !(takes || has_space) {
            self.drop_candidate(context, &candidate, ErrorCode::CandidateFiltered);
        } else if takes {
            self.process_candidate(context, &id, candidate);
        } else {
            self.candidate_event(context, &candidate, "buffered", Value::Null);
            if let Some(peer) = self.peer_mut(&id) {
                peer.candidates.waiting.push(candidate);
            }
        }
        self.tell_when_gathered(context, &id);
    }

    /// Hands in what waited for a remote description.
    pub fn flush_candidates(&mut self, context: &mut Context, id: &str) {
        let Some(peer) = self.peer_mut(id) else { return };
        if !peer.negotiation.takes_candidates() {
            return;
        }
        let mut waiting = std::mem::take(&mut peer.candidates.waiting);
        let ready = waiting.take_out(|it| peer.candidates.fits(&it.message));
        peer.candidates.waiting = waiting;
        for candidate in ready {
            self.process_candidate(context, id, candidate);
        }
    }

    fn process_candidate(&mut self, context: &mut Context, id: &str, candidate: Numbered) {
        self.candidate_event(context, &candidate, "processing", Value::Null);
        let Some(peer) = self.peer_mut(id) else { return };
        let known_mid = match &candidate.message.id {
            Some(mid) => has_mid(&peer.candidates.remote_sdp, mid),
            None => candidate.message.label.is_some(),
        };
        if !known_mid {
            return self.drop_candidate(context, &candidate, ErrorCode::SdpError);
        }
        let op = ConnectionOp::AddCandidate {
            number: candidate.number,
            candidate: candidate.message.candidate.clone(),
            mid: candidate.message.id.clone(),
            line: candidate.message.label,
        };
        peer.candidates.processing.push(candidate);
        context.connection(peer.connection, op);
    }

    /// The browser took a candidate, or not.
    pub fn on_candidate_added(
        &mut self,
        context: &mut Context,
        id: &str,
        number: u32,
        error: Option<Handle>,
    ) {
        let Some(peer) = self.peer_mut(id) else { return };
        let Some(place) = peer.candidates.processing.iter().position(|c| c.number == number) else { return };
        let candidate = peer.candidates.processing.remove(place);
        match error {
            None => {
                peer.candidates.processed = peer.candidates.processed.saturating_add(1);
                self.candidate_event(context, &candidate, "processSuccess", Value::Null);
            }
            Some(error) => self.candidate_event(context, &candidate, "processError", Value::Handle(error)),
        }
    }

    fn drop_candidate(&self, context: &mut Context, candidate: &Numbered, code: ErrorCode) {
        let error = context.make_error(&SkylinkError::new(code));
        self.candidate_event(context, candidate, "dropped", Value::Handle(error));
        context.push(Output::Release(error));
    }

    fn candidate_event(&self, context: &mut Context, candidate: &Numbered, state: &str, error: Value) {
        let message = &candidate.message;
        let text = message.candidate.as_str();
        let word = candidate_word(text, 0);
        let foundation = word.strip_prefix("candidate:").unwrap_or(word);
        let shown: Value = if state == "buffered" {
            text.into()
        } else {
            Object::new()
                .with("candidate", text)
                .with("sdpMid", message.id.clone())
                .with("sdpMLineIndex", message.label)
                .into()
        };
        let candidate_id = ["can-", foundation].concat();
        let reported = match state {
            "processSuccess" => "process_success",
            "processError" => "process_failed",
            other => other,
        };
        if state != "received" {
            let report = Object::new()
                .with("is_remote", true)
                .with("candidate_id", candidate_id.as_str())
                .with("candidate_sdp_mid", message.id.clone())
                .with("candidate_sdp_mindex", message.label)
                .with("candidate_candidate", text);
            self.report_on(context, ICE_CANDIDATE, (&message.mid, reported), report);
        }
        let detail = Object::new()
            .with("room", self.info())
            .with("state", state)
            .with("peerId", message.mid.as_str())
            .with("candidateId", candidate_id)
            .with("candidateType", candidate_word(text, 7))
            .with("candidate", shown)
            .with("error", error);
        context.event("candidateProcessingState", detail);
    }
}
