//! [`ThreadPoolBuilder`].

use super::layout::{Hints, Layout, Pinning, Placement};
use super::policy::{self, Guests, WaitPolicy};
use super::spawn::{CustomSpawn, DefaultSpawn, ThreadBuilder, ThreadSpawn, seat_current_thread};
use super::{ThreadPool, ThreadPoolBuildError};
use crate::global;
use crate::pool::handlers::Handlers;
use crate::pool::registry::{MAX_THREADS, Registry, Settings};
use crate::pool::seat::Seat;
use crate::steal::StealOrder;
use crate::topology::{CpuSet, Topology};
use crate::trace::Choice;
use crate::tuning;
use crate::util::turns::{self, Turns};
use crate::util::variable::Variable;
use std::any::Any;
use std::sync::Arc;
use std::{env, fmt, io, thread};

/// Describes a pool before it is built.
///
/// What is not said is taken from the environment and the machine. [`build`](Self::build) makes a pool of its own,
/// [`build_global`](Self::build_global) the one that calls outside any pool use.
///
/// # Examples
///
/// ```
/// let pool = moirai::ThreadPoolBuilder::new()
///     .num_threads(2)
///     .thread_name(|index| format!("loom-{index}"))
///     .build()?;
/// let name = pool.install(|| std::thread::current().name().map(str::to_owned));
/// assert!(name.is_some_and(|name| name.starts_with("loom-")));
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
pub struct ThreadPoolBuilder<S = DefaultSpawn> {
    num_threads: usize,
    use_current_thread: bool,
    thread_name: Option<Box<dyn FnMut(usize) -> String>>,
    stack_size: Option<usize>,
    handlers: Handlers,
    breadth_first: bool,
    wait_policy: Option<WaitPolicy>,
    guests: Option<Guests>,
    hints: Hints,
    seed: Option<u64>,
    trace: Choice,
    spawn: S,
}

impl Default for ThreadPoolBuilder {
    fn default() -> Self {
        ThreadPoolBuilder {
            num_threads: 0,
            use_current_thread: false,
            thread_name: None,
            stack_size: None,
            handlers: Handlers::default(),
            breadth_first: false,
            wait_policy: None,
            guests: None,
            hints: Hints::default(),
            seed: None,
            trace: Default::default(),
            spawn: DefaultSpawn,
        }
    }
}

impl ThreadPoolBuilder {
    /// A builder with all defaults.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().build()?;
    /// assert!(pool.current_num_threads() >= 1);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Builds a pool of scoped threads for the time of one call.
    ///
    /// `wrapper` is called on each new thread and must call [`ThreadBuilder::run`]; `with_pool` gets the pool. All threads
    /// have ended when this returns, so both closures may borrow.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    ///
    /// # Examples
    ///
    /// ```
    /// let words = ["some", "words"];
    /// let total = moirai::ThreadPoolBuilder::new().num_threads(2).build_scoped(
    ///     |thread| thread.run(),
    ///     |pool| pool.join(|| words[0].len(), || words[1].len()),
    /// )?;
    /// assert_eq!(total, (4, 5));
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn build_scoped<W, F, R>(self, wrapper: W, with_pool: F) -> Result<R, ThreadPoolBuildError>
    where
        W: Fn(ThreadBuilder) + Sync,
        F: FnOnce(&ThreadPool) -> R,
    {
        let wrapper = &wrapper;
        thread::scope(|scope| {
            let pool = self
                .spawn_handler(|worker| {
                    let mut builder = thread::Builder::new();
                    if let Some(name) = worker.name() {
                        builder = builder.name(name.to_owned());
                    }
                    if let Some(size) = worker.stack_size() {
                        builder = builder.stack_size(size);
                    }
                    builder.spawn_scoped(scope, move || wrapper(worker))?;
                    Ok(())
                })
                .build()?;
            Ok(with_pool(&pool))
        })
    }
}

