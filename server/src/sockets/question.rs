//! What a request asks of the endpoint.

use super::refusal::Refusal;
use super::sid::Sid;

const VERSION: &str = "3";

/// A request that can be meant, as far as its address tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// A new session that polls.
    OpenPolling,
    /// A new session over a WebSocket.
    OpenWebSocket,
    /// What waits for a session.
    Poll(Sid),
    /// The body has packets of a session.
    Post(Sid),
    /// A session that polls is to go on over a WebSocket.
    Upgrade(Sid),
}

impl Question {
    /// Reads method and query. Pages choose further parameters as they like; those of Engine.IO need no
    /// decoding.
    pub(crate) fn read(method: &str, query: Option<&str>) -> Result<Self, Refusal> {
        let query = query.ok_or(Refusal::UnknownTransport)?;
        let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        if value("EIO") != Some(VERSION) {
            return Err(Refusal::UnsupportedProtocolVersion);
        }
        let polls = match value("transport") {
            Some("polling") => true,
            Some("websocket") => false,
            _ => return Err(Refusal::UnknownTransport),
        };
        let Some(sid) = value("sid") else {
            return match (method, polls) {
                // Answers as scripts are for browsers that cannot ask other origins.
                ("GET", true) if value("j").is_some() => Err(Refusal::BadRequest),
                ("GET", true) => Ok(Question::OpenPolling),
                ("GET", false) => Ok(Question::OpenWebSocket),
                _ => Err(Refusal::BadHandshakeMethod),
            };
        };
        let sid = sid.parse().map_err(|()| Refusal::UnknownSession)?;
        match (method, polls) {
            ("GET", true) => Ok(Question::Poll(sid)),
            ("POST", true) => Ok(Question::Post(sid)),
            ("GET", false) => Ok(Question::Upgrade(sid)),
            _ => Err(Refusal::BadRequest),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_socket_io_2_asks_is_understood() {
        let sid = Sid::random().unwrap();
        let with = |transport: &str, rest: &str| format!("a=b&EIO=3&transport={transport}&t=x{rest}");
        let of = format!("&sid={sid}&b64=1");
        for (method, transport, rest, question) in [
            ("GET", "polling", "", Question::OpenPolling),
            ("GET", "websocket", "", Question::OpenWebSocket),
            ("GET", "polling", &of, Question::Poll(sid)),
            ("POST", "polling", &of, Question::Post(sid)),
            ("GET", "websocket", &of, Question::Upgrade(sid)),
        ] {
            assert_eq!(Question::read(method, Some(&with(transport, rest))), Ok(question));
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let sid = Sid::random().unwrap();
        let of = format!("EIO=3&transport=polling&sid={sid}");
        for (method, query, refusal) in [
            ("GET", None, Refusal::UnknownTransport),
            ("GET", Some(""), Refusal::UnsupportedProtocolVersion),
            ("GET", Some("transport=polling"), Refusal::UnsupportedProtocolVersion),
            ("GET", Some("EIO=4&transport=websocket"), Refusal::UnsupportedProtocolVersion),
            ("GET", Some("EIO=3"), Refusal::UnknownTransport),
            ("GET", Some("EIO=3&transport=flashsocket"), Refusal::UnknownTransport),
            ("GET", Some("EIO=3&transport=polling&j=0"), Refusal::BadRequest),
            ("GET", Some("EIO=3&transport=polling&sid="), Refusal::UnknownSession),
            ("GET", Some("EIO=3&transport=polling&sid=../x"), Refusal::UnknownSession),
            ("POST", Some("EIO=3&transport=polling"), Refusal::BadHandshakeMethod),
            ("PUT", Some(of.as_str()), Refusal::BadRequest),
        ] {
            assert_eq!(Question::read(method, query), Err(refusal), "{method} {query:?}");
        }
    }

    proptest! {
        #[test]
        fn no_query_ends_it(method in "GET|POST|PUT", query in "(EIO=3)?&?(transport=(polling|websocket))?[&=sidj%é]{0,6}[A-Za-z0-9_=-]{0,24}") {
            let _ = Question::read(&method, Some(&query));
        }
    }
}
