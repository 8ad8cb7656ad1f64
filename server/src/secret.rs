//! Texts that must never be printed.

use std::fmt;

use serde::Deserialize;

/// A password, key or the like: readable by the code that needs it, never shown in logs.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(secret)")
    }
}

/// For `clap`, which reads it from flags and environment.
impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
