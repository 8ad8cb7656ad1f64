//! Browser objects that the core knows by number only.

use crate::table::Table;
use skylink_core::Handle;
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, JsValue};

/// Owns streams and errors as long as the core may refer to them.
#[derive(Debug, Default)]
pub struct Handles {
    objects: RefCell<Table<JsValue>>,
    last: Cell<Handle>,
}

impl Handles {
    /// Keeps an object under a number that was not used before.
    pub fn keep(&self, object: JsValue) -> Handle {
        let handle = self.last.get().wrapping_add(1) & 0x7fff_ffff;
        self.last.set(handle);
        self.objects.borrow_mut().insert(handle, object);
        handle
    }

    /// Keeps an object under a number that the core chose.
    pub fn keep_as(&self, handle: Handle, object: JsValue) {
        self.objects.borrow_mut().insert(handle, object);
    }

    /// The object, or `null` if it was released.
    pub fn get(&self, handle: Handle) -> JsValue {
        self.objects.borrow().get(handle).cloned().unwrap_or(JsValue::NULL)
    }

    /// The object as what it should be.
    pub fn get_as<T: JsCast>(&self, handle: Handle) -> Option<T> {
        self.get(handle).dyn_into().ok()
    }

    /// Forgets an object.
    pub fn release(&self, handle: Handle) {
        let object = self.objects.borrow_mut().remove(handle);
        drop(object);
    }

    /// How many objects are kept.
    pub fn count(&self) -> usize {
        self.objects.borrow().len()
    }
}
