//! Two connections in one page.

use crate::constructed::Constructed;
use crate::reports::{reports, Reports};
use crate::values::js;
use js_sys::Reflect;
use skylink_core::{ConnectionEvent, DescriptionKind};
use skylink_wasm::browser::connection::Connection;
use skylink_wasm::convert::text;
use skylink_wasm::handles::Handles;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::RtcPeerConnection;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Caller,
    Callee,
}
pub use End::{Callee, Caller};

impl End {
    fn other(self) -> Self {
        match self {
            Caller => Callee,
            Callee => Caller,
        }
    }
}

/// One of the two, and what it is made of.
pub struct Side {
    connection: Option<Connection>,
    pub handles: Rc<Handles>,
    pub native: RtcPeerConnection,
    /// Shared with the callback that the connection reports to.
    pub held: Rc<()>,
}

impl Side {
    fn new(report: impl Fn(ConnectionEvent) + 'static) -> Self {
        let natives = Constructed::by("RTCPeerConnection");
        let (handles, held) = (Rc::new(Handles::default()), Rc::new(()));
        let holding = Rc::clone(&held);
        let report = Rc::new(move |event| {
            let _ = &holding;
            report(event);
        });
        let connection = Connection::new(&js("{}"), Rc::clone(&handles), report).unwrap();
        Self { connection: Some(connection), handles, native: natives.only(), held }
    }

    pub fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("it was closed")
    }

    /// Drops the connection.
    pub fn close(&mut self) {
        self.connection = None;
    }

    /// Offers, and waits until the offer is set.
    pub async fn offer(&self) -> String {
        let offer = self.connection().create_offer(&js("{}")).await.unwrap();
        let offer = text(&offer, "sdp");
        self.connection().set_local(DescriptionKind::Offer, &offer).await.unwrap();
        offer
    }

    /// Answers an offer, and waits until both are set.
    pub async fn answer(&self, offer: &str) -> String {
        self.connection().set_remote(DescriptionKind::Offer, offer).await.unwrap();
        let answer = self.connection().create_answer(&js("{}")).await.unwrap();
        let answer = text(&answer, "sdp");
        self.connection().set_local(DescriptionKind::Answer, &answer).await.unwrap();
        answer
    }
}

/// Both, with everything that they reported.
pub struct Pair {
    pub caller: Side,
    pub callee: Side,
    events: Reports<(End, ConnectionEvent)>,
    seen: Vec<(End, ConnectionEvent)>,
}

impl Pair {
    /// Two that do not know each other yet.
    pub fn new() -> Self {
        let (report, events) = reports();
        let tell_callee = report.clone();
        Self {
            caller: Side::new(move |event| report((Caller, event))),
            callee: Side::new(move |event| tell_callee((Callee, event))),
            events,
            seen: Vec::new(),
        }
    }

    pub fn side(&self, end: End) -> &Side {
        match end {
            Caller => &self.caller,
            Callee => &self.callee,
        }
    }

    /// Offer and answer.
    pub async fn negotiate(&self, offerer: End) {
        let (offerer, answerer) = (self.side(offerer), self.side(offerer.other()));
        let offer = offerer.offer().await;
        let answer = answerer.answer(&offer).await;
        offerer.connection().set_remote(DescriptionKind::Answer, &answer).await.unwrap();
    }

    /// Waits for an event of one end, unless it was seen already. Hands over candidates meanwhile.
    pub async fn until(&mut self, end: End, wanted: impl Fn(&ConnectionEvent) -> bool) -> ConnectionEvent {
        loop {
            let found = self.seen.iter().find(|(from, event)| *from == end && wanted(event));
            if let Some((_, event)) = found {
                return event.clone();
            }
            self.take_next().await;
        }
    }

    /// As [`Pair::until`], for an event known in full.
    pub async fn until_event(&mut self, end: End, event: ConnectionEvent) {
        self.until(end, |seen| *seen == event).await;
    }

    /// As [`Pair::until`], for a number of events of one end.
    pub async fn until_count(
        &mut self,
        end: End,
        count: usize,
        wanted: impl Fn(&ConnectionEvent) -> bool,
    ) -> Vec<ConnectionEvent> {
        loop {
            let found: Vec<_> = self.seen(end).into_iter().filter(&wanted).collect();
            if found.len() >= count {
                return found;
            }
            self.take_next().await;
        }
    }

    /// All events of one end by now.
    pub fn seen(&mut self, end: End) -> Vec<ConnectionEvent> {
        self.seen.extend(self.events.arrived());
        let of_end = self.seen.iter().filter(|(from, _)| *from == end);
        of_end.map(|(_, event)| event.clone()).collect()
    }

    /// Waits for later events only.
    pub fn forget(&mut self) {
        self.events.arrived();
        self.seen.clear();
    }

    async fn take_next(&mut self) {
        let (from, event) = self.events.next().await;
        if let ConnectionEvent::LocalCandidate { candidate, mid, line } = &event {
            let candidate = candidate_init(candidate, mid.as_deref(), *line);
            if let Some(connection) = &self.side(from.other()).connection {
                connection.add_candidate(&candidate).await.unwrap();
            }
        }
        self.seen.push((from, event));
    }
}

/// An `RTCIceCandidateInit`.
pub fn candidate_init(candidate: &str, mid: Option<&str>, line: Option<f64>) -> JsValue {
    let init = js("{}");
    let members =
        [("candidate", JsValue::from_str(candidate)), ("sdpMid", mid.into()), ("sdpMLineIndex", line.into())];
    for (key, value) in members {
        assert!(Reflect::set(&init, &key.into(), &value).unwrap());
    }
    init
}
