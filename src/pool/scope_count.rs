//! How many jobs of a scope have not ended, and the latch that is set when there are none.
//!
//! The opener spawns and runs most jobs of a scope itself, so it counts for itself, without atomics, in `own`; all others
//! count in `left`. What is left is the sum of both. Who opened the scope without a seat of its pool counts like the
//! others.
//!
//! Invariants:
//! 1. `own` and `guarded` are touched by the holder of the opener's seat only. That is one thread at a time, and the seat's
//!    state hands both over (a resident that runs broadcast shares for a guest).
//! 2. While `guarded`, `left` holds `GUARD` beside its count, so that it cannot reach zero, whatever `own` is. While not,
//!    `own` is zero. It begins guarded; only the opener, once it waits, takes the guard away ([`ScopeCount::settle`]), and
//!    it comes back while the holder still owns a count, hence before the latch can be set.
//! 3. Who brings `left` to zero sets the latch, and nobody else.

use crate::pool::latch::CoreLatch;
use crate::sync::{AtomicUsize, Ordering, weaken};
use crate::util::CachePadded;
use std::cell::Cell;

/// More than any number of jobs.
const GUARD: usize = 1 << (usize::BITS - 2);

/// What the opener counts for itself at most before it tells the others: all that it has spawned, had they run it, would
/// otherwise come off the guard.
const OWN_MOST: usize = 1 << (usize::BITS - 4);

/// See the module's description.
pub(crate) struct ScopeCount {
    pub(crate) latch: CoreLatch,
    own: Cell<usize>,
    guarded: Cell<bool>,
    /// Apart from the latch, at which the opener looks after each job.
    left: CachePadded<AtomicUsize>,
}

impl ScopeCount {
    /// Nothing but the body, which is over when the opener settles for the first time.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        ScopeCount {
            latch: CoreLatch::new(),
            own: Cell::new(0),
            guarded: Cell::new(true),
            left: CachePadded::new(AtomicUsize::new(GUARD)),
        }
    }

    /// So many more jobs. The caller is the body or has a count, so the latch cannot be set meanwhile.
    pub(crate) fn add(&self, jobs: usize) {
        // ORDERING: Relaxed. The caller's own count keeps the latch from being set; nothing is published.
        let before = self.left.fetch_add(jobs, Ordering::Relaxed);
        debug_assert_ne!(before, 0, "counting up a latch that is set");
    }

    /// One more job, counted by the opener.
    ///
    /// # Safety
    ///
    /// The caller holds the opener's seat, and is the body or has a count.
    #[inline]
    pub(crate) unsafe fn add_own(&self) {
        self.guard();
        self.set_own(self.own.get().wrapping_add(1));
    }

    /// One job less; the last one sets the latch.
    ///
    /// # Safety
    ///
    /// As for [`CoreLatch::set`]; the caller gives up one count, which it holds.
    #[inline]
    pub(crate) unsafe fn end(this: *const Self) {
        // SAFETY: alive, because the caller holds a count; the reference ends with the subtraction.
        let left = unsafe { &(*this).left };
        // ORDERING: AcqRel. Release: what this job did is visible to the one that sets the latch; Acquire: the one that
        // sets it publishes what all others did.
        if left.fetch_sub(1, weaken("scope_count::end", Ordering::AcqRel, Ordering::Relaxed)) == 1 {
            // SAFETY: alive until the latch is set, and only the last count sets it.
            let latch = unsafe { &raw const (*this).latch };
            // SAFETY: as demanded of our caller; nobody else sets it.
            unsafe { CoreLatch::set(latch) };
        }
    }

    /// One job less, counted by the opener, who settles before it sleeps.
    ///
    /// # Safety
    ///
    /// The caller holds the opener's seat, and gives up one count, which it holds.
    #[inline]
    pub(crate) unsafe fn end_own(&self) {
        self.guard();
        self.set_own(self.own.get().wrapping_sub(1));
    }

    #[inline]
    fn set_own(&self, own: usize) {
        self.own.set(own);
        if (own as isize).unsigned_abs() >= OWN_MOST {
            self.tell_own();
        }
    }

    #[cold]
    fn tell_own(&self) {
        // ORDERING: AcqRel. As in `end`, for what the opener has run. The guard stays, so nothing ends by this.
        self.left.fetch_add(self.own.replace(0), Ordering::AcqRel);
    }

    #[inline]
    fn guard(&self) {
        if !self.guarded.get() {
            self.guarded.set(true);
            if !crate::sync::dropped("scope_count::guard") {
                self.add(GUARD);
            }
        }
    }

    /// Whether the opener has counted something since it [settled](Self::settle). Opener only.
    pub(crate) fn is_guarded(&self) -> bool {
        self.guarded.get()
    }

    /// Adds the opener's count to that of the others, and sets the latch if nothing is left. `false` if it was added already.
    ///
    /// # Safety
    ///
    /// The caller is the opener, in the wait for the scope: its body is over.
    pub(crate) unsafe fn settle(&self) -> bool {
        if !self.guarded.replace(false) {
            return false;
        }
        let change = self.own.replace(0).wrapping_sub(GUARD);
        // ORDERING: AcqRel. As in `end`, for all that the opener has run.
        let ordering = weaken("scope_count::settle", Ordering::AcqRel, Ordering::Relaxed);
        if self.left.fetch_add(change, ordering).wrapping_add(change) == 0 {
            // SAFETY: the opener keeps the scope alive; the last count is gone, so nobody else sets the latch.
            unsafe { CoreLatch::set(&raw const self.latch) };
        }
        true
    }
}

