//! What the page calls.

use crate::{lzma, weave};

static mut PROBABILITIES: [u16; lzma::PROBABILITIES] = [0; lzma::PROBABILITIES];

/// Unpacks what the page has put at `place`. Behind it there has to be room for the streams, and
/// behind them for the module. `before` bytes of it stand before the first function.
#[no_mangle]
pub extern "C" fn unpack(
    place: *mut u8,
    packed: usize,
    streams: usize,
    before: usize,
    functions: usize,
    size: usize,
) {
    // The page has grown the memory by what it asks for; nothing else of this program lies there, and
    // there is one thread.
    let (memory, probabilities) = unsafe {
        (core::slice::from_raw_parts_mut(place, packed + streams + size), &mut *(&raw mut PROBABILITIES))
    };
    let (packed, memory) = memory.split_at_mut(packed);
    let (streams, module) = memory.split_at_mut(streams);
    lzma::unpack(packed, streams, probabilities);
    weave::weave(streams, before, functions, module);
}

#[panic_handler]
fn on_panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
