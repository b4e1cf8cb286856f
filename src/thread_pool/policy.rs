//! What a pool does differently from rayon's, and how to have it rayon's way.

use crate::util::variable::Variable;

/// What a thread may run while it waits inside its own pool.
///
/// The environment variable `MOIRAI_WAIT=anything` (or `descendants`) sets it for pools whose builder does not.
///
/// # Examples
///
/// ```
/// use moirai::{ThreadPoolBuilder, WaitPolicy};
/// let pool = ThreadPoolBuilder::new().wait_policy(WaitPolicy::Anything).build()?;
/// assert_eq!(pool.join(|| 1, || 2), (1, 2));
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WaitPolicy {
    /// Only what it waits for and what that forks and spawns: a lock held across the wait cannot be asked for by a
    /// foreign job, and short calls do not end late because of long foreign jobs.
    #[default]
    Descendants,
    /// Any job of the pool, as in rayon: for programs in which all workers but waiting ones block until an unrelated job
    /// runs. There are no guests then, unless asked for by [`Guests::Always`].
    Anything,
}

/// Whether threads from outside may run their calls themselves, under the index of a worker that sleeps.
///
/// The environment variable `MOIRAI_GUESTS=off` (or `on`) sets it for pools whose builder does not.
///
/// # Examples
///
/// ```
/// use moirai::{Guests, ThreadPoolBuilder};
/// let pool = ThreadPoolBuilder::new().guests(Guests::Never).build()?;
/// let caller = std::thread::current().id();
/// assert_ne!(pool.install(|| std::thread::current().id()), caller);
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Guests {
    /// On the global pool, for calls that do not name a pool, unless the pool has handlers (one that spawns threads
    /// included), thread names, a stack size or [`WaitPolicy::Anything`], or was built with
    /// [`use_current_thread`](crate::ThreadPoolBuilder::use_current_thread).
    #[default]
    Auto,
    /// Also on this pool, whatever is set for it: in `install`, `join`, `scope` and `scope_fifo` on its handle.
    Always,
    /// Never: calls from outside move to a worker, as in rayon.
    Never,
}

/// The wait policy of the environment.
pub(super) fn wait_policy_from_env() -> Option<WaitPolicy> {
    static WAIT: Variable = Variable::new("MOIRAI_WAIT", "`descendants` or `anything`");
    WAIT.read(|text| match text {
        "anything" => Some(WaitPolicy::Anything),
        "descendants" => Some(WaitPolicy::Descendants),
        _ => None,
    })
}

/// The admission of guests of the environment.
pub(super) fn guests_from_env() -> Option<Guests> {
    static GUESTS: Variable = Variable::new("MOIRAI_GUESTS", "`on` or `off`");
    GUESTS.read(|text| match text {
        "on" => Some(Guests::Auto),
        "off" => Some(Guests::Never),
        _ => None,
    })
}
