//! Whole small programs, as rayon measures itself with: numeric kernels, divide and conquer, searches, and ways to build
//! a collection.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};

use super::par;
use crate::inputs::{Board, Body, Inputs, Search, Tour};
use crate::workloads::{Sample, Workload, clocked};
use par::prelude::*;

pub(crate) const WORKLOADS: &[Workload<Inputs>] = &[
    ("nbody", |inputs| clocked(|| nbody(&inputs.bodies))),
    ("matmul", |inputs| {
        let [a, b] = &inputs.matrices;
        let mut product = vec![0.0; a.len()];
        let sample = clocked(|| multiply(a, b, &mut product));
        // The numbers are small and whole, so no order of additions makes a difference.
        let sum = product.iter().map(|&number| number as u64).sum::<u64>();
        Sample { hash: sum, ..sample }
    }),
    ("mergesort", |inputs| {
        let (mut items, mut buffer) = (inputs.unsorted.clone(), vec![0; inputs.unsorted.len()]);
        let sample = clocked(|| mergesort(&mut items, &mut buffer));
        Sample { hash: clocked(|| items).hash, ..sample }
    }),
    ("quicksort", |inputs| {
        let mut items = inputs.unsorted.clone();
        let sample = clocked(|| quicksort(&mut items));
        Sample { hash: clocked(|| items).hash, ..sample }
    }),
    ("sieve", |_| clocked(|| sieve(2_000_000))),
    ("life", |inputs| clocked(|| life(&inputs.board, 20))),
    ("tsp", |inputs| clocked(|| tsp(&inputs.search))),
    ("find-first-start", |inputs| clocked(|| find_first(&inputs.haystack, 0.001))),
    ("find-first-tenth", |inputs| clocked(|| find_first(&inputs.haystack, 0.1))),
    ("find-first-third", |inputs| clocked(|| find_first(&inputs.haystack, 0.333))),
    ("find-first-middle", |inputs| clocked(|| find_first(&inputs.haystack, 0.5))),
    ("find-first-two-thirds", |inputs| clocked(|| find_first(&inputs.haystack, 0.667))),
    ("find-first-nine-tenths", |inputs| clocked(|| find_first(&inputs.haystack, 0.9))),
    ("find-first-end", |inputs| clocked(|| find_first(&inputs.haystack, 0.999))),
    ("find-first-missing", |inputs| clocked(|| find_first(&inputs.haystack, 2.0))),
    ("find-last-tenth", |inputs| clocked(|| find_last(&inputs.haystack, 0.1))),
    ("find-last-middle", |inputs| clocked(|| find_last(&inputs.haystack, 0.5))),
    ("find-last-nine-tenths", |inputs| clocked(|| find_last(&inputs.haystack, 0.9))),
    ("find-last-end", |inputs| clocked(|| find_last(&inputs.haystack, 0.999))),
    ("find-last-missing", |inputs| clocked(|| find_last(&inputs.haystack, 2.0))),
    ("find-first-in-blocks", |inputs| {
        let needle = inputs.haystack.len() as u32 / 3;
        let items = inputs.haystack.par_iter().by_exponential_blocks();
        clocked(|| items.find_first(|&&item| item == needle))
    }),
    ("find-any-middle", |inputs| {
        let needle = inputs.haystack.len() as u32 / 2;
        clocked(|| inputs.haystack.par_iter().find_any(|&&item| item == needle))
    }),
    ("find-any-common", |inputs| {
        clocked(|| inputs.haystack.par_iter().find_any(|&&item| item % 1_000 == 999).is_some())
    }),
    ("map-collect", |_| clocked_map(|| (0..100_000).into_par_iter().map(|i| (i, i)).collect())),
    ("map-collect-collisions", |_| {
        clocked_map(|| (0..100_000).into_par_iter().map(|i| (i % 10, i)).collect())
    }),
    ("vec-collect", |_| {
        clocked(|| (0..1_000_000_u32).into_par_iter().map(|i| i ^ 1).collect::<Vec<_>>())
    }),
    ("vec-collect-unindexed", |_| {
        let indexed = (0..1_000_000_u32).into_par_iter();
        clocked(|| indexed.filter(|_| true).collect::<Vec<_>>())
    }),
    ("str-split-char", |inputs| clocked(|| inputs.text.par_split(|c| c == ' ').count())),
    ("str-split-set", |inputs| {
        clocked(|| inputs.text.par_split(|c| ['a', 'c', ' '].contains(&c)).count())
    }),
    ("tree-prefix-collect", |_| {
        clocked(|| par::iter::walk_tree_prefix(0, |&node| children(node)).collect::<Vec<_>>())
    }),
    ("tree-prefix-sum", |_| {
        clocked(|| par::iter::walk_tree_prefix(0, |&node| children(node)).sum::<usize>())
    }),
    ("tree-postfix-collect", |_| {
        clocked(|| par::iter::walk_tree_postfix(0, |&node| children(node)).collect::<Vec<_>>())
    }),
    ("factorial-reduce", |_| {
        clocked(|| (1..=2_000).into_par_iter().map(Big::from).reduce_with(|a, b| a.times(&b)))
    }),
    ("factorial-join", |_| clocked(|| product(1, 2_001))),
    ("pythagoras", |_| clocked(|| pythagoras(400))),
    ("fibonacci", |_| clocked(|| fibonacci(24))),
    ("increment", |inputs| {
        let mut items = inputs.unsorted.clone();
        clocked(|| items.par_iter_mut().for_each(|item| *item ^= 1))
    }),
    ("increment-min-len", |inputs| {
        let mut items = inputs.unsorted.clone();
        clocked(|| items.par_iter_mut().with_min_len(1_024).for_each(|item| *item ^= 1))
    }),
    ("increment-max-len", |inputs| {
        let mut items = inputs.unsorted.clone();
        clocked(|| items.par_iter_mut().with_max_len(100).for_each(|item| *item ^= 1))
    }),
    ("increment-atomized", |inputs| {
        let mut items = inputs.unsorted.clone();
        clocked(|| items.par_iter_mut().with_max_len(1).for_each(|item| *item ^= 1))
    }),
];

