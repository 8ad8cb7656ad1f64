//! The media server as it runs: one port for all clients, a second one for those that TCP alone
//! can reach, and threads of which each has some of the rooms for itself.
//!
//! ```text
//!  UDP port ─► port thread ─┬─► thread 0 ── Worker ─► UDP port, TCP port
//!  TCP port ─► tcp thread ──┴─► thread 1 ── Worker ─► UDP port, TCP port
//!  signalling ── placement ─┴─► (each room on one thread) ── Signal ─► signalling
//! ```

mod arrivals;
mod link;
mod outbox;
mod placement;
mod port;
mod tcp;
#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]
mod tests;
mod thread;

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use self::arrivals::Arrivals;
use self::link::Link;
use self::placement::Placement;
use self::port::Port;
use self::tcp::TcpPort;
use self::thread::Thread;
use super::address::told;
use super::command::Command;
use super::connection::Endpoint;
use super::counters::Counters;
use super::engine::Certificate;
use super::entropy::Source;
use super::setup::{DriverSetup, SignalSink, TcpSetting};
use super::worker::WorkerSetup;

/// Why the media server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port cannot be had, or no thread.
    #[error(transparent)]
    System(#[from] std::io::Error),
    /// No secrets can be made.
    #[error("the operating system gives no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
}

/// Something for a thread.
enum Job {
    Command(Command),
    Datagrams(Arrivals),
    Stop,
}

/// The TCP port beside a UDP port.
fn open_tcp(
    setup: &DriverSetup,
    udp: SocketAddr,
    counters: &Arc<Counters>,
) -> std::io::Result<Option<TcpPort>> {
    let open = |address| TcpPort::open(address, Arc::clone(counters));
    match setup.tcp {
        TcpSetting::Off => Ok(None),
        TcpSetting::At(address) => open(address).map(Some),
        TcpSetting::Beside => {
            let next = udp.port().saturating_add(1);
            let port = open(udp).or_else(|_| open(SocketAddr::new(udp.ip(), next)));
            if let Err(error) = &port {
                tracing::warn!(%error, "the media server does without TCP: neither the port of UDP nor the next one is free (media_tcp)");
            }
            Ok(port.ok())
        }
    }
}

