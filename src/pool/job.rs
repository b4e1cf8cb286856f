//! Jobs: what stands in deques and queues, and the two kinds that live on a waiting thread's stack.
//!
//! A [`JobRef`] is one word, the address of a [`JobHeader`]; the header's function knows what lies behind it. A job ref
//! is executed exactly once; who executes it is decided by the queue it came from.
//!
//! Every job says which threads may help while it runs: [`ExecLink`]s, on the executing thread's stack, name the latches
//! of those who wait for the jobs that this thread executes, innermost first.

use crate::pool::counters::Counter;
use crate::pool::latch::CoreLatch;
use crate::pool::registry::Registry;
use crate::pool::seat::Seat;
use crate::pool::tag::Tag;
use crate::sync::{AtomicPtr, Ordering, UnsafeCell, fence};
use crate::trace::{Caller, Job};
use crate::util::unwind;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::thread;

/// What every job begins with.
#[repr(C)]
pub(crate) struct JobHeader {
    /// Runs the job on the thread that holds the seat.
    ///
    /// Safety: called once, with the address of this very header, while the job is alive.
    execute: unsafe fn(JobRef, &Seat),
}

impl JobHeader {
    #[inline(always)]
    pub(crate) const fn new(execute: unsafe fn(JobRef, &Seat)) -> Self {
        JobHeader { execute }
    }
}

/// The address of a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct JobRef(NonNull<JobHeader>);

// SAFETY: a job ref is made only for jobs that may run on any thread of the pool (`JobRef::new` demands it).
unsafe impl Send for JobRef {}

impl JobRef {
    /// # Safety
    ///
    /// * `header` is the header of a job that stays in place until it was executed.
    /// * The job may run on another thread.
    #[inline(always)]
    pub(crate) unsafe fn new(header: *const JobHeader) -> Self {
        // SAFETY: the address of a live job is not null.
        JobRef(unsafe { NonNull::new_unchecked(header.cast_mut()) })
    }

    /// The word that stands for the job in a deque.
    #[inline(always)]
    pub(crate) fn to_word(self) -> usize {
        self.0.as_ptr().expose_provenance()
    }

    /// # Safety
    ///
    /// `word` came from [`to_word`](Self::to_word) and its job has not been executed: the caller has won it.
    #[inline(always)]
    pub(crate) unsafe fn from_word(word: usize) -> Self {
        let header = ptr::with_exposed_provenance_mut(word);
        // SAFETY: the address of a job, by the demand on our caller.
        JobRef(unsafe { NonNull::new_unchecked(header) })
    }

    /// The job as what it is.
    #[inline(always)]
    pub(crate) fn cast<T>(self) -> *const T {
        self.0.as_ptr().cast_const().cast()
    }

    /// Runs the job.
    ///
    /// # Safety
    ///
    /// The caller has won the job (nobody else runs it) and holds `seat`.
    #[inline]
    pub(crate) unsafe fn execute(self, seat: &Seat) {
        // SAFETY: the job is alive until executed.
        let execute = unsafe { (*self.0.as_ptr()).execute };
        // SAFETY: won by the caller, hence run once, with its own address.
        unsafe { execute(self, seat) }
    }
}

/// One entry of the list of latches whose waiters wait for what this thread executes.
pub(crate) struct ExecLink {
    latch: *const CoreLatch,
    outer: *const ExecLink,
}

impl ExecLink {
    /// Runs `body` while `latch`'s waiter counts as waiting for this seat.
    ///
    /// # Safety
    ///
    /// * `latch` stays alive until `body` has returned. `body` does not unwind.
    /// * The caller holds `seat`.
    #[inline]
    pub(crate) unsafe fn run<R>(
        seat: &Seat,
        latch: *const CoreLatch,
        body: impl FnOnce() -> R,
    ) -> R {
        let outer = seat.exec.get();
        let link = ExecLink { latch, outer };
        seat.exec.set(&raw const link);
        let result = body();
        seat.exec.set(outer);
        if outer.is_null() {
            seat.clear_attention();
        }
        result
    }

    /// Wakes the innermost waiter that sleeps: it may take whatever this thread forks now.
    ///
    /// # Safety
    ///
    /// `link` is null or the innermost link of the seat that the caller holds.
    pub(crate) unsafe fn nudge(link: *const ExecLink) {
        // SAFETY: as demanded of our caller.
        let _ = unsafe { Self::latches(link) }.any(CoreLatch::nudge);
    }

    /// Wakes every waiter that sleeps: which of them may take a spawned job depends on its scope.
    ///
    /// # Safety
    ///
    /// As for [`nudge`](Self::nudge).
    pub(crate) unsafe fn nudge_all(link: *const ExecLink) {
        // SAFETY: as demanded of our caller.
        unsafe { Self::latches(link) }.for_each(|latch| {
            latch.nudge();
        });
    }

