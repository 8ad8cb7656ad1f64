//! The running server: listens, serves, and ends in good order.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;

use crate::access::{Authority, TokenSigner};
use crate::http::{operating, router, Site, Stopping, Traffic};
use crate::listening::{self, Patience, Places};
use crate::mcu::ffmpeg::{Ffmpeg, NotFound};
use crate::mcu::record::Studio;
use crate::mcu::refusing::{refusing, Refused};
use crate::mcu::room::McuLimits;
use crate::mcu::rtmp::{LiveStreams, ThisMachine};
use crate::mcu::tap::TapFactory;
use crate::mcu::{DriverSetup, MediaServer, SignalSink, StartError};
use crate::rooms::{DiskStore, MemoryStore, MessageStore, Rooms, RoomsSetup};
use crate::settings::Settings;
use crate::signaling::{Endpoint, Hub, SocketSettings};
use crate::{random, time};

/// How often memberships are looked at for their end.
const TICK: Duration = Duration::from_secs(5);
/// How long requests and sockets may take to end once the server is told to stop.
const FAREWELL: Duration = Duration::from_secs(3);
/// How long clients that are between two polls may take to ask again, and hear that it ends.
const NEXT_POLL: Duration = Duration::from_secs(1);
/// Who reads metrics has few connections, and must get one when all others are taken.
const METRICS_CONNECTIONS: usize = 100;
/// JSON text inside JSON text, with every quote escaped, and the packet around it.
const FRAME_OVERHEAD: usize = 2;

/// The server cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The address is taken, or is none of this machine's.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// As it was set.
        address: String,
        /// From the operating system.
        reason: std::io::Error,
    },
    /// The media server does not start.
    #[error("the media server cannot start on UDP {address}: {reason}")]
    Media {
        /// Where it was to listen.
        address: SocketAddr,
        /// Why.
        reason: StartError,
    },
    /// No randomness.
    #[error("the operating system gives no randomness: {0}")]
    Randomness(getrandom::Error),
    /// The folder for lasting data does not work.
    #[error("cannot use the data folder {}: {reason}", path.display())]
    Data {
        /// The folder, or the file in it.
        path: PathBuf,
        /// From the operating system.
        reason: std::io::Error,
    },
    /// The listener broke.
    #[error("the server ended: {0}")]
    Serve(std::io::Error),
}

/// A server that listens and is ready to serve.
pub struct Service {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    metrics: Option<(TcpListener, Router)>,
    stopping: Stopping,
    endpoint: Arc<Endpoint>,
    hub: Arc<Hub>,
    media: Option<Media>,
    places: Arc<Places>,
    patience: Patience,
}

/// The media server and what recordings and live streams need.
#[derive(Clone)]
pub struct Media {
    /// Carries the media of the rooms.
    pub server: Arc<MediaServer>,
    /// Composes and encodes; or why it does not.
    pub ffmpeg: Arc<Result<Ffmpeg, NotFound>>,
    live_streams: Option<Arc<LiveStreams>>,
    /// Recordings.
    pub studio: Arc<Studio>,
}

impl Media {
    /// Its numbers as Prometheus text.
    pub fn write_metrics(&self, text: &mut String) {
        self.server.write_metrics(text);
        self.studio.archive().write_metrics(text);
        if let Some(streams) = &self.live_streams {
            streams.write_metrics(text);
        }
    }
}

/// The server without a listener.
pub struct Parts {
    /// Answers requests.
    pub router: Router,
    /// Answers `/metrics`, if that has an address of its own.
    pub metrics: Option<Router>,
    /// Makes `/healthz` tell that the server ends.
    pub stopping: Stopping,
    /// Signalling.
    pub endpoint: Arc<Endpoint>,
    /// The rooms.
    pub hub: Arc<Hub>,
    /// The media server, if an app key asks for one.
    pub media: Option<Media>,
    /// For connections.
    pub places: Arc<Places>,
}

impl Service {
    /// Takes the address and puts everything together.
    ///
    /// # Errors
    /// When the address is taken or the data folder does not work.
    pub async fn start(settings: &Settings) -> Result<Self, ServiceError> {
        let listener = listen(&settings.listen).await?;
        let for_metrics = match settings.metrics_listen {
            Some(address) => Some(listen(&address.to_string()).await?),
            None => None,
        };
        let address = listener.local_addr().map_err(ServiceError::Serve)?;
        let Parts { router, metrics, stopping, endpoint, hub, media, places } = assemble(settings, address)?;
        let metrics = for_metrics.zip(metrics);
        let patience = Patience::with_stall(settings.ping_interval.saturating_add(settings.ping_timeout));
        Ok(Self { listener, address, router, metrics, stopping, endpoint, hub, media, places, patience })
    }

