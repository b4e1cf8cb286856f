//! Two small queues of a seat: first-in-first-out jobs behind tokens, and broadcast shares.

use crate::pool::job::{JobHeader, JobRef};
use crate::pool::seat::Seat;
use crate::sync::{AtomicUsize, Ordering};
use crate::util::lock::{Mutex, MutexGuard};
use std::collections::VecDeque;
use std::sync::PoisonError;

fn lock(queue: &Mutex<VecDeque<JobRef>>) -> MutexGuard<'_, VecDeque<JobRef>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Jobs in order of arrival. For each of them one *token* stands in a spawn deque; who wins a token runs the job that has
/// waited longest, so the order holds although the deque is last in, first out.
#[repr(C)]
pub(crate) struct Fifo {
    token: JobHeader,
    jobs: Mutex<VecDeque<JobRef>>,
}

impl Fifo {
    pub(crate) fn new() -> Self {
        Fifo { token: JobHeader::new(Self::run_oldest), jobs: Mutex::new(VecDeque::new()) }
    }

    /// Adds a job and gives the token that must be published for it.
    ///
    /// # Safety
    ///
    /// The fifo stays in place until the token has been executed.
    pub(crate) unsafe fn add(&self, job: JobRef) -> JobRef {
        lock(&self.jobs).push_back(job);
        // SAFETY: in place by the demand on our caller; it may be used from any thread.
        unsafe { JobRef::new(&raw const self.token) }
    }

    unsafe fn run_oldest(token: JobRef, seat: &Seat) {
        let this: *const Self = token.cast();
        // SAFETY: alive until its tokens have been executed, and for each token there is a job that keeps its owner alive;
        // the reference ends before that job runs.
        let job = lock(unsafe { &(*this).jobs }).pop_front();
        let job = job.expect("each token stands for one job");
        // SAFETY: popped, hence won; the caller holds the seat.
        unsafe { job.execute(seat) };
    }
}

/// Broadcast shares that wait for a seat's resident, in order of arrival.
pub(crate) struct Shares {
    count: AtomicUsize,
    jobs: Mutex<VecDeque<JobRef>>,
}

impl Shares {
    pub(crate) fn new() -> Self {
        Shares { count: AtomicUsize::new(0), jobs: Mutex::new(VecDeque::new()) }
    }

    #[inline]
    pub(crate) fn looks_empty(&self) -> bool {
        // ORDERING: Relaxed. A hint: the lock hands the jobs over, and who adds one wakes the resident afterwards.
        self.count.load(Ordering::Relaxed) == 0
    }

    pub(crate) fn add(&self, job: JobRef) {
        lock(&self.jobs).push_back(job);
        // ORDERING: Relaxed, see `looks_empty`; the caller has a SeqCst fence before it looks whom to wake.
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn take(&self) -> Option<JobRef> {
        if self.looks_empty() {
            return None;
        }
        let job = lock(&self.jobs).pop_front()?;
        // ORDERING: Relaxed, see `looks_empty`.
        self.count.fetch_sub(1, Ordering::Relaxed);
        Some(job)
    }
}
