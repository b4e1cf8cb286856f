//! On which processor a woken thread begins to run.
//!
//! Some kernels queue a woken thread on the processor of its waker although another one is idle, because the two seem to
//! belong together or to save power. A waker that goes on working then keeps it waiting until the kernel balances, milliseconds
//! later. Seen on a virtual machine of two processors (Linux 6.18, 2026-11-24): the second thread of a call of 2.3 ms began
//! 0.6 to 2.2 ms after its wake-up in three calls of four, and 0.05 to 0.15 ms after it where it was kept off the waker's
//! processor.
//!
//! Others let the woken thread run there at once, in the place of its waker, so neither has to wait long and nothing is done side by
//! side: a virtual machine tells its kernel that a processor which halts is not there, so it does not count as idle. (The same system,
//! 2026-11-30: it ran 12 us after its wake-up, and two parts of 0.5 ms took 0.8 to 1.0 ms; 0.58 where it was kept off.)
//!
//! So a wake-up that came late, or to the waker's own processor, is answered: for the next [`tuning::PLACED_WAKES`] the waker takes its own
//! processor out of the sleeping thread's affinity mask, and the thread, once awake, puts it back before it does anything else
//! ([`Thread`]). That costs the waker two system calls and the woken thread two: 3 us together on one machine, 12 us for the waker on
//! another. Nothing is done where wake-ups arrive in time elsewhere, where the system refuses, and where threads cannot be placed.

pub(super) use os::Thread;

#[cfg(all(target_os = "linux", not(loom)))]
pub(super) use os::{observe_start, processor};

/// The processor that the calling thread runs on, where that is of use.
#[cfg(any(not(target_os = "linux"), loom))]
pub(super) fn processor() -> u32 {
    0
}

/// A woken worker runs so many ticks after it was woken, by a thread on that processor.
#[cfg(any(not(target_os = "linux"), loom))]
pub(super) fn observe_start(_ticks: u64, _waker: u32) {}

#[cfg(all(target_os = "linux", not(loom)))]
mod os {
    use crate::sync::{AtomicU32, Ordering, UnsafeCell};
    use crate::tuning;
    use crate::util::clock::ticks_of_ns;
    use crate::util::turns;
    use std::mem;

    /// How many wake-ups from now on are placed; [`NEVER`] where the system refuses. In a static because it is a fact about
    /// the system, and std's type here, since this is not modelled.
    static PLACED: AtomicU32 = AtomicU32::new(0);
    const NEVER: u32 = u32::MAX;

    /// The processor that the calling thread runs on; [`u32::MAX`] if that is not known.
    pub(in crate::pool) fn processor() -> u32 {
        // SAFETY: no demands.
        let here = unsafe { libc::sched_getcpu() };
        u32::try_from(here).unwrap_or(u32::MAX)
    }

    /// A woken worker runs so many ticks after it was woken, by a thread on that processor.
    pub(in crate::pool) fn observe_start(ticks: u64, waker: u32) {
        if is_to_be_answered(ticks, waker, processor()) && !turns::is_taking_turns() {
            set(tuning::PLACED_WAKES);
        }
    }

    /// Whether a worker that runs `here` so many ticks after its wake-up came late, or to its waker's processor.
    fn is_to_be_answered(ticks: u64, waker: u32, here: u32) -> bool {
        let is_on_the_same = waker != u32::MAX && waker == here;
        is_on_the_same || ticks > ticks_of_ns(tuning::WAKE_LATE_NS)
    }

    /// Whether the next wake-up is placed.
    fn wanted() -> bool {
        // ORDERING: Relaxed. A number by itself; a lost decrement is one placed wake-up more.
        let left = PLACED.load(Ordering::Relaxed);
        if left == 0 || left == NEVER {
            return false;
        }
        set(left - 1);
        true
    }

    fn set(left: u32) {
        // ORDERING: Relaxed both. As above.
        if PLACED.load(Ordering::Relaxed) != NEVER {
            // ORDERING: Relaxed, as above.
            PLACED.store(left, Ordering::Relaxed);
        }
    }

    fn give_up() {
        // ORDERING: Relaxed. A number by itself.
        PLACED.store(NEVER, Ordering::Relaxed);
    }

    /// A thread that can be placed, and the mask that it is to have back.
    ///
    /// Used by the thread itself, and by one waker at a time while that keeps the thread from returning from its parker.
    pub(in crate::pool) struct Thread {
        id: AtomicU32,
        narrowed: UnsafeCell<Option<Narrowed>>,
    }

    /// An affinity mask, and the one that was set in its place.
    struct Narrowed {
        whole: libc::cpu_set_t,
        narrow: libc::cpu_set_t,
    }

