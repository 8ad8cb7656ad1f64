//! Media servers that do what some did wrong: ours comes through, where 2.7.2 throws or waits for
//! ever.

use crate::media_room_meetings::room;
use crate::media_server::{Ending, Habits};
use crate::world::{Action, Media, World};

/// Three pages, of which the last comes when the others are done.
fn three_pages(habits: Habits) -> World {
    let mut world = room(1, habits);
    let pages = ["alice", "bob", "carol"].map(|name| world.page(name));
    world.act(pages[0], Action::Join(Media::BOTH));
    world.act(pages[1], Action::Join(Media::BOTH));
    world.settle();
    world.act(pages[2], Action::Join(Media::AUDIO));
    world.settle();
    world
}

/// How many streams of others each page lists.
fn streams_listed(world: &mut World) -> Vec<usize> {
    let views = world.assert_media_room_is_connected();
    views.values().map(|view| view.others.values().map(|other| other.streams.len()).sum()).collect()
}

#[test]
fn it_answers_as_if_it_sent_on_every_line() {
    let mut world = three_pages(Habits { answers_as_offered: true, ..Habits::default() });
    world.assert_media_room_agrees();
    world.everybody_leaves();
}

#[test]
fn it_does_not_say_whose_tracks_are() {
    let mut world = three_pages(Habits { hides_owners: true, ..Habits::default() });
    assert_eq!(streams_listed(&mut world), [0, 0, 0]);
    world.everybody_leaves();
}

#[test]
fn it_introduces_members_after_their_media() {
    let mut world = three_pages(Habits { late_introductions: true, ..Habits::default() });
    world.assert_media_room_agrees();
    world.everybody_leaves();
}

#[test]
fn it_gives_streams_other_names() {
    let mut world = three_pages(Habits { foreign_ids: true, ..Habits::default() });
    assert_eq!(streams_listed(&mut world), [3, 3, 4]);
    world.everybody_leaves();
}

/// Alice sends on the lines that were made for bob's media, and bob's end.
fn shared_lines_end(ending: Ending) -> World {
    let mut world = room(1, Habits { ending, ..Habits::default() });
    let (alice, bob) = (world.page("alice"), world.page("bob"));
    world.act(alice, Action::Join(Media::NONE));
    world.act(bob, Action::Join(Media::BOTH));
    world.settle();
    world.act(alice, Action::SendStream(Media::BOTH));
    world.settle();
    world.act(bob, Action::StopStreams(None));
    world.settle();
    world
}

#[test]
fn lines_that_carry_media_both_ways_end_one_way() {
    for ending in [Ending::Stops, Ending::Pools] {
        let mut world = shared_lines_end(ending);
        assert_eq!(streams_listed(&mut world), [0, 2], "{ending:?}");
        world.assert_media_room_agrees();
        world.everybody_leaves();
    }
}

#[test]
fn it_stops_lines_that_others_send_on() {
    let mut world = shared_lines_end(Ending::StopsShared);
    // What alice sent is lost, but there is no end of offers for it.
    assert!(streams_listed(&mut world)[1] < 2);
    let offers = world.pages[0].sent.iter().filter(|frame| frame.contains(r#"\"type\":\"offer\""#));
    assert!(offers.count() <= 4);
    world.everybody_leaves();
}

#[test]
fn both_offer_at_once_whatever_its_weight() {
    for (seed, weight) in (0..24).zip([Some(-1.0), Some(1e9), None].into_iter().cycle()) {
        let mut world = room(seed, Habits { weight, ..Habits::default() });
        // Long ways and quick browsers: offers are under way for most of the time.
        world.network.habits.delay = 200.0..400.0;
        let pages: Vec<usize> = (0..3).map(|number| world.page(&format!("page{number}"))).collect();
        for page in &pages {
            world.act(*page, Action::Join(Media::AUDIO));
        }
        world.settle();
        for (later, page) in [0.0, 700.0, 1_400.0].into_iter().zip(&pages) {
            for again in 0..3 {
                let moment = later + f64::from(again) * 900.0;
                world.after(moment, *page, Action::SendStream(Media::BOTH));
            }
        }
        world.settle();
        world.assert_media_room_agrees();
        world.everybody_leaves();
    }
}
