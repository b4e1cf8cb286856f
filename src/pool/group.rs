//! A group of seats that are near each other: what they share.

use crate::pool::frame::OutsideHome;
use crate::pool::job::JobRef;
use crate::steal::injector::Injector;
use crate::sync::{AtomicUsize, Mutex, MutexGuard, Ordering};
use crate::util::clock::{HAS_CLOCK, ticks};
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
    /// Until when the oldest of them is the group's own, in ticks.
    until: AtomicUsize,
    jobs: Mutex<Vec<Lying>>,
}

struct Lying {
    job: JobRef,
    until: usize,
}

impl Dealt {
    fn new() -> Self {
        Dealt {
            count: AtomicUsize::new(0),
            until: AtomicUsize::new(0),
            jobs: Mutex::new(Vec::new()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Lying>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    pub(crate) fn looks_empty(&self) -> bool {
        // ORDERING: Relaxed. A hint: the lock hands the jobs over; who decides to sleep by it has a SeqCst fence before, and who
        // adds one has a fence after it, in `IdleWord::notify`.
        self.count.load(Ordering::Relaxed) == 0
    }

    /// What lies here has changed.
    fn tell(&self, jobs: &[Lying]) {
        if let Some(oldest) = jobs.first() {
            // ORDERING: Relaxed. A hint to other groups.
            self.until.store(oldest.until, Ordering::Relaxed);
        }
        // ORDERING: Relaxed, see `looks_empty`.
        self.count.store(jobs.len(), Ordering::Relaxed);
    }

    /// Deals a job, which other groups leave alone for so many ticks. The caller notifies.
    ///
    /// # Safety
    ///
    /// The job stays in place until it was [taken back](Self::take_back) or has been executed.
    pub(crate) unsafe fn add(&self, job: JobRef, patience: u64) {
        let mut jobs = self.lock();
        jobs.push(Lying { job, until: ticks().wrapping_add(patience) as usize });
        if !crate::sync::dropped("dealt::count") {
            self.tell(&jobs);
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
        let oldest = jobs.remove(0);
        self.tell(&jobs);
        Some(oldest.job)
    }

    /// The same for a thread of another group: the threads of this one may be on their way to the job, and have what it works on
    /// in their caches and in their memory.
    pub(crate) fn take_from_afar(&self) -> Option<JobRef> {
        if self.looks_empty() {
            return None;
        }
        // ORDERING: Relaxed, as in `tell`. With one that is out of date the job goes too soon, or in a later sweep.
        let until = self.until.load(Ordering::Relaxed);
        let is_early = ((ticks() as usize).wrapping_sub(until) as isize) < 0;
        if HAS_CLOCK && is_early { None } else { self.take() }
    }

    /// Takes this very job back, if nobody has begun it.
    pub(crate) fn take_back(&self, job: JobRef) -> bool {
        let mut jobs = self.lock();
        let Some(at) = jobs.iter().rposition(|other| other.job == job) else { return false };
        jobs.remove(at);
        self.tell(&jobs);
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
        unsafe { shared.dealt.add(job(), 0) };
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
        unsafe { shared.dealt.add(job(), 0) };
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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn job(word: usize) -> JobRef {
        // SAFETY: an address that is not null; nobody executes it.
        unsafe { JobRef::from_word(word) }
    }

    /// Longer than this test takes, and short enough for the counter's upper bit to stay clear.
    const LONG: u64 = usize::MAX as u64 / 4;

    /// Threads of the group take what lies there at once, those of others when its time has come.
    #[test]
    fn others_leave_a_share_to_its_group_for_a_while() {
        let dealt = Dealt::new();
        // SAFETY: nobody executes it.
        unsafe { dealt.add(job(64), LONG) };
        assert!(dealt.take_from_afar().is_none());
        assert!(dealt.take() == Some(job(64)));
        // SAFETY: as above.
        unsafe { dealt.add(job(128), 0) };
        assert!(dealt.take_from_afar() == Some(job(128)));
        assert!(dealt.take_from_afar().is_none());
    }

    /// Where calls follow each other the oldest share goes when its time has come, whatever was dealt since.
    #[test]
    fn what_is_dealt_later_keeps_nobody_waiting() {
        let dealt = Dealt::new();
        for (word, patience) in [(64, 0), (128, LONG)] {
            // SAFETY: nobody executes it.
            unsafe { dealt.add(job(word), patience) };
        }
        assert!(dealt.take_from_afar() == Some(job(64)));
        assert!(dealt.take_from_afar().is_none());
        assert!(dealt.take_back(job(128)));
    }
}
