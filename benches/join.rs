//! What one `join` costs, and how it scales to two threads.
//!
//! The useful work is next to nothing, so the time per join is the price of the fork. `seq` is the same recursion over
//! plain calls which the compiler may not see through.

mod harness;

use std::hint::black_box;
use std::time::Duration;

use harness::{Bench, timed};

const FIB: u32 = 24;
const FLAT_JOINS: usize = 50_000;
const TREE_NODES: usize = 1_000;
const EMPTY_DEPTH: u32 = 16;

/// The workloads over one crate's `join`.
macro_rules! workloads {
    ($name:ident) => {
        mod $name {
            use super::{Node, black_box};

            pub(crate) fn pool(threads: usize) -> ::$name::ThreadPool {
                ::$name::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
            }

            pub(crate) fn fib(n: u32) -> u64 {
                if n < 2 {
                    return n.into();
                }
                let (a, b) = ::$name::join(|| fib(n - 1), || fib(n - 2));
                a + b
            }

            pub(crate) fn flat(joins: usize) -> usize {
                (0..joins)
                    .map(|index| {
                        let (a, b) = ::$name::join(|| black_box(index), || black_box(1));
                        a + b
                    })
                    .sum()
            }

            pub(crate) fn tree(node: &Node) -> u64 {
                let sum = |child: &Option<Box<Node>>| child.as_deref().map_or(0, tree);
                let (left, right) = ::$name::join(|| sum(&node.left), || sum(&node.right));
                node.value + left + right
            }

            pub(crate) fn empty(depth: u32) {
                if depth > 0 {
                    ::$name::join(|| empty(depth - 1), || empty(depth - 1));
                }
            }
        }
    };
}

workloads!(rayon);
workloads!(moirai);

/// The same with plain calls.
mod seq {
    use super::{Node, black_box};

    #[inline(never)]
    pub(crate) fn fib(n: u32) -> u64 {
        if n < 2 { n.into() } else { fib(black_box(n - 1)) + fib(black_box(n - 2)) }
    }

    pub(crate) fn flat(joins: usize) -> usize {
        (0..joins).map(|index| black_box(index) + black_box(1)).sum()
    }

    #[inline(never)]
    pub(crate) fn tree(node: &Node) -> u64 {
        let sum = |child: &Option<Box<Node>>| child.as_deref().map_or(0, tree);
        node.value + sum(&node.left) + sum(&node.right)
    }

    #[inline(never)]
    pub(crate) fn empty(depth: u32) {
        if depth > 0 {
            empty(black_box(depth - 1));
            empty(black_box(depth - 1));
        }
    }
}

/// The same on chili, whose join takes the scope as an argument.
mod with_scope {
    use super::{Node, black_box};
    use chili::Scope;

    pub(crate) fn pool(threads: usize) -> chili::ThreadPool {
        chili::ThreadPool::with_config(chili::Config {
            thread_count: std::num::NonZero::new(threads),
            ..Default::default()
        })
    }

    pub(crate) fn fib(scope: &mut Scope<'_>, n: u32) -> u64 {
        if n < 2 {
            return n.into();
        }
        let (a, b) = scope.join(|scope| fib(scope, n - 1), |scope| fib(scope, n - 2));
        a + b
    }

    pub(crate) fn flat(scope: &mut Scope<'_>, joins: usize) -> usize {
        (0..joins)
            .map(|index| {
                let (a, b) = scope.join(|_| black_box(index), |_| black_box(1));
                a + b
            })
            .sum()
    }

    pub(crate) fn tree(scope: &mut Scope<'_>, node: &Node) -> u64 {
        let sum = |scope: &mut Scope<'_>, child: &Option<Box<Node>>| {
            child.as_deref().map_or(0, |node| tree(scope, node))
        };
        let (left, right) =
            scope.join(|scope| sum(scope, &node.left), |scope| sum(scope, &node.right));
        node.value + left + right
    }

    pub(crate) fn empty(scope: &mut Scope<'_>, depth: u32) {
        if depth > 0 {
            scope.join(|scope| empty(scope, depth - 1), |scope| empty(scope, depth - 1));
        }
    }
}

