//! What it costs to hand a job to the pool without waiting for it, and to wait for many of them in a scope.

mod harness;

use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use harness::{Bench, timed};

/// Empty jobs in one sample.
const SPAWNS: usize = 100_000;

/// Multiplications in a job of the scopes whose jobs work: about a nanosecond each.
const WORK: [u64; 4] = [30, 100, 400, 1_600];

/// How often a scope is opened in one sample, for each number of jobs in it.
const SCOPES: [(usize, usize); 3] = [(1, 100), (100, 20), (1_000, 5)];
const SCOPES_IN_A_ROW: usize = 20_000;

/// Counts the jobs that ran. Each thread has a line of its own: a line they share would cost more than the job.
#[derive(Debug)]
struct Ran([Line; 64]);

#[derive(Debug)]
#[repr(align(128))]
struct Line(AtomicUsize);

static RAN: Ran = Ran([const { Line(AtomicUsize::new(0)) }; 64]);

impl Ran {
    /// What a job does.
    #[inline]
    fn one_more(&self) {
        thread_local!(static LINE: Cell<usize> = const { Cell::new(usize::MAX) });
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        let mut line = LINE.get();
        if line == usize::MAX {
            line = THREADS.fetch_add(1, Ordering::Relaxed) % self.0.len();
            LINE.set(line);
        }
        self.0[line].0.fetch_add(1, Ordering::Release);
    }

    /// What a job does that works.
    #[inline]
    fn one_more_after(&self, multiplications: u64) {
        let product =
            (0..multiplications).fold(1_u64, |product, _| black_box(product.wrapping_mul(3)));
        black_box(product);
        self.one_more();
    }

    /// Waits until so many jobs ran in all, mostly asleep: a third thread that polls would take a CPU from the workers.
    fn wait_for(&self, total: usize) {
        while self.total() != total {
            std::thread::sleep(Duration::from_micros(20));
        }
    }

    fn total(&self) -> usize {
        self.0.iter().map(|line| line.0.load(Ordering::Acquire)).sum()
    }
}

/// The workloads over one crate.
macro_rules! spawns {
    ($name:ident) => {
        mod $name {
            use super::{Duration, Instant, RAN, SPAWNS, timed};

            pub(crate) fn pool() -> ::$name::ThreadPool {
                ::$name::ThreadPoolBuilder::new()
                    .num_threads(::$name::current_num_threads())
                    .build()
                    .unwrap()
            }

            /// The time from the first spawn by an outside thread until all jobs ran.
            pub(crate) fn from_outside() -> Duration {
                let before = RAN.total();
                let start = Instant::now();
                for _ in 0..SPAWNS {
                    ::$name::spawn(|| RAN.one_more());
                }
                RAN.wait_for(before + SPAWNS);
                start.elapsed()
            }

            /// The same, spawned by a worker, which then runs them like every other.
            pub(crate) fn from_worker(pool: &::$name::ThreadPool) -> Duration {
                let before = RAN.total();
                let start = Instant::now();
                pool.install(|| (0..SPAWNS).for_each(|_| ::$name::spawn(|| RAN.one_more())));
                RAN.wait_for(before + SPAWNS);
                start.elapsed()
            }

            /// Scopes of `jobs` jobs each.
            pub(crate) fn scopes(jobs: usize, scopes: usize) -> Duration {
                let before = RAN.total();
                timed(before + jobs * scopes, || {
                    for _ in 0..scopes {
                        ::$name::scope(|scope| {
                            (0..jobs).for_each(|_| scope.spawn(|_| RAN.one_more()))
                        });
                    }
                    RAN.total()
                })
            }

            /// A scope of a thousand jobs that work.
            pub(crate) fn work(multiplications: u64) -> Duration {
                let before = RAN.total();
                timed(before + 1_000, || {
                    ::$name::scope(|scope| {
                        let job = || RAN.one_more_after(multiplications);
                        (0..1_000).for_each(|_| scope.spawn(move |_| job()));
                    });
                    RAN.total()
                })
            }
        }
    };
}

spawns!(rayon);
spawns!(moirai);

fn main() {
    let bench = Bench::new("spawn");
    let (rayons, moirais) = (rayon::pool(), moirai::pool());
    bench
        .group("from-outside", SPAWNS)
        .per(SPAWNS)
        .case("rayon", rayon::from_outside)
        .case("moirai", moirai::from_outside)
        .run();
    bench
        .group("from-worker", SPAWNS)
        .per(SPAWNS)
        .case("rayon", || rayon::from_worker(&rayons))
        .case("moirai", || moirai::from_worker(&moirais))
        .run();
    for (jobs, scopes) in SCOPES {
        bench
            .group("scope-from-outside", jobs)
            .per(scopes)
            .case("rayon", || rayon::scopes(jobs, scopes))
            .case("moirai", || moirai::scopes(jobs, scopes))
            .run();
        bench
            .group("scope-from-worker", jobs)
            .per(scopes)
            .case("rayon", || rayons.install(|| rayon::scopes(jobs, scopes)))
            .case("moirai", || moirais.install(|| moirai::scopes(jobs, scopes)))
            .run();
    }
    // So many that the wake-up at the first one, and what a thief learns of them, count for little.
    bench
        .group("scopes-in-a-row", 1)
        .per(SCOPES_IN_A_ROW)
        .case("rayon", || rayons.install(|| rayon::scopes(1, SCOPES_IN_A_ROW)))
        .case("moirai", || moirais.install(|| moirai::scopes(1, SCOPES_IN_A_ROW)))
        .run();
    for multiplications in WORK {
        bench
            .group("scope-of-work", multiplications as usize)
            .case("rayon", || rayons.install(|| rayon::work(multiplications)))
            .case("moirai", || moirais.install(|| moirai::work(multiplications)))
            .run();
    }
}