impl<S> ThreadPoolBuilder<S> {
    /// The number of threads; 0, the default, leaves it to the environment and the machine.
    ///
    /// Then `RAYON_NUM_THREADS` counts if it is a positive number, else (unless it is 0) the older `RAYON_RS_NUM_CPUS`, else
    /// `MOIRAI_NUM_THREADS`, else
    /// what `std::thread::available_parallelism` says, or if hints restrict the pool, the number of CPUs that they leave. Cut down to [`max_num_threads`](crate::max_num_threads).
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(4).build()?;
    /// assert_eq!(pool.current_num_threads(), 4);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn num_threads(mut self, num_threads: usize) -> Self {
        self.num_threads = num_threads;
        self
    }

    /// Makes the calling thread the worker with index 0, for the rest of its life.
    ///
    /// It runs jobs only while it waits in the pool (in `join`, `scope`, `install`, `yield_now`); it has no loop of its own.
    /// Building fails if the thread belongs to a pool already. The pool's memory is never given back.
    ///
    /// # Examples
    ///
    /// ```
    /// let index = std::thread::spawn(|| {
    ///     let builder = moirai::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    ///     let pool = builder.build().unwrap();
    ///     pool.current_thread_index()
    /// });
    /// assert_eq!(index.join().unwrap(), Some(0));
    /// ```
    #[must_use]
    pub fn use_current_thread(mut self) -> Self {
        self.use_current_thread = true;
        self
    }

    /// Names the threads: the closure is called once for each index, on the building thread. Without it they have no names.
    ///
    /// If the global pool has names, calls from outside are moved to its workers (see [`Guests::Auto`]).
    ///
    /// # Examples
    ///
    /// ```
    /// let builder = moirai::ThreadPoolBuilder::new().num_threads(1);
    /// let pool = builder.thread_name(|index| format!("spinner {index}")).build()?;
    /// let name = pool.install(|| std::thread::current().name().map(str::to_owned));
    /// assert_eq!(name.as_deref(), Some("spinner 0"));
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn thread_name<F>(mut self, closure: F) -> Self
    where
        F: FnMut(usize) -> String + 'static,
    {
        self.thread_name = Some(Box::new(closure));
        self
    }

    /// The stack size of each thread, in bytes; what std gives to threads if this is not called.
    ///
    /// Each nested `join` takes stack, so deep recursion needs more. If the global pool has a stack size, calls from outside
    /// are moved to its workers (see [`Guests::Auto`]).
    ///
    /// # Examples
    ///
    /// ```
    /// fn depth(left: u32) -> u32 {
    ///     if left == 0 { 0 } else { 1 + moirai::join(|| depth(left - 1), || ()).0 }
    /// }
    /// let builder = moirai::ThreadPoolBuilder::new().num_threads(1);
    /// let pool = builder.stack_size(16 << 20).build()?;
    /// assert_eq!(pool.install(|| depth(1_000)), 1_000);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn stack_size(mut self, stack_size: usize) -> Self {
        self.stack_size = Some(stack_size);
        self
    }

    /// Is called with the payload when a detached job, a start or an exit handler panics. Without one the process is aborted;
    /// likewise if the handler itself panics.
    ///
    /// Calls that somebody waits for (`join`, `scope`, `install`, iterators) resume their panics in the caller instead.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = std::sync::mpsc::channel();
    /// let pool = moirai::ThreadPoolBuilder::new()
    ///     .num_threads(1)
    ///     .panic_handler(move |payload| sender.send(payload.is::<&str>()).unwrap())
    ///     .build()?;
    /// pool.spawn(|| std::panic::resume_unwind(Box::new("the thread is torn")));
    /// assert_eq!(receiver.recv(), Ok(true));
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn panic_handler<H>(mut self, panic_handler: H) -> Self
    where
        H: Fn(Box<dyn Any + Send>) + Send + Sync + 'static,
    {
        self.handlers.panic = Some(Box::new(panic_handler));
        self
    }

    /// Is called on each worker, with its index, before it takes any job. Several workers may be at it at the same time.
    ///
    /// Not on the thread of [`use_current_thread`](Self::use_current_thread). A panic goes to the
    /// [panic handler](Self::panic_handler).
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = std::sync::mpsc::channel();
    /// let builder = moirai::ThreadPoolBuilder::new().num_threads(2);
    /// let pool = builder.start_handler(move |index| sender.send(index).unwrap()).build()?;
    /// let mut begun: Vec<usize> = receiver.iter().take(2).collect();
    /// begun.sort();
    /// assert_eq!(begun, [0, 1]);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn start_handler<H>(mut self, start_handler: H) -> Self
    where
        H: Fn(usize) + Send + Sync + 'static,
    {
        self.handlers.start = Some(Box::new(start_handler));
        self
    }

    /// Is called on each worker, with its index, after its last job. Several workers may be at it at the same time.
    ///
    /// Not on the thread of [`use_current_thread`](Self::use_current_thread), and not in the global pool, which never ends.
    /// A panic goes to the [panic handler](Self::panic_handler).
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = std::sync::mpsc::channel();
    /// let builder = moirai::ThreadPoolBuilder::new().num_threads(2);
    /// drop(builder.exit_handler(move |index| sender.send(index).unwrap()).build()?);
    /// assert_eq!(receiver.iter().sum::<usize>(), 0 + 1);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn exit_handler<H>(mut self, exit_handler: H) -> Self
    where
        H: Fn(usize) + Send + Sync + 'static,
    {
        self.handlers.exit = Some(Box::new(exit_handler));
        self
    }

    /// Makes each worker take its own spawned jobs oldest first.
    ///
    /// # Examples
    ///
    /// ```
    /// #[allow(deprecated)]
    /// let builder = moirai::ThreadPoolBuilder::new().num_threads(1).breadth_first();
    /// let pool = builder.build()?;
    /// let (sender, receiver) = std::sync::mpsc::channel();
    /// pool.scope(|s| {
    ///     for turn in 0..3 {
    ///         let sender = sender.clone();
    ///         s.spawn(move |_| sender.send(turn).unwrap());
    ///     }
    /// });
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [0, 1, 2]);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[deprecated(note = "use `scope_fifo` and `spawn_fifo`")]
    #[must_use]
    pub fn breadth_first(mut self) -> Self {
        self.breadth_first = true;
        self
    }

    /// What a thread may run while it waits inside this pool. Not in rayon. Goes before `MOIRAI_WAIT` in the environment.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::{ThreadPoolBuilder, WaitPolicy};
    /// let pool = ThreadPoolBuilder::new().wait_policy(WaitPolicy::Descendants).build()?;
    /// assert_eq!(pool.join(|| 1, || 2), (1, 2));
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn wait_policy(mut self, policy: WaitPolicy) -> Self {
        self.wait_policy = Some(policy);
        self
    }

    /// Whether threads from outside may run their calls themselves. Not in rayon. Goes before `MOIRAI_GUESTS` in the
    /// environment.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::{Guests, ThreadPoolBuilder};
    /// let pool = ThreadPoolBuilder::new().num_threads(2).guests(Guests::Always).build()?;
    /// // On this thread, if a worker sleeps; on a worker otherwise. There is an index in either case.
    /// assert!(pool.install(moirai::current_thread_index).is_some());
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn guests(mut self, guests: Guests) -> Self {
        self.guests = Some(guests);
        self
    }

    /// Lays the pool out on this machine instead of the one found by [`Topology::detect`]. Not in rayon.
    ///
    /// The environment variable `MOIRAI_TOPOLOGY` sets it for pools whose builder does not: `auto`, `off` (one group), or
    /// `fake:4x8` as for [`Topology::fake`].
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::{ThreadPoolBuilder, topology::Topology};
    /// // Two nodes of two CPUs, on whatever this runs.
    /// let builder = ThreadPoolBuilder::new().num_threads(4).topology(Topology::fake("2x2")?);
    /// let groups: Vec<usize> = builder.build()?.workers().iter().map(|w| w.group()).collect();
    /// assert_eq!(groups, [0, 0, 1, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn topology(mut self, topology: Topology) -> Self {
        self.hints.topology = Some(topology);
        self
    }

    /// Uses the CPUs of these nodes only, by the numbers that the system gives them. Not in rayon.
    ///
    /// Building fails if there is no such node, or none of its CPUs may be used. If nothing is said about the number of
    /// threads, there is one for each CPU that is left.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::{ThreadPoolBuilder, topology::Topology};
    /// let builder = || ThreadPoolBuilder::new().num_threads(2).topology(Topology::fake("2x2").unwrap());
    /// assert!(builder().nodes([1]).build().is_ok());
    /// let error = builder().nodes([7]).build().unwrap_err();
    /// assert!(error.to_string().contains("there is no node 7; the machine has the nodes [0, 1]"));
    /// ```
    #[must_use]
    pub fn nodes(mut self, nodes: impl IntoIterator<Item = usize>) -> Self {
        self.hints.nodes = Some(nodes.into_iter().collect());
        self
    }

    /// Uses these CPUs only. Not in rayon.
    ///
    /// Building fails if the process may not use one of them. If nothing is said about the number of threads, there is one
    /// for each CPU.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::{ThreadPoolBuilder, topology::Topology};
    /// let allowed = Topology::detect().allowed_cpus().clone();
    /// let first = allowed.iter().take(1).collect();
    /// let pool = ThreadPoolBuilder::new().cpus(first).build()?;
    /// assert!(pool.current_num_threads() >= 1);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn cpus(mut self, cpus: CpuSet) -> Self {
        self.hints.cpus = Some(cpus);
        self
    }

    /// Uses one CPU of each core only, where cores have several (SMT, hyper-threading). Not in rayon.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::{ThreadPoolBuilder, topology::Topology};
    /// let machine = Topology::fake("1x8/smt=2")?;
    /// let pool = ThreadPoolBuilder::new().topology(machine).physical_cores_only().build()?;
    /// # if std::env::var_os("RAYON_NUM_THREADS").is_none() {
    /// assert_eq!(pool.current_num_threads(), 4);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn physical_cores_only(mut self) -> Self {
        self.hints.physical_cores_only = true;
        self
    }

    /// Uses the fastest kind of cores only, where there are several kinds; all of them elsewhere. Not in rayon.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().performance_cores_only().build()?;
    /// assert!(pool.current_num_threads() >= 1);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn performance_cores_only(mut self) -> Self {
        self.hints.performance_cores_only = true;
        self
    }

    /// Whether workers are bound to CPUs. Not in rayon. With a [spawn handler](Self::spawn_handler) too: they bind themselves
    /// in [`ThreadBuilder::run`].
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::{Pinning, ThreadPoolBuilder};
    /// let pool = ThreadPoolBuilder::new().num_threads(2).pinning(Pinning::Group).build()?;
    /// assert_eq!(pool.join(|| 1, || 2), (1, 2));
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn pinning(mut self, pinning: Pinning) -> Self {
        self.hints.pinning = pinning;
        self
    }

    /// In which order idle workers look at the others; by distance if this is not called. Not in rayon.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::{StealOrder, ThreadPoolBuilder};
    /// let pool = ThreadPoolBuilder::new().num_threads(2).steal_order(StealOrder::Uniform).build()?;
    /// assert_eq!(pool.join(|| 1, || 2), (1, 2));
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn steal_order(mut self, order: StealOrder) -> Self {
        self.hints.steal_order = order;
        self
    }

    /// Whether large calls are dealt to the groups; they are if this is not called. Not in rayon. On a machine with one group
    /// it changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::{Placement, ThreadPoolBuilder};
    /// let pool = ThreadPoolBuilder::new().num_threads(2).placement(Placement::None).build()?;
    /// assert_eq!(pool.join(|| 1, || 2), (1, 2));
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn placement(mut self, placement: Placement) -> Self {
        self.hints.placement = placement;
        self
    }

    /// Runs the threads of the pool one at a time, in an order drawn from this seed: the same seed, the same course of the
    /// program. For tests; not in rayon; with the feature `seeded` only. See `docs/seeds.md` for what it finds and what it
    /// does not.
    ///
    /// The thread that builds the pool takes part, and so do others once they call it. The environment variable
    /// `MOIRAI_SEED` sets a seed for pools whose builder does not.
    ///
    /// # Examples
    ///
    /// A program that relies on the left half to run first:
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// let fails = |seed| {
    ///     let pool = moirai::ThreadPoolBuilder::new().num_threads(2).seed(seed).build().unwrap();
    ///     let length = AtomicU32::new(0);
    ///     let (_, seen) = pool.join(
    ///         || {
    ///             pool.join(|| (), || ());
    ///             length.store(3, SeqCst)
    ///         },
    ///         || length.load(SeqCst),
    ///     );
    ///     seen != 3
    /// };
    /// let seed = (0..1000).find(|seed| fails(*seed)).expect("some order shows it");
    /// assert!(fails(seed), "and shows it again");
    /// ```
    #[cfg(feature = "seeded")]
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Records what the pool's workers do. Not in rayon; with the feature `trace`. Goes before `MOIRAI_TRACE` in the environment.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::{ThreadPoolBuilder, trace::Trace};
    /// let trace = Trace::new();
    /// let pool = ThreadPoolBuilder::new().num_threads(2).trace(&trace).build()?;
    /// pool.join(|| 1, || 2);
    /// trace.write_svg(std::io::stdout())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "trace")]
    #[must_use]
    pub fn trace(mut self, trace: &crate::trace::Trace) -> Self {
        self.trace = Choice(Some(trace.clone()));
        self
    }

    /// Starts the threads by a closure of one's own, called on the building thread once for each, in the order of indices.
    ///
    /// It must see to it that [`ThreadBuilder::run`] is called on a thread; name and stack size are its business. If it
    /// returns an error, building fails with it, and the threads that have been started end.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new()
    ///     .num_threads(2)
    ///     .spawn_handler(|thread| {
    ///         std::thread::spawn(|| thread.run());
    ///         Ok(())
    ///     })
    ///     .build()?;
    /// assert_eq!(pool.install(|| 42), 42);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    #[must_use]
    pub fn spawn_handler<F>(self, spawn: F) -> ThreadPoolBuilder<CustomSpawn<F>>
    where
        F: FnMut(ThreadBuilder) -> io::Result<()>,
    {
        ThreadPoolBuilder {
            num_threads: self.num_threads,
            use_current_thread: self.use_current_thread,
            thread_name: self.thread_name,
            stack_size: self.stack_size,
            handlers: self.handlers,
            breadth_first: self.breadth_first,
            wait_policy: self.wait_policy,
            guests: self.guests,
            hints: self.hints,
            seed: self.seed,
            trace: self.trace,
            spawn: CustomSpawn(spawn),
        }
    }

    fn layout(&mut self) -> Result<Layout, ThreadPoolBuildError> {
        let asked = Some(self.num_threads).filter(|threads| *threads > 0).or_else(threads_from_env);
        let asked = asked.map(|threads| threads.min(MAX_THREADS));
        std::mem::take(&mut self.hints).lay_out(asked, || machine_threads().min(MAX_THREADS))
    }
}

