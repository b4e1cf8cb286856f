//! A group of seats that are near each other: what they share.

use crate::pool::frame::OutsideHome;
use crate::pool::job::JobRef;
use crate::steal::injector::Injector;
use crate::sync::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

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
        // ORDERING: Relaxed, see `looks_empty`.
        self.count.store(jobs.len(), Ordering::Relaxed);
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
