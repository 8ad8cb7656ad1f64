//! Two clients call each other, without a server between them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use media_clients::client::{Client, Tell};
use media_clients::orders::{Answer, Counts, Order, Value};

const PATIENCE: Duration = Duration::from_secs(20);

struct Driven {
    orders: Sender<(u64, Order)>,
    answers: Receiver<Answer>,
}

impl Driven {
    fn new() -> Self {
        let (orders, receiver) = channel();
        let (sender, answers) = channel();
        let sender = Mutex::new(sender);
        let tell: Tell = Arc::new(move |answer| sender.lock().unwrap().send(answer).unwrap());
        let client = Client::new("127.0.0.1".parse().unwrap()).unwrap();
        std::thread::spawn(move || client.run(&receiver, &tell));
        Self { orders, answers }
    }

    fn obey(&self, order: Order) -> Value {
        self.orders.send((1, order)).unwrap();
        match self.answers.recv_timeout(PATIENCE).unwrap() {
            Answer::Done { value, .. } => value,
            Answer::Failed { error, .. } => panic!("{error}"),
        }
    }

    fn sdp(&self, order: Order) -> String {
        let Value::Sdp(sdp) = self.obey(order) else { panic!("no description") };
        sdp
    }

    fn counts(&self) -> Counts {
        let Value::Counts(counts) = self.obey(Order::Count) else { panic!("no counts") };
        counts
    }

    fn until(&self, is_so: impl Fn(Counts) -> bool) -> Counts {
        let begun = Instant::now();
        loop {
            let counts = self.counts();
            if is_so(counts) {
                return counts;
            }
            assert!(begun.elapsed() < PATIENCE, "{counts:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn what_one_sends_reaches_the_other() {
    let (speaker, listener) = (Driven::new(), Driven::new());
    let offer = speaker.sdp(Order::Offer { pictures: true, sound: true, channel: true });
    assert_eq!(offer.matches("\r\nm=").count(), 3);
    let sdp = listener.sdp(Order::TakeOffer { sdp: offer });
    speaker.obey(Order::TakeAnswer { sdp });
    for client in [&speaker, &listener] {
        client.until(|counts| counts.is_connected);
    }
    assert_eq!(speaker.counts().sent, 0);
    speaker.obey(Order::Send);
    listener.until(|counts| counts.received > 100);
    speaker.obey(Order::BeSilent);
    let sent = speaker.counts().sent;
    let received = listener.until(|counts| counts.received == sent).received;
    assert!(received > 100 && speaker.counts().sent == sent);
    speaker.orders.send((2, Order::TakeAnswer { sdp: "nonsense".to_owned() })).unwrap();
    assert!(matches!(speaker.answers.recv_timeout(PATIENCE).unwrap(), Answer::Failed { id: 2, .. }));
}
