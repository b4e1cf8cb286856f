//! What Linux says of a machine in `/sys` and `/proc`, as functions of a root folder.
//!
//! Every function answers whatever it finds: a file that is missing or makes no sense is passed over for the next source,
//! and in the end for "unknown".

mod cgroup;
mod files;
mod kinds;

pub(crate) use cgroup::quota;
pub(crate) use files::{Files, is_believable};
pub(crate) use kinds::kinds;

use crate::topology::cpu_set::CpuSet;
use crate::topology::level::Level;
use crate::topology::node::Node;
use crate::tuning::TOPOLOGY_UNCHECKED;

const CPU: &str = "sys/devices/system/cpu";
const NODE: &str = "sys/devices/system/node";
const STATUS: &str = "proc/self/status";

/// The CPUs that are online.
pub(crate) fn online_cpus(files: &Files) -> CpuSet {
    let listed = files.list(&format!("{CPU}/online")).unwrap_or_default();
    let there = if needs_check(&listed) { files.numbered(CPU, "cpu") } else { CpuSet::new() };
    match (listed.is_empty(), listed.intersection(&there)) {
        (false, checked) if checked.is_empty() => listed,
        (false, checked) => checked,
        (true, _) => {
            let is_online =
                |cpu: &usize| files.number::<u8>(&format!("{CPU}/cpu{cpu}/online")) != Some(0);
            there.iter().filter(is_online).collect()
        }
    }
}

/// Whether a list of what is online has to be compared with the folders: if it is empty, or longer than usual.
fn needs_check(listed: &CpuSet) -> bool {
    !(1..=TOPOLOGY_UNCHECKED).contains(&listed.len())
}

/// The affinity mask of the process, as its status file says it.
pub(crate) fn affinity(files: &Files) -> Option<CpuSet> {
    let status = files.text(STATUS)?;
    let field = |name| status.lines().find_map(|line| line.strip_prefix(name));
    let list = || field("Cpus_allowed_list:")?.parse().ok();
    list().or_else(|| CpuSet::from_bitmap(field("Cpus_allowed:")?).ok())
}

/// The CPUs that the cpuset of the process leaves.
pub(crate) fn cpuset(files: &Files) -> Option<CpuSet> {
    cgroup::cpus(files)
}

/// The nodes that are online, with those of these CPUs that they have.
pub(crate) fn nodes(files: &Files, online: &CpuSet) -> Vec<Node> {
    let mut ids = files.list(&format!("{NODE}/online")).unwrap_or_default();
    if needs_check(&ids) {
        let there = files.numbered(NODE, "node");
        ids = if ids.is_empty() { there } else { ids.intersection(&there) };
    }
    let node = |id| {
        let folder = format!("{NODE}/node{id}");
        let cpus = files.sets(&folder, "cpulist", "cpumap").next();
        Node::new(id, cpus.unwrap_or_default().intersection(online))
    };
    ids.iter().map(node).collect()
}

/// The ids of the nodes from which the process may take memory.
pub(crate) fn allowed_nodes(files: &Files) -> Option<CpuSet> {
    let status = files.text(STATUS).unwrap_or_default();
    let of_mask = status.lines().find_map(|line| line.strip_prefix("Mems_allowed_list:"));
    let of_mask: Option<CpuSet> = of_mask.and_then(|list| list.parse().ok());
    match (of_mask, cgroup::nodes(files)) {
        (Some(one), Some(other)) => Some(one.intersection(&other)),
        (one, other) => one.or(other),
    }
}

/// A node's row of the matrix of distances; empty if it has none.
pub(crate) fn distances(files: &Files, node: usize) -> Vec<u32> {
    let row = files.text(&format!("{NODE}/node{node}/distance"));
    let numbers = row.as_deref().unwrap_or("").split_whitespace().map(|number| number.parse().ok());
    numbers.collect::<Option<_>>().unwrap_or_default()
}

