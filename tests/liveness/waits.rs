//! Waits inside one pool: what the awaited job needs must be in reach of those who wait for it.

use super::api;
use super::kit::{channel, pool};
use crate::child::say;
use std::cell::RefCell;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::Duration;

const ROUNDS: usize = 100;
/// Of the programs that pause.
const ROUNDS_WITH_PAUSE: usize = 20;

/// Long enough for a waiting thread to have gone to sleep.
const PAUSE: Duration = Duration::from_millis(2);

/// A job of a scope is stolen, spawns another into the scope and waits for it by a channel: the
/// thread that waits for the scope must find it with the thief.
#[test]
fn scope_nested_rendezvous() {
    watch!();
    for threads in [2, 3, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            let (started, has_started) = channel();
            let (sender, receiver) = channel();
            pool.scope(|s| {
                s.spawn(move |s| {
                    started.send(()).unwrap();
                    s.spawn(move |_| sender.send(()).unwrap());
                    receiver.recv().unwrap();
                });
                // The other thread has it; now this one goes into the scope's wait.
                has_started.recv().unwrap();
            });
        }
    }
}

/// The same, to a depth of one less than there are threads.
#[test]
fn scope_nested_rendezvous_chain() {
    watch!();
    fn descend<'scope>(s: &api::Scope<'scope>, levels: usize) {
        if levels > 0 {
            let (sender, receiver) = channel();
            s.spawn(move |s| {
                sender.send(()).unwrap();
                descend(s, levels - 1);
            });
            receiver.recv().unwrap();
        }
    }
    for threads in [2, 3, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            pool.scope(|s| descend(s, threads - 1));
        }
    }
}

/// A stolen job opens a scope of its own and waits in its body for a job of it.
#[test]
fn scope_in_scope_rendezvous() {
    watch!();
    for threads in [2, 3, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            let (started, has_started) = channel();
            pool.scope(|s| {
                s.spawn(move |_| {
                    started.send(()).unwrap();
                    let (sender, receiver) = channel();
                    api::scope(|inner| {
                        inner.spawn(|_| sender.send(()).unwrap());
                        receiver.recv().unwrap();
                    });
                });
                has_started.recv().unwrap();
            });
        }
    }
}

/// A stolen job spawns into the outer scope from inside an inner one and waits for it there.
#[test]
fn scope_in_scope_outer_rendezvous() {
    watch!();
    for threads in [2, 3, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            let (started, has_started) = channel();
            pool.scope(|outer| {
                outer.spawn(move |outer| {
                    started.send(()).unwrap();
                    let (sender, receiver) = channel();
                    api::scope(move |_| {
                        outer.spawn(move |_| sender.send(()).unwrap());
                        receiver.recv().unwrap();
                    });
                });
                has_started.recv().unwrap();
            });
        }
    }
}

/// A stolen second half opens a scope and waits for a job of it: the first half's thread, which
/// waits for the join, must run that job.
#[test]
fn join_scope_rendezvous() {
    watch!();
    for threads in [2, 3, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            let (started, has_started) = channel();
            pool.join(
                || has_started.recv().unwrap(),
                move || {
                    started.send(()).unwrap();
                    let (sender, receiver) = channel();
                    api::scope(|s| {
                        s.spawn(|_| sender.send(()).unwrap());
                        receiver.recv().unwrap();
                    });
                },
            );
        }
    }
}

/// The same when the waiting thread has long gone to sleep before the job is spawned.
#[test]
fn join_scope_rendezvous_after_a_while() {
    watch!();
    for threads in [2, 3] {
        let pool = pool(threads);
        for _ in 0..ROUNDS_WITH_PAUSE {
            let (started, has_started) = channel();
            pool.join(
                || has_started.recv().unwrap(),
                move || {
                    started.send(()).unwrap();
                    sleep(PAUSE);
                    let (sender, receiver) = channel();
                    api::scope(|s| {
                        s.spawn(|_| sender.send(()).unwrap());
                        receiver.recv().unwrap();
                    });
                },
            );
        }
    }
}

/// The same behind a detached job, which the waiting thread may not run.
#[test]
fn join_scope_rendezvous_behind_a_detached_job() {
    watch!();
    for (threads, pause) in [(2, false), (2, true), (3, false)] {
        let pool = pool(threads);
        for _ in 0..ROUNDS_WITH_PAUSE {
            let (started, has_started) = channel();
            pool.join(
                || has_started.recv().unwrap(),
                move || {
                    started.send(()).unwrap();
                    if pause {
                        sleep(PAUSE);
                    }
                    api::spawn(|| ());
                    let (sender, receiver) = channel();
                    api::scope(|s| {
                        s.spawn(|_| sender.send(()).unwrap());
                        receiver.recv().unwrap();
                    });
                },
            );
        }
    }
}

