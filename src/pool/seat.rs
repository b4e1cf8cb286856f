//! A seat: what a thread occupies to belong to a pool.
//!
//! A pool of N threads has N seats. A seat is held by at most one thread at a time: by its *resident*, the worker thread
//! made for it, or, while the resident sleeps at the bottom of its stack, by a *guest* (see `guest.rs`). The seat's state
//! word says who; its change hands everything in the seat over.
//!
//! Invariants:
//! 1. Fields under "holder" are touched by the thread that holds the seat only.
//! 2. The fork deque holds `join` halves and pieces of iterators only, and is strictly last in, first out for its holder:
//!    when the first half of a `join` returns, the newest entry is the second half, or a thief has it.
//! 3. A thread's [`Seat::current`] is the seat that it holds, or null.

use crate::pool::counters::{Counter, Counters};
use crate::pool::deferred::Deferred;
use crate::pool::frame::{FrameHome, ReturnChains};
use crate::pool::job::{ExecLink, JobRef};
use crate::pool::latch::CoreLatch;
use crate::pool::park::Parker;
use crate::pool::queue::{Fifo, Shares};
use crate::pool::registry::Registry;
use crate::pool::restraint::Restraint;
use crate::pool::sampling::Sampling;
use crate::pool::scope_link::ScopeLink;
use crate::pool::sleep::{ATTENTION, IdleWord, SeatState};
use crate::pool::streak::Streak;
use crate::pool::sweeps::Sweeps;
use crate::pool::tag::Tag;
use crate::pool::trifle::Trifle;
use crate::steal::Reach;
use crate::steal::deque::{Deque, Steal};
use crate::sync::{AtomicU32, AtomicUsize, Ordering, fence};
use crate::trace::{self, Log};
use crate::tuning;
use crate::util::rng::Rng;
use crate::util::turns;
use std::cell::Cell;
use std::ptr;

thread_local! {
    /// The seat that this thread holds. No destructor, so usable to the very end of a thread.
    static CURRENT: Cell<*const Seat> = const { Cell::new(ptr::null()) };
    /// The same for who is about to fork; null as well while what it does is recorded.
    static FORKING: Cell<*const Seat> = const { Cell::new(ptr::null()) };
}

/// Stands for the moment of a wake-up that says nothing about what others take.
pub(super) const NOT_TIMED: usize = 0;

/// See the module's description.
#[repr(align(128))]
pub(crate) struct Seat {
    // Read by every fork.
    idle: *const IdleWord,
    /// The idle word's value at which a fork push has nothing to do: what this seat contributes itself, or never (with
    /// [`ATTENTION`]) while somebody waits for what this seat forks.
    quiet: AtomicUsize,

    /// The holder has spawned jobs that go before a pending second half of a `join`: set under policy *anything* only.
    pub(crate) spawned_first: Cell<bool>,

    pub(crate) index: usize,
    /// The group that the seat belongs to.
    pub(crate) group: usize,
    registry: *const Registry,
    pub(crate) state: SeatState,
    /// Set when the resident is to end.
    pub(crate) terminate: CoreLatch,
    /// The resident's parker, and the one of a guest that holds the seat.
    pub(crate) resident: Parker,
    pub(crate) guest: Parker,
    /// When the resident was last woken, in ticks, or [`NOT_TIMED`].
    pub(crate) woken_at: AtomicUsize,
    /// From which processor.
    pub(super) woken_from: AtomicU32,

    /// `join` halves and pieces of iterators: `[job]`.
    pub(crate) fork: Deque<1>,
    /// Spawned jobs: `[job, tag]`.
    pub(crate) spawned: Deque<2>,
    pub(crate) deferred: Deferred,
    /// Broadcast shares that wait for the resident.
    pub(crate) shares: Shares,
    /// Jobs of `spawn_fifo`; each has a token in `spawned`.
    pub(crate) fifo: Fifo,

