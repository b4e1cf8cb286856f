//! What it costs to enter the pool from an outside thread: calls that hardly do anything, on the global pools.
//!
//! Three states of the pool decide: nothing to wake (one thread; or every other worker running), and all asleep.
//! A process has one global pool of each crate, so the one-thread rows come from a child process.

mod harness;

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use harness::{Bench, asleep, in_a_row, timed, wait_until};

/// Set in the child process, whose global pools have one thread.
const CHILD: &str = "MOIRAI_BENCH_ONE_THREAD";

/// Calls in one sample.
const CALLS: usize = 100;
/// So many calls go before those of a sample in a row, which are to be hot.
const FIRST_CALLS: usize = 20;
const CALLS_ASLEEP: usize = 5;
const CALLS_IN_A_ROW: usize = 400;

/// The workloads over one crate.
macro_rules! calls {
    ($name:ident, $prelude:ident) => {
        mod $name {
            use super::{AtomicBool, AtomicUsize, CALLS_IN_A_ROW, Duration, Ordering};
            use super::{timed, wait_until, work};
            use ::$prelude::prelude::*;

            /// A join of nothing.
            pub(crate) fn join() -> Duration {
                timed(((), ()), || ::$name::join(|| (), || ()))
            }

            /// `calls` joins of nothing in a row.
            pub(crate) fn joins(calls: usize) -> Duration {
                timed(calls, || {
                    (0..calls).filter(|_| ::$name::join(|| (), || ()) == ((), ())).count()
                })
            }

            /// The same while all workers but one run a job that does not end before.
            pub(crate) fn joins_others_busy(calls: usize) -> Duration {
                static STOP: AtomicBool = AtomicBool::new(false);
                static RUNNING: AtomicUsize = AtomicUsize::new(0);
                let others = threads() - 1;
                STOP.store(false, Ordering::SeqCst);
                for _ in 0..others {
                    ::$name::spawn(|| {
                        RUNNING.fetch_add(1, Ordering::SeqCst);
                        wait_until(|| STOP.load(Ordering::Relaxed));
                        RUNNING.fetch_sub(1, Ordering::SeqCst);
                    });
                }
                wait_until(|| RUNNING.load(Ordering::SeqCst) == others);
                let elapsed = joins(calls);
                STOP.store(true, Ordering::SeqCst);
                wait_until(|| RUNNING.load(Ordering::SeqCst) == 0);
                elapsed
            }

            pub(crate) fn sum(numbers: &[u64], expected: u64) -> Duration {
                timed(expected, || numbers.par_iter().sum())
            }

            /// Calls in a row by a worker: each goes through so many items of some 10 ns.
            pub(crate) fn work_in_a_row(pool: &::$name::ThreadPool, items: usize) -> Duration {
                pool.install(|| {
                    timed((), || {
                        for _ in 0..CALLS_IN_A_ROW {
                            let last = (0..items).into_par_iter().map(work).max();
                            assert!(last.is_some(), "an item was lost");
                        }
                    })
                })
            }

            /// The same, once, by a thread from outside.
            pub(crate) fn work_from_outside(items: usize) -> Duration {
                timed(items > 0, || (0..items).into_par_iter().map(work).max().is_some())
            }

            /// The same, by a thread from outside that hands the call to the pool.
            pub(crate) fn installed_work(pool: &::$name::ThreadPool, items: usize) -> Duration {
                timed(items > 0, || {
                    pool.install(|| (0..items).into_par_iter().map(work).max().is_some())
                })
            }

            pub(crate) fn threads() -> usize {
                ::$name::current_num_threads()
            }

            pub(crate) fn pool() -> ::$name::ThreadPool {
                ::$name::ThreadPoolBuilder::new().num_threads(threads()).build().unwrap()
            }
        }
    };
}

calls!(rayon, rayon);
calls!(moirai, moirai);

