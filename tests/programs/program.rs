//! Programs: what they are, how bytes become one, and what comes of one if all of it runs on one thread in order.

use super::bytes::Bytes;
use super::chain::Chain;
use std::collections::BTreeSet;

/// The threads of the pools that a program can name.
pub(crate) const POOLS: [usize; 3] = [1, 2, 4];

/// How many leaves a program may run, items of chains included.
const MOST_RUNS: usize = 20_000;

/// How often a node may be run that waits by `yield_now`, or a chain.
const MOST_TIMES: usize = 16;

/// How many nodes a program may have.
const MOST_NODES: usize = 80;

/// What comes of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Value(u64),
    /// It panics, with one of these payloads: where several parts panic at once, one of them is first.
    Panics(BTreeSet<u8>),
}

/// A node, with what must come of it.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum ScopeKind {
    LastInFirstOut,
    FirstInFirstOut,
    InPlace,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// Counts that it was run.
    Leaf(usize),
    Panic(u8),
    Join(Box<[Node; 2]>),
    Scope(ScopeKind, Vec<Node>),
    /// A job that nobody waits for, whose result comes by a channel of std's.
    Detached(Box<Node>),
    /// So many messages through a channel of ours.
    Messages(u64),
    Install(usize, Box<Node>),
    Broadcast(Box<Node>),
    Catch(Box<Node>),
    /// The node for each of so many items.
    Each(u64, Box<Node>),
    Chain(Chain),
}

/// What a caught panic counts for.
pub(crate) const CAUGHT: u64 = 17;

