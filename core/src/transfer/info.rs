//! What apps are told of transfers (public API E-17 to E-19, T-13).

use super::{Direction, Stage, Transfer, Way};
use crate::session::Context;
use crate::Handle;
use skylink_protocol::file_channel::PAYLOAD_SIZE;
use skylink_protocol::{Object, Value};

/// Milliseconds between two events about progress.
const PACE: f64 = 100.0;

/// A part of 1 as percents with two decimals.
fn percents(part: f64) -> f64 {
    (part * 10_000.0 + 0.5).floor() / 100.0
}

impl Transfer {
    /// How much is done, between 0 and 1.
    fn part(&self) -> f64 {
        match &self.stage {
            Stage::Queued { .. } | Stage::Asked(_) => 0.0,
            Stage::ChunkedUpload(upload) => upload.part(),
            Stage::ChunkedDownload(download) => download.part(),
            Stage::StreamedUpload(upload) => upload.part(),
            Stage::StreamedDownload(download) => download.part(),
            Stage::Closing { .. } => 1.0,
        }
    }

    fn info_with(&self, percentage: f64, data: Value) -> Object {
        let (chunk_size, chunk_type) = match self.way {
            Way::Chunked { chunk_size } => (chunk_size, "binaryString"),
            Way::Streamed { .. } => (PAYLOAD_SIZE as f64, "arrayBuffer"),
        };
        Object::new()
            .with("name", self.facts.name.as_str())
            .with("size", self.facts.characters)
            .with("chunkSize", chunk_size)
            .with("chunkType", chunk_type)
            .with("dataType", "blob")
            .with("mimeType", self.facts.mime.clone())
            .with("direction", self.direction.name())
            .with("timeout", self.facts.timeout)
            .with("isPrivate", false)
            .with("percentage", percentage)
            .with("originalSize", self.facts.bytes.unwrap_or(0.0))
            .with("data", data)
    }

    /// `transferInfo` at present.
    pub fn info(&self) -> Object {
        self.info_with(percents(self.part()), Value::Null)
    }

    /// `transferInfo` at the end, with the file unless the app keeps it elsewhere.
    pub fn final_info(&self, blob: Option<Handle>) -> Object {
        self.info_with(100.0, blob.map_or(Value::Null, Value::Handle))
    }

    fn state(&self, state: &str, info: Object) -> Object {
        Object::new()
            .with("state", state)
            .with("transferId", self.id.as_str())
            .with("peerId", self.peer.as_str())
            .with("transferInfo", info)
    }

    /// `DATA_TRANSFER_STATE`.
    pub fn tell(&self, context: &mut Context, state: &str) {
        context.event("dataTransferState", self.state(state, self.info()));
    }

    /// `DATA_TRANSFER_STATE` about a bad end.
    pub fn tell_error(&self, context: &mut Context, state: &str, message: Value) {
        let error = self.outcome_type(Object::new().with("message", message));
        context.event("dataTransferState", self.state(state, self.info()).with("error", error));
    }

    /// `transferType`, added to an outcome.
    pub fn outcome_type(&self, outcome: Object) -> Object {
        outcome.with("transferType", self.direction.name())
    }

    /// `DATA_TRANSFER_STATE` about progress: each step of the old way, as 2.7.2 tells them, and
    /// now and then of the new one, when there is news.
    pub fn tell_progress(&mut self, context: &mut Context) {
        let percentage = Some(percents(self.part()));
        let is_news = self.shown.plus(PACE).is_due(context.now) && percentage != self.shown_percentage;
        if self.is_chunked() || is_news {
            (self.shown, self.shown_percentage) = (context.now, percentage);
            self.tell(
                context,
                match self.direction {
                    Direction::Upload => "uploading",
                    Direction::Download => "downloading",
                },
            );
        }
    }

    /// `ON_INCOMING_DATA_REQUEST` and the state that goes with it.
    pub fn tell_request(&self, context: &mut Context, sender: &str) {
        let is_self = self.direction == Direction::Upload;
        let detail = Object::new()
            .with("transferId", self.id.as_str())
            .with("peerId", sender)
            .with("transferInfo", self.info())
            .with("isSelf", is_self);
        context.event("onIncomingDataRequest", detail);
        self.tell(context, if is_self { "userRequest" } else { "request" });
    }

    /// `DATA_TRANSFER_STATE` and `ON_INCOMING_DATA` at the end, in the order of 2.7.2. There are no
    /// data to hand out where the app took them as they came.
    pub fn tell_end(&self, context: &mut Context, blob: Option<Handle>) {
        let info = self.final_info(blob);
        let is_self = self.direction == Direction::Upload;
        let data = blob.map(|blob| {
            Object::new()
                .with("data", Value::Handle(blob))
                .with("transferId", self.id.as_str())
                .with("peerId", self.peer.as_str())
                .with("transferInfo", info.clone())
                .with("isSelf", is_self)
        });
        let state = self.state(if is_self { "uploadCompleted" } else { "downloadCompleted" }, info);
        let state = ("dataTransferState", Some(state));
        let data = ("onIncomingData", data);
        for (name, detail) in if is_self { [state, data] } else { [data, state] } {
            if let Some(detail) = detail {
                context.event(name, detail);
            }
        }
    }
}
