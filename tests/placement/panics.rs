//! Panics in calls that are dealt.

use crate::shapes::{SHAPES, pool, shares};
use moirai::iter::plumbing::{Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge};
use moirai::prelude::*;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

const ITEMS: usize = 2000;

/// Counts its drops.
struct Item<'a>(usize, &'a [AtomicUsize]);

impl Drop for Item<'_> {
    fn drop(&mut self) {
        self.1[self.0].fetch_add(1, Ordering::Relaxed);
    }
}

/// The number that a call panics with.
fn payload<R>(call: impl FnOnce() -> R) -> usize {
    let panic = catch_unwind(AssertUnwindSafe(call)).map(|_| ()).expect_err("a panic");
    *panic.downcast().expect("a number")
}

/// One share panics, or two: the left one's panic goes on, every item is dropped once, and the pool goes on too.
#[test]
fn a_panic_in_any_share() {
    watch!();
    for (machine, threads) in SHAPES {
        let pool = pool(machine, *threads);
        let shares = shares(&pool, ITEMS);
        for (left, share) in shares.iter().enumerate() {
            for other in &shares[left..] {
                let (first, second) = (share.start + share.len() / 3, other.end - 1);
                let drops: Vec<AtomicUsize> = (0..ITEMS).map(|_| AtomicUsize::new(0)).collect();
                let items: Vec<Item<'_>> = (0..ITEMS).map(|index| Item(index, &drops)).collect();
                let came = payload(|| {
                    pool.install(|| {
                        items.into_par_iter().for_each(|item| {
                            if item.0 == first || item.0 == second {
                                resume_unwind(Box::new(item.0));
                            }
                        });
                    });
                });
                // In one share it may be either: a piece that was stolen panics for itself.
                let is_right = came == first || share == other && came == second;
                assert!(is_right, "{machine}: {came} of {first} and {second}");
                assert!(drops.iter().all(|drops| drops.load(Ordering::Relaxed) == 1), "{machine}");
                let sum: usize = pool.install(|| (0..ITEMS).into_par_iter().sum());
                assert_eq!(sum, ITEMS * (ITEMS - 1) / 2);
            }
        }
    }
}

/// Numbers whose producer panics at one of its cuts.
struct Fragile<'a> {
    range: Range<usize>,
    cuts: &'a AtomicUsize,
    last: usize,
}

impl ParallelIterator for Fragile<'_> {
    type Item = usize;

    fn drive_unindexed<C: UnindexedConsumer<usize>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }
}

impl IndexedParallelIterator for Fragile<'_> {
    fn len(&self) -> usize {
        self.range.len()
    }

    fn drive<C: Consumer<usize>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn with_producer<CB: ProducerCallback<usize>>(self, callback: CB) -> CB::Output {
        callback.callback(self)
    }
}

impl Producer for Fragile<'_> {
    type Item = usize;
    type IntoIter = Range<usize>;

    fn into_iter(self) -> Range<usize> {
        self.range
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        if self.cuts.fetch_add(1, Ordering::Relaxed) == self.last {
            resume_unwind(Box::new(self.last));
        }
        let middle = self.range.start + index;
        let left = Fragile { range: self.range.start..middle, ..self };
        let right = Fragile { range: middle..self.range.end, ..self };
        (left, right)
    }
}

/// The cuts between shares are the first ones: those dealt before one that panics are out, and must not be left behind.
#[test]
fn a_panic_in_a_cut() {
    watch!();
    for (machine, threads) in SHAPES {
        let pool = pool(machine, *threads);
        let groups = shares(&pool, ITEMS).len();
        for last in (0..groups - 1).cycle().take(30) {
            let cuts = AtomicUsize::new(0);
            let numbers = Fragile { range: 0..ITEMS, cuts: &cuts, last };
            let came =
                payload(|| pool.install(|| numbers.for_each(|n| _ = std::hint::black_box(n))));
            assert_eq!(came, last, "{machine}");
            let sum: usize = pool.install(|| (0..ITEMS).into_par_iter().sum());
            assert_eq!(sum, ITEMS * (ITEMS - 1) / 2);
        }
    }
}
