//! How a pool gets its threads.

use crate::pool::context;
use crate::pool::registry::Registry;
use crate::pool::seat::Seat;
use crate::pool::worker::Wait;
use crate::util::lock;
use crate::util::unwind::AbortIfPanic;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::{fmt, io, ptr, thread};

/// One worker to be: handed to a spawn handler, which must see to it that [`run`](Self::run) is called on a thread.
///
/// See [`ThreadPoolBuilder::spawn_handler`](crate::ThreadPoolBuilder::spawn_handler) and
/// [`build_scoped`](crate::ThreadPoolBuilder::build_scoped).
///
/// # Examples
///
/// ```
/// let pool = moirai::ThreadPoolBuilder::new()
///     .num_threads(2)
///     .thread_name(|index| format!("loom {index}"))
///     .spawn_handler(|worker| {
///         let name = worker.name().unwrap_or("nameless").to_owned();
///         std::thread::Builder::new().name(name).spawn(|| worker.run())?;
///         Ok(())
///     })
///     .build()?;
/// let names = pool.broadcast(|_| std::thread::current().name().map(str::to_owned));
/// assert_eq!(names, [Some("loom 0".into()), Some("loom 1".into())]);
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
pub struct ThreadBuilder {
    name: Option<String>,
    stack_size: Option<usize>,
    registry: Arc<Registry>,
    index: usize,
    /// A builder belongs to one thread at a time.
    _not_sync: std::marker::PhantomData<std::cell::Cell<()>>,
}

impl ThreadBuilder {
    pub(super) fn new(
        name: Option<String>,
        stack_size: Option<usize>,
        registry: Arc<Registry>,
        index: usize,
    ) -> Self {
        ThreadBuilder { name, stack_size, registry, index, _not_sync: std::marker::PhantomData }
    }

    /// The worker's index, from 0.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut indices = Vec::new();
    /// let builder = moirai::ThreadPoolBuilder::new().num_threads(3);
    /// let pool = builder.spawn_handler(|worker| {
    ///     indices.push(worker.index());
    ///     std::thread::spawn(|| worker.run());
    ///     Ok(())
    /// });
    /// drop(pool.build()?);
    /// assert_eq!(indices, [0, 1, 2]);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn index(&self) -> usize {
        self.index
    }

    /// The name that the thread should have, if one was asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// let builder = moirai::ThreadPoolBuilder::new().num_threads(1);
    /// let pool = builder.spawn_handler(|worker| {
    ///     assert_eq!(worker.name(), None);
    ///     std::thread::spawn(|| worker.run());
    ///     Ok(())
    /// });
    /// drop(pool.build()?);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The stack size that the thread should have, in bytes, if one was asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// let builder = moirai::ThreadPoolBuilder::new().num_threads(1).stack_size(4 << 20);
    /// let pool = builder.spawn_handler(|worker| {
    ///     assert_eq!(worker.stack_size(), Some(4 << 20));
    ///     std::thread::spawn(|| worker.run());
    ///     Ok(())
    /// });
    /// drop(pool.build()?);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn stack_size(&self) -> Option<usize> {
        self.stack_size
    }

    /// Works for the pool on the calling thread; returns when the pool has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut threads = Vec::new();
    /// let builder = moirai::ThreadPoolBuilder::new().num_threads(2);
    /// let pool = builder.spawn_handler(|worker| {
    ///     threads.push(std::thread::spawn(|| worker.run()));
    ///     Ok(())
    /// });
    /// let pool = pool.build()?;
    /// assert_eq!(pool.join(|| 1, || 2), (1, 2));
    /// drop(pool);
    /// for thread in threads {
    ///     thread.join().unwrap();
    /// }
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn run(self) {
        let guard = AbortIfPanic::new();
        lock::is_worker();
        let ThreadBuilder { registry, index, .. } = self;
        let seat = &registry.seats()[index];
        // SAFETY: each seat's resident is made once; the registry is held until the seat is given up, below.
        let before = unsafe { Seat::set_current(seat) };
        if let Some(home) = registry.home(index) {
            home.move_in();
        }
        registry.startup.add_one();
        let _seated = registry.turns.seat_worker(index);
        let handlers = registry.handlers();
        handlers.call(handlers.start.as_deref(), index);
        // SAFETY: this thread holds the seat, and is the only one to wait for its end.
        unsafe { seat.wait(&seat.terminate, Wait::Bottom) };
        seat.returns.flush();
        handlers.call(handlers.exit.as_deref(), index);
        // SAFETY: what the thread held before, if anything.
        unsafe { Seat::set_current(before) };
        registry.ending.worker_has_ended();
        std::mem::forget(guard);
    }
}

