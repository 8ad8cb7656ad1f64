//! What must be true once the dust has settled.

use crate::page::{MemberView, View};
use crate::peer_connection::Signaling;
use crate::world::{PageId, World, ROOM};
use skylink_protocol::Value;
use std::collections::{BTreeMap, BTreeSet};

impl World {
    /// Everybody who wants to be in the room is connected to everybody else, and knows the truth
    /// about everybody else.
    pub fn assert_everybody_agrees(&mut self) {
        let views = self.assert_everybody_is_connected();
        for (page, view) in &views {
            for (other_id, theirs) in &view.others {
                let (other, truth) = views.iter().find(|(_, view)| view.own_id == *other_id).unwrap();
                let what = format!("what {} knows of {}", self.pages[*page].name, self.pages[*other].name);
                assert_same_data(&theirs.user_data, &truth.own.user_data, &what);
                self.assert_same_media(*other, theirs, &truth.own, &what);
            }
        }
    }

    /// As far as it holds however badly messages overtake each other.
    pub fn assert_everybody_is_connected(&mut self) -> BTreeMap<PageId, View> {
        let present: Vec<PageId> = (0..self.pages.len()).filter(|page| self.pages[*page].wants_in).collect();
        let now = self.now;
        let views: BTreeMap<PageId, View> =
            present.iter().map(|page| (*page, self.pages[*page].view(now, ROOM))).collect();
        for (page, view) in &views {
            let name = &self.pages[*page].name;
            let others: BTreeSet<&String> =
                views.iter().filter(|(other, _)| *other != page).map(|(_, view)| &view.own_id).collect();
            assert_eq!(view.others.keys().collect::<BTreeSet<_>>(), others, "whom {name} knows");
            self.assert_connected(*page, &present);
            self.assert_streams(*page, view, &views);
        }
        for page in &self.pages {
            assert!(page.promises.pending.is_empty(), "a promise of {} is not settled", page.name);
        }
        views
    }

    /// The page has one live connection to each other page.
    fn assert_connected(&self, page: PageId, present: &[PageId]) {
        let this = &self.pages[page];
        let mut reached = BTreeSet::new();
        for (id, connection) in &this.browser.connections {
            assert_eq!(connection.signaling, Signaling::Stable, "connection {id} of {}", this.name);
            assert!(connection.chain.is_empty());
            let Some((own, far)) = &connection.link else {
                panic!("connection {id} of {} is dead", this.name)
            };
            let ends = |c: &crate::peer_connection::PeerConnection| {
                c.link.as_ref() == Some(&(far.clone(), own.clone()))
            };
            let other = self.pages.iter().position(|other| other.browser.connections.values().any(ends));
            let other = other.unwrap_or_else(|| panic!("connection {id} of {} leads nowhere", this.name));
            assert!(reached.insert(other), "{} has two connections to {}", this.name, self.pages[other].name);
            let open = connection.channels.iter().any(|channel| channel.open);
            assert!(open, "{} has no data channel to {}", this.name, self.pages[other].name);
        }
        let others: BTreeSet<PageId> = present.iter().copied().filter(|other| *other != page).collect();
        assert_eq!(reached, others, "whom {} is connected to", this.name);
    }

    /// The page receives what the others send to it, and tells its app about it.
    fn assert_streams(&self, page: PageId, view: &View, views: &BTreeMap<PageId, View>) {
        let this = &self.pages[page];
        for (other, other_view) in views.iter().filter(|(other, _)| **other != page) {
            let sent = self.pages[*other].browser.connections.values().find_map(|sender| {
                let (own, far) = sender.link.as_ref()?;
                let link = (far.clone(), own.clone());
                let receiver = this.browser.connections.values().find(|c| c.link.as_ref() == Some(&link))?;
                Some((sender.sent_streams(), receiver.received_streams()))
            });
            let (sent, received) = sent.unwrap();
            let what = format!("streams of {} at {}", self.pages[*other].name, this.name);
            assert_eq!(received, sent, "{what}");
            // What was captured without being sent may wait for a reason to negotiate.
            let own: BTreeSet<String> = other_view.own.media_status.iter().map(|(id, _)| id.into()).collect();
            assert!(sent.is_subset(&own), "{what}: {sent:?} are sent, {own:?} are own");
            assert_eq!(view.others[&other_view.own_id].streams, sent, "{what}, as the app sees them");
        }
    }

    pub fn assert_same_media(&self, owner: PageId, seen: &MemberView, truth: &MemberView, what: &str) {
        for stream in &seen.streams {
            let status = seen.media_status.get(stream);
            assert_eq!(status, truth.media_status.get(stream), "{what}: {stream}");
            let local = self.pages[owner].browser.streams.values().find(|local| local.id == *stream);
            let muted =
                status.unwrap().as_object().unwrap().iter().any(|(_, value)| *value == Value::Number(0.0));
            assert_eq!(muted, !local.unwrap().enabled, "{what}: {stream} is muted or not");
        }
    }
}

fn assert_same_data(seen: &Value, truth: &Value, what: &str) {
    assert_eq!(seen, truth, "{what}: user data");
}
