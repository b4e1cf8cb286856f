//! Section 6: scopes.

use super::api;
use super::kit::{channel, panic_of, pool, quiet_panic};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;

fn count_jobs<'scope>(scope: &api::Scope<'scope>, levels: usize, count: &'scope AtomicUsize) {
    count.fetch_add(1, Ordering::Relaxed);
    if levels > 0 {
        scope.spawn(move |scope| count_jobs(scope, levels - 1, count));
        scope.spawn(move |scope| count_jobs(scope, levels - 1, count));
    }
}

fn count_fifo_jobs<'scope>(
    scope: &api::ScopeFifo<'scope>,
    levels: usize,
    count: &'scope AtomicUsize,
) {
    count.fetch_add(1, Ordering::Relaxed);
    if levels > 0 {
        scope.spawn_fifo(move |scope| count_fifo_jobs(scope, levels - 1, count));
        scope.spawn_fifo(move |scope| count_fifo_jobs(scope, levels - 1, count));
    }
}

/// SCO-1: nothing is left when the call returns, however deep the jobs nest.
#[test]
fn sco_1_waits_for_all() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        let count = AtomicUsize::new(0);
        let result = pool.scope(|s| {
            count_jobs(s, 8, &count);
            "result"
        });
        assert_eq!(result, "result");
        assert_eq!(count.swap(0, Ordering::Relaxed), 511);
        pool.scope_fifo(|s| count_fifo_jobs(s, 8, &count));
        assert_eq!(count.swap(0, Ordering::Relaxed), 511);
        pool.in_place_scope(|s| count_jobs(s, 8, &count));
        assert_eq!(count.swap(0, Ordering::Relaxed), 511);
        pool.in_place_scope_fifo(|s| count_fifo_jobs(s, 8, &count));
        assert_eq!(count.swap(0, Ordering::Relaxed), 511);
    }
    let count = AtomicUsize::new(0);
    api::scope(|s| count_jobs(s, 8, &count));
    api::scope_fifo(|s| count_fifo_jobs(s, 8, &count));
    api::in_place_scope(|s| count_jobs(s, 8, &count));
    api::in_place_scope_fifo(|s| count_fifo_jobs(s, 8, &count));
    assert_eq!(count.into_inner(), 4 * 511);
}

/// SCO-2: a panic waits until the other jobs have run, also those spawned before the body's panic.
#[test]
fn sco_2_panics() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        let count = AtomicUsize::new(0);
        let payload = panic_of(|| {
            pool.scope(|s| {
                for _ in 0..10 {
                    s.spawn(|s| count_jobs(s, 3, &count));
                }
                quiet_panic("body");
            })
        });
        assert_eq!(*payload.downcast::<&str>().unwrap(), "body");
        assert_eq!(count.swap(0, Ordering::Relaxed), 150);

        let payload = panic_of(|| {
            pool.scope(|s| {
                for job in 0..10 {
                    s.spawn(move |_| quiet_panic(job));
                    s.spawn(|s| count_jobs(s, 3, &count));
                }
            })
        });
        assert!(*payload.downcast::<i32>().unwrap() < 10);
        assert_eq!(count.swap(0, Ordering::Relaxed), 150);

        let payload = panic_of(|| {
            pool.scope_fifo(|s| {
                s.spawn_fifo(|s| {
                    s.spawn_fifo(|_| quiet_panic("nested"));
                    count_fifo_jobs(s, 3, &count);
                });
            })
        });
        assert_eq!(*payload.downcast::<&str>().unwrap(), "nested");
        assert_eq!(count.swap(0, Ordering::Relaxed), 15);

        let payload = panic_of(|| {
            pool.in_place_scope(|s| {
                s.spawn(|s| count_jobs(s, 3, &count));
                quiet_panic("in place");
            })
        });
        assert_eq!(*payload.downcast::<&str>().unwrap(), "in place");
        assert_eq!(count.swap(0, Ordering::Relaxed), 15);
    }
}

/// SCO-3: a pool's `scope` moves its body to a worker, `in_place_scope` leaves it where it is, and
/// so the body may hold what is not `Send`.
#[test]
fn sco_3_where_the_body_runs() {
    watch!();
    let pool = pool(2);
    let here = thread::current().id();
    pool.scope(|_| {
        assert_ne!(thread::current().id(), here);
        assert!(pool.current_thread_index().is_some());
    });
    let local = Cell::new(0);
    let place = Mutex::new(None);
    pool.in_place_scope(|s| {
        local.set(1);
        assert_eq!(thread::current().id(), here);
        s.spawn(|_| *place.lock().unwrap() = pool.current_thread_index());
    });
    assert!(place.lock().unwrap().take().is_some());
    pool.in_place_scope_fifo(|s| {
        local.set(local.get() + 1);
        assert_eq!(thread::current().id(), here);
        s.spawn_fifo(|_| *place.lock().unwrap() = pool.current_thread_index());
    });
    assert!(place.lock().unwrap().take().is_some());
    assert_eq!(local.get(), 2);
}