impl fmt::Debug for ThreadBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadBuilder")
            .field("pool", &self.registry.id())
            .field("index", &self.index)
            .field("name", &self.name)
            .field("stack_size", &self.stack_size)
            .finish()
    }
}

/// How the threads of a pool are started. Sealed.
#[allow(unnameable_types, reason = "a bound that users meet but cannot implement")]
pub trait ThreadSpawn {
    /// Whether the threads are like any other, so that one from outside may stand in for them.
    #[doc(hidden)]
    const __PLAIN: bool = false;
    #[doc(hidden)]
    fn spawn(&mut self, thread: ThreadBuilder) -> io::Result<()>;
    #[doc(hidden)]
    fn __sealed(&self, _: Sealed);
}

/// Keeps `ThreadSpawn` from being implemented elsewhere.
#[derive(Debug)]
#[allow(unnameable_types, reason = "that it cannot be named is its purpose")]
pub struct Sealed;

/// Threads of `std`.
#[derive(Debug, Default)]
#[allow(unnameable_types, reason = "the default of a parameter that users do not name")]
pub struct DefaultSpawn;

impl ThreadSpawn for DefaultSpawn {
    const __PLAIN: bool = true;

    fn spawn(&mut self, worker: ThreadBuilder) -> io::Result<()> {
        let mut builder = thread::Builder::new();
        if let Some(name) = worker.name() {
            builder = builder.name(name.to_owned());
        }
        if let Some(stack_size) = worker.stack_size() {
            builder = builder.stack_size(stack_size);
        }
        let registry = Arc::clone(&worker.registry);
        let thread = builder.spawn(|| worker.run())?;
        registry.ending.add_thread(thread);
        Ok(())
    }

    fn __sealed(&self, _: Sealed) {}
}

/// Threads from a user's closure.
#[derive(Debug)]
#[allow(unnameable_types, reason = "a parameter that `spawn_handler` fills in")]
pub struct CustomSpawn<F>(pub(super) F);

impl<F> ThreadSpawn for CustomSpawn<F>
where
    F: FnMut(ThreadBuilder) -> io::Result<()>,
{
    fn spawn(&mut self, thread: ThreadBuilder) -> io::Result<()> {
        (self.0)(thread)
    }

    fn __sealed(&self, _: Sealed) {}
}

/// A pool that stays, and the one that was kept before it.
struct Kept {
    registry: Arc<Registry>,
    _before: *mut Kept,
}

/// The pool kept last: so that who looks for leaks finds that all of them can be reached.
static KEPT: AtomicPtr<Kept> = AtomicPtr::new(ptr::null_mut());

/// Puts the calling thread on seat 0 for the rest of its life.
pub(super) fn seat_current_thread(registry: &Arc<Registry>) {
    // ORDERING: Relaxed. Nobody follows the pointers.
    let before = KEPT.load(Ordering::Relaxed);
    let kept = Box::leak(Box::new(Kept { registry: Arc::clone(registry), _before: before }));
    let kept = ptr::from_mut(kept);
    // ORDERING: Relaxed, as above. Two threads at once: then one pool is not reached, and no harm done.
    KEPT.store(kept, Ordering::Relaxed);
    // SAFETY: leaked, so it stays, and nobody changes it.
    let seat = &unsafe { &*kept }.registry.seats()[0];
    seat.lacks_main_loop.set(true);
    registry.startup.add_one();
    if context::is_recording() {
        context::take_along(seat);
    }
    // SAFETY: the thread holds seat 0, which gets no other resident; the registry stays.
    let before = unsafe { Seat::set_current(seat) };
    debug_assert!(ptr::eq(before, ptr::null()), "checked by the builder");
}
