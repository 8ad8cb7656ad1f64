//! Promises that wait for the media server. Each settles: by the event of its own session, when
//! the media server or the socket is gone, when the room is left, or when nothing comes.

use crate::room::Room;
use crate::session::Context;
use crate::time::sooner;
use crate::{ErrorCode, PromiseId, SkylinkError, Timestamp};
use skylink_protocol::lists::Keep as _;

/// How long the media server may take. It tries a live stream's address several times.
const ANSWER_WAIT: f64 = 90_000.0;

/// What was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wish {
    StartRecording,
    /// Of the recording with this id.
    StopRecording(String),
    /// With this id.
    StartRtmp(String),
    StopRtmp(String),
}

impl Wish {
    /// The error when there is no media server to ask.
    pub fn no_server(&self) -> SkylinkError {
        SkylinkError::new(match self {
            Wish::StartRecording => ErrorCode::StartRecordingNoMcu,
            Wish::StopRecording(_) => ErrorCode::StopRecordingNoMcu,
            Wish::StartRtmp(_) => ErrorCode::StartRtmpNoMcu,
            Wish::StopRtmp(_) => ErrorCode::StopRtmpNoMcu,
        })
    }
}

/// A promise that waits.
#[derive(Debug)]
pub(crate) struct Request {
    promise: PromiseId,
    wish: Wish,
    due: Timestamp,
}

impl Room {
    /// Whether the media server can be asked for something. It may not have greeted us yet.
    pub fn reaches_media_server(&self) -> bool {
        self.has_media_server() && !self.media_server.has_left && self.is_entered() && self.socket.is_some()
    }

    /// Keeps a promise until it is known what became of its wish. False if the same was asked for
    /// before and is not settled yet.
    pub fn await_media_server(&mut self, context: &Context, promise: PromiseId, wish: Wish) -> bool {
        let is_new = !self.is_awaited(&wish);
        let due = context.now.plus(ANSWER_WAIT);
        self.media_server.requests.push(Request { promise, wish, due });
        is_new
    }

    pub fn is_awaited(&self, wish: &Wish) -> bool {
        self.media_server.requests.iter().any(|request| request.wish == *wish)
    }

    /// Settles everybody who waits for a wish: with the id of its session, or with an error.
    pub fn settle_wish(&mut self, context: &mut Context, wish: &Wish, outcome: Result<&str, SkylinkError>) {
        for promise in self.take_requests(|request| request.wish == *wish).into_iter().map(|r| r.promise) {
            match &outcome {
                Ok(id) => context.resolve(promise, (*id).into()),
                Err(error) => context.reject(promise, error.clone().into()),
            }
        }
    }

    /// Nobody will answer any more.
    pub fn reject_media_requests(&mut self, context: &mut Context) {
        for request in std::mem::take(&mut self.media_server.requests) {
            context.reject(request.promise, request.wish.no_server().into());
        }
    }

    /// Gives up what was not answered in time.
    pub fn give_up_media_requests(&mut self, context: &mut Context) {
        let now = context.now;
        for request in self.take_requests(|request| request.due.is_due(now)) {
            let error = match request.wish {
                Wish::StartRecording => SkylinkError::new(ErrorCode::RecorderUnavailable),
                wish => wish.no_server(),
            };
            context.reject(request.promise, error.into());
        }
    }

    pub fn media_requests_deadline(&self) -> Option<Timestamp> {
        let requests = self.media_server.requests.iter();
        requests.fold(None, |soonest, request| sooner(soonest, Some(request.due)))
    }

    fn take_requests(&mut self, is_it: impl Fn(&Request) -> bool) -> Vec<Request> {
        self.media_server.requests.take_out(|request| is_it(request))
    }
}
