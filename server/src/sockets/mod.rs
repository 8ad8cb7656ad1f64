//! Engine.IO 3 with Socket.IO 2 inside, as a server speaks it: what clients ask for, what they say,
//! and what they are to be sent. No IO and no clock; `signaling` carries it out.
//!
//! skylinkjs 2.7.2 needs no more of it than one namespace and one event, `message`, which carries one
//! text (wire protocol, section 4).

mod frame;
mod outbox;
mod packet;
mod payload;
mod question;
mod refusal;
mod session;
#[cfg(test)]
mod session_tests;
mod sid;

pub(crate) use frame::Frame;
pub(crate) use outbox::Capacity;
pub(crate) use packet::Incoming;
pub(crate) use payload::{packets, write_payload};
pub(crate) use question::Question;
pub(crate) use refusal::Refusal;
pub(crate) use session::{Next, Outcome, ProbeStep, Rules, Session};
pub(crate) use sid::Sid;
