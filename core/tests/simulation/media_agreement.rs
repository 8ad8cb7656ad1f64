//! What must be true in a room with a media server once the dust has settled.

use crate::media_server::MEDIA_SERVER;
use crate::page::View;
use crate::peer_connection::Signaling;
use crate::world::{PageId, World, ROOM};
use std::collections::{BTreeMap, BTreeSet};

impl World {
    /// Everybody knows everybody and gets everybody's media, attributed rightly, over one
    /// connection that nothing is under way on.
    pub fn assert_media_room_agrees(&mut self) {
        let views = self.assert_media_room_is_connected();
        for (page, view) in &views {
            for (other, truth) in views.iter().filter(|(other, _)| *other != page) {
                let what = format!("what {} knows of {}", self.pages[*page].name, self.pages[*other].name);
                let seen = &view.others[&truth.own_id];
                assert_eq!(seen.streams, self.streams_sent_by(*other), "{what}: streams");
                assert_eq!(seen.user_data, truth.own.user_data, "{what}: user data");
                self.assert_same_media(*other, seen, &truth.own, &what);
            }
        }
    }

    /// As far as it holds when the media server names streams as it likes.
    pub fn assert_media_room_is_connected(&mut self) -> BTreeMap<PageId, View> {
        let now = self.now;
        let present: Vec<PageId> = (0..self.pages.len()).filter(|page| self.pages[*page].wants_in).collect();
        let views: BTreeMap<PageId, View> =
            present.iter().map(|page| (*page, self.pages[*page].view(now, ROOM))).collect();
        for (page, view) in &views {
            let this = &self.pages[*page];
            let others: BTreeSet<&String> =
                views.iter().filter(|(other, _)| *other != page).map(|(_, view)| &view.own_id).collect();
            assert_eq!(view.others.keys().collect::<BTreeSet<_>>(), others, "whom {} knows", this.name);
            let told: BTreeSet<&String> =
                this.observer.peers.iter().filter(|id| *id != MEDIA_SERVER).collect();
            assert_eq!(told, others, "whom {} was told of", this.name);
            assert_eq!(this.browser.connections.len(), 1, "connections of {}", this.name);
            for connection in this.browser.connections.values() {
                assert_eq!(connection.signaling, Signaling::Stable, "{}", this.name);
                assert!(connection.chain.is_empty());
                let (own, far) =
                    connection.link.clone().unwrap_or_else(|| panic!("{} is not connected", this.name));
                let is_current = |d: Option<&crate::description::Description>, ufrag: &str| {
                    d.is_some_and(|description| description.ufrag == ufrag)
                };
                assert!(is_current(connection.local(), &own) && is_current(connection.remote(), &far));
                assert!(
                    connection.channels.iter().any(|channel| channel.open),
                    "{} has no channel",
                    this.name
                );
            }
        }
        for page in &self.pages {
            assert!(page.promises.pending.is_empty(), "a promise of {} is not settled", page.name);
        }
        assert!(self.media_server.as_ref().is_some_and(|server| server.is_quiet()), "the media server waits");
        views
    }

    pub fn streams_sent_by(&self, page: PageId) -> BTreeSet<String> {
        let connections = self.pages[page].browser.connections.values();
        connections.flat_map(|connection| connection.sent_streams()).collect()
    }
}
