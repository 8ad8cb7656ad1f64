//! Recordings for the app's backend, by the token of its key, and for members of a recorded room,
//! by the address that they were told.

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::{header, HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Json;
use serde::Deserialize;
use tower_http::services::ServeFile;

use super::router::Site;
use crate::access::{ApiErrorCode, ApiFailure};
use crate::mcu::record::{describe, Archive};
use crate::time;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    room: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct FileQuery {
    /// Saves the file instead of playing it.
    download: Option<String>,
}

type Answer = Result<Response, ApiFailure>;

/// `GET /recordings/{key}`, perhaps with `?room=`.
pub(super) async fn list(
    State(site): State<Arc<Site>>,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<ListQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Answer {
    let Path(key) = path.map_err(|_| bad_path())?;
    let room = query.ok().and_then(|Query(query)| query.room);
    let space = space(&site, &key, &headers)?;
    let recordings: Vec<serde_json::Value> =
        archive(&site)?.library().list(&space, room.as_deref()).into_iter().map(describe).collect();
    Ok(json(&serde_json::json!({ "recordings": recordings })))
}

/// `GET /recordings/{key}/{id}`.
pub(super) async fn one(
    State(site): State<Arc<Site>>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Answer {
    let Path((key, id)) = path.map_err(|_| bad_path())?;
    let space = space(&site, &key, &headers)?;
    let library = archive(&site)?.library();
    let entry = library.get(&id).filter(|entry| entry.space == space).ok_or_else(no_such_recording)?;
    Ok(json(&describe(entry)))
}

/// `DELETE /recordings/{key}/{id}`.
pub(super) async fn delete(
    State(site): State<Arc<Site>>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Answer {
    let Path((key, id)) = path.map_err(|_| bad_path())?;
    let space = space(&site, &key, &headers)?;
    let is_there = archive(&site)?.library().get(&id).is_some_and(|entry| entry.space == space);
    if !is_there {
        return Err(no_such_recording());
    }
    let deleting = Arc::clone(&site);
    let deleted = tokio::task::spawn_blocking(move || archive(&deleting).map(|archive| archive.delete(&id)));
    match deleted.await {
        Ok(Ok(Ok(true))) => Ok(StatusCode::NO_CONTENT.into_response()),
        Ok(Ok(Ok(false))) => {
            let info = "the recording goes on or is being composed";
            Err(ApiFailure::new(ApiErrorCode::NotReady, info))
        }
        Ok(Err(failure)) => Err(failure),
        Ok(Ok(Err(error))) => Err(failed(&error)),
        Err(error) => Err(failed(&std::io::Error::other(error))),
    }
}

/// `GET /recordings/{key}/{id}/file`.
pub(super) async fn file(
    State(site): State<Arc<Site>>,
    path: Result<Path<(String, String)>, PathRejection>,
    query: Result<Query<FileQuery>, QueryRejection>,
    request: Request,
) -> Answer {
    let Path((key, id)) = path.map_err(|_| bad_path())?;
    let space = space(&site, &key, request.headers())?;
    let is_there = archive(&site)?.library().get(&id).is_some_and(|entry| entry.space == space);
    if !is_there {
        return Err(no_such_recording());
    }
    let path = archive(&site)?.file(&id).ok_or_else(no_file)?;
    send(path, &id, is_download(query), request).await
}

/// `GET /recorded/{token}`: who has the address may have the file, for a time.
pub(super) async fn linked_file(
    State(site): State<Arc<Site>>,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<FileQuery>, QueryRejection>,
    request: Request,
) -> Answer {
    let Path(token) = path.map_err(|_| bad_path())?;
    let id = site.authority.linked_recording(&token, time::now()).ok_or_else(no_such_recording)?;
    let path = archive(&site)?.file(&id).ok_or_else(no_such_recording)?;
    send(path, &id, is_download(query), request).await
}

fn is_download(query: Result<Query<FileQuery>, QueryRejection>) -> bool {
    query.is_ok_and(|Query(query)| query.download.is_some())
}

/// Whole or in ranges, as the request says.
async fn send(path: PathBuf, id: &str, is_download: bool, request: Request) -> Answer {
    let mut response =
        ServeFile::new(path).try_call(request).await.map_err(|error| failed(&error))?.map(Body::new);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let kind = if is_download { "attachment" } else { "inline" };
    if let Ok(value) = HeaderValue::from_str(&format!("{kind}; filename=\"recording-{id}.mp4\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// Whose recordings the request is about, if it may.
fn space(site: &Site, key: &str, headers: &HeaderMap) -> Result<String, ApiFailure> {
    let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = said
        .and_then(|said| said.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    site.authority.space_of_recordings(key, token.map(|(_, token)| token.trim()))
}

fn archive(site: &Site) -> Result<&Archive, ApiFailure> {
    site.media.as_ref().map(|media| media.studio.archive()).ok_or_else(no_such_recording)
}

fn json(body: &serde_json::Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn bad_path() -> ApiFailure {
    ApiFailure::new(
        ApiErrorCode::BadRequest,
        "the path must be /recordings/APP_KEY or /recordings/APP_KEY/ID",
    )
}

fn no_such_recording() -> ApiFailure {
    ApiFailure::new(ApiErrorCode::NotFound, "there is no such recording")
}

fn no_file() -> ApiFailure {
    ApiFailure::new(ApiErrorCode::NotReady, "the recording has no file, or not yet")
}

fn failed(error: &std::io::Error) -> ApiFailure {
    tracing::error!(%error, "a recording cannot be read or deleted");
    ApiFailure::new(ApiErrorCode::RetrievalFailed, "the recording cannot be read or deleted")
}
