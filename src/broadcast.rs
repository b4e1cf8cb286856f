//! `broadcast` and `spawn_broadcast`: one closure, once on every worker.

use crate::global;
use crate::pool::job::{JobHeader, JobRef};
use crate::pool::latch::CountLatch;
use crate::pool::registry::Registry;
use crate::pool::seat::Seat;
use crate::pool::worker::Wait;
use crate::sync::{AtomicUsize, Ordering, UnsafeCell, fence};
use crate::trace::{Caller, Job};
use crate::util::unwind;
use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::thread;

/// Tells a broadcast closure on which worker it runs. See [`broadcast()`].
///
/// # Examples
///
/// ```
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
/// let last = pool.broadcast(|context| context.index() + 1 == context.num_threads());
/// assert_eq!(last, [false, true]);
/// ```
pub struct BroadcastContext<'a> {
    index: usize,
    threads: usize,
    /// Neither `Send` nor `Sync`: it speaks of one thread.
    _one_thread: PhantomData<&'a Cell<()>>,
}

impl BroadcastContext<'_> {
    pub(crate) fn new(seat: &Seat) -> Self {
        BroadcastContext {
            index: seat.index,
            threads: seat.registry().seats().len(),
            _one_thread: PhantomData,
        }
    }

    /// The worker's index, below [`num_threads`](Self::num_threads).
    ///
    /// # Examples
    ///
    /// ```
    /// moirai::broadcast(|context| {
    ///     assert_eq!(Some(context.index()), moirai::current_thread_index());
    /// });
    /// ```
    #[inline]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The number of workers, which is how often the closure runs.
    ///
    /// # Examples
    ///
    /// ```
    /// let counts = moirai::broadcast(|context| context.num_threads());
    /// assert!(counts.iter().all(|&count| count == counts.len()));
    /// ```
    #[inline]
    pub fn num_threads(&self) -> usize {
        self.threads
    }
}

