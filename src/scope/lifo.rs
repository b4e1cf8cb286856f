//! [`Scope`]: jobs that a worker takes newest first.

use super::base::{ScopeBase, ScopePtr, recorded};
use crate::broadcast::BroadcastContext;
use crate::global;
use crate::pool::registry::Registry;
use crate::pool::seat::Seat;
use crate::trace;
use crate::util::caller::Place;
use std::panic::Location;
use std::ptr;

/// An open scope, into which jobs are spawned. See [`scope`].
///
/// Its lifetime is that of the borrows which the jobs may hold. Other threads may spawn into it as well, as long as it is open.
///
/// # Examples
///
/// ```
/// use moirai::Scope;
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// /// Visits all nodes of a heap-shaped tree below `end`.
/// fn visit<'scope>(scope: &Scope<'scope>, node: u32, end: u32, sum: &'scope AtomicU32) {
///     sum.fetch_add(node, Ordering::Relaxed);
///     for child in [2 * node, 2 * node + 1].into_iter().filter(|&child| child < end) {
///         scope.spawn(move |scope| visit(scope, child, end, sum));
///     }
/// }
///
/// let sum = AtomicU32::new(0);
/// moirai::scope(|scope| visit(scope, 1, 100, &sum));
/// assert_eq!(sum.into_inner(), 4950);
/// ```
pub struct Scope<'scope> {
    base: ScopeBase<'scope>,
}

/// Opens a scope, runs `op` with it, and returns when `op` and all jobs spawned into the scope have ended.
///
/// Jobs may borrow whatever outlives the scope. A worker takes the jobs that it has spawned newest first. A thread that
/// waits for the scope runs jobs of the scope and what these fork and spawn, and nothing else. Called from outside any
/// pool, it uses the global one: on the calling thread, under the index of a worker that sleeps, or else on a worker.
///
/// Spawning costs a few dozen instructions; jobs live in pooled frames.
///
/// # Panics
///
/// If `op` or jobs panic, all others still run, then one of the panics is resumed.
///
/// # Examples
///
/// ```
/// let mut halves = [vec![3, 1, 2], vec![6, 5, 4]];
/// moirai::scope(|s| {
///     for half in &mut halves {
///         s.spawn(move |_| half.sort());
///     }
/// });
/// assert_eq!(halves.concat(), [1, 2, 3, 4, 5, 6]);
/// ```
#[track_caller]
pub fn scope<'scope, OP, R>(op: OP) -> R
where
    OP: FnOnce(&Scope<'scope>) -> R + Send,
    R: Send,
{
    scope_on(global::current(), op, Location::caller())
}

/// [`scope`] on a thread of the given pool.
pub(crate) fn scope_on<'scope, OP, R>(registry: &Registry, op: OP, place: Place) -> R
where
    OP: FnOnce(&Scope<'scope>) -> R + Send,
    R: Send,
{
    registry.in_worker(|_: &Seat, _| in_place_scope_in(registry, op, place))
}

/// Like [`scope`], but `op` runs on the calling thread wherever that is; jobs go to the current pool, or to the global one.
///
/// # Panics
///
/// As [`scope`].
///
/// # Examples
///
/// ```
/// let mut sum = 0;
/// let local = std::rc::Rc::new(4); // Not `Send`: `op` does not move.
/// moirai::in_place_scope(|s| {
///     s.spawn(|_| sum += 38);
///     assert_eq!(*local, 4);
/// });
/// assert_eq!(sum + *local, 42);
/// ```
#[track_caller]
pub fn in_place_scope<'scope, OP, R>(op: OP) -> R
where
    OP: FnOnce(&Scope<'scope>) -> R,
{
    in_place_scope_in(global::current(), op, Location::caller())
}

/// [`in_place_scope`] with jobs in the given pool.
pub(crate) fn in_place_scope_in<'scope, OP, R>(registry: &Registry, op: OP, place: Place) -> R
where
    OP: FnOnce(&Scope<'scope>) -> R,
{
    let _call = recorded::<OP>(registry, place);
    let scope = Scope { base: ScopeBase::new(registry) };
    let _bar = trace::call(None, Some(place));
    scope.base.complete(|| op(&scope))
}

impl<'scope> Scope<'scope> {
    /// Spawns a job into the scope; it gets the scope too and may spawn more.
    ///
    /// The job is not run inside this call. It goes to the calling worker's own deque, or from a thread of another pool, or
    /// of none, to the scope's pool.
    ///
    /// # Panics
    ///
    /// The call does not panic. A panic in the job is resumed by the call that opened the scope.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// let count = AtomicUsize::new(0);
    /// moirai::scope(|s| {
    ///     s.spawn(|s| {
    ///         count.fetch_add(1, Ordering::Relaxed);
    ///         s.spawn(|_| {
    ///             count.fetch_add(1, Ordering::Relaxed);
    ///         });
    ///     });
    /// });
    /// assert_eq!(count.into_inner(), 2);
    /// ```
    pub fn spawn<BODY>(&self, body: BODY)
    where
        BODY: FnOnce(&Scope<'scope>) + Send + 'scope,
    {
        let this = ScopePtr(ptr::from_ref(self));
        let job = self.base.make_job(move || {
            let this = this;
            // SAFETY: inside a job of this scope.
            body(unsafe { this.get() });
        });
        // SAFETY: made above, published once.
        unsafe { self.base.publish(job, |_, job| job) };
    }

    /// Spawns a job that every worker of the scope's pool runs once before the scope ends.
    ///
    /// As with [`broadcast`](crate::broadcast()) the pool admits no guests from then on.
    ///
    /// # Panics
    ///
    /// The call does not panic. A panic in a share is resumed by the call that opened the scope.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    /// let sum = AtomicUsize::new(0);
    /// pool.scope(|s| {
    ///     s.spawn_broadcast(|_, context| {
    ///         sum.fetch_add(context.index(), Ordering::Relaxed);
    ///     });
    /// });
    /// assert_eq!(sum.into_inner(), 3);
    /// ```
    pub fn spawn_broadcast<BODY>(&self, body: BODY)
    where
        BODY: Fn(&Scope<'scope>, BroadcastContext<'_>) + Send + Sync + 'scope,
    {
        let this = ScopePtr(ptr::from_ref(self));
        self.base.publish_broadcast(move |context| {
            let this = &this;
            // SAFETY: inside a share of this scope.
            body(unsafe { this.get() }, context);
        });
    }
}

impl std::fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Scope").field(&self.base).finish()
    }
}
