//! Credentials that an app's own backend signs (wire protocol 3.3).

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::secret::Secret;

/// Whether `credentials` (base64, URL-decoded) is the HMAC-SHA-1 of room, duration and start as
/// the app wrote them. Compares in constant time.
pub fn credentials_match(
    secret: &Secret,
    room: &str,
    duration: &str,
    start: &str,
    credentials: &str,
) -> bool {
    // A `+` that the app did not encode arrives as a blank.
    let Ok(code) = STANDARD.decode(credentials.replace(' ', "+")) else {
        return false;
    };
    let Ok(mac) = Hmac::<Sha1>::new_from_slice(secret.reveal().as_bytes()) else {
        return false;
    };
    mac.chain_update(format!("{room}_{duration}_{start}").as_bytes()).verify_slice(&code).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "2024-05-01T08:00:00.000Z";
    const CODE: &str = "4MBsYyje1FFAfSEjn3ZQEI1jY8o=";

    #[test]
    fn the_known_vector_matches() {
        let secret = Secret::new("s3cr3tkey");
        assert!(credentials_match(&secret, "my-room", "2", START, CODE));
    }

    #[test]
    fn anything_else_does_not() {
        let secret = Secret::new("s3cr3tkey");
        assert!(!credentials_match(&secret, "other-room", "2", START, CODE));
        assert!(!credentials_match(&secret, "my-room", "24", START, CODE));
        assert!(!credentials_match(&secret, "my-room", "2", START, ""));
        assert!(!credentials_match(&secret, "my-room", "2", START, "4MBs"));
        assert!(!credentials_match(&secret, "my-room", "2", START, "no base64"));
        let wrong = Secret::new("other");
        assert!(!credentials_match(&wrong, "my-room", "2", START, CODE));
    }
}
