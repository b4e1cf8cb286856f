//! Blocking one thread: a parker remembers one wake-up.
//!
//! The word holds three bits: PARKED (the one thread that parks here sleeps or is about to), NOTIFIED (a wake-up waits) and
//! PLACING (a waker is about to wake the thread, which must stay until that is done). On Linux the word is a futex; elsewhere a
//! mutex and a condition variable stand behind it.

use crate::pool::placing::Thread;
use crate::sync::{AtomicU32, Ordering, weaken};
use crate::util::clock::is_past;
use crate::util::lock;
use crate::util::turns::Sleeper;
use std::time::Instant;

const PARKED: u32 = 1;
const NOTIFIED: u32 = 2;
const PLACING: u32 = 4;

/// See the module's description. One thread parks; any thread unparks. A parker lives in memory that outlives each
/// `unpark` (a seat, or a store of parkers), not on the stack of the thread that parks.
#[derive(Debug)]
pub(crate) struct Parker {
    word: AtomicU32,
    blocker: os::Blocker,
    thread: Thread,
    sleeper: Sleeper,
}

impl Parker {
    pub(crate) fn new() -> Self {
        Parker {
            word: AtomicU32::new(0),
            blocker: os::Blocker::new(),
            thread: Thread::new(),
            sleeper: Sleeper::new(),
        }
    }

    /// Blocks while the word is `value`, and no longer than until the deadline; may return earlier.
    fn block_while(&self, value: u32, deadline: Option<Instant>) {
        if !lock::may_block() {
            // ORDERING: Relaxed. `park` acquires afterwards.
            while self.word.load(Ordering::Relaxed) == value && !is_past(deadline) {
                std::thread::yield_now();
            }
            return;
        }
        // ORDERING: Relaxed. `park` acquires afterwards; the sleeper's lock keeps the wake-up from falling between this look
        // and the wait.
        if !self.sleeper.block_while(|| self.word.load(Ordering::Relaxed) == value, deadline) {
            self.blocker.block_while(&self.word, value, deadline);
        }
    }

    /// Wakes the one thread that blocks, after the word was changed.
    fn wake_blocked(&self) {
        if !self.sleeper.wake() {
            self.blocker.wake(&self.word);
        }
    }

    /// Blocks until there is a wake-up, and uses it up. May return without one; callers look again.
    pub(crate) fn park(&self) {
        self.park_until(None);
    }

    /// As [`park`](Self::park), but no longer than until the deadline, if there is one. Models have no time: there the
    /// deadline does not come.
    pub(crate) fn park_until(&self, deadline: Option<Instant>) {
        self.thread.set_current();
        // ORDERING: AcqRel. Release makes the thread's id, set above, known to a waker that places it (`unpark_elsewhere`).
        // Acquire on both outcomes pairs with the Release in `unpark`: what was done before the wake-up is visible after it.
        let before = self.word.compare_exchange(0, PARKED, Ordering::AcqRel, Ordering::Acquire);
        if before.is_ok() {
            self.block_while(PARKED, deadline);
        }
        // ORDERING: Relaxed. Only a first guess for the exchange.
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            if word & PLACING != 0 && !crate::sync::dropped("park::stay") {
                self.block_while(word, None);
                // ORDERING: Relaxed, as above.
                word = self.word.load(Ordering::Relaxed);
                continue;
            }
            // ORDERING: Acquire, as above, and pairs with the Release of a waker that has placed this thread; the wake-up,
            // if there is one, is used up. Failure: Relaxed, the value is only tried again.
            let acquire = weaken("park::acquire", Ordering::Acquire, Ordering::Relaxed);
            match self.word.compare_exchange_weak(word, 0, acquire, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => word = now,
            }
        }
        // SAFETY: this is the thread that was woken, and the exchange above found that no waker places it.
        unsafe { self.thread.take_back() };
    }

    /// Leaves a wake-up; wakes the thread if it is parked, and says whether it was.
    #[inline]
    pub(crate) fn unpark(&self) -> bool {
        // ORDERING: Release. Pairs with `park`. SeqCst is not needed: callers that decide by another word whether to
        // call this have a fence of their own. If somebody places the thread, their exchange continues the release
        // sequence of this one.
        let release = weaken("park::release", Ordering::Release, Ordering::Relaxed);
        let before = self.word.fetch_or(NOTIFIED, release);
        let parked = before == PARKED;
        if parked && !crate::sync::dropped("park::wake") {
            self.wake_blocked();
        }
        parked
    }

    /// The same, by a caller that goes on working: the woken thread is not to wait for the caller's processor (see
    /// [`placing`](crate::pool::placing)).
    pub(crate) fn unpark_elsewhere(&self) -> bool {
        // ORDERING: Relaxed both. A look whether it is worth while; `placed` looks again.
        if self.word.load(Ordering::Relaxed) == PARKED
            && self.thread.is_to_be_placed()
            && self.unpark_placed()
        {
            return true;
        }
        self.unpark()
    }

    /// Places the thread and wakes it, if it is parked and nobody else is about to wake it.
    #[cold]
    fn unpark_placed(&self) -> bool {
        // ORDERING: Acquire. Pairs with the Release in `park`: the thread's id. Failure: Relaxed, nothing was taken.
        let taken = self.word.compare_exchange(
            PARKED,
            PARKED | PLACING,
            weaken("park::place", Ordering::Acquire, Ordering::Relaxed),
            Ordering::Relaxed,
        );
        if taken.is_err() {
            return false;
        }
        // SAFETY: the thread stays in `park` while the bit stands.
        unsafe { self.thread.keep_off() };
        // ORDERING: Release. As in `unpark`, and pairs with the last exchange in `park`: the thread's mask. Wake-ups that
        // others have left meanwhile are part of this one, by the release sequence.
        self.word.swap(NOTIFIED, weaken("park::placed", Ordering::Release, Ordering::Relaxed));
        self.wake_blocked();
        true
    }
}

