//! [`Part`]: a machine as parts within parts.

use crate::topology::cpu_set::CpuSet;
use crate::topology::level::Level;
use crate::topology::{Topology, group};
use std::cmp::Reverse;
use std::fmt;

/// A part of a machine, and the smaller parts within it: a package with its nodes, a node with its caches.
///
/// Which is within which is a matter of the machine: some packages have several nodes, some nodes several packages. A part
/// that lies across the border of another one is left out.
///
/// # Examples
///
/// ```
/// use moirai::topology::{Part, Topology};
///
/// fn depth(part: &Part) -> usize {
///     1 + part.parts().iter().map(depth).max().unwrap_or(0)
/// }
/// // The machine, its packages, their nodes, third and second caches, cores.
/// assert_eq!(depth(&Topology::fake("4x8/l3=4:socket2x2")?.parts()), 6);
/// # Ok::<(), moirai::topology::ParseTopologyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    kind: PartKind,
    cpus: CpuSet,
    parts: Vec<Part>,
}

/// What a [`Part`] is.
///
/// # Examples
///
/// ```
/// use moirai::topology::{Level, PartKind};
/// assert_eq!(PartKind::Node(3).to_string(), "node 3");
/// assert_eq!(PartKind::Shared(Level::L3).to_string(), "L3");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// All of it.
    Machine,
    /// The node with this number.
    Node(usize),
    /// What CPUs share.
    Shared(Level),
}

impl fmt::Display for PartKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartKind::Machine => f.pad("machine"),
            PartKind::Node(id) => write!(f, "node {id}"),
            PartKind::Shared(level) => level.fmt(f),
        }
    }
}

impl Part {
    /// What it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::{PartKind, Topology};
    /// assert_eq!(Topology::fake("1x2")?.parts().kind(), PartKind::Machine);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn kind(&self) -> PartKind {
        self.kind
    }

    /// Its CPUs.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(moirai::topology::Topology::fake("1x2")?.parts().cpus().len(), 2);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn cpus(&self) -> &CpuSet {
        &self.cpus
    }

    /// The parts within it, by their first CPU. Not all of its CPUs need be in one.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(moirai::topology::Topology::fake("3x2")?.parts().parts().len(), 3);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    fn new(kind: PartKind, cpus: CpuSet) -> Part {
        Part { kind, cpus, parts: Vec::new() }
    }

    /// Puts a part where it belongs, unless it lies across a border. Larger parts have to come first.
    fn insert(&mut self, part: Part) {
        if let Some(around) = self.parts.iter_mut().find(|one| part.cpus.is_subset(&one.cpus)) {
            around.insert(part);
        } else if self.parts.iter().all(|one| one.cpus.is_disjoint(&part.cpus)) {
            self.parts.push(part);
        }
    }

    fn sort(&mut self) {
        self.parts.sort_by_key(|part| part.cpus.first());
        self.parts.iter_mut().for_each(Part::sort);
    }
}

/// The parts of a machine. Nodes that share CPUs are no parts, nor are first caches: they are as large as their cores.
pub(crate) fn parts(topology: &Topology) -> Part {
    let mut machine = Part::new(PartKind::Machine, topology.cpus().clone());
    let nodes = topology.nodes().iter().filter(|node| !node.cpus().is_empty());
    let nodes = nodes.map(|node| Part::new(PartKind::Node(node.id()), node.cpus().clone()));
    let shared = |level| {
        let sets = topology.sharing(level).iter();
        sets.map(move |set| Part::new(PartKind::Shared(level), set.clone()))
    };
    // Of parts with the same CPUs the former is around the latter.
    let mut parts: Vec<Part> = [Level::Package, Level::Die].into_iter().flat_map(shared).collect();
    if !group::overlap(topology.nodes()) {
        parts.extend(nodes);
    }
    parts.extend([Level::L3, Level::L2, Level::Core].into_iter().flat_map(shared));
    parts.sort_by_key(|part| Reverse(part.cpus.len()));
    parts.into_iter().for_each(|part| machine.insert(part));
    machine.sort();
    machine
}
