//! Many jobs: depth within the promised stack, and numbers beyond every fixed capacity.

use super::api;
use super::kit::{channel, pool};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

fn leaves(depth: usize) -> usize {
    if depth == 0 {
        return 1;
    }
    let (left, right) = api::join(|| leaves(depth - 1), || leaves(depth - 1));
    left + right
}

/// A balanced tree of 2^20 joins on workers with 1 MiB of stack.
#[test]
fn join_tree_on_small_stacks() {
    watch!();
    for threads in [1, 2, 4] {
        let builder = api::ThreadPoolBuilder::new().num_threads(threads);
        let pool = builder.stack_size(1 << 20).build().unwrap();
        assert_eq!(pool.install(|| leaves(20)), 1 << 20);
    }
}

/// A tree with all its depth on one side keeps hundreds of second halves waiting.
#[test]
fn left_deep_joins() {
    watch!();
    fn comb(teeth: usize) -> usize {
        if teeth == 0 {
            return 0;
        }
        let (rest, tooth) = api::join(|| comb(teeth - 1), || leaves(2));
        rest + tooth
    }
    for threads in [1, 2, 8] {
        let builder = api::ThreadPoolBuilder::new().num_threads(threads);
        let pool = builder.stack_size(64 << 20).build().unwrap();
        for _ in 0..5 {
            assert_eq!(pool.install(|| comb(5_000)), 20_000);
        }
    }
}

/// A million jobs of a scope, each spawned by the one before: the stack stays where it is.
#[test]
fn scope_chain_of_a_million() {
    watch!();
    fn link<'scope>(s: &api::Scope<'scope>, left: usize, count: &'scope AtomicUsize) {
        count.fetch_add(1, Ordering::Relaxed);
        if left > 1 {
            s.spawn(move |s| link(s, left - 1, count));
        }
    }
    for threads in [1, 4] {
        let builder = api::ThreadPoolBuilder::new().num_threads(threads);
        let pool = builder.stack_size(1 << 20).build().unwrap();
        let count = AtomicUsize::new(0);
        pool.scope(|s| link(s, 1_000_000, &count));
        assert_eq!(count.into_inner(), 1_000_000);
    }
}

/// A million jobs of a scope in a tree, and as many spawned by its body alone.
#[test]
fn scope_of_a_million() {
    watch!();
    fn tree<'scope>(s: &api::Scope<'scope>, jobs: usize, count: &'scope AtomicUsize) {
        count.fetch_add(1, Ordering::Relaxed);
        let (left, right) = (jobs / 2, (jobs - 1) / 2);
        for below in [left, right].into_iter().filter(|below| *below > 0) {
            s.spawn(move |s| tree(s, below, count));
        }
    }
    for threads in [1, 4] {
        let pool = pool(threads);
        let count = AtomicUsize::new(0);
        pool.scope(|s| tree(s, 1_000_000, &count));
        assert_eq!(count.swap(0, Ordering::Relaxed), 1_000_000);
        pool.scope_fifo(|s| {
            for _ in 0..1_000_000 {
                s.spawn_fifo(|_| {
                    count.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        assert_eq!(count.into_inner(), 1_000_000);
    }
}

/// Eight threads outside spawn a hundred thousand jobs each, half of them into a FIFO.
#[test]
fn spawn_storm_from_outside() {
    watch!();
    for threads in [1, 4] {
        let pool = pool(threads);
        let count = Arc::new(AtomicUsize::new(0));
        let (last, all_gone) = channel::<()>();
        thread::scope(|outside| {
            for _ in 0..8 {
                let (pool, count, last) = (&pool, Arc::clone(&count), last.clone());
                outside.spawn(move || {
                    for job in 0..100_000 {
                        let (count, last) = (Arc::clone(&count), last.clone());
                        let note = move || {
                            count.fetch_add(1, Ordering::Relaxed);
                            drop(last);
                        };
                        match job % 2 {
                            0 => pool.spawn(note),
                            _ => pool.spawn_fifo(note),
                        }
                    }
                });
            }
        });
        drop(last);
        assert!(all_gone.recv().is_err());
        assert_eq!(count.load(Ordering::Relaxed), 800_000);
    }
}

/// Many threads outside call into a small pool at once, and into the global one.
#[test]
fn calls_from_outside() {
    watch!();
    for threads in [1, 3] {
        let pool = pool(threads);
        thread::scope(|outside| {
            for _ in 0..16 {
                outside.spawn(|| {
                    for _ in 0..500 {
                        assert_eq!(pool.install(|| leaves(3)), 8);
                        assert_eq!(leaves(3), 8);
                    }
                });
            }
        });
    }
}

/// Pools come and go, with jobs still in them when they are dropped.
#[test]
fn short_lived_pools() {
    watch!();
    let count = Arc::new(AtomicUsize::new(0));
    let (last, all_gone) = channel::<()>();
    for round in 0..300 {
        let pool = pool(1 + round % 4);
        assert_eq!(pool.install(|| leaves(4)), 16);
        for _ in 0..10 {
            let (count, last) = (Arc::clone(&count), last.clone());
            pool.spawn(move || {
                api::spawn(move || {
                    count.fetch_add(1, Ordering::Relaxed);
                    drop(last);
                });
            });
        }
    }
    drop(last);
    assert!(all_gone.recv().is_err());
    assert_eq!(count.load(Ordering::Relaxed), 3_000);
}
