//! One client in a room: Engine.IO 3 and Socket.IO 2 over a WebSocket, one frame a packet, as
//! skylinkjs 2.7.2 speaks them.

use std::rc::Rc;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::{json, Value};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{client_async_with_config, WebSocketStream};

use crate::entering::Api;
use crate::error::Error;
use crate::heard::Heard;

/// For thousands that are quiet; the default is 128 KiB each.
const READ_BUFFER: usize = 4096;

type Socket = WebSocketStream<TcpStream>;

/// One client. It leaves when it is dropped.
pub struct Client {
    rid: String,
    sink: SplitSink<Socket, Message>,
    listening: JoinHandle<()>,
}

impl Client {
    /// Joins a room. What others say there goes to `heard`.
    pub async fn join(api: &mut Api, host: &str, room: &str, heard: &Rc<Heard>) -> Result<Self, Error> {
        let pass = api.ask(room).await?;
        let host = pass.signaling().unwrap_or(host);
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        let address = format!("ws://{host}/socket.io/?EIO=3&transport=websocket");
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
        let (socket, _) = client_async_with_config(address, stream, Some(config)).await?;
        let (mut sink, mut frames) = socket.split();
        loop {
            let frame = next_text(&mut frames).await?;
            if frame == "40" {
                sink.send(event(&pass.join_room())).await?;
            } else if frame.contains(r#"\"inRoom\""#) {
                break;
            } else if frame.contains(r#"\"redirect\""#) {
                return Err(Error::Refused(frame));
            }
        }
        let listening = tokio::task::spawn_local(listen(frames, Rc::clone(heard)));
        Ok(Self { rid: pass.rid().unwrap_or_default().to_owned(), sink, listening })
    }

    /// Says something to everybody else in the room.
    pub async fn say(&mut self, data: &str) -> Result<(), Error> {
        let message = json!({ "type": "message", "rid": self.rid, "mid": "", "data": data, "msgId": "m" });
        Ok(self.sink.send(event(&message)).await?)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn next_text(frames: &mut SplitStream<Socket>) -> Result<String, Error> {
    while let Some(frame) = frames.next().await {
        if let Message::Text(text) = frame? {
            return Ok(text.as_str().to_owned());
        }
    }
    Err(Error::Refused("the socket was closed".to_owned()))
}

async fn listen(mut frames: SplitStream<Socket>, heard: Rc<Heard>) {
    while let Some(Ok(frame)) = frames.next().await {
        if let Message::Text(text) = frame {
            if text.contains(r#"\"type\":\"message\""#) {
                heard.note(&text);
            }
        }
    }
}

/// The event `message`, whose argument is a JSON text.
fn event(message: &Value) -> Message {
    Message::text(format!("42{}", json!(["message", message.to_string()])))
}
