//! What all clients have heard.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::timeout;

use crate::error::Error;

const PATIENCE: Duration = Duration::from_secs(120);
/// Stands before the time at which a message was said.
const MARK: &str = "saidAt:";
const DIGITS: usize = 14;

/// How many messages were heard, and how long they took.
pub struct Heard {
    began: Instant,
    count: Cell<usize>,
    wakes_at: Cell<usize>,
    enough: Notify,
    /// Milliseconds, while they are wanted.
    delays: RefCell<Option<Vec<f64>>>,
}

impl Heard {
    /// Nothing so far.
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            count: Cell::new(0),
            wakes_at: Cell::new(usize::MAX),
            enough: Notify::new(),
            delays: RefCell::new(None),
        }
    }

    /// Counts from nothing.
    pub fn forget(&self) {
        self.count.set(0);
    }

    /// Messages heard.
    pub fn count(&self) -> usize {
        self.count.get()
    }

    /// What a message has to hold for its delay to be known.
    pub fn stamp(&self) -> String {
        format!("{MARK}{:0DIGITS$.3}", self.milliseconds())
    }

    /// From now on delays are kept.
    pub fn keep_delays(&self) {
        self.delays.replace(Some(Vec::new()));
    }

    /// The delays that were kept, the shortest first, in milliseconds.
    pub fn take_delays(&self) -> Vec<f64> {
        let mut delays = self.delays.take().unwrap_or_default();
        delays.sort_by(f64::total_cmp);
        delays
    }

    /// Somebody heard a message.
    pub fn note(&self, frame: &str) {
        self.count.set(self.count.get().saturating_add(1));
        if let Some(delays) = self.delays.borrow_mut().as_mut() {
            let said_at = frame.split_once(MARK).and_then(|(_, rest)| rest.get(..DIGITS));
            if let Some(said_at) = said_at.and_then(|digits| digits.parse::<f64>().ok()) {
                delays.push(self.milliseconds() - said_at);
            }
        }
        if self.count.get() >= self.wakes_at.get() {
            self.wakes_at.set(usize::MAX);
            self.enough.notify_one();
        }
    }

    /// Waits until so many messages were heard.
    pub async fn until(&self, count: usize) -> Result<(), Error> {
        while self.count.get() < count {
            self.wakes_at.set(count);
            let is_late = timeout(PATIENCE, self.enough.notified()).await.is_err();
            if is_late {
                return Err(Error::Late(self.count.get()));
            }
        }
        Ok(())
    }

    fn milliseconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64() * 1000.0
    }
}
