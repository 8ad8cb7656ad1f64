use crate::page_errors::PageErrors;
use crate::pair::{candidate_init, Callee, Caller, End, Pair};
use crate::settled::fulfilled;
use crate::values::js;
use js_sys::{Array, Function, Promise};
use skylink_core::ConnectionEvent::{
    self, Channel, ConnectionState, GatheringState, IceState, LocalCandidate, SignalingState,
};
use skylink_core::{ChannelEvent, ChannelId, DescriptionKind};
use skylink_protocol::Value;
use skylink_wasm::browser::connection::Connection;
use skylink_wasm::convert::{get, text};
use skylink_wasm::handles::Handles;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

const LABEL: &str = "main";

/// As the core numbers its channels.
const MAIN: ChannelId = 0x8000_0001;
const OFFERED: ChannelId = 1;

fn on(channel: ChannelId, event: ChannelEvent) -> ConnectionEvent {
    Channel { channel, buffered: 0.0, event }
}

fn got_text(channel: ChannelId, words: &str) -> ConnectionEvent {
    on(channel, ChannelEvent::Text(words.to_owned()))
}

/// Two connections with an open channel.
async fn connected() -> Pair {
    let mut pair = Pair::new();
    pair.caller.connection().open_channel(MAIN, LABEL, 0);
    pair.negotiate(Caller).await;
    pair.until_event(Caller, on(MAIN, ChannelEvent::Open)).await;
    pair.until_event(Callee, on(OFFERED, ChannelEvent::Open)).await;
    pair
}

/// The states of one kind that an end reported.
fn states(pair: &mut Pair, end: End, of: fn(ConnectionEvent) -> Option<String>) -> Vec<String> {
    pair.seen(end).into_iter().filter_map(of).collect()
}

#[wasm_bindgen_test]
async fn reports_the_states_on_the_way() {
    let mut pair = connected().await;
    for end in [Caller, Callee] {
        pair.until_event(end, ConnectionState("connected".into())).await;
        pair.until_event(end, GatheringState("complete".into())).await;
        let signaling = states(&mut pair, end, |event| match event {
            SignalingState(state) => Some(state),
            _ => None,
        });
        let offered = if end == Caller { "have-local-offer" } else { "have-remote-offer" };
        assert_eq!(signaling, [offered, "stable"]);
        let gathering = states(&mut pair, end, |event| match event {
            GatheringState(state) => Some(state),
            _ => None,
        });
        assert_eq!(gathering, ["gathering", "complete"]);
        let connection = states(&mut pair, end, |event| match event {
            ConnectionState(state) => Some(state),
            _ => None,
        });
        assert_eq!(connection, ["connecting", "connected"]);
        let ice = states(&mut pair, end, |event| match event {
            IceState(state) => Some(state),
            _ => None,
        });
        assert_eq!(ice[..2], ["checking", "connected"]);
    }
}

#[wasm_bindgen_test]
async fn reports_candidates_but_not_their_end() {
    let mut pair = connected().await;
    for end in [Caller, Callee] {
        pair.until_event(end, GatheringState("complete".into())).await;
        let mut candidates = 0;
        for event in pair.seen(end) {
            if let LocalCandidate { candidate, mid, line } = event {
                assert!(candidate.starts_with("candidate:"), "{candidate}");
                assert_eq!((mid.as_deref(), line), (Some("0"), Some(0.0)));
                candidates += 1;
            }
        }
        assert!(candidates > 0);
    }
}

#[wasm_bindgen_test]
async fn text_goes_both_ways_through_a_channel_that_one_side_opened() {
    let mut pair = connected().await;
    let offered = on(OFFERED, ChannelEvent::Offered { label: LABEL.to_owned() });
    let first = pair.seen(Callee).into_iter().find(|event| matches!(event, Channel { .. }));
    assert_eq!(first, Some(offered), "before it is open");
    for (from, to) in [((Caller, MAIN), (Callee, OFFERED)), ((Callee, OFFERED), (Caller, MAIN))] {
        for words in ["{Grüße 👋", "", "{second"] {
            pair.side(from.0).connection().send_text(from.1, words);
        }
        let is_text = |event: &ConnectionEvent| matches!(event, Channel { event: ChannelEvent::Text(_), .. });
        let events = pair.until_count(to.0, 3, is_text).await;
        assert_eq!(events, ["{Grüße 👋", "", "{second"].map(|words| got_text(to.1, words)));
    }
}

