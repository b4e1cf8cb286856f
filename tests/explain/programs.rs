//! Programs whose trouble is known, and what [`Call::cause`] is to say of them.

use crate::calls::{busy, pool};
use moirai::ThreadPool;
use moirai::explain::{Call, Cause, Report};
use moirai::prelude::*;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// What is the matter with it.
    pub(crate) trouble: &'static str,
    /// Runs it and gives the call that is meant.
    pub(crate) run: fn() -> Call,
    pub(crate) is_named: fn(&Cause) -> bool,
    /// The cause does not depend on how long anything takes, but for threads that do not get a processor.
    pub(crate) is_certain: bool,
}

/// The first call of the report, which is the only outer one.
fn first(report: Report) -> Call {
    let outer = report.calls().iter().filter(|call| call.outer.is_none()).count();
    assert_eq!(outer, 1, "{report}");
    report.calls()[0].clone()
}

/// Runs `op` in the pool and explains it.
fn explained(pool: &ThreadPool, op: impl Fn() + Sync) -> Call {
    first(pool.install(|| moirai::explain(&op)).1)
}

/// The same after some runs, so that what items cost is known.
fn warm(pool: &ThreadPool, op: impl Fn() + Sync) -> Call {
    (0..5).for_each(|_| pool.install(&op));
    explained(pool, op)
}

/// Some microseconds of arithmetic, which takes ten times as long if the compiler does not optimize.
fn work(micros: usize) {
    let steps = if cfg!(debug_assertions) { micros.div_ceil(5) } else { micros * 2 };
    (0..steps).for_each(|index| _ = busy(index));
}

fn small() -> Call {
    let numbers: Vec<u64> = (0..500).collect();
    warm(&pool(2), || _ = black_box(numbers.par_iter().sum::<u64>()))
}

fn giant_item() -> Call {
    warm(&pool(2), || {
        (0..100).into_par_iter().for_each(|item| work(if item == 60 { 90_000 } else { 300 }));
    })
}

