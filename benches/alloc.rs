//! How often the heap is asked: allocations per operation in a steady state, and bytes per worker of a pool.
//!
//! Counts, not times, by an allocator that counts for the whole process. Nothing is asserted but the results of the
//! work: a count that must hold is a test's business.

mod harness;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use harness::{Bench, wait_until};

/// The system's allocator, counting. Threads' stacks are not its business.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);
static LIVE_BYTES: AtomicUsize = AtomicUsize::new(0);
static PEAK_BYTES: AtomicUsize = AtomicUsize::new(0);

fn count(bytes: usize) {
    ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
    BYTES.fetch_add(bytes, Ordering::Relaxed);
    let live = LIVE_BYTES.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK_BYTES.fetch_max(live, Ordering::Relaxed);
}

// SAFETY: every request goes unchanged to the system's allocator; counting does not allocate. `alloc_zeroed` and
// `realloc` are the provided ones, which call these two.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE_BYTES.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the pointer came from `System` with this layout, by the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Operations that are counted together.
const OPERATIONS: usize = 6_300;
/// Of those that take long.
const LONG_OPERATIONS: usize = 63;

/// Items of one operation on a collection.
const ITEMS: u64 = 100_000;

/// Items of one operation whose peak is looked at.
const MANY_ITEMS: u64 = 4_000_000;

/// The pools between which the memory per worker is the difference.
const FEW_THREADS: usize = 2;
const MANY_THREADS: usize = 18;

/// Runs `operations`, which does so many of them, until the state is steady, and prints what one more run allocates for each.
fn row(bench: &Bench, workload: &str, name: &str, operations: impl FnMut(usize)) {
    row_of(bench, workload, name, OPERATIONS, operations);
}

/// The same for another number of operations.
fn row_of(
    bench: &Bench,
    workload: &str,
    name: &str,
    number: usize,
    mut operations: impl FnMut(usize),
) {
    if !bench.selects(workload, "") {
        return;
    }
    for _ in 0..3 {
        operations(number);
    }
    let read = || [&ALLOCATIONS, &BYTES].map(|counter| counter.load(Ordering::SeqCst));
    let before = read();
    operations(number);
    let after = read();
    let [allocations, bytes] =
        [0, 1].map(|index| (after[index] - before[index]) as f64 / number as f64);
    let id = format!("alloc/{workload}/{name}");
    println!("{id:<44}{allocations:>10.4} allocations{bytes:>12.2} bytes, each");
}

/// Prints the most that is allocated at a time, beyond the output, as a multiple of it: `operation` gives the output, and is run
/// for some time first.
fn peak_row<T>(bench: &Bench, workload: &str, name: &str, operation: impl Fn() -> Vec<T>) {
    if !bench.selects(workload, "") {
        return;
    }
    (0..2).for_each(|_| drop(operation()));
    let before = LIVE_BYTES.load(Ordering::SeqCst);
    PEAK_BYTES.store(before, Ordering::SeqCst);
    let output = (operation().len() * size_of::<T>()) as f64;
    let beyond = (PEAK_BYTES.load(Ordering::SeqCst) - before) as f64 - output;
    let id = format!("alloc/{workload}/{name}");
    println!("{id:<44}{:>10.2} times the output at the peak, beyond it", beyond / output);
}

