#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

const NOW: Timestamp = Timestamp(0.0);

fn offer(sdp: &str) -> String {
    sdp.into()
}

fn after_first_round_as_answerer() -> Negotiation {
    let mut n = Negotiation::greeting(NOW);
    n.on_offer(offer("o1"), false);
    n.on_remote_set();
    n.on_answer_created("a1".into(), true);
    n.on_local_set(NOW);
    n.on_ack();
    n.take_steps();
    assert!(n.is_stable());
    n
}

/// The offer "o" is set, and the browser makes the answer.
fn answering() -> Negotiation {
    let mut n = Negotiation::greeting(NOW);
    n.on_offer(offer("o"), true);
    n.on_remote_set();
    n.take_steps();
    n
}

fn offer_sent() -> Negotiation {
    let mut n = Negotiation::offering();
    n.on_offer_created("mine".into(), NOW);
    n.take_steps();
    n
}

#[test]
fn the_newcomer_offers_and_acknowledges() {
    let mut n = Negotiation::offering();
    assert_eq!(n.take_steps(), [Step::CreateOffer { ice_restart: false }]);
    n.on_offer_created("o".into(), NOW);
    assert_eq!(n.take_steps(), [Step::SendOffer { sdp: "o".into(), repeated: false }]);
    assert!(!n.takes_candidates());
    n.on_answer("a".into());
    assert_eq!(n.take_steps(), [Step::SetLocal { kind: DescriptionKind::Offer, sdp: "o".into() }]);
    n.on_local_set(NOW);
    assert_eq!(n.take_steps(), [Step::SetRemote { kind: DescriptionKind::Answer, sdp: "a".into() }]);
    assert!(!n.takes_candidates());
    n.on_remote_set();
    assert_eq!(
        n.take_steps(),
        [
            Step::RemoteApplied { kind: DescriptionKind::Answer },
            Step::SendAck { success: true },
            Step::Settled
        ]
    );
    assert!(n.takes_candidates());
    assert_eq!(n.deadline(), None);
}

#[test]
fn the_answerer_is_done_with_the_ack_or_when_it_stays_away() {
    for late in [false, true] {
        let mut n = Negotiation::greeting(NOW);
        n.on_offer(offer("o"), true);
        n.on_remote_set();
        n.on_answer_created("a".into(), true);
        n.on_local_set(NOW);
        assert_eq!(n.take_steps().last(), Some(&Step::Answered));
        if late {
            n.on_deadline(n.deadline().unwrap());
            assert_eq!(n.take_steps(), [Step::Settled]);
        }
        n.on_ack();
        let heard = [Step::Acknowledged, Step::Settled];
        assert_eq!(n.take_steps(), if late { &heard[..1] } else { &heard[..] });
    }
}

#[test]
fn the_answer_is_out_while_it_is_set() {
    let mut n = answering();
    n.on_answer_created("a".into(), true);
    assert_eq!(
        n.take_steps(),
        [
            Step::SetLocal { kind: DescriptionKind::Answer, sdp: "a".into() },
            Step::SendAnswer { sdp: "a".into() }
        ]
    );
    n.on_ack();
    assert!(n.take_steps().is_empty() && !n.is_stable(), "the browser is not done");
    n.on_local_set(NOW);
    assert_eq!(n.take_steps(), [Step::Answered, Step::Acknowledged, Step::Settled]);
    assert!(n.is_stable());
    assert_eq!(n.deadline(), None);
}

#[test]
fn an_answer_that_may_be_refused_is_set_before_it_goes() {
    let mut n = answering();
    n.on_answer_created("a".into(), false);
    assert_eq!(n.take_steps(), [Step::SetLocal { kind: DescriptionKind::Answer, sdp: "a".into() }]);
    n.on_local_set(NOW);
    assert_eq!(n.take_steps(), [Step::SendAnswer { sdp: "a".into() }, Step::Answered]);
}

