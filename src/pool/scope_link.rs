//! What the pool knows of an open scope: its name, its latch, and the jobs that were spawned into it from outside.

use crate::pool::job::{JobHeader, JobRef};
use crate::pool::registry::Registry;
use crate::pool::scope_count::ScopeCount;
use crate::pool::seat::Seat;
use crate::pool::tag::Tag;
use crate::steal::injector::Injector;
use std::ptr;
use std::sync::{Arc, OnceLock};

/// The part of a scope that waits and helpers deal with; it lies in the frame of the thread that opened the scope.
pub(crate) struct ScopeLink {
    pub(crate) tag: Tag,
    /// One count for the body, one for each job.
    pub(crate) count: ScopeCount,
    /// The seat that opened the scope; `None`: a thread that is no worker of the scope's pool.
    pub(crate) opener: Option<*const Seat>,
    /// The scope that was the innermost one on the opener's stack before.
    pub(crate) outer: *const ScopeLink,
    outside: OnceLock<Arc<OutsideJobs>>,
}

// SAFETY: the pointers are read by threads that run jobs of the scope, which keep it, its opener's pool and hence the seat
// alive; `outer` is read by the opener's thread only.
unsafe impl Sync for ScopeLink {}
// SAFETY: as for `Sync`.
unsafe impl Send for ScopeLink {}

impl ScopeLink {
    #[inline(always)]
    pub(crate) fn new(tag: Tag, opener: Option<&Seat>) -> Self {
        ScopeLink {
            tag,
            count: ScopeCount::new(),
            opener: opener.map(ptr::from_ref),
            outer: opener.map_or(ptr::null(), |seat| seat.scopes.get()),
            outside: OnceLock::new(),
        }
    }

    /// One more job. The caller is the body or has a count; `seat` is the one that it holds in the scope's pool.
    #[inline]
    pub(crate) fn add(&self, seat: Option<&Seat>) {
        match seat {
            // SAFETY: the caller holds this seat.
            Some(seat) if self.is_opener(seat) => unsafe { self.count.add_own() },
            _ => self.count.add(1),
        }
    }

    /// One job less: that which the holder of `seat` has run.
    ///
    /// # Safety
    ///
    /// The caller holds the seat and gives up one count, which it holds. `this` is not used afterwards. The waiter's parker
    /// outlives this call.
    #[inline]
    pub(crate) unsafe fn end(this: *const Self, seat: &Seat) {
        // SAFETY: alive, because the caller holds a count.
        let link = unsafe { &*this };
        if link.is_opener(seat) {
            // SAFETY: as demanded of our caller.
            unsafe { link.count.end_own() };
        } else {
            // SAFETY: alive until the count is given up.
            let count = unsafe { &raw const (*this).count };
            // SAFETY: as demanded of our caller.
            unsafe { ScopeCount::end(count) };
        }
    }

    /// Whether the scope was opened on this seat.
    #[inline]
    pub(crate) fn is_opener(&self, seat: &Seat) -> bool {
        self.opener.is_some_and(|opener| ptr::eq(opener, seat))
    }

    /// Publishes a job that a thread which is no worker of `registry` has spawned into the scope.
    ///
    /// The job waits in a queue of the scope, where the scope's own wait finds it; the injector gets a *ticket*, which runs
    /// one job of that queue if there is one left, and keeps the queue alive until then (rule W2).
    ///
    /// # Safety
    ///
    /// `job` is to be executed once; the scope's latch counts it.
    pub(crate) unsafe fn publish_outside(&self, registry: &Registry, job: JobRef) {
        let jobs = self.outside.get_or_init(|| Arc::new(OutsideJobs::new()));
        jobs.queue.push(job.to_word());
        // The header stands first in the queue's allocation.
        let ticket: *const JobHeader = Arc::into_raw(Arc::clone(jobs)).cast();
        // SAFETY: the ticket owns a count of the queue; it may be redeemed on any thread.
        let ticket = unsafe { JobRef::new(ticket) };
        registry.inject(ticket);
        self.wake_opener();
    }

    /// Wakes the opener if it sleeps in the scope's wait, or as a guest in a wait for another pool: there is a job of the
    /// scope to run. Called inside the scope or a job of it, after a SeqCst fence.
    pub(crate) fn wake_opener(&self) {
        if let Some(opener) = self.opener {
            // SAFETY: the scope is open, so its opener is still in its pool; parkers live in the seat.
            let opener = unsafe { &*opener };
            if opener.state.is_lent() {
                opener.guest.unpark();
            }
        }
        self.count.latch.nudge();
    }

    /// Takes a job that was spawned from outside. For the scope's own wait.
    pub(crate) fn take_outside(&self) -> Option<JobRef> {
        self.outside.get()?.take()
    }
}

/// See [`ScopeLink::publish_outside`].
#[repr(C)]
struct OutsideJobs {
    header: JobHeader,
    queue: Injector,
}

impl OutsideJobs {
    fn new() -> Self {
        OutsideJobs { header: JobHeader::new(Self::redeem), queue: Injector::new() }
    }

    fn take(&self) -> Option<JobRef> {
        // SAFETY: the word was won from the queue, into which `publish_outside` puts jobs.
        self.queue.take().map(|word| unsafe { JobRef::from_word(word) })
    }

    unsafe fn redeem(ticket: JobRef, seat: &Seat) {
        // SAFETY: the ticket owns one count, made by `Arc::into_raw`; it is redeemed once.
        let jobs = unsafe { Arc::from_raw(ticket.cast::<Self>()) };
        let job = jobs.take();
        drop(jobs);
        if let Some(job) = job {
            // SAFETY: won from the queue; the caller holds the seat.
            unsafe { job.execute(seat) };
        }
    }
}
