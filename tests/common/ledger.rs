//! Values whose drops are counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How often each value was dropped.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<Vec<AtomicUsize>>);

impl Ledger {
    pub(crate) fn new(values: usize) -> Self {
        Ledger(Arc::new((0..values).map(|_| AtomicUsize::new(0)).collect()))
    }

    pub(crate) fn value(&self, id: usize) -> Counted {
        Counted { ledger: self.clone(), id, panics: false }
    }

    pub(crate) fn drops(&self, id: usize) -> usize {
        self.0[id].load(Ordering::Relaxed)
    }

    pub(crate) fn assert_all_once(&self) {
        for id in 0..self.0.len() {
            assert_eq!(self.drops(id), 1, "value {id}");
        }
    }
}

pub(crate) struct Counted {
    ledger: Ledger,
    pub(crate) id: usize,
    pub(crate) panics: bool,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.ledger.0[self.id].fetch_add(1, Ordering::Relaxed);
        if self.panics {
            panic!("a drop panics");
        }
    }
}
