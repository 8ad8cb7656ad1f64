//! The HTTP side, through the router that the program uses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{header, HeaderMap, Request, StatusCode};
use axum::Router;
use futures_util::stream;
use http_body_util::BodyExt;
use serde_json::{json, Value};
use skylink_server::service::assemble;
use skylink_server::settings::{CommandLine, Settings};
use tower::ServiceExt;

const PAGE: &str = "https://app.example.com";

fn router_with(settings: &str) -> Router {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, settings).unwrap();
    let command_line = CommandLine { config: Some(path), ..CommandLine::default() };
    let settings = Settings::load(command_line).unwrap();
    assemble(&settings, "127.0.0.1:8080".parse().unwrap()).unwrap().router
}

async fn send(router: &Router, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    (parts.status, parts.headers, body)
}

async fn get(router: &Router, path: &str) -> (StatusCode, HeaderMap, Value) {
    let request = Request::get(path)
        .header(header::HOST, "rtc.example.net:8443")
        .header(header::ORIGIN, PAGE)
        .body(Body::empty())
        .unwrap();
    let (status, headers, body) = send(router, request).await;
    let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
    (status, headers, body)
}

#[tokio::test]
async fn an_answer_has_what_2_7_2_needs() {
    let router = router_with("");
    let (status, headers, body) = get(&router, "/api/demo/lobby?rand=17").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(body["success"], true);
    assert_eq!(body["hasMCU"], false);
    assert_eq!(body["isPrivileged"], false);
    assert_eq!(body["autoIntroduce"], true);
    assert_eq!(body["hasPersistentMessage"], false);
    assert_eq!(body["ipSigserver"], "rtc.example.net:8443");
    assert_eq!(body["ipSigserverPath"], "/socket.io");
    for constraints in ["pc_constraints", "offer_constraints", "media_constraints"] {
        assert_eq!(body[constraints], "{}");
    }
    for text in [
        "room_key",
        "cid",
        "username",
        "userCred",
        "roomCred",
        "timeStamp",
        "start",
        "roomSessionId",
        "peerSessionId",
        "apiOwner",
    ] {
        assert!(!body[text].as_str().unwrap().is_empty(), "{text}");
    }
}

#[tokio::test]
async fn two_users_share_the_room_and_nothing_else() {
    let router = router_with("");
    let (_, _, first) = get(&router, "/api/demo/lobby").await;
    let (_, _, second) = get(&router, "/api/demo/lobby").await;
    assert_eq!(first["room_key"], second["room_key"]);
    assert_eq!(first["roomSessionId"], second["roomSessionId"]);
    for differing in ["username", "userCred", "peerSessionId"] {
        assert_ne!(first[differing], second[differing]);
    }
}

#[tokio::test]
async fn room_names_are_decoded_once() {
    let router = router_with("");
    let key = async |path: &str| get(&router, path).await.2["room_key"].clone();
    assert_eq!(key("/api/demo/a%20b").await, key("/api/demo/a%20%62").await);
    assert_ne!(key("/api/demo/a%2520b").await, key("/api/demo/a%20b").await);
    assert!(key("/api/demo/a%2Fb").await.is_string());
    assert!(key("/api/demo/%D7%A9%F0%9F%91%8B").await.is_string());
}

#[tokio::test]
async fn refusals_are_json_that_the_page_may_read() {
    let router =
        router_with("[keys.listed]\norigins = [\"https://other.example\"]\n[keys.signed]\nsecret = \"s\"");
    for (path, status, code) in [
        ("/api/nope/a", 404, 4001),
        ("/api/listed/a", 403, 4003),
        ("/api/signed/a", 401, 4004),
        ("/api/signed/a/2024-05-01T08:00:00.000Z/2?cred=AAAA", 401, 4005),
        ("/api/signed/a/2024-05-01T08:00:00.000Z/2", 401, 4005),
        ("/api/listed/a/b", 400, 400),
        ("/api/listed/%FF", 400, 400),
        ("/api/listed", 400, 400),
        ("/api", 400, 400),
    ] {
        let (seen, headers, body) = get(&router, path).await;
        assert_eq!(seen.as_u16(), status, "{path}");
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*", "{path}");
        assert_eq!(body["success"], false, "{path}");
        assert_eq!(body["status"], status, "{path}");
        assert_eq!(body["error"], code, "{path}");
        assert!(!body["info"].as_str().unwrap().is_empty());
    }
    let (_, _, metrics) = get(&router, "/metrics").await;
    let metrics = metrics.as_str().unwrap();
    for (code, count) in [(400, 4), (4001, 1), (4003, 1), (4004, 1), (4005, 2)] {
        let line = format!("\nskylink_api_refusals_total{{code=\"{code}\"}} {count}\n");
        assert!(metrics.contains(&line), "{line} {metrics}");
    }
}

