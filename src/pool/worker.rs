//! A seat's holder at work: where it looks for jobs, and the one wait that everything waits with.
//!
//! What a wait may run is said by its [`Wait`] (rules W0 to W7 of `docs/waiting.md`): an idle worker at the bottom of its
//! stack takes anything; a thread that waits for a stolen half or for a scope takes only what it waits for; one that
//! waits for another pool takes anything of its own. Every wait of a resident runs its seat's broadcast shares.

use crate::pool::context;
use crate::pool::counters::Counter;
use crate::pool::group::Dealt;
use crate::pool::job::{JobRef, JoinHalf};
use crate::pool::latch::CoreLatch;
use crate::pool::placing;
use crate::pool::scope_link::ScopeLink;
use crate::pool::seat::{NOT_TIMED, NextSweep, Seat, yield_point};
use crate::pool::sleep::Found;
use crate::pool::tag::Tag;
use crate::steal::deque::Steal;
use crate::steal::{Distance, Reach};
use crate::sync::{Ordering, fence};
use crate::tuning;
use crate::util::clock::{self, Clock, Monotonic, ticks};
use crate::util::turns;
use std::ptr;
use std::time::Instant;

/// What a thread waits for, and so what it may run meanwhile.
#[derive(Clone, Copy)]
pub(crate) enum Wait<'a> {
    /// The end of the pool: an idle worker at the bottom of its stack. Anything.
    Bottom,
    /// Something outside this pool, or policy *anything*. Anything of this pool.
    Anything,
    /// A half of a `join` that a thief executes: what that thief forks, or spawns into scopes that it opens, meanwhile.
    Join(&'a JoinHalf),
    /// The jobs of a scope, wherever they are, and what is forked or spawned inside them.
    Scope(&'a ScopeLink),
    /// The shares of a broadcast: nothing but the shares of this seat.
    Shares,
    /// Something outside this pool, waited for by a guest: the jobs of the scopes opened on its own stack.
    OwnScopes,
    /// A message: in a pool of one thread, the jobs of the scopes that were opened inside the job at hand. Whoever sends it
    /// may be one of them, and nobody else runs them.
    Event,
}

impl Wait<'_> {
    /// Whether the thread may be woken for any job of the pool.
    fn takes_anything(self) -> bool {
        matches!(self, Wait::Bottom | Wait::Anything)
    }
}

impl Seat {
    /// Waits until `latch` is set, and runs meanwhile what `kind` allows.
    ///
    /// # Safety
    ///
    /// The caller holds the seat, is the latch's one waiter, and keeps the latch alive.
    pub(crate) unsafe fn wait(&self, latch: &CoreLatch, kind: Wait<'_>) {
        // SAFETY: as demanded of our caller.
        unsafe { self.wait_until(latch, kind, None) };
    }

