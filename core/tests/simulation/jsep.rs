//! What RFC 8829 demands of descriptions, whoever made them.

use crate::description::{Description, SectionKind};
use std::collections::BTreeSet;

/// Section 5.3: an answer has the lines of its offer, and no direction that was not offered.
pub fn check_answer(offer: &Description, answer: &Description) {
    assert_eq!(offer.layout(), answer.layout(), "lines of the answer");
    for (offered, answered) in offer.sections.iter().zip(&answer.sections) {
        let mid = &offered.mid;
        assert!(answered.stopped || !offered.stopped, "{mid} was offered as stopped, but lives on");
        if answered.stopped {
            assert!(offered.stopped, "{mid} is refused");
        }
        if offered.kind == SectionKind::Data || answered.stopped {
            continue;
        }
        assert!(offered.receives || !answered.sends, "{mid} sends, though nobody wants to receive");
        assert!(offered.sends || !answered.receives, "{mid} receives, though nothing is sent");
    }
    check(answer);
}

/// Section 5.2.2: a later offer keeps the lines; only the place of a stopped one may be taken.
pub fn check_offer(previous: &Description, offer: &Description) {
    assert!(previous.sections.len() <= offer.sections.len(), "an offer has fewer lines than before");
    for (old, new) in previous.sections.iter().zip(&offer.sections) {
        let is_same = (old.kind, &old.mid) == (new.kind, &new.mid);
        assert!(is_same || old.stopped, "{} became {}", old.mid, new.mid);
        assert!(!is_same || new.stopped || !old.stopped, "{} is stopped, but came back", old.mid);
    }
    check(offer);
}

/// Mids are unique, and so is what is sent.
fn check(description: &Description) {
    let mut mids = BTreeSet::new();
    let mut sent = BTreeSet::new();
    for section in &description.sections {
        assert!(mids.insert(&section.mid), "{} is there twice", section.mid);
        assert!(!section.stopped || !(section.sends || section.receives), "{} is stopped", section.mid);
        if let Some(stream) = section.stream.as_ref().filter(|_| section.sends) {
            assert!(sent.insert((stream, section.kind == SectionKind::Audio)), "{stream} is sent twice");
        }
    }
}
