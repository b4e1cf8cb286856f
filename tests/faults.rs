//! What fails around the pool: threads that cannot be started, handlers that panic, small stacks, panics during panics, a system
//! that refuses calls, time that jumps. Each test states the outcome.

#[cfg(unix)]
#[path = "common/child.rs"]
#[macro_use]
mod child;
#[path = "common/watchdog.rs"]
#[macro_use]
mod watchdog;

#[cfg(all(target_os = "linux", not(moirai_tsan)))]
use child::say;
use moirai::prelude::*;
use moirai::{Guests, Pinning, ThreadPool, ThreadPoolBuilder, topology::Topology};
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{io, thread};

/// What any pool must be able to do.
fn works(pool: &ThreadPool) {
    let sum: u64 = pool.install(|| (0..10_000_u64).into_par_iter().map(|n| n + 1).sum());
    assert_eq!(sum, 50_005_000);
    assert_eq!(pool.join(|| 1, || 2), (1, 2));
    let ran = AtomicUsize::new(0);
    pool.scope(|s| (0..50).for_each(|_| s.spawn(|_| _ = ran.fetch_add(1, Ordering::Relaxed))));
    assert_eq!(ran.into_inner(), 50);
}

/// Panics without a call of the panic hook.
fn quiet_panic() -> ! {
    resume_unwind(Box::new("planned"))
}

/// All threads of the process get this error from these calls.
#[cfg(all(target_os = "linux", not(moirai_tsan)))]
fn refuse(calls: &[libc::c_long], error: i32) {
    let statement = |code: u32, jt, jf, k| libc::sock_filter { code: code as u16, jt, jf, k };
    // The number of the call, compared with each.
    let mut filter = vec![statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0)];
    for call in calls {
        let equal = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
        filter.push(statement(equal, 0, 1, *call as u32));
        filter.push(statement(libc::BPF_RET, 0, 0, libc::SECCOMP_RET_ERRNO | error as u32));
    }
    filter.push(statement(libc::BPF_RET, 0, 0, libc::SECCOMP_RET_ALLOW));
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: asks that the process gets no more rights, which is what a filter wants.
    assert_eq!(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }, 0);
    // SAFETY: a filter, to be read.
    let result = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            libc::SECCOMP_FILTER_FLAG_TSYNC,
            &raw const program,
        )
    };
    assert_eq!(result, 0, "{}", io::Error::last_os_error());
}

/// The k-th thread cannot be started: building fails with that error, the k threads before end, and everything that the
/// builder was given is dropped.
#[test]
fn a_spawn_fails() {
    watch!();
    for fails in 0..6 {
        let held = Arc::new(());
        let mut threads = Vec::new();
        let (starts, ends) = (Arc::clone(&held), Arc::clone(&held));
        let builder = ThreadPoolBuilder::new().num_threads(6);
        let builder = builder.start_handler(move |_| _ = &starts).exit_handler(move |_| _ = &ends);
        let built = builder
            .spawn_handler(|worker| {
                if worker.index() == fails {
                    return Err(io::Error::new(io::ErrorKind::WouldBlock, "no thread"));
                }
                threads.push(thread::spawn(|| worker.run()));
                Ok(())
            })
            .build();
        let error = built.unwrap_err();
        let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        assert_eq!(source.map(io::Error::kind), Some(io::ErrorKind::WouldBlock));
        assert_eq!(error.to_string(), "no thread");
        assert_eq!(threads.len(), fails);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(Arc::strong_count(&held), 1, "the pool's memory is given back");
    }
}

/// The closure that starts or names the k-th thread panics: `build` resumes the panic, and the threads before end.
#[test]
fn a_spawn_panics() {
    watch!();
    for fails in 0..4 {
        let mut threads = Vec::new();
        let built = catch_unwind(AssertUnwindSafe(|| {
            let builder = ThreadPoolBuilder::new().num_threads(4);
            let builder = builder.spawn_handler(|worker| {
                if worker.index() == fails {
                    quiet_panic();
                }
                threads.push(thread::spawn(|| worker.run()));
                Ok(())
            });
            builder.build()
        }));
        assert!(built.is_err());
        assert_eq!(threads.len(), fails);
        threads.into_iter().for_each(|thread| thread.join().unwrap());

        let held = Arc::new(());
        let handler = Arc::clone(&held);
        let built = catch_unwind(AssertUnwindSafe(|| {
            let builder =
                ThreadPoolBuilder::new().num_threads(4).start_handler(move |_| _ = &handler);
            builder
                .thread_name(
                    move |index| if index == fails { quiet_panic() } else { String::new() },
                )
                .build()
        }));
        assert!(built.is_err());
        while Arc::strong_count(&held) > 1 {
            thread::yield_now();
        }
    }
}

