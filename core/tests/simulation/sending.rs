//! Streams sent and stopped in the room.

use crate::network::Habits;
use crate::world::{Action, Media, PageId, World, ROOM};
use skylink_core::{Call, MediaToSend};
use skylink_protocol::Object;

/// A page of ours and another one, both without media.
fn meeting(with_old_page: bool) -> (World, PageId, PageId) {
    let mut world = World::new(1, Habits::good());
    let ours = world.page("ours");
    let other = if with_old_page { world.old_page("old") } else { world.page("other") };
    world.act(ours, Action::Join(Media::NONE));
    world.settle();
    world.act(other, Action::Join(Media::NONE));
    world.settle();
    (world, ours, other)
}

fn media_sections(world: &World, page: PageId) -> usize {
    world.pages[page].browser.connections.values().map(|connection| connection.media_sections()).sum()
}

#[test]
fn sending_and_stopping_by_turns_does_not_make_descriptions_longer() {
    for with_old_page in [false, true] {
        let (mut world, ours, _) = meeting(with_old_page);
        for _ in 0..4 {
            for action in [Action::SendStream(Media::BOTH), Action::StopStreams(None)] {
                world.act(ours, action);
                world.settle();
                world.assert_everybody_agrees();
                assert_eq!(media_sections(&world, ours), 2);
            }
        }
        world.everybody_leaves();
    }
}

#[test]
fn both_send_and_stop_over_the_same_sections() {
    let (mut world, ours, other) = meeting(false);
    for _ in 0..3 {
        for action in [Action::SendStream(Media::BOTH), Action::StopStreams(None)] {
            for page in [ours, other] {
                world.act(page, action.clone());
            }
            world.settle();
            world.assert_everybody_agrees();
        }
    }
    assert!(media_sections(&world, ours) <= 4);
    world.everybody_leaves();
}

#[test]
fn calls_in_one_turn_all_take_effect() {
    for with_old_page in [false, true] {
        let (mut world, ours, other) = meeting(with_old_page);
        for _ in 0..2 {
            for action in [
                Action::SendStream(Media::BOTH),
                Action::ShareScreen { sound: true },
                Action::SendStream(Media::AUDIO),
                Action::ShareScreen { sound: true },
            ] {
                world.act(ours, action);
            }
            world.act(other, Action::SendStream(Media::BOTH));
            world.settle();
            world.assert_everybody_agrees();
            // Two microphones, the camera, and the screen with its sound.
            assert_eq!(world.pages[ours].browser.streams.len(), 5);
            world.act(ours, Action::StopStreams(None));
            world.act(ours, Action::StopScreen);
            world.settle();
            world.assert_everybody_agrees();
            assert_eq!(world.pages[ours].browser.streams.len(), 0);
            world.act(other, Action::StopStreams(None));
            world.settle();
        }
        world.everybody_leaves();
    }
}

/// The promise waits for the rounds with those who are there, not for anything else.
#[test]
fn sending_settles_when_everybody_has_the_stream() {
    let (mut world, ours, _) = meeting(false);
    let promise = world.pages[ours].promises.make();
    let media = MediaToSend::Options(Object::new().with("audio", true).into());
    world.call(ours, Call::SendStream { promise, room: ROOM.into(), media });
    assert!(world.pages[ours].promises.pending.contains(&promise));
    while world.pages[ours].promises.pending.contains(&promise) {
        assert!(world.step());
    }
    world.assert_everybody_is_connected();
    world.settle();
    world.everybody_leaves();
}