impl<S: ThreadSpawn> ThreadPoolBuilder<S> {
    /// Builds the pool. Does not wait until its threads are up.
    ///
    /// # Errors
    ///
    /// If a thread cannot be started, or with [`use_current_thread`](Self::use_current_thread) the calling thread belongs to
    /// a pool already.
    ///
    /// # Examples
    ///
    /// ```
    /// let builder = moirai::ThreadPoolBuilder::new().num_threads(2);
    /// let failing = builder.spawn_handler(|_| Err(std::io::Error::other("no more thread")));
    /// assert_eq!(failing.build().unwrap_err().to_string(), "no more thread");
    /// ```
    pub fn build(self) -> Result<ThreadPool, ThreadPoolBuildError> {
        Ok(ThreadPool::from_registry(self.build_registry(false)?))
    }

    /// Builds the pool that calls outside any pool use, and waits until its threads are up.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build), and if the global pool exists already (it is made at first need). There is one attempt:
    /// after a failure the global pool stays unusable.
    ///
    /// # Examples
    ///
    /// ```
    /// // Somebody may have been here before: then the global pool stays as it is.
    /// let built = moirai::ThreadPoolBuilder::new().num_threads(3).build_global();
    /// assert!(built.is_err() || moirai::current_num_threads() == 3);
    /// // The second attempt always comes too late.
    /// assert!(moirai::ThreadPoolBuilder::new().build_global().is_err());
    /// ```
    pub fn build_global(self) -> Result<(), ThreadPoolBuildError> {
        let registry = global::make(|| self.build_registry(true))?;
        registry.startup.wait_for(registry.seats().len(), None);
        Ok(())
    }

