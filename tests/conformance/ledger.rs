//! Items that keep book of their drops, for promises about what is dropped and how often.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Knows how often each of its entries has been dropped.
#[derive(Debug)]
pub(crate) struct Ledger(&'static [AtomicUsize]);

/// Tells its ledger of its drop. Two entries are equal if they have the same number.
#[derive(Debug)]
pub(crate) struct Entry {
    number: usize,
    // Not counted, so that a second drop is a finding and not a use after free.
    drops: &'static [AtomicUsize],
}

impl Ledger {
    /// A ledger and all of its entries.
    pub(crate) fn of(entries: usize) -> (Ledger, Vec<Entry>) {
        let drops: Vec<_> = (0..entries).map(|_| AtomicUsize::new(0)).collect();
        let drops = &*drops.leak();
        (Ledger(drops), (0..entries).map(|number| Entry { number, drops }).collect())
    }

    /// How many entries have been dropped; none of them twice.
    pub(crate) fn dropped(&self) -> usize {
        let drops = self.0.iter().map(|drops| drops.load(Ordering::Relaxed));
        drops.inspect(|drops| assert!(*drops < 2, "dropped twice")).sum()
    }
}

impl Entry {
    pub(crate) fn number(&self) -> usize {
        self.number
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.drops[self.number].fetch_add(1, Ordering::Relaxed);
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(&other.number)
    }
}
