//! Asking the API server for a room (wire protocol, section 3).

use crate::options::{whole_number, InitOptions};
use crate::time::Timestamp;
use crate::JsonText;

/// The address to ask (wire protocol 3.1). The room name is percent-encoded, unlike in 2.7.2:
/// plain names come out the same.
pub(crate) fn room_url(
    options: &InitOptions,
    room: &str,
    page_protocol: &str,
    json: JsonText,
    now: Timestamp,
) -> String {
    let mut url = [
        options.protocol(page_protocol),
        options.room_server().trim_end_matches('/'),
        "/api/",
        options.app_key(),
        "/",
        &percent_encode(room),
    ]
    .concat();
    if let Some((start, duration, signature)) = options.credentials(json) {
        for part in ["/", &start, "/", &duration, "?cred=", &signature, "&"] {
            url.push_str(part);
        }
    } else {
        url.push('?');
    }
    url.push_str("rand=");
    url.push_str(&whole_number(now.0));
    url
}

/// The headers that every request carries (wire protocol 3.1).
pub(crate) fn headers(sdk_version: &str) -> Vec<(&'static str, String)> {
    vec![
        ("Skylink_SDK_type", "Web SDK".to_owned()),
        ("Skylink_SDK_version", sdk_version.to_owned()),
        ("Skylink_API_version", "9.0.0".to_owned()),
        ("X-Server-Select", "sig-v2".to_owned()),
    ]
}

/// As JavaScript's `encodeURIComponent`.
fn percent_encode(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for digit in [byte >> 4, byte & 15] {
                encoded.push(char::from(HEX.get(usize::from(digit)).copied().unwrap_or(b'0')));
            }
        }
    }
    encoded
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn url(options: &str, room: &str) -> String {
        let options = InitOptions::new(serde_json::from_str(options).unwrap());
        let json = JsonText {
            parse: |text| serde_json::from_str(text).ok(),
            print: |value| serde_json::to_string(value).unwrap(),
        };
        room_url(&options, room, "http:", json, Timestamp(1_772_443_204_120.0))
    }

    #[test]
    fn asks_by_key_and_encoded_room() {
        assert_eq!(
            url(r#"{"appKey":"k","roomServer":"//rtc.example.net:8443/skylink/"}"#, "my room/ü"),
            "https://rtc.example.net:8443/skylink/api/k/my%20room%2F%C3%BC?rand=1772443204120"
        );
    }

    #[test]
    fn credentials_go_into_the_path_as_they_are() {
        for hours in ["2", "0.5", "1.25", r#""0.50""#] {
            let options = [
                r#"{"appKey":"k","forceSSL":false,"roomServer":"//h",
                "credentials":{"startDateTime":"2024-05-01T08:00:00.000Z","credentials":"4MBs%3D","duration":"#,
                hours,
                "}}",
            ]
            .concat();
            let path = ["http://h/api/k/r/2024-05-01T08:00:00.000Z/", hours.trim_matches('"')].concat();
            assert_eq!(url(&options, "r"), [&path, "?cred=4MBs%3D&rand=1772443204120"].concat());
        }
    }
}
