//! Counters of a seat: written by its holder, read by anybody.

use crate::sync::{AtomicUsize, Ordering};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counter {
    /// Jobs taken from another seat's deques.
    Steals,
    /// Jobs that a waiter took from the seat that executes what it waits for.
    Leapfrogs,
    /// Jobs taken from the injector.
    Injected,
    /// Times the resident went to sleep.
    Parks,
}

const COUNTERS: usize = 4;

/// The counters of one seat.
#[derive(Debug)]
pub(crate) struct Counters([AtomicUsize; COUNTERS]);

impl Counters {
    pub(crate) fn new() -> Self {
        Counters(std::array::from_fn(|_| AtomicUsize::new(0)))
    }

    /// Counts one. Holder only.
    pub(crate) fn bump(&self, counter: Counter) {
        let cell = &self.0[counter as usize];
        // ORDERING: Relaxed both. A statistic with one writer; nothing is published through it.
        let count = cell.load(Ordering::Relaxed);
        // ORDERING: Relaxed, as above.
        cell.store(count + 1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, counter: Counter) -> usize {
        // ORDERING: Relaxed. A statistic.
        self.0[counter as usize].load(Ordering::Relaxed)
    }
}
