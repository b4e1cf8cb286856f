//! The machine as a parallel program sees it: nodes and their distances, packages, cores, caches, and what of it may be used.
//!
//! [`Topology::detect`] asks the operating system; [`Topology::from_sysfs_root`] reads a folder that somebody recorded on a
//! Linux machine; [`Topology::fake`] makes a machine up. All three give the same thing, so what depends on a topology can be
//! tried on a machine that has another one.
//!
//! Nothing here fails on a strange machine: what is not known is left out, and [`Topology::groups`] always has each allowed
//! CPU in exactly one group. `docs/topology.md` in the repository says what is read, from where, and what comes of it.
//!
//! # Examples
//!
//! ```
//! use moirai::topology::Topology;
//!
//! let machine = Topology::detect();
//! println!("{machine}");
//! for (index, group) in machine.groups().iter().enumerate() {
//!     println!("CPUs {}, then those of groups {:?}", group.cpus(), machine.order(index));
//! }
//! ```

pub(crate) mod binding;
mod cpu_set;
mod draw;
mod error;
mod fake;
mod group;
mod kind;
mod level;
mod machine;
mod node;
pub(crate) mod pages;
mod part;
mod platform;
mod quota;
mod sysfs;

pub use cpu_set::CpuSet;
pub use error::ParseTopologyError;
pub use group::Group;
pub use kind::CoreKind;
pub use level::Level;
pub use node::Node;
pub use part::{Part, PartKind};
pub use quota::Quota;

use machine::Machine;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use sysfs::Files;

/// A machine: its CPUs, where they are, what they share, and which of them may be used.
///
/// `cpus` are logical CPUs, hardware threads. What is not known is empty or `None`.
///
/// # Examples
///
/// ```
/// use moirai::topology::Topology;
///
/// let machine = Topology::fake("4x8:socket2x2")?;
/// assert_eq!(machine.groups().len(), 4);
/// assert_eq!(machine.distance(0, 1), Some(12));
/// assert_eq!(machine.distance(0, 2), Some(32));
/// assert_eq!(machine.order(0), [vec![1], vec![2, 3]]);
/// # Ok::<(), moirai::topology::ParseTopologyError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Topology {
    cpus: CpuSet,
    allowed: CpuSet,
    nodes: Vec<Node>,
    groups: Vec<Group>,
    /// Where the details come from; none if they were known from the beginning.
    source: Option<Source>,
    details: Details,
}

/// Files, and the CPUs whose own files are looked at.
#[derive(Debug, Clone)]
struct Source {
    files: Arc<Files>,
    looked_at: CpuSet,
}

/// What is read when somebody asks for it.
#[derive(Debug, Clone, Default)]
struct Details {
    sharing: [OnceLock<Vec<CpuSet>>; Level::ALL.len()],
    kinds: OnceLock<Vec<CoreKind>>,
    /// A row for each node.
    distances: OnceLock<Vec<Vec<u32>>>,
    memory_kib: OnceLock<Vec<Option<u64>>>,
    allowed_nodes: OnceLock<Vec<usize>>,
    quota: OnceLock<Option<Quota>>,
}

impl Topology {
    /// The machine that this runs on, and the CPUs that the calling thread may use.
    ///
    /// On Linux it reads three files, and one more for each further node; everything else is read when somebody asks for it,
    /// and then only for allowed CPUs: of what other CPUs share nothing is said. Where the operating system does not
    /// tell where its CPUs are, the machine is one node, with as many CPUs as [`std::thread::available_parallelism`] says.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::detect();
    /// assert!(machine.allowed_cpus().is_subset(machine.cpus()));
    /// assert!(!machine.groups().is_empty());
    /// ```
    pub fn detect() -> Topology {
        platform::detect()
    }

