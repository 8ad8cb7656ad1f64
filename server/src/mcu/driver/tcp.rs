//! The TCP port, for clients whose networks let no UDP through. Each client has a stream; one
//! thread serves all of them. What a stream does not take in time is dropped, as UDP would.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, TcpListener as Listener};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, Notify};
use tokio::time::{timeout, timeout_at};

use super::arrivals::Arrivals;
use super::port::named_worker;
use super::Link;
use crate::mcu::counters::{Counters, Note};
use crate::mcu::engine::Protocol;
use crate::mcu::framing::{framed, Framing};

/// How long a stream may take from its beginning to say whose it is.
const INTRODUCTION: Duration = Duration::from_secs(10);
/// ICE checks come every few seconds; a stream that is silent for longer is dead.
const SILENCE: Duration = Duration::from_secs(40);
/// A client that takes nothing for so long is gone.
const SEND_PATIENCE: Duration = Duration::from_secs(10);
/// Datagrams that wait for a stream: less than a second of a busy one.
const MOST_WAITING: usize = 512;
/// Streams that did not say yet whose they are, of all and of one address, and streams at all.
const MOST_UNKNOWN: usize = 200;
const MOST_UNKNOWN_OF_ONE: usize = 20;
const MOST_STREAMS: usize = 5_000;
const READ_BUFFER: usize = 16 * 1024;

struct Stream {
    datagrams: mpsc::Sender<Vec<u8>>,
    /// Which thread serves the client.
    owner: Option<usize>,
    end: Arc<Notify>,
}

pub(super) struct TcpPort {
    listener: Mutex<Option<Listener>>,
    address: SocketAddr,
    streams: RwLock<HashMap<SocketAddr, Stream>>,
    counters: Arc<Counters>,
    introduction: Duration,
    stop: Notify,
}

impl TcpPort {
    pub(super) fn open(listen: SocketAddr, counters: Arc<Counters>) -> std::io::Result<Self> {
        Self::open_for(INTRODUCTION, listen, counters)
    }

