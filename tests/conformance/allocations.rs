//! Counts the allocations of the calling thread, for promises about calls that allocate nothing.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

#[derive(Debug)]
struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

/// How often this thread has asked for memory so far.
pub(crate) fn of_this_thread() -> u64 {
    COUNT.with(Cell::get)
}

// SAFETY: every call goes to the system's allocator with the caller's arguments; counting neither
// allocates (a constant-initialised cell without a destructor) nor touches the memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: `memory` came from `alloc` above, hence from the system's, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }
}