    /// The tag of the job that the resident runs at the bottom of its stack (0: none), and the serial from which on the
    /// seat's scopes belong to it (rule W1).
    running_tag: AtomicUsize,
    running_serial: AtomicUsize,

    pub(crate) counters: Counters,
    pub(crate) log: Log,
    /// What the holder's parallel calls belong to (see `context`): written by the holder, read by thieves.
    node: AtomicUsize,

    // Holder.
    /// The node of the job that was stolen last, until it is run.
    pub(super) stolen_node: Cell<Option<usize>>,
    serial: Cell<usize>,
    pub(crate) exec: Cell<*const ExecLink>,
    /// The innermost scope opened on the holder's stack.
    pub(crate) scopes: Cell<*const ScopeLink>,
    /// The innermost one when the job at hand began.
    pub(crate) job_scopes: Cell<*const ScopeLink>,
    /// The job about to be run is run at the bottom of the resident's stack.
    pub(crate) at_bottom: Cell<bool>,
    pub(super) held_by_guest: Cell<bool>,
    /// The resident is a thread that runs jobs only while it waits in the pool (`use_current_thread`).
    pub(crate) lacks_main_loop: Cell<bool>,
    /// Which of the parallel calls that the holder begins look at the clock.
    sampling: Sampling,
    /// Sweeps over the other seats: which of them go beyond the group.
    pub(super) sweeps: Sweeps,
    /// The holder is inside a call that was dealt to the groups: calls inside it are not.
    pub(crate) is_dealing: Cell<bool>,
    /// The holder has served a call from outside that had found no free seat: it sleeps as soon as it finds nothing to do,
    /// so that the caller's next call finds one. Otherwise that would keep the worker awake, and so on.
    pub(crate) rests: Cell<bool>,
    /// Counts of the pool's users that the seat has in reserve: detached jobs that the holder spawns take them, those that
    /// it has run leave them. An idle resident gives them back before it sleeps, so a pool ends; one that is busy
    /// would not let it end anyway.
    pub(crate) users: Cell<usize>,
    /// How long the resident leaves the jobs of others alone, and whether the job about to be run was stolen.
    pub(super) restraint: Restraint,
    pub(super) has_stolen: Cell<bool>,
    /// Jobs from outside that the holder has taken one after the other.
    pub(super) injected_in_a_row: Cell<u32>,
    /// Calls of the holder that were too short to wake somebody for.
    pub(crate) streak: Streak,
    /// How many items of the piece at hand take some microseconds: how often to look whether more are wanted. 0: there is no piece.
    pub(crate) stride: Cell<usize>,
    /// The kind of small call that the holder makes again and again.
    pub(crate) trifle: Trifle,
    pub(crate) rng: Rng,
    pub(crate) frames: FrameHome,
    pub(crate) returns: ReturnChains,
}

// SAFETY: "holder" fields and the owner's sides of the deques are touched by the holder only (invariant 1), and the
// pointers point to the registry that owns the seat; everything else is made for sharing.
unsafe impl Sync for Seat {}
// SAFETY: as for `Sync`; nothing is bound to the thread that made the seat.
unsafe impl Send for Seat {}