    /// As [`wait`](Self::wait), but no longer than until the deadline, if there is one; a job that was begun before is
    /// brought to its end.
    ///
    /// # Safety
    ///
    /// As for [`wait`](Self::wait).
    pub(crate) unsafe fn wait_until(
        &self,
        latch: &CoreLatch,
        kind: Wait<'_>,
        deadline: Option<Instant>,
    ) {
        let scope = match kind {
            Wait::Scope(scope) => Some(scope),
            _ => None,
        };
        let kind = match kind {
            Wait::Join(_) | Wait::Scope(_) | Wait::Shares if self.waits_for_anything() => {
                Wait::Anything
            }
            kind => kind,
        };
        // Most waits for a scope never have nothing to do.
        let mut pause: Option<Pause<'_>> = None;
        let end_pause = |pause: &mut Option<Pause<'_>>| {
            if let Some(pause) = pause {
                pause.found();
            }
        };
        // SAFETY: the caller has opened the scope on this seat.
        let settle = || scope.is_some_and(|scope| unsafe { scope.count.settle() });
        // SAFETY: the caller holds the seat.
        let has_more = || scope.is_some_and(|scope| unsafe { self.newest_is_of(scope.tag) });
        while !latch.is_set() {
            // A scope that has ended is left at once: what lies beneath its jobs is none of this wait's business.
            if !has_more() && settle() {
                continue;
            }
            // SAFETY: the caller holds the seat.
            if let Some(job) = unsafe { self.find(kind) } {
                end_pause(&mut pause);
                self.at_bottom.set(matches!(kind, Wait::Bottom));
                // SAFETY: found, hence won; the caller holds the seat.
                unsafe { self.run_found(job) };
                continue;
            }
            if settle() {
                end_pause(&mut pause);
                continue;
            }
            let pause = pause.get_or_insert_with(|| Pause::new(self, latch, kind, deadline, scope));
            if pause.is_over() {
                break;
            } else if self.is_guest() && !self.shares.looks_empty() {
                self.let_resident_share();
            } else if !pause.round() {
                // SAFETY: the caller holds the seat.
                unsafe { pause.sleep() };
            }
        }
        end_pause(&mut pause);
    }

    /// Runs a job on top of what this thread is doing.
    ///
    /// # Safety
    ///
    /// The caller has won the job and holds the seat.
    pub(crate) unsafe fn run_found(&self, job: JobRef) {
        yield_point();
        let outer = self.job_scopes.replace(self.scopes.get());
        let node = context::is_recording().then(|| self.enter_stolen_node());
        let began = self.has_stolen.take().then(ticks);
        // SAFETY: as demanded of our caller.
        unsafe { job.execute(self) };
        if let Some(began) = began {
            self.restraint.has_run(began, ticks());
        }
        if let Some(node) = node {
            self.set_node(node);
        }
        self.job_scopes.set(outer);
        yield_point();
    }

    /// What was stolen belongs to what its victim was in; what was not, to what this seat is in. The node before.
    #[cold]
    fn enter_stolen_node(&self) -> usize {
        let node = self.node();
        if let Some(stolen) = self.stolen_node.take() {
            self.set_node(stolen);
        }
        node
    }

    /// Policy *anything* (rule W7); and always where nobody else runs what is left in the seat's queues (rule W5). A guest
    /// may hold locks: never.
    pub(super) fn waits_for_anything(&self) -> bool {
        !self.is_guest() && (self.registry().waits_for_anything() || self.lacks_main_loop.get())
    }

    /// Runs the jobs that the holder has spawned, newest first, before a pending second half (policy *anything*, DIF-8).
    #[cold]
    #[inline(never)]
    pub(crate) fn run_spawned_first(&self) {
        self.spawned_first.set(false);
        // SAFETY: the holder calls this.
        while let Some((_, job)) = unsafe { self.pop_spawned() } {
            self.at_bottom.set(false);
            // SAFETY: popped, hence won; the holder calls this.
            unsafe { job.execute(self) };
        }
    }

    /// One job that a wait of this kind may run.
    ///
    /// # Safety
    ///
    /// The caller holds the seat.
    pub(crate) unsafe fn find(&self, kind: Wait<'_>) -> Option<JobRef> {
        let local = match kind {
            Wait::Bottom | Wait::Anything => {
                // SAFETY: the caller holds the seat.
                let local = unsafe { self.find_local() };
                return local
                    .or_else(|| self.take_next_injected())
                    .or_else(|| self.take_dealt())
                    .or_else(|| self.steal_restrained(kind))
                    .or_else(|| self.take_injected());
            }
            Wait::Join(half) => self.leapfrog(half),
            Wait::Shares => None,
            // SAFETY: the caller holds the seat.
            Wait::Scope(scope) => unsafe { self.find_of_scope(scope) },
            // SAFETY: the caller holds the seat.
            Wait::OwnScopes => unsafe { self.find_of_own_scopes(ptr::null()) },
            // Where there are other workers, these jobs are theirs: one that sends to this very thread would wait for ever
            // on top of its receive.
            Wait::Event if self.registry().seats().len() > 1 => None,
            // SAFETY: as above.
            Wait::Event => unsafe { self.find_of_own_scopes(self.job_scopes.get()) },
        };
        if local.is_some() || self.is_guest() {
            return local;
        }
        self.shares.take()
    }

    /// Something from this seat's own queues, whatever it is, shares included.
    ///
    /// Forks are taken like a thief takes them, from the old end, so that the `join` they belong to finds its half stolen.
    ///
    /// # Safety
    ///
    /// The caller holds the seat.
    pub(crate) unsafe fn find_local(&self) -> Option<JobRef> {
        while !self.fork.looks_empty() {
            if let Steal::Success(job) = self.steal_fork(|_| true) {
                return Some(job);
            }
        }
        // SAFETY: the caller holds the seat.
        let spawned = unsafe { self.pop_spawned() }.or_else(|| self.deferred.take_any());
        if let Some((_, job)) = spawned {
            return Some(job);
        }
        if self.is_guest() { None } else { self.shares.take() }
    }

    /// Something from another seat, whatever it is; but an idle worker leaves short jobs to those who have them.
    fn steal_restrained(&self, kind: Wait<'_>) -> Option<JobRef> {
        if !matches!(kind, Wait::Bottom) {
            return self.steal_anything();
        }
        if self.restraint.holds() {
            return None;
        }
        let job = self.steal_anything();
        if job.is_none() {
            self.restraint.has_found_nothing();
        }
        job
    }

    /// Something from another seat, whatever it is.
    fn steal_anything(&self) -> Option<JobRef> {
        let registry = self.registry();
        let seats = registry.seats();
        if seats.len() == 1 {
            return None;
        }
        let NextSweep { reach, least_afar, random } = self.next_sweep();
        // Fork deques and spawn deques take turns to come first, so that neither starves behind the other (rule Q2).
        let forks_first = random >> 63 == 0;
        let mut again = true;
        while again {
            again = false;
            for victim in registry.neighbours().sweep(self.index, reach, random) {
                let victim = &seats[victim];
                // Seats of other groups may have too little for a thief from afar.
                let is_worth_it =
                    least_afar == 1 || victim.group == self.group || victim.queued() >= least_afar;
                if !is_worth_it {
                    self.counters.bump(Counter::tries(Distance::Remote));
                    continue;
                }
                // Asked once there is something to take: it may be a part of a call of which this group has been dealt a share
                // since the thief looked, and the share goes first.
                let may_take = || victim.group == self.group || self.dealt().looks_empty();
                for forks in [forks_first, !forks_first] {
                    let stolen = if forks {
                        victim.steal_fork(|_| may_take())
                    } else {
                        victim.steal_spawned(|_| may_take())
                    };
                    match stolen {
                        Steal::Success(job) => {
                            self.has_stolen_from(victim);
                            return Some(job);
                        }
                        Steal::Retry => again = true,
                        Steal::Empty => {}
                    }
                }
                if let Some((_, job)) = victim.deferred.take_any() {
                    self.has_stolen_from(victim);
                    return Some(job);
                }
                self.counters.bump(Counter::tries(self.distance_to(victim)));
            }
        }
        if reach == Reach::Group {
            return None;
        }
        let job = registry.take_dealt_elsewhere(self.group)?;
        self.counters.bump(Counter::DealtElsewhere);
        self.log.took_dealt();
        Some(job)
    }

    /// Where what was dealt to this seat's group lies.
    fn dealt(&self) -> &Dealt {
        &self.registry().group(self.group).dealt
    }

    /// A share that was dealt to this seat's group.
    fn take_dealt(&self) -> Option<JobRef> {
        let job = self.dealt().take()?;
        self.counters.bump(Counter::Dealt);
        self.log.took_dealt();
        Some(job)
    }

    fn distance_to(&self, other: &Seat) -> Distance {
        self.registry().neighbours().distance(self.index, other.index)
    }

    fn has_stolen_from(&self, victim: &Seat) {
        self.has_stolen.set(true);
        let distance = self.distance_to(victim);
        self.counters.bump(Counter::steals(distance));
        self.log.stole(victim.index, distance);
        if context::is_recording() {
            self.stolen_node.set(Some(victim.node()));
        }
    }

    fn take_injected(&self) -> Option<JobRef> {
        self.injected_in_a_row.set(0);
        self.registry().take_injected(self.group).inspect(|_| self.has_taken_injected())
    }

    /// Another job from outside, if the last one that was found came from there: not always, for what was begun goes first.
    fn take_next_injected(&self) -> Option<JobRef> {
        let taken = self.injected_in_a_row.get();
        if taken % tuning::INJECTED_IN_A_ROW == 0 {
            return None;
        }
        // Without a look whether there is any: that would move a cache line that each push writes.
        let mut job = self.registry().take_injected_of(self.group);
        if job.is_none() && taken > 1 {
            // A row that is made as fast as it is taken: the lines move for each job, and once for several if these are awaited.
            (0..tuning::INJECTED_PAUSES).for_each(|_| std::hint::spin_loop());
            job = self.registry().take_injected_of(self.group);
        }
        match job {
            Some(_) => self.has_taken_injected(),
            None => self.injected_in_a_row.set(0),
        }
        job
    }

    fn has_taken_injected(&self) {
        self.injected_in_a_row.set(self.injected_in_a_row.get() + 1);
        self.counters.bump(Counter::Injected);
        self.log.took_injected();
    }

    /// Something forked inside the stolen `half`, or spawned into a scope that was opened inside it (rules L1, L3).
    fn leapfrog(&self, half: &JoinHalf) -> Option<JobRef> {
        let executor = half.executor()?;
        let seat = executor.seat;
        // The latch is read last, after `top` and `bottom`: if it is still unset the entry at `top`, if it is still
        // there, was published inside the half. Model: loom_deque_leapfrog
        let forked = seat.steal_fork(|index| {
            let inside = (index.wrapping_sub(executor.fork_mark) as isize) >= 0;
            inside && !half.latch.is_set()
        });
        let found = match forked {
            Steal::Success(job) => Some(job),
            Steal::Retry | Steal::Empty => {
                seat.help_with_spawned(|tag| half.spawned_inside(&executor, tag))
            }
        };
        if found.is_some() {
            self.counters.bump(Counter::Leapfrogs);
            self.has_stolen_from(seat);
        }
        found
    }

    /// A job of the scope, or something forked or spawned inside one (rule W1).
    ///
    /// # Safety
    ///
    /// The caller holds the seat and has opened the scope.
    unsafe fn find_of_scope(&self, scope: &ScopeLink) -> Option<JobRef> {
        let tag = scope.tag;
        // SAFETY: the caller holds the seat.
        let own = unsafe { self.pop_spawned_if(|other| other == tag) };
        let found = own
            .or_else(|| self.deferred.take_of(tag).map(|(_, job)| job))
            .or_else(|| scope.take_outside());
        if found.is_some() {
            return found;
        }
        let registry = self.registry();
        let seats = registry.seats();
        // A scope's jobs may be anywhere, and nobody else looks for them on its behalf.
        let random = self.rng.next_u64();
        for other in registry.neighbours().sweep(self.index, Reach::Outwards, random) {
            let other = &seats[other];
            let found = other.help_scope(tag);
            if found.is_some() {
                self.has_stolen_from(other);
                return found;
            }
        }
        None
    }

    /// From this seat, what belongs to the scope `tag` of another seat.
    fn help_scope(&self, tag: Tag) -> Option<JobRef> {
        // As in `leapfrog`: the running tag is read after `top` and `bottom`. Forks of a seat are all made inside the job
        // at the bottom of its stack.
        if self.runs(tag).is_some() {
            if let Steal::Success(job) = self.steal_fork(|_| self.runs(tag).is_some()) {
                return Some(job);
            }
        }
        self.help_with_spawned(|other| self.belongs(other, tag))
    }

    /// Whether a job of the scope `other` belongs to the scope `tag` of another seat: it is the same, or was opened here
    /// inside a job of it.
    fn belongs(&self, other: Tag, tag: Tag) -> bool {
        other == tag || self.runs(tag).is_some_and(|serial| other.is_since(self.index, serial))
    }

    /// A spawned job of this seat that another seat's wait may run: the oldest of the spawn deque, or a deferred one.
    ///
    /// `accept` is asked after the entry was seen, and reads what the wait is for at that moment (rule L1).
    fn help_with_spawned(&self, accept: impl Fn(Tag) -> bool) -> Option<JobRef> {
        if let Steal::Success(job) = self.steal_spawned(&accept) {
            return Some(job);
        }
        self.deferred.take_if(accept).map(|(_, job)| job)
    }

    /// Uncovers what a wait of the given kind may run behind older jobs that it may not: those are moved to the deferred
    /// queues of the seats that have spawned them, where everybody else finds them.
    ///
    /// It costs a lock for each job moved, so a wait does it once, before it parks.
    fn uncover(&self, kind: Wait<'_>) {
        match kind {
            Wait::Join(half) => {
                if let Some(executor) = half.executor() {
                    executor.seat.defer_spawned_until(|tag| half.spawned_inside(&executor, tag));
                }
            }
            Wait::Scope(scope) => {
                for seat in self.registry().seats() {
                    if !ptr::eq(seat, self) {
                        seat.defer_spawned_until(|tag| seat.belongs(tag, scope.tag));
                    }
                }
            }
            Wait::Bottom | Wait::Anything | Wait::Shares | Wait::OwnScopes | Wait::Event => {}
        }
    }

    /// A job of a scope opened on the holder's own stack since `until` was the innermost one.
    ///
    /// # Safety
    ///
    /// The caller holds the seat.
    unsafe fn find_of_own_scopes(&self, until: *const ScopeLink) -> Option<JobRef> {
        let mut scope = self.scopes.get();
        while !scope.is_null() && !ptr::eq(scope, until) {
            // SAFETY: scopes are taken off the list before their frame ends, and this is the opener's thread.
            let link = unsafe { &*scope };
            // SAFETY: the caller holds the seat, which opened the scope.
            let found = unsafe { self.find_of_scope(link) };
            if found.is_some() {
                return found;
            }
            scope = link.outer;
        }
        None
    }

    /// Asks the seats that run jobs of what is waited for to look for a sleeper when they fork.
    fn ask_for_attention_of(&self, kind: Wait<'_>) {
        match kind {
            Wait::Join(half) => {
                if let Some(executor) = half.executor() {
                    executor.seat.ask_for_attention();
                }
            }
            Wait::Scope(scope) => {
                for seat in self.registry().seats() {
                    if seat.runs(scope.tag).is_some() {
                        seat.ask_for_attention();
                    }
                }
            }
            Wait::Bottom | Wait::Anything | Wait::Shares | Wait::OwnScopes | Wait::Event => {}
        }
    }
}

