//! Section 17: traits of the implementation that programs notice. What a waiting worker runs
//! (SCH-2) is a difference: DIF-2.

use super::api;
use super::kit::{channel, pool};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

/// SCH-1: the owner takes its newest job, a thief the oldest.
#[test]
fn sch_1_newest_and_oldest() {
    watch!();
    let own = pool(1);
    own.install(|| {
        let (sender, receiver) = channel();
        for job in 0..4 {
            let sender = sender.clone();
            api::spawn(move || sender.send(job).unwrap());
        }
        for job in [3, 2, 1, 0] {
            assert_eq!(api::yield_local(), Some(api::Yield::Executed));
            assert_eq!(receiver.try_recv(), Ok(job));
        }
    });
    let two = pool(2);
    for _ in 0..20 {
        let (sender, receiver) = channel();
        two.install(move || {
            for job in 0..4 {
                let sender = sender.clone();
                api::spawn(move || sender.send(job).unwrap());
            }
            // This worker only waits, so the other one must come for each of them.
            for job in 0..4 {
                assert_eq!(receiver.recv(), Ok(job));
            }
        });
    }
}

/// SCH-1: a worker looks in its own queue first, then for its broadcasts, last in the injector.
#[test]
fn sch_1_order_of_search() {
    watch!();
    let pool = pool(1);
    let (sender, receiver) = channel();
    pool.install(|| {
        let note = |name: &'static str| {
            let sender = sender.clone();
            move || sender.send(name).unwrap()
        };
        let injected = note("injected");
        thread::scope(|outside| {
            outside.spawn(|| pool.spawn(injected));
        });
        let broadcast = note("broadcast");
        api::spawn_broadcast(move |_| broadcast());
        api::spawn(note("own"));
        api::spawn(note("own"));
    });
    drop(sender);
    let order: Vec<_> = receiver.iter().collect();
    assert_eq!(order, ["own", "own", "broadcast", "injected"]);
}

/// SCH-3: workers without work sleep, with no further switch of context, until a job wakes them.
/// The test waits until the system says so.
#[test]
#[cfg(target_os = "linux")]
fn sch_3_idle_workers_sleep() {
    use std::time::Duration;
    watch!();
    /// The state of each of the pool's threads, and how often it has been switched away.
    fn states() -> Vec<String> {
        let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap_or_default();
        let tasks = std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
        let ours = tasks.filter(|task| read(task.join("comm")).starts_with("sleeper"));
        let state = |task: std::path::PathBuf| {
            let status = read(task.join("status"));
            let lines = status.lines();
            lines.filter(|line| line.contains("State:") || line.contains("switches:")).collect()
        };
        ours.map(state).collect()
    }
    let process = fresh!(sch_3_idle_workers_sleep);
    if process.scenario().is_some() {
        let builder = api::ThreadPoolBuilder::new().num_threads(3);
        let pool = builder.thread_name(|_| String::from("sleeper")).build().unwrap();
        for _ in 0..3 {
            // Woken, all three.
            let barrier = Barrier::new(3);
            pool.broadcast(|_| _ = barrier.wait());
            assert_eq!(pool.install(|| api::join(|| 1, || 2)), (1, 2));
            loop {
                let before = states();
                thread::sleep(Duration::from_millis(50));
                let asleep = before.iter().all(|state| state.contains("(sleeping)"));
                if asleep && before.len() == 3 && before == states() {
                    break;
                }
            }
        }
        return crate::child::say("slept");
    }
    assert_eq!(process.said("sleep", &[]), ["slept"]);
}

/// SCH-4: a job that blocks takes its worker away, and no other thread takes its place.
#[test]
fn sch_4_blocked_workers() {
    watch!();
    let pool = pool(2);
    let ids = Arc::new(Mutex::new(Vec::new()));
    let both = Arc::new(Barrier::new(3));
    let note = || {
        let ids = Arc::clone(&ids);
        move || ids.lock().unwrap().push(thread::current().id())
    };
    for _ in 0..2 {
        let (note, both) = (note(), Arc::clone(&both));
        pool.spawn(move || {
            note();
            both.wait();
            both.wait();
        });
    }
    both.wait();
    // Both workers are blocked now.
    let (sender, receiver) = channel();
    let note = note();
    pool.spawn(move || {
        note();
        sender.send(()).unwrap();
    });
    for _ in 0..100 {
        thread::yield_now();
        assert!(receiver.try_recv().is_err());
    }
    both.wait();
    receiver.recv().unwrap();
    let mut workers = pool.broadcast(|_| thread::current().id());
    workers.dedup();
    assert_eq!(workers.len(), 2);
    assert!(ids.lock().unwrap().iter().all(|id| workers.contains(id)));
}

/// SCH-5: jobs see what was done before they were handed over, and the code after the call what
/// they did. The accesses themselves order nothing.
#[test]
fn sch_5_happens_before() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        for round in 1..50 {
            let (before, after) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let job = {
                let (before, after) = (Arc::clone(&before), Arc::clone(&after));
                move || {
                    assert_eq!(before.load(Ordering::Relaxed), round);
                    after.fetch_add(1, Ordering::Relaxed);
                }
            };
            before.store(round, Ordering::Relaxed);
            let done = |jobs| assert_eq!(after.swap(0, Ordering::Relaxed), jobs);
            pool.install(&job);
            done(1);
            pool.join(&job, &job);
            done(2);
            pool.scope(|s| (0..3).for_each(|_| s.spawn(|_| job())));
            done(3);
            pool.in_place_scope_fifo(|s| (0..3).for_each(|_| s.spawn_fifo(|_| job())));
            done(3);
            pool.broadcast(|_| job());
            done(threads);
            let (sender, receiver) = channel();
            let spawned = job.clone();
            pool.spawn(move || {
                spawned();
                sender.send(()).unwrap();
            });
            receiver.recv().unwrap();
            done(1);
        }
    }
    // Plain memory, handed to the jobs and back.
    let mut values = vec![0; 100];
    let pool = pool(4);
    for round in 1..50 {
        pool.scope(|s| values.iter_mut().for_each(|value| s.spawn(move |_| *value += 1)));
        assert!(values.iter().all(|value| *value == round));
    }
    let flag = AtomicBool::new(false);
    pool.join(|| flag.store(true, Ordering::Relaxed), || ());
    assert!(flag.into_inner());
}
