//! How long transfers wait for the other side. A transfer that moves puts its deadline off, but
//! the deadline itself is only moved when it is due: setting a timer for each frame would cost more
//! than the frame.

use super::endings::Ending;
use super::{Room, Stage, Transfer};
use crate::session::Context;
use crate::time::sooner;
use crate::{ErrorCode, FileId, SkylinkError, Timestamp};
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::Value;

impl Transfer {
    /// Waits for the other side from now on.
    pub(super) fn start_clock(&mut self, now: Timestamp) {
        self.active = now;
        self.told = now;
        self.due = Some(self.expiry(now));
    }

    fn expiry(&self, active: Timestamp) -> Timestamp {
        active.plus(self.facts.timeout * 1_000.0)
    }

    fn deadline(&self) -> Option<Timestamp> {
        let rest = match self.stage {
            Stage::Queued { rests_until } => rests_until,
            _ => None,
        };
        let own = sooner(sooner(self.due, self.reopen), rest);
        self.lanes.iter().fold(own, |soonest, lane| sooner(soonest, lane.deadline))
    }
}

impl Room {
    pub(crate) fn transfer_deadline(&self) -> Option<Timestamp> {
        self.transfers.all.iter().fold(None, |soonest, transfer| sooner(soonest, transfer.deadline()))
    }

    pub(crate) fn advance_transfers(&mut self, context: &mut Context) {
        let now = context.now;
        self.wake_queued(context, now);
        let is_due = |due: Option<Timestamp>| due.is_some_and(|due| due.is_due(now));
        let of = |room: &Self, when: fn(&Transfer) -> Option<Timestamp>| -> Vec<FileId> {
            room.transfers.all.iter().filter(|it| is_due(when(it))).map(|it| it.file).collect_vec()
        };
        for file in of(self, |transfer| transfer.reopen) {
            self.open_stream(context, file);
        }
        self.give_up_late_lanes(context);
        for file in of(self, |transfer| transfer.due) {
            let Some(expiry) = self.last_moment(file) else { continue };
            if expiry.is_due(now) {
                self.expire(context, file);
            } else if let Some(transfer) = self.transfer_mut(file) {
                transfer.due = Some(expiry);
            }
        }
    }

    /// When a transfer has waited long enough: a queued one as long as the one before it moves.
    fn last_moment(&self, file: FileId) -> Option<Timestamp> {
        let transfer = self.transfer(file)?;
        let before = match transfer.stage {
            Stage::Queued { .. } => self.transfer_on_main(&transfer.peer).map(|it| it.active),
            _ => None,
        };
        let active = before.filter(|before| transfer.active < *before).unwrap_or(transfer.active);
        Some(transfer.expiry(active))
    }

    fn expire(&mut self, context: &mut Context, file: FileId) {
        let Some(transfer) = self.transfer(file) else { return };
        if matches!(transfer.stage, Stage::Queued { .. }) {
            let error = SkylinkError::new(ErrorCode::TransferInProgress);
            return self.end_badly(context, file, Ending::error(error));
        }
        let seconds = (context.environment.json.print)(&Value::Number(transfer.facts.timeout));
        let content = ["Data transfer connection timed out - Longer than ", &seconds].concat();
        self.send_error(context, file, &content);
        let error = SkylinkError::with_detail(ErrorCode::TransferTimeout, seconds);
        self.end_badly(context, file, Ending::error(error));
    }
}
