//! Options that apps give, read with the original's defaults (public API, section 3).

use crate::JsonText;
use skylink_protocol::lists::CollectVec as _;
use skylink_protocol::{Object, Value};

/// The option `messageCipher`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageCipher {
    /// AES-GCM where everybody reads it, else the format of 2.7.2.
    Auto,
    /// Always AES-GCM.
    AesGcm,
    /// Always the format of 2.7.2.
    CryptoJs,
}

/// Options of the constructor, as they matter here.
#[derive(Debug, Clone)]
pub(crate) struct InitOptions {
    given: Value,
}

impl InitOptions {
    pub fn new(given: Value) -> Self {
        Self { given }
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.given.get(key).and_then(Value::as_text).filter(|text| !text.is_empty())
    }

    fn flag(&self, key: &str, default: bool) -> bool {
        self.given.get(key).map_or(default, Value::is_truthy)
    }

    pub fn app_key(&self) -> &str {
        self.text("appKey").unwrap_or("")
    }

    pub fn default_room(&self) -> Option<&str> {
        self.text("defaultRoom")
    }

    pub fn room_server(&self) -> &str {
        self.text("roomServer").unwrap_or("//api.temasys.io")
    }

    /// Host and port of the API that the app chose.
    pub fn own_room_server(&self) -> Option<&str> {
        self.text("roomServer")?.strip_prefix("//")?.split('/').next()
    }

    /// Whether a room's name means the same room as with the other options.
    pub fn asks_as(&self, other: &Self) -> bool {
        self.app_key() == other.app_key() && self.room_server() == other.room_server()
    }

    /// `https:` unless the app allows the page's own protocol.
    pub fn protocol<'a>(&self, page_protocol: &'a str) -> &'a str {
        if self.flag("forceSSL", true) {
            "https:"
        } else {
            page_protocol
        }
    }

    /// Start, hours and signature, to be put into the API's address as they are.
    pub fn credentials(&self, json: JsonText) -> Option<(String, String, String)> {
        let credentials = self.given.get("credentials")?;
        // What was signed is the text of the number, which may be a fraction.
        let text = |key: &str| {
            let given = credentials.get(key)?;
            Some(given.as_text().map_or_else(|| (json.print)(given), str::to_owned))
        };
        Some((text("startDateTime")?, text("duration")?, text("credentials")?))
    }

    /// A codec that the app prefers.
    pub fn preferred_codec(&self, key: &str) -> Option<&str> {
        self.text(key).filter(|codec| *codec != "auto")
    }

    /// What `codecParams` says of a codec.
    pub fn codec_params(&self, kind: &str, codec: &str) -> Option<&Value> {
        self.given.get("codecParams")?.get(kind)?.get(codec)
    }

    /// Format parameters of the variant of a codec that is preferred. Only H.264 has variants.
    pub fn codec_variant(&self, codec: &str) -> Vec<String> {
        let wanted = if codec == "H264" { self.codec_params("video", "h264") } else { None };
        let of = |(key, name): &(&str, &str)| match wanted?.get(key)? {
            Value::Text(text) => Some([*name, "=", text].concat()),
            Value::Number(number) => Some([*name, "=", &whole_number(*number)].concat()),
            Value::Bool(flag) => Some([*name, "=", if *flag { "1" } else { "0" }].concat()),
            _ => None,
        };
        let known = [
            ("profileLevelId", "profile-level-id"),
            ("levelAsymmetryAllowed", "level-asymmetry-allowed"),
            ("packetizationMode", "packetization-mode"),
        ];
        known.iter().filter_map(of).collect_vec()
    }

    pub fn enable_data_channel(&self) -> bool {
        self.flag("enableDataChannel", true)
    }

    /// Whether cameras are sent in layers where the media server takes them.
    pub fn simulcast(&self) -> bool {
        self.flag("simulcast", true)
    }

    /// Whether statistics are gathered, if the app said so.
    pub fn gathers_statistics(&self) -> Option<bool> {
        self.given.get("enableStatsGathering").map(Value::is_truthy)
    }

    /// Milliseconds between the reports that come again and again.
    pub fn statistics_interval(&self) -> f64 {
        let seconds = self.given.get("statsInterval").and_then(Value::as_number);
        // Not more often than once a second.
        seconds.filter(|seconds| *seconds >= 1.0).unwrap_or(20.0) * 1_000.0
    }

    /// Whether the app is not told of statistics that are read for reports.
    pub fn is_silent_on_statistics(&self) -> bool {
        self.flag("beSilentOnStatsLogs", false)
    }

    pub fn audio_fallback(&self) -> bool {
        self.flag("audioFallback", true)
    }

    pub fn force_turn_ssl(&self) -> bool {
        self.flag("forceTURNSSL", false)
    }

    pub fn force_turn(&self) -> bool {
        self.flag("forceTURN", false) || self.force_turn_ssl()
    }

    pub fn turn_transport(&self) -> &str {
        self.text("TURNServerTransport").unwrap_or("any")
    }

    /// Whether candidates of this type are dropped, in both directions.
    pub fn filters(&self, candidate_type: &str) -> bool {
        if self.force_turn() {
            return candidate_type != "relay";
        }
        self.given
            .get("filterCandidatesType")
            .and_then(|filter| filter.get(candidate_type))
            .is_some_and(Value::is_truthy)
    }

    /// Milliseconds to wait for the signalling socket.
    pub fn socket_timeout(&self) -> f64 {
        self.given
            .get("socketTimeout")
            .and_then(Value::as_number)
            .filter(|ms| *ms >= 5_000.0)
            .unwrap_or(7_000.0)
    }

    /// How messages are encrypted; what is unknown counts as not given.
    pub fn message_cipher(&self) -> MessageCipher {
        match self.text("messageCipher") {
            Some("aes-gcm") => MessageCipher::AesGcm,
            Some("cryptojs") => MessageCipher::CryptoJs,
            _ => MessageCipher::Auto,
        }
    }

    pub fn socket_server(&self) -> Option<&Value> {
        self.given.get("socketServer").filter(|server| server.is_truthy())
    }

    pub fn socket_server_path(&self) -> Option<&str> {
        self.text("socketServerPath")
    }
}

