//! Base64 (RFC 4648): the padded standard alphabet and the unpadded one for addresses. Decoding is
//! strict: one text for each list of bytes.

/// The 63rd and the 64th digit, and whether the text is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Alphabet {
    last: [u8; 2],
    padded: bool,
}

pub(crate) const STANDARD: Alphabet = Alphabet { last: *b"+/", padded: true };
pub(crate) const URL: Alphabet = Alphabet { last: *b"-_", padded: false };

/// All digits but the last two.
const DIGITS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Stands for what is no digit.
const NONE: u8 = 0xff;

impl Alphabet {
    fn digit(self, value: u32) -> u8 {
        let place = (value & 63) as usize;
        DIGITS.get(place).copied().unwrap_or(if place == 62 { self.last[0] } else { self.last[1] })
    }

    /// What each byte stands for. Looking that up is several times as fast as comparing.
    fn values(self) -> [u8; 256] {
        let mut values = [NONE; 256];
        for (value, digit) in (0..).zip(DIGITS.iter().chain(&self.last)) {
            if let Some(place) = values.get_mut(usize::from(*digit)) {
                *place = value;
            }
        }
        values
    }
}

/// Writes bytes as text.
pub(crate) fn encode(alphabet: Alphabet, bytes: &[u8]) -> String {
    let (groups, rest) = bytes.as_chunks::<3>();
    let mut text = vec![0; groups.len().saturating_mul(4)];
    for ([a, b, c], four) in groups.iter().zip(text.as_chunks_mut::<4>().0) {
        let bits = u32::from_be_bytes([0, *a, *b, *c]);
        *four = [18, 12, 6, 0].map(|place| alphabet.digit(bits >> place));
    }
    if let [a, more @ ..] = rest {
        let b = more.first();
        let bits = u32::from_be_bytes([0, *a, b.copied().unwrap_or(0), 0]);
        text.extend([alphabet.digit(bits >> 18), alphabet.digit(bits >> 12)]);
        match b {
            Some(_) => text.push(alphabet.digit(bits >> 6)),
            None if alphabet.padded => text.push(b'='),
            None => {}
        }
        if alphabet.padded {
            text.push(b'=');
        }
    }
    String::from_utf8(text).unwrap_or_default()
}

/// Reads what [`encode`] writes, and nothing else.
pub(crate) fn decode(alphabet: Alphabet, text: &str) -> Option<Vec<u8>> {
    let mut digits = text.as_bytes();
    if alphabet.padded {
        if !digits.len().is_multiple_of(4) {
            return None;
        }
        for _ in 0..2 {
            digits = digits.strip_suffix(b"=").unwrap_or(digits);
        }
    }
    let values = alphabet.values();
    let read = |four: [u8; 4]| {
        let [a, b, c, d] = four.map(|digit| values.get(usize::from(digit)).copied().unwrap_or(NONE));
        let bits = (u32::from(a) << 18) | (u32::from(b) << 12) | (u32::from(c) << 6) | u32::from(d);
        ((a | b | c | d) < 64).then(|| bits.to_be_bytes())
    };
    let (groups, rest) = digits.as_chunks::<4>();
    let mut bytes = vec![0; groups.len().saturating_mul(3)];
    for (group, three) in groups.iter().zip(bytes.as_chunks_mut::<3>().0) {
        let [_, a, b, c] = read(*group)?;
        *three = [a, b, c];
    }
    // A single digit says nothing; bits beyond the last byte must be zero.
    match *rest {
        [] => {}
        [a, b] => match read([a, b, b'A', b'A'])? {
            [_, one, 0, _] => bytes.push(one),
            _ => return None,
        },
        [a, b, c] => match read([a, b, c, b'A'])? {
            [_, one, two, 0] => bytes.extend([one, two]),
            _ => return None,
        },
        _ => return None,
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_writes_what_the_standard_says() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
        ] {
            assert_eq!(encode(STANDARD, bytes.as_bytes()), text);
            assert_eq!(decode(STANDARD, text).as_deref(), Some(bytes.as_bytes()));
            assert_eq!(encode(URL, bytes.as_bytes()), text.trim_end_matches('='));
        }
        assert_eq!(encode(STANDARD, &[0xfb, 0xff, 0xbf]), "+/+/");
        assert_eq!(encode(URL, &[0xfb, 0xff, 0xbf]), "-_-_");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "Z", "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zh==", "Zm9=", "Zm 9", "Zm9v\n", "-_-_",
            "Zg==Zg==",
        ] {
            assert_eq!(decode(STANDARD, text), None, "{text}");
        }
        for text in ["Z", "Zg==", "Zh", "Zm9", "+/+/", "Zm9vY"] {
            assert_eq!(decode(URL, text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn everything_comes_back(bytes: Vec<u8>) {
            for alphabet in [STANDARD, URL] {
                let text = encode(alphabet, &bytes);
                prop_assert_eq!(decode(alphabet, &text), Some(bytes.clone()));
            }
        }

        #[test]
        fn what_is_read_is_written_the_same(text in "[A-Za-z0-9+/=_-]{0,20}") {
            for alphabet in [STANDARD, URL] {
                if let Some(bytes) = decode(alphabet, &text) {
                    prop_assert_eq!(encode(alphabet, &bytes), text.clone());
                }
            }
        }
    }
}
