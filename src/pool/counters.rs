//! Counters of a seat: written by its holder, read by anybody.

use crate::steal::Distance;
use crate::sync::{AtomicUsize, Ordering};

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
    /// Items of dealt calls, run in the group that they were dealt to, or in another one.
    ItemsAtHome,
    ItemsAway,
}

pub(crate) const COUNTERS: usize = 14;

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
pub(crate) struct Counters([AtomicUsize; COUNTERS]);

impl Counters {
    pub(crate) fn new() -> Self {
        Counters(std::array::from_fn(|_| AtomicUsize::new(0)))
    }

    /// Counts one. Holder only.
    pub(crate) fn bump(&self, counter: Counter) {
        self.add(counter, 1);
    }

    /// Counts so many. Holder only.
    pub(crate) fn add(&self, counter: Counter, count: usize) {
        let cell = &self.0[counter as usize];
        // ORDERING: Relaxed both. A statistic with one writer; nothing is published through it.
        let before = cell.load(Ordering::Relaxed);
        // ORDERING: Relaxed, as above.
        cell.store(before.wrapping_add(count), Ordering::Relaxed);
    }

    pub(crate) fn read(&self, counter: Counter) -> usize {
        // ORDERING: Relaxed. A statistic.
        self.0[counter as usize].load(Ordering::Relaxed)
    }

    /// All of them, in the order of [`Counter`].
    pub(crate) fn read_all(&self) -> [usize; COUNTERS] {
        // ORDERING: Relaxed. Statistics.
        std::array::from_fn(|counter| self.0[counter].load(Ordering::Relaxed))
    }

    /// Thefts over any distance.
    pub(crate) fn steals(&self) -> usize {
        let all = [Counter::StealsNear, Counter::StealsInGroup, Counter::StealsRemote];
        all.into_iter().map(|counter| self.read(counter)).sum()
    }
}
