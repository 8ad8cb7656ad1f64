//! How tests talk to the relay while it runs: HTTP on a loopback port.
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `POST /relayed` | `10.0.0.5:50000`, an origin on this machine | its relayed address, in the same form |
//! | `PUT /conditions` | JSON of [`Conditions`] | 204 |
//! | `GET /conditions` | | JSON of [`Conditions`] |
//! | `GET /counters` | | JSON of [`crate::path::Counters`] |
//!
//! Wrong input is answered with 400 and a line that says what is wrong. Pages of any origin may ask.

use std::net::SocketAddr;

use axum::extract::rejection::JsonRejection;
use axum::extract::State;
use axum::http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};

use crate::conditions::Conditions;
use crate::sockets::Relay;

/// The routes.
pub fn router(relay: Relay) -> Router {
    Router::new()
        .route("/relayed", post(relayed))
        .route("/conditions", get(conditions).put(set_conditions))
        .route("/counters", get(counters))
        .with_state(relay)
}

fn refused(why: impl ToString) -> Response {
    (StatusCode::BAD_REQUEST, why.to_string()).into_response()
}

async fn relayed(State(relay): State<Relay>, body: String) -> Response {
    let answer = match body.trim().parse::<SocketAddr>() {
        Ok(origin) => match relay.relayed(origin) {
            Ok(address) => address.to_string().into_response(),
            Err(error) => refused(error),
        },
        Err(_) => refused(format_args!("{body:?} is no address with a port")),
    };
    ([(ACCESS_CONTROL_ALLOW_ORIGIN, "*")], answer).into_response()
}

async fn conditions(State(relay): State<Relay>) -> Json<Conditions> {
    Json(relay.conditions())
}

async fn set_conditions(
    State(relay): State<Relay>,
    body: Result<Json<Conditions>, JsonRejection>,
) -> Response {
    let Json(conditions) = match body {
        Ok(conditions) => conditions,
        Err(error) => return refused(error.body_text()),
    };
    match conditions.checked() {
        Ok(conditions) => {
            relay.set_conditions(conditions);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => refused(error),
    }
}

async fn counters(State(relay): State<Relay>) -> Response {
    Json(relay.counters()).into_response()
}
