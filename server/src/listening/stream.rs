//! A TCP connection that ends when its peer takes nothing.
//!
//! A writer that waits for a peer with a closed window looks at nothing else: neither that the
//! heartbeat is over, nor that its connection is to be closed.

use std::future::Future;
use std::io::{Error, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{sleep_until, Sleep};

use super::outflow::Outflow;
use super::places::Place;
use super::stall::Stall;

/// A writer that waits looks so often whether its connection was cut.
const LOOK: Duration = Duration::from_secs(1);

pub(super) struct Stream {
    tcp: TcpStream,
    _place: Place,
    outflow: Outflow,
    stall: Stall,
    wake: Option<Pin<Box<Sleep>>>,
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, place: Place, outflow: Outflow, patience: Duration) -> Self {
        Self { tcp, _place: place, outflow, stall: Stall::new(patience, Instant::now()), wake: None }
    }

    fn written(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<std::io::Result<usize>>,
    ) -> Poll<std::io::Result<usize>> {
        match outcome {
            Poll::Pending => self.wait(context).map(Err),
            Poll::Ready(outcome) => {
                self.wake = None;
                self.stall.taken();
                if let Ok(bytes) = outcome {
                    self.outflow.note_written(bytes);
                }
                Poll::Ready(outcome)
            }
        }
    }

    /// Ready with an error once it was too long.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<Error> {
        loop {
            let now = Instant::now();
            let over = self.stall.waits(now, self.outflow.expects_pings());
            if now >= over {
                tracing::debug!("a peer takes nothing and is let go");
                self.outflow.cut();
            }
            if self.outflow.is_cut() {
                return Poll::Ready(self.end());
            }
            let look = now.checked_add(LOOK).map_or(over, |look| look.min(over));
            let wake = self.wake.insert(Box::pin(sleep_until(look.into())));
            if wake.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// The one who reads hears of it too.
    fn end(&mut self) -> Error {
        let _ = rustix::net::shutdown(&self.tcp, rustix::net::Shutdown::Both);
        Error::from(ErrorKind::BrokenPipe)
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let outcome = Pin::new(&mut self.tcp).poll_read(context, buffer);
        if outcome.is_ready() {
            self.stall.heard(Instant::now());
        }
        outcome
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        if self.outflow.is_cut() {
            return Poll::Ready(Err(self.end()));
        }
        let outcome = Pin::new(&mut self.tcp).poll_write(context, bytes);
        self.written(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        if self.outflow.is_cut() {
            return Poll::Ready(Err(self.end()));
        }
        let outcome = Pin::new(&mut self.tcp).poll_write_vectored(context, parts);
        self.written(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}
