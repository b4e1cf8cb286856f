//! `join` and `join_context`: two closures, the second one offered to idle workers.

use crate::explain::recorder::Beginning;
use crate::explain::{Kind, strands};
use crate::global;
use crate::pool::context;
use crate::pool::job::{Half, StackJob};
use crate::pool::seat::{Seat, yield_point};
use crate::pool::worker::Wait;
use crate::util::caller::Place;
use crate::util::unwind;
use std::any::{Any, type_name};
use std::marker::PhantomData;
use std::panic::Location;

/// Tells a closure of [`join_context`] where it runs.
///
/// # Examples
///
/// ```
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
/// // There is nobody who could take the second closure away.
/// let migrated = pool.install(|| moirai::join_context(|a| a.migrated(), |b| b.migrated()));
/// assert_eq!(migrated, (false, false));
/// ```
#[derive(Debug)]
pub struct FnContext {
    migrated: bool,
    /// Neither `Send` nor `Sync`: it speaks of one thread.
    _one_thread: PhantomData<*mut ()>,
}

impl FnContext {
    #[inline(always)]
    fn new(migrated: bool) -> Self {
        FnContext { migrated, _one_thread: PhantomData }
    }

    /// Whether the closure runs on another thread than the one that called [`join_context`] (or was called from outside
    /// the pool).
    ///
    /// # Examples
    ///
    /// A sign that others look for work, and that it may pay to cut finer:
    ///
    /// ```
    /// fn count(items: &[bool], pieces: usize) -> usize {
    ///     if pieces < 2 || items.len() < 2 {
    ///         return items.iter().filter(|&&yes| yes).count();
    ///     }
    ///     let (left, right) = items.split_at(items.len() / 2);
    ///     let half = |items, migrated| count(items, if migrated { 8 } else { pieces / 2 });
    ///     let (left, right) = moirai::join_context(
    ///         |context| half(left, context.migrated()),
    ///         |context| half(right, context.migrated()),
    ///     );
    ///     left + right
    /// }
    /// assert_eq!(count(&[true; 100], 8), 100);
    /// ```
    #[inline]
    pub fn migrated(&self) -> bool {
        self.migrated
    }
}

/// Runs two closures, possibly in parallel, and returns both results.
///
/// The first one runs at once on the calling thread; the second is offered to idle workers meanwhile, and run by the
/// caller afterwards if nobody has taken it. If a worker has, the caller helps with what the second closure forks and
/// spawns, and with nothing else, until it is done: a lock that the caller holds cannot be asked for by a foreign job.
///
/// Called from outside any pool, it uses the global one: on the calling thread, under the index of a worker that sleeps,
/// or else on a worker while the caller blocks.
///
/// Costs some 70 instructions more than the two calls if nobody takes the second closure; nothing is allocated.
///
/// # Panics
///
/// Both closures are always run. If one panics, its panic is resumed when both have ended; if both do, the first one's.
///
/// # Examples
///
/// ```
/// fn sum(values: &[u64]) -> u64 {
///     if values.len() <= 1024 {
///         return values.iter().sum();
///     }
///     let (left, right) = values.split_at(values.len() / 2);
///     let (left, right) = moirai::join(|| sum(left), || sum(right));
///     left + right
/// }
/// let values: Vec<u64> = (0..10_000).collect();
/// assert_eq!(sum(&values), 9_999 * 10_000 / 2);
/// ```
///
/// The deque follows Chase and Lev (SPAA 2005); helping only with the awaited half is leapfrogging, Wagner and Calder
/// (PPoPP 1993).
#[inline]
#[track_caller]
pub fn join<A, B, RA, RB>(oper_a: A, oper_b: B) -> (RA, RB)
where
    A: FnOnce() -> RA + Send,
    B: FnOnce() -> RB + Send,
    RA: Send,
    RB: Send,
{
    join_context(move |_| oper_a(), move |_| oper_b())
}

/// Like [`join`], and tells each closure whether it has migrated to another thread.
///
/// # Panics
///
/// As [`join`].
///
/// # Examples
///
/// ```
/// let (a, b) = moirai::join_context(|a| a.migrated(), |b| b.migrated());
/// // Called from outside of any pool, both count as migrated.
/// assert!(a && b);
/// ```
#[inline]
#[track_caller]
pub fn join_context<A, B, RA, RB>(oper_a: A, oper_b: B) -> (RA, RB)
where
    A: FnOnce(FnContext) -> RA + Send,
    B: FnOnce(FnContext) -> RB + Send,
    RA: Send,
    RB: Send,
{
    match Seat::current_to_fork() {
        Some(seat) => fork(seat, false, oper_a, oper_b),
        None => join_otherwise(oper_a, oper_b, Location::caller()),
    }
}

/// [`join`], called at another place.
pub(crate) fn join_at<A, B, RA, RB>(oper_a: A, oper_b: B, place: Place) -> (RA, RB)
where
    A: FnOnce() -> RA + Send,
    B: FnOnce() -> RB + Send,
    RA: Send,
    RB: Send,
{
    match Seat::current_to_fork() {
        Some(seat) => join_on(seat, oper_a, oper_b),
        None => join_otherwise(move |_| oper_a(), move |_| oper_b(), place),
    }
}

/// `join` of two closures that belong to what the holder of `seat` does anyway: not recorded as a call.
pub(crate) fn join_on<A, B, RA, RB>(seat: &Seat, oper_a: A, oper_b: B) -> (RA, RB)
where
    A: FnOnce() -> RA + Send,
    B: FnOnce() -> RB + Send,
    RA: Send,
    RB: Send,
{
    fork(seat, false, |_| oper_a(), |_| oper_b())
}

