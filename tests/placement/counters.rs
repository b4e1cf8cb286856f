//! Counters: they add up, begin again, and can be printed.

use crate::shapes::{SHAPES, groups, pool};
use moirai::metrics::{self, Work};
use moirai::prelude::*;
use moirai::{StealOrder, ThreadPool};

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

/// A line for each worker, and one for all.
#[test]
fn they_are_printed() {
    watch!();
    let pool = pool("2x2", 4);
    work(&pool);
    let metrics = pool.metrics();
    let text = metrics.to_string();
    let lines: Vec<Vec<&str>> =
        text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines.len(), 2 + 4 + 1, "{text}");
    for (index, line) in lines[2..6].iter().enumerate() {
        assert_eq!(line[0], index.to_string());
        assert_eq!(line.len(), 12, "{text}");
    }
    let all = metrics.total();
    assert_eq!(lines[6][0], "all");
    assert_eq!(lines[6][10..], [all.items_at_home().to_string(), all.items_away().to_string()]);
    // Inside of a pool the current one is meant.
    assert_eq!(pool.install(metrics::snapshot).workers().len(), 4);
}
