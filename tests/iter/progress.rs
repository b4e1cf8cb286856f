//! `on_progress`: every item counts once, reports grow, and the total comes last.

use moirai::ThreadPoolBuilder;
use moirai::prelude::*;
use moirai::progress::Progress;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

const STEPS: [usize; 5] = [1, 7, 100, 5_000, usize::MAX];

/// Reports of a run in pools of several sizes.
fn reports(total: usize, run: impl Fn(usize, &mut Vec<usize>) + Sync) {
    for threads in [1, 2, 4] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for step in STEPS {
            let mut reports = Vec::new();
            pool.install(|| run(step, &mut reports));
            assert!(reports.windows(2).all(|pair| pair[0] < pair[1]), "{reports:?}");
            assert_eq!(reports.last(), Some(&total), "step {step}");
            // No more often than asked for, but for the last one.
            assert!(reports.len() <= total / step + 1, "step {step}: {reports:?}");
        }
    }
}

#[test]
fn counts_items_of_every_kind_of_call() {
    watch!();
    let numbers: Vec<u32> = (0..10_000).collect();
    let sum = numbers.iter().sum::<u32>();
    reports(10_000, |step, reports| {
        assert_eq!(numbers.par_iter().on_progress(step, |n| reports.push(n)).sum::<u32>(), sum);
    });
    reports(10_000, |step, reports| {
        let all: Vec<u32> =
            numbers.par_iter().copied().on_progress(step, |n| reports.push(n)).collect();
        assert_eq!(all, numbers);
    });
    // Before a filter all count, behind it those that are left.
    reports(10_000, |step, reports| {
        let iter = numbers.par_iter().on_progress(step, |n| reports.push(n));
        assert_eq!(iter.filter(|n| **n % 10 == 0).count(), 1000);
    });
    reports(1_000, |step, reports| {
        let iter = numbers.par_iter().filter(|n| **n % 10 == 0);
        assert_eq!(iter.on_progress(step, |n| reports.push(n)).count(), 1000);
    });
    // By producers, cut anywhere, from both ends, one by one.
    reports(10_000, |step, reports| {
        let iter = numbers.par_iter().on_progress(step, |n| reports.push(n));
        assert!(iter.zip(&numbers).all(|(a, b)| a == b));
    });
    reports(10_000, |step, reports| {
        let iter = numbers.par_iter().copied().on_progress(step, |n| reports.push(n)).rev();
        assert!(iter.collect::<Vec<_>>().iter().rev().eq(&numbers));
    });
    reports(10_000, |step, reports| {
        let iter = numbers.par_iter().on_progress(step, |n| reports.push(n)).enumerate().chunks(3);
        iter.with_max_len(5)
            .for_each(|chunk| assert!(chunk.iter().all(|(at, n)| *at == **n as usize)));
    });
    reports(30_000, |step, reports| {
        let iter = (0..10_000).into_par_iter().flat_map_iter(|n| [n; 3]);
        assert_eq!(iter.on_progress(step, |n| reports.push(n)).count(), 30_000);
    });
    reports(10_000, |step, reports| {
        let iter = numbers.iter().par_bridge().on_progress(step, |n| reports.push(n));
        assert_eq!(iter.map(|n| *n).sum::<u32>(), sum);
    });
}

#[test]
fn nothing_is_told_too() {
    watch!();
    let mut reports = Vec::new();
    (0..0).into_par_iter().on_progress(10, |done| reports.push(done)).for_each(|_: u8| ());
    assert_eq!(reports, [0]);
    let mut reports = Vec::new();
    (0..20).into_par_iter().on_progress(20, |done| reports.push(done)).for_each(|_| ());
    assert_eq!(reports, [20]);
}

/// A search that ends early tells what has gone through.
#[test]
fn a_search_ends_early() {
    watch!();
    let mut last = 0;
    let found =
        (0..1_000_000).into_par_iter().on_progress(1, |done| last = done).find_any(|n| *n < 10);
    assert!(found.is_some() && (1..=1_000_000).contains(&last));
}

/// Reports come one at a time from more than one thread, if more than one works; they may be slow, and call in parallel.
#[test]
fn from_any_worker() {
    watch!();
    let pool = ThreadPoolBuilder::new().num_threads(4).build().unwrap();
    let (mut is_inside, mut threads) = (AtomicBool::new(false), HashSet::new());
    let mut told = 0;
    pool.install(|| {
        let iter = (0..5_000).into_par_iter().on_progress(1, |done| {
            assert!(!is_inside.swap(true, Ordering::Relaxed), "two reports at once");
            threads.insert(moirai::current_thread_index());
            assert_eq!((0..100).into_par_iter().count(), 100);
            is_inside.store(false, Ordering::Relaxed);
            told = done;
        });
        iter.for_each(|n| _ = std::hint::black_box((0..200).fold(n, |sum, step| sum ^ step)));
    });
    assert_eq!(told, 5_000);
    assert!(!*is_inside.get_mut());
    assert!((1..=4).contains(&threads.len()) && !threads.contains(&None));
}

#[test]
fn panics_go_through() {
    watch!();
    for bad in [0, 3_000] {
        let failed = catch_unwind(|| {
            let iter = (0..5_000).into_par_iter().on_progress(10, |_| ());
            iter.for_each(|n| assert_ne!(n, bad, "an item"));
        });
        assert!(failed.is_err());
        let mut reports = 0;
        let failed = catch_unwind(AssertUnwindSafe(|| {
            let iter = (0..5_000).into_par_iter().on_progress(10, |done| {
                reports += 1;
                assert!(done <= bad, "a report");
            });
            iter.for_each(|_| ());
        }));
        let message = *failed.unwrap_err().downcast::<&str>().unwrap();
        assert_eq!(message, "a report");
        assert!(reports >= 1);
    }
    let none = catch_unwind(|| (0..5).into_par_iter().on_progress(0, |_| ()).count());
    assert_eq!(
        *none.unwrap_err().downcast::<&str>().unwrap(),
        "a step of progress must not be zero"
    );
}
