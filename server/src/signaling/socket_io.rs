//! Socket.IO 2 (Engine.IO 3) by socketioxide (wire protocol, section 4).

use std::convert::Infallible;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use socketioxide::extract::{Extension, SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::layer::SocketIoLayer;
use socketioxide::{SocketIo, TransportType};

use super::hub::Hub;
use crate::listening::Outflow;
use crate::rooms::{ConnectionId, Intake};

/// Texts that may come in between the packet that says "connected" and our handler's call.
const MOST_WAITING: usize = 16;

/// Bytes that are read from a WebSocket at a time. Every connection holds a buffer of this size,
/// whether it speaks or not; what is longer makes its connection's buffer grow.
const READ_BUFFER: usize = 1024;

/// Settings of the transport.
#[derive(Debug, Clone, Copy)]
pub struct SocketSettings {
    /// How often clients ping.
    pub ping_interval: Duration,
    /// How much later than that a ping may come.
    pub ping_timeout: Duration,
    /// Longest frame in bytes.
    pub frame_bytes: usize,
    /// Messages that may wait for one client.
    pub send_queue: usize,
}

/// One socket on its way in. socketioxide tells the client that it is connected before it calls
/// our handler, so a quick client's first message, or its end, may come before that call.
#[derive(Debug, Clone, Default)]
struct Entrance(Arc<Mutex<Phase>>);

#[derive(Debug)]
enum Phase {
    Waiting(Vec<String>),
    Open(ConnectionId, Intake),
    Closed,
}

impl Default for Phase {
    fn default() -> Self {
        Phase::Waiting(Vec::new())
    }
}

impl Entrance {
    fn with<T>(&self, act: impl FnOnce(&mut Phase) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn open(&self, hub: &Hub, socket: SocketRef) {
        self.with(|phase| {
            if let Phase::Waiting(texts) = phase {
                let texts = std::mem::take(texts);
                let connection = hub.connect(socket);
                let mut intake = Intake::default();
                for text in texts {
                    hub.receive(connection, &mut intake, &text);
                }
                *phase = Phase::Open(connection, intake);
            }
        });
    }

    fn receive(&self, hub: &Hub, text: String) {
        self.with(|phase| match phase {
            Phase::Waiting(texts) if texts.len() < MOST_WAITING => texts.push(text),
            Phase::Open(connection, intake) => hub.receive(*connection, intake, &text),
            Phase::Waiting(_) | Phase::Closed => {}
        });
    }

    fn close(&self, hub: &Hub) {
        self.with(|phase| {
            if let Phase::Open(connection, _) = std::mem::replace(phase, Phase::Closed) {
                hub.disconnect(connection);
            }
        });
    }
}

/// The layer that answers `/socket.io`, and the handle that closes all sockets.
pub fn layer(hub: Arc<Hub>, settings: SocketSettings) -> (SocketIoLayer, SocketIo) {
    let (layer, io) = SocketIo::builder()
        .req_path("/socket.io")
        .ping_interval(settings.ping_interval)
        .ping_timeout(settings.ping_timeout)
        .max_payload(u64::try_from(settings.frame_bytes).unwrap_or(u64::MAX))
        .ws_read_buffer_size(READ_BUFFER)
        .ws_max_message_size(settings.frame_bytes)
        .ws_max_frame_size(settings.frame_bytes)
        .max_buffer_size(settings.send_queue)
        .build_layer();
    let for_opening = Arc::clone(&hub);
    // The handlers are no async functions: socketioxide runs the futures of all handlers as tasks
    // that overtake each other, but calls the handlers themselves in order.
    let opened = move |socket: SocketRef, Extension(entrance): Extension<Entrance>| {
        entrance.open(&for_opening, socket);
        ready(())
    };
    let prepare = move |socket: SocketRef| {
        prepare_socket(&socket, &hub);
        ready(Ok::<(), Infallible>(()))
    };
    io.ns("/", opened.with(prepare));
    (layer, io)
}

/// Sets a socket up before its client is told that it is connected.
fn prepare_socket(socket: &SocketRef, hub: &Arc<Hub>) {
    let entrance = Entrance::default();
    socket.extensions.insert(entrance.clone());
    let outflow = match socket.transport_type() {
        TransportType::Websocket => socket.req_parts().extensions.get::<Outflow>().cloned(),
        TransportType::Polling => Some(Outflow::default()),
    };
    if let Some(outflow) = outflow {
        socket.extensions.insert(outflow);
    }
    let (receiving, receiver) = (entrance.clone(), Arc::clone(hub));
    socket.on("message", move |TryData(text): TryData<String>| {
        match text {
            Ok(text) => receiving.receive(&receiver, text),
            Err(_) => tracing::debug!("a message event without exactly one text was dropped"),
        }
        ready(())
    });
    let closer = Arc::clone(hub);
    socket.on_disconnect(move || {
        entrance.close(&closer);
        ready(())
    });
}
