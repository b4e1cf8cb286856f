//! Small calls that a worker makes again and again: in a loop, or by the items of another call.

mod harness;

use std::hint::black_box;
use std::time::Duration;

use harness::{Bench, timed};

/// Calls in one sample, behind as many that are not counted: a pool learns what they cost.
const CALLS: u64 = 20_000;

/// What is repeated: gives something that depends on each call.
type Small<P> = (&'static str, fn(&P, &[u64; 10]) -> Duration);

/// The same over one crate.
macro_rules! small {
    ($name:ident) => {
        mod $name {
            use super::{CALLS, Small, black_box, timed};
            use ::$name::ThreadPool;
            use ::$name::prelude::*;

            pub(crate) fn pool(threads: usize) -> ThreadPool {
                ::$name::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
            }

            /// A call again and again by one worker, which returns `each`.
            fn in_a_row(
                pool: &ThreadPool,
                numbers: &[u64; 10],
                each: u64,
                call: fn(&[u64; 10]) -> u64,
            ) -> std::time::Duration {
                pool.install(|| {
                    let calls = || (0..CALLS).map(|_| call(black_box(numbers))).sum();
                    timed(CALLS * each, calls);
                    timed(CALLS * each, calls)
                })
            }

            /// A call over so many items, each of which adds `each` to its result.
            fn of_items(
                pool: &ThreadPool,
                each: u64,
                call: fn(Vec<u64>) -> u64,
            ) -> std::time::Duration {
                let items = || black_box(vec![3; CALLS as usize]);
                pool.install(|| {
                    timed(CALLS * each, || call(items()));
                    let items = items();
                    timed(CALLS * each, || call(items))
                })
            }

            pub(crate) const SMALL: &[Small<ThreadPool>] = &[
                ("sum-of-1", |pool, numbers| {
                    in_a_row(pool, numbers, 3, |numbers| numbers[..1].par_iter().sum())
                }),
                ("sum", |pool, numbers| {
                    in_a_row(pool, numbers, 30, |numbers| numbers.par_iter().sum())
                }),
                ("map-sum", |pool, numbers| {
                    in_a_row(pool, numbers, 60, |numbers| numbers.par_iter().map(|n| 2 * n).sum())
                }),
                ("map-collect", |pool, numbers| {
                    in_a_row(pool, numbers, 6, |numbers| {
                        numbers.par_iter().map(|n| 2 * n).collect::<Vec<u64>>()[9]
                    })
                }),
                ("filter-count", |pool, numbers| {
                    in_a_row(pool, numbers, 10, |numbers| {
                        numbers.par_iter().filter(|n| **n == 3).count() as u64
                    })
                }),
                ("zip-sum", |pool, numbers| {
                    in_a_row(pool, numbers, 90, |numbers| {
                        numbers.par_iter().zip(numbers).map(|(a, b)| a * b).sum()
                    })
                }),
                ("any", |pool, numbers| {
                    in_a_row(pool, numbers, 1, |numbers| {
                        u64::from(!numbers.par_iter().any(|n| *n == 7))
                    })
                }),
                ("inner-sum", |pool, _| {
                    of_items(pool, 7, |items| {
                        items.par_iter().map(|n| [*n, n + 1].par_iter().sum::<u64>()).sum()
                    })
                }),
                ("flat-map-array", |pool, _| {
                    of_items(pool, 7, |items| items.par_iter().flat_map(|n| [*n, n + 1]).sum())
                }),
                ("flat-map-vector", |pool, _| {
                    of_items(pool, 7, |items| items.par_iter().flat_map(|n| vec![*n, n + 1]).sum())
                }),
                ("flat-map-option", |pool, _| {
                    of_items(pool, 3, |items| {
                        items.par_iter().flat_map(|n| (*n < 9).then_some(*n)).sum()
                    })
                }),
                ("flat-map-result", |pool, _| {
                    of_items(pool, 1, |items| {
                        let result = |n: &u64| if *n < 9 { Ok(*n) } else { Err(*n) };
                        items.par_iter().flat_map(result).count() as u64
                    })
                }),
            ];
        }
    };
}

small!(rayon);
small!(moirai);

fn main() {
    let bench = Bench::new("small");
    let numbers = [3; 10];
    for threads in [1, 2] {
        let (rayons, moirais) = (rayon::pool(threads), moirai::pool(threads));
        for ((name, on_rayon), (_, on_moirai)) in rayon::SMALL.iter().zip(moirai::SMALL) {
            bench
                .group(name, format!("{threads}-thread"))
                .per(CALLS as usize)
                .case("rayon", || on_rayon(&rayons, &numbers))
                .case("moirai", || on_moirai(&moirais, &numbers))
                .run();
        }
    }
}