impl Seat {
    /// A seat of the pool at `registry`, which will own it. Its random choices depend on `salt`.
    pub(crate) fn new(
        index: usize,
        group: usize,
        salt: u64,
        registry: *const Registry,
        idle: *const IdleWord,
        log: Log,
    ) -> Self {
        Seat {
            idle,
            quiet: AtomicUsize::new(0),
            spawned_first: Cell::new(false),
            index,
            group,
            registry,
            state: SeatState::new(),
            terminate: CoreLatch::new(),
            resident: Parker::new(),
            guest: Parker::new(),
            woken_at: AtomicUsize::new(NOT_TIMED),
            woken_from: AtomicU32::new(0),
            fork: Deque::new(tuning::FORK_CAPACITY),
            spawned: Deque::new(tuning::SPAWN_CAPACITY),
            deferred: Deferred::new(),
            shares: Shares::new(),
            fifo: Fifo::new(),
            running_tag: AtomicUsize::new(Tag::DETACHED.to_word()),
            running_serial: AtomicUsize::new(0),
            counters: Counters::new(),
            log,
            node: AtomicUsize::new(0),
            stolen_node: Cell::new(None),
            serial: Cell::new(1),
            exec: Cell::new(ptr::null()),
            scopes: Cell::new(ptr::null()),
            job_scopes: Cell::new(ptr::null()),
            at_bottom: Cell::new(false),
            held_by_guest: Cell::new(false),
            lacks_main_loop: Cell::new(false),
            sampling: Sampling::new(),
            sweeps: Sweeps::new(),
            is_dealing: Cell::new(false),
            rests: Cell::new(false),
            users: Cell::new(0),
            restraint: Restraint::new(),
            has_stolen: Cell::new(false),
            injected_in_a_row: Cell::new(0),
            streak: Streak::new(),
            stride: Cell::new(0),
            trifle: Trifle::new(),
            rng: Rng::new((index as u64 + 1).wrapping_add(salt)),
            frames: FrameHome::new(),
            returns: ReturnChains::new(),
        }
    }

    /// The seat that the calling thread holds, if any.
    ///
    /// The reference must not be kept beyond the stay in the pool; callers use it within one call.
    #[inline(always)]
    pub(crate) fn current<'a>() -> Option<&'a Seat> {
        // SAFETY: null, or a seat that this thread holds, kept alive by its pool (invariant 3).
        unsafe { CURRENT.get().as_ref() }
    }

    /// Makes `seat` (null: none) the one that the calling thread holds; gives the one before.
    ///
    /// # Safety
    ///
    /// The thread holds the seat, and the pool stays alive until this is changed again.
    pub(crate) unsafe fn set_current(seat: *const Seat) -> *const Seat {
        // SAFETY: null, or held by this thread and so alive.
        let held = unsafe { seat.as_ref() };
        trace::sit(held.map(|seat| &seat.log));
        let is_recorded = held.is_some_and(|seat| seat.node() != 0);
        FORKING.set(if is_recorded { ptr::null() } else { seat });
        CURRENT.replace(seat)
    }

    /// Runs `op` as who holds this seat. Only for one of a pool [without threads](Registry::without_threads).
    #[cfg(all(test, not(loom)))]
    pub(crate) fn occupy<R>(&self, op: impl FnOnce() -> R) -> R {
        // SAFETY: nobody holds it but the test, which keeps the pool.
        let before = unsafe { Seat::set_current(self) };
        let result = op();
        // SAFETY: the one that was held before.
        unsafe { Seat::set_current(before) };
        result
    }

    /// As [`current`](Self::current), but `None` as well where somebody records what the thread does: a fork takes another way
    /// then, and costs nothing more otherwise.
    #[inline(always)]
    pub(crate) fn current_to_fork<'a>() -> Option<&'a Seat> {
        // SAFETY: null, or a seat that this thread holds, kept alive by its pool (invariant 3).
        unsafe { FORKING.get().as_ref() }
    }

    /// The pool.
    #[inline]
    pub(crate) fn registry(&self) -> &Registry {
        // SAFETY: the registry owns this seat.
        unsafe { &*self.registry }
    }

    #[inline(always)]
    pub(crate) fn idle(&self) -> &IdleWord {
        // SAFETY: part of the registry that owns this seat.
        unsafe { &*self.idle }
    }

    /// The parker of whoever holds the seat. Holder only.
    pub(crate) fn parker(&self) -> &Parker {
        if self.is_guest() { &self.guest } else { &self.resident }
    }

    /// Whether a guest holds the seat. Holder only.
    #[inline]
    pub(crate) fn is_guest(&self) -> bool {
        self.held_by_guest.get()
    }

