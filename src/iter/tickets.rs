//! A number of tickets that all pieces of a call draw from.
use crate::sync::{AtomicUsize, Ordering};

/// So many may do something, whoever comes first.
pub(crate) struct Tickets(AtomicUsize);

impl Tickets {
    pub(crate) fn new(count: usize) -> Self {
        Tickets(AtomicUsize::new(count))
    }

    /// Draws a ticket, if there is one left.
    pub(crate) fn draw(&self) -> bool {
        // Looked at first, so that threads stop fighting for the cache line once all are gone.
        if self.is_used_up() {
            return false;
        }
        // ORDERING: Relaxed, twice. Pairs with itself on other threads. A ticket stands for nothing
        // but itself: nothing is published through it, and the count alone is exact in any order.
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_ok()
    }

    /// Whether no tickets are left.
    pub(crate) fn is_used_up(&self) -> bool {
        // ORDERING: Relaxed. Pairs with `draw`. Zero is final; an older value costs another look.
        self.0.load(Ordering::Relaxed) == 0
    }
}