/// SCO-3: without a pool given, the jobs of an in-place scope go to the current pool, from outside
/// to the global one.
#[test]
fn sco_3_in_place_pools() {
    watch!();
    let pool = pool(3);
    let threads = AtomicUsize::new(0);
    let note = || threads.store(api::current_num_threads(), Ordering::Relaxed);
    pool.install(|| {
        let here = thread::current().id();
        api::in_place_scope(|s| {
            assert_eq!(thread::current().id(), here);
            s.spawn(|_| note());
        });
    });
    assert_eq!(threads.swap(0, Ordering::Relaxed), 3);
    let local = Cell::new(0);
    let here = thread::current().id();
    api::in_place_scope(|s| {
        local.set(1);
        assert_eq!(thread::current().id(), here);
        assert_eq!(api::current_thread_index(), None);
        s.spawn(|_| {
            assert!(api::current_thread_index().is_some());
            note();
        });
    });
    assert_eq!(local.get(), 1);
    assert_eq!(threads.into_inner(), api::current_num_threads());
    api::scope(|_| assert!(api::current_thread_index().is_some()));
    api::scope_fifo(|_| assert!(api::current_thread_index().is_some()));
}

/// SCO-4: on one thread, last in first out, or in order in a FIFO scope.
#[test]
fn sco_4_order() {
    watch!();
    let pool = pool(1);
    let order = Mutex::new(Vec::new());
    let take = || std::mem::take(&mut *order.lock().unwrap());
    pool.scope(|s| {
        for job in 0..4 {
            let order = &order;
            s.spawn(move |_| order.lock().unwrap().push(job));
        }
    });
    assert_eq!(take(), [3, 2, 1, 0]);
    pool.scope_fifo(|s| {
        for job in 0..4 {
            let order = &order;
            s.spawn_fifo(move |_| order.lock().unwrap().push(job));
        }
    });
    assert_eq!(take(), [0, 1, 2, 3]);
    // Jobs of jobs: a FIFO scope goes level by level.
    pool.scope_fifo(|s| {
        for job in 0..2 {
            let order = &order;
            s.spawn_fifo(move |s| {
                order.lock().unwrap().push(job);
                for nested in 0..2 {
                    s.spawn_fifo(move |_| order.lock().unwrap().push(10 * (job + 1) + nested));
                }
            });
        }
    });
    assert_eq!(take(), [0, 1, 10, 11, 20, 21]);
}

/// SCO-5: jobs borrow what outlives the scope, mutably too, and spawn by the handle they get.
#[test]
fn sco_5_borrows() {
    watch!();
    let pool = pool(2);
    let mut values = vec![0; 100];
    let (mut left, mut right) = (0, 0);
    pool.scope(|s| {
        s.spawn(|_| left = 1);
        s.spawn(|s| s.spawn(|_| right = 2));
        for (at, value) in values.iter_mut().enumerate() {
            s.spawn(move |_| *value = at);
        }
    });
    assert_eq!((left, right), (1, 2));
    assert!(values.iter().enumerate().all(|(at, value)| at == *value));
}

/// SCO-5: a handle used on another pool's thread, or on none's, still feeds the scope's pool.
#[test]
fn sco_5_handle_elsewhere() {
    watch!();
    assert!(has!(api::Scope<'static>: Send) && has!(api::Scope<'static>: Sync));
    assert!(has!(api::ScopeFifo<'static>: Send) && has!(api::ScopeFifo<'static>: Sync));
    for threads in [1, 2] {
        let (a, b) = (pool(threads), pool(threads));
        let in_a = AtomicUsize::new(0);
        let note = |_: &api::Scope<'_>| {
            assert!(a.current_thread_index().is_some());
            in_a.fetch_add(1, Ordering::Relaxed);
        };
        let note_fifo = |_: &api::ScopeFifo<'_>| {
            assert!(a.current_thread_index().is_some());
            in_a.fetch_add(1, Ordering::Relaxed);
        };
        a.scope(|s| b.install(|| s.spawn(note)));
        a.scope_fifo(|s| b.install(|| s.spawn_fifo(note_fifo)));
        a.scope(|s| {
            thread::scope(|outside| {
                outside.spawn(|| s.spawn(note));
            });
        });
        a.scope(|s| b.scope(|t| t.spawn(|_| s.spawn(note))));
        assert_eq!(in_a.into_inner(), 4);
    }
}