/// All threads count in one word: its cache line wanders between their processors.
fn shared_word() -> Call {
    /// Nothing else lies near it.
    #[repr(align(256))]
    struct Alone(AtomicU64);
    let (word, pool) = (Alone(AtomicU64::new(0)), pool(2));
    let is_through = AtomicBool::new(false);
    let item = |_| (0..4_000).for_each(|_| _ = word.0.fetch_add(1, Ordering::Relaxed));
    pool.install(|| {
        moirai::scope(|s| {
            // The other worker comes after 15 ms.
            s.spawn(|_| {
                while !is_through.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
            std::thread::sleep(Duration::from_millis(5));
            let began = Instant::now();
            let run = |items: usize| {
                (0..items).into_par_iter().for_each(|nth| {
                    if began.elapsed() > Duration::from_millis(15) {
                        is_through.store(true, Ordering::Relaxed);
                    }
                    item(nth);
                });
            };
            let call = moirai::explain(|| run(2_000)).1;
            is_through.store(true, Ordering::Relaxed);
            first(call)
        })
    })
}

fn one_lock() -> Call {
    let lock = Mutex::new(0);
    warm(&pool(2), || {
        (0..200).into_par_iter().for_each(|item| {
            let mut sum = lock.lock().unwrap();
            work(100);
            *sum += item;
        });
    })
}

fn least_length() -> Call {
    warm(&pool(4), || (0..1000).into_par_iter().with_min_len(400).for_each(|_| work(10)))
}

/// What the items come from is the work, and one thread at a time can ask for them.
fn sequential_source() -> Call {
    explained(&pool(2), || {
        let source = (0..400).inspect(|_| work(100));
        source.par_bridge().for_each(|item| _ = black_box(item));
    })
}

fn waiting_source() -> Call {
    explained(&pool(2), || {
        let source = (0..60).inspect(|_| std::thread::sleep(Duration::from_millis(1)));
        source.par_bridge().for_each(|item| _ = black_box(item));
    })
}

fn ready_source() -> Call {
    explained(&pool(2), || (0..400).par_bridge().for_each(|_| work(100)))
}

/// The dear items stand side by side.
fn dear_end() -> Call {
    warm(&pool(2), || {
        let cost = |item| work(if item >= 480 { 1_000 } else { 10 });
        (0..512).into_par_iter().with_min_len(32).for_each(cost);
    })
}

fn large_results() -> Call {
    let one = |key: usize| BTreeMap::from([(key.wrapping_mul(0x9E37_79B9) % 100_000, key)]);
    explained(&pool(2), || {
        let all =
            (0..3_000).into_par_iter().with_max_len(1).map(one).reduce(BTreeMap::new, |a, b| {
                let mut all = a.clone();
                all.extend(b);
                all
            });
        black_box(all);
    })
}

fn files() -> Call {
    explained(&pool(2), || {
        (0..60).into_par_iter().for_each(|_| std::thread::sleep(Duration::from_millis(1)));
    })
}

fn one_thread() -> Call {
    warm(&pool(1), || (0..1000).into_par_iter().for_each(|_| work(10)))
}

fn few_items() -> Call {
    explained(&pool(4), || (0..2).into_par_iter().for_each(|_| work(5_000)))
}

/// Eight threads for two processors.
fn crowded() -> Call {
    warm(&pool(8), || (0..4000).into_par_iter().for_each(|_| work(100)))
}

fn short_pieces() -> Call {
    explained(&pool(2), || {
        (0..2_000).into_par_iter().with_max_len(1).for_each(|n| _ = black_box(n))
    })
}

/// One word.
fn not_cut() -> Call {
    let text = "a".repeat(300_000);
    let count = |word: &str| work(word.len() / 100);
    explained(&pool(2), || text.par_split_whitespace().for_each(count))
}

/// The other worker has something else to do all the time.
fn busy_pool() -> Call {
    let (pool, is_over) = (pool(2), AtomicBool::new(false));
    pool.install(|| {
        moirai::scope(|s| {
            s.spawn(|_| {
                while !is_over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
            std::thread::sleep(Duration::from_millis(5));
            let ((), report) = moirai::explain(|| (0..1000).into_par_iter().for_each(|_| work(20)));
            is_over.store(true, Ordering::Relaxed);
            first(report)
        })
    })
}

/// Each join waits for the one inside it.
fn chain_of_joins() -> Call {
    fn chain(length: usize) {
        if length > 0 {
            work(200);
            moirai::join(|| chain(length - 1), || work(10));
        }
    }
    warm(&pool(2), || _ = moirai::join(|| chain(60), || ()))
}

fn tree_of_joins() -> Call {
    fn tree(depth: usize) {
        if depth == 0 {
            return work(100);
        }
        moirai::join(|| tree(depth - 1), || tree(depth - 1));
    }
    warm(&pool(2), || _ = moirai::join(|| tree(7), || tree(7)))
}

fn giant_job() -> Call {
    explained(&pool(2), || {
        moirai::scope(|s| {
            for job in 0..50 {
                s.spawn(move |_| work(if job == 7 { 20_000 } else { 20 }));
            }
        });
    })
}

pub(crate) const PROGRAMS: &[Program] = &[
    Program {
        name: "small",
        trouble: "too little work to wake anybody",
        run: small,
        is_named: |cause| matches!(cause, Cause::Small { .. }),
        is_certain: false,
    },
    Program {
        name: "giant_item",
        trouble: "one of 100 items has three quarters of the work",
        run: giant_item,
        // The giant may be in a batch with a few others.
        is_named: |cause| {
            matches!(cause, Cause::OneItem { .. } | Cause::OneBatch { items: ..=4, .. })
        },
        is_certain: false,
    },
    Program {
        name: "shared_word",
        trouble: "all items write to the same cache line",
        run: shared_word,
        is_named: |cause| matches!(cause, Cause::SlowTogether { .. }),
        is_certain: false,
    },
    Program {
        name: "one_lock",
        trouble: "each item is run under a lock that all share",
        run: one_lock,
        is_named: |cause| matches!(cause, Cause::Blocked { .. }),
        is_certain: false,
    },
    Program {
        name: "least_length",
        trouble: "with_min_len leaves two pieces for four threads",
        run: least_length,
        is_named: |cause| matches!(cause, Cause::FewPieces { .. }),
        is_certain: false,
    },
    Program {
        name: "sequential_source",
        trouble: "the iterator behind par_bridge does the work",
        run: sequential_source,
        is_named: |cause| matches!(cause, Cause::Source { .. }),
        is_certain: false,
    },
    Program {
        name: "waiting_source",
        trouble: "the iterator behind par_bridge waits, as for a pipe",
        run: waiting_source,
        is_named: |cause| matches!(cause, Cause::Source { drawing: 0.75.., .. }),
        is_certain: true,
    },
    Program {
        name: "ready_source",
        trouble: "none: the items of par_bridge are the work",
        run: ready_source,
        is_named: |cause| matches!(cause, Cause::Fine { .. }),
        is_certain: false,
    },
    Program {
        name: "dear_end",
        trouble: "the last of 16 pieces has most of the work",
        run: dear_end,
        is_named: |cause| matches!(cause, Cause::OneBatch { items: 32, .. }),
        is_certain: false,
    },
    Program {
        name: "large_results",
        trouble: "the reduction copies ever larger maps",
        run: large_results,
        is_named: |cause| matches!(cause, Cause::Combining { .. }),
        is_certain: false,
    },
    Program {
        name: "files",
        trouble: "items sleep, as for a file or the network",
        run: files,
        is_named: |cause| matches!(cause, Cause::Blocked { .. }),
        is_certain: true,
    },
    Program {
        name: "one_thread",
        trouble: "a pool of one thread",
        run: one_thread,
        is_named: |cause| matches!(cause, Cause::OneThread),
        is_certain: true,
    },
    Program {
        name: "few_items",
        trouble: "two items for four threads",
        run: few_items,
        is_named: |cause| matches!(cause, Cause::FewItems { items: 2, threads: 4 }),
        is_certain: false,
    },
    Program {
        name: "crowded",
        trouble: "four times as many threads as processors",
        run: crowded,
        is_named: |cause| matches!(cause, Cause::Suspended { .. }),
        is_certain: false,
    },
    Program {
        name: "short_pieces",
        trouble: "with_max_len(1) over items of some nanoseconds",
        run: short_pieces,
        is_named: |cause| matches!(cause, Cause::ShortBatches { .. }),
        is_certain: false,
    },
    Program {
        name: "not_cut",
        trouble: "a text that is one word",
        run: not_cut,
        is_named: |cause| matches!(cause, Cause::NotCut { .. }),
        is_certain: false,
    },
    Program {
        name: "busy_pool",
        trouble: "the other worker runs something else",
        run: busy_pool,
        is_named: |cause| matches!(cause, Cause::PoolBusy { .. }),
        is_certain: false,
    },
    Program {
        name: "chain_of_joins",
        trouble: "each join waits for the next",
        run: chain_of_joins,
        is_named: |cause| matches!(cause, Cause::Chain { .. }),
        is_certain: false,
    },
    Program {
        name: "tree_of_joins",
        trouble: "none",
        run: tree_of_joins,
        is_named: |cause| matches!(cause, Cause::Fine { .. }),
        is_certain: false,
    },
    Program {
        name: "giant_job",
        trouble: "one of fifty jobs has most of the work",
        run: giant_job,
        is_named: |cause| matches!(cause, Cause::OneItem { .. }),
        is_certain: false,
    },
];
