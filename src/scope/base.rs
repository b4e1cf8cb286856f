//! What both kinds of scope have in common.

use crate::broadcast::{BroadcastContext, publish_shares};
use crate::explain::Kind;
use crate::explain::recorder::Beginning;
use crate::explain::strands::{self, Whole};
use crate::pool::context;
use crate::pool::job::JobRef;
use crate::pool::registry::Registry;
use crate::pool::scope_count::ScopeCount;
use crate::pool::scope_link::ScopeLink;
use crate::pool::seat::Seat;
use crate::pool::spawned::SpawnedJob;
use crate::pool::worker::Wait;
use crate::sync::{AtomicPtr, Ordering};
use crate::util::caller::Place;
use crate::util::unwind;
use std::any::{Any, type_name};
use std::marker::PhantomData;
use std::ptr;
use std::sync::Arc;

/// Invariant in `'scope`, and neither more nor less `Send` and `Sync` than the closures that it stands for.
type Marker<'scope> = PhantomData<Box<dyn FnOnce(&ScopeBase<'scope>) + Send + Sync + 'scope>>;

/// What a panic carries.
type Payload = Box<dyn Any + Send>;

/// An open scope, in the frame of the thread that opened it. It stays there until its latch is set.
pub(super) struct ScopeBase<'scope> {
    link: ScopeLink,
    registry: *const Registry,
    /// The pool whose worker waits for this scope, if it is not the scope's own (rule S6).
    home: Option<Arc<Registry>>,
    /// The first panic of body or jobs, in a box; null: none.
    panic: AtomicPtr<Payload>,
    /// The recorder's number of the call that it is, or is a part of; 0: nobody records that.
    node: usize,
    marker: Marker<'scope>,
}

/// Records a scope of `registry` that is about to be opened by a body of type `F`, if somebody records.
pub(super) fn recorded<F>(registry: &Registry, place: Place) -> Option<Whole<'_>> {
    if !context::is_recording() {
        return None;
    }
    let seat = Seat::current().filter(|seat| ptr::eq(seat.registry(), registry));
    let beginning = || Beginning {
        kind: Kind::Scope,
        place: Some(place),
        what: type_name::<F>(),
        items: None,
        least_items: 1,
        is_counted: false,
    };
    strands::enter(seat, Some(registry), beginning)
}

// SAFETY: `registry` outlives the scope (its opener keeps it alive) and is `Sync`; the rest is made for sharing.
unsafe impl Sync for ScopeBase<'_> {}
// SAFETY: as for `Sync`.
unsafe impl Send for ScopeBase<'_> {}

/// A pointer to a scope that its jobs carry.
pub(super) struct ScopePtr<T>(pub(super) *const T);

// SAFETY: points to a scope, which is `Sync` and stays until its jobs have ended.
unsafe impl<T: Sync> Send for ScopePtr<T> {}
// SAFETY: as for `Send`.
unsafe impl<T: Sync> Sync for ScopePtr<T> {}

impl<T> ScopePtr<T> {
    /// # Safety
    ///
    /// The caller runs a job of the scope, which has not been counted as ended.
    pub(super) unsafe fn get(&self) -> &T {
        // SAFETY: the scope stays until all its jobs have ended.
        unsafe { &*self.0 }
    }
}

impl<'scope> ScopeBase<'scope> {
    /// A scope of `registry`, opened by the calling thread. Made where it stays: it has several cache lines.
    #[inline(always)]
    pub(super) fn new(registry: &Registry) -> Self {
        let seat = Seat::current();
        let opener = seat.filter(|seat| ptr::eq(seat.registry(), registry));
        let foreign = seat.filter(|seat| !ptr::eq(seat.registry(), registry));
        let tag = opener.map_or_else(|| registry.outside_tag(), Seat::open_tag);
        let home = foreign.map(|seat| seat.registry().to_arc());
        let node = if context::is_recording() { strands::node() } else { 0 };
        // With no call in between, or the link is made elsewhere and copied.
        ScopeBase {
            link: ScopeLink::new(tag, opener),
            registry,
            home,
            panic: AtomicPtr::new(ptr::null_mut()),
            node,
            marker: PhantomData,
        }
    }

