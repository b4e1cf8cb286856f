//! What is simulated: loads on machines, under several policies and with several seeds.

use super::load::{Load, Memory, Shape};
use super::machine::Machine;
use super::policy::Policy;
use super::simulation::{self, Outcome};
use moirai::prelude::*;

/// Runs of each cell, with different seeds; medians are reported.
pub(crate) const SEEDS: usize = 5;

const MS: u64 = 1_000_000;

/// A load on a machine.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) load: Load,
    pub(crate) machine: Machine,
    /// The efficiency of uniform stealing that an earlier, independent model found, in percent.
    pub(crate) uniform: Option<f64>,
}

/// What came of a case under one policy: medians.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    pub(crate) speed_up: f64,
    /// The speed-up in percent of the cores.
    pub(crate) efficiency: f64,
    /// In percent of the steals, and of the work.
    pub(crate) steals_in_group: f64,
    pub(crate) work_at_home: f64,
    /// How much longer the work took because of where its memory lay.
    pub(crate) inflation: f64,
    pub(crate) steals_per_worker: f64,
}

/// A flat loop over memory in blocks, with items of one microsecond.
pub(crate) fn fine(total_ms: u64) -> Load {
    let name = if total_ms == 5 { SHORT } else { FINE };
    let items = 1_000 * total_ms as usize;
    Load::new(name, Shape::Flat, Memory::Blocked, items, total_ms * MS)
}

/// Names of loads that something is expected of.
pub(crate) const EVEN: &str = "flat 100 ms, memory";
pub(crate) const FINE: &str = "flat 100 ms, memory, 1 us items";
pub(crate) const SHORT: &str = "flat 5 ms, memory";
pub(crate) const RAMP: &str = "ramp 100 ms, memory, 1 us items";
pub(crate) const HOT: &str = "hot spot, memory";
pub(crate) const TREE: &str = "tree of joins, 1 us leaves";

/// All cases. The numbers of items are those with which uniform stealing comes near to the earlier model's figures; with finer
/// items it is up to 5 points better.
pub(crate) fn cases() -> Vec<Case> {
    let load = |name, shape, memory, items| Load::new(name, shape, memory, items, 100 * MS);
    let compute = load("flat 100 ms, compute", Shape::Flat, Memory::None, 1_024);
    let even = load(EVEN, Shape::Flat, Memory::Blocked, 2_048);
    let first = load("flat 100 ms, all on node 0", Shape::Flat, Memory::FirstNode, 2_048);
    let ramp = load("ramp 100 ms, memory", Shape::Ramp, Memory::Blocked, 2_048);
    let fine_ramp = load(RAMP, Shape::Ramp, Memory::Blocked, 100_000);
    let hot = load(HOT, Shape::HotSpot, Memory::Blocked, 16_384);
    let tree = Load::tree(TREE, 1 << 17, (1 << 17) * 1_000);
    let (one, cube) = (Machine::one(32), Machine::cube());
    let [two, four, eight] = [1, 2, 4].map(Machine::sockets);
    let case = |load: &Load, machine: &Machine, uniform| Case {
        load: load.clone(),
        machine: machine.clone(),
        uniform,
    };
    vec![
        case(&compute, &four, Some(89.0)),
        case(&even, &one, None),
        case(&even, &two, Some(80.0)),
        case(&even, &four, Some(64.0)),
        case(&even, &cube, Some(65.0)),
        case(&even, &eight, Some(58.0)),
        case(&fine(100), &four, None),
        case(&fine(100), &eight, None),
        case(&first, &four, Some(40.0)),
        case(&ramp, &four, Some(57.0)),
        case(&fine_ramp, &four, None),
        case(&hot, &four, Some(59.0)),
        case(&hot, &eight, Some(40.0)),
        case(&fine(5), &four, Some(43.0)),
        case(&fine(5), &eight, Some(33.0)),
        case(&tree, &one, None),
        case(&tree, &four, Some(95.0)),
        case(&tree, &eight, Some(92.0)),
    ]
}

/// One node with a part of its cores, and more and more nodes.
pub(crate) fn growing_machines() -> Vec<Machine> {
    let nodes = [1, 2, 4].map(Machine::sockets);
    [8, 16, 32].map(Machine::one).into_iter().chain(nodes).collect()
}

/// The figures of each case under each policy.
pub(crate) fn run(cases: &[Case], policies: &[Policy], seeds: usize) -> Vec<Vec<Figures>> {
    let runs: Vec<(usize, usize, u64)> = (0..cases.len())
        .flat_map(|case| (0..policies.len()).map(move |policy| (case, policy)))
        .flat_map(|(case, policy)| (1..=seeds as u64).map(move |seed| (case, policy, seed)))
        .collect();
    let outcomes: Vec<Figures> = runs
        .par_iter()
        .map(|&(case, policy, seed)| {
            let Case { load, machine, .. } = &cases[case];
            figures(load, machine, &simulation::run(machine, load, &policies[policy], seed))
        })
        .collect();
    let medians: Vec<Figures> = outcomes.chunks(seeds).map(median).collect();
    medians.chunks(policies.len()).map(<[Figures]>::to_vec).collect()
}

fn figures(load: &Load, machine: &Machine, outcome: &Outcome) -> Figures {
    let percent = |part: u64, whole: u64| 100.0 * part as f64 / whole.max(1) as f64;
    let speed_up = load.total_ns() as f64 / outcome.makespan_ns as f64;
    let steals = outcome.near_steals + outcome.far_steals;
    Figures {
        speed_up,
        efficiency: 100.0 * speed_up / machine.cores() as f64,
        steals_in_group: percent(outcome.near_steals, steals),
        work_at_home: percent(outcome.home_ns, outcome.home_ns + outcome.away_ns),
        inflation: outcome.busy_ns as f64 / load.total_ns() as f64,
        steals_per_worker: steals as f64 / machine.cores() as f64,
    }
}

fn median(runs: &[Figures]) -> Figures {
    let of = |figure: fn(&Figures) -> f64| {
        let mut all: Vec<f64> = runs.iter().map(figure).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    Figures {
        speed_up: of(|run| run.speed_up),
        efficiency: of(|run| run.efficiency),
        steals_in_group: of(|run| run.steals_in_group),
        work_at_home: of(|run| run.work_at_home),
        inflation: of(|run| run.inflation),
        steals_per_worker: of(|run| run.steals_per_worker),
    }
}