    fn open_for(
        introduction: Duration,
        listen: SocketAddr,
        counters: Arc<Counters>,
    ) -> std::io::Result<Self> {
        let listener = Listener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok(Self {
            listener: Mutex::new(Some(listener)),
            address,
            streams: RwLock::default(),
            counters,
            introduction,
            stop: Notify::new(),
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn close(&self) {
        self.stop.notify_one();
    }

    fn with_stream(&self, from: SocketAddr, change: impl FnOnce(&mut Stream)) {
        if let Some(stream) = self.streams.write().unwrap_or_else(PoisonError::into_inner).get_mut(&from) {
            change(stream);
        }
    }

    /// Datagrams of this stream are for this thread.
    pub(super) fn learn(&self, from: SocketAddr, worker: usize) {
        self.with_stream(from, |stream| stream.owner = Some(worker));
    }

    /// Its client is gone.
    pub(super) fn forget(&self, from: SocketAddr, worker: usize) {
        self.with_stream(from, |stream| {
            if stream.owner == Some(worker) {
                stream.end.notify_one();
            }
        });
    }

    /// The thread begins anew.
    pub(super) fn forget_all(&self, worker: usize) {
        let streams = self.streams.read().unwrap_or_else(PoisonError::into_inner);
        for stream in streams.values().filter(|stream| stream.owner == Some(worker)) {
            stream.end.notify_one();
        }
    }

    pub(super) fn send(&self, to: SocketAddr, contents: &[u8]) {
        let streams = self.streams.read().unwrap_or_else(PoisonError::into_inner);
        let sent = framed(contents).and_then(|datagram| {
            streams.get(&to)?.datagrams.try_send(datagram).ok().map(|()| contents.len())
        });
        match sent {
            Some(length) => self.counters.add(Note::BytesOut, length),
            None => self.counters.note(Note::Unsent),
        }
    }

    /// Serves streams until the port is closed.
    pub(super) fn listen(self: &Arc<Self>, links: &Arc<[Link]>) {
        let listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner).take();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match (listener, runtime) {
            (Some(listener), Ok(runtime)) => {
                if let Err(error) = runtime.block_on(self.accept(listener, links)) {
                    tracing::error!(%error, "the media port for TCP cannot be read");
                }
            }
            (_, Err(error)) => tracing::error!(%error, "the media port for TCP cannot be read"),
            (None, _) => {}
        }
    }

    async fn accept(self: &Arc<Self>, listener: Listener, links: &Arc<[Link]>) -> std::io::Result<()> {
        let listener = TcpListener::from_std(listener)?;
        loop {
            let accepted = tokio::select! {
                () = self.stop.notified() => return Ok(()),
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, from)) => {
                    let from = SocketAddr::new(from.ip().to_canonical(), from.port());
                    let (port, links) = (Arc::clone(self), Arc::clone(links));
                    tokio::spawn(async move { port.serve(stream, from, &links).await });
                }
                Err(error) => {
                    // Too many open files, mostly: streams that end make room.
                    tracing::warn!(%error, "a stream was not accepted");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }

    async fn serve(&self, stream: TcpStream, from: SocketAddr, links: &[Link]) {
        let Some((mut datagrams, end)) = self.enter(from) else { return self.counters.note(Note::Stray) };
        let _ = stream.set_nodelay(true);
        let (mut read, mut write) = stream.into_split();
        let reading = async {
            let mut framing = Framing::default();
            let mut buffer = vec![0_u8; READ_BUFFER];
            let began = Instant::now();
            let mut spoke = began;
            loop {
                // Bytes that say nothing gain no time.
                let end = match self.owner(from) {
                    Some(_) => spoke.checked_add(SILENCE),
                    None => began.checked_add(self.introduction),
                };
                let Some(end) = end.filter(|end| *end > Instant::now()) else { return };
                let length = match timeout_at(end.into(), read.read(&mut buffer)).await {
                    Ok(Ok(length)) => length,
                    Ok(Err(_)) => return,
                    // It may have become known meanwhile.
                    Err(_) => continue,
                };
                spoke = Instant::now();
                if length == 0 {
                    return;
                }
                framing.push(buffer.get(..length).unwrap_or_default());
                loop {
                    match framing.next() {
                        Ok(Some(datagram)) => self.pass_on(from, datagram, links),
                        Ok(None) => break,
                        Err(error) => return tracing::debug!(%error, "a stream makes no sense"),
                    }
                }
            }
        };
        let writing = async {
            while let Some(datagram) = datagrams.recv().await {
                match timeout(SEND_PATIENCE, write.write_all(&datagram)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) | Err(_) => return,
                }
            }
        };
        tokio::select! {
            () = reading => {}
            () = writing => {}
            () = end.notified() => {}
        }
        self.leave(from, &end);
    }

    /// A stream is over. Another may have come from the same address since.
    fn leave(&self, from: SocketAddr, end: &Arc<Notify>) {
        let mut streams = self.streams.write().unwrap_or_else(PoisonError::into_inner);
        if streams.get(&from).is_some_and(|stream| Arc::ptr_eq(&stream.end, end)) {
            streams.remove(&from);
        }
    }

    /// `None` if there are too many.
    fn enter(&self, from: SocketAddr) -> Option<(mpsc::Receiver<Vec<u8>>, Arc<Notify>)> {
        let mut streams = self.streams.write().unwrap_or_else(PoisonError::into_inner);
        let unknown = streams.iter().filter(|(_, stream)| stream.owner.is_none());
        let mut unknown: Vec<IpAddr> = unknown.map(|(address, _)| address.ip()).collect();
        let is_full = streams.len() >= MOST_STREAMS || unknown.len() >= MOST_UNKNOWN;
        unknown.retain(|address| *address == from.ip());
        if is_full || unknown.len() >= MOST_UNKNOWN_OF_ONE {
            return None;
        }
        let (datagrams, receiver) = mpsc::channel(MOST_WAITING);
        let end = Arc::new(Notify::new());
        let former = streams.insert(from, Stream { datagrams, owner: None, end: Arc::clone(&end) });
        if let Some(former) = former {
            former.end.notify_one();
        }
        Some((receiver, end))
    }

    fn owner(&self, from: SocketAddr) -> Option<usize> {
        self.streams.read().unwrap_or_else(PoisonError::into_inner).get(&from)?.owner
    }

    fn pass_on(&self, from: SocketAddr, datagram: &[u8], links: &[Link]) {
        let worker = named_worker(datagram).or_else(|| self.owner(from));
        let Some(link) = worker.and_then(|worker| links.get(worker)) else {
            return self.counters.note(Note::Stray);
        };
        let mut arrivals = Arrivals::new(Protocol::Tcp);
        arrivals.push(from, datagram);
        link.datagrams(arrivals, &self.counters);
    }
}

#[cfg(test)]
#[path = "tcp_tests.rs"]
mod tests;
