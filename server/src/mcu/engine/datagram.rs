//! What a datagram is, before it is known whose.

/// As demultiplexed by RFC 7983.
pub(super) fn is_dtls(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| (20..64).contains(first))
}

/// A STUN binding request (RFC 8489).
pub(super) fn is_connectivity_check(datagram: &[u8]) -> bool {
    datagram.starts_with(&[0, 1]) && datagram.get(4..8) == Some(&[0x21, 0x12, 0xa4, 0x42])
}

/// Whether a STUN message carries USE-CANDIDATE.
pub(super) fn is_nomination(datagram: &[u8]) -> bool {
    let mut rest = datagram.get(20..).unwrap_or_default();
    while let [a, b, c, d, after @ ..] = rest {
        if [*a, *b] == [0x00, 0x25] {
            return true;
        }
        let length = usize::from(u16::from_be_bytes([*c, *d])).next_multiple_of(4);
        rest = after.get(length..).unwrap_or_default();
    }
    false
}

/// The local user name of a STUN message, by which connections are told apart.
pub fn ufrag_of(datagram: &[u8]) -> Option<&str> {
    if !is_connectivity_check(datagram) {
        return None;
    }
    let mut rest = datagram.get(20..)?;
    while let [a, b, c, d, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*c, *d]));
        if [*a, *b] == [0x00, 0x06] {
            let name = std::str::from_utf8(after.get(..length)?).ok()?;
            return name.split(':').next();
        }
        rest = after.get(length.next_multiple_of(4)..)?;
    }
    None
}
