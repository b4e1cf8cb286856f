//! A pool in virtual time: the crate's decisions, run by simulated workers on a simulated machine.
//!
//! A worker goes depth first through its piece, from left to right; right parts lie in its deque, where others see them. It
//! takes its newest part back, a thief gets the oldest. Who has nothing left looks for its group's share, then at the others,
//! as [`Neighbours`] says. Where the piece's memory lies on another node, or that node's memory is asked for by too many,
//! items take longer.
//!
//! What happens at a moment happens at once; then the worker is busy for as long as that takes. Nobody sleeps, and nobody
//! waits for a stolen part.

use super::constants::*;
use super::load::Load;
use super::machine::Machine;
use super::policy::{Cutting, Policy};
use super::rng::Rng;
use super::tuning;
use moirai::batch::{Costs, Observation, Plan, Splitter};
use moirai::steal::{Distance, Neighbours, Reach, Sweep};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::ops::Range;

/// What became of a load.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outcome {
    pub(crate) makespan_ns: u64,
    /// Thefts inside a group, and from other groups. Shares that were dealt to the own group are none.
    pub(crate) near_steals: u64,
    pub(crate) far_steals: u64,
    /// Work on the node where its memory lies, and elsewhere, in ns beside the memory.
    pub(crate) home_ns: u64,
    pub(crate) away_ns: u64,
    /// What the work has taken.
    pub(crate) busy_ns: u64,
}

/// A part that lies in a deque, or was dealt to a group.
#[derive(Debug, Clone)]
struct Part {
    items: Range<usize>,
    knowledge: Knowledge,
}

/// What is known of a part when it changes hands.
#[derive(Debug, Clone, Copy)]
struct Knowledge {
    per_item: Option<f32>,
    is_measured: bool,
    /// How often it may still be halved.
    splits: usize,
}

/// What a worker does next.
enum Next<'a> {
    /// Decide on a piece.
    Plan(Part),
    /// A stretch of a piece of `whole` items has been run, which used the memory of a node; these items of it are left.
    Ran {
        whole: usize,
        left: Range<usize>,
        node: usize,
        knowledge: Knowledge,
    },
    /// Look for work.
    Search,
    Served {
        victim: usize,
        sweep: Sweep<'a>,
        reach: Reach,
    },
    /// See whether the victim has something.
    Look {
        victim: usize,
        sweep: Sweep<'a>,
        reach: Reach,
    },
}

/// A piece that a worker has begun on, as the pool's calls are.
#[derive(Debug, Clone, Copy)]
struct Call {
    splitter: Splitter,
    began: u64,
    last: u64,
    evidence: f32,
    left_items: usize,
}

struct Worker<'a> {
    deque: VecDeque<Part>,
    next: Next<'a>,
    call: Call,
    sweeps: u32,
    /// From deques of other nodes with fewer parts the present sweep takes none.
    least_afar: usize,
    rng: Rng,
    /// When a thief that comes to it is served.
    serves: u64,
}

/// Runs a load; depends on the seed alone.
pub(crate) fn run(machine: &Machine, load: &Load, policy: &Policy, seed: u64) -> Outcome {
    let neighbours = machine.neighbours(policy.steal_order());
    Simulation::new(machine, load, policy, &neighbours, seed).run()
}

struct Simulation<'a> {
    machine: &'a Machine,
    load: &'a Load,
    policy: &'a Policy,
    neighbours: &'a Neighbours,
    workers: Vec<Worker<'a>>,
    /// Whether the load is dealt to the groups.
    is_dealt: bool,
    /// The share of each group that nobody has begun.
    dealt: Vec<Option<Part>>,
    /// How many use the memory of each node, by the share of their time.
    streams: Vec<f64>,
    /// When each worker acts next.
    agenda: BinaryHeap<Reverse<(u64, usize)>>,
    now: u64,
    searching: usize,
    left_items: usize,
    outcome: Outcome,
}