    /// Where it listens, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where `/metrics` is, if it has an address of its own.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref()?.0.local_addr().ok()
    }

    /// The media server, if an app key asks for one.
    pub fn media(&self) -> Option<&Media> {
        self.media.as_ref()
    }

    /// Serves until `stop` is done, then closes all sockets and ends.
    ///
    /// # Errors
    /// When the listener breaks.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServiceError> {
        let (begin_farewell, farewell_begun) = tokio::sync::oneshot::channel::<()>();
        let mut serving =
            tokio::spawn(listening::serve(self.listener, self.router, self.patience, self.places, async {
                let _ = farewell_begun.await;
            }));
        // Until the very end: what is slow to stop can be seen.
        let telling = self.metrics.map(|(listener, router)| {
            let places = Places::new(METRICS_CONNECTIONS);
            tokio::spawn(listening::serve(listener, router, self.patience, places, std::future::pending()))
        });
        let hub = Arc::clone(&self.hub);
        let ticking = tokio::spawn(async move {
            let mut interval = tokio::time::interval(TICK);
            loop {
                interval.tick().await;
                hub.tick();
            }
        });
        let outcome = tokio::select! {
            outcome = &mut serving => Some(outcome),
            () = stop => None,
        };
        ticking.abort();
        if let Some(outcome) = outcome {
            return outcome.map_err(|error| ServiceError::Serve(std::io::Error::other(error)));
        }
        tracing::info!("stopping");
        self.stopping.begin();
        let hub = &self.hub;
        let farewell = async {
            self.endpoint.close();
            // Before all that may take longer than whoever stops the server waits.
            hub.flush();
            let _ = tokio::time::timeout(NEXT_POLL, self.endpoint.closed()).await;
            let _ = begin_farewell.send(());
            self.endpoint.closed().await;
            let _ = (&mut serving).await;
        };
        if tokio::time::timeout(FAREWELL, farewell).await.is_err() {
            tracing::warn!("some connections did not end in time");
            serving.abort();
        }
        if let Some(media) = &self.media {
            // The rooms end first, so that what they record is completed.
            media.server.close();
            media.studio.close();
        }
        // What those said who did not end in time.
        self.hub.flush();
        if let Some(telling) = telling {
            telling.abort();
        }
        Ok(())
    }
}

async fn listen(address: &str) -> Result<TcpListener, ServiceError> {
    let failed = |reason| ServiceError::Listen { address: address.to_owned(), reason };
    TcpListener::bind(address).await.map_err(failed)
}

/// All parts of the server without a listener.
///
/// # Errors
/// As [`Service::start`].
pub fn assemble(settings: &Settings, listen: SocketAddr) -> Result<Parts, ServiceError> {
    let lifetime = u64::try_from(settings.token_lifetime.as_millis()).unwrap_or(u64::MAX);
    let authority = Arc::new(Authority::new(
        settings.keys.clone(),
        token_signer(settings)?,
        lifetime,
        settings.bandwidth_statistics,
    ));
    let ice_servers = settings.ice_servers.clone();
    let rooms = Rooms::new(RoomsSetup {
        limits: settings.limits,
        doorkeeper: Box::new(Arc::clone(&authority)),
        store: message_store(settings)?,
        ice_servers: Box::new(move |now| {
            let all = ice_servers.iter();
            all.flat_map(|server| server.servers(now)).collect()
        }),
    });
    let hub = Arc::new(Hub::new(rooms, settings.connections_outside_rooms));
    let media = media_server(settings, listen, &hub, &authority)?;
    let sockets = SocketSettings {
        ping_interval: settings.ping_interval,
        ping_timeout: settings.ping_timeout,
        frame_bytes: settings.limits.message_bytes.saturating_mul(FRAME_OVERHEAD),
        send_queue: settings.send_queue,
        send_bytes: settings.send_bytes,
    };
    let endpoint = Arc::new(Endpoint::new(Arc::clone(&hub), sockets));
    let places = Places::wanted(settings.connections);
    let stopping = Stopping::default();
    let site = Site {
        authority,
        hub: Arc::clone(&hub),
        places: Arc::clone(&places),
        stopping: stopping.clone(),
        hides_metrics: settings.metrics_listen.is_some(),
        traffic: Traffic::default(),
        public_address: settings.public_address.clone(),
        media: media.clone(),
        listen_address: listen.to_string(),
        trusted_proxies: settings.trusted_proxies.clone(),
        room_members: settings.limits.room_members,
    };
    let www = settings.www.clone().filter(|folder| folder.is_dir());
    let site = Arc::new(site);
    let metrics = site.hides_metrics.then(|| operating(Arc::clone(&site)));
    let router = router(site, Arc::clone(&endpoint), www);
    Ok(Parts { router, metrics, stopping, endpoint, hub, media, places })
}

