//! The path in virtual time.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::net::SocketAddr;
use std::time::Duration;

use impaired_path::conditions::{Conditions, ConditionsError};
use impaired_path::path::{Flow, Path};

const MS: Duration = Duration::from_millis(1);

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], port))
}

fn flow(from: u16, to: u16) -> Flow {
    Flow { from: address(from), to: address(to) }
}

/// Sends one datagram per millisecond, numbered; gives number and time of those that arrive.
fn arrivals(path: &mut Path, count: u32, size: usize) -> Vec<(u32, Duration)> {
    let mut arrived = Vec::new();
    let mut take = |path: &mut Path, now| {
        while let Some(datagram) = path.poll_arrival(now) {
            arrived.push((u32::from_be_bytes(datagram.bytes[..4].try_into().unwrap()), now));
        }
    };
    for number in 0..count {
        let now = MS * number;
        let mut bytes = vec![0; size];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        path.send(now, flow(1, 2), &bytes);
        take(path, now);
    }
    while let Some(next) = path.next_arrival() {
        take(path, next);
    }
    arrived
}

#[test]
fn a_delay_is_the_same_for_all() {
    let mut path = Path::new(Conditions { delay_ms: 25.0, ..Conditions::default() }, 1);
    let arrived = arrivals(&mut path, 100, 1200);
    assert_eq!(arrived.len(), 100);
    assert!(arrived.iter().all(|(number, at)| *at == MS * (number + 25)));
}

#[test]
fn jitter_keeps_the_order_and_its_bounds() {
    for seed in 0..50 {
        let conditions = Conditions { delay_ms: 10.0, jitter_ms: 20.0, ..Conditions::default() };
        let arrived = arrivals(&mut Path::new(conditions, seed), 200, 100);
        assert_eq!(arrived.len(), 200);
        assert!(arrived.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1));
        let delay = |(number, at): &(u32, Duration)| *at - MS * *number;
        assert!(arrived.iter().all(|it| delay(it) >= 10 * MS && delay(it) <= 31 * MS));
        assert!(arrived.iter().any(|it| delay(it) > 20 * MS));
    }
}

#[test]
fn loss_takes_its_share_and_repeats_for_a_seed() {
    let conditions = Conditions { loss: 0.1, ..Conditions::default() };
    let first = arrivals(&mut Path::new(conditions, 7), 10_000, 10);
    assert!((8_850..9_150).contains(&first.len()), "{}", first.len());
    assert_eq!(first, arrivals(&mut Path::new(conditions, 7), 10_000, 10));
    assert_ne!(first, arrivals(&mut Path::new(conditions, 8), 10_000, 10));
}

#[test]
fn a_rate_spreads_a_burst_and_its_queue_overflows() {
    let conditions = Conditions { bytes_per_second: Some(100_000), queue_ms: 50.0, ..Conditions::default() };
    let mut path = Path::new(conditions, 1);
    for _ in 0..20 {
        path.send(Duration::ZERO, flow(1, 2), &[0; 1000]);
    }
    // Ten milliseconds each: the one that begins after 50 ms is the last that may wait.
    let mut times = Vec::new();
    while let Some(next) = path.next_arrival() {
        path.poll_arrival(next).unwrap();
        times.push(next);
    }
    assert_eq!(times, (1..=6).map(|place| 10 * MS * place).collect::<Vec<_>>());
    assert_eq!(path.counters().overflowed, 14);
}

#[test]
fn flows_do_not_share_a_rate() {
    let conditions = Conditions { bytes_per_second: Some(100_000), ..Conditions::default() };
    let mut path = Path::new(conditions, 1);
    for there in [flow(1, 2), flow(2, 1), flow(1, 3)] {
        path.send(Duration::ZERO, there, &[0; 1000]);
    }
    assert_eq!((0..3).filter_map(|_| path.poll_arrival(10 * MS)).count(), 3);
}

#[test]
fn a_partition_takes_what_is_under_way_and_heals() {
    let usual = Conditions { delay_ms: 10.0, ..Conditions::default() };
    let mut path = Path::new(usual, 1);
    path.send(Duration::ZERO, flow(1, 2), b"under way");
    path.set_conditions(Conditions { partitioned: true, ..usual });
    path.send(MS, flow(1, 2), b"sent meanwhile");
    assert_eq!(path.next_arrival(), None);
    path.set_conditions(usual);
    path.send(2 * MS, flow(1, 2), b"after");
    assert_eq!(path.poll_arrival(11 * MS), None);
    assert_eq!(path.poll_arrival(12 * MS).unwrap().bytes, b"after");
    let counters = path.counters();
    assert_eq!((counters.sent, counters.partitioned, counters.arrived), (3, 2, 1));
}

#[test]
fn impossible_conditions_are_named() {
    let usual = Conditions::default();
    let wrong = |conditions: Conditions| conditions.checked().unwrap_err();
    assert_eq!(wrong(Conditions { delay_ms: -1.0, ..usual }), ConditionsError::Time("delayMs"));
    assert_eq!(wrong(Conditions { jitter_ms: f64::NAN, ..usual }), ConditionsError::Time("jitterMs"));
    assert_eq!(wrong(Conditions { loss: 1.5, ..usual }), ConditionsError::Loss);
    assert_eq!(wrong(Conditions { bytes_per_second: Some(0), ..usual }), ConditionsError::Rate);
    assert_eq!(usual.checked(), Ok(usual));
}
