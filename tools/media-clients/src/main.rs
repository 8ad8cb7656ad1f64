//! The program `media-clients`: `media-clients ADDRESS` has clients at ports of that address, takes
//! orders on its input until that ends, and answers on its output.

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::net::IpAddr;
use std::process::ExitCode;
use std::sync::mpsc::{channel, Sender};
use std::sync::Arc;

use media_clients::client::{Client, Tell};
use media_clients::orders::{Answer, Order, Request};
use media_clients::peer::Error;

fn main() -> ExitCode {
    let Some(address) = std::env::args().nth(1).and_then(|text| text.parse().ok()) else {
        let _ = writeln!(std::io::stderr(), "media-clients: an address of this machine is wanted");
        return ExitCode::FAILURE;
    };
    let tell: Tell = Arc::new(|answer| {
        if let Ok(text) = serde_json::to_string(&answer) {
            let _ = writeln!(std::io::stdout(), "{text}");
        }
    });
    let mut clients = HashMap::new();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        match serde_json::from_str::<Request>(&line) {
            Ok(Request { id, client, order }) => {
                if let Err(error) = give(&mut clients, address, client, (id, order), &tell) {
                    tell(Answer::Failed { id, error: error.to_string() });
                }
            }
            Err(error) => {
                let _ = writeln!(std::io::stderr(), "media-clients: {error}: {line}");
            }
        }
    }
    ExitCode::SUCCESS
}

fn give(
    clients: &mut HashMap<String, Sender<(u64, Order)>>,
    address: IpAddr,
    name: String,
    order: (u64, Order),
    tell: &Tell,
) -> Result<(), Error> {
    if !clients.contains_key(&name) {
        let (orders, receiver) = channel();
        let (client, tell) = (Client::new(address)?, Arc::clone(tell));
        std::thread::Builder::new().name(name.clone()).spawn(move || client.run(&receiver, &tell))?;
        clients.insert(name.clone(), orders);
    }
    if let Some(orders) = clients.get(&name) {
        let _ = orders.send(order);
    }
    Ok(())
}
