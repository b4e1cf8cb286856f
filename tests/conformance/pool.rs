//! Section 3: the builder, pools and the global pool.

use super::api;
use super::api::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use super::kit::{channel, panic_of, pool, quiet_panic, text_of};
use crate::child::say;
use std::collections::HashSet;
use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Barrier, Condvar, Mutex};
use std::thread;

/// A handler that reports its argument.
fn shared<T: Send>(sender: Sender<T>) -> impl Fn(T) + Send + Sync {
    // A worker that ends after the test has nobody left to report to.
    move |value| drop(sender.send(value))
}

/// A handler that starts a plain thread and keeps it in `threads`.
fn keeping(
    threads: &mut Vec<thread::JoinHandle<()>>,
) -> impl FnMut(api::ThreadBuilder) -> io::Result<()> {
    |worker| {
        threads.push(thread::spawn(|| worker.run()));
        Ok(())
    }
}

const INITIALIZED: &str = "The global thread pool has already been initialized.";
const IN_ANOTHER: &str = "The current thread is already part of another thread pool.";
const NOT_INITIALIZED: &str = "The global thread pool has not been initialized.";

/// POOL-1: many threads need the global pool at once, and it starts once.
#[test]
fn pool_1_starts_once() {
    watch!();
    let process = fresh!(pool_1_starts_once);
    if process.scenario().is_some() {
        let barrier = Barrier::new(8);
        let seen = Mutex::new(HashSet::new());
        thread::scope(|outside| {
            for _ in 0..8 {
                outside.spawn(|| {
                    barrier.wait();
                    let workers = api::broadcast(|_| thread::current().id());
                    seen.lock().unwrap().extend(workers);
                });
            }
        });
        return say(seen.into_inner().unwrap().len());
    }
    assert_eq!(process.said("start", &[("RAYON_NUM_THREADS", "3")]), ["3"]);
}

/// POOL-1: after the first need, `build_global` fails, whatever the need was.
#[test]
fn pool_1_too_late() {
    watch!();
    let process = fresh!(pool_1_too_late);
    if let Some(need) = process.scenario() {
        match need.as_str() {
            "count" => drop(api::current_num_threads()),
            "join" => drop(api::join(|| (), || ())),
            "scope" => api::scope(|_| ()),
            "in_place_scope" => api::in_place_scope(|s| s.spawn(|_| ())),
            "spawn" => api::spawn(|| ()),
            "broadcast" => drop(api::broadcast(|_| ())),
            "build_global" => ThreadPoolBuilder::new().build_global().unwrap(),
            other => unreachable!("{other}"),
        }
        let error = ThreadPoolBuilder::new().build_global().unwrap_err();
        return say(error);
    }
    let needs = ["count", "join", "scope", "in_place_scope", "spawn", "broadcast", "build_global"];
    for need in needs {
        assert_eq!(process.said(need, &[]), [INITIALIZED], "{need}");
    }
}

/// POOL-1: when `build_global` returns, every worker is up.
#[test]
fn pool_1_all_up() {
    watch!();
    let process = fresh!(pool_1_all_up);
    if process.scenario().is_some() {
        static UP: AtomicUsize = AtomicUsize::new(0);
        let builder = ThreadPoolBuilder::new().num_threads(3);
        let builder = builder.spawn_handler(|worker| {
            thread::spawn(|| {
                // Late on purpose: a builder that does not wait would be seen.
                thread::sleep(std::time::Duration::from_millis(50));
                UP.fetch_add(1, Ordering::SeqCst);
                worker.run();
            });
            Ok(())
        });
        builder.build_global().unwrap();
        say(UP.load(Ordering::SeqCst));
        return say(api::current_num_threads());
    }
    assert_eq!(process.said("up", &[]), ["3", "3"]);
}

/// POOL-2, an implementation trait, and the text of MSG-10: a failed attempt is the only one.
#[test]
fn pool_2_failed_attempt() {
    watch!();
    let process = fresh!(pool_2_failed_attempt);
    if process.scenario().is_some() {
        let builder = ThreadPoolBuilder::new().num_threads(2);
        let builder = builder.spawn_handler(|_| Err(io::Error::other("no threads today")));
        say(builder.build_global().unwrap_err());
        say(ThreadPoolBuilder::new().build_global().unwrap_err());
        say(text_of(&*panic_of(|| api::join(|| (), || ()))));
        say(text_of(&*panic_of(|| api::spawn(|| ()))));
        // Pools of one's own are not concerned.
        return say(pool(2).install(api::current_num_threads));
    }
    let said = process.said("fail", &[]);
    assert_eq!(said[..2], ["no threads today", INITIALIZED]);
    for text in &said[2..4] {
        assert!(text.starts_with(NOT_INITIALIZED), "{text}");
        assert!(text.contains(": ThreadPoolBuildError { kind: "), "{text}");
    }
    assert_eq!(said[4], "2");
}