/// A node's memory, in KiB.
pub(crate) fn memory_kib(files: &Files, node: usize) -> Option<u64> {
    let text = files.text(&format!("{NODE}/node{node}/meminfo"))?;
    let total = text.lines().find_map(|line| line.split_once("MemTotal:"))?.1;
    total.split_whitespace().next()?.parse().ok()
}

/// The sets of online CPUs that share what the level says, of those that contain one of `looked_at`.
///
/// A CPU whose set is known from another one is not looked at. Some kernels list no CPU where a thing is there: then it
/// belongs to the CPUs that `core` says, or to the one alone.
pub(crate) fn sharing(
    files: &Files,
    level: Level,
    looked_at: &CpuSet,
    online: &CpuSet,
    core: impl Fn(usize) -> Option<CpuSet>,
) -> Vec<CpuSet> {
    let mut source = Source::of(level);
    let mut known = CpuSet::new();
    let mut sets = Vec::new();
    for cpu in looked_at.iter() {
        if known.contains(cpu) {
            continue;
        }
        if let Some(listed) = source.read(files, cpu) {
            let alone = || CpuSet::from(cpu..=cpu);
            let listed = if listed.is_empty() { core(cpu).unwrap_or_else(alone) } else { listed };
            // Two lists that contradict each other must not make a CPU a member of two sets.
            let set = listed.intersection(online).difference(&known);
            known = known.union(&set);
            sets.push(set);
        }
    }
    sets.sort_unstable_by_key(CpuSet::first);
    sets
}

/// Where a level's set is found in a CPU's folder, and where the last CPU had it: there it is sought first.
enum Source {
    /// Files of the folder `topology`: a list and a bitmap, newer names first.
    Topology { names: &'static [(&'static str, &'static str)], last: usize },
    /// The folder of a cache.
    Cache { level: u32, last: usize },
}

impl Source {
    fn of(level: Level) -> Source {
        let topology = |names| Source::Topology { names, last: 0 };
        match level {
            Level::Core => topology(&[
                ("core_cpus_list", "core_cpus"),
                ("thread_siblings_list", "thread_siblings"),
            ]),
            Level::Die => topology(&[("die_cpus_list", "die_cpus")]),
            Level::Package => topology(&[
                ("package_cpus_list", "package_cpus"),
                ("core_siblings_list", "core_siblings"),
            ]),
            // As x86 and ARM number them: data, instructions, level 2, level 3.
            Level::L1d => Source::Cache { level: 1, last: 0 },
            Level::L2 => Source::Cache { level: 2, last: 2 },
            Level::L3 => Source::Cache { level: 3, last: 3 },
        }
    }

    /// The set of a CPU; an empty one if what there is says nothing of this CPU.
    fn read(&mut self, files: &Files, cpu: usize) -> Option<CpuSet> {
        let set_in = |folder: &str, list: &str, bitmap: &str| {
            let mut is_there = false;
            let mut sets = files.sets(folder, list, bitmap);
            let own = sets.find(|set| {
                is_there = true;
                set.contains(cpu)
            });
            own.or_else(|| is_there.then(CpuSet::new))
        };
        match self {
            Source::Topology { names, last } => {
                let first = *last;
                let others = (0..names.len()).filter(|&index| index != first);
                [first].into_iter().chain(others).find_map(|index| {
                    let (list, bitmap) = names[index];
                    let folder = format!("{CPU}/cpu{cpu}/topology");
                    set_in(&folder, list, bitmap).inspect(|_| *last = index)
                })
            }
            Source::Cache { level, last } => {
                let is_here = |index: usize| {
                    let folder = format!("{CPU}/cpu{cpu}/cache/index{index}");
                    files.number(&format!("{folder}/level")) == Some(*level)
                        && files.text(&format!("{folder}/type")).as_deref() != Some("Instruction")
                };
                if !is_here(*last) {
                    let indices = files.numbered(&format!("{CPU}/cpu{cpu}/cache"), "index");
                    *last = indices.iter().find(|&index| index != *last && is_here(index))?;
                }
                let folder = format!("{CPU}/cpu{cpu}/cache/index{last}");
                set_in(&folder, "shared_cpu_list", "shared_cpu_map")
            }
        }
    }
}
