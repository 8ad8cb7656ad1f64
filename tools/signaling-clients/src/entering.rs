//! What a client does to be let into a room: it asks the API, opens a socket and says `joinRoom`
//! with what the API said.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{handshake, SendRequest};
use hyper::header::HOST;
use hyper::Request;
use hyper_util::rt::TokioIo;
use serde_json::{json, Map, Value};
use tokio::net::TcpStream;

use crate::error::Error;

/// Members of the API's answer that `joinRoom` repeats, by the name they have there.
const REPEATED: [(&str, &str); 11] = [
    ("uid", "username"),
    ("cid", "cid"),
    ("userCred", "userCred"),
    ("timeStamp", "timeStamp"),
    ("apiOwner", "apiOwner"),
    ("roomCred", "roomCred"),
    ("start", "start"),
    ("len", "len"),
    ("isPrivileged", "isPrivileged"),
    ("autoIntroduce", "autoIntroduce"),
    ("rid", "room_key"),
];

/// A connection to the API, which stays open.
pub struct Api {
    host: String,
    sender: SendRequest<Empty<Bytes>>,
}

/// What the API says about a room.
pub struct Pass(Map<String, Value>);

impl Api {
    /// Opens one.
    pub async fn open(host: &str) -> Result<Self, Error> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::task::spawn_local(connection);
        Ok(Self { host: host.to_owned(), sender })
    }

    /// Asks about a room of the app key `demo`.
    pub async fn ask(&mut self, room: &str) -> Result<Pass, Error> {
        self.sender.ready().await?;
        let request = Request::get(format!("/api/demo/{room}"))
            .header(HOST, &self.host)
            .body(Empty::new())
            .map_err(|error| Error::Refused(error.to_string()))?;
        let response = self.sender.send_request(request).await?;
        let is_ok = response.status().is_success();
        let body = response.into_body().collect().await?.to_bytes();
        match serde_json::from_slice(&body) {
            Ok(Value::Object(answer)) if is_ok => Ok(Pass(answer)),
            _ => Err(Error::Refused(String::from_utf8_lossy(&body).into_owned())),
        }
    }
}

impl Pass {
    /// Host and port of signalling.
    pub fn signaling(&self) -> Option<&str> {
        self.0.get("ipSigserver")?.as_str()
    }

    /// The room's key.
    pub fn rid(&self) -> Option<&str> {
        self.0.get("room_key")?.as_str()
    }

    /// The message `joinRoom`.
    pub fn join_room(&self) -> Value {
        let mut message = json!({ "type": "joinRoom", "key": "demo" });
        for (name, of_api) in REPEATED {
            if let (Some(members), Some(value)) = (message.as_object_mut(), self.0.get(of_api)) {
                members.insert(name.to_owned(), value.clone());
            }
        }
        message
    }
}
