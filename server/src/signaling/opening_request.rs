//! The request with which a connection begins, as small as it can be.

use axum::extract::Request;
use axum::http::{header, HeaderMap, HeaderValue, Method, Uri};

use crate::listening::Outflow;

/// socketioxide keeps the request that opened a connection for as long as the connection lasts.
/// Its address and headers are slices of the buffer into which the HTTP connection was read, 8 KiB
/// of it, so one of them keeps all of that. Only the key of the WebSocket handshake is looked at.
pub(crate) async fn with_little_to_keep(mut request: Request) -> Request {
    if request.method() != Method::GET {
        return request;
    }
    let key = request.headers().get(header::SEC_WEBSOCKET_KEY).and_then(copy);
    if key.is_some() {
        if let Some(outflow) = request.extensions().get::<Outflow>() {
            outflow.expect_pings();
        }
    }
    *request.headers_mut() = HeaderMap::new();
    if let Some(key) = key {
        request.headers_mut().insert(header::SEC_WEBSOCKET_KEY, key);
    }
    let uri: Option<Uri> = request.uri().path_and_query().and_then(|uri| uri.as_str().parse().ok());
    *request.uri_mut() = uri.unwrap_or_default();
    request
}

/// With memory of its own.
fn copy(value: &HeaderValue) -> Option<HeaderValue> {
    HeaderValue::from_bytes(value.as_bytes()).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn request(method: Method, uri: &str) -> Request {
        Request::builder()
            .method(method)
            .uri(uri)
            .header(header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ==")
            .header(header::CONTENT_TYPE, "text/plain")
            .body(Body::empty())
            .unwrap()
    }

    #[tokio::test]
    async fn the_path_the_query_and_the_key_are_kept() {
        let opening = request(Method::GET, "http://host/socket.io/?EIO=3&transport=websocket");
        let kept = with_little_to_keep(opening).await;
        assert_eq!(kept.uri(), "/socket.io/?EIO=3&transport=websocket");
        assert_eq!(kept.headers().len(), 1);
        assert_eq!(kept.headers()[header::SEC_WEBSOCKET_KEY], "dGhlIHNhbXBsZSBub25jZQ==");
    }

    #[tokio::test]
    async fn packets_posted_by_polling_clients_stay_as_they_are() {
        let kept = with_little_to_keep(request(Method::POST, "/socket.io/?sid=x")).await;
        assert_eq!(kept.headers().len(), 2);
    }
}
