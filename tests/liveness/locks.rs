//! A lock held across a nested parallel call. Where a waiting thread runs jobs it does not wait
//! for, it may take one that asks for the lock it holds, and hang: rayon does in some runs (its
//! issue 592), so these run on this crate only. `MOIRAI_STRESS_RUNS` says how often (3).

use super::api;
use super::kit::{channel, pool};
use crate::child::say;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

fn runs() -> usize {
    let asked = std::env::var("MOIRAI_STRESS_RUNS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(3)
}

fn par_for(range: Range<u64>, f: &(impl Fn(u64) + Sync)) {
    match range.end - range.start {
        0 => (),
        1 => f(range.start),
        length => {
            let middle = range.start + length / 2;
            api::join(|| par_for(range.start..middle, f), || par_for(middle..range.end, f));
        }
    }
}

/// The same by a scope, one job for each item.
fn scope_for(range: Range<u64>, f: &(impl Fn(u64) + Sync)) {
    api::scope(|s| {
        for item in range {
            s.spawn(move |_| f(item));
        }
    });
}

/// A sum over items that take long enough to be stolen.
fn inner(by_scope: bool) -> u64 {
    // Not every machine has atomics of 64 bits.
    let sum = AtomicUsize::new(0);
    let item = |item: u64| {
        match item % 16 {
            7 => thread::sleep(Duration::from_micros(10)),
            _ => (0..200).for_each(|spin| _ = std::hint::black_box(spin)),
        }
        sum.fetch_add(item as usize, Ordering::Relaxed);
    };
    match by_scope {
        true => scope_for(0..64, &item),
        false => par_for(0..64, &item),
    }
    sum.into_inner() as u64
}

const INNER: u64 = 64 * 63 / 2;

/// Items that each take the lock and hold it across a nested loop.
fn outer(by_scope: bool) {
    let total = Mutex::new(0);
    let item = |item: u64| {
        let mut total = total.lock().unwrap();
        *total += inner(item % 2 == 0);
    };
    match by_scope {
        true => scope_for(0..200, &item),
        false => par_for(0..200, &item),
    }
    assert_eq!(total.into_inner().unwrap(), 200 * INNER);
}

/// Callers outside that each take the lock before their parallel call.
fn callers(call: &(impl Fn(bool) -> u64 + Sync)) {
    let total = Mutex::new(0);
    thread::scope(|outside| {
        for _ in 0..8 {
            outside.spawn(|| {
                for round in 0..25 {
                    let mut total = total.lock().unwrap();
                    *total += call(round % 2 == 0);
                }
            });
        }
    });
    assert_eq!(total.into_inner().unwrap(), 200 * INNER);
}

#[test]
fn lock_across_nested_loops() {
    for threads in [1, 2, 4, 16] {
        let pool = pool(threads);
        for _ in 0..runs() {
            watch!();
            pool.install(|| outer(false));
            pool.install(|| outer(true));
        }
    }
}

#[test]
fn lock_taken_outside() {
    for threads in [1, 2, 4, 16] {
        let pool = pool(threads);
        for _ in 0..runs() {
            watch!();
            callers(&|by_scope| pool.install(|| inner(by_scope)));
        }
    }
}

/// The same on the implicit global pool, whose calls may run on the caller's thread; also with
/// other callers that keep the pool busy.
#[test]
fn lock_on_the_global_pool() {
    let process = fresh!(lock_on_the_global_pool);
    if process.scenario().is_some() {
        for _ in 0..runs() {
            watch!();
            outer(false);
            outer(true);
            callers(&inner);
            let (ended, is_ended) = channel::<()>();
            thread::scope(|outside| {
                outside.spawn(|| {
                    while is_ended.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
                        assert_eq!(inner(false), INNER);
                    }
                });
                outer(false);
                drop(ended);
            });
        }
        return say("done");
    }
    for threads in ["1", "2", "4", "16"] {
        for guests in ["on", "off"] {
            let variables = [("RAYON_NUM_THREADS", threads), ("MOIRAI_GUESTS", guests)];
            assert_eq!(process.said("lock", &variables), ["done"]);
        }
    }
}

/// A lock held across a join whose halves spawn jobs that ask for it: they wait until it is free.
#[test]
fn spawned_jobs_ask_for_the_lock() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        for _ in 0..100 {
            let lock = std::sync::Arc::new(Mutex::new(0));
            let (sender, receiver) = channel();
            pool.install(|| {
                let job = || {
                    let (lock, sender) = (std::sync::Arc::clone(&lock), sender.clone());
                    move || {
                        *lock.lock().unwrap() += 1;
                        sender.send(()).unwrap();
                    }
                };
                let held = lock.lock().unwrap();
                api::join(|| api::spawn(job()), || api::spawn(job()));
                api::scope(|s| s.spawn(|_| api::spawn_fifo(job())));
                drop(held);
            });
            drop(sender);
            assert_eq!(receiver.iter().count(), 3);
            assert_eq!(*lock.lock().unwrap(), 3);
        }
    }
}
