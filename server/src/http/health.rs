//! `/healthz` and `/metrics`, for operators.

use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;

use axum::extract::State;
use axum::http::{header, StatusCode};
use axum::response::{IntoResponse, Response};

use super::refusals::Refusals;
use super::router::Site;
use crate::rooms::Counts;

/// HTTP requests since the start.
#[derive(Debug, Default)]
pub struct Traffic {
    api_answers: AtomicU64,
    statistics: AtomicU64,
    refusals: Refusals,
}

impl Traffic {
    pub(super) fn count_api_answer(&self) {
        self.api_answers.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    pub(super) fn count_statistics(&self) {
        self.statistics.fetch_add(1, Ordering::Relaxed);
    }
}

/// What `/healthz` tells.
#[derive(Debug, Clone, Copy)]
struct Health {
    is_stopping: bool,
    writes_messages: bool,
    carries_media: bool,
}

impl Health {
    /// `ok`, `stopping`, or a line that begins with `impaired: ` for each thing that does not work
    /// while the rest does. Clients may come back to an impaired server.
    fn text(self) -> String {
        if self.is_stopping {
            return "stopping\n".to_owned();
        }
        let mut text = String::new();
        if !self.writes_messages {
            text.push_str("impaired: stored messages cannot be written\n");
        }
        if !self.carries_media {
            text.push_str("impaired: a thread of the media server has ended\n");
        }
        if text.is_empty() {
            text.push_str("ok\n");
        }
        text
    }
}

/// Whether the server was told to end.
#[derive(Debug, Clone, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// It was.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

pub(super) async fn healthz(State(site): State<Arc<Site>>) -> Response {
    let health = Health {
        is_stopping: site.stopping.0.load(Ordering::Relaxed),
        writes_messages: site.hub.is_writing(),
        carries_media: site.media.as_ref().is_none_or(|media| media.server.is_running()),
    };
    let text = health.text();
    let status = if text == "ok\n" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

pub(super) async fn metrics(State(site): State<Arc<Site>>) -> Response {
    let mut text = prometheus_text(&site.hub.counts(), &site.traffic);
    write_connections(&mut text, &site);
    if let Some(media) = &site.media {
        media.write_metrics(&mut text);
    }
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, content_type)], text).into_response()
}

fn write_connections(text: &mut String, site: &Site) {
    let (places, outside) = (&site.places, site.hub.outside());
    for (name, kind, help, value) in [
        ("tcp_connections", "gauge", "Connections that were taken in.", places.taken().to_string()),
        ("tcp_connections_limit", "gauge", "Connections that may be.", places.most().to_string()),
        (
            "connections_refused_total",
            "counter",
            "Connections that were closed at once because there were too many.",
            places.refused().to_string(),
        ),
        (
            "connections_outside_rooms",
            "gauge",
            "Signalling connections that are in no room.",
            outside.connections.to_string(),
        ),
    ] {
        let _ = writeln!(
            text,
            "# HELP skylink_{name} {help}\n# TYPE skylink_{name} {kind}\nskylink_{name} {value}"
        );
    }
    text.push_str("# HELP skylink_connections_cut_off_total Connections in no room that were closed.\n");
    text.push_str("# TYPE skylink_connections_cut_off_total counter\n");
    for (reason, count) in [
        ("crowded", outside.crowded_out),
        ("crowded_of_one_address", outside.crowded_out_of_one),
        ("silent", outside.silent),
    ] {
        let _ = writeln!(text, "skylink_connections_cut_off_total{{reason=\"{reason}\"}} {count}");
    }
}

fn prometheus_text(counts: &Counts, traffic: &Traffic) -> String {
    let mut text = String::new();
    let size = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    for (name, kind, help, value) in [
        ("connections", "gauge", "Open signalling connections.", size(counts.connections)),
        ("rooms", "gauge", "Rooms with members.", size(counts.rooms)),
        ("members", "gauge", "Members of all rooms.", size(counts.members)),
        (
            "stored_messages_unwritten",
            "gauge",
            "Changes of stored messages that the disk has refused so far.",
            counts.unwritten,
        ),
        ("joins_total", "counter", "Joins granted.", counts.joins),
        ("refusals_total", "counter", "Joins refused.", counts.refusals),
        ("messages_received_total", "counter", "Messages from clients.", counts.received),
        ("messages_delivered_total", "counter", "Messages to clients.", counts.delivered),
        (
            "api_answers_total",
            "counter",
            "API requests granted.",
            traffic.api_answers.load(Ordering::Relaxed),
        ),
        (
            "statistics_total",
            "counter",
            "Statistics reports received.",
            traffic.statistics.load(Ordering::Relaxed),
        ),
    ] {
        // Writing to a String never fails.
        let _ = writeln!(
            text,
            "# HELP skylink_{name} {help}\n# TYPE skylink_{name} {kind}\nskylink_{name} {value}"
        );
    }
    text.push_str("# HELP skylink_api_refusals_total API requests refused.\n");
    text.push_str("# TYPE skylink_api_refusals_total counter\n");
    for (code, count) in traffic.refusals.all() {
        let _ = writeln!(text, "skylink_api_refusals_total{{code=\"{code}\"}} {count}");
    }
    text.push_str("# HELP skylink_messages_dropped_total Messages that went nowhere.\n");
    text.push_str("# TYPE skylink_messages_dropped_total counter\n");
    for (reason, count) in &counts.dropped {
        let _ = writeln!(text, "skylink_messages_dropped_total{{reason=\"{}\"}} {count}", reason.name());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_work_is_told() {
        let well = Health { is_stopping: false, writes_messages: true, carries_media: true };
        assert_eq!(well.text(), "ok\n");
        let impaired = Health { writes_messages: false, carries_media: false, ..well };
        assert_eq!(impaired.text().lines().count(), 2);
        assert!(impaired.text().lines().all(|line| line.starts_with("impaired: ")));
        assert_eq!(Health { is_stopping: true, ..impaired }.text(), "stopping\n");
    }
}
