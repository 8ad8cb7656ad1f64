//! The websocket to a signalling server.

use crate::browser::listener::Listener;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, WebSocket};

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    #[wasm_bindgen(js_name = readEvent)]
    fn read_event(frame: &JsValue) -> Option<Array>;
    #[wasm_bindgen(js_name = sendHolding, catch)]
    fn send_holding(socket: &WebSocket, before: &str, data: &JsValue, after: &str) -> Result<(), JsValue>;
}

/// What a socket reports.
#[derive(Debug, Clone, PartialEq)]
pub enum SocketEvent {
    /// JSON text in the one argument of an event `message`, and what it says.
    Message(JsValue, JsValue),
    /// Any other text frame.
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
                if let Some(parts) = read_event(&data) {
                    report_frame(SocketEvent::Message(parts.get(0), parts.get(1)));
                } else if let Some(text) = data.as_string() {
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

    /// As [`Self::send`], in parts.
    pub fn send_holding(&self, before: &str, data: &JsValue, after: &str) {
        let _ = send_holding(&self.socket, before, data, after);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = self.socket.close();
    }
}