/// The time that a wait spends with nothing to run: searching, then asleep.
struct Pause<'a> {
    seat: &'a Seat,
    latch: &'a CoreLatch,
    kind: Wait<'a>,
    rounds: u32,
    /// Counted as searching in the idle word (waits that take anything only).
    searching: bool,
    /// The latch says that the waiter sleeps, and attention was asked for (waits for descendants only).
    announced: bool,
    /// Woken for work, and none was found so far.
    woken: bool,
    clock: Option<Monotonic>,
    /// When the wait is over, whether the latch is set or not.
    deadline: Option<Instant>,
    /// The scope that is waited for, whose count the opener settles before it sleeps.
    scope: Option<&'a ScopeLink>,
}

impl<'a> Pause<'a> {
    fn new(
        seat: &'a Seat,
        latch: &'a CoreLatch,
        kind: Wait<'a>,
        deadline: Option<Instant>,
        scope: Option<&'a ScopeLink>,
    ) -> Self {
        Pause {
            seat,
            latch,
            kind,
            rounds: 0,
            searching: false,
            announced: false,
            woken: false,
            clock: None,
            deadline,
            scope,
        }
    }

    /// Whether this thread has run jobs of the scope since it settled: with policy *anything*, in a wait of the program's code that
    /// is called as a wait falls asleep. Nobody else can end the scope then.
    fn has_to_settle(&self) -> bool {
        self.scope.is_some_and(|scope| scope.count.is_guarded())
    }

