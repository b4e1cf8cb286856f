//! [`Machine`]: a description that is complete from the beginning.

use crate::topology::cpu_set::CpuSet;
use crate::topology::kind::CoreKind;
use crate::topology::level::Level;
use crate::topology::node::Node;

/// What is known of a machine that is not read from files. What is left out is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) cpus: CpuSet,
    pub(crate) allowed: CpuSet,
    pub(crate) nodes: Vec<Node>,
    /// By level.
    pub(crate) sharing: [Vec<CpuSet>; Level::ALL.len()],
    pub(crate) kinds: Vec<CoreKind>,
    /// A row for each node.
    pub(crate) distances: Vec<Vec<u32>>,
}
