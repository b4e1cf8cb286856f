//! How far a thief has come with its search.

use std::cell::Cell;

/// Counts the sweeps of a search: the longer it takes, the further the thief looks.
#[derive(Debug)]
pub(super) struct Sweeps {
    next: Cell<u32>,
    /// Whether a call was being dealt in the last one.
    saw_dealing: Cell<bool>,
}

impl Sweeps {
    pub(super) const fn new() -> Self {
        Sweeps { next: Cell::new(0), saw_dealing: Cell::new(false) }
    }

    /// The next sweep is the first of a new search.
    pub(super) fn begin_again(&self) {
        self.next.set(0);
    }

    /// The number of the next sweep, from 0. Where a call begins or ends that is dealt, a search begins anew: that nothing was to
    /// be found so far says nothing about where there will be something.
    pub(super) fn next(&self, is_dealing: bool) -> u32 {
        if self.saw_dealing.replace(is_dealing) != is_dealing {
            self.begin_again();
        }
        let next = self.next.get();
        self.next.set(next.wrapping_add(1));
        next
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Sweeps;

    #[test]
    fn a_search_begins_anew_with_a_call_that_is_dealt() {
        let sweeps = Sweeps::new();
        assert_eq!([false; 3].map(|dealt| sweeps.next(dealt)), [0, 1, 2]);
        assert_eq!([true; 3].map(|dealt| sweeps.next(dealt)), [0, 1, 2]);
        sweeps.begin_again();
        assert_eq!([true, true, false, false].map(|dealt| sweeps.next(dealt)), [0, 1, 0, 1]);
    }
}
