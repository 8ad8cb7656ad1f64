//! The order of events that apps rely on (public API 4.2), candidates left out.

use crate::network::Habits;
use crate::world::{Action, Media, World};

/// Event, its `state` if it has one, and whether it is about us.
const JOINING: &[&str] = &[
    "readyStateChange",
    "readyStateChange",
    "channelOpen",
    "mediaAccessSuccess",
    "mediaAccessSuccess",
    "channelMessage",
    "peerJoined self",
    "onIncomingStream self",
    "onIncomingStream self",
    "handshakeProgress enter self",
];

const FIRST: &[&str] = &[
    "channelMessage",
    "peerJoined",
    "channelMessage",
    "peerConnectionState have-remote-offer",
    "onIncomingStream",
    "peerUpdated",
    "onIncomingStream",
    "peerUpdated",
    "handshakeProgress offer",
    "peerConnectionState stable",
    "handshakeProgress answer self",
    "channelMessage",
    "handshakeProgress answerAck",
];

const NEWCOMER: &[&str] = &[
    "channelMessage",
    "peerJoined",
    "handshakeProgress welcome",
    "handshakeProgress offer self",
    "channelMessage",
    "peerConnectionState have-local-offer",
    "peerConnectionState stable",
    "onIncomingStream",
    "peerUpdated",
    "onIncomingStream",
    "peerUpdated",
    "handshakeProgress answer",
    "handshakeProgress answerAck self",
];

#[test]
fn the_first_page_and_the_newcomer_see_events_in_the_usual_order() {
    let mut world = World::new(3, Habits::good());
    let (first, newcomer) = (world.page("first"), world.page("newcomer"));
    for (page, meeting) in [(first, FIRST), (newcomer, NEWCOMER)] {
        world.act(page, Action::Join(Media::BOTH));
        world.settle();
        let story = &world.pages[page].observer.story;
        assert_eq!(story[..JOINING.len()], *JOINING);
        if page == newcomer {
            let of_first = &world.pages[first].observer.story[JOINING.len()..];
            assert_eq!(without_candidates(of_first), FIRST);
            assert_eq!(without_candidates(&story[JOINING.len()..]), meeting);
        }
    }
}

/// Up to the connection, without what comes of candidates at any time.
fn without_candidates(story: &[String]) -> Vec<&str> {
    let mut seen = Vec::new();
    for (place, event) in story.iter().enumerate() {
        let is_candidate =
            |event: &String| event.starts_with("candidate") || event.starts_with("iceConnection");
        let announces_candidate = event == "channelMessage" && story.get(place + 1).is_some_and(is_candidate);
        let connects = event.ends_with("connecting") || event.ends_with("connected");
        if !(is_candidate(event) || announces_candidate || connects || event.starts_with("dataChannel")) {
            seen.push(event.as_str());
        }
    }
    seen
}