#[test]
fn an_answer_that_is_out_and_refused_here_is_followed_by_a_restart() {
    let mut n = answering();
    n.on_answer_created("a".into(), true);
    n.take_steps();
    n.on_failed(NOW);
    assert_eq!(n.take_steps(), [Step::Failed { ours: true }]);
    let retry = n.deadline().unwrap();
    n.on_deadline(retry);
    assert_eq!(n.take_steps(), [Step::SetRemote { kind: DescriptionKind::Offer, sdp: "o".into() }]);
    n.on_remote_set();
    n.take_steps();
    n.on_answer_created("a2".into(), true);
    assert_eq!(n.take_steps(), [Step::SetLocal { kind: DescriptionKind::Answer, sdp: "a2".into() }]);
    n.on_local_set(retry);
    n.on_ack();
    assert_eq!(n.take_steps().last(), Some(&Step::CreateOffer { ice_restart: true }));
}

#[test]
fn an_answer_asked_for_behind_an_offer_that_fails_is_not_waited_for() {
    for is_made in [false, true] {
        let mut n = after_first_round_as_answerer();
        n.on_offer(offer("bad"), false);
        n.asks_answer_at_once();
        n.take_steps();
        n.on_failed(NOW);
        assert_eq!(n.take_steps(), [Step::Failed { ours: false }]);
        n.on_offer(offer("good"), false);
        n.asks_answer_at_once();
        n.take_steps();
        // What came of the answer to the bad one.
        if is_made {
            n.on_answer_created("stale".into(), true);
        } else {
            n.on_failed(NOW);
        }
        assert!(n.take_steps().is_empty());
        n.on_remote_set();
        assert_eq!(n.take_steps(), [Step::RemoteApplied { kind: DescriptionKind::Offer }]);
        n.on_answer_created("a".into(), true);
        assert_eq!(n.take_steps(), [Step::SetLocal { kind: DescriptionKind::Answer, sdp: "a".into() }]);
    }
}

#[test]
fn what_is_wrong_with_an_offer_is_told_and_not_that_there_is_no_answer() {
    let mut n = after_first_round_as_answerer();
    n.on_offer(offer("bad"), false);
    n.asks_answer_at_once();
    n.take_steps();
    n.on_answer_not_created(NOW);
    assert!(n.take_steps().is_empty());
    n.on_failed(NOW);
    assert_eq!(n.take_steps(), [Step::Failed { ours: false }]);
    n.on_deadline(n.deadline().unwrap());
    n.on_remote_set();
    assert_eq!(n.take_steps().last(), Some(&Step::CreateAnswer));
}

#[test]
fn an_answer_that_could_not_be_made_too_early_is_asked_for_again() {
    let mut n = after_first_round_as_answerer();
    n.on_offer(offer("late"), false);
    n.asks_answer_at_once();
    n.on_answer_not_created(NOW);
    n.take_steps();
    n.on_remote_set();
    assert_eq!(n.take_steps().last(), Some(&Step::CreateAnswer));
    n.on_answer_not_created(NOW);
    assert_eq!(n.take_steps(), [Step::Failed { ours: false }]);
}

#[test]
fn glare_is_decided_by_weight() {
    let mut winner = offer_sent();
    winner.on_offer(offer("theirs"), true);
    assert!(winner.take_steps().is_empty(), "the winner ignores the other offer");
    let mut loser = offer_sent();
    loser.on_offer(offer("theirs"), false);
    assert_eq!(loser.take_steps(), [Step::SetRemote { kind: DescriptionKind::Offer, sdp: "theirs".into() }]);
}

#[test]
fn an_ice_restart_survives_a_lost_glare() {
    let mut n = after_first_round_as_answerer();
    n.want_offer(true);
    n.on_offer_created("mine".into(), NOW);
    n.on_offer(offer("theirs"), false);
    n.on_remote_set();
    n.on_answer_created("a".into(), true);
    n.on_local_set(NOW);
    n.take_steps();
    n.on_ack();
    let steps = n.take_steps();
    assert_eq!(steps, [Step::Acknowledged, Step::Settled, Step::CreateOffer { ice_restart: true }]);
}

