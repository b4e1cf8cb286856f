//! The shared side of a pool: its seats, its groups, what is set for all, and its life.

use crate::pool::context;
use crate::pool::counters::Readings;
use crate::pool::ending::Ending;
use crate::pool::group::{Dealt, Group};
use crate::pool::handlers::Handlers;
use crate::pool::home::Home;
use crate::pool::job::{CallJob, JobRef};
use crate::pool::latch::CoreLatch;
use crate::pool::outside::OutsideParkers;
use crate::pool::placing;
use crate::pool::seat::{NOT_TIMED, Seat};
use crate::pool::sleep::IdleWord;
use crate::pool::tag::Tag;
use crate::pool::tally::Tally;
use crate::pool::wake_cost::WakeCost;
use crate::pool::worker::Wait;
use crate::steal::Neighbours;
use crate::sync::{AtomicUsize, Ordering};
use crate::topology::binding;
#[cfg(all(test, not(loom)))]
use crate::trace::Choice;
use crate::trace::{Log, PoolTrace};
use crate::tuning;
use crate::util::clock::{self, ticks, ticks_of_ns};
use crate::util::lock::Mutex;
use crate::util::turns::Turns;
use crate::util::{CachePadded, unwind};
use std::any::Any;
use std::ops::Range;
use std::sync::Arc;

/// The largest number of threads in a pool.
pub(crate) const MAX_THREADS: usize = if cfg!(target_pointer_width = "64") { 65_535 } else { 255 };

/// What is set for a whole pool.
pub(crate) struct Settings {
    pub(crate) handlers: Handlers,
    pub(crate) breadth_first: bool,
    /// Waits inside the pool take any job (rule W7).
    pub(crate) waits_for_anything: bool,
    pub(crate) guests: bool,
    /// Large calls are dealt to the groups.
    pub(crate) deals: bool,
    /// Calls over large slices are dealt by where their pages are.
    pub(crate) asks_for_pages: bool,
    /// The stack that a thread of the pool has, and a guest should have left, in bytes.
    pub(crate) stack_bytes: usize,
    /// Where the pool records what it does.
    pub(crate) trace: PoolTrace,
}

/// See the module's description. Always inside an `Arc`; each worker thread owns a count of it.
pub(crate) struct Registry {
    idle: Box<CachePadded<IdleWord>>,
    seats: Box<[Seat]>,
    groups: Box<[Group]>,
    neighbours: Neighbours,
    /// One for each seat, or none if threads may run anywhere.
    homes: Box<[Home]>,
    /// The group of each CPU; empty where there is one group.
    group_of_cpu: Box<[usize]>,
    /// The group that is nearest to each node's memory; empty where there is one group.
    group_of_node: Box<[usize]>,
    settings: Settings,
    /// 1 while guests are admitted.
    guests: AtomicUsize,
    /// One for the handle, one for each detached job that has not ended, and what the seats have in reserve: at zero the
    /// workers end.
    users: AtomicUsize,
    pub(crate) parkers: OutsideParkers,
    outside_scopes: AtomicUsize,
    /// Calls in progress that were dealt to the groups.
    dealing: AtomicUsize,
    /// What the seats had counted when the counters were last reset; empty if they never were.
    pub(crate) counted_before: Mutex<Vec<Readings>>,
    /// Workers that have begun.
    pub(crate) startup: Tally,
    pub(crate) ending: Ending,
    pub(crate) wake_cost: WakeCost,
    pub(crate) turns: Turns,
}