#[cfg(all(any(target_os = "linux", target_os = "android"), not(loom)))]
mod os {
    use super::AtomicU32;
    use std::ffi::c_long;
    use std::ptr;
    use std::time::Instant;

    /// The kernel's own structure, which has its words whatever the C library takes for a second.
    #[repr(C)]
    struct Timeout {
        seconds: c_long,
        nanoseconds: c_long,
    }

    /// Whoever sleeps longer wakes up and looks again.
    const LONGEST_SECONDS: u64 = 1 << 30;

    /// A futex needs no memory beside its word.
    #[derive(Debug)]
    pub(super) struct Blocker;

    impl Blocker {
        pub(super) fn new() -> Self {
            Blocker
        }

        /// Blocks at most once while `word` is `value`, and no longer than until the deadline.
        pub(super) fn block_while(&self, word: &AtomicU32, value: u32, deadline: Option<Instant>) {
            let timeout = deadline.map(|deadline| {
                let left = deadline.saturating_duration_since(Instant::now());
                Timeout {
                    seconds: left.as_secs().min(LONGEST_SECONDS) as c_long,
                    nanoseconds: left.subsec_nanos() as c_long,
                }
            });
            let timeout = timeout.as_ref().map_or(ptr::null(), ptr::from_ref);
            // SAFETY: a futex call on a live, aligned word of 32 bits; the timeout, which counts from now, lives as long
            // as the call, and a null one means none.
            unsafe {
                libc::syscall(
                    libc::SYS_futex,
                    word.as_ptr(),
                    libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                    value,
                    timeout,
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
    use crate::sync::{Condvar, Mutex};
    use std::time::Instant;

    #[derive(Debug)]
    pub(super) struct Blocker {
        lock: Mutex<()>,
        changed: Condvar,
    }

    impl Blocker {
        pub(super) fn new() -> Self {
            Blocker { lock: Mutex::new(()), changed: Condvar::new() }
        }

        /// Blocks while `word` is `value`, and no longer than until the deadline.
        pub(super) fn block_while(&self, word: &AtomicU32, value: u32, deadline: Option<Instant>) {
            let Ok(mut guard) = self.lock.lock() else { return };
            // ORDERING: Relaxed. `park` acquires afterwards; the lock keeps the wake-up from falling between this look
            // and the wait.
            while word.load(Ordering::Relaxed) == value {
                let Some(deadline) = deadline.filter(|_| !cfg!(loom)) else {
                    let Ok(again) = self.changed.wait(guard) else { return };
                    guard = again;
                    continue;
                };
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return;
                }
                let Ok((again, _)) = self.changed.wait_timeout(guard, left) else { return };
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
        assert_eq!(parker.word.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_deadline_ends_the_sleep() {
        let parker = Parker::new();
        let deadline = Instant::now() + std::time::Duration::from_millis(3);
        while Instant::now() < deadline {
            parker.park_until(Some(deadline));
        }
        assert_eq!(parker.word.load(Ordering::Relaxed), 0);
        parker.park_until(Some(deadline));
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

    /// The same, while a waker that places the thread and another one come at once, and the thread parks twice.
    fn placed() {
        let shared = Arc::new((Parker::new(), AtomicUsize::new(0), AtomicUsize::new(0)));
        let placer = {
            let shared = shared.clone();
            thread::spawn(move || {
                shared.1.store(1, Ordering::Relaxed);
                shared.0.unpark_elsewhere();
            })
        };
        let waker = {
            let shared = shared.clone();
            thread::spawn(move || {
                shared.2.store(1, Ordering::Relaxed);
                shared.0.unpark();
            })
        };
        while shared.1.load(Ordering::Relaxed) == 0 || shared.2.load(Ordering::Relaxed) == 0 {
            shared.0.park();
        }
        placer.join().unwrap();
        waker.join().unwrap();
    }

    #[test]
    fn loom_park_placed() {
        holds(placed);
        bites("park::stay", placed);
        bites("park::place", placed);
        bites("park::placed", placed);
    }

    #[test]
    fn loom_park_wake_up_is_not_lost() {
        holds(wake_up_is_not_lost);
        bites("park::release", wake_up_is_not_lost);
        bites("park::acquire", wake_up_is_not_lost);
        bites("park::wake", wake_up_is_not_lost);
    }
}
