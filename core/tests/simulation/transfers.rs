//! Files between pages: whatever breaks, every promise settles, and what arrives is what was sent.

use crate::file_shell::Content;
use crate::media_server::{Model, Real};
use crate::network::Habits;
use crate::world::{Action, Happening, Media, PageId, World, ROOM};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use skylink_core::{BlobFacts, Call, ChannelId, ConnectionEvent, ConnectionId, Input, PromiseId};
use skylink_protocol::{Object, Value};

const MEGABYTE: f64 = 1_048_576.0;
/// Seconds.
const TIMEOUT: f64 = 6.0;

/// What the app of a page does with requests.
#[derive(Debug, Clone, Default)]
pub struct FileHabits {
    /// How likely it refuses.
    pub refuses: f64,
    /// How likely it does not answer.
    pub ignores: f64,
    /// State, transfer and other side of everything it was told.
    pub story: Vec<(String, Value, Value)>,
}

impl World {
    /// Calls `sendBlobData`.
    pub(crate) fn send_file(&mut self, page: PageId, size: f64, target: Value) -> (PromiseId, Content) {
        let Self { pages, .. } = self;
        let blob = pages[page].browser.handles.issue("blob");
        let content = pages.iter().map(|page| page.files.blobs.len() as Content).sum();
        pages[page].files.blobs.insert(blob, content);
        let blob = Some(BlobFacts { handle: blob, size, mime: "text/plain".into(), name: None });
        let call =
            |promise| Call::SendBlob { promise, room: ROOM.into(), blob, target, timeout: TIMEOUT.into() };
        (self.promise(page, call), content)
    }

    /// The app is told about a transfer.
    pub(crate) fn on_transfer_event(&mut self, page: PageId, detail: &Object) {
        let part = |key: &str| detail.get(key).cloned().unwrap_or_default();
        let state = part("state").as_text().unwrap().to_owned();
        let (peer, transfer) = (part("peerId"), part("transferId"));
        let info = detail.get("transferInfo").unwrap();
        let percentage = info.get("percentage").and_then(Value::as_number);
        assert!(percentage.is_none_or(|percentage| (0.0..=100.0).contains(&percentage)), "{detail:?}");
        let habits = &mut self.pages[page].habits;
        habits.story.push((state.clone(), transfer.clone(), peer.clone()));
        let (refuses, ignores) = (habits.refuses, habits.ignores);
        if state == "request" && !self.chance.happens(ignores) {
            let accept = !self.chance.happens(refuses);
            let delay = self.chance.delay(&(0.0..1_000.0));
            self.schedule(delay, Happening::Respond { page, peer, transfer, accept });
        }
    }

    pub(crate) fn respond(&mut self, page: PageId, peer: Value, transfer: Value, accept: bool) {
        self.promise(page, |promise| Call::RespondBlob {
            promise,
            room: ROOM.into(),
            peer,
            transfer,
            accept,
            writable: None,
        });
    }

    pub(crate) fn cancel_some_transfer(&mut self, page: PageId) {
        let begins = |(state, ..): &&(String, Value, Value)| state == "userRequest" || state == "request";
        let Some((_, transfer, peer)) = self.pages[page].habits.story.iter().rev().find(begins).cloned()
        else {
            return;
        };
        self.promise(page, |promise| Call::CancelBlob { promise, room: ROOM.into(), peer, transfer });
    }

    fn all_channels(&self, page: PageId) -> Vec<(ConnectionId, ChannelId)> {
        let connections = self.pages[page].browser.connections.iter();
        let channels = connections.flat_map(|(id, it)| it.channels.iter().map(|c| (*id, c.number)));
        channels.collect()
    }

    pub(crate) fn break_some_channel(&mut self, page: PageId, place: usize) {
        let channels = self.all_channels(page);
        if let Some((connection, channel)) = channels.get(place % channels.len().max(1)) {
            self.break_channel(page, *connection, *channel);
        }
    }

    /// The connections of a page beyond those to the other members.
    fn lanes(&self, page: PageId) -> Vec<ConnectionId> {
        let others = self.pages.iter().filter(|page| page.wants_in).count().saturating_sub(1);
        self.pages[page].browser.connections.keys().copied().skip(others).collect()
    }

    /// One end of a lane notices that its way is gone; the other does not.
    pub(crate) fn fail_some_lane(&mut self, page: PageId, place: usize) {
        let lanes = self.lanes(page);
        if let Some(connection) = lanes.get(place % lanes.len().max(1)).copied() {
            let event = ConnectionEvent::ConnectionState("disconnected".into());
            self.input(page, Input::Connection { connection, event });
        }
    }

