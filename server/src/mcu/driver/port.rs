//! The UDP port. One thread reads it and gives each datagram to the thread whose room it is for;
//! all of them send by it.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustix::net::{recvfrom, RecvFlags};

use super::arrivals::Arrivals;
use super::outbox::{send_all, Datagram};
use super::Link;
use crate::mcu::counters::{Counters, Note};
use crate::mcu::engine::{ufrag_of, Protocol};
use crate::mcu::framing::LONGEST_DATAGRAM;

/// Bytes that the operating system keeps for us each way, if it may.
const SOCKET_BUFFER: usize = 4 * 1024 * 1024;
/// Datagrams that are read before they are handed over, as long as some wait.
const MOST_AT_ONCE: usize = 64;
/// How often the reading thread looks whether it is to end.
const LOOK_UP: Duration = Duration::from_millis(200);
/// A datagram that cannot be sent within this is late anyhow.
const SEND_PATIENCE: Duration = Duration::from_millis(5);

/// The ICE user names of a thread's connections begin with its number.
pub(super) fn ufrag_prefix(worker: usize) -> String {
    format!("{worker}+")
}

/// The thread that a connectivity check names.
pub(super) fn named_worker(datagram: &[u8]) -> Option<usize> {
    ufrag_of(datagram)?.split_once('+')?.0.parse().ok()
}

pub(super) struct Port {
    socket: UdpSocket,
    address: SocketAddr,
    /// Which thread serves the client at an address.
    owners: RwLock<HashMap<SocketAddr, usize>>,
    counters: Arc<Counters>,
    is_closed: AtomicBool,
}

impl Port {
    pub(super) fn open(listen: SocketAddr, counters: Arc<Counters>) -> std::io::Result<Self> {
        let socket = UdpSocket::bind(listen)?;
        // The limits of the operating system apply; less is no failure.
        let options = socket2::SockRef::from(&socket);
        let _ = options.set_recv_buffer_size(SOCKET_BUFFER);
        let _ = options.set_send_buffer_size(SOCKET_BUFFER);
        socket.set_read_timeout(Some(LOOK_UP))?;
        socket.set_write_timeout(Some(SEND_PATIENCE))?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address, owners: RwLock::default(), counters, is_closed: AtomicBool::new(false) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    /// Datagrams from this address are for this thread.
    pub(super) fn learn(&self, from: SocketAddr, worker: usize) {
        self.owners.write().unwrap_or_else(PoisonError::into_inner).insert(from, worker);
    }

    /// No longer.
    pub(super) fn forget(&self, from: SocketAddr, worker: usize) {
        let mut owners = self.owners.write().unwrap_or_else(PoisonError::into_inner);
        if owners.get(&from) == Some(&worker) {
            owners.remove(&from);
        }
    }

    /// The thread begins anew.
    pub(super) fn forget_all(&self, worker: usize) {
        self.owners.write().unwrap_or_else(PoisonError::into_inner).retain(|_, owner| *owner != worker);
    }

    /// Sends all of them, and empties the list.
    pub(super) fn send(&self, datagrams: &mut Vec<Datagram>) {
        if self.address.is_ipv6() {
            // A socket of version 6 takes addresses of version 4 in this form only.
            for (to, _) in datagrams.iter_mut() {
                if let IpAddr::V4(ip) = to.ip() {
                    to.set_ip(ip.to_ipv6_mapped().into());
                }
            }
        }
        send_all(&self.socket, datagrams, &self.counters);
        datagrams.clear();
    }

    /// Reads until the port is closed.
    pub(super) fn listen(&self, links: &[Link]) {
        let mut buffer = vec![0_u8; LONGEST_DATAGRAM];
        let mut arrivals: Vec<Option<Arrivals>> = links.iter().map(|_| None).collect();
        while !self.is_closed.load(Ordering::Relaxed) {
            match self.socket.recv_from(&mut buffer) {
                Ok((length, from)) => {
                    self.sort(from, buffer.get(..length).unwrap_or_default(), &mut arrivals);
                    self.read_waiting(&mut buffer, &mut arrivals);
                    for (link, arrivals) in links.iter().zip(&mut arrivals) {
                        if let Some(arrivals) = arrivals.take() {
                            link.datagrams(arrivals, &self.counters);
                        }
                    }
                }
                Err(error) => {
                    let kinds = [ErrorKind::WouldBlock, ErrorKind::TimedOut, ErrorKind::Interrupted];
                    if !kinds.contains(&error.kind()) {
                        tracing::warn!(%error, "the media port cannot be read");
                        std::thread::sleep(LOOK_UP);
                    }
                }
            }
        }
    }

    /// Reads what is there besides, without waiting: the threads are woken once for all of it.
    fn read_waiting(&self, buffer: &mut [u8], arrivals: &mut [Option<Arrivals>]) {
        for _ in 1..MOST_AT_ONCE {
            let Ok((length, _, from)) = recvfrom(&self.socket, &mut *buffer, RecvFlags::DONTWAIT) else {
                return;
            };
            if let Some(from) = from.and_then(|from| SocketAddr::try_from(from).ok()) {
                self.sort(from, buffer.get(..length).unwrap_or_default(), arrivals);
            }
        }
    }

    fn sort(&self, from: SocketAddr, datagram: &[u8], arrivals: &mut [Option<Arrivals>]) {
        let from = SocketAddr::new(from.ip().to_canonical(), from.port());
        let owner = || self.owners.read().unwrap_or_else(PoisonError::into_inner).get(&from).copied();
        let worker = named_worker(datagram).or_else(owner);
        match worker.and_then(|worker| arrivals.get_mut(worker)) {
            Some(arrivals) => {
                arrivals.get_or_insert_with(|| Arrivals::new(Protocol::Udp)).push(from, datagram);
            }
            None => self.counters.note(Note::Stray),
        }
    }
}
