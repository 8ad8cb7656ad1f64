//! Live streams that the media server sends to RTMP addresses (wire protocol 8.2, public API M-38,
//! M-41).

use crate::media_server::{Wish, MEDIA_SERVER};
use crate::recording::media_server_error;
use crate::room::Room;
use crate::session::{Context, Session};
use crate::{ErrorCode, LogCode, LogLevel, Output, PromiseId, SkylinkError};
use skylink_protocol::lists::Keep as _;
use skylink_protocol::signaling::{RtmpEvent, StartRtmp, StopRtmp};
use skylink_protocol::{Object, Value};

const STARTED: f64 = 0.0;
const STOPPED: f64 = 1.0;
const FAILED: f64 = -1.0;

impl Session {
    /// Asks for a live stream of one stream, under an id that nobody else uses.
    pub(crate) fn start_rtmp(
        &mut self,
        promise: PromiseId,
        room: &str,
        rtmp_id: String,
        stream_id: String,
        endpoint: String,
    ) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, context) = self.room(key)?;
        let wish = Wish::StartRtmp(rtmp_id.clone());
        let refusal = if !room.reaches_media_server() {
            Some(wish.no_server())
        } else if stream_id.is_empty() {
            Some(SkylinkError::new(ErrorCode::RtmpNoStreamId))
        } else if endpoint.is_empty() {
            Some(SkylinkError::new(ErrorCode::RtmpNoEndpoint))
        } else {
            None
        };
        if let Some(error) = refusal {
            context.reject(promise, error.into());
            return None;
        }
        room.await_media_server(context, promise, wish);
        let message = StartRtmp {
            rid: room.rid.clone(),
            rtmp_id,
            stream_id: Some(stream_id),
            endpoint: Some(endpoint),
            mid: room.own_id.clone(),
            target: MEDIA_SERVER.to_owned(),
        };
        room.send(context, &message.into());
        None
    }

    pub(crate) fn stop_rtmp(&mut self, promise: PromiseId, room: &str, rtmp_id: String) -> Option<Value> {
        let Some(key) = self.find_room(room) else { return Some(Value::Null) };
        let (room, context) = self.room(key)?;
        let wish = Wish::StopRtmp(rtmp_id.clone());
        if !room.reaches_media_server() {
            context.reject(promise, wish.no_server().into());
        } else if room.await_media_server(context, promise, wish) {
            let message = StopRtmp {
                rid: room.rid.clone(),
                rtmp_id,
                mid: room.own_id.clone(),
                target: MEDIA_SERVER.to_owned(),
            };
            room.send(context, &message.into());
        }
        None
    }
}

impl Room {
    /// The media server tells what became of a live stream, whoever asked for it.
    pub fn on_rtmp_event(&mut self, context: &mut Context, message: &RtmpEvent) {
        let id = message.rtmp_id.as_str();
        let (start, stop) = (Wish::StartRtmp(id.to_owned()), Wish::StopRtmp(id.to_owned()));
        let known = self.media_server.live_streams.iter().position(|live| live == id);
        let is_ours = known.is_some() || self.is_awaited(&start) || self.is_awaited(&stop);
        match message.action.as_str() {
            "startSuccess" => {
                if known.is_none() {
                    self.media_server.live_streams.push(id.to_owned());
                    rtmp_state(context, STARTED, id, Value::Null);
                }
                return self.settle_wish(context, &start, Ok(id));
            }
            _ if !is_ours => return context.log(LogLevel::Warn, LogCode::UnknownSession, &[id]),
            "stopSuccess" => {
                rtmp_state(context, STOPPED, id, Value::Null);
                self.settle_wish(context, &stop, Ok(id));
            }
            _ => {
                let error = media_server_error(message.error.clone());
                let handle = context.make_error(&error);
                rtmp_state(context, FAILED, id, Value::Handle(handle));
                context.push(Output::Release(handle));
                self.settle_wish(context, &start, Err(error.clone()));
                self.settle_wish(context, &stop, Err(error));
            }
        }
        self.media_server.live_streams.keep(|live| live != id);
    }
}

fn rtmp_state(context: &mut Context, state: f64, id: &str, error: Value) {
    let detail = Object::new().with("state", state).with("rtmpId", id).with("error", error);
    context.event("rtmpState", detail);
}
