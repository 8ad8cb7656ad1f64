//! What the core is told about the page it runs in.

use skylink_protocol::Value;

/// How the shell reads and writes JSON: in a browser with its own parser, natively with serde.
#[derive(Debug, Clone, Copy)]
pub struct JsonText {
    /// Reads JSON text; `None` if it is not JSON.
    pub parse: fn(&str) -> Option<Value>,
    /// Writes JSON text.
    pub print: fn(&Value) -> String,
}

/// The page and the browser, fixed for the life of a session.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Browser name as sent to other peers, such as `chrome`.
    pub agent_name: String,
    /// Major browser version.
    pub agent_version: f64,
    /// Platform, such as `Linux x86_64`.
    pub agent_os: Option<String>,
    /// Version of this SDK.
    pub sdk_version: String,
    /// Language of the browser.
    pub language: String,
    /// Names this page in reports to the statistics server.
    pub client_id: String,
    /// `https:` or `http:`.
    pub page_protocol: String,
    /// Whether connections can restart ICE.
    pub can_restart_ice: bool,
    /// Whether the browser can make keys out of secrets, which it can on secure pages only.
    pub can_derive_keys: bool,
    /// JSON reading and writing.
    pub json: JsonText,
}

impl Environment {
    /// Whether a connection that failed is of no use any more: Firefox ends its encryption for good. A restart of
    /// ICE brings back its state, but nothing that it carries.
    pub(crate) fn fails_for_good(&self) -> bool {
        self.agent_name == "firefox"
    }
}