/// As [`clocked`], of a map. The order of its entries must not matter.
fn clocked_map(build: impl FnOnce() -> HashMap<u64, u64>) -> Sample {
    let mut map = HashMap::new();
    let sample = clocked(|| map = build());
    let hash = map.iter().map(|(key, value)| key.wrapping_mul(0x9E37_79B9) ^ value).sum();
    Sample { hash, ..sample }
}

/// The pull of all bodies on each.
fn nbody(bodies: &[Body]) -> Vec<[u64; 3]> {
    let pull = |body: &Body| {
        let mut sum = [0.0; 3];
        for other in bodies {
            let distance: [f64; 3] =
                std::array::from_fn(|axis| other.place[axis] - body.place[axis]);
            let square = distance.iter().map(|part| part * part).sum::<f64>() + 1e-9;
            let strength = other.mass / (square * square.sqrt());
            (0..3).for_each(|axis| sum[axis] += distance[axis] * strength);
        }
        sum.map(f64::to_bits)
    };
    bodies.par_iter().map(pull).collect()
}

/// Adds the product of two square matrices, each quarter of whose slices is a quarter of the matrix.
fn multiply(a: &[f32], b: &[f32], product: &mut [f32]) {
    const LEAF: usize = 32 * 32;
    if a.len() <= LEAF {
        return multiply_leaf(a, b, product);
    }
    let quarter = a.len() / 4;
    let quarters = |matrix| <[f32]>::chunks(matrix, quarter).collect::<Vec<_>>();
    let (a, b) = (quarters(a), quarters(b));
    let [mut first, mut second] = [0, 1].map(|_| vec![0.0; product.len()]);
    // Rows of quarters times columns of quarters, in two sums that are added at the end.
    let half = |sum: &mut [f32], middle: usize| {
        let (top, bottom) = sum.split_at_mut(2 * quarter);
        let row = |row: usize, sum: &mut [f32]| {
            let (left, right) = sum.split_at_mut(quarter);
            let a = a[2 * row + middle];
            par::join(
                || multiply(a, b[2 * middle], left),
                || multiply(a, b[2 * middle + 1], right),
            );
        };
        par::join(|| row(0, top), || row(1, bottom));
    };
    par::join(|| half(&mut first, 0), || half(&mut second, 1));
    product
        .par_iter_mut()
        .zip(first.par_iter().zip(second.par_iter()))
        .for_each(|(sum, (first, second))| *sum += first + second);
}

