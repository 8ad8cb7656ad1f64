//! Origins of pages as browsers write them, from what people write.

/// Ports that browsers leave out.
const USUAL_PORTS: [(&str, &str); 2] = [("http", "80"), ("https", "443")];

/// `*`, `null`, or `scheme://host` with a port if it is not the usual one; `None` for what no browser
/// sends: without a scheme, or with a path.
pub(super) fn as_browsers_write_it(text: &str) -> Option<String> {
    if text == "*" || text == "null" {
        return Some(text.to_owned());
    }
    let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let (scheme, authority) = text.split_once("://")?;
    let in_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let in_host =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '/' | '?' | '#' | '@' | '\\' | '*');
    if scheme.is_empty() || !scheme.chars().all(in_scheme) || !authority.chars().all(in_host) {
        return None;
    }
    // The colons of an IPv6 address are within brackets.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok() && !port.starts_with('+');
    if host.is_empty() || !port.is_none_or(is_port) {
        return None;
    }
    match port {
        Some(port) if !USUAL_PORTS.contains(&(scheme, port)) => Some(format!("{scheme}://{host}:{port}")),
        _ => Some(format!("{scheme}://{host}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (text, origin) in [
            ("*", "*"),
            ("null", "null"),
            ("https://App.example.com/", "https://app.example.com"),
            ("https://app.example.com:443", "https://app.example.com"),
            ("http://localhost:80", "http://localhost"),
            ("http://localhost:443", "http://localhost:443"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]"),
            ("https://[2001:db8::1]:443/", "https://[2001:db8::1]"),
            ("capacitor://localhost", "capacitor://localhost"),
        ] {
            assert_eq!(as_browsers_write_it(text).as_deref(), Some(origin), "{text}");
        }
    }

    #[test]
    fn what_no_browser_sends_is_none() {
        for text in [
            "",
            "app.example.com",
            "https://",
            "https:///",
            "https://app.example.com/path",
            "https://app.example.com?x",
            "https://user@app.example.com",
            "https://*.example.com",
            "https://app.example.com:port",
            "https://app.example.com:99999",
            "https://app.example.com, https://b.example.com",
        ] {
            assert_eq!(as_browsers_write_it(text), None, "{text}");
        }
    }
}
