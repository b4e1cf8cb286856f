//! Where the threads of a pool live: from the machine and the hints on the builder to a place and a home for each seat.

use super::ThreadPoolBuildError;
use crate::pool::home::Home;
use crate::steal::{Neighbours, Place, StealOrder};
use crate::topology::{CpuSet, Level, Topology};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whether the workers of a pool are bound to CPUs.
///
/// A bound thread hands its mask on to the threads and processes that its jobs start, so nothing is bound unless asked for. If
/// the system refuses, the worker runs unbound, and [`ThreadPool::workers`](crate::ThreadPool::workers) says so.
///
/// # Examples
///
/// ```
/// use moirai::{Pinning, ThreadPoolBuilder};
/// let pool = ThreadPoolBuilder::new().num_threads(2).pinning(Pinning::Cpu).build()?;
/// assert_eq!(pool.workers()[1].cpus().map(|cpus| cpus.len()), Some(1));
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Pinning {
    /// Not bound, but for the CPUs that the builder restricts the pool to. On a machine of several nodes each worker begins on
    /// the node of its group; where it goes from there is the system's decision.
    #[default]
    None,
    /// Bound to the CPUs of its group, as a rule a node.
    Group,
    /// Bound to the CPUs of its group that share a last cache: on machines with several in a node, whose workers then ask those
    /// first that have the same. Where nothing is known of caches, as [`Group`](Self::Group).
    Cache,
    /// Bound to one CPU.
    Cpu,
}

/// Whether large parallel calls are dealt to the groups of a pool.
///
/// # Examples
///
/// ```
/// use moirai::{Placement, ThreadPoolBuilder, topology::Topology};
/// let builder = ThreadPoolBuilder::new().num_threads(4);
/// let pool = builder.topology(Topology::fake("2x2")?).placement(Placement::None).build()?;
/// assert_eq!(pool.workers()[3].group(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Placement {
    /// An outermost call that is worth it is cut in proportion to the groups, and each gets the same range of the items call
    /// after call.
    #[default]
    ByGroup,
    /// The same, but a call over a slice of 16 MiB or more is cut by where its pages lie: the system is asked for some of them
    /// in each part, at a microsecond each. For memory that other threads than this pool's have touched first. On Linux.
    ByPages,
    /// Calls begin where they are made, and spread by theft.
    None,
}

/// What the builder was told about the machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    pub(super) topology: Option<Topology>,
    pub(super) nodes: Option<Vec<usize>>,
    pub(super) cpus: Option<CpuSet>,
    pub(super) physical_cores_only: bool,
    pub(super) performance_cores_only: bool,
    pub(super) pinning: Pinning,
    pub(super) steal_order: StealOrder,
    pub(super) placement: Placement,
}

/// See the module's description.
pub(super) struct Layout {
    pub(super) neighbours: Neighbours,
    /// One for each seat; none where threads may run anywhere.
    pub(super) homes: Vec<Home>,
    /// The group of each CPU, and the one nearest to each node, by their numbers; empty where there is one group.
    pub(super) group_of: [Vec<usize>; 2],
}

/// A CPU that a worker may live on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    place: Place,
    cpu: usize,
}

impl Hints {
    /// Whether the pool is restricted to some of the CPUs.
    fn restrict(&self) -> bool {
        self.nodes.is_some()
            || self.cpus.is_some()
            || self.physical_cores_only
            || self.performance_cores_only
    }

    /// Lays out a pool of so many threads; `None`: as many as fit the CPUs that the hints leave, or else `usual`.
    pub(super) fn lay_out(
        self,
        threads: Option<usize>,
        usual: impl FnOnce() -> usize,
    ) -> Result<Layout, ThreadPoolBuildError> {
        let is_plain = !self.restrict() && self.pinning == Pinning::None;
        let Some(topology) = self.topology(is_plain)? else {
            return Ok(Layout::flat(threads.unwrap_or_else(usual)));
        };
        let cpus = self.selected(&topology)?;
        let threads = threads.unwrap_or_else(|| {
            if !self.restrict() {
                return usual();
            }
            // As std does it: the quota rounded down, but one thread at least.
            let granted = topology.quota().map_or(usize::MAX, |quota| quota.cpus() as usize);
            cpus.len().min(granted).max(1)
        });
        if is_plain && topology.groups().len() == 1 {
            return Ok(Layout::flat(threads));
        }
        let spots = choose(self.spots(&topology, &cpus), threads);
        Ok(self.settle(&topology, &cpus, spots))
    }

