//! Data channels of a connection.

use crate::browser::listener::Listener;
use crate::convert::{from_js, get, text};
use js_sys::{Array, ArrayBuffer, JsString, Uint8Array};
use skylink_core::{ChannelEvent, ChannelId, ChannelReading, ConnectionId, Handle, Piece};
use skylink_protocol::data_channel::DirectMessage;
use skylink_protocol::file_channel::{frame_offset, HEADER_SIZE};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::Value;
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, RtcDataChannel, RtcDataChannelType};

/// A data channel; dropping it closes it silently.
#[derive(Debug)]
pub struct Channel {
    number: ChannelId,
    channel: RtcDataChannel,
    _listeners: [Listener; 5],
}

impl Channel {
    /// Takes over a channel and reports what happens on it, and how much waits to be sent then. It is open at the
    /// event of that name.
    pub fn new(
        number: ChannelId,
        channel: RtcDataChannel,
        open: &'static str,
        report: impl Fn(f64, ChannelEvent) + Clone + 'static,
        keep: impl Fn(JsValue) -> Handle + Clone + 'static,
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
            listen(open, Box::new(|_| Some(ChannelEvent::Open))),
            listen("close", Box::new(|_| Some(ChannelEvent::Closed))),
            listen("bufferedamountlow", Box::new(|_| Some(ChannelEvent::BufferedAmountLow))),
            listen("message", {
                let keep = keep.clone();
                Box::new(move |event| message(event.unchecked_into::<MessageEvent>().data(), &keep))
            }),
            listen(
                "error",
                Box::new(move |event| {
                    let cause = get(&get(&event, "error"), "sctpCauseCode").as_f64();
                    Some(ChannelEvent::Failed { error: keep(event.into()), cause })
                }),
            ),
        ];
        channel.set_binary_type(RtcDataChannelType::Arraybuffer);
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

    /// Sends direct messages: JSON texts and, by turns, their last members, where those are missing. One text alone
    /// goes as it is.
    ///
    /// # Errors
    /// As [`Channel::send`].
    pub fn send_messages(&self, parts: &Array) -> Result<(), JsValue> {
        send_messages(&self.channel, parts)
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// As [`Channel::send`].
    pub fn send_bytes(&self, bytes: &[u8]) -> Result<(), JsValue> {
        self.channel.send_with_u8_array(bytes)
    }
}

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    /// Direct messages whose contents are texts: of each by turns `isPrivate`, `sender`, `target`, `data`.
    #[wasm_bindgen(js_name = readTextMessages)]
    fn read_text_messages(text: &JsString) -> Option<Array>;
    #[wasm_bindgen(js_name = sendMessages, catch)]
    fn send_messages(channel: &RtcDataChannel, parts: &Array) -> Result<(), JsValue>;
}

/// Text that does not begin like an object or a list is no message, and stays outside the module.
fn message(data: JsValue, keep: &impl Fn(JsValue) -> Handle) -> Option<ChannelEvent> {
    if let Some(text) = data.dyn_ref::<JsString>() {
        if let Some(messages) = read_text_messages(text) {
            let message = |at: u32| DirectMessage {
                is_private: messages.get(at).as_bool(),
                sender: messages.get(at + 1).as_string(),
                target: from_js(&messages.get(at + 2)),
                data: Value::Handle(keep(messages.get(at + 3))),
            };
            let places = (0..messages.length()).step_by(4);
            return Some(ChannelEvent::Messages(places.map(message).collect_vec()));
        }
        let begins = |code: f64| [b'{', b'['].map(f64::from).contains(&code);
        let is_message = |code: f64| begins(code) || code <= f64::from(b' ') || code.is_nan();
        return Some(if is_message(text.char_code_at(0)) {
            ChannelEvent::Text(String::from(text))
        } else {
            ChannelEvent::Chunk(keep(data))
        });
    }
    let frame = data.dyn_into::<ArrayBuffer>().ok()?;
    let piece = piece_of(&frame);
    Some(ChannelEvent::Frame { frame: keep(frame.into()), piece })
}

/// What the header of a frame says.
fn piece_of(frame: &ArrayBuffer) -> Option<Piece> {
    let length = frame.byte_length().checked_sub(HEADER_SIZE as u32)?;
    let mut header = [0; HEADER_SIZE];
    Uint8Array::new_with_byte_offset_and_length(frame, 0, HEADER_SIZE as u32).copy_to(&mut header);
    Some(Piece { offset: frame_offset(&header)? as f64, length: f64::from(length) })
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.close();
    }
}