impl Registry {
    /// A pool with these seats, and nobody on them yet.
    pub(crate) fn new(
        neighbours: Neighbours,
        homes: Vec<Home>,
        [group_of_cpu, group_of_node]: [Vec<usize>; 2],
        settings: Settings,
        turns: Turns,
    ) -> Arc<Self> {
        clock::calibrate();
        Arc::new_cyclic(|registry| {
            let idle = Box::new(CachePadded::new(IdleWord::new()));
            let idle_word: *const IdleWord = &raw const **idle;
            let groups = neighbours.groups();
            let salt = turns.salt();
            let seat = |(index, group)| {
                let log = Log::new(&settings.trace, index);
                Seat::new(index, group, salt, registry.as_ptr(), idle_word, log)
            };
            let in_group = |(group, seats): (usize, &Range<usize>)| {
                seats.clone().map(move |seat| (seat, group))
            };
            Registry {
                seats: groups.iter().enumerate().flat_map(in_group).map(seat).collect(),
                groups: groups.iter().map(|_| Group::new()).collect(),
                idle,
                neighbours,
                homes: homes.into(),
                group_of_cpu: group_of_cpu.into(),
                group_of_node: group_of_node.into(),
                guests: AtomicUsize::new(usize::from(settings.guests)),
                settings,
                users: AtomicUsize::new(1),
                parkers: OutsideParkers::new(),
                outside_scopes: AtomicUsize::new(1),
                dealing: AtomicUsize::new(0),
                counted_before: Mutex::new(Vec::new()),
                startup: Tally::new(),
                ending: Ending::new(),
                wake_cost: WakeCost::new(),
                turns,
            }
        })
    }

