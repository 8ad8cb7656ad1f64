//! Restarting ICE unasked when a connection has failed, and beginning anew where that is no use.
//!
//! Where both sides are of this SDK, the one with the greater tie breaker offers, as in a glare, and the
//! other one only when that does not help. 2.7.2 waits for its app, so it gets our offer either way.

use crate::media_server::MEDIA_SERVER;
use crate::room::Room;
use crate::roster::Peer;
use crate::session::Context;
use crate::Timestamp;
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::Value;

/// How long the restart is left to the side with the greater tie breaker.
const COURTESY: f64 = 3_000.0;
/// How long the round under way, or the state of the connection after it, is given.
const PATIENCE: f64 = 5_000.0;
/// Between attempts, doubled each time up to the longest.
const FIRST_WAIT: f64 = 1_000.0;
const LONGEST_WAIT: f64 = 30_000.0;
/// With the browser's 15 s to find out that one failed, these are seven minutes.
const MOST_ATTEMPTS: u32 = 12;
/// For a connection that has never worked: there may be no way at all.
const FIRST_ATTEMPTS: u32 = 3;

/// How far a connection is in coming back.
#[derive(Debug, Default)]
pub(crate) struct IceRecovery {
    attempts: u32,
    /// When ICE is restarted, or a new connection made.
    pub due: Option<Timestamp>,
    /// Whether the connection is of no use any more, whatever the browser says of it.
    is_lost: bool,
    /// Whether it worked once, or the one before it.
    has_worked: bool,
}

impl IceRecovery {
    /// What the browser says. `courtesy` is how long the other side goes first.
    fn on_state(&mut self, state: &str, now: Timestamp, courtesy: f64) {
        match state {
            "failed" if self.attempts >= self.most_attempts() => self.due = None,
            "failed" => self.due = self.due.or_else(|| Some(now.plus(courtesy + self.wait()))),
            _ if self.is_lost => {}
            "connected" => *self = Self { has_worked: true, ..Self::default() },
            _ => self.due = None,
        }
    }

    fn most_attempts(&self) -> u32 {
        if self.has_worked {
            MOST_ATTEMPTS
        } else {
            FIRST_ATTEMPTS
        }
    }

    fn wait(&self) -> f64 {
        match self.attempts.checked_sub(1) {
            Some(doublings) => {
                let doubled = f64::from(1_u32.checked_shl(doublings).unwrap_or(u32::MAX));
                (FIRST_WAIT * doubled).min(LONGEST_WAIT)
            }
            None => 0.0,
        }
    }

    /// A round is over: what it changed shows a little later.
    pub fn on_settled(&mut self, now: Timestamp) {
        self.due = self.due.map(|_| now.plus(PATIENCE));
    }

    /// An attempt begins. Should nothing come of it, the next one is due.
    fn begin(&mut self, now: Timestamp) {
        self.attempts = self.attempts.saturating_add(1);
        self.due = (self.attempts < self.most_attempts()).then(|| now.plus(PATIENCE + self.wait()));
    }
}

impl Room {
    /// `connectionstatechange`. The state of ICE stays `disconnected` in Chromium when nothing comes
    /// any more, while that of the connection is `failed` after a quarter of a minute.
    pub fn recover_ice(&mut self, context: &Context, id: &str, state: &str) {
        let own_weight = self.weight;
        let can_restart = context.environment.can_restart_ice;
        let fails_for_good = context.environment.fails_for_good();
        let Some(peer) = self.peer_mut(id) else { return };
        peer.recovery.has_worked |= peer.statistics.connected_at.is_some();
        if !can_restart || (fails_for_good && !peer.recovery.has_worked) {
            return;
        }
        peer.recovery.is_lost |= state == "failed" && fails_for_good && peer.begins_anew();
        let yields = peer.id != MEDIA_SERVER && weight_of(peer) > own_weight && !peer.recovery.is_lost;
        peer.recovery.on_state(state, context.now, if yields { COURTESY } else { 0.0 });
    }

    pub fn restart_due_ice(&mut self, context: &mut Context) {
        let now = context.now;
        let is_due = |peer: &&Peer| peer.recovery.due.is_some_and(|due| due.is_due(now));
        let due = self.peers.iter().filter(is_due).map(|peer| peer.id.clone()).collect_vec();
        for id in due {
            let can_signal = self.socket.is_some();
            let Some(peer) = self.peer_mut(&id) else { continue };
            if !can_signal {
                // The room is lost with its socket.
                peer.recovery.due = None;
            } else if peer.recovery.is_lost {
                self.begin_anew(context, &id);
            } else if !peer.negotiation.is_stable() {
                peer.recovery.on_settled(now);
            } else {
                peer.recovery.begin(now);
                peer.negotiation.want_offer(true);
                self.take_steps(context, &id);
            }
        }
    }

    /// Asks the peer to forget us, and to greet us as a newcomer.
    fn begin_anew(&mut self, context: &mut Context, id: &str) {
        let Some(peer) = self.peer(id) else { return };
        let attempts = peer.recovery.attempts.saturating_add(1);
        self.part_from(context, id);
        self.anew.set(id, f64::from(attempts));
        let mut enter = self.greeting(&context.environment);
        enter.target = Some(id.to_owned());
        enter.begins_anew = Some(true);
        self.send(context, &enter.into());
    }
}

impl Peer {
    /// It may have been asked to begin anew, so many times.
    pub fn continue_recovery(&mut self, attempts: Option<Value>) {
        if let Some(attempts) = attempts.as_ref().and_then(Value::as_number) {
            self.recovery.attempts = attempts as u32;
            self.recovery.has_worked = true;
        }
    }

    /// Whether it knows what an `enter` of somebody known means: only this SDK takes lists or reads AES-GCM too, and
    /// only our media server takes pictures in layers.
    fn begins_anew(&self) -> bool {
        self.takes_message_lists || self.reads_aes_gcm || self.takes_layers
    }
}

/// The peer's tie breaker.
fn weight_of(peer: &Peer) -> f64 {
    let config = peer.info.get("config");
    config.and_then(|config| config.get("priorityWeight")).and_then(Value::as_number).unwrap_or_default()
}
