//! The way to one thread, and how much may wait on it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, Receiver, Sender};

use super::arrivals::Arrivals;
use super::Job;
use crate::mcu::command::Command;
use crate::mcu::counters::{Counters, Note};

/// Datagrams that may wait for one thread: about a second of a busy one.
const MOST_DATAGRAMS: usize = 16 * 1024;
/// Messages of members that may wait for one: some seconds of nothing but offers.
const MOST_COMMANDS: usize = 2048;

pub(super) struct Link {
    jobs: Sender<Job>,
    datagrams: AtomicUsize,
    commands: AtomicUsize,
    /// Rooms, connections, tracks and lines, as it last said.
    pub(super) sizes: [AtomicUsize; 4],
}

impl Link {
    /// With the end at which the thread takes its jobs.
    pub(super) fn new() -> (Self, Receiver<Job>) {
        let (jobs, receiver) = channel();
        let (datagrams, commands) = (AtomicUsize::new(0), AtomicUsize::new(0));
        (Self { jobs, datagrams, commands, sizes: Default::default() }, receiver)
    }

    pub(super) fn datagrams(&self, arrivals: Arrivals, counters: &Counters) {
        let count = arrivals.count();
        if self.datagrams.fetch_add(count, Ordering::Relaxed) >= MOST_DATAGRAMS {
            self.datagrams.fetch_sub(count, Ordering::Relaxed);
            return counters.add(Note::Overrun, count);
        }
        let _ = self.jobs.send(Job::Datagrams(arrivals));
    }

    /// What members say is refused when too much waits; of the end of a member, and from taps,
    /// comes no more than of what was let in.
    pub(super) fn command(&self, command: Command, counters: &Counters) {
        let waiting = self.commands.fetch_add(1, Ordering::Relaxed);
        if waiting >= MOST_COMMANDS && matches!(command, Command::Message { .. }) {
            self.commands.fetch_sub(1, Ordering::Relaxed);
            return counters.note(Note::CommandRefused);
        }
        let _ = self.jobs.send(Job::Command(command));
    }

    pub(super) fn stop(&self) {
        let _ = self.jobs.send(Job::Stop);
    }

    /// The thread took a job.
    pub(super) fn taken(&self, job: &Job) {
        match job {
            Job::Datagrams(arrivals) => {
                self.datagrams.fetch_sub(arrivals.count(), Ordering::Relaxed);
            }
            Job::Command(_) => {
                self.commands.fetch_sub(1, Ordering::Relaxed);
            }
            Job::Stop => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use skylink_protocol::Value;

    use super::*;

    #[test]
    fn a_thread_that_is_behind_gets_no_more_messages_but_hears_who_leaves() {
        let (link, jobs) = Link::new();
        let counters = Counters::default();
        let says = || Command::Message { rid: "r".into(), peer: "p".into(), message: Value::Null };
        let left = || Command::Left { rid: "r".into(), peer: "p".into(), bye: Value::Null };
        for _ in 0..MOST_COMMANDS.saturating_add(10) {
            link.command(says(), &counters);
        }
        assert_eq!(counters.get(Note::CommandRefused), 10);
        link.command(left(), &counters);
        assert_eq!(jobs.try_iter().inspect(|job| link.taken(job)).count(), MOST_COMMANDS.saturating_add(1));
        link.command(says(), &counters);
        assert_eq!((jobs.try_iter().count(), counters.get(Note::CommandRefused)), (1, 10));
    }
}
