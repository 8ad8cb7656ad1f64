//! The state of the SDK in one page, and the way in and out. Routes; decides nothing itself.

use crate::environment::Environment;
use crate::kept::{call_changes_nothing, input_changes_nothing};
use crate::message_batches::WaitingMessages;
use crate::reports::WaitingReports;
use crate::room::{Room, RoomKey, Stage};
use crate::socket::Socket;
use crate::time::sooner;
use crate::transfer::{Answer, Sending};
use crate::{
    Call, ChannelId, ConnectionId, ConnectionOp, Failure, Handle, Input, LogCode, LogLevel, Output,
    PromiseId, SkylinkError, SocketId, Timestamp,
};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::{engine_io, socket_io, Object, Value};
use std::collections::VecDeque;

/// Handles from here on are chosen by the core, those below by the shell.
const CORE_HANDLES: Handle = 0x8000_0000;

/// What every part of a session needs: the time, the page, the way out, fresh numbers.
#[derive(Debug)]
pub(crate) struct Context {
    pub environment: Environment,
    pub now: Timestamp,
    outputs: VecDeque<Output>,
    last_number: u32,
    pub waiting_reports: WaitingReports,
    pub waiting_messages: WaitingMessages,
}

impl Context {
    /// A number that was not used before.
    pub fn fresh(&mut self) -> u32 {
        self.last_number = self.last_number.wrapping_add(1);
        self.last_number
    }

