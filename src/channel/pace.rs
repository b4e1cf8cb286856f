//! How long a side that has come to the end of what there was waits before it looks again.
//!
//! A look at the other side's position takes its cache line away from it. A side that is a little faster than the other comes
//! to the end with each message, looks at once, and so makes both pay for the way of a cache line, there and back, with each
//! message. If it waits a little it finds several, and the way is paid once for all of them.
//!
//! So there is a pause, which grows while messages come, but few at a time, and is given up once only one comes: then
//! each of them may be an answer, whose sender waits. Where many come at a time it shrinks again. A side that finds nothing
//! again and again pauses the first time only: whoever asks many channels in turn is not kept by those that are silent.

use crate::sync::{AtomicUsize, Ordering};
use crate::tuning::{CHANNEL_FULL_STRETCH, CHANNEL_MOST_PAUSES, CHANNEL_SHORT_STRETCH};

/// See the module's description.
pub(super) struct Pace {
    /// The side's position when it came to the end last.
    position: AtomicUsize,
    pauses: AtomicUsize,
}

impl Pace {
    pub(super) fn new() -> Self {
        Pace { position: AtomicUsize::new(0), pauses: AtomicUsize::new(0) }
    }

    /// Waits a little, if that is worth it, for a side that has come to the end at this position. `true`: it has waited, and
    /// there may be more now.
    #[cold]
    #[inline(never)]
    pub(super) fn pause(&self, position: usize) -> bool {
        if cfg!(loom) {
            return false;
        }
        let pauses = self.next(position);
        (0..pauses).for_each(|_| std::hint::spin_loop());
        pauses != 0
    }

    /// For how many processor pauses a side waits that has come to the end at this position.
    fn next(&self, position: usize) -> usize {
        // ORDERING: Relaxed all. Estimates; what is lost between two threads that share the side is as good.
        let stretch = position.wrapping_sub(self.position.load(Ordering::Relaxed));
        if stretch == 0 {
            return 0;
        }
        self.position.store(position, Ordering::Relaxed);
        let before = self.pauses.load(Ordering::Relaxed);
        let pauses = if stretch < 2 {
            0
        } else if stretch < CHANNEL_SHORT_STRETCH {
            (before * 2).clamp(4, CHANNEL_MOST_PAUSES)
        } else if stretch < CHANNEL_FULL_STRETCH {
            before
        } else {
            before / 2
        };
        // ORDERING: Relaxed, as above.
        self.pauses.store(pauses, Ordering::Relaxed);
        pauses
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_with_short_stretches_only() {
        let pace = Pace::new();
        let mut position = usize::MAX - 20;
        let mut after = |stretch: usize| {
            position = position.wrapping_add(stretch);
            pace.next(position)
        };
        after(1);
        assert_eq!((after(1), after(2), after(3), after(31)), (0, 4, 8, 16));
        assert_eq!((after(CHANNEL_SHORT_STRETCH), after(CHANNEL_FULL_STRETCH)), (16, 8));
        assert!((0..20).all(|_| after(2) <= CHANNEL_MOST_PAUSES));
        assert_eq!((after(2), after(0), after(2)), (CHANNEL_MOST_PAUSES, 0, CHANNEL_MOST_PAUSES));
        assert_eq!(after(1), 0);
    }
}
