//! The program `signaling-clients`: takes orders on its input until that ends, one after the other, and
//! answers on its output. It has one thread, so that a server on the same machine keeps the others.

mod client;
mod crowd;
mod entering;
mod error;
mod heard;
mod orders;

use std::io::{BufRead, Write};
use std::process::ExitCode;

use crowd::Crowd;
use orders::{Answer, Request};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver};
use tokio::task::LocalSet;

fn main() -> ExitCode {
    let (orders, mut given) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            match serde_json::from_str::<Request>(&line) {
                Ok(request) => {
                    let _ = orders.send(request);
                }
                Err(error) => {
                    let _ = writeln!(std::io::stderr(), "signaling-clients: {error}: {line}");
                }
            }
        }
    });
    match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            LocalSet::new().block_on(&runtime, obey_all(&mut given));
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "signaling-clients: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn obey_all(given: &mut UnboundedReceiver<Request>) {
    let mut crowd = Crowd::new();
    while let Some(Request { id, order }) = given.recv().await {
        let answer = match crowd.obey(order).await {
            Ok(value) => Answer::Done { id, value },
            Err(error) => Answer::Failed { id, error: error.to_string() },
        };
        if let Ok(text) = serde_json::to_string(&answer) {
            let _ = writeln!(std::io::stdout(), "{text}");
        }
    }
}
