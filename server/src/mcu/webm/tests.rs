#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::*;

/// A block as it is read: track, time, whether it is a key, contents.
pub(in crate::mcu) type Read = (u64, i64, bool, Vec<u8>);

const BOTH: [Track; 2] = [Track::Vp8 { width: 64, height: 48 }, Track::Opus { channels: 2 }];
/// 20 ms of silence.
pub(in crate::mcu) const SILENCE: &[u8] = &[0xfc, 0xff, 0xfe];

/// Identifier and size of an element, and the bytes that these take.
fn element(bytes: &[u8]) -> Option<(Vec<u8>, Option<usize>, usize)> {
    let id_length = 1 + usize::try_from(bytes.first()?.leading_zeros()).unwrap();
    let id = bytes.get(..id_length)?.to_vec();
    let size: [u8; 8] = match bytes.get(id_length)? {
        1 => bytes.get(id_length..id_length + 8)?.try_into().unwrap(),
        other => panic!("a size that begins with {other}"),
    };
    let size = u64::from_be_bytes(size) & 0x00ff_ffff_ffff_ffff;
    let size = (size != 0x00ff_ffff_ffff_ffff).then(|| usize::try_from(size).unwrap());
    Some((id, size, id_length + 8))
}

/// All whole blocks, and the times of the clusters.
pub(in crate::mcu) fn read(file: &[u8]) -> (Vec<Read>, Vec<u64>) {
    let (mut blocks, mut clusters) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some((id, size, head)) = element(&file[at..]) {
        at += head;
        let Some(size) = size else { continue };
        let Some(contents) = file.get(at..at + size) else { break };
        at += size;
        if id == element::TIMESTAMP {
            clusters.push(contents.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)));
        } else if id == [0xa3] {
            let offset = i64::from(i16::from_be_bytes([contents[1], contents[2]]));
            let time = i64::try_from(*clusters.last().unwrap()).unwrap() + offset;
            blocks.push((u64::from(contents[0] & 0x7f), time, contents[3] == 0x80, contents[4..].to_vec()));
        }
    }
    (blocks, clusters)
}

/// What is written, in pieces.
fn pieces(tracks: &[Track], flush: Flush, blocks: &[(usize, u64, bool, Vec<u8>)]) -> Vec<Vec<u8>> {
    let (mut writer, header) = Writer::new(tracks, flush);
    let mut pieces = vec![header];
    for (track, time, is_key, contents) in blocks {
        let block = Block { track: *track, time: *time, is_key: *is_key, contents };
        pieces.extend(writer.write(block));
    }
    pieces.extend(writer.finish());
    assert_eq!(writer.waiting(), 0);
    pieces
}

