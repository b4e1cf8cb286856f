//! How a parallel call is cut and shared: what the driver promises beyond rayon. Nothing here asserts a time; what others
//! do meanwhile is arranged by blocking them.

#[macro_use]
#[path = "common/watchdog.rs"]
mod watchdog;

use moirai::iter::plumbing::{Folder, UnindexedProducer, bridge_unindexed};
use moirai::prelude::*;
use std::collections::HashSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// A pool whose calls are not dealt to groups, on whatever machine: each share would have an accumulator of its own.
fn pool(threads: usize) -> moirai::ThreadPool {
    let builder = moirai::ThreadPoolBuilder::new().num_threads(threads);
    builder.placement(moirai::Placement::None).build().unwrap()
}

/// Runs `call` on one thread of a pool of two while the other one is blocked, so that nothing can be stolen.
fn unstolen<R: Send>(call: impl FnOnce() -> R + Send) -> R {
    let pool = pool(2);
    pool.install(|| {
        let (begun, has_begun) = channel();
        let (release, released) = channel::<()>();
        moirai::spawn(move || {
            begun.send(()).unwrap();
            let _ = released.recv();
        });
        has_begun.recv().unwrap();
        let result = call();
        drop(release);
        result
    })
}

/// Some work that the compiler keeps.
fn work(turns: u64) -> u64 {
    (0..turns).fold(1, |a, b| std::hint::black_box(a ^ b))
}

/// A new accumulator, which is counted.
fn zero(made: &AtomicUsize) -> u64 {
    made.fetch_add(1, Ordering::Relaxed);
    0
}

#[test]
fn one_accumulator_if_nothing_is_stolen() {
    watch!();
    for repetition in 0..3 {
        let made = AtomicUsize::new(0);
        let sum: u64 = unstolen(|| {
            let items = (0..100_000_u32).into_par_iter().inspect(|_| _ = work(20));
            items.fold(|| zero(&made), |sum, item| sum + u64::from(item)).sum()
        });
        assert_eq!(sum, 99_999 * 50_000);
        assert_eq!(made.into_inner(), 1, "repetition {repetition}");
    }
}

/// The same through adaptors on both sides and from a source without indices.
#[test]
fn one_accumulator_through_adaptors() {
    watch!();
    let made = AtomicUsize::new(0);
    let count = unstolen(|| {
        (0..10_000_u32)
            .into_par_iter()
            .zip(0..10_000_u32)
            .filter(|(a, _)| a % 3 == 0)
            .map(|(a, b)| work(u64::from(a + b) % 100))
            .fold(|| zero(&made), |count, _| count + 1)
            .sum::<u64>()
    });
    assert_eq!((count, made.into_inner()), (3_334, 1));

    let made = AtomicUsize::new(0);
    let text = "some words in a line\n".repeat(2_000);
    let words = unstolen(|| {
        text.par_lines()
            .map(|line| line.split(' ').count() as u64)
            .fold(|| zero(&made), |sum, words| sum + words)
            .sum::<u64>()
    });
    assert_eq!((words, made.into_inner()), (10_000, 1));
}

/// Producers with a state of their own are cut O(threads * log n) times, however long the call is.
#[test]
fn few_pieces_if_nothing_is_stolen() {
    watch!();
    let made = AtomicUsize::new(0);
    let items: Vec<u64> = vec![300; 100_000];
    unstolen(|| {
        items
            .par_iter()
            .map_init(|| made.fetch_add(1, Ordering::Relaxed), |_, turns| work(*turns))
            .rev()
            .for_each(|result| assert!(result < u64::MAX));
    });
    let made = made.into_inner();
    assert!(made <= 4 * 2 * 17 + 40, "{made} pieces of 100 000 items");
}