    // SAFETY: `narrowed` is used by one thread at a time, as the type says; the parker's word hands it over.
    unsafe impl Sync for Thread {}

    impl std::fmt::Debug for Thread {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.debug_struct("Thread").field("id", &self.id).finish_non_exhaustive()
        }
    }

    impl Thread {
        pub(in crate::pool) fn new() -> Self {
            Thread { id: AtomicU32::new(0), narrowed: UnsafeCell::new(None) }
        }

        /// The calling thread is the one that is going to be woken.
        pub(in crate::pool) fn set_current(&self) {
            thread_local! {
                // SAFETY: no demands.
                static ID: u32 = unsafe { libc::gettid() } as u32;
            }
            // ORDERING: Relaxed. Published by the exchange that announces to park. A thread whose locals are gone is not
            // placed.
            self.id.store(ID.try_with(|id| *id).unwrap_or(0), Ordering::Relaxed);
        }

        /// Whether the thread is to be placed now.
        pub(in crate::pool) fn is_to_be_placed(&self) -> bool {
            wanted()
        }

        /// Keeps the sleeping thread off the calling thread's processor, if it may run on others.
        ///
        /// # Safety
        ///
        /// The thread sleeps or is about to, and does not go on before the caller lets it.
        pub(in crate::pool) unsafe fn keep_off(&self) {
            // ORDERING: Relaxed. Published by the exchange that announced to park, which the caller has acquired.
            let id = self.id.load(Ordering::Relaxed) as libc::pid_t;
            let here = processor() as usize;
            if id == 0 || here >= 8 * mem::size_of::<libc::cpu_set_t>() {
                return;
            }
            let Some(whole) = affinity(id) else { return give_up() };
            let mut narrow = whole;
            // SAFETY: `here` lies within the set.
            unsafe { libc::CPU_CLR(here, &mut narrow) };
            // SAFETY: no demands.
            let others = unsafe { libc::CPU_COUNT(&narrow) };
            if others == 0 || is_equal(&whole, &narrow) {
                return;
            }
            if !set_affinity(id, &narrow) {
                return give_up();
            }
            self.narrowed.with_mut(|narrowed| {
                // SAFETY: the thread does not go on before the caller lets it, and there is one such caller at a time.
                unsafe { *narrowed = Some(Narrowed { whole, narrow }) };
            });
        }

        /// The thread runs again and takes back the processors that it was kept off. If somebody else has changed its mask
        /// meanwhile, that is left as it is.
        ///
        /// # Safety
        ///
        /// The calling thread is the one that was woken, and no waker is in [`keep_off`](Self::keep_off).
        pub(in crate::pool) unsafe fn take_back(&self) {
            let narrowed = self.narrowed.with_mut(|narrowed| {
                // SAFETY: the waker has let this thread go, so it is the only one to use the cell.
                unsafe { (*narrowed).take() }
            });
            if let Some(Narrowed { whole, narrow }) = narrowed {
                let this = 0;
                if affinity(this).is_some_and(|now| is_equal(&now, &narrow)) {
                    set_affinity(this, &whole);
                }
            }
        }
    }

    /// The processors on which the thread may run (0: the calling one). `None` if they cannot be asked for, or are more than
    /// a set of fixed size holds.
    fn affinity(thread: libc::pid_t) -> Option<libc::cpu_set_t> {
        // SAFETY: a set of bits, for which zeros are a value.
        let mut set: libc::cpu_set_t = unsafe { mem::zeroed() };
        // SAFETY: room for as many bytes as are said.
        let failed = unsafe {
            libc::sched_getaffinity(thread, mem::size_of::<libc::cpu_set_t>(), &raw mut set)
        };
        (failed == 0).then_some(set)
    }

    /// Whether it has worked.
    fn set_affinity(thread: libc::pid_t, set: &libc::cpu_set_t) -> bool {
        // SAFETY: a set of as many bytes as are said.
        unsafe { libc::sched_setaffinity(thread, mem::size_of::<libc::cpu_set_t>(), set) == 0 }
    }

    fn is_equal(one: &libc::cpu_set_t, other: &libc::cpu_set_t) -> bool {
        // SAFETY: no demands.
        unsafe { libc::CPU_EQUAL(one, other) }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::pool::park::Parker;
        use std::sync::Arc;
        use std::sync::mpsc;
        use std::time::Duration;

        #[test]
        fn late_wake_ups_and_those_to_the_own_processor_are_answered() {
            let late = 2 * ticks_of_ns(tuning::WAKE_LATE_NS);
            assert!(is_to_be_answered(0, 3, 3) && is_to_be_answered(late, 3, 4));
            assert!(!is_to_be_answered(0, 3, 4) && !is_to_be_answered(0, u32::MAX, u32::MAX));
        }

        /// A thread that is kept off a processor has it back when it is woken, and what others set meanwhile stays.
        #[test]
        fn the_mask_comes_back() {
            let whole = affinity(0).unwrap();
            let thread = Arc::new(Thread::new());
            let (ready, is_ready) = mpsc::channel();
            let parker = Arc::new(Parker::new());
            let sleeper = {
                let (thread, parker) = (Arc::clone(&thread), Arc::clone(&parker));
                std::thread::spawn(move || {
                    let mut masks = Vec::new();
                    for _ in 0..2 {
                        thread.set_current();
                        ready.send(()).unwrap();
                        parker.park();
                        // SAFETY: the waker unparks after it has placed.
                        unsafe { thread.take_back() };
                        masks.push(affinity(0).unwrap());
                    }
                    masks
                })
            };
            is_ready.recv().unwrap();
            // SAFETY: the thread parks until the next line.
            unsafe { thread.keep_off() };
            // ORDERING: Relaxed. Known by the message.
            let id = thread.id.load(Ordering::Relaxed) as libc::pid_t;
            let narrow = affinity(id).unwrap();
            // SAFETY: no demands.
            let all = unsafe { libc::CPU_COUNT(&whole) };
            // SAFETY: no demands.
            let some = unsafe { libc::CPU_COUNT(&narrow) };
            assert_eq!(some, if all > 1 { all - 1 } else { all });
            parker.unpark();
            is_ready.recv().unwrap();
            std::thread::sleep(Duration::from_millis(1));
            // SAFETY: as above.
            unsafe { thread.keep_off() };
            // By a waker that may run elsewhere by now.
            let narrow = affinity(id).unwrap();
            // Somebody else sets a mask: one of the processors alone.
            // SAFETY: a set of bits, for which zeros are a value.
            let mut own: libc::cpu_set_t = unsafe { mem::zeroed() };
            let first = (0..1024).find(|cpu| {
                // SAFETY: within the set.
                unsafe { libc::CPU_ISSET(*cpu, &whole) }
            });
            // SAFETY: within the set.
            unsafe { libc::CPU_SET(first.unwrap(), &mut own) };
            assert!(set_affinity(id, &own));
            parker.unpark();
            let masks = sleeper.join().unwrap();
            assert!(is_equal(&masks[0], &whole));
            if !is_equal(&own, &narrow) {
                assert!(is_equal(&masks[1], &own));
            }
        }
    }
}

