//! How long an idle worker leaves the jobs of others alone, after one that was not worth the way.
//!
//! A theft moves three cache lines between processors and makes the owner's next look at its deque a miss: some 0.3 us
//! for each of both. The owner runs a shorter job sooner than that, so a thief that took one after the other would make both
//! slower. It waits after a short job, twice as long after each further one, half as long after one that was about worth it (a
//! short one takes that long too when the lines' way is slow), and not at all after a longer one. Looks that find
//! nothing cost the owner as much, for they take its lines too: while a worker waits there is one look a wait.

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

    /// A look at what others have has found nothing.
    #[inline]
    pub(crate) fn has_found_nothing(&self) {
        if self.wait.get() != 0 {
            self.until.set(ticks().wrapping_add(self.wait.get()));
        }
    }

    /// A stolen job was begun at the first of these times and has ended at the second.
    pub(crate) fn has_run(&self, began: u64, now: u64) {
        let least = ticks_of_ns(tuning::RESTRAINT_NS);
        let most = ticks_of_ns(tuning::RESTRAINT_NS_MOST);
        let took = now.wrapping_sub(began);
        let before = self.wait.get();
        self.wait.set(if took >= ticks_of_ns(tuning::WELL_WORTH_STEALING_NS) {
            0
        } else if took < ticks_of_ns(tuning::WORTH_STEALING_NS) {
            (2 * before).clamp(least, most).max(1)
        } else if before / 2 < least {
            0
        } else {
            before / 2
        });
        self.until.set(now.wrapping_add(self.wait.get()));
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end_with_jobs_that_were_worth_it() {
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
        restraint.has_run(now, now.wrapping_add(ticks_of_ns(tuning::WORTH_STEALING_NS)));
        assert_eq!(restraint.wait.get(), before / 2);
        let worth_it = ticks_of_ns(tuning::WELL_WORTH_STEALING_NS);
        restraint.has_run(now, now.wrapping_add(worth_it));
        assert_eq!(restraint.wait.get(), 0);
        assert!(!restraint.holds());
    }

    #[test]
    fn one_look_a_wait() {
        let restraint = Restraint::new();
        restraint.has_found_nothing();
        assert!(!restraint.holds(), "whoever has found no short job looks as often as it likes");
        let now = ticks();
        restraint.has_run(now, now);
        restraint.until.set(ticks());
        restraint.has_found_nothing();
        assert!(restraint.until.get().wrapping_sub(now) >= restraint.wait.get());
    }
}
