//! Where 2.7.2 hangs for ever (peer behaviour 9, wire protocol 12), ours does not.

use crate::browser::Operation;
use crate::network::Habits;
use crate::old_peer::State;
use crate::page::Client;
use crate::world::{Action, Media, PageId, World, ROOM};
use skylink_core::{ErrorCode, Failure};

fn quiet_world() -> World {
    World::new(1, Habits::good())
}

/// Two pages of ours, the second one joined when the first was in.
fn joined(world: &mut World, first: Media, second: Media) -> (PageId, PageId) {
    let (alice, bob) = (world.page("alice"), world.page("bob"));
    world.act(alice, Action::Join(first));
    world.settle();
    world.act(bob, Action::Join(second));
    (alice, bob)
}

fn assert_old_page_is_idle(world: &World, page: PageId) {
    let Client::Old(old) = &world.pages[page].client else { panic!("not a page of 2.7.2") };
    assert!(old.states().iter().all(|state| *state == State::Negotiated), "{:?}", old.states());
}

#[test]
fn d1_two_offers_of_an_old_peer_in_one_turn_do_not_end_renegotiation() {
    let mut world = quiet_world();
    let (ours, old) = (world.page("ours"), world.old_page("old"));
    world.act(ours, Action::Join(Media::BOTH));
    world.act(old, Action::Join(Media::BOTH));
    world.settle();
    for times in [2, 1] {
        world.refresh(old, times);
        world.settle();
        assert_old_page_is_idle(&world, old);
        world.assert_everybody_agrees();
    }
    world.everybody_leaves();
}

#[test]
fn d2_b5_pages_that_greet_each_other_at_once_still_connect() {
    for partner_is_old in [false, true] {
        let mut world = quiet_world();
        world.server.is_careless = true;
        let ours = world.page("ours");
        let partner = if partner_is_old { world.old_page("old") } else { world.page("partner") };
        world.act(ours, Action::Join(Media::AUDIO));
        world.act(partner, Action::Join(Media::BOTH));
        world.settle();
        assert!(world.elapsed() < 9_000.0, "no time-out had to help");
        world.assert_everybody_agrees();
        world.everybody_leaves();
    }
}

#[test]
fn d2_equal_weights_do_not_lock_up_a_glare() {
    for seed in 0..10 {
        let mut world = World::new(seed, Habits::good());
        world.server.is_careless = true;
        world.server.gives_equal_weights = true;
        for name in ["alice", "bob", "carol"] {
            let page = world.page(name);
            world.act(page, Action::Join(Media::AUDIO));
        }
        world.settle();
        world.assert_everybody_agrees();
        world.everybody_leaves();
    }
}

/// The newcomer offers audio, and the older page offers its video in a second round: so each side
/// does everything once, and each of it fails once.
#[test]
fn d3_d4_d5_a_description_that_fails_on_either_side_is_made_up_for() {
    for operation in Operation::ALL {
        for clumsy in 0..2 {
            let mut world = quiet_world();
            joined(&mut world, Media::BOTH, Media::AUDIO);
            world.pages[clumsy].browser.failing = vec![operation];
            world.settle();
            assert!(world.pages[clumsy].browser.failing.is_empty(), "{operation:?} was not done");
            world.assert_everybody_agrees();
            world.everybody_leaves();
        }
    }
}

#[test]
fn d3_d5_our_failures_are_made_up_for_with_an_old_peer_too() {
    for operation in Operation::ALL {
        for old_is_newcomer in [true, false] {
            let mut world = quiet_world();
            let (ours, old) = (world.page("ours"), world.old_page("old"));
            let (first, second) = if old_is_newcomer { (ours, old) } else { (old, ours) };
            let (first_media, second_media) = (Media::BOTH, Media::AUDIO);
            world.act(first, Action::Join(first_media));
            world.settle();
            world.act(second, Action::Join(second_media));
            world.pages[ours].browser.failing = vec![operation];
            world.settle();
            assert!(world.pages[ours].browser.failing.is_empty(), "{operation:?} was not done");
            assert_old_page_is_idle(&world, old);
            world.assert_everybody_agrees();
            world.everybody_leaves();
        }
    }
}

