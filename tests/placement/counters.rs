//! Counters: they add up, begin again, and can be printed.

use crate::shapes::{SHAPES, groups, pool};
use moirai::metrics::{self, Work, WorkerState};
use moirai::prelude::*;
use moirai::{StealOrder, ThreadPool, ThreadPoolBuilder};

fn busy(index: usize) {
    std::hint::black_box((0..2000).fold(index, |sum, step| sum.wrapping_mul(31) ^ step));
}

/// Something of everything.
fn work(pool: &ThreadPool) {
    fn tree(depth: usize) {
        if depth == 0 {
            busy(depth);
        } else {
            moirai::join(|| tree(depth - 1), || tree(depth - 1));
        }
    }
    for _ in 0..3 {
        pool.install(|| (0..2000).into_par_iter().for_each(busy));
        pool.install(|| tree(9));
    }
}

#[test]
fn sums_are_consistent() {
    watch!();
    for (machine, threads) in SHAPES {
        let pool = pool(machine, *threads);
        work(&pool);
        let metrics = pool.metrics();
        let all = metrics.total();
        assert_eq!(metrics.workers().len(), *threads);
        assert_eq!(metrics.workers().iter().map(Work::jobs).sum::<usize>(), all.jobs());
        let (own, others) = all.dealt();
        assert!(all.leapfrogs() <= all.steals().total());
        let jobs = all.steals().total() + all.injected() + own + others;
        assert_eq!(all.jobs(), jobs);
        assert_eq!(all.items_at_home() + all.items_away(), 3 * 2000, "{machine}");
        // Three calls were dealt to all groups but the caller's.
        let shares = 3 * groups(&pool).last().unwrap();
        assert!(own + others <= shares, "{machine}: {own} and {others} of {shares}");
        assert!(all.injected() >= 6, "every call came from outside");
    }
}

/// Groups of one worker: a theft within a group is impossible; with one group there is none between groups.
#[test]
fn thefts_are_counted_by_distance() {
    watch!();
    let alone = pool("4x1", 4);
    work(&alone);
    let all = alone.metrics().total();
    assert_eq!((all.steals().near, all.steals().group), (0, 0));
    assert_eq!((all.failed_tries().near, all.failed_tries().group), (0, 0));
    let together = crate::shapes::builder("4x1", 4).nodes([0]).steal_order(StealOrder::Uniform);
    let together = together.build().unwrap();
    work(&together);
    let all = together.metrics().total();
    assert_eq!((all.steals().remote, all.failed_tries().remote), (0, 0));
}

#[test]
fn they_begin_again() {
    watch!();
    let pool = pool("2x2", 4);
    work(&pool);
    let before = pool.metrics();
    assert!(before.total().jobs() > 0 && before.total().items_at_home() > 0);
    pool.reset_metrics();
    let after = pool.metrics();
    assert_eq!((after.total().jobs(), after.total().items_at_home()), (0, 0));
    work(&pool);
    let later = pool.metrics();
    assert_eq!(later.total().items_at_home() + later.total().items_away(), 3 * 2000);
    assert_eq!(later.since(&later).total(), Work::default());
}

/// Two tables with a line for each worker, and one for all, and what there was of batches and call sites.
#[test]
fn they_are_printed() {
    watch!();
    let pool = pool("2x2", 4);
    work(&pool);
    let metrics = pool.metrics();
    let text = metrics.to_string();
    let lines: Vec<Vec<&str>> =
        text.lines().map(|line| line.split_whitespace().collect()).collect();
    for table in [1, 8] {
        let of_all = &lines[table + 5];
        for (index, line) in lines[table + 1..table + 5].iter().enumerate() {
            assert_eq!(line[0], index.to_string(), "{text}");
        }
        assert_eq!(of_all[0], "all", "{text}");
    }
    let all = metrics.total();
    assert_eq!(lines[6].len(), 12, "{text}");
    assert_eq!(lines[6][6], all.injected().to_string());
    assert_eq!(lines[13][1], all.batches().to_string());
    assert!(text.contains("items in a batch: "), "{text}");
    // Inside of a pool the current one is meant.
    assert_eq!(pool.install(metrics::snapshot).workers().len(), 4);
}

/// Nor does the search for work, since the worker has some.
#[test]
fn a_join_that_nobody_steals_from_counts_nothing() {
    fn tree(depth: u32) {
        if depth > 0 {
            moirai::join(|| tree(depth - 1), || tree(depth - 1));
        }
    }
    watch!();
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let counted = pool.install(|| {
        let before = metrics::snapshot();
        tree(12);
        metrics::snapshot().since(&before).total()
    });
    assert_eq!(counted, Work::default());
}

