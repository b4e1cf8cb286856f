//! `par_bridge` as jwalk and tokei use it: over sources that block, and over one that its own items refill.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, mpsc};
use std::thread;

use rayon::prelude::*;

use crate::kit::{everywhere, pool_of, squares};

/// A queue of folders to read. An item is pending from its push until its closure has returned, and `next` spins
/// until there is an item or none is pending: so nobody may hold an item back while asking for another.
struct Refilled<'a> {
    queue: &'a Mutex<VecDeque<u32>>,
    pending: &'a AtomicUsize,
}

impl Iterator for Refilled<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        loop {
            if let Some(item) = self.queue.lock().unwrap().pop_front() {
                return Some(item);
            }
            if self.pending.load(SeqCst) == 0 {
                return None;
            }
            thread::yield_now();
        }
    }
}

fn walk(depth: u32) -> usize {
    let (queue, pending) = (Mutex::new(VecDeque::from([depth])), AtomicUsize::new(1));
    let visited = AtomicUsize::new(0);
    Refilled { queue: &queue, pending: &pending }.par_bridge().for_each(|level| {
        visited.fetch_add(1, SeqCst);
        for _ in 0..if level > 0 { 3 } else { 0 } {
            pending.fetch_add(1, SeqCst);
            queue.lock().unwrap().push_back(level - 1);
        }
        pending.fetch_sub(1, SeqCst);
    });
    visited.into_inner()
}

#[test]
fn items_may_refill_their_source() {
    watch!();
    everywhere(|| assert_eq!(walk(6), (3_usize.pow(7) - 1) / 2));
}

/// The bridge runs as a spawned job of a pool of its own, started by a foreign thread that takes the results.
#[test]
fn a_refilled_source_in_a_spawned_job() {
    watch!();
    for threads in [1, 2, 4] {
        let (sender, results) = mpsc::channel();
        let pool = pool_of(threads);
        pool.spawn(move || sender.send(walk(5)).unwrap());
        assert_eq!(results.recv(), Ok((3_usize.pow(6) - 1) / 2));
    }
}

/// A channel that foreign threads fill slowly: `next` blocks, and other workers neither spin nor starve the bridge.
#[test]
fn sources_may_block() {
    watch!();
    for threads in [1, 2, 4] {
        let (sender, items) = mpsc::sync_channel(1);
        let feeders: Vec<_> = (0..3)
            .map(|feeder| {
                let sender = sender.clone();
                thread::spawn(move || (0..200).for_each(|n| sender.send(200 * feeder + n).unwrap()))
            })
            .collect();
        drop(sender);
        let sum: u64 = pool_of(threads).install(|| items.into_iter().par_bridge().sum());
        assert_eq!(sum, 600 * 599 / 2);
        feeders.into_iter().for_each(|feeder| feeder.join().unwrap());
    }
}

/// Each item forks, and walks a bridge of its own.
#[test]
fn items_may_fork_and_bridge() {
    watch!();
    everywhere(|| {
        let sum: u64 = (0..60_u64)
            .par_bridge()
            .map(|n| {
                let (forked, bridged) = rayon::join(
                    || squares(1 + n % 5),
                    || {
                        (0..n)
                            .collect::<Vec<_>>()
                            .into_iter()
                            .par_bridge()
                            .map(|m| m + squares(2))
                            .sum::<u64>()
                    },
                );
                forked + bridged
            })
            .sum();
        let expected = (0..60_u64).map(|n| {
            let forked: u64 = (0..1 + n % 5).map(|m| m * m).sum();
            forked + (0..n).map(|m| m + 1).sum::<u64>()
        });
        assert_eq!(sum, expected.sum::<u64>());
    });
}