fn main() {
    let bench = Bench::new("calls");
    let threads = rayon::threads();
    assert_eq!(moirai::threads(), threads, "the global pools differ");
    let size = format!("{threads}-thread");
    bench
        .group("join-in-a-row", &size)
        .per(CALLS)
        .case("rayon", || rayon::joins(CALLS))
        .case("moirai", || moirai::joins(CALLS))
        .case("chili", || {
            let joins = || {
                (0..CALLS)
                    .filter(|_| chili::Scope::global().join(|_| (), |_| ()) == ((), ()))
                    .count()
            };
            timed(CALLS, joins)
        })
        .run();
    if std::env::var_os(CHILD).is_some() {
        return;
    }

    bench
        .group("join-others-busy", &size)
        .per(CALLS)
        .case("rayon", || rayon::joins_others_busy(CALLS))
        .case("moirai", || moirai::joins_others_busy(CALLS))
        .run();
    bench
        .group("join-all-asleep", &size)
        .per(CALLS_ASLEEP)
        .case("rayon", || asleep(CALLS_ASLEEP, rayon::join))
        .case("moirai", || asleep(CALLS_ASLEEP, moirai::join))
        .run();
    let (rayons, moirais) = (rayon::pool(), moirai::pool());
    bench
        .group("install-in-a-row", &size)
        .per(CALLS)
        .case("rayon", || timed((), || (0..CALLS).for_each(|_| rayons.install(|| ()))))
        .case("moirai", || timed((), || (0..CALLS).for_each(|_| moirais.install(|| ()))))
        .run();
    for items in [0, 500, 2_000, 8_000] {
        bench
            .group("install-all-asleep", items)
            .per(CALLS_ASLEEP)
            .case("rayon", || asleep(CALLS_ASLEEP, || rayon::installed_work(&rayons, items)))
            .case("moirai", || asleep(CALLS_ASLEEP, || moirai::installed_work(&moirais, items)))
            .run();
    }
    for items in [500, 2_000, 4_000, 8_000, 16_000, 64_000] {
        bench
            .group("work-all-asleep", items)
            .per(CALLS_ASLEEP)
            .case("seq", || {
                let sequential = || timed(items > 0, || (0..items).map(work).max().is_some());
                asleep(CALLS_ASLEEP, sequential)
            })
            .case("rayon", || asleep(CALLS_ASLEEP, || rayon::work_from_outside(items)))
            .case("moirai", || asleep(CALLS_ASLEEP, || moirai::work_from_outside(items)))
            .run();
    }
    for size in [10, 1_000, 10_000, 100_000] {
        let numbers: Vec<u64> = (0..size).collect();
        let expected = numbers.iter().sum();
        let calls = (200_000 / size as usize).clamp(20, CALLS);
        bench
            .group("sum-in-a-row", size)
            .per(calls)
            .case("seq", || {
                hot(calls, || timed(expected, || std::hint::black_box(&numbers).iter().sum()))
            })
            .case("rayon", || hot(calls, || rayon::sum(&numbers, expected)))
            .case("moirai", || hot(calls, || moirai::sum(&numbers, expected)))
            .run();
    }
    // Too short, each by itself, to wake somebody for.
    for items in [500, 1_000, 2_000, 4_000] {
        bench
            .group("work-in-a-row", items)
            .per(CALLS_IN_A_ROW)
            .case("rayon", || rayon::work_in_a_row(&rayons, items))
            .case("moirai", || moirai::work_in_a_row(&moirais, items))
            .run();
    }
    let numbers: Vec<u64> = (0..1_000).collect();
    let expected = numbers.iter().sum();
    bench
        .group("sum-all-asleep", numbers.len())
        .per(CALLS_ASLEEP)
        .case("rayon", || asleep(CALLS_ASLEEP, || rayon::sum(&numbers, expected)))
        .case("moirai", || asleep(CALLS_ASLEEP, || moirai::sum(&numbers, expected)))
        .run();
    one_thread();
}

/// Some 10 ns of work.
#[inline]
fn work(item: usize) -> u64 {
    (0..20).fold(item as u64, |all, n| (all ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(7))
}

/// Calls in a row, behind some that are not counted.
fn hot(calls: usize, call: impl Fn() -> Duration) -> Duration {
    in_a_row(FIRST_CALLS, &call);
    in_a_row(calls, call)
}

/// Runs this program again with global pools of one thread.
fn one_thread() {
    let program = std::env::current_exe().unwrap();
    let status = Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(CHILD, "1")
        .env("RAYON_NUM_THREADS", "1")
        .status()
        .unwrap();
    assert!(status.success(), "the child process failed: {status}");
}
