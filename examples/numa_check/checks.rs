//! The checks.

use crate::loads::{self, Outcome};
use crate::pages::{self, Touched};
use crate::{changes, os};
use moirai::topology::{CpuSet, Level, Topology};
use moirai::{Pinning, Placement, StealOrder, ThreadPoolBuilder};
use std::process::ExitCode;

/// What is to be found, and what was missed.
#[derive(Default)]
struct Checks {
    groups: Vec<CpuSet>,
    threads: Option<usize>,
    has_aims: bool,
    has_changes: bool,
    has_pages: bool,
    has_siblings: bool,
    has_rings: bool,
    missed: Vec<String>,
}

pub(crate) fn run(mut arguments: impl Iterator<Item = String>) -> ExitCode {
    let mut checks = Checks::default();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("the option has a value");
        match argument.as_str() {
            "--groups" => checks.groups.push(value().parse().expect("a list of CPUs")),
            "--threads" => checks.threads = Some(value().parse().expect("a number")),
            "--rings" => checks.has_rings = true,
            "--aims" => checks.has_aims = true,
            "--pages" => checks.has_pages = true,
            "--siblings" => checks.has_siblings = true,
            "--changes" => checks.has_changes = true,
            _ => panic!("no such option: {argument}"),
        }
    }
    let topology = Topology::detect();
    println!("{topology}");
    checks.groups(&topology);
    checks.workers(&topology);
    checks.nodes(&topology);
    if checks.has_siblings {
        checks.siblings(&topology);
    }
    if checks.has_rings {
        checks.rings(&topology);
    }
    if checks.has_aims {
        checks.loads();
    }
    if checks.has_pages {
        checks.pages(&topology);
        checks.buffers(&topology);
    }
    if checks.has_changes {
        changes::children(&topology, &mut checks.missed);
        changes::run(&topology, &mut checks.missed);
    }
    checks.missed.iter().for_each(|line| println!("MISSED: {line}"));
    ExitCode::from(u8::from(!checks.missed.is_empty()))
}

