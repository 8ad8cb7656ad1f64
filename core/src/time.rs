//! Time as the core sees it.

/// Milliseconds since 1970, from a clock that never goes back.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Timestamp(pub f64);

impl Timestamp {
    /// The moment `milliseconds` later.
    #[must_use]
    pub fn plus(self, milliseconds: f64) -> Self {
        Self(self.0 + milliseconds)
    }

    /// Whether this moment has come at `now`.
    pub fn is_due(self, now: Timestamp) -> bool {
        self <= now
    }

    /// ISO 8601 in UTC with milliseconds, as JavaScript's `toISOString` writes it.
    pub fn iso8601(self) -> String {
        let total = if self.0.is_finite() && self.0 > 0.0 { self.0 as u64 } else { 0 };
        let (days, of_day) = (total / 86_400_000, total % 86_400_000);
        let (year, month, day) = civil_date(days);
        let mut text = String::with_capacity(24);
        push_padded(&mut text, year, 4);
        text.push('-');
        push_padded(&mut text, month, 2);
        text.push('-');
        push_padded(&mut text, day, 2);
        text.push('T');
        push_padded(&mut text, of_day / 3_600_000, 2);
        text.push(':');
        push_padded(&mut text, of_day / 60_000 % 60, 2);
        text.push(':');
        push_padded(&mut text, of_day / 1_000 % 60, 2);
        text.push('.');
        push_padded(&mut text, of_day % 1_000, 3);
        text.push('Z');
        text
    }
}

/// The sooner of two moments that may be missing.
pub(crate) fn sooner(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b < a { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// Year, month and day of a day counted from 1970-01-01, by walking the Gregorian calendar.
fn civil_date(mut days: u64) -> (u64, u64, u64) {
    let mut year: u64 = 1970;
    loop {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let length = if leap { 366 } else { 365 };
        if days < length || year >= 9999 {
            let mut month: u64 = 1;
            for length in [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
                if days < length {
                    break;
                }
                days = days.saturating_sub(length);
                month = month.saturating_add(1);
            }
            return (year, month, days.saturating_add(1));
        }
        days = days.saturating_sub(length);
        year = year.saturating_add(1);
    }
}

fn push_padded(text: &mut String, number: u64, width: u32) {
    for place in (0..width).rev() {
        let digit = number.checked_div(10_u64.saturating_pow(place)).unwrap_or(0) % 10;
        text.push(char::from(b'0'.saturating_add(digit as u8)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_dates_as_javascript_does() {
        assert_eq!(Timestamp(0.0).iso8601(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp(1_709_164_799_999.0).iso8601(), "2024-02-28T23:59:59.999Z");
        assert_eq!(Timestamp(1_709_164_800_000.0).iso8601(), "2024-02-29T00:00:00.000Z");
        assert_eq!(Timestamp(1_798_761_599_001.0).iso8601(), "2026-12-31T23:59:59.001Z");
    }

    #[test]
    fn the_sooner_moment_wins() {
        let (early, late) = (Some(Timestamp(1.0)), Some(Timestamp(2.0)));
        assert_eq!(sooner(early, late), early);
        assert_eq!(sooner(None, late), late);
        assert_eq!(sooner(None, None), None);
    }
}
