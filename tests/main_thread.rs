//! A thread that must not block, as a browser's main thread must not: the kernel ends the process if it waits for a futex, as
//! all of std's locks and waits do here. Needs `--cfg moirai_main_spins`, which turns on in any program what the feature
//! `web_spin_lock` turns on in WebAssembly with atomics (`src/util/lock.rs`).
#![cfg(all(moirai_main_spins, target_os = "linux"))]

#[path = "common/child.rs"]
#[macro_use]
mod child;
#[path = "common/watchdog.rs"]
#[macro_use]
mod watchdog;

use child::say;
use moirai::frames::FramePool;
use moirai::prelude::*;
use moirai::stream::ParallelMap;
use moirai::{Guests, ThreadBuilder, ThreadPool, ThreadPoolBuilder, channel};
use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// How much memory there is.
const HEAP: usize = 1 << 30;

/// An allocator without locks, since those of the system's are futexes, and not what is to be found here: nothing is used again.
struct Bump {
    memory: UnsafeCell<[u8; HEAP]>,
    used: AtomicUsize,
}

// SAFETY: each byte is given away once.
unsafe impl Sync for Bump {}

#[global_allocator]
static ALLOCATOR: Bump = Bump { memory: UnsafeCell::new([0; HEAP]), used: AtomicUsize::new(0) };

// SAFETY: what is given away is within the memory, aligned as asked for, and not given away again.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let room = layout.size() + layout.align();
        let start = self.used.fetch_add(room, Ordering::Relaxed);
        if start + room > HEAP {
            return std::ptr::null_mut();
        }
        let base = self.memory.get().cast::<u8>();
        // SAFETY: within the memory.
        let place = unsafe { base.add(start) };
        let gap = place.align_offset(layout.align());
        // SAFETY: less than the alignment further, for which there is room.
        unsafe { place.add(gap) }
    }

    unsafe fn dealloc(&self, _memory: *mut u8, _layout: Layout) {}
}

/// A worker to be, for a thread that may start others: what starts them waits in the system.
static TO_START: AtomicPtr<ThreadBuilder> = AtomicPtr::new(std::ptr::null_mut());

/// Starts the workers that are handed to it, for ever.
fn start_workers() {
    loop {
        let worker = TO_START.swap(std::ptr::null_mut(), Ordering::Acquire);
        if worker.is_null() {
            thread::sleep(Duration::from_micros(100));
            continue;
        }
        // SAFETY: made of a box in `pool`, and taken once.
        let worker = unsafe { Box::from_raw(worker) };
        thread::spawn(move || worker.run());
    }
}

/// A pool whose threads another thread starts, as a page does it.
fn pool(threads: usize, guests: Guests) -> ThreadPool {
    let builder = ThreadPoolBuilder::new().num_threads(threads).guests(guests);
    let builder = builder.spawn_handler(|worker| {
        let worker = Box::into_raw(Box::new(worker));
        let mut put = Err(worker);
        while put.is_err() {
            put = TO_START.compare_exchange(
                std::ptr::null_mut(),
                worker,
                Ordering::AcqRel,
                Ordering::Relaxed,
            );
        }
        Ok(())
    });
    builder.build().unwrap()
}

