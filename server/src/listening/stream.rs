//! A TCP connection that ends when its peer takes nothing.
//!
//! Whoever waits to write to a peer with a closed window, hyper or a WebSocket, waits for ever.

use std::future::Future;
use std::io::{Error, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{sleep_until, Sleep};

use super::places::Place;
use super::stall::Stall;

/// A connection, and its place among those that may be.
pub(crate) struct Stream {
    tcp: TcpStream,
    _place: Place,
    stall: Stall,
    wake: Option<Pin<Box<Sleep>>>,
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, place: Place, patience: Duration) -> Self {
        Self { tcp, _place: place, stall: Stall::new(patience), wake: None }
    }

    /// One that takes no place from anybody.
    #[cfg(test)]
    pub(crate) fn for_test(tcp: TcpStream, patience: Duration) -> Self {
        Self { tcp, _place: Place::alone(), stall: Stall::new(patience), wake: None }
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
                Poll::Ready(outcome)
            }
        }
    }

    /// Ready with an error once it was too long.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<Error> {
        let over = self.stall.waits(Instant::now());
        let wake = self.wake.get_or_insert_with(|| Box::pin(sleep_until(over.into())));
        ready!(wake.as_mut().poll(context));
        tracing::debug!("a peer takes nothing and is let go");
        // The one who reads hears of it too.
        let _ = rustix::net::shutdown(&self.tcp, rustix::net::Shutdown::Both);
        Poll::Ready(Error::from(ErrorKind::BrokenPipe))
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let outcome = Pin::new(&mut self.tcp).poll_write(context, bytes);
        self.written(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
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