    fn registry(&self) -> &Registry {
        // SAFETY: the scope's opener keeps the pool alive until the scope has ended.
        unsafe { &*self.registry }
    }

    pub(super) fn seats(&self) -> usize {
        self.registry().seats().len()
    }

    /// Runs the body, then waits for all jobs. Called by the opener, once.
    pub(super) fn complete<R>(&self, body: impl FnOnce() -> R) -> R {
        let seat = Seat::current();
        let opener = if self.link.opener.is_some() { seat } else { None };
        if let Some(seat) = opener {
            seat.scopes.set(&raw const self.link);
        }
        let result = unwind::halt_unwinding(body);
        let result = result.map_err(|payload| self.store_panic(payload));
        let latch = &self.link.count.latch;
        if opener.is_none() {
            // SAFETY: this thread is the opener, and the body is over. A wait on a seat does it itself.
            unsafe { self.link.count.settle() };
        }
        let wait = || match (opener, seat) {
            // SAFETY: the caller holds its seat and is the only one to wait for this latch.
            (Some(seat), _) => unsafe { seat.wait(latch, Wait::Scope(&self.link)) },
            // SAFETY: as above.
            (None, Some(seat)) => unsafe { seat.wait(latch, seat.wait_for_other_pool()) },
            (None, None) => self.registry().parkers.block_on(latch, true),
        };
        if self.node == 0 {
            wait()
        } else {
            strands::waiting(wait)
        }
        if let Some(seat) = opener {
            seat.scopes.set(self.link.outer);
        }
        match (self.take_panic(), result) {
            (None, Ok(result)) => result,
            (Some(payload), result) => {
                drop(result);
                unwind::resume_unwinding(payload)
            }
            (None, Err(())) => unreachable!("the body's panic was stored"),
        }
    }

    /// Keeps the first panic; drops the later ones.
    fn store_panic(&self, payload: Payload) {
        let payload = Box::into_raw(Box::new(payload));
        // ORDERING: Release. With the count of the job that has panicked it makes the payload visible to `take_panic`.
        // Failure: Relaxed, the other payload is not looked at.
        let stored = self.panic.compare_exchange(
            ptr::null_mut(),
            payload,
            Ordering::Release,
            Ordering::Relaxed,
        );
        if stored.is_err() {
            // SAFETY: made above, and stored nowhere.
            drop(unsafe { Box::from_raw(payload) });
        }
    }

    /// Called when all jobs have ended.
    fn take_panic(&self) -> Option<Payload> {
        // ORDERING: Acquire. Pairs with `store_panic`; nobody stores any more, so the value is the last one.
        let payload = self.panic.load(Ordering::Acquire);
        if payload.is_null() {
            return None;
        }
        // ORDERING: Relaxed. Nobody else uses the scope any more.
        self.panic.store(ptr::null_mut(), Ordering::Relaxed);
        // SAFETY: made by `store_panic`, and taken once.
        Some(*unsafe { Box::from_raw(payload) })
    }

    /// Runs a job of the scope and counts it as ended.
    ///
    /// # Safety
    ///
    /// * `this` points to an open scope; the caller owns one of its counts and gives it up.
    /// * The caller holds `seat`, of the scope's pool.
    unsafe fn run_job(this: *const Self, seat: &Seat, job: impl FnOnce()) {
        // SAFETY: open, as long as the caller's count is held; not used after that.
        let scope = unsafe { &*this };
        let at_bottom = seat.at_bottom.get();
        let job = || match scope.node {
            0 => job(),
            node => scope.run_recorded(node, job),
        };
        let body = || unwind::halt_unwinding(job);
        // SAFETY: the caller holds the seat; the latch stays until the count is given up; `halt_unwinding` does not unwind.
        let result =
            unsafe { seat.run_tagged(scope.link.tag, &scope.link.count.latch, at_bottom, body) };
        if let Err(payload) = result {
            scope.store_panic(payload);
        }
        let home = scope.home.clone();
        let link = &raw const scope.link;
        // SAFETY: the caller's seat and count. `scope` is not used afterwards; the waiter's parker lives in a seat of this
        // pool, in this pool's store, or in a seat of `home`.
        unsafe { ScopeLink::end(link, seat) };
        drop(home);
    }