    /// Whether there is nothing special about the threads, so that one from outside may stand in for them.
    fn has_plain_threads(&self) -> bool {
        S::__PLAIN
            && !self.handlers.any()
            && self.thread_name.is_none()
            && self.stack_size.is_none()
            && !self.use_current_thread
    }

    fn build_registry(mut self, global: bool) -> Result<Arc<Registry>, ThreadPoolBuildError> {
        if self.use_current_thread && Seat::current().is_some() {
            return Err(ThreadPoolBuildError::in_a_pool());
        }
        let placement = self.hints.placement;
        let Layout { neighbours, homes, group_of } = self.layout()?;
        let threads = neighbours.seats();
        let wait_policy =
            self.wait_policy.or_else(policy::wait_policy_from_env).unwrap_or_default();
        let guests = match self.guests.or_else(policy::guests_from_env).unwrap_or_default() {
            Guests::Auto => {
                global && self.has_plain_threads() && wait_policy == WaitPolicy::Descendants
            }
            Guests::Always => true,
            Guests::Never => false,
        };
        let settings = Settings {
            handlers: std::mem::take(&mut self.handlers),
            breadth_first: self.breadth_first,
            waits_for_anything: wait_policy == WaitPolicy::Anything,
            guests,
            deals: placement != Placement::None,
            asks_for_pages: placement == Placement::ByPages,
            stack_bytes: self.stack_size.unwrap_or_else(default_stack_bytes),
            trace: self.trace.of_pool(global),
        };
        let turns = Turns::new(self.seed.or_else(turns::seed_from_env), threads);
        let registry = Registry::new(neighbours, homes, group_of, settings, turns);
        // Until all threads are there, a failure must tell those that are to end.
        let ender = EndOnFailure(&registry);
        let mut first = 0;
        if self.use_current_thread {
            seat_current_thread(&registry);
            first = 1;
        }
        registry.ending.expect(threads - first);
        for index in first..threads {
            let name = self.thread_name.as_mut().map(|name| name(index));
            let worker = ThreadBuilder::new(name, self.stack_size, Arc::clone(&registry), index);
            self.spawn.spawn(worker).map_err(ThreadPoolBuildError::io)?;
        }
        std::mem::forget(ender);
        registry.turns.begin(first);
        Ok(registry)
    }
}

