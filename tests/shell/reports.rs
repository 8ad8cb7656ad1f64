//! What a callback is told, to be waited for.

use futures_channel::mpsc::{unbounded, UnboundedReceiver};

/// A callback and what it is told, in order.
pub fn reports<T: 'static>() -> (impl Fn(T) + Clone, Reports<T>) {
    let (sender, receiver) = unbounded();
    (move |report| drop(sender.unbounded_send(report)), Reports(receiver))
}

pub struct Reports<T>(UnboundedReceiver<T>);

impl<T> Reports<T> {
    /// Waits for the next report.
    pub async fn next(&mut self) -> T {
        self.0.recv().await.expect("the callback is gone")
    }

    /// Takes what was reported by now, without waiting.
    pub fn arrived(&mut self) -> Vec<T> {
        std::iter::from_fn(|| self.0.try_recv().ok()).collect()
    }
}