    /// Runs a job while somebody records.
    #[cold]
    #[inline(never)]
    fn run_recorded(&self, node: usize, job: impl FnOnce()) {
        // SAFETY: the opener's seat belongs to the scope's pool or to `home`, and so is alive.
        let opener = self.link.opener.map(|seat| unsafe { (*seat).index });
        strands::job(node, opener, job);
    }

    /// A job of the scope that runs `func`.
    pub(super) fn make_job<F>(&self, func: F) -> JobRef
    where
        F: FnOnce() + Send + 'scope,
    {
        let this = ScopePtr(ptr::from_ref(self));
        let registry = self.registry();
        let seat = registry.current_seat();
        self.link.add(seat);
        SpawnedJob::make(registry, seat, move |seat: &Seat| {
            let this = this;
            // SAFETY: the job owns the count taken above; its executor holds a seat of the scope's pool.
            unsafe { Self::run_job(this.0, seat, func) };
        })
    }

    /// Publishes a job of this scope; `token_for` may put a token of the spawning seat in its place.
    ///
    /// # Safety
    ///
    /// `job` came from [`make_job`](Self::make_job) of this scope and is published once.
    pub(super) unsafe fn publish(
        &self,
        job: JobRef,
        token_for: impl FnOnce(&Seat, JobRef) -> JobRef,
    ) {
        let registry = self.registry();
        if let Some(seat) = registry.current_seat() {
            // SAFETY: the caller holds its seat; the job, or its token, is published once.
            unsafe { seat.push_spawned(token_for(seat, job), self.link.tag) };
            if !self.link.is_opener(seat) && registry.idle().read().sleeping() == 0 {
                self.link.wake_opener();
            }
        } else {
            // SAFETY: published once; counted by the latch.
            unsafe { self.link.publish_outside(registry, job) };
        }
    }

    /// Lets every worker run `func` once before the scope ends.
    pub(super) fn publish_broadcast<F>(&self, func: F)
    where
        F: Fn(BroadcastContext<'_>) + Send + Sync + 'scope,
    {
        // One count for each share, and one for the closure, which may borrow what the scope outlives: it is dropped
        // after the last share.
        self.link.count.add(self.seats() + 1);
        let this = ScopePtr(ptr::from_ref(self));
        let closure = CountedClosure { func, _count: Count(ScopePtr(ptr::from_ref(self))) };
        let share = move |seat: &Seat| {
            let this = &this;
            let closure = &closure;
            // SAFETY: each share owns one of the counts taken above; its executor holds a seat of the scope's pool.
            unsafe { Self::run_job(this.0, seat, || (closure.func)(BroadcastContext::new(seat))) };
        };
        // SAFETY: what `func` borrows is there until its count is given up, after the closure was dropped.
        unsafe { publish_shares(self.registry(), share) };
    }
}

/// A closure that is dropped before the count is given up: fields are dropped in this order.
struct CountedClosure<'scope, F> {
    func: F,
    _count: Count<'scope>,
}

/// One count of a scope.
struct Count<'scope>(ScopePtr<ScopeBase<'scope>>);

impl Drop for Count<'_> {
    fn drop(&mut self) {
        // SAFETY: the scope is open while this count is held.
        let scope = unsafe { self.0.get() };
        let home = scope.home.clone();
        let count = &raw const scope.link.count;
        // SAFETY: the count is given up here, once; `home` keeps a foreign waiter's parker alive.
        unsafe { ScopeCount::end(count) };
        drop(home);
    }
}

impl std::fmt::Debug for ScopeBase<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScopeBase")
            .field("pool_id", &self.registry().id())
            .field("tag", &self.link.tag)
            .finish_non_exhaustive()
    }
}
