//! Moments as the wire has them: milliseconds since 1970, and ISO 8601 text.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// The present moment in milliseconds since 1970.
pub fn now() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

/// As `Date.prototype.toISOString` writes it.
pub fn to_iso(moment: u64) -> String {
    let timestamp = i64::try_from(moment)
        .ok()
        .and_then(|moment| Timestamp::from_millisecond(moment).ok())
        .unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{timestamp:.3}")
}

/// Reads ISO 8601 text with a time zone; `None` if it is not, or is before 1970.
pub fn from_iso(text: &str) -> Option<u64> {
    let timestamp: Timestamp = text.parse().ok()?;
    u64::try_from(timestamp.as_millisecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_text_is_read_and_written() {
        assert_eq!(from_iso("2024-05-01T08:00:00.000Z"), Some(1_714_550_400_000));
        assert_eq!(from_iso("2024-05-01T10:00:00+02:00"), Some(1_714_550_400_000));
        assert_eq!(to_iso(1_714_550_400_120), "2024-05-01T08:00:00.120Z");
        assert_eq!(to_iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(to_iso(u64::MAX), "1970-01-01T00:00:00.000Z");
        for wrong in ["", "yesterday", "2024-05-01", "1960-01-01T00:00:00Z"] {
            assert_eq!(from_iso(wrong), None, "{wrong}");
        }
    }
}