/// Each batch has a size, and no more of them are timed than were run.
#[test]
fn batches_are_counted() {
    watch!();
    for (machine, threads) in SHAPES {
        let pool = pool(machine, *threads);
        work(&pool);
        let all = pool.metrics().total();
        assert!(all.batches() >= 3, "{machine}: {all:?}");
        assert_eq!(all.batches(), all.batch_sizes().total());
        assert!(all.batch_times().total() <= all.batches(), "{machine}: {all:?}");
        assert!((1..=all.batches()).contains(&all.accumulators()), "{machine}: {all:?}");
        assert!(all.batch_sizes().largest() <= Some(2000), "{machine}: {all:?}");
        assert_eq!(all.result_slot_bytes() > 0, all.steals().total() + all.dealt().0 > 0);
    }
}

/// Ten pieces by number are ten batches, and `for_each` makes no more accumulators than batches.
#[test]
fn batches_by_number() {
    watch!();
    let pool = pool("1x2", 2);
    pool.install(|| (0..40).into_par_iter().with_max_len(4).for_each(busy));
    let all = pool.metrics().total();
    assert!(all.batches() >= 10, "{all:?}");
    assert_eq!(
        all.batch_sizes().buckets()[..2].iter().sum::<usize>() + all.batch_sizes().buckets()[2],
        all.batches()
    );
}

/// Jobs of every origin use frames: small ones pooled, large ones not; those that another worker ran go home.
#[test]
fn frames_are_counted() {
    watch!();
    let pool = pool("1x2", 2);
    let large = [1_u8; 4000];
    pool.install(|| {
        moirai::scope(|scope| {
            for index in 0..100 {
                scope.spawn(move |_| busy(index));
            }
            scope.spawn(move |_| busy(usize::from(large[17])));
        });
    });
    let all = pool.metrics().total();
    assert_eq!((all.frame_hits(), all.frame_misses()), (100, 1), "{all:?}");
    assert!(all.frames_returned() <= 100, "{all:?}");
    assert!(all.frames_returned() <= all.steals().total(), "{all:?}");
}

/// A call from outside runs on a borrowed seat if there is one, and then no job is injected.
#[test]
fn guests_are_counted() {
    watch!();
    let pool = moirai::ThreadPoolBuilder::new().num_threads(2).guests(moirai::Guests::Always);
    let pool = pool.build().unwrap();
    for call in 1..=10 {
        pool.install(|| busy(call));
        let all = pool.metrics().total();
        assert_eq!(all.guests() + all.injected(), call, "{all:?}");
    }
}

/// What sleeps is said to sleep, and its sleep lasts.
#[test]
fn states_and_queues() {
    watch!();
    let pool = pool("1x2", 2);
    let states = pool.install(|| {
        moirai::spawn(|| ());
        let metrics = metrics::snapshot();
        assert_eq!(metrics.injected_queued(), 0);
        metrics.states().to_vec()
    });
    assert!(states.contains(&WorkerState::Busy), "{states:?}");
    while pool.metrics().states() != [WorkerState::Asleep; 2] {
        std::thread::yield_now();
    }
    let before = pool.metrics();
    let mut later = pool.metrics();
    while (&later - &before).total().asleep().is_zero() {
        later = pool.metrics();
    }
    assert_eq!(later.queued(), [0, 0]);
    let parks = later.total().parks();
    assert!(parks >= 2 && later.total().spurious_wakes() <= later.total().wakes());
}

/// A call is known by the line that it stands in, and costs something.
#[test]
fn call_sites_have_places() {
    watch!();
    let pool = pool("1x2", 2);
    let line = line!() + 2;
    for _ in 0..3 {
        pool.install(|| (0..5000).into_par_iter().map(|n| n ^ 5).for_each(busy));
    }
    let metrics = pool.metrics();
    let sites = metrics.call_sites().iter();
    let here = sites.clone().find(|site| {
        site.location().is_some_and(|place| place.file() == file!() && place.line() == line)
    });
    let here = here.unwrap_or_else(|| panic!("{:?}", metrics.call_sites()));
    assert!(here.ns_per_item() > 0.0 && here.items().contains(&5000), "{here:?}");
    assert!(here.types().contains("counters"), "{here:?}");
    assert!(metrics.to_string().contains(&here.to_string()));
}

#[cfg(feature = "serde")]
#[test]
fn they_are_serialized() {
    watch!();
    let pool = pool("2x2", 4);
    work(&pool);
    let metrics = pool.metrics();
    let value = serde_json::to_value(&metrics).unwrap();
    assert_eq!(value["workers"].as_array().unwrap().len(), 4);
    let total = &value["total"];
    assert_eq!(total["injected"], metrics.total().injected());
    assert_eq!(total["steals"]["near"], metrics.total().steals().near);
    assert_eq!(total["batch_sizes"].as_array().unwrap().len(), 32);
    assert_eq!(value["queued"], serde_json::json!([0, 0, 0, 0]));
    assert!(value["states"][0].is_string());
}
