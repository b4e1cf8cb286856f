//! When the memory of a pool of frames is freed: after its last handle is gone and the last frame has come back, whichever
//! is later.
//!
//! Frames are not counted in one place, because an atomic count for each would cost more than all the rest. Each thread counts
//! what it acquires and releases for itself ([`Counts`]). Once the last handle is gone nobody acquires, so the sum of what was
//! acquired stands; when what was released comes to the same, nobody will touch the pool again: counting is the last that a
//! release does there.
//!
//! Who closes: sets the flag of the [`Gate`], fence, adds up. Who releases: counts, *light fence*, looks at the flag, and adds
//! up if it is set. With a real fence one of the two would see the other. Between the two stands only a compiler's fence, as
//! in the channels (`channel::waiting`), and the processor may hold the count back for as long as a store spends in its
//! buffer. So who closes, if a frame is missing, adds up once more after a time in which such a store becomes visible. A later
//! release sees the flag.
//!
//! A gate is looked at when its pool may be gone. So gates are never freed, but used again for other pools; a look at the gate
//! of another pool only adds up in vain.

use crate::sync::{AtomicUsize, Mutex, Ordering, dropped, fence, light_fence, weaken};
use crate::util::lock::Mutex as GateMutex;
use std::sync::PoisonError;

/// What one thread has acquired and released. Counts may wrap around: sums are compared for equality.
pub(super) struct Counts {
    acquired: AtomicUsize,
    released: AtomicUsize,
}

impl Counts {
    pub(super) fn new() -> Self {
        Counts { acquired: AtomicUsize::new(0), released: AtomicUsize::new(0) }
    }

    /// Counts a frame; by the one thread whose counts these are.
    #[inline(always)]
    pub(super) fn add_acquired(&self) {
        // ORDERING: Relaxed. One writer; who closes is ordered behind it by the handle that this thread has used.
        let acquired = self.acquired.load(Ordering::Relaxed).wrapping_add(1);
        // ORDERING: Relaxed, as above.
        self.acquired.store(acquired, Ordering::Relaxed);
    }

    /// Counts a frame; by the one thread whose counts these are. `true`: the pool is closed, and the caller adds up. This is
    /// the last that the caller does with the pool, which may be freed before this returns.
    #[inline(always)]
    pub(super) fn add_released(&self, gate: &Gate) -> bool {
        // ORDERING: Relaxed. One writer.
        let released = self.released.load(Ordering::Relaxed).wrapping_add(1);
        // ORDERING: Release. Pairs with `released`: who adds up, and frees the pool, comes after all that was done with it.
        let release = weaken("frames::released", Ordering::Release, Ordering::Relaxed);
        self.released.store(released, release);
        gate.is_closed()
    }

    /// As `add_acquired`, for counts that several threads share.
    pub(super) fn share_acquired(&self) {
        // ORDERING: Relaxed, as in `add_acquired`.
        self.acquired.fetch_add(1, Ordering::Relaxed);
    }

    /// As `add_released`, for counts that several threads share.
    pub(super) fn share_released(&self, gate: &Gate) -> bool {
        // ORDERING: Release, as in `add_released`.
        self.released.fetch_add(1, Ordering::Release);
        gate.is_closed()
    }

    pub(super) fn acquired(&self) -> usize {
        // ORDERING: Relaxed. A statistic, or read after all handles are gone.
        self.acquired.load(Ordering::Relaxed)
    }

    pub(super) fn released(&self) -> usize {
        // ORDERING: Acquire. Pairs with `add_released` and `share_released`.
        self.released.load(Ordering::Acquire)
    }
}

/// Whether a pool's last handle is gone.
#[derive(Debug)]
pub(super) struct Gate {
    closed: AtomicUsize,
}

/// Gates of pools that are gone. A static, hence std's lock.
static GATES: GateMutex<Vec<&'static Gate>> = GateMutex::new(Vec::new());

