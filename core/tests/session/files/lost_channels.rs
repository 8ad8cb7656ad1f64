//! Channels of transfers that are lost at a bad moment.

use super::desk::Desk;
use super::own_way::{closed, downloading, tell};
use skylink_core::{ChannelEvent, FileEvent, FileOp};

#[test]
fn a_sender_that_comes_back_while_the_file_is_put_away_is_told_of_the_end() {
    let (mut desk, promise, channel) = downloading(5.0);
    desk.frame(channel, 0.0, 5.0);
    let file = desk.file();
    tell(&mut desk, channel, r#"{"type":"END","digest":"d1"}"#);
    desk.on_file(file, FileEvent::Digest("d1".into()));
    // The app's stream takes its time to close.
    desk.on_channel(channel, ChannelEvent::Closed);
    desk.channel_offered("t1");
    desk.scene.forget();
    desk.on_file(file, FileEvent::Closed(None));
    assert!(desk.scene.resolution(promise).get("bob").is_some());
    assert_eq!(desk.last_said(), r#"{"type":"DONE","size":5}"#);
}

#[test]
fn another_channel_takes_the_place_of_one_that_the_sender_has_given_up() {
    let (mut desk, promise, channel, lane) = Desk::taking_lane();
    let early = desk.lane_frame(lane, 16_382.0, 16_382.0);
    let second = desk.channel_offered("t1");
    assert!(closed(&desk, channel) && desk.has_closed(lane) && desk.released(early));
    let frame = desk.frame(second, 0.0, 65_528.0);
    assert!(desk.file_ops().iter().any(|(_, op)| *op == FileOp::StoreFrame(frame)));
    assert!(!desk.scene.settled.contains_key(&promise));
}

/// What the receiver said from now on, up to when the sender would give up.
fn said_in_ten_seconds(desk: &mut Desk, mut each_second: impl FnMut(&mut Desk, f64)) -> Vec<String> {
    desk.scene.forget();
    let begin = desk.scene.now;
    for second in 1..10 {
        let moment = begin.plus(f64::from(second) * 1_000.0);
        while desk.scene.session.next_deadline().is_some_and(|due| due <= moment) {
            desk.scene.wait();
        }
        desk.scene.now = moment;
        each_second(desk, f64::from(second - 1));
    }
    desk.said().iter().map(crate::surroundings::print).collect()
}

#[test]
fn a_sender_whose_file_comes_slowly_does_not_give_it_up() {
    let (mut desk, _, channel) = downloading(5_000_000.0);
    let said = said_in_ten_seconds(&mut desk, |desk, place| {
        desk.frame(channel, place * 65_528.0, 65_528.0);
    });
    assert_eq!(said, [r#"{"type":"WANT","offset":327640,"limit":5000000}"#]);
    // Where nothing comes both give up.
    let (mut desk, promise, _) = downloading(5_000_000.0);
    said_in_ten_seconds(&mut desk, |_, _| ());
    desk.scene.wait();
    assert!(desk.scene.settled.contains_key(&promise));
}
