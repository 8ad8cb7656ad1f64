//! What reports say.

use crate::room::Room;
use crate::session::Context;
use crate::Kind;
use skylink_protocol::{Object, Value};

/// Members that hold credentials, which nobody else needs to see.
const SECRETS: [&str; 3] = ["userCred", "roomCred", "pc_config"];

/// Groups of a report on bandwidth: its name, where its values are, and their names, here and
/// behind `=` there where they differ.
const BANDWIDTH: [(&str, &str, &str, &str); 4] = [
    (
        "audio_send",
        "audio",
        "sending",
        "bytes packets echo_return_loss=echoReturnLoss \
         echo_return_loss_enhancement=echoReturnLossEnhancement round_trip_time=roundTripTime \
         audio_level=audioLevel jitter",
    ),
    (
        "audio_recv",
        "audio",
        "receiving",
        "bytes packets packets_lost=packetsLost jitter audio_level=audioLevel",
    ),
    (
        "video_send",
        "video",
        "sending",
        "bytes packets nack_count=nacks firs_count=firs plis_count=plis frames_encoded=framesEncoded \
         frame_width=frameWidth frame_height=frameHeight round_trip_time=roundTripTime qp_sum=qpSum \
         jitter frames hugeFrames=hugeFramesSent framesPerSecond",
    ),
    (
        "video_recv",
        "video",
        "receiving",
        "bytes packets packets_lost=packetsLost nack_count=nacks firs_count=firs plis_count=plis \
         frames_decoded=framesDecoded qp_sum=qpSum frames_dropped=framesDropped decoderImplementation",
    ),
];

const CANDIDATE: &str =
    "ip_address=ipAddress port_number=portNumber candidate_type=candidateType protocol=transport \
     priority network_type=networkType";

/// Takes values over under other names; what is not there is null.
fn renamed(source: Option<&Value>, names: &str) -> Object {
    let mut members = Object::new();
    for pair in names.split(' ') {
        let (name, there) = pair.split_once('=').unwrap_or((pair, pair));
        let value = source.and_then(|source| source.get(there));
        members.set(name, value.cloned().unwrap_or_default());
    }
    members
}

/// Both ends of the path in use.
pub(super) fn path(status: &Object) -> Object {
    let end = |key: &str| match status.get("selectedCandidatePair").and_then(|pair| pair.get(key)) {
        Some(candidate) => renamed(Some(candidate), CANDIDATE),
        None => Object::new(),
    };
    Object::new().with("local_candidate", end("local")).with("remote_candidate", end("remote"))
}

/// A message without its secrets.
pub(crate) fn without_secrets(message: &Value) -> Value {
    let mut message = message.clone();
    if let Value::Object(members) = &mut message {
        for secret in SECRETS {
            members.remove(secret);
        }
    }
    message
}

impl Room {
    /// What was said in entering the room.
    pub fn report_session(&self, context: &mut Context, message: &Value) {
        let text = (context.environment.json.print)(&without_secrets(message));
        let members = Object::new()
            .with("state", message.get("type").cloned().unwrap_or_default())
            .with("message", text);
        self.report(context, super::SESSION, members);
    }

    /// What the API said of the room.
    pub fn report_auth(
        &self,
        context: &mut Context,
        state: &str,
        status: Option<f64>,
        error: Option<String>,
        result: Value,
    ) {
        let members = Object::new()
            .with("state", state)
            .with("http_status", status)
            .with("http_error", error)
            .with("api_url", self.api_url.as_str())
            .with("api_result", result);
        self.report(context, super::AUTH, members);
    }

    /// A channel for messages opened or closed. Those for files are not reported: files have none with 2.7.2, and
    /// a request takes time that the bytes want.
    pub fn report_channel(&self, context: &mut Context, id: &str, label: &str, state: &str) {
        let environment = &context.environment;
        let members = Object::new()
            .with("channel_label", label)
            .with("channel_type", "persistent")
            .with("channel_binary_type", "arraybuffer")
            .with("agent_name", environment.agent_name.as_str())
            .with("agent_version", environment.agent_version);
        self.report_on(context, super::DATA_CHANNEL, (id, state), members);
    }

    /// The browser, once for each join.
    pub fn report_client(&self, context: &mut Context) {
        let environment = &context.environment;
        let members = Object::new()
            .with("username", self.ticket.username.clone())
            .with("sdk_name", "web")
            .with("sdk_version", environment.sdk_version.as_str())
            .with("agent_name", environment.agent_name.as_str())
            .with("agent_version", environment.agent_version)
            .with("agent_platform", environment.agent_os.clone())
            .with("language", environment.language.as_str());
        self.report(context, super::CLIENT, members);
    }

    pub(super) fn bandwidth_members(&self, status: &Object) -> Object {
        let mut members = Object::new();
        for (name, medium, direction, names) in BANDWIDTH {
            let values = status.get(medium).and_then(|values| values.get(direction));
            let mut group = renamed(values, names);
            if direction == "sending" {
                group.set("tracks", self.track_list(medium == "video"));
            }
            members.set(name, group);
        }
        members
    }

    fn track_list(&self, of_video: bool) -> Vec<Value> {
        let mut tracks = Vec::new();
        for stream in self.streams.iter().filter(|stream| (stream.kind == Kind::Video) == of_video) {
            let mut track = Object::new()
                .with("stream_id", stream.stream_id.as_str())
                .with("id", stream.track_id.as_str())
                .with("muted", stream.muted);
            if let Some(resolution) = stream.settings.get("resolution") {
                track.set("width", resolution.get("width").cloned().unwrap_or_default());
                track.set("height", resolution.get("height").cloned().unwrap_or_default());
            }
            tracks.push(track.into());
        }
        tracks
    }

    /// How many streams of each kind go out and come in.
    pub(super) fn media_counts(&self) -> Object {
        // Sound, pictures, screens.
        let (mut sent, mut received) = ([0.0; 3], [0.0; 3]);
        if self.peers.iter().any(|peer| peer.connection.is_some()) {
            for stream in &self.streams {
                count(&mut sent, stream.kind == Kind::Audio, stream.is_screen());
            }
        }
        for stream in self.peers.iter().flat_map(|peer| &peer.streams) {
            count(&mut received, stream.has_audio, stream.is_screen);
        }
        let mut members = Object::new().with("mode", if self.has_media_server() { "MCU" } else { "P2P" });
        for (prefix, [audio, video, screen]) in [("send_", sent), ("recv_", received)] {
            members.set(&[prefix, "audio"].concat(), audio);
            members.set(&[prefix, "video"].concat(), video);
            members.set(&[prefix, "screen"].concat(), screen);
        }
        members
    }
}

fn count([audio, video, screen]: &mut [f64; 3], is_audio: bool, is_screen: bool) {
    *match (is_audio, is_screen) {
        (true, _) => audio,
        (false, true) => screen,
        (false, false) => video,
    } += 1.0;
}