/// With `use_current_thread` a thread cannot be started: building fails, and calls from this thread run on it alone.
#[test]
fn a_spawn_fails_beside_the_current_thread() {
    watch!();
    let alone = thread::spawn(|| {
        let builder = ThreadPoolBuilder::new().num_threads(3).use_current_thread();
        let failing = builder.spawn_handler(|_| Err(io::Error::other("no thread")));
        assert_eq!(failing.build().unwrap_err().to_string(), "no thread");
        let (here, there) = moirai::join(|| 1, || 2);
        here + there + (0..1000).into_par_iter().sum::<i32>()
    });
    assert_eq!(alone.join().unwrap(), 499_503);
}

/// A scoped pool cannot be built: the error comes out, no closure is called with a pool, and the scope ends.
#[test]
fn a_scoped_pool_gets_no_stack() {
    watch!();
    // More than there are addresses, on a machine of 32 bits all threads together.
    let builder = ThreadPoolBuilder::new().num_threads(8).stack_size(isize::MAX as usize / 2);
    let built = builder.build_scoped(|thread| thread.run(), |_| panic!("there is no pool"));
    let error = built.unwrap_err();
    assert!(error.source().is_some_and(|source| source.is::<io::Error>()), "{error:?}");
}

/// Start and exit handlers panic: the panic handler gets each panic, the pool works, and shutting it down returns.
#[test]
fn handlers_panic() {
    watch!();
    let handled = Arc::new(AtomicUsize::new(0));
    let handler = Arc::clone(&handled);
    let builder = ThreadPoolBuilder::new().num_threads(3);
    let builder = builder.start_handler(|_| quiet_panic()).exit_handler(|_| quiet_panic());
    let builder = builder.panic_handler(move |payload| {
        assert_eq!(payload.downcast_ref(), Some(&"planned"));
        handler.fetch_add(1, Ordering::SeqCst);
    });
    let pool = builder.build().unwrap();
    works(&pool);
    pool.shutdown();
    assert_eq!(handled.load(Ordering::SeqCst), 6);
}

/// Nobody handles the panic of a handler, or the panic handler itself panics: the process is aborted, and does not hang.
#[test]
#[cfg(unix)]
fn handlers_panic_and_nobody_hears() {
    use std::os::unix::process::ExitStatusExt;
    watch!();
    let fresh = fresh!(handlers_panic_and_nobody_hears);
    let builder = ThreadPoolBuilder::new().num_threads(2);
    let builder = match fresh.scenario().as_deref() {
        None => {
            for scenario in ["start", "exit", "panic"] {
                let ended = fresh.run(scenario, &[]);
                assert_eq!(ended.status.signal(), Some(libc::SIGABRT), "{scenario}: {ended:#?}");
            }
            return;
        }
        Some("start") => builder.start_handler(|_| quiet_panic()),
        Some("exit") => builder.exit_handler(|_| quiet_panic()),
        Some(_) => builder.start_handler(|_| quiet_panic()).panic_handler(|_| quiet_panic()),
    };
    builder.build().unwrap().shutdown();
}

/// The caller has little stack: its call runs on a worker. With enough stack the caller runs it itself.
#[test]
fn a_caller_with_little_stack() {
    watch!();
    let pool = ThreadPoolBuilder::new().num_threads(2).guests(Guests::Always).build().unwrap();
    let ran_here = |bytes: usize| {
        let call = || {
            works(&pool);
            pool.install(|| thread::current().id()) == thread::current().id()
        };
        thread::scope(|scope| {
            let builder = thread::Builder::new().stack_size(bytes);
            builder.spawn_scoped(scope, call).unwrap().join().unwrap()
        })
    };
    for _ in 0..100 {
        assert!(!ran_here(256 << 10));
    }
    // A guest needs a worker that sleeps, so not every call is one.
    if cfg!(target_os = "linux") {
        while !ran_here(8 << 20) {
            thread::yield_now();
        }
    }
}

