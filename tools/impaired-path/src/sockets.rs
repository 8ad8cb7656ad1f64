//! The sockets behind the relayed addresses: one task reads each, one delivers what arrives.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};
use thiserror::Error;
use tokio::net::UdpSocket;
use tokio::sync::Notify;

use crate::addresses::{Addresses, TooManyAddresses};
use crate::conditions::Conditions;
use crate::path::{Counters, Datagram, Flow, Path};

/// Room for what comes while this program waits for a processor; the kernel's limit comes first.
const SOCKET_BUFFER: usize = 4 << 20;
const LARGEST_DATAGRAM: usize = 65_536;

/// Why an origin gets no relayed address.
#[derive(Debug, Error)]
pub enum RelayError {
    /// There are too many.
    #[error(transparent)]
    TooMany(#[from] TooManyAddresses),
    /// No socket beside the origin's address: it is not this machine's.
    #[error("no socket on the interface of {origin}: {source}")]
    Socket {
        /// Whose address it would have been.
        origin: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

struct State {
    path: Path,
    addresses: Addresses,
    sockets: HashMap<SocketAddr, Arc<UdpSocket>>,
}

/// The relay as it runs. Clones are the same relay.
#[derive(Clone)]
pub struct Relay {
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    start: Instant,
}

impl Relay {
    /// A relay over a path; the task that delivers runs until the runtime ends.
    #[must_use]
    pub fn start(path: Path) -> Self {
        let state = State { path, addresses: Addresses::default(), sockets: HashMap::new() };
        let relay = Self {
            state: Arc::new(Mutex::new(state)),
            changed: Arc::new(Notify::new()),
            start: Instant::now(),
        };
        tokio::spawn(relay.clone().deliver());
        relay
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// What the path does now.
    #[must_use]
    pub fn conditions(&self) -> Conditions {
        self.state().path.conditions()
    }

    /// Changes the path.
    pub fn set_conditions(&self, conditions: Conditions) {
        self.state().path.set_conditions(conditions);
        self.changed.notify_one();
    }

    /// What became of the datagrams so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.state().path.counters()
    }

    /// The relayed address of an origin on this machine; always the same one.
    ///
    /// # Errors
    ///
    /// When there is no socket for it.
    pub fn relayed(&self, origin: SocketAddr) -> Result<SocketAddr, RelayError> {
        let mut state = self.state();
        if let Some(address) = state.addresses.relayed(origin) {
            return Ok(address);
        }
        let failed = |source| RelayError::Socket { origin, source };
        let (socket, address) = bind_beside(origin).map_err(failed)?;
        state.addresses.insert(origin, address)?;
        state.sockets.insert(address, Arc::clone(&socket));
        drop(state);
        tokio::spawn(self.clone().read(socket, address, origin));
        Ok(address)
    }

    /// Puts on the path what comes for an origin.
    async fn read(self, socket: Arc<UdpSocket>, relayed: SocketAddr, to: SocketAddr) {
        let mut buffer = vec![0; LARGEST_DATAGRAM];
        while socket.readable().await.is_ok() {
            while let Ok((size, from)) = socket.try_recv_from(&mut buffer) {
                // Two relayed addresses talking to each other would be a loop.
                if from == relayed || self.state().addresses.origin(from).is_some() {
                    continue;
                }
                if let (Ok(_), Some(bytes)) = (self.relayed(from), buffer.get(..size)) {
                    let now = self.now();
                    self.state().path.send(now, Flow { from, to }, bytes);
                }
            }
            self.changed.notify_one();
        }
    }

    async fn deliver(self) {
        loop {
            let wait = {
                let mut state = self.state();
                while let Some(datagram) = state.path.poll_arrival(self.now()) {
                    state.hand_over(&datagram);
                }
                state.path.next_arrival().map(|arrival| arrival.saturating_sub(self.now()))
            };
            match wait {
                Some(wait) => {
                    let _ = tokio::time::timeout(wait, self.changed.notified()).await;
                }
                None => self.changed.notified().await,
            }
        }
    }
}

impl State {
    /// From the sender's relayed address. A full socket drops, as networks do.
    fn hand_over(&self, Datagram { flow, bytes }: &Datagram) {
        let relayed = self.addresses.relayed(flow.from);
        if let Some(socket) = relayed.and_then(|address| self.sockets.get(&address)) {
            let _ = socket.try_send_to(bytes, flow.to);
        }
    }
}

/// A socket on the same interface, on a port of its own.
fn bind_beside(origin: SocketAddr) -> io::Result<(Arc<UdpSocket>, SocketAddr)> {
    let socket = Socket::new(Domain::for_address(origin), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_recv_buffer_size(SOCKET_BUFFER)?;
    socket.set_send_buffer_size(SOCKET_BUFFER)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::new(origin.ip(), 0).into())?;
    let socket = UdpSocket::from_std(socket.into())?;
    let address = socket.local_addr()?;
    Ok((Arc::new(socket), address))
}
