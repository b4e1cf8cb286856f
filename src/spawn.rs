//! `spawn` and `spawn_fifo`: jobs that nobody waits for.

use crate::global;
use crate::pool::registry::Registry;
use crate::pool::spawned::SpawnedJob;
use crate::pool::tag::Tag;
use crate::util::unwind;

/// Puts a job into the pool and returns; nobody waits for it.
///
/// On a worker the job goes to the worker's own deque: the worker takes the newest first, thieves the oldest. From outside
/// it goes to the global pool and wakes a sleeping worker at once. The closure is never run inside the call. The job keeps
/// its pool alive until it has run; the process does not wait for it at its end.
///
/// Costs a few dozen instructions; the job lives in a pooled frame, so nothing is allocated in a steady state.
///
/// # Panics
///
/// The call does not panic. A panic in the job goes to the pool's panic handler; without one the process is aborted.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = std::sync::mpsc::channel();
/// moirai::spawn(move || sender.send(6 * 7).unwrap());
/// assert_eq!(receiver.recv(), Ok(42));
/// ```
pub fn spawn<F>(func: F)
where
    F: FnOnce() + Send + 'static,
{
    spawn_in(global::current(), func);
}

/// Like [`spawn`], but the jobs that one thread spawns by this function begin in the order in which they were spawned.
///
/// The order is relative to other calls of `spawn_fifo` only, and holds as far as no thief runs jobs beside.
///
/// # Panics
///
/// As [`spawn`].
///
/// # Examples
///
/// ```
/// let (sender, receiver) = std::sync::mpsc::channel();
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
/// pool.install(move || {
///     for turn in 0..3 {
///         let sender = sender.clone();
///         moirai::spawn_fifo(move || sender.send(turn).unwrap());
///     }
/// });
/// assert_eq!(receiver.iter().collect::<Vec<_>>(), [0, 1, 2]);
/// ```
pub fn spawn_fifo<F>(func: F)
where
    F: FnOnce() + Send + 'static,
{
    spawn_fifo_in(global::current(), func);
}

/// The job of `spawn`: runs the closure, reports its panic, lets go of the pool. What the closure borrows is the callers'
/// business.
fn make_detached<F>(registry: &Registry, func: F) -> crate::pool::job::JobRef
where
    F: FnOnce() + Send,
{
    let seat = registry.current_seat();
    registry.retain_for_job(seat);
    SpawnedJob::make(registry, seat, move |seat| {
        let registry = seat.registry();
        if let Err(payload) = unwind::halt_unwinding(func) {
            registry.handle_panic(payload);
        }
        registry.release_job(seat);
    })
}

pub(crate) fn spawn_in<F>(registry: &Registry, func: F)
where
    F: FnOnce() + Send + 'static,
{
    // SAFETY: it borrows nothing.
    unsafe { spawn_unbound(registry, func, false) };
}

/// The same for a closure that borrows; `at_the_back`: behind everything else that waits in the pool.
///
/// # Safety
///
/// What `func` borrows lives for as long as `func` uses it. `func` may be run, and then dropped, at any later time.
pub(crate) unsafe fn spawn_unbound<F>(registry: &Registry, func: F, at_the_back: bool)
where
    F: FnOnce() + Send,
{
    let job = make_detached(registry, func);
    match registry.current_seat().filter(|_| !at_the_back) {
        // SAFETY: the caller holds its seat; the job is published once.
        Some(seat) => unsafe { seat.push_spawned(job, Tag::DETACHED) },
        None => registry.inject(job),
    }
}

pub(crate) fn spawn_fifo_in<F>(registry: &Registry, func: F)
where
    F: FnOnce() + Send + 'static,
{
    let job = make_detached(registry, func);
    match registry.current_seat() {
        Some(seat) => {
            // SAFETY: the seat lives as long as the pool, which the job keeps alive; the token is published once, below.
            let token = unsafe { seat.fifo.add(job) };
            // SAFETY: the caller holds its seat; the token is published once.
            unsafe { seat.push_spawned(token, Tag::DETACHED) };
        }
        // The injector is first in, first out itself.
        None => registry.inject(job),
    }
}
