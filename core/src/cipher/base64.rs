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

impl Alphabet {
    fn digit(self, value: u32) -> char {
        let value = (value & 63) as u8;
        char::from(match value {
            0..=25 => value.saturating_add(b'A'),
            26..=51 => value.saturating_add(b'a' - 26),
            52..=61 => value.wrapping_sub(4),
            62 => self.last[0],
            _ => self.last[1],
        })
    }

    fn value(self, digit: u8) -> Option<u32> {
        let value = match digit {
            b'A'..=b'Z' => digit.wrapping_sub(b'A'),
            b'a'..=b'z' => digit.wrapping_sub(b'a' - 26),
            b'0'..=b'9' => digit.saturating_add(4),
            _ if digit == self.last[0] => 62,
            _ if digit == self.last[1] => 63,
            _ => return None,
        };
        Some(u32::from(value))
    }
}

/// Writes bytes as text.
pub(crate) fn encode(alphabet: Alphabet, bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for group in bytes.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        text.push(alphabet.digit(bits >> 18));
        text.push(alphabet.digit(bits >> 12));
        for (place, shifted) in [(1, bits >> 6), (2, bits)] {
            if group.len() > place {
                text.push(alphabet.digit(shifted));
            } else if alphabet.padded {
                text.push('=');
            }
        }
    }
    text
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
    let mut bytes = Vec::with_capacity(digits.len());
    for group in digits.chunks(4) {
        let mut bits = 0;
        for place in 0..4 {
            let value = match group.get(place) {
                Some(&digit) => alphabet.value(digit)?,
                None => 0,
            };
            bits = (bits << 6) | value;
        }
        let count = group.len().saturating_sub(1);
        // A single digit says nothing; bits beyond the last byte must be zero.
        if count == 0 || (count < 3 && bits & [0xffff, 0xff].get(count.saturating_sub(1))? != 0) {
            return None;
        }
        let [_, three @ ..] = bits.to_be_bytes();
        bytes.extend(three.iter().take(count));
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
