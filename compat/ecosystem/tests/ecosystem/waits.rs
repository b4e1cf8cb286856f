//! Workers that block, and loops that wait for jobs: what exr, fclones, jwalk and oxipng do.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;

use rayon::{Yield, yield_local, yield_now};

use crate::kit::{pool_of, squares};

/// exr: a foreign thread spawns some jobs ahead, takes results in turn, and drops the pool with jobs still running.
#[test]
fn a_foreign_thread_keeps_some_jobs_ahead() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool_of(threads);
        let (sender, results) = mpsc::channel();
        let ended = Arc::new(AtomicUsize::new(0));
        let spawn = |n: u64| {
            let (sender, ended) = (sender.clone(), ended.clone());
            pool.spawn(move || {
                // The receiver is gone at the end, and the pool's handle too.
                let _ = sender.send(n + squares(50) - squares(50));
                ended.fetch_add(1, SeqCst);
            });
        };
        (0..6).for_each(&spawn);
        let mut sum = 0;
        for n in 6..206 {
            sum += results.recv().unwrap();
            spawn(n);
        }
        assert!(sum >= 200 * 199 / 2);
        drop((pool, results));
        while ended.load(SeqCst) < 206 {
            thread::yield_now();
        }
    }
}

/// A counting semaphore.
struct Semaphore(Mutex<usize>, Condvar);

impl Semaphore {
    fn take(&self) {
        let mut free = self.1.wait_while(self.0.lock().unwrap(), |free| *free == 0).unwrap();
        *free -= 1;
    }

    fn give(&self) {
        *self.0.lock().unwrap() += 1;
        self.1.notify_one();
    }
}

/// fclones: one pool for each disk, some of one thread. A foreign thread spawns with `spawn_fifo` as a semaphore lets
/// it, jobs give back what was taken for them, and another foreign thread takes the results.
#[test]
fn a_semaphore_bounds_the_jobs_of_several_pools() {
    watch!();
    let pools = [1, 1, 2, 4].map(pool_of);
    let (sender, results) = mpsc::channel();
    let taker = thread::spawn(move || results.into_iter().sum::<u64>());
    thread::scope(|scope| {
        for pool in &pools {
            let sender = sender.clone();
            scope.spawn(move || {
                let semaphore = Arc::new(Semaphore(Mutex::new(3), Condvar::new()));
                for n in 0..300 {
                    let (sender, semaphore) = (sender.clone(), semaphore.clone());
                    semaphore.take();
                    pool.spawn_fifo(move || {
                        sender.send(n).unwrap();
                        semaphore.give();
                    });
                }
            });
        }
    });
    drop(sender);
    assert_eq!(taker.join().unwrap(), 4 * 300 * 299 / 2);
}

/// On one thread, `spawn_fifo` from outside runs in order.
#[test]
fn fifo_jobs_of_one_thread_run_in_order() {
    watch!();
    let pool = pool_of(1);
    let (sender, results) = mpsc::channel();
    for n in 0..100 {
        let sender = sender.clone();
        pool.spawn_fifo(move || sender.send(n).unwrap());
    }
    drop(sender);
    assert!(results.into_iter().eq(0..100));
}

/// jwalk: workers have long been asleep when a foreign thread spawns, and nobody else wakes them.
#[test]
fn a_job_from_outside_wakes_a_sleeping_pool() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool_of(threads);
        for round in 0..20 {
            thread::sleep(std::time::Duration::from_millis(round));
            let (sender, results) = mpsc::channel();
            pool.spawn(move || sender.send(round).unwrap());
            assert_eq!(results.recv(), Ok(round));
        }
    }
}

/// oxipng: a job spawns others and yields until they have run. With one thread nobody else can run them.
#[test]
fn yield_local_runs_what_was_spawned_here() {
    watch!();
    for threads in [1, 2, 4] {
        let executed = Arc::new(AtomicUsize::new(0));
        pool_of(threads).install(|| {
            for _ in 0..50 {
                let executed = executed.clone();
                rayon::spawn(move || _ = executed.fetch_add(1, SeqCst));
            }
            while executed.load(SeqCst) < 50 {
                assert!(yield_local().is_some());
            }
        });
        assert_eq!(pool_of(1).install(yield_local), Some(Yield::Idle));
    }
}

/// As above with `yield_now`, which also takes from others.
#[test]
fn yield_now_runs_what_was_spawned_anywhere() {
    watch!();
    for threads in [1, 2, 4] {
        let executed = Arc::new(AtomicUsize::new(0));
        let pool = pool_of(threads);
        for _ in 0..50 {
            let executed = executed.clone();
            pool.spawn(move || _ = executed.fetch_add(1, SeqCst));
        }
        pool.install(|| {
            while executed.load(SeqCst) < 50 {
                assert!(yield_now().is_some());
            }
        });
    }
    assert_eq!((yield_now(), yield_local()), (None, None));
}
