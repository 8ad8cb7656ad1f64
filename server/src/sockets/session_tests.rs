#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

use proptest::prelude::*;

use super::session::Ticket;
use super::*;
use std::time::{Duration, Instant};

const RULES: Rules =
    Rules { patience: Duration::from_secs(85), capacity: Capacity { frames: 8, bytes: 10_000 } };

fn texts(frames: &[Frame]) -> Vec<&str> {
    frames.iter().map(Frame::packet).collect()
}

fn frame(packet: &str) -> Frame {
    Frame::packet_of(packet)
}

/// One that polls and has its handshake.
fn polling(now: Instant) -> Session {
    let mut session = Session::polling("{}", RULES, now);
    assert_eq!(texts(&session.opening()), ["0{}", "40"]);
    session
}

fn websocket(now: Instant) -> Session {
    let mut session = Session::websocket("{}", RULES, now);
    assert_eq!(written(&mut session), (vec!["0{}".to_owned(), "40".to_owned()], Next::Wait));
    session
}

/// What is written to its WebSocket until there is nothing more to be written.
fn written(session: &mut Session) -> (Vec<String>, Next) {
    let mut packets = Vec::new();
    loop {
        let mut hand: Vec<Frame> = Vec::new();
        match session.next(&mut hand) {
            Next::Write => packets.extend(hand.iter().map(|frame| frame.packet().to_owned())),
            next => return (packets, next),
        }
    }
}

fn says(session: &mut Session, packet: &str, now: Instant) -> Outcome {
    session.take_in(Incoming::read(packet), now)
}

/// A poll that is answered at once.
fn poll(session: &mut Session) -> Vec<String> {
    let ticket = session.begin_poll().unwrap();
    let answer = session.answer(ticket).unwrap();
    answer.iter().map(|frame| frame.packet().to_owned()).collect()
}

#[test]
fn texts_reach_the_rooms_and_pings_are_answered_on_either_way() {
    let now = Instant::now();
    for (mut session, polls) in [(polling(now), true), (websocket(now), false)] {
        assert_eq!(says(&mut session, "42[\"message\",\"x\"]", now), Outcome::Text("x".to_owned()));
        assert_eq!(says(&mut session, "42[\"message\",5]", now), Outcome::Odd);
        assert_eq!(says(&mut session, "2", now), Outcome::Nothing);
        assert!(session.send(frame("4a")));
        let heard = if polls { poll(&mut session) } else { written(&mut session).0 };
        assert_eq!(heard, ["3", "4a"]);
    }
}

#[test]
fn a_poll_waits_until_there_is_something() {
    let mut session = polling(Instant::now());
    let ticket = session.begin_poll().unwrap();
    assert_eq!(session.answer(ticket), None);
    // What is posted meanwhile does not end it, but what follows from it does.
    assert!(matches!(says(&mut session, "42[\"message\",\"x\"]", Instant::now()), Outcome::Text(_)));
    assert_eq!(session.answer(ticket), None);
    says(&mut session, "2", Instant::now());
    assert_eq!(texts(&session.answer(ticket).unwrap()), ["3"]);
}

#[test]
fn a_second_poll_takes_the_place_of_the_first() {
    let mut session = polling(Instant::now());
    let first = session.begin_poll().unwrap();
    let second = session.begin_poll().unwrap();
    assert_eq!(session.answer(second), None);
    session.send(frame("4a"));
    assert_eq!(texts(&session.answer(first).unwrap()), ["6"]);
    assert_eq!(texts(&session.answer(second).unwrap()), ["4a"]);
}

#[test]
fn a_client_changes_over_while_messages_wait() {
    let now = Instant::now();
    let mut session = polling(now);
    let waiting = session.begin_poll().unwrap();
    session.begin_upgrade().unwrap();
    // A WebSocket alone changes nothing yet.
    assert_eq!(session.answer(waiting), None);
    assert_eq!(session.probe("2probe", now), ProbeStep::Answer(frame("3probe")));
    assert_eq!(texts(&session.answer(waiting).unwrap()), ["6"]);
    session.send(frame("4a"));
    assert_eq!(poll(&mut session), ["4a"]);
    assert_eq!(poll(&mut session), ["6"]);
    session.send(frame("4b"));
    session.send(frame("4c"));
    let late = session.begin_poll().unwrap();
    assert_eq!(session.probe("5", now), ProbeStep::Replaced);
    assert_eq!(texts(&session.answer(late).unwrap()), ["6"]);
    assert_eq!(written(&mut session), (vec!["4b".to_owned(), "4c".to_owned()], Next::Wait));
    assert_eq!(session.begin_poll(), Err(Refusal::BadRequest));
    assert_eq!(session.begin_upgrade(), Err(Refusal::BadRequest));
}

