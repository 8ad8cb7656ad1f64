//! `GET /api/{appKey}/{room}` and `/api/{appKey}/{room}/{start}/{len}` (wire protocol, section 3).

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{header, HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use axum::Json;
use serde::Deserialize;

use super::origin::{called_address, page_origin};
use super::router::Site;
use crate::access::{ApiErrorCode, ApiFailure, ApiRequest, TimeWindow};
use crate::{random, time};

#[derive(Deserialize)]
pub(super) struct ApiQuery {
    cred: Option<String>,
}

pub(super) async fn by_origin(
    State(site): State<Arc<Site>>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiFailure> {
    let Path((key, room)) = path.map_err(|_| bad_path())?;
    let origin = page_origin(&headers);
    let request = ApiRequest { key: &key, room: &room, window: None, origin: origin.as_deref() };
    answer(&site, &request, &headers, &uri)
}

pub(super) async fn by_credentials(
    State(site): State<Arc<Site>>,
    path: Result<Path<(String, String, String, String)>, PathRejection>,
    query: Result<Query<ApiQuery>, QueryRejection>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiFailure> {
    let Path((key, room, start, hours)) = path.map_err(|_| bad_path())?;
    let credentials = query.ok().and_then(|Query(query)| query.cred);
    let origin = page_origin(&headers);
    let request = ApiRequest {
        key: &key,
        room: &room,
        window: Some(TimeWindow {
            start: &start,
            hours: &hours,
            credentials: credentials.as_deref().unwrap_or_default(),
        }),
        origin: origin.as_deref(),
    };
    answer(&site, &request, &headers, &uri)
}

/// Any other path under `/api`: a room name with a `/` that was not encoded, for instance.
pub(super) async fn no_such_path() -> ApiFailure {
    bad_path()
}

fn bad_path() -> ApiFailure {
    ApiFailure::new(
        ApiErrorCode::BadRequest,
        "the path must be /api/APP_KEY/ROOM or /api/APP_KEY/ROOM/START/HOURS, each part URL-encoded",
    )
}

fn answer(site: &Site, request: &ApiRequest, headers: &HeaderMap, uri: &Uri) -> Result<Response, ApiFailure> {
    let now = time::now();
    let grant = site.authority.check(request, now)?;
    let most = grant.room_members.unwrap_or(site.room_members);
    if site.hub.members_of(&grant.rid) >= most {
        return Err(ApiFailure::new(
            ApiErrorCode::OverSeatLimit,
            format!("the room is full: it has {most} members"),
        ));
    }
    let address = match &site.public_address {
        Some(address) => address.clone(),
        None => called_address(headers, uri).unwrap_or_else(|| site.listen_address.clone()),
    };
    let session = site.hub.session_id(&grant.rid);
    let mut randomness_failed = false;
    let mut fresh_id = || {
        random::id().unwrap_or_else(|_| {
            randomness_failed = true;
            String::new()
        })
    };
    let body = site.authority.answer(&grant, &session, &address, now, &mut fresh_id);
    if randomness_failed {
        return Err(ApiFailure::new(ApiErrorCode::RetrievalFailed, "the server has no randomness"));
    }
    site.traffic.count_api_answer();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}