impl Checks {
    fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.missed.push(what());
        }
    }

    /// The groups, and how many threads a plain pool has.
    fn groups(&mut self, topology: &Topology) {
        let found: Vec<CpuSet> =
            topology.groups().iter().map(|group| group.cpus().clone()).collect();
        let expected = self.groups.clone();
        self.expect(expected.is_empty() || found == expected, || {
            format!("groups {found:?}, expected {expected:?}")
        });
        let pool = ThreadPoolBuilder::new().build().expect("the pool starts");
        let (threads, expected) = (pool.current_num_threads(), self.threads);
        println!("a plain pool has {threads} threads");
        self.expect(expected.is_none_or(|expected| threads == expected), || {
            format!("{threads} threads, expected {expected:?}")
        });
    }

    /// Bound workers run where they should, on the nodes of their groups, and what they touch first lies there.
    fn workers(&mut self, topology: &Topology) {
        for pinning in [Pinning::Group, Pinning::Cache, Pinning::Cpu] {
            let builder = ThreadPoolBuilder::new().num_threads(topology.allowed_cpus().len());
            let pool = builder.pinning(pinning).build().expect("the pool starts");
            let found = pool.broadcast(|_| {
                // So much that the allocator takes fresh pages, most of which nobody touches.
                let mut memory = vec![0_u8; 64 << 20];
                (0..64).for_each(|page| memory[page * 4096] = 1);
                let pages: Vec<&u8> = (0..64).map(|page| &memory[page * 4096]).collect();
                let mut nodes = os::nodes_of(&pages);
                nodes.sort();
                nodes.dedup();
                (os::whereabouts(), nodes)
            });
            let mut right = 0;
            for (worker, ((cpu, node), pages)) in pool.workers().iter().zip(&found) {
                let group = &topology.groups()[worker.group()];
                let memory = topology.memory_node(worker.group());
                let is_bound = worker.is_settled() == Some(true)
                    && worker.cpus().is_some_and(|cpus| cpus.contains(*cpu));
                let is_right = is_bound
                    && group.cpus().contains(*cpu)
                    && group.node().is_none_or(|expected| expected == *node)
                    && pages[..] == [memory];
                right += usize::from(is_right);
                self.expect(is_right, || {
                    format!("{pinning:?}: {worker:?} ran on CPU {cpu} of node {node}, its pages lie on {pages:?}, expected {memory:?}")
                });
            }
            println!(
                "{pinning:?}: {right} of {} workers are on their node, and so is their memory",
                found.len()
            );
        }
    }

    /// A pool of one node has its CPUs and runs there.
    fn nodes(&mut self, topology: &Topology) {
        for group in topology.groups() {
            let Some(node) = group.node() else { continue };
            let builder = ThreadPoolBuilder::new().num_threads(group.cpus().len());
            let pool = builder.nodes([node]).build().expect("the pool starts");
            let found = pool.broadcast(|_| os::whereabouts());
            self.expect(found.iter().all(|(cpu, _)| group.cpus().contains(*cpu)), || {
                format!("a pool of node {node} ran on {found:?}")
            });
        }
    }

    /// Workers that are bound to a CPU each ask those of the same core first; a pool of physical cores has a thread for each of
    /// them, which keep off the siblings.
    fn siblings(&mut self, topology: &Topology) {
        let cores = topology.sharing(Level::Core);
        let firsts: CpuSet = cores.iter().filter_map(|core| core.first()).collect();
        let pool = ThreadPoolBuilder::new().physical_cores_only().build().expect("the pool starts");
        let found: CpuSet = pool.broadcast(|_| os::whereabouts().0).into_iter().collect();
        let threads = pool.current_num_threads();
        self.expect(threads == cores.len() && found.is_subset(&firsts), || {
            format!("{threads} threads for the cores {firsts} ran on {found}")
        });
        let [near, alike] = [StealOrder::ByDistance, StealOrder::Uniform].map(|order| {
            let pool = loads::bound_pool(Pinning::Cpu, Placement::ByGroup, order);
            let found = loads::join_tree(&pool);
            let (near, group) = (found.steals_near, found.steals_in_group);
            println!(
                "{order:?}: {near:.1} % of {} steals from siblings, {group:.1} % in the group",
                found.steals
            );
            near
        });
        self.expect(near >= alike + 10.0, || {
            format!("{near:.1} % of the steals from siblings, {alike:.1} % where all are alike")
        });
    }

    /// The further away the others are, the less is stolen from them; where all are alike, about the same.
    fn rings(&mut self, topology: &Topology) {
        let [near, alike] = [StealOrder::ByDistance, StealOrder::Uniform].map(|order| {
            let pool = loads::pool(Placement::ByGroup, order);
            let thefts = loads::thefts_by_distance(&pool, topology);
            println!("{order:?}: thefts of each from each, by distance: {thefts:.1?}");
            thefts.into_iter().map(|(_, thefts)| thefts).collect::<Vec<f64>>()
        });
        let (last, most) = (near.len() - 1, alike.iter().copied().fold(0.0, f64::max));
        let falls = near[0] >= 3.0 * near[1] && near[1] >= 1.5 * near[last];
        let is_level = alike.iter().all(|thefts| 2.0 * thefts >= most);
        self.expect(falls && is_level, || {
            format!("thefts by distance: {near:.1?}, where all are alike {alike:.1?}")
        });
    }

    /// Loads stay near, and do not where the one or the other is switched off.
    fn loads(&mut self) {
        let near = loads::pool(Placement::ByGroup, StealOrder::ByDistance);
        let flat = self.aim("flat", loads::memory_loop(&near, |_| 16), 95.0, 95.0);
        self.aim(
            "hot spot",
            loads::memory_loop(&near, |index| if index % 2048 < 100 { 80 } else { 8 }),
            90.0,
            70.0,
        );
        self.aim("ramp", loads::memory_loop(&near, |index| 4 + index / 64), 90.0, 70.0);
        let tree = self.aim("join tree", loads::join_tree(&near), 85.0, 0.0);
        let spread = loads::pool(Placement::None, StealOrder::ByDistance);
        let spread = self.aim("flat, not dealt", loads::memory_loop(&spread, |_| 16), 0.0, 0.0);
        let uniform = loads::pool(Placement::None, StealOrder::Uniform);
        let both =
            self.aim("flat, not dealt, uniform", loads::memory_loop(&uniform, |_| 16), 0.0, 0.0);
        let far = self.aim("join tree, uniform", loads::join_tree(&uniform), 0.0, 0.0);
        let aims = [
            ("without placement fewer items at home", flat.at_home, spread.at_home),
            ("without order fewer steals in the group", tree.steals_in_group, far.steals_in_group),
            ("without both fewer items at home", flat.at_home, both.at_home),
        ];
        for (what, with, without) in aims {
            self.expect(with >= without + 20.0, || {
                format!("{what}: {with:.1} % and {without:.1} %")
            });
        }
    }

    /// Calls over large slices go to where their pages are, if they are asked to.
    fn pages(&mut self, topology: &Topology) {
        for touched in [Touched::Backwards, Touched::ByOne] {
            let [by_pages, by_group] = [Placement::ByPages, Placement::ByGroup].map(|placement| {
                let found = pages::run(topology, placement, touched);
                println!(
                    "{touched:?}, {placement:?}: pages on the nodes {:?}, {:.1} % of them at home\n    {:?}",
                    found.nodes, found.at_home, found.work
                );
                self.expect(found.is_complete, || format!("{touched:?}, {placement:?}: lost work"));
                found
            });
            let (with, without) = (by_pages.at_home, by_group.at_home);
            // Of pages that all lie on one node most are worked on elsewhere: there is more to do than its group can do.
            let least = if touched == Touched::Backwards { 80.0 } else { 0.0 };
            self.expect(with >= least, || {
                format!("{touched:?}: {with:.1} % of the pages at home, {without:.1} % if dealt by group")
            });
        }
    }

    /// The pages of buffers lie where the groups are that work on them, or are spread evenly over all.
    fn buffers(&mut self, topology: &Topology) {
        let at_home = pages::buffer_at_home(topology);
        println!("a buffer: {at_home:.1} % of the pages at home");
        self.expect(at_home >= 75.0, || format!("a buffer: {at_home:.1} % of the pages at home"));
        let shares = pages::buffer_in_turns(topology);
        println!("a buffer in turns: the groups have {shares:.1?} % of the pages");
        let even = 100.0 / shares.len() as f64;
        self.expect(shares.iter().all(|share| (share - even).abs() <= even / 5.0), || {
            format!("a buffer in turns: the groups have {shares:.1?} % of the pages")
        });
    }

    fn aim(&mut self, name: &str, found: Outcome, steals: f64, at_home: f64) -> Outcome {
        println!(
            "{name}: {:.1} % of {} steals in the group, {:.1} % of the items at home\n    {:?}",
            found.steals_in_group, found.steals, found.at_home, found.work
        );
        let is_near = found.steals_in_group >= steals && found.at_home >= at_home;
        self.expect(is_near, || {
            format!("{name}: at least {steals} % of the steals in the group, {at_home} % of the items at home")
        });
        found
    }
}
