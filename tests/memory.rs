//! The allocator has no memory: what says so in an error, what does without, and what ends the process. And how often it is
//! asked by what asks it seldom.

#[path = "common/child.rs"]
#[macro_use]
mod child;
#[path = "common/watchdog.rs"]
#[macro_use]
mod watchdog;

use moirai::channel::{self, CapacityError, adaptive};
use moirai::frames::FramePool;
use moirai::prelude::*;
use moirai::{ThreadPool, ThreadPoolBuilder, join, scope};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

thread_local! {
    /// The least number of bytes that this thread does not get.
    static LIMIT: Cell<usize> = const { Cell::new(usize::MAX) };
    /// The alignment of what it does not get.
    static ALIGNMENT: Cell<usize> = const { Cell::new(align_of::<usize>()) };
    /// How often it has got none.
    static REFUSED: Cell<usize> = const { Cell::new(0) };
    /// Whether what this thread gets is counted.
    static IS_COUNTED: Cell<bool> = const { Cell::new(false) };
}

/// How often threads that are counted got memory.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

struct Refusing;

#[global_allocator]
static REFUSING: Refusing = Refusing;

// SAFETY: every call goes to the system's allocator with the caller's arguments, or has no effect and says that there is no
// memory. The thread's locals have no destructor and are not allocated.
unsafe impl GlobalAlloc for Refusing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // As a rule only what is aligned as words are, so that a test can tell rings from frames.
        if layout.size() >= LIMIT.get() && layout.align() == ALIGNMENT.get() {
            REFUSED.set(REFUSED.get() + 1);
            return ptr::null_mut();
        }
        if IS_COUNTED.get() {
            TAKEN.fetch_add(1, Ordering::Relaxed);
        }
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: `memory` came from `alloc` above, hence from the system's, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// Runs `body` while this thread gets no memory of so many bytes or more; says how often it got none.
fn without<R>(bytes: usize, body: impl FnOnce() -> R) -> (R, usize) {
    let (limit, before) = (LIMIT.replace(bytes), REFUSED.get());
    let result = body();
    LIMIT.set(limit);
    (result, REFUSED.get() - before)
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).stack_size(64 << 20).build().unwrap()
}

/// The constructors of channels say it in their error, and work when there is memory again.
#[test]
fn channels() {
    watch!();
    let (errors, refused) = without(1 << 12, || {
        [
            channel::try_spsc::<u64>(1024).err(),
            channel::try_mpmc::<u64>(1024).err(),
            channel::adaptive::<u64>(adaptive::Options::default()).err(),
        ]
    });
    let no_memory = |capacity| Some(CapacityError::Allocation { capacity });
    assert_eq!(errors, [no_memory(1024), no_memory(1024), no_memory(4096)]);
    assert_eq!(refused, 3);
    let text = errors[0].unwrap().to_string();
    assert_eq!(text, "there is no memory for a channel of 1024 slots");
    let (sender, receiver) = channel::spsc::<u64>(1024);
    sender.send(7).unwrap();
    assert_eq!(receiver.recv(), Ok(7));
}

/// A deque of forks cannot grow: halves that find no place in it are run by the one that forks, panics as ever.
#[test]
fn joins() {
    fn deep(left: usize) -> usize {
        if left == 0 {
            return 1;
        }
        let (below, here) = join(|| deep(left - 1), || 1);
        below + here
    }
    watch!();
    for threads in [1, 3] {
        let pool = pool(threads);
        let (sum, refused) = pool.install(|| without(1 << 11, || deep(1000)));
        assert_eq!(sum, 1001);
        assert!(refused > 0, "the deque grows");
        let ran = AtomicUsize::new(0);
        fn fails(left: usize, ran: &AtomicUsize) {
            let more = || ran.fetch_add(1, Ordering::Relaxed);
            match left {
                0 => resume_unwind(Box::new("the last one")),
                left => join(|| fails(left - 1, ran), more),
            };
        }
        let (result, _) = pool
            .install(|| without(1 << 11, || catch_unwind(AssertUnwindSafe(|| fails(400, &ran)))));
        assert_eq!(result.unwrap_err().downcast_ref(), Some(&"the last one"));
        assert_eq!(ran.into_inner(), 400, "the other halves are run");
        assert_eq!(pool.join(|| 1, || 2), (1, 2));
    }
}

