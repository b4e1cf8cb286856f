//! Section 7: broadcast and spawn_broadcast.

use super::api;
use super::kit::{channel, panic_of, pool, quiet_panic};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

/// BRC-1: once on every worker, and the results stand in the order of the indices.
#[test]
fn brc_1_every_worker_once() {
    watch!();
    for threads in [1, 2, 7] {
        let pool = pool(threads);
        let count = AtomicUsize::new(0);
        let body = |context: api::BroadcastContext<'_>| {
            count.fetch_add(1, Ordering::Relaxed);
            assert_eq!(api::current_thread_index(), Some(context.index()));
            (context.index(), thread::current().id())
        };
        for round in 1..10 {
            let results = pool.broadcast(body);
            let indices: Vec<_> = results.iter().map(|(index, _)| *index).collect();
            assert_eq!(indices, (0..threads).collect::<Vec<_>>());
            assert_eq!(count.load(Ordering::Relaxed), round * threads);
            let inside = pool.install(|| api::broadcast(body));
            assert_eq!(inside, results);
            count.fetch_sub(threads, Ordering::Relaxed);
        }
    }
    assert_eq!(api::broadcast(|_| ()).len(), api::current_num_threads());
}

/// BRC-1: all shares can run at the same time.
#[test]
fn brc_1_parallel() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        let barrier = Barrier::new(threads);
        let leaders = pool.broadcast(|_| barrier.wait().is_leader());
        assert_eq!(leaders.into_iter().filter(|leader| *leader).count(), 1);
        pool.install(|| api::broadcast(|_| barrier.wait().is_leader()));
    }
}

/// BRC-1 for `spawn_broadcast`, which does not wait.
#[test]
fn brc_1_spawn_broadcast() {
    watch!();
    for threads in [1, 2, 7] {
        let pool = pool(threads);
        let (sender, receiver) = channel();

        let body = move |context: api::BroadcastContext<'_>| {
            assert_eq!(api::current_thread_index(), Some(context.index()));
            sender.send(context.index()).unwrap();
        };
        pool.spawn_broadcast(body);
        let mut indices: Vec<_> = receiver.iter().collect();
        indices.sort_unstable();
        assert_eq!(indices, (0..threads).collect::<Vec<_>>());
    }
    let (sender, receiver) = channel();

    let body = move |_: api::BroadcastContext<'_>| sender.send(()).unwrap();
    api::spawn_broadcast(body);
    assert_eq!(receiver.iter().count(), api::current_num_threads());
}

/// BRC-2: after the worker's own jobs.
#[test]
fn brc_2_after_own_jobs() {
    watch!();
    let pool = pool(1);
    let (sender, receiver) = channel();
    pool.install(|| {
        let job = |name: &'static str| {
            let sender = sender.clone();
            api::spawn(move || sender.send(name).unwrap());
        };
        job("job");
        let broadcast = sender.clone();
        api::spawn_broadcast(move |_| broadcast.send("broadcast").unwrap());
        job("job");
    });
    let order: Vec<_> = receiver.iter().take(3).collect();
    assert_eq!(order, ["job", "job", "broadcast"]);
}

/// BRC-2: before the worker steals from others.
#[test]
fn brc_2_before_stealing() {
    watch!();
    let pool = pool(2);
    for _ in 0..20 {
        let (busy, is_busy) = channel();
        let (free, is_free) = channel::<()>();
        let (first, ran_first) = channel();
        pool.install(|| {
            // Keep the other worker busy while there is more and more for it to do.
            api::spawn(move || {
                busy.send(api::current_thread_index()).unwrap();
                let _ = is_free.recv();
            });
            let other = is_busy.recv().unwrap();
            for _ in 0..4 {
                let first = first.clone();
                api::spawn(move || {
                    if api::current_thread_index() == other {
                        let _ = first.send("job");
                    }
                });
            }
            let broadcast = first.clone();
            api::spawn_broadcast(move |_| {
                if api::current_thread_index() == other {
                    let _ = broadcast.send("broadcast");
                }
            });
            drop(free);
            assert_eq!(ran_first.recv(), Ok("broadcast"));
        });
    }
}

/// BRC-3: every worker runs its share, then the payload of the lowest index is raised.
#[test]
fn brc_3_panics() {
    watch!();
    for threads in [1, 4] {
        let pool = pool(threads);
        for lowest in 0..threads {
            let count = AtomicUsize::new(0);
            let payload = panic_of(|| {
                pool.broadcast(|context| {
                    count.fetch_add(1, Ordering::Relaxed);
                    if context.index() >= lowest {
                        quiet_panic(context.index());
                    }
                })
            });
            assert_eq!(*payload.downcast::<usize>().unwrap(), lowest);
            assert_eq!(count.into_inner(), threads);
        }
    }
}

/// BRC-3: the results of the shares that did not panic are dropped, once each.
#[test]
fn brc_3_results_are_dropped() {
    watch!();
    let pool = pool(4);
    let token = Arc::new(());
    panic_of(|| {
        pool.broadcast(|context| {
            if context.index() == 2 {
                quiet_panic("one of four");
            }
            Arc::clone(&token)
        })
    });
    assert_eq!(Arc::strong_count(&token), 1);
}

/// BRC-4: the context knows its place and stays on its thread.
#[test]
fn brc_4_context() {
    watch!();
    assert!(!has!(api::BroadcastContext<'static>: Send));
    assert!(!has!(api::BroadcastContext<'static>: Sync));
    let pool = pool(3);
    let places = pool.broadcast(|context| {
        let debug = format!("{context:?}");
        assert!(debug.starts_with("BroadcastContext"));
        (context.index(), context.num_threads())
    });
    assert_eq!(places, [(0, 3), (1, 3), (2, 3)]);
    // The number is the pool's, not the global pool's, also when asked from elsewhere.
    let other = super::kit::pool(1);
    let places = other.install(|| pool.broadcast(|context| context.num_threads()));
    assert_eq!(places, [3, 3, 3]);
}

/// BRC-5: a worker that broadcasts to its own pool runs its share meanwhile.
#[test]
fn brc_5_own_share() {
    watch!();
    let one = pool(1);
    let here = one.install(|| thread::current().id());
    assert_eq!(one.install(|| api::broadcast(|_| thread::current().id())), [here]);
    let nested = one.install(|| api::broadcast(|_| api::broadcast(|_| 5)));
    assert_eq!(nested, [[5]]);
}

/// BRC-5: a foreign worker runs its own pool's jobs meanwhile.
#[test]
fn brc_5_foreign_worker() {
    watch!();
    let (a, b) = (pool(1), pool(1));
    let (sender, receiver) = channel();

    let ran_on = a.install(|| {
        api::spawn(move || sender.send(thread::current().id()).unwrap());
        let ran_on = b.broadcast(|_| receiver.recv().unwrap());
        assert_eq!(ran_on, [thread::current().id()]);
        ran_on.len()
    });
    assert_eq!(ran_on, 1);
}