/// The caller's stack is nearly used up, whatever its size: its calls run on workers.
#[test]
fn a_caller_with_hardly_any_stack_left() {
    /// Calls `at_the_end` with so many bytes less than at `start`.
    #[inline(never)]
    fn deeper(start: usize, bytes: usize, at_the_end: &dyn Fn()) {
        let frame = std::hint::black_box([0_u8; 4 << 10]);
        if start - frame.as_ptr().addr() < bytes {
            deeper(start, bytes, at_the_end);
        } else {
            at_the_end();
        }
        std::hint::black_box(frame);
    }
    watch!();
    let pool = ThreadPoolBuilder::new().num_threads(2).guests(Guests::Always).build().unwrap();
    let caller = thread::Builder::new().stack_size(4 << 20);
    thread::scope(|scope| {
        let calls = || {
            let here = thread::current().id();
            let start = std::hint::black_box(0_u8);
            deeper((&raw const start).addr(), (4 << 20) - (96 << 10), &|| {
                for _ in 0..50 {
                    assert_ne!(pool.install(|| thread::current().id()), here);
                    works(&pool);
                }
            });
        };
        caller.spawn_scoped(scope, calls).unwrap().join().unwrap();
    });
}

/// Values that are dropped during a panic call into the pool, from a worker and from outside, and catch panics of their own there:
/// the calls work, and the first panic goes on.
#[test]
fn calls_during_unwinding() {
    struct Caller<'a>(&'a ThreadPool, &'a AtomicUsize);
    impl Drop for Caller<'_> {
        fn drop(&mut self) {
            assert!(thread::panicking());
            works(self.0);
            let (a, b) = moirai::join(|| 1, || 2);
            let inner = catch_unwind(|| {
                moirai::join(|| (), || resume_unwind(Box::new("inner")));
            });
            assert_eq!(inner.unwrap_err().downcast_ref(), Some(&"inner"));
            let inner = catch_unwind(|| {
                (0..100).into_par_iter().for_each(|n| {
                    if n == 50 {
                        resume_unwind(Box::new("inner"))
                    }
                });
            });
            assert!(inner.is_err());
            self.1.fetch_add(a + b, Ordering::SeqCst);
        }
    }
    watch!();
    let called = AtomicUsize::new(0);
    for guests in [Guests::Always, Guests::Never] {
        let pool = ThreadPoolBuilder::new().num_threads(2).guests(guests).build().unwrap();
        for _ in 0..20 {
            let outside = catch_unwind(AssertUnwindSafe(|| {
                let _caller = Caller(&pool, &called);
                quiet_panic()
            }));
            let inside = catch_unwind(AssertUnwindSafe(|| {
                pool.install(|| {
                    let _caller = Caller(&pool, &called);
                    moirai::join(|| (), || quiet_panic())
                })
            }));
            for payload in [outside.unwrap_err(), inside.unwrap_err()] {
                assert_eq!(payload.downcast_ref(), Some(&"planned"));
            }
        }
        works(&pool);
    }
    assert_eq!(called.into_inner(), 2 * 2 * 20 * 3);
}

/// Workers are to be bound to a CPU that does not exist: they run unbound, `Worker::is_settled` says `Some(false)`, and
/// calls work.
#[test]
fn binding_is_refused() {
    watch!();
    let machine = Topology::fake("1x4096").unwrap();
    let builder = ThreadPoolBuilder::new().num_threads(2).topology(machine).pinning(Pinning::Cpu);
    let pool = builder.cpus([4094, 4095].into_iter().collect()).build().unwrap();
    works(&pool);
    pool.broadcast(|_| ());
    assert!(pool.workers().iter().all(|worker| worker.is_settled() == Some(false)));
}

