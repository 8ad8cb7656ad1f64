//! How members show the videos that they get (`videoViews`).

use std::time::Instant;

use skylink_protocol::signaling::{VideoView, VideoViews};
use skylink_protocol::Value;

use super::{Room, RoomOutput};
use crate::mcu::counters::Note;

/// Videos that a list may speak of.
const MOST_VIEWS: usize = 500;
/// Longest id that is looked at.
const LONGEST_ID: usize = 128;
/// Lists that a member may send at once, and a second for long.
const PACE: (u32, u32) = (10, 10);

/// How a member shows one video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Peer id of the publisher.
    pub publisher: String,
    /// Id of the publisher's stream.
    pub stream: String,
    /// It is not to be sent.
    pub is_paused: bool,
    /// At which height it is shown, in pixels; 0 if that is not known.
    pub height: u16,
}

impl View {
    fn read(view: &VideoView) -> Option<Self> {
        let is_id = |id: &str| !id.is_empty() && id.len() <= LONGEST_ID;
        let height = view.height.filter(|height| *height > 0.0).unwrap_or_default();
        // A number beyond all pictures asks for the highest there is.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let height = height.ceil().min(f64::from(u16::MAX)) as u16;
        (is_id(&view.publisher_id) && is_id(&view.stream_id)).then(|| Self {
            publisher: view.publisher_id.clone(),
            stream: view.stream_id.clone(),
            is_paused: view.is_paused == Some(true),
            height,
        })
    }
}

impl Room {
    /// A list that is too long or comes too fast is dropped.
    pub(super) fn take_views(&mut self, peer: &str, message: &Value, now: Instant) {
        let (burst, per_second) = PACE;
        let Some(member) = self.member_mut(peer) else { return };
        let is_in_time = member.view_pace.allows(now, burst, per_second);
        match VideoViews::try_from(message) {
            Ok(message) if is_in_time && message.views.len() <= MOST_VIEWS => {
                let views = message.views.iter().filter_map(View::read).collect();
                self.outputs.push_back(RoomOutput::Views { peer: peer.to_owned(), views });
            }
            _ => self.setup.counters.note(Note::ViewsDropped),
        }
    }
}
