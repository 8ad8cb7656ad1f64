//! Which layer each video of one client shall have, so that all of them fit through its line.
//!
//! Down at once, up with care: what the line carries is an estimate that rises by trying, and each
//! change costs a key frame. Sound is never touched. Who spoke last is served first.

use std::time::{Duration, Instant};

/// What a line is taken to carry while that is not measured, in bits a second. It says how high
/// layers go; nothing is stopped because of it.
pub const ASSUMED_LINE: u64 = 4_000_000;
/// How much of a measured line may be used, in percent.
const USABLE: u64 = 95;
/// What must be free to go up: so much of what all then take, in percent.
const RESERVE: u64 = 120;
/// After going down nothing goes up for so long.
const PATIENCE_UP: Duration = Duration::from_secs(4);
/// The same after going up was wrong several times; it doubles each time.
const MOST_PATIENCE_UP: Duration = Duration::from_secs(32);
/// Going down so soon after going up means that going up was wrong.
const REGRET: Duration = Duration::from_secs(10);
/// Going up is tried with new courage when it did no harm for so long.
const CALM: Duration = Duration::from_secs(60);
/// How long a video must not fit before it is stopped.
const PATIENCE_STOP: Duration = Duration::from_secs(3);
/// The same for one without layers, for which there is nothing between all and nothing.
const PATIENCE_STOP_ALONE: Duration = Duration::from_secs(10);
/// How much more than the line carries such ones may take before they count as not fitting, in
/// percent: losses are repaired, and an estimate is one.
const EXCESS_ALONE: u64 = 150;

/// A video that a client receives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Video {
    /// Layers, the lowest first.
    pub layers: Vec<Layer>,
    /// The client does not want it at present.
    pub is_paused: bool,
    /// At which height it is shown; 0 if that is not known.
    pub height: u16,
    /// When its publisher spoke last.
    pub spoke: Option<Instant>,
    /// What it was given last; nothing if it is new.
    pub given: Option<Share>,
    /// Since when it does not fit.
    pub misfit: Option<Instant>,
}

/// A layer of a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// Bits a second.
    pub rate: u64,
    /// Height of its pictures, if it is known.
    pub height: Option<u16>,
    /// It comes in.
    pub flows: bool,
}

/// What a video shall have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// This layer.
    Layer(usize),
    /// Nothing, since it is not wanted.
    Paused,
    /// Nothing, since it does not fit.
    Starved,
}

impl Share {
    /// The layer, if there is one.
    pub fn layer(self) -> Option<usize> {
        match self {
            Self::Layer(layer) => Some(layer),
            Self::Paused | Self::Starved => None,
        }
    }
}

impl Video {
    /// The layers it may have, the lowest first: those that flow, none above what is shown. The
    /// lowest of these that is high enough ends the list.
    fn candidates(&self) -> Vec<usize> {
        let mut list = Vec::new();
        for (number, layer) in self.layers.iter().enumerate().filter(|(_, layer)| layer.flows) {
            list.push(number);
            let is_enough = |height: u16| self.height > 0 && height >= self.height;
            if layer.height.is_some_and(is_enough) {
                break;
            }
        }
        if list.is_empty() {
            // Nothing comes in. What it had goes on once it does.
            let had = self.given.and_then(Share::layer).filter(|layer| *layer < self.layers.len());
            list.push(had.unwrap_or_default());
        }
        list
    }

    fn rate(&self, layer: usize) -> u64 {
        self.layers.get(layer).map_or(0, |layer| layer.rate)
    }

    fn is_alone(&self) -> bool {
        self.layers.len() <= 1
    }

    /// It has not fitted for long enough to be stopped.
    fn is_starving(&mut self, now: Instant) -> bool {
        let patience = if self.is_alone() { PATIENCE_STOP_ALONE } else { PATIENCE_STOP };
        let since = *self.misfit.get_or_insert(now);
        now.saturating_duration_since(since) >= patience
    }
}

/// Chooses for one client.
#[derive(Debug)]
pub struct Choice {
    patience_up: Duration,
    went_up: Option<Instant>,
    went_down: Option<Instant>,
}

impl Default for Choice {
    fn default() -> Self {
        Self { patience_up: PATIENCE_UP, went_up: None, went_down: None }
    }
}

