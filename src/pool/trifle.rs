//! The kind of call that was last found to be a trifle.
//!
//! Who makes a small parallel call makes many of the same kind, above all the items of another call. Once one was found to cost so little that
//! nobody would take a part of it, some more of them are run without asking what they cost. Then one is measured.

use crate::tuning;
use std::cell::Cell;

/// See the module's description. One seat's.
pub(crate) struct Trifle {
    /// The address of the call's driver; 0: none.
    site: Cell<usize>,
    /// How many items it had: fewer cost less.
    items: Cell<usize>,
    /// How many more are not asked about.
    left: Cell<u32>,
}

impl Trifle {
    pub(super) const fn new() -> Self {
        Trifle { site: Cell::new(0), items: Cell::new(0), left: Cell::new(0) }
    }

    /// A call of this kind was found to be a trifle.
    #[inline]
    pub(crate) fn found(&self, site: usize, items: usize) {
        self.site.set(site);
        self.items.set(items);
        self.left.set(tuning::SAMPLE_EVERY - 1);
    }

    /// Whether the call that begins now is one of those that are not asked about.
    #[inline(always)]
    pub(crate) fn is_next(&self, site: usize, items: usize) -> bool {
        let left = self.left.get();
        if site != self.site.get() || items > self.items.get() || left == 0 {
            return false;
        }
        self.left.set(left - 1);
        true
    }

    /// Whether calls of this kind were run without asking, and no more may be. Asked once.
    #[inline]
    pub(crate) fn is_used_up(&self, site: usize) -> bool {
        let is_used_up = site == self.site.get() && self.left.get() == 0;
        if is_used_up {
            self.forget();
        }
        is_used_up
    }

    /// What is known is not known any more.
    #[inline]
    pub(crate) fn forget(&self) {
        self.site.set(0);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn some_calls_of_one_kind_go_by_and_then_one_is_measured() {
        let trifle = Trifle::new();
        assert!(!trifle.is_next(7, 1) && !trifle.is_used_up(7));
        for _ in 0..3 {
            trifle.found(7, 10);
            assert!(!trifle.is_next(8, 1) && !trifle.is_next(7, 11) && !trifle.is_used_up(7));
            let free = (0..1000).filter(|_| trifle.is_next(7, 10)).count();
            assert_eq!(free, tuning::SAMPLE_EVERY as usize - 1);
            assert!(!trifle.is_used_up(8) && trifle.is_used_up(7) && !trifle.is_used_up(7));
        }
        trifle.found(7, 10);
        trifle.forget();
        assert!(!trifle.is_next(7, 10) && !trifle.is_used_up(7));
    }
}
