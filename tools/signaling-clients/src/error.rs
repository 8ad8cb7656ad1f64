//! What can go wrong.

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server is not reached.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The API does not answer.
    #[error(transparent)]
    Http(#[from] hyper::Error),
    /// The socket broke, or was refused.
    #[error(transparent)]
    Socket(#[from] tokio_tungstenite::tungstenite::Error),
    /// The server said something else than what lets a client in.
    #[error("not let in: {0}")]
    Refused(String),
    /// Messages did not come in time.
    #[error("{0} messages came")]
    Late(usize),
}
