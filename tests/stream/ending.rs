//! What becomes of items that nobody takes: each is dropped once, and nothing runs on.

use super::{everywhere, panic_of, panic_with, pool};
use moirai::prelude::*;
use moirai::stream::{ParallelMap, ParallelStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How often each item was made and dropped.
#[derive(Clone)]
struct Ledger(Arc<Vec<[AtomicUsize; 2]>>);

impl Ledger {
    fn new(items: usize) -> Self {
        Ledger(Arc::new((0..items).map(|_| Default::default()).collect()))
    }

    fn item(&self, number: usize) -> Item {
        self.0[number][0].fetch_add(1, Ordering::Relaxed);
        Item { number, ledger: self.clone(), panics: false }
    }

    fn items(&self) -> Vec<Item> {
        (0..self.0.len()).map(|number| self.item(number)).collect()
    }

    /// All that was made was dropped, each item once.
    fn assert_settled(&self) {
        for (number, counts) in self.0.iter().enumerate() {
            let [made, dropped] = counts.each_ref().map(|count| count.load(Ordering::Relaxed));
            assert!(made <= 1 && made == dropped, "item {number}: made {made}, dropped {dropped}");
        }
    }

    fn made(&self) -> usize {
        self.0.iter().map(|counts| counts[0].load(Ordering::Relaxed)).sum()
    }
}

struct Item {
    number: usize,
    ledger: Ledger,
    panics: bool,
}

impl Drop for Item {
    fn drop(&mut self) {
        self.ledger.0[self.number][1].fetch_add(1, Ordering::Relaxed);
        if self.panics {
            panic_with(self.number);
        }
    }
}

const ITEMS: usize = 60;

#[test]
fn dropped_early_at_every_position() {
    watch!();
    everywhere(|| {
        for taken in 0..=ITEMS + 1 {
            for cap in [1, 7, 40] {
                let results = Ledger::new(ITEMS);
                let made = results.clone();
                let mut stream =
                    (0..ITEMS).into_par_iter().map(move |number| made.item(number)).ordered(cap);
                let numbers = stream.by_ref().take(taken).map(|item| item.number);
                assert!(numbers.eq(0..taken.min(ITEMS)));
                drop(stream);
                // Nothing runs any more, and nothing was made that was not allowed.
                results.assert_settled();
                assert!(results.made() <= taken + cap);
            }
        }
    });
}

#[test]
fn what_the_source_owns_is_dropped_with_the_stream() {
    watch!();
    everywhere(|| {
        for taken in (0..=ITEMS).step_by(7) {
            let owned = Ledger::new(ITEMS);
            let mut stream = owned.items().into_par_iter().ordered(9);
            stream.by_ref().take(taken).for_each(drop);
            drop(stream);
            owned.assert_settled();

            let owned = Ledger::new(ITEMS);
            let mut stream = owned.items().into_iter().par_map_unordered(9, |item| item);
            stream.by_ref().take(taken).for_each(drop);
            drop(stream);
            owned.assert_settled();

            let owned = Ledger::new(ITEMS);
            let items = owned.items().into_par_iter();
            items.with_indexed_stream(9, |items| items.take(taken).for_each(drop));
            owned.assert_settled();
        }
    });
}

#[test]
fn skipped_items_are_dropped_and_not_made() {
    watch!();
    let (owned, made) = (Ledger::new(ITEMS), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&made);
    let stream = owned.items().into_par_iter().map(move |item| {
        counter.fetch_add(1, Ordering::Relaxed);
        item
    });
    assert!(stream.skip(50).take(5).ordered(3).map(|item| item.number).eq(50..55));
    assert_eq!(made.load(Ordering::Relaxed), 5);
    owned.assert_settled();
}

#[test]
fn a_leaked_stream_leaks_its_items_and_nothing_else_happens() {
    watch!();
    for taken in [0, 1, 30] {
        let results = Ledger::new(ITEMS);
        let made = results.clone();
        let pool = pool(2);
        let mut stream = pool.install(|| {
            (0..ITEMS).into_par_iter().map(move |number| made.item(number)).ordered(10)
        });
        assert_eq!(stream.by_ref().take(taken).count(), taken);
        std::mem::forget(stream);
        // The pool works on, and what was published is made in the end.
        assert_eq!(pool.install(|| (0..100).into_par_iter().sum::<usize>()), 4950);
        // Its threads cannot end, because the stream still counts as one who uses them.
        std::mem::forget(pool);
        assert!(results.0.iter().all(|counts| counts[1].load(Ordering::Relaxed) <= 1));
    }
}

#[test]
fn a_panic_of_the_consumer_settles_the_stream() {
    watch!();
    everywhere(|| {
        for at in [0, 1, 17, ITEMS - 1] {
            let results = Ledger::new(ITEMS);
            let made = results.clone();
            let stream = (0..ITEMS).into_par_iter().map(move |number| made.item(number)).ordered(8);
            let payload = panic_of(|| {
                for item in stream {
                    if item.number == at {
                        panic_with(at);
                    }
                }
            });
            assert_eq!(super::number_of(payload), at);
            results.assert_settled();

            let results = Ledger::new(ITEMS);
            let made = (0..ITEMS).into_par_iter().map(|number| results.item(number));
            let payload = panic_of(|| {
                made.with_stream(8, |items| {
                    items.for_each(|item| {
                        if item.number == at {
                            panic_with(at)
                        }
                    });
                });
            });
            assert_eq!(super::number_of(payload), at);
            results.assert_settled();
        }
    });
}

#[test]
fn a_drop_that_panics_keeps_no_other_from_happening() {
    watch!();
    everywhere(|| {
        for panics in [0, 3, 9, 25] {
            // Results that panic when they are dropped, in the hands of the stream.
            let results = Ledger::new(ITEMS);
            let made = results.clone();
            let mut stream = (0..ITEMS)
                .into_par_iter()
                .map(move |number| {
                    let mut item = made.item(number);
                    item.panics = number == panics;
                    item
                })
                .ordered(20);
            let first = stream.next().map(|item| std::mem::ManuallyDrop::new(item).number);
            assert_eq!(first, Some(0));
            // Whether item `panics` is made before the stream ends depends on the schedule, not that all is settled.
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(stream)));
            let dropped = results.0[panics][1].load(Ordering::Relaxed);
            assert!(ended.is_ok() || dropped == 1);
            results.0[0][1].fetch_add(1, Ordering::Relaxed);
            results.assert_settled();

            // What the source owns.
            let owned = Ledger::new(ITEMS);
            let mut items = owned.items();
            items[panics].panics = true;
            let mut stream = items.into_par_iter().ordered(5);
            let taken = stream.by_ref().take(2).map(std::mem::ManuallyDrop::new).count();
            for counts in owned.0.iter().take(taken) {
                counts[1].fetch_add(1, Ordering::Relaxed);
            }
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(stream)));
            assert_eq!(ended.is_err(), panics >= taken, "{panics}");
            owned.assert_settled();
        }
    });
}
