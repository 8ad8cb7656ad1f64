//! With the real ffmpeg.

use std::path::Path;
use std::process::Command;

use super::super::compose::{arguments, graph};
use super::super::plan::{Placed, Plan};
use crate::mcu::webm::{Block, Flush, Track, Writer};

fn ffmpeg(arguments: &[&str]) -> String {
    let output =
        Command::new("ffmpeg").args(["-hide_banner", "-nostdin", "-y"]).args(arguments).output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {log}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(super) fn probe(file: &Path, entries: &str) -> Vec<String> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "csv=p=0", "-show_entries", entries])
        .arg(file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// Frames of VP8 with their time in milliseconds.
pub(super) fn pictures(filter: &str, seconds: f64, folder: &Path) -> Vec<(u64, Vec<u8>)> {
    let file = folder.join("made.ivf");
    let (name, seconds) = (file.display().to_string(), seconds.to_string());
    let made = ["-f", "lavfi", "-i", filter, "-t", &seconds, "-c:v", "libvpx", "-g", "1000"];
    ffmpeg(&[&made[..], &["-deadline", "realtime", "-cpu-used", "16", "-f", "ivf", &name]].concat());
    let all = std::fs::read(file).unwrap();
    let mut rest = &all[32..];
    let (scale, rate) = (u32_at(&all, 20), u32_at(&all, 16));
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let length = u32_at(rest, 0) as usize;
        let time = u64::from(u32_at(rest, 4)) * 1000 * u64::from(scale) / u64::from(rate);
        frames.push((time, rest[12..12 + length].to_vec()));
        rest = &rest[12 + length..];
    }
    frames
}

fn u32_at(bytes: &[u8], place: usize) -> u32 {
    u32::from_le_bytes(bytes[place..place + 4].try_into().unwrap())
}

fn write(frames: &[(u64, Vec<u8>)], file: &Path) {
    let (mut writer, mut all) = Writer::new(&[Track::Vp8 { width: 320, height: 240 }], Flush::Clusters);
    for (time, contents) in frames {
        let is_key = contents[0] & 1 == 0;
        all.extend(writer.write(Block { track: 0, time: *time, is_key, contents }).unwrap_or_default());
    }
    all.extend(writer.finish().unwrap_or_default());
    std::fs::write(file, all).unwrap();
}

fn placed(file: &str, begins: f64) -> Placed {
    Placed { file: file.to_owned(), begins, rotation: 0 }
}

