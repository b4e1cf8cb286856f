//! [`ThreadPool`] and what builds it.

mod builder;
mod error;
mod layout;
mod policy;
mod spawn;
mod worker;

pub use builder::ThreadPoolBuilder;
pub use error::ThreadPoolBuildError;
pub use layout::{Pinning, Placement};
pub use policy::{Guests, WaitPolicy};
pub use spawn::ThreadBuilder;
pub use worker::Worker;

pub(crate) use builder::build_default_global;

use crate::broadcast::{BroadcastContext, broadcast_in, spawn_broadcast_in};
use crate::global;
use crate::join::join_at;
use crate::metrics::Metrics;
use crate::pool::registry::{MAX_THREADS, Registry};
use crate::pool::seat::Seat;
use crate::scope::{
    Scope, ScopeFifo, in_place_scope_fifo_in, in_place_scope_in, scope_fifo_on, scope_on,
};
use crate::spawn::{spawn_fifo_in, spawn_in};
use crate::yielding::{self, Yield};
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

/// A pool of worker threads of its own.
///
/// Made by a [`ThreadPoolBuilder`]. Dropping the handle tells the workers to end once all spawned jobs have run, and does
/// not wait for them. A pool costs its threads and their stacks, and nothing while it is idle; most programs need but the
/// global one, which the free functions use.
///
/// # Examples
///
/// ```
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(3).build()?;
/// assert_eq!(pool.install(moirai::current_num_threads), 3);
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
pub struct ThreadPool {
    registry: Arc<Registry>,
}

impl ThreadPool {
    pub(crate) fn from_registry(registry: Arc<Registry>) -> Self {
        ThreadPool { registry }
    }

    /// A pool as the given configuration describes it.
    ///
    /// # Errors
    ///
    /// As [`ThreadPoolBuilder::build`].
    ///
    /// # Examples
    ///
    /// The configuration cannot be named here, but inferred:
    ///
    /// ```
    /// #[allow(deprecated)]
    /// let pool = moirai::ThreadPool::new(Default::default()).unwrap();
    /// assert!(pool.current_num_threads() >= 1);
    /// ```
    #[deprecated(note = "use `ThreadPoolBuilder::build`")]
    #[allow(deprecated, reason = "the configuration is deprecated together with this")]
    pub fn new(
        configuration: crate::configuration::Configuration,
    ) -> Result<ThreadPool, Box<dyn std::error::Error>> {
        configuration.build()
    }

    /// Runs `op` on a worker of this pool and returns its result; what it calls uses this pool.
    ///
    /// A worker of this pool runs it in place, which costs nothing. Other callers block, and as a rule a sleeping worker and
    /// then the caller have to be woken; a worker of another pool runs jobs of its own pool meanwhile. With
    /// [`Guests::Always`] a thread of no pool may run `op` itself, under the index of a worker that sleeps.
    ///
    /// # Panics
    ///
    /// With `op`'s panic.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    /// assert!(pool.install(moirai::current_thread_index).is_some());
    /// ```
    pub fn install<OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce() -> R + Send,
        R: Send,
    {
        self.registry.in_worker(|_, _| op())
    }

    /// [`broadcast`](crate::broadcast()) on this pool.
    ///
    /// # Panics
    ///
    /// As there.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    /// assert_eq!(pool.broadcast(|context| context.index()), [0, 1]);
    /// ```
    pub fn broadcast<OP, R>(&self, op: OP) -> Vec<R>
    where
        OP: Fn(BroadcastContext<'_>) -> R + Sync,
        R: Send,
    {
        broadcast_in(&self.registry, op)
    }

    /// Makes the counters of [`metrics`](Self::metrics) begin at 0 again, for all who read them. Not in rayon.
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build()?;
    /// pool.install(|| ());
    /// pool.reset_metrics();
    /// assert_eq!(pool.metrics().total().injected(), 0);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn reset_metrics(&self) {
        Metrics::reset(&self.registry);
    }

