//! One run of ffmpeg for a live stream, with the threads that serve it: one looks up the host,
//! starts ffmpeg and waits for its end, one feeds it, one reads its progress.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::mpsc::{channel, sync_channel, Receiver, Sender, SyncSender};
use std::sync::Arc;
use std::time::Duration;

use super::endpoint::Endpoint;
use super::progress::Progress;
use super::this_machine::ThisMachine;
use super::UNREACHED;
use crate::mcu::ffmpeg::{Ending, Ffmpeg, Job};

/// Pieces that wait for ffmpeg: some seconds of a stream.
const MOST_WAITING: usize = 300;
/// A larger picture is not decoded: 4096×4096.
const MOST_PIXELS: &str = "16777216";
/// A run whose input is closed ends within this time, or is killed.
const STOP_PATIENCE: Duration = Duration::from_secs(5);
/// Encoders leave the media threads of the same machine the first place.
const NICENESS: u8 = 5;
/// With these the certificates of `rtmps` are checked. From Debian's package ca-certificates.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// What a run is made with.
pub(super) struct Launch {
    pub(super) endpoint: Endpoint,
    pub(super) may_be_private: bool,
    pub(super) this_machine: Arc<ThisMachine>,
    pub(super) has_pictures: bool,
    /// Quarter turns clockwise that pictures need.
    pub(super) turns: u8,
    /// Called on the threads of the run.
    pub(super) report: Box<dyn Fn(Report) + Send + Sync>,
}

/// What a run tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Report {
    /// It sends.
    Progress(Progress),
    /// It is over.
    Ended(Failure),
}

/// Why a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) reason: String,
    /// It would be the same for another run.
    pub(super) is_fatal: bool,
}

/// Takes what a live stream makes. The run ends when this is dropped.
pub(super) trait Input: Send {
    /// False if too much waits, or if the run is over: the piece is lost. Never blocks.
    fn write(&self, piece: Vec<u8>) -> bool;
}

/// What the waiting thread is woken for.
enum Turn {
    Stop,
    Ended,
}

struct Run {
    pieces: SyncSender<Vec<u8>>,
    turns: Sender<Turn>,
}

impl Input for Run {
    fn write(&self, piece: Vec<u8>) -> bool {
        self.pieces.try_send(piece).is_ok()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.turns.send(Turn::Stop);
    }
}

/// Starts the threads of a run. Whatever fails afterwards is reported as its end.
pub(super) fn start(ffmpeg: Ffmpeg, launch: Launch) -> std::io::Result<Box<dyn Input>> {
    let (input, pieces) = sync_channel(MOST_WAITING);
    let (turns, turn) = channel();
    let run = Run { pieces: input, turns: turns.clone() };
    std::thread::Builder::new().name("live-stream".to_owned()).spawn(move || {
        let launch = Arc::new(launch);
        let failure = attend(&ffmpeg, &launch, pieces, turns, &turn);
        (launch.report)(Report::Ended(failure));
    })?;
    Ok(Box::new(run))
}