/// Puts two values together; the order matters.
pub(crate) fn combine(left: u64, right: u64) -> u64 {
    left.rotate_left(7) ^ right.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// What a leaf gives.
pub(crate) fn leaf_value(id: usize) -> u64 {
    (id as u64 + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// A program, and how often each of its leaves must be run: at least, at most.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) root: Node,
    pub(crate) pool: usize,
    pub(crate) runs: Vec<(usize, usize)>,
}

impl Program {
    /// Every sequence of bytes is a program.
    pub(crate) fn new(bytes: &mut Bytes<'_>) -> Program {
        let pool = bytes.below(POOLS.len());
        let mut builder = Builder { bytes, leaves: 0, nodes: 0 };
        let root = builder.node(0, POOLS[pool], 1);
        let mut runs = vec![(0, 0); builder.leaves];
        count(&root, POOLS[pool], (1, 1), &mut runs);
        Program { root, pool, runs }
    }
}

struct Builder<'a, 'b> {
    bytes: &'a mut Bytes<'b>,
    leaves: usize,
    nodes: usize,
}

impl Builder<'_, '_> {
    /// A node that will be run `times` times, in a pool of so many threads.
    fn node(&mut self, depth: usize, threads: usize, times: usize) -> Node {
        self.nodes += 1;
        let is_last =
            depth > 8 || self.nodes > MOST_NODES || times * 8 > MOST_RUNS || self.bytes.is_at_end();
        let kind = if is_last { 0 } else { self.bytes.below(16) };
        // The waits of the first two run anything on top of them, and chains are long: not too many of those.
        let kind = if times > MOST_TIMES && matches!(kind, 9 | 10 | 15) { 0 } else { kind };
        let kind = match kind {
            1 => Kind::Panic(self.bytes.byte()),
            2..=5 => {
                let left = self.node(depth + 1, threads, times);
                let right = self.node(depth + 1, threads, times);
                Kind::Join(Box::new([left, right]))
            }
            6..=8 => {
                let kinds =
                    [ScopeKind::LastInFirstOut, ScopeKind::FirstInFirstOut, ScopeKind::InPlace];
                let children = 1 + self.bytes.below(4);
                let children = (0..children).map(|_| self.node(depth + 1, threads, times));
                Kind::Scope(kinds[kind - 6], children.collect())
            }
            9 => {
                let child = self.node(depth + 1, threads, times);
                Kind::Detached(Box::new(Node::new(Kind::Catch(Box::new(child)))))
            }
            10 => Kind::Messages(self.bytes.byte().into()),
            11 => {
                let pool = self.bytes.below(POOLS.len());
                Kind::Install(pool, Box::new(self.node(depth + 1, POOLS[pool], times)))
            }
            12 => Kind::Broadcast(Box::new(self.node(depth + 1, threads, times * threads))),
            13 => Kind::Catch(Box::new(self.node(depth + 1, threads, times))),
            14 => {
                let items = self.bytes.below(40);
                Kind::Each(
                    items as u64,
                    Box::new(self.node(depth + 1, threads, times * (items + 1))),
                )
            }
            15 => Kind::Chain(Chain::new(self.bytes)),
            _ => {
                self.leaves += 1;
                Kind::Leaf(self.leaves - 1)
            }
        };
        Node::new(kind)
    }
}

impl Node {
    fn new(kind: Kind) -> Node {
        let outcome = kind.outcome();
        Node { kind, outcome }
    }
}

impl Kind {
    /// What must come of it: the interpreter on one thread.
    fn outcome(&self) -> Outcome {
        match self {
            Kind::Leaf(id) => Outcome::Value(leaf_value(*id)),
            Kind::Panic(code) => Outcome::Panics([*code].into()),
            // Both are run; the first one's panic goes on.
            Kind::Join(halves) => match [&halves[0].outcome, &halves[1].outcome] {
                [Outcome::Value(left), Outcome::Value(right)] => {
                    Outcome::Value(combine(*left, *right))
                }
                [Outcome::Panics(codes), _] | [_, Outcome::Panics(codes)] => {
                    Outcome::Panics(codes.clone())
                }
            },
            // All are run; any of the panics goes on.
            Kind::Scope(_, children) => {
                let (mut all, mut codes) = (0, BTreeSet::new());
                for child in children {
                    match &child.outcome {
                        Outcome::Value(value) => all = combine(all, *value),
                        Outcome::Panics(more) => codes.extend(more),
                    }
                }
                if codes.is_empty() { Outcome::Value(all) } else { Outcome::Panics(codes) }
            }
            Kind::Messages(count) => Outcome::Value((0..*count).fold(0, combine)),
            Kind::Detached(child) | Kind::Install(_, child) | Kind::Broadcast(child) => {
                child.outcome.clone()
            }
            Kind::Catch(child) => match child.outcome {
                Outcome::Value(value) => Outcome::Value(value),
                Outcome::Panics(_) => Outcome::Value(CAUGHT),
            },
            Kind::Each(0, _) => Outcome::Value(0),
            Kind::Each(items, child) => match &child.outcome {
                Outcome::Value(value) => {
                    Outcome::Value((0..*items).fold(0, |all, item| combine(all, item ^ value)))
                }
                Outcome::Panics(codes) => Outcome::Panics(codes.clone()),
            },
            Kind::Chain(chain) => chain.outcome(),
        }
    }
}

/// Adds up how often leaves are run, if `node` is run so often in a pool of so many threads.
fn count(node: &Node, threads: usize, times: (usize, usize), runs: &mut [(usize, usize)]) {
    let by = |factor: usize| (times.0 * factor, times.1 * factor);
    match &node.kind {
        Kind::Leaf(id) => runs[*id] = times,
        Kind::Panic(_) | Kind::Messages(_) | Kind::Chain(_) => {}
        Kind::Join(halves) => halves.iter().for_each(|half| count(half, threads, times, runs)),
        Kind::Scope(_, children) => {
            children.iter().for_each(|child| count(child, threads, times, runs));
        }
        Kind::Detached(child) | Kind::Catch(child) => count(child, threads, times, runs),
        Kind::Install(pool, child) => count(child, POOLS[*pool], times, runs),
        Kind::Broadcast(child) => count(child, threads, by(threads), runs),
        Kind::Each(items, child) => {
            let (least, most) = by(*items as usize);
            // After a panic some items are not looked at.
            let panics = matches!(child.outcome, Outcome::Panics(_));
            count(child, threads, (if panics { 0 } else { least }, most), runs);
        }
    }
}
