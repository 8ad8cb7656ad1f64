//! Tells an address of the operator's that a recording is over.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use ureq::config::ConfigBuilder;
use ureq::typestate::AgentScope;
use ureq::Agent;

use super::archive::Archive;
use super::library::Entry;
use crate::secret::Secret;
use crate::time;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it is waited before each attempt.
const ATTEMPTS: [Duration; 4] =
    [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30)];
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Recordings that may wait for the webhook. It is not told of further ones.
const MOST_WAITING: usize = 1_000;

/// The way to the thread that calls the webhook, one recording after the other.
pub(super) struct Caller {
    archive: Arc<Archive>,
    queue: Mutex<Option<SyncSender<Entry>>>,
}

impl Caller {
    /// Starts that thread, if the settings have a webhook.
    pub(super) fn start(archive: &Arc<Archive>) -> std::io::Result<(Self, Option<JoinHandle<()>>)> {
        let mut caller = Self { archive: Arc::clone(archive), queue: Mutex::default() };
        if archive.settings().webhook.is_none() {
            return Ok((caller, None));
        }
        let (queue, entries) = sync_channel(MOST_WAITING);
        caller.queue = Mutex::new(Some(queue));
        let archive = Arc::clone(archive);
        let run = move || run(&archive, &entries);
        let thread = std::thread::Builder::new().name("webhook".to_owned()).spawn(run)?;
        Ok((caller, Some(thread)))
    }

    /// A recording is over. Never blocks.
    pub(super) fn tell(&self, entry: &Entry) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.as_ref().is_some_and(|queue| queue.try_send(entry.clone()).is_err()) {
            not_taken(&self.archive, entry, &NotTaken("too many wait for it".to_owned()));
        }
    }

    /// The thread ends when what waits has been told, or has not been since the archive is closed.
    pub(super) fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn run(archive: &Archive, entries: &Receiver<Entry>) {
    let settings = archive.settings();
    let Some(address) = &settings.webhook else { return };
    for entry in entries {
        let agent = patient().build().into();
        let called = call(&agent, address, settings.webhook_secret.as_ref(), &entry, || archive.is_closing());
        if let Err(error) = called {
            not_taken(archive, &entry, &error);
        }
    }
}

fn not_taken(archive: &Archive, entry: &Entry, error: &NotTaken) {
    tracing::error!(recording = entry.id, %error, "the webhook did not take a finished recording");
    archive.numbers.webhooks_failed.fetch_add(1, Ordering::Relaxed);
}

/// Nobody took it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NotTaken(String);

/// What is posted, and listed by the HTTP API.
pub fn describe(entry: &Entry) -> serde_json::Value {
    json!({
        "id": entry.id,
        "room": entry.room,
        "state": entry.stage.name(),
        "startedDateTime": time::to_iso(entry.begun),
        "seconds": entry.seconds,
        "bytes": entry.bytes,
        "error": entry.error,
    })
}

fn patient() -> ConfigBuilder<AgentScope> {
    Agent::config_builder().timeout_global(Some(PATIENCE))
}

/// Posts JSON. With a secret, the header `X-Skylink-Signature` is `sha256=` and the HMAC of the
/// body in hexadecimal digits. Any answer but a success is tried again.
fn call(
    agent: &Agent,
    address: &str,
    secret: Option<&Secret>,
    entry: &Entry,
    is_closing: impl Fn() -> bool,
) -> Result<(), NotTaken> {
    let body = describe(entry).to_string();
    let mut last = NotTaken("the server ended".to_owned());
    for pause in ATTEMPTS {
        let mut left = pause;
        while !left.is_zero() && !is_closing() {
            std::thread::sleep(LOOK_EVERY);
            left = left.saturating_sub(LOOK_EVERY);
        }
        if is_closing() {
            return Err(last);
        }
        let mut request = agent.post(address).content_type("application/json");
        if let Some(signature) = secret.and_then(|secret| signature(secret, &body)) {
            request = request.header("X-Skylink-Signature", signature);
        }
        match request.send(&body) {
            Ok(_) => return Ok(()),
            Err(error) => last = NotTaken(error.to_string()),
        }
    }
    Err(last)
}

fn signature(secret: &Secret, body: &str) -> Option<String> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).ok()?;
    let code = mac.chain_update(body.as_bytes()).finalize().into_bytes();
    let digits: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("sha256={digits}"))
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
