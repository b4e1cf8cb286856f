//! "Is it done?": the one word that a waiter looks at, sleeps on, and is woken through.
//!
//! States of a [`CoreLatch`]: unset (null), set (a marker), or the [`Parker`] on which its one waiter sleeps.
//!
//! Invariants:
//! 1. Only the waiter moves it between unset and sleeping; only the setter moves it to set, and once.
//! 2. The setter's last access to the latch is the swap to set: the waiter may free the latch at once. Whom to wake is
//!    what the swap returned; parkers live in memory that outlives the setter's call (a seat, or the registry's store
//!    of parkers for outside threads), so a late wake-up reaches at worst a thread that waits for something else and
//!    looks again.
//! 3. Everything the setter wrote before is visible to whoever sees the latch set.

use crate::pool::park::Parker;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering, weaken};
use std::ptr;

/// The marker of a set latch: an address that no parker has.
const SET: *mut Parker = ptr::without_provenance_mut(1);

/// A latch that one thread waits for. See the module's description.
#[derive(Debug)]
pub(crate) struct CoreLatch(AtomicPtr<Parker>);

impl CoreLatch {
    #[inline(always)]
    pub(crate) fn new() -> Self {
        CoreLatch(AtomicPtr::new(ptr::null_mut()))
    }

    /// Whether the latch is set; if so, what the setter did before is visible.
    #[inline(always)]
    pub(crate) fn is_set(&self) -> bool {
        // ORDERING: Acquire. Pairs with the swap in `set`: the result behind the latch is visible. Relaxed would let the
        // waiter read a result that is not there yet.
        ptr::eq(self.0.load(weaken("latch::is_set", Ordering::Acquire, Ordering::Relaxed)), SET)
    }

    /// Sets the latch and wakes its waiter if that sleeps.
    ///
    /// # Safety
    ///
    /// * `this` points to a live latch that nobody has set.
    /// * The caller does not use `this` afterwards: the waiter may have freed it.
    /// * The waiter's parker outlives this call.
    #[inline]
    pub(crate) unsafe fn set(this: *const Self) {
        // SAFETY: alive by the first demand; the reference ends with the swap.
        let word = unsafe { &(*this).0 };
        // ORDERING: AcqRel. Release publishes the result (pairs with `is_set` and the compare-exchanges of the waiter);
        // Acquire makes the parker, named by the waiter's Release, safe to use.
        let before = word.swap(SET, weaken("latch::set", Ordering::AcqRel, Ordering::Relaxed));
        debug_assert!(!ptr::eq(before, SET), "a latch is set once");
        if !before.is_null() && !crate::sync::dropped("latch::wake") {
            // SAFETY: a parker that outlives this call, by the third demand.
            unsafe { &*before }.unpark();
        }
    }

