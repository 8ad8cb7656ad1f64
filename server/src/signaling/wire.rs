//! The frames of one WebSocket over its TCP connection.
//!
//! What a client is sent goes out as it is, from the memory that all receivers share. The codec is
//! there for what comes in, and for the answers that WebSockets give each other.

use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice, Read, Write};
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Bytes, Message, Utf8Bytes};

use crate::listening::Stream;
use crate::sockets::Frame;

/// Bytes that are read at a time. Every connection holds a buffer of this size, whether it speaks or
/// not.
const READ_BUFFER: usize = 1024;
/// Answers of the codec that may wait for a peer that takes nothing.
const ANSWERS: usize = 1024;
/// Pieces that are written in one call of the system.
const PIECES: usize = 32;

/// A WebSocket, this end of it.
pub(super) struct Wire {
    stream: Stream,
    codec: WebSocketContext,
    /// Written by the codec.
    answers: Vec<u8>,
    /// To be written, the first maybe in part already.
    hand: Hand,
    /// Bytes that the codec has read and no message has come of yet; or more, never fewer.
    unread: usize,
    /// Whether the codec's buffer has.
    has_grown: bool,
    most_bytes: usize,
}

/// One that holds a small buffer, which grows with the longest message and never gets smaller.
fn codec_of(begun: Vec<u8>, most_bytes: usize) -> WebSocketContext {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(ANSWERS)
        .max_message_size(Some(most_bytes))
        .max_frame_size(Some(most_bytes));
    WebSocketContext::from_partially_read(begun, Role::Server, Some(config))
}

/// The least that a frame with so much in it takes on the wire.
fn frame_length(content: usize) -> usize {
    let head: usize = match content {
        0..126 => 6,
        126..65_536 => 8,
        _ => 14,
    };
    head.saturating_add(content)
}

/// What is being written.
#[derive(Default)]
pub(super) struct Hand(VecDeque<Bytes>);

impl Extend<Frame> for Hand {
    fn extend<T: IntoIterator<Item = Frame>>(&mut self, frames: T) {
        self.0.extend(frames.into_iter().map(Frame::into_bytes));
    }
}

impl Hand {
    /// So much of it was written.
    fn advance(&mut self, mut bytes: usize) {
        while let Some(first) = self.0.front_mut() {
            if first.len() > bytes {
                let _ = first.split_to(bytes);
                return;
            }
            bytes = bytes.saturating_sub(first.len());
            self.0.pop_front();
        }
        self.0 = VecDeque::new();
    }
}

impl Wire {
    /// The connection of a request that was answered with a change of protocols. `None` if it is
    /// gone, or none of ours.
    pub(super) fn of(upgraded: Upgraded, most_bytes: usize) -> Option<Box<Self>> {
        let parts = upgraded.downcast::<TokioIo<Stream>>().ok()?;
        Some(Box::new(Self::over(parts.io.into_inner(), parts.read_buf.to_vec(), most_bytes)))
    }

    /// Over a connection of which something was read already.
    fn over(stream: Stream, begun: Vec<u8>, most_bytes: usize) -> Self {
        Self {
            stream,
            unread: begun.len(),
            codec: codec_of(begun, most_bytes),
            answers: Vec::new(),
            hand: Hand::default(),
            has_grown: false,
            most_bytes,
        }
    }

    /// Where what is to be written goes.
    pub(super) fn hand(&mut self) -> &mut Hand {
        &mut self.hand
    }

    /// Its messages may be so long from now on.
    pub(super) fn allow(&mut self, most_bytes: usize) {
        self.most_bytes = most_bytes;
        self.codec.set_config(|config| {
            config.max_message_size = Some(most_bytes);
            config.max_frame_size = Some(most_bytes);
        });
    }

    /// The next text; `None` at the end.
    pub(super) fn poll_text(&mut self, context: &mut Context<'_>) -> Poll<Option<Utf8Bytes>> {
        loop {
            let (codec, mut sides) = self.sides(context);
            let message = codec.read(&mut sides);
            if let Ok(message) = &message {
                self.unread = self.unread.saturating_sub(frame_length(message.len()));
            }
            match message {
                Ok(Message::Text(text)) => {
                    self.has_grown |= text.len() >= READ_BUFFER;
                    return Poll::Ready(Some(text));
                }
                Ok(Message::Binary(_)) => tracing::debug!("a binary frame was dropped"),
                Ok(_) => {}
                Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {
                    if self.has_grown && self.unread == 0 && self.codec.can_write() {
                        self.codec = codec_of(Vec::new(), self.most_bytes);
                        self.has_grown = false;
                    }
                    return Poll::Pending;
                }
                Err(error) => {
                    tracing::debug!(%error, "a WebSocket ended");
                    return Poll::Ready(None);
                }
            }
        }
    }

    /// Writes all there is.
    ///
    /// # Errors
    /// When the connection is gone, or its peer has taken nothing for too long.
    pub(super) fn poll_written(&mut self, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        loop {
            if self.hand.0.is_empty() && !self.answers.is_empty() {
                self.hand.0.push_back(std::mem::take(&mut self.answers).into());
            }
            let Some(first) = self.hand.0.front() else {
                return Poll::Ready(Ok(()));
            };
            let stream = Pin::new(&mut self.stream);
            let written = if self.hand.0.len() == 1 {
                ready!(stream.poll_write(context, first))?
            } else {
                let mut pieces = [IoSlice::new(&[]); PIECES];
                let parts = self.hand.0.iter().zip(&mut pieces);
                let count = parts.map(|(bytes, piece)| *piece = IoSlice::new(bytes)).count();
                let pieces = pieces.get(..count).unwrap_or_default();
                ready!(stream.poll_write_vectored(context, pieces))?
            };
            if written == 0 {
                return Poll::Ready(Err(ErrorKind::WriteZero.into()));
            }
            self.hand.advance(written);
        }
    }