/// From the look-up of the host to the end of ffmpeg.
fn attend(
    ffmpeg: &Ffmpeg,
    launch: &Arc<Launch>,
    pieces: Receiver<Vec<u8>>,
    turns: Sender<Turn>,
    turn: &Receiver<Turn>,
) -> Failure {
    let passing = |reason: String| Failure { reason, is_fatal: false };
    let found = match launch.endpoint.host().to_socket_addrs() {
        Ok(found) => found.map(|address| address.ip()),
        Err(error) => {
            tracing::warn!(place = launch.endpoint.place(), %error, "a live stream's host is not known");
            return passing(UNREACHED.to_owned());
        }
    };
    let is_this_machine = launch.this_machine.look_up();
    let address = match launch.endpoint.choose(found, launch.may_be_private, is_this_machine) {
        Ok(address) => address,
        Err(error) => return Failure { reason: error.to_string(), is_fatal: true },
    };
    // A look-up may take long.
    if turn.try_recv().is_ok() {
        return passing(String::new());
    }
    let job = Job {
        arguments: arguments(launch, address),
        niceness: NICENESS,
        has_output: true,
        secrets: launch.endpoint.secrets(),
    };
    let started = ffmpeg.start(job, move || {
        let _ = turns.send(Turn::Ended);
    });
    let mut child = match started {
        Ok(child) => child,
        Err(error) => return passing(error.to_string()),
    };
    let (input, output) = (child.input(), child.output());
    let (feed, read) = (spawn(move || feed(input, &pieces)), {
        let launch = Arc::clone(launch);
        spawn(move || read_progress(output, &launch))
    });
    if let Err(error) = feed.and(read) {
        return passing(error.to_string());
    }
    let is_stopped = matches!(turn.recv(), Ok(Turn::Stop));
    let ending = child.stop(STOP_PATIENCE);
    let Ending { status, log, .. } = &ending;
    let place = launch.endpoint.place();
    if is_stopped {
        tracing::debug!(place, status, log, "a live stream's ffmpeg ended");
    } else {
        tracing::warn!(place, status, log, "a live stream's ffmpeg ended by itself");
    }
    passing(UNREACHED.to_owned())
}

fn spawn(work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new().name("live-stream-pipe".to_owned()).spawn(work).map(|_| ())
}

/// Until the stream is to end, or until ffmpeg takes no more.
fn feed(input: Option<impl Write>, pieces: &Receiver<Vec<u8>>) {
    let Some(mut input) = input else { return };
    for piece in pieces {
        if input.write_all(&piece).is_err() {
            return;
        }
    }
}

fn read_progress(output: Option<impl Read>, launch: &Launch) {
    let Some(output) = output else { return };
    let mut progress = Progress::default();
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        if progress.read(&line) {
            (launch.report)(Report::Progress(progress));
        }
    }
}

/// Low delay for the viewers, a key frame every two seconds as services want it. `-fflags
/// nobuffer` would throw away what was read to learn the formats, the first key frame with it.
fn arguments(launch: &Launch, address: IpAddr) -> Vec<OsString> {
    let endpoint = &launch.endpoint;
    let mut words: Vec<OsString> = Vec::new();
    let mut add = |text: &str| words.extend(text.split_whitespace().map(OsString::from));
    add("-loglevel warning -progress pipe:1 -stats_period 0.5");
    add("-probesize 200000 -analyzeduration 500000");
    if launch.has_pictures {
        // Their size is the publisher's.
        add("-max_pixels");
        add(MOST_PIXELS);
    }
    add("-f matroska -i pipe:0");
    if launch.has_pictures {
        add("-map 0:v:0 -c:v libx264 -preset veryfast -tune zerolatency -pix_fmt yuv420p -g 60");
        add("-force_key_frames expr:gte(t,n_forced*2) -maxrate 3000k -bufsize 6000k");
        // libx264 takes no odd sizes.
        add("-vf");
        add(match launch.turns {
            1 => "transpose=clock,scale=trunc(iw/2)*2:trunc(ih/2)*2",
            2 => "hflip,vflip,scale=trunc(iw/2)*2:trunc(ih/2)*2",
            3 => "transpose=cclock,scale=trunc(iw/2)*2:trunc(ih/2)*2",
            _ => "scale=trunc(iw/2)*2:trunc(ih/2)*2",
        });
    }
    add("-map 0:a:0 -c:a aac -b:a 128k -ar 48000 -ac 2 -af aresample=async=1");
    // Sound and pictures wait for each other no longer than this, in microseconds.
    add("-max_interleave_delta 1000000 -f flv -flvflags no_duration_filesize");
    add("-rtmp_tcurl");
    add(&endpoint.application());
    if endpoint.is_secure() {
        add("-tls_verify 1 -ca_file");
        add(AUTHORITIES);
        add("-verifyhost");
        add(endpoint.host().0);
    }
    words.push(endpoint.at(address).into());
    words
}