/// POOL-3: the texts of the errors, their sources and their debug form.
#[test]
fn pool_3_errors() {
    watch!();
    api::current_num_threads();
    let error = ThreadPoolBuilder::new().build_global().unwrap_err();
    assert_eq!(error.to_string(), INITIALIZED);
    assert!(error.source().is_none());
    let debug = format!("{error:?}");
    assert!(debug.starts_with("ThreadPoolBuildError { kind: "), "{debug}");

    let member = ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    let error = pool(1).install(|| {
        let inner = ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        inner.build().unwrap_err()
    });
    drop(member);
    assert_eq!(error.to_string(), IN_ANOTHER);
    assert!(error.source().is_none());

    let error = failing(|| io::Error::other("warp broken"));
    assert_eq!(error.to_string(), "warp broken");
    let source = error.source().expect("the source is the I/O error");
    assert_eq!(source.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::Other);
    assert!(format!("{error:?}").starts_with("ThreadPoolBuildError { kind: "));
    assert!(has!(ThreadPoolBuildError: Send) && has!(ThreadPoolBuildError: Sync));
}

fn failing(error: impl Fn() -> io::Error) -> ThreadPoolBuildError {
    let builder = ThreadPoolBuilder::new().num_threads(2);
    let builder = builder.spawn_handler(|_| Err(error()));
    builder.build().unwrap_err()
}

/// POOL-4: a handler that fails makes the build fail, and the workers before it end.
#[test]
fn pool_4_failing_spawn_handler() {
    watch!();
    for failing in 0..4 {
        let mut threads = Vec::new();
        let (sender, receiver) = channel();
        let ended = shared(sender);
        let mut keep = keeping(&mut threads);
        let builder = ThreadPoolBuilder::new().num_threads(4).exit_handler(ended);
        let builder = builder.spawn_handler(|worker| match worker.index() {
            index if index == failing => Err(io::Error::new(io::ErrorKind::OutOfMemory, "full")),
            _ => keep(worker),
        });
        let error = builder.build().unwrap_err();
        assert_eq!(error.to_string(), "full");
        drop(keep);
        assert_eq!(threads.len(), failing);
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(receiver.iter().count(), failing);
    }
}

/// POOL-5: names are asked for once for each index, on the building thread.
#[test]
fn pool_5_names() {
    watch!();
    let here = thread::current().id();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&asked);
    let mut calls = 0;
    let builder = ThreadPoolBuilder::new().num_threads(3).thread_name(move |index| {
        assert_eq!(thread::current().id(), here);
        note.lock().unwrap().push(index);
        calls += 1;
        format!("thread {index} by call {calls}")
    });
    let pool = builder.build().unwrap();
    assert_eq!(*asked.lock().unwrap(), [0, 1, 2]);
    let name = || thread::current().name().map(String::from);
    let names: Vec<_> = pool.broadcast(|_| name()).into_iter().flatten().collect();
    let expected = ["thread 0 by call 1", "thread 1 by call 2", "thread 2 by call 3"];
    assert_eq!(names, expected);
    assert_eq!(super::kit::pool(2).broadcast(|_| name()), [None, None]);
}

/// POOL-6: what a custom spawn handler is told.
#[test]
fn pool_6_thread_builder() {
    watch!();
    let mut told = Vec::new();
    let builder = ThreadPoolBuilder::new().num_threads(2).stack_size(3 << 20);
    let builder = builder.thread_name(|index| format!("n{index}"));
    let builder = builder.spawn_handler(|worker| {
        let name = worker.name().map(String::from);
        told.push((worker.index(), name, worker.stack_size()));
        assert!(format!("{worker:?}").starts_with("ThreadBuilder"));
        thread::spawn(|| worker.run());
        Ok(())
    });
    let pool = builder.build().unwrap();
    // The names are for the handler to use: these threads have none.
    let names = pool.broadcast(|_| thread::current().name().is_some());
    assert_eq!(names, [false, false]);
    drop(pool);
    let name = |text: &str| Some(String::from(text));
    let expected = [(0, name("n0"), Some(3 << 20)), (1, name("n1"), Some(3 << 20))];
    assert_eq!(told, expected);

    let mut told = Vec::new();
    let builder = ThreadPoolBuilder::new().num_threads(1).spawn_handler(|worker| {
        told.push((worker.name().is_none(), worker.stack_size()));
        thread::spawn(|| worker.run());
        Ok(())
    });
    drop(builder.build().unwrap());
    assert_eq!(told, [(true, None)]);
}