/// A scope's job spawns, after a while and behind a detached job, into its scope and waits for that.
#[test]
fn scope_rendezvous_behind_a_detached_job() {
    watch!();
    for (threads, pause) in [(2, false), (2, true), (3, true)] {
        let pool = pool(threads);
        for _ in 0..ROUNDS_WITH_PAUSE {
            let (started, has_started) = channel();
            pool.scope(|s| {
                s.spawn(move |s| {
                    started.send(()).unwrap();
                    if pause {
                        sleep(PAUSE);
                    }
                    api::spawn(|| ());
                    let (sender, receiver) = channel();
                    s.spawn(move |_| sender.send(()).unwrap());
                    receiver.recv().unwrap();
                });
                has_started.recv().unwrap();
            });
        }
    }
}

/// The second half forks, after a while, and its own halves wait for each other.
#[test]
fn join_in_join_after_a_while() {
    watch!();
    for threads in [2, 3] {
        let pool = pool(threads);
        for _ in 0..ROUNDS_WITH_PAUSE {
            let (started, has_started) = channel();
            pool.join(
                || has_started.recv().unwrap(),
                move || {
                    started.send(()).unwrap();
                    sleep(PAUSE);
                    let (sender, receiver) = channel();
                    api::join(|| receiver.recv().unwrap(), move || sender.send(()).unwrap());
                },
            );
        }
    }
}

/// A stolen second half broadcasts: the thread that waits for it has a share to run.
#[test]
fn join_broadcast() {
    watch!();
    for threads in [2, 3, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            let (started, has_started) = channel();
            let ((), shares) = pool.join(
                || has_started.recv().unwrap(),
                move || {
                    started.send(()).unwrap();
                    api::broadcast(|context| context.index())
                },
            );
            assert_eq!(shares.len(), threads);
        }
    }
}

/// One thread: both halves broadcast in turn, and a broadcast broadcasts.
#[test]
fn join_broadcast_one_thread() {
    watch!();
    let pool = pool(1);
    let (a, b) = pool.join(
        || api::broadcast(|_| api::broadcast(|_| 1).len()),
        || api::broadcast(|context| context.num_threads()),
    );
    assert_eq!((a, b), (vec![1], vec![1]));
}

/// Two workers of one pool broadcast at once: each has the other's share to run.
#[test]
fn two_broadcasts() {
    watch!();
    for threads in [2, 3, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            let barrier = Barrier::new(2);
            let half = || {
                barrier.wait();
                api::broadcast(|context| context.index()).len()
            };
            assert_eq!(pool.join(half, half), (threads, threads));
        }
    }
}

/// Every worker broadcasts at once, from inside a broadcast.
#[test]
fn broadcasts_of_all() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        let barrier = Barrier::new(threads);
        for _ in 0..ROUNDS / 10 {
            let shares = pool.broadcast(|_| {
                barrier.wait();
                api::broadcast(|_| ()).len()
            });
            assert_eq!(shares, vec![threads; threads]);
        }
    }
}

/// Two halves of a join talk to each other: the second is there for an idle thread to take.
#[test]
fn join_halves_talk() {
    watch!();
    for threads in [2, 3, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            let ((ping, pinged), (pong, ponged)) = (channel(), channel());
            pool.join(
                || {
                    ping.send(1).unwrap();
                    assert_eq!(ponged.recv(), Ok(2));
                },
                || {
                    assert_eq!(pinged.recv(), Ok(1));
                    pong.send(2).unwrap();
                },
            );
        }
    }
}

/// The same below other joins, whose second halves are older and so are stolen first.
#[test]
fn join_halves_talk_below_others() {
    watch!();
    fn below(levels: usize) -> usize {
        if levels == 0 {
            let (sender, receiver) = channel();
            let ((), ()) = api::join(|| receiver.recv().unwrap(), || sender.send(()).unwrap());
            return 1;
        }
        let (a, b) = api::join(|| below(levels - 1), || 1);
        a + b
    }
    for threads in [2, 3, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            assert_eq!(pool.install(|| below(10)), 11);
        }
    }
}

/// A scope's jobs, one less than there are threads, meet its body at a barrier.
#[test]
fn scope_barrier() {
    watch!();
    for threads in [1, 2, 3, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            let barrier = Barrier::new(threads);
            pool.scope(|s| {
                for _ in 1..threads {
                    s.spawn(|_| drop_result(barrier.wait()));
                }
                barrier.wait();
            });
        }
    }
}

fn drop_result<T>(_: T) {}

/// An in-place scope's body runs outside the pool: one thread is enough for a job it waits for.
#[test]
fn in_place_scope_rendezvous() {
    watch!();
    for threads in [1, 2, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            let (sender, receiver) = channel();
            pool.in_place_scope(|s| {
                s.spawn(|_| sender.send(()).unwrap());
                receiver.recv().unwrap();
            });
            let (sender, receiver) = channel();
            pool.in_place_scope_fifo(|s| {
                s.spawn_fifo(|_| sender.send(()).unwrap());
                receiver.recv().unwrap();
            });
        }
    }
}