impl Gate {
    fn new() -> Self {
        Gate { closed: AtomicUsize::new(0) }
    }

    /// An open gate for a new pool.
    pub(super) fn open() -> &'static Self {
        let used = GATES.lock().unwrap_or_else(PoisonError::into_inner).pop();
        used.unwrap_or_else(|| Box::leak(Box::new(Gate::new())))
    }

    /// The pool's last handle is gone.
    pub(super) fn close(&self) {
        // ORDERING: Relaxed. The fence in `take_finished` follows.
        self.closed.store(1, Ordering::Relaxed);
    }

    /// The pool is gone.
    pub(super) fn give_back(&'static self) {
        // ORDERING: Relaxed. The lock orders it before the next pool's use.
        self.closed.store(0, Ordering::Relaxed);
        GATES.lock().unwrap_or_else(PoisonError::into_inner).push(self);
    }

    #[inline(always)]
    fn is_closed(&self) -> bool {
        light_fence("frames::light_fence");
        // ORDERING: Relaxed. The light fence carries the edge, see the module's description.
        self.closed.load(Ordering::Relaxed) != 0
    }
}

/// Takes one closed pool for which `is_finished` off the list, if there is one: the caller frees it.
pub(super) fn take_finished<P>(
    closed: &Mutex<Vec<P>>,
    is_finished: impl FnMut(&P) -> bool,
) -> Option<P> {
    if !dropped("frames::closing_fence") {
        // ORDERING: SeqCst fence, pairs with the light one in `is_closed`, as the module's description says.
        fence(Ordering::SeqCst);
    }
    let mut closed = closed.lock().unwrap_or_else(PoisonError::into_inner);
    let finished = closed.iter().position(is_finished)?;
    Some(closed.swap_remove(finished))
}

#[cfg(all(test, loom))]
mod loom_closing {
    use super::*;
    use crate::sync::UnsafeCell;
    use crate::sync::mutants::{bites, holds};
    use loom::sync::Arc;
    use loom::thread;

    struct Model {
        gate: Gate,
        counts: [Counts; 2],
        pool: UnsafeCell<bool>,
        closed: Mutex<Vec<()>>,
    }

    // SAFETY: the pool is touched before a release is counted, and after all were.
    unsafe impl Sync for Model {}
    // SAFETY: as above.
    unsafe impl Send for Model {}

    impl Model {
        fn release(&self, thread: usize) {
            // SAFETY: the frame that is released keeps the pool alive.
            self.pool.with(|pool| assert!(unsafe { *pool }, "used after it was freed"));
            if self.counts[thread].add_released(&self.gate) {
                self.add_up();
            }
        }

        fn add_up(&self) {
            let count =
                |number: fn(&Counts) -> usize| self.counts.iter().map(number).sum::<usize>();
            let finished = |_: &()| count(Counts::acquired) == count(Counts::released);
            if take_finished(&self.closed, finished).is_some() {
                // SAFETY: nobody uses the pool any more.
                self.pool.with_mut(|pool| unsafe { *pool = false });
            }
        }
    }

    /// Two threads release a frame each while the last handle goes: the pool is freed once, after both.
    fn closing() {
        let model = Arc::new(Model {
            gate: Gate::new(),
            counts: [Counts::new(), Counts::new()],
            pool: UnsafeCell::new(true),
            closed: Mutex::new(Vec::new()),
        });
        model.counts[0].add_acquired();
        model.counts[0].add_acquired();
        let releases = [0, 1].map(|number| {
            let model = model.clone();
            thread::spawn(move || model.release(number))
        });
        model.closed.lock().unwrap().push(());
        model.gate.close();
        model.add_up();
        for release in releases {
            release.join().unwrap();
        }
        assert!(model.closed.lock().unwrap().is_empty(), "the pool was never freed");
    }

    #[test]
    fn loom_frames_closing() {
        holds(closing);
        bites("frames::released", closing);
        bites("frames::light_fence", closing);
        bites("frames::closing_fence", closing);
    }
}