/// POOL-6: the workers have the stack that was asked for.
#[test]
fn pool_6_stack_size() {
    watch!();
    fn deep(levels: usize) -> u64 {
        let frame = std::hint::black_box([levels as u64; 1024]);
        if levels == 0 {
            return frame[0];
        }
        deep(levels - 1) + frame[1023] - (levels as u64 - 1)
    }
    // 8 KiB and more a level: far beyond what a thread has by default.
    let builder = ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20);
    assert_eq!(builder.build().unwrap().install(|| deep(3000)), 3000);
}

/// POOL-7: in order, on the building thread, once for each thread.
#[test]
fn pool_7_spawn_handler() {
    watch!();
    let here = thread::current().id();
    let mut indices = Vec::new();
    let mut threads = Vec::new();
    let mut keep = keeping(&mut threads);
    let builder = ThreadPoolBuilder::new().num_threads(4).spawn_handler(|worker| {
        assert_eq!(thread::current().id(), here);
        indices.push(worker.index());
        keep(worker)
    });
    let pool = builder.build().unwrap();
    let workers = pool.broadcast(|_| thread::current().id());
    drop(keep);
    assert_eq!(indices, [0, 1, 2, 3]);
    let kept: Vec<_> = threads.iter().map(|thread| thread.thread().id()).collect();
    assert_eq!(workers, kept);
    // `run` returns when the pool ends, and not before.
    assert!(threads.iter().all(|thread| !thread.is_finished()));
    drop(pool);
    for thread in threads {
        thread.join().unwrap();
    }
}

/// POOL-8: the start handler is done before the first job; the exit handler comes after the last.
#[test]
fn pool_8_handlers() {
    watch!();
    thread_local! {
        static STARTED: std::cell::Cell<Option<usize>> = const { std::cell::Cell::new(None) };
    }
    let (sender, receiver) = channel();
    let last = Arc::new(AtomicBool::new(false));
    let at_exit = Arc::clone(&last);
    let ended = shared(sender);
    let builder = ThreadPoolBuilder::new().num_threads(4);
    let builder = builder.start_handler(|index| STARTED.set(Some(index)));
    let builder = builder.exit_handler(move |index| {
        assert_eq!(STARTED.get(), Some(index));
        ended((index, at_exit.load(Ordering::SeqCst)));
    });
    let pool = builder.build().unwrap();
    let started = pool.broadcast(|context| STARTED.get() == Some(context.index()));
    assert_eq!(started, [true; 4]);
    assert!(receiver.try_recv().is_err());
    let (open, gate) = channel::<()>();
    pool.spawn(move || {
        let _ = gate.recv();
        api::spawn(move || last.store(true, Ordering::SeqCst));
    });
    drop(pool);
    assert!(receiver.try_recv().is_err());
    drop(open);
    let mut ended: Vec<_> = receiver.iter().collect();
    ended.sort_unstable();
    assert_eq!(ended, [(0, true), (1, true), (2, true), (3, true)]);
}

/// POOL-8: handlers of several threads run at the same time, here until all have come.
#[test]
fn pool_8_handlers_at_once() {
    watch!();
    let (start, exit) = (Arc::new(Barrier::new(3)), Arc::new(Barrier::new(4)));
    let builder = ThreadPoolBuilder::new().num_threads(3);
    let (started, ended) = (Arc::clone(&start), Arc::clone(&exit));
    let builder = builder.start_handler(move |_| {
        started.wait();
    });
    let builder = builder.exit_handler(move |_| {
        ended.wait();
    });
    drop(builder.build().unwrap());
    exit.wait();
}

