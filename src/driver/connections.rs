//! Operations on peer connections.

use super::pending::Pending;
use super::Driver;
use crate::browser::connection::{Connection, Report};
use crate::convert::{members_to_js, to_js};
use js_sys::Array;
use skylink_core::{
    ChannelOp, ChannelReading, ConnectionEvent, ConnectionId, ConnectionOp, Input, MessageText,
};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::{Object as Members, Value};
use std::rc::Rc;
use wasm_bindgen::JsValue;

impl Driver {
    pub(super) fn operate(&self, id: ConnectionId, op: ConnectionOp) {
        if let ConnectionOp::Create { configuration } = &op {
            return self.create_connection(id, configuration);
        }
        if op == ConnectionOp::Close {
            let connection = self.connections.borrow_mut().remove(id);
            return drop(connection);
        }
        let Some(connection) = self.connections.borrow().get(id).cloned() else { return };
        let options = |ice_restart: Option<bool>, detection: bool| {
            let mut options = Members::new().with("voiceActivityDetection", detection);
            if let Some(ice_restart) = ice_restart {
                options.set("iceRestart", ice_restart);
            }
            members_to_js(&options, None)
        };
        match op {
            ConnectionOp::Create { .. } | ConnectionOp::Close => {}
            ConnectionOp::AddTransceiver(kind) => connection.add_transceiver(kind),
            ConnectionOp::AddStream { stream: number, kind, layers } => {
                if let Some(stream) = self.handles.get_as(number) {
                    connection.add_stream(number, &stream, kind, layers);
                }
            }
            ConnectionOp::RemoveStream(number) => connection.remove_stream(number),
            ConnectionOp::PreferCodec { kind, name, parameters } => {
                connection.prefer_codec(kind, &name, &parameters);
            }
            ConnectionOp::LimitBitrate { stream, limit } => connection.limit_bitrate(stream, limit),
            ConnectionOp::Channel { channel, op } => match op {
                ChannelOp::Open { label } => connection.open_channel(channel, &label, 0),
                ChannelOp::OpenForFile { label, low_water } => {
                    connection.open_channel(channel, &label, low_water);
                }
                ChannelOp::SendText(text) => connection.send_text(channel, &text),
                ChannelOp::SendMessages(messages) => {
                    let parts = self.parts_of(&messages);
                    connection.send(channel, |channel| channel.send_messages(&parts));
                }
                ChannelOp::Close => connection.close_channel(channel),
            },
            ConnectionOp::ReadStatistics { request, can_wait } => {
                self.follow(&connection.read_statistics(can_wait), Pending::Statistics(id, request));
            }
            ConnectionOp::CreateOffer { ice_restart, voice_activity_detection } => {
                let options = options(Some(ice_restart), voice_activity_detection);
                self.follow(&connection.create_offer(&options), Pending::Offer(id));
            }
            ConnectionOp::CreateAnswer { voice_activity_detection } => {
                let options = options(None, voice_activity_detection);
                self.follow(&connection.create_answer(&options), Pending::Answering(id));
            }
            ConnectionOp::SetLocal { kind, sdp } => {
                self.follow(&connection.set_local(kind, &sdp), Pending::Local(id));
            }
            ConnectionOp::SetRemote { kind, sdp } => {
                self.follow(&connection.set_remote(kind, &sdp), Pending::Remote(id));
            }
            ConnectionOp::AddCandidate { number, candidate, mid, line } => {
                let candidate = Members::new()
                    .with("candidate", candidate)
                    .with("sdpMid", mid)
                    .with("sdpMLineIndex", line);
                let promise = connection.add_candidate(&members_to_js(&candidate, None));
                self.follow(&promise, Pending::Candidate(id, number));
            }
        }
    }

    /// Texts and contents by turns.
    fn parts_of(&self, messages: &[MessageText]) -> Array {
        let parts = Array::new();
        for MessageText { text, content } in messages {
            parts.push(&if text.is_empty() { JsValue::UNDEFINED } else { JsValue::from_str(text) });
            parts.push(&content.map_or(JsValue::UNDEFINED, |content| self.handles.get(content)));
        }
        parts
    }

    /// What the browser says of the data channels of all connections.
    pub fn read_channels(&self) -> Vec<ChannelReading> {
        let connections = self.connections.borrow();
        connections.iter().flat_map(|(id, connection)| connection.read_channels(id)).collect_vec()
    }

    fn create_connection(&self, id: ConnectionId, configuration: &Value) {
        let weak = self.weak.clone();
        let report: Report = Rc::new(move |event| {
            if let Some(driver) = weak.upgrade() {
                driver.report(id, event);
            }
        });
        match Connection::new(&to_js(configuration, None), Rc::clone(&self.handles), report) {
            Ok(connection) => self.connections.borrow_mut().insert(id, Rc::new(connection)),
            Err(error) => {
                let error = self.handles.keep(error);
                self.report(id, ConnectionEvent::CreateFailed(error));
            }
        }
    }

    pub(super) fn report(&self, connection: ConnectionId, event: ConnectionEvent) {
        self.feed(Input::Connection { connection, event });
    }
}
