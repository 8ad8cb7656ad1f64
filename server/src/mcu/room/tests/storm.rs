//! Random rooms: everybody sends, stops, shares, mutes, restarts and leaves at random moments, in
//! every order that the network allows.

use proptest::prelude::*;

use super::world::World;
use crate::mcu::counters::Note;
use crate::mcu::sdp::Kind;

const NAMES: [&str; 5] = ["anna", "ben", "cleo", "dan", "eve"];

fn storm(seed: u64, clients: usize, actions: usize) -> World {
    let mut world = World::new(seed);
    let mut generation = 0;
    for name in &NAMES[..clients] {
        world.join(name);
    }
    for number in 0..actions {
        for _ in 0..world.dice.roll(6) {
            world.step();
        }
        let place = world.dice.roll(world.clients.len());
        let what = world.dice.roll(12);
        let client = &mut world.clients[place];
        let id = client.id.clone();
        let streams: Vec<String> = client.streams.keys().cloned().collect();
        match what {
            0..=2 if streams.len() < 4 => {
                client.send_stream(&format!("{id}-cam{number}"), Kind::Video, "videoCamera");
            }
            3 | 4 if streams.len() < 4 => {
                client.send_stream(&format!("{id}-mic{number}"), Kind::Audio, "audioMic");
            }
            5 if streams.len() < 4 => {
                client.send_stream(&format!("{id}-scr{number}"), Kind::Video, "videoScreen");
            }
            6..=8 => {
                if let Some(stream) = streams.first() {
                    client.stop_stream(stream);
                }
            }
            9 => {
                if let Some(stream) = streams.last() {
                    client.mute(stream);
                }
            }
            10 => client.restart_ice(),
            11 if number % 7 == 0 => {
                world.leave(&id);
                generation += 1;
                world.join(&format!("{id}{generation}"));
            }
            _ => {}
        }
    }
    world.settle();
    world.check();
    world
}

#[test]
fn forty_storms_end_well() {
    let mut glares = 0;
    for seed in 0..40 {
        let world = storm(seed, 4, 200);
        glares += world.count(Note::Glare);
        // Nothing had to be waited for: no time passes in a storm.
        assert_eq!((world.count(Note::Silent), world.count(Note::GivenUp)), (0, 0));
    }
    assert!(glares > 100, "only {glares} offers crossed");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn storms_end_well(seed in any::<u64>(), clients in 1..6_usize, actions in 0..120_usize) {
        storm(seed, clients, actions);
    }
}
