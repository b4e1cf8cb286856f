//! [`Worker`]: where one lives.

use crate::pool::home::Home;
use crate::pool::seat::Seat;
use crate::topology::CpuSet;

/// Where a worker lives: see [`ThreadPool::workers`](crate::ThreadPool::workers).
///
/// # Examples
///
/// ```
/// use moirai::{Pinning, ThreadPoolBuilder, topology::Topology};
/// // A machine with more CPUs than any: nobody can be bound to its last one.
/// let machine = Topology::fake("1x4096")?;
/// let last = [4095].into_iter().collect();
/// let builder = ThreadPoolBuilder::new().num_threads(1).topology(machine);
/// let pool = builder.cpus(last).pinning(Pinning::Cpu).build()?;
/// pool.install(|| ());
/// assert_eq!(pool.workers()[0].is_settled(), Some(false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    group: usize,
    cpus: Option<CpuSet>,
    is_settled: Option<bool>,
}

impl Worker {
    pub(super) fn of(seat: &Seat, home: Option<&Home>) -> Self {
        Worker {
            group: seat.group,
            cpus: home.and_then(Home::bound_to).cloned(),
            is_settled: home.map_or(Some(true), Home::is_settled),
        }
    }

    /// The number of its group, from 0.
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build()?;
    /// assert_eq!(pool.workers()[0].group(), 0);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn group(&self) -> usize {
        self.group
    }

    /// The CPUs that it is to be bound to; `None` if it is not to be bound.
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build()?;
    /// assert_eq!(pool.workers()[0].cpus(), None);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn cpus(&self) -> Option<&CpuSet> {
        self.cpus.as_ref()
    }

    /// Whether the system has let it run where it should; `None` as long as the thread has not begun.
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build()?;
    /// assert_eq!(pool.workers()[0].is_settled(), Some(true), "it may run anywhere");
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn is_settled(&self) -> Option<bool> {
        self.is_settled
    }
}
