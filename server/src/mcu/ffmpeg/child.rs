//! One running child.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{channel, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::tail::Tail;
use super::Permit;

/// No line of its log is longer.
const LONGEST_LINE: u64 = 64 * 1024;

/// How a child ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Whether it did what it was to do.
    pub is_success: bool,
    /// `exit status: 1`, for instance.
    pub status: String,
    /// The last lines that it logged, without secrets.
    pub log: String,
}

/// A child that runs. It is killed when this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// Disconnects when the child has ended.
    ended: Receiver<()>,
    tail: Arc<Mutex<Tail>>,
    _permit: Permit,
}

pub(super) fn start(
    mut command: Command,
    has_output: bool,
    secrets: Vec<String>,
    permit: Permit,
    on_end: impl FnOnce() + Send + 'static,
) -> std::io::Result<Running> {
    let output = if has_output { Stdio::piped() } else { Stdio::null() };
    let mut child = command.stdin(Stdio::piped()).stdout(output).stderr(Stdio::piped()).spawn()?;
    let errors = child.stderr.take();
    let (alive, ended) = channel();
    let tail = Arc::new(Mutex::new(Tail::new(secrets)));
    let running = Running { child, ended, tail: Arc::clone(&tail), _permit: permit };
    let mut log = BufReader::new(errors.ok_or_else(|| std::io::Error::other("no standard error"))?);
    // The end of its standard error is its own end.
    let listen = move || {
        let mut line = Vec::new();
        while log.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            tail.lock().unwrap_or_else(PoisonError::into_inner).push(&String::from_utf8_lossy(&line));
            line.clear();
        }
        drop(alive);
        on_end();
    };
    std::thread::Builder::new().name("ffmpeg-log".to_owned()).spawn(listen)?;
    Ok(running)
}

impl Running {
    /// Its standard input, once. When this is dropped, a child that reads it ends.
    pub fn input(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Its standard output, once, if the job has one.
    pub fn output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Waits for its end so long. `None` if it still runs.
    pub fn wait(&mut self, patience: Duration) -> Option<Ending> {
        match self.ended.recv_timeout(patience) {
            Err(RecvTimeoutError::Timeout) => None,
            Ok(()) | Err(RecvTimeoutError::Disconnected) => Some(self.collect()),
        }
    }

    /// Closes its standard input, unless that was taken, and kills it if it does not end in time.
    pub fn stop(mut self, patience: Duration) -> Ending {
        drop(self.child.stdin.take());
        if let Some(ending) = self.wait(patience) {
            return ending;
        }
        tracing::warn!("ffmpeg did not end in time and is killed");
        let _ = self.child.kill();
        self.collect()
    }

    /// The last lines that it logged, without secrets.
    pub fn log(&self) -> String {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).text()
    }

    fn collect(&mut self) -> Ending {
        let status = self.child.wait();
        Ending {
            is_success: status.as_ref().is_ok_and(std::process::ExitStatus::success),
            status: status.map_or_else(|error| error.to_string(), |status| status.to_string()),
            log: self.log(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Of one that has ended nothing but the record is left, which this removes.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