impl<'a> Simulation<'a> {
    fn new(
        machine: &'a Machine,
        load: &'a Load,
        policy: &'a Policy,
        neighbours: &'a Neighbours,
        seed: u64,
    ) -> Self {
        let cores = machine.cores();
        let splitter = splitter(cores);
        let worker = |index| Worker {
            deque: VecDeque::new(),
            next: Next::Search,
            call: Call { splitter, began: 0, last: 0, evidence: 0.0, left_items: 0 },
            sweeps: 0,
            least_afar: 1,
            rng: Rng::new(seed * cores as u64 + index as u64),
            serves: 0,
        };
        Simulation {
            machine,
            load,
            policy,
            neighbours,
            workers: (0..cores).map(worker).collect(),
            is_dealt: policy.deals && !load.is_tree && machine.nodes > 1,
            dealt: vec![None; machine.nodes],
            streams: vec![0.0; machine.nodes],
            agenda: BinaryHeap::new(),
            now: 0,
            searching: cores - 1,
            left_items: load.items(),
            outcome: Outcome::default(),
        }
    }

    fn run(mut self) -> Outcome {
        self.begin();
        while self.left_items > 0 {
            let Reverse((now, worker)) = *self.agenda.peek().expect("everybody acts again");
            self.now = now;
            let busy = self.act(worker);
            *self.agenda.peek_mut().expect("as above") = Reverse((now + busy, worker));
        }
        self.outcome.makespan_ns = self.now;
        self.outcome
    }

    /// The first worker has the work, or its group's share and has dealt the others; the others look for some.
    fn begin(&mut self) {
        let items = self.load.items();
        let per_item = self.load.total_ns() as f32 / items as f32;
        let part = |items: Range<usize>, width| Part {
            items,
            knowledge: Knowledge { per_item: Some(per_item), is_measured: false, splits: width },
        };
        let mut busy = 0;
        let own = if self.is_dealt {
            let mut start = self.neighbours.share_end(0, items);
            for group in 1..self.machine.nodes {
                let end = self.neighbours.share_end(group, items);
                self.dealt[group] = Some(part(start..end, self.machine.cores_of_node));
                start = end;
                busy += SPLIT;
            }
            part(0..self.neighbours.share_end(0, items), self.machine.cores_of_node)
        } else {
            part(0..items, self.machine.cores())
        };
        let width = own.knowledge.splits;
        self.begin_call(0, own, width);
        self.agenda.push(Reverse((busy, 0)));
        let [earliest, latest] = AWAKE;
        for (index, worker) in self.workers.iter().enumerate().skip(1) {
            let awake = earliest + worker.rng.next_u64() % (latest - earliest);
            self.agenda.push(Reverse((awake, index)));
        }
    }

    /// Lets a worker do one thing; gives the time it takes.
    fn act(&mut self, worker: usize) -> u64 {
        match std::mem::replace(&mut self.workers[worker].next, Next::Search) {
            Next::Plan(part) => self.plan(worker, part),
            Next::Ran { whole, left, node, knowledge } => {
                self.streams[node] -= self.load.memory_share();
                if left.is_empty() {
                    self.has_run(worker, whole, knowledge)
                } else {
                    self.run_stretch(worker, whole, left, knowledge)
                }
            }
            Next::Search => self.search(worker),
            Next::Look { victim, sweep, reach } => self.look(worker, victim, sweep, reach),
            Next::Served { victim, sweep, reach } => self.served(worker, victim, sweep, reach),
        }
    }

    /// The worker goes on with a part that it got for so many threads.
    fn begin_call(&mut self, worker: usize, part: Part, threads: usize) {
        let splitter = splitter(threads);
        self.workers[worker].call = Call {
            splitter,
            began: self.now,
            last: self.now,
            evidence: splitter.evidence(part.knowledge.per_item),
            left_items: part.items.len(),
        };
        self.workers[worker].next = Next::Plan(part);
    }