/// `join_context` called by a thread of no pool, or while somebody records.
#[cold]
#[inline(never)]
fn join_otherwise<A, B, RA, RB>(oper_a: A, oper_b: B, place: Place) -> (RA, RB)
where
    A: FnOnce(FnContext) -> RA + Send,
    B: FnOnce(FnContext) -> RB + Send,
    RA: Send,
    RB: Send,
{
    match Seat::current() {
        Some(seat) => fork_recorded(seat, false, oper_a, oper_b, place),
        None => global::global()
            .enter(|seat, migrated| fork_recorded(seat, migrated, oper_a, oper_b, place)),
    }
}

/// As [`fork`]; if somebody records, as a call, or as a part of the one that the thread is in.
#[inline(never)]
fn fork_recorded<A, B, RA, RB>(
    seat: &Seat,
    migrated: bool,
    oper_a: A,
    oper_b: B,
    place: Place,
) -> (RA, RB)
where
    A: FnOnce(FnContext) -> RA + Send,
    B: FnOnce(FnContext) -> RB + Send,
    RA: Send,
    RB: Send,
{
    let beginning = || Beginning {
        kind: Kind::Join,
        place: Some(place),
        what: type_name::<(A, B)>(),
        items: None,
        least_items: 1,
        is_counted: false,
    };
    let is_recording = context::is_recording();
    let _call = is_recording
        .then(|| strands::enter(Some(seat), Some(seat.registry()), beginning))
        .flatten();
    let forked = &strands::ForkPoint::here(seat);
    let ((result_a, span_a), (result_b, span_b)) = fork(
        seat,
        migrated,
        |context| forked.first(|| oper_a(context)),
        |context| forked.second(|| oper_b(context)),
    );
    forked.joined(span_a.max(span_b));
    (result_a, result_b)
}

/// Runs both closures on the thread that holds `seat`, the second one elsewhere if it is stolen.
#[inline(always)]
fn fork<A, B, RA, RB>(seat: &Seat, migrated: bool, oper_a: A, oper_b: B) -> (RA, RB)
where
    A: FnOnce(FnContext) -> RA + Send,
    B: FnOnce(FnContext) -> RB + Send,
    RA: Send,
    RB: Send,
{
    let job = StackJob::new(move |migrated| oper_b(FnContext::new(migrated)));
    // SAFETY: this frame stays until the job was taken back or its latch is set, below.
    let job_ref = unsafe { job.as_job_ref() };
    // SAFETY: the caller holds its seat; the frame stays, as above.
    if !unsafe { seat.push_fork(job_ref) } {
        return both_inline(job, migrated, oper_a);
    }
    let result_a = unwind::halt_unwinding(move || oper_a(FnContext::new(migrated)));
    yield_point();
    if seat.spawned_first.get() {
        seat.run_spawned_first();
    }
    // SAFETY: the caller holds its seat, whose newest fork this is, unless it was stolen.
    let taken_back = unsafe { seat.fork.pop_newest() };
    match result_a {
        Ok(result_a) if taken_back => {
            // SAFETY: taken back; run once.
            let result_b = unsafe { job.run_inline(migrated) };
            (result_a, result_b)
        }
        result_a => finish(seat, &job, migrated, result_a, taken_back),
    }
}

/// The cold ends of a fork: the second half was stolen, or the first half has panicked.
#[cold]
#[inline(never)]
fn finish<RA, B: Half>(
    seat: &Seat,
    job: &StackJob<B>,
    migrated: bool,
    result_a: Result<RA, Box<dyn Any + Send>>,
    taken_back: bool,
) -> (RA, B::Output) {
    let result_b = if taken_back {
        // After a panic the second half counts as migrated, as in rayon.
        let migrated = migrated || result_a.is_err();
        // SAFETY: taken back; run once.
        unwind::halt_unwinding(|| unsafe { job.run_inline(migrated) })
    } else {
        // SAFETY: the caller holds its seat and is the only one to wait for this latch.
        let wait = || unsafe { seat.wait(&job.half().latch, Wait::Join(job.half())) };
        if context::is_recording() {
            strands::waiting(wait)
        } else {
            wait()
        }
        // SAFETY: the latch is set; taken once.
        unsafe { job.take_result() }
    };
    match (result_a, result_b) {
        (Ok(result_a), Ok(result_b)) => (result_a, result_b),
        (Ok(_), Err(payload)) => unwind::resume_unwinding(payload),
        (Err(payload), result_b) => {
            // The second half's result is dropped; should that panic too, the process ends as in any double panic.
            drop(result_b);
            unwind::resume_unwinding(payload)
        }
    }
}

/// There was no memory to publish the second half.
#[cold]
#[inline(never)]
fn both_inline<A, RA, B>(job: StackJob<B>, migrated: bool, oper_a: A) -> (RA, B::Output)
where
    A: FnOnce(FnContext) -> RA + Send,
    B: Half,
{
    let result_a = unwind::halt_unwinding(move || oper_a(FnContext::new(migrated)));
    // SAFETY: never published; run once.
    let result_b = unwind::halt_unwinding(|| unsafe { job.run_inline(migrated) });
    match (result_a, result_b) {
        (Ok(result_a), Ok(result_b)) => (result_a, result_b),
        (Err(payload), _) | (Ok(_), Err(payload)) => unwind::resume_unwinding(payload),
    }
}