    /// Whether counts of users may stay on the seat: its holder comes to sleep at the bottom of its stack. Holder only.
    #[inline]
    pub(super) fn has_reserve(&self) -> bool {
        !self.is_guest() && !self.lacks_main_loop.get()
    }

    /// Gives back what the seat has in reserve, which may end the pool. Holder only.
    pub(super) fn give_up_reserve(&self) {
        let users = self.users.take();
        if users > 0 {
            self.registry().release(users);
        }
    }

    /// The seat changes hands; `contribution` is what it adds to the idle word itself. Holder only.
    pub(crate) fn set_holder(&self, guest: bool, contribution: usize) {
        self.held_by_guest.set(guest);
        // ORDERING: Relaxed. Read by the holder; who asks for attention uses a read-modify-write.
        self.quiet.store(contribution, Ordering::Relaxed);
    }

    /// What the holder's parallel calls belong to, while anybody records.
    pub(crate) fn node(&self) -> usize {
        // ORDERING: Relaxed. A thief that has won a job published within the node reads that node or a later one.
        self.node.load(Ordering::Relaxed)
    }

    /// Holder only, which has made the seat its [`current`](Self::current) one or is about to.
    pub(crate) fn set_node(&self, node: usize) {
        // ORDERING: Relaxed, as above.
        self.node.store(node, Ordering::Relaxed);
        FORKING.set(if node == 0 { ptr::from_ref(self) } else { ptr::null() });
    }

    /// What a scope opened now would be numbered. Holder only.
    pub(crate) fn next_serial(&self) -> usize {
        self.serial.get()
    }

    /// A tag for a scope that the holder opens now.
    pub(crate) fn open_tag(&self) -> Tag {
        let serial = self.serial.get();
        self.serial.set(serial.wrapping_add(1));
        Tag::of_seat(self.index, serial)
    }

    /// Publishes a join half; `false` if there was no memory for it.
    ///
    /// # Safety
    ///
    /// The caller holds the seat and keeps the job in place until it has taken it back or its latch is set.
    #[inline(always)]
    pub(crate) unsafe fn push_fork(&self, job: JobRef) -> bool {
        // SAFETY: the holder is the deque's owner.
        if !unsafe { self.fork.push([job.to_word()]) } {
            return false;
        }
        yield_point();
        // ORDERING: Relaxed, without a fence: see the description of `sleep`. Equality means that everybody else is busy
        // and nobody waits for this seat's forks.
        if self.idle().raw() != self.quiet.load(Ordering::Relaxed) {
            self.notify_fork();
        }
        true
    }

    /// Publishes a piece of an iteration for those who are awake; `false` if there was no memory for it.
    ///
    /// # Safety
    ///
    /// As for [`push_fork`](Self::push_fork).
    #[inline]
    pub(crate) unsafe fn push_fork_quietly(&self, job: JobRef) -> bool {
        // SAFETY: the holder is the deque's owner.
        let pushed = unsafe { self.fork.push([job.to_word()]) };
        yield_point();
        pushed
    }

    /// Somebody may be worth waking for a fork.
    #[cold]
    #[inline(never)]
    fn notify_fork(&self) {
        self.registry().notify(Some(self));
        self.nudge_watcher();
    }

    /// Wakes somebody for forks that were published quietly, even if others are looking for work: there is enough for one more.
    #[cold]
    #[inline(never)]
    pub(crate) fn wake_for_fork(&self) {
        self.registry().wake_for(self);
        self.nudge_watcher();
    }

    /// How far the next sweep over the other seats goes, how many jobs are to be left where, and a random number. Holder only.
    pub(crate) fn next_sweep(&self) -> NextSweep {
        let random = self.rng.next_u64();
        let neighbours = self.registry().neighbours();
        let has_dealt_work = self.registry().is_dealing();
        let turn = self.sweeps.next(has_dealt_work);
        let reach = neighbours.reach(self.index, turn, has_dealt_work, random);
        let least_afar = neighbours.least_jobs_afar(turn, has_dealt_work);
        NextSweep { reach, least_afar, random }
    }