#[cfg(all(test, loom))]
mod loom_scope_count {
    use super::*;
    use crate::sync::UnsafeCell;
    use crate::sync::mutants::{bites, holds};
    use loom::sync::Arc;
    use loom::thread;

    struct Shared {
        count: ScopeCount,
        done: [UnsafeCell<bool>; 2],
    }
    // SAFETY: the opener's thread alone touches `own` and `guarded`; each job writes a cell of its own.
    unsafe impl Sync for Shared {}
    // SAFETY: as above.
    unsafe impl Send for Shared {}

    impl Shared {
        fn new() -> Arc<Self> {
            let done = [UnsafeCell::new(false), UnsafeCell::new(false)];
            Arc::new(Shared { count: ScopeCount::new(), done })
        }

        fn run(&self, job: usize) {
            self.done[job].with_mut(|done| {
                // SAFETY: the job's own cell.
                unsafe { *done = true };
            });
        }

        fn assert_all_done(&self) {
            for done in &self.done {
                // SAFETY: the latch is set: both jobs have ended.
                assert!(done.with(|done| unsafe { *done }), "the latch was set before the end");
            }
        }
    }

    fn thief(shared: &Arc<Shared>, job: usize) -> thread::JoinHandle<()> {
        let shared = shared.clone();
        thread::spawn(move || {
            shared.run(job);
            // SAFETY: the job's count; the Arc keeps all alive.
            unsafe { ScopeCount::end(&raw const shared.count) };
        })
    }

    /// Both jobs are spawned by the opener and run by thieves, one of them before the opener has settled.
    fn both_stolen() {
        let shared = Shared::new();
        for _ in 0..2 {
            // SAFETY: this thread is the opener.
            unsafe { shared.count.add_own() };
        }
        let thieves = [0, 1].map(|job| thief(&shared, job));
        // SAFETY: as above; the body is over.
        unsafe { shared.count.settle() };
        if shared.count.latch.is_set() {
            shared.assert_all_done();
        }
        thieves.into_iter().for_each(|thief| thief.join().unwrap());
        assert!(shared.count.latch.is_set());
    }

    /// The opener has settled and then runs a job that spawns two more; a thief runs the first of these.
    fn spawned_in_the_wait() {
        let shared = Shared::new();
        // SAFETY: this thread is the opener.
        unsafe { shared.count.add_own() };
        // SAFETY: as above; the body is over.
        unsafe { shared.count.settle() };
        // The job begins.
        for _ in 0..2 {
            // SAFETY: as above, with the job's count.
            unsafe { shared.count.add_own() };
        }
        let thief = thief(&shared, 0);
        // SAFETY: as above. It ends.
        unsafe { shared.count.end_own() };
        assert!(!shared.count.latch.is_set(), "a job has not begun");
        shared.run(1);
        // SAFETY: as above: the second of the two.
        unsafe { shared.count.end_own() };
        // SAFETY: as above.
        unsafe { shared.count.settle() };
        if shared.count.latch.is_set() {
            shared.assert_all_done();
        }
        thief.join().unwrap();
        assert!(shared.count.latch.is_set());
    }

    #[test]
    fn loom_scope_count_both_stolen() {
        holds(both_stolen);
        bites("scope_count::end", both_stolen);
        bites("scope_count::settle", both_stolen);
    }

    #[test]
    fn loom_scope_count_spawned_in_the_wait() {
        holds(spawned_in_the_wait);
        bites("scope_count::guard", spawned_in_the_wait);
    }
}