fn blocks() -> impl Strategy<Value = Vec<(usize, u64, bool, Vec<u8>)>> {
    // Steps in both directions, with leaps that no cluster holds.
    let step = prop_oneof![8 => -50_i64..300, 1 => -70_000_i64..70_000, 1 => 0_i64..10_000_000];
    let contents = prop::collection::vec(any::<u8>(), 0..300);
    prop::collection::vec((0_usize..2, step, any::<bool>(), contents), 0..80).prop_map(|all| {
        let mut time = 100_000_i64;
        let at = |(track, step, is_key, contents): (usize, i64, bool, Vec<u8>)| {
            time = (time + step).max(0);
            (track, u64::try_from(time).unwrap(), is_key, contents)
        };
        all.into_iter().map(at).collect()
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(blocks in blocks(), to_a_pipe in any::<bool>()) {
        let flush = if to_a_pipe { Flush::Blocks } else { Flush::Clusters };
        let pieces = pieces(&BOTH, flush, &blocks);
        let (found, clusters) = read(&pieces.concat());
        let expected: Vec<Read> = blocks
            .iter()
            .map(|(track, time, key, contents)| {
                (u64::try_from(*track).unwrap() + 1, i64::try_from(*time).unwrap(), *key, contents.clone())
            })
            .collect();
        prop_assert_eq!(found, expected);
        let written = if to_a_pipe { blocks.len() } else { clusters.len() };
        prop_assert_eq!(pieces.len(), 1 + written);
    }

    #[test]
    fn wherever_it_is_cut_whole_blocks_remain(blocks in blocks(), cut in any::<prop::sample::Index>()) {
        let pieces = pieces(&BOTH, Flush::Blocks, &blocks);
        let file = pieces.concat();
        let end = pieces[0].len() + cut.index(file.len() - pieces[0].len() + 1);
        let mut left = end - pieces[0].len();
        let is_whole = |piece: &&Vec<u8>| {
            let is = piece.len() <= left;
            left = left.saturating_sub(piece.len());
            is
        };
        let whole = pieces[1..].iter().take_while(is_whole).count();
        prop_assert_eq!(read(&file[..end]).0.len(), whole);
    }
}

#[test]
fn clusters_are_a_second_long() {
    let blocks: Vec<_> = (0..100).map(|number| (0, number * 40, number == 0, vec![1])).collect();
    let (_, clusters) = read(&pieces(&BOTH[..1], Flush::Clusters, &blocks).concat());
    assert_eq!(clusters, [0, 1000, 2000, 3000]);
}

#[test]
fn a_block_of_no_track_is_dropped() {
    let (mut writer, _) = Writer::new(&BOTH, Flush::Blocks);
    assert_eq!(writer.write(Block { track: 2, time: 0, is_key: true, contents: &[1] }), None);
    assert_eq!(writer.finish(), None);
}

/// Pictures that an encoder made, as `ffmpeg` writes them into an IVF file.
pub(in crate::mcu) fn pictures() -> Vec<Vec<u8>> {
    let source = "testsrc=size=64x48:rate=25:duration=4";
    let arguments =
        ["-v", "error", "-f", "lavfi", "-i", source, "-c:v", "libvpx", "-g", "25", "-f", "ivf", "-"];
    let made = Command::new("ffmpeg").args(arguments).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut rest = &made.stdout[32..];
    let mut pictures = Vec::new();
    while rest.len() >= 12 {
        let size = usize::try_from(u32::from_le_bytes(rest[..4].try_into().unwrap())).unwrap();
        pictures.push(rest[12..12 + size].to_vec());
        rest = &rest[12 + size..];
    }
    pictures
}

/// Four seconds of pictures and silence.
fn a_call() -> Vec<(usize, u64, bool, Vec<u8>)> {
    let pictures = pictures();
    assert_eq!(pictures.len(), 100);
    let pictures = (0..).zip(pictures).map(|(number, picture)| {
        // RFC 6386, 9.1: the first bit says that others are needed.
        (0, number * 40, picture[0] & 1 == 0, picture)
    });
    let sound = (0..200).map(|number| (1, number * 20, true, SILENCE.to_vec()));
    let mut blocks: Vec<_> = pictures.chain(sound).collect();
    blocks.sort_by_key(|(_, time, ..)| *time);
    blocks
}

fn run(program: &str, arguments: &[&str], file: &[u8]) -> String {
    let stored = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(stored.path(), file).unwrap();
    let mut command = Command::new(program);
    for argument in arguments {
        command.arg(if *argument == "FILE" { stored.path().as_os_str() } else { argument.as_ref() });
    }
    let output = command.stdin(Stdio::null()).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaint.is_empty(), "{program}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

/// Track, time in milliseconds, bytes and flags of each block, as `ffprobe` finds them.
fn probe(file: &[u8]) -> Vec<String> {
    let entries = "packet=stream_index,pts,size,flags";
    let arguments = ["-v", "fatal", "-show_entries", entries, "-of", "csv=p=0", "FILE"];
    run("ffprobe", &arguments, file).lines().map(str::to_owned).collect()
}

fn expected(blocks: &[(usize, u64, bool, Vec<u8>)]) -> Vec<String> {
    let line = |(track, time, is_key, contents): &(usize, u64, bool, Vec<u8>)| {
        format!("{track},{time},{},{}", contents.len(), if *is_key { "K_" } else { "__" })
    };
    blocks.iter().map(line).collect()
}

#[test]
fn ffprobe_finds_every_block_and_ffmpeg_decodes_them() {
    let blocks = a_call();
    for flush in [Flush::Blocks, Flush::Clusters] {
        let file = pieces(&BOTH, flush, &blocks).concat();
        assert_eq!(probe(&file), expected(&blocks));
        run("ffmpeg", &["-v", "warning", "-xerror", "-i", "FILE", "-f", "null", "-"], &file);
    }
    let shown = "stream=codec_name,width,height,sample_rate,channels";
    let file = pieces(&BOTH, Flush::Clusters, &blocks).concat();
    let streams = run("ffprobe", &["-v", "error", "-show_entries", shown, "-of", "csv=p=0", "FILE"], &file);
    assert_eq!(streams, "vp8,64,48\nopus,48000,2\n");
}

#[test]
fn ffprobe_reads_a_cut_file_to_its_last_whole_block() {
    let blocks = a_call();
    let pieces = pieces(&BOTH, Flush::Blocks, &blocks);
    let file = pieces.concat();
    let lengths = || pieces.iter().map(Vec::len);
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..10 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let smallest: usize = lengths().take(30).sum();
        let end = smallest + usize::try_from(random >> 33).unwrap() % (file.len() - smallest);
        let mut sum = 0;
        let whole = lengths().take_while(|length| {
            sum += length;
            sum <= end
        });
        let whole = whole.count() - 1;
        assert_eq!(probe(&file[..end]), expected(&blocks[..whole]), "cut at {end} of {}", file.len());
    }
}
