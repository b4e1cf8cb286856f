//! Channels between jobs of a pool: other workers run what sends, and a pool's only thread runs it while it waits.

use moirai::channel;
use std::sync::Mutex;
use std::time::Duration;

fn pool(threads: usize) -> moirai::ThreadPool {
    moirai::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

#[test]
fn the_only_thread_runs_what_sends_to_it() {
    watch!();
    let (sender, receiver) = channel::spsc(1);
    let received = pool(1).install(move || {
        moirai::scope(move |s| {
            s.spawn(move |_| sender.send(7).unwrap());
            receiver.recv_timeout(Duration::from_secs(3600))
        })
    });
    assert_eq!(received, Ok(7));
}

#[test]
fn a_full_channel_is_emptied_by_a_job_of_the_waiting_thread() {
    watch!();
    let sum = Mutex::new(0);
    pool(1).install(|| {
        let (sender, receiver) = channel::mpmc(2);
        moirai::scope(|s| {
            for _ in 0..10 {
                let (receiver, sum) = (receiver.clone(), &sum);
                s.spawn(move |_| *sum.lock().unwrap() += receiver.recv().unwrap());
            }
            (0..10).for_each(|n| sender.send(n).unwrap());
        });
    });
    assert_eq!(*sum.lock().unwrap(), 45);
}

#[test]
fn jobs_of_an_outer_scope_do_not_run_on_top_of_a_waiting_job() {
    watch!();
    // Both jobs want the lock, and the one that has it waits for a message: on one thread the other must not begin then.
    let lock = Mutex::new(());
    let (sender, receiver) = channel::mpmc::<u8>(1);
    pool(1).install(|| {
        moirai::scope(|s| {
            for _ in 0..2 {
                let (lock, receiver) = (&lock, receiver.clone());
                s.spawn(move |_| {
                    let _guard = lock.try_lock().expect("nobody else runs meanwhile");
                    assert!(receiver.recv_timeout(Duration::from_millis(2)).is_err());
                });
            }
        });
    });
    drop(sender);
}

#[test]
fn a_pipeline_of_jobs() {
    watch!();
    let (sender, middle) = channel::spsc(8);
    let (middle_sender, receiver) = channel::spsc(8);
    let total = pool(3).install(move || {
        moirai::scope(move |s| {
            s.spawn(move |_| (0..10_000_u64).for_each(|n| sender.send(n).unwrap()));
            s.spawn(move |_| middle.iter().for_each(|n| middle_sender.send(2 * n).unwrap()));
            receiver.iter().sum::<u64>()
        })
    });
    assert_eq!(total, 9_999 * 10_000);
}

#[test]
fn a_pool_may_end_right_after_a_wait() {
    watch!();
    for round in 0..200_u32 {
        let (sender, receiver) = channel::spsc(1);
        let thread = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(u64::from(round)));
            sender.send(round).unwrap();
        });
        let pool = pool(1);
        assert_eq!(pool.install(move || receiver.recv()), Ok(round));
        drop(pool);
        thread.join().unwrap();
    }
}
