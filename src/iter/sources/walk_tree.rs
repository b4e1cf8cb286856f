//! `walk_tree` and its siblings: all nodes of a tree that is known by its root.
//!
//! A piece of the walk consists of three parts, to be yielded in this order: nodes that come
//! before all others, subtrees, nodes that come after. To make a piece divisible a lone subtree is
//! opened: its root goes to the nodes before or after, its children become the subtrees.
use std::mem;

use crate::iter::ParallelIterator;
use crate::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};

/// Makes a parallel iterator over all nodes of a tree, each before its descendants.
///
/// `children_of` gives the children of a node, from left to right.
///
/// ```
/// use moirai::iter::walk_tree_prefix;
/// use moirai::prelude::*;
///
/// let children = |&n: &u32| [2 * n, 2 * n + 1].into_iter().filter(|&child| child < 8);
/// let nodes: Vec<u32> = walk_tree_prefix(1, children).collect();
/// assert_eq!(nodes, [1, 2, 4, 5, 3, 6, 7]);
/// ```
pub fn walk_tree_prefix<S, B, I>(root: S, children_of: B) -> WalkTreePrefix<S, B>
where
    S: Send,
    B: Fn(&S) -> I + Send + Sync,
    I: IntoIterator<Item = S, IntoIter: DoubleEndedIterator>,
{
    WalkTreePrefix { root, children_of }
}

/// Makes a parallel iterator over all nodes of a tree, each after its descendants.
///
/// `children_of` gives the children of a node, from left to right.
///
/// ```
/// use moirai::iter::walk_tree_postfix;
/// use moirai::prelude::*;
///
/// let children = |&n: &u32| [2 * n, 2 * n + 1].into_iter().filter(|&child| child < 8);
/// let nodes: Vec<u32> = walk_tree_postfix(1, children).collect();
/// assert_eq!(nodes, [4, 5, 2, 6, 7, 3, 1]);
/// ```
pub fn walk_tree_postfix<S, B, I>(root: S, children_of: B) -> WalkTreePostfix<S, B>
where
    S: Send,
    B: Fn(&S) -> I + Send + Sync,
    I: IntoIterator<Item = S>,
{
    WalkTreePostfix { root, children_of }
}

/// Makes a parallel iterator over all nodes of a tree, in an order of its own choosing.
///
/// Take this one if the order does not matter.
///
/// ```
/// use moirai::iter::walk_tree;
/// use moirai::prelude::*;
///
/// let children = |&n: &u32| [2 * n, 2 * n + 1].into_iter().filter(|&child| child < 8);
/// assert_eq!(walk_tree(1, children).sum::<u32>(), 28);
/// ```
pub fn walk_tree<S, B, I>(root: S, children_of: B) -> WalkTree<S, B>
where
    S: Send,
    B: Fn(&S) -> I + Send + Sync,
    I: IntoIterator<Item = S, IntoIter: DoubleEndedIterator>,
{
    WalkTree(walk_tree_prefix(root, children_of))
}

/// Yields the nodes of a tree, parents first; see [`walk_tree_prefix()`].
#[derive(Debug)]
pub struct WalkTreePrefix<S, B> {
    root: S,
    children_of: B,
}

/// Yields the nodes of a tree, children first; see [`walk_tree_postfix()`].
#[derive(Debug)]
pub struct WalkTreePostfix<S, B> {
    root: S,
    children_of: B,
}

/// Yields the nodes of a tree in any order; see [`walk_tree()`].
#[derive(Debug)]
pub struct WalkTree<S, B>(WalkTreePrefix<S, B>);

impl<S, B, I> ParallelIterator for WalkTreePrefix<S, B>
where
    S: Send,
    B: Fn(&S) -> I + Send + Sync,
    I: IntoIterator<Item = S, IntoIter: DoubleEndedIterator>,
{
    type Item = S;

    fn drive_unindexed<C: UnindexedConsumer<S>>(self, consumer: C) -> C::Result {
        let walk = Walk::new(self.root, &self.children_of, Order::ParentFirst);
        bridge_unindexed(walk, consumer)
    }
}

impl<S, B, I> ParallelIterator for WalkTreePostfix<S, B>
where
    S: Send,
    B: Fn(&S) -> I + Send + Sync,
    I: IntoIterator<Item = S>,
{
    type Item = S;

    fn drive_unindexed<C: UnindexedConsumer<S>>(self, consumer: C) -> C::Result {
        let walk = Walk::new(self.root, &self.children_of, Order::ChildrenFirst);
        bridge_unindexed(walk, consumer)
    }
}