/// Who becomes idle in the middle of a call gets a part of it, although nobody was there to take one at its start.
#[test]
fn a_running_call_gives_away() {
    watch!();
    let pool = pool(2);
    for indexed in [true, false] {
        pool.install(|| {
            let (begun, has_begun) = channel();
            let (release, released) = channel::<()>();
            moirai::spawn(move || {
                begun.send(()).unwrap();
                let _ = released.recv();
            });
            has_begun.recv().unwrap();
            let release = Mutex::new(Some(release));
            let runners = Mutex::new(HashSet::new());
            let shared = AtomicBool::new(false);
            let item = |item: u32| {
                if item == 1_000 {
                    // So far this thread was alone.
                    assert_eq!(runners.lock().unwrap().len(), 1);
                    release.lock().unwrap().take();
                }
                let is_new = runners.lock().unwrap().insert(thread::current().id());
                if is_new && item > 1_000 {
                    shared.store(true, Ordering::Relaxed);
                }
                if item > 1_000 && !shared.load(Ordering::Relaxed) {
                    thread::sleep(Duration::from_micros(50));
                }
            };
            if indexed {
                (0..20_000_u32).into_par_iter().map(item).for_each(drop);
            } else {
                // Consumers that do not flow: one folder for each piece.
                let mut units = Vec::new();
                (0..20_000_u32).into_par_iter().map(item).collect_into_vec(&mut units);
                assert_eq!(units.len(), 20_000);
            }
            assert_eq!(runners.into_inner().unwrap().len(), 2, "nobody came to help");
        });
    }
}

/// A source that may say where it ends only when it is cut.
struct Halves(Range<u32>);

impl UnindexedProducer for Halves {
    type Item = u32;

    fn split(self) -> (Self, Option<Self>) {
        let Range { start, end } = self.0;
        let middle = start + (end - start) / 2;
        if middle == start {
            return (self, None);
        }
        (Halves(start..middle), Some(Halves(middle..end)))
    }

    fn fold_with<F: Folder<u32>>(self, folder: F) -> F {
        folder.consume_iter(self.0)
    }
}

impl ParallelIterator for Halves {
    type Item = u32;

    fn drive_unindexed<C>(self, consumer: C) -> C::Result
    where
        C: moirai::iter::plumbing::UnindexedConsumer<u32>,
    {
        bridge_unindexed(self, consumer)
    }
}

/// Order and completeness whatever is stolen, from every kind of source into every kind of consumer.
#[test]
fn results_come_in_order() {
    watch!();
    for threads in [1, 2, 4, 8] {
        let pool = pool(threads);
        for round in 0..16 {
            let n = [0, 1, 2, 3, 7, 100, 3_000, 10_000][round % 8];
            let expected: Vec<u32> = (0..n).collect();
            let cost = |item: u32| {
                work(u64::from(item % 97) * if round % 3 == 0 { 20 } else { 1 });
                item
            };
            pool.install(|| {
                let collected: Vec<u32> = (0..n).into_par_iter().map(cost).collect();
                assert_eq!(collected, expected);
                let flowing: Vec<u32> = (0..n).into_par_iter().map(cost).filter(|_| true).collect();
                assert_eq!(flowing, expected);
                let loose: Vec<u32> = Halves(0..n).map(cost).collect();
                assert_eq!(loose, expected);
                let text = expected.par_iter().map(|item| cost(*item).to_string());
                let joined = text.reduce(String::new, |a, b| a + &b);
                assert_eq!(joined, expected.iter().map(u32::to_string).collect::<String>());
                let found = (0..n).into_par_iter().map(cost).find_first(|item| item % 1_000 == 999);
                assert_eq!(found, (0..n).find(|item| item % 1_000 == 999));
                let found = (0..n).into_par_iter().map(cost).find_last(|item| item % 1_000 == 0);
                assert_eq!(found, (0..n).rev().find(|item| item % 1_000 == 0));
            });
        }
    }
}

