//! A pool in virtual time: the crate's own decisions, run by simulated workers over a trace of costs.
//!
//! One parallel call runs as `iter/plumbing/call.rs` runs it: depth first, from left to right; right parts are held, and
//! published from the outermost; the owner takes its newest part back, a thief the oldest of a random victim; who waits
//! for a stolen part takes what its thief has published since, or sleeps. Idle workers search, sleep, are woken one at a
//! time or by one that has found work, as `pool/worker.rs` and `pool/sleep.rs` have it.
//!
//! What happens at a moment happens at once; then the worker is busy for as long as that takes. Nothing else is modelled:
//! neither memory nor caches nor other processes.

use crate::traces::{Random, Trace};
use crate::tuning;
use moirai::batch::{Costs, Observation, Plan, Publish, Splitter};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// What a cut costs, in ns.
const CUT_NS: u64 = 20;
/// What a piece costs beside its items: a clock, a look at the deque.
const PIECE_NS: u64 = 50;
/// What a thief needs to get a part.
const STEAL_NS: u64 = 1_500;
/// What the owner needs to find out that a part was stolen, and to fetch the result.
const RETURN_NS: u64 = 1_500;
/// How often a searching worker looks, on average.
const LOOK_NS: u64 = 500;

/// A pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    pub(crate) workers: usize,
    /// What a wake-up costs the waker, in ns.
    pub(crate) wake_call: u64,
    /// How long after it the worker begins, in ns.
    pub(crate) wake_delay: u64,
    /// Whether the other workers sleep when the call begins, or search.
    pub(crate) asleep: bool,
    pub(crate) seed: u64,
}

impl Machine {
    /// A bare machine whose workers sleep.
    pub(crate) fn bare(workers: usize) -> Self {
        Machine { workers, wake_call: 1_500, wake_delay: 4_000, asleep: true, seed: 1 }
    }

    /// A virtual machine whose workers sleep.
    pub(crate) fn virtual_machine(workers: usize) -> Self {
        Machine { wake_call: 13_000, wake_delay: 40_000, ..Machine::bare(workers) }
    }

    pub(crate) fn awake(self) -> Self {
        Machine { asleep: false, ..self }
    }

    /// What the pool has learnt that makes up for a wake-up.
    pub(crate) fn wake(&self) -> u64 {
        (2 * self.wake_call + self.wake_delay)
            .clamp(tuning::WAKE_WORTH_LEAST_NS, tuning::WAKE_WORTH_MOST_NS)
    }

    fn splitter(&self) -> Splitter {
        let costs = Costs {
            start: tuning::BATCH_START_NS,
            theft: tuning::BATCH_THEFT_NS,
            block: tuning::BATCH_BLOCK_NS,
            wake: self.wake(),
        };
        Splitter::new(costs, self.workers)
    }

    /// Runs a loop that is estimated to cost so much per item.
    pub(crate) fn run(&self, trace: &Trace, estimate: Option<f32>) -> Outcome {
        Simulation::new(self, trace, estimate).run()
    }
}

/// What became of a call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) makespan: u64,
    /// Sleepers woken to help.
    pub(crate) wakes: usize,
    pub(crate) steals: usize,
    /// Pieces run, each of which is one `fold_with`.
    pub(crate) pieces: usize,
    /// Folders opened, where consumers flow.
    pub(crate) accumulators: usize,
}

/// A part that a worker holds.
struct Held {
    items: Range<usize>,
    per_item: Option<f32>,
    is_measured: bool,
    /// Which theft took it.
    theft: Option<usize>,
}

struct Theft {
    thief: usize,
    is_done: bool,
    /// The owner, asleep until the part is done or something of it can be helped with.
    sleeper: Option<usize>,
}

/// A call on one worker: `Call` of the driver.
struct Call {
    /// The theft that it serves; `None`: it is the whole call.
    theft: Option<usize>,
    began: u64,
    last: u64,
    per_item: Option<f32>,
    is_measured: bool,
    is_first: bool,
    evidence: f32,
    left_items: usize,
    is_open: bool,
    has_folder: bool,
    held: Vec<Held>,
    published: usize,
    stolen: usize,
    next: Next,
}

/// What a call does next.
enum Next {
    /// Start on the whole call.
    Start(Range<usize>),
    /// Decide on a piece.
    Plan(Range<usize>),
    /// A piece was run, and this is the rest of a call that began without holding it.
    Ran(Range<usize>, Option<Range<usize>>),
    /// Take the newest part back.
    Pop,
    /// Wait for a stolen part.
    Wait { theft: usize, since: u64 },
    /// All is done.
    Return,
}

