//! One client from its handshake to its end, whichever way it goes.
//!
//! It begins with polling or with a WebSocket. One that polls may change over: it opens a WebSocket for
//! its session, asks there whether it is heard (`2probe`, `3probe`), waits for the answer to its last
//! poll, and says `5`. From then on all goes over the WebSocket.

use std::time::{Duration, Instant};

use skylink_protocol::engine_io::Packet;

use super::frame::Frame;
use super::outbox::{Capacity, Outbox};
use super::packet::Incoming;
use super::refusal::Refusal;

/// How much an answer to a poll has, unless one packet is longer.
const ANSWER: Capacity = Capacity { frames: usize::MAX, bytes: 1024 * 1024 };
/// How much is written to a WebSocket at once, unless one packet is longer.
const HANDFUL: Capacity = Capacity { frames: 32, bytes: 64 * 1024 };

const CONNECTED: &str = "40";
const DISCONNECTED: &str = "41";
const CLOSE: &str = "1";
const PONG: &str = "3";
const NOOP: &str = "6";
/// What is asked and answered on a WebSocket that is to replace polling.
const PROBE: &str = "probe";

/// What is the same for all sessions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// A client that says nothing for so long is gone.
    pub(crate) patience: Duration,
    /// How much may wait for it.
    pub(crate) capacity: Capacity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Polling,
    /// A WebSocket was opened that may replace polling; whether it has asked to be heard.
    Probing(bool),
    WebSocket,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// It has left, and closes the connection next.
    Left,
    /// What waits is still sent, then it is over.
    Leaving,
    Over,
}

/// A poll that may wait for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket(u32);

/// What follows from what a client said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A text for the rooms.
    Text(String),
    /// Something to be counted as a message that makes no sense.
    Odd,
    /// It has left its rooms.
    Left,
    /// Nothing.
    Nothing,
    /// It is over: nothing more is to be read.
    Over,
}

/// What is to be done on a WebSocket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// To write what was handed out.
    Write,
    /// To wait.
    Wait,
    /// To close it: everything is written.
    SayGoodbye,
    /// To let it go.
    LetGo,
}

/// What is to be done on a WebSocket that may replace polling.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ProbeStep {
    /// To send this.
    Answer(Frame),
    /// It is the client's way from now on.
    Replaced,
    /// To close it; the client goes on polling.
    Failed,
}

/// A client.
#[derive(Debug)]
pub(crate) struct Session {
    rules: Rules,
    way: Way,
    phase: Phase,
    outbox: Outbox,
    heard: Instant,
    poll: Ticket,
}

impl Session {
    /// One that polls. `handshake` is the JSON text that tells it the terms.
    pub(crate) fn polling(handshake: &str, rules: Rules, now: Instant) -> Self {
        Self::new(Way::Polling, handshake, rules, now)
    }

    /// One that opened a WebSocket.
    pub(crate) fn websocket(handshake: &str, rules: Rules, now: Instant) -> Self {
        Self::new(Way::WebSocket, handshake, rules, now)
    }

    fn new(way: Way, handshake: &str, rules: Rules, now: Instant) -> Self {
        let mut outbox = Outbox::default();
        outbox.push_anyway(Frame::packet_of(&Packet::Open(handshake).write()));
        outbox.push_anyway(Frame::packet_of(CONNECTED));
        Self { rules, way, phase: Phase::Open, outbox, heard: now, poll: Ticket(0) }
    }

    /// Something for the client. `false` if too much waits for it already.
    pub(crate) fn send(&mut self, frame: Frame) -> bool {
        self.phase != Phase::Open || self.outbox.push(frame, self.rules.capacity)
    }

    /// The client said something.
    pub(crate) fn take_in(&mut self, incoming: Incoming, now: Instant) -> Outcome {
        match self.phase {
            Phase::Over => return Outcome::Over,
            Phase::Leaving => return Outcome::Nothing,
            // The rooms do not know it any more: nobody else would see to its end.
            Phase::Left => {}
            Phase::Open => self.heard = now,
        }
        match incoming {
            Incoming::Text(text) if self.phase == Phase::Open => Outcome::Text(text),
            Incoming::Odd if self.phase == Phase::Open => Outcome::Odd,
            Incoming::Ping => self.reply(Frame::packet_of(PONG)),
            Incoming::NoSuchNamespace(packet) => self.reply(Frame::packet_of(&packet)),
            Incoming::Leave if self.phase == Phase::Open => {
                // One that polls says next that it closes.
                self.phase = if self.way == Way::WebSocket { Phase::Leaving } else { Phase::Left };
                self.outbox.clear();
                Outcome::Left
            }
            Incoming::Close => {
                self.cut();
                Outcome::Over
            }
            Incoming::Text(_) | Incoming::Odd | Incoming::Leave | Incoming::Nothing => Outcome::Nothing,
        }
    }

