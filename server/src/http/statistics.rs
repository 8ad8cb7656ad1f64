//! `POST /rest/stats/*` (wire protocol, section 9). Reports are counted and thrown away; some of
//! them carry tokens, so they are not logged either.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::Json;
use skylink_protocol::api::StatsReceipt;

use super::router::Site;
use crate::access::{ApiErrorCode, ApiFailure};

/// Reports hold whole session descriptions.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

pub(super) async fn receive(
    State(site): State<Arc<Site>>,
    report: Result<Bytes, BytesRejection>,
) -> Response {
    match report {
        Ok(_) => {
            site.traffic.count_statistics();
            let receipt = StatsReceipt { success: true.into() };
            Json(receipt).into_response()
        }
        Err(_) => {
            ApiFailure::new(ApiErrorCode::BadRequest, "the report is too long or broken").into_response()
        }
    }
}
