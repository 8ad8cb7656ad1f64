//! The ways between the signalling server, the pages, and the media server.

use crate::connectivity::channel_event;
use crate::media_server::{Command, Reply, MEDIA_SERVER};
use crate::network::Wire;
use crate::peer_connection::Channel;
use crate::server::{frame_of, message_of, Delivery};
use crate::world::{Happening, World};
use skylink_core::{ChannelEvent, Input};
use skylink_protocol::Value;

/// What the media server says does not overtake what it said before.
const MEDIA_WIRE: Wire = Wire::MAX;

impl World {
    /// Gives the media server what is for it. True if it is for nobody else.
    pub(crate) fn hand_to_media_server(&mut self, wire: Wire, frame: &str) -> bool {
        let (Some(from), Some(message)) = (self.server.peer_id(wire), message_of(frame)) else {
            return false;
        };
        if self.media_server.is_none() {
            return false;
        }
        let text = |key: &str| message.get(key).and_then(Value::as_text).unwrap_or_default();
        let kind = text("type").to_owned();
        let is_for_it = text("target") == MEDIA_SERVER && kind != "bye";
        if is_for_it || kind == "updateUserEvent" {
            self.command_media_server(Command::Message { from, message });
        }
        is_for_it
    }

    pub(crate) fn tick_media_server(&mut self) {
        let now = self.now;
        if let Some(media_server) = &mut self.media_server {
            if media_server.next_deadline().is_some_and(|due| due <= now) {
                media_server.tick(now);
            }
        }
        self.carry_out_replies();
    }

    pub(crate) fn command_media_server(&mut self, command: Command) {
        let now = self.now;
        if let Some(media_server) = &mut self.media_server {
            media_server.handle(now, command);
        }
        self.carry_out_replies();
    }

    fn carry_out_replies(&mut self) {
        let Some(media_server) = &mut self.media_server else { return };
        let replies: Vec<Reply> = std::iter::from_fn(|| media_server.poll()).collect();
        let due = media_server.next_deadline();
        for reply in replies {
            match reply {
                Reply::Message { to, message } => {
                    if let Some(to) = self.server.wire_of(&to) {
                        self.deliver(vec![Delivery { from: MEDIA_WIRE, to, text: frame_of(&message) }]);
                    }
                }
                Reply::OpenFile { to, channel, label } => self.open_relayed(to, channel, label),
                Reply::File { to, channel, data } => self.send_relayed(to, channel, data),
                Reply::CloseFile { to, channel } => self.close_relayed(&to, channel),
                Reply::Text { to, text } => self.send_text_down(&to, text),
            }
        }
        if let Some(due) = due {
            self.schedule(due.0 - self.now.0, Happening::MediaServerTicks);
        }
    }

    /// Text through the data channel of a member.
    fn send_text_down(&mut self, to: &str, text: String) {
        let Some(media_server) = &self.media_server else { return };
        let found = self.pages.iter().enumerate().find_map(|(page, it)| {
            let mut connections = it.browser.connections.iter();
            let leads = |link: &(String, String)| media_server.member_at(&link.1).as_deref() == Some(to);
            let (id, connection) = connections.find(|(_, c)| c.link.as_ref().is_some_and(leads))?;
            let is_for_messages =
                |channel: &&Channel| channel.open && !self.is_relayed((page, *id, channel.number));
            let open = connection.channels.iter().find(is_for_messages)?;
            Some((page, *id, open.number))
        });
        if let Some((page, connection, channel)) = found {
            let event = channel_event(channel, ChannelEvent::Text(text));
            let delay = self.quickly();
            self.schedule(delay, Happening::Input(page, Input::Connection { connection, event }));
        }
    }
}
