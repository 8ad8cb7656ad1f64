//! What a client says.

use skylink_protocol::{engine_io, socket_io};

/// The only event.
const MESSAGE: &str = "message";

/// One packet of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Incoming {
    /// A text for the rooms.
    Text(String),
    /// A sign of life, which wants an answer.
    Ping,
    /// It leaves the namespace; the connection is closed next.
    Leave,
    /// It closes the connection.
    Close,
    /// A namespace that does not exist; the packet that says so.
    NoSuchNamespace(String),
    /// Nothing that anything follows from.
    Nothing,
    /// Nobody sends this.
    Odd,
}

impl Incoming {
    /// Reads a packet, whichever way it came.
    pub(crate) fn read(packet: &str) -> Self {
        match engine_io::Packet::parse(packet) {
            Some(engine_io::Packet::Message(packet)) => read_message(packet),
            Some(engine_io::Packet::Ping(_)) => Incoming::Ping,
            Some(engine_io::Packet::Close) => Incoming::Close,
            Some(
                engine_io::Packet::Open(_)
                | engine_io::Packet::Pong(_)
                | engine_io::Packet::Upgrade
                | engine_io::Packet::Noop,
            ) => Incoming::Nothing,
            None => Incoming::Odd,
        }
    }
}

fn read_message(packet: &str) -> Incoming {
    use socket_io::{Packet, MAIN_NAMESPACE};
    match Packet::parse(packet) {
        Some(Packet::Event { namespace: MAIN_NAMESPACE, payload, .. }) => {
            match serde_json::from_str::<(&str, String)>(payload) {
                Ok((MESSAGE, text)) => Incoming::Text(text),
                _ => Incoming::Odd,
            }
        }
        Some(Packet::Disconnect { namespace: MAIN_NAMESPACE }) => Incoming::Leave,
        Some(Packet::Connect { namespace }) if namespace != MAIN_NAMESPACE => {
            let namespace = namespace.split_once('?').map_or(namespace, |(name, _query)| name);
            let error = Packet::Error { namespace, payload: r#""Invalid namespace""# }.write();
            Incoming::NoSuchNamespace(engine_io::Packet::Message(&error).write())
        }
        Some(Packet::Connect { .. }) => Incoming::Nothing,
        Some(
            Packet::Event { .. } | Packet::Disconnect { .. } | Packet::Ack { .. } | Packet::Error { .. },
        )
        | None => Incoming::Odd,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn packets_of_clients_are_told_apart() {
        let text = |text: &str| Incoming::Text(text.to_owned());
        for (packet, incoming) in [
            ("42[\"message\",\"{\\\"a\\\":1}\"]", text("{\"a\":1}")),
            ("427[\"message\",\"wants an answer, and gets none\"]", text("wants an answer, and gets none")),
            ("2", Incoming::Ping),
            ("2probe", Incoming::Ping),
            ("41", Incoming::Leave),
            ("1", Incoming::Close),
            ("40", Incoming::Nothing),
            ("3", Incoming::Nothing),
            ("5", Incoming::Nothing),
            ("6", Incoming::Nothing),
            ("40/admin?token=1,", Incoming::NoSuchNamespace("44/admin,\"Invalid namespace\"".to_owned())),
        ] {
            assert_eq!(Incoming::read(packet), incoming, "{packet}");
        }
    }

    #[test]
    fn what_nobody_sends_is_known_as_such() {
        for packet in [
            "",
            "9",
            "4",
            "b4AAEC",
            "42[]",
            "42[\"message\"]",
            "42[\"message\",{\"an\":\"object\"}]",
            "42[\"message\",\"a\",\"b\"]",
            "42[\"other\",\"x\"]",
            "42[\"message\",\"not closed",
            "42/admin,[\"message\",\"x\"]",
            "41/admin",
            "430[]",
            "451-[\"message\",{\"_placeholder\":true,\"num\":0}]",
        ] {
            assert_eq!(Incoming::read(packet), Incoming::Odd, "{packet}");
        }
    }

    proptest! {
        #[test]
        fn no_packet_ends_it(packet in "[0-6b]?[0-6]?(/[a-z?]{0,4},?)?[0-9]{0,12}\\PC{0,30}") {
            let _ = Incoming::read(&packet);
        }
    }
}
