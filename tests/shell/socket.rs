use crate::constructed::Constructed;
use crate::page_errors::PageErrors;
use crate::reports::reports;
use crate::task::next_task;
use skylink_wasm::browser::listener::Listener;
use skylink_wasm::browser::socket::{Socket, SocketEvent};
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::WebSocket;

/// Nobody listens there.
const NO_SERVER: &str = "ws://127.0.0.1:2/";

#[wasm_bindgen_test]
async fn reports_once_that_it_could_not_be_opened() {
    // The test page's own server is there, but speaks no websocket.
    let page = js_sys::global();
    let host = skylink_wasm::convert::text(&skylink_wasm::convert::get(&page, "location"), "host");
    for url in [NO_SERVER.to_owned(), format!("ws://{host}/")] {
        let (report, mut events) = reports();
        let _socket = Socket::open(&url, report).unwrap();
        assert_eq!(events.next().await, SocketEvent::Closed);
        next_task().await;
        assert!(events.arrived().is_empty());
    }
}

#[wasm_bindgen_test]
fn refuses_an_address_that_is_none() {
    assert!(Socket::open("ws://", |_| {}).is_err());
    assert!(Socket::open("ftp://127.0.0.1/", |_| {}).is_err());
}

#[wasm_bindgen_test]
async fn swallows_text_while_it_is_not_open() {
    let (report, mut events) = reports();
    let socket = Socket::open(NO_SERVER, report).unwrap();
    socket.send("too early");
    assert_eq!(events.next().await, SocketEvent::Closed);
    socket.send("too late");
}

#[wasm_bindgen_test]
async fn dropping_it_closes_it_silently() {
    let sockets = Constructed::by("WebSocket");
    let (report, mut events) = reports();
    let held = Rc::new(());
    let holding = Rc::clone(&held);
    let socket = Socket::open(NO_SERVER, move |event| {
        let _ = &holding;
        report(event);
    });
    let native: WebSocket = sockets.only();
    let (closed, mut closing) = reports();
    let _listener = Listener::new(&native, "close", move |_| closed(()));
    drop(socket);
    assert_eq!(native.ready_state(), WebSocket::CLOSING);
    assert_eq!(Rc::strong_count(&held), 1);
    let mut errors = PageErrors::watch();
    closing.next().await;
    errors.assert_none();
    assert!(events.arrived().is_empty());
}