    /// Ends the pool as dropping it does, and waits: for the jobs that were spawned, and for the threads. Not in rayon.
    ///
    /// Threads of a [spawn handler](ThreadPoolBuilder::spawn_handler) are not joined: they have left
    /// [`ThreadBuilder::run`], or are about to. The thread of [`use_current_thread`](ThreadPoolBuilder::use_current_thread) is
    /// not waited for.
    ///
    /// # Panics
    ///
    /// If the caller is a worker of this very pool, which would wait for itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicBool, Ordering};
    /// static DONE: AtomicBool = AtomicBool::new(false);
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build()?;
    /// pool.spawn(|| DONE.store(true, Ordering::Relaxed));
    /// pool.shutdown();
    /// assert!(DONE.load(Ordering::Relaxed));
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn shutdown(self) {
        self.end(None);
    }

    /// The same, for so long at most. `true` if all threads have ended; otherwise they end by themselves, later. Not in rayon.
    ///
    /// # Panics
    ///
    /// As [`shutdown`](Self::shutdown).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build()?;
    /// let (open, door) = std::sync::mpsc::channel::<()>();
    /// pool.spawn(move || door.recv().unwrap());
    /// assert!(!pool.shutdown_timeout(Duration::from_millis(1)), "a job waits at the door");
    /// open.send(()).unwrap();
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn shutdown_timeout(self, limit: Duration) -> bool {
        self.end(Some(limit))
    }

    fn end(self, limit: Option<Duration>) -> bool {
        let registry = Arc::clone(&self.registry);
        assert!(
            registry.current_seat().is_none(),
            "a worker cannot wait for the end of its own pool"
        );
        drop(self);
        registry.ending.wait(limit)
    }

