//! Scopes as spindle and dust use them, and producers that are driven by hand.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Condvar, Mutex};

use rayon::Scope;
use rayon::iter::plumbing::{Producer, ProducerCallback};
use rayon::prelude::*;

use crate::kit::{everywhere, pool_of};

/// It keeps workers in a scope's jobs until the scope's body ends, and hands them pieces of a producer.
#[test]
fn spindle_drives_producers() {
    watch!();
    everywhere(|| {
        let mut cells = vec![0_u64; 1000];
        for jobs in [1, 3, 8] {
            spindle::with_lock(4, || {
                spindle::for_each(jobs, cells.par_iter_mut().enumerate(), |(at, cell)| {
                    *cell += at as u64
                });
                let chunks = cells.par_chunks_mut(30).zip(0..100_usize);
                spindle::for_each(jobs, chunks, |(chunk, n)| chunk[0] += n as u64);
                spindle::for_each_raw(jobs, |_| assert!(spindle::current_num_threads() > 0));
            });
        }
        let expected = |at: u64| 3 * (at + if at % 30 == 0 { at / 30 } else { 0 });
        assert!(cells.iter().zip(0..).all(|(cell, at)| *cell == expected(at)));
        spindle::with_lock(2, || {
            spindle::with_lock(2, || spindle::for_each(2, &mut cells, |cell| *cell = 0))
        });
        assert_eq!(cells.iter().sum::<u64>(), 0);
    });
}

/// Splits a producer to the last item and walks the pieces in turn, on this thread and without the pool.
struct ByHand;

impl<T> ProducerCallback<T> for ByHand {
    type Output = Vec<T>;

    fn callback<P: Producer<Item = T>>(self, producer: P) -> Vec<T> {
        fn walk<P: Producer>(producer: P, len: usize, items: &mut Vec<P::Item>) {
            if len > 3 {
                let (left, right) = producer.split_at(len / 2);
                walk(left, len / 2, items);
                walk(right, len - len / 2, items);
            } else {
                items.extend(producer.into_iter());
            }
        }
        let mut items = Vec::new();
        walk(producer, 60, &mut items);
        items
    }
}

/// No pool is made, and none is needed.
#[test]
fn producers_work_without_a_pool() {
    watch!();
    let numbers: Vec<u64> = (0..60).collect();
    let expected = numbers.clone();
    assert_eq!(
        numbers.par_iter().with_producer(ByHand).into_iter().copied().collect::<Vec<_>>(),
        expected
    );
    assert_eq!(numbers.clone().into_par_iter().with_producer(ByHand), expected);
    assert_eq!(
        (0..60_usize).into_par_iter().rev().rev().map(|n| n as u64).with_producer(ByHand),
        expected
    );
    let adapted = numbers
        .par_chunks(2)
        .map(|pair| pair[0])
        .interleave(numbers.par_iter().copied().skip(1).step_by(2));
    assert_eq!(adapted.with_producer(ByHand), expected);
    let zipped = numbers.par_iter().zip(&numbers).enumerate().with_producer(ByHand);
    assert!(zipped.into_iter().enumerate().all(|(at, (index, (a, b)))| at == index && a == b));
}

/// spindle: all other workers wait in jobs of the scope until its body has ended, and the body's thread must be let
/// through to its end.
#[test]
fn jobs_may_wait_for_the_end_of_the_body() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool_of(threads);
        for _ in 0..20 {
            let (ended, end) = (Mutex::new(false), Condvar::new());
            let ran = AtomicUsize::new(0);
            pool.scope(|scope| {
                for _ in 1..threads {
                    scope.spawn(|_| {
                        drop(end.wait_while(ended.lock().unwrap(), |ended| !*ended).unwrap());
                        ran.fetch_add(1, SeqCst);
                    });
                }
                *ended.lock().unwrap() = true;
                end.notify_all();
            });
            assert_eq!(ran.into_inner(), threads - 1);
        }
    }
}

/// Spawning is not a place where jobs run: here a job inside `spawn` would find the body's lock taken.
#[test]
fn spawning_runs_nothing() {
    watch!();
    pool_of(1).scope(|scope| {
        let in_body = &*Box::leak(Box::new(AtomicBool::new(true)));
        for _ in 0..1000 {
            scope.spawn(move |_| assert!(!in_body.load(SeqCst)));
        }
        in_body.store(false, SeqCst);
    });
}

/// dust: one scope for a whole run; jobs walk folders in parallel and spawn a job for each folder within.
#[test]
fn jobs_spawn_on_their_scope_from_within_iterators() {
    fn visit<'scope>(scope: &Scope<'scope>, depth: u32, seen: &'scope AtomicUsize) {
        seen.fetch_add(1, SeqCst);
        if depth > 0 {
            (0..6)
                .into_par_iter()
                .for_each(|_| scope.spawn(move |scope| visit(scope, depth - 1, seen)));
        }
    }

    watch!();
    everywhere(|| {
        let seen = AtomicUsize::new(0);
        rayon::scope(|scope| visit(scope, 4, &seen));
        assert_eq!(seen.into_inner(), (6_usize.pow(5) - 1) / 5);
    });
}

/// Jobs by the hundred thousand, queued from one body; and a chain of as many, each spawned by the one before: neither
/// may use up a fixed store or the stack.
#[test]
fn scopes_hold_any_number_of_jobs() {
    fn chain<'scope>(scope: &Scope<'scope>, left: u32, seen: &'scope AtomicUsize) {
        seen.fetch_add(1, SeqCst);
        if left > 1 {
            scope.spawn(move |scope| chain(scope, left - 1, seen));
        }
    }

    const JOBS: u32 = 100_000;
    watch!();
    for threads in [1, 2] {
        let seen = AtomicUsize::new(0);
        pool_of(threads).scope(|scope| {
            for _ in 0..JOBS {
                scope.spawn(|_| _ = seen.fetch_add(1, SeqCst));
            }
            chain(scope, JOBS, &seen);
        });
        assert_eq!(seen.into_inner(), 2 * JOBS as usize);
    }
}