enum Idle {
    No,
    Searching { since: u64 },
    Asleep,
}

struct Worker {
    calls: Vec<Call>,
    idle: Idle,
}

struct Simulation<'a> {
    machine: &'a Machine,
    splitter: Splitter,
    trace: &'a Trace,
    workers: Vec<Worker>,
    thefts: Vec<Theft>,
    /// When each worker acts next; a worker that sleeps does not stand here.
    agenda: BinaryHeap<Reverse<(u64, usize)>>,
    random: Random,
    now: u64,
    /// Workers that sleep, and those that search or have been woken to.
    sleeping: usize,
    searching: usize,
    outcome: Outcome,
}

impl<'a> Simulation<'a> {
    fn new(machine: &'a Machine, trace: &'a Trace, estimate: Option<f32>) -> Self {
        let others = machine.workers - 1;
        let mut workers: Vec<Worker> = (0..machine.workers)
            .map(|_| Worker {
                calls: Vec::new(),
                idle: if machine.asleep { Idle::Asleep } else { Idle::Searching { since: 0 } },
            })
            .collect();
        workers[0].idle = Idle::No;
        let mut simulation = Simulation {
            machine,
            splitter: machine.splitter(),
            trace,
            workers,
            thefts: Vec::new(),
            agenda: BinaryHeap::new(),
            random: Random::new(machine.seed),
            now: 0,
            sleeping: if machine.asleep { others } else { 0 },
            searching: if machine.asleep { 0 } else { others },
            outcome: Outcome::default(),
        };
        simulation.begin_call(0, None, 0..trace.len(), estimate, false, false);
        let first = if machine.asleep { 1 } else { machine.workers };
        simulation.agenda.extend((0..first).map(|worker| Reverse((0, worker))));
        simulation
    }

    fn run(mut self) -> Outcome {
        while let Some(Reverse((now, worker))) = self.agenda.pop() {
            self.now = now;
            let Some(busy) = self.act(worker) else { continue };
            if self.workers[0].calls.is_empty() {
                break;
            }
            self.agenda.push(Reverse((now + busy, worker)));
        }
        assert!(self.workers[0].calls.is_empty(), "nobody acts any more, and the call is not done");
        self.outcome.makespan = self.now;
        self.outcome
    }

    /// Lets a worker do one thing; gives the time it takes, or `None` if it sleeps.
    fn act(&mut self, worker: usize) -> Option<u64> {
        let Some(call) = self.workers[worker].calls.last_mut() else {
            return self.search(worker);
        };
        match std::mem::replace(&mut call.next, Next::Pop) {
            Next::Start(items) => Some(self.start(worker, items)),
            Next::Plan(items) => Some(self.plan(worker, items)),
            Next::Ran(items, rest) => Some(self.has_run(worker, items.len(), rest)),
            Next::Pop => Some(self.take_back(worker)),
            Next::Wait { theft, since } => self.wait(worker, theft, since),
            Next::Return => Some(self.end_call(worker)),
        }
    }

    fn call(&mut self, worker: usize) -> &mut Call {
        self.workers[worker].calls.last_mut().expect("the worker is in a call")
    }

    fn begin_call(
        &mut self,
        worker: usize,
        theft: Option<usize>,
        items: Range<usize>,
        per_item: Option<f32>,
        is_measured: bool,
        is_open: bool,
    ) {
        let call = Call {
            theft,
            began: self.now,
            last: self.now,
            per_item,
            is_measured,
            is_first: false,
            evidence: self.splitter.evidence(per_item),
            left_items: items.len(),
            is_open,
            has_folder: false,
            held: Vec::new(),
            published: 0,
            stolen: 0,
            next: if is_open { Next::Plan(items) } else { Next::Start(items) },
        };
        self.workers[worker].calls.push(call);
    }

    fn observe(&self, worker: usize, at: u64) -> Observation {
        let call = self.workers[worker].calls.last().expect("the worker is in a call");
        Observation {
            per_item: call.per_item,
            is_measured: call.is_measured,
            left_items: call.left_items,
            elapsed: at - call.began,
            is_open: call.is_open,
            has_held: call.held.len() > call.published,
            has_entry: call.published > call.stolen,
            asleep: self.sleeping > 0 || self.is_watched(worker),
            searching: self.searching,
        }
    }