/// The stack size that std gives to threads when the builder asks for none, in bytes.
fn default_stack_bytes() -> usize {
    let asked = std::env::var("RUST_MIN_STACK").ok().and_then(|text| text.parse().ok());
    asked.unwrap_or(tuning::DEFAULT_STACK_BYTES)
}

/// Tells the workers that have been started to end.
struct EndOnFailure<'a>(&'a Registry);

impl Drop for EndOnFailure<'_> {
    fn drop(&mut self) {
        self.0.release(1);
        self.0.turns.leave();
    }
}

/// The number of threads that the environment asks for; `None` leaves it to the machine.
fn threads_from_env() -> Option<usize> {
    static THREADS: Variable = Variable::new("MOIRAI_NUM_THREADS", "a number of threads");
    let number = |name| env::var(name).ok()?.parse::<usize>().ok();
    match number("RAYON_NUM_THREADS") {
        Some(0) => return None,
        Some(threads) => return Some(threads),
        None => {}
    }
    let older = number("RAYON_RS_NUM_CPUS").filter(|threads| *threads > 0);
    // Zero: as many as the machine has, as in rayon's variables.
    let ours = || THREADS.read(|text| text.parse().ok()).filter(|threads| *threads > 0);
    older.or_else(ours)
}

fn machine_threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The global pool as it is made at first need; where there are no threads, of the calling thread alone.
pub(crate) fn build_default_global() -> Result<Arc<Registry>, ThreadPoolBuildError> {
    let built = ThreadPoolBuilder::new().build_registry(true);
    match built {
        Err(error) if error.is_unsupported() && Seat::current().is_none() => {
            let alone = ThreadPoolBuilder::new().num_threads(1).use_current_thread();
            alone.build_registry(true).map_err(|_| error)
        }
        built => built,
    }
}

impl<S> fmt::Debug for ThreadPoolBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Stands for a closure.
        struct Closure;
        impl fmt::Debug for Closure {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("<closure>")
            }
        }
        f.debug_struct("ThreadPoolBuilder")
            .field("num_threads", &self.num_threads)
            .field("use_current_thread", &self.use_current_thread)
            .field("get_thread_name", &self.thread_name.as_ref().map(|_| Closure))
            .field("panic_handler", &self.handlers.panic.as_ref().map(|_| Closure))
            .field("stack_size", &self.stack_size)
            .field("start_handler", &self.handlers.start.as_ref().map(|_| Closure))
            .field("exit_handler", &self.handlers.exit.as_ref().map(|_| Closure))
            .field("breadth_first", &self.breadth_first)
            .field("wait_policy", &self.wait_policy)
            .field("guests", &self.guests)
            .field("hints", &self.hints)
            .field("trace", &self.trace)
            .finish()
    }
}