    /// Whether the deadline has passed.
    fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| clock::now() >= deadline)
    }

    /// A job was found, or the wait has ended: the pause is over.
    #[inline]
    fn found(&mut self) {
        self.begin_again();
        self.woken = false;
        self.end();
    }

    /// The next round is the first of a new search.
    fn begin_again(&mut self) {
        self.rounds = 0;
        self.seat.sweeps.begin_again();
        self.clock = None;
        if self.announced {
            self.announced = false;
            self.latch.withdraw_sleep(self.seat.parker());
        }
    }

    /// Stops to count as searching, and hands the search on if there is more to do (rule S4).
    #[inline]
    fn end(&mut self) {
        if self.searching {
            self.searching = false;
            self.seat.counters.end_search();
            let registry = self.seat.registry();
            if self.seat.idle().end_search() && registry.has_visible_work() {
                registry.notify(Some(self.seat));
            }
        }
    }

    /// One more round without a job. `false` once it is time to sleep.
    fn round(&mut self) -> bool {
        let rests = self.seat.rests.take() && matches!(self.kind, Wait::Bottom);
        if self.kind.takes_anything() && !self.searching && (rests || self.is_to_be_announced()) {
            self.searching = true;
            self.seat.idle().begin_search();
            self.seat.counters.begin_search();
        }
        if rests {
            return false;
        }
        self.rounds += 1;
        if turns::let_others() {
            // Another thread has had its turn.
        } else if self.rounds <= tuning::SPIN_ROUNDS {
            for _ in 0..tuning::SPIN_PAUSES << ((self.rounds - 1) / tuning::ROUNDS_ALIKE) {
                std::hint::spin_loop();
            }
            return true;
        }
        let elapsed_ns = self.clock.get_or_insert_with(Monotonic::new).now_ns();
        if !turns::is_taking_turns() {
            std::thread::yield_now();
        }
        if self.kind.takes_anything() {
            // Only who is announced as searching sleeps; time that is drawn from a seed may pass in fewer rounds.
            elapsed_ns < tuning::SEARCH_NS || !self.searching
        } else if self.announced {
            elapsed_ns < tuning::ATTENTION_NS
        } else {
            if elapsed_ns >= tuning::SEARCH_NS - tuning::ATTENTION_NS {
                self.announce();
            }
            true
        }
    }

    /// Whether others are to know that this thread searches: that keeps them from waking a sleeper. If nobody sleeps, the
    /// first rounds go without: the idle word changes for both ends of each search, and every push reads it.
    fn is_to_be_announced(&self) -> bool {
        let idle = self.seat.idle().read();
        self.rounds >= tuning::UNANNOUNCED_ROUNDS || idle.sleeping() > 0 || idle.lent() > 0
    }

    /// Says in the latch that the waiter sleeps, although it searches for some time yet, and asks the seats that run what
    /// is waited for to look for sleepers when they push.
    ///
    /// Whoever begins to run it later finds the announcement and asks itself; whoever runs it already is asked here, and
    /// until the waiter parks there is time for what it has pushed without a fence to become visible.
    fn announce(&mut self) {
        if !self.latch.announce_sleep(self.seat.parker()) {
            return; // Set.
        }
        self.announced = true;
        self.clock = Some(Monotonic::new());
        // ORDERING: SeqCst fence, pairs with the ones in `JoinHalf::begin` and `Seat::run_tagged`. Here: announce, fence,
        // look who runs it. There: say who runs it, fence, look at the latch. Model: loom_latch_attention
        fence(Ordering::SeqCst);
        self.seat.ask_for_attention_of(self.kind);
    }

    /// Sleeps until woken, at most once.
    ///
    /// # Safety
    ///
    /// The caller holds the seat and is the latch's waiter.
    unsafe fn sleep(&mut self) {
        let (seat, latch) = (self.seat, self.latch);
        let parker = seat.parker();
        seat.counters.bump(Counter::Parks);
        if std::mem::take(&mut self.woken) {
            seat.counters.bump(Counter::SpuriousWakes);
        }
        if self.kind.takes_anything() {
            if !latch.announce_sleep(parker) {
                return;
            }
            self.sleep_for_anything(latch);
            latch.withdraw_sleep(parker);
            self.begin_again();
            return;
        }
        seat.uncover(self.kind);
        // Before the last look: it may call the program's code, which may wait on this parker and use up a wake-up.
        let asleep = seat.log.park();
        // ORDERING: SeqCst fence, pairs with the ones in `IdleWord::notify` and wherever a latch is nudged. Here: announced long
        // before, fence, look. There: publish, fence, read the seat's quiet word and the latch.
        fence(Ordering::SeqCst);
        // SAFETY: the caller holds the seat.
        let found = unsafe { seat.find(self.kind) };
        if let Some(job) = found {
            asleep.cancel();
            self.found();
            seat.at_bottom.set(false);
            // SAFETY: found, hence won; the caller holds the seat.
            unsafe { seat.run_found(job) };
            return;
        }
        if latch.is_set() || !seat.shares.looks_empty() || self.has_to_settle() {
            asleep.cancel();
        } else {
            // A guest sleeps beside the resident, whose time this is.
            if seat.is_guest() {
                parker.park_until(self.deadline);
            } else {
                seat.counters.fall_asleep();
                parker.park_until(self.deadline);
                seat.counters.awake();
            }
            drop(asleep);
        }
        self.begin_again();
    }

    /// Sleeps as one who can be woken for any job.
    fn sleep_for_anything(&mut self, latch: &CoreLatch) {
        let seat = self.seat;
        let registry = seat.registry();
        let lendable = matches!(self.kind, Wait::Bottom);
        let asleep_since = seat.log.park();
        // After the program's code, which may have spawned jobs.
        seat.give_up_reserve();
        if self.has_to_settle() {
            asleep_since.cancel();
            return; // Searching still.
        }
        // From then on the seat may be lent: what is counted is the guest's.
        seat.counters.fall_asleep();
        let asleep = seat.state.fall_asleep(
            seat.idle(),
            lendable,
            || latch.is_set() || !seat.shares.looks_empty() || registry.has_visible_work(),
            || registry.notify(None),
        );
        if !asleep {
            asleep_since.cancel();
            seat.counters.rise();
            return; // Searching still.
        }
        clock::calibrate();
        let mut has_parked = false;
        loop {
            match seat.state.after_park() {
                Found::Woken => {
                    // Counted as searching by whoever woke us.
                    let now = ticks();
                    seat.counters.bump(Counter::Wakes);
                    seat.counters.rise();
                    self.woken = true;
                    // ORDERING: Relaxed both. Published by the wake-up; who wakes this resident next does so after it has said that it sleeps.
                    let woken_at = seat.woken_at.load(Ordering::Relaxed);
                    // ORDERING: Relaxed, as above. Who wakes it for a broadcast takes no time.
                    seat.woken_at.store(NOT_TIMED, Ordering::Relaxed);
                    if has_parked && woken_at != NOT_TIMED {
                        let delay = (now as usize).wrapping_sub(woken_at);
                        registry.wake_cost.observe_delay(delay as u64);
                        // ORDERING: Relaxed, as above.
                        let waker = seat.woken_from.load(Ordering::Relaxed);
                        placing::observe_start(delay as u64, waker);
                    }
                    return;
                }
                Found::Share => seat.share_for_guest(),
                Found::Asleep => {
                    if (latch.is_set() || !seat.shares.looks_empty() || self.is_over())
                        && seat.state.rise(seat.idle())
                    {
                        seat.counters.rise();
                        return;
                    }
                    seat.resident.park_until(self.deadline);
                    has_parked = true;
                }
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
