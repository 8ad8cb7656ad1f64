//! All clients, and what they are told to do together.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use tokio::time::sleep;

use crate::client::Client;
use crate::entering::Api;
use crate::error::Error;
use crate::heard::Heard;
use crate::orders::{Flood, Joining, Order, Pace, Value};

/// Clients that join at a time.
const JOINING_AT_ONCE: usize = 32;
const PADDING: usize = 100;
const PACE_STEP: Duration = Duration::from_millis(5);

/// All clients of the program.
pub struct Crowd {
    clients: Vec<Client>,
    heard: Rc<Heard>,
    padding: String,
}

impl Crowd {
    /// Nobody.
    pub fn new() -> Self {
        Self { clients: Vec::new(), heard: Rc::new(Heard::new()), padding: "x".repeat(PADDING) }
    }

    /// Carries out an order and tells what was measured.
    pub async fn obey(&mut self, order: Order) -> Result<Value, Error> {
        match order {
            Order::Join(joining) => self.join(&joining).await,
            Order::Flood(flood) => self.flood(&flood).await,
            Order::Pace(pace) => self.pace(&pace).await,
            Order::Leave {} => {
                self.clients.clear();
                Ok(Value::Nothing)
            }
        }
    }

    async fn join(&mut self, joining: &Joining) -> Result<Value, Error> {
        let began = Instant::now();
        let next = Cell::new(0_usize);
        let joined = RefCell::new(Vec::new());
        let join_some = || async {
            let mut api = Api::open(&joining.host).await?;
            while next.get() < joining.count {
                let room = next.get().checked_div(joining.room_size).unwrap_or(0);
                next.set(next.get().saturating_add(1));
                let room = format!("{}-{room}", joining.prefix);
                let client = Client::join(&mut api, &joining.host, &room, &self.heard).await?;
                joined.borrow_mut().push(client);
            }
            Ok::<_, Error>(())
        };
        try_join_all((0..JOINING_AT_ONCE).map(|_| join_some())).await?;
        self.clients.append(&mut joined.borrow_mut());
        Ok(Value::Joined(began.elapsed().as_secs_f64()))
    }

    async fn flood(&mut self, flood: &Flood) -> Result<Value, Error> {
        self.heard.forget();
        let began = Instant::now();
        for sent in 0..flood.messages {
            let expected = sent.saturating_mul(flood.receivers);
            if expected.saturating_sub(self.heard.count()) > flood.window {
                self.heard.until(expected.saturating_sub(flood.window / 2)).await?;
            }
            self.say(sent).await?;
        }
        self.heard.until(flood.messages.saturating_mul(flood.receivers)).await?;
        Ok(Value::Flooded { seconds: began.elapsed().as_secs_f64(), delivered: self.heard.count() })
    }

    async fn pace(&mut self, pace: &Pace) -> Result<Value, Error> {
        self.heard.forget();
        self.heard.keep_delays();
        let began = Instant::now();
        let mut sent = 0_usize;
        while sent < pace.messages {
            while sent < pace.messages && (sent as f64) < began.elapsed().as_secs_f64() * pace.per_second {
                self.say(sent).await?;
                sent = sent.saturating_add(1);
            }
            sleep(PACE_STEP).await;
        }
        self.heard.until(pace.messages.saturating_mul(pace.receivers)).await?;
        let delays = self.heard.take_delays();
        let at = |hundredths: usize| {
            let place = delays.len().saturating_mul(hundredths) / 100;
            delays.get(place).copied().unwrap_or(f64::NAN)
        };
        Ok(Value::Delays { median: at(50), p99: at(99) })
    }

    async fn say(&mut self, turn: usize) -> Result<(), Error> {
        let data = format!("{}{}", self.heard.stamp(), self.padding);
        let speaker = turn.checked_rem(self.clients.len()).unwrap_or(0);
        match self.clients.get_mut(speaker) {
            Some(client) => client.say(&data).await,
            None => Err(Error::Refused("nobody has joined".to_owned())),
        }
    }
}