/// POOL-8: the thread of `use_current_thread` has no handlers.
#[test]
fn pool_8_not_for_the_current_thread() {
    watch!();
    let outside = thread::spawn(|| {
        let (sender, receiver) = channel();
        let (start, exit) = (shared(sender.clone()), shared(sender));
        let builder = ThreadPoolBuilder::new().num_threads(2).use_current_thread();
        let builder = builder.start_handler(move |index| start(("start", index)));
        let builder = builder.exit_handler(move |index| exit(("exit", index)));
        let pool = builder.build().unwrap();
        assert_eq!(receiver.recv(), Ok(("start", 1)));
        drop(pool);
        receiver
    });
    let receiver = outside.join().unwrap();
    assert!(std::iter::from_fn(|| receiver.try_recv().ok()).all(|event| event == ("exit", 1)));
}

/// POOL-9: a handler's panic goes to the panic handler.
#[test]
fn pool_9_panics_in_handlers() {
    watch!();
    let (sender, receiver) = channel();
    let caught = shared(sender);
    let builder = ThreadPoolBuilder::new().num_threads(2);
    let builder = builder.start_handler(|index| quiet_panic(("start", index)));
    let builder = builder.exit_handler(|index| quiet_panic(("exit", index)));
    let builder = builder.panic_handler(move |payload| {
        caught(*payload.downcast::<(&'static str, usize)>().unwrap());
    });
    let pool = builder.build().unwrap();
    // The workers live on.
    assert_eq!(pool.broadcast(|context| context.index()), [0, 1]);
    drop(pool);
    let mut caught: Vec<_> = receiver.iter().collect();
    caught.sort_unstable();
    assert_eq!(caught, [("exit", 0), ("exit", 1), ("start", 0), ("start", 1)]);
}

/// POOL-9, POOL-10: panics that nobody handles abort, with this text.
#[test]
#[cfg(unix)]
fn pool_9_pool_10_aborts() {
    use std::os::unix::process::ExitStatusExt;
    watch!();
    let process = fresh!(pool_9_pool_10_aborts);
    if let Some(scenario) = process.scenario() {
        let builder = ThreadPoolBuilder::new().num_threads(1);
        let builder = match scenario.as_str() {
            "start" => builder.start_handler(|_| quiet_panic("")),
            "exit" => builder.exit_handler(|_| quiet_panic("")),
            "panic handler" => builder.panic_handler(|_| quiet_panic("")),
            other => unreachable!("{other}"),
        };
        let pool = builder.build().unwrap();
        if scenario == "panic handler" {
            pool.spawn(|| quiet_panic(""));
        }
        drop(pool);
        loop {
            thread::park();
        }
    }
    for scenario in ["start", "exit", "panic handler"] {
        let ended = process.run(scenario, &[]);
        assert_eq!(ended.status.signal(), Some(6), "{scenario}: {ended:#?}");
        let text = "Rayon: detected unexpected panic; aborting";
        assert!(ended.stderr.contains(text), "{scenario}: {ended:#?}");
    }
}

/// POOL-11: the pool is there before its workers, and jobs wait for them.
#[test]
fn pool_11_build_does_not_wait() {
    watch!();
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let builder = ThreadPoolBuilder::new().num_threads(2).spawn_handler(|worker| {
        let gate = Arc::clone(&gate);
        thread::spawn(move || {
            let opened = gate.1.wait_while(gate.0.lock().unwrap(), |open| !*open);
            drop(opened.unwrap());
            worker.run();
        });
        Ok(())
    });
    let pool = builder.build().unwrap();
    let (sender, receiver) = channel();
    for job in 0..10 {
        let sender = sender.clone();
        pool.spawn(move || sender.send(job).unwrap());
    }
    drop(sender);
    assert!(receiver.try_recv().is_err());
    *gate.0.lock().unwrap() = true;
    gate.1.notify_all();
    let mut ran: Vec<_> = receiver.iter().collect();
    ran.sort_unstable();
    assert_eq!(ran, (0..10).collect::<Vec<_>>());
}

/// POOL-12: the building thread becomes number 0 and stays a member for its life.
#[test]
fn pool_12_use_current_thread() {
    watch!();
    let outside = thread::spawn(|| {
        let here = thread::current().id();
        let mut started = Vec::new();
        let builder = ThreadPoolBuilder::new().num_threads(3).use_current_thread();
        let builder = builder.spawn_handler(|worker| {
            started.push(worker.index());
            thread::spawn(|| worker.run());
            Ok(())
        });
        let pool = builder.build().unwrap();
        assert_eq!(started, [1, 2]);
        assert_eq!(api::current_thread_index(), Some(0));
        assert_eq!(pool.current_thread_index(), Some(0));
        assert_eq!(api::current_num_threads(), 3);
        assert_eq!(pool.install(|| thread::current().id()), here);
        let (a, b) = api::join(|| 1, || 2);
        assert_eq!(a + b, 3);
        let indices = api::broadcast(|context| context.index());
        assert_eq!(indices, [0, 1, 2]);
        drop(pool);
        assert_eq!(api::current_thread_index(), Some(0));
        assert_eq!(api::current_num_threads(), 3);
        let again = ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        assert_eq!(again.build().unwrap_err().to_string(), IN_ANOTHER);
    });
    outside.join().unwrap();
    let inside = pool(1).install(|| {
        let builder = ThreadPoolBuilder::new().num_threads(2).use_current_thread();
        builder.build().unwrap_err().to_string()
    });
    assert_eq!(inside, IN_ANOTHER);
}

/// POOL-12: for the global pool too.
#[test]
fn pool_12_global() {
    watch!();
    let process = fresh!(pool_12_global);
    if process.scenario().is_some() {
        let builder = ThreadPoolBuilder::new().num_threads(2).use_current_thread();
        builder.build_global().unwrap();
        say(api::current_num_threads());
        say(api::current_thread_index().unwrap());
        let elsewhere = thread::spawn(|| api::broadcast(|context| context.index()).len());
        // The member must help: it has a share of its own to run.
        while !elsewhere.is_finished() {
            api::yield_now();
        }
        return say(elsewhere.join().unwrap());
    }
    assert_eq!(process.said("global", &[]), ["2", "0", "2"]);
}

/// POOL-13: without a main loop, the member runs jobs only inside calls of the pool.
#[test]
fn pool_13_no_main_loop() {
    watch!();
    let outside = thread::spawn(|| {
        let builder = ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        let pool = builder.build().unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let spawn = || {
            let count = Arc::clone(&count);
            pool.spawn(move || count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed));
        };
        spawn();
        assert_eq!(count.load(Ordering::Relaxed), 0);
        assert_eq!(api::yield_now(), Some(api::Yield::Executed));
        assert_eq!(count.load(Ordering::Relaxed), 1);
        spawn();
        pool.install(|| assert_eq!(count.load(Ordering::Relaxed), 1));
        assert_eq!(api::yield_local(), Some(api::Yield::Executed));
        assert_eq!(count.load(Ordering::Relaxed), 2);
        // A scope's job is run by the scope's wait.
        pool.scope(|s| {
            s.spawn(|_| count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed));
        });
        assert_eq!(count.load(Ordering::Relaxed), 3);
        // A wait for another pool runs the jobs of this one.
        let (sender, receiver) = channel();
        pool.spawn(move || sender.send(()).unwrap());
        super::kit::pool(1).install(move || receiver.recv().unwrap());
    });
    outside.join().unwrap();
}