    /// The entries that a call of `sendBlobData` resolved with.
    fn entries(&self, page: PageId, promise: PromiseId) -> Vec<Value> {
        match &self.pages[page].promises.settled[&promise] {
            Ok(Value::List(entries)) => entries.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn states(&self, page: PageId) -> Vec<&str> {
        self.pages[page].habits.story.iter().map(|(state, ..)| state.as_str()).collect()
    }

    fn has_received(&self, page: PageId, content: Content, size: f64) -> bool {
        self.pages[page].files.complete.contains(&(content, size))
    }

    fn assert_nothing_is_left(&mut self) {
        for page in &self.pages {
            assert!(page.files.open.is_empty(), "{} still has files open", page.name);
            assert!(page.files.arrived.is_empty(), "{} keeps frames", page.name);
        }
        self.everybody_leaves();
    }
}

fn meeting(seed: u64, names: &[&str]) -> World {
    let mut world = World::new(seed, Habits::good());
    meet(&mut world, names);
    world
}

fn meet(world: &mut World, names: &[&str]) {
    for name in names {
        let page = world.page(name);
        world.act(page, Action::Join(Media::NONE));
        world.settle();
    }
}

fn is_success(entry: &Value) -> bool {
    entry.as_object().and_then(|entry| entry.iter().next()?.1.get("success").cloned()).is_some()
}

#[test]
fn a_file_arrives_whole_and_everybody_is_told() {
    let mut world = meeting(1, &["alice", "bob"]);
    let size = 5.3 * MEGABYTE.trunc();
    let size = size.trunc();
    let (promise, content) = world.send_file(0, size, Value::Null);
    world.settle();
    assert!(is_success(&world.entries(0, promise)[0]));
    assert!(world.has_received(1, content, size));
    let (sent, received) = (world.states(0), world.states(1));
    assert_eq!(sent[..3], ["userRequest", "uploadStarted", "uploading"]);
    assert_eq!(sent.last(), Some(&"uploadCompleted"));
    assert_eq!(received[..2], ["request", "downloadStarted"]);
    assert_eq!(received.last(), Some(&"downloadCompleted"));
    assert!(received.len() > 4 && received.len() < 20, "{received:?}");
    world.assert_nothing_is_left();
}

#[test]
fn everybody_sends_to_everybody_at_once() {
    for is_plain in [false, true] {
        let mut world = World::new(2, Habits::good());
        world.is_plain = is_plain;
        meet(&mut world, &["alice", "bob", "carol"]);
        let mut sent = Vec::new();
        // Where one transfer at a time is possible they must not cross, as 2.7.2 would not.
        let senders = if is_plain { 0..1 } else { 0..3 };
        for page in senders {
            // One byte more than whole chunks is what 2.7.2 cannot send.
            for size in [1.0, if is_plain { 49_154.0 } else { 49_153.0 }, 2.0 * MEGABYTE] {
                sent.push((page, size, world.send_file(page, size, Value::Null)));
            }
        }
        world.settle();
        for (page, size, (promise, content)) in sent {
            let entries = world.entries(page, promise);
            assert_eq!(entries.len(), 2);
            assert!(entries.iter().all(is_success), "{entries:?}");
            for other in (0..3).filter(|other| *other != page) {
                assert!(world.has_received(other, content, size));
            }
        }
        world.assert_nothing_is_left();
    }
}

#[test]
fn a_lost_channel_is_made_up_for() {
    let mut world = meeting(3, &["alice", "bob"]);
    let (promise, content) = world.send_file(0, 20.0 * MEGABYTE, Value::Null);
    for moment in [1_100.0, 1_400.0, 2_000.0, 2_700.0] {
        // The second channel of the page; the first one is for messages.
        world.schedule(moment, Happening::Break(0, 1));
    }
    world.settle();
    assert!(is_success(&world.entries(0, promise)[0]));
    assert!(world.has_received(1, content, 20.0 * MEGABYTE));
    world.assert_nothing_is_left();
}

/// How many lanes there were at most.
fn settle_counting_lanes(world: &mut World) -> usize {
    let mut most = 0;
    loop {
        if !world.step() {
            return most;
        }
        most = most.max(world.lanes(0).len());
    }
}

#[test]
fn a_large_file_on_a_way_with_delay_takes_lanes_and_leaves_none() {
    for (round_trip, size, lanes) in [(50.0, 20.0, 7), (20.0, 20.0, 3), (50.0, 1.5, 0), (1.0, 20.0, 0)] {
        let mut world = meeting(8, &["alice", "bob"]);
        world.round_trip = round_trip;
        let size = (size * MEGABYTE).trunc();
        let (promise, content) = world.send_file(0, size, Value::Null);
        assert_eq!(settle_counting_lanes(&mut world), lanes, "{round_trip} ms");
        assert!(is_success(&world.entries(0, promise)[0]));
        assert!(world.has_received(1, content, size));
        for page in 0..2 {
            assert!(world.lanes(page).is_empty());
        }
        world.assert_nothing_is_left();
    }
}

#[test]
fn lanes_are_faster() {
    let [alone, together] = [0.0, 50.0].map(|round_trip| {
        let mut world = meeting(8, &["alice", "bob"]);
        world.round_trip = round_trip;
        world.send_file(0, 50.0 * MEGABYTE, Value::Null);
        while !world.states(0).contains(&"uploadStarted") {
            assert!(world.step());
        }
        let begin = world.elapsed();
        while world.states(0).last() != Some(&"uploadCompleted") {
            assert!(world.step());
        }
        world.elapsed() - begin
    });
    // Channels of the simulation carry 20 MB/s each.
    assert!(together < 0.7 * alone, "{together} ms instead of {alone} ms");
}

#[test]
fn only_so_many_lanes_for_all_files_of_a_room() {
    let mut world = meeting(9, &["alice", "bob", "carol", "dave", "erin", "frank"]);
    world.round_trip = 50.0;
    let calls = [0, 0].map(|page| world.send_file(page, 8.0 * MEGABYTE, Value::Null));
    let most = settle_counting_lanes(&mut world);
    assert!((11..=14).contains(&most), "{most}");
    for (promise, _) in calls {
        assert!(world.entries(0, promise).iter().all(is_success));
    }
    world.assert_nothing_is_left();
}

#[test]
fn peers_that_do_not_know_lanes_get_none() {
    let mut world = World::new(10, Habits::good());
    world.is_plain = true;
    world.round_trip = 50.0;
    meet(&mut world, &["alice", "bob"]);
    let (promise, _) = world.send_file(0, 5.0 * MEGABYTE, Value::Null);
    assert_eq!(settle_counting_lanes(&mut world), 0);
    assert!(is_success(&world.entries(0, promise)[0]));
    world.assert_nothing_is_left();
}

#[test]
fn lost_lanes_do_not_lose_the_file() {
    for seed in 0..20 {
        let mut world = meeting(seed, &["alice", "bob"]);
        world.round_trip = 50.0;
        let (promise, content) = world.send_file(0, 40.0 * MEGABYTE, Value::Null);
        for (moment, page) in [(1_050.0, 0), (1_200.0, 1), (1_300.0, 1), (1_400.0, 0), (1_700.0, 1)] {
            world.schedule(moment, Happening::FailLane(page, seed as usize));
        }
        world.settle();
        assert!(is_success(&world.entries(0, promise)[0]));
        assert!(world.has_received(1, content, 40.0 * MEGABYTE));
        world.assert_nothing_is_left();
    }
}

#[test]
fn requests_that_nobody_answers_end() {
    let mut world = meeting(4, &["alice", "bob"]);
    world.pages[1].habits.ignores = 1.0;
    let (promise, _) = world.send_file(0, 5.0, Value::Null);
    world.settle();
    assert!(!is_success(&world.entries(0, promise)[0]));
    assert_eq!(world.states(0), ["userRequest", "error"]);
    assert_eq!(world.states(1), ["request", "error"]);
    world.assert_nothing_is_left();
}

#[test]
fn a_refusal_settles_both_sides() {
    let mut world = meeting(5, &["alice", "bob"]);
    world.pages[1].habits.refuses = 1.0;
    let (promise, _) = world.send_file(0, 5.0, Value::Null);
    world.settle();
    assert!(!is_success(&world.entries(0, promise)[0]));
    assert_eq!(world.states(0), ["userRequest", "rejected"]);
    assert_eq!(world.states(1), ["request", "userRejected"]);
    assert!(world.pages[1].promises.settled.values().all(Result::is_ok));
    world.assert_nothing_is_left();
}

#[test]
fn a_peer_that_leaves_ends_its_transfers() {
    for leaver in 0..2 {
        let mut world = meeting(6, &["alice", "bob"]);
        let (promise, _) = world.send_file(0, 50.0 * MEGABYTE, Value::Null);
        world.after(1_600.0, leaver, Action::Leave);
        world.settle();
        assert!(!is_success(&world.entries(0, promise)[0]));
        assert_eq!(world.states(0).last(), Some(&"error"));
        assert_eq!(world.states(1).last(), Some(&"error"));
        world.assert_nothing_is_left();
    }
}

/// A room whose media server passes files on.
fn media_room(seed: u64, names: &[&str]) -> World {
    let mut world = World::new(seed, Habits::good());
    world.media_server = Some(Box::new(Real::new("rid-of-lobby", world.now)));
    meet(&mut world, names);
    world
}

#[test]
fn a_media_server_passes_files_on_to_whom_they_are_for() {
    let mut world = media_room(7, &["alice", "bob", "carol"]);
    let (to_all, first) = world.send_file(0, 20.0 * MEGABYTE, Value::Null);
    let bob = world.pages[1].view(world.now, ROOM).own_id;
    let (to_bob, second) = world.send_file(2, 49_153.0, bob.as_str().into());
    world.settle();
    assert!(world.entries(0, to_all).iter().all(is_success), "{:?}", world.entries(0, to_all));
    assert!(world.entries(2, to_bob).iter().all(is_success));
    assert!(world.has_received(1, first, 20.0 * MEGABYTE) && world.has_received(2, first, 20.0 * MEGABYTE));
    assert!(world.has_received(1, second, 49_153.0));
    assert!(world.pages[0].files.complete.is_empty(), "alice got what was for bob");
    assert!(world.relayed.is_empty(), "{:?}", world.relayed);
    world.assert_nothing_is_left();
}

#[test]
fn a_media_server_that_does_not_know_files_gets_none() {
    let mut world = World::new(8, Habits::good());
    world.media_server = Some(Box::new(Model::new(Default::default())));
    meet(&mut world, &["alice", "bob"]);
    let (promise, _) = world.send_file(0, 5.0, Value::Null);
    world.settle();
    assert!(world.pages[0].promises.settled[&promise].is_err());
    assert!(world.pages[1].habits.story.is_empty());
    world.assert_nothing_is_left();
}

#[derive(Debug, Clone)]
enum Mishap {
    Send(f64),
    Break(usize),
    FailLane(usize),
    Cancel,
    Leave,
    Join,
}

fn mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        4 => prop_oneof![Just(1.0), Just(49_152.0), Just(49_153.0), (1_u32..9_000_000).prop_map(f64::from)]
            .prop_map(Mishap::Send),
        4 => (0_usize..6).prop_map(Mishap::Break),
        2 => (0_usize..3).prop_map(Mishap::FailLane),
        2 => Just(Mishap::Cancel),
        1 => Just(Mishap::Leave),
        1 => Just(Mishap::Join),
    ]
}