impl std::fmt::Debug for BroadcastContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BroadcastContext")
            .field("index", &self.index)
            .field("num_threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// Runs a closure once on every worker of the current (or global) pool, and returns the results in the workers' order.
///
/// A worker runs its share when it has nothing left in its own queues, or waits. The first broadcast on a pool ends the
/// admission of guests to it: what is set in thread-locals on the workers counts from then on.
///
/// Every worker is woken, so this costs some microseconds for each; and it returns no earlier than the busiest of them has
/// come to the end of its present job.
///
/// # Panics
///
/// If shares panic, all others still run, then the panic of the lowest index is resumed.
///
/// # Examples
///
/// ```
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
/// assert_eq!(pool.broadcast(|context| context.index() * 10), [0, 10, 20]);
/// ```
pub fn broadcast<OP, R>(op: OP) -> Vec<R>
where
    OP: Fn(BroadcastContext<'_>) -> R + Sync,
    R: Send,
{
    broadcast_in(global::current(), op)
}

/// Puts a closure into the current (or global) pool that every worker runs once, and returns; nobody waits for it.
///
/// # Panics
///
/// A panic in a share goes to the pool's panic handler, once for each; without a handler the process is aborted.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = std::sync::mpsc::channel();
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
/// pool.spawn_broadcast(move |context| sender.send(context.index()).unwrap());
/// let mut indices: Vec<usize> = receiver.iter().collect();
/// indices.sort_unstable();
/// assert_eq!(indices, [0, 1]);
/// ```
pub fn spawn_broadcast<OP>(op: OP)
where
    OP: Fn(BroadcastContext<'_>) + Send + Sync + 'static,
{
    spawn_broadcast_in(global::current(), op);
}

/// A broadcast that its caller waits for, in the caller's frame.
#[repr(C)]
struct Call<'f, OP, R> {
    header: JobHeader,
    op: &'f OP,
    latch: CountLatch,
    /// The pool whose worker waits, if it is another one (rule S6).
    home: Option<Arc<Registry>>,
    caller: Caller,
    results: Box<[Share<R>]>,
}

/// What the share of one worker has come to; written by that worker only.
struct Share<R>(UnsafeCell<MaybeUninit<thread::Result<R>>>);

impl<OP, R> Call<'_, OP, R>
where
    OP: Fn(BroadcastContext<'_>) -> R + Sync,
    R: Send,
{
    unsafe fn execute_share(job: JobRef, seat: &Seat) {
        let this: *const Self = job.cast();
        // SAFETY: alive until the last count is given up; not used after this share's.
        let call = unsafe { &*this };
        let body = || unwind::halt_unwinding(|| (call.op)(BroadcastContext::new(seat)));
        let result = seat.log.run(Job::Share, &call.caller, body);
        // SAFETY: each seat's resident runs one share and writes its own cell.
        call.results[seat.index].0.with_mut(|cell| unsafe { (*cell).write(result) });
        let home = call.home.clone();
        let latch = &raw const call.latch;
        // SAFETY: this share's count; `call` is not used afterwards, and `home` keeps the waiter's parker alive.
        unsafe { CountLatch::decrement(latch) };
        drop(home);
    }
}

pub(crate) fn broadcast_in<OP, R>(registry: &Registry, op: OP) -> Vec<R>
where
    OP: Fn(BroadcastContext<'_>) -> R + Sync,
    R: Send,
{
    let threads = registry.seats().len();
    let seat = Seat::current();
    let home = seat.filter(|seat| !std::ptr::eq(seat.registry(), registry));
    let call = Call {
        header: JobHeader::new(Call::<OP, R>::execute_share),
        op: &op,
        latch: CountLatch::new(threads),
        home: home.map(|seat| seat.registry().to_arc()),
        caller: Caller::here(),
        results: (0..threads).map(|_| Share(UnsafeCell::new(MaybeUninit::uninit()))).collect(),
    };
    // SAFETY: this frame waits until all shares have ended; closure and results may be used from any thread.
    publish(registry, unsafe { JobRef::new(&raw const call.header) });
    match seat {
        // SAFETY: the caller holds its seat and is the only one to wait for this latch.
        Some(seat) if home.is_none() => unsafe { seat.wait(&call.latch.core, Wait::Shares) },
        // SAFETY: as above.
        Some(seat) => unsafe { seat.wait(&call.latch.core, seat.wait_for_other_pool()) },
        None => registry.parkers.block_on(&call.latch.core, true),
    }
    // SAFETY: all shares have ended, so each cell was written; read once.
    let take =
        |share: &Share<R>| share.0.with(|cell| unsafe { cell.cast::<thread::Result<R>>().read() });
    let results: Vec<thread::Result<R>> = call.results.iter().map(take).collect();
    let mut values = Vec::with_capacity(threads);
    let mut panicked = None;
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(payload) => panicked = panicked.or(Some(payload)),
        }
    }
    if let Some(payload) = panicked {
        drop(values);
        unwind::resume_unwinding(payload);
    }
    values
}

/// A broadcast that nobody waits for.
#[repr(C)]
struct Detached<OP> {
    header: JobHeader,
    left: AtomicUsize,
    caller: Caller,
    op: OP,
}

impl<OP: Fn(&Seat) + Send + Sync> Detached<OP> {
    unsafe fn execute_share(job: JobRef, seat: &Seat) {
        let this = job.cast::<Self>().cast_mut();
        // SAFETY: alive until the last share is done.
        let shared = unsafe { &*this };
        seat.log.run(Job::Share, &shared.caller, || (shared.op)(seat));
        // ORDERING: AcqRel. The last one drops the closure after all others have used it.
        if shared.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            // SAFETY: made by `Box::into_raw` below; nobody else has a share left.
            drop(unsafe { Box::from_raw(this) });
        }
    }
}

/// Lets every resident of the pool run `op`, which must not unwind, once. Dropped after the last share.
///
/// # Safety
///
/// `op` stays usable until all shares have ended.
pub(crate) unsafe fn publish_shares<OP>(registry: &Registry, op: OP)
where
    OP: Fn(&Seat) + Send + Sync,
{
    let shared = Box::new(Detached {
        header: JobHeader::new(Detached::<OP>::execute_share),
        left: AtomicUsize::new(registry.seats().len()),
        caller: Caller::here(),
        op,
    });
    // SAFETY: leaked until the last share; may be used from any thread.
    publish(registry, unsafe { JobRef::new(Box::into_raw(shared).cast_const().cast()) });
}

pub(crate) fn spawn_broadcast_in<OP>(registry: &Registry, op: OP)
where
    OP: Fn(BroadcastContext<'_>) + Send + Sync + 'static,
{
    registry.retain(registry.seats().len());
    let share = move |seat: &Seat| {
        if let Err(payload) = unwind::halt_unwinding(|| op(BroadcastContext::new(seat))) {
            seat.registry().handle_panic(payload);
        }
        seat.registry().release(1);
    };
    // SAFETY: the closure is `'static`.
    unsafe { publish_shares(registry, share) };
}

/// Gives every seat a share and wakes every resident, wherever it sleeps.
fn publish(registry: &Registry, share: JobRef) {
    registry.refuse_guests();
    for seat in registry.seats() {
        seat.shares.add(share);
    }
    // ORDERING: SeqCst fence, pairs with the one in `SeatState::fall_asleep`: the resident sees its share, or is found asleep.
    fence(Ordering::SeqCst);
    for seat in registry.seats() {
        seat.wake_for_share();
    }
}