fn compose(plan: &Plan, folder: &Path) -> std::path::PathBuf {
    let (script, output) = (folder.join("graph"), folder.join("out.mp4"));
    std::fs::write(&script, graph(plan)).unwrap();
    let arguments: Vec<String> = arguments(plan, folder, &script, &output)
        .into_iter()
        .map(|word| word.into_string().unwrap())
        .collect();
    ffmpeg(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    output
}

/// Mean luminance of a part of each picture, by its time.
fn brightness(file: &Path, crop: &str) -> Vec<(f64, f64)> {
    let filter = format!("crop={crop},signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-");
    values(&ffmpeg(&[
        "-v",
        "error",
        "-i",
        &file.display().to_string(),
        "-vf",
        &filter,
        "-an",
        "-f",
        "null",
        "-",
    ]))
}

/// Loudness of each 10 ms, by their time.
fn loudness(file: &Path) -> Vec<(f64, f64)> {
    let filter = "aresample=48000,asetnsamples=480,astats=metadata=1:reset=1,\
                  ametadata=print:key=lavfi.astats.Overall.RMS_level:file=-";
    values(&ffmpeg(&[
        "-v",
        "error",
        "-i",
        &file.display().to_string(),
        "-af",
        filter,
        "-vn",
        "-f",
        "null",
        "-",
    ]))
}

fn values(text: &str) -> Vec<(f64, f64)> {
    let mut time = 0.0;
    let mut values = Vec::new();
    for line in text.lines() {
        if let Some((_, rest)) = line.split_once("pts_time:") {
            time = rest.trim().parse().unwrap();
        } else if let Some((_, value)) = line.split_once('=') {
            values.push((time, value.parse().unwrap_or(-120.0)));
        }
    }
    values
}

fn rises(values: &[(f64, f64)], above: f64) -> Vec<f64> {
    let pairs = values.windows(2).filter(|pair| pair[0].1 < above && pair[1].1 >= above);
    pairs.map(|pair| pair[1].0).collect()
}

#[test]
fn pictures_and_sound_are_where_they_belong() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // It flashes and beeps for a tenth of a second each second, from half a second on.
    let flash = "color=black:s=320x240:r=30,drawbox=c=white:t=fill:enable='lt(mod(t+0.5,1),0.1)'";
    write(&pictures(flash, 3.0, folder), &folder.join("0.webm"));
    let beep = "aevalsrc='if(lt(mod(t+0.5,1),0.1),sin(2*PI*1000*t)/2,0)':s=48000:d=3";
    let sound = folder.join("1.webm").display().to_string();
    ffmpeg(&["-f", "lavfi", "-i", beep, "-c:a", "libopus", "-application", "lowdelay", &sound]);
    std::fs::copy(folder.join("0.webm"), folder.join("2.webm")).unwrap();
    let plan = Plan {
        seconds: 4.0,
        cell: (160, 120),
        columns: 2,
        cells: vec![vec![placed("0.webm", 0.21)], vec![placed("2.webm", 0.877)]],
        sounds: vec![placed("1.webm", 0.21)],
    };
    let file = compose(&plan, folder);
    let about = probe(&file, "stream=codec_name,width,height,duration").join(" ");
    assert!(about.starts_with("h264,320,120,4.0000"), "{about}");
    assert!(about.contains("aac,4.0"), "{about}");

    let near = |found: Vec<f64>, expected: &[f64], most: f64| {
        let is_near = found.len() == expected.len()
            && found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() <= most);
        assert!(is_near, "{found:?}, expected {expected:?}");
    };
    near(rises(&brightness(&file, "160:120:0:0"), 128.0), &[0.71, 1.71, 2.71], 0.02);
    near(rises(&brightness(&file, "160:120:160:0"), 128.0), &[1.377, 2.377, 3.377], 0.02);
    near(rises(&loudness(&file), -30.0), &[0.71, 1.71, 2.71], 0.025);
}

#[test]
fn no_argument_is_too_long_with_many_tracks() {
    let folder = Path::new("/data");
    let cell = |number: usize| vec![placed(&format!("{number}.webm"), 1234.5)];
    let sounds = (450..500).map(|number| placed(&format!("{number}.webm"), 1234.5)).collect();
    let cells = (0..450).map(cell).collect();
    let plan = Plan { seconds: 3600.0, cell: (120, 90), columns: 22, cells, sounds };
    let all = arguments(&plan, folder, &folder.join("graph"), &folder.join("out.mp4"));
    let longest = all.iter().map(|word| word.len()).max().unwrap();
    // MAX_ARG_STRLEN, of the kernel.
    assert!(graph(&plan).len() > 131_072 && longest < 131_072, "{} {longest}", graph(&plan).len());
}

#[test]
fn pictures_may_change_their_size_and_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut frames = pictures("color=white:s=320x240:r=10", 0.5, folder);
    // As a phone that is turned.
    let turned = pictures("color=white:s=120x160:r=10", 0.5, folder);
    frames.extend(turned.into_iter().map(|(time, frame)| (time + 500, frame)));
    write(&frames, &folder.join("0.webm"));
    write(&pictures("color=white:s=160x120:r=10", 0.5, folder), &folder.join("1.webm"));
    let plan = Plan {
        seconds: 3.0,
        cell: (160, 120),
        columns: 1,
        cells: vec![vec![placed("0.webm", 0.0), placed("1.webm", 2.0)]],
        sounds: Vec::new(),
    };
    let file = compose(&plan, folder);
    let mean = |from: f64, to: f64, crop: &str| {
        let all = brightness(&file, crop);
        assert_eq!(all.len(), 90);
        let part: Vec<f64> = all.iter().filter(|(at, _)| *at > from && *at < to).map(|(_, y)| *y).collect();
        part.iter().sum::<f64>() / part.len() as f64
    };
    let (left, middle) = ("30:120:0:0", "60:120:50:0");
    assert!(mean(0.1, 0.4, left) > 200.0 && mean(0.1, 0.4, middle) > 200.0);
    assert!(mean(0.6, 0.9, left) < 40.0 && mean(0.6, 0.9, middle) > 200.0, "bars beside the turned one");
    assert!(mean(1.2, 1.9, middle) < 40.0, "nothing between");
    assert!(mean(2.1, 2.4, left) > 200.0);
}

