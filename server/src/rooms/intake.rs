//! What is read of a connection at all. Reading costs time and memory, so it is decided before, from
//! lengths and times alone, and without what connections share.

use skylink_protocol::Value;

use super::pace::Pace;
use super::{Dropped, RoomLimits};

/// Who is in no room has nothing to say but `joinRoom`, of which 2.7.2 sends about 1 KiB.
const OUTSIDE_BYTES: usize = 16 * 1024;
/// A page that joins all its rooms at once gets by with these.
const OUTSIDE_BURST: f64 = 200.0;
const OUTSIDE_PER_SECOND: f64 = 20.0;

/// So many times the messages that [`RoomLimits`] lets through are read, since handshakes are
/// never held back by those; but never fewer than a full room needs for its handshakes.
const SPARED: u32 = 4;
const LEAST_BURST: u32 = 8000;
const LEAST_PER_SECOND: u32 = 800;
/// Seconds of the lasting rate of bytes that may come at once.
const BYTES_BURST: f64 = 8.0;

/// The state of one connection.
#[derive(Debug, Default)]
pub struct Intake {
    is_inside: bool,
    messages: Pace,
    bytes: Pace,
}

/// What became of a text.
#[derive(Debug, PartialEq)]
pub enum Reading {
    /// It was read; what is no JSON is `Null`.
    Message(Value),
    /// It was not read.
    Unread(Dropped),
    /// It was not read, and was far from the first: the connection is to be closed.
    HangUp,
}

impl Intake {
    /// Whether the connection is in a room.
    pub fn set_inside(&mut self, is_inside: bool) {
        self.is_inside = is_inside;
    }

    /// As it was set.
    pub fn is_inside(&self) -> bool {
        self.is_inside
    }

    /// Reads a text, unless it is too long or there were too many. `now` is in milliseconds since
    /// 1970.
    pub fn read(&mut self, text: &str, now: u64, limits: &RoomLimits) -> Reading {
        let excess = self.excess(text.len(), now, limits);
        if excess > 2.0 {
            return Reading::HangUp;
        }
        if excess > 1.0 {
            return Reading::Unread(Dropped::TooFast);
        }
        let most =
            if self.is_inside { limits.message_bytes } else { limits.message_bytes.min(OUTSIDE_BYTES) };
        if text.len() > most {
            return Reading::Unread(Dropped::TooLong);
        }
        Reading::Message(serde_json::from_str(text).unwrap_or_default())
    }

    /// How much of what may come at once has come. What is not read counts too: who does not
    /// heed the limit meets its end.
    #[allow(clippy::cast_precision_loss)]
    fn excess(&mut self, length: usize, now: u64, limits: &RoomLimits) -> f64 {
        let mut excess: f64 = 0.0;
        if limits.messages_per_second > 0 {
            let (burst, rate) = if self.is_inside {
                let burst = limits.message_burst.saturating_mul(SPARED).max(LEAST_BURST);
                let rate = limits.messages_per_second.saturating_mul(SPARED).max(LEAST_PER_SECOND);
                (f64::from(burst), f64::from(rate))
            } else {
                (OUTSIDE_BURST, OUTSIDE_PER_SECOND)
            };
            excess = self.messages.spend(now, 1.0, rate) / burst;
        }
        if limits.bytes_per_second > 0 {
            let rate = f64::from(limits.bytes_per_second);
            // One that is as long as it may be must come through, with what comes before it.
            let burst = (rate * BYTES_BURST).max(limits.message_bytes as f64 * 2.0);
            excess = excess.max(self.bytes.spend(now, length as f64, rate) / burst);
        }
        excess
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    const MESSAGE: &str = r#"{"type":"public","rid":"r"}"#;

    fn inside() -> Intake {
        let mut intake = Intake::default();
        intake.set_inside(true);
        intake
    }

    /// How many are read, and how many are not before it is over.
    fn flood(mut intake: Intake, text: &str, limits: &RoomLimits) -> (usize, usize) {
        let (mut read, mut unread) = (0_usize, 0_usize);
        while read < 100_000 {
            match intake.read(text, 1_000_000, limits) {
                Reading::Message(_) => read = read.saturating_add(1),
                Reading::Unread(Dropped::TooFast) => unread = unread.saturating_add(1),
                Reading::Unread(reason) => panic!("{reason:?}"),
                Reading::HangUp => break,
            }
        }
        (read, unread)
    }

    #[test]
    fn a_flood_is_read_up_to_a_point_and_then_ended() {
        let limits = RoomLimits::default();
        assert_eq!(flood(inside(), MESSAGE, &limits), (8000, 8000));
        let large = "x".repeat(1024 * 1024);
        assert_eq!(flood(inside(), &large, &limits), (32, 32));
        let without = RoomLimits { messages_per_second: 0, ..limits };
        assert_eq!(flood(inside(), MESSAGE, &without).0, 100_000);
        let without = RoomLimits { bytes_per_second: 0, ..limits };
        assert_eq!(flood(inside(), &"x".repeat(100_000), &without), (8000, 8000));
    }

    #[test]
    fn who_stays_within_the_rate_is_always_read() {
        let (mut intake, limits) = (inside(), RoomLimits::default());
        for message in 0..100_000 {
            let reading = intake.read(MESSAGE, 1_000_000 + message * 2, &limits);
            assert!(matches!(reading, Reading::Message(Value::Object(_))), "{reading:?}");
        }
    }

    #[test]
    fn outside_of_rooms_little_is_read() {
        let limits = RoomLimits::default();
        assert_eq!(flood(Intake::default(), MESSAGE, &limits), (200, 200));
        let long = format!(r#"{{"type":"joinRoom","more":"{}"}}"#, "x".repeat(OUTSIDE_BYTES));
        let mut intake = Intake::default();
        assert_eq!(intake.read(&long, 0, &limits), Reading::Unread(Dropped::TooLong));
        intake.set_inside(true);
        assert!(matches!(intake.read(&long, 0, &limits), Reading::Message(Value::Object(_))));
    }
}
