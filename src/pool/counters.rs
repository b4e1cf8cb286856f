//! Counters of a seat: written by its holder, read by anybody.
//!
//! Plain stores by one writer: a count costs a load, an addition and a store, and no other processor is asked.

use crate::steal::Distance;
use crate::sync::{AtomicUsize, Ordering};
use crate::util::clock::ns_of_ticks;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counter {
    /// Jobs taken from another seat's deques, by distance.
    StealsNear,
    StealsInGroup,
    StealsRemote,
    /// Looks at another seat that had nothing, by distance.
    TriesNear,
    TriesInGroup,
    TriesRemote,
    /// Those of the thefts that a waiter made, from the seat that executes what it waits for.
    Leapfrogs,
    /// Jobs taken from an injector.
    Injected,
    /// Shares of calls that were dealt to this seat's group, or to another one.
    Dealt,
    DealtElsewhere,
    /// Times the resident went to sleep.
    Parks,
    /// Times the resident was woken for work.
    Wakes,
    /// Those after which it found nothing before it went to sleep again.
    SpuriousWakes,
    /// Items of dealt calls, run in the group that they were dealt to, or in another one.
    ItemsAtHome,
    ItemsAway,
    /// Calls of guests on this seat.
    Guests,
    /// Frames of spawned jobs that came from the seat's home, and those that the global allocator had to give.
    FrameHits,
    FrameMisses,
    /// Frames of other homes that were sent back to them.
    FramesReturned,
    /// Folders made for pieces of parallel calls.
    Accumulators,
    /// Memory of results that a thief has left for the thread that waits for them, in bytes.
    SlotBytes,
    /// How long the resident has slept, and searched for anything to do, in microseconds.
    AsleepMicros,
    SearchMicros,
}

pub(crate) const COUNTERS: usize = 23;

/// Buckets of a histogram: one for each power of two, the last one for all that is larger.
pub(crate) const BUCKETS: usize = 32;

/// All numbers of a seat: the counters, the sizes of batches in items, their times in ns.
pub(crate) const NUMBERS: usize = COUNTERS + 2 * BUCKETS;

/// Where the histograms begin.
pub(crate) const SIZES: usize = COUNTERS;
pub(crate) const TIMES: usize = COUNTERS + BUCKETS;

impl Counter {
    /// A theft over this distance.
    pub(crate) fn steals(distance: Distance) -> Counter {
        match distance {
            Distance::Near => Counter::StealsNear,
            Distance::Group => Counter::StealsInGroup,
            Distance::Remote => Counter::StealsRemote,
        }
    }

    /// A look over this distance.
    pub(crate) fn tries(distance: Distance) -> Counter {
        match distance {
            Distance::Near => Counter::TriesNear,
            Distance::Group => Counter::TriesInGroup,
            Distance::Remote => Counter::TriesRemote,
        }
    }
}

/// The counters of one seat.
#[derive(Debug)]
pub(crate) struct Counters {
    numbers: [AtomicUsize; NUMBERS],
    /// Since when the resident searches, and sleeps, in ticks; 0: it does not.
    searching_since: AtomicUsize,
    asleep_since: AtomicUsize,
}

impl Counters {
    pub(crate) fn new() -> Self {
        Counters {
            numbers: std::array::from_fn(|_| AtomicUsize::new(0)),
            searching_since: AtomicUsize::new(0),
            asleep_since: AtomicUsize::new(0),
        }
    }

    /// Counts one. Holder only.
    #[inline]
    pub(crate) fn bump(&self, counter: Counter) {
        self.add(counter, 1);
    }

    /// Counts so many. Holder only.
    #[inline]
    pub(crate) fn add(&self, counter: Counter, count: usize) {
        self.add_at(counter as usize, count);
    }

    #[inline]
    fn add_at(&self, at: usize, count: usize) {
        let cell = &self.numbers[at];
        // ORDERING: Relaxed both. A statistic with one writer; nothing is published through it.
        let before = cell.load(Ordering::Relaxed);
        // ORDERING: Relaxed, as above.
        cell.store(before.wrapping_add(count), Ordering::Relaxed);
    }

    /// A batch of so many items was run. Holder only.
    #[inline]
    pub(crate) fn count_batch(&self, items: usize) {
        self.add_at(SIZES + bucket(items as u64), 1);
    }

    /// A batch took so many ticks. Holder only.
    #[inline]
    pub(crate) fn count_time(&self, ticks: u64) {
        self.add_at(TIMES + bucket(ns_of_ticks(ticks)), 1);
    }