    /// Announces that the waiter is about to park on `parker`. `false` if the latch is set already.
    ///
    /// Waiter only. After the announcement the waiter looks once more for work and then parks.
    #[inline]
    pub(crate) fn announce_sleep(&self, parker: &Parker) -> bool {
        let parker = ptr::from_ref(parker).cast_mut();
        // ORDERING: AcqRel. Release: the setter may use the parker. Acquire on failure: as in `is_set`.
        self.0
            .compare_exchange(ptr::null_mut(), parker, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// Takes the announcement back. Waiter only.
    #[inline]
    pub(crate) fn withdraw_sleep(&self, parker: &Parker) {
        let parker = ptr::from_ref(parker).cast_mut();
        // ORDERING: Relaxed both. Failure means that the latch is set, which the waiter's next `is_set` acquires.
        let _ =
            self.0.compare_exchange(parker, ptr::null_mut(), Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Wakes the waiter if it sleeps, without setting the latch: there is something it can help with.
    ///
    /// The latch is alive and the waiter's parker outlives the call, since the caller is inside what is waited for.
    pub(crate) fn nudge(&self) -> bool {
        // ORDERING: Acquire. Makes the parker named by the waiter usable.
        let word = self.0.load(Ordering::Acquire);
        if word.is_null() || ptr::eq(word, SET) {
            return false;
        }
        // SAFETY: a parker; it outlives this call because the waiter cannot leave before the latch is set, and the
        // parker outlives the waiter's stay (invariant 2).
        unsafe { &*word }.unpark_elsewhere();
        true
    }

    /// Whether the waiter has announced to sleep.
    pub(crate) fn is_slept_on(&self) -> bool {
        // ORDERING: Relaxed. The callers, `JoinHalf::begin` and `Seat::run_tagged`, have a SeqCst fence before.
        let word = self.0.load(Ordering::Relaxed);
        !word.is_null() && !ptr::eq(word, SET)
    }
}

/// Counts down to a set latch.
#[derive(Debug)]
pub(crate) struct CountLatch {
    left: AtomicUsize,
    pub(crate) core: CoreLatch,
}

impl CountLatch {
    pub(crate) fn new(count: usize) -> Self {
        CountLatch { left: AtomicUsize::new(count), core: CoreLatch::new() }
    }

    /// One less to wait for; the last one sets the latch.
    ///
    /// # Safety
    ///
    /// As for [`CoreLatch::set`]; the caller gives up one count, which it holds.
    #[inline]
    pub(crate) unsafe fn decrement(this: *const Self) {
        // SAFETY: alive, because the caller holds a count; the reference ends with the subtraction.
        let left = unsafe { &(*this).left };
        // ORDERING: AcqRel. Release: what this job did is visible to the one that sets the latch; Acquire: the one that
        // sets it publishes what all others did.
        if left.fetch_sub(1, weaken("latch::count", Ordering::AcqRel, Ordering::Relaxed)) == 1 {
            // SAFETY: alive until the latch is set, and only the last count sets it.
            let core = unsafe { &raw const (*this).core };
            // SAFETY: as demanded of our caller; nobody else sets it.
            unsafe { CoreLatch::set(core) };
        }
    }
}

#[cfg(all(test, loom))]
mod loom_latch {
    use super::*;
    use crate::sync::mutants::{bites, holds};
    use crate::sync::{UnsafeCell, fence};
    use loom::sync::Arc;
    use loom::thread;

    struct Frame {
        latch: CoreLatch,
        result: UnsafeCell<u32>,
        parker: Parker,
    }
    // SAFETY: the latch hands `result` over.
    unsafe impl Sync for Frame {}
    // SAFETY: as above.
    unsafe impl Send for Frame {}

    /// The waiter sleeps or not; either way it sees the result, and it is woken.
    fn hand_over() {
        let frame = Arc::new(Frame {
            latch: CoreLatch::new(),
            result: UnsafeCell::new(0),
            parker: Parker::new(),
        });
        let setter = {
            let frame = frame.clone();
            thread::spawn(move || {
                frame.result.with_mut(|result| {
                    // SAFETY: the setter owns the result until the latch is set.
                    unsafe { *result = 7 };
                });
                // SAFETY: set once, and the Arc keeps all alive.
                unsafe { CoreLatch::set(&raw const frame.latch) };
            })
        };
        while !frame.latch.is_set() {
            if frame.latch.announce_sleep(&frame.parker) {
                frame.parker.park();
                frame.latch.withdraw_sleep(&frame.parker);
            }
        }
        frame.result.with(|result| {
            // SAFETY: the latch is set.
            assert_eq!(unsafe { *result }, 7);
        });
        setter.join().unwrap();
    }

    /// Two jobs count down; the waiter sees what both did.
    fn counting() {
        let shared = Arc::new((CountLatch::new(2), [UnsafeCell::new(0), UnsafeCell::new(0)]));
        struct Ours(Arc<(CountLatch, [UnsafeCell<u32>; 2])>);
        // SAFETY: each job writes its own cell, and the latch hands both over.
        unsafe impl Send for Ours {}
        let jobs = [0, 1].map(|job| {
            let shared = Ours(shared.clone());
            thread::spawn(move || {
                let shared = shared;
                shared.0.1[job].with_mut(|cell| {
                    // SAFETY: this job's own cell.
                    unsafe { *cell = 1 };
                });
                // SAFETY: each job holds one count; the Arc keeps all alive.
                unsafe { CountLatch::decrement(&raw const shared.0.0) };
            })
        });
        if shared.0.core.is_set() {
            for cell in &shared.1 {
                cell.with(|cell| {
                    // SAFETY: both jobs have ended.
                    assert_eq!(unsafe { *cell }, 1);
                });
            }
        }
        for job in jobs {
            job.join().unwrap();
        }
    }

    /// A helper's push and the waiter's going to sleep: the waiter sees the entry, or it is nudged.
    fn nudge() {
        let shared = Arc::new((CoreLatch::new(), Parker::new(), AtomicUsize::new(0)));
        let executor = {
            let shared = shared.clone();
            thread::spawn(move || {
                shared.2.store(1, Ordering::Release);
                if !crate::sync::dropped("latch::nudge_fence") {
                    fence(Ordering::SeqCst);
                }
                shared.0.nudge();
            })
        };
        if shared.0.announce_sleep(&shared.1) {
            if !crate::sync::dropped("latch::look_fence") {
                fence(Ordering::SeqCst);
            }
            while shared.2.load(Ordering::Relaxed) == 0 {
                shared.1.park();
            }
        }
        executor.join().unwrap();
    }

    /// Who begins to execute and who is about to sleep: one of them sees the other, and attention is asked for.
    fn attention() {
        let shared = Arc::new((CoreLatch::new(), Parker::new(), AtomicUsize::new(0)));
        let executor = {
            let shared = shared.clone();
            thread::spawn(move || {
                shared.2.store(1, Ordering::Release);
                if !crate::sync::dropped("latch::begin_fence") {
                    fence(Ordering::SeqCst);
                }
                shared.0.is_slept_on()
            })
        };
        assert!(shared.0.announce_sleep(&shared.1));
        if !crate::sync::dropped("latch::announce_fence") {
            fence(Ordering::SeqCst);
        }
        let is_known = shared.2.load(Ordering::Acquire) == 1;
        let sees_waiter = executor.join().unwrap();
        assert!(is_known || sees_waiter);
    }

    #[test]
    fn loom_latch_attention() {
        holds(attention);
        bites("latch::begin_fence", attention);
        bites("latch::announce_fence", attention);
    }

    #[test]
    fn loom_latch_hand_over() {
        holds(hand_over);
        bites("latch::set", hand_over);
        bites("latch::is_set", hand_over);
        bites("latch::wake", hand_over);
    }

    #[test]
    fn loom_latch_count() {
        holds(counting);
        bites("latch::count", counting);
    }

    #[test]
    fn loom_latch_nudge() {
        holds(nudge);
        bites("latch::nudge_fence", nudge);
        bites("latch::look_fence", nudge);
    }
}
