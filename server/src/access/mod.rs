//! Who may use the service: app keys, the app's own credentials, and the tokens that the API
//! hands out and `joinRoom` brings back (wire protocol 3.3 to 3.6).

mod app_key;
mod authority;
mod credentials;
mod refusal;
mod token;

pub use app_key::AppKey;
pub use authority::{ApiRequest, Authority, Grant, TimeWindow};
pub use credentials::credentials_match;
pub use refusal::{ApiErrorCode, ApiFailure};
pub use token::{TokenError, TokenSigner};