    /// `Call::start`.
    fn start(&mut self, worker: usize, items: Range<usize>) -> u64 {
        let seen = Observation { has_held: true, ..self.observe(worker, self.now) };
        let splitter = self.splitter;
        let call = self.call(worker);
        let is_shared = splitter.is_heavy(seen.per_item) || splitter.publish(&seen) != Publish::No;
        let (first, rest) = match call.per_item.filter(|_| !is_shared) {
            None => {
                call.is_open = true;
                call.next = Next::Plan(items);
                return 0;
            }
            Some(per_item) => match splitter.begin(items.len(), 1, per_item) {
                Plan::Run => (items, None),
                Plan::Cut(at) => {
                    let middle = items.start + at;
                    (items.start..middle, Some(middle..items.end))
                }
            },
        };
        self.run_piece(worker, first, rest)
    }

    /// `Call::work`.
    fn plan(&mut self, worker: usize, items: Range<usize>) -> u64 {
        let last = self.call(worker).last;
        let seen = self.observe(worker, last);
        match self.splitter.plan(items.len(), 1, &seen) {
            Plan::Run => self.run_piece(worker, items, None),
            Plan::Cut(at) => {
                let middle = items.start + at;
                let call = self.call(worker);
                call.held.push(Held {
                    items: middle..items.end,
                    per_item: call.per_item,
                    is_measured: call.is_measured,
                    theft: None,
                });
                call.next = Next::Plan(items.start..middle);
                CUT_NS + self.share(worker, last)
            }
        }
    }

    fn run_piece(&mut self, worker: usize, items: Range<usize>, rest: Option<Range<usize>>) -> u64 {
        let cost = self.trace.cost(&items);
        let call = self.call(worker);
        let opens = !std::mem::replace(&mut call.has_folder, true);
        call.next = Next::Ran(items, rest);
        self.outcome.pieces += 1;
        self.outcome.accumulators += usize::from(opens);
        PIECE_NS + cost
    }

    fn has_run(&mut self, worker: usize, items: usize, rest: Option<Range<usize>>) -> u64 {
        let (now, splitter) = (self.now, self.splitter);
        let call = self.call(worker);
        call.next = rest.map_or(Next::Pop, Next::Plan);
        call.left_items -= items;
        let spent = now - std::mem::replace(&mut call.last, now);
        call.is_first = !std::mem::replace(&mut call.is_measured, true);
        let (per_item, evidence) = splitter.after_piece(call.per_item, call.evidence, items, spent);
        (call.per_item, call.evidence) = (Some(per_item), evidence);
        self.share(worker, now)
    }

    /// The end of `Call::hold`.
    fn take_back(&mut self, worker: usize) -> u64 {
        let now = self.now;
        let call = self.call(worker);
        let Some(newest) = call.held.pop() else {
            call.next = Next::Return;
            return 0;
        };
        call.published = call.published.min(call.held.len());
        call.stolen = call.stolen.min(call.held.len());
        match newest.theft {
            None => {
                call.next = Next::Plan(newest.items);
                0
            }
            Some(theft) => {
                call.left_items -= newest.items.len();
                call.next = Next::Wait { theft, since: now };
                RETURN_NS
            }
        }
    }

    fn wait(&mut self, worker: usize, theft: usize, since: u64) -> Option<u64> {
        self.thefts[theft].sleeper = None;
        let now = self.now;
        if self.thefts[theft].is_done {
            let call = self.call(worker);
            call.has_folder = false;
            call.last = now;
            call.next = Next::Pop;
            return Some(0);
        }
        self.call(worker).next = Next::Wait { theft, since };
        let thief = self.thefts[theft].thief;
        if self.steal_from(thief, worker) {
            return Some(STEAL_NS);
        }
        if now - since < tuning::SEARCH_NS {
            return Some(self.pause());
        }
        self.thefts[theft].sleeper = Some(worker);
        None
    }

    fn end_call(&mut self, worker: usize) -> u64 {
        let call = self.workers[worker].calls.pop().expect("the worker is in a call");
        let now = self.now;
        // It leapfrogged: its own wait begins anew.
        if let Some(Call { next: Next::Wait { since, .. }, .. }) =
            self.workers[worker].calls.last_mut()
        {
            *since = now;
        }
        if self.workers[worker].calls.is_empty() && call.theft.is_some() {
            self.workers[worker].idle = Idle::Searching { since: now };
            self.searching += 1;
        }
        let Some(theft) = call.theft else { return 0 };
        self.thefts[theft].is_done = true;
        self.unpark(theft)
    }

