//! Counters of a seat: written by its holder, read by anybody.
//!
//! Plain stores by one writer: a count costs a load, an addition and a store, and no other processor is asked.

use crate::steal::Distance;
use crate::sync::{AtomicUsize, Ordering};
use crate::util::AtomicCell;
use crate::util::clock::{ns_of_ticks, real_ticks};

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
    /// Batches that were taken in by the folder of the one before: all others have made one. Counted this way round, a call of
    /// one batch counts nothing but that.
    FoldersGoneOn,
    /// Memory of results that a thief has left for the thread that waits for them, in bytes.
    SlotBytes,
}

pub(crate) const COUNTERS: usize = 21;

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

/// How long something that comes and goes has been there, all in all, up to any moment. One thread starts and stops it, any
/// thread reads it.
///
/// It is one word, so that a reader finds what goes on counted once, whatever happens meanwhile: while the watch is stopped
/// twice the ticks that it has counted; while it runs twice what makes the ticks of now their number, and one.
#[derive(Debug)]
struct Stopwatch(AtomicCell<u64>);

impl Stopwatch {
    const fn new() -> Self {
        Stopwatch(AtomicCell::new(0))
    }

    fn start(&self, now: u64) {
        let counted = self.read(|| now);
        self.0.store(counted.wrapping_sub(now) << 1 | 1);
    }

    fn stop(&self, now: u64) {
        self.0.store(self.read(|| now) << 1);
    }

    fn is_running(&self) -> bool {
        self.0.load() & 1 != 0
    }

    /// What it has counted, in ticks. `now` is asked after the word was read: then it is not before the start.
    fn read(&self, now: impl FnOnce() -> u64) -> u64 {
        let word = self.0.load();
        let counted = word >> 1;
        if word & 1 == 0 {
            return counted;
        }
        // The difference fills 63 bits, one less than ticks do. Where counters of processors differ, it may be a little below 0.
        let counted = counted.wrapping_add(now()) & (u64::MAX >> 1);
        if counted >> 62 == 0 { counted } else { 0 }
    }
}

/// The counters of one seat.
#[derive(Debug)]
pub(crate) struct Counters {
    numbers: [AtomicUsize; NUMBERS],
    /// The resident searches for anything to do, and sleeps.
    search: Stopwatch,
    sleep: Stopwatch,
}

/// What the counters of one seat say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Readings {
    /// The counters in the order of [`Counter`], then the histograms.
    pub(crate) numbers: [usize; NUMBERS],
    /// How long the resident has searched and slept, in ticks; what goes on counts up to the moment of the reading.
    pub(crate) searching: u64,
    pub(crate) asleep: u64,
}

impl Readings {
    pub(crate) const NONE: Readings = Readings { numbers: [0; NUMBERS], searching: 0, asleep: 0 };
}

impl Counters {
    pub(crate) fn new() -> Self {
        Counters {
            numbers: std::array::from_fn(|_| AtomicUsize::new(0)),
            search: Stopwatch::new(),
            sleep: Stopwatch::new(),
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
    pub(crate) fn begin_search(&self) {
        self.search.start(real_ticks());
    }

    /// It has found something.
    pub(crate) fn end_search(&self) {
        self.search.stop(real_ticks());
    }

    /// It is about to sleep.
    pub(crate) fn fall_asleep(&self) {
        let now = real_ticks();
        self.search.stop(now);
        self.sleep.start(now);
    }

    /// It is awake again.
    pub(crate) fn awake(&self) {
        self.sleep.stop(real_ticks());
    }

    /// It is awake again, and searches.
    pub(crate) fn rise(&self) {
        let now = real_ticks();
        self.sleep.stop(now);
        self.search.start(now);
    }

    pub(crate) fn is_searching(&self) -> bool {
        self.search.is_running()
    }

    pub(crate) fn read(&self, counter: Counter) -> usize {
        // ORDERING: Relaxed. A statistic.
        self.numbers[counter as usize].load(Ordering::Relaxed)
    }

    /// All of them.
    pub(crate) fn read_all(&self) -> Readings {
        let (asleep, searching) = self.read_idle();
        Readings {
            // ORDERING: Relaxed. Statistics.
            numbers: std::array::from_fn(|at| self.numbers[at].load(Ordering::Relaxed)),
            searching,
            asleep,
        }
    }

    /// How long the resident has slept and searched, in ticks.
    pub(crate) fn read_idle(&self) -> (u64, u64) {
        (self.sleep.read(real_ticks), self.search.read(real_ticks))
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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    #[test]
    fn buckets_are_powers_of_two() {
        let buckets = [0, 1, 2, 3, 4, 1023, 1024, u64::MAX].map(bucket);
        assert_eq!(buckets, [0, 0, 1, 1, 2, 9, 10, BUCKETS - 1]);
    }

    /// Also beyond what 32 bits hold, and where the counter goes round.
    #[test]
    fn a_watch_counts_while_it_runs() {
        for origin in [0, 1 << 31, (1 << 63) - 150, 1 << 63, u64::MAX - 150] {
            let watch = Stopwatch::new();
            let at = |moment: u64| origin.wrapping_add(moment);
            let read = |moment| watch.read(|| at(moment));
            assert!(!watch.is_running());
            watch.stop(at(10));
            assert_eq!(read(20), 0);
            watch.start(at(20));
            assert!(watch.is_running());
            assert_eq!(read(120), 100);
            watch.stop(at(220));
            assert_eq!((read(220), read(1000)), (200, 200));
            // A reader on a processor whose counter is behind makes nothing up.
            let other = Stopwatch::new();
            other.start(at(50));
            assert_eq!(other.read(|| at(49)), 0);
            // Started twice it goes on.
            watch.start(at(1000));
            watch.start(at(1000 + (40 << 32)));
            assert_eq!(read(1050 + (40 << 32)), 250 + (40 << 32));
        }
    }

    /// Who reads while it is stopped and started finds all of what has passed, once.
    #[test]
    fn a_watch_is_read_whole() {
        let (watch, clock) = (Stopwatch::new(), AtomicU64::new(0));
        let rounds = if cfg!(miri) { 200 } else { 200_000 };
        std::thread::scope(|threads| {
            threads.spawn(|| {
                for _ in 0..rounds {
                    // No time passes while it stands still.
                    watch.start(clock.load(Ordering::SeqCst));
                    clock.fetch_add(1000, Ordering::SeqCst);
                    watch.stop(clock.load(Ordering::SeqCst));
                }
            });
            loop {
                let before = clock.load(Ordering::SeqCst);
                let read = watch.read(|| clock.load(Ordering::SeqCst));
                let after = clock.load(Ordering::SeqCst);
                assert!((before..=after).contains(&read), "{before} {read} {after}");
                if before == 1000 * rounds {
                    break;
                }
            }
        });
    }
}
