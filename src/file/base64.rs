//! Base64 (RFC 4648 section 4), as files travel to and from 2.7.2.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes as text, with padding.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3).wrapping_mul(4));
    for group in bytes.chunks(3) {
        let bits =
            (0..3).fold(0_u32, |bits, place| (bits << 8) | group.get(place).map_or(0, |b| u32::from(*b)));
        for place in 0..4_usize {
            let digit = (bits >> (18_usize.wrapping_sub(place.wrapping_mul(6)))) & 63;
            let letter = ALPHABET.get(digit as usize).filter(|_| place <= group.len());
            text.push(char::from(*letter.unwrap_or(&b'=')));
        }
    }
    text
}

/// The bytes of a text, and how many characters it has beside white space. `None` if it is no
/// base64.
pub fn decode(text: &str) -> Option<(Vec<u8>, usize)> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut digits, mut padding) = (0_u32, 0_usize, 0_usize);
    for byte in text.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding = padding.wrapping_add(1);
                continue;
            }
            byte if byte.is_ascii_whitespace() || byte == 0x0b => continue,
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        bits = (bits << 6) | u32::from(digit);
        digits = digits.wrapping_add(1);
        if digits.is_multiple_of(4) {
            let [_, a, b, c] = bits.to_be_bytes();
            bytes.extend([a, b, c]);
        }
    }
    let [_, a, b, _] = match digits % 4 {
        0 => [0; 4],
        2 => (bits << 12).to_be_bytes(),
        3 => (bits << 6).to_be_bytes(),
        _ => return None,
    };
    bytes.extend([a, b].iter().take((digits % 4).saturating_sub(1)));
    (padding <= 2).then(|| (bytes, digits.wrapping_add(padding)))
}

/// The text of a chunk, such that 2.7.2 takes it for one. It takes whatever is JSON for a message,
/// and base64 is JSON if it looks like a number or says `true`; white space inside, which 2.7.2
/// removes, makes it none.
pub fn chunk(bytes: &[u8]) -> String {
    let mut text = encode(bytes);
    let is_number =
        text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'e' || byte == b'E' || byte == b'+');
    if is_number || text == "true" {
        text.insert(1, ' ');
    }
    text
}
