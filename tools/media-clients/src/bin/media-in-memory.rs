//! The program `media-in-memory`: `media-in-memory ROOMS SENDERS LISTENERS SECONDS REST`, the last in
//! microseconds, measures a worker of the media server and gives its figures as JSON.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use media_clients::in_memory::{Plan, World};

fn main() -> ExitCode {
    let given: Vec<u64> = std::env::args().skip(1).map_while(|text| text.parse().ok()).collect();
    let [rooms, senders, listeners, seconds, rest] = given[..] else {
        let _ = writeln!(std::io::stderr(), "media-in-memory: five whole numbers are wanted");
        return ExitCode::FAILURE;
    };
    let count = |number: u64| usize::try_from(number).unwrap_or_default();
    let plan = Plan {
        rooms: count(rooms),
        senders: count(senders),
        listeners: count(listeners),
        time: Duration::from_secs(seconds),
        rest: Duration::from_micros(rest),
    };
    let measured = World::new(plan).and_then(|mut world| world.measure());
    match measured.map(|figures| serde_json::to_string(&figures)) {
        Ok(Ok(text)) => {
            let _ = writeln!(std::io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "media-in-memory: {error}");
    ExitCode::FAILURE
}
