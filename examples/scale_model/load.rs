//! What is to be done: items, what they cost, and where their memory lies.

use super::constants::MEMORY_SHARE;
use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// All items cost the same.
    Flat,
    /// From nothing at the first item to twice the mean at the last.
    Ramp,
    /// A twentieth of the items, next to each other, cost ten times as much as the others.
    HotSpot,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    /// The items stay in registers.
    None,
    /// The nodes have the items' memory in equal blocks, in order.
    Blocked,
    /// All of it lies on the first node.
    FirstNode,
}

/// A loop, or a tree of joins.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) name: &'static str,
    pub(crate) memory: Memory,
    pub(crate) is_tree: bool,
    /// The costs of the items in ns, as sums from the left.
    sums: Vec<u64>,
}

impl Load {
    /// A loop over so many items that take so long on one core.
    pub(crate) fn new(
        name: &'static str,
        shape: Shape,
        memory: Memory,
        items: usize,
        total_ns: u64,
    ) -> Self {
        let weight = |item: usize| match shape {
            Shape::Flat => 1.0,
            Shape::Ramp => item as f64 + 0.5,
            Shape::HotSpot => {
                if is_hot(item, items) {
                    10.0
                } else {
                    1.0
                }
            }
        };
        let all: f64 = (0..items).map(weight).sum();
        let mut sum = 0.0;
        let mut sums = vec![0];
        sums.extend((0..items).map(|item| {
            sum += weight(item);
            (sum / all * total_ns as f64).round() as u64
        }));
        Load { name, memory, is_tree: false, sums }
    }

    /// A tree of joins whose leaves are the items.
    pub(crate) fn tree(name: &'static str, leaves: usize, total_ns: u64) -> Self {
        Load { is_tree: true, ..Load::new(name, Shape::Flat, Memory::None, leaves, total_ns) }
    }

    pub(crate) fn items(&self) -> usize {
        self.sums.len() - 1
    }

    /// What these items take on one core, if their memory is near.
    pub(crate) fn cost(&self, items: &Range<usize>) -> u64 {
        self.sums[items.end] - self.sums[items.start]
    }

    pub(crate) fn total_ns(&self) -> u64 {
        self.cost(&(0..self.items()))
    }

    /// The share of their time that items wait for memory.
    pub(crate) fn memory_share(&self) -> f64 {
        if self.memory == Memory::None { 0.0 } else { MEMORY_SHARE }
    }

    /// The node that the first of these items' memory lies on, and how many of them lie there too.
    pub(crate) fn stretch(&self, items: &Range<usize>, nodes: usize) -> (usize, usize) {
        let all = self.items();
        match self.memory {
            Memory::Blocked => {
                let node = items.start * nodes / all;
                let end = ((node + 1) * all).div_ceil(nodes);
                (node, end.min(items.end) - items.start)
            }
            Memory::None | Memory::FirstNode => (0, items.len()),
        }
    }

    /// How many of these items take so long together; at least one.
    pub(crate) fn within(&self, items: &Range<usize>, ns: u64) -> usize {
        let end = self.sums[items.start] + ns;
        let fit = self.sums[items.start..=items.end].partition_point(|sum| *sum <= end);
        (fit - 1).max(1)
    }
}

/// Whether an item is of the hot spot, which lies within one node's block on four nodes as on eight.
fn is_hot(item: usize, items: usize) -> bool {
    (320..370).contains(&(item * 1000 / items))
}
