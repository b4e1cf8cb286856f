//! How much is in flight: counted from the source to the consumer.

use super::{everywhere, pool, work};
use moirai::prelude::*;
use moirai::stream::{ParallelMap, ParallelStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const CAPS: [usize; 7] = [1, 2, 3, 5, 16, 100, 1000];

/// Counts items on their way, and the most there ever were.
#[derive(Clone, Default)]
struct Flight(Arc<Mutex<(usize, usize)>>);

impl Flight {
    fn begin(&self) {
        let mut counts = self.0.lock().unwrap();
        counts.0 += 1;
        counts.1 = counts.1.max(counts.0);
    }

    fn end(&self) {
        self.0.lock().unwrap().0 -= 1;
    }

    fn most(&self) -> usize {
        self.0.lock().unwrap().1
    }
}

#[test]
fn what_is_drawn_from_a_sequential_source_is_bounded_exactly() {
    watch!();
    everywhere(|| {
        for cap in CAPS {
            let flight = Flight::default();
            let drawn = flight.clone();
            let source = (0..2000).inspect(move |_| drawn.begin());
            let stream = source.par_map_ordered(cap, |n| {
                work(n % 50);
                n
            });
            for (turn, item) in stream.enumerate() {
                assert_eq!(turn, item);
                flight.end();
            }
            assert!(flight.most() <= cap, "{} of {cap} in flight", flight.most());
        }
    });
}

#[test]
fn what_is_made_of_an_indexed_source_is_bounded_exactly() {
    watch!();
    everywhere(|| {
        for cap in CAPS {
            let flight = Flight::default();
            let begun = flight.clone();
            let made = (0..2000_usize).into_par_iter().map(move |n| {
                begun.begin();
                n
            });
            let taken = flight.clone();
            made.unordered(cap).for_each(|_| taken.end());
            assert!(flight.most() <= cap, "{} of {cap} in flight", flight.most());

            let flight = Flight::default();
            let numbers: Vec<usize> = (0..2000).collect();
            let made = numbers.par_iter().map(|n| {
                flight.begin();
                n
            });
            made.with_indexed_stream(cap, |items| items.for_each(|_| flight.end()));
            assert!(flight.most() <= cap, "{} of {cap} in flight", flight.most());

            // Items that are left out count as little as those that come out.
            let flight = Flight::default();
            let kept = numbers.par_iter().filter(|n| **n % 3 == 0).map(|n| {
                flight.begin();
                n
            });
            kept.with_stream(cap, |items| items.for_each(|_| flight.end()));
            assert!(flight.most() <= cap, "{} of {cap} in flight", flight.most());
        }
    });
}

#[test]
fn all_of_the_limit_comes_to_be_used_and_is_made_while_the_consumer_is_away() {
    watch!();
    for threads in [1, 2, 3] {
        let drawn = Arc::new(AtomicUsize::new(0));
        let made = Arc::new(AtomicUsize::new(0));
        let (drawing, making) = (Arc::clone(&drawn), Arc::clone(&made));
        let source = (0..).inspect(move |_| _ = drawing.fetch_add(1, Ordering::Relaxed));
        let mut stream = pool(threads).install(|| {
            source.par_map_ordered(64, move |n: usize| {
                // So long that waking a thread for them is worth it.
                work(100_000);
                making.fetch_add(1, Ordering::Relaxed);
                n
            })
        });
        let taken = 200;
        assert!(stream.by_ref().take(taken).eq(0..taken));
        // One batch of a few items is being handed out, and counts as long as any of it is left.
        let drawn = drawn.load(Ordering::Relaxed);
        assert!(drawn > taken + 64 / 2, "only {} in flight", drawn - taken);
        // What is not worth waking a thread for waits for the consumer: at most half of the limit.
        while made.load(Ordering::Relaxed) + 64 / 2 < drawn {
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_limit_of_one_lets_a_source_wait_for_its_results() {
    watch!();
    everywhere(|| {
        let (sender, receiver) = std::sync::mpsc::channel();
        sender.send(1_u64).unwrap();
        // Each item is what has become of the one before.
        for item in receiver.into_iter().par_map_ordered(1, |n| n * 3) {
            if item > 1000 {
                break;
            }
            sender.send(item).unwrap();
        }
    });
}

#[test]
fn a_limit_of_zero_is_refused() {
    let message = super::panic_of(|| (0..3).into_par_iter().ordered(0));
    let message = message.downcast_ref::<&str>().copied().unwrap_or_default();
    assert!(message.contains("at least one"), "{message}");
}

#[test]
fn a_stream_leaves_nothing_behind_in_the_pool() {
    watch!();
    // In a pool of one thread nobody else runs what a job spawns: what an endless stream needs must not add up.
    let pool = pool(1);
    pool.install(|| {
        let stream = (0..200_000_u64).into_par_iter().map(|n| n ^ 1).ordered(8);
        assert_eq!(stream.count(), 200_000);
        assert_ne!(moirai::yield_local(), Some(moirai::Yield::Executed), "a job was left");
    });
}