#[test]
fn pictures_of_turned_cameras_are_turned_back() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // Bright at the left.
    let half = "color=black:s=160x120:r=10,drawbox=w=80:h=120:c=white:t=fill";
    let mut frames = pictures(half, 0.5, folder);
    // A phone whose line is thin sends smaller ones.
    let smaller = pictures(&format!("{half},scale=80:60"), 0.5, folder);
    frames.extend(smaller.into_iter().map(|(time, frame)| (time + 500, frame)));
    write(&frames, &folder.join("0.webm"));
    let bright_end = |rotation: u8| {
        let cell = if rotation % 2 == 1 { (120, 160) } else { (160, 120) };
        let turned = Placed { rotation, ..placed("0.webm", 0.0) };
        let plan = Plan { seconds: 1.0, cell, columns: 1, cells: vec![vec![turned]], sounds: Vec::new() };
        let file = compose(&plan, folder);
        let is_bright = |crop: &str| {
            let all = brightness(&file, crop);
            assert_eq!(all[5].1 > 128.0, all[25].1 > 128.0, "{rotation} {crop}");
            all[5].1 > 128.0
        };
        let ends = [
            ("left", "20:20:0:ih/2-10"),
            ("right", "20:20:iw-20:ih/2-10"),
            ("top", "20:20:iw/2-10:0"),
            ("bottom", "20:20:iw/2-10:ih-20"),
        ];
        // The middle of the other two ends is where bright and dark meet.
        let along = if rotation.is_multiple_of(2) { &ends[..2] } else { &ends[2..] };
        let bright: Vec<&str> =
            along.iter().filter(|(_, crop)| is_bright(crop)).map(|(name, _)| *name).collect();
        bright.join(" ")
    };
    assert_eq!([0, 1, 2, 3].map(bright_end), ["left", "top", "right", "bottom"]);
}

#[test]
fn a_picture_of_a_giant_is_not_decoded() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut frames = pictures("color=white:s=160x120:r=10", 0.5, folder);
    // A key frame says its size in 14 bits each (RFC 6386, 9.1), and the decoder makes room for it:
    // 16000×16000 is about the largest that ffmpeg takes by itself.
    let mut giant = frames[0].1.clone();
    giant[6..10].copy_from_slice(&[0x80, 0x3e, 0x80, 0x3e]);
    frames.push((500, giant));
    frames.extend(
        pictures("color=white:s=160x120:r=10", 0.5, folder).into_iter().map(|(at, frame)| (at + 1000, frame)),
    );
    write(&frames, &folder.join("0.webm"));
    let cells = vec![vec![placed("0.webm", 0.0)]];
    let plan = Plan { seconds: 2.0, cell: (160, 120), columns: 1, cells, sounds: Vec::new() };
    let (script, output) = (folder.join("graph"), folder.join("out.mp4"));
    std::fs::write(&script, graph(&plan)).unwrap();
    let made = Command::new("ffmpeg").args(arguments(&plan, folder, &script, &output)).output().unwrap();
    let log = String::from_utf8_lossy(&made.stderr);
    assert!(log.contains("exceeds specified max pixel count 16777216"), "{log}");
    // The rest is in the file.
    assert!(made.status.success(), "{log}");
    assert!(brightness(&output, "160:120:0:0")[40].1 > 200.0);
}