/// Small inner iterators go on with the outer one's folder; large ones are shared, and the order is kept.
#[test]
fn inner_iterators_go_on_with_the_folder() {
    watch!();
    let made = AtomicUsize::new(0);
    let sum = unstolen(|| {
        let inner = |n: u64| (0..n % 5).into_par_iter().map(move |k| n + k);
        let items = (0..2_000_u64).into_par_iter().flat_map(inner);
        items.fold(|| zero(&made), |sum, item| sum + item).sum::<u64>()
    });
    assert_eq!(sum, (0..2_000_u64).flat_map(|n| (0..n % 5).map(move |k| n + k)).sum());
    assert_eq!(made.into_inner(), 1);

    for threads in [1, 2, 4, 8] {
        let pool = pool(threads);
        for round in 0..6 {
            // From many small inner iterators to few large ones, some of them heavy, some cut by numbers or without indices.
            let (outer, most) =
                [(3_000, 3), (300, 30), (30, 1_000), (3, 20_000), (1, 9), (0, 1)][round];
            let cost = |item: u32| {
                work(u64::from(item % 50));
                item
            };
            let expected: Vec<u32> = (0..outer).flat_map(|n| 0..(n * 7_919) % most).collect();
            pool.install(|| {
                let by_time: Vec<u32> = (0..outer)
                    .into_par_iter()
                    .flat_map(|n| (0..(n * 7_919) % most).into_par_iter().map(cost))
                    .collect();
                assert_eq!(by_time, expected);
                let by_number: Vec<u32> = (0..outer)
                    .into_par_iter()
                    .flat_map(|n| (0..(n * 7_919) % most).into_par_iter().with_max_len(7).map(cost))
                    .collect();
                assert_eq!(by_number, expected);
                let loose: Vec<u32> = (0..outer)
                    .into_par_iter()
                    .with_max_len(2)
                    .flat_map(|n| Halves(0..(n * 7_919) % most).map(cost))
                    .collect();
                assert_eq!(loose, expected);
                let chained: Vec<u32> = (0..outer)
                    .into_par_iter()
                    .flat_map(|n| {
                        let end = (n * 7_919) % most;
                        let (left, right) = (Halves(0..end / 2), Halves(end / 2..end));
                        left.map(cost).chain(right.map(cost))
                    })
                    .collect();
                assert_eq!(chained, expected);
                let found = Halves(0..outer)
                    .flat_map(|n| (0..(n * 7_919) % most).into_par_iter().map(cost))
                    .find_first(|item| *item == 17);
                assert_eq!(found, expected.iter().copied().find(|item| *item == 17));
            });
        }
    }
}

/// A search for the last item begins at the end, also on one thread, where a piece is cut by numbers, where there are no
/// indices, and inside of inner iterators.
#[test]
fn the_last_item_is_looked_for_at_the_end() {
    watch!();
    const LEN: u64 = 1 << 40;
    for threads in [1, 4] {
        let pool = pool(threads);
        // The second call knows what the first one has cost.
        for round in 0..2 {
            let looked = AtomicUsize::new(0);
            let looked_at = || looked.load(Ordering::Relaxed);
            let last = |_: &_| looked.fetch_add(1, Ordering::Relaxed) < usize::MAX;
            pool.install(|| {
                let items = || (0..LEN).into_par_iter();
                assert_eq!(items().find_last(last), Some(LEN - 1));
                assert_eq!((0..u128::MAX).into_par_iter().find_last(|_| true), Some(u128::MAX - 1));
                let indexed = (0..1 << 30).into_par_iter();
                assert_eq!(indexed.clone().find_last(|_| true), Some((1 << 30) - 1));
                let few = indexed.clone().with_max_len(1_000);
                assert_eq!(few.clone().find_last(|_| true), Some((1 << 30) - 1));
                assert_eq!(few.position_last(|n| n % 1_000 == 7), Some(1_073_741_007));
                let inner = |_| (0..1 << 30).into_par_iter();
                let nested = indexed.flat_map(inner).flat_map(inner);
                assert_eq!(nested.find_last(|_| true), Some((1 << 30) - 1));
            });
            if threads == 1 {
                assert!(looked_at() < 4, "round {round}: {} items", looked_at());
            }
        }
    }
}

/// Counts down when it is dropped.
struct Alive<'a>(&'a AtomicUsize);

