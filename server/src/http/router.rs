//! Which path is answered by what, and which pages may read the answer.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::{header, HeaderValue, Method};
use axum::middleware::from_fn_with_state;
use axum::routing::{any, delete, get, post};
use axum::Router;
use tower_http::cors::{AllowHeaders, AllowOrigin, Any, CorsLayer};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::client_address::{find_client, TrustedProxy};
use super::health::{Stopping, Traffic};
use super::refusals::note_refusals;
use super::{api, health, recordings, statistics};
use crate::access::Authority;
use crate::listening::Places;
use crate::service::Media;
use crate::signaling::{self, Endpoint, Hub};

/// Browsers need not ask again for this long.
const PREFLIGHT_AGE: Duration = Duration::from_secs(3600);

/// Nothing of a request's body may come for so long.
const BODY_PAUSE: Duration = Duration::from_secs(30);

/// What the handlers share.
pub struct Site {
    /// Decides about API requests.
    pub authority: Arc<Authority>,
    /// The rooms.
    pub hub: Arc<Hub>,
    /// The media server, if there is one.
    pub media: Option<Media>,
    /// For connections.
    pub places: Arc<Places>,
    /// Whether it is to end.
    pub stopping: Stopping,
    /// Whether `/metrics` is answered elsewhere ([`operating`]).
    pub hides_metrics: bool,
    /// Counters.
    pub traffic: Traffic,
    /// `host` or `host:port` for clients, if it is fixed.
    pub public_address: Option<String>,
    /// The address we listen on, for clients that name none.
    pub listen_address: String,
    /// Who may say for whom it asks.
    pub trusted_proxies: Vec<TrustedProxy>,
    /// Members a room may have.
    pub room_members: usize,
}

/// Everything this server answers.
pub fn router(site: Arc<Site>, endpoint: Arc<Endpoint>, www: Option<PathBuf>) -> Router {
    let api = Router::new()
        .route("/{key}/{room}", get(api::by_origin))
        .route("/{key}/{room}/{start}/{hours}", get(api::by_credentials))
        .fallback(api::no_such_path)
        .method_not_allowed_fallback(api::no_such_path);
    let for_pages = Router::new()
        .nest("/api", api)
        .route("/rest/stats", post(statistics::receive))
        .route("/rest/stats/{*path}", post(statistics::receive))
        .route("/recordings/{key}", get(recordings::list))
        .route("/recordings/{key}/{id}", get(recordings::one).merge(delete(recordings::delete)))
        .route("/recordings/{key}/{id}/file", get(recordings::file))
        .route("/recorded/{token}", get(recordings::linked_file))
        .layer(DefaultBodyLimit::max(statistics::MOST_BYTES))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(from_fn_with_state(Arc::clone(&site), note_refusals))
        .layer(from_fn_with_state(Arc::clone(&site), find_client))
        .layer(cors_for_pages());
    let signaling = Router::new()
        .route("/socket.io", any(signaling::answer))
        .route("/socket.io/", any(signaling::answer))
        .with_state(endpoint)
        .layer(from_fn_with_state(Arc::clone(&site), find_client))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(cors_for_polling());
    let mut router =
        for_pages.merge(signaling).route("/healthz", get(health::healthz)).with_state(Arc::clone(&site));
    if !site.hides_metrics {
        router = router.merge(operating(site));
    }
    match www {
        Some(folder) => router.fallback_service(files(folder)),
        None => router.route("/", get("skylink-server is running; it serves no pages\n")),
    }
}

/// What is for the operator alone, and may have an address of its own.
pub fn operating(site: Arc<Site>) -> Router {
    Router::new().route("/metrics", get(health::metrics)).with_state(site)
}

/// The page must be able to read refusals too, so every origin gets the header; whether an origin
/// may use an app key is decided by the API itself (wire protocol 3.2).
fn cors_for_pages() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::DELETE, Method::OPTIONS])
        .allow_headers(AllowHeaders::mirror_request())
        .max_age(PREFLIGHT_AGE)
}

/// Polling clients send their requests with credentials, which forbids `*`. There are no cookies
/// here, so any page may.
fn cors_for_polling() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods([Method::GET, Method::POST, Method::OPTIONS])
        .allow_headers(AllowHeaders::mirror_request())
        .allow_credentials(true)
        .max_age(PREFLIGHT_AGE)
}

/// Pages of others must not frame them: a click meant for something else could let their camera in.
fn files(folder: PathBuf) -> Router {
    let files = ServeDir::new(folder).precompressed_br().precompressed_gzip();
    let headers = [
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'self'"),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    ];
    headers.into_iter().fold(Router::new().fallback_service(files), |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)))
    })
}