#[wasm_bindgen_test]
async fn a_channel_tells_how_much_waits_and_when_it_is_sent() {
    let mut pair = connected().await;
    pair.forget();
    pair.caller.connection().send_text(MAIN, &"x".repeat(60_000));
    pair.until_event(Caller, on(MAIN, ChannelEvent::BufferedAmountLow)).await;
    // Sixteen mebibytes are the browser's limit.
    for _ in 0..300 {
        pair.caller.connection().send_text(MAIN, &"x".repeat(60_000));
    }
    let not_sent = |event: &ConnectionEvent| matches!(event, Channel { event: ChannelEvent::NotSent(_), .. });
    let full = pair.until(Caller, not_sent).await;
    let Channel { buffered, event: ChannelEvent::NotSent(error), .. } = full else { unreachable!() };
    assert!(buffered > 1e6, "{buffered}");
    assert_eq!(text(&pair.caller.handles.get(error), "name"), "OperationError");
}

#[wasm_bindgen_test]
fn a_channel_that_cannot_be_made_is_reported() {
    let mut pair = Pair::new();
    pair.caller.connection().open_channel(MAIN, &"x".repeat(70_000), 0);
    let failed = |event: &ConnectionEvent| {
        matches!(event, Channel { channel: MAIN, event: ChannelEvent::NotMade(_), .. })
    };
    assert!(pair.seen(Caller).iter().any(failed));
}

#[wasm_bindgen_test]
fn text_needs_an_open_channel() {
    let mut pair = Pair::new();
    pair.caller.connection().send_text(MAIN, "nothing of that number");
    assert_eq!(pair.seen(Caller), []);
    pair.caller.connection().open_channel(MAIN, LABEL, 0);
    pair.caller.connection().send_text(MAIN, "too early");
    let seen = pair.seen(Caller);
    let [Channel { channel: MAIN, event: ChannelEvent::NotSent(error), .. }] = seen.as_slice() else {
        panic!("{seen:?}")
    };
    assert_eq!(text(&pair.caller.handles.get(*error), "name"), "InvalidStateError");
}

#[wasm_bindgen_test]
async fn channels_of_one_name_are_told_apart() {
    let mut pair = connected().await;
    let (second, second_offered) = (MAIN + 1, OFFERED + 1);
    pair.caller.connection().open_channel(second, LABEL, 0);
    pair.until_event(Caller, on(second, ChannelEvent::Open)).await;
    pair.until_event(Callee, on(second_offered, ChannelEvent::Open)).await;
    pair.caller.connection().send_text(second, "{new");
    pair.until_event(Callee, got_text(second_offered, "{new")).await;
    pair.caller.connection().send_text(MAIN, "{old");
    pair.until_event(Callee, got_text(OFFERED, "{old")).await;
}

#[wasm_bindgen_test]
async fn a_channel_closes_silently_and_the_other_side_notices() {
    let mut pair = connected().await;
    // Said after the channel opens, at times.
    pair.until_event(Caller, ConnectionState("connected".into())).await;
    pair.until_event(Caller, GatheringState("complete".into())).await;
    pair.forget();
    pair.caller.connection().close_channel(MAIN);
    pair.until_event(Callee, on(OFFERED, ChannelEvent::Closed)).await;
    pair.caller.connection().send_text(MAIN, "text");
    assert_eq!(pair.seen(Caller), []);
}

#[wasm_bindgen_test]
async fn dropping_it_closes_it_silently_and_the_other_side_notices() {
    let mut pair = connected().await;
    pair.until_event(Caller, GatheringState("complete".into())).await;
    pair.forget();
    let mut errors = PageErrors::watch();
    pair.caller.close();
    assert_eq!(text(&pair.caller.native, "connectionState"), "closed");
    assert_eq!(text(&pair.caller.native, "signalingState"), "closed");
    assert_eq!(Rc::strong_count(&pair.caller.held), 1);
    assert_eq!(Rc::strong_count(&pair.caller.handles), 1);

    pair.until_event(Callee, on(OFFERED, ChannelEvent::Closed)).await;
    assert_eq!(pair.seen(Caller), []);
    errors.assert_none();
    pair.callee.close();
    assert_eq!(Rc::strong_count(&pair.callee.held), 1);
    assert_eq!(Rc::strong_count(&pair.callee.handles), 1);
}

/// A connection that goes down with open channels is an error of theirs, and its cause is told.
#[wasm_bindgen_test]
async fn channels_report_the_browsers_error() {
    let mut pair = connected().await;
    pair.caller.native.close();
    let is_failure =
        |event: &ConnectionEvent| matches!(event, Channel { event: ChannelEvent::Failed { .. }, .. });
    let failed = pair.until(Callee, is_failure).await;
    let Channel { channel: OFFERED, event: ChannelEvent::Failed { error, cause }, .. } = failed else {
        panic!("{failed:?}")
    };
    assert_eq!(cause, Some(12.0), "closed by its user");
    assert_eq!(text(&pair.callee.handles.get(error), "type"), "error");
}