impl Drop for Alive<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What lies to the left of a panic is run by a search from the end as well, and what is found is dropped.
#[test]
fn a_search_from_the_end_survives_a_panic() {
    watch!();
    for threads in [1, 3] {
        let pool = pool(threads);
        for bad in [0_usize, 17, 998, 999] {
            let (ran, alive) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let caught = catch_unwind(AssertUnwindSafe(|| {
                pool.install(|| {
                    let items = (0..1_000_usize).into_par_iter().with_max_len(1);
                    let found = items.map(|item| {
                        assert!(item != bad, "the bad one");
                        ran.fetch_add(1, Ordering::Relaxed);
                        alive.fetch_add(1, Ordering::Relaxed);
                        (item, Alive(&alive))
                    });
                    found.find_last(|(item, _)| *item == bad + 1000)
                })
            }));
            assert!(caught.is_err());
            drop(caught);
            assert_eq!((ran.into_inner(), alive.into_inner()), (999, 0));
        }
    }
}

/// A panic in one item keeps no other piece from being run, and comes out when all have ended.
/// Two pieces: the right one fails, then the left one has items.
struct Failing<'t> {
    is_left: bool,
    may_be_cut: bool,
    failed: &'t AtomicBool,
    taken: &'t AtomicUsize,
}

impl UnindexedProducer for Failing<'_> {
    type Item = Option<u32>;

    fn split(self) -> (Self, Option<Self>) {
        if !self.may_be_cut {
            return (self, None);
        }
        let part = |is_left| Failing { is_left, may_be_cut: false, ..self };
        (part(true), Some(part(false)))
    }

    fn fold_with<F: Folder<Option<u32>>>(self, folder: F) -> F {
        if !self.is_left {
            let folder = folder.consume(None);
            self.failed.store(true, Ordering::Release);
            return folder;
        }
        while !self.failed.load(Ordering::Acquire) {
            thread::yield_now();
        }
        folder.consume_iter(
            (0..100).inspect(|_| _ = self.taken.fetch_add(1, Ordering::Relaxed)).map(Some),
        )
    }
}

impl ParallelIterator for Failing<'_> {
    type Item = Option<u32>;

    fn drive_unindexed<C>(self, consumer: C) -> C::Result
    where
        C: moirai::iter::plumbing::UnindexedConsumer<Option<u32>>,
    {
        bridge_unindexed(self, consumer)
    }
}

#[test]
fn a_full_folder_takes_no_item() {
    watch!();
    let (failed, taken) = (AtomicBool::new(false), AtomicUsize::new(0));
    let items = Failing { is_left: true, may_be_cut: true, failed: &failed, taken: &taken };
    let sum = pool(2).install(|| items.try_reduce(|| 0, u32::checked_add));
    assert_eq!((sum, taken.into_inner()), (None, 0));
}

#[test]
fn a_panic_ends_its_own_piece_only() {
    watch!();
    let pool = pool(2);
    for bad in [0_u32, 1, 500, 999] {
        let ran = AtomicUsize::new(0);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            pool.install(|| {
                (0..1_000_u32).into_par_iter().with_max_len(1).for_each(|item| {
                    assert!(item != bad, "the bad one");
                    ran.fetch_add(1, Ordering::Relaxed);
                });
            });
        }));
        assert!(caught.is_err());
        assert_eq!(ran.into_inner(), 999);

        // Without a greatest length the rest of the piece is lost, and no more.
        let ran = AtomicUsize::new(0);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            pool.install(|| {
                (0..1_000_u32).into_par_iter().for_each(|item| {
                    assert!(item != bad, "the bad one");
                    thread::sleep(Duration::from_micros(20));
                    ran.fetch_add(1, Ordering::Relaxed);
                });
            });
        }));
        let payload = caught.unwrap_err();
        assert_eq!(payload.downcast_ref::<&str>(), Some(&"the bad one"));
        assert!(ran.into_inner() > 400);
    }
}

