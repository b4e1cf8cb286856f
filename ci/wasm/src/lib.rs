//! Calls of all kinds, for `run.mjs`. What fails panics, which traps there.

use moirai::frames::FramePool;
use moirai::prelude::*;
use moirai::stream::ParallelMap;
#[cfg(target_feature = "atomics")]
use moirai::{ThreadBuilder, ThreadPool};
use moirai::{ThreadPoolBuilder, channel};
use std::alloc::{Layout, alloc};
use std::sync::atomic::{AtomicU32, Ordering};

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    /// Prints this text, of so many bytes.
    safe fn print(text: *const u8, length: usize);
    /// Starts a thread that calls [`work`] with this pointer.
    #[cfg(target_feature = "atomics")]
    safe fn start(worker: *mut ());
}

fn say(text: &str) {
    print(text.as_ptr(), text.len());
}

/// Tells panics, since nothing else does.
#[unsafe(no_mangle)]
pub extern "C" fn prepare() {
    std::panic::set_hook(Box::new(|info| say(&info.to_string())));
}

/// Memory for a thread's stack and locals, aligned for anything.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(bytes: usize) -> *mut u8 {
    let layout = Layout::from_size_align(bytes.max(1), 64).expect("a size");
    // SAFETY: the layout has a size.
    unsafe { alloc(layout) }
}

fn sum() -> u32 {
    (0..10_000_u32).into_par_iter().map(|n| n / 2).sum()
}

/// Calls that wait, on the pool of the calling thread, whoever runs what they wait for.
fn calls() {
    let ran = AtomicU32::new(0);
    let add = || _ = ran.fetch_add(1, Ordering::Relaxed);
    assert_eq!(sum(), 24_995_000);
    assert_eq!(moirai::join(|| 1, || moirai::join(|| 2, || 3)), (1, (2, 3)));
    moirai::scope(|s| s.spawn(move |s| (0..10).for_each(|_| s.spawn(move |_| add()))));
    moirai::in_place_scope_fifo(|s| s.spawn_fifo(|_| add()));
    moirai::broadcast(|_| add());
    assert_eq!(ran.into_inner() as usize, 11 + moirai::current_num_threads());
    let mut numbers: Vec<u32> = (0..5_000).par_bridge().map(|n| n ^ 0x155).collect();
    numbers.par_sort_unstable();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
    assert!((0..300_u32).par_map_ordered(8, |n| n + 1).eq(1..301));
    let frames = FramePool::new();
    let made: Vec<_> = (0..300_u32).into_par_iter().map(|n| frames.acquire(n)).collect();
    drop(frames);
    assert_eq!(made.into_par_iter().map(|frame| *frame).sum::<u32>(), 44_850);
    let (_, report) = moirai::explain(sum);
    assert_eq!(report.calls().len(), 1);
}

/// On a platform without threads: the global pool is the calling thread.
#[unsafe(no_mangle)]
pub extern "C" fn alone() {
    assert!(ThreadPoolBuilder::new().num_threads(2).build().is_err());
    calls();
    assert_eq!((moirai::current_num_threads(), moirai::current_thread_index()), (1, Some(0)));
    let (sender, receiver) = channel::spsc(2);
    moirai::in_place_scope(|s| {
        s.spawn(move |_| sender.send(7).expect("wanted"));
        assert_eq!(receiver.recv(), Ok(7));
    });
    say("one thread: all calls work");
}

/// With atomics: a pool whose threads the page starts.
#[cfg(target_feature = "atomics")]
#[unsafe(no_mangle)]
pub extern "C" fn with_workers(threads: usize, rounds: u32) {
    let builder = ThreadPoolBuilder::new().num_threads(threads);
    let builder = builder.spawn_handler(|worker| {
        start(Box::into_raw(Box::new(worker)).cast());
        Ok(())
    });
    let pool: ThreadPool = builder.build().expect("a pool");
    for round in 0..rounds {
        // From outside, and from within.
        assert_eq!(pool.broadcast(|context| context.index()), Vec::from_iter(0..threads));
        pool.install(calls);
        let ran = AtomicU32::new(0);
        pool.in_place_scope(|s| s.spawn(|_| ran.store(sum(), Ordering::Relaxed)));
        assert_eq!(ran.into_inner(), 24_995_000);
        let (sender, receiver) = channel::mpmc(2);
        let (back, answers) = channel::mpmc(1);
        pool.spawn(move || receiver.iter().for_each(|n: u32| back.send(n + 1).expect("wanted")));
        for n in 0..50 {
            sender.send(round + n).expect("wanted");
            assert_eq!(answers.recv(), Ok(round + n + 1));
        }
        drop(sender);
        assert!(answers.recv().is_err());
        let stream = pool.install(|| (0..200_u32).par_map_unordered(3, |n| n + 1));
        assert_eq!(stream.sum::<u32>(), 20_100);
    }
    pool.shutdown();
    say("with workers: all calls work, and the main thread has waited for none in the system");
}

/// What a thread that was started runs.
///
/// # Safety
///
/// The pointer is one that was handed to `start`, and is used once.
#[cfg(target_feature = "atomics")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn work(worker: *mut ()) {
    // SAFETY: made of a box in `with_workers`.
    unsafe { Box::from_raw(worker.cast::<ThreadBuilder>()) }.run();
}

/// A wait in the system: to see that the page forbids it to this thread.
#[cfg(target_feature = "atomics")]
#[unsafe(no_mangle)]
pub extern "C" fn wait() {
    let lock = std::sync::Mutex::new(());
    let never = std::sync::Condvar::new();
    drop(never.wait(lock.lock().expect("a lock")));
}