/// What the parker's protocol owes to the thread and the waker, for its model.
#[cfg(loom)]
mod os {
    use crate::sync::UnsafeCell;

    #[derive(Debug)]
    pub(in crate::pool) struct Thread {
        id: UnsafeCell<u32>,
        narrowed: UnsafeCell<u32>,
    }

    // SAFETY: loom checks that the parker's word hands the cells over.
    unsafe impl Sync for Thread {}

    impl Thread {
        pub(in crate::pool) fn new() -> Self {
            Thread { id: UnsafeCell::new(0), narrowed: UnsafeCell::new(0) }
        }

        pub(in crate::pool) fn set_current(&self) {
            // SAFETY: loom checks that nobody else uses the cell.
            self.id.with_mut(|id| unsafe { *id = 1 });
        }

        pub(in crate::pool) fn is_to_be_placed(&self) -> bool {
            true
        }

        pub(in crate::pool) unsafe fn keep_off(&self) {
            // SAFETY: loom checks that the id was written before.
            let id = self.id.with(|id| unsafe { *id });
            // SAFETY: loom checks that nobody else uses the cell.
            self.narrowed.with_mut(|narrowed| unsafe { *narrowed = id });
        }

        pub(in crate::pool) unsafe fn take_back(&self) {
            // SAFETY: loom checks that nobody else uses the cell.
            self.narrowed.with_mut(|narrowed| unsafe { *narrowed = 0 });
        }
    }
}

#[cfg(all(not(target_os = "linux"), not(loom)))]
mod os {
    /// Threads are not placed here.
    #[derive(Debug)]
    pub(in crate::pool) struct Thread;

    impl Thread {
        pub(in crate::pool) fn new() -> Self {
            Thread
        }

        pub(in crate::pool) fn set_current(&self) {}

        pub(in crate::pool) fn is_to_be_placed(&self) -> bool {
            false
        }

        pub(in crate::pool) unsafe fn keep_off(&self) {}

        pub(in crate::pool) unsafe fn take_back(&self) {}
    }
}
