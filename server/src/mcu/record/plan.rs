//! How the tracks of a recording are put together: where each is on the picture, and when.

use std::collections::BTreeMap;

use super::journal::{Journal, JournalTrack};

/// The picture is no larger.
const MOST_WIDTH: u32 = 1920;
const MOST_HEIGHT: u32 = 1080;
/// Of pictures whose size is not known.
const USUAL_SIZE: (u32, u32) = (640, 480);
/// A clock that moves a track by more than this is wrong, in microseconds.
const MOST_CORRECTION: i64 = 1_000_000;

/// A track at its place in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// Name of its file.
    pub file: String,
    /// When its first frame is due, in seconds since the recording began. May be slightly before.
    pub begins: f64,
    /// Quarter turns clockwise that pictures need.
    pub rotation: u8,
}

/// What is to be composed.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// How long it is.
    pub seconds: f64,
    /// Pixels of each cell; both even.
    pub cell: (u32, u32),
    /// How many cells are side by side.
    pub columns: usize,
    /// One after the other from the top left. What is in one cell comes from one peer; the later
    /// covers the earlier.
    pub cells: Vec<Vec<Placed>>,
    /// Sounds, which are mixed.
    pub sounds: Vec<Placed>,
}

/// `None` if there is nothing to compose.
pub fn plan(journal: &Journal) -> Option<Plan> {
    if journal.tracks.is_empty() || journal.length == 0 {
        return None;
    }
    let begins = aligned(&journal.tracks);
    let mut cells: Vec<((&str, bool), Vec<Placed>)> = Vec::new();
    let mut sounds = Vec::new();
    let mut largest = (0, 0);
    for (JournalTrack { track, sync }, begins) in journal.tracks.iter().zip(begins) {
        let placed = Placed { file: track.file.clone(), begins, rotation: track.rotation };
        if track.is_audio {
            sounds.push(placed);
            continue;
        }
        let (width, height) = (u32::from(sync.width), u32::from(sync.height));
        let (width, height) = if track.rotation % 2 == 1 { (height, width) } else { (width, height) };
        largest = (width.max(largest.0), height.max(largest.1));
        let owner = (track.peer.as_str(), track.is_screen);
        match cells.iter_mut().find(|(other, _)| *other == owner) {
            Some((_, cell)) => cell.push(placed),
            None => cells.push((owner, vec![placed])),
        }
    }
    let columns = columns(cells.len());
    let rows = cells.len().div_ceil(columns.max(1));
    Some(Plan {
        seconds: seconds(i64::try_from(journal.length).unwrap_or(i64::MAX).saturating_mul(1000)),
        cell: cell_size(if largest.0 == 0 || largest.1 == 0 { USUAL_SIZE } else { largest }, columns, rows),
        columns,
        cells: cells.into_iter().map(|(_, cell)| cell).collect(),
        sounds,
    })
}

/// As wide as high, or one wider.
fn columns(cells: usize) -> usize {
    (1..=cells).find(|columns| columns.saturating_mul(*columns) >= cells).unwrap_or(1)
}

fn cell_size((width, height): (u32, u32), columns: usize, rows: usize) -> (u32, u32) {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).max(1);
    let (most_width, most_height) = (
        MOST_WIDTH.checked_div(count(columns)).unwrap_or(MOST_WIDTH),
        MOST_HEIGHT.checked_div(count(rows)).unwrap_or(MOST_HEIGHT),
    );
    let (w, h) = (f64::from(width), f64::from(height));
    let scale = (f64::from(most_width) / w).min(f64::from(most_height) / h).min(1.0);
    (even(w * scale), even(h * scale))
}

/// H.264 with half the colours needs even sizes.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn even(size: f64) -> u32 {
    ((size / 2.0).floor() as u32).max(1).saturating_mul(2)
}

