//! Browser objects that the shell keeps to itself.

use js_sys::Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/tests/shell/constructed.js")]
extern "C" {
    type Collector;
    #[wasm_bindgen(js_name = collectConstructed)]
    fn collect_constructed(name: &str) -> Collector;
    #[wasm_bindgen(js_name = collectCaptures)]
    fn collect_captures() -> Collector;
    #[wasm_bindgen(method, getter)]
    fn made(this: &Collector) -> Array;
    #[wasm_bindgen(method)]
    fn stop(this: &Collector);
}

/// Collects objects until it is dropped.
pub struct Constructed(Collector);

impl Constructed {
    /// Collects what the page makes with this constructor.
    pub fn by(constructor: &str) -> Self {
        Self(collect_constructed(constructor))
    }

    /// Collects the promises of captures.
    pub fn by_capturing() -> Self {
        Self(collect_captures())
    }

    /// What was made by now.
    pub fn all<T: JsCast>(&self) -> Vec<T> {
        self.0.made().iter().map(JsCast::unchecked_into).collect()
    }

    /// The one object that was made.
    pub fn only<T: JsCast>(&self) -> T {
        let mut all = self.all();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }
}

impl Drop for Constructed {
    fn drop(&mut self) {
        self.0.stop();
    }
}
