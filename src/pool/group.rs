//! A group of seats that are near each other: what they share.

use crate::pool::frame::OutsideHome;
use crate::pool::job::JobRef;
use crate::steal::injector::Injector;
use crate::sync::{AtomicUsize, Mutex, MutexGuard, Ordering};
use std::sync::PoisonError;

/// Injector, dealt work, and home of the frames that threads from outside acquire.
pub(crate) struct Group {
    pub(crate) injector: Injector,
    pub(crate) dealt: Dealt,
    pub(crate) frames: OutsideHome,
}

impl Group {
    pub(crate) fn new() -> Self {
        Group { injector: Injector::new(), dealt: Dealt::new(), frames: OutsideHome::new() }
    }
}

/// Parts of parallel calls that were dealt to the group and that nobody has begun. Whoever dealt one may take it back.
///
/// A call deals one part to each group, each worth hundreds of microseconds: a lock is good enough.
pub(crate) struct Dealt {
    count: AtomicUsize,
    jobs: Mutex<Vec<JobRef>>,
}

impl Dealt {
    fn new() -> Self {
        Dealt { count: AtomicUsize::new(0), jobs: Mutex::new(Vec::new()) }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<JobRef>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    pub(crate) fn looks_empty(&self) -> bool {
        // ORDERING: Relaxed. A hint: the lock hands the jobs over; who decides to sleep by it has a SeqCst fence before, and who
        // adds one has a fence after it, in `IdleWord::notify`.
        self.count.load(Ordering::Relaxed) == 0
    }

    /// Deals a job. The caller notifies.
    ///
    /// # Safety
    ///
    /// The job stays in place until it was [taken back](Self::take_back) or has been executed.
    pub(crate) unsafe fn add(&self, job: JobRef) {
        let mut jobs = self.lock();
        jobs.push(job);
        if !crate::sync::dropped("dealt::count") {
            // ORDERING: Relaxed, see `looks_empty`.
            self.count.store(jobs.len(), Ordering::Relaxed);
        }
    }

    /// Takes the oldest. The caller must run it.
    pub(crate) fn take(&self) -> Option<JobRef> {
        if self.looks_empty() {
            return None;
        }
        let mut jobs = self.lock();
        if jobs.is_empty() {
            return None;
        }
        let job = jobs.remove(0);
        // ORDERING: Relaxed, see `looks_empty`.
        self.count.store(jobs.len(), Ordering::Relaxed);
        Some(job)
    }

    /// Takes this very job back, if nobody has begun it.
    pub(crate) fn take_back(&self, job: JobRef) -> bool {
        let mut jobs = self.lock();
        let Some(at) = jobs.iter().rposition(|other| *other == job) else { return false };
        jobs.remove(at);
        // ORDERING: Relaxed, see `looks_empty`.
        self.count.store(jobs.len(), Ordering::Relaxed);
        true
    }
}

#[cfg(all(test, loom))]
mod loom_dealt {
    use super::*;
    use crate::sync::mutants::{bites, holds};
    use crate::sync::{dropped, fence};
    use loom::sync::Arc;
    use loom::thread;

    struct Shared {
        dealt: Dealt,
        sleeping: AtomicUsize,
    }
    // SAFETY: the jobs are numbers here, and nobody runs them.
    unsafe impl Sync for Shared {}
    // SAFETY: as above.
    unsafe impl Send for Shared {}

    fn shared() -> Arc<Shared> {
        Arc::new(Shared { dealt: Dealt::new(), sleeping: AtomicUsize::new(0) })
    }

    fn job() -> JobRef {
        // SAFETY: an address that is not null; nobody executes it.
        unsafe { JobRef::from_word(64) }
    }

    /// One deals while another goes to sleep, with the fences of `IdleWord::notify` and `SeatState::fall_asleep`: the sleeper
    /// sees the job, or the dealer sees the sleeper.
    fn one_sees_the_other() {
        let shared = shared();
        let sleeper = {
            let shared = shared.clone();
            thread::spawn(move || {
                shared.sleeping.store(1, Ordering::Relaxed);
                if !dropped("dealt::sleep_fence") {
                    fence(Ordering::SeqCst);
                }
                !shared.dealt.looks_empty()
            })
        };
        // SAFETY: nobody executes it.
        unsafe { shared.dealt.add(job()) };
        if !dropped("dealt::notify_fence") {
            fence(Ordering::SeqCst);
        }
        let is_seen = shared.sleeping.load(Ordering::Relaxed) == 1;
        assert!(
            sleeper.join().unwrap() || is_seen,
            "a job that was dealt is left while somebody sleeps"
        );
    }

    /// The dealer takes its job back while another takes it: one of them has it.
    fn taken_once() {
        let shared = shared();
        // SAFETY: nobody executes it.
        unsafe { shared.dealt.add(job()) };
        let taker = {
            let shared = shared.clone();
            thread::spawn(move || shared.dealt.take().is_some())
        };
        let is_back = shared.dealt.take_back(job());
        assert!(taker.join().unwrap() != is_back, "taken by both or by none");
        assert!(shared.dealt.looks_empty());
    }

    #[test]
    fn loom_dealt_one_sees_the_other() {
        holds(one_sees_the_other);
        bites("dealt::count", one_sees_the_other);
        bites("dealt::sleep_fence", one_sees_the_other);
        bites("dealt::notify_fence", one_sees_the_other);
    }

    #[test]
    fn loom_dealt_taken_once() {
        holds(taken_once);
    }
}
