//! What the streams of a room want, carried out.

use std::sync::atomic::Ordering;
use std::sync::Arc;

use skylink_protocol::{Object, Value};

use super::{event, failed, started, LiveTap, Stage};
use crate::mcu::rtmp::progress::Progress;
use crate::mcu::rtmp::run::{Failure, Launch, Report};
use crate::mcu::rtmp::session::Output;
use crate::mcu::sdp::Kind;
use crate::mcu::tap::{Order, Orders, TapHandle};

impl LiveTap {
    pub(super) fn carry_out(&mut self, place: usize, orders: &mut Orders) {
        let Some(stream) = self.streams.get_mut(place) else { return };
        while let Stage::Begun { session, tracks, input, .. } = &mut stream.stage {
            let Some(output) = session.poll() else { return };
            match output {
                Output::Launch { run, turns } => {
                    self.all.attempts.fetch_add(1, Ordering::Relaxed);
                    let launch = Launch {
                        endpoint: stream.endpoint.clone(),
                        may_be_private: self.all.limits.private_addresses,
                        this_machine: Arc::clone(&self.all.this_machine),
                        has_pictures: session.has_pictures(),
                        turns,
                        report: report(self.handle.clone(), stream.number, run),
                    };
                    *input = match (self.start)(launch) {
                        Ok(input) => Some(input),
                        Err(error) => {
                            let failure = Failure { reason: error.to_string(), is_fatal: false };
                            report(self.handle.clone(), stream.number, run)(Report::Ended(failure));
                            None
                        }
                    };
                }
                Output::Write(piece) => {
                    if input.as_ref().is_some_and(|input| !input.write(piece)) {
                        let lost = session.overflowed().saturating_add(1);
                        self.all.lost.fetch_add(lost, Ordering::Relaxed);
                    }
                }
                Output::Halt => *input = None,
                Output::KeyFrame => {
                    orders.extend(tracks.get(&Kind::Video).copied().map(Order::KeyFrame));
                }
                Output::Started => {
                    self.all.started.fetch_add(1, Ordering::Relaxed);
                    tracing::info!(
                        room = self.rid,
                        endpoint = stream.endpoint.place(),
                        "a live stream began"
                    );
                    orders.push(Order::SignalAll { message: started(stream) });
                }
                Output::Stopped => {
                    tracing::info!(
                        room = self.rid,
                        endpoint = stream.endpoint.place(),
                        "a live stream ended"
                    );
                    orders.push(Order::SignalAll { message: event(&stream.rtmp_id, "stopSuccess") });
                }
                Output::Failed(reason) => {
                    self.all.failed.fetch_add(1, Ordering::Relaxed);
                    let place = stream.endpoint.place();
                    tracing::warn!(room = self.rid, endpoint = place, reason, "a live stream failed");
                    let message = failed(&stream.rtmp_id, &reason);
                    orders.push(match session.is_known() {
                        true => Order::SignalAll { message },
                        false => Order::Signal { to: stream.starter.clone(), message },
                    });
                }
                Output::Over => stream.stage = Stage::Over,
            }
        }
    }
}

/// Carries what a run tells to the thread of the room.
fn report(handle: TapHandle, stream: u64, run: u64) -> Box<dyn Fn(Report) + Send + Sync> {
    #[allow(clippy::cast_precision_loss)]
    let number = |number: u64| number as f64;
    Box::new(move |report| {
        let news = Object::new().with("stream", number(stream)).with("run", number(run));
        handle.tell(Value::Object(match report {
            Report::Progress(Progress { pictures, bytes }) => {
                news.with("pictures", number(pictures)).with("bytes", number(bytes))
            }
            Report::Ended(Failure { reason, is_fatal }) => {
                news.with("reason", reason).with("isFatal", is_fatal)
            }
        }));
    })
}
