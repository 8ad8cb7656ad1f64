use crate::page_errors::PageErrors;
use skylink_wasm::browser::listener::Listener;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, EventTarget};

fn dispatch(target: &EventTarget, kind: &str) {
    target.dispatch_event(&Event::new(kind).unwrap()).unwrap();
}

/// A listener that counts its calls, and the count.
fn counting(target: &EventTarget, kind: &'static str) -> (Listener, Rc<Cell<u32>>) {
    let calls = Rc::new(Cell::new(0));
    let counter = Rc::clone(&calls);
    let listener = Listener::new(target, kind, move |_| counter.set(counter.get() + 1));
    (listener, calls)
}

#[wasm_bindgen_test]
fn is_called_with_each_event_of_its_kind() {
    let target = EventTarget::new().unwrap();
    let kinds = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&kinds);
    let _listener = Listener::new(&target, "wanted", move |event| seen.borrow_mut().push(event.type_()));
    for kind in ["wanted", "other", "wanted"] {
        dispatch(&target, kind);
    }
    assert_eq!(*kinds.borrow(), ["wanted", "wanted"]);
}

#[wasm_bindgen_test]
fn is_not_called_after_it_was_dropped() {
    let target = EventTarget::new().unwrap();
    let (dropped, dropped_calls) = counting(&target, "wanted");
    let (_kept, kept_calls) = counting(&target, "wanted");
    dispatch(&target, "wanted");
    drop(dropped);
    let mut errors = PageErrors::watch();
    dispatch(&target, "wanted");
    assert_eq!((dropped_calls.get(), kept_calls.get()), (1, 2));
    errors.assert_none();
}

#[wasm_bindgen_test]
fn frees_what_its_callback_holds() {
    let target = EventTarget::new().unwrap();
    let (listener, calls) = counting(&target, "wanted");
    assert_eq!(Rc::strong_count(&calls), 2);
    drop(listener);
    assert_eq!(Rc::strong_count(&calls), 1);
}

#[wasm_bindgen_test]
fn may_be_dropped_by_its_own_callback() {
    let target = EventTarget::new().unwrap();
    let (calls, slot) = (Rc::new(Cell::new(0)), Rc::new(RefCell::new(None)));
    let (counter, own) = (Rc::clone(&calls), Rc::clone(&slot));
    *slot.borrow_mut() = Some(Listener::new(&target, "wanted", move |_| {
        drop(own.take());
        counter.set(counter.get() + 1);
    }));
    let mut errors = PageErrors::watch();
    dispatch(&target, "wanted");
    dispatch(&target, "wanted");
    errors.assert_none();
    assert_eq!(calls.get(), 1);
    assert_eq!(Rc::strong_count(&calls), 1);
}