/// A deque of spawned jobs cannot grow: jobs that find no place in it go to the queue of deferred ones.
#[test]
fn spawns() {
    watch!();
    for threads in [1, 3] {
        let ran = AtomicUsize::new(0);
        let ((), refused) = pool(threads).install(|| {
            without(1 << 12, || {
                scope(|s| {
                    for _ in 0..300 {
                        s.spawn(|_| _ = ran.fetch_add(1, Ordering::Relaxed));
                    }
                });
            })
        });
        assert!(threads > 1 || refused > 0, "the deque grows");
        assert_eq!(ran.into_inner(), 300);
    }
}

/// There is no memory for a job itself: as everywhere in Rust, the process ends, and says why.
#[test]
#[cfg(unix)]
fn frames() {
    use std::os::unix::process::ExitStatusExt;
    watch!();
    let fresh = fresh!(frames);
    if let Some(scenario) = fresh.scenario() {
        let large = [0_u64; 4096];
        let job = |bytes| without(bytes, || moirai::spawn(move || assert_eq!(large[7], 0)));
        child::say("begun");
        pool(1).install(|| job(if scenario == "fits" { usize::MAX } else { 1 << 12 }));
        return;
    }
    assert_eq!(fresh.said("fits", &[]), ["begun"]);
    let ended = fresh.run("does not fit", &[]);
    assert_eq!(ended.said, ["begun"]);
    assert_eq!(ended.status.signal(), Some(libc::SIGABRT), "{ended:#?}");
    assert!(ended.stderr.contains("memory allocation of"), "{ended:#?}");
}

/// What is collected without its number being known takes one allocation, and one for each accumulator: 2 and one for each theft,
/// but where threads want blocks at the same moment.
#[test]
fn gathering() {
    const ROUNDS: usize = 100;
    watch!();
    let numbers: Vec<u64> = (0..100_000).collect();
    for threads in [1, 3] {
        let pool = pool(threads);
        let gather = || {
            let even: Vec<_> =
                pool.install(|| numbers.par_iter().filter(|number| *number % 2 == 0).collect());
            assert_eq!(even.len(), 50_000);
        };
        // Until there is memory to be used again.
        (0..20).for_each(|_| gather());
        pool.broadcast(|_| IS_COUNTED.set(true));
        let before = pool.metrics();
        let taken_before = TAKEN.load(Ordering::Relaxed);
        IS_COUNTED.set(true);
        (0..ROUNDS).for_each(|_| gather());
        IS_COUNTED.set(false);
        let taken = TAKEN.load(Ordering::Relaxed) - taken_before;
        let accumulators = pool.metrics().since(&before).total().accumulators();
        assert!(accumulators >= ROUNDS, "{accumulators}");
        // Who finds the lock of the kept blocks taken asks for a block: not more often than there are accumulators.
        assert!(taken <= ROUNDS + 2 * accumulators, "{taken}, {accumulators}");
    }
}

/// A pool of frames gets no memory for a slab: its frames come from the global allocator, one by one, and `prepare` finds none;
/// with memory again it cuts slabs.
#[test]
fn slabs() {
    watch!();
    let pool = FramePool::new();
    let mut frames = Vec::with_capacity(100);
    // As frames are.
    ALIGNMENT.set(16);
    let (prepared, refused) = without(1 << 9, || {
        frames.extend((0..100).map(|n| pool.acquire([n; 3])));
        pool.prepare(100)
    });
    assert!(prepared == 0 && refused > 1, "{prepared} prepared, {refused} refused");
    assert!(frames.iter().enumerate().all(|(at, frame)| **frame == [at; 3]));
    drop(frames);
    assert_eq!((pool.statistics().misses, pool.statistics().dropped), (100, 100));
    assert_eq!(pool.statistics().bytes, 0);
    assert!(pool.prepare(100) >= 100);
    let frames: Vec<_> = (0..100).map(|n| pool.acquire([n; 3])).collect();
    assert_eq!((pool.statistics().misses, frames.len()), (100, 100));
}

/// There is no memory for the pool itself: its constructor has no error to return, so the process ends, and says why.
#[test]
#[cfg(unix)]
fn pools_of_frames() {
    use std::os::unix::process::ExitStatusExt;
    watch!();
    let fresh = fresh!(pools_of_frames);
    if fresh.scenario().is_some() {
        child::say("begun");
        drop(without(1 << 12, FramePool::<u64>::new));
        child::say("built");
        return;
    }
    let ended = fresh.run("does not fit", &[]);
    assert_eq!((ended.said, ended.status.signal()), (vec!["begun".into()], Some(libc::SIGABRT)));
    assert!(ended.stderr.contains("memory allocation of"), "{}", ended.stderr);
}
