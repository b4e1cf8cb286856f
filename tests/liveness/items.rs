//! Items of a parallel iterator that wait for each other: `with_max_len(1)` promises each its own
//! piece, which a thread without work can take.

use super::api::prelude::*;
use super::kit::{channel, pool};
use std::sync::Barrier;

const ROUNDS: usize = 100;

/// As many items as threads meet at a barrier.
#[test]
fn items_meet() {
    watch!();
    for threads in [1, 2, 3, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            let barrier = Barrier::new(threads);
            let items = (0..threads).into_par_iter().with_max_len(1);
            let met = pool.install(|| items.map(|_| u32::from(barrier.wait().is_leader())).sum());
            assert_eq!(1_u32, met);
        }
    }
}

/// The first item waits for the last, also when calls before were quick.
#[test]
fn first_waits_for_last() {
    watch!();
    for threads in [2, 8] {
        let pool = pool(threads);
        for round in 0..ROUNDS {
            for _ in 0..10 {
                let quick = (0..2).into_par_iter().with_max_len(1);
                pool.install(|| quick.for_each(|_| ()));
            }
            let (sender, receiver) = channel();
            let last = 1 + round % 7;
            pool.install(|| {
                (0..last + 1).into_par_iter().with_max_len(1).for_each(|item| {
                    if item == 0 {
                        receiver.recv().unwrap();
                    } else if item == last {
                        sender.send(()).unwrap();
                    }
                });
            });
        }
    }
}
