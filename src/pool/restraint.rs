//! How long an idle worker leaves the jobs of others alone, after one that was not worth the way.
//!
//! A theft moves three cache lines between processors and makes the owner's next look at its deque a miss: some 0.3 us
//! for each of both. The owner runs a shorter job sooner than that, so a thief that took one after the other would make both
//! slower. It waits after a short job, twice as long after each further one, and not at all after a longer one.

use crate::tuning;
use crate::util::clock::{ticks, ticks_of_ns};
use std::cell::Cell;

/// See the module's description. One worker's.
pub(crate) struct Restraint {
    /// How long the last wait was, in ticks; 0: the last job was worth the way.
    wait: Cell<u64>,
    /// When the wait is over, in ticks.
    until: Cell<u64>,
}

impl Restraint {
    pub(crate) const fn new() -> Self {
        Restraint { wait: Cell::new(0), until: Cell::new(0) }
    }

    /// Whether the worker leaves the jobs of others alone for now.
    #[inline]
    pub(crate) fn holds(&self) -> bool {
        self.wait.get() != 0 && self.holds_at(ticks())
    }

    fn holds_at(&self, now: u64) -> bool {
        // By the difference: tick counters may wrap.
        (self.until.get().wrapping_sub(now) as i64) > 0
    }

    /// A stolen job was begun at the first of these times and has ended at the second.
    pub(crate) fn has_run(&self, began: u64, now: u64) {
        if now.wrapping_sub(began) >= ticks_of_ns(tuning::WORTH_STEALING_NS) {
            return self.wait.set(0);
        }
        let least = ticks_of_ns(tuning::RESTRAINT_NS);
        let most = ticks_of_ns(tuning::RESTRAINT_NS_MOST);
        self.wait.set((2 * self.wait.get()).clamp(least, most).max(1));
        self.until.set(now.wrapping_add(self.wait.get()));
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end_with_a_job_that_was_worth_it() {
        let restraint = Restraint::new();
        assert!(!restraint.holds());
        let short = ticks_of_ns(tuning::WORTH_STEALING_NS / 4);
        let mut now = u64::MAX - short;
        let mut before = 0;
        for _ in 0..20 {
            let ended = now.wrapping_add(short);
            restraint.has_run(now, ended);
            let wait = restraint.wait.get();
            assert!(wait > before || wait == ticks_of_ns(tuning::RESTRAINT_NS_MOST));
            assert!(restraint.holds_at(ended) && restraint.holds_at(ended.wrapping_add(wait - 1)));
            assert!(!restraint.holds_at(ended.wrapping_add(wait)));
            (now, before) = (ended.wrapping_add(wait), wait);
        }
        restraint.has_run(now, now.wrapping_add(ticks_of_ns(2 * tuning::WORTH_STEALING_NS)));
        assert_eq!(restraint.wait.get(), 0);
        assert!(!restraint.holds());
    }
}
