//! Meetings in rooms with a media server.

use crate::media_server::{Ending, Habits, Model, Real};
use crate::network;
use crate::random_meetings::{config, page, Plan};
use crate::world::{Action, Media, World, ROOM};
use proptest::prelude::*;
use skylink_core::Call;
use skylink_protocol::Value;
use std::fmt;

pub fn room(seed: u64, habits: Habits) -> World {
    let mut world = World::new(seed, network::Habits::good());
    world.media_server = Some(Box::new(Model::new(habits)));
    world
}

/// With the server's own media server.
fn real_room(seed: u64) -> World {
    let mut world = World::new(seed, network::Habits::good());
    world.media_server = Some(Box::new(Real::new("rid-of-lobby", world.now)));
    world
}

/// With one of the model that ends media in a certain way, or with the real one.
fn any_room(seed: u64, model: Option<Ending>) -> World {
    match model {
        Some(ending) => room(seed, Habits { ending, ..Habits::default() }),
        None => real_room(seed),
    }
}

#[test]
fn pages_meet_and_part() {
    for model in [Some(Ending::Stops), Some(Ending::Pools), None] {
        let mut world = any_room(1, model);
        let (alice, bob, carol) = (world.page("alice"), world.page("bob"), world.page("carol"));
        world.act(alice, Action::Join(Media::BOTH));
        world.settle();
        world.assert_media_room_agrees();
        world.act(bob, Action::Join(Media::AUDIO));
        world.act(carol, Action::Join(Media::NONE));
        world.settle();
        world.assert_media_room_agrees();
        world.act(alice, Action::Leave);
        world.settle();
        world.assert_media_room_agrees();
        world.act(alice, Action::Join(Media::BOTH));
        world.settle();
        world.assert_media_room_agrees();
        world.everybody_leaves();
    }
}

#[test]
fn direct_messages_reach_whom_they_are_for() {
    for mut world in [room(1, Habits::default()), real_room(1)] {
        let pages = ["alice", "bob", "carol"].map(|name| world.page(name));
        for page in pages {
            world.act(page, Action::Join(Media::NONE));
        }
        world.settle();
        let ids = pages.map(|page| world.pages[page].view(world.now, ROOM).own_id);
        for (message, target) in [("to all", Value::Null), ("to bob", ids[1].as_str().into())] {
            let (first, second) = (Some(ROOM.into()), Some(message.into()));
            world.call(pages[0], Call::SendP2PMessage { first, second, third: Some(target), length: 0 });
            world.settle();
        }
        let heard = pages.map(|page| world.pages[page].observer.heard.clone());
        let from_alice = |text: &str| (ids[0].clone(), Value::from(text));
        assert_eq!(
            heard,
            [vec![], vec![from_alice("to all"), from_alice("to bob")], vec![from_alice("to all")]]
        );
        world.everybody_leaves();
    }
}

/// One run: who does what and when.
#[derive(Clone)]
struct Meeting {
    seed: u64,
    network: network::Habits,
    /// How the model ends media; without it the real media server is there.
    model: Option<Ending>,
    /// How likely an operation on a description fails.
    clumsiness: f64,
    pages: Vec<Plan>,
}

impl fmt::Debug for Meeting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, model, clumsiness, .. } = self;
        write!(out, "seed {seed}, {model:?}, clumsiness {clumsiness}")?;
        self.pages.iter().try_for_each(|page| write!(out, "\n    {page:?}"))
    }
}

fn meeting(pages: usize, network: network::Habits) -> impl Strategy<Value = Meeting> {
    let model = prop_oneof![1 => Just(Some(Ending::Stops)), 1 => Just(Some(Ending::Pools)), 2 => Just(None)];
    let clumsiness = prop_oneof![3 => Just(0.0), 1 => 0.0..0.05];
    (any::<u64>(), model, clumsiness, prop::collection::vec(page(), pages)).prop_map(
        move |(seed, model, clumsiness, pages)| Meeting {
            seed,
            network: network.clone(),
            model,
            clumsiness,
            pages,
        },
    )
}

fn everybody_meets(meeting: &Meeting) {
    let mut world = any_room(meeting.seed, meeting.model);
    world.network.habits = meeting.network.clone();
    for (number, (joins, media, actions)) in meeting.pages.iter().enumerate() {
        let page = world.page(&format!("page{number}"));
        world.pages[page].browser.clumsiness = meeting.clumsiness;
        world.pages[page].browser.failures_left = 3;
        world.after(*joins, page, Action::Join(*media));
        for (later, action) in actions {
            world.after(joins + later, page, action.clone());
        }
    }
    world.settle();
    world.assert_media_room_agrees();
    world.everybody_leaves();
}

/// Slow, but in order: news of a member must not overtake its `enter`.
fn slow() -> network::Habits {
    network::Habits { delay: 5.0..900.0, ..network::Habits::good() }
}

proptest! {
    #![proptest_config(config(25))]
    #[test]
    fn two_pages_on_a_good_network(meeting in meeting(2, network::Habits::good())) {
        everybody_meets(&meeting);
    }

    #[test]
    fn three_pages_on_a_slow_network(meeting in meeting(3, slow())) {
        everybody_meets(&meeting);
    }
}

proptest! {
    #![proptest_config(config(5))]
    #[test]
    fn six_pages_on_a_good_network(meeting in meeting(6, network::Habits::good())) {
        everybody_meets(&meeting);
    }

    #[test]
    fn six_pages_on_a_slow_network(meeting in meeting(6, slow())) {
        everybody_meets(&meeting);
    }
}
