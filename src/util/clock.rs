//! Where the scheduler's time comes from; a simulator brings its own.

use std::time::Instant;

/// A monotonic clock.
pub(crate) trait Clock {
    /// Nanoseconds since some moment in the past.
    fn now_ns(&self) -> u64;
}

/// The operating system's monotonic clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Monotonic {
    origin: Instant,
}

impl Monotonic {
    pub(crate) fn new() -> Self {
        Monotonic { origin: Instant::now() }
    }
}

impl Clock for Monotonic {
    fn now_ns(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}