#[test]
fn a_change_over_that_fails_leaves_the_client_polling() {
    let now = Instant::now();
    for odd in ["4x", "2", "41", "", "probe"] {
        let mut session = polling(now);
        session.begin_upgrade().unwrap();
        assert_eq!(session.begin_upgrade(), Err(Refusal::BadRequest));
        assert_eq!(session.probe("2probe", now), ProbeStep::Answer(frame("3probe")));
        assert_eq!(session.probe(odd, now), ProbeStep::Failed, "{odd}");
        session.abandon_upgrade();
        let ticket = session.begin_poll().unwrap();
        assert_eq!(session.answer(ticket), None);
        session.begin_upgrade().unwrap();
        assert_eq!(session.probe("2probe", now), ProbeStep::Answer(frame("3probe")));
        assert_eq!(session.probe("5", now), ProbeStep::Replaced);
        session.abandon_upgrade();
        assert_eq!(session.begin_poll(), Err(Refusal::BadRequest));
    }
}

#[test]
fn any_packet_is_a_sign_of_life() {
    let begun = Instant::now();
    for mut session in [polling(begun), websocket(begun)] {
        assert_eq!(session.deadline(), begun + Duration::from_secs(85));
        for (second, packet) in [(25, "2"), (50, "42[\"message\",\"x\"]"), (75, "6"), (100, "nothing")] {
            let now = begun + Duration::from_secs(second);
            says(&mut session, packet, now);
            assert_eq!(session.deadline(), now + Duration::from_secs(85));
        }
    }
    // To ask for what there is says nothing: a proxy may ask for a client that is gone.
    let mut session = polling(begun);
    let ticket = session.begin_poll().unwrap();
    session.answer(ticket);
    assert_eq!(session.deadline(), begun + Duration::from_secs(85));
}

#[test]
fn who_takes_nothing_is_told_apart_and_who_only_pings_ends() {
    let now = Instant::now();
    let mut session = websocket(now);
    for _ in 0..8 {
        assert!(session.send(frame("4x")));
    }
    assert!(!session.send(frame("4x")));
    assert_eq!(says(&mut session, "2", now), Outcome::Over);
    assert_eq!(written(&mut session), (vec![], Next::LetGo));
    // As many pings as one body has: they are not answered without end.
    let mut session = polling(now);
    let outcomes = packets(&"1:2".repeat(500)).map(|packet| says(&mut session, packet.unwrap(), now)).count();
    assert_eq!(outcomes, 500);
    assert_eq!(poll(&mut session), ["1"]);
}

#[test]
fn a_client_leaves_by_both_ways() {
    let now = Instant::now();
    let mut session = websocket(now);
    session.send(frame("4x"));
    assert_eq!(says(&mut session, "41", now), Outcome::Left);
    assert_eq!(says(&mut session, "42[\"message\",\"x\"]", now), Outcome::Nothing);
    assert_eq!(written(&mut session), (vec![], Next::SayGoodbye));

    let mut session = polling(now);
    let waiting = session.begin_poll().unwrap();
    assert_eq!(says(&mut session, "41", now), Outcome::Left);
    assert_eq!(says(&mut session, "41", now), Outcome::Nothing);
    assert_eq!(says(&mut session, "42[\"message\",\"x\"]", now), Outcome::Nothing);
    assert_eq!(session.answer(waiting), None);
    assert_eq!(says(&mut session, "1", now), Outcome::Over);
    assert_eq!(texts(&session.answer(waiting).unwrap()), ["1"]);
    assert!(session.is_over());
}

#[test]
fn who_has_left_gains_no_time_by_speaking() {
    let begun = Instant::now();
    let mut session = polling(begun);
    assert_eq!(says(&mut session, "41", begun), Outcome::Left);
    for second in (10..1000).step_by(10) {
        says(&mut session, "2", begun + Duration::from_secs(second));
        assert_eq!(session.deadline(), begun + Duration::from_secs(85));
    }
}

#[test]
fn what_waits_is_sent_before_a_client_is_disconnected() {
    let now = Instant::now();
    let mut session = websocket(now);
    for _ in 0..8 {
        session.send(frame("4x"));
    }
    session.disconnect();
    session.disconnect();
    assert!(session.send(frame("4late")));
    let (packets, next) = written(&mut session);
    assert_eq!((packets.len(), packets.last().map(String::as_str)), (9, Some("41")));
    assert_eq!(next, Next::SayGoodbye);
    assert_eq!(says(&mut session, "2", now), Outcome::Nothing);
    assert!(!session.is_over());

    let mut session = polling(now);
    session.send(frame("4x"));
    session.disconnect();
    assert_eq!(poll(&mut session), ["4x", "41", "1"]);
    assert!(session.is_over());
}

