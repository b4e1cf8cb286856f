//! What a forked child must forget: it has the memory of its parent, and of the threads only the one that has forked.
//!
//! A lock may have been taken at that moment by a thread that the child has not: nobody ever gives it back there. So what
//! threads share beyond a pool is kept in a [`ProcessLock`], of which each process has its own.
//!
//! Statics, hence std's atomics; nothing here is modelled.

use crate::util::lock::{Mutex, MutexGuard};
use std::ptr;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

/// Calls a function in each child that is forked off from now on.
#[derive(Debug)]
pub(crate) struct Watch(AtomicU32);

impl Watch {
    pub(crate) const fn new() -> Self {
        Watch(AtomicU32::new(0))
    }

    /// Calls `handler` in forked children; always the same one for a watch. It may store to atomics, and nothing else.
    pub(crate) fn in_child(&self, handler: extern "C" fn()) {
        // ORDERING: Acquire. Pairs with the store below: who goes on has the handler in place. A child inherits it.
        if self.0.load(Ordering::Acquire) == 0 {
            call_in_child(handler);
            // ORDERING: Release, see above.
            self.0.store(1, Ordering::Release);
        }
    }
}

#[cfg(unix)]
fn call_in_child(handler: extern "C" fn()) {
    // SAFETY: the handler only stores to atomics, which is allowed in a forked child. Threads that come here at once all leave
    // one: it does the same twice, or counts twice.
    unsafe { libc::pthread_atfork(None, None, Some(handler)) };
}

#[cfg(not(unix))]
fn call_in_child(_handler: extern "C" fn()) {}

/// Grows in each forked child.
static GENERATION: AtomicUsize = AtomicUsize::new(0);

/// A number that this process has and none of those between which and this one there was a fork.
pub(crate) fn this_process() -> usize {
    static WATCH: Watch = Watch::new();
    extern "C" fn count() {
        // ORDERING: Relaxed. The child has one thread.
        GENERATION.fetch_add(1, Ordering::Relaxed);
    }
    WATCH.in_child(count);
    // ORDERING: Relaxed. It changes only in a process that has one thread.
    GENERATION.load(Ordering::Relaxed)
}

/// A lock in a `static` that is free at the beginning of every process, forked or not; then its value is that of `make`.
pub(crate) struct ProcessLock<T: 'static> {
    make: fn() -> T,
    /// What was made last, by this process or one that it was forked from; null: nothing. Leaked.
    made: AtomicPtr<Made<T>>,
}

struct Made<T> {
    process: usize,
    lock: Mutex<T>,
}

impl<T> ProcessLock<T> {
    pub(crate) const fn new(make: fn() -> T) -> Self {
        ProcessLock { make, made: AtomicPtr::new(ptr::null_mut()) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'static, T> {
        self.get().lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self) -> &'static Mutex<T> {
        let process = this_process();
        // ORDERING: Acquire. Pairs with the exchange below: what the pointer leads to is visible.
        let mut made = self.made.load(Ordering::Acquire);
        loop {
            // SAFETY: null, or leaked below.
            if let Some(made) = unsafe { made.as_ref() }.filter(|made| made.process == process) {
                return &made.lock;
            }
            let new = Box::new(Made { process, lock: Mutex::new((self.make)()) });
            let new = Box::into_raw(new);
            // ORDERING: AcqRel. Publishes what was made, or sees what another thread has; Acquire on failure, as above.
            match self.made.compare_exchange(made, new, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => made = new,
                Err(other) => {
                    // SAFETY: made above, and seen by nobody.
                    drop(unsafe { Box::from_raw(new) });
                    made = other;
                }
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    static NUMBERS: ProcessLock<Vec<u32>> = ProcessLock::new(Vec::new);

    #[test]
    fn threads_share_one_value() {
        std::thread::scope(|threads| {
            for number in 0..4 {
                threads.spawn(move || NUMBERS.lock().push(number));
            }
        });
        let mut numbers = std::mem::take(&mut *NUMBERS.lock());
        numbers.sort_unstable();
        assert_eq!(numbers, [0, 1, 2, 3]);
    }

    #[cfg(all(unix, not(miri)))]
    #[test]
    fn a_child_finds_it_free_and_new() {
        static LIST: ProcessLock<Vec<u32>> = ProcessLock::new(Vec::new);
        let mut list = LIST.lock();
        list.push(1);
        let parent = this_process();
        // SAFETY: the child calls nothing but the allocator, which a fork leaves usable, and `_exit`.
        let process = unsafe { libc::fork() };
        if process == 0 {
            let is_right = this_process() != parent && LIST.lock().is_empty();
            // SAFETY: ends the child.
            unsafe { libc::_exit(if is_right { 0 } else { 1 }) };
        }
        let mut status = 0;
        // SAFETY: a child of this process, and a place for its status.
        assert_eq!(unsafe { libc::waitpid(process, &raw mut status, 0) }, process);
        assert_eq!((status, list.len(), this_process()), (0, 1, parent));
    }
}
