//! The websocket to a signalling server.

use crate::browser::listener::Listener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, WebSocket};

/// What a socket reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketEvent {
    /// A text frame.
    Frame(String),
    /// It closed, or could not be opened.
    Closed,
}

/// A websocket; dropping it closes it silently.
#[derive(Debug)]
pub struct Socket {
    socket: WebSocket,
    _listeners: [Listener; 2],
}

impl Socket {
    /// Opens a socket.
    ///
    /// # Errors
    /// For an address that is none.
    pub fn open(url: &str, report: impl Fn(SocketEvent) + Clone + 'static) -> Result<Self, JsValue> {
        let socket = WebSocket::new(url)?;
        let report_frame = report.clone();
        let listeners = [
            Listener::new(&socket, "message", move |event| {
                let data = event.unchecked_into::<MessageEvent>().data();
                if let Some(text) = data.as_string() {
                    report_frame(SocketEvent::Frame(text));
                }
            }),
            Listener::new(&socket, "close", move |_| report(SocketEvent::Closed)),
        ];
        Ok(Self { socket, _listeners: listeners })
    }

    /// Sends a text frame; a socket that is not open swallows it.
    pub fn send(&self, text: &str) {
        let _ = self.socket.send_with_str(text);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = self.socket.close();
    }
}