/// As many jobs as there are threads meet the body of an in-place scope at a barrier.
#[test]
fn in_place_scope_barrier() {
    watch!();
    for threads in [1, 2, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            let barrier = Barrier::new(threads + 1);
            pool.in_place_scope(|s| {
                for _ in 0..threads {
                    s.spawn(|_| drop_result(barrier.wait()));
                }
                barrier.wait();
            });
        }
    }
}

/// The same from outside on the global pool, where a call might be tempted to take a worker's
/// place; with one thread and with two.
#[test]
fn in_place_scope_global() {
    watch!();
    let process = fresh!(in_place_scope_global);
    if process.scenario().is_some() {
        let threads = api::current_num_threads();
        for _ in 0..ROUNDS {
            let barrier = Barrier::new(threads + 1);
            api::in_place_scope(|s| {
                for _ in 0..threads {
                    s.spawn(|_| drop_result(barrier.wait()));
                }
                barrier.wait();
            });
        }
        return say("done");
    }
    for threads in ["1", "2"] {
        let variables = [("RAYON_NUM_THREADS", threads)];
        assert_eq!(process.said("barrier", &variables), ["done"]);
    }
}

/// A worker whose job blocks does not hold up what is spawned from outside, if another is idle.
#[test]
fn spawn_from_outside_beside_a_blocked_worker() {
    watch!();
    for threads in [2, 3, 8] {
        let pool = pool(threads);
        for _ in 0..ROUNDS {
            let (sender, receiver) = channel();
            let (started, has_started) = channel();
            thread::scope(|outside| {
                let pool = &pool;
                outside.spawn(move || {
                    pool.install(move || {
                        started.send(()).unwrap();
                        receiver.recv().unwrap();
                    });
                });
                has_started.recv().unwrap();
                pool.spawn(move || sender.send(()).unwrap());
            });
        }
    }
}

/// A small call from outside is served while a long fold holds all threads but one.
#[test]
fn small_call_beside_a_long_fold() {
    watch!();
    for threads in [2, 3, 8] {
        let pool = pool(threads);
        let served = AtomicBool::new(false);
        let folding = AtomicUsize::new(0);
        thread::scope(|outside| {
            for _ in 1..threads {
                outside.spawn(|| {
                    pool.install(|| {
                        folding.fetch_add(1, Ordering::SeqCst);
                        (0_u64..)
                            .take_while(|_| !served.load(Ordering::SeqCst))
                            .fold(0, |sum, next| std::hint::black_box(sum ^ next))
                    })
                });
            }
            while folding.load(Ordering::SeqCst) + 1 < threads {
                thread::yield_now();
            }
            for _ in 0..10 {
                assert_eq!(pool.join(|| 1, || 2), (1, 2));
            }
            served.store(true, Ordering::SeqCst);
        });
    }
}

/// The same with the implicit global pool.
#[test]
fn small_call_beside_a_long_fold_global() {
    watch!();
    let process = fresh!(small_call_beside_a_long_fold_global);
    if process.scenario().is_some() {
        let served = AtomicBool::new(false);
        let (folding, has_begun) = channel();
        thread::scope(|outside| {
            outside.spawn(|| {
                api::scope(|_| {
                    folding.send(()).unwrap();
                    (0_u64..)
                        .take_while(|_| !served.load(Ordering::SeqCst))
                        .fold(0, |sum, next| std::hint::black_box(sum ^ next))
                })
            });
            has_begun.recv().unwrap();
            for _ in 0..10 {
                assert_eq!(api::join(|| 1, || 2), (1, 2));
            }
            served.store(true, Ordering::SeqCst);
        });
        return say("done");
    }
    assert_eq!(process.said("fold", &[("RAYON_NUM_THREADS", "2")]), ["done"]);
}

thread_local! {
    static BORROWED: RefCell<usize> = const { RefCell::new(0) };
}

fn touch() {
    BORROWED.with_borrow_mut(|value| *value += 1);
}

/// The caller holds a borrow of a thread-local that the jobs borrow too. (On the global pool this
/// needs guests off: DIF-9. A pool's own methods never run jobs on a caller from outside.)
#[test]
fn thread_local_borrowed_outside() {
    watch!();
    for threads in [1, 2] {
        let pool = pool(threads);
        BORROWED.with_borrow_mut(|_| {
            pool.install(|| api::join(touch, touch));
            pool.scope(|s| {
                s.spawn(|_| touch());
                touch();
            });
            pool.in_place_scope(|s| s.spawn(|_| touch()));
            pool.broadcast(|_| touch());
        });
    }
    let process = fresh!(thread_local_borrowed_outside);
    if process.scenario().is_some() {
        BORROWED.with_borrow_mut(|_| {
            for _ in 0..ROUNDS {
                api::join(touch, touch);
                api::scope(|s| {
                    s.spawn(|_| touch());
                    touch();
                });
                api::in_place_scope(|s| s.spawn(|_| touch()));
                api::broadcast(|_| touch());
            }
        });
        return say("done");
    }
    for threads in ["1", "2"] {
        let variables = [("RAYON_NUM_THREADS", threads), ("MOIRAI_GUESTS", "off")];
        assert_eq!(process.said("borrow", &variables), ["done"]);
    }
}
