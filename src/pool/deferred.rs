//! Jobs that a wait found on top of its own spawn deque and may not run: kept by tag, for whoever may.

use crate::pool::job::JobRef;
use crate::pool::tag::Tag;
use crate::sync::{AtomicUsize, Mutex, MutexGuard, Ordering};
use std::collections::{BTreeMap, VecDeque};
use std::sync::PoisonError;

type Queues = BTreeMap<Tag, VecDeque<JobRef>>;

/// First in, first out for each tag. Off the hot path: a lock, and a count that lets everybody pass by.
pub(crate) struct Deferred {
    count: AtomicUsize,
    queues: Mutex<Queues>,
}

impl Deferred {
    pub(crate) fn new() -> Self {
        Deferred { count: AtomicUsize::new(0), queues: Mutex::new(BTreeMap::new()) }
    }

    #[inline]
    pub(crate) fn looks_empty(&self) -> bool {
        // ORDERING: Relaxed. A hint; who decides to sleep by it has a SeqCst fence before, and who adds notifies after.
        self.count.load(Ordering::Relaxed) == 0
    }

    /// How many jobs there are, about.
    pub(crate) fn len_hint(&self) -> usize {
        // ORDERING: Relaxed. A statistic.
        self.count.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, tag: Tag, job: JobRef) {
        self.lock().entry(tag).or_default().push_back(job);
        // ORDERING: Relaxed. The lock hands the job over; the count is a hint.
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// Moves in what `steal` takes from a deque. `false` if that was nothing.
    ///
    /// The job can be seen all the time: whoever finds it gone from the deque finds this queue not empty, and waits for the
    /// lock.
    pub(crate) fn move_in(&self, steal: impl FnOnce() -> Option<(Tag, JobRef)>) -> bool {
        // ORDERING: Relaxed. Published by the Release of the compare-exchange that takes the job from the deque; who sees the
        // job gone has acquired it (`Deque::looks_empty`). Model: loom_deferred
        if !crate::sync::dropped("deferred::count_before") {
            self.count.fetch_add(1, Ordering::Relaxed);
        }
        let mut queues = self.lock();
        let Some((tag, job)) = steal() else {
            // ORDERING: Relaxed. A hint, as in `add`.
            self.count.fetch_sub(1, Ordering::Relaxed);
            return false;
        };
        queues.entry(tag).or_default().push_back(job);
        true
    }

    /// Takes a job of the tag that `choose` chooses, under the lock.
    #[inline]
    fn take(&self, choose: impl FnOnce(&Queues) -> Option<Tag>) -> Option<(Tag, JobRef)> {
        if self.looks_empty() { None } else { self.take_cold(choose) }
    }

    #[cold]
    #[inline(never)]
    fn take_cold(&self, choose: impl FnOnce(&Queues) -> Option<Tag>) -> Option<(Tag, JobRef)> {
        let mut queues = self.lock();
        let tag = choose(&queues)?;
        let queue = queues.get_mut(&tag)?;
        let job = queue.pop_front();
        if queue.is_empty() {
            queues.remove(&tag);
        }
        // ORDERING: Relaxed. A hint, as in `add`.
        self.count.fetch_sub(1, Ordering::Relaxed);
        job.map(|job| (tag, job))
    }

    #[inline]
    pub(crate) fn take_any(&self) -> Option<(Tag, JobRef)> {
        self.take(|queues| queues.keys().next().copied())
    }

    #[inline]
    pub(crate) fn take_of(&self, tag: Tag) -> Option<(Tag, JobRef)> {
        self.take(|_| Some(tag))
    }

    /// Takes a job whose tag `accept`s; it is asked after the tag was seen.
    #[inline]
    pub(crate) fn take_if(&self, accept: impl Fn(Tag) -> bool) -> Option<(Tag, JobRef)> {
        self.take(|queues| queues.keys().copied().find(|tag| accept(*tag)))
    }
}

#[cfg(all(test, loom))]
mod loom_deferred {
    use super::*;
    use crate::steal::deque::{Deque, Steal};
    use crate::sync::mutants::{bites, holds};
    use loom::sync::Arc;
    use loom::thread;

    /// A waiter moves a job, a bystander looks whether there is any: it finds the job in one place or the other.
    fn never_out_of_sight() {
        let tag = Tag::of_seat(0, 1);
        let shared = Arc::new((Deque::<2>::new(2), Deferred::new()));
        let header = crate::pool::job::JobHeader::new(|_, _| {});
        // SAFETY: never executed.
        let job = unsafe { JobRef::new(&raw const header) };
        // SAFETY: this thread is the owner.
        assert!(unsafe { shared.0.push([job.to_word(), tag.to_word()]) });
        let bystander = {
            let shared = shared.clone();
            thread::spawn(move || {
                let (deque, deferred) = &*shared;
                if deque.looks_empty() {
                    assert!(!deferred.looks_empty(), "a job out of sight");
                    assert_eq!(deferred.take_any(), Some((tag, job)));
                }
            })
        };
        let (deque, deferred) = &*shared;
        let moved = deferred.move_in(|| match deque.steal() {
            Steal::Success([word, tag]) => {
                // SAFETY: the word of the job above.
                Some((Tag::from_word(tag), unsafe { JobRef::from_word(word) }))
            }
            Steal::Retry | Steal::Empty => None,
        });
        assert!(moved);
        bystander.join().unwrap();
    }

    #[test]
    fn loom_deferred_never_out_of_sight() {
        holds(never_out_of_sight);
        bites("deferred::count_before", never_out_of_sight);
        bites("deque::looks_empty", never_out_of_sight);
    }
}
