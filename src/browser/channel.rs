//! Data channels of a connection.

use crate::browser::listener::Listener;
use crate::convert::{get, text};
use skylink_core::{ChannelEvent, ChannelId, ChannelReading, ConnectionId, Handle};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, MessageEvent, RtcDataChannel};

/// A data channel; dropping it closes it silently.
#[derive(Debug)]
pub struct Channel {
    number: ChannelId,
    channel: RtcDataChannel,
    _listeners: [Listener; 5],
}

impl Channel {
    /// Takes over a channel and reports what happens on it, and how much waits to be sent then.
    pub fn new(
        number: ChannelId,
        channel: RtcDataChannel,
        report: impl Fn(f64, ChannelEvent) + Clone + 'static,
        keep: impl Fn(JsValue) -> Handle + 'static,
    ) -> Self {
        let listen = |kind: &'static str, make: Box<dyn Fn(Event) -> Option<ChannelEvent>>| {
            let (report, source) = (report.clone(), channel.clone());
            Listener::new(&channel, kind, move |event| {
                if let Some(event) = make(event) {
                    report(f64::from(source.buffered_amount()), event);
                }
            })
        };
        let listeners = [
            listen("open", Box::new(|_| Some(ChannelEvent::Open))),
            listen("close", Box::new(|_| Some(ChannelEvent::Closed))),
            listen("bufferedamountlow", Box::new(|_| Some(ChannelEvent::BufferedAmountLow))),
            listen(
                "message",
                Box::new(|event| {
                    event.unchecked_into::<MessageEvent>().data().as_string().map(ChannelEvent::Text)
                }),
            ),
            listen(
                "error",
                Box::new(move |event| {
                    let cause = get(&get(&event, "error"), "sctpCauseCode").as_f64();
                    Some(ChannelEvent::Failed { error: keep(event.into()), cause })
                }),
            ),
        ];
        Self { number, channel, _listeners: listeners }
    }

    /// The number that names it.
    pub fn number(&self) -> ChannelId {
        self.number
    }

    /// How many bytes wait to be sent.
    pub fn buffered(&self) -> f64 {
        f64::from(self.channel.buffered_amount())
    }

    /// What the browser says of it.
    pub fn reading(&self, connection: ConnectionId) -> ChannelReading {
        ChannelReading {
            connection,
            channel: self.number,
            state: text(&self.channel, "readyState"),
            buffered: self.buffered(),
            threshold: f64::from(self.channel.buffered_amount_low_threshold()),
        }
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