/// The running media server. It ends when this is dropped.
pub struct MediaServer {
    links: Arc<[Link]>,
    placement: Mutex<Placement>,
    port: Arc<Port>,
    tcp: Option<Arc<TcpPort>>,
    told: Vec<SocketAddr>,
    counters: Arc<Counters>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl MediaServer {
    /// Takes the port and starts the threads.
    ///
    /// # Errors
    /// When the port is taken, or when the operating system gives no threads or no randomness.
    pub fn start(setup: DriverSetup, signal: &SignalSink) -> Result<Self, StartError> {
        let counters = Arc::new(Counters::default());
        let port = Arc::new(Port::open(setup.listen, Arc::clone(&counters))?);
        let tcp = open_tcp(&setup, port.address(), &counters)?.map(Arc::new);
        let told_tcp = tcp.as_ref().map(|tcp| told_of_tcp(&setup, port.address(), tcp.address()));
        let told = told(port.address(), &setup.public, setup.is_local);
        let certificate = Arc::new(Certificate::generate()?);
        let source = Arc::new(Source::new()?);
        let endpoint = Arc::new(Endpoint {
            fingerprint: certificate.fingerprint(),
            udp: told.clone(),
            tcp: told_tcp.unwrap_or_default(),
        });
        let ways = (0..setup.threads.max(1)).map(|_| Link::new());
        let (links, receivers): (Vec<Link>, Vec<Receiver<Job>>) = ways.unzip();
        let server = Self {
            placement: Mutex::new(Placement::new(links.len())),
            links: links.into(),
            port,
            tcp,
            told,
            counters: Arc::clone(&counters),
            threads: Mutex::default(),
        };
        for (number, jobs) in receivers.into_iter().enumerate() {
            let (own_source, links) = (Arc::clone(&source), Arc::clone(&server.links));
            let noted = Arc::clone(&counters);
            let worker = WorkerSetup {
                endpoint: Arc::clone(&endpoint),
                certificate: Arc::clone(&certificate),
                limits: setup.limits,
                ufrag_prefix: port::ufrag_prefix(number),
                counters: Arc::clone(&counters),
                entropy: Arc::new(move || Box::new(own_source.stream())),
                taps: setup.taps.clone(),
                news: Arc::new(move |rid, tap, news| {
                    if let Some(link) = links.get(number) {
                        link.command(Command::News { rid, tap, news }, &noted);
                    }
                }),
            };
            let thread = Thread {
                number,
                jobs,
                links: Arc::clone(&server.links),
                port: Arc::clone(&server.port),
                tcp: server.tcp.clone(),
                worker,
                signal: Arc::clone(signal),
            };
            server.spawn(format!("media-{number}"), move || thread.run())?;
        }
        let (port, links) = (Arc::clone(&server.port), Arc::clone(&server.links));
        server.spawn("media-port".to_owned(), move || port.listen(&links))?;
        if let Some(tcp) = server.tcp.clone() {
            let links = Arc::clone(&server.links);
            server.spawn("media-tcp".to_owned(), move || tcp.listen(&links))?;
        }
        Ok(server)
    }

    fn spawn(&self, name: String, run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        let thread = std::thread::Builder::new().name(name).spawn(run)?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    /// Signalling has something. Never blocks.
    pub fn handle(&self, command: Command) {
        let worker = self.placement.lock().unwrap_or_else(PoisonError::into_inner).place(&command);
        if let Some(link) = worker.and_then(|worker| self.links.get(worker)) {
            link.command(command, &self.counters);
        }
    }

    /// Whether all of its threads run. One with a fault begins anew; one that ended does not.
    pub fn is_running(&self) -> bool {
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        !threads.is_empty() && !threads.iter().any(JoinHandle::is_finished)
    }

    /// Where it listens, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// Where it listens for TCP, if it does.
    pub fn tcp_address(&self) -> Option<SocketAddr> {
        self.tcp.as_ref().map(|tcp| tcp.address())
    }

    /// What clients are told.
    pub fn told(&self) -> &[SocketAddr] {
        &self.told
    }

    /// Its numbers as Prometheus text.
    pub fn write_metrics(&self, text: &mut String) {
        let [rooms, connections, tracks, lines] = [0, 1, 2, 3].map(|place| {
            let sizes = self.links.iter().filter_map(|link: &Link| link.sizes.get(place));
            sizes.map(|size| size.load(Ordering::Relaxed)).fold(0, usize::saturating_add)
        });
        for (name, help, value) in [
            ("rooms", "Rooms on the media server.", rooms),
            ("connections", "Connections of clients to the media server.", connections),
            ("tracks", "Tracks that clients publish.", tracks),
            ("lines", "Tracks that go out, counted once for each receiver.", lines),
        ] {
            // Writing to a String never fails.
            let _ = writeln!(
                text,
                "# HELP skylink_media_{name} {help}\n# TYPE skylink_media_{name} gauge\nskylink_media_{name} {value}"
            );
        }
        for (name, help, value) in self.counters.all() {
            let _ = writeln!(
                text,
                "# HELP skylink_media_{name} {help}\n# TYPE skylink_media_{name} counter\nskylink_media_{name} {value}"
            );
        }
    }
}

/// A public port stands for UDP; TCP has the same one if it has so on this machine.
fn told_of_tcp(setup: &DriverSetup, udp: SocketAddr, tcp: SocketAddr) -> Vec<SocketAddr> {
    let mut all = told(tcp, &setup.public, setup.is_local);
    if udp.port() != tcp.port() {
        all.iter_mut().for_each(|address| address.set_port(tcp.port()));
    }
    all
}

impl Drop for MediaServer {
    fn drop(&mut self) {
        self.close();
    }
}

impl MediaServer {
    /// Ends all rooms. Nothing is carried after this.
    pub fn close(&self) {
        self.port.close();
        if let Some(tcp) = &self.tcp {
            tcp.close();
        }
        for link in self.links.iter() {
            link.stop();
        }
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // One that holds the last handle itself cannot wait for its own end.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}