    /// Says goodbye, after what is to be written before. The peer says the same, and closes.
    pub(super) fn close(&mut self, context: &mut Context<'_>) {
        let (codec, mut sides) = self.sides(context);
        // It fails only if the other side was first.
        let _ = codec.close(&mut sides, None);
    }

    fn sides<'a, 'b>(
        &'a mut self,
        context: &'a mut Context<'b>,
    ) -> (&'a mut WebSocketContext, Sides<'a, 'b>) {
        let Self { stream, codec, answers, unread, .. } = self;
        (codec, Sides { stream, context, answers, unread })
    }
}

/// What the codec reads from and writes to.
struct Sides<'a, 'b> {
    stream: &'a mut Stream,
    context: &'a mut Context<'b>,
    answers: &'a mut Vec<u8>,
    unread: &'a mut usize,
}

impl Read for Sides<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        match Pin::new(&mut *self.stream).poll_read(self.context, &mut buffer) {
            Poll::Ready(outcome) => {
                outcome?;
                let length = buffer.filled().len();
                *self.unread = self.unread.saturating_add(length);
                Ok(length)
            }
            Poll::Pending => Err(ErrorKind::WouldBlock.into()),
        }
    }
}

impl Write for Sides<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.answers.len() >= ANSWERS {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.answers.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use futures_util::{SinkExt, StreamExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_tungstenite::WebSocketStream;
    use tungstenite::protocol::frame::coding::{Data, OpCode};
    use tungstenite::protocol::frame::Frame as RawFrame;

    use super::*;

    const MOST: usize = 1_000_000;

    async fn pair() -> (Wire, WebSocketStream<TcpStream>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let stream = Stream::for_test(listener.accept().await.unwrap().0, Duration::from_secs(60));
        (
            Wire::over(stream, Vec::new(), MOST),
            WebSocketStream::from_raw_socket(client, Role::Client, None).await,
        )
    }

    async fn text(wire: &mut Wire) -> Option<Utf8Bytes> {
        poll_fn(|context| wire.poll_text(context)).await
    }

    async fn written(wire: &mut Wire) {
        poll_fn(|context| wire.poll_written(context)).await.unwrap();
    }

    /// Between long messages the codec is replaced, which must lose nothing.
    #[tokio::test]
    async fn all_that_is_sent_is_read_whatever_its_length() {
        let (mut wire, mut client) = pair().await;
        let lengths = [0, 125, 126, 1023, 1024, 65_535, 65_536, 300_000, 1, MOST];
        let piece = |text: &str, code: Data, is_last: bool| {
            Message::Frame(RawFrame::message(text.to_owned(), OpCode::Data(code), is_last))
        };
        let sending = async {
            for _ in 0..3 {
                for length in lengths {
                    client.send(Message::text("x".repeat(length))).await.unwrap();
                    client.send(Message::Ping(Bytes::from_static(b"ping"))).await.unwrap();
                }
                client.send(Message::binary(vec![0; 5000])).await.unwrap();
                client.send(piece(&"a".repeat(5000), Data::Text, false)).await.unwrap();
                client.send(piece("", Data::Continue, false)).await.unwrap();
                client.send(piece("b", Data::Continue, true)).await.unwrap();
            }
            client.close(None).await.unwrap();
            while client.next().await.is_some() {}
        };
        let receiving = async {
            for _ in 0..3 {
                for length in lengths {
                    assert_eq!(text(&mut wire).await.unwrap().len(), length);
                    written(&mut wire).await;
                }
                assert_eq!(text(&mut wire).await.unwrap().len(), 5001);
            }
            assert_eq!(text(&mut wire).await, None);
            written(&mut wire).await;
            drop(wire);
        };
        tokio::join!(sending, receiving);
    }

    #[tokio::test]
    async fn what_is_written_arrives_in_order_and_then_the_goodbye() {
        let (mut wire, mut client) = pair().await;
        let lengths: Vec<usize> = (0..200).chain([70_000, 400_000, 0]).collect();
        let writing = async {
            wire.hand().extend(lengths.iter().map(|length| Frame::packet_of(&"x".repeat(*length))));
            written(&mut wire).await;
            poll_fn(|context| {
                wire.close(context);
                Poll::Ready(())
            })
            .await;
            written(&mut wire).await;
            assert_eq!(text(&mut wire).await, None);
            drop(wire);
        };
        let reading = async {
            for length in &lengths {
                assert_eq!(client.next().await.unwrap().unwrap().len(), *length);
            }
            assert_eq!(client.next().await.unwrap().unwrap(), Message::Close(None));
            while client.next().await.is_some() {}
        };
        tokio::join!(writing, reading);
    }

    #[tokio::test]
    async fn what_is_too_long_or_no_websocket_ends_it() {
        for odd in ["x".repeat(MOST.saturating_add(1)), String::new()] {
            let (mut wire, mut client) = pair().await;
            let receiving = async {
                while text(&mut wire).await.is_some() {}
                drop(wire);
            };
            let sending = async {
                if odd.is_empty() {
                    use tokio::io::AsyncWriteExt;
                    client.get_mut().write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
                } else {
                    let _ = client.send(Message::text(odd)).await;
                }
                while let Some(Ok(_)) = client.next().await {}
            };
            tokio::join!(receiving, sending);
        }
    }
}
