//! `yield_now` and `yield_local`: run one job, if there is one.

use crate::pool::job::JobRef;
use crate::pool::seat::Seat;
use crate::pool::worker::Wait;
use crate::util::turns;

/// What [`yield_now`] or [`yield_local`] has done.
///
/// # Examples
///
/// ```
/// use moirai::Yield;
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
/// pool.install(|| {
///     moirai::spawn(|| ());
///     // A worker may empty its queues before it goes on.
///     while moirai::yield_local() == Some(Yield::Executed) {}
///     assert_eq!(moirai::yield_local(), Some(Yield::Idle));
/// });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yield {
    /// A job was run.
    Executed,
    /// There was none.
    Idle,
}

/// Runs at most one job of the current pool, from wherever it can be found: own queues, other workers, the injector.
///
/// `None` if the calling thread belongs to no pool. Made for loops that wait for something another job does.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
/// assert_eq!(moirai::yield_now(), None);
/// let done = AtomicBool::new(false);
/// moirai::scope(|s| {
///     s.spawn(|_| done.store(true, Ordering::Release));
///     while !done.load(Ordering::Acquire) {
///         moirai::yield_now();
///     }
/// });
/// ```
pub fn yield_now() -> Option<Yield> {
    Some(now(Seat::current()?))
}

/// Runs at most one job from the calling worker's own queues, broadcasts to it included.
///
/// `None` if the calling thread belongs to no pool.
///
/// # Examples
///
/// ```
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
/// let ran = pool.install(|| {
///     moirai::spawn(|| ());
///     (moirai::yield_local(), moirai::yield_local())
/// });
/// assert_eq!(ran, (Some(moirai::Yield::Executed), Some(moirai::Yield::Idle)));
/// ```
pub fn yield_local() -> Option<Yield> {
    Some(local(Seat::current()?))
}

pub(crate) fn now(seat: &Seat) -> Yield {
    // SAFETY: the caller holds its seat. The user asked for any job, so a guest may run one too (rule G13).
    run(seat, unsafe { seat.find(Wait::Anything) })
}

pub(crate) fn local(seat: &Seat) -> Yield {
    // SAFETY: the caller holds its seat.
    run(seat, unsafe { seat.find_local() })
}

fn run(seat: &Seat, job: Option<JobRef>) -> Yield {
    let Some(job) = job else {
        turns::let_others();
        return Yield::Idle;
    };
    seat.at_bottom.set(false);
    // SAFETY: found, hence won; the caller holds its seat.
    unsafe { seat.run_found(job) };
    Yield::Executed
}
