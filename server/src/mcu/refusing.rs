//! Says no to members that ask for what this server cannot do, and why.

use std::sync::Arc;
use std::time::Instant;

use skylink_protocol::signaling::{
    RecordingEvent, RtmpEvent, StartRecording, StartRtmp, StopRecording, StopRtmp,
};
use skylink_protocol::{Object, Value};

use super::tap::{Order, Orders, Tap, TapEvent, TapFactory};

/// What is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Recordings.
    Recordings,
    /// Live streams.
    LiveStreams,
}

/// Stands in for a tap that cannot work, and answers in its place. `reason` reaches applications.
pub fn refusing(refused: Refused, reason: &str) -> TapFactory {
    let reason: Arc<str> = reason.into();
    Arc::new(move |_, _| Box::new(Refusal { refused, reason: Arc::clone(&reason) }))
}

struct Refusal {
    refused: Refused,
    reason: Arc<str>,
}

impl Tap for Refusal {
    fn handle(&mut self, event: TapEvent<'_>, _now: Instant, orders: &mut Orders) {
        let TapEvent::Request { peer, message } = event else { return };
        let text = |name: &str| message.get(name).and_then(Value::as_text).unwrap_or_default();
        let refusal = match (self.refused, text("type")) {
            (Refused::Recordings, StartRecording::TYPE | StopRecording::TYPE) => {
                Object::new().with("type", RecordingEvent::TYPE)
            }
            (Refused::LiveStreams, StartRtmp::TYPE | StopRtmp::TYPE) => {
                Object::new().with("type", RtmpEvent::TYPE).with("rtmpId", text("rtmpId"))
            }
            _ => return,
        };
        let message = Value::Object(refusal.with("action", "error").with("error", &*self.reason));
        orders.push(Order::Signal { to: peer.to_owned(), message });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::mcu::tap::TapHandle;

    fn ask(refused: Refused, message: &str) -> Vec<String> {
        let mut tap = refusing(refused, "not here")("room", TapHandle::new(|_| {}));
        let message: Value = serde_json::from_str(message).unwrap();
        let mut orders = Orders::new();
        let request = TapEvent::Request { peer: "a", message: &message };
        tap.handle(request, Instant::now(), &mut orders);
        let shown = |order| match order {
            Order::Signal { to, message } => format!("{to} {}", serde_json::to_string(&message).unwrap()),
            other => format!("{other:?}"),
        };
        orders.into_iter().map(shown).collect()
    }

    #[test]
    fn each_refuses_its_own_requests_alone() {
        let recording = r#"{"type":"startRecordingRoom"}"#;
        let live = r#"{"type":"stopRTMP","rtmpId":"live"}"#;
        assert_eq!(
            ask(Refused::Recordings, recording),
            [r#"a {"type":"recordingEvent","action":"error","error":"not here"}"#]
        );
        assert_eq!(
            ask(Refused::LiveStreams, live),
            [r#"a {"type":"rtmpEvent","rtmpId":"live","action":"error","error":"not here"}"#]
        );
        assert!(ask(Refused::LiveStreams, recording).is_empty());
        assert!(ask(Refused::Recordings, live).is_empty());
    }
}
