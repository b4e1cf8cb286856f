//! How long a forked half waits for a thief that is awake: from the call of `join` until the other thread begins `b`.
//!
//! `a` does not return before `b` has begun, so every join is stolen, and the thief is still awake when the next join
//! follows. Both ends are clock readings; the clock's own cost is a part of the result.
//!
//! `b` works for half a microsecond, or ends at once: moirai's idle workers leave halves that are shorter than the way to them
//! to those who have forked them, for some microseconds after each one that they have stolen.

mod harness;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use harness::{Bench, median, wait_until};

/// Steals in one sample, of which the median is taken.
const STEALS: usize = 300;

macro_rules! steals {
    ($name:ident) => {
        mod $name {
            use super::{AtomicBool, Duration, Instant, Ordering, STEALS, median, wait_until};

            pub(crate) fn pool() -> ::$name::ThreadPool {
                ::$name::ThreadPoolBuilder::new().num_threads(2).build().unwrap()
            }

            /// One steal.
            fn latency(work: Duration) -> Duration {
                let begun = AtomicBool::new(false);
                let pushed = Instant::now();
                let (_, (latency, migrated)) = ::$name::join_context(
                    |_| wait_until(|| begun.load(Ordering::Relaxed)),
                    |context| {
                        let latency = pushed.elapsed();
                        begun.store(true, Ordering::Relaxed);
                        wait_until(|| pushed.elapsed() >= latency + work);
                        (latency, context.migrated())
                    },
                );
                assert!(migrated, "b began on the thread that waits for it in a");
                latency
            }

            /// The middle one of some steals in a row.
            pub(crate) fn latencies(work: Duration) -> Duration {
                median((0..STEALS).map(|_| latency(work)).collect())
            }
        }
    };
}

steals!(rayon);
steals!(moirai);

fn main() {
    let bench = Bench::new("steal");
    let (rayons, moirais) = (rayon::pool(), moirai::pool());
    for (group, work_ns) in [("latency-awake", 500), ("latency-awake-empty", 0)] {
        let work = Duration::from_nanos(work_ns);
        bench
            .group(group, "2-thread")
            .case("rayon", || rayons.install(|| rayon::latencies(work)))
            .case("moirai", || moirais.install(|| moirai::latencies(work)))
            .run();
    }
}
