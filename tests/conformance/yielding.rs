//! Section 7: yield_now, yield_local and pending tasks.

use super::api;
use super::api::Yield;
use super::kit::{channel, pool};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// YLD-1: outside every pool there is nothing to yield to.
#[test]
fn yld_1_outside() {
    watch!();
    assert!(api::yield_now().is_none());
    assert!(api::yield_local().is_none());
}

/// YLD-1: one job for each call.
#[test]
fn yld_1_one_job() {
    watch!();
    let pool = pool(1);
    pool.install(|| {
        for now in [false, true] {
            let step = || match now {
                true => api::yield_now(),
                false => pool.yield_local(),
            };
            let count = Arc::new(AtomicUsize::new(0));
            assert_eq!(step(), Some(Yield::Idle));
            for _ in 0..3 {
                let count = Arc::clone(&count);
                api::spawn(move || {
                    count.fetch_add(1, Ordering::Relaxed);
                });
            }
            for jobs in 1..=3 {
                assert_eq!(step(), Some(Yield::Executed));
                assert_eq!(count.load(Ordering::Relaxed), jobs);
            }
            assert_eq!(step(), Some(Yield::Idle));
        }
    });
}

/// YLD-1: what was injected from outside is found by `yield_now` only.
#[test]
fn yld_1_injected() {
    watch!();
    let pool = pool(1);
    let (sender, receiver) = channel();
    pool.install(|| {
        std::thread::scope(|outside| {
            outside.spawn(|| pool.spawn(move || sender.send(()).unwrap()));
        });
        assert_eq!(api::yield_local(), Some(Yield::Idle));
        assert!(receiver.try_recv().is_err());
        assert_eq!(api::yield_now(), Some(Yield::Executed));
        assert!(receiver.try_recv().is_ok());
        assert_eq!(api::yield_now(), Some(Yield::Idle));
    });
}

/// YLD-1: `yield_local` runs the worker's share of a broadcast.
#[test]
fn yld_1_broadcast_share() {
    watch!();
    let pool = pool(1);
    let (sender, receiver) = channel();

    pool.install(|| {
        api::spawn_broadcast(move |_| sender.send(()).unwrap());
        assert!(receiver.try_recv().is_err());
        assert_eq!(api::yield_local(), Some(Yield::Executed));
        assert!(receiver.try_recv().is_ok());
    });
}

/// YLD-1: `yield_now` steals; a loop over it can wait for a job that lies with another worker.
#[test]
fn yld_1_steals() {
    watch!();
    let pool = pool(2);
    for _ in 0..20 {
        let (job, is_there) = channel();
        let (ran, has_run) = channel();
        let executed = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&executed);
        pool.install(|| {
            api::join(
                move || {
                    // The worker that owns the job goes to sleep over it.
                    api::spawn(move || {
                        executed.store(true, Ordering::Release);
                        ran.send(()).unwrap();
                    });
                    job.send(()).unwrap();
                    has_run.recv().unwrap();
                },
                move || {
                    is_there.recv().unwrap();
                    while !seen.load(Ordering::Acquire) {
                        assert!(api::yield_now().is_some());
                        std::thread::yield_now();
                    }
                },
            )
        });
    }
}

/// YLD-1: a program that waits by `yield_local` alone, on one thread, for jobs it spawned.
#[test]
fn yld_1_waiting_loop() {
    watch!();
    for threads in [1, 2] {
        let count = Arc::new(AtomicUsize::new(0));
        pool(threads).install(|| {
            for _ in 0..100 {
                let count = Arc::clone(&count);
                api::spawn(move || {
                    count.fetch_add(1, Ordering::Relaxed);
                });
            }
            while count.load(Ordering::Relaxed) < 100 {
                assert!(api::yield_local().is_some());
                std::thread::yield_now();
            }
        });
    }
}

/// YLD-2: whether something of one's own is pending.
#[test]
fn yld_2_pending_tasks() {
    watch!();
    let pool = pool(1);
    assert_eq!(pool.current_thread_has_pending_tasks(), None);
    pool.install(|| {
        assert_eq!(pool.current_thread_has_pending_tasks(), Some(false));
        api::spawn(|| ());
        assert_eq!(pool.current_thread_has_pending_tasks(), Some(true));
        assert_eq!(api::yield_now(), Some(Yield::Executed));
        assert_eq!(pool.current_thread_has_pending_tasks(), Some(false));
        api::join(
            || assert_eq!(pool.current_thread_has_pending_tasks(), Some(true)),
            || assert_eq!(pool.current_thread_has_pending_tasks(), Some(false)),
        );
    });
}
