//! Counting workers until there are so many: those that have begun, those that have ended.

use crate::util::clock::HAS_CLOCK;
use crate::util::lock::{Condvar, Mutex, MutexGuard};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// A count that grows, and threads that wait for it.
pub(crate) struct Tally {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    count: usize,
    /// Threads that wait. Telling them costs a call of the system, and as a rule there are none.
    waiting: usize,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Tally { state: Mutex::new(State { count: 0, waiting: 0 }), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add_one(&self) {
        let mut state = self.lock();
        state.count += 1;
        if state.waiting > 0 {
            self.changed.notify_all();
        }
    }

    /// Waits until the count is `wanted` or more. `false` if the time was over before.
    pub(crate) fn wait_for(&self, wanted: usize, limit: Option<Duration>) -> bool {
        let mut state = self.lock();
        state.waiting += 1;
        // Without a clock, and beyond all times, there is no end.
        let end = limit.filter(|_| HAS_CLOCK).and_then(|limit| Instant::now().checked_add(limit));
        while state.count < wanted {
            let Some(end) = end else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.waiting -= 1;
        state.count >= wanted
    }
}