    fn nudge_watcher(&self) {
        if self.is_watched() {
            // SAFETY: the holder's own list.
            unsafe { ExecLink::nudge(self.exec.get()) };
        }
    }

    /// Whether a parallel call that begins now should measure what its items cost. Holder only.
    #[inline]
    pub(crate) fn wants_sample(&self, is_steady: bool) -> bool {
        let is_due = self.sampling.is_due();
        !is_steady || is_due
    }

    /// Somebody may be worth waking for a spawned job.
    fn notify_spawned(&self) {
        self.registry().notify(Some(self));
        if self.is_watched() {
            // SAFETY: the holder's own list.
            unsafe { ExecLink::nudge_all(self.exec.get()) };
        }
    }

    /// Whether somebody who waits for what this seat executes has asked for attention. Called after a push and
    /// [`Registry::notify`], by the holder.
    pub(crate) fn is_watched(&self) -> bool {
        // ORDERING: Relaxed, after the fence in `IdleWord::notify`, which pairs with the one in `Pause::sleep`. Here: push,
        // fence, read the quiet word and the latches. There: announce and ask, fence, look for the entry.
        self.quiet.load(Ordering::Relaxed) & ATTENTION != 0
    }

    /// Publishes a spawned job.
    ///
    /// # Safety
    ///
    /// The caller holds the seat and has made `job` to be executed once.
    #[inline]
    pub(crate) unsafe fn push_spawned(&self, job: JobRef, tag: Tag) {
        // SAFETY: the holder is the deque's owner.
        if !unsafe { self.spawned.push([job.to_word(), tag.to_word()]) } {
            self.deferred.add(tag, job);
        }
        if self.waits_for_anything() {
            self.spawned_first.set(true);
        }
        yield_point();
        // ORDERING: Relaxed, without a fence, as in `push_fork`.
        if self.idle().raw() != self.quiet.load(Ordering::Relaxed) {
            self.notify_spawned();
        }
    }

    /// Somebody waits for what this seat forks and is about to park: the next fork push looks whom to wake.
    pub(crate) fn ask_for_attention(&self) {
        // ORDERING: SeqCst. In one order with the fence in `IdleWord::notify`; the holder's plain store in `set_holder` may
        // overwrite it, but not while a job that somebody waits for runs on this seat.
        self.quiet.fetch_or(ATTENTION, Ordering::SeqCst);
    }

    /// Nobody can be waiting for this seat's forks any more. Holder only.
    #[inline]
    pub(crate) fn clear_attention(&self) {
        // ORDERING: Relaxed both. A stale bit costs the next push a look; a waiter that asks now for a job that has
        // ended finds its latch set.
        if self.quiet.load(Ordering::Relaxed) & ATTENTION != 0 {
            // ORDERING: Relaxed, as above.
            self.quiet.fetch_and(!ATTENTION, Ordering::Relaxed);
        }
    }

    /// What this seat contributes to the idle word itself. Holder only.
    pub(crate) fn contribution(&self) -> usize {
        // ORDERING: Relaxed. The holder wrote the part that counts.
        self.quiet.load(Ordering::Relaxed) & !ATTENTION
    }

