//! A session in a room with one peer, and the test in the place of that peer and of the browser.

use crate::scene::Scene;
use crate::surroundings::{json, print};
use skylink_core::{
    BlobFacts, Call, ChannelEvent, ChannelId, ChannelOp, ConnectionEvent, ConnectionId, ConnectionOp,
    FileEvent, FileId, FileOp, Handle, Input, Output, Piece, PromiseId,
};
use skylink_protocol::{Object, Value};

/// The channel for messages, which the peer opened.
pub const MAIN: ChannelId = 1;
/// The milliseconds of the scene's clock after which it joined.
pub const NOW: &str = "1772443204000";

pub struct Desk {
    pub scene: Scene,
    pub connection: ConnectionId,
    channels: ChannelId,
}

impl Desk {
    /// With `bob`, a client of 2.7.2, or of this SDK.
    pub fn new(peer_is_ours: bool) -> Self {
        Self::greeted_with(if peer_is_ours { r#","fileChannels":true,"fileLanes":true"# } else { "" })
    }

    fn greeted_with(extensions: &'static str) -> Self {
        let mut scene = Scene::in_room();
        scene.extensions = extensions;
        let connection = scene.connect("bob");
        let mut desk = Self { scene, connection, channels: 0 };
        desk.channel_offered("rid_bob_me");
        desk.scene.forget();
        desk
    }

    /// With `bob`, who knows channels for files, but no lanes.
    pub fn without_lanes() -> Self {
        Self::greeted_with(r#","fileChannels":true"#)
    }

    /// With whatever the scene is.
    pub fn without_peer(scene: Scene) -> Self {
        Self { scene, connection: 0, channels: 0 }
    }

    pub fn with_old_peer() -> Self {
        Self::new(false)
    }

    pub fn with_our_peer() -> Self {
        Self::new(true)
    }

    /// Another peer comes, with an open channel.
    pub fn meet(&mut self, peer: &str) {
        let connection = self.scene.connect(peer);
        for event in [ChannelEvent::Offered { label: format!("rid_{peer}_me") }, ChannelEvent::Open] {
            self.scene.report(connection, ConnectionEvent::Channel { channel: MAIN, buffered: 0.0, event });
        }
    }

    /// The peer opens a channel.
    pub fn channel_offered(&mut self, label: &str) -> ChannelId {
        self.channels += 1;
        let channel = self.channels;
        self.on_channel(channel, ChannelEvent::Offered { label: label.to_owned() });
        self.on_channel(channel, ChannelEvent::Open);
        channel
    }

    pub fn on_channel(&mut self, channel: ChannelId, event: ChannelEvent) {
        self.scene.report(self.connection, ConnectionEvent::Channel { channel, buffered: 0.0, event });
    }

    /// The peer says something on the channel for messages.
    pub fn hear(&mut self, message: &str) {
        self.on_channel(MAIN, ChannelEvent::Text(message.to_owned()));
    }

    pub fn send(&mut self, size: f64) -> PromiseId {
        self.send_with(size, Value::Null, Value::Null)
    }

    pub fn send_with(&mut self, size: f64, target: Value, timeout: Value) -> PromiseId {
        let promise = self.scene.promise();
        let blob = Some(self.blob(size));
        self.scene.call(Call::SendBlob { promise, room: "lobby".into(), blob, target, timeout });
        promise
    }

    pub fn blob(&mut self, size: f64) -> BlobFacts {
        let handle = self.scene.handle();
        BlobFacts { handle, size, mime: "text/plain".into(), name: Some("a.txt".into()) }
    }

    pub fn respond(&mut self, transfer: &str, accept: bool) -> PromiseId {
        let promise = self.scene.promise();
        let (room, peer, transfer) = ("lobby".into(), "bob".into(), transfer.into());
        self.scene.call(Call::RespondBlob { promise, room, peer, transfer, accept, writable: None });
        promise
    }

    pub fn cancel(&mut self, transfer: &str) -> PromiseId {
        let promise = self.scene.promise();
        let (room, peer, transfer) = ("lobby".into(), "bob".into(), transfer.into());
        self.scene.call(Call::CancelBlob { promise, room, peer, transfer });
        promise
    }

    /// What was said to the peer, on all channels.
    pub fn said(&self) -> Vec<Value> {
        let texts = self.scene.outputs.iter().filter_map(|output| match output {
            Output::Connection {
                op: ConnectionOp::Channel { op: ChannelOp::SendText(text), .. }, ..
            } => Some(json(text)),
            _ => None,
        });
        texts.collect()
    }

    /// The last thing that was said to the peer, as text.
    pub fn last_said(&self) -> String {
        self.said().last().map(print).unwrap_or_default()
    }

    pub fn file_ops(&self) -> Vec<(FileId, FileOp)> {
        let ops = self.scene.outputs.iter().filter_map(|output| match output {
            Output::File { file, op } => Some((*file, op.clone())),
            _ => None,
        });
        ops.collect()
    }

    /// The file that something was last done with.
    pub fn file(&self) -> FileId {
        self.file_ops().last().expect("something is done with a file").0
    }

    pub fn has_forgotten(&self, file: FileId) -> bool {
        self.file_ops().contains(&(file, FileOp::Forget))
    }

    pub fn on_file(&mut self, file: FileId, event: FileEvent) {
        self.scene.input(Input::File { file, event });
    }

    /// The browser reads what it was last asked for.
    pub fn read(&mut self) -> Piece {
        let asked = self.file_ops().into_iter().rev().find_map(|(file, op)| match op {
            FileOp::Read { piece, .. } => Some((file, piece)),
            _ => None,
        });
        let (file, piece) = asked.expect("something is read");
        self.on_file(file, FileEvent::Read(piece));
        piece
    }

    /// A chunk of so many bytes comes and is put away.
    pub fn chunk(&mut self, bytes: f64) -> Handle {
        let text = self.scene.handle();
        self.on_channel(MAIN, ChannelEvent::Chunk(text));
        let stored = self.file_ops().into_iter().find(|(_, op)| *op == FileOp::StoreText(text));
        if let Some((file, _)) = stored {
            self.on_file(file, FileEvent::Decoded(bytes));
        }
        text
    }

    pub fn frame(&mut self, channel: ChannelId, offset: f64, length: f64) -> Handle {
        let frame = self.scene.handle();
        let piece = Some(Piece { offset, length });
        self.on_channel(channel, ChannelEvent::Frame { frame, piece });
        frame
    }

    pub fn released(&self, handle: Handle) -> bool {
        self.scene.has(&Output::Release(handle))
    }

    /// `state` of each `DATA_TRANSFER_STATE`.
    pub fn states(&self) -> Vec<String> {
        let details = self.scene.outputs.iter().filter_map(|output| match output {
            Output::Event { name: "dataTransferState", detail } => detail.get("state")?.as_text(),
            _ => None,
        });
        details.map(str::to_owned).collect()
    }

    /// The error of the last state, as `[message, transferType]`.
    pub fn last_error(&self) -> (Value, String) {
        let detail = self.scene.detail("dataTransferState");
        let error = detail.get("error").and_then(Value::as_object).expect("an error").clone();
        let kind = error.get("transferType").and_then(Value::as_text).unwrap().to_owned();
        (error.get("message").cloned().unwrap(), kind)
    }

    /// What a `sendBlobData` to one peer resolved with, for that peer.
    pub fn entry(&self, promise: PromiseId) -> Object {
        let entries = self.scene.resolution(promise).as_list().expect("a list").to_vec();
        assert_eq!(entries.len(), 1);
        entries[0].get("bob").and_then(Value::as_object).cloned().unwrap_or_default()
    }

    /// The error that was made last.
    pub fn last_made_error(&self) -> skylink_core::SkylinkError {
        let made = self.scene.outputs.iter().rev().find_map(|output| match output {
            Output::MakeError { error, .. } => Some(error.clone()),
            _ => None,
        });
        made.expect("an error is made")
    }
}