    /// The Linux machine whose `/sys` and `/proc` lie in a folder, as far as they were recorded, and an affinity mask.
    ///
    /// Without a mask that of `proc/self/status` counts, if it is there. Of the mask only what is online and in the cpuset of
    /// the recorded process is allowed; if that is nothing, the contradiction is ignored. Everything is read at once: the
    /// result depends on the folder and the mask alone, and the folder may be gone afterwards. It is about 15 files for each
    /// CPU.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::{CpuSet, Topology};
    ///
    /// let folder = std::env::temp_dir().join(format!("one-node-{}", std::process::id()));
    /// let cpu = folder.join("sys/devices/system/cpu");
    /// std::fs::create_dir_all(&cpu)?;
    /// std::fs::write(cpu.join("online"), "0-7\n")?;
    /// let machine = Topology::from_sysfs_root(&folder, Some(&CpuSet::from(2..=3)));
    /// std::fs::remove_dir_all(&folder)?;
    /// assert_eq!(machine.cpus().to_string(), "0-7");
    /// assert_eq!(machine.groups()[0].cpus().to_string(), "2-3");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn from_sysfs_root(root: impl AsRef<Path>, mask: Option<&CpuSet>) -> Topology {
        let files = Files::new(root.as_ref());
        let mut cpus = sysfs::online_cpus(&files);
        if cpus.is_empty() {
            cpus = mask.filter(|mask| sysfs::is_believable(mask)).cloned().unwrap_or_default();
        }
        if cpus.is_empty() {
            cpus = CpuSet::from(0..=0);
        }
        let mask = mask.cloned().or_else(|| sysfs::affinity(&files));
        let within =
            |cpus: CpuSet, limit: Option<CpuSet>| match limit.map(|l| cpus.intersection(&l)) {
                Some(left) if !left.is_empty() => left,
                _ => cpus,
            };
        let allowed = within(within(cpus.clone(), mask), sysfs::cpuset(&files));
        let looked_at = cpus.clone();
        let topology = Topology::from_files(files, cpus, allowed, looked_at);
        topology.read_all();
        topology
    }

    /// A machine that is made up: `NODESxCPUS`, then what differs from the simplest such machine.
    ///
    /// `CPUS` is the number of CPUs of each node. `/smt=2` makes two of them the threads of a core, `/l3=4` lets four share a
    /// third cache, not all of the node. After a colon follow the distances: `full` (all others 20, which is what you get
    /// without), `ring`, `line`, `socketSxK` (S packages of K nodes, 12 within, 32 between), one number for all others, or a
    /// matrix as `10,21;21,10`.
    ///
    /// # Errors
    ///
    /// For any other text; the error says what is wrong with it.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::Topology;
    ///
    /// let machine = Topology::fake("2x4:10,40;21,10")?;
    /// assert_eq!((machine.distance(0, 1), machine.distance(1, 0)), (Some(40), Some(21)));
    /// assert!(Topology::fake("2x4:10,40").is_err());
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn fake(description: &str) -> Result<Topology, ParseTopologyError> {
        fake::machine(description).map(Topology::from_machine)
    }

    /// One node of these CPUs, all of them allowed, of which nothing else is known.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::{CpuSet, Topology};
    /// let machine = Topology::flat(CpuSet::from(0..=7));
    /// assert_eq!(machine.groups().len(), 1);
    /// ```
    pub fn flat(cpus: CpuSet) -> Topology {
        let cpus = if cpus.is_empty() { CpuSet::from(0..=0) } else { cpus };
        let node = Node::new(0, cpus.clone());
        let allowed = cpus.clone();
        Topology::from_machine(Machine { cpus, allowed, nodes: vec![node], ..Machine::default() })
    }

    /// What a setting asks for, as in an environment variable: `auto` is [`detect`](Topology::detect), `off` one
    /// [`flat`](Topology::flat) node of the CPUs that the calling thread may use, `fake:4x8` what [`fake`](Topology::fake)
    /// makes of the rest.
    ///
    /// # Errors
    ///
    /// For any other text; the error says what is wrong with it.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::Topology;
    ///
    /// assert_eq!(Topology::from_setting("fake:4x8")?.groups().len(), 4);
    /// assert_eq!(Topology::from_setting("off")?.groups().len(), 1);
    /// assert!(Topology::from_setting("on").is_err());
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn from_setting(setting: &str) -> Result<Topology, ParseTopologyError> {
        match setting.trim() {
            "auto" => Ok(Topology::detect()),
            "off" => Ok(Topology::flat(platform::allowed_cpus())),
            other => match other.strip_prefix("fake:") {
                Some(description) => Topology::fake(description),
                None => Err(ParseTopologyError::new(format!(
                    "`{setting}` is no topology: there are `auto`, `off` and `fake:NODESxCPUS`"
                ))),
            },
        }
    }

    /// The machine of these files, as the thread with this affinity mask sees it.
    ///
    /// What the kernel says of a mask is taken as it is: a container may be shown a list of online CPUs that is made up.
    #[cfg(any(target_os = "linux", target_os = "android", test))]
    fn from_mask(files: Files, allowed: CpuSet) -> Topology {
        let cpus = sysfs::online_cpus(&files).union(&allowed);
        Topology::from_files(files, cpus, allowed.clone(), allowed)
    }

    /// A machine whose details are read from files when somebody asks for them.
    fn from_files(files: Files, cpus: CpuSet, allowed: CpuSet, looked_at: CpuSet) -> Topology {
        let nodes = sysfs::nodes(&files, &cpus);
        let groups = group::groups(&nodes, &allowed);
        let source = Some(Source { files: Arc::new(files), looked_at });
        Topology { cpus, allowed, nodes, groups, source, details: Details::default() }
    }

    /// A machine of which everything is known.
    fn from_machine(machine: Machine) -> Topology {
        let Machine { cpus, allowed, nodes, mut sharing, kinds, distances } = machine;
        let dies = std::mem::take(&mut sharing[Level::Die as usize]);
        sharing[Level::Die as usize] = level::dies(dies, &sharing[Level::Package as usize]);
        let groups = group::groups(&nodes, &allowed);
        let details = Details {
            sharing: sharing.map(OnceLock::from),
            kinds: kinds.into(),
            distances: distances.into(),
            ..Details::default()
        };
        Topology { cpus, allowed, nodes, groups, source: None, details }
    }

    fn read_all(&self) {
        for level in Level::ALL {
            self.sharing(level);
        }
        let _ = (self.kinds(), self.rows(), self.memory(), self.allowed_nodes(), self.quota());
    }

    /// What is read from the files, or the default where there are none.
    fn read<T: Default>(&self, read: impl FnOnce(&Source) -> T) -> T {
        self.source.as_ref().map(read).unwrap_or_default()
    }

    /// The CPUs that are online.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::fake("2x4")?;
    /// assert_eq!(machine.cpus().to_string(), "0-7");
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn cpus(&self) -> &CpuSet {
        &self.cpus
    }

    /// The CPUs that may be used: what the affinity mask leaves, which cpusets have narrowed. At least one.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::detect();
    /// assert!(!machine.allowed_cpus().is_empty());
    /// ```
    pub fn allowed_cpus(&self) -> &CpuSet {
        &self.allowed
    }

    /// The nodes that are online, by rising number; none on a machine that has no such thing.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::fake("2x4")?;
    /// assert_eq!(machine.nodes().len(), 2);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The numbers of the nodes whose memory may be used. Of nodes that share CPUs the first counts.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::fake("2x4")?;
    /// assert_eq!(machine.allowed_nodes(), [0, 1]);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn allowed_nodes(&self) -> &[usize] {
        self.details.allowed_nodes.get_or_init(|| {
            let ids = group::without_overlap(&self.nodes);
            let limit = self.read(|source| sysfs::allowed_nodes(&source.files));
            let is_allowed = |id: &usize| limit.as_ref().is_none_or(|limit| limit.contains(*id));
            let left: Vec<usize> = ids.iter().copied().filter(is_allowed).collect();
            if left.is_empty() { ids } else { left }
        })
    }

    /// A node's memory in KiB, if it is known; 0 for a node that has only CPUs.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::detect();
    /// for node in machine.nodes() {
    ///     println!("node {}: {:?} KiB", node.id(), machine.memory_kib(node.id()));
    /// }
    /// ```
    pub fn memory_kib(&self, node: usize) -> Option<u64> {
        self.memory().get(self.position(node)?).copied().flatten()
    }

    fn memory(&self) -> &[Option<u64>] {
        self.details.memory_kib.get_or_init(|| {
            self.read(|source| {
                self.nodes.iter().map(|node| sysfs::memory_kib(&source.files, node.id())).collect()
            })
        })
    }

    /// Where a node stands in `nodes`.
    fn position(&self, node: usize) -> Option<usize> {
        self.nodes.binary_search_by_key(&node, Node::id).ok()
    }

    /// How far it is from a node to the others, one number for each of [`nodes`](Topology::nodes), 10 to itself.
    ///
    /// As the firmware says it: the rows of broken machines have other lengths, and are of no use then. Empty if there is
    /// none.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::fake("3x4:line")?;
    /// assert_eq!(machine.distances(0), [10, 20, 30]);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn distances(&self, node: usize) -> &[u32] {
        let position = self.position(node);
        position.and_then(|position| self.rows().get(position)).map_or(&[], Vec::as_slice)
    }

    fn rows(&self) -> &[Vec<u32>] {
        self.details.distances.get_or_init(|| {
            self.read(|source| {
                self.nodes.iter().map(|node| sysfs::distances(&source.files, node.id())).collect()
            })
        })
    }

    /// How far it is from the first node to the second, where 10 is the distance to itself; `None` if that is not known.
    ///
    /// The way back may be of another length.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::fake("2x4:21")?;
    /// assert_eq!(machine.distance(0, 1), Some(21));
    /// assert_eq!(machine.distance(0, 7), None);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn distance(&self, from: usize, to: usize) -> Option<u32> {
        let to = self.position(to)?;
        let row = self.distances(from);
        row.get(to).copied().filter(|_| row.len() == self.nodes.len())
    }

    /// The sets of online CPUs that share a core, a cache, a die or a package, by their first CPU.
    ///
    /// No CPU is in two of them; a CPU of which nothing is known is in none. Dies count where a package has several.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::{Level, Topology};
    ///
    /// let machine = Topology::fake("2x4/smt=2")?;
    /// let cores: Vec<String> = machine.sharing(Level::Core).iter().map(|core| core.to_string()).collect();
    /// assert_eq!(cores, ["0-1", "2-3", "4-5", "6-7"]);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn sharing(&self, level: Level) -> &[CpuSet] {
        self.details.sharing[level as usize].get_or_init(|| {
            // A core that its own CPU is not in is that CPU alone.
            let core = |cpu| {
                let cores = if level == Level::Core { &[] } else { self.sharing(Level::Core) };
                cores.iter().find(|core| core.contains(cpu)).cloned()
            };
            let sets = self.read(|source| {
                sysfs::sharing(&source.files, level, &source.looked_at, &self.cpus, core)
            });
            if level == Level::Die { level::dies(sets, self.sharing(Level::Package)) } else { sets }
        })
    }

    /// The kinds of cores, slowest first: more than one on hybrid machines, none if nothing is known of their speed.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::detect();
    /// if let [slow, .., fast] = machine.kinds() {
    ///     println!("efficient: {}, fast: {}", slow.cpus(), fast.cpus());
    /// }
    /// ```
    pub fn kinds(&self) -> &[CoreKind] {
        self.details
            .kinds
            .get_or_init(|| self.read(|source| sysfs::kinds(&source.files, &source.looked_at)))
    }

    /// How much processor time the control groups grant, the narrowest of them; `None` if they set no limit.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::detect();
    /// if let Some(quota) = machine.quota() {
    ///     println!("the time of {quota:.1} CPUs");
    /// }
    /// ```
    pub fn quota(&self) -> Option<Quota> {
        *self.details.quota.get_or_init(|| self.read(|source| sysfs::quota(&source.files)))
    }

    /// What a pool makes its groups of workers from: the allowed CPUs of each node, by the nodes' rising numbers.
    ///
    /// Nodes without allowed CPUs have no group. Where there are no nodes, or nodes share CPUs, there is one group. Allowed
    /// CPUs that are in no node come last, in a group of their own.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::fake("2x4")?;
    /// let cpus: Vec<String> = machine.groups().iter().map(|group| group.cpus().to_string()).collect();
    /// assert_eq!(cpus, ["0-3", "4-7"]);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The other groups by rising distance from one of them, as indices of [`groups`](Topology::groups); equally far ones
    /// together.
    ///
    /// Groups of which no distance is known come last.
    ///
    /// # Panics
    ///
    /// If there is no such group.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::fake("4x2:ring")?;
    /// assert_eq!(machine.order(0), [vec![1, 3], vec![2]]);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn order(&self, group: usize) -> Vec<Vec<usize>> {
        let from = self.groups[group].node();
        let mut others: Vec<(u32, usize)> = (0..self.groups.len())
            .filter(|&other| other != group)
            .map(|other| (self.far(from, self.groups[other].node()), other))
            .collect();
        others.sort_unstable();
        let rings = others.chunk_by(|one, next| one.0 == next.0);
        rings.map(|ring| ring.iter().map(|&(_, group)| group).collect()).collect()
    }

    /// The distance for comparisons: what is not known is farthest.
    fn far(&self, from: Option<usize>, to: Option<usize>) -> u32 {
        from.zip(to).and_then(|(from, to)| self.distance(from, to)).unwrap_or(u32::MAX)
    }

    /// The group that is nearest to a node's memory: its own, if it has one.
    ///
    /// So pages on a node without CPUs, or without allowed ones, have somebody who is to work on them.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::fake("4x2:line")?;
    /// assert_eq!(machine.nearest_group(3), 3);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn nearest_group(&self, node: usize) -> usize {
        let distance = |&group: &usize| {
            let from = self.groups[group].node();
            (from != Some(node), self.far(from, Some(node)))
        };
        (0..self.groups.len()).min_by_key(distance).unwrap_or(0)
    }

    /// The node on which the memory lies that a group's threads touch first: its own, or where that has no memory, or none
    /// that may be used, the nearest that has. `None` for CPUs that are in no node.
    ///
    /// # Panics
    ///
    /// If there is no such group.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::fake("4x2:line")?;
    /// assert_eq!(machine.memory_node(2), Some(2));
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn memory_node(&self, group: usize) -> Option<usize> {
        let own = self.groups[group].node()?;
        let with_memory =
            self.allowed_nodes().iter().copied().filter(|&node| self.memory_kib(node) != Some(0));
        let has_cpus =
            |id| self.nodes().iter().any(|node| node.id() == id && !node.cpus().is_empty());
        // As Linux orders the nodes that it falls back to: one that comes later in the numbers, or has no CPUs, counts as a
        // little nearer.
        let distance = |&node: &usize| {
            let handicap = u64::from(node < own) + u64::from(has_cpus(node));
            (node != own, u64::from(self.far(Some(own), Some(node))) + handicap)
        };
        Some(with_memory.min_by_key(distance).unwrap_or(own))
    }

    /// The machine as parts within parts, for drawing it.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::{PartKind, Topology};
    ///
    /// let machine = Topology::fake("2x4")?.parts();
    /// assert_eq!(machine.kind(), PartKind::Machine);
    /// assert_eq!(machine.parts().len(), 2);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn parts(&self) -> Part {
        part::parts(self)
    }

    /// How many files have been read so far: what this topology has cost, at 2 to 10 microseconds each.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::{Level, Topology};
    ///
    /// let machine = Topology::detect();
    /// let before = machine.files_read();
    /// machine.sharing(Level::L3);
    /// assert!(machine.files_read() >= before);
    /// ```
    pub fn files_read(&self) -> usize {
        self.source.as_ref().map_or(0, |source| source.files.reads())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{env, fs, process};

    /// A machine with 2 CPUs for each third cache and two of these for each node; its files are gone with the closure.
    fn with_files<R>(nodes: usize, test: impl FnOnce(&dyn Fn(&str) -> Topology) -> R) -> R {
        let root = env::temp_dir().join(format!("lazy-{}-{nodes}", process::id()));
        let put = |path: &str, text: &str| {
            let path = root.join("sys/devices/system").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("cpu/online", &format!("0-{}", 4 * nodes - 1));
        put("node/online", &format!("0-{}", nodes - 1));
        for node in 0..nodes {
            put(&format!("node/node{node}/cpulist"), &format!("{}-{}", 4 * node, 4 * node + 3));
            put(&format!("node/node{node}/distance"), &vec!["10"; nodes].join(" "));
        }
        for cpu in 0..4 * nodes {
            let cache = format!("cpu/cpu{cpu}/cache/index3");
            put(&format!("{cache}/level"), "3");
            put(&format!("{cache}/type"), "Unified");
            put(&format!("{cache}/shared_cpu_list"), &format!("{}-{}", cpu & !1, cpu | 1));
        }
        let result = test(&|mask| Topology::from_mask(Files::new(&root), mask.parse().unwrap()));
        fs::remove_dir_all(&root).unwrap();
        result
    }

    #[test]
    fn one_node_needs_three_files() {
        with_files(1, |machine| {
            let topology = machine("0-3");
            assert_eq!(topology.groups().len(), 1);
            assert!(topology.order(0).is_empty());
            assert_eq!(topology.files_read(), 3);
            // Three files of the first CPU of each cache, once.
            assert_eq!(topology.sharing(Level::L3).len(), 2);
            assert_eq!(topology.clone().sharing(Level::L3).len(), 2);
            assert_eq!(topology.files_read(), 9);
        });
    }

    #[test]
    fn nodes_need_two_files_each_and_caches_of_others_none() {
        with_files(4, |machine| {
            let topology = machine("2-6");
            assert_eq!(topology.groups().len(), 2);
            assert_eq!(topology.files_read(), 6);
            assert_eq!(topology.order(0), [[1]]);
            assert_eq!(topology.files_read(), 10);
            assert_eq!(topology.sharing(Level::L3).len(), 3);
            assert_eq!(topology.files_read(), 19);
        });
    }

    /// As where a container is shown as many CPUs as it may use, numbered from 0.
    #[test]
    fn a_mask_counts_more_than_the_list_of_what_is_online() {
        with_files(1, |machine| {
            let topology = machine("8-9");
            assert_eq!(topology.allowed_cpus().to_string(), "8-9");
            assert_eq!(topology.groups()[0].node(), None);
        });
    }
}