/// Kilobits per second for each kind; only numbers are taken over.
pub(crate) fn bandwidth(options: &Value) -> Object {
    let mut limits = Object::new();
    for key in ["audio", "video", "data"] {
        if let Some(limit) =
            options.get("bandwidth").and_then(|given| given.get(key)).and_then(Value::as_number)
        {
            limits.set(key, limit);
        }
    }
    limits
}

/// Whether silence is not sent; anything but `false` means yes.
pub(crate) fn voice_activity_detection(options: &Value) -> bool {
    options.get("voiceActivityDetection").and_then(Value::as_bool).unwrap_or(true)
}

/// A whole number as text. Larger ones and fractions do not occur where it is used.
pub(crate) fn whole_number(number: f64) -> String {
    let mut rest = if number.is_finite() && number > 0.0 { number as u64 } else { 0 };
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(b'0'.saturating_add((rest % 10) as u8)));
        rest /= 10;
        if rest == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

/// What to ask the browser for one kind of medium.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MediaRequest {
    /// What peers are told.
    pub settings: Object,
    /// The member of `MediaStreamConstraints`.
    pub constraints: Object,
    /// Whether the app wants it muted from the start.
    pub mute: bool,
}

/// Reads the option `audio`; `None` if it is not asked for.
pub(crate) fn audio_request(options: &Value) -> Option<MediaRequest> {
    let given = options.get("audio").filter(|given| given.is_truthy())?;
    let exact = wants_exact(options, given);
    let echo_cancellation = given.get("echoCancellation").and_then(Value::as_bool).unwrap_or(true);
    let mut settings = Object::new()
        .with("stereo", given.get("stereo").and_then(Value::as_bool).unwrap_or(false))
        .with("echoCancellation", echo_cancellation)
        .with("exactConstraints", exact);
    let mut constraints = Object::new().with("echoCancellation", echo_cancellation);
    if settings.get("stereo") == Some(&Value::Bool(true)) {
        constraints.set("channelCount", Object::new().with("ideal", 2.0));
    }
    device(given, exact, &mut settings, &mut constraints);
    Some(MediaRequest { settings, constraints, mute: wants_mute(given) })
}

