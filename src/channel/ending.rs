//! How a channel with one producer ends: two flags beside the ring.
//!
//! *Refuses*: sends fail from now on; set by either side, read by the sender before each send. *Is done*: nothing will come any
//! more; set by the sender alone, after its last send, when it is dropped, closes the channel or finds that it is refused. So a
//! receiver that finds that flag set, and then the ring empty, has received everything, and a send that overlaps with the
//! receiver's close is either refused or received.

use crate::sync::{AtomicUsize, Ordering, weaken};

/// See the module's description.
pub(super) struct End {
    refuses: AtomicUsize,
    is_done: AtomicUsize,
}

impl End {
    pub(super) fn new() -> Self {
        End { refuses: AtomicUsize::new(0), is_done: AtomicUsize::new(0) }
    }

    /// Sends fail from when the sender sees this.
    pub(super) fn refuse(&self) {
        // ORDERING: Relaxed. Nothing is published by it.
        self.refuses.store(1, Ordering::Relaxed);
    }

    #[inline(always)]
    pub(super) fn is_refused(&self) -> bool {
        // ORDERING: Relaxed. Nothing is read because of it.
        self.refuses.load(Ordering::Relaxed) != 0
    }

    /// Nothing will come any more. Called by the sender.
    pub(super) fn finish(&self) {
        // ORDERING: Release. Pairs with `is_done`: whoever sees the flag sees all that was sent.
        self.is_done.store(1, Ordering::Release);
    }

    /// Whether nothing will come any more but what a look at the ring after this finds.
    pub(super) fn is_done(&self) -> bool {
        // ORDERING: Acquire. Pairs with `finish`.
        let order = weaken("channel::is_done", Ordering::Acquire, Ordering::Relaxed);
        self.is_done.load(order) != 0
    }
}
