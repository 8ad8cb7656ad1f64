//! Messages between pages that do not pass through the server.

use crate::network::Habits;
use crate::world::{Action, Media, World, ROOM};
use skylink_core::Call;
use skylink_protocol::Value;

#[test]
fn what_a_script_sends_arrives_in_its_order_whatever_the_other_side_takes() {
    let mut world = World::new(1, Habits::good());
    let pages = [world.page("alice"), world.page("bob"), world.old_page("carol")];
    for page in pages {
        world.act(page, Action::Join(Media::NONE));
    }
    world.settle();
    let ids = pages.map(|page| world.pages[page].view(world.now, ROOM).own_id);
    let script = [
        ("first", Value::Null),
        ("to bob alone", ids[1].as_str().into()),
        (&*"long".repeat(5_000), Value::Null),
        ("behind it", Value::Null),
        ("last", Value::List(vec![ids[1].as_str().into()])),
    ];
    for (message, target) in &script {
        let (first, second) = (Some(ROOM.into()), Some((*message).into()));
        world.call(pages[0], Call::SendP2PMessage { first, second, third: Some(target.clone()), length: 0 });
    }
    world.settle();
    let expected: Vec<_> = script.iter().map(|(text, _)| (ids[0].clone(), Value::from(*text))).collect();
    assert_eq!(world.pages[pages[1]].observer.heard, expected);
    world.everybody_leaves();
}