/// The system has no memory for a thread's stack: building fails with the system's error, and the threads before end. The global
/// pool's calls panic with the documented message, the second as the first; they do not hang. Pools that ask for less work.
#[test]
#[cfg(all(target_os = "linux", target_pointer_width = "64", not(moirai_tsan)))]
fn no_memory_for_threads() {
    /// From now on the process may have so many bytes more; returns what it might have before.
    fn limit_memory(more: u64) -> libc::rlimit {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")).unwrap();
        let size = size.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10;
        let mut before = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: room for the result.
        let result = unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut before) };
        assert_eq!(result, 0);
        set_limit(libc::rlimit { rlim_cur: size + more, ..before });
        before
    }
    fn set_limit(limit: libc::rlimit) {
        // SAFETY: a limit, to be read.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) }, 0);
    }
    watch!();
    let fresh = fresh!(no_memory_for_threads);
    let Some(scenario) = fresh.scenario() else {
        for fits in [0, 1, 3] {
            assert_eq!(fresh.said(&fits.to_string(), &[]), ["Some(11) 0"]);
        }
        let stacks = [("RUST_MIN_STACK", "268435456"), ("RAYON_NUM_THREADS", "3")];
        assert_eq!(fresh.said("global", &stacks), ["true", "true", "works"]);
        return;
    };
    let Ok(fits) = scenario.parse::<u64>() else {
        let _before = limit_memory(128 << 20);
        for _ in 0..2 {
            let call = catch_unwind(|| moirai::join(|| (), || ()));
            let text = call.unwrap_err().downcast::<String>().unwrap();
            say(text.starts_with("The global thread pool has not been initialized.: "));
        }
        works(&ThreadPoolBuilder::new().num_threads(2).stack_size(1 << 20).build().unwrap());
        say("works");
        return;
    };
    let stack = 256_u64 << 20;
    let before = limit_memory(fits * stack + stack / 2);
    let held = Arc::new(());
    let handler = Arc::clone(&held);
    let builder = ThreadPoolBuilder::new().num_threads(5).stack_size(stack as usize);
    let error = builder.start_handler(move |_| _ = &handler).build().unwrap_err();
    set_limit(before);
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    while Arc::strong_count(&held) > 1 {
        thread::yield_now();
    }
    say(format_args!(
        "{:?} {}",
        source.and_then(io::Error::raw_os_error),
        Arc::strong_count(&held) - 1
    ));
}

/// A sandbox refuses everything that the pool asks for beside memory, threads and their sleep (affinity, the places of pages), or
/// all files, those of /sys and /proc too: pools are built and work. A ring that is mapped twice cannot be had, which is an error.
#[test]
#[cfg(all(target_os = "linux", not(moirai_tsan)))]
fn a_sandbox_refuses_calls() {
    watch!();
    let fresh = fresh!(a_sandbox_refuses_calls);
    let Some(scenario) = fresh.scenario() else {
        for error in [libc::EPERM, libc::ENOSYS] {
            assert_eq!(fresh.said(&error.to_string(), &[]), ["refused", "works"]);
        }
        assert_eq!(fresh.said("files", &[]), ["no file", "one group", "works"]);
        return;
    };
    if scenario == "files" {
        // Neither /sys nor /proc, nor anything else that has a name.
        refuse(&[libc::SYS_openat, libc::SYS_memfd_create], libc::ENOENT);
        let status = std::fs::read("/proc/self/status");
        say(status.map_or("no file", |_| "a file"));
        let machine = Topology::detect();
        assert!(!machine.allowed_cpus().is_empty());
        say(if machine.groups().len() == 1 { "one group" } else { "several" });
        let ring = moirai::channel::spsc_mapped::<u64>(1).unwrap_err();
        assert_eq!(ring, moirai::channel::CapacityError::Mapping { code: libc::ENOENT });
        works(&ThreadPoolBuilder::new().pinning(Pinning::Cpu).build().unwrap());
        assert_eq!(moirai::join(|| 1, || 2), (1, 2));
        say("works");
        return;
    }
    refuse(
        &[
            libc::SYS_sched_setaffinity,
            libc::SYS_sched_getaffinity,
            libc::SYS_move_pages,
            libc::SYS_mbind,
            libc::SYS_get_mempolicy,
            libc::SYS_madvise,
            libc::SYS_getcpu,
        ],
        scenario.parse().unwrap(),
    );
    let builder = ThreadPoolBuilder::new().num_threads(2).pinning(Pinning::Group);
    let pool = builder.topology(Topology::fake("2x2").unwrap()).build().unwrap();
    works(&pool);
    pool.broadcast(|_| ());
    assert!(pool.workers().iter().all(|worker| worker.is_settled() == Some(false)));
    say("refused");
    pool.install(|| assert_eq!(moirai::Buffer::interleaved(1 << 20, |at| at)[777_777], 777_777));
    works(&ThreadPoolBuilder::new().build().unwrap());
    assert_eq!(moirai::join(|| 1, || 2), (1, 2));
    say("works");
}