    /// The machine; `None` if it has one node and nothing needs to be known about that.
    fn topology(&self, is_plain: bool) -> Result<Option<Topology>, ThreadPoolBuildError> {
        // The number of nodes does not change while a process runs. 0: not known. No lock, since a process may be forked while
        // it is found out.
        static NODES: AtomicUsize = AtomicUsize::new(0);
        if let Some(topology) = &self.topology {
            return Ok(Some(topology.clone()));
        }
        if let Ok(setting) = std::env::var("MOIRAI_TOPOLOGY") {
            let topology = Topology::from_setting(&setting);
            return topology
                .map(Some)
                .map_err(|error| ThreadPoolBuildError::hint(format!("MOIRAI_TOPOLOGY: {error}")));
        }
        // ORDERING: Relaxed. A number by itself.
        if is_plain && NODES.load(Ordering::Relaxed) == 1 {
            return Ok(None);
        }
        let topology = Topology::detect();
        // ORDERING: Relaxed, as above.
        NODES.store(topology.nodes().len().max(1), Ordering::Relaxed);
        Ok(Some(topology))
    }

    /// The CPUs that the pool may use.
    fn selected(&self, topology: &Topology) -> Result<CpuSet, ThreadPoolBuildError> {
        let allowed = topology.allowed_cpus();
        let mut cpus = allowed.clone();
        if let Some(asked) = &self.cpus {
            let missing = asked.difference(allowed);
            if asked.is_empty() || !missing.is_empty() {
                let what = if asked.is_empty() {
                    "no CPU is asked for".to_owned()
                } else {
                    format!("CPUs {missing} are asked for")
                };
                return Err(ThreadPoolBuildError::hint(format!(
                    "{what}; allowed are the CPUs {allowed}"
                )));
            }
            cpus = asked.clone();
        }
        if let Some(asked) = &self.nodes {
            let mut of_nodes = CpuSet::new();
            for id in asked {
                let node = topology.nodes().iter().find(|node| node.id() == *id);
                let Some(node) = node else {
                    let there: Vec<usize> = topology.nodes().iter().map(|node| node.id()).collect();
                    return Err(ThreadPoolBuildError::hint(format!(
                        "there is no node {id}; the machine has the nodes {there:?}"
                    )));
                };
                of_nodes = of_nodes.union(node.cpus());
            }
            cpus = left(&cpus, cpus.intersection(&of_nodes), &format!("on the nodes {asked:?}"))?;
        }
        if self.performance_cores_only {
            if let [_, .., fastest] = topology.kinds() {
                cpus = left(&cpus, cpus.intersection(fastest.cpus()), "on performance cores")?;
            }
        }
        if self.physical_cores_only {
            for core in topology.sharing(Level::Core) {
                let threads = core.intersection(&cpus);
                let first = threads.first().map(|first| CpuSet::from(first..=first));
                cpus = cpus.difference(&threads.difference(&first.unwrap_or_default()));
            }
        }
        Ok(cpus)
    }

    /// Where those CPUs are.
    fn spots(&self, topology: &Topology, cpus: &CpuSet) -> Vec<Spot> {
        // Without binding nobody knows who shares a core or a cache.
        let cores = match self.pinning {
            Pinning::Cpu => topology.sharing(Level::Core),
            _ => &[],
        };
        let caches = self.caches(topology);
        let number = |sets: &[CpuSet], cpu: usize| {
            sets.iter().position(|set| set.contains(cpu)).unwrap_or(sets.len() + cpu)
        };
        let groups = topology.groups().iter().enumerate();
        let spots = groups.flat_map(|(group, of_group)| {
            of_group
                .cpus()
                .intersection(cpus)
                .iter()
                .map(|cpu| {
                    let (cache, core) = (number(caches, cpu), number(cores, cpu));
                    Spot { place: Place { group, cache, core }, cpu }
                })
                .collect::<Vec<_>>()
        });
        spots.collect()
    }

