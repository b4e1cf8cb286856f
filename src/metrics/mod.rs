//! What the workers of a pool have done: counters, read at any time.
//!
//! [`ThreadPool::metrics`](crate::ThreadPool::metrics) or [`snapshot`] gives a [`Metrics`]: a [`Work`] for each worker and their
//! sum, what each worker is doing, what waits to be taken, and what the items of each call site cost. The difference of two
//! snapshots is what was done between them; printed it is a table.
//!
//! Each worker counts for itself, in memory that no other thread writes, with plain stores; a `join` that nobody steals from
//! counts nothing. The numbers of a running pool are those of slightly different moments.
//!
//! With the feature `serde` the types here can be serialized (not read back: they are what was seen).
//!
//! # Examples
//!
//! ```
//! use moirai::prelude::*;
//!
//! let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build()?;
//! let before = pool.metrics();
//! pool.install(|| (0..10_000).into_par_iter().map(|n| n % 7).sum::<u32>());
//! let done = pool.metrics() - before;
//! println!("{done}");
//! assert!(done.total().batches() >= 1);
//! # Ok::<(), moirai::ThreadPoolBuildError>(())
//! ```

mod histogram;
#[cfg(feature = "serde")]
mod serialize;
pub(crate) mod sites;
mod table;
mod work;

pub use histogram::Histogram;
pub use sites::CallSite;
pub use work::{ByDistance, Work};

use crate::global;
use crate::pool::registry::Registry;
use crate::pool::seat::Seat;
use crate::pool::sleep::Activity;
use std::ops::Sub;
use std::sync::PoisonError;

/// What a worker is doing at a moment.
///
/// # Examples
///
/// ```
/// use moirai::metrics::WorkerState;
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build()?;
/// assert_eq!(pool.install(moirai::metrics::snapshot).states(), [WorkerState::Busy]);
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WorkerState {
    /// It runs something, or waits for what it has begun.
    Busy,
    /// It looks for something to do.
    Searching,
    /// It sleeps.
    Asleep,
    /// It has been woken and does not run yet.
    Waking,
    /// It sleeps, and a thread from outside runs a call under its index.
    Lent,
}

/// The counters of a pool at some moment: [`ThreadPool::metrics`](crate::ThreadPool::metrics), or [`snapshot`].
///
/// # Examples
///
/// ```
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build()?;
/// println!("{}", pool.metrics());
/// assert_eq!(pool.metrics().workers().len(), 2);
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    workers: Vec<Work>,
    states: Vec<WorkerState>,
    queued: Vec<usize>,
    injected_queued: usize,
    call_sites: Vec<CallSite>,
}

impl Metrics {
    pub(crate) fn of(registry: &Registry) -> Self {
        let before = registry.counted_before.lock().unwrap_or_else(PoisonError::into_inner);
        let work = |seat: &Seat| {
            let all = Work(seat.counters.read_all());
            before.get(seat.index).map_or(all, |before| all - Work(*before))
        };
        let seats = registry.seats();
        Metrics {
            workers: seats.iter().map(work).collect(),
            states: seats.iter().map(state).collect(),
            queued: seats.iter().map(Seat::queued).collect(),
            injected_queued: registry.injected_queued(),
            call_sites: sites::known(),
        }
    }

    /// From now on counters begin at 0.
    pub(crate) fn reset(registry: &Registry) {
        let mut before = registry.counted_before.lock().unwrap_or_else(PoisonError::into_inner);
        *before = registry.seats().iter().map(|seat| seat.counters.read_all()).collect();
    }

    /// What each worker has done, by index. A call that a thread from outside runs itself counts for the worker whose index
    /// it has.
    ///
    /// ```
    /// assert!(!moirai::metrics::snapshot().workers().is_empty());
    /// ```
    pub fn workers(&self) -> &[Work] {
        &self.workers
    }

    /// What each worker was doing at the moment of the snapshot, by index.
    ///
    /// ```
    /// let metrics = moirai::metrics::snapshot();
    /// assert_eq!(metrics.states().len(), metrics.workers().len());
    /// ```
    pub fn states(&self) -> &[WorkerState] {
        &self.states
    }

    /// How many jobs lay in each worker's own queues at the moment of the snapshot, for it or any other to take.
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build()?;
    /// let metrics = pool.install(|| {
    ///     moirai::spawn(|| ());
    ///     moirai::metrics::snapshot()
    /// });
    /// assert_eq!(metrics.queued(), [1]);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn queued(&self) -> &[usize] {
        &self.queued
    }

    /// How many jobs from outside the pool had not been taken by any worker at the moment of the snapshot.
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build()?;
    /// assert_eq!(pool.metrics().injected_queued(), 0);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn injected_queued(&self) -> usize {
        self.injected_queued
    }

    /// What the items of parallel calls cost, for each place in the program from which they were measured. All pools of the
    /// process learn together; places that have not been called for long may be missing.
    ///
    /// ```
    /// use moirai::prelude::*;
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build()?;
    /// pool.install(|| (0..100_000_u64).into_par_iter().map(|n| n.isqrt()).sum::<u64>());
    /// for site in pool.metrics().call_sites() {
    ///     println!("{site}");
    /// }
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn call_sites(&self) -> &[CallSite] {
        &self.call_sites
    }

    /// What all have done together.
    ///
    /// ```
    /// let before = moirai::metrics::snapshot().total();
    /// moirai::scope(|_| ());
    /// println!("{:?}", moirai::metrics::snapshot().total() - before);
    /// ```
    pub fn total(&self) -> Work {
        self.workers.iter().fold(Work::default(), |sum, work| sum + *work)
    }

    /// What was done since an earlier snapshot of the same pool; states, queues and costs are those of this one. As `self -
    /// earlier`, of which neither is used up.
    ///
    /// # Panics
    ///
    /// If that has another number of workers.
    ///
    /// ```
    /// let before = moirai::metrics::snapshot();
    /// assert_eq!(before.since(&before).total().jobs(), 0);
    /// ```
    #[must_use]
    pub fn since(&self, earlier: &Metrics) -> Metrics {
        assert_eq!(self.workers.len(), earlier.workers.len(), "snapshots of different pools");
        let pairs = self.workers.iter().zip(&earlier.workers);
        Metrics { workers: pairs.map(|(now, before)| *now - *before).collect(), ..self.clone() }
    }
}

impl Sub for Metrics {
    type Output = Metrics;

    /// See [`Metrics::since`].
    fn sub(self, earlier: Metrics) -> Metrics {
        self.since(&earlier)
    }
}

impl Sub for &Metrics {
    type Output = Metrics;

    /// See [`Metrics::since`].
    fn sub(self, earlier: &Metrics) -> Metrics {
        self.since(earlier)
    }
}

fn state(seat: &Seat) -> WorkerState {
    match seat.state.activity() {
        Activity::Running if seat.counters.is_searching() => WorkerState::Searching,
        Activity::Running => WorkerState::Busy,
        Activity::Asleep => WorkerState::Asleep,
        Activity::Waking => WorkerState::Waking,
        Activity::Lent => WorkerState::Lent,
    }
}

/// The counters of the current pool, or of the global one, which is started if need be.
///
/// # Panics
///
/// If the global pool is needed and cannot be started.
///
/// # Examples
///
/// ```
/// let before = moirai::metrics::snapshot();
/// moirai::join(|| (), || ());
/// println!("{}", moirai::metrics::snapshot().since(&before));
/// ```
pub fn snapshot() -> Metrics {
    match Seat::current() {
        Some(seat) => Metrics::of(seat.registry()),
        None => Metrics::of(global::global()),
    }
}