#[test]
fn d3_an_old_peer_that_locked_itself_up_does_not_keep_us_busy_for_ever() {
    let mut world = quiet_world();
    let (old, ours) = (world.old_page("old"), world.page("ours"));
    world.act(old, Action::Join(Media::AUDIO));
    world.settle();
    world.act(ours, Action::Join(Media::AUDIO));
    world.pages[old].browser.failing = vec![Operation::SetRemote];
    // Nothing else is asked of it than that this ends.
    world.settle();
    world.everybody_leaves();
}

#[test]
fn d5_b20_an_answer_that_cannot_be_set_is_refused_before_anything_else() {
    let mut world = quiet_world();
    let (_, bob) = joined(&mut world, Media::AUDIO, Media::AUDIO);
    world.pages[bob].browser.failing = vec![Operation::SetRemote];
    world.settle();
    let successes = |text: &String| text.contains("answerAck").then(|| text.contains(r#"\"success\":true"#));
    let acks: Vec<bool> = world.pages[bob].sent.iter().filter_map(successes).collect();
    // The second one goes with the next offer, for old peers; the third one is that offer's.
    assert_eq!(acks, [false, true, true]);
    world.assert_everybody_agrees();
}

#[test]
fn d6_b9_leaving_settles_with_peers_and_without() {
    let mut world = quiet_world();
    let alice = world.page("alice");
    world.act(alice, Action::Join(Media::NONE));
    world.settle();
    world.everybody_leaves();
    joined(&mut world, Media::NONE, Media::NONE);
    world.settle();
    world.everybody_leaves();
}

#[test]
fn b10_leaving_all_rooms_settles_without_any_room() {
    let mut world = quiet_world();
    world.page("alice");
    world.everybody_leaves();
}

#[test]
fn b6_the_server_learns_of_leaving_an_empty_room_while_in_another() {
    let mut world = quiet_world();
    let (alice, bob) = joined(&mut world, Media::AUDIO, Media::AUDIO);
    world.settle();
    world.join(alice, "empty", Media::NONE);
    world.settle();
    assert_eq!(world.server.members_of("empty"), 1);
    world.leave_room(alice, "empty");
    world.settle();
    assert_eq!(world.server.members_of("empty"), 0);
    world.assert_everybody_agrees();
    world.act(bob, Action::Leave);
    world.everybody_leaves();
}

#[test]
fn b1_a_locked_room_is_refused_and_entered_once_it_is_unlocked() {
    let mut world = quiet_world();
    let alice = world.page("alice");
    world.act(alice, Action::Join(Media::NONE));
    world.settle();
    world.act(alice, Action::Lock(true));
    world.settle();
    let bob = world.page("bob");
    let promise = world.join(bob, ROOM, Media::BOTH);
    world.settle();
    match &world.pages[bob].promises.settled[&promise] {
        Err(Failure::Error(error)) => assert_eq!(error.code, ErrorCode::RoomLocked),
        other => panic!("{other:?}"),
    }
    world.act(alice, Action::Lock(false));
    world.settle();
    world.act(bob, Action::Join(Media::BOTH));
    world.settle();
    world.assert_everybody_agrees();
    world.everybody_leaves();
}

#[test]
fn d12_an_older_page_may_restart_ice_towards_a_newcomer() {
    let mut world = quiet_world();
    joined(&mut world, Media::NONE, Media::NONE);
    world.settle();
    let greetings = world.pages.iter().flat_map(|page| &page.sent);
    let greetings = greetings.filter(|text| text.contains(r#"\"enter\""#) || text.contains(r#"\"welcome\""#));
    let flags: Vec<bool> = greetings.map(|text| text.contains(r#"\"enableIceRestart\":true"#)).collect();
    assert_eq!(flags, [true, true, true]);
}
