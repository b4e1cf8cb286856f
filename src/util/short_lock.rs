//! A lock for a few instructions without calls: one exchange to take it, one store to give it back.
//!
//! It is not fair, on purpose: who has just given it back takes it again before the others, which look at it rarely, see that
//! it was free. So what it guards stays in one processor's cache for a while, and the others come when its user stops, or is
//! stopped, for longer than a look takes.

use crate::sync::{AtomicUsize, Ordering, weaken};
#[cfg(not(loom))]
use crate::tuning::{SHORT_LOCK_PAUSES, SHORT_LOCK_YIELDS};
#[cfg(not(loom))]
use crate::util::lock::may_block;
#[cfg(not(loom))]
use std::time::Duration;

/// See the module's description.
pub(crate) struct ShortLock {
    /// One: taken.
    word: AtomicUsize,
    /// A model cannot spin for long: there who has to wait for a lock blocks in this one.
    #[cfg(loom)]
    blocking: loom::sync::Mutex<()>,
}

/// Whoever has this has the lock.
pub(crate) struct Held<'a> {
    lock: &'a ShortLock,
    #[cfg(loom)]
    _blocking: Option<loom::sync::MutexGuard<'a, ()>>,
}

impl ShortLock {
    pub(crate) fn new() -> Self {
        ShortLock {
            word: AtomicUsize::new(0),
            #[cfg(loom)]
            blocking: loom::sync::Mutex::new(()),
        }
    }

    /// Takes the lock; waits while another has it.
    #[cfg(not(loom))]
    #[inline(always)]
    pub(crate) fn hold(&self) -> Held<'_> {
        if !self.try_take() {
            self.take_cold();
        }
        Held { lock: self }
    }

    #[cfg(loom)]
    pub(crate) fn hold(&self) -> Held<'_> {
        let blocking = self.blocking.lock().unwrap();
        assert!(self.try_take(), "nobody else has the lock");
        Held { lock: self, _blocking: Some(blocking) }
    }

    /// Takes the lock, unless another has it.
    #[inline(always)]
    pub(crate) fn try_hold(&self) -> Option<Held<'_>> {
        self.try_take().then(|| Held {
            lock: self,
            #[cfg(loom)]
            _blocking: None,
        })
    }

    #[inline(always)]
    fn try_take(&self) -> bool {
        // ORDERING: Acquire. Pairs with the store in `drop`: what the last holder did comes before what this one does.
        self.word.swap(1, weaken("lock::take", Ordering::Acquire, Ordering::Relaxed)) == 0
    }

    #[cfg(not(loom))]
    #[cold]
    #[inline(never)]
    fn take_cold(&self) {
        for round in 0.. {
            wait(round);
            // ORDERING: Relaxed. A look that leaves the cache line with its user.
            if self.word.load(Ordering::Relaxed) == 0 && self.try_take() {
                return;
            }
        }
    }
}

impl Drop for Held<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        // ORDERING: Release. Pairs with the exchange in `try_take`.
        self.lock.word.store(0, weaken("lock::give", Ordering::Release, Ordering::Relaxed));
    }
}

/// Waits for a holder: some pauses, then for one who was put off its processor.
#[cfg(not(loom))]
fn wait(round: usize) {
    if let Some(pauses) = SHORT_LOCK_PAUSES.get(round) {
        (0..*pauses).for_each(|_| std::hint::spin_loop());
    } else if round < SHORT_LOCK_PAUSES.len() + SHORT_LOCK_YIELDS || !may_block() {
        std::thread::yield_now();
    } else {
        // A holder of a lower priority does not come back to a processor whose user only yields.
        std::thread::sleep(Duration::from_micros(50));
    }
}

#[cfg(all(test, loom))]
mod loom_lock {
    use super::*;
    use crate::sync::UnsafeCell;
    use crate::sync::mutants::{bites, holds};
    use loom::sync::Arc;
    use loom::thread;

    struct Model {
        lock: ShortLock,
        count: UnsafeCell<usize>,
    }

    // SAFETY: the count is touched under the lock.
    unsafe impl Sync for Model {}
    // SAFETY: as above.
    unsafe impl Send for Model {}

    impl Model {
        /// Counts if nobody else has the lock.
        fn count(&self) -> usize {
            let Some(_held) = self.lock.try_hold() else { return 0 };
            // SAFETY: the lock is held.
            self.count.with_mut(|count| unsafe { *count += 1 });
            1
        }
    }

    /// Two threads want the lock, one of them twice: whoever gets it sees what was done before.
    fn exclusion() {
        let model = Arc::new(Model { lock: ShortLock::new(), count: UnsafeCell::new(0) });
        let other = {
            let model = model.clone();
            thread::spawn(move || model.count())
        };
        let own = model.count() + model.count();
        let counted = own + other.join().unwrap();
        // SAFETY: nobody else is left.
        model.count.with(|count| assert_eq!(unsafe { *count }, counted));
    }

    #[test]
    fn loom_short_lock() {
        holds(exclusion);
        bites("lock::take", exclusion);
        bites("lock::give", exclusion);
    }
}
