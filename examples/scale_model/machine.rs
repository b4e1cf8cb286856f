//! Machines: nodes of cores, and the distances between them.

use moirai::steal::{Neighbours, Place, StealOrder};

/// Cores that share a cache.
const CACHE: usize = 8;

#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) nodes: usize,
    pub(crate) cores_of_node: usize,
    /// From node to node, 10 to itself.
    pub(crate) distances: Vec<Vec<u32>>,
}

impl Machine {
    fn new(nodes: usize, cores_of_node: usize, distance: impl Fn(usize, usize) -> u32) -> Self {
        let distance = |from, to| if from == to { 10 } else { distance(from, to) };
        let row = |from| (0..nodes).map(|to| distance(from, to)).collect();
        let distances = (0..nodes).map(row).collect();
        Machine { nodes, cores_of_node, distances }
    }

    /// One node.
    pub(crate) fn one(cores: usize) -> Self {
        Machine::new(1, cores, |_, _| 10)
    }

    /// Two sockets of so many nodes of 32 cores: 12 within a socket, and 32, or 21 if they are a node each, between them.
    pub(crate) fn sockets(nodes_of_socket: usize) -> Self {
        let between = if nodes_of_socket == 1 { 21 } else { 32 };
        Machine::new(2 * nodes_of_socket, 32, |from, to| {
            if from / nodes_of_socket == to / nodes_of_socket { 12 } else { between }
        })
    }

    /// Eight nodes of 16 cores at the corners of a cube: 16 along an edge, and 6 more for each further one.
    pub(crate) fn cube() -> Self {
        Machine::new(8, 16, |from, to| 10 + 6 * (from ^ to).count_ones())
    }

    pub(crate) fn cores(&self) -> usize {
        self.nodes * self.cores_of_node
    }

    pub(crate) fn name(&self) -> String {
        format!("{}x{}", self.nodes, self.cores_of_node)
    }

    pub(crate) fn node_of(&self, core: usize) -> usize {
        core / self.cores_of_node
    }

    /// A worker on each core.
    pub(crate) fn neighbours(&self, order: StealOrder) -> Neighbours {
        let place = |core| Place { group: core / self.cores_of_node, cache: core / CACHE, core };
        let places: Vec<Place> = (0..self.cores()).map(place).collect();
        Neighbours::new(&places, &self.distances, order)
    }
}
