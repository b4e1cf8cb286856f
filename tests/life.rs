//! The life of pools and processes: shutdown, threads that really end, forked children, exit with busy pools.

#[path = "common/watchdog.rs"]
#[macro_use]
mod watchdog;

use moirai::ThreadPoolBuilder;
use moirai::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
#[cfg(unix)]
use std::sync::atomic::AtomicBool;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
#[cfg(unix)]
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Tests that count the threads of the process run one at a time.
#[cfg(unix)]
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The names of the process's threads that begin like this.
#[cfg(target_os = "linux")]
fn threads_named(prefix: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let stats =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok());
    stats.filter(|stat| is_alive_and_named(stat, prefix)).count()
}

/// Whether a line of `/proc/*/task/*/stat` is about a thread with such a name that has not come to its end. One that was joined may
/// be listed for a moment yet; its flags say that it exits.
#[cfg(target_os = "linux")]
fn is_alive_and_named(stat: &str, prefix: &str) -> bool {
    const EXITS: u32 = 4;
    let (front, rest) = stat.rsplit_once(')').unwrap();
    let (_, name) = front.split_once('(').unwrap();
    let flags: u32 = rest.split_whitespace().nth(6).unwrap().parse().unwrap();
    name.starts_with(prefix) && flags & EXITS == 0
}

#[test]
#[cfg(target_os = "linux")]
fn shutdown_joins_all_threads() {
    watch!();
    let _alone = alone();
    for threads in [1, 2, 7] {
        let builder = ThreadPoolBuilder::new().num_threads(threads);
        let pool = builder.thread_name(|index| format!("shut-{index}")).build().unwrap();
        assert_eq!(pool.broadcast(|context| context.index()).len(), threads);
        assert_eq!(threads_named("shut-"), threads);
        let ran = Arc::new(AtomicUsize::new(0));
        for _ in 0..100 {
            let ran = Arc::clone(&ran);
            pool.spawn(move || {
                moirai::join(thread::yield_now, || ());
                ran.fetch_add(1, Ordering::Relaxed);
            });
        }
        pool.shutdown();
        assert_eq!(ran.load(Ordering::Relaxed), 100, "spawned jobs run first");
        assert_eq!(threads_named("shut-"), 0);
    }
}

#[test]
fn a_timeout_leaves_the_pool_to_end_by_itself() {
    watch!();
    let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let (open, door) = mpsc::channel::<()>();
    let (sender, ended) = mpsc::channel();
    pool.spawn(move || {
        door.recv().unwrap();
        sender.send(()).unwrap();
    });
    assert!(!pool.shutdown_timeout(Duration::from_millis(5)));
    open.send(()).unwrap();
    ended.recv().unwrap();
    let idle = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    assert!(idle.shutdown_timeout(Duration::from_secs(3600)));
}

#[test]
fn a_worker_cannot_wait_for_its_own_end() {
    watch!();
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let (sender, receiver) = mpsc::channel::<moirai::ThreadPool>();
    let (told, hears) = mpsc::channel();
    pool.spawn(move || {
        let own = receiver.recv().unwrap();
        let panicked = catch_unwind(AssertUnwindSafe(|| own.shutdown())).is_err();
        told.send(panicked).unwrap();
    });
    sender.send(pool).unwrap();
    assert!(hears.recv().unwrap());
}

#[test]
fn shutdown_of_other_kinds_of_pools() {
    watch!();
    // The thread that builds the pool is its only worker: nothing to wait for.
    thread::spawn(|| {
        let builder = ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        let pool = builder.build().unwrap();
        assert!(catch_unwind(AssertUnwindSafe(|| pool.shutdown())).is_err(), "it is the caller");
    })
    .join()
    .unwrap();
    // Threads of a handler are left to it.
    let mut threads = Vec::new();
    let builder = ThreadPoolBuilder::new().num_threads(2).spawn_handler(|worker| {
        threads.push(thread::spawn(|| worker.run()));
        Ok(())
    });
    builder.build().unwrap().shutdown();
    for thread in threads {
        thread.join().unwrap();
    }
}

/// A program of this file, run in a process of its own.
fn child(program: &str) -> std::process::Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", program, "--nocapture", "--test-threads=1"]);
    command.env("MOIRAI_TEST_CHILD", program).output().unwrap()
}

fn is_child(program: &str) -> bool {
    std::env::var("MOIRAI_TEST_CHILD").is_ok_and(|asked| asked == program)
}

/// The process exits although its pools are in the middle of something.
#[test]
fn exit_with_busy_pools() {
    watch!();
    if is_child("exit_with_busy_pools") {
        let pool = ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        for _ in 0..4 {
            pool.spawn(|| {
                loop {
                    (0..1000_u64).into_par_iter().for_each(|_| thread::yield_now());
                }
            });
        }
        thread::spawn(|| {
            loop {
                moirai::scope(|s| s.spawn(|_| thread::yield_now()));
            }
        });
        thread::sleep(Duration::from_millis(20));
        std::process::exit(7);
    }
    for _ in 0..20 {
        assert_eq!(child("exit_with_busy_pools").status.code(), Some(7));
    }
}

