//! What request headers say about where a page comes from and where it found us.

use axum::http::{header, HeaderMap, HeaderName, Uri};

use crate::settings::is_host_and_port;

/// Origin of the page. Browsers leave `Origin` out of same-origin `GET` requests; the `Referer`
/// then tells.
pub(super) fn page_origin(headers: &HeaderMap) -> Option<String> {
    if let Some(origin) = text(headers, &header::ORIGIN) {
        return Some(origin.to_ascii_lowercase());
    }
    let referer: Uri = text(headers, &header::REFERER)?.parse().ok()?;
    let origin = format!("{}://{}", referer.scheme_str()?, referer.authority()?);
    Some(origin.to_ascii_lowercase())
}

/// `host` or `host:port` by which the client reached us.
pub(super) fn called_address(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let authority = uri.authority().map(|authority| authority.as_str());
    authority
        .or_else(|| text(headers, &header::HOST))
        .filter(|address| is_host_and_port(address))
        .map(str::to_owned)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn the_referer_stands_in_for_a_missing_origin() {
        let origin = headers(header::ORIGIN, "https://App.example.com");
        assert_eq!(page_origin(&origin).as_deref(), Some("https://app.example.com"));
        let referer = headers(header::REFERER, "http://localhost:8080/room?x=1");
        assert_eq!(page_origin(&referer).as_deref(), Some("http://localhost:8080"));
        assert_eq!(page_origin(&headers(header::REFERER, "/relative")), None);
        assert_eq!(page_origin(&HeaderMap::new()), None);
    }

    #[test]
    fn the_address_is_taken_only_if_it_is_one() {
        let uri = Uri::from_static("/api/demo/lobby");
        let called = |host| called_address(&headers(header::HOST, host), &uri);
        assert_eq!(called("localhost:8080").as_deref(), Some("localhost:8080"));
        assert_eq!(called("[::1]:8080").as_deref(), Some("[::1]:8080"));
        assert_eq!(called("evil.example/path"), None);
        assert_eq!(called("user@evil.example"), None);
        assert_eq!(called_address(&HeaderMap::new(), &uri), None);
    }
}
