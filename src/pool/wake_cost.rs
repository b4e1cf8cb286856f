//! What it costs to wake a worker on this machine, learnt from the wake-ups that happen.
//!
//! A wake-up costs the waker a system call, and its worker begins some time later. Work is worth one if two threads are
//! faster with it than one without: if it takes longer than twice the call and once the delay. On one machine that is 6 us,
//! on another, where waking leaves a virtual machine, it is 70.

use crate::sync::{AtomicUsize, Ordering};
use crate::tuning;
use crate::util::clock::ticks_of_ns;

/// Averages, in ticks. Shared by all threads of a pool; wrong by a lost sample now and then.
#[derive(Debug)]
pub(crate) struct WakeCost {
    call: AtomicUsize,
    delay: AtomicUsize,
}

impl WakeCost {
    pub(crate) fn new() -> Self {
        WakeCost {
            call: AtomicUsize::new(ticks_of_ns(tuning::WAKE_CALL_NS) as usize),
            delay: AtomicUsize::new(ticks_of_ns(tuning::WAKE_DELAY_NS) as usize),
        }
    }

    /// How much work makes up for a wake-up, in ticks.
    pub(crate) fn worth(&self) -> u64 {
        // ORDERING: Relaxed both. Numbers by themselves.
        let call = self.call.load(Ordering::Relaxed);
        // ORDERING: Relaxed, as above.
        let delay = self.delay.load(Ordering::Relaxed);
        let worth = (2 * call as u64).saturating_add(delay as u64);
        worth.clamp(
            ticks_of_ns(tuning::WAKE_WORTH_LEAST_NS),
            ticks_of_ns(tuning::WAKE_WORTH_MOST_NS),
        )
    }

    /// A waker has spent so many ticks on waking.
    pub(crate) fn observe_call(&self, ticks: u64) {
        average(&self.call, ticks);
    }

    /// A woken worker runs so many ticks after it was woken.
    pub(crate) fn observe_delay(&self, ticks: u64) {
        average(&self.delay, ticks);
    }
}

/// Takes a sample in. One that is far above the average says that somebody was suspended: it counts for four times the
/// average, and for no more than what is ever believed.
fn average(cell: &AtomicUsize, sample: u64) {
    // ORDERING: Relaxed both. Numbers by themselves.
    let before = (cell.load(Ordering::Relaxed) as u64).max(LEAST);
    let sample = sample.min(4 * before).min(ticks_of_ns(tuning::WAKE_WORTH_MOST_NS));
    let after = before - before / 8 + sample / 8;
    // ORDERING: Relaxed, as above.
    cell.store(after.max(LEAST) as usize, Ordering::Relaxed);
}

/// The least average, in ticks: an eighth of it must be something, or the average would never rise again.
const LEAST: u64 = 64;

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn follows_what_is_observed_within_bounds() {
        let cost = WakeCost::new();
        for _ in 0..100 {
            cost.observe_call(ticks_of_ns(13_000));
            cost.observe_delay(ticks_of_ns(40_000));
        }
        let expected = ticks_of_ns(66_000);
        assert!(cost.worth().abs_diff(expected) < expected / 20, "{} for {expected}", cost.worth());
        (0..1000).for_each(|_| cost.observe_delay(u64::MAX));
        assert_eq!(cost.worth(), ticks_of_ns(tuning::WAKE_WORTH_MOST_NS));
        (0..200).for_each(|_| cost.observe_call(0));
        (0..200).for_each(|_| cost.observe_delay(0));
        assert_eq!(cost.worth(), ticks_of_ns(tuning::WAKE_WORTH_LEAST_NS));
        (0..100).for_each(|_| cost.observe_delay(ticks_of_ns(40_000)));
        assert!(cost.worth() > ticks_of_ns(35_000));
    }
}