    /// What the workers have done since the pool was built. Not in rayon.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build()?;
    /// let before = pool.metrics();
    /// pool.install(|| ());
    /// assert_eq!(pool.metrics().since(&before).total().injected(), 1);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn metrics(&self) -> Metrics {
        Metrics::of(&self.registry)
    }

    /// Where the workers live, by index. Not in rayon.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build()?;
    /// for worker in pool.workers() {
    ///     println!("{worker:?}");
    /// }
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn workers(&self) -> Vec<Worker> {
        let seats = self.registry.seats().iter();
        seats.map(|seat| Worker::of(seat, self.registry.home(seat.index))).collect()
    }

    /// The number of workers of this pool; it never changes.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(5).build().unwrap();
    /// assert_eq!(pool.current_num_threads(), 5);
    /// ```
    #[inline]
    pub fn current_num_threads(&self) -> usize {
        self.registry.seats().len()
    }

    /// The calling thread's index in this pool; `None` if it is no worker of this pool.
    ///
    /// # Examples
    ///
    /// ```
    /// let builder = || moirai::ThreadPoolBuilder::new().num_threads(1);
    /// let (one, other) = (builder().build().unwrap(), builder().build().unwrap());
    /// let indices = one.install(|| (one.current_thread_index(), other.current_thread_index()));
    /// assert_eq!(indices, (Some(0), None));
    /// ```
    #[inline]
    pub fn current_thread_index(&self) -> Option<usize> {
        self.registry.current_seat().map(|seat| seat.index)
    }

    /// Whether the calling worker has jobs in its own queues; `None` if it is no worker of this pool.
    ///
    /// Other workers may take them at any time: a hint.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    /// assert_eq!(pool.current_thread_has_pending_tasks(), None);
    /// let pending = pool.install(|| {
    ///     moirai::spawn(|| ());
    ///     pool.current_thread_has_pending_tasks()
    /// });
    /// assert_eq!(pending, Some(true));
    /// ```
    #[inline]
    pub fn current_thread_has_pending_tasks(&self) -> Option<bool> {
        self.registry.current_seat().map(Seat::has_pending_tasks)
    }

    /// [`join`](crate::join()) on this pool.
    ///
    /// # Panics
    ///
    /// As there.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    /// let (mut warp, mut weft) = (vec![3, 1], vec![4, 2]);
    /// pool.join(|| warp.sort(), || weft.sort());
    /// assert_eq!((warp, weft), (vec![1, 3], vec![2, 4]));
    /// ```
    #[track_caller]
    pub fn join<A, B, RA, RB>(&self, oper_a: A, oper_b: B) -> (RA, RB)
    where
        A: FnOnce() -> RA + Send,
        B: FnOnce() -> RB + Send,
        RA: Send,
        RB: Send,
    {
        let place = Location::caller();
        self.install(|| join_at(oper_a, oper_b, place))
    }

    /// [`scope`](crate::scope()) on this pool.
    ///
    /// # Panics
    ///
    /// As there.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    /// let mut lengths = [0; 3];
    /// pool.scope(|s| {
    ///     for (length, word) in lengths.iter_mut().zip(["spin", "measure", "cut"]) {
    ///         s.spawn(|_| *length = word.len());
    ///     }
    /// });
    /// assert_eq!(lengths, [4, 7, 3]);
    /// ```
    #[track_caller]
    pub fn scope<'scope, OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce(&Scope<'scope>) -> R + Send,
        R: Send,
    {
        scope_on(&self.registry, op, Location::caller())
    }

    /// [`scope_fifo`](crate::scope_fifo()) on this pool.
    ///
    /// # Panics
    ///
    /// As there.
    ///
    /// # Examples
    ///
    /// ```
    /// // With one thread there is no thief, so the order is certain.
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    /// let order = std::sync::Mutex::new(Vec::new());
    /// pool.scope_fifo(|s| {
    ///     for turn in 0..3 {
    ///         let order = &order;
    ///         s.spawn_fifo(move |_| order.lock().unwrap().push(turn));
    ///     }
    /// });
    /// assert_eq!(order.into_inner().unwrap(), [0, 1, 2]);
    /// ```
    #[track_caller]
    pub fn scope_fifo<'scope, OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce(&ScopeFifo<'scope>) -> R + Send,
        R: Send,
    {
        scope_fifo_on(&self.registry, op, Location::caller())
    }

    /// [`in_place_scope`](crate::in_place_scope()) with jobs in this pool.
    ///
    /// # Panics
    ///
    /// As there.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    /// let mut elsewhere = None;
    /// let here = pool.in_place_scope(|s| {
    ///     s.spawn(|_| elsewhere = moirai::current_thread_index());
    ///     moirai::current_thread_index()
    /// });
    /// assert_eq!(here, None);
    /// assert!(elsewhere.is_some());
    /// ```
    #[track_caller]
    pub fn in_place_scope<'scope, OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce(&Scope<'scope>) -> R,
    {
        in_place_scope_in(&self.registry, op, Location::caller())
    }

    /// [`in_place_scope_fifo`](crate::in_place_scope_fifo()) with jobs in this pool.
    ///
    /// # Panics
    ///
    /// As there.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    /// let (sender, receiver) = std::sync::mpsc::channel();
    /// pool.in_place_scope_fifo(|s| {
    ///     for word in ["spin", "measure", "cut"] {
    ///         let sender = sender.clone();
    ///         s.spawn_fifo(move |_| sender.send(word).unwrap());
    ///     }
    ///     drop(sender);
    /// });
    /// assert_eq!(receiver.iter().collect::<Vec<_>>(), ["spin", "measure", "cut"]);
    /// ```
    #[track_caller]
    pub fn in_place_scope_fifo<'scope, OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce(&ScopeFifo<'scope>) -> R,
    {
        in_place_scope_fifo_in(&self.registry, op, Location::caller())
    }

    /// [`spawn`](crate::spawn()) on this pool, which lives until the job has run, even if the handle is dropped before.
    ///
    /// # Panics
    ///
    /// As there.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    /// let (sender, receiver) = std::sync::mpsc::channel();
    /// pool.spawn(move || sender.send("done").unwrap());
    /// drop(pool);
    /// assert_eq!(receiver.recv(), Ok("done"));
    /// ```
    pub fn spawn<OP>(&self, op: OP)
    where
        OP: FnOnce() + Send + 'static,
    {
        spawn_in(&self.registry, op);
    }

    /// [`spawn_fifo`](crate::spawn_fifo()) on this pool.
    ///
    /// # Panics
    ///
    /// As there.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    /// let (sender, receiver) = std::sync::mpsc::channel();
    /// for turn in 0..3 {
    ///     let sender = sender.clone();
    ///     pool.spawn_fifo(move || sender.send(turn).unwrap());
    /// }
    /// drop(sender);
    /// assert_eq!(receiver.iter().collect::<Vec<_>>(), [0, 1, 2]);
    /// ```
    pub fn spawn_fifo<OP>(&self, op: OP)
    where
        OP: FnOnce() + Send + 'static,
    {
        spawn_fifo_in(&self.registry, op);
    }

    /// [`spawn_broadcast`](crate::spawn_broadcast()) on this pool.
    ///
    /// # Panics
    ///
    /// As there.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    /// let (sender, receiver) = std::sync::mpsc::channel();
    /// pool.spawn_broadcast(move |context| sender.send(context.num_threads()).unwrap());
    /// assert_eq!(receiver.iter().collect::<Vec<_>>(), [3, 3, 3]);
    /// ```
    pub fn spawn_broadcast<OP>(&self, op: OP)
    where
        OP: Fn(BroadcastContext<'_>) + Send + Sync + 'static,
    {
        spawn_broadcast_in(&self.registry, op);
    }

    /// [`yield_now`](crate::yield_now()), if the calling thread is a worker of this pool; `None` otherwise.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    /// assert_eq!(pool.yield_now(), None);
    /// assert_eq!(pool.install(|| pool.yield_now()), Some(moirai::Yield::Idle));
    /// ```
    pub fn yield_now(&self) -> Option<Yield> {
        self.registry.current_seat().map(yielding::now)
    }

    /// [`yield_local`](crate::yield_local()), if the calling thread is a worker of this pool; `None` otherwise.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    /// let done = pool.install(|| {
    ///     pool.spawn(|| ());
    ///     pool.yield_local()
    /// });
    /// assert_eq!(done, Some(moirai::Yield::Executed));
    /// ```
    pub fn yield_local(&self) -> Option<Yield> {
        self.registry.current_seat().map(yielding::local)
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        self.registry.release(1);
        self.registry.turns.leave();
    }
}

