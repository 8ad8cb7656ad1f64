//! Data channels of a connection.

use crate::browser::listener::Listener;
use skylink_core::{ChannelState, ConnectionEvent};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, RtcDataChannel};

/// A data channel; dropping it closes it silently.
#[derive(Debug)]
pub struct Channel {
    channel: RtcDataChannel,
    _listeners: [Listener; 4],
}

impl Channel {
    /// Takes over a channel and reports what happens on it.
    pub fn new(
        channel: RtcDataChannel,
        report: impl Fn(ConnectionEvent) + Clone + 'static,
        failed: impl Fn(String, JsValue) + 'static,
    ) -> Self {
        let state = |kind: &'static str, state: ChannelState| {
            let (report, label) = (report.clone(), channel.label());
            Listener::new(&channel, kind, move |_| {
                report(ConnectionEvent::Channel { label: label.clone(), state });
            })
        };
        let (opened, closed) = (state("open", ChannelState::Open), state("close", ChannelState::Closed));
        let label = channel.label();
        let message = Listener::new(&channel, "message", move |event| {
            if let Some(text) = event.unchecked_into::<MessageEvent>().data().as_string() {
                report(ConnectionEvent::ChannelText { label: label.clone(), text });
            }
        });
        let label = channel.label();
        let error = Listener::new(&channel, "error", move |event| failed(label.clone(), event.into()));
        Self { channel, _listeners: [opened, closed, message, error] }
    }

    /// The channel's label.
    pub fn label(&self) -> String {
        self.channel.label()
    }

    /// Sends text.
    ///
    /// # Errors
    /// The browser's, when the channel is not open or full.
    pub fn send(&self, text: &str) -> Result<(), JsValue> {
        self.channel.send_with_str(text)
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.close();
    }
}