/// Threads that end while their locals are being destroyed may still call into the pool. On Windows no thread can begin
/// meanwhile, so there the pool must be there already.
#[test]
fn calls_from_destructors_of_locals() {
    watch!();
    if cfg!(windows) {
        moirai::join(|| (), || ());
    }
    struct Last(Arc<AtomicUsize>);
    impl Drop for Last {
        fn drop(&mut self) {
            let sum: usize = (0..10_000_usize).into_par_iter().sum();
            let (a, b) = moirai::join(|| 1, || 2);
            self.0.fetch_add(sum + a + b, Ordering::Relaxed);
        }
    }
    thread_local!(static LAST: std::cell::RefCell<Option<Last>> = const { std::cell::RefCell::new(None) });
    let total = Arc::new(AtomicUsize::new(0));
    for _ in 0..20 {
        let total = Arc::clone(&total);
        thread::spawn(move || LAST.set(Some(Last(total)))).join().unwrap();
    }
    assert_eq!(total.load(Ordering::Relaxed), 20 * (49_995_000 + 3));
}

/// Workers whose locals are destroyed when their pool ends may call into another one, and into the global one. Not on Windows,
/// where no thread can begin or end while a thread destroys its locals.
#[test]
#[cfg(not(windows))]
fn calls_from_destructors_of_workers_locals() {
    watch!();
    struct Last(Arc<AtomicUsize>);
    impl Drop for Last {
        fn drop(&mut self) {
            let sum: usize = (0..10_000_usize).into_par_iter().sum();
            let other = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
            let (a, b) = other.join(|| 1, || 2);
            self.0.fetch_add(sum + a + b, Ordering::Relaxed);
        }
    }
    thread_local!(static LAST: std::cell::RefCell<Option<Last>> = const { std::cell::RefCell::new(None) });
    let total = Arc::new(AtomicUsize::new(0));
    for _ in 0..10 {
        let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        pool.broadcast(|_| LAST.set(Some(Last(Arc::clone(&total)))));
        pool.shutdown();
    }
    assert_eq!(total.load(Ordering::Relaxed), 10 * 3 * (49_995_000 + 3));
}

/// A process that forks while the global pool is being made: the child makes one of its own.
#[test]
#[cfg(all(target_os = "linux", not(moirai_tsan)))]
fn a_child_forked_while_the_pool_is_made_has_one() {
    watch!();
    let program = "a_child_forked_while_the_pool_is_made_has_one";
    if !is_child(program) {
        for _ in 0..5 {
            let ended = child(program);
            assert!(ended.status.success(), "{ended:?}");
        }
        return;
    }
    // Many threads take long to start.
    // SAFETY: no other thread looks at the environment yet.
    unsafe { std::env::set_var("RAYON_NUM_THREADS", "150") };
    let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
    let before = threads();
    let made = thread::spawn(|| moirai::join(|| 1, || 2));
    while threads() < before + 10 {
        thread::yield_now();
    }
    // SAFETY: the child calls nothing but the pool, the allocator, which a fork leaves usable, and `_exit`.
    let process = unsafe { libc::fork() };
    assert!(process >= 0, "fork has failed");
    if process == 0 {
        // SAFETY: no demands. It ends by itself if it hangs.
        unsafe { libc::alarm(20) };
        let is_right = moirai::join(|| 1, || 2) == (1, 2);
        // SAFETY: ends the child at once, without the parent's handlers.
        unsafe { libc::_exit(if is_right { 0 } else { 1 }) };
    }
    let mut status = 0;
    // SAFETY: waits for the child above.
    let waited = unsafe { libc::waitpid(process, &raw mut status, 0) };
    assert_eq!((waited, status), (process, 0), "status {status:#x}");
    assert_eq!(made.join().unwrap(), (1, 2));
}

/// A process that forks while other threads are in the middle of a fold: the child's calls work, with a pool of its own.
/// How often: `MOIRAI_TEST_FORKS`, 100 by default.
#[test]
#[cfg(all(unix, not(moirai_tsan)))]
fn forked_children_have_a_pool() {
    watch!();
    let _alone = alone();
    let forks = std::env::var("MOIRAI_TEST_FORKS").ok().and_then(|text| text.parse().ok());
    let stop = Arc::new(AtomicBool::new(false));
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let sums = (0..20_000_u64).into_par_iter().fold(|| 0, |sum, n| sum + n);
                    assert_eq!(sums.sum::<u64>(), 199_990_000);
                }
            })
        })
        .collect();
    for round in 0..forks.unwrap_or(100) {
        // SAFETY: the child calls nothing but the pool, the allocator, which a fork leaves usable, and `_exit`.
        let process = unsafe { libc::fork() };
        assert!(process >= 0, "fork has failed");
        if process == 0 {
            // It ends by itself if it hangs.
            // SAFETY: no demands.
            unsafe { libc::alarm(50) };
            let sum: u64 = (0..100_000_u64).into_par_iter().map(|n| n ^ 1).sum();
            let (a, b) = moirai::join(|| sum, moirai::current_num_threads);
            let is_right = a == 4_999_950_000 && b >= 1;
            // SAFETY: ends the child at once, without the parent's handlers.
            unsafe { libc::_exit(if is_right { 0 } else { 1 }) };
        }
        let mut status = 0;
        // SAFETY: waits for the child above.
        let waited = unsafe { libc::waitpid(process, &raw mut status, 0) };
        assert_eq!((waited, status), (process, 0), "fork {round}: status {status:#x}");
    }
    stop.store(true, Ordering::Relaxed);
    for thread in busy {
        thread.join().unwrap();
    }
}
