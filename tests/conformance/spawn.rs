//! Section 7: spawn and spawn_fifo.

use super::api;
use super::kit::{channel, pool, quiet_panic};
use crate::child::say;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::thread;

/// SPN-1: never inside the call, on a worker.
#[test]
fn spn_1_not_at_once() {
    watch!();
    let pool = pool(1);
    let (sender, receiver) = channel();
    pool.install(|| {
        static RAN: AtomicBool = AtomicBool::new(false);
        RAN.store(false, Ordering::Relaxed);
        let [first, second] = [sender.clone(), sender];
        api::spawn(move || {
            RAN.store(true, Ordering::Relaxed);
            first.send(()).unwrap();
        });
        api::spawn_fifo(move || {
            RAN.store(true, Ordering::Relaxed);
            second.send(()).unwrap();
        });
        assert!(!RAN.load(Ordering::Relaxed));
    });
    receiver.recv().unwrap();
    receiver.recv().unwrap();
}

/// SPN-1: from outside, to the global pool or to the given one, on a thread of theirs.
#[test]
fn spn_1_from_outside() {
    watch!();
    let (sender, receiver) = channel();
    let here = thread::current().id();
    let note = move || {
        let place = (
            api::current_thread_index().is_some(),
            api::current_num_threads(),
            thread::current().id() != here,
        );
        sender.send(place).unwrap();
    };
    let global = (true, api::current_num_threads(), true);
    api::spawn(note.clone());
    assert_eq!(receiver.recv(), Ok(global));
    api::spawn_fifo(note.clone());
    assert_eq!(receiver.recv(), Ok(global));
    let three = pool(3);
    three.spawn(note.clone());
    assert_eq!(receiver.recv(), Ok((true, 3, true)));
    three.spawn_fifo(note.clone());
    assert_eq!(receiver.recv(), Ok((true, 3, true)));
    // From a worker of another pool, to the given one.
    pool(1).install(move || three.spawn(note));
    assert_eq!(receiver.recv(), Ok((true, 3, true)));
}

/// SPN-2: a panic goes to the handler with its payload, and the pool lives on.
#[test]
fn spn_2_panic_handler() {
    watch!();
    for threads in [1, 2, 4] {
        let (sender, receiver) = channel();

        let builder = api::ThreadPoolBuilder::new().num_threads(threads);
        let builder = builder.panic_handler(move |payload| {
            let payload = payload.downcast::<&'static str>().unwrap();
            sender.send(*payload).unwrap();
        });
        let pool = builder.build().unwrap();
        pool.spawn(|| quiet_panic("spawn"));
        assert_eq!(receiver.recv(), Ok("spawn"));
        pool.spawn_fifo(|| quiet_panic("fifo"));
        assert_eq!(receiver.recv(), Ok("fifo"));
        pool.install(|| api::spawn(|| quiet_panic("inside")));
        assert_eq!(receiver.recv(), Ok("inside"));
        pool.spawn_broadcast(|_| quiet_panic("broadcast"));
        for _ in 0..threads {
            assert_eq!(receiver.recv(), Ok("broadcast"));
        }
        assert_eq!(pool.broadcast(|_| ()).len(), threads);
        assert!(receiver.try_recv().is_err());
    }
}

/// SPN-2, POOL-10: without a handler the process aborts.
#[test]
#[cfg(unix)]
fn spn_2_no_handler_aborts() {
    use std::os::unix::process::ExitStatusExt;
    watch!();
    let process = fresh!(spn_2_no_handler_aborts);
    if let Some(scenario) = process.scenario() {
        let pool = pool(2);
        match scenario.as_str() {
            "pool" => pool.spawn(|| quiet_panic("")),
            "fifo" => pool.spawn_fifo(|| quiet_panic("")),
            "broadcast" => pool.spawn_broadcast(|_| quiet_panic("")),
            "worker" => pool.install(|| api::spawn(|| quiet_panic(""))),
            "global" => api::spawn(|| quiet_panic("")),
            other => unreachable!("{other}"),
        }
        loop {
            thread::park();
        }
    }
    for scenario in ["pool", "fifo", "broadcast", "worker", "global"] {
        let ended = process.run(scenario, &[]);
        assert_eq!(ended.status.signal(), Some(6), "{scenario}: {ended:#?}");
        let text = "Rayon: detected unexpected panic; aborting";
        assert!(ended.stderr.contains(text), "{scenario}: {ended:#?}");
    }
}

/// SPN-3: on one thread `spawn_fifo` keeps the order, `spawn` turns it round.
#[test]
fn spn_3_order() {
    watch!();
    let pool = pool(1);
    let (sender, receiver) = channel();
    let sender = &sender;
    pool.install(|| {
        for job in 0..5 {
            let sender = sender.clone();
            api::spawn_fifo(move || sender.send(job).unwrap());
        }
    });
    let order: Vec<_> = receiver.iter().take(5).collect();
    assert_eq!(order, [0, 1, 2, 3, 4]);
    pool.install(|| {
        for job in 0..5 {
            let sender = sender.clone();
            api::spawn(move || sender.send(job).unwrap());
        }
    });
    let order: Vec<_> = receiver.iter().take(5).collect();
    assert_eq!(order, [4, 3, 2, 1, 0]);
}

/// SPN-4: the exit of the process waits for no job and runs no exit handler.
#[test]
fn spn_4_process_exit() {
    watch!();
    let process = fresh!(spn_4_process_exit);
    if process.scenario().is_some() {
        let builder = api::ThreadPoolBuilder::new().num_threads(2);
        let builder = builder.exit_handler(|_| say("exit handler"));
        builder.build_global().unwrap();
        let (sender, receiver) = channel();
        api::spawn(move || {
            sender.send(()).unwrap();
            loop {
                thread::park();
            }
        });
        receiver.recv().unwrap();
        for _ in 0..100 {
            api::spawn(|| {
                loop {
                    thread::park();
                }
            });
        }
        // The test returns, then the harness's main.
        return say("main ends");
    }
    assert_eq!(process.said("exit", &[]), ["main ends"]);
}

/// What a job counts in; the sender in it goes when the last job has ended.
struct Counted(
    Arc<AtomicUsize>,
    #[allow(dead_code, reason = "its drop is what counts")] Sender<()>,
);

/// SPN-4: jobs keep a pool alive, and so do the jobs that these spawn.
#[test]
fn spn_4_jobs_keep_the_pool() {
    watch!();
    for threads in [1, 2] {
        let pool = pool(threads);
        let count = Arc::new(AtomicUsize::new(0));
        let (sender, receiver) = channel::<()>();
        fn descend(levels: usize, count: Counted) {
            count.0.fetch_add(1, Ordering::Relaxed);
            if levels > 0 {
                api::spawn(move || descend(levels - 1, count));
            }
        }
        for _ in 0..10 {
            let (count, sender) = (Arc::clone(&count), sender.clone());
            pool.spawn(move || descend(20, Counted(count, sender)));
        }
        drop((pool, sender));
        // Ends when the last job has dropped its sender.
        assert!(receiver.recv().is_err());
        assert_eq!(count.load(Ordering::Relaxed), 210);
    }
}
