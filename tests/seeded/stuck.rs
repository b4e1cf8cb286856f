//! Waits that the scheduler knows nothing of: the one who has the turn sleeps in the system, or loops, and another one must go
//! on for it.

use super::pool;
use moirai::{ThreadPoolBuilder, join};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Barrier, Mutex, mpsc};
use std::time::Duration;

/// Who holds the lock loses the turn, and the next one wants the lock.
#[test]
fn a_lock_is_held_across_a_join() {
    watch!();
    for seed in 0..10 {
        let pool = pool(3, seed);
        let count = Mutex::new(0);
        let add = || {
            let mut count = count.lock().unwrap();
            join(|| (), || ());
            *count += 1;
        };
        pool.scope(|s| (0..4).for_each(|_| s.spawn(|_| add())));
        assert_eq!(count.into_inner().unwrap(), 4, "seed {seed}");
    }
}

#[test]
fn the_caller_waits_for_a_detached_job() {
    watch!();
    for seed in 0..10 {
        let pool = pool(2, seed);
        let (sender, receiver) = mpsc::channel();
        pool.spawn(move || sender.send(seed).unwrap());
        assert_eq!(receiver.recv(), Ok(seed));
    }
}

/// Both sides must be there at once: one of them loses its turn while it waits for the other.
#[test]
fn two_workers_meet() {
    watch!();
    for seed in 0..5 {
        let barrier = Barrier::new(2);
        pool(2, seed).broadcast(|_| barrier.wait());
    }
}

#[test]
fn a_loop_waits_for_a_flag() {
    watch!();
    let flag = AtomicBool::new(false);
    let pool = pool(2, 1);
    pool.scope(|s| {
        s.spawn(|_| {
            // No point at which the turn could pass.
            while !flag.load(SeqCst) {
                std::thread::yield_now();
            }
        });
        s.spawn(|_| flag.store(true, SeqCst));
    });
}

#[test]
fn threads_from_outside_call_at_once() {
    watch!();
    for seed in 0..10 {
        let pool = pool(2, seed);
        let done = AtomicUsize::new(0);
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..5 {
                        done.fetch_add(pool.join(|| 1, || 2).1, SeqCst);
                    }
                });
            }
        });
        assert_eq!(done.into_inner(), 40);
    }
}

/// A worker of one pool with a seed calls another.
#[test]
fn pools_call_each_other() {
    watch!();
    for seed in 0..10 {
        let (one, two) = (pool(2, seed), pool(2, seed + 1));
        let sum = one.install(|| {
            let inner = || two.install(|| join(|| 1, || one.install(|| 2)));
            let ((a, b), (c, d)) = join(inner, inner);
            a + b + c + d
        });
        assert_eq!(sum, 6);
    }
}

#[test]
fn pools_of_all_kinds_begin_and_end() {
    watch!();
    for seed in 0..10 {
        let builder = move || ThreadPoolBuilder::new().num_threads(3).seed(seed);
        let sum = builder().build_scoped(|thread| thread.run(), |pool| pool.join(|| 1, || 2));
        assert_eq!(sum.unwrap(), (1, 2));
        let pool = builder().build().unwrap();
        pool.spawn(|| std::thread::sleep(Duration::from_micros(10)));
        pool.shutdown();
        let current = std::thread::spawn(move || {
            let pool = builder().use_current_thread().build().unwrap();
            pool.install(|| join(|| 1, || 2))
        });
        assert_eq!(current.join().unwrap(), (1, 2));
        let failing = ThreadPoolBuilder::new().num_threads(3).seed(seed).spawn_handler(|thread| {
            if thread.index() == 2 {
                return Err(std::io::Error::other("no more threads"));
            }
            std::thread::spawn(|| thread.run());
            Ok(())
        });
        assert!(failing.build().is_err());
        // A thread that has been a worker calls another pool afterwards.
        let mut threads = Vec::new();
        let own = builder().spawn_handler(|worker| {
            threads.push(std::thread::spawn(move || {
                worker.run();
                builder().build().unwrap().join(|| 1, || 2)
            }));
            Ok(())
        });
        own.build().unwrap().install(|| join(|| (), || ()));
        threads.into_iter().for_each(|thread| assert_eq!(thread.join().unwrap(), (1, 2)));
    }
}

#[test]
fn panics_and_their_jobs_are_part_of_it() {
    watch!();
    for seed in 0..20 {
        let pool = pool(3, seed);
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            pool.install(|| join(|| std::panic::resume_unwind(Box::new(7)), || ()));
        }));
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&7));
        assert_eq!(pool.join(|| 1, || 2), (1, 2));
    }
}