/// From now on the calling thread must not wait for a futex: the kernel ends the process.
fn forbid_waits() {
    let statement = |code: u32, jt, jf, k| libc::sock_filter { code: code as u16, jt, jf, k };
    let load = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    let equal = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    let give = libc::BPF_RET | libc::BPF_K;
    // The number of the call is at 0, its second argument at 24.
    let operation = 24;
    let mut filter = [
        statement(load, 0, 0, 0),
        statement(equal, 0, 5, libc::SYS_futex as u32),
        statement(load, 0, 0, operation),
        statement(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, 0, 0, libc::FUTEX_CMD_MASK as u32),
        statement(equal, 1, 0, libc::FUTEX_WAIT as u32),
        statement(equal, 0, 1, libc::FUTEX_WAIT_BITSET as u32),
        statement(give, 0, 0, libc::SECCOMP_RET_KILL_PROCESS),
        statement(give, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: asks that the thread gets no more rights, which is what a filter wants.
    assert_eq!(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }, 0);
    // SAFETY: a filter, to be read; it is that of the calling thread.
    let result =
        unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}

fn quiet_panic() -> ! {
    resume_unwind(Box::new("planned"))
}

/// Calls of every kind that make the caller wait.
fn calls(pool: &ThreadPool, round: usize) {
    let slow = || thread::sleep(Duration::from_micros(200));
    let sum: usize = pool.install(|| (0..2_000_usize).into_par_iter().map(|n| n + 1).sum());
    assert_eq!(sum, 2_001_000);
    assert_eq!(pool.join(slow, || slow()), ((), ()));
    let ran = AtomicUsize::new(0);
    pool.scope(|s| {
        for _ in 0..20 {
            s.spawn(|s| s.spawn(|_| _ = ran.fetch_add(1, Ordering::Relaxed)));
        }
        slow();
    });
    pool.in_place_scope(|s| {
        s.spawn(|_| {
            slow();
            ran.fetch_add(1, Ordering::Relaxed);
        });
    });
    assert_eq!(ran.load(Ordering::Relaxed), 21);
    assert_eq!(pool.broadcast(|context| (slow(), context.index()).1).len(), 3);
    let panics = catch_unwind(AssertUnwindSafe(|| pool.join(slow, || quiet_panic())));
    assert!(panics.is_err());
    let made: Result<Vec<usize>, usize> = pool.install(|| {
        (0..500_usize).into_par_iter().map(|n| if n == 400 { Err(n) } else { Ok(n) }).collect()
    });
    assert_eq!(made, Err(400));
    let drawn: usize = pool.install(|| (0..500_usize).par_bridge().map(|n| n + 1).sum());
    assert_eq!(drawn, 125_250);
    // A stream is consumed here.
    let told = pool.install(|| (0..200_usize).par_map_ordered(4, |n| 2 * n));
    assert!(told.eq((0..200).map(|n| 2 * n)));

    // Messages from workers, later than asked for; and to workers that are slow to take them.
    let (sender, receiver) = channel::mpmc(2);
    let (back, answers) = channel::spsc::<usize>(1);
    pool.spawn(move || {
        for number in receiver.iter() {
            thread::sleep(Duration::from_micros(50));
            back.send(number + 1_usize).unwrap();
        }
    });
    for number in 0..10 {
        sender.send(number).unwrap();
        assert_eq!(answers.recv(), Ok(number + 1));
    }
    assert!(answers.recv_timeout(Duration::from_micros(100)).is_err());
    drop(sender);

    // Frames that workers drop.
    let frames = FramePool::with_bound(64);
    for number in 0..100 {
        let frame = frames.acquire(number);
        pool.spawn(move || assert_eq!(*frame, number));
    }
    drop(frames);
    let (sum, _) = moirai::explain(|| {
        moirai::named("sum", || pool.install(|| (0..100_usize).into_par_iter().sum::<usize>()))
    });
    assert_eq!(sum, 4950);
    drop(pool.metrics());
    if round % 10 == 0 {
        let own = self::pool(2, Guests::Auto);
        own.spawn(slow);
        let _ = own.shutdown_timeout(Duration::from_micros(50));
        self::pool(2, Guests::Auto).shutdown();
    }
}

/// The filter does what it says: a wait ends the process.
#[test]
fn a_wait_is_found() {
    watch!();
    let fresh = fresh!(a_wait_is_found);
    if fresh.scenario().is_some() {
        let (_kept, never) = std::sync::mpsc::channel::<()>();
        forbid_waits();
        say("begun");
        let _ = never.recv_timeout(Duration::from_millis(1));
        say("survived");
        return;
    }
    let ended = fresh.run("wait", &[]);
    assert_eq!((ended.said, ended.status.signal()), (vec!["begun".to_owned()], Some(libc::SIGSYS)));
}

/// A thread from outside waits for calls, streams, messages, locks, the end of pools: not once in the system.
#[test]
fn a_thread_from_outside_never_blocks() {
    watch!();
    let fresh = fresh!(a_thread_from_outside_never_blocks);
    if fresh.scenario().is_none() {
        for guests in ["always", "never"] {
            assert_eq!(fresh.said(guests, &[]), ["done"], "guests: {guests}");
        }
        return;
    }
    let guests =
        if fresh.scenario().as_deref() == Some("always") { Guests::Always } else { Guests::Never };
    let done = AtomicBool::new(false);
    thread::spawn(start_workers);
    // The global pool starts its threads itself.
    assert_eq!(moirai::join(|| 1, || 2), (1, 2));
    thread::scope(|scope| {
        let main = scope.spawn(|| {
            forbid_waits();
            let pool = pool(3, guests);
            for round in 0..30 {
                calls(&pool, round);
            }
            pool.shutdown();
            assert_eq!(moirai::join(|| 1, || 2), (1, 2));
            done.store(true, Ordering::Release);
        });
        main.join().unwrap();
    });
    assert!(done.into_inner());
    say("done");
}