/// The same for the smallest matrices, whose numbers lie row by row.
fn multiply_leaf(a: &[f32], b: &[f32], product: &mut [f32]) {
    let side = a.len().isqrt();
    for (a, product) in a.chunks(side).zip(product.chunks_mut(side)) {
        for (a, b) in a.iter().zip(b.chunks(side)) {
            product.iter_mut().zip(b).for_each(|(sum, b)| *sum += a * b);
        }
    }
}

/// Sorts by halves, which lie in `items` again afterwards.
fn mergesort(items: &mut [u32], buffer: &mut [u32]) {
    const LEAF: usize = 8_192;
    if items.len() <= LEAF {
        return items.sort();
    }
    let middle = items.len() / 2;
    {
        let (left, right) = items.split_at_mut(middle);
        let (left_buffer, right_buffer) = buffer.split_at_mut(middle);
        par::join(|| mergesort(left, left_buffer), || mergesort(right, right_buffer));
    }
    buffer.copy_from_slice(items);
    let (left, right) = buffer.split_at(middle);
    merge(left, right, items);
}

/// Merges two sorted slices: the middle of the longer one divides both.
fn merge(left: &[u32], right: &[u32], target: &mut [u32]) {
    const LEAF: usize = 16_384;
    if left.len() < right.len() {
        return merge(right, left, target);
    }
    if target.len() > LEAF {
        let left_middle = left.len() / 2;
        let right_middle = right.partition_point(|&item| item < left[left_middle]);
        let (left, left_end) = left.split_at(left_middle);
        let (right, right_end) = right.split_at(right_middle);
        let (target, target_end) = target.split_at_mut(left_middle + right_middle);
        par::join(|| merge(left, right, target), || merge(left_end, right_end, target_end));
        return;
    }
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    for item in target {
        let from_left = match (left.peek(), right.peek()) {
            (Some(left), Some(right)) => left <= right,
            (left, _) => left.is_some(),
        };
        *item = *if from_left { left.next() } else { right.next() }.unwrap();
    }
}

/// Sorts by a pivot, in parallel as long as that is worth it.
fn quicksort(items: &mut [u32]) {
    const LEAF: usize = 5_000;
    if items.len() <= LEAF {
        return items.sort_unstable();
    }
    let last = items.len() - 1;
    items.swap(items.len() / 2, last);
    let mut smaller = 0;
    for index in 0..last {
        if items[index] < items[last] {
            items.swap(index, smaller);
            smaller += 1;
        }
    }
    items.swap(smaller, last);
    let (left, right) = items.split_at_mut(smaller);
    par::join(|| quicksort(left), || quicksort(&mut right[1..]));
}

/// The number of primes below `end`: chunks of numbers are struck out by the primes up to its root.
fn sieve(end: usize) -> usize {
    const CHUNK: usize = 50_000;
    let root = (1..).find(|root| root * root >= end).unwrap();
    let is_prime =
        |number: &usize| (2..*number).take_while(|d| d * d <= *number).all(|d| number % d != 0);
    let primes: Vec<usize> = (2..=root).filter(is_prime).collect();
    let mut is_composite = vec![false; end];
    is_composite[..2].fill(true);
    is_composite.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, is_composite)| {
        let start = chunk * CHUNK;
        for prime in &primes {
            let first = start.next_multiple_of(*prime).max(prime * prime);
            let multiples = (first..start + is_composite.len()).step_by(*prime);
            multiples.for_each(|multiple| is_composite[multiple - start] = true);
        }
    });
    is_composite.par_iter().filter(|is_composite| !**is_composite).count()
}