    /// Runs a scope's job: who waits for the scope may help with what the job forks and spawns.
    ///
    /// # Safety
    ///
    /// The caller holds the seat; `latch` is the scope's and stays alive until `body`, which does not unwind, is done.
    pub(crate) unsafe fn run_tagged<R>(
        &self,
        tag: Tag,
        latch: &CoreLatch,
        at_bottom: bool,
        body: impl FnOnce() -> R,
    ) -> R {
        if !at_bottom {
            // SAFETY: as demanded of our caller.
            return unsafe { ExecLink::run(self, latch, body) };
        }
        // ORDERING: Relaxed, then Release: who reads the tag with Acquire reads this serial or a later one.
        self.running_serial.store(self.serial.get(), Ordering::Relaxed);
        // ORDERING: Release, see above.
        self.running_tag.store(tag.to_word(), Ordering::Release);
        // ORDERING: SeqCst fence, pairs with the one in `Wait::sleep`. Here: publish the tag, fence, look whether the
        // scope's waiter sleeps. There: announce to sleep, fence, look who runs the scope's jobs and ask for attention.
        fence(Ordering::SeqCst);
        if latch.is_slept_on() {
            self.ask_for_attention();
        }
        // SAFETY: as demanded of our caller.
        let result = unsafe { ExecLink::run(self, latch, body) };
        // ORDERING: Release is not needed for what the job did (the scope's count carries that): a helper that sees
        // anything pushed after this store sees the store too, by the Release store of `bottom`.
        self.running_tag.store(Tag::DETACHED.to_word(), Ordering::Relaxed);
        result
    }

    /// Whether the job at the bottom of the resident's stack belongs to the scope `tag`; if so, the serial from which on
    /// this seat's scopes belong to it too.
    pub(crate) fn runs(&self, tag: Tag) -> Option<usize> {
        // ORDERING: Acquire. Pairs with the Release store in `run_tagged`: the serial is not older than the tag.
        if self.running_tag.load(Ordering::Acquire) != tag.to_word() {
            return None;
        }
        // ORDERING: Relaxed. Ordered by the Acquire above.
        Some(self.running_serial.load(Ordering::Relaxed))
    }

    /// Wakes the resident for a broadcast share, wherever it sleeps, and a guest that may hold the seat.
    pub(crate) fn wake_for_share(&self) {
        if !self.state.wake(self.idle()) && self.state.is_lent() {
            self.guest.unpark();
        }
        self.resident.unpark();
    }

    /// Whether the holder has something left in its own queues (rule Q2); other threads may take it meanwhile.
    pub(crate) fn has_pending_tasks(&self) -> bool {
        self.has_visible_work()
    }

    /// Whether anything lies in this seat's queues that an idle worker could take (shares are the resident's own).
    pub(crate) fn has_visible_work(&self) -> bool {
        !self.fork.looks_empty() || !self.spawned.looks_empty() || !self.deferred.looks_empty()
    }

    /// How many jobs lie in this seat's queues that others could take, about.
    pub(crate) fn queued(&self) -> usize {
        self.fork.len_hint() + self.spawned.len_hint() + self.deferred.len_hint()
    }

    /// Takes the oldest fork if `accept(index)` says so after `top` and `bottom` were read (rule L1).
    pub(crate) fn steal_fork(&self, accept: impl FnOnce(usize) -> bool) -> Steal<JobRef> {
        match self.fork.steal_if(|index, _| accept(index)) {
            // SAFETY: the entry was won and comes from `push_fork`.
            Steal::Success([word]) => Steal::Success(unsafe { JobRef::from_word(word) }),
            Steal::Retry => Steal::Retry,
            Steal::Empty => Steal::Empty,
        }
    }

    /// Takes the oldest spawned job if `accept(tag)` says so after `top` and `bottom` were read.
    pub(crate) fn steal_spawned(&self, accept: impl FnOnce(Tag) -> bool) -> Steal<JobRef> {
        match self.spawned.steal_if(|_, [_, tag]| accept(Tag::from_word(tag))) {
            // SAFETY: the entry was won and comes from `push_spawned`.
            Steal::Success([word, _]) => Steal::Success(unsafe { JobRef::from_word(word) }),
            Steal::Retry => Steal::Retry,
            Steal::Empty => Steal::Empty,
        }
    }

