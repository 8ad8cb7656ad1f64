use crate::page_errors::PageErrors;
use crate::reports::{reports, Reports};
use skylink_wasm::browser::page::now;
use skylink_wasm::browser::timer::Timer;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;

/// Browsers round waiting times down to whole milliseconds.
const ROUNDING: f64 = 1.0;

/// A timer and the moments at which it called back.
fn timer() -> (Timer, Reports<f64>) {
    let (report, calls) = reports();
    (Timer::new(move || report(now())), calls)
}

/// Waits for a timer that is set to a moment, so that earlier ones have run.
pub async fn passed(moment: f64) {
    let (timer, mut calls) = timer();
    timer.set(Some(moment));
    calls.next().await;
}

#[wasm_bindgen_test]
async fn calls_back_at_the_moment_set() {
    let (timer, mut calls) = timer();
    let moment = now() + 30.0;
    timer.set(Some(moment));
    assert!(calls.next().await >= moment - ROUNDING);
}

#[wasm_bindgen_test]
async fn calls_back_at_once_for_a_moment_gone_by() {
    let (timer, mut calls) = timer();
    timer.set(Some(0.0));
    calls.next().await;
}

#[wasm_bindgen_test]
async fn another_moment_replaces_the_one_set() {
    let (timer, mut calls) = timer();
    let begin = now();
    timer.set(Some(begin + 1.0));
    timer.set(Some(begin + 1_000_000.0));
    timer.set(Some(begin + 30.0));
    assert!(calls.next().await >= begin + 30.0 - ROUNDING);
    passed(now() + 2.0 * ROUNDING).await;
    assert!(calls.arrived().is_empty());
}

#[wasm_bindgen_test]
async fn setting_the_same_moment_again_changes_nothing() {
    let (timer, mut calls) = timer();
    let moment = now() + 5.0;
    timer.set(Some(moment));
    timer.set(Some(moment));
    passed(moment + 2.0 * ROUNDING).await;
    assert_eq!(calls.arrived().len(), 1);
}

#[wasm_bindgen_test]
async fn is_silent_when_unset() {
    let (timer, mut calls) = timer();
    let moment = now() + 5.0;
    timer.set(Some(moment));
    timer.set(None);
    passed(moment + 2.0 * ROUNDING).await;
    assert!(calls.arrived().is_empty());
}

#[wasm_bindgen_test]
async fn is_silent_and_frees_what_its_callback_holds_when_dropped() {
    let calls = Rc::new(Cell::new(0));
    let counter = Rc::clone(&calls);
    let timer = Timer::new(move || counter.set(counter.get() + 1));
    let moment = now() + 5.0;
    timer.set(Some(moment));
    drop(timer);
    assert_eq!(Rc::strong_count(&calls), 1);
    let mut errors = PageErrors::watch();
    passed(moment + 2.0 * ROUNDING).await;
    errors.assert_none();
    assert_eq!(calls.get(), 0);
}

/// The browser's own timers run at once if the wait is longer than 2³¹ ms.
#[wasm_bindgen_test]
async fn waits_for_the_far_future() {
    let (timer, mut calls) = timer();
    timer.set(Some(now() + 1e12));
    passed(now() + 10.0).await;
    assert!(calls.arrived().is_empty());
}

#[wasm_bindgen_test]
async fn can_be_set_again_by_its_own_callback() {
    let slot = Rc::new(OnceCell::<Timer>::new());
    let (weak, (report, mut calls)) = (Rc::downgrade(&slot), reports());
    let timer = Timer::new(move || {
        if let Some(timer) = weak.upgrade() {
            let timer = timer.get().unwrap();
            timer.ran();
            timer.set(Some(0.0));
            report(());
        }
    });
    timer.set(Some(0.0));
    assert!(slot.set(timer).is_ok());
    for _ in 0..3 {
        calls.next().await;
    }
}
