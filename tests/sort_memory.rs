//! How much memory sorts take beside the slice.

#[path = "common/watchdog.rs"]
#[macro_use]
mod watchdog;

use moirai::ThreadPoolBuilder;
use moirai::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The bytes that are allocated, and how many they were at most.
static ALLOCATED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: every call goes to the system's allocator with the caller's arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let before = ALLOCATED.fetch_add(layout.size(), Relaxed);
        PEAK.fetch_max(before + layout.size(), Relaxed);
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size(), Relaxed);
        // SAFETY: `memory` came from `alloc` above, hence from the system's, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// Numbers without a pattern (SplitMix64).
fn random(at: u64) -> u64 {
    let bits = at.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB) >> 20
}

/// Ascending numbers, of which one in so many stands where chance has put it.
fn displaced(items: u64, one_in: u64) -> Vec<u64> {
    (0..items).map(|at| if at % one_in == 0 { random(at) % items } else { at }).collect()
}

fn patterns(items: u64) -> [(&'static str, Vec<u64>); 7] {
    [
        ("random", (0..items).map(random).collect()),
        ("ascending", (0..items).collect()),
        ("descending", (0..items).rev().collect()),
        ("few strays", displaced(items, 1_000)),
        ("many strays", displaced(items, 6)),
        ("few values", (0..items).map(|at| random(at) % 16).collect()),
        ("sawtooth", (0..items).map(|at| at % (items / 10)).collect()),
    ]
}

/// The bytes that `sort` takes at most, beside those of the slice.
fn peak<T: Clone + Ord>(items: &[T], sort: impl FnOnce(&mut [T])) -> usize {
    let mut items = items.to_vec();
    let before = ALLOCATED.load(Relaxed);
    PEAK.store(before, Relaxed);
    sort(&mut items);
    let peak = PEAK.load(Relaxed) - before;
    assert!(items.is_sorted());
    peak
}

/// Some bytes for what a pool allocates when it wakes, and for what goes from one part of a sort to another.
const SOME: usize = 1 << 15;

fn peaks<T: Clone + Ord + Send>(name: &str, items: &[T], threads: usize) {
    let bytes = size_of_val(items);
    let stable = peak(items, |items| items.par_sort());
    assert!(stable <= bytes + SOME, "{name} on {threads}, stable: {stable} beside {bytes}");
    // Not more for a slice that is twice as long.
    let unstable = peak(items, |items| items.par_sort_unstable());
    let constant = threads * (1 << 20) + SOME;
    assert!(unstable <= constant, "{name} on {threads}, unstable: {unstable} beside {bytes}");
}

/// One test, since others would allocate at the same time.
#[test]
fn peaks_of_all_patterns() {
    watch!();
    for threads in [1, 3] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            for (name, items) in patterns(300_000) {
                peaks(name, &items, threads);
                let small: Vec<u32> = items.iter().map(|&item| item as u32).collect();
                peaks(name, &small, threads);
            }
            for (name, items) in patterns(40_000) {
                let large: Vec<[u64; 16]> = items.iter().map(|&item| [item; 16]).collect();
                peaks(name, &large, threads);
            }
        });
    }
}
