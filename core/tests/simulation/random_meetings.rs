//! Meetings in which apps do anything at any time.

use crate::network::{Habits, Order};
use crate::world::{Action, Media, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use std::fmt;

/// Within these milliseconds apps join, leave and do other things.
const BUSY: f64 = 8_000.0;

/// When a page joins, with what, and what it does how much later.
pub type Plan = (f64, Media, Vec<(f64, Action)>);

/// One run: who does what and when, on what kind of network.
#[derive(Clone)]
struct Meeting {
    seed: u64,
    habits: Habits,
    /// The server lets everybody meet everybody at once.
    careless_server: bool,
    /// How likely an operation on a description fails.
    clumsiness: f64,
    /// The first page is one of 2.7.2.
    has_old_page: bool,
    pages: Vec<Plan>,
}

impl fmt::Debug for Meeting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, careless_server, clumsiness, .. } = self;
        write!(out, "seed {seed}, careless {careless_server}, clumsiness {clumsiness}")?;
        self.pages.iter().try_for_each(|page| write!(out, "\n    {page:?}"))
    }
}

fn media() -> impl Strategy<Value = Media> {
    prop_oneof![Just(Media::NONE), Just(Media::AUDIO), Just(Media::BOTH)]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (any::<bool>(), any::<bool>()).prop_map(|(audio, video)| Action::Mute { audio, video }),
        2 => (1..1_000_u32).prop_map(|number| Action::SetUserData(number.into())),
        1 => Just(Action::SendMessage),
        1 => Just(Action::Leave),
        2 => media().prop_map(Action::Join),
        1 => media().prop_map(Action::LoseSocket),
        1 => Just(Action::Capture(Media::AUDIO)),
        2 => prop_oneof![Just(Media::AUDIO), Just(Media::BOTH)].prop_map(Action::SendStream),
        2 => prop::option::of(0..3_usize).prop_map(Action::StopStreams),
        1 => any::<bool>().prop_map(|sound| Action::ShareScreen { sound }),
        1 => Just(Action::StopScreen),
        1 => (0..3_usize).prop_map(Action::EndTracks),
        2 => any::<bool>().prop_map(|ice_restart| Action::RefreshConnections { ice_restart }),
        1 => (0..3_usize).prop_map(Action::RefreshChannel),
        1 => Just(Action::AskForStatistics),
    ]
}

pub fn page() -> impl Strategy<Value = Plan> {
    // Many join at the very same moment.
    let joins = prop_oneof![2 => Just(0.0), 3 => 0.0..BUSY];
    (joins, media(), prop::collection::vec((0.0..BUSY, action()), 0..4))
}

/// As [`page`], of what the model of 2.7.2 can do.
fn old_page() -> impl Strategy<Value = Plan> {
    let action = prop_oneof![
        (any::<bool>(), any::<bool>()).prop_map(|(audio, video)| Action::Mute { audio, video }),
        (1..1_000_u32).prop_map(|number| Action::SetUserData(number.into())),
        Just(Action::SendStream(Media::AUDIO)),
        prop::option::of(0..2_usize).prop_map(Action::StopStreams),
    ];
    (0.0..BUSY, media(), prop::collection::vec((2_000.0..BUSY, action), 0..3))
}

fn meeting_with_old_page(pages: usize, habits: Habits) -> impl Strategy<Value = Meeting> {
    (meeting(pages, habits), old_page()).prop_map(|(mut meeting, old_page)| {
        meeting.has_old_page = true;
        // No websocket does it, and it confuses the original.
        meeting.habits.duplicates = 0.0;
        meeting.pages[0] = old_page;
        meeting
    })
}

fn meeting(pages: usize, habits: Habits) -> impl Strategy<Value = Meeting> {
    let clumsiness = prop_oneof![3 => Just(0.0), 1 => 0.0..0.05];
    let careless = prop::bool::weighted(0.2);
    (any::<u64>(), careless, clumsiness, prop::collection::vec(page(), pages)).prop_map(
        move |(seed, careless_server, clumsiness, pages)| Meeting {
            seed,
            habits: habits.clone(),
            careless_server,
            clumsiness,
            has_old_page: false,
            pages,
        },
    )
}

fn run(meeting: &Meeting) -> World {
    let mut world = World::new(meeting.seed, meeting.habits.clone());
    world.server.is_careless = meeting.careless_server;
    for (number, (joins, media, actions)) in meeting.pages.iter().enumerate() {
        let is_old = meeting.has_old_page && number == 0;
        let page = if is_old { world.old_page("old") } else { world.page(&format!("page{number}")) };
        // What fails at an old page is lost for ever; that is not ours to heal.
        world.pages[page].browser.clumsiness = if is_old { 0.0 } else { meeting.clumsiness };
        world.pages[page].browser.failures_left = 3;
        world.after(*joins, page, Action::Join(*media));
        for (later, action) in actions {
            world.after(joins + later, page, action.clone());
        }
    }
    world.settle();
    world
}

fn everybody_meets(meeting: &Meeting) {
    let mut world = run(meeting);
    if meeting.habits.order == Order::None {
        // What overtakes what decides which news is the last.
        world.assert_everybody_is_connected();
    } else {
        world.assert_everybody_agrees();
    }
    world.everybody_leaves();
}

/// The same cases in every run; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` ask for others.
pub fn config(cases: u32) -> Config {
    let mut config = Config { failure_persistence: None, max_shrink_iters: 150, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(7);
    }
    config
}

macro_rules! meetings {
    ($($name:ident: $make:ident of $pages:literal pages, $habits:ident network, $cases:literal cases;)*) => {$(
        proptest! {
            #![proptest_config(config($cases))]
            #[test]
            fn $name(meeting in $make($pages, Habits::$habits())) {
                everybody_meets(&meeting);
            }
        }
    )*};
}

meetings! {
    two_pages_on_a_good_network: meeting of 2 pages, good network, 60 cases;
    two_pages_on_an_unruly_network: meeting of 2 pages, unruly network, 60 cases;
    two_pages_on_a_harsh_network: meeting of 2 pages, harsh network, 60 cases;
    three_pages_on_a_good_network: meeting of 3 pages, good network, 30 cases;
    three_pages_on_an_unruly_network: meeting of 3 pages, unruly network, 30 cases;
    three_pages_on_a_harsh_network: meeting of 3 pages, harsh network, 30 cases;
    five_pages_on_an_unruly_network: meeting of 5 pages, unruly network, 12 cases;
    eight_pages_on_a_good_network: meeting of 8 pages, good network, 4 cases;
    eight_pages_on_an_unruly_network: meeting of 8 pages, unruly network, 4 cases;
    an_old_page_and_ours_on_a_good_network: meeting_with_old_page of 2 pages, good network, 60 cases;
    an_old_page_and_ours_on_an_unruly_network: meeting_with_old_page of 2 pages, unruly network, 60 cases;
    an_old_page_among_four_of_ours: meeting_with_old_page of 5 pages, good network, 12 cases;
}
