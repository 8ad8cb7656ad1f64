//! One member as a viewer: how it shows the videos of others, what it is given of them, and what
//! it was told about that.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use skylink_protocol::signaling::VideoLayer;

use super::choice::{Choice, Share, Video};
use crate::mcu::lines::TrackId;
use crate::mcu::room::View;

/// It is told of changes once in this time at most.
const TELL_INTERVAL: Duration = Duration::from_millis(500);

/// A video that goes to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The track.
    pub track: TrackId,
    /// Peer id of its publisher.
    pub publisher: String,
    /// Id of its stream.
    pub stream: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    layer: usize,
    layers: usize,
    is_paused: bool,
    is_starved: bool,
}

/// A member as a viewer.
#[derive(Debug, Default)]
pub struct Viewer {
    views: Vec<View>,
    /// It has sent views, so it understands what it is told.
    understands: bool,
    choice: Choice,
    given: BTreeMap<TrackId, (Share, Option<Instant>)>,
    told: BTreeMap<TrackId, Told>,
    told_at: Option<Instant>,
}

impl Viewer {
    /// How it shows videos from now on.
    pub fn renew_views(&mut self, views: Vec<View>) {
        self.views = views;
        self.understands = true;
    }

    /// Fills in what only the viewer knows of a video.
    pub fn complete(&self, watched: &Watched, video: &mut Video) {
        let is_it = |view: &&View| view.publisher == watched.publisher && view.stream == watched.stream;
        if let Some(view) = self.views.iter().find(is_it) {
            (video.is_paused, video.height) = (view.is_paused, view.height);
        }
        if let Some((share, misfit)) = self.given.get(&watched.track) {
            (video.given, video.misfit) = (Some(*share), *misfit);
        }
    }

    /// A share for each of the videos; see [`Choice::choose`].
    pub fn choose(
        &mut self,
        watched: &[Watched],
        videos: &mut [Video],
        line: Option<u64>,
        sound: u64,
        now: Instant,
    ) -> Vec<Share> {
        let shares = self.choice.choose(videos, line, sound, now);
        let given = watched.iter().zip(videos.iter()).zip(&shares);
        self.given = given.map(|((watched, video), share)| (watched.track, (*share, video.misfit))).collect();
        shares
    }

    /// What it has to be told by now. `now_given` says of each video which layer flows, of how
    /// many, and its share.
    pub fn news(
        &mut self,
        watched: &[Watched],
        now_given: impl Fn(TrackId) -> Option<(usize, usize, Share)>,
        now: Instant,
    ) -> Vec<VideoLayer> {
        self.told.retain(|track, _| watched.iter().any(|watched| watched.track == *track));
        let is_early = self.told_at.is_some_and(|at| now.saturating_duration_since(at) < TELL_INTERVAL);
        if !self.understands || is_early {
            return Vec::new();
        }
        let mut news = Vec::new();
        for video in watched {
            let Some((layer, layers, share)) = now_given(video.track) else { continue };
            let state = Told {
                layer,
                layers,
                is_paused: share == Share::Paused,
                is_starved: share == Share::Starved,
            };
            if self.told.insert(video.track, state) != Some(state) {
                news.push(VideoLayer {
                    publisher_id: video.publisher.clone(),
                    stream_id: video.stream.clone(),
                    layer: number(layer),
                    layers: number(layers),
                    is_paused: state.is_paused,
                    is_starved: state.is_starved,
                });
            }
        }
        if !news.is_empty() {
            self.told_at = Some(now);
        }
        news
    }
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn watched(track: u64, publisher: &str) -> Watched {
        Watched { track: TrackId(track), publisher: publisher.to_owned(), stream: "cam".to_owned() }
    }

    fn view(publisher: &str) -> View {
        View { publisher: publisher.to_owned(), stream: "cam".to_owned(), is_paused: true, height: 90 }
    }

    #[test]
    fn views_are_of_one_video_each_and_replaced_together() {
        let mut viewer = Viewer::default();
        viewer.renew_views(vec![view("anna"), view("nobody")]);
        let seen = |viewer: &Viewer, publisher| {
            let mut video = Video::default();
            viewer.complete(&watched(1, publisher), &mut video);
            (video.is_paused, video.height)
        };
        assert_eq!((seen(&viewer, "anna"), seen(&viewer, "ben")), ((true, 90), (false, 0)));
        viewer.renew_views(Vec::new());
        assert_eq!(seen(&viewer, "anna"), (false, 0));
    }

    #[test]
    fn it_is_told_of_changes_twice_a_second_at_most_if_it_understands() {
        let mut viewer = Viewer::default();
        let (all, start) = ([watched(1, "anna"), watched(2, "ben")], Instant::now());
        let low = |_| Some((0, 3, Share::Layer(0)));
        assert!(viewer.news(&all, low, start).is_empty());
        viewer.renew_views(Vec::new());
        assert_eq!(viewer.news(&all, low, start).len(), 2);
        let starved =
            |track| Some((0, 3, if track == TrackId(2) { Share::Starved } else { Share::Layer(0) }));
        assert!(viewer.news(&all, starved, start + TELL_INTERVAL / 2).is_empty());
        let news = viewer.news(&all, starved, start + TELL_INTERVAL);
        assert_eq!((news.len(), news[0].publisher_id.as_str(), news[0].is_starved), (1, "ben", true));
        assert!(viewer.news(&all, starved, start + TELL_INTERVAL * 3).is_empty());
        assert_eq!(viewer.news(&all, low, start + TELL_INTERVAL * 4).len(), 1);
    }
}