impl Choice {
    /// A share for each video. `line` is what the client's line carries in bits a second, if that
    /// is measured; `sound` is what of it goes to sound. Videos note since when they do not fit.
    pub fn choose(
        &mut self,
        videos: &mut [Video],
        line: Option<u64>,
        sound: u64,
        now: Instant,
    ) -> Vec<Share> {
        let usable = line.unwrap_or(ASSUMED_LINE).saturating_mul(USABLE) / 100;
        let room =
            Room { bits: usable.saturating_sub(sound), is_measured: line.is_some(), excess: EXCESS_ALONE };
        let careful = Room { bits: room.bits.saturating_mul(100) / RESERVE, excess: 100, ..room };
        let (fitting, careful) = (fit(videos, room), fit(videos, careful));
        let mut shares: Vec<Share> = Vec::with_capacity(videos.len());
        let mut goes_down = false;
        for ((video, fits), carefully) in videos.iter_mut().zip(&fitting).zip(&careful) {
            if fits.is_some() || video.is_paused {
                video.misfit = None;
            }
            if video.is_paused {
                shares.push(Share::Paused);
                continue;
            }
            let candidates = video.candidates();
            let lowest = candidates.first().copied().unwrap_or_default();
            let highest = candidates.last().copied().unwrap_or_default();
            let share = match (video.given, fits) {
                (None | Some(Share::Paused), _) => Share::Layer(carefully.or(*fits).unwrap_or(lowest)),
                (Some(Share::Starved), _) => Share::Starved,
                (Some(Share::Layer(given)), Some(fits)) => {
                    // What is not shown in that size, or does not come, says nothing of the line.
                    goes_down |= *fits < given.min(highest);
                    Share::Layer(given.min(*fits))
                }
                (Some(Share::Layer(given)), None) => {
                    goes_down |= lowest < given.min(highest);
                    if video.is_starving(now) {
                        goes_down = true;
                        Share::Starved
                    } else {
                        Share::Layer(lowest)
                    }
                }
            };
            // A layer that does not flow cannot be kept.
            let is_there = |layer: &usize| candidates.contains(layer);
            shares.push(match share {
                Share::Layer(layer) if !is_there(&layer) => {
                    Share::Layer(candidates.iter().copied().rfind(|other| *other < layer).unwrap_or(lowest))
                }
                share => share,
            });
        }
        self.learn(goes_down, now);
        if self.may_go_up(now) {
            for ((share, fits), carefully) in shares.iter_mut().zip(&fitting).zip(&careful) {
                let target = (*carefully).min(*fits);
                if *share != Share::Paused && target > share.layer() {
                    *share = target.map_or(*share, Share::Layer);
                    self.went_up = Some(now);
                }
            }
        }
        shares
    }

    /// Bits a second that all that is wanted would take.
    pub fn desired(videos: &[Video], sound: u64) -> u64 {
        let wanted = videos.iter().filter(|video| !video.is_paused);
        let rates = wanted.map(|video| video.candidates().last().map_or(0, |layer| video.rate(*layer)));
        rates.fold(sound, u64::saturating_add).saturating_mul(RESERVE) / 100
    }

    fn learn(&mut self, goes_down: bool, now: Instant) {
        let since_up = self.went_up.map(|at| now.saturating_duration_since(at));
        if goes_down {
            if since_up.is_some_and(|since| since < REGRET) {
                self.patience_up = self.patience_up.saturating_mul(2).min(MOST_PATIENCE_UP);
            }
            (self.went_up, self.went_down) = (None, Some(now));
        } else if since_up.is_some_and(|since| since >= CALM) {
            self.patience_up = PATIENCE_UP;
        }
    }

    fn may_go_up(&self, now: Instant) -> bool {
        self.went_down.is_none_or(|at| now.saturating_duration_since(at) >= self.patience_up)
    }
}

/// What there is to share.
#[derive(Debug, Clone, Copy)]
struct Room {
    bits: u64,
    /// Else it limits how high layers go, and nothing is stopped.
    is_measured: bool,
    /// How much of it may be taken before a video without layers does not fit, in percent.
    excess: u64,
}

/// Gives the lowest layer to all first, and then one more to each in turn, as far as it goes.
fn fit(videos: &[Video], room: Room) -> Vec<Option<usize>> {
    let mut order: Vec<(usize, &Video, Vec<usize>)> = videos
        .iter()
        .enumerate()
        .filter(|(_, video)| !video.is_paused)
        .map(|(place, video)| (place, video, video.candidates()))
        .collect();
    order.sort_by_key(|(_, video, _)| std::cmp::Reverse(video.spoke));
    let mut given: Vec<Option<usize>> = vec![None; videos.len()];
    let mut taken = 0_u64;
    let most = order.iter().map(|(_, _, candidates)| candidates.len()).max().unwrap_or_default();
    for step in 0..most {
        for (place, video, candidates) in &order {
            let (Some(layer), Some(slot)) = (candidates.get(step), given.get_mut(*place)) else { continue };
            let before = step.checked_sub(1).and_then(|step| candidates.get(step).copied());
            if *slot != before {
                continue;
            }
            let less = taken.saturating_sub(before.map_or(0, |layer| video.rate(layer)));
            let then = less.saturating_add(video.rate(*layer));
            let excess = if video.is_alone() { room.excess } else { 100 };
            let fits = then <= room.bits.saturating_mul(excess) / 100;
            if fits || (step == 0 && !room.is_measured) {
                *slot = Some(*layer);
                taken = then;
            }
        }
    }
    given
}

#[cfg(test)]
#[path = "choice_tests.rs"]
mod tests;
