//! Plain meetings.

use crate::network::Habits;
use crate::world::{Action, Media, World};

#[test]
fn two_pages_meet_and_part() {
    let mut world = World::new(1, Habits::good());
    let (alice, bob) = (world.page("alice"), world.page("bob"));
    world.act(alice, Action::Join(Media::BOTH));
    world.settle();
    world.act(bob, Action::Join(Media::AUDIO));
    world.settle();
    world.assert_everybody_agrees();
    world.act(bob, Action::Leave);
    world.settle();
    world.assert_everybody_agrees();
    world.everybody_leaves();
}

#[test]
fn ours_meets_old() {
    for old_first in [true, false] {
        for (first, second) in
            [(Media::BOTH, Media::BOTH), (Media::NONE, Media::BOTH), (Media::BOTH, Media::NONE)]
        {
            let mut world = World::new(1, Habits::good());
            let (ours, old) = (world.page("ours"), world.old_page("old"));
            let order = if old_first { [old, ours] } else { [ours, old] };
            world.act(order[0], Action::Join(first));
            world.settle();
            world.act(order[1], Action::Join(second));
            world.settle();
            world.assert_everybody_agrees();
            world.everybody_leaves();
        }
    }
}
