//! [`Node`]: a NUMA node.

use crate::topology::cpu_set::CpuSet;

/// A NUMA node: CPUs and memory that are near each other. Some have only one of the two.
///
/// # Examples
///
/// ```
/// let machine = moirai::topology::Topology::fake("2x4")?;
/// let ids: Vec<usize> = machine.nodes().iter().map(|node| node.id()).collect();
/// assert_eq!(ids, [0, 1]);
/// # Ok::<(), moirai::topology::ParseTopologyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    id: usize,
    cpus: CpuSet,
}

impl Node {
    pub(crate) fn new(id: usize, cpus: CpuSet) -> Node {
        Node { id, cpus }
    }

    /// The number that the operating system gives it. It is a name: a machine with two nodes may have the numbers 0 and 8.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::fake("2x4")?;
    /// assert_eq!(machine.nodes()[1].id(), 1);
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn id(&self) -> usize {
        self.id
    }

    /// Its CPUs that are online; none if it has only memory.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::fake("2x4")?;
    /// assert_eq!(machine.nodes()[1].cpus().to_string(), "4-7");
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn cpus(&self) -> &CpuSet {
        &self.cpus
    }
}