    fn reply(&mut self, frame: Frame) -> Outcome {
        if self.phase == Phase::Open && !self.outbox.push(frame, self.rules.capacity) {
            tracing::debug!("a client asks and takes no answers");
            self.cut();
            return Outcome::Over;
        }
        Outcome::Nothing
    }

    /// What waits is sent, and that the client is disconnected.
    pub(crate) fn disconnect(&mut self) {
        self.part(&[DISCONNECTED]);
    }

    /// The server ends: the client is told, with its next poll at the latest.
    pub(crate) fn shut(&mut self) {
        match (self.phase, self.way) {
            (Phase::Left, _) => self.cut(),
            (_, Way::WebSocket) => self.part(&[CLOSE]),
            (_, Way::Polling | Way::Probing(_)) => self.part(&[]),
        }
    }

    fn part(&mut self, words: &[&str]) {
        if self.phase != Phase::Open {
            return;
        }
        self.phase = Phase::Leaving;
        let close: &[&str] = if self.way == Way::WebSocket { &[] } else { &[CLOSE] };
        for word in words.iter().chain(close) {
            self.outbox.push_anyway(Frame::packet_of(word));
        }
    }

    /// It is over at once, whatever waits.
    pub(crate) fn cut(&mut self) {
        self.phase = Phase::Over;
        self.outbox.clear();
    }

    /// Whether the client's packets come in requests of their own.
    pub(crate) fn is_polling(&self) -> bool {
        self.way != Way::WebSocket
    }

    pub(crate) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// When the client counts as gone if nothing is heard of it.
    pub(crate) fn deadline(&self) -> Instant {
        self.heard.checked_add(self.rules.patience).unwrap_or(self.heard)
    }

    /// The first answer to a client that polls: all that waits.
    pub(crate) fn opening(&mut self) -> Vec<Frame> {
        self.outbox.take(ANSWER).collect()
    }

    /// The client asks what there is. One poll waits at a time: an older one, which its connection may
    /// have lost, is answered with nothing.
    pub(crate) fn begin_poll(&mut self) -> Result<Ticket, Refusal> {
        if self.way == Way::WebSocket {
            return Err(Refusal::BadRequest);
        }
        self.poll = Ticket(self.poll.0.wrapping_add(1));
        Ok(self.poll)
    }

    /// The answer to a poll, if there is one.
    pub(crate) fn answer(&mut self, ticket: Ticket) -> Option<Vec<Frame>> {
        let nothing = || vec![Frame::packet_of(NOOP)];
        if ticket != self.poll {
            return Some(nothing());
        }
        let frames = if self.phase == Phase::Over {
            vec![Frame::packet_of(CLOSE)]
        } else if self.way == Way::WebSocket {
            nothing()
        } else if !self.outbox.is_empty() {
            let frames = self.outbox.take(ANSWER).collect();
            if self.phase == Phase::Leaving && self.outbox.is_empty() {
                self.phase = Phase::Over;
            }
            frames
        } else if self.way == Way::Probing(true) {
            // The client waits for this answer before it changes over.
            nothing()
        } else {
            return None;
        };
        Some(frames)
    }

    /// A WebSocket may be opened to replace polling.
    pub(crate) fn begin_upgrade(&mut self) -> Result<(), Refusal> {
        match (self.way, self.phase) {
            (Way::Polling, Phase::Open) => {
                self.way = Way::Probing(false);
                Ok(())
            }
            _ => Err(Refusal::BadRequest),
        }
    }

    /// The client said something on the WebSocket that may replace polling.
    pub(crate) fn probe(&mut self, packet: &str, now: Instant) -> ProbeStep {
        if self.phase != Phase::Open || !matches!(self.way, Way::Probing(_)) {
            return ProbeStep::Failed;
        }
        match Packet::parse(packet) {
            Some(Packet::Ping(PROBE)) => {
                self.heard = now;
                self.way = Way::Probing(true);
                ProbeStep::Answer(Frame::packet_of(&Packet::Pong(PROBE).write()))
            }
            Some(Packet::Upgrade) => {
                self.heard = now;
                self.way = Way::WebSocket;
                ProbeStep::Replaced
            }
            _ => ProbeStep::Failed,
        }
    }

    /// The WebSocket is gone before it replaced anything.
    pub(crate) fn abandon_upgrade(&mut self) {
        if matches!(self.way, Way::Probing(_)) {
            self.way = Way::Polling;
        }
    }

    /// What is to be done on the client's WebSocket; what is to be written there goes to `hand`.
    pub(crate) fn next(&mut self, hand: &mut impl Extend<Frame>) -> Next {
        if self.phase == Phase::Over {
            return Next::LetGo;
        }
        if !self.outbox.is_empty() {
            hand.extend(self.outbox.take(HANDFUL));
            return Next::Write;
        }
        if self.phase == Phase::Leaving {
            Next::SayGoodbye
        } else {
            Next::Wait
        }
    }
}