/// Reads the option `video`; `None` if it is not asked for.
pub(crate) fn video_request(options: &Value) -> Option<MediaRequest> {
    let given = options.get("video").filter(|given| given.is_truthy())?;
    let exact = wants_exact(options, given);
    let resolution = given.get("resolution");
    let mut size = Object::new();
    let mut constraints = Object::new();
    for (key, default) in [("width", 640.0), ("height", 480.0)] {
        let wanted =
            resolution.and_then(|r| r.get(key)).filter(|v| !matches!(v, Value::Null | Value::Bool(_)));
        let wanted = wanted.cloned().unwrap_or(Value::Number(default));
        constraints.set(key, bounded(&wanted, exact));
        size.set(key, wanted);
    }
    let mut settings = Object::new().with("resolution", size);
    match given.get("frameRate") {
        Some(rate @ (Value::Number(_) | Value::Object(_))) => {
            constraints.set("frameRate", bounded(rate, exact));
            settings.set("frameRate", rate.clone());
        }
        Some(Value::Text(rate)) => settings.set("frameRate", rate.clone()),
        _ => {
            constraints.set("frameRate", bounded(&Value::Number(30.0), exact));
            settings.set("frameRate", 30.0);
        }
    }
    settings.set("exactConstraints", exact);
    device(given, exact, &mut settings, &mut constraints);
    if let Some(facing) = given.get("facingMode").filter(|facing| facing.is_truthy()) {
        constraints.set("facingMode", facing.clone());
    }
    Some(MediaRequest { settings, constraints, mute: wants_mute(given) })
}

/// Reads the option `video` of `shareScreen`. Browsers refuse exact values there, and the size is only
/// bounded if the app says so.
pub(crate) fn screen_request(options: &Value) -> Option<MediaRequest> {
    let given = options.get("video").cloned();
    let mut request = video_request(&Object::new().with("video", given).into())?;
    if options.get("video").and_then(|video| video.get("resolution")).is_none() {
        request.constraints.remove("width");
        request.constraints.remove("height");
    }
    Some(request)
}

fn wants_exact(options: &Value, given: &Value) -> bool {
    given.as_object().is_some() && options.get("useExactConstraints").and_then(Value::as_bool) == Some(true)
}

fn wants_mute(given: &Value) -> bool {
    given.get("mute").and_then(Value::as_bool).unwrap_or(false)
}

/// A number or text becomes a bound; an object is a constraint already.
fn bounded(wanted: &Value, exact: bool) -> Value {
    match wanted {
        Value::Object(_) => wanted.clone(),
        _ => Object::new().with(if exact { "exact" } else { "max" }, wanted.clone()).into(),
    }
}

fn device(given: &Value, exact: bool, settings: &mut Object, constraints: &mut Object) {
    if let Some(id) = given.get("deviceId").and_then(Value::as_text).filter(|id| !id.is_empty()) {
        settings.set("deviceId", id);
        constraints.set("deviceId", Object::new().with(if exact { "exact" } else { "ideal" }, id));
    }
}

/// Settings reported for streams that the app captured itself.
pub(crate) fn default_settings(audio: bool) -> Object {
    let options = Object::new().with("audio", true).with("video", true).into();
    let request = if audio { audio_request(&options) } else { video_request(&options) };
    request.map(|request| request.settings).unwrap_or_default()
}

#[cfg(test)]
#[path = "options_tests.rs"]
mod tests;
