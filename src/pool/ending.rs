//! Waiting until all workers of a pool have ended.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Counts the workers that have not ended, and keeps the threads that can be joined.
pub(crate) struct Ending {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Workers that have a thread of their own and have not ended.
    running: usize,
    threads: Vec<JoinHandle<()>>,
}

impl Ending {
    pub(crate) fn new() -> Self {
        Ending { state: Mutex::default(), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many workers are going to have threads of their own.
    pub(crate) fn expect(&self, workers: usize) {
        self.lock().running = workers;
    }

    /// A thread on which a worker of the pool runs.
    pub(crate) fn add_thread(&self, thread: JoinHandle<()>) {
        self.lock().threads.push(thread);
    }

    pub(crate) fn worker_has_ended(&self) {
        self.lock().running -= 1;
        self.changed.notify_all();
    }

    /// Waits for the end of all workers, and joins their threads. `false` if the time was over before.
    pub(crate) fn wait(&self, limit: Option<Duration>) -> bool {
        let is_running = |state: &mut State| state.running > 0;
        let state = match limit {
            None => self.changed.wait_while(self.lock(), is_running),
            Some(limit) => {
                let waited = self.changed.wait_timeout_while(self.lock(), limit, is_running);
                waited
                    .map(|(state, _)| state)
                    .map_err(|poisoned| PoisonError::new(poisoned.into_inner().0))
            }
        };
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if is_running(&mut state) {
            return false;
        }
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        for thread in threads {
            // A worker aborts the process rather than unwind.
            let _ = thread.join();
        }
        true
    }
}