    /// Wakes the owner of a stolen part if it sleeps; gives the time that takes.
    fn unpark(&mut self, theft: usize) -> u64 {
        let Some(sleeper) = self.thefts[theft].sleeper.take() else { return 0 };
        let begins = self.now + self.machine.wake_delay;
        if let Next::Wait { since, .. } = &mut self.call(sleeper).next {
            *since = begins;
        }
        self.agenda.push(Reverse((begins, sleeper)));
        self.machine.wake_call
    }

    /// Whether the owner of what the worker has stolen sleeps.
    fn is_watched(&self, worker: usize) -> bool {
        let theft = self.workers[worker].calls.last().and_then(|call| call.theft);
        theft.is_some_and(|theft| self.thefts[theft].sleeper.is_some())
    }

    /// `Call::share`: gives the time it takes.
    fn share(&mut self, worker: usize, now: u64) -> u64 {
        let wake = self.machine.wake();
        let call = self.call(worker);
        if call.is_first && !call.is_open && now - call.began <= wake {
            return 0;
        }
        let decision = self.splitter.publish(&self.observe(worker, now));
        if decision == Publish::No {
            return 0;
        }
        let call = self.call(worker);
        call.is_open = true;
        call.published = call.held.len();
        if decision != Publish::Waking {
            return 0;
        }
        let theft = call.theft;
        let mut busy = self.wake_one();
        self.call(worker).last += busy;
        if let Some(theft) = theft.filter(|_| self.is_watched(worker)) {
            self.outcome.wakes += 1;
            busy += self.unpark(theft);
        }
        busy
    }

    /// `IdleWord::notify`: wakes a sleeper unless somebody searches; gives the time it takes.
    fn notify(&mut self) -> u64 {
        if self.searching > 0 { 0 } else { self.wake_one() }
    }

    fn wake_one(&mut self) -> u64 {
        let is_asleep = |worker: &Worker| matches!(worker.idle, Idle::Asleep);
        let Some(sleeper) = self.workers.iter().position(is_asleep) else { return 0 };
        let begins = self.now + self.machine.wake_delay;
        self.workers[sleeper].idle = Idle::Searching { since: begins };
        self.agenda.push(Reverse((begins, sleeper)));
        self.sleeping -= 1;
        self.searching += 1;
        self.outcome.wakes += 1;
        self.machine.wake_call
    }

    /// A worker at the bottom of its stack looks once for something to steal, in a random order of victims.
    fn search(&mut self, worker: usize) -> Option<u64> {
        let Idle::Searching { since } = self.workers[worker].idle else {
            unreachable!("a sleeper does not act")
        };
        let count = self.workers.len();
        let first = self.random.below(count as u64) as usize;
        for victim in (first..count).chain(0..first) {
            if victim != worker && self.steal_from(victim, worker) {
                self.workers[worker].idle = Idle::No;
                self.searching -= 1;
                let is_last = self.searching == 0 && self.sleeping > 0;
                let handed_on = if is_last && self.has_visible_work() { self.notify() } else { 0 };
                return Some(STEAL_NS + handed_on);
            }
        }
        if self.now - since < tuning::SEARCH_NS {
            return Some(self.pause());
        }
        self.workers[worker].idle = Idle::Asleep;
        self.searching -= 1;
        self.sleeping += 1;
        None
    }

    /// Until a searching worker looks again.
    fn pause(&mut self) -> u64 {
        LOOK_NS / 2 + self.random.below(LOOK_NS)
    }

    fn has_visible_work(&self) -> bool {
        self.workers
            .iter()
            .any(|worker| worker.calls.last().is_some_and(|call| call.published > call.stolen))
    }

    /// Takes the oldest part that `victim` has published. All that it has published belongs to its innermost call: what
    /// is older was stolen, or it would not wait.
    fn steal_from(&mut self, victim: usize, thief: usize) -> bool {
        let id = self.thefts.len();
        let Some(call) = self.workers[victim].calls.last_mut() else { return false };
        if call.published <= call.stolen {
            return false;
        }
        let part = &mut call.held[call.stolen];
        part.theft = Some(id);
        let (items, per_item, is_measured) = (part.items.clone(), part.per_item, part.is_measured);
        call.stolen += 1;
        self.thefts.push(Theft { thief, is_done: false, sleeper: None });
        self.outcome.steals += 1;
        self.begin_call(thief, Some(id), items, per_item, is_measured, true);
        true
    }
}