proptest! {
    #![proptest_config(Config { cases: 120, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::default() })]

    #[test]
    fn whatever_happens_every_promise_settles(
        seed in any::<u64>(),
        is_plain in prop::bool::weighted(0.2),
        is_relayed in prop::bool::weighted(0.3),
        round_trip in prop_oneof![Just(0.0), Just(60.0)],
        refuses in prop_oneof![Just(0.0), Just(0.3)],
        ignores in prop_oneof![Just(0.0), Just(0.2)],
        course in prop::collection::vec((0.0..4_000.0, 0_usize..2, mishap()), 1..14),
    ) {
        let mut world = World::new(seed, Habits::good());
        world.is_plain = is_plain && !is_relayed;
        if is_relayed {
            world.media_server = Some(Box::new(Real::new("rid-of-lobby", world.now)));
        }
        world.round_trip = round_trip;
        meet(&mut world, &["alice", "bob"]);
        for page in 0..2 {
            world.pages[page].habits.refuses = refuses;
            world.pages[page].habits.ignores = ignores;
        }
        for (moment, page, mishap) in course {
            world.schedule(moment, match mishap {
                Mishap::Send(size) => Happening::SendFile(page, size),
                Mishap::Break(place) => Happening::Break(page, place),
                Mishap::FailLane(place) => Happening::FailLane(page, place),
                Mishap::Cancel => Happening::Cancel(page),
                Mishap::Leave => Happening::Act(page, Action::Leave),
                Mishap::Join => Happening::Act(page, Action::Join(Media::NONE)),
            });
        }
        world.settle();
        let sent = std::mem::take(&mut world.sent_files);
        for page in &world.pages {
            prop_assert!(page.promises.pending.is_empty(), "{} still waits", page.name);
        }
        for (page, size, (promise, content)) in sent {
            let Ok(Value::List(entries)) = &world.pages[page].promises.settled[&promise] else { continue };
            for entry in entries {
                if is_success(entry) {
                    prop_assert!(world.has_received(1 - page, content, size));
                }
            }
        }
        world.assert_nothing_is_left();
    }
}
