//! Several packets in the body of a request or an answer: `LENGTH:PACKET`, one after the other, with
//! lengths in UTF-16 code units.

use super::frame::Frame;

/// The packets of a payload, and an error where it cannot be divided. Empty ones are left out.
pub(crate) fn packets(payload: &str) -> impl Iterator<Item = Result<&str, NoPayload>> {
    let mut rest = payload;
    let mut is_broken = payload.is_empty();
    std::iter::from_fn(move || loop {
        if std::mem::take(&mut is_broken) {
            rest = "";
            return Some(Err(NoPayload));
        }
        if rest.is_empty() {
            return None;
        }
        match split_first(rest) {
            Some(("", after)) => rest = after,
            Some((packet, after)) => {
                rest = after;
                return Some(Ok(packet));
            }
            None => is_broken = true,
        }
    })
}

/// A body that has no packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoPayload;

fn split_first(payload: &str) -> Option<(&str, &str)> {
    let (length, rest) = payload.split_once(':')?;
    if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut left: usize = length.parse().ok()?;
    let mut end = 0_usize;
    for letter in rest.chars() {
        if left == 0 {
            break;
        }
        left = left.checked_sub(letter.len_utf16())?;
        end = end.saturating_add(letter.len_utf8());
    }
    if left > 0 {
        return None;
    }
    rest.split_at_checked(end)
}

/// The payload of these packets.
pub(crate) fn write_payload(frames: &[Frame]) -> String {
    let mut payload = String::new();
    for packet in frames.iter().map(Frame::packet) {
        payload.push_str(&packet.encode_utf16().count().to_string());
        payload.push(':');
        payload.push_str(packet);
    }
    payload
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(payload: &str) -> Result<Vec<&str>, NoPayload> {
        packets(payload).collect()
    }

    #[test]
    fn lengths_are_those_of_javascript() {
        let payload = "2:40".to_owned() + "9:4a\u{e9}\u{1f600}\u{2028}bcd" + "0:" + "1:2";
        assert_eq!(read(&payload), Ok(vec!["40", "4a\u{e9}\u{1f600}\u{2028}bcd", "2"]));
    }

    #[test]
    fn what_cannot_be_divided_is_an_error_after_what_can() {
        for broken in ["", "x", ":", "1", "1:", "3:42", "-1:2", "+1:2", "1.0:2", " 1:2", "2:4\u{1f600}"] {
            assert_eq!(read(broken), Err(NoPayload), "{broken:?}");
        }
        let endless = format!("{}:2", "9".repeat(30));
        assert_eq!(read(&endless), Err(NoPayload));
        let half: Vec<_> = packets("1:22:4").collect();
        assert_eq!(half, [Ok("2"), Err(NoPayload)]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(texts in proptest::collection::vec("\\PC{1,20}", 1..8)) {
            let frames: Vec<Frame> = texts.iter().map(|text| Frame::packet_of(text)).collect();
            let payload = write_payload(&frames);
            prop_assert_eq!(read(&payload).unwrap(), texts);
        }

        #[test]
        fn no_body_ends_it(body in "[0-9:42\"é😀x]{0,40}") {
            let _ = read(&body);
        }
    }
}
