#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::sync::mpsc::{channel, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::tail::Tail;
use super::*;

const LONG: Duration = Duration::from_secs(20);

fn ffmpeg(limit: usize) -> Ffmpeg {
    Ffmpeg::find(None).unwrap().with_limit(limit)
}

fn job(arguments: &[&str]) -> Job {
    Job { arguments: arguments.iter().map(OsString::from).collect(), ..Job::default() }
}

/// Never ends by itself.
fn endless() -> Job {
    job(&["-v", "error", "-re", "-f", "lavfi", "-i", "anullsrc", "-f", "null", "-"])
}

#[test]
fn it_is_found_and_says_its_version() {
    let found = ffmpeg(1);
    assert!(found.version().chars().next().unwrap().is_ascii_digit(), "{}", found.version());
    assert!(found.setpriv.is_some() && found.nice.is_some());
}

#[test]
fn what_is_no_ffmpeg_is_told_apart() {
    let missing = Ffmpeg::find(Some(Path::new("/nowhere/ffmpeg"))).unwrap_err();
    assert_eq!(missing.to_string(), "/nowhere/ffmpeg is not there");
    let other = Ffmpeg::find(Some(Path::new("true"))).unwrap_err().to_string();
    assert!(other.ends_with("/true does not run: it does not say its version"), "{other}");
}

#[test]
fn one_that_reads_its_input_ends_with_it() {
    let running = ffmpeg(1);
    let (ended, end) = channel::<()>();
    let arguments = ["-v", "error", "-f", "s16le", "-ar", "8000", "-i", "pipe:0", "-f", "s16le", "pipe:1"];
    let job = Job { has_output: true, niceness: 5, ..job(&arguments) };
    let mut child = running.start(job, move || drop(ended)).unwrap();
    child.input().unwrap().write_all(&[7; 1600]).unwrap();
    let mut output = Vec::new();
    child.output().unwrap().read_to_end(&mut output).unwrap();
    assert_eq!(output, [7; 1600]);
    let ending = child.stop(LONG);
    assert!(ending.is_success, "{ending:?}");
    assert_eq!(end.recv_timeout(LONG), Err(RecvTimeoutError::Disconnected));
    // The place is free again.
    assert_eq!(running.running(), 0);
}

#[test]
fn what_a_terminal_tells_the_server_is_not_for_it() {
    // Its own line in the table of processes, taken for sound.
    let arguments = ["-v", "error", "-f", "u8", "-i", "/proc/self/stat", "-f", "u8", "pipe:1"];
    let job = Job { has_output: true, niceness: 5, ..job(&arguments) };
    let mut child = ffmpeg(1).start(job, || {}).unwrap();
    let mut line = String::new();
    child.output().unwrap().read_to_string(&mut line).unwrap();
    assert!(child.stop(LONG).is_success);
    let mut behind_name = line.rsplit_once(") ").unwrap().1.split(' ');
    let group: i32 = behind_name.nth(2).unwrap().parse().unwrap();
    assert_ne!(group, rustix::process::getpgrp().as_raw_nonzero().get());
}

#[test]
fn only_so_many_run() {
    let running = ffmpeg(1);
    let first = running.start(endless(), || {}).unwrap();
    let message = running.start(endless(), || {}).unwrap_err().to_string();
    assert_eq!(message, "the server does as many such jobs as it may, which is 1");
    drop(first);
    assert!(running.start(endless(), || {}).is_ok());
}

#[test]
fn one_that_does_not_end_is_killed() {
    let mut child = ffmpeg(1).start(endless(), || {}).unwrap();
    assert_eq!(child.wait(Duration::from_millis(300)), None);
    let begun = Instant::now();
    let ending = child.stop(Duration::from_millis(50));
    assert!(!ending.is_success && ending.status.contains('9'), "{ending:?}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

/// The kernel does for a thread that ends what it does when the whole program dies.
#[test]
fn none_outlives_the_thread_that_started_it() {
    let start = || {
        let mut job = endless();
        job.arguments.extend(["-progress".into(), "pipe:1".into()]);
        let mut child = ffmpeg(1).start(Job { has_output: true, ..job }, || {}).unwrap();
        // From now on the kernel knows.
        child.output().unwrap().read_exact(&mut [0]).unwrap();
        child
    };
    let mut child = std::thread::spawn(start).join().unwrap();
    let ending = child.wait(LONG).unwrap();
    assert!(ending.status.contains('9'), "{ending:?}");
}

#[test]
fn a_failure_is_explained_without_secrets() {
    let secret = "s3cr3t-key".to_owned();
    let missing = format!("file:/nowhere/{secret}");
    let job = Job { secrets: vec![secret], ..job(&["-v", "error", "-i", &missing, "-f", "null", "-"]) };
    let ending = ffmpeg(1).start(job, || {}).unwrap().wait(LONG).unwrap();
    assert!(!ending.is_success);
    assert_eq!(ending.log, "file:/nowhere/***: No such file or directory");
}

#[test]
fn secrets_of_strangers_do_not_make_a_log_grow() {
    let mut tail = Tail::new(vec!["*".to_owned(); 400]);
    tail.push("rtmp://***/a*");
    assert_eq!(tail.text(), "rtmp://***/a*");
    let mut secrets = vec!["k*".to_owned(); 400];
    secrets.extend(["**".to_owned(), "*k".to_owned(), "k".to_owned()]);
    let mut tail = Tail::new(secrets);
    tail.push("k*k x");
    assert_eq!(tail.text(), "***** x");
    tail.push(&"k".repeat(40_000));
    assert_eq!(tail.text(), "***** x\n***");
}

#[test]
fn a_log_is_short_and_without_secrets() {
    let mut tail = Tail::new(vec![String::new(), "key".to_owned(), "rtmp://host/app/key?token".to_owned()]);
    tail.push("Output to 'rtmp://host/app/key?token':\r\n");
    tail.push("Output to 'rtmp://host/app/key?token':\n");
    tail.push("key, key\u{1b}[0m\n\n");
    tail.push("\n");
    assert_eq!(tail.text(), "Output to '***':\n***, ***[0m");
    for number in 0..100 {
        tail.push(&format!("{number}{}", "x".repeat(1000)));
    }
    assert_eq!(tail.text().lines().count(), 12);
    assert!(tail.text().starts_with("88x") && tail.text().len() < 4000);
}
