//! Calls one after another that are too short to wake somebody for, each by itself.
//!
//! A worker that is awake halves such a call, a wake-up takes longer than it. But who stays awake helps with all that follow:
//! so after a row of calls without help that took several wake-ups' time together, one wakes a sleeper, as if that were cheap. If
//! nobody stays awake from it, the next row must be twice as long. (The question of when to buy what could be rented: A. R. Karlin,
//! M. S. Manasse, L. Rudolph and D. D. Sleator, "Competitive Snoopy Caching", 1988.)

use crate::tuning;
use crate::util::clock::ticks_of_ns;
use std::cell::Cell;

/// See the module's description. One seat's, in ticks.
pub(crate) struct Streak {
    /// When the last call of the row has ended.
    ended: Cell<u64>,
    /// How long the calls of the row took together.
    alone: Cell<u64>,
    /// So many times as long as the shortest row has to be.
    factor: Cell<u64>,
}

impl Streak {
    pub(crate) const fn new() -> Self {
        Streak { ended: Cell::new(0), alone: Cell::new(0), factor: Cell::new(1) }
    }

    /// Whether a call that begins now is to wake somebody although it is short. Where a wake-up takes so long.
    pub(crate) fn is_due(&self, began: u64, wake: u64) -> bool {
        let least = wake.saturating_mul(tuning::STREAK_WAKES * self.factor.get());
        if self.alone.get() < least || self.has_ended(began) {
            return false;
        }
        self.alone.set(0);
        self.factor.set((2 * self.factor.get()).min(tuning::STREAK_MOST_FACTOR));
        true
    }

    /// A call that was worth sharing has ended. Whether everybody else slept.
    pub(crate) fn has_run(&self, began: u64, now: u64, is_alone: bool) {
        if !is_alone || self.has_ended(began) {
            self.alone.set(0);
            self.factor.set(1);
        }
        if is_alone {
            self.alone.set(self.alone.get().saturating_add(now.wrapping_sub(began)));
        }
        self.ended.set(now);
    }

    /// Whether what begins now comes so late that whoever had been awake would be asleep again.
    fn has_ended(&self, began: u64) -> bool {
        began.wrapping_sub(self.ended.get()) > ticks_of_ns(tuning::SEARCH_NS)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::iter::{IntoParallelIterator, ParallelIterator};
    use crate::pool::registry::Registry;
    use crate::pool::sleep::Found;
    use crate::steal::Neighbours;
    use crate::util::AtomicCell;
    use crate::util::clock::ticks;
    use std::hint::spin_loop;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn long_rows_wake_somebody_and_less_and_less_often() {
        let streak = Streak::new();
        let (wake, mut now, mut rows) = (2 * ticks_of_ns(10_000), u64::MAX - 5, Vec::new());
        let mut calls = 0;
        for _ in 0..10_000 {
            if streak.is_due(now, wake) {
                rows.push(calls);
                calls = 0;
            }
            streak.has_run(now, now.wrapping_add(wake / 2), true);
            now = now.wrapping_add(wake / 2 + 10);
            calls += 1;
        }
        let first = 2 * tuning::STREAK_WAKES;
        assert_eq!(rows[..4], [first, 2 * first, 4 * first, 8 * first]);
        assert_eq!(rows.last(), Some(&(first * tuning::STREAK_MOST_FACTOR)));
        // Where somebody helps, or after a while without calls, rows begin anew.
        streak.has_run(now, now, false);
        assert!(!streak.is_due(now, wake) && streak.factor.get() == 1);
        streak.has_run(now, now.wrapping_add(100 * wake), true);
        now = now.wrapping_add(100 * wake);
        assert!(!streak.is_due(now.wrapping_add(ticks_of_ns(2 * tuning::SEARCH_NS)), wake));
        assert!(streak.is_due(now, wake));
    }

    /// Calls of 20 us, where a wake-up is worth ten times that, in a pool whose one other worker sleeps. Where so little time passes
    /// between the last item of a call and the first of the next that they are certain to be a row, one of them wakes it.
    #[test]
    fn a_row_of_short_calls_wakes_a_sleeper() {
        let pool = Registry::without_threads(Neighbours::flat(2));
        let [caller, sleeper] = pool.seats() else { unreachable!("two seats") };
        (0..1000).for_each(|_| pool.wake_cost.observe_delay(u64::MAX));
        let (first, last) = (AtomicCell::new(0), AtomicCell::new(0));
        let is_due = AtomicBool::new(false);
        let item = |number| {
            let began = ticks();
            if number == 0 {
                first.store(began);
            }
            while ticks().wrapping_sub(began) < ticks_of_ns(1_000) {
                spin_loop();
            }
            // Until the call ends: then it counts as helped, and the next row as the first one.
            is_due.fetch_or(caller.streak.factor.get() > 1, Ordering::Relaxed);
            last.store(ticks());
        };
        let falls_asleep = || {
            pool.idle().begin_search();
            assert!(sleeper.state.fall_asleep(pool.idle(), true, || false, || ()));
        };
        falls_asleep();
        // What the calls of the row took at least.
        let mut took = 0;
        for _ in 0..2_000 {
            let before = last.load();
            caller.occupy(|| (0..20).into_par_iter().for_each(item));
            if first.load().wrapping_sub(before) > ticks_of_ns(tuning::SEARCH_NS) {
                took = 0;
            }
            let is_woken = sleeper.state.after_park() == Found::Woken;
            let is_over = took >= tuning::STREAK_WAKES * pool.wake_cost.worth();
            if is_over || is_due.load(Ordering::Relaxed) {
                assert!(is_due.load(Ordering::Relaxed), "nobody was to be woken after a long row");
                assert!(is_woken, "a call that was to wake somebody has not");
                return;
            }
            took += last.load().wrapping_sub(first.load());
            // The first call may be long, as far as is known, and one in which the thread was suspended is.
            if is_woken {
                pool.idle().end_search();
                falls_asleep();
                took = 0;
            }
        }
        // This machine is too slow.
    }
}