/// The process is stopped and goes on, again and again: to the pool the clock jumps ahead in the middle of pieces and sleeps. Calls
/// work. (A clock that goes backwards is nothing that Linux' monotonic one does.)
#[test]
#[cfg(all(target_os = "linux", not(moirai_tsan)))]
fn the_clock_jumps() {
    use std::process::{Command, Stdio};
    use std::time::Duration;
    watch!();
    let fresh = fresh!(the_clock_jumps);
    if fresh.scenario().is_some() {
        let pool = ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        (0..300).for_each(|_| works(&pool));
        say("works");
        return;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "the_clock_jumps", "--nocapture", "--test-threads=1"]);
    let mut child =
        command.env("MOIRAI_TEST_CHILD", "calls").stdout(Stdio::null()).spawn().unwrap();
    let process = libc::pid_t::try_from(child.id()).unwrap();
    let status = loop {
        for signal in [libc::SIGSTOP, libc::SIGCONT] {
            // SAFETY: a child that has not been waited for.
            assert_eq!(unsafe { libc::kill(process, signal) }, 0);
            thread::sleep(Duration::from_millis(3));
        }
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
    };
    assert!(status.success(), "{status:?}");
}

/// A platform without threads, as WebAssembly is: the system refuses to start one, with the error that std calls unsupported. The
/// global pool is the calling thread alone then, all kinds of calls work, and jobs that nobody waits for run when it waits
/// or yields. Pools of one's own are errors; a pool of the calling thread is none.
#[test]
#[cfg(all(target_os = "linux", not(moirai_tsan)))]
fn no_threads_at_all() {
    use moirai::stream::ParallelMap;

    watch!();
    let fresh = fresh!(no_threads_at_all);
    if fresh.scenario().is_none() {
        assert_eq!(fresh.said("alone", &[("RAYON_NUM_THREADS", "4")]), ["works"]);
        return;
    }
    // What else waits is not to start a thread in the middle.
    refuse(&[libc::SYS_clone, libc::SYS_clone3], libc::ENOSYS);
    let unsupported = thread::Builder::new().spawn(|| ()).unwrap_err().kind();
    assert_eq!(unsupported, io::ErrorKind::Unsupported);
    for _ in 0..2 {
        let error = ThreadPoolBuilder::new().num_threads(2).build().unwrap_err();
        let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        assert_eq!(source.map(io::Error::kind), Some(unsupported));
    }

    let here = thread::current().id();
    let ran = Arc::new(AtomicUsize::new(0));
    let detached = Arc::clone(&ran);
    moirai::spawn(move || {
        assert_eq!(thread::current().id(), here);
        moirai::spawn_fifo(move || _ = detached.fetch_add(1, Ordering::Relaxed));
    });
    while ran.load(Ordering::Relaxed) == 0 {
        assert_eq!(moirai::yield_now(), Some(moirai::Yield::Executed));
    }
    assert_eq!(moirai::yield_now(), Some(moirai::Yield::Idle));
    assert_eq!((moirai::current_num_threads(), moirai::current_thread_index()), (1, Some(0)));
    assert_eq!(moirai::join_context(|a| a.migrated(), |b| b.migrated()), (false, false));
    let sum: u64 = (0..10_000_u64).into_par_iter().map(|n| n + 1).sum();
    assert_eq!(sum, 50_005_000);
    let mut jobs = 0;
    moirai::scope(|s| s.spawn(|s| s.spawn_broadcast(|_, context| assert_eq!(context.index(), 0))));
    moirai::in_place_scope_fifo(|s| s.spawn_fifo(|_| jobs += 1));
    assert_eq!(jobs, 1);
    assert_eq!(moirai::broadcast(|context| context.num_threads()), [1]);
    let mut bridged: Vec<u32> = (0..1_000).par_bridge().map(|n| n ^ 1).collect();
    bridged.par_sort_unstable_by(|a, b| b.cmp(a));
    assert!(bridged.into_iter().eq((0..1_000).rev()));
    assert!((0..100).par_map_ordered(8, |n: u32| n * 2).eq((0..100).map(|n| n * 2)));
    let (sender, receiver) = moirai::channel::spsc(2);
    moirai::in_place_scope(|s| {
        s.spawn(move |_| sender.send(7).unwrap());
        assert_eq!(receiver.recv(), Ok(7), "who waits for a message runs the scope's jobs");
    });
    let inner = catch_unwind(|| moirai::join(|| (), || quiet_panic()));
    assert_eq!(inner.unwrap_err().downcast_ref(), Some(&"planned"));
    let inner = catch_unwind(|| {
        (0..100).into_par_iter().for_each(|n| {
            if n == 50 {
                quiet_panic()
            }
        })
    });
    assert_eq!(inner.unwrap_err().downcast_ref(), Some(&"planned"));
    let found: Option<u32> = (0..1_000).into_par_iter().find_first(|n| n % 7 == 6);
    assert_eq!(found, Some(6));
    say("works");
}