/// Joined with the rooms: what members say to it goes there, its answers come back.
fn media_server(
    settings: &Settings,
    listen: SocketAddr,
    hub: &Arc<Hub>,
    authority: &Arc<Authority>,
) -> Result<Option<Media>, ServiceError> {
    if !settings.keys.values().any(|key| key.mcu) {
        return Ok(None);
    }
    let ffmpeg = Arc::new(Ffmpeg::find(settings.ffmpeg.as_deref()));
    let live_streams = match &*ffmpeg {
        Ok(ffmpeg) if settings.live_streams.at_once > 0 => {
            let told = settings.media_address.iter().map(|address| address.ip()).collect();
            let this_machine = ThisMachine::new(told, settings.public_address.as_deref());
            Some(LiveStreams::new(ffmpeg, settings.live_streams, this_machine))
        }
        _ => None,
    };
    let studio = Arc::new(studio(settings, hub, authority, (*ffmpeg).as_ref().ok())?);
    let taps = taps(&ffmpeg, &studio, live_streams.as_ref());
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let start = |address: SocketAddr, rooms: Weak<Hub>| {
        let setup = DriverSetup {
            listen: address,
            tcp: settings.media_tcp,
            public: settings.media_address.clone(),
            is_local: listen.ip().is_loopback(),
            threads: settings.media_threads.unwrap_or_else(cores),
            limits: McuLimits::default(),
            taps: taps.clone(),
        };
        let signal: SignalSink = Arc::new(move |signal| {
            if let Some(hub) = rooms.upgrade() {
                hub.signal(signal);
            }
        });
        MediaServer::start(setup, &signal)
    };
    let usual = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), listen.port());
    let address = settings.media_listen.unwrap_or(usual);
    let attempt = |address| start(address, Arc::downgrade(hub));
    let mut outcome = attempt(address);
    // Who left the choice of the first port to us leaves that of the second too.
    if outcome.is_err() && settings.media_listen.is_none() && settings.listen.ends_with(":0") {
        outcome = attempt(SocketAddr::new(address.ip(), 0));
    }
    let server = Arc::new(outcome.map_err(|reason| ServiceError::Media { address, reason })?);
    let commanded = Arc::clone(&server);
    hub.attach(Box::new(move |command| commanded.handle(command)));
    Ok(Some(Media { server, ffmpeg, studio, live_streams }))
}

/// Recorders and live streams, or what answers in their place.
fn taps(
    ffmpeg: &Result<Ffmpeg, NotFound>,
    studio: &Studio,
    live_streams: Option<&Arc<LiveStreams>>,
) -> Vec<TapFactory> {
    let recordings = match studio.archive().is_unable() {
        Some(reason) => refusing(Refused::Recordings, &reason.to_string()),
        None => studio.taps(),
    };
    let reason = match ffmpeg {
        Ok(_) => "this server makes no live streams",
        Err(_) => "this server makes no live streams, because it has no ffmpeg",
    };
    let refused = || refusing(Refused::LiveStreams, reason);
    vec![recordings, live_streams.map_or_else(refused, LiveStreams::taps)]
}

/// Recordings, and the addresses at which members get them.
fn studio(
    settings: &Settings,
    hub: &Arc<Hub>,
    authority: &Arc<Authority>,
    ffmpeg: Option<&Ffmpeg>,
) -> Result<Studio, ServiceError> {
    let (rooms, authority) = (Arc::downgrade(hub), Arc::clone(authority));
    let label = move |rid: &str| rooms.upgrade()?.label_of(rid);
    let lifetime = u64::try_from(settings.recording.link_lifetime.as_millis()).unwrap_or(u64::MAX);
    let link = move |id: &str| {
        let token = || authority.recording_link(id, time::now().saturating_add(lifetime));
        (lifetime > 0).then(|| format!("/recorded/{}", token()))
    };
    let recording = settings.recording.clone();
    let path = recording.folder.clone().unwrap_or_default();
    Studio::open(recording, ffmpeg.cloned(), Box::new(label), Box::new(link))
        .map_err(|reason| ServiceError::Data { path, reason })
}

/// In the data folder, or where there is none in memory.
fn message_store(settings: &Settings) -> Result<Box<dyn MessageStore>, ServiceError> {
    let Some(folder) = &settings.data else {
        return Ok(Box::new(MemoryStore::new(settings.stored_messages)));
    };
    let path = folder.join("stored-messages.redb");
    let failed = |reason| ServiceError::Data { path: path.clone(), reason };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let store = DiskStore::open(&path, settings.stored_messages, time::now());
    Ok(Box::new(store.map_err(|error| failed(std::io::Error::other(error)))?))
}

fn token_signer(settings: &Settings) -> Result<TokenSigner, ServiceError> {
    if let Some(secret) = &settings.token_secret {
        return Ok(TokenSigner::new(secret.reveal().as_bytes()));
    }
    match &settings.data {
        Some(folder) => kept_key(folder).map(|key| TokenSigner::new(&key)),
        None => {
            let key = random::key().map_err(ServiceError::Randomness)?;
            Ok(TokenSigner::new(&key))
        }
    }
}

/// The key in the data folder; made at the first start.
fn kept_key(folder: &Path) -> Result<Vec<u8>, ServiceError> {
    let path = folder.join("token-key");
    let failed = |reason| ServiceError::Data { path: path.clone(), reason };
    match std::fs::read(&path) {
        Ok(key) if key.len() == 32 => return Ok(key),
        Ok(_) => {
            let reason = "the file is not a key of 32 bytes; delete it to get a new one";
            return Err(failed(std::io::Error::other(reason)));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    let key = random::key().map_err(ServiceError::Randomness)?.to_vec();
    write_private(&path, &key).map_err(failed)?;
    Ok(key)
}

/// Only the owner may read it. It appears under its name with its whole content or not at all.
fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(draft, path)
}