#[tokio::test]
async fn credentials_are_taken_as_apps_write_them() {
    let router = router_with("[keys.signed]\nsecret = \"s3cr3tkey\"");
    let good = "/api/signed/my-room/2024-05-01T08:00:00.000Z/2?cred=4MBsYyje1FFAfSEjn3ZQEI1jY8o";
    for ending in ["%3D&rand=5", "="] {
        let (status, _, body) = get(&router, &format!("{good}{ending}")).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!(body["start"], "2024-05-01T08:00:00.000Z");
        assert_eq!(body["len"], 2);
    }
    let (status, _, _) = get(&router, &good.replace("my-room", "other")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_same_origin_page_is_known_by_its_referer() {
    let router = router_with("[keys.k]\norigins = [\"https://app.example.com\"]");
    let request =
        |name, value: &str| Request::get("/api/k/a").header(name, value).body(Body::empty()).unwrap();
    let page = "https://app.example.com/call?room=a";
    let (status, _, _) = send(&router, request(header::REFERER, page)).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _, _) = send(&router, request(header::ACCEPT, "*/*")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_signalling_address_can_be_fixed_and_is_never_nonsense() {
    let fixed = router_with("public_address = \"sig.example.net\"");
    assert_eq!(get(&fixed, "/api/demo/a").await.2["ipSigserver"], "sig.example.net");
    let router = router_with("");
    let request = Request::get("/api/demo/a").header(header::HOST, "evil.example/path?").body(Body::empty());
    let (_, _, body) = send(&router, request.unwrap()).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["ipSigserver"], "127.0.0.1:8080");
}

#[tokio::test]
async fn preflights_of_both_kinds_are_answered() {
    let router = router_with("");
    let sdk = "skylink_api_version,skylink_sdk_type,skylink_sdk_version,x-server-select";
    for (path, method, asked) in [
        ("/api/demo/lobby", "GET", sdk),
        ("/api/nope/a/b/c", "GET", sdk),
        ("/rest/stats/client/negotiation", "POST", "content-type"),
    ] {
        let request = Request::options(path)
            .header(header::ORIGIN, PAGE)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, method)
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, asked)
            .body(Body::empty());
        let (status, headers, _) = send(&router, request.unwrap()).await;
        assert!(status.is_success(), "{path}");
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_HEADERS], asked);
        let methods = headers[header::ACCESS_CONTROL_ALLOW_METHODS].to_str().unwrap();
        assert!(methods.contains(method));
    }
}

#[tokio::test]
async fn statistics_are_accepted_and_counted() {
    let router = router_with("");
    let report = |length: usize| {
        Request::post("/rest/stats/client/icecandidate")
            .header(header::ORIGIN, PAGE)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("x".repeat(length)))
            .unwrap()
    };
    let (status, headers, body) = send(&router, report(100_000)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), json!({"success": true}));
    let (status, _, _) = send(&router, report(3_000_000)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (_, _, metrics) = get(&router, "/metrics").await;
    let metrics = metrics.as_str().unwrap();
    assert!(metrics.contains("\nskylink_statistics_total 1\n"), "{metrics}");
    assert!(metrics.contains("\nskylink_rooms 0\n"));
    assert_eq!(get(&router, "/healthz").await.2, "ok\n");
}

/// A piece of a body, counted while somebody holds it.
struct Piece(Arc<AtomicUsize>);

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &[b'x'; 1000]
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn of_statistics_nothing_is_held() {
    let (held, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, highest) = (Arc::clone(&held), Arc::clone(&most));
    let pieces = (0..1000).map(move |_| {
        highest.fetch_max(counted.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        Ok::<_, Infallible>(Bytes::from_owner(Piece(Arc::clone(&counted))))
    });
    let report = Request::post("/rest/stats/x").body(Body::from_stream(stream::iter(pieces))).unwrap();
    assert_eq!(send(&router_with(""), report).await.0, StatusCode::OK);
    assert!(most.load(Ordering::Relaxed) < 10, "{most:?} pieces at a time");
    assert_eq!(held.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_server_that_ends_is_not_healthy() {
    let settings = Settings::load(CommandLine::default()).unwrap();
    let parts = assemble(&settings, "127.0.0.1:8080".parse().unwrap()).unwrap();
    assert_eq!(get(&parts.router, "/healthz").await.0, StatusCode::OK);
    parts.stopping.begin();
    let (status, _, text) = get(&parts.router, "/healthz").await;
    assert_eq!((status, text), (StatusCode::SERVICE_UNAVAILABLE, json!("stopping\n")));
}

#[tokio::test]
async fn files_are_served_with_their_types() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("index.html"), "<h1>demo</h1>").unwrap();
    std::fs::write(folder.path().join("a.wasm"), "wasm").unwrap();
    let router = router_with(&format!("www = {:?}", folder.path()));
    let (status, headers, body) = get(&router, "/").await;
    assert_eq!((status, body), (StatusCode::OK, json!("<h1>demo</h1>")));
    assert_eq!(headers[header::CONTENT_TYPE], "text/html");
    assert_eq!(headers[header::CONTENT_SECURITY_POLICY], "frame-ancestors 'self'");
    assert_eq!(headers[header::X_FRAME_OPTIONS], "SAMEORIGIN");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let (_, headers, _) = get(&router, "/a.wasm").await;
    assert_eq!(headers[header::CONTENT_TYPE], "application/wasm");
    for missing in ["/b.js", "/../Cargo.toml", "/%2e%2e/Cargo.toml"] {
        assert_eq!(get(&router, missing).await.0, StatusCode::NOT_FOUND, "{missing}");
    }
    // The service itself still comes first.
    assert_eq!(get(&router, "/healthz").await.2, "ok\n");
}
