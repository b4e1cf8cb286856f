//! What a pool of frames has done.

use crate::frames::shared::Shared;
use crate::sync::{AtomicUsize, Ordering};

/// What a [`FramePool`](crate::frames::FramePool) has done since it was made, summed over the threads that have used it.
/// Exact when no thread uses it meanwhile.
///
/// # Examples
///
/// ```
/// let pool = moirai::frames::FramePool::new();
/// for n in 0..1000_u64 {
///     assert_eq!(*pool.acquire(n), n);
/// }
/// let statistics = pool.statistics();
/// assert_eq!((statistics.acquired, statistics.released), (1000, 1000));
/// assert_eq!((statistics.hits, statistics.misses), (999, 1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Frames that were acquired.
    pub acquired: usize,
    /// Those for which memory was there.
    pub hits: usize,
    /// Those that asked the global allocator: for a slab of frames, or, with the bound reached, for one.
    pub misses: usize,
    /// Frames that were released.
    pub released: usize,
    /// Those whose memory went to the global allocator, because the pool retains as much as it may.
    pub dropped: usize,
    /// Values whose drop has panicked: each was lost, its memory was not.
    pub reset_failures: usize,
    /// The most frames that were in use, or on their way home, at one time. Counted for each thread's frames in steps of up to
    /// 32, and summed.
    pub high_water: usize,
    /// Memory that the pool retains, in bytes.
    pub bytes: usize,
}

impl Statistics {
    pub(super) fn of(shared: &Shared) -> Self {
        // What was released is read first, so that it is not more than was acquired.
        let released = shared.released();
        let acquired = shared.acquired();
        // ORDERING: Relaxed. Statistics.
        let read = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        let allocated = read(&shared.allocated);
        let mut statistics = Statistics {
            acquired,
            released,
            misses: allocated,
            dropped: allocated.saturating_sub(read(&shared.allocated_now)),
            reset_failures: read(&shared.failed),
            high_water: read(&shared.allocated_most),
            ..Statistics::default()
        };
        for home in shared.homes() {
            statistics.misses += read(&home.slabs);
            statistics.high_water += home.store.used();
            statistics.bytes += home.store.bytes();
        }
        statistics.hits = acquired.saturating_sub(statistics.misses);
        statistics
    }
}
