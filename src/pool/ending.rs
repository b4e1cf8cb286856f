//! Waiting until all workers of a pool have ended.

use crate::pool::tally::Tally;
use crate::util::lock::{self, Mutex, MutexGuard};
use std::sync::{OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Counts the workers that have ended, and keeps the threads that can be joined.
pub(crate) struct Ending {
    /// Workers that have, or are going to have, threads of their own.
    expected: OnceLock<usize>,
    ended: Tally,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Ending {
    pub(crate) fn new() -> Self {
        Ending { expected: OnceLock::new(), ended: Tally::new(), threads: Mutex::default() }
    }

    fn threads(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many workers are going to have threads of their own.
    pub(crate) fn expect(&self, workers: usize) {
        let first = self.expected.set(workers);
        debug_assert_eq!(first, Ok(()), "a pool is built once");
    }

    /// A thread on which a worker of the pool runs.
    pub(crate) fn add_thread(&self, thread: JoinHandle<()>) {
        self.threads().push(thread);
    }

    pub(crate) fn worker_has_ended(&self) {
        self.ended.add_one();
    }

    /// Waits for the end of all workers, and joins their threads. `false` if the time was over before.
    pub(crate) fn wait(&self, limit: Option<Duration>) -> bool {
        let workers = self.expected.get().copied().unwrap_or_default();
        if !self.ended.wait_for(workers, limit) {
            return false;
        }
        let threads = std::mem::take(&mut *self.threads());
        for thread in threads {
            while !lock::may_block() && !thread.is_finished() {
                std::thread::yield_now();
            }
            // A worker aborts the process rather than unwind.
            let _ = thread.join();
        }
        true
    }
}