/// When each track begins, in seconds. The moments at which its tracks came in say it only about:
/// pictures take longer to encode and to send than sound. A publisher's own clock says how its
/// tracks belong together; of them all, the one that came in fastest says where that clock is.
fn aligned(tracks: &[JournalTrack]) -> Vec<f64> {
    let mut delays: BTreeMap<&str, i64> = BTreeMap::new();
    for JournalTrack { track, sync } in tracks {
        if let Some(captured) = sync.captured {
            let delay = sync.arrived.saturating_sub(captured);
            let least = delays.entry(&track.peer).or_insert(delay);
            *least = delay.min(*least);
        }
    }
    let begins = |JournalTrack { track, sync }: &JournalTrack| {
        let by_clock = sync.captured.zip(delays.get(track.peer.as_str()));
        let by_clock = by_clock.map(|(captured, delay)| captured.saturating_add(*delay));
        let is_sane = |begins: &i64| begins.saturating_sub(sync.arrived).saturating_abs() <= MOST_CORRECTION;
        seconds(by_clock.filter(is_sane).unwrap_or(sync.arrived))
    };
    tracks.iter().map(begins).collect()
}

#[allow(clippy::cast_precision_loss)]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1_000_000.0
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::super::journal::{SyncLine, TrackLine};
    use super::*;

    fn track(number: usize, peer: &str, is_audio: bool, arrived: i64, captured: Option<i64>) -> JournalTrack {
        let track = TrackLine {
            number,
            peer: peer.into(),
            media: String::new(),
            is_screen: false,
            is_audio,
            file: format!("{number}.webm"),
            rotation: 0,
        };
        let (width, height) = if is_audio { (0, 0) } else { (320, 240) };
        JournalTrack { track, sync: SyncLine { number, arrived, captured, width, height } }
    }

    fn planned(tracks: Vec<JournalTrack>) -> Plan {
        plan(&Journal { tracks, length: 5000, ..Journal::default() }).unwrap()
    }

    #[test]
    fn the_publishers_clock_says_how_its_tracks_belong_together() {
        let plan = planned(vec![
            track(0, "a", false, 100_000, Some(7_000_000)),
            track(1, "a", true, 90_000, Some(7_030_000)),
            track(2, "b", false, 2_000_000, None),
            track(3, "b", true, 2_100_000, Some(1)),
            track(4, "c", true, 500_000, Some(0)),
            track(5, "c", false, 600_000, Some(50_000_000)),
        ]);
        assert_eq!(plan.seconds, 5.0);
        assert_eq!(plan.cells.len(), 3);
        // Sound came in sooner after it was captured, so it says where the clock is.
        assert_eq!((plan.cells[0][0].begins, plan.sounds[0].begins), (0.06, 0.09));
        assert_eq!((plan.cells[1][0].begins, plan.sounds[1].begins), (2.0, 2.1));
        assert_eq!((plan.cells[2][0].begins, plan.sounds[2].begins), (0.6, 0.5));
    }

    #[test]
    fn cells_are_even_and_fit_into_the_picture() {
        for count in 1..60 {
            let tracks = (0..count).map(|number| {
                let mut track = track(number, &number.to_string(), false, 0, None);
                (track.sync.width, track.sync.height) = (1281, 721);
                track
            });
            let plan = planned(tracks.collect());
            let rows = count.div_ceil(plan.columns);
            assert!(plan.columns >= rows && plan.columns * rows >= count);
            let (width, height) = plan.cell;
            assert!(width % 2 == 0 && height % 2 == 0 && width > 0 && height > 0);
            assert!(width as usize * plan.columns <= 1920 && height as usize * rows <= 1080, "{plan:?}");
        }
        assert_eq!(planned(vec![track(0, "a", false, 0, None)]).cell, (320, 240));
    }

    #[test]
    fn a_camera_that_comes_back_keeps_its_cell_and_screens_have_their_own() {
        let mut screen = track(2, "a", false, 0, None);
        screen.track.is_screen = true;
        let mut phone = track(3, "b", false, 0, None);
        phone.track.rotation = 1;
        (phone.sync.width, phone.sync.height) = (640, 360);
        let plan = planned(vec![
            track(0, "a", false, 0, None),
            track(1, "a", false, 3_000_000, None),
            screen,
            phone,
        ]);
        let files: Vec<Vec<&str>> =
            plan.cells.iter().map(|cell| cell.iter().map(|placed| placed.file.as_str()).collect()).collect();
        assert_eq!(files, [vec!["0.webm", "1.webm"], vec!["2.webm"], vec!["3.webm"]]);
        assert_eq!((plan.columns, plan.cell), (2, (302, 540)));
    }

    #[test]
    fn nothing_to_compose() {
        assert_eq!(plan(&Journal::default()), None);
        let no_time = Journal { tracks: vec![track(0, "a", true, 0, None)], ..Journal::default() };
        assert_eq!(plan(&no_time), None);
    }
}