/// `{:?}` names the pool; `{:#?}` also shows what each of its threads is doing.
impl std::fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let is_alternate = f.alternate();
        let mut fields = f.debug_struct("ThreadPool");
        fields.field("num_threads", &self.current_num_threads()).field("id", &self.registry.id());
        if is_alternate {
            fields.field("registry", &self.registry);
        }
        fields.finish()
    }
}

/// The number of threads of the current pool, or of the global one, which is started if need be.
///
/// # Panics
///
/// If it is needed and cannot be started.
///
/// # Examples
///
/// ```
/// assert!(moirai::current_num_threads() >= 1);
/// ```
#[inline]
pub fn current_num_threads() -> usize {
    global::current().seats().len()
}

/// The calling thread's index in its pool, from 0; `None` outside any pool. Does not start the global pool.
///
/// # Examples
///
/// ```
/// assert_eq!(moirai::current_thread_index(), None);
/// let (a, b) = moirai::join(moirai::current_thread_index, moirai::current_thread_index);
/// assert!(a.is_some() && b.is_some());
/// ```
#[inline]
pub fn current_thread_index() -> Option<usize> {
    Seat::current().map(|seat| seat.index)
}

/// The largest number of threads that a pool can have; larger requests are cut down to it.
///
/// # Examples
///
/// ```
/// assert!(moirai::max_num_threads() >= 255);
/// ```
#[inline]
pub fn max_num_threads() -> usize {
    MAX_THREADS
}

/// Whether the calling worker has jobs in its own queues; `None` outside any pool. For the rayon-core stand-in.
#[doc(hidden)]
pub fn current_thread_has_pending_tasks() -> Option<bool> {
    Seat::current().map(Seat::has_pending_tasks)
}
