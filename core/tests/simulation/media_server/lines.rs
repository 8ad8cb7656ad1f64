//! The m-sections of one member's connection, as the media server sees them. A line belongs to
//! both sides: the member may send its own medium on a line that was made for somebody else's.

use crate::description::{Description, Section, SectionKind};
use std::collections::BTreeSet;

/// A medium that a member publishes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Medium {
    pub publisher: String,
    /// `AUDIO_` or `VIDEO_` and the stream id.
    pub media_id: String,
}

impl Medium {
    pub fn kind(&self) -> SectionKind {
        if self.media_id.starts_with("AUDIO_") {
            SectionKind::Audio
        } else {
            SectionKind::Video
        }
    }

    pub fn stream_id(&self) -> &str {
        &self.media_id[6..]
    }
}

#[derive(Debug, Clone)]
pub struct Line {
    pub kind: SectionKind,
    pub mid: String,
    /// The stream that the member sends on it.
    pub upstream: Option<String>,
    /// Whether the member may send on it.
    takes: bool,
    /// What the member is sent on it.
    pub downstream: Option<Medium>,
    pub stopped: bool,
}

/// How the end of a medium is shown to those who received it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The line is stopped, unless the member sends on it.
    Stops,
    /// The line stays for the next medium of its kind.
    Pools,
    /// The line is stopped even if the member sends on it: wrong, it takes the member's medium along.
    StopsShared,
}

#[derive(Debug, Clone, Default)]
pub struct Lines(pub Vec<Line>);

impl Lines {
    pub fn served(&self) -> BTreeSet<Medium> {
        self.0.iter().filter_map(|line| line.downstream.clone()).collect()
    }

    pub fn mid_of(&self, medium: &Medium) -> Option<&str> {
        let line = self.0.iter().find(|line| line.downstream.as_ref() == Some(medium))?;
        Some(&line.mid)
    }

    /// Whether the member really sends this stream on this line.
    pub fn carries(&self, mid: &str, stream_id: &str) -> bool {
        self.0.iter().any(|line| line.mid == mid && line.upstream.as_deref() == Some(stream_id))
    }

    /// A member's offer: its new lines are taken over, and what it sends.
    pub fn take_offer(&mut self, offer: &Description) {
        assert!(self.0.len() <= offer.sections.len(), "an offer has fewer lines than there were");
        for (place, section) in offer.sections.iter().enumerate() {
            let is_known = self.0.get(place).is_some_and(|line| line.mid == section.mid);
            if !is_known {
                let line = Line {
                    kind: section.kind,
                    mid: section.mid.clone(),
                    upstream: None,
                    takes: false,
                    downstream: None,
                    stopped: false,
                };
                match self.0.get_mut(place) {
                    Some(old) => {
                        assert!(old.stopped, "line {} became {}", old.mid, section.mid);
                        *old = line;
                    }
                    None => self.0.push(line),
                }
            }
            self.take_upstream(place, section);
        }
    }

    /// A member's answer to our offer.
    pub fn take_answer(&mut self, answer: &Description) {
        for (place, section) in answer.sections.iter().enumerate() {
            self.take_upstream(place, section);
        }
    }

    fn take_upstream(&mut self, place: usize, section: &Section) {
        let line = &mut self.0[place];
        assert_eq!((line.kind, &line.mid), (section.kind, &section.mid), "line {place}");
        line.upstream = section.stream.clone().filter(|_| section.sends && !section.stopped);
        line.takes = section.sends && !section.stopped;
        line.stopped |= section.stopped;
        if line.stopped || !section.receives {
            line.downstream = None;
        }
    }

    /// Ends what is not wanted and begins what is; gives the media that ended.
    pub fn plan(
        &mut self,
        wanted: &BTreeSet<Medium>,
        ending: Ending,
        mut fresh: impl FnMut() -> String,
    ) -> Vec<Medium> {
        let mut ended = Vec::new();
        for line in &mut self.0 {
            if line.downstream.as_ref().is_some_and(|medium| !wanted.contains(medium)) {
                ended.extend(line.downstream.take());
                line.stopped = match ending {
                    Ending::Stops => line.upstream.is_none(),
                    Ending::Pools => false,
                    Ending::StopsShared => true,
                };
            }
        }
        let served = self.served();
        for medium in wanted.difference(&served) {
            let is_free = |line: &&mut Line| {
                ending == Ending::Pools
                    && !line.stopped
                    && line.downstream.is_none()
                    && line.kind == medium.kind()
            };
            match self.0.iter_mut().find(is_free) {
                Some(line) => line.downstream = Some(medium.clone()),
                None => self.0.push(Line {
                    kind: medium.kind(),
                    mid: fresh(),
                    upstream: None,
                    takes: false,
                    downstream: Some(medium.clone()),
                    stopped: false,
                }),
            }
        }
        ended
    }

    /// Our offer, or with `of` our answer to that. Nothing is sent on a line that nothing is sent
    /// on: a member could not tell whose it is.
    pub fn sections(&self, of: Option<&Description>, foreign_ids: bool) -> Vec<Section> {
        let section = |(place, line): (usize, &Line)| {
            if line.kind == SectionKind::Data {
                return Section::data(line.mid.clone());
            }
            let offered = of.map(|offer| &offer.sections[place]);
            let stream = line.downstream.as_ref().map(|medium| match foreign_ids {
                true => format!("line-{}", line.mid),
                false => medium.stream_id().to_owned(),
            });
            let sends = stream.is_some() && offered.is_none_or(|section| section.receives);
            Section {
                kind: line.kind,
                mid: line.mid.clone(),
                sends,
                receives: line.takes && !line.stopped && offered.is_none_or(|section| section.sends),
                stream,
                stopped: line.stopped,
            }
        };
        self.0.iter().enumerate().map(section).collect()
    }
}