    pub fn push(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    pub fn event(&mut self, name: &'static str, detail: Object) {
        self.push(Output::Event { name, detail });
    }

    pub fn log(&mut self, level: LogLevel, code: LogCode, details: &[&str]) {
        let details = details.iter().map(|&detail| detail.to_owned()).collect_vec();
        self.push(Output::Log { level, code, details });
    }

    pub fn resolve(&mut self, promise: PromiseId, value: Value) {
        self.push(Output::Resolve { promise, value });
    }

    pub fn reject(&mut self, promise: PromiseId, failure: Failure) {
        self.push(Output::Reject { promise, failure });
    }

    /// Does something with a connection, if there is one.
    pub fn connection(&mut self, connection: impl Into<Option<ConnectionId>>, op: ConnectionOp) {
        if let Some(connection) = connection.into() {
            self.push(Output::Connection { connection, op });
        }
    }

    /// An `Error` object for an event's payload. The caller releases it behind the event.
    pub fn make_error(&mut self, error: &SkylinkError) -> Handle {
        let handle = self.fresh_handle();
        self.push(Output::MakeError { handle, error: error.clone() });
        handle
    }

    /// A handle that the core chooses.
    pub fn fresh_handle(&mut self) -> Handle {
        CORE_HANDLES | self.fresh()
    }

    /// A number for a data channel of ours.
    pub fn fresh_channel(&mut self) -> ChannelId {
        CORE_HANDLES | self.fresh()
    }

    /// Sends a signalling message: JSON text inside a Socket.IO event.
    pub fn send_message(&mut self, socket: SocketId, message: &Value) {
        let print = self.environment.json.print;
        let text =
            event_frame(&print(&Value::List(vec![Value::from("message"), Value::Text(print(message))])));
        self.push(Output::SendFrame { socket, text });
    }

    /// As [`Self::send_message`], with a text `data` that the shell keeps and that looks the same in JSON.
    pub fn send_holding(&mut self, socket: SocketId, message: &Value, data: Handle) {
        const AFTER: &str = r#"\"}"]"#;
        let print = self.environment.json.print;
        let text = print(message);
        let begun = [text.strip_suffix('}').unwrap_or_default(), r#","data":""#].concat();
        let argument = print(&Value::Text(begun));
        let argument = argument.strip_suffix('"').unwrap_or_default();
        let before = event_frame(&[r#"["message","#, argument].concat());
        self.push(Output::SendHolding { socket, before, data, after: AFTER });
    }
}

/// The frame of an event, or the beginning of one.
fn event_frame(payload: &str) -> String {
    let packet = socket_io::Packet::Event { namespace: socket_io::MAIN_NAMESPACE, id: None, payload };
    engine_io::Packet::Message(&packet.write()).write()
}

/// The state of the SDK in one page: rooms and the sockets to their servers.
#[derive(Debug)]
pub struct Session {
    pub(crate) context: Context,
    pub(crate) rooms: Vec<Room>,
    pub(crate) sockets: Vec<Socket>,
    /// Whether a guess at the signalling server was of no use: the API named another one, or the socket failed.
    pub(crate) has_guessed_wrong: bool,
}

impl Session {
    /// A session without rooms.
    pub fn new(environment: Environment) -> Self {
        let context = Context {
            environment,
            now: Timestamp::default(),
            outputs: VecDeque::new(),
            last_number: 0,
            waiting_reports: WaitingReports::default(),
            waiting_messages: WaitingMessages::default(),
        };
        Self { context, rooms: Vec::new(), sockets: Vec::new(), has_guessed_wrong: false }
    }

    /// The next thing to do, oldest first.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.context.outputs.pop_front()
    }

    /// When to hand in [`Input::Tick`], if ever.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let rooms = self
            .rooms
            .iter()
            .fold(self.context.reports_deadline(), |soonest, room| sooner(soonest, room.deadline()));
        self.sockets.iter().fold(rooms, |soonest, socket| sooner(soonest, socket.deadline()))
    }

    /// Takes in what happened outside.
    pub fn handle(&mut self, now: Timestamp, input: Input) {
        self.context.now = now;
        self.end_batches();
        if !input_changes_nothing(&input) {
            self.release_kept_details();
        }
        match input {
            Input::Tick => self.on_tick(),
            Input::ScriptEnded => self.on_script_end(),
            Input::ApiAnswered { request, status, body } => self.on_api_answer(request, status, body),
            Input::ApiFailed { request, text } => self.on_api_failure(request, text),
            Input::SocketMessage { socket, text, message } => {
                self.on_socket_message(socket, &text, message);
                self.context.release_content(&text);
            }
            Input::SocketFrame { socket, text } => self.on_socket_frame(socket, &text),
            Input::SocketClosed { socket } => self.on_socket_lost(socket, "transport close"),
            Input::Captured { request, streams } => self.on_captured(request, streams),
            Input::CaptureFailed { request, error } => self.on_capture_failed(request, error),
            Input::ScreenCaptured { request, screen, sound, settings } => {
                self.on_screen_captured(request, screen, sound, &settings);
            }
            Input::TracksEnded(stream) => self.on_tracks_ended(stream),
            Input::KeyDerived { request, key } => self.on_key_derived(request, key),
            Input::Ciphered { request, outcome } => self.on_ciphered(request, outcome),
            Input::File { file, event } => self.on_file_event(file, event),
            Input::Connection { connection, event } => self.on_connection_event(connection, event),
        }
    }

    /// Does what the app asks. `None` is JavaScript's `undefined`, a value of
    /// [`Value::Null`] its `null`; promises are settled by outputs.
    ///
    /// # Errors
    /// Where the method throws.
    pub fn call(&mut self, now: Timestamp, call: Call) -> Result<Option<Value>, SkylinkError> {
        self.context.now = now;
        if !matches!(call, Call::SendP2PMessage { .. }) {
            self.end_batches();
        }
        if !call_changes_nothing(&call) {
            self.release_kept_details();
        }
        match call {
            Call::JoinRoom { promise, init_options, options, prefetched } => {
                self.join_room(promise, init_options, &options, prefetched);
                Ok(None)
            }
            Call::GetUserMedia { promise, room, options } => {
                Ok(self.get_user_media(promise, &room, &options))
            }
            Call::SendStream { promise, room, media } => {
                self.send_stream(promise, &room, media);
                Ok(None)
            }
            Call::StopStreams { promise, room, stream_id } => {
                Ok(self.stop_streams(promise, &room, stream_id.as_deref()))
            }
            Call::ShareScreen { promise, room, options } => Ok(self.share_screen(promise, &room, &options)),
            Call::StopScreen { room } => {
                self.stop_screen(&room);
                Ok(Some(Value::Null))
            }
            Call::LeaveRoom { promise, room, stop_streams } => {
                Ok(self.leave_room(promise, &room, stop_streams))
            }
            Call::LeaveAllRooms { promise, stop_streams } => {
                self.leave_all_rooms(promise, stop_streams);
                Ok(None)
            }
            Call::SetLock { room, lock } => Ok(self.set_lock(&room, lock)),
            Call::SendMessage { room, message, target, peer_session_id, message_id, randomness } => {
                self.send_user_message(&room, message, target, peer_session_id, message_id, randomness)
            }
            Call::SetEncryptSecret { room, secret, secret_id } => {
                self.set_encrypt_secret(&room, &secret, &secret_id)
            }
            Call::GetEncryptSecrets { room } => self.encrypt_secrets(&room),
            Call::DeleteEncryptSecrets { room, secret_id } => self.delete_encrypt_secrets(&room, &secret_id),
            Call::SetSelectedSecret { room, secret_id, salt } => {
                self.set_selected_secret(&room, &secret_id, salt)
            }
            Call::GetSelectedSecret { room } => self.selected_secret(&room),
            Call::SetMessagePersistence { room, is_persistent } => {
                self.set_message_persistence(&room, &is_persistent)
            }
            Call::GetMessagePersistence { room } => self.message_persistence(&room),
            Call::GetStoredMessages { room, room_session_id } => {
                Ok(self.get_stored_messages(&room, room_session_id))
            }
            Call::GetPeers { promise, room, show_all } => Ok(self.get_peers(promise, &room, show_all)),
            Call::GetPeersCustomSettings { room } => Ok(self.peers_custom_settings(&room)),
            Call::SendP2PMessage { first, second, third, length } => {
                self.send_p2p_message(first, second, third, length)
            }
            Call::GetConnectionStatus { promise, room, peers } => {
                self.connection_status(promise, &room, &peers);
                Ok(None)
            }
            Call::RefreshConnection { promise, room, given } => {
                self.refresh_connection(promise, &room, &given);
                Ok(None)
            }
            Call::RefreshDataChannel { room, peer } => Ok(self.refresh_data_channel(&room, &peer)),
            Call::GetPeersDataChannels { room, readings } => Ok(self.data_channels(&room, &readings)),
            Call::MuteStreams { room, options, stream_id } => {
                Ok(self.mute_streams(&room, &options, stream_id.as_deref()))
            }
            Call::SetVideoView { room, stream_id, view } => self.set_video_view(&room, &stream_id, &view),
            Call::SetUserData { room, data } => Ok(self.set_user_data(&room, data)),
            Call::GetUserData { room, peer } => Ok(self.user_data(&room, peer.as_deref())),
            Call::GetPeerInfo { room, peer } => Ok(self.peer_info(&room, peer.as_deref())),
            Call::GetPeersInRoom { room } => Ok(self.peers_in_room(&room)),
            Call::SendBlob { promise, room, blob, target, timeout } => {
                self.send_blob_data(promise, &room, Sending { blob, target, timeout });
                Ok(None)
            }
            Call::RespondBlob { promise, room, peer, transfer, accept, writable } => {
                let answer = Answer { peer, id: transfer, accept, writable };
                self.respond_blob_request(promise, &room, answer);
                Ok(None)
            }
            Call::CancelBlob { promise, room, peer, transfer } => {
                self.cancel_blob_transfer(promise, &room, &peer, &transfer);
                Ok(None)
            }
            Call::AbortTransfers { promise, reason } => {
                self.abort_transfers(promise, reason);
                Ok(None)
            }
            Call::GetStreams { room, include_self } => Ok(self.streams(&room, include_self)),
            Call::Record { promise, room, start } => Ok(self.record(promise, &room, start)),
            Call::GetRecordings { room } => Ok(self.recordings(&room)),
            Call::StartRtmp { promise, room, rtmp_id, stream_id, endpoint } => {
                Ok(self.start_rtmp(promise, &room, rtmp_id, stream_id, endpoint))
            }
            Call::StopRtmp { promise, room, rtmp_id } => Ok(self.stop_rtmp(promise, &room, rtmp_id)),
        }
    }

    /// The room of that name, whatever its letters' case; logs when there is none.
    pub(crate) fn find_room(&mut self, name: &str) -> Option<RoomKey> {
        let key = self.rooms.iter().find(|room| room.is_called(name)).map(|room| room.key);
        if key.is_none() {
            self.context.log(LogLevel::Error, LogCode::UnknownRoom, &[name]);
        }
        key
    }

    /// A room with what it needs to act.
    pub(crate) fn room(&mut self, key: RoomKey) -> Option<(&mut Room, &mut Context)> {
        let room = self.rooms.iter_mut().find(|room| room.key == key)?;
        Some((room, &mut self.context))
    }

    fn on_tick(&mut self) {
        let now = self.context.now;
        for key in self.rooms.iter().map(|room| room.key).collect_vec() {
            if let Some((room, context)) = self.room(key) {
                room.announce_due_mutes(context);
                room.advance_negotiations(context);
                room.revive_due_channels(context);
                room.restart_due_ice(context);
                room.give_up_peer_lists(context, false);
                room.advance_transfers(context);
                room.give_up_media_requests(context);
                room.tell_due_views(context);
                room.report_when_due(context);
                room.read_due_ways(context);
            }
            self.check_join_deadline(key, now);
        }
        self.check_socket_deadlines(now);
        self.context.post_due_reports();
    }
}

impl Room {
    fn deadline(&self) -> Option<Timestamp> {
        let stage = match &self.stage {
            Stage::Authenticating { deadline, .. } | Stage::Asking { deadline } => Some(*deadline),
            Stage::Connecting | Stage::Entered => None,
        };
        let lists = sooner(stage, self.peer_list_deadline());
        let notices =
            self.mute_notices.iter().fold(lists, |soonest, notice| sooner(soonest, Some(notice.due)));
        let notices = sooner(sooner(notices, self.media_requests_deadline()), self.transfer_deadline());
        let notices = sooner(sooner(notices, self.report_due), self.media_server.views.due);
        self.peers.iter().fold(notices, |soonest, peer| {
            let soonest = sooner(sooner(soonest, peer.upkeep.revival_due), peer.recovery.due);
            let soonest = sooner(soonest, peer.statistics.ways_due());
            sooner(sooner(soonest, peer.negotiation.deadline()), peer.candidates.deadline())
        })
    }
}
