//! Which side opens the DTLS connection: whoever the first answer names (`a=setup`, RFC 8842 section 5.3), for as long
//! as the connection lasts. Firefox chooses anew when it answers an offer that restarts ICE (Mozilla bug 1240897).
//! Chromium refuses that, and takes no description after it.

use crate::roster::Peer;

const SETUP: &str = "a=setup:";

impl Peer {
    /// An answer, our own or the peer's, with the roles that both sides have had since the first round.
    pub fn keep_dtls_role(&mut self, answer: String, is_own: bool) -> String {
        let said = answer.split_inclusive('\n').find_map(|line| line.strip_prefix(SETUP));
        let Some(is_opener) = said.map(|role| role.starts_with("active")) else { return answer };
        if !self.negotiated {
            self.opens_dtls = is_opener == is_own;
        }
        if (self.opens_dtls == is_own) == is_opener {
            return answer;
        }
        let role = if is_opener { "a=setup:passive\r\n" } else { "a=setup:active\r\n" };
        let mut kept = String::new();
        for line in answer.split_inclusive('\n') {
            kept.push_str(if line.starts_with(SETUP) { role } else { line });
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::negotiation::Negotiation;
    use skylink_protocol::Object;

    fn answer(role: &str) -> String {
        ["v=0\r\nm=audio 9 x 0\r\na=setup:", role, "\r\na=mid:0\r\nm=video 9 x 1\r\na=setup:", role, "\r\n"]
            .concat()
    }

    /// After a round in which the answer of one side had that role.
    fn met(role: &str, is_own: bool) -> Peer {
        let mut peer = Peer::new("peer".into(), Object::new(), None, Negotiation::idle());
        assert_eq!(peer.keep_dtls_role(answer(role), is_own), answer(role));
        peer.negotiated = true;
        peer
    }

    #[test]
    fn who_opened_dtls_once_opens_it_in_all_answers() {
        for first_is_own in [true, false] {
            for (role, other) in [("active", "passive"), ("passive", "active")] {
                let mut peer = met(role, first_is_own);
                for said in [role, other] {
                    assert_eq!(peer.keep_dtls_role(answer(said), first_is_own), answer(role));
                    assert_eq!(peer.keep_dtls_role(answer(said), !first_is_own), answer(other));
                }
            }
        }
    }

    #[test]
    fn the_first_round_decides_with_its_last_answer() {
        let mut peer = Peer::new("peer".into(), Object::new(), None, Negotiation::idle());
        peer.keep_dtls_role(answer("active"), true);
        assert_eq!(peer.keep_dtls_role(answer("active"), false), answer("active"));
        peer.negotiated = true;
        assert_eq!(peer.keep_dtls_role(answer("active"), true), answer("passive"));
    }

    #[test]
    fn an_answer_without_roles_stays_as_it_is() {
        assert_eq!(met("active", true).keep_dtls_role("v=0\n".into(), true), "v=0\n");
    }
}