/// POOL-14: the drop waits for nothing; jobs, and the jobs that these spawn, still run.
#[test]
fn pool_14_drop() {
    watch!();
    for threads in [1, 2] {
        let (exit_sender, exits) = channel();
        let exit = shared(exit_sender);
        let builder = ThreadPoolBuilder::new().num_threads(threads).exit_handler(exit);
        let pool = builder.build().unwrap();
        let (open, gate) = channel::<()>();
        let (sender, receiver) = channel();
        pool.spawn(move || {
            let _ = gate.recv();
            sender.send("job").unwrap();
            api::spawn(move || {
                sender.send("job of the job").unwrap();
                api::spawn_fifo(move || sender.send("its job").unwrap());
            });
        });
        drop(pool);
        assert!(receiver.try_recv().is_err());
        drop(open);
        let ran: Vec<_> = receiver.iter().collect();
        assert_eq!(ran, ["job", "job of the job", "its job"]);
        assert_eq!(exits.iter().count(), threads);
    }
}

/// POOL-14: a pool may be dropped on one of its own workers.
#[test]
fn pool_14_dropped_inside() {
    watch!();
    let pool = Arc::new(pool(2));
    let inside = Arc::clone(&pool);
    let (open, gate) = channel::<()>();
    let (sender, receiver) = channel();
    pool.spawn(move || {
        let _ = gate.recv();
        assert!(Arc::into_inner(inside).is_some());
        api::spawn(move || sender.send(()).unwrap());
    });
    drop(pool);
    drop(open);
    receiver.recv().unwrap();
}