    /// Takes the newest spawned job, or with `breadth_first` the oldest.
    ///
    /// # Safety
    ///
    /// The caller holds the seat.
    pub(crate) unsafe fn pop_spawned(&self) -> Option<(Tag, JobRef)> {
        let [word, tag] = if self.registry().breadth_first() {
            loop {
                match self.spawned.steal() {
                    Steal::Success(entry) => break entry,
                    Steal::Retry => {}
                    Steal::Empty => return None,
                }
            }
        } else {
            // SAFETY: the holder is the deque's owner.
            unsafe { self.spawned.pop() }?
        };
        // SAFETY: the entry was won and comes from `push_spawned`.
        Some((Tag::from_word(tag), unsafe { JobRef::from_word(word) }))
    }

    /// Whether the newest spawned job is one of the scope `tag`.
    ///
    /// # Safety
    ///
    /// The caller holds the seat.
    pub(super) unsafe fn newest_is_of(&self, tag: Tag) -> bool {
        // SAFETY: the holder is the deque's owner.
        let newest = unsafe { self.spawned.newest() };
        newest.is_some_and(|[_, word]| Tag::from_word(word) == tag)
    }

    /// Takes the next spawned job whose tag `accept`s; moves those before it that it does not accept to the deferred queue
    /// (rule Q3).
    ///
    /// # Safety
    ///
    /// The caller holds the seat.
    pub(crate) unsafe fn pop_spawned_if(&self, accept: impl Fn(Tag) -> bool) -> Option<JobRef> {
        let mut deferred = false;
        let found = loop {
            // SAFETY: the caller holds the seat.
            let Some((tag, job)) = (unsafe { self.pop_spawned() }) else {
                break None;
            };
            if accept(tag) {
                break Some(job);
            }
            self.deferred.add(tag, job);
            deferred = true;
        };
        if deferred {
            self.notify_spawned();
        }
        found
    }

    /// Moves the oldest jobs of this seat's spawn deque to its deferred queue, until one is met whose tag `accept`s. Any
    /// thread.
    pub(crate) fn defer_spawned_until(&self, accept: impl Fn(Tag) -> bool) {
        let steal = || loop {
            match self.spawned.steal_if(|_, [_, tag]| !accept(Tag::from_word(tag))) {
                Steal::Success([word, tag]) => {
                    // SAFETY: the entry was won and comes from `push_spawned`.
                    let job = unsafe { JobRef::from_word(word) };
                    return Some((Tag::from_word(tag), job));
                }
                Steal::Retry => {}
                Steal::Empty => return None,
            }
        };
        while !self.spawned.looks_empty() && self.deferred.move_in(steal) {}
    }
}

impl std::fmt::Debug for Seat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seat")
            .field("index", &self.index)
            .field("state", &self.state.name())
            .field("fork", &self.fork)
            .field("spawned", &self.spawned)
            .field("steals", &self.counters.steals())
            .field("leapfrogs", &self.counters.read(Counter::Leapfrogs))
            .field("injected", &self.counters.read(Counter::Injected))
            .field("parks", &self.counters.read(Counter::Parks))
            .finish_non_exhaustive()
    }
}

/// What a thief's next sweep is to be like.
pub(crate) struct NextSweep {
    pub(crate) reach: Reach,
    /// From other groups, seats with fewer jobs are passed over.
    pub(crate) least_afar: usize,
    pub(crate) random: u64,
}

/// A scheduling point, where the schedule is drawn from a seed. With `--cfg moirai_yield_injection`: gives the processor away
/// now and then, to shake schedules in the stress tests.
#[inline(always)]
pub(crate) fn yield_point() {
    turns::point();
    #[cfg(moirai_yield_injection)]
    {
        thread_local!(static TURN: Cell<u32> = const { Cell::new(0) });
        let turn = TURN.get().wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        TURN.set(turn);
        if turn >> 29 == 0 {
            std::thread::yield_now();
        }
    }
}