    /// The latches of those who wait for what this thread executes, innermost first.
    ///
    /// # Safety
    ///
    /// As for [`nudge`](Self::nudge); the iterator is used within the call.
    unsafe fn latches<'a>(link: *const ExecLink) -> impl Iterator<Item = &'a CoreLatch> {
        // SAFETY: links lie on this thread's stack, below the caller.
        let link = unsafe { link.as_ref() };
        let links = std::iter::successors(link, |link| {
            // SAFETY: as above.
            unsafe { link.outer.as_ref() }
        });
        // SAFETY: the latch lives until the job that the link stands for has ended.
        links.map(|link| unsafe { &*link.latch })
    }
}

/// Where the executor of a stolen half can be found, and from where on its entries belong to that half (rule L1).
#[derive(Clone, Copy)]
pub(crate) struct Executor<'a> {
    pub(crate) seat: &'a Seat,
    /// Entries of the seat's fork deque at or behind this index were forked inside the half.
    pub(crate) fork_mark: usize,
    /// Scopes opened on the seat with this serial or a later one were opened inside the half.
    pub(crate) serial: usize,
}

/// The part of a `join` half that does not depend on its closure: what waiter and thief share.
#[repr(C)]
pub(crate) struct JoinHalf {
    header: JobHeader,
    pub(crate) latch: CoreLatch,
    /// Null until a thief has begun; then `place` is written.
    executor: AtomicPtr<Seat>,
    place: UnsafeCell<MaybeUninit<(usize, usize)>>,
}

impl JoinHalf {
    /// Who executes the half, if a thief has begun.
    #[inline]
    pub(crate) fn executor(&self) -> Option<Executor<'_>> {
        // ORDERING: Acquire. Pairs with the store in `begin` and makes `place` and the seat's serial visible.
        let seat = NonNull::new(self.executor.load(Ordering::Acquire))?;
        // SAFETY: `begin` wrote it before it stored `executor`, and nobody writes it again.
        let (fork_mark, serial) =
            self.place.with(|place| unsafe { place.cast::<(usize, usize)>().read() });
        // SAFETY: a seat of this pool; the waiter, who calls this, keeps the pool alive.
        let seat = unsafe { seat.as_ref() };
        Some(Executor { seat, fork_mark, serial })
    }

    /// Whether a job of the scope `tag`, found with the executor, was spawned inside this half: its scope was opened on
    /// that seat since the half began, and the half has not ended.
    pub(crate) fn spawned_inside(&self, executor: &Executor<'_>, tag: Tag) -> bool {
        tag.is_since(executor.seat.index, executor.serial) && !self.latch.is_set()
    }

    /// The thief tells the waiter where it executes.
    fn begin(&self, seat: &Seat) {
        let place = (seat.fork.mark(), seat.next_serial());
        // SAFETY: the thief is the only one to write, once, and nobody reads before `executor` is stored.
        self.place.with_mut(|cell| unsafe { (*cell).write(place) });
        // ORDERING: Release. Pairs with `executor`, publishes `place`.
        self.executor.store(ptr::from_ref(seat).cast_mut(), Ordering::Release);
        // ORDERING: SeqCst fence, pairs with the one in `Pause::announce`: the waiter sees who executes the half and asks
        // for attention, or is seen here. Model: loom_latch_attention
        fence(Ordering::SeqCst);
        if self.latch.is_slept_on() {
            seat.ask_for_attention();
        }
    }
}

/// What a thief can run in place of the thread that has forked it.
pub(crate) trait Half: Send {
    /// What comes of it.
    type Output: Send;
    /// What it is called in a trace.
    const JOB: Job;

    /// Runs it; `migrated`: on another thread than the one that forked it.
    fn run(self, migrated: bool) -> Self::Output;
}

impl<F, R> Half for F
where
    F: FnOnce(bool) -> R + Send,
    R: Send,
{
    type Output = R;
    const JOB: Job = Job::Half;

    #[inline(always)]
    fn run(self, migrated: bool) -> R {
        self(migrated)
    }
}

/// The second half of a `join`, or a piece of an iteration, in the frame of the thread that forked it.
///
/// `func` is read by whoever won the job, `result` written by a thief before it sets the latch and read by the waiter
/// after. Neither is dropped by the frame.
#[repr(C)]
pub(crate) struct StackJob<H: Half> {
    half: JoinHalf,
    caller: Caller,
    func: MaybeUninit<H>,
    result: UnsafeCell<MaybeUninit<thread::Result<H::Output>>>,
}