    fn plan(&mut self, worker: usize, part: Part) -> u64 {
        let Part { items, mut knowledge } = part;
        let holder = &mut self.workers[worker];
        let call = &holder.call;
        let plan = if self.load.is_tree {
            if items.len() > 1 { Plan::Cut(items.len() / 2) } else { Plan::Run }
        } else if self.policy.cutting == Cutting::Halves {
            if items.len() > 1 && knowledge.splits > 0 {
                knowledge.splits /= 2;
                Plan::Cut(items.len() / 2)
            } else {
                Plan::Run
            }
        } else {
            let seen = Observation {
                per_item: knowledge.per_item,
                is_measured: knowledge.is_measured,
                left_items: call.left_items,
                elapsed: call.last - call.began,
                is_open: true,
                has_held: false,
                has_entry: !holder.deque.is_empty(),
                asleep: false,
                searching: self.searching,
            };
            call.splitter.plan(items.len(), 1, &seen)
        };
        match plan {
            Plan::Run => {
                let whole = items.len();
                let looking = if self.policy.cutting == Cutting::ByTime && !self.load.is_tree {
                    PIECE
                } else {
                    0
                };
                looking + self.run_stretch(worker, whole, items, knowledge)
            }
            Plan::Cut(at) => {
                let middle = items.start + at;
                holder.deque.push_back(Part { items: middle..items.end, knowledge });
                holder.next = Next::Plan(Part { items: items.start..middle, knowledge });
                SPLIT
            }
        }
    }

    /// Begins on as many of these items as have their memory on one node, and last no longer than a quantum.
    fn run_stretch(
        &mut self,
        worker: usize,
        whole: usize,
        items: Range<usize>,
        knowledge: Knowledge,
    ) -> u64 {
        let (node, on_node) = self.load.stretch(&items, self.machine.nodes);
        let count = on_node.min(self.load.within(&items, QUANTUM));
        let middle = items.start + count;
        let cost = self.load.cost(&(items.start..middle));
        let share = self.load.memory_share();
        let own = self.machine.node_of(worker);
        self.streams[node] += share;
        let distance = f64::from(self.machine.distances[own][node]) / 10.0;
        let fed = self.machine.cores_of_node as f64 * SATURATION;
        let slower = (1.0 + SLOWER * (distance - 1.0)).max(self.streams[node] / fed);
        let spent = (cost as f64 * (1.0 - share + share * slower)).round() as u64;
        if own == node {
            self.outcome.home_ns += cost;
        } else {
            self.outcome.away_ns += cost;
        }
        self.outcome.busy_ns += spent;
        self.workers[worker].next = Next::Ran { whole, left: middle..items.end, node, knowledge };
        spent
    }

    /// A piece was run: the worker goes on with its newest part, if it has any.
    fn has_run(&mut self, worker: usize, items: usize, knowledge: Knowledge) -> u64 {
        self.left_items -= items;
        let now = self.now;
        let holder = &mut self.workers[worker];
        let call = &mut holder.call;
        call.left_items -= items;
        let spent = now - std::mem::replace(&mut call.last, now);
        let (per_item, evidence) =
            call.splitter.after_piece(knowledge.per_item, call.evidence, items, spent);
        call.evidence = evidence;
        match holder.deque.pop_back() {
            Some(part) => {
                // What is measured now counts for all that is left.
                let splits = part.knowledge.splits;
                let knowledge = Knowledge { per_item: Some(per_item), is_measured: true, splits };
                holder.next = Next::Plan(Part { knowledge, ..part });
            }
            None => self.searching += 1,
        }
        POP
    }

    /// Begins a search, or a sweep of it.
    fn search(&mut self, thief: usize) -> u64 {
        let group = self.neighbours.group_of(thief);
        if let Some(part) = self.dealt[group].take() {
            // The first worker has dealt it.
            self.take(thief, 0, part);
            return self.steal_ns(thief, thief);
        }
        let worker = &mut self.workers[thief];
        let random = worker.rng.next_u64();
        let turn = worker.sweeps;
        let (reach, least_afar) =
            self.policy.reach(self.neighbours, thief, turn, self.is_dealt, random);
        worker.least_afar = least_afar;
        worker.sweeps += 1;
        let sweep = self.neighbours.sweep(thief, reach, random);
        self.go_on(thief, sweep, reach)
    }