/// A binary tree in which every node costs one join.
#[derive(Debug)]
pub(crate) struct Node {
    value: u64,
    left: Option<Box<Node>>,
    right: Option<Box<Node>>,
}

impl Node {
    /// A balanced tree over the values of a range.
    fn balanced(values: std::ops::Range<u64>) -> Option<Box<Node>> {
        let middle = values.start + (values.end - values.start) / 2;
        values.contains(&middle).then(|| {
            let (left, right) =
                (Node::balanced(values.start..middle), Node::balanced(middle + 1..values.end));
            Box::new(Node { value: middle, left, right })
        })
    }
}

/// The number of joins in `fib(n)`.
fn fib_joins(n: u32) -> usize {
    if n < 2 { 0 } else { 1 + fib_joins(n - 1) + fib_joins(n - 2) }
}

/// Runs one workload inside pools of `threads` threads; the time is taken on a worker.
fn inside<R: PartialEq + std::fmt::Debug + Copy + Send + Sync>(
    bench: &Bench,
    (workload, joins, threads): (&str, usize, usize),
    seq: impl Fn() -> R,
    rayon: impl Fn() -> R + Sync,
    moirai: impl Fn() -> R + Sync,
    chili: impl Fn(&mut chili::Scope<'_>) -> R,
) {
    let expected = seq();
    let (rayons, moirais, chilis) =
        (rayon::pool(threads), moirai::pool(threads), with_scope::pool(threads));
    bench
        .group(workload, format_args!("{threads}-thread"))
        .per(joins)
        .case("seq", || timed(expected, &seq))
        .case("rayon", || rayons.install(|| timed(expected, &rayon)))
        .case("moirai", || moirais.install(|| timed(expected, &moirai)))
        .case("chili", || {
            let mut scope = chilis.scope();
            timed(expected, || chili(&mut scope))
        })
        .run();
}

fn main() {
    let bench = Bench::new("join");
    let fib_size = fib_joins(FIB);
    let empty_size = (1 << EMPTY_DEPTH) - 1;
    for threads in [1, 2] {
        inside(
            &bench,
            ("fib", fib_size, threads),
            || seq::fib(FIB),
            || rayon::fib(FIB),
            || moirai::fib(FIB),
            |scope| with_scope::fib(scope, FIB),
        );
        inside(
            &bench,
            ("flat", FLAT_JOINS, threads),
            || seq::flat(FLAT_JOINS),
            || rayon::flat(FLAT_JOINS),
            || moirai::flat(FLAT_JOINS),
            |scope| with_scope::flat(scope, FLAT_JOINS),
        );
        inside(
            &bench,
            ("empty-tree", empty_size, threads),
            || seq::empty(EMPTY_DEPTH),
            || rayon::empty(EMPTY_DEPTH),
            || moirai::empty(EMPTY_DEPTH),
            |scope| with_scope::empty(scope, EMPTY_DEPTH),
        );
    }

    // From an outside thread, on the global pools: entering the pool is a part of the time.
    let tree = Node::balanced(0..TREE_NODES as u64).unwrap();
    let expected = seq::tree(&tree);
    let calls = 10;
    let several =
        |sum: &dyn Fn() -> u64| -> Duration { (0..calls).map(|_| timed(expected, sum)).sum() };
    bench
        .group("tree-from-outside", TREE_NODES)
        .per(calls * TREE_NODES)
        .case("seq", || several(&|| seq::tree(&tree)))
        .case("rayon", || several(&|| rayon::tree(&tree)))
        .case("moirai", || several(&|| moirai::tree(&tree)))
        .case("chili", || several(&|| with_scope::tree(&mut chili::Scope::global(), &tree)))
        .run();
}