#[test]
fn a_server_that_ends_tells_everybody() {
    let now = Instant::now();
    let mut session = websocket(now);
    session.shut();
    assert_eq!(written(&mut session), (vec!["1".to_owned()], Next::SayGoodbye));
    let mut session = polling(now);
    let waiting = session.begin_poll().unwrap();
    session.shut();
    assert_eq!(texts(&session.answer(waiting).unwrap()), ["1"]);
    assert!(session.is_over());
    let mut session = polling(now);
    session.send(frame("4x"));
    session.shut();
    assert!(!session.is_over());
    assert_eq!(poll(&mut session), ["4x", "1"]);
    assert!(session.is_over());
    let mut session = polling(now);
    says(&mut session, "41", now);
    session.shut();
    assert!(session.is_over());
}

#[test]
fn who_is_cut_off_gets_nothing_more() {
    let now = Instant::now();
    for mut session in [polling(now), websocket(now)] {
        session.send(frame("4x"));
        session.cut();
        assert!(session.send(frame("4y")));
        session.disconnect();
        assert_eq!(says(&mut session, "42[\"message\",\"x\"]", now), Outcome::Over);
        assert_eq!(written(&mut session), (vec![], Next::LetGo));
    }
}

#[derive(Debug, Clone)]
enum Step {
    Says(String),
    Sends(usize),
    Polls,
    Answers,
    Opens,
    Probes(String),
    Abandons,
    Writes,
    Disconnects,
    Shuts,
    Cuts,
}

fn packet() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("2".to_owned()),
        Just("5".to_owned()),
        Just("2probe".to_owned()),
        Just("41".to_owned()),
        Just("1".to_owned()),
        Just("40/x".to_owned()),
        Just("42[\"message\",\"x\"]".to_owned()),
        "[0-9b]{0,3}\\PC{0,8}",
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => packet().prop_map(Step::Says),
        8 => (0_usize..6000).prop_map(Step::Sends),
        4 => Just(Step::Polls),
        8 => Just(Step::Answers),
        3 => Just(Step::Opens),
        4 => packet().prop_map(Step::Probes),
        1 => Just(Step::Abandons),
        6 => Just(Step::Writes),
        1 => Just(Step::Disconnects),
        1 => Just(Step::Shuts),
        1 => Just(Step::Cuts),
    ]
}

proptest! {
    /// Whatever happens: each text that was taken comes out once, in order, over one way at a time,
    /// and nothing comes after the end.
    #[test]
    fn nothing_is_lost_or_out_of_order(begins_polling: bool, steps in proptest::collection::vec(step(), 0..60)) {
        let now = Instant::now();
        let mut session = if begins_polling { polling(now) } else { websocket(now) };
        let (mut expected, mut seen): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        let mut tickets: Vec<Ticket> = Vec::new();
        let (mut is_over, mut has_parted) = (false, false);
        let note = |packet: &str, seen: &mut Vec<String>| {
            if packet.starts_with("4n") {
                seen.push(packet.to_owned());
            }
        };
        for (number, step) in steps.into_iter().enumerate() {
            has_parted |= matches!(step, Step::Disconnects | Step::Shuts | Step::Cuts);
            match step {
                Step::Says(packet) => {
                    has_parted |= matches!(says(&mut session, &packet, now), Outcome::Left | Outcome::Over);
                }
                Step::Sends(length) => {
                    let text = format!("4n{number}:{}", "x".repeat(length));
                    if session.send(frame(&text)) && !has_parted {
                        expected.push(text);
                    }
                }
                Step::Polls => tickets.extend(session.begin_poll()),
                Step::Answers => {
                    if let Some(answer) = tickets.last().and_then(|ticket| session.answer(*ticket)) {
                        prop_assert!(!answer.is_empty());
                        answer.iter().for_each(|frame| note(frame.packet(), &mut seen));
                        tickets.pop();
                    }
                }
                Step::Opens => { let _ = session.begin_upgrade(); }
                Step::Probes(packet) => { session.probe(&packet, now); }
                Step::Abandons => session.abandon_upgrade(),
                Step::Writes => {
                    if session.begin_poll().is_err() {
                        written(&mut session).0.iter().for_each(|packet| note(packet, &mut seen));
                    }
                }
                Step::Disconnects => session.disconnect(),
                Step::Shuts => session.shut(),
                Step::Cuts => session.cut(),
            }
            prop_assert!(!is_over || session.is_over());
            is_over = session.is_over();
            prop_assert!(seen.len() <= expected.len() && seen.iter().zip(&expected).all(|(one, other)| one == other));
        }
        if !has_parted {
            if let Ok(ticket) = session.begin_poll() {
                for frame in session.answer(ticket).into_iter().flatten() {
                    note(frame.packet(), &mut seen);
                }
            } else {
                written(&mut session).0.iter().for_each(|packet| note(packet, &mut seen));
            }
            prop_assert_eq!(seen, expected);
        }
    }
}
