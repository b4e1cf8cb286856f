//! Waits across pools: a worker that waits for another pool goes on serving its own.

use super::api;
use super::kit::{channel, pool};
use std::sync::Barrier;
use std::thread;

const ROUNDS: usize = 100;

/// A's only worker opens a scope, goes into B, and there spawns into A's scope and waits.
#[test]
fn install_spawns_into_outer_scope() {
    watch!();
    for threads in [1, 2] {
        let (a, b) = (pool(threads), pool(threads));
        for _ in 0..ROUNDS {
            a.scope(|s| {
                b.install(|| {
                    let (sender, receiver) = channel();
                    s.spawn(move |_| sender.send(()).unwrap());
                    receiver.recv().unwrap();
                });
            });
            // From an in-place scope, whose body is on B's worker already.
            b.install(|| {
                a.in_place_scope(|s| {
                    let (sender, receiver) = channel();
                    s.spawn(move |_| sender.send(()).unwrap());
                    receiver.recv().unwrap();
                });
            });
        }
    }
}

/// The first half waits in B for what the second half, in A, sends: A's one worker does both.
#[test]
fn second_half_under_install() {
    watch!();
    for threads in [1, 2] {
        let (a, b) = (pool(threads), pool(threads));
        for _ in 0..ROUNDS {
            let (sender, receiver) = channel();
            a.join(|| b.install(|| receiver.recv().unwrap()), || sender.send(()).unwrap());
        }
    }
}

/// The same, but what is waited for was spawned before, into a scope and detached.
#[test]
fn spawned_job_under_install() {
    watch!();
    let (a, b) = (pool(1), pool(1));
    for _ in 0..ROUNDS {
        a.scope(|s| {
            let (sender, receiver) = channel();
            let detached = sender.clone();
            s.spawn(move |_| sender.send(()).unwrap());
            api::spawn(move || detached.send(()).unwrap());
            b.install(|| {
                receiver.recv().unwrap();
                receiver.recv().unwrap();
            });
        });
    }
}

/// What is waited for in B comes from outside, by A's injector.
#[test]
fn injected_job_under_install() {
    watch!();
    let (a, b) = (pool(1), pool(1));
    for _ in 0..ROUNDS {
        let (sender, receiver) = channel();
        let (inside, is_inside) = channel();
        thread::scope(|outside| {
            outside.spawn(|| {
                a.install(|| {
                    b.install(|| {
                        inside.send(()).unwrap();
                        receiver.recv().unwrap();
                    })
                })
            });
            is_inside.recv().unwrap();
            a.spawn(move || sender.send(()).unwrap());
        });
    }
}

/// Out of A into B and back into A, with one thread each.
#[test]
fn there_and_back() {
    watch!();
    let (a, b) = (pool(1), pool(1));
    for _ in 0..ROUNDS {
        let at = a.install(|| b.install(|| a.install(|| b.install(api::current_thread_index))));
        assert_eq!(at, Some(0));
        let sum = a.install(|| {
            api::join(
                || b.install(|| api::join(|| a.install(|| 1), || a.install(|| 2))),
                || b.install(|| a.install(|| 3)),
            )
        });
        assert_eq!(sum, ((1, 2), 3));
    }
}

/// A goes into B while B goes into A: neither may wait for the other's only worker idly.
#[test]
fn mutual_installs() {
    watch!();
    for threads in [1, 2] {
        let (a, b) = (pool(threads), pool(threads));
        for _ in 0..ROUNDS {
            let barrier = Barrier::new(2);
            let cross = |from: &api::ThreadPool, to: &api::ThreadPool| {
                from.install(|| {
                    barrier.wait();
                    to.install(|| api::join(|| 1, || 2))
                })
            };
            thread::scope(|outside| {
                outside.spawn(|| assert_eq!(cross(&a, &b), (1, 2)));
                assert_eq!(cross(&b, &a), (1, 2));
            });
        }
    }
}

/// The same with broadcasts, and with scopes.
#[test]
fn mutual_broadcasts_and_scopes() {
    watch!();
    for threads in [1, 2] {
        let (a, b) = (pool(threads), pool(threads));
        for _ in 0..ROUNDS {
            let barrier = Barrier::new(2);
            let cross = |from: &api::ThreadPool, to: &api::ThreadPool| {
                from.install(|| {
                    barrier.wait();
                    let shares = to.broadcast(|_| ()).len();
                    to.scope(|s| s.spawn(|_| ()));
                    to.in_place_scope(|s| s.spawn(|_| ()));
                    shares
                })
            };
            thread::scope(|outside| {
                outside.spawn(|| assert_eq!(cross(&a, &b), threads));
                assert_eq!(cross(&b, &a), threads);
            });
        }
    }
}

/// Three pools of one thread in a ring, each going into the next at the same time.
#[test]
fn ring_of_installs() {
    watch!();
    let pools = [pool(1), pool(1), pool(1)];
    for _ in 0..ROUNDS {
        let barrier = Barrier::new(3);
        thread::scope(|outside| {
            for at in 0..3 {
                let (pools, barrier) = (&pools, &barrier);
                outside.spawn(move || {
                    pools[at].install(|| {
                        barrier.wait();
                        pools[(at + 1) % 3].install(|| pools[(at + 2) % 3].install(|| at))
                    })
                });
            }
        });
    }
}

/// A pool is dropped while another pool's worker is still inside it by a spawned job.
#[test]
fn pools_dropped_in_flight() {
    watch!();
    for _ in 0..ROUNDS {
        let (a, b) = (pool(1), pool(2));
        let (sender, receiver) = channel();
        a.spawn(move || {
            let sum = b.install(|| api::join(|| 1, || 2));
            drop(b);
            api::spawn(move || sender.send(sum).unwrap());
        });
        drop(a);
        assert_eq!(receiver.recv(), Ok((1, 2)));
    }
}