impl<S, B, I> ParallelIterator for WalkTree<S, B>
where
    S: Send,
    B: Fn(&S) -> I + Send + Sync,
    I: IntoIterator<Item = S, IntoIter: DoubleEndedIterator> + Send,
{
    type Item = S;

    fn drive_unindexed<C: UnindexedConsumer<S>>(self, consumer: C) -> C::Result {
        self.0.drive_unindexed(consumer)
    }
}

/// Where a node stands in relation to its descendants.
#[derive(Clone, Copy)]
enum Order {
    ParentFirst,
    ChildrenFirst,
}

/// One piece of a walk. All lists are stacks: what is to be yielded first is at the end.
struct Walk<'c, S, B> {
    before: Vec<S>,
    subtrees: Vec<S>,
    after: Vec<S>,
    children_of: &'c B,
    order: Order,
}

impl<'c, S, B, I> Walk<'c, S, B>
where
    B: Fn(&S) -> I,
    I: IntoIterator<Item = S>,
{
    fn new(root: S, children_of: &'c B, order: Order) -> Self {
        Walk { before: Vec::new(), subtrees: vec![root], after: Vec::new(), children_of, order }
    }

    /// A piece of the same walk with these parts.
    fn piece(&self, before: Vec<S>, subtrees: Vec<S>, after: Vec<S>) -> Self {
        Walk { before, subtrees, after, ..*self }
    }

    /// Puts the children of `node` on the stack of subtrees, the leftmost on top.
    fn push_children(&mut self, node: &S) {
        let bottom = self.subtrees.len();
        self.subtrees.extend((self.children_of)(node));
        self.subtrees[bottom..].reverse();
    }

    /// Opens subtrees until there are several, or none.
    fn open_lone_subtrees(&mut self) {
        let mut path = Vec::new();
        while self.subtrees.len() == 1 {
            let node = self.subtrees.remove(0);
            self.push_children(&node);
            path.push(node);
        }
        match self.order {
            Order::ParentFirst => {
                path.reverse();
                path.append(&mut self.before);
                self.before = path;
            }
            Order::ChildrenFirst => self.after.append(&mut path),
        }
    }

    /// Runs through the subtrees, parents first.
    fn fold_parents_first<F: Folder<S>>(&mut self, mut folder: F) -> F {
        while !folder.full() {
            let Some(node) = self.subtrees.pop() else {
                break;
            };
            self.push_children(&node);
            folder = folder.consume(node);
        }
        folder
    }

    /// Runs through the subtrees, children first.
    ///
    /// A node waits on a second stack until the subtrees that were pushed for it are gone again.
    fn fold_children_first<F: Folder<S>>(&mut self, mut folder: F) -> F {
        let mut waiting: Vec<(S, usize)> = Vec::new();
        while !folder.full() {
            let height = self.subtrees.len();
            if waiting.last().is_some_and(|&(_, bottom)| bottom == height) {
                if let Some((node, _)) = waiting.pop() {
                    folder = folder.consume(node);
                }
            } else if let Some(node) = self.subtrees.pop() {
                self.push_children(&node);
                waiting.push((node, height - 1));
            } else {
                break;
            }
        }
        folder
    }
}

impl<S, B, I> UnindexedProducer for Walk<'_, S, B>
where
    S: Send,
    B: Fn(&S) -> I + Sync,
    I: IntoIterator<Item = S>,
{
    type Item = S;

    fn split(mut self) -> (Self, Option<Self>) {
        self.open_lone_subtrees();
        if self.subtrees.is_empty() {
            let mut nodes = mem::take(&mut self.after);
            nodes.append(&mut self.before);
            self.before = nodes.split_off(nodes.len() / 2);
            let right = (!nodes.is_empty()).then(|| self.piece(nodes, Vec::new(), Vec::new()));
            return (self, right);
        }
        let first = self.subtrees.split_off(self.subtrees.len() / 2);
        let rest = mem::replace(&mut self.subtrees, first);
        let after = mem::take(&mut self.after);
        let right = self.piece(Vec::new(), rest, after);
        (self, Some(right))
    }

    fn fold_with<F: Folder<S>>(mut self, mut folder: F) -> F {
        folder = folder.consume_iter(mem::take(&mut self.before).into_iter().rev());
        folder = match self.order {
            Order::ParentFirst => self.fold_parents_first(folder),
            Order::ChildrenFirst => self.fold_children_first(folder),
        };
        if folder.full() {
            return folder;
        }
        folder.consume_iter(self.after.into_iter().rev())
    }
}