    /// The sets of CPUs that share a last cache, if it matters.
    fn caches<'t>(&self, topology: &'t Topology) -> &'t [CpuSet] {
        match self.pinning {
            Pinning::Cache | Pinning::Cpu => topology.sharing(Level::L3),
            _ => &[],
        }
    }

    /// Gives each seat its place and its home.
    fn settle(&self, topology: &Topology, cpus: &CpuSet, spots: Vec<Spot>) -> Layout {
        // Groups in which nobody lives are left out.
        let mut inhabited: Vec<usize> = spots.iter().map(|spot| spot.place.group).collect();
        inhabited.dedup();
        let number = |group: usize| inhabited.binary_search(&group).ok();
        let places: Vec<Place> = spots
            .iter()
            .map(|spot| Place { group: number(spot.place.group).unwrap_or(0), ..spot.place })
            .collect();
        let distances: Vec<Vec<u32>> = inhabited
            .iter()
            .map(|from| {
                let rings = topology.order(*from);
                let ring = |to: &usize| rings.iter().position(|ring| ring.contains(to));
                inhabited.iter().map(|to| ring(to).map_or(0, |ring| ring as u32 + 1)).collect()
            })
            .collect();
        let caches = self.caches(topology);
        let homes = spots.iter().map(|spot| {
            let of_group = topology.groups()[spot.place.group].cpus().intersection(cpus);
            match self.pinning {
                Pinning::None if self.restrict() => Home::bound(cpus.clone()),
                Pinning::None => Home::begins_on(of_group),
                Pinning::Group => Home::bound(of_group),
                Pinning::Cache => {
                    let cache = caches.iter().find(|cache| cache.contains(spot.cpu));
                    Home::bound(
                        cache.map_or(of_group.clone(), |cache| of_group.intersection(cache)),
                    )
                }
                Pinning::Cpu => Home::bound(CpuSet::from(spot.cpu..=spot.cpu)),
            }
        });
        let homes = homes.collect();
        let (mut group_of_cpu, mut group_of_node) = (Vec::new(), Vec::new());
        if inhabited.len() > 1 {
            group_of_cpu = vec![0; topology.cpus().last().map_or(0, |last| last + 1)];
            // Where nobody lives the nearest group is meant.
            let inhabited_near = |group: usize| {
                let mut rings = topology.order(group).into_iter().flatten();
                number(group).or_else(|| rings.find_map(number)).unwrap_or(0)
            };
            for (group, of_group) in topology.groups().iter().enumerate() {
                let near = inhabited_near(group);
                of_group.cpus().iter().for_each(|cpu| group_of_cpu[cpu] = near);
            }
            let last_node = topology.nodes().iter().map(|node| node.id()).max();
            group_of_node = (0..last_node.map_or(0, |last| last + 1))
                .map(|node| inhabited_near(topology.nearest_group(node)))
                .collect();
        }
        let neighbours = Neighbours::new(&places, &distances, self.steal_order);
        Layout { neighbours, homes, group_of: [group_of_cpu, group_of_node] }
    }
}

/// What is left of `before`, unless that is nothing.
fn left(before: &CpuSet, after: CpuSet, which: &str) -> Result<CpuSet, ThreadPoolBuildError> {
    if after.is_empty() {
        let text = format!("none of the CPUs {before}, which the pool may use, is {which}");
        return Err(ThreadPoolBuildError::hint(text));
    }
    Ok(after)
}

/// A spot for each of so many threads, sorted by place.
///
/// Cores come before their siblings. Threads that do not fill the machine take neighbouring spots, behind those of the pool
/// before: pools do not pile up on the same cores.
fn choose(mut spots: Vec<Spot>, threads: usize) -> Vec<Spot> {
    static TAKEN: AtomicUsize = AtomicUsize::new(0);
    spots.sort_unstable();
    let mut sibling = 0;
    let mut before = None;
    let mut ranked: Vec<(usize, Spot)> = spots
        .into_iter()
        .map(|spot| {
            sibling = if before == Some(spot.place) { sibling + 1 } else { 0 };
            before = Some(spot.place);
            (sibling, spot)
        })
        .collect();
    ranked.sort_unstable();
    let first = if threads < ranked.len() {
        // ORDERING: Relaxed. Only different numbers are asked for.
        TAKEN.fetch_add(threads, Ordering::Relaxed)
    } else {
        0
    };
    let mut chosen: Vec<Spot> =
        (0..threads).map(|thread| ranked[(first + thread) % ranked.len()].1).collect();
    chosen.sort_unstable();
    chosen
}

impl Layout {
    /// So many threads in one group, that may run anywhere.
    fn flat(threads: usize) -> Self {
        Layout {
            neighbours: Neighbours::flat(threads),
            homes: Vec::new(),
            group_of: Default::default(),
        }
    }
}