    /// A pool without threads, for tests: they hold all its seats, and do what the holders would do in an order of their own.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn without_threads(neighbours: Neighbours) -> Arc<Self> {
        let nowhere: Choice = Default::default();
        let settings = Settings {
            handlers: Handlers::default(),
            breadth_first: false,
            waits_for_anything: false,
            guests: false,
            deals: false,
            asks_for_pages: false,
            stack_bytes: tuning::DEFAULT_STACK_BYTES,
            trace: nowhere.of_pool(false),
        };
        let turns = Turns::new(None, neighbours.seats());
        Registry::new(neighbours, Vec::new(), [Vec::new(), Vec::new()], settings, turns)
    }

    #[inline]
    pub(crate) fn seats(&self) -> &[Seat] {
        &self.seats
    }

    #[inline]
    pub(crate) fn idle(&self) -> &IdleWord {
        &self.idle
    }

    #[inline]
    pub(crate) fn neighbours(&self) -> &Neighbours {
        &self.neighbours
    }

    pub(crate) fn group(&self, group: usize) -> &Group {
        &self.groups[group]
    }

    /// Where the resident of a seat is to run, if anything was said about it.
    pub(crate) fn home(&self, seat: usize) -> Option<&Home> {
        self.homes.get(seat)
    }

    /// The group of a thread from outside: the one on whose CPUs it runs.
    #[inline]
    pub(crate) fn outside_group(&self) -> usize {
        if self.groups.len() == 1 { 0 } else { self.group_here() }
    }

    #[cold]
    fn group_here(&self) -> usize {
        let cpu = binding::current_cpu();
        cpu.and_then(|cpu| self.group_of_cpu.get(cpu)).copied().unwrap_or(0)
    }

    pub(crate) fn breadth_first(&self) -> bool {
        self.settings.breadth_first
    }

    pub(crate) fn waits_for_anything(&self) -> bool {
        self.settings.waits_for_anything
    }

    /// Whether large calls are dealt to the groups: never where there is one.
    #[inline]
    pub(crate) fn deals(&self) -> bool {
        self.groups.len() > 1 && self.settings.deals
    }

    /// The group that is nearest to the memory of a node, if calls over slices are dealt by that.
    pub(crate) fn group_near(&self, node: usize) -> Option<usize> {
        self.group_of_node.get(node).copied()
    }

    pub(crate) fn asks_for_pages(&self) -> bool {
        self.settings.asks_for_pages
    }

    pub(crate) fn stack_bytes(&self) -> usize {
        self.settings.stack_bytes
    }

    pub(crate) fn handlers(&self) -> &Handlers {
        &self.settings.handlers
    }

    /// What tells this pool from others.
    pub(crate) fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// One more count of this registry.
    pub(crate) fn to_arc(&self) -> Arc<Registry> {
        let this = std::ptr::from_ref(self);
        // SAFETY: registries are made inside an `Arc` only, and `&self` keeps a count alive.
        unsafe { Arc::increment_strong_count(this) };
        // SAFETY: the count taken above.
        unsafe { Arc::from_raw(this) }
    }

    /// The calling thread's seat, if it lies in this pool.
    pub(crate) fn current_seat(&self) -> Option<&Seat> {
        Seat::current().filter(|seat| std::ptr::eq(seat.registry(), self))
    }

    pub(crate) fn admits_guests(&self) -> bool {
        // ORDERING: Relaxed. A switch; a guest that was admitted just before is as good as one before the switch.
        self.guests.load(Ordering::Relaxed) != 0
    }

    /// No more guests: from now on thread-locals set on the workers matter (rule G8).
    pub(crate) fn refuse_guests(&self) {
        if self.settings.guests && self.admits_guests() {
            // ORDERING: Relaxed, as in `admits_guests`.
            self.guests.store(0, Ordering::Relaxed);
        }
    }

    /// A tag for a scope that is opened by a thread without a seat here.
    pub(crate) fn outside_tag(&self) -> Tag {
        // ORDERING: Relaxed. Only distinct numbers are asked for.
        Tag::of_outside(self.outside_scopes.fetch_add(1, Ordering::Relaxed))
    }

    /// Publishes a job for any worker of the pool.
    pub(crate) fn inject(&self, job: JobRef) {
        self.push_injected(job);
        self.notify(None);
    }

    /// The same, by a thread that sleeps next: a worker that is woken may run on the processor that becomes free. Whether one was.
    fn inject_and_leave(&self, job: JobRef) -> bool {
        self.push_injected(job);
        let mut is_woken = false;
        self.idle.notify(0, false, || {
            let sleeper = self.claim_sleeper(self.first_outside());
            is_woken = sleeper.is_some_and(|seat| {
                // ORDERING: Relaxed. As in `unpark_measured`. Such a wake-up is no example of others: it is not timed.
                seat.woken_at.store(NOT_TIMED, Ordering::Relaxed);
                seat.resident.unpark();
                true
            });
            is_woken
        });
        is_woken
    }

    fn push_injected(&self, job: JobRef) {
        if Seat::current().is_none() {
            self.turns.take_part();
        }
        self.groups[self.outside_group()].injector.push(job.to_word());
        crate::pool::seat::yield_point();
    }

    /// A job from the injectors, that of `group` first. The caller must run it.
    pub(crate) fn take_injected(&self, group: usize) -> Option<JobRef> {
        self.neighbours
            .groups_outwards(group)
            .filter(|group| !self.groups[*group].injector.looks_empty())
            .find_map(|group| self.take_injected_of(group))
    }

    /// A job from the injector of this group. The caller must run it.
    pub(crate) fn take_injected_of(&self, group: usize) -> Option<JobRef> {
        let word = self.groups[group].injector.take()?;
        // SAFETY: won from the injector, into which `inject` puts jobs.
        Some(unsafe { JobRef::from_word(word) })
    }

    /// Deals a job to a group, and wakes somebody for it, there or next to it. It is worth so many ticks of work, as far as that
    /// is known.
    ///
    /// # Safety
    ///
    /// As for [`Dealt::add`](super::group::Dealt::add).
    pub(crate) unsafe fn deal(&self, from: &Seat, group: usize, job: JobRef, work: Option<f32>) {
        let least = self.wake_cost.worth();
        let most = ticks_of_ns(tuning::DEALT_PATIENCE_NS_MOST);
        let patience = self.neighbours.patience(group, work.unwrap_or(0.0) as u64);
        // SAFETY: as demanded of our caller.
        unsafe { self.groups[group].dealt.add(job, patience.clamp(least, most)) };
        let first = self.neighbours.groups()[group].start;
        self.idle.notify(from.contribution(), true, || self.wake_one(first, Some(from)));
    }

    /// A part dealt to another group than `group`, the nearest first, that its group has had time for. The caller must run it.
    pub(crate) fn take_dealt_elsewhere(&self, group: usize) -> Option<JobRef> {
        let others = self.neighbours.groups_outwards(group).skip(1);
        others.map(|other| &self.groups[other].dealt).find_map(Dealt::take_from_afar)
    }

    /// Runs a call that is dealt to the groups: meanwhile thieves stay near.
    pub(crate) fn while_dealing<R>(&self, call: impl FnOnce() -> R) -> R {
        struct Ended<'a>(&'a AtomicUsize);
        impl Drop for Ended<'_> {
            fn drop(&mut self) {
                // ORDERING: Relaxed. A hint to thieves.
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
        // ORDERING: Relaxed, as above.
        self.dealing.fetch_add(1, Ordering::Relaxed);
        let _ended = Ended(&self.dealing);
        call()
    }

    /// Whether a call that was dealt to the groups is in progress.
    pub(crate) fn is_dealing(&self) -> bool {
        // ORDERING: Relaxed. A hint to thieves.
        self.dealing.load(Ordering::Relaxed) != 0
    }

    fn has_dealt_work(&self) -> bool {
        self.groups.iter().any(|group| !group.dealt.looks_empty())
    }

    pub(crate) fn injectors_look_empty(&self) -> bool {
        self.groups.iter().all(|group| group.injector.looks_empty())
    }

    /// How many jobs lie in the injectors, about; for reports.
    pub(crate) fn injected_queued(&self) -> usize {
        self.groups.iter().map(|group| group.injector.len_hint()).sum()
    }

    /// Whether there is anything that an idle worker could take.
    pub(crate) fn has_visible_work(&self) -> bool {
        !self.injectors_look_empty()
            || self.has_dealt_work()
            || self.seats.iter().any(Seat::has_visible_work)
    }

    /// Something was published, by the holder of `from` or by a thread from outside: wakes a sleeper if need be.
    pub(crate) fn notify(&self, from: Option<&Seat>) {
        let own = from.map_or(0, Seat::contribution);
        let first = from.map_or_else(|| self.first_outside(), |seat| seat.index);
        self.idle.notify(own, false, || self.wake_one(first, from));
    }

    /// The same, and a sleeper is woken even if others look for work already.
    pub(crate) fn wake_for(&self, from: &Seat) {
        self.idle.notify(from.contribution(), true, || self.wake_one(from.index, Some(from)));
    }

    /// The first seat of the group of a thread from outside.
    pub(crate) fn first_outside(&self) -> usize {
        self.neighbours.groups()[self.outside_group()].start
    }

    /// Wakes one sleeping resident, one of the group of seat `first` if there is any, else the nearest. `waker` is
    /// the seat that the caller holds; none, if that may be lent just now.
    fn wake_one(&self, first: usize, waker: Option<&Seat>) -> bool {
        self.claim_sleeper(first).inspect(|seat| self.unpark_measured(seat, waker)).is_some()
    }

    /// A seat, that one or as near to it as there is one, whose resident slept and counts as woken: the caller must unpark it.
    fn claim_sleeper(&self, first: usize) -> Option<&Seat> {
        let mut seats = self.neighbours.outwards(first).map(|seat| &self.seats[seat]);
        seats.find(|seat| seat.state.wake(&self.idle))
    }

    /// Wakes the resident, whose state says so already, and takes the time.
    fn unpark_measured(&self, seat: &Seat, waker: Option<&Seat>) {
        if let Some(waker) = waker {
            waker.log.woke(seat.index);
        }
        let before = ticks();
        // ORDERING: Relaxed. Published by the wake-up; read by the resident after it.
        seat.woken_at.store(before as usize, Ordering::Relaxed);
        // ORDERING: Relaxed, as above.
        seat.woken_from.store(placing::processor(), Ordering::Relaxed);
        if seat.resident.unpark_elsewhere() {
            self.wake_cost.observe_call(ticks().wrapping_sub(before));
        }
    }

    /// So many more users keep the pool alive.
    pub(crate) fn retain(&self, users: usize) {
        // ORDERING: Relaxed. The caller's own count, or the handle's, keeps the pool alive meanwhile.
        let before = self.users.fetch_add(users, Ordering::Relaxed);
        debug_assert_ne!(before, 0, "the pool has ended");
    }

    /// So many users less; the last one ends the workers.
    pub(crate) fn release(&self, users: usize) {
        // ORDERING: AcqRel. What the jobs did happens before the workers' end.
        if self.users.fetch_sub(users, Ordering::AcqRel) == users {
            for seat in &self.seats {
                // SAFETY: set once, here; seat and parker live as long as the registry, which the caller keeps alive.
                unsafe { CoreLatch::set(&raw const seat.terminate) };
            }
        }
    }

    /// One more detached job keeps the pool alive; `seat` is the caller's in this pool.
    #[inline]
    pub(crate) fn retain_for_job(&self, seat: Option<&Seat>) {
        match seat {
            Some(seat) if seat.has_reserve() => {
                if seat.users.get() == 0 {
                    self.retain(tuning::USERS_AT_ONCE);
                    seat.users.set(tuning::USERS_AT_ONCE);
                }
                seat.users.set(seat.users.get() - 1);
            }
            _ => self.retain(1),
        }
    }

    /// The holder of `seat` has run a detached job.
    #[inline]
    pub(crate) fn release_job(&self, seat: &Seat) {
        if !seat.has_reserve() {
            return self.release(1);
        }
        seat.users.set(seat.users.get() + 1);
        if seat.users.get() == 2 * tuning::USERS_AT_ONCE {
            seat.users.set(tuning::USERS_AT_ONCE);
            self.release(tuning::USERS_AT_ONCE);
        }
    }

    /// Runs `op` on a thread of this pool, with that thread's seat and whether it had to be moved there.
    ///
    /// # Panics
    ///
    /// With `op`'s panic.
    pub(crate) fn in_worker<R: Send>(&self, op: impl FnOnce(&Seat, bool) -> R + Send) -> R {
        match Seat::current() {
            Some(seat) if std::ptr::eq(seat.registry(), self) => op(seat, false),
            Some(seat) => self.call_from_foreign(seat, op),
            None => self.enter(op),
        }
    }

    /// The same for a caller that holds no seat of any pool, or got one in this pool when that was made for the call.
    #[inline]
    pub(crate) fn enter<R: Send>(&self, op: impl FnOnce(&Seat, bool) -> R + Send) -> R {
        self.turns.take_part();
        match self.try_as_guest(op) {
            Ok(result) => result,
            Err(op) => self.call_from_outside(op),
        }
    }

    /// Hands `op` to a worker and blocks.
    #[cold]
    #[inline(never)]
    fn call_from_outside<R: Send>(&self, op: impl FnOnce(&Seat, bool) -> R + Send) -> R {
        // Where there are no threads, who makes the global pool is its only worker from then on: there is nobody to wait for.
        if let Some(seat) = Seat::current() {
            debug_assert!(std::ptr::eq(seat.registry(), self), "a seat of this pool, or none");
            return op(seat, false);
        }
        let op = context::carry(op);
        let job = CallJob::new(
            |seat: &Seat| {
                let result = op(seat, true);
                // The caller may come again at once: then it should find a seat to sit on.
                seat.rests.set(self.admits_guests());
                result
            },
            None,
        );
        // SAFETY: this frame waits for the latch.
        let is_woken = self.inject_and_leave(unsafe { job.as_job_ref() });
        self.parkers.block_on(&job.latch, !is_woken);
        // SAFETY: the latch is set, and this is the one place that takes the result.
        unwind::unwrap_or_resume(unsafe { job.take_result() })
    }

    /// Hands `op` to a worker while the caller, who holds a seat of another pool, serves that pool.
    #[cold]
    #[inline(never)]
    fn call_from_foreign<R: Send>(
        &self,
        seat: &Seat,
        op: impl FnOnce(&Seat, bool) -> R + Send,
    ) -> R {
        let op = context::carry(op);
        let job = CallJob::new(|seat: &Seat| op(seat, true), Some(seat.registry().to_arc()));
        // SAFETY: this frame waits for the latch.
        self.inject(unsafe { job.as_job_ref() });
        // SAFETY: the caller holds its seat and is the only one to wait for the latch.
        unsafe { seat.wait(&job.latch, seat.wait_for_other_pool()) };
        // SAFETY: the latch is set, and this is the one place that takes the result.
        let result = unsafe { job.take_result() };
        unwind::unwrap_or_resume(result)
    }

    /// A detached job has panicked.
    pub(crate) fn handle_panic(&self, payload: Box<dyn Any + Send>) {
        self.settings.handlers.handle_panic(payload);
    }
}

impl Seat {
    /// How the holder waits for something outside its pool: a resident serves its own pool, a guest may hold locks.
    pub(crate) fn wait_for_other_pool(&self) -> Wait<'static> {
        if self.is_guest() { Wait::OwnScopes } else { Wait::Anything }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // Only tickets whose scope has been served otherwise can be left: they give up their count of the scope's queue.
        while let Some(job) = self.take_injected(0) {
            // SAFETY: won from the injector; there is no other thread any more, so this one holds every seat.
            unsafe { job.execute(&self.seats[0]) };
        }
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry")
            .field("idle", &self.idle.read())
            .field("seats", &self.seats)
            .finish_non_exhaustive()
    }
}
