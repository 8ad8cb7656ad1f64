//! The media server as it runs: one UDP port for all clients, and threads of which each has some
//! of the rooms for itself.
//!
//! ```text
//!  UDP port ─► port thread ─┬─► thread 0 ── Worker ─► UDP port
//!                           └─► thread 1 ── Worker ─► UDP port
//!  signalling ── placement ─┴─► (each room on one thread) ── Signal ─► signalling
//! ```

mod placement;
mod port;
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
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use self::placement::Placement;
use self::port::Port;
use self::thread::Thread;
use super::address::{told, PublicAddress};
use super::command::{Command, Signal};
use super::connection::Endpoint;
use super::counters::Counters;
use super::engine::Certificate;
use super::entropy::Source;
use super::room::McuLimits;
use super::tap::TapFactory;
use super::worker::WorkerSetup;

/// Where messages for clients go. It is called on the threads of the media server.
pub type SignalSink = Arc<dyn Fn(Signal) + Send + Sync>;

/// What the media server is started with.
pub struct DriverSetup {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What clients are told instead of that.
    pub public: Vec<PublicAddress>,
    /// Whether clients on this machine are expected.
    pub is_local: bool,
    /// How many threads share the rooms.
    pub threads: usize,
    /// Limits of each room.
    pub limits: McuLimits,
    /// Makes the taps of each room: recorders, live streams.
    pub taps: Vec<TapFactory>,
}

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
    Datagram { from: SocketAddr, contents: Vec<u8> },
    Stop,
}

/// The way to one thread.
struct Link {
    jobs: Sender<Job>,
    /// Datagrams that wait.
    backlog: AtomicUsize,
    /// Rooms, connections, tracks and lines, as it last said.
    sizes: [AtomicUsize; 4],
}

/// The running media server. It ends when this is dropped.
pub struct MediaServer {
    links: Arc<[Link]>,
    placement: Mutex<Placement>,
    port: Arc<Port>,
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
        let told = told(port.address(), &setup.public, setup.is_local);
        let certificate = Arc::new(Certificate::generate()?);
        let source = Arc::new(Source::new()?);
        let endpoint =
            Arc::new(Endpoint { fingerprint: certificate.fingerprint(), udp: told.clone(), tcp: Vec::new() });
        let ways = (0..setup.threads.max(1)).map(|_| {
            let (jobs, receiver) = channel();
            (Link { jobs, backlog: AtomicUsize::new(0), sizes: Default::default() }, receiver)
        });
        let (links, receivers): (Vec<Link>, Vec<Receiver<Job>>) = ways.unzip();
        let server = Self {
            placement: Mutex::new(Placement::new(links.len())),
            links: links.into(),
            port,
            told,
            counters: Arc::clone(&counters),
            threads: Mutex::default(),
        };
        for (number, jobs) in receivers.into_iter().enumerate() {
            let (own_source, links) = (Arc::clone(&source), Arc::clone(&server.links));
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
                        let _ = link.jobs.send(Job::Command(Command::News { rid, tap, news }));
                    }
                }),
            };
            let thread = Thread {
                number,
                jobs,
                links: Arc::clone(&server.links),
                port: Arc::clone(&server.port),
                worker,
                signal: Arc::clone(signal),
            };
            server.spawn(format!("media-{number}"), move || thread.run())?;
        }
        let (port, links) = (Arc::clone(&server.port), Arc::clone(&server.links));
        server.spawn("media-port".to_owned(), move || port.listen(&links))?;
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
            let _ = link.jobs.send(Job::Command(command));
        }
    }

    /// Where it listens, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.port.address()
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

impl Drop for MediaServer {
    fn drop(&mut self) {
        self.close();
    }
}

impl MediaServer {
    /// Ends all rooms. Nothing is carried after this.
    pub fn close(&self) {
        self.port.close();
        for link in self.links.iter() {
            let _ = link.jobs.send(Job::Stop);
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
