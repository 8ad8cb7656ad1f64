//! `POST /rest/stats/*` (wire protocol, section 9). Reports are counted and thrown away; some of
//! them carry tokens, so they are not logged either.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Json, RequestExt};
use skylink_protocol::api::StatsReceipt;

use super::router::Site;
use crate::access::{ApiErrorCode, ApiFailure};

/// Reports hold whole session descriptions.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

pub(super) async fn receive(State(site): State<Arc<Site>>, request: Request) -> Response {
    match pass_over(request.into_limited_body()).await {
        Ok(()) => {
            site.traffic.count_statistics();
            let receipt = StatsReceipt { success: true.into() };
            Json(receipt).into_response()
        }
        Err(_) => {
            ApiFailure::new(ApiErrorCode::BadRequest, "the report is too long or broken").into_response()
        }
    }
}

/// Holds nothing of it: whoever sends it slowly would have that memory for as long.
async fn pass_over(mut body: Body) -> Result<(), axum::Error> {
    while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        piece?;
    }
    Ok(())
}
