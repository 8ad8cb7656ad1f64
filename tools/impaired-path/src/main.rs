//! The program `impaired-path`: prints where it is controlled, and relays until it is ended.

use std::io::Write;
use std::process::ExitCode;

use impaired_path::conditions::Conditions;
use impaired_path::control::router;
use impaired_path::path::Path;
use impaired_path::sockets::Relay;
use tokio::net::TcpListener;

/// Chance is the same in every run.
const SEED: u64 = 1;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "impaired-path: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> std::io::Result<()> {
    let relay = Relay::start(Path::new(Conditions::default(), SEED));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    writeln!(std::io::stdout(), "ready on http://{}", listener.local_addr()?)?;
    axum::serve(listener, router(relay)).await
}