#[test]
fn two_wishes_in_one_turn_make_one_offer_at_a_time() {
    let mut n = after_first_round_as_answerer();
    n.want_offer(false);
    n.want_offer(false);
    assert_eq!(n.take_steps(), [Step::CreateOffer { ice_restart: false }]);
    n.on_offer_created("o2".into(), NOW);
    n.on_answer("a2".into());
    n.on_local_set(NOW);
    n.take_steps();
    n.on_remote_set();
    assert_eq!(n.take_steps().last(), Some(&Step::CreateOffer { ice_restart: false }));
}

#[test]
fn an_offer_that_comes_while_busy_is_taken_up_by_the_offerer_too() {
    let mut n = offer_sent();
    n.on_answer("a".into());
    n.on_offer(offer("next"), false);
    n.on_local_set(NOW);
    n.take_steps();
    n.on_remote_set();
    assert_eq!(
        n.take_steps().last(),
        Some(&Step::SetRemote { kind: DescriptionKind::Offer, sdp: "next".into() })
    );
}

#[test]
fn an_offer_that_cannot_be_set_leaves_the_way_open() {
    let mut n = after_first_round_as_answerer();
    n.on_offer(offer("bad"), false);
    n.on_failed(NOW);
    assert_eq!(n.take_steps().last(), Some(&Step::Failed { ours: false }));
    n.on_offer(offer("good"), false);
    assert_eq!(n.take_steps(), [Step::SetRemote { kind: DescriptionKind::Offer, sdp: "good".into() }]);
}

#[test]
fn an_answer_that_cannot_be_set_is_refused_once_and_rolled_back() {
    let mut n = offer_sent();
    n.on_answer("bad".into());
    n.on_local_set(NOW);
    n.take_steps();
    n.on_failed(NOW);
    assert_eq!(
        n.take_steps(),
        [
            Step::Failed { ours: false },
            Step::SendAck { success: false },
            Step::SetLocal { kind: DescriptionKind::Rollback, sdp: String::new() }
        ]
    );
    n.on_local_set(NOW);
    assert!(n.is_stable());
}

#[test]
fn the_first_try_after_a_refusal_is_with_the_offer_that_the_peer_has_taken() {
    for fails_early in [true, false] {
        let mut n = offer_sent();
        n.on_answer("a".into());
        if !fails_early {
            n.on_local_set(NOW);
        }
        n.on_failed(NOW);
        n.on_local_set(NOW);
        n.take_steps();
        n.on_deadline(n.deadline().unwrap());
        let again = Step::SendOffer { sdp: "mine".into(), repeated: false };
        assert_eq!(n.take_steps(), [Step::SendAck { success: true }, again]);
        // A peer of ours gives the same answer again.
        n.on_answer("a".into());
        n.take_steps();
        n.on_failed(NOW);
        n.take_steps();
        n.on_deadline(n.deadline().unwrap());
        assert_eq!(n.take_steps(), [Step::CreateOffer { ice_restart: false }]);
    }
}

#[test]
fn a_wish_that_comes_before_the_first_try_is_fulfilled_after_it() {
    let mut n = offer_sent();
    n.carry();
    n.on_answer("a".into());
    n.on_failed(NOW);
    let wish = n.want_offer(true);
    n.on_deadline(n.deadline().unwrap());
    n.on_answer("a".into());
    n.on_local_set(NOW);
    n.take_steps();
    n.on_remote_set();
    assert_eq!(n.take_steps().last(), Some(&Step::CreateOffer { ice_restart: true }));
    assert!(!n.has_fulfilled(wish));
}

#[test]
fn a_repeated_offer_is_answered_again_without_touching_the_connection() {
    let mut n = after_first_round_as_answerer();
    n.on_offer(offer("o1"), false);
    assert_eq!(n.take_steps(), [Step::SendAnswer { sdp: "a1".into() }]);
    assert!(n.is_stable());
}

