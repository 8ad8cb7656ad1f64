use crate::page_errors::PageErrors;
use crate::reports::reports;
use crate::timer::passed;
use js_sys::Promise;
use skylink_wasm::browser::page::now;
use skylink_wasm::browser::task::NextTask;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

/// Lets everything run that waits for settled promises.
pub async fn next_task() {
    let (report, mut calls) = reports();
    let task = NextTask::new(move || report(())).unwrap();
    task.request();
    calls.next().await;
}

#[wasm_bindgen_test]
async fn runs_after_everything_that_waits_for_settled_promises() {
    let (report, mut calls) = reports();
    let task = NextTask::new(move || report(())).unwrap();
    task.request();
    for _ in 0..50 {
        Promise::resolve(&JsValue::NULL).await.unwrap();
        assert!(calls.arrived().is_empty());
    }
    calls.next().await;
}

#[wasm_bindgen_test]
async fn runs_once_for_each_request() {
    let (report, mut calls) = reports();
    let task = NextTask::new(move || report(())).unwrap();
    for _ in 0..3 {
        task.request();
    }
    for _ in 0..3 {
        calls.next().await;
    }
    task.request();
    calls.next().await;
    assert!(calls.arrived().is_empty());
}

#[wasm_bindgen_test]
async fn is_silent_and_frees_what_its_callback_holds_when_dropped() {
    let calls = Rc::new(Cell::new(0));
    let counter = Rc::clone(&calls);
    let task = NextTask::new(move || counter.set(counter.get() + 1)).unwrap();
    task.request();
    drop(task);
    assert_eq!(Rc::strong_count(&calls), 1);
    let mut errors = PageErrors::watch();
    passed(now() + 10.0).await;
    errors.assert_none();
    assert_eq!(calls.get(), 0);
}
