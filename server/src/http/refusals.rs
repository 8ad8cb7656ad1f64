//! Who is refused: counted, and logged with the address, so that a host can find who tries keys.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::Json;
use skylink_protocol::api::ApiRefusal;

use super::router::Site;
use crate::access::ApiFailure;
use crate::listening::Client;

const MOST_LOGGED: usize = 160;

/// Whoever asks chooses what stands there: it must not fill the log.
fn for_log(info: &str) -> &str {
    info.char_indices().nth(MOST_LOGGED).map_or(info, |(end, _)| info.get(..end).unwrap_or_default())
}

impl IntoResponse for ApiFailure {
    /// The answer has the failure among its extensions, for `note_refusals`.
    fn into_response(self) -> Response {
        let (code, status) = self.code.code_and_status();
        let body = ApiRefusal {
            success: Some(false),
            status: Some(f64::from(status)),
            error: Some(f64::from(code)),
            info: Some(self.info.clone()),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = (status, Json(body)).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// How often each code was given since the start.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<BTreeMap<u16, u64>>);

impl Refusals {
    fn count(&self, code: u16) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(code).or_default();
        *count = count.saturating_add(1);
    }

    pub(super) fn all(&self) -> BTreeMap<u16, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Notes what is refused to whom.
pub(super) async fn note_refusals(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let client = request.extensions().get().map(|client: &Client| client.address);
    let mut response = next.run(request).await;
    if let Some(failure) = response.extensions_mut().remove::<ApiFailure>() {
        let code = failure.code.code_and_status().0;
        site.traffic.refusals().count(code);
        let client = client.map(tracing::field::display);
        tracing::info!(client, code, info = for_log(&failure.info), "API request refused");
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_gets_the_beginning_of_what_somebody_made_up() {
        assert_eq!(for_log("unknown app key"), "unknown app key");
        assert_eq!(for_log(&"ü".repeat(60_000)), "ü".repeat(MOST_LOGGED));
    }
}