/// POOL-15: workers that are scoped threads, borrow, and are joined before the call returns.
#[test]
fn pool_15_build_scoped() {
    watch!();
    let (started, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let numbers = [1, 2, 3];
    let builder = ThreadPoolBuilder::new().num_threads(3).stack_size(64 << 20);
    let builder = builder.thread_name(|index| format!("scoped {index}"));
    let result = builder.build_scoped(
        |worker| {
            started.fetch_add(1, Ordering::SeqCst);
            worker.run();
            ended.fetch_add(1, Ordering::SeqCst);
        },
        |pool| {
            let names = pool.broadcast(|_| thread::current().name().map(String::from));
            let names: Vec<_> = names.into_iter().flatten().collect();
            assert_eq!(names, ["scoped 0", "scoped 1", "scoped 2"]);
            assert_eq!(started.load(Ordering::SeqCst), 3);
            assert_eq!(ended.load(Ordering::SeqCst), 0);
            let in_stack = || std::hint::black_box([1u8; 16 << 20]).len();
            assert_eq!(pool.install(in_stack), 16 << 20);
            pool.install(|| numbers.iter().sum::<i32>())
        },
    );
    assert_eq!(result.unwrap(), 6);
    assert_eq!(ended.into_inner(), 3);
}

/// POOL-15: a panic in the body passes through, after the workers have ended.
#[test]
fn pool_15_panic_in_the_body() {
    watch!();
    let ended = AtomicUsize::new(0);
    let payload = panic_of(|| {
        let builder = ThreadPoolBuilder::new().num_threads(2);
        let wrapper = |worker: api::ThreadBuilder| {
            worker.run();
            ended.fetch_add(1, Ordering::SeqCst);
        };
        builder.build_scoped(wrapper, |_| -> () { quiet_panic("body") })
    });
    assert_eq!(*payload.downcast::<&str>().unwrap(), "body");
    assert_eq!(ended.into_inner(), 2);
}

/// POOL-16: the owner takes its oldest job first.
#[test]
fn pool_16_breadth_first() {
    watch!();
    #[allow(deprecated, reason = "the deprecated option is the subject")]
    let builder = ThreadPoolBuilder::new().num_threads(1).breadth_first();
    let pool = builder.build().unwrap();
    let order = Mutex::new(Vec::new());
    pool.scope(|s| {
        for job in 0..4 {
            let order = &order;
            s.spawn(move |_| order.lock().unwrap().push(job));
        }
    });
    assert_eq!(order.into_inner().unwrap(), [0, 1, 2, 3]);
}

/// POOL-17: which of them can go to other threads.
#[test]
fn pool_17_auto_traits() {
    assert!(!has!(ThreadPoolBuilder: Send) && !has!(ThreadPoolBuilder: Sync));
    assert!(has!(ThreadPool: Send) && has!(ThreadPool: Sync));
    assert!(has!(api::ThreadBuilder: Send) && !has!(api::ThreadBuilder: Sync));
}

/// POOL-17: the debug forms. (DIF-5: more fields may follow.)
#[test]
fn pool_17_debug() {
    watch!();
    let builder = ThreadPoolBuilder::new().num_threads(3);
    let builder = builder.thread_name(|_| String::new());
    let debug = format!("{builder:?}");
    assert!(debug.starts_with("ThreadPoolBuilder {"), "{debug}");
    let fields = [
        "num_threads: 3",
        "use_current_thread: false",
        "get_thread_name: Some(<closure>)",
        "panic_handler: None",
        "stack_size: None",
        "start_handler: None",
        "exit_handler: None",
        "breadth_first: false",
    ];
    for field in fields {
        assert!(debug.contains(field), "{field} is not in {debug}");
    }
    let builder = builder.panic_handler(|_| ()).start_handler(|_| ()).stack_size(5);
    let debug = format!("{builder:?}");
    let fields =
        ["panic_handler: Some(<closure>)", "start_handler: Some(<closure>)", "stack_size: Some(5)"];
    for field in fields {
        assert!(debug.contains(field), "{field} is not in {debug}");
    }
    let pool = pool(3);
    let debug = format!("{pool:?}");
    assert!(debug.starts_with("ThreadPool {"), "{debug}");
    assert!(debug.contains("num_threads: 3"), "{debug}");
    assert!(debug.contains("id: "), "{debug}");
}

/// POOL-18, the part that can be seen where threads exist: an explicit builder reports the error.
#[test]
fn pool_18_unsupported_is_reported() {
    watch!();
    let error = failing(|| io::ErrorKind::Unsupported.into());
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    assert_eq!(source.map(io::Error::kind), Some(io::ErrorKind::Unsupported));
}