impl<H: Half> StackJob<H> {
    #[inline(always)]
    pub(crate) fn new(func: H) -> Self {
        StackJob {
            half: JoinHalf {
                header: JobHeader::new(Self::execute_stolen),
                latch: CoreLatch::new(),
                executor: AtomicPtr::new(ptr::null_mut()),
                place: UnsafeCell::new(MaybeUninit::uninit()),
            },
            caller: Caller::here(),
            func: MaybeUninit::new(func),
            result: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }

    #[inline(always)]
    pub(crate) fn half(&self) -> &JoinHalf {
        &self.half
    }

    /// # Safety
    ///
    /// The frame stays in place until the job was taken back or its latch is set.
    #[inline(always)]
    pub(crate) unsafe fn as_job_ref(&self) -> JobRef {
        // SAFETY: in place by the demand on our caller; closure and result are `Send`.
        unsafe { JobRef::new(&raw const self.half.header) }
    }

    /// Runs the half on the thread that forked it; panics go through.
    ///
    /// # Safety
    ///
    /// The caller has taken the job back (or never published it), and calls this once.
    #[inline(always)]
    pub(crate) unsafe fn run_inline(&self, migrated: bool) -> H::Output {
        // SAFETY: as demanded of our caller.
        unsafe { self.take_back() }.run(migrated)
    }

    /// The half itself.
    ///
    /// # Safety
    ///
    /// As for [`run_inline`](Self::run_inline).
    #[inline(always)]
    pub(crate) unsafe fn take_back(&self) -> H {
        // SAFETY: nobody else reads `func`, by the demand on our caller.
        unsafe { self.func.assume_init_read() }
    }

    /// What the thief left.
    ///
    /// # Safety
    ///
    /// The latch is set, and the result has not been taken yet.
    pub(crate) unsafe fn take_result(&self) -> thread::Result<H::Output> {
        // SAFETY: the thief wrote it before it set the latch; taken once, by the demand on our caller.
        self.result.with(|result| unsafe { result.cast::<thread::Result<H::Output>>().read() })
    }

    /// Its frame is where a profile shows that a stolen half, or part of an iteration, begins.
    unsafe fn execute_stolen(job: JobRef, seat: &Seat) {
        let this: *const Self = job.cast();
        // SAFETY: alive until the latch is set; the thief's reference is not used after that.
        let job = unsafe { &*this };
        job.half.begin(seat);
        // SAFETY: the thief won the job, so nobody else reads `func`.
        let func = unsafe { job.func.assume_init_read() };
        let body =
            || seat.log.run(H::JOB, &job.caller, || unwind::halt_unwinding(|| func.run(true)));
        // SAFETY: the latch lives until it is set, below; `halt_unwinding` does not unwind; the thief holds its seat.
        let result = unsafe { ExecLink::run(seat, &raw const job.half.latch, body) };
        seat.counters.add(Counter::SlotBytes, size_of::<thread::Result<H::Output>>());
        // SAFETY: only the thief writes the result, before the latch is set.
        job.result.with_mut(|cell| unsafe { (*cell).write(result) });
        let latch = &raw const job.half.latch;
        // SAFETY: the latch of a live frame, set once; `job` is not used afterwards; the waiter's parker lives in a seat
        // of this pool.
        unsafe { CoreLatch::set(latch) };
    }
}

/// A closure that a thread from outside, or of another pool, has handed to this pool and waits for.
#[repr(C)]
pub(crate) struct CallJob<F, R> {
    header: JobHeader,
    pub(crate) latch: CoreLatch,
    /// The pool whose worker waits, if it is another one: it must outlive the wake-up (rule S6).
    home: Option<Arc<Registry>>,
    caller: Caller,
    func: MaybeUninit<F>,
    result: UnsafeCell<MaybeUninit<thread::Result<R>>>,
}

impl<F, R> CallJob<F, R>
where
    F: FnOnce(&Seat) -> R + Send,
    R: Send,
{
    pub(crate) fn new(func: F, home: Option<Arc<Registry>>) -> Self {
        CallJob {
            header: JobHeader::new(Self::execute_call),
            latch: CoreLatch::new(),
            home,
            caller: Caller::here(),
            func: MaybeUninit::new(func),
            result: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }

    /// # Safety
    ///
    /// The frame stays in place until the latch is set.
    pub(crate) unsafe fn as_job_ref(&self) -> JobRef {
        // SAFETY: in place by the demand on our caller; closure and result are `Send`.
        unsafe { JobRef::new(&raw const self.header) }
    }

    /// # Safety
    ///
    /// The latch is set, and the result has not been taken yet.
    pub(crate) unsafe fn take_result(&self) -> thread::Result<R> {
        // SAFETY: the executor wrote it before it set the latch; taken once, by the demand on our caller.
        self.result.with(|result| unsafe { result.cast::<thread::Result<R>>().read() })
    }

    /// Its frame is where a profile shows that a call from outside begins.
    unsafe fn execute_call(job: JobRef, seat: &Seat) {
        let this: *const Self = job.cast();
        // SAFETY: alive until the latch is set; not used after that.
        let job = unsafe { &*this };
        // SAFETY: a job is executed once, so nobody else reads `func`.
        let func = unsafe { job.func.assume_init_read() };
        let body = || unwind::halt_unwinding(|| func(seat));
        let result = seat.log.run(Job::Call, &job.caller, body);
        // SAFETY: only the executor writes the result, before the latch is set.
        job.result.with_mut(|cell| unsafe { (*cell).write(result) });
        let home = job.home.clone();
        let latch = &raw const job.latch;
        // SAFETY: the latch of a live frame, set once; `job` is not used afterwards. The parker belongs to a seat of
        // `home`, which is held here, or to this pool, which is alive while a worker runs.
        unsafe { CoreLatch::set(latch) };
        drop(home);
    }
}
