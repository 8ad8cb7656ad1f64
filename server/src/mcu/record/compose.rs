//! What `ffmpeg` is told so that it makes one MP4 (H.264, AAC) of the files of a recording: a grid
//! of pictures, and all sound mixed.

use std::ffi::OsString;
use std::fmt::Write;
use std::path::Path;

use super::plan::{Placed, Plan};

/// Pictures a second.
const RATE: u32 = 30;
/// A picture is shown from the output picture on that follows it. On average that is half a
/// picture late.
const HALF_A_PICTURE: f64 = 0.5 / 30.0;

/// A larger picture is not decoded: 4096×4096.
pub const MOST_PIXELS: &str = "16777216";

/// The arguments. Files are read from `folder`, what [`graph`] says from `script`; `output` is
/// overwritten.
pub fn arguments(plan: &Plan, folder: &Path, script: &Path, output: &Path) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    let mut say = |words: &[&str]| arguments.extend(words.iter().map(OsString::from));
    say(&["-nostdin", "-loglevel", "error", "-y"]);
    for placed in plan.cells.iter().flatten() {
        // Sizes are the publishers'. One thread does for each decoder: there may be hundreds.
        say(&["-threads", "1", "-max_pixels", MOST_PIXELS]);
        // A picture of another size must not start the whole graph anew.
        say(&["-reinit_filter", "0", "-f", "matroska", "-i", &file(folder, placed)]);
    }
    for placed in &plan.sounds {
        let begins = format!("{:.6}", placed.begins);
        say(&["-itsoffset", &begins, "-f", "matroska", "-i", &file(folder, placed)]);
    }
    say(&["-filter_complex_script", &named(script)]);
    if !plan.cells.is_empty() {
        say(&["-map", "[picture]", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"]);
        say(&["-threads:v", "2"]);
    }
    if !plan.sounds.is_empty() {
        say(&["-map", "[sound]", "-c:a", "aac", "-b:a", "128k"]);
    }
    say(&["-t", &format!("{:.3}", plan.seconds), "-movflags", "+faststart", "-f", "mp4"]);
    arguments.push(output.into());
    arguments
}

/// The arguments with which ffmpeg decodes one file and makes nothing of it. It fails if most of
/// that cannot be decoded.
pub fn trial(folder: &Path, file: &str) -> Vec<OsString> {
    let file = named(&folder.join(file));
    let input = ["-threads", "1", "-max_pixels", MOST_PIXELS, "-f", "matroska", "-i", &file];
    let words = ["-nostdin", "-loglevel", "error"].into_iter().chain(input);
    words.chain(["-f", "null", "-"]).map(OsString::from).collect()
}

fn file(folder: &Path, placed: &Placed) -> String {
    named(&folder.join(&placed.file))
}

/// Names of files are our own; the folder of the data may be anything that is text.
fn named(file: &Path) -> String {
    format!("file:{}", file.display())
}

/// How pictures and sounds are put together. With some hundred tracks it is longer than an
/// argument may be (128 KiB on Linux), so ffmpeg gets it as a file.
pub fn graph(plan: &Plan) -> String {
    let mut graph = String::new();
    let (width, height) = plan.cell;
    let seconds = plan.seconds;
    let mut input = 0_usize;
    // Writing to a String never fails.
    for (number, cell) in plan.cells.iter().enumerate() {
        let _ = write!(
            graph,
            "color=c=black:s={width}x{height}:r={RATE}:d={seconds:.3},setsar=1[cell{number}_0];"
        );
        for (layer, placed) in cell.iter().enumerate() {
            let begins = placed.begins - HALF_A_PICTURE;
            let turn = turn(placed.rotation);
            // Filters that turn take all pictures to be as large as the first.
            let (w, h) = if placed.rotation % 2 == 1 { (height, width) } else { (width, height) };
            let over = layer.saturating_add(1);
            let _ = write!(
                graph,
                "[{input}:v]setpts=PTS-STARTPTS+{begins:.6}/TB,\
                 scale={w}:{h}:force_original_aspect_ratio=decrease:eval=frame,\
                 pad={w}:{h}:(ow-iw)/2:(oh-ih)/2:eval=frame{turn},setsar=1,format=yuv420p[track{input}];\
                 [cell{number}_{layer}][track{input}]overlay=eof_action=pass[cell{number}_{over}];"
            );
            input = input.saturating_add(1);
        }
    }
    let whole = |number: usize| format!("[cell{number}_{}]", plan.cells.get(number).map_or(0, Vec::len));
    let all: String = (0..plan.cells.len()).map(whole).collect();
    match plan.cells.len() {
        0 => {}
        1 => {
            let _ = write!(graph, "{all}null[picture];");
        }
        count => {
            let layout = layout(plan);
            let _ = write!(graph, "{all}xstack=inputs={count}:layout={layout}:fill=black[picture];");
        }
    }
    let mut mixed = String::new();
    for number in 0..plan.sounds.len() {
        let _ = write!(graph, "[{input}:a]aresample=48000:async=1:first_pts=0[sound{number}];");
        let _ = write!(mixed, "[sound{number}]");
        input = input.saturating_add(1);
    }
    if !plan.sounds.is_empty() {
        let count = plan.sounds.len();
        let _ = write!(graph, "{mixed}amix=inputs={count}:duration=longest:normalize=0,apad[sound];");
    }
    graph.pop();
    graph
}

/// Places of the cells in pixels.
fn layout(plan: &Plan) -> String {
    let pixels = |cells: usize, size: u32| u32::try_from(cells).unwrap_or(u32::MAX).saturating_mul(size);
    let place = |number: usize| {
        let column = number.checked_rem(plan.columns).unwrap_or_default();
        let row = number.checked_div(plan.columns).unwrap_or_default();
        format!("{}_{}", pixels(column, plan.cell.0), pixels(row, plan.cell.1))
    };
    (0..plan.cells.len()).map(place).collect::<Vec<_>>().join("|")
}

fn turn(rotation: u8) -> &'static str {
    match rotation % 4 {
        0 => "",
        1 => ",transpose=clock",
        2 => ",hflip,vflip",
        _ => ",transpose=cclock",
    }
}
