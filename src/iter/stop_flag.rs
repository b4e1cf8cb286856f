//! A flag that tells all pieces of a call to stop.
use crate::sync::{AtomicUsize, Ordering};

/// Raised once, by whichever piece first learns that there is nothing more to do.
pub(crate) struct StopFlag(AtomicUsize);

impl StopFlag {
    #[inline]
    pub(crate) fn new() -> Self {
        StopFlag(AtomicUsize::new(0))
    }

    /// Raises the flag.
    #[inline]
    pub(crate) fn raise(&self) {
        // ORDERING: Relaxed. Pairs with `is_raised`, and is only a hint that saves work: whatever
        // was found travels with the results of the pieces, through the join.
        self.0.store(1, Ordering::Relaxed);
    }

    /// Whether somebody has raised the flag, as far as known here.
    #[inline]
    pub(crate) fn is_raised(&self) -> bool {
        // ORDERING: Relaxed. Pairs with `raise`; a stale answer costs some items of work, no more.
        self.0.load(Ordering::Relaxed) != 0
    }
}