/// So many generations of Conway's life on a torus.
fn life(board: &Board, generations: usize) -> Vec<bool> {
    let mut cells = board.cells.clone();
    for _ in 0..generations {
        let lives_on = |cell| board.lives_on(&cells, cell);
        cells = (0..cells.len()).into_par_iter().map(lives_on).collect();
    }
    cells
}

/// The shortest tour, by branch and bound: jobs of a scope near the root, a plain search near the leaves.
fn tsp(search: &Search) -> u32 {
    let best = AtomicU32::new(u32::MAX);
    par::scope(|scope| visit(scope, search, Tour::START, &best));
    best.load(Ordering::Relaxed)
}

fn visit<'scope>(
    scope: &par::Scope<'scope>,
    search: &'scope Search,
    tour: Tour,
    best: &'scope AtomicU32,
) {
    const LEAF: usize = 7;
    if search.cities() - tour.cities() <= LEAF {
        return search.complete(tour, best);
    }
    for next in search.continuations(tour) {
        scope.spawn(move |scope| visit(scope, search, next, best));
    }
}

/// Finds the number that stands at this share of all.
fn find_first(haystack: &[u32], share: f64) -> Option<usize> {
    let needle = (haystack.len() as f64 * share) as u32;
    haystack.par_iter().position_first(|&item| item == needle)
}

/// The same from the other end.
fn find_last(haystack: &[u32], share: f64) -> Option<usize> {
    let needle = (haystack.len() as f64 * share) as u32;
    haystack.par_iter().position_last(|&item| item == needle)
}

/// The children of a node in a complete binary tree.
fn children(node: usize) -> impl DoubleEndedIterator<Item = usize> {
    const NODES: usize = 100_000;
    (2 * node + 1..=2 * node + 2).filter(|&child| child < NODES)
}

/// A large number: digits to the base 2^32, the lowest first.
#[derive(Hash)]
struct Big(Vec<u32>);

impl From<u32> for Big {
    fn from(number: u32) -> Self {
        Big(vec![number])
    }
}

impl Big {
    /// The product, as it is learned at school.
    fn times(&self, other: &Big) -> Big {
        let mut digits = vec![0; self.0.len() + other.0.len()];
        for (shift, &a) in self.0.iter().enumerate() {
            let mut carry = 0;
            for (digit, &b) in digits[shift..].iter_mut().zip(other.0.iter().chain([&0])) {
                let sum = u64::from(*digit) + u64::from(a) * u64::from(b) + carry;
                *digit = sum as u32;
                carry = sum >> 32;
            }
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        Big(digits)
    }
}

/// The product of the numbers from `start` to before `end`.
fn product(start: u32, end: u32) -> Big {
    if end - start == 1 {
        return Big::from(start);
    }
    let middle = start + (end - start) / 2;
    let (left, right) = par::join(|| product(start, middle), || product(middle, end));
    left.times(&right)
}

/// The number of primitive Pythagorean triples by Euclid's formula, with two nested ranges.
fn pythagoras(end: u64) -> usize {
    fn gcd(a: u64, b: u64) -> u64 {
        if b == 0 { a } else { gcd(b, a % b) }
    }
    (1..end)
        .into_par_iter()
        .map(|m| (1..m).into_par_iter().filter(|n| (m - n) % 2 == 1 && gcd(m, *n) == 1).count())
        .sum()
}

/// Every call a join, with no cut-off.
fn fibonacci(n: u32) -> u64 {
    if n < 2 {
        return n.into();
    }
    let (a, b) = par::join(|| fibonacci(black_box(n - 1)), || fibonacci(black_box(n - 2)));
    a + b
}