    /// Looks at the next victim of a sweep, or at what was dealt to other groups at its end.
    fn go_on(&mut self, thief: usize, mut sweep: Sweep<'a>, reach: Reach) -> u64 {
        if let Some(victim) = sweep.next() {
            self.workers[thief].next = Next::Look { victim, sweep, reach };
            return self.probe_ns(thief, victim);
        }
        if reach != Reach::Group {
            let mut groups = self.neighbours.groups_outwards(self.neighbours.group_of(thief));
            if let Some(part) = groups.find_map(|group| self.take_from_afar(group)) {
                self.outcome.far_steals += 1;
                self.take(thief, 0, part);
                return self.steal_ns(thief, 0);
            }
        }
        PROBE[0]
    }

    /// The share of another group, if that has had time for it.
    fn take_from_afar(&mut self, group: usize) -> Option<Part> {
        let share = self.dealt[group].as_ref()?;
        let work = share.knowledge.per_item.unwrap_or(0.0) * share.items.len() as f32;
        let [least, most] = [tuning::WAKE_WORTH_LEAST_NS, tuning::DEALT_PATIENCE_NS_MOST];
        let patience = self.neighbours.patience(group, work as u64).clamp(least, most);
        if self.now < patience { None } else { self.dealt[group].take() }
    }

    /// The victim serves one thief after the other.
    fn look(&mut self, thief: usize, victim: usize, sweep: Sweep<'a>, reach: Reach) -> u64 {
        let is_far = self.neighbours.distance(thief, victim) == Distance::Remote;
        let least = if is_far { self.workers[thief].least_afar } else { 1 };
        if self.workers[victim].deque.len() < least {
            return self.go_on(thief, sweep, reach);
        }
        let served = self.now.max(self.workers[victim].serves) + self.steal_ns(thief, victim);
        self.workers[victim].serves = served;
        self.workers[thief].next = Next::Served { victim, sweep, reach };
        served - self.now
    }

    /// It is the thief's turn.
    fn served(&mut self, thief: usize, victim: usize, sweep: Sweep<'a>, reach: Reach) -> u64 {
        let Some(part) = self.workers[victim].deque.pop_front() else {
            return self.go_on(thief, sweep, reach);
        };
        match self.neighbours.distance(thief, victim) {
            Distance::Near | Distance::Group => self.outcome.near_steals += 1,
            Distance::Remote => self.outcome.far_steals += 1,
        }
        self.take(thief, victim, part);
        0
    }

    /// The thief goes on with a part of another worker.
    fn take(&mut self, thief: usize, from: usize, mut part: Part) {
        self.searching -= 1;
        self.workers[thief].sweeps = 0;
        let width = self.policy.width(self.neighbours, from, thief);
        part.knowledge.splits = (part.knowledge.splits / 2).max(width);
        self.begin_call(thief, part, width);
    }

    fn probe_ns(&self, thief: usize, victim: usize) -> u64 {
        match self.neighbours.distance(thief, victim) {
            Distance::Near => PROBE[0],
            Distance::Group => PROBE[1],
            Distance::Remote => PROBE[2] * self.distance(thief, victim) / FAR,
        }
    }

    fn steal_ns(&self, thief: usize, victim: usize) -> u64 {
        match self.neighbours.distance(thief, victim) {
            Distance::Near | Distance::Group => STEAL[0],
            Distance::Remote => STEAL[1] * self.distance(thief, victim) / FAR,
        }
    }

    fn distance(&self, thief: usize, victim: usize) -> u64 {
        let (from, to) = (self.machine.node_of(thief), self.machine.node_of(victim));
        u64::from(self.machine.distances[from][to])
    }
}

/// The decisions of the pool for a call on so many threads.
fn splitter(threads: usize) -> Splitter {
    let costs = Costs {
        start: tuning::BATCH_START_NS,
        theft: tuning::BATCH_THEFT_NS,
        block: tuning::BATCH_BLOCK_NS,
        wake: tuning::WAKE_WORTH_LEAST_NS,
    };
    Splitter::new(costs, threads)
}