    /// The resident begins to search for anything to do. Resident only, as all these.
    pub(crate) fn begin_search(&self, now: u64) {
        // ORDERING: Relaxed. A statistic.
        self.searching_since.store(moment(now), Ordering::Relaxed);
    }

    /// It has found something.
    pub(crate) fn end_search(&self, now: u64) {
        self.end(&self.searching_since, Counter::SearchMicros, now);
    }

    /// It is about to sleep.
    pub(crate) fn fall_asleep(&self, now: u64) {
        self.end_search(now);
        // ORDERING: Relaxed. A statistic.
        self.asleep_since.store(moment(now), Ordering::Relaxed);
    }

    /// It is awake again.
    pub(crate) fn awake(&self, now: u64) {
        self.end(&self.asleep_since, Counter::AsleepMicros, now);
    }

    /// It is awake again, and searches.
    pub(crate) fn rise(&self, now: u64) {
        self.awake(now);
        self.begin_search(now);
    }

    fn end(&self, since: &AtomicUsize, counter: Counter, now: u64) {
        self.add(counter, micros_since(since, now));
        // ORDERING: Relaxed. A statistic.
        since.store(0, Ordering::Relaxed);
    }

    pub(crate) fn is_searching(&self) -> bool {
        // ORDERING: Relaxed. A statistic.
        self.searching_since.load(Ordering::Relaxed) != 0
    }

    pub(crate) fn read(&self, counter: Counter) -> usize {
        // ORDERING: Relaxed. A statistic.
        self.numbers[counter as usize].load(Ordering::Relaxed)
    }

    /// All numbers: the counters in the order of [`Counter`], then the histograms. A sleep or search that goes on counts up
    /// to `now`.
    pub(crate) fn read_all(&self, now: u64) -> [usize; NUMBERS] {
        // ORDERING: Relaxed. Statistics.
        let mut all: [usize; NUMBERS] =
            std::array::from_fn(|at| self.numbers[at].load(Ordering::Relaxed));
        let micros = [
            (Counter::SearchMicros, &self.searching_since),
            (Counter::AsleepMicros, &self.asleep_since),
        ];
        for (counter, since) in micros {
            let total = &mut all[counter as usize];
            *total = total.wrapping_add(micros_since(since, now));
        }
        all
    }

    /// Thefts over any distance.
    pub(crate) fn steals(&self) -> usize {
        let all = [Counter::StealsNear, Counter::StealsInGroup, Counter::StealsRemote];
        all.into_iter().map(|counter| self.read(counter)).sum()
    }
}

/// The bucket of a number: the power of two in it; 0 counts as 1.
#[inline]
fn bucket(number: u64) -> usize {
    ((number | 1).ilog2() as usize).min(BUCKETS - 1)
}

/// A moment as what is stored for it: never 0, which stands for none.
fn moment(now: u64) -> usize {
    now as usize | 1
}

/// Whole microseconds from what `since` says to `now`; 0 if it says nothing. (A 32-bit word of ticks goes round within
/// seconds: there longer times count for what is left over.)
fn micros_since(since: &AtomicUsize, now: u64) -> usize {
    // ORDERING: Relaxed. A statistic.
    match since.load(Ordering::Relaxed) {
        0 => 0,
        since => {
            let ticks = moment(now).wrapping_sub(since);
            // A reader may be a little behind the writer, or on a processor whose counter is.
            if (ticks as isize) < 0 { 0 } else { (ns_of_ticks(ticks as u64) / 1000) as usize }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::util::clock::ticks_of_ns;

    #[test]
    fn buckets_are_powers_of_two() {
        let buckets = [0, 1, 2, 3, 4, 1023, 1024, u64::MAX].map(bucket);
        assert_eq!(buckets, [0, 0, 1, 1, 2, 9, 10, BUCKETS - 1]);
    }

    #[test]
    fn a_sleep_counts_while_it_lasts() {
        let counters = Counters::new();
        let at = |micros: u64| 1000 + ticks_of_ns(micros * 1000 + 500);
        let asleep = |now: u64| {
            counters.read_all(at(now))[Counter::AsleepMicros as usize].next_multiple_of(5)
        };
        counters.begin_search(at(0));
        assert!(counters.is_searching());
        counters.fall_asleep(at(20));
        assert!(!counters.is_searching());
        assert_eq!(asleep(120), 100);
        counters.awake(at(220));
        assert_eq!((asleep(220), asleep(1000)), (200, 200));
        // Of a writer ahead of the reader nothing is made up.
        counters.fall_asleep(at(2000));
        assert_eq!(asleep(1990), 200);
    }
}
