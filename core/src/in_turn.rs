//! Messages that wait for a key or for the browser, which works on several at once. They come out in the order in
//! which they went in.

use crate::{RequestId, SkylinkError};
use skylink_protocol::Value;
use std::collections::VecDeque;

/// More at once are no faster, and the browser keeps what each is made from.
const MOST_AT_ONCE: usize = 16;

/// How far a message is.
#[derive(Debug)]
pub(crate) enum Progress {
    /// Nothing was done yet.
    Waits,
    /// The browser encrypts or decrypts it.
    Asked(RequestId),
    /// What it became, as soon as those before it are gone.
    Done(Value),
    /// The browser could not.
    Failed,
    /// It is left out, and this is said.
    Refused(SkylinkError),
}

/// A message and how far it is.
#[derive(Debug)]
pub(crate) struct InTurn<M> {
    pub message: M,
    pub progress: Progress,
}

impl<M> InTurn<M> {
    pub fn new(message: M) -> Self {
        Self { message, progress: Progress::Waits }
    }
}

/// The one at a place, if it is among those that may be under way.
pub(crate) fn within_reach<M>(queue: &mut VecDeque<InTurn<M>>, place: usize) -> Option<&mut InTurn<M>> {
    queue.get_mut(place).filter(|_| place < MOST_AT_ONCE)
}

/// The browser is done with one; false if it is none of these.
pub(crate) fn finish<M>(
    queue: &mut VecDeque<InTurn<M>>,
    request: RequestId,
    outcome: &Option<Value>,
) -> bool {
    let is_meant = |one: &&mut InTurn<M>| matches!(one.progress, Progress::Asked(asked) if asked == request);
    let Some(one) = queue.iter_mut().find(is_meant) else { return false };
    one.progress = outcome.clone().map_or(Progress::Failed, Progress::Done);
    true
}