#[wasm_bindgen(inline_js = "
export function keepBusy() {
  const { port1, port2 } = new MessageChannel();
  let isBusy = true;
  port2.onmessage = () => {
    const end = performance.now() + 5;
    while (performance.now() < end);
    if (isBusy) port1.postMessage(0);
  };
  port1.postMessage(0);
  return () => {
    isBusy = false;
  };
}")]
extern "C" {
    /// The page has something to do until what this gives is called.
    #[wasm_bindgen(js_name = keepBusy)]
    fn keep_busy() -> Function;
}

#[wasm_bindgen_test]
async fn statistics_that_can_wait_come_when_the_page_is_idle() {
    let pair = connected().await;
    let connection = pair.side(Caller).connection();
    let stop = keep_busy();
    let waiting = connection.read_statistics(true);
    for _ in 0..5 {
        fulfilled(&connection.read_statistics(false)).await;
    }
    let pending: Promise = Promise::resolve(&JsValue::from("pending"));
    assert_eq!(fulfilled(&Promise::race(&Array::of2(&waiting, &pending))).await, "pending");
    stop.call0(&JsValue::NULL).unwrap();
    let report = fulfilled(&waiting).await;
    let Value::Object(entries) = connection.statistics(&report).report else { panic!("no report") };
    assert!(entries.iter().any(|(_, entry)| entry.get("type") == Some(&"transport".into())));
}

#[wasm_bindgen_test]
async fn dropping_it_halfway_through_frees_everything() {
    let mut pair = Pair::new();
    pair.caller.connection().open_channel(MAIN, LABEL, 0);
    let offer = pair.caller.offer().await;
    let remote = pair.callee.connection().set_remote(DescriptionKind::Offer, &offer);
    for side in [&mut pair.caller, &mut pair.callee] {
        side.close();
        assert_eq!(text(&side.native, "connectionState"), "closed");
        assert_eq!(Rc::strong_count(&side.held), 1);
        assert_eq!(Rc::strong_count(&side.handles), 1);
    }
    drop(remote);
}

#[wasm_bindgen_test]
fn a_configuration_may_be_refused() {
    let configuration = js(r#"{"iceServers":[{"urls":"no address"}]}"#);
    let refused = Connection::new(&configuration, Rc::new(Handles::default()), Rc::new(|_| {}));
    assert_eq!(text(&refused.err().unwrap(), "name"), "SyntaxError");
}

#[wasm_bindgen_test]
async fn refusals_are_the_browsers_own() {
    let pair = Pair::new();
    let connection = pair.caller.connection();
    let candidate = "candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host";
    let refused = [
        (connection.set_remote(DescriptionKind::Offer, "no description"), "OperationError"),
        (connection.create_answer(&js("{}")), "InvalidStateError"),
        (connection.add_candidate(&candidate_init(candidate, Some("0"), None)), "InvalidStateError"),
    ];
    for (promise, name) in refused {
        assert_eq!(text(&promise.await.unwrap_err(), "name"), name);
    }
}

#[wasm_bindgen_test]
async fn a_candidate_without_a_section_is_refused() {
    let pair = Pair::new();
    pair.caller.connection().open_channel(MAIN, LABEL, 0);
    pair.negotiate(Caller).await;
    let candidate = "candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host";
    let connection = pair.callee.connection();
    let wrong = connection.add_candidate(&candidate_init(candidate, Some("nowhere"), None));
    assert_eq!(text(&wrong.await.unwrap_err(), "name"), "OperationError");
    connection.add_candidate(&candidate_init(candidate, Some("0"), None)).await.unwrap();
    connection.add_candidate(&candidate_init(candidate, None, Some(0.0))).await.unwrap();
}

#[wasm_bindgen_test]
async fn an_offer_can_be_rolled_back() {
    let mut pair = Pair::new();
    pair.caller.connection().open_channel(MAIN, LABEL, 0);
    pair.caller.offer().await;
    pair.caller.connection().set_local(DescriptionKind::Rollback, "").await.unwrap();
    pair.until_event(Caller, SignalingState("stable".into())).await;
}

#[wasm_bindgen_test]
async fn an_offer_can_restart_ice() {
    let pair = connected().await;
    let user = |offer: &str| offer.lines().find(|line| line.starts_with("a=ice-ufrag:")).unwrap().to_owned();
    let connection = pair.caller.connection();
    let mut users = Vec::new();
    for options in [r#"{"iceRestart":false}"#, r#"{"iceRestart":true}"#] {
        users.push(user(&text(&connection.create_offer(&js(options)).await.unwrap(), "sdp")));
    }
    assert_eq!(users[0], user(&text(&get(&pair.caller.native, "localDescription"), "sdp")));
    assert_ne!(users[0], users[1]);
}
