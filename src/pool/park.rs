//! Blocking one thread: a parker remembers one wake-up.
//!
//! States: EMPTY, PARKED (the one thread that parks here sleeps or is about to), NOTIFIED (a wake-up waits). On Linux the word is
//! a futex; elsewhere a mutex and a condition variable stand behind it.

use crate::sync::{AtomicU32, Ordering, weaken};

const EMPTY: u32 = 0;
const PARKED: u32 = 1;
const NOTIFIED: u32 = 2;

/// See the module's description. One thread parks; any thread unparks. A parker lives in memory that outlives each
/// `unpark` (a seat, or a store of parkers), not on the stack of the thread that parks.
#[derive(Debug)]
pub(crate) struct Parker {
    word: AtomicU32,
    blocker: os::Blocker,
}

impl Parker {
    pub(crate) fn new() -> Self {
        Parker { word: AtomicU32::new(EMPTY), blocker: os::Blocker::new() }
    }

    /// Blocks until there is a wake-up, and uses it up. May return without one; callers look again.
    pub(crate) fn park(&self) {
        // ORDERING: Acquire on both outcomes. Pairs with the Release in `unpark`: what was done before the wake-up is
        // visible after it.
        let before =
            self.word.compare_exchange(EMPTY, PARKED, Ordering::Acquire, Ordering::Acquire);
        if before.is_ok() {
            self.blocker.block_while(&self.word, PARKED);
        }
        // ORDERING: Acquire, as above; the wake-up, if there is one, is used up by the store.
        self.word.swap(EMPTY, weaken("park::acquire", Ordering::Acquire, Ordering::Relaxed));
    }

    /// Leaves a wake-up; wakes the thread if it is parked, and says whether it was.
    #[inline]
    pub(crate) fn unpark(&self) -> bool {
        // ORDERING: Release. Pairs with `park`. SeqCst is not needed: callers that decide by another word whether to
        // call this have a fence of their own.
        let before =
            self.word.swap(NOTIFIED, weaken("park::release", Ordering::Release, Ordering::Relaxed));
        let parked = before == PARKED;
        if parked && !crate::sync::dropped("park::wake") {
            self.blocker.wake(&self.word);
        }
        parked
    }
}

#[cfg(all(any(target_os = "linux", target_os = "android"), not(loom)))]
mod os {
    use super::AtomicU32;
    use std::ptr;

    /// A futex needs no memory beside its word.
    #[derive(Debug)]
    pub(super) struct Blocker;

    impl Blocker {
        pub(super) fn new() -> Self {
            Blocker
        }

        /// Blocks at most once while `word` is `value`.
        pub(super) fn block_while(&self, word: &AtomicU32, value: u32) {
            let no_timeout: *const libc::timespec = ptr::null();
            // SAFETY: a futex call on a live, aligned word of 32 bits; a null timeout means none.
            unsafe {
                libc::syscall(
                    libc::SYS_futex,
                    word.as_ptr(),
                    libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                    value,
                    no_timeout,
                )
            };
        }

        /// Wakes the one thread that blocks on `word`.
        pub(super) fn wake(&self, word: &AtomicU32) {
            // SAFETY: a futex call on an aligned word; waking reads no memory, so an address that nobody waits on any
            // more does no harm.
            unsafe {
                libc::syscall(
                    libc::SYS_futex,
                    word.as_ptr(),
                    libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
                    1,
                )
            };
        }
    }
}

#[cfg(any(not(any(target_os = "linux", target_os = "android")), loom))]
mod os {
    use super::{AtomicU32, Ordering};
    #[cfg(loom)]
    use loom::sync::{Condvar, Mutex};
    #[cfg(not(loom))]
    use std::sync::{Condvar, Mutex};

    #[derive(Debug)]
    pub(super) struct Blocker {
        lock: Mutex<()>,
        changed: Condvar,
    }

    impl Blocker {
        pub(super) fn new() -> Self {
            Blocker { lock: Mutex::new(()), changed: Condvar::new() }
        }

        /// Blocks while `word` is `value`.
        pub(super) fn block_while(&self, word: &AtomicU32, value: u32) {
            let Ok(mut guard) = self.lock.lock() else { return };
            // ORDERING: Relaxed. `park` acquires afterwards; the lock keeps the wake-up from falling between this look
            // and the wait.
            while word.load(Ordering::Relaxed) == value {
                let Ok(again) = self.changed.wait(guard) else { return };
                guard = again;
            }
        }

        /// Wakes the one thread that blocks on `word`.
        pub(super) fn wake(&self, _word: &AtomicU32) {
            // Taken after the word was changed: the thread has seen the change, or it waits.
            drop(self.lock.lock());
            self.changed.notify_one();
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_wake_up_before_the_park_is_kept() {
        let parker = Parker::new();
        parker.unpark();
        parker.unpark();
        parker.park();
        assert_eq!(parker.word.load(Ordering::Relaxed), EMPTY);
    }

    #[test]
    fn ping_pong() {
        let turn = Arc::new((AtomicU32::new(0), Parker::new(), Parker::new()));
        let other = Arc::clone(&turn);
        let thread = std::thread::spawn(move || {
            for round in 0..2000 {
                while other.0.load(Ordering::Acquire) != 2 * round + 1 {
                    other.1.park();
                }
                other.0.store(2 * round + 2, Ordering::Release);
                other.2.unpark();
            }
        });
        for round in 0..2000 {
            turn.0.store(2 * round + 1, Ordering::Release);
            turn.1.unpark();
            while turn.0.load(Ordering::Acquire) != 2 * round + 2 {
                turn.2.park();
            }
        }
        thread.join().unwrap();
    }
}

#[cfg(all(test, loom))]
mod loom_park {
    use super::*;
    use crate::sync::AtomicUsize;
    use crate::sync::mutants::{bites, holds};
    use loom::sync::Arc;
    use loom::thread;

    /// The thread parks until it is told that there is something, and then sees it.
    fn wake_up_is_not_lost() {
        let shared = Arc::new((Parker::new(), AtomicUsize::new(0)));
        let waker = {
            let shared = shared.clone();
            thread::spawn(move || {
                shared.1.store(1, Ordering::Relaxed);
                shared.0.unpark();
            })
        };
        shared.0.park();
        assert_eq!(shared.1.load(Ordering::Relaxed), 1);
        waker.join().unwrap();
    }

    #[test]
    fn loom_park_wake_up_is_not_lost() {
        holds(wake_up_is_not_lost);
        bites("park::release", wake_up_is_not_lost);
        bites("park::wake", wake_up_is_not_lost);
    }
}
