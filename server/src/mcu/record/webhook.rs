//! Tells an address of the operator's that a recording is over.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::library::Entry;
use crate::secret::Secret;
use crate::time;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it is waited before each attempt.
const ATTEMPTS: [Duration; 4] =
    [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30)];
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Nobody took it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotTaken(String);

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

/// Posts JSON. With a secret, the header `X-Skylink-Signature` is `sha256=` and the HMAC of the
/// body in hexadecimal digits. Any answer but a success is tried again.
pub(super) fn call(
    address: &str,
    secret: Option<&Secret>,
    entry: &Entry,
    is_closing: impl Fn() -> bool,
) -> Result<(), NotTaken> {
    let body = describe(entry).to_string();
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build().into();
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
