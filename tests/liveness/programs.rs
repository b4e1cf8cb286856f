//! Programs that need a waiting thread to run a job that it does not wait for. rayon's always do;
//! here they need the wait policy *anything*, which `super::anything_pool` must give.

use super::anything_pool as pool;
use super::api;
use super::kit::channel;
use std::sync::Barrier;
use std::thread;

const ROUNDS: usize = 100;

/// Two threads: one blocks until a job from outside runs, the other waits for it.
#[test]
fn waiter_serves_spawn() {
    watch!();
    let pool = &pool(2);
    for _ in 0..ROUNDS {
        let (sender, receiver) = channel();
        let (stolen, is_stolen) = channel();
        let (waiting, is_waiting) = channel();
        thread::scope(|outside| {
            outside.spawn(move || {
                pool.join(
                    move || {
                        is_stolen.recv().unwrap();
                        waiting.send(()).unwrap();
                    },
                    move || {
                        stolen.send(()).unwrap();
                        receiver.recv().unwrap();
                    },
                )
            });
            is_waiting.recv().unwrap();
            pool.spawn(move || sender.send(()).unwrap());
        });
    }
}

/// DIF-10: every worker but one blocks until a job from outside runs, and that one waits for them.
#[test]
fn all_but_the_waiter_block() {
    watch!();
    for threads in [2, 3, 8] {
        let pool = &pool(threads);
        for _ in 0..ROUNDS / 10 {
            let (sender, receiver) = channel();
            let started = Barrier::new(threads);
            thread::scope(|outside| {
                outside.spawn(|| {
                    pool.scope(|s| {
                        for _ in 1..threads {
                            s.spawn(|_| {
                                started.wait();
                                receiver.recv().unwrap();
                            });
                        }
                        started.wait();
                    });
                });
                // In part before, in part while the scope is waited for.
                for _ in 1..threads {
                    let sender = sender.clone();
                    pool.spawn(move || sender.send(()).unwrap());
                }
            });
        }
    }
}

/// DIF-8: on one thread, the second half waits for a job that the first half spawned.
#[test]
fn second_half_waits_for_a_spawned_job() {
    watch!();
    let pool = pool(1);
    for _ in 0..ROUNDS {
        let (sender, receiver) = channel();
        pool.join(
            move || api::spawn(move || sender.send(()).unwrap()),
            move || receiver.recv().unwrap(),
        );
        let (sender, receiver) = channel();
        pool.scope(|s| {
            api::join(
                || s.spawn(move |_| sender.send(()).unwrap()),
                move || receiver.recv().unwrap(),
            );
        });
    }
}
