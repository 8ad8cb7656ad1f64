//! Takes part in a room: what happens there goes to the [`Session`], what it wants is carried out.

use std::sync::Arc;
use std::time::Instant;

use super::archive::Archive;
use super::composer::Composer;
use super::session::{Job, Outputs, Session};
use super::writer::WriterLink;
use crate::mcu::tap::{Orders, Tap, TapEvent, TapFactory, TapHandle};
use crate::random;

/// The recorder of one room.
struct Recorder {
    rid: String,
    session: Session,
    archive: Arc<Archive>,
    composer: Arc<Composer>,
    handle: TapHandle,
    writer: Option<WriterLink>,
}

/// Makes the recorder of each room.
pub(super) fn factory(archive: Arc<Archive>, composer: Arc<Composer>) -> TapFactory {
    Arc::new(move |rid, handle| {
        let session = Session::new(archive.settings().longest, Box::new(|| random::id().ok()));
        Box::new(Recorder {
            rid: rid.to_owned(),
            session,
            archive: Arc::clone(&archive),
            composer: Arc::clone(&composer),
            handle,
            writer: None,
        })
    })
}

impl Recorder {
    fn carry_out(&mut self, job: Job) {
        match job {
            Job::Open(id) => {
                self.writer = WriterLink::start(&self.archive, &id, &self.rid, &self.handle);
            }
            Job::Close => {
                // Before the thread hears of the end, so that none is composed unexpected.
                if let Some(id) = self.writer.as_ref().and_then(WriterLink::recorded) {
                    self.composer.expect(id, &self.handle);
                }
                self.writer = None;
            }
            job => {
                if let Some(writer) = &mut self.writer {
                    writer.send(job);
                }
            }
        }
    }

    fn tell(&mut self, event: &TapEvent<'_>, now: Instant) -> Orders {
        let mut outputs = Outputs::default();
        self.session.handle(event, now, &mut outputs);
        outputs.jobs.into_iter().for_each(|job| self.carry_out(job));
        outputs.orders
    }
}

impl Tap for Recorder {
    fn handle(&mut self, event: TapEvent<'_>, now: Instant, orders: &mut Orders) {
        orders.extend(self.tell(&event, now));
    }
}

/// The server ends, or the thread of the room failed.
impl Drop for Recorder {
    fn drop(&mut self) {
        self.tell(&TapEvent::Closed, Instant::now());
    }
}
