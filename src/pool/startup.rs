//! Waiting until all workers of a pool have begun.

use std::sync::{Condvar, Mutex, PoisonError};

/// Counts the workers that have begun.
pub(crate) struct Startup {
    begun: Mutex<usize>,
    changed: Condvar,
}

impl Startup {
    pub(crate) fn new() -> Self {
        Startup { begun: Mutex::new(0), changed: Condvar::new() }
    }

    pub(crate) fn worker_has_begun(&self) {
        *self.begun.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.changed.notify_all();
    }

    pub(crate) fn wait_for(&self, workers: usize) {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let all = self.changed.wait_while(begun, |begun| *begun < workers);
        drop(all.unwrap_or_else(PoisonError::into_inner));
    }
}
