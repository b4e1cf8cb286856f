//! Parkers for threads that hold no seat: they belong to the pool that is called, and outlive every wake-up (rule S6).

use crate::pool::latch::CoreLatch;
use crate::pool::park::Parker;
use crate::tuning;
use crate::util::lock::{Mutex, MutexGuard};
use crate::util::turns;
use std::sync::PoisonError;

/// Parkers that have been used before and wait for the next blocked caller.
pub(crate) struct OutsideParkers(Mutex<Store>);

#[derive(Default)]
struct Store {
    /// Keeps all of them alive, at one address each, until the pool is dropped.
    #[allow(clippy::vec_box, reason = "parkers must not move when the vector grows")]
    all: Vec<Box<Parker>>,
    /// Indices into `all`.
    free: Vec<usize>,
}

impl OutsideParkers {
    pub(crate) fn new() -> Self {
        OutsideParkers(Mutex::new(Store::default()))
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Blocks the calling thread until the latch is set; `looks`: it may be soon, as nobody needs this processor to set it. The
    /// caller is the latch's waiter; the latch is set by a thread that keeps this pool alive.
    pub(crate) fn block_on(&self, latch: &CoreLatch, looks: bool) {
        if looks && is_set_soon(latch) {
            return;
        }
        let (index, parker) = {
            let mut store = self.lock();
            let index = store.free.pop().unwrap_or_else(|| {
                store.all.push(Box::new(Parker::new()));
                if cfg!(moirai_mutant = "outside::leak") {
                    // Planted for a sanitizer to find.
                    std::mem::forget(Box::new(Parker::new()));
                }
                store.all.len() - 1
            });
            let parker: *const Parker = &raw const *store.all[index];
            (index, parker)
        };
        // SAFETY: in a box that `all` keeps until the pool is dropped, which the caller's use of it excludes.
        let parker = unsafe { &*parker };
        // A late wake-up of an earlier user may come here: hence the loop.
        while !latch.is_set() {
            if latch.announce_sleep(parker) {
                parker.park();
                latch.withdraw_sleep(parker);
            }
        }
        self.lock().free.push(index);
    }
}

/// Whether the latch is set after some looks: a worker that is awake answers a small call sooner than the caller would be
/// asleep, and need not wake it.
fn is_set_soon(latch: &CoreLatch) -> bool {
    if !cfg!(loom) && !turns::is_taking_turns() {
        for round in 0..tuning::OUTSIDE_ROUNDS {
            if latch.is_set() {
                return true;
            }
            (0..tuning::SPIN_PAUSES << round).for_each(|_| std::hint::spin_loop());
        }
    }
    latch.is_set()
}
