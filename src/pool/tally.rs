//! Counting workers until there are so many: those that have begun, those that have ended.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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
        let is_short = |state: &mut State| state.count < wanted;
        let waited = match limit {
            None => self.changed.wait_while(state, is_short),
            Some(limit) => {
                let waited = self.changed.wait_timeout_while(state, limit, is_short);
                waited
                    .map(|(state, _)| state)
                    .map_err(|poisoned| PoisonError::new(poisoned.into_inner().0))
            }
        };
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state.count >= wanted
    }
}