/// The rows over one crate. It is named twice where its name is also printed.
macro_rules! rows {
    ($name:ident) => {
        mod $name {
            use super::*;
            use ::$name::prelude::*;

            static RAN: AtomicUsize = AtomicUsize::new(0);

            fn job() {
                RAN.fetch_add(1, Ordering::Relaxed);
            }

            /// Waits for all jobs since `RAN` was `before`.
            fn wait_for(before: usize, jobs: usize) {
                wait_until(|| RAN.load(Ordering::Relaxed) == before + jobs);
            }

            pub(crate) fn print(bench: &Bench) {
                let name = stringify!($name);
                let pool = |threads| {
                    ::$name::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
                };
                let workers = pool(2);
                let workers = &workers;
                row(bench, "join-from-worker", name, |joins| {
                    workers.install(|| {
                        for _ in 0..joins {
                            ::$name::join(job, job);
                        }
                    });
                });
                row(bench, "join-from-outside", name, |joins| {
                    for _ in 0..joins {
                        ::$name::join(job, job);
                    }
                });
                row(bench, "install", name, |installs| {
                    for _ in 0..installs {
                        workers.install(job);
                    }
                });
                row(bench, "spawn-from-worker", name, |spawns| {
                    let before = RAN.load(Ordering::Relaxed);
                    workers.install(|| (0..spawns).for_each(|_| ::$name::spawn(job)));
                    wait_for(before, spawns);
                });
                row(bench, "spawn-from-outside", name, |spawns| {
                    let before = RAN.load(Ordering::Relaxed);
                    (0..spawns).for_each(|_| ::$name::spawn(job));
                    wait_for(before, spawns);
                });
                row(bench, "scope-spawn-from-worker", name, |spawns| {
                    workers.install(|| {
                        ::$name::scope(|scope| (0..spawns).for_each(|_| scope.spawn(|_| job())))
                    });
                });
                row(bench, "scope-spawn-from-outside", name, |spawns| {
                    ::$name::scope(|scope| (0..spawns).for_each(|_| scope.spawn(|_| job())));
                });
                row(bench, "scope-from-worker", name, |scopes| {
                    workers.install(|| {
                        (0..scopes).for_each(|_| ::$name::scope(|scope| scope.spawn(|_| job())))
                    });
                });

                let numbers: Vec<u64> = (0..ITEMS).collect();
                let map_sum = |times: usize| {
                    let sum = || numbers.par_iter().map(|number| number ^ 1).sum::<u64>();
                    (0..times).for_each(|_| assert_eq!(sum(), ITEMS * (ITEMS - 1) / 2));
                };
                row_of(bench, "map-sum-from-outside", name, LONG_OPERATIONS, map_sum);
                row_of(bench, "map-sum-from-worker", name, LONG_OPERATIONS, |times| {
                    workers.install(|| map_sum(times));
                });
                row_of(bench, "filter-collect-from-worker", name, LONG_OPERATIONS, |times| {
                    workers.install(|| {
                        for _ in 0..times {
                            let even = numbers.par_iter().filter(|number| *number % 2 == 0);
                            assert_eq!(even.collect::<Vec<_>>().len() as u64, ITEMS / 2);
                        }
                    });
                });

                let many = 0..MANY_ITEMS;
                peak_row(bench, "filter-collect-peak", name, || {
                    workers
                        .install(|| many.clone().into_par_iter().filter(|n| n % 2 == 0).collect())
                });
                peak_row(bench, "flat-map-iter-peak", name, || {
                    workers.install(|| {
                        many.clone().into_par_iter().flat_map_iter(|n| [n; 2]).collect()
                    })
                });

                if bench.selects("bytes-per-worker", "") {
                    let live = |threads| {
                        let before = LIVE_BYTES.load(Ordering::SeqCst);
                        let pool = pool(threads);
                        // Every thread has started once it has answered.
                        assert_eq!(pool.broadcast(|_| ()).len(), threads);
                        let live = LIVE_BYTES.load(Ordering::SeqCst) - before;
                        drop(pool);
                        live
                    };
                    let [few, many] = [live(FEW_THREADS), live(MANY_THREADS)];
                    let each = (many - few) as f64 / (MANY_THREADS - FEW_THREADS) as f64;
                    println!(
                        "{:<44}{each:>10.0} bytes beside its stack",
                        format!("alloc/bytes-per-worker/{name}")
                    );
                }
            }
        }
    };
}

rows!(rayon);
rows!(moirai);

fn main() {
    let bench = Bench::new("alloc");
    rayon::print(&bench);
    moirai::print(&bench);
}