#[test]
fn an_unexpected_answer_is_acknowledged_so_that_nobody_waits() {
    let mut n = after_first_round_as_answerer();
    n.on_answer("late".into());
    assert_eq!(n.take_steps(), [Step::SendAck { success: true }]);
}

#[test]
fn an_unanswered_offer_is_repeated_and_then_given_up() {
    let mut n = offer_sent();
    for _ in 1..MAX_OFFERS {
        n.on_deadline(n.deadline().unwrap());
        assert_eq!(n.take_steps(), [Step::SendOffer { sdp: "mine".into(), repeated: true }]);
    }
    n.on_deadline(n.deadline().unwrap());
    assert_eq!(n.take_steps(), [Step::GivenUp]);
    assert!(n.is_stable());
}

#[test]
fn peers_that_greeted_each_other_both_offer_and_glare_decides() {
    let mut n = Negotiation::greeting(NOW);
    n.on_welcome();
    assert_eq!(n.take_steps(), [Step::CreateOffer { ice_restart: false }]);
    n.on_welcome();
    assert!(n.take_steps().is_empty(), "a second welcome changes nothing");
}

#[test]
fn a_greeted_peer_that_stays_silent_gets_our_offer() {
    let mut n = Negotiation::greeting(NOW);
    n.on_deadline(n.deadline().unwrap());
    assert_eq!(n.take_steps(), [Step::CreateOffer { ice_restart: false }]);
}

#[test]
fn a_repeated_offer_does_not_cost_us_our_own() {
    let mut n = after_first_round_as_answerer();
    n.want_offer(false);
    n.on_offer_created("mine".into(), NOW);
    n.take_steps();
    n.on_offer(offer("o1"), false);
    assert_eq!(n.take_steps(), [Step::SendAnswer { sdp: "a1".into() }]);
    n.on_answer("a".into());
    assert_eq!(n.take_steps(), [Step::SetLocal { kind: DescriptionKind::Offer, sdp: "mine".into() }]);
}

#[test]
fn a_late_copy_of_an_answer_is_not_taken_for_the_answer_to_a_later_offer() {
    let mut n = offer_sent();
    n.on_answer("a".into());
    n.on_local_set(NOW);
    n.on_remote_set();
    n.want_offer(false);
    n.on_offer_created("second".into(), NOW);
    n.take_steps();
    n.on_answer("a".into());
    assert!(n.take_steps().is_empty());
    n.on_answer("b".into());
    assert_eq!(n.take_steps(), [Step::SetLocal { kind: DescriptionKind::Offer, sdp: "second".into() }]);
}

#[test]
fn a_description_that_fails_is_tried_again_a_few_times_and_later_each_time() {
    let mut n = Negotiation::offering();
    let mut now = NOW;
    for wait in [1_000.0, 2_000.0, 4_000.0, 8_000.0] {
        n.take_steps();
        n.on_failed(now);
        assert_eq!(n.take_steps(), [Step::Failed { ours: false }]);
        assert_eq!(n.deadline(), Some(now.plus(wait)));
        now = now.plus(wait);
        n.on_deadline(now);
        assert_eq!(n.take_steps(), [Step::CreateOffer { ice_restart: false }]);
    }
    n.on_failed(now);
    assert_eq!(n.take_steps(), [Step::Failed { ours: false }, Step::GivenUp]);
    assert_eq!(n.deadline(), None);
}

#[test]
fn the_failure_of_an_offer_that_lost_a_glare_is_not_taken_for_that_of_the_other_offer() {
    let mut n = Negotiation::offering();
    n.on_offer(offer("theirs"), false);
    n.take_steps();
    n.on_failed(NOW);
    assert!(n.take_steps().is_empty());
    n.on_remote_set();
    assert_eq!(n.take_steps().last(), Some(&Step::CreateAnswer));
}