/// SCO-6: once on each worker, before the scope ends.
#[test]
fn sco_6_spawn_broadcast() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        let calls: Vec<_> = (0..threads).map(|_| AtomicUsize::new(0)).collect();
        let note = |context: api::BroadcastContext<'_>| {
            assert_eq!(pool.current_thread_index(), Some(context.index()));
            assert_eq!(context.num_threads(), threads);
            calls[context.index()].fetch_add(1, Ordering::Relaxed);
        };
        pool.scope(|s| {
            s.spawn_broadcast(|s, context| {
                note(context);
                s.spawn(|_| ());
            })
        });
        pool.scope_fifo(|s| {
            s.spawn_broadcast(|s, context| {
                note(context);
                s.spawn_fifo(|_| ());
            })
        });
        pool.in_place_scope(|s| s.spawn_broadcast(|_, context| note(context)));
        pool.in_place_scope_fifo(|s| s.spawn_broadcast(|_, context| note(context)));
        assert!(calls.iter().all(|calls| calls.load(Ordering::Relaxed) == 4));
        // From another pool's thread.
        let other = super::kit::pool(1);
        pool.scope(|s| other.install(|| s.spawn_broadcast(|_, context| note(context))));
        assert!(calls.iter().all(|calls| calls.load(Ordering::Relaxed) == 5));
    }
}

/// SCO-6: on one thread it comes after the jobs spawned before and after it.
#[test]
fn sco_6_after_local_jobs() {
    watch!();
    let order = Mutex::new(Vec::new());
    pool(1).scope(|s| {
        let note = |name: &'static str| order.lock().unwrap().push(name);
        for _ in 0..5 {
            s.spawn(move |_| note("job"));
        }
        s.spawn_broadcast(move |_, _| note("broadcast"));
        for _ in 0..5 {
            s.spawn(move |_| note("job"));
        }
    });
    let order = order.into_inner().unwrap();
    assert_eq!(order.len(), 11);
    assert_eq!(order.iter().position(|name| *name == "broadcast"), Some(10));
}

/// SCO-6, SCO-2: a panic on some of the workers is raised by the scope after all have run.
#[test]
fn sco_6_panic_in_broadcast() {
    watch!();
    let pool = pool(4);
    let count = AtomicUsize::new(0);
    let payload = panic_of(|| {
        pool.scope(|s| {
            s.spawn_broadcast(|_, context| {
                count.fetch_add(1, Ordering::Relaxed);
                if context.index() != 0 {
                    quiet_panic(context.index());
                }
            });
        })
    });
    assert!((1..4).contains(&*payload.downcast::<usize>().unwrap()));
    assert_eq!(count.into_inner(), 4);
}

/// SCO-7: a scope in which nothing is spawned. (That the handle ends with the scope is in
/// `docs/compile_fail/`.)
#[test]
fn sco_7_nothing_spawned() {
    watch!();
    let pool = pool(1);
    assert_eq!(pool.scope(|_| 1), 1);
    assert_eq!(pool.scope_fifo(|_| 2), 2);
    assert_eq!(pool.in_place_scope(|_| 3), 3);
    assert_eq!(pool.in_place_scope_fifo(|_| 4), 4);
    pool.scope(|s| s.spawn(|_| api::scope(|_| ())));
    pool.scope(|s| assert!(format!("{s:?}").starts_with("Scope")));
    pool.scope_fifo(|s| assert!(format!("{s:?}").starts_with("ScopeFifo")));
}

/// SCO-8: a foreign worker runs its own pool's jobs while it waits for an in-place scope.
#[test]
fn sco_8_foreign_worker() {
    watch!();
    let (a, b) = (pool(1), pool(1));
    let (sender, receiver) = channel();
    a.install(|| {
        let here = thread::current().id();
        api::spawn(move || sender.send(thread::current().id()).unwrap());
        let mut ran_on = None;
        b.in_place_scope(|s| {
            assert_eq!(thread::current().id(), here);
            let ran_on = &mut ran_on;
            s.spawn(move |_| *ran_on = Some(receiver.recv().unwrap()));
        });
        assert_eq!(ran_on, Some(here));
    });
}

/// SCO-1: jobs of one scope run at the same time if there are threads for them.
#[test]
fn sco_1_parallel() {
    watch!();
    for threads in [2, 4] {
        let pool = pool(threads);
        let barrier = Barrier::new(threads);
        pool.scope(|s| {
            for _ in 1..threads {
                s.spawn(|_| {
                    barrier.wait();
                });
            }
            barrier.wait();
        });
    }
}