/// The same, whatever call comes first: that one makes the global pool, and takes a seat in it only by that.
#[test]
#[cfg(all(target_os = "linux", not(moirai_tsan)))]
fn no_threads_whatever_comes_first() {
    use moirai::stream::ParallelMap;

    watch!();
    let fresh = fresh!(no_threads_whatever_comes_first);
    let sum = |n: u32| (0..n).into_par_iter().map(|n| n + 1).sum::<u32>();
    let ways: [(&str, &dyn Fn()); 13] = [
        ("sum", &|| assert_eq!(sum(10_000), 50_005_000)),
        ("small sum", &|| assert_eq!(sum(3), 6)),
        ("bridge", &|| assert_eq!((0..100).par_bridge().map(|n| n + 1).sum::<u32>(), 5_050)),
        ("sort", &|| {
            let mut numbers: Vec<u32> = (0..10_000).rev().collect();
            numbers.par_sort();
            assert!(numbers.is_sorted());
        }),
        ("join", &|| assert_eq!(moirai::join(|| 1, || 2), (1, 2))),
        ("join_context", &|| {
            let migrated = moirai::join_context(|a| a.migrated(), |b| b.migrated());
            assert_eq!(migrated, (false, false));
        }),
        ("scope", &|| moirai::scope(|s| s.spawn(|_| ()))),
        ("in_place_scope", &|| moirai::in_place_scope(|s| s.spawn(|_| ()))),
        ("in_place_scope_fifo", &|| moirai::in_place_scope_fifo(|s| s.spawn_fifo(|_| ()))),
        ("stream", &|| assert!((0..100).par_map_ordered(8, |n: u32| n).eq(0..100))),
        ("message", &|| {
            let (sender, receiver) = moirai::channel::spsc(1);
            moirai::in_place_scope(|s| {
                s.spawn(move |_| sender.send(7).unwrap());
                assert_eq!(receiver.recv(), Ok(7));
            });
        }),
        ("broadcast", &|| assert_eq!(moirai::broadcast(|context| context.index()), [0])),
        ("explain", &|| {
            let (result, report) = moirai::explain(|| sum(10_000));
            assert_eq!((result, report.calls().len()), (50_005_000, 1));
        }),
    ];
    let Some(scenario) = fresh.scenario() else {
        for (name, _) in ways {
            assert_eq!(fresh.said(name, &[("RAYON_NUM_THREADS", "4")]), ["works"], "{name}");
        }
        return;
    };
    refuse(&[libc::SYS_clone, libc::SYS_clone3], libc::ENOSYS);
    let (_, call) = ways.iter().find(|(name, _)| *name == scenario).expect("a way");
    call();
    assert_eq!((moirai::current_num_threads(), moirai::current_thread_index()), (1, Some(0)));
    say("works");
}
