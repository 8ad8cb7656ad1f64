//! Socket.IO protocol 4, the one of Socket.IO 2, inside Engine.IO messages (wire protocol 4.2 and 4.3).
//!
//! As in [`crate::engine_io`], the JSON inside stays text and reading allocates nothing. A
//! signalling message travels as the payload `["message","<JSON text of the message>"]`.

/// The namespace that a packet without one belongs to, and the only one that Skylink uses.
pub const MAIN_NAMESPACE: &str = "/";

/// One Socket.IO packet. Binary packets are refused: Skylink sends none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet<'a> {
    /// The namespace is open. The server sends it unasked for the main one.
    Connect {
        /// May carry a query (`/name?key=value`).
        namespace: &'a str,
    },
    /// The sender leaves the namespace.
    Disconnect {
        /// The namespace that is left.
        namespace: &'a str,
    },
    /// An event.
    Event {
        /// The namespace it belongs to.
        namespace: &'a str,
        /// Present if the sender wants an [`Packet::Ack`].
        id: Option<u32>,
        /// JSON text of an array: the event's name, then its arguments.
        payload: &'a str,
    },
    /// Answer to an [`Packet::Event`] with an id.
    Ack {
        /// The namespace it belongs to.
        namespace: &'a str,
        /// Id of the event.
        id: u32,
        /// JSON text of an array of arguments.
        payload: &'a str,
    },
    /// The namespace could not be opened.
    Error {
        /// The namespace asked for.
        namespace: &'a str,
        /// JSON text of any value, or empty.
        payload: &'a str,
    },
}

impl<'a> Packet<'a> {
    /// Reads the content of an Engine.IO message. `None` if it is not a well-formed packet of a
    /// known type, or is a binary one (types 5 and 6). The JSON itself is not checked, except that
    /// an event's and an answer's must begin an array.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (kind, rest) = text.split_at_checked(1)?;
        let (namespace, rest) = split_namespace(rest);
        match kind {
            "0" => Some(Packet::Connect { namespace }),
            "1" => Some(Packet::Disconnect { namespace }),
            "2" => {
                let (id, payload) = split_id(rest)?;
                payload.starts_with('[').then_some(Packet::Event { namespace, id, payload })
            }
            "3" => {
                let (id, payload) = split_id(rest)?;
                let id = id?;
                payload.starts_with('[').then_some(Packet::Ack { namespace, id, payload })
            }
            "4" => Some(Packet::Error { namespace, payload: rest }),
            _ => None,
        }
    }

    /// The content of the Engine.IO message to send.
    pub fn write(&self) -> String {
        let (kind, namespace, id, payload) = match *self {
            Packet::Connect { namespace } => ('0', namespace, None, ""),
            Packet::Disconnect { namespace } => ('1', namespace, None, ""),
            Packet::Event { namespace, id, payload } => ('2', namespace, id, payload),
            Packet::Ack { namespace, id, payload } => ('3', namespace, Some(id), payload),
            Packet::Error { namespace, payload } => ('4', namespace, None, payload),
        };
        let mut text = String::new();
        text.push(kind);
        if namespace != MAIN_NAMESPACE {
            text.push_str(namespace);
            text.push(',');
        }
        if let Some(id) = id {
            push_decimal(&mut text, id);
        }
        text.push_str(payload);
        text
    }
}

/// `/name,rest` → (`/name`, `rest`); a text without a namespace belongs to the main one.
fn split_namespace(text: &str) -> (&str, &str) {
    if text.starts_with('/') {
        text.split_once(',').unwrap_or((text, ""))
    } else {
        (MAIN_NAMESPACE, text)
    }
}

/// Takes a leading acknowledgement id off; `None` if it is larger than any counter gets.
fn split_id(text: &str) -> Option<(Option<u32>, &str)> {
    let mut id: Option<u32> = None;
    let mut rest = text;
    while let Some((digit, after)) =
        rest.split_at_checked(1).and_then(|(first, after)| Some((decimal_digit(first)?, after)))
    {
        id = Some(id.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
        rest = after;
    }
    Some((id, rest))
}

fn decimal_digit(text: &str) -> Option<u32> {
    text.chars().next()?.to_digit(10)
}

/// `format!` and `to_string` would bring the formatting machinery into the browser build.
fn push_decimal(text: &mut String, number: u32) {
    if number >= 10 {
        push_decimal(text, number / 10);
    }
    if let Some(digit) = char::from_digit(number % 10, 10) {
        text.push(digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_packet_is_read_and_written_alike() {
        for (text, packet) in [
            ("0", Packet::Connect { namespace: "/" }),
            ("0/admin?token=1,", Packet::Connect { namespace: "/admin?token=1" }),
            ("1", Packet::Disconnect { namespace: "/" }),
            ("1/admin,", Packet::Disconnect { namespace: "/admin" }),
            (
                r#"2["message","{\"type\":\"enter\"}"]"#,
                Packet::Event { namespace: "/", id: None, payload: r#"["message","{\"type\":\"enter\"}"]"# },
            ),
            (
                r#"2/admin,4294967295["a",1]"#,
                Packet::Event { namespace: "/admin", id: Some(u32::MAX), payload: r#"["a",1]"# },
            ),
            ("30[]", Packet::Ack { namespace: "/", id: 0, payload: "[]" }),
            (r#"3/admin,107["é"]"#, Packet::Ack { namespace: "/admin", id: 107, payload: r#"["é"]"# }),
            (r#"4"Invalid namespace""#, Packet::Error { namespace: "/", payload: r#""Invalid namespace""# }),
            (
                r#"4/admin,{"message":"no"}"#,
                Packet::Error { namespace: "/admin", payload: r#"{"message":"no"}"# },
            ),
        ] {
            assert_eq!(Packet::parse(text), Some(packet));
            assert_eq!(packet.write(), text);
        }
    }

    #[test]
    fn a_namespace_may_end_with_the_packet() {
        assert_eq!(Packet::parse("0/admin"), Some(Packet::Connect { namespace: "/admin" }));
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        for text in [
            "",
            "7",
            "é",
            "2",
            "2{}",
            "2/admin",
            "212",
            "24294967296[]",
            "2é[]",
            "3[]",
            "3",
            "51-[\"a\",{\"_placeholder\":true,\"num\":0}]",
            "61-1[]",
        ] {
            assert_eq!(Packet::parse(text), None, "{text:?}");
        }
    }
}
