//! The program `skylink-server`.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use rustix::fs::Mode;
use rustix::process::umask;
use skylink_server::access::AppKey;
use skylink_server::listening::take_all_descriptors;
use skylink_server::service::Service;
use skylink_server::settings::{CommandLine, Settings};
use tokio::signal::unix::{signal, Signal, SignalKind};
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

/// Wrong settings, a taken port: what the person who starts it has to change.
const CANNOT_START: u8 = 2;
/// Ended by a second signal.
const IMPATIENT: i32 = 1;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "skylink-server: {error}");
            ExitCode::from(CANNOT_START)
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    // Recordings and stored messages are nothing for other users of the machine.
    umask(Mode::RWXG | Mode::RWXO);
    let settings = Settings::load(CommandLine::parse())?;
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| format!("the log level \"{}\" is wrong: {error}", settings.log))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
    match take_all_descriptors() {
        Ok(most) => tracing::debug!(most, "open files"),
        Err(error) => tracing::warn!(%error, "the limit of open files stays as it is"),
    }
    for warning in settings.warnings() {
        tracing::warn!("{warning}");
    }
    let mut signals =
        Signals { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? };
    let service = Service::start(&settings).await?;
    announce(&settings, &service);
    let (stop, stopped) = oneshot::channel();
    // A task of its own: what ends in good order may hold up the one that runs it.
    tokio::spawn(async move {
        signals.next().await;
        let _ = stop.send(());
        signals.next().await;
        tracing::warn!("a second signal: what is left is left undone");
        std::process::exit(IMPATIENT);
    });
    let stop = async {
        let _ = stopped.await;
    };
    Ok(service.run(stop).await?)
}

/// Those that are to end it.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The last line says that connections are accepted; scripts wait for it.
fn announce(settings: &Settings, service: &Service) {
    let origin = format!("http://{}", service.address());
    let pages = match &settings.www {
        Some(folder) if folder.is_dir() => format!("{origin}/ from {}", folder.display()),
        Some(folder) => format!("none, the folder {} does not exist", folder.display()),
        None => "none (--www DIR serves the demo)".to_owned(),
    };
    let keys: Vec<String> =
        settings.keys.iter().map(|(name, key)| format!("{name} ({})", describe(key))).collect();
    let keys = if keys.is_empty() { "none: nobody can join".to_owned() } else { keys.join(", ") };
    let media = match service.media() {
        Some(media) => {
            let told: Vec<String> = media.server.told().iter().map(ToString::to_string).collect();
            let tcp = media.server.tcp_address();
            let tcp = tcp.map_or_else(|| "no TCP".to_owned(), |tcp| format!("TCP {tcp}"));
            format!("UDP {}, {tcp}, told to clients as {}", media.server.address(), told.join(", "))
        }
        None => "none (an app key with mcu = true needs it)".to_owned(),
    };
    let ffmpeg = service.media().map(|media| match &*media.ffmpeg {
        Ok(ffmpeg) => format!("ffmpeg:     {} ({})", ffmpeg.path().display(), ffmpeg.version()),
        Err(reason) => format!("ffmpeg:     none, so no recordings and no live streams: {reason}"),
    });
    let recordings = service.media().map(|media| {
        let archive = media.studio.archive();
        match (archive.is_unable(), &archive.settings().folder) {
            (None, Some(folder)) => format!("recordings: {}", folder.display()),
            (Some(reason), _) => format!("recordings: none: {reason}"),
            (None, None) => "recordings: none".to_owned(),
        }
    });
    let mut lines = vec![
        concat!("skylink-server ", env!("CARGO_PKG_VERSION")).to_owned(),
        format!("app keys:   {keys}"),
        format!("API:        {origin}/api/APP_KEY/ROOM"),
        format!("signalling: {origin}/socket.io"),
        format!("media:      {media}"),
    ];
    lines.extend(ffmpeg);
    lines.extend(recordings);
    lines.extend(service.metrics_address().map(|address| format!("metrics:    http://{address}/metrics")));
    lines.extend([format!("pages:      {pages}"), format!("ready on {origin}")]);
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{}", lines.join("\n"));
    let _ = out.flush();
}

fn describe(key: &AppKey) -> String {
    let mut words = Vec::new();
    match &key.origins {
        _ if key.allows_any_origin() => words.push("any origin".to_owned()),
        Some(origins) if !origins.is_empty() => words.push(origins.join(" ")),
        _ => words.push("credentials only".to_owned()),
    }
    if key.privileged {
        words.push("privileged".to_owned());
    }
    if !key.auto_introduce {
        words.push("no auto-introduce".to_owned());
    }
    if key.persistent_messages {
        words.push("stored messages".to_owned());
    }
    if key.mcu {
        words.push("media server".to_owned());
    }
    words.join(", ")
}
