//! [`Group`]: the allowed CPUs that a pool treats as one place.

use crate::topology::cpu_set::CpuSet;
use crate::topology::node::Node;

/// The allowed CPUs of one node: what a pool makes a group of workers from.
///
/// The groups of a machine have all its allowed CPUs, each in one group.
///
/// # Examples
///
/// ```
/// let machine = moirai::topology::Topology::fake("2x4")?;
/// let group = &machine.groups()[1];
/// assert_eq!((group.node(), group.cpus().to_string()), (Some(1), "4-7".to_owned()));
/// # Ok::<(), moirai::topology::ParseTopologyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    node: Option<usize>,
    cpus: CpuSet,
}

impl Group {
    /// The number of its node; `None` for the CPUs that are in no node, which are no nearer to one than to another.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::fake("2x4")?;
    /// assert_eq!(machine.groups()[0].node(), Some(0));
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn node(&self) -> Option<usize> {
        self.node
    }

    /// Its CPUs, at least one.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::fake("2x4")?;
    /// assert_eq!(machine.groups()[0].cpus().len(), 4);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn cpus(&self) -> &CpuSet {
        &self.cpus
    }
}

/// Cuts the allowed CPUs into groups, one for each node that has some.
///
/// Where nodes share CPUs they say nothing about where a thread is: then, as on a machine without nodes, there is one group.
pub(crate) fn groups(nodes: &[Node], allowed: &CpuSet) -> Vec<Group> {
    if nodes.is_empty() || overlap(nodes) {
        // Linux calls the only node of a machine that has none number 0.
        let node = Some(nodes.first().map_or(0, Node::id));
        return vec![Group { node, cpus: allowed.clone() }];
    }
    let of_node =
        |node: &Node| Group { node: Some(node.id()), cpus: node.cpus().intersection(allowed) };
    let elsewhere = nodes.iter().fold(allowed.clone(), |left, node| left.difference(node.cpus()));
    let elsewhere = Group { node: None, cpus: elsewhere };
    let groups = nodes.iter().map(of_node).chain([elsewhere]);
    groups.filter(|group| !group.cpus.is_empty()).collect()
}

/// Whether a CPU is in two nodes.
pub(crate) fn overlap(nodes: &[Node]) -> bool {
    without_overlap(nodes).len() < nodes.len()
}

/// The numbers of the nodes that share no CPU with a node before them.
pub(crate) fn without_overlap(nodes: &[Node]) -> Vec<usize> {
    let mut seen = CpuSet::new();
    let is_apart = |node: &&Node| {
        let is_apart = seen.is_disjoint(node.cpus());
        if is_apart {
            seen = seen.union(node.cpus());
        }
        is_apart
    };
    nodes.iter().filter(is_apart).map(Node::id).collect()
}