/// Of small calls in a row most are not measured. If they become dear, some are nevertheless, and it is known.
#[test]
fn small_calls_that_become_dear_are_noticed() {
    watch!();
    let call = |is_dear: bool| {
        (0..10_u32).into_par_iter().for_each(|_| {
            let began = is_dear.then(Instant::now);
            while began.is_some_and(|began| began.elapsed() < Duration::from_micros(20)) {}
        });
    };
    let pool = pool(2);
    let cost = || {
        let metrics = pool.metrics();
        let here = |site: &&moirai::metrics::CallSite| {
            site.types().contains("small_calls_that_become_dear") && site.items().contains(&10)
        };
        metrics.call_sites().iter().find(here).expect("the calls were measured").ns_per_item()
    };
    // Calls of items: of these more is small.
    let calls = |_: u32| (0..1_200).for_each(|n| call(n >= 1_000));
    pool.install(|| (0..2).into_par_iter().for_each(calls));
    assert!(cost() > 10_000.0, "{} ns an item", cost());
}

/// Pieces of bounded length are cut by numbers, also where calls of the same kind have been found to be small.
#[test]
fn small_calls_are_cut_where_the_program_says_so() {
    watch!();
    let calls = |_: u32| {
        for repetition in 0..1_000 {
            let (most, pieces) = if repetition % 10 == 9 { (1, 8) } else { (100, 1) };
            let made = AtomicUsize::new(0);
            let items = (0..8_u32).into_par_iter().with_max_len(most);
            let sum: u64 = items.fold(|| zero(&made), |sum, item| sum + u64::from(item)).sum();
            assert_eq!((sum, made.into_inner()), (28, pieces), "repetition {repetition}");
        }
    };
    unstolen(|| (0..2).into_par_iter().for_each(calls));
}

/// The voluntary context switches of all threads of this process but the calling one.
#[cfg(all(target_os = "linux", not(moirai_tsan)))]
fn switches_of_others() -> u64 {
    let own = std::fs::read_link("/proc/thread-self").unwrap();
    let own = own.file_name().unwrap().to_owned();
    let mut sum = 0;
    for task in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
        if task.file_name() != own {
            let status = std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
            let line =
                status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            sum += line.map_or(0, |count| count.trim().parse::<u64>().unwrap());
        }
    }
    sum
}

/// Small calls from outside wake nobody, from the second one of their site on. (They are not small under a sanitizer.)
#[cfg(all(target_os = "linux", not(moirai_tsan)))]
#[test]
fn small_calls_wake_nobody() {
    watch!();
    // In a process of its own: other tests' threads would be counted.
    if std::env::var_os("MOIRAI_TEST_ALONE").is_none() {
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "small_calls_wake_nobody", "--test-threads=1"])
            .env("MOIRAI_TEST_ALONE", "1")
            .env("RAYON_NUM_THREADS", "4")
            .status()
            .unwrap();
        assert!(status.success());
        return;
    }
    let numbers: Vec<u64> = (0..1_000).collect();
    let call = || {
        let sum: u64 = numbers.par_iter().sum();
        let doubled: Vec<u64> = numbers[..100].par_iter().map(|n| n * 2).collect();
        let found = numbers.par_iter().position_first(|n| *n == 77);
        assert_eq!((sum, doubled[99], found), (499_500, 198, Some(77)));
    };
    (0..50).for_each(|_| call());
    // Until everybody sleeps again.
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut before = switches_of_others();
    loop {
        thread::sleep(Duration::from_millis(50));
        let now = switches_of_others();
        if now == before || Instant::now() > deadline {
            break;
        }
        before = now;
    }
    // A thread that is suspended in the middle of a call may find that the call takes long, and wake somebody; where nothing was
    // optimized or the machine is busy that happens every few milliseconds. So there are short rows: in one of them it does not.
    // Calls that are not small would wake somebody every time, and a sampled one, one in sixteen, in each row.
    let wakes_somebody = |_: &u32| {
        let before = switches_of_others();
        (0..20).for_each(|_| call());
        switches_of_others() != before
    };
    let rows = (0..1_000).take_while(wakes_somebody).count();
    assert!(rows < 1_000, "other threads slept in each of {rows} rows of 60 small calls");
}
