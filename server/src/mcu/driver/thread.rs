//! One thread with its rooms.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::outbox::Datagram;
use super::port::Port;
use super::tcp::TcpPort;
use super::{Job, Link, SignalSink};
use crate::mcu::counters::Note;
use crate::mcu::engine::Protocol;
use crate::mcu::worker::{Worker, WorkerOutput, WorkerSetup};

/// Nothing is due for longer than this.
const IDLE: Duration = Duration::from_secs(1);
/// The engine's timers are looked at so seldom: those of many clients at a time.
const TICK: Duration = Duration::from_millis(2);
/// Jobs that are done before time passes.
const BATCH: usize = 64;
/// Packets that are written before they go out, and how long they wait at the most.
const MOST_WRITTEN: usize = 256;
const LONGEST_WAIT: Duration = Duration::from_millis(1);

pub(super) struct Thread {
    pub(super) number: usize,
    pub(super) jobs: Receiver<Job>,
    pub(super) links: Arc<[Link]>,
    pub(super) port: Arc<Port>,
    pub(super) tcp: Option<Arc<TcpPort>>,
    pub(super) worker: WorkerSetup,
    pub(super) signal: SignalSink,
}

impl Thread {
    /// Works until it is stopped. A fault that no narrower fence stopped costs the rooms of this
    /// thread their connections; their members are told, and may join anew.
    pub(super) fn run(self) {
        let mut worker = Worker::new(self.worker.clone());
        let mut ticked = Instant::now();
        loop {
            match catch_unwind(AssertUnwindSafe(|| self.step(&mut worker, &mut ticked))) {
                Ok(true) => {}
                Ok(false) => return,
                Err(_) => {
                    tracing::error!(
                        thread = self.number,
                        "the media server's thread begins anew after a fault"
                    );
                    self.worker.counters.note(Note::Restarted);
                    let byes = catch_unwind(AssertUnwindSafe(|| worker.byes())).unwrap_or_default();
                    self.port.forget_all(self.number);
                    if let Some(tcp) = &self.tcp {
                        tcp.forget_all(self.number);
                    }
                    let broken = std::mem::replace(&mut worker, Worker::new(self.worker.clone()));
                    // What is broken may break once more when it is taken down.
                    let _ = catch_unwind(AssertUnwindSafe(|| drop(broken)));
                    for bye in byes {
                        (self.signal)(bye);
                    }
                }
            }
        }
    }

    /// `false` if it is to end.
    fn step(&self, worker: &mut Worker, ticked: &mut Instant) -> bool {
        let earliest = ticked.checked_add(TICK);
        let next = worker.deadline().map(|deadline| earliest.map_or(deadline, |at| at.max(deadline)));
        let wait = next.map_or(IDLE, |next| next.saturating_duration_since(Instant::now()));
        let mut job = match self.jobs.recv_timeout(wait.min(IDLE)) {
            Ok(job) => Some(job),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return false,
        };
        let mut begun = Instant::now();
        for left in (0..BATCH).rev() {
            if let (Some(link), Some(job)) = (self.links.get(self.number), &job) {
                link.taken(job);
            }
            match job.take() {
                None => break,
                Some(Job::Stop) => return false,
                Some(Job::Command(command)) => {
                    worker.handle(command, Instant::now());
                    self.carry_out(worker);
                }
                Some(Job::Datagrams(arrivals)) => {
                    for (from, datagram) in arrivals.iter() {
                        let now = Instant::now();
                        worker.datagram(arrivals.protocol, from, datagram, now);
                        if worker.written() >= MOST_WRITTEN
                            || now.saturating_duration_since(begun) >= LONGEST_WAIT
                        {
                            worker.flush(now);
                            self.carry_out(worker);
                            begun = now;
                        }
                    }
                }
            }
            if left > 0 {
                job = self.jobs.try_recv().ok();
            }
        }
        let now = Instant::now();
        worker.flush(now);
        self.carry_out(worker);
        if next.is_some_and(|next| next <= now) {
            *ticked = now;
            worker.tick(now);
            self.carry_out(worker);
        }
        if let Some(link) = self.links.get(self.number) {
            for (size, value) in link.sizes.iter().zip(worker.sizes()) {
                size.store(value, Ordering::Relaxed);
            }
        }
        true
    }

    fn on_tcp(&self, act: impl FnOnce(&TcpPort)) {
        if let Some(tcp) = &self.tcp {
            act(tcp);
        }
    }

    fn carry_out(&self, worker: &mut Worker) {
        let mut datagrams: Vec<Datagram> = Vec::new();
        while let Some(output) = worker.poll() {
            match output {
                WorkerOutput::Transmit { protocol: Protocol::Udp, to, contents } => {
                    datagrams.push((to, contents));
                }
                WorkerOutput::Learn(Protocol::Udp, from) => self.port.learn(from, self.number),
                WorkerOutput::Forget(Protocol::Udp, from) => self.port.forget(from, self.number),
                WorkerOutput::Signal(signal) => (self.signal)(signal),
                WorkerOutput::Transmit { protocol: Protocol::Tcp, to, contents } => {
                    self.on_tcp(|tcp| tcp.send(to, &contents));
                }
                WorkerOutput::Learn(Protocol::Tcp, from) => self.on_tcp(|tcp| tcp.learn(from, self.number)),
                WorkerOutput::Forget(Protocol::Tcp, from) => self.on_tcp(|tcp| tcp.forget(from, self.number)),
            }
        }
        if !datagrams.is_empty() {
            self.port.send(&mut datagrams);
        }
    }
}
