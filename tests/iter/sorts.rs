//! Sorts of inputs with and without order in them, by comparisons that panic or change what they see.

use super::api::prelude::*;
use super::kit::{panic_of, quiet_panic};
use super::pools::on;
use super::tracked::{Census, Tracked};
use crate::random::check;
use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// SplitMix64.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((bits ^ bits >> 31) % end.max(1) as u64) as usize
    }
}

const PATTERNS: [&str; 14] = [
    "random",
    "ascending",
    "descending",
    "equal",
    "few values",
    "few swaps",
    "neighbours swapped",
    "a block moved up",
    "a block moved down",
    "a random tail",
    "sawtooth",
    "runs of all lengths",
    "up and down",
    "runs with strays",
];

/// So many numbers with this pattern.
fn pattern(name: &str, len: usize, seed: u64) -> Vec<u32> {
    let mut random = Random(seed);
    let range = |random: &mut Random| random.below(2 * len) as u32;
    let ascending = || 0..len as u32;
    let mut swapped: Vec<u32> = ascending().map(|number| number / 2).collect();
    let block = len / 10..len / 10 + len.min(7 + len / 200);
    match name {
        "random" => ascending().map(|_| range(&mut random)).collect(),
        "ascending" => ascending().collect(),
        "descending" => ascending().rev().collect(),
        "equal" => vec![7; len],
        "few values" => ascending().map(|_| random.below(5) as u32).collect(),
        "few swaps" => {
            for _ in 0..len.isqrt() {
                swapped.swap(random.below(len), random.below(len));
            }
            swapped
        }
        "neighbours swapped" => {
            for _ in 0..len / 40 {
                let at = random.below(len - 1);
                swapped.swap(at, at + 1);
            }
            swapped
        }
        "a block moved up" => {
            swapped[block.start..].rotate_left(block.len());
            swapped
        }
        "a block moved down" => {
            swapped[block.start..].rotate_right(block.len());
            swapped
        }
        "a random tail" => {
            for item in swapped.iter_mut().rev().take(len / 20) {
                *item = range(&mut random);
            }
            swapped
        }
        "sawtooth" => ascending().map(|number| number % (1 + len as u32 / 10)).collect(),
        "runs of all lengths" => {
            let mut numbers: Vec<u32> = ascending().map(|_| range(&mut random)).collect();
            let mut rest = &mut numbers[..];
            while !rest.is_empty() {
                let length = 1 + random.below(rest.len());
                let (run, others) = rest.split_at_mut(length);
                run.sort();
                rest = others;
            }
            numbers
        }
        "up and down" => {
            let half = len as u32 / 2;
            ascending()
                .map(|number| if number < half { number } else { len as u32 - number })
                .collect()
        }
        "runs with strays" => {
            let mut numbers: Vec<u32> =
                ascending().map(|number| number % (1 + len as u32 / 3)).collect();
            for _ in 0..len / 100 {
                numbers[random.below(len)] = range(&mut random);
            }
            numbers
        }
        _ => unreachable!(),
    }
}

/// Short ones, and some on both sides of what is sorted without cutting.
const SIZES: [usize; 6] = [2, 21, 65, 130, 1_000, 9_000];

/// Runs `f` on all patterns and sizes, and several thread counts, with a seed for each.
pub(super) fn on_all(sizes: &[usize], f: impl Fn(&[u32], u64) + Send + Sync) {
    on_these(&PATTERNS, sizes, f);
}

fn on_these(patterns: &[&str], sizes: &[usize], f: impl Fn(&[u32], u64) + Send + Sync) {
    for (number, name) in patterns.iter().enumerate() {
        for &size in sizes {
            let seed = (size + number) as u64;
            let numbers = pattern(name, size, seed);
            for threads in [1, 3] {
                println!("{size} numbers, {name}, {threads} threads");
                on(threads, || f(&numbers, seed));
            }
        }
    }
}

/// Numbers by their halves, so that there are equal ones, with their places.
fn placed<const WORDS: usize>(numbers: &[u32]) -> Vec<[usize; WORDS]> {
    let item = |(place, &number): (usize, &u32)| {
        let mut item = [0; WORDS];
        (item[0], item[WORDS - 1]) = (number as usize / 2, place);
        item
    };
    numbers.iter().enumerate().map(item).collect()
}

fn sorts_as_std_does<const WORDS: usize>(numbers: &[u32]) {
    let items = placed::<WORDS>(numbers);
    let mut expected = items.clone();
    expected.sort_by_key(|item| item[0]);
    let compare = |name: &str, sort: &dyn Fn(&mut [[usize; WORDS]])| {
        let mut copy = items.clone();
        sort(&mut copy);
        assert!(copy == expected, "{name}");
    };
    compare("par_sort_by_key", &|v| v.par_sort_by_key(|item| item[0]));
    compare("par_sort_by_cached_key", &|v| v.par_sort_by_cached_key(|item| item[0]));
    // By all words there are no equals, and the order is the same.
    compare("par_sort_unstable", &|v| v.par_sort_unstable());
    let by_key = |v: &mut [[usize; WORDS]]| v.par_sort_unstable_by_key(|item| item[0]);
    let mut copy = items.clone();
    by_key(&mut copy);
    assert!(copy.is_sorted_by_key(|item| item[0]), "par_sort_unstable_by_key");
    copy.sort();
    assert!(copy == expected, "par_sort_unstable_by_key loses items");
}

#[test]
fn patterns() {
    watch!();
    on_all(&SIZES, |numbers, _| sorts_as_std_does::<2>(numbers));
    // Long enough for two threads to cut one part.
    let patterns = ["random", "equal", "few values", "sawtooth"];
    on_these(&patterns, &[40_000], |numbers, _| sorts_as_std_does::<2>(numbers));
}

#[test]
fn patterns_of_large_items() {
    watch!();
    on_all(&SIZES, |numbers, _| sorts_as_std_does::<16>(numbers));
}

/// A comparison that panics leaves the same items, in some order.
fn panics<const BYTES: usize>(census: &Census, numbers: &[u32], fatal: usize) {
    census.balanced(|| {
        let items: Vec<Tracked<BYTES>> = numbers.iter().copied().map(Tracked::new).collect();
        let mut expected: Vec<u32> = numbers.to_vec();
        expected.sort();
        for stable in [false, true] {
            let compared = AtomicUsize::new(0);
            let compare = |a: &Tracked<BYTES>, b: &Tracked<BYTES>| {
                if compared.fetch_add(1, Relaxed) == fatal {
                    quiet_panic("as wanted");
                }
                a.cmp(b)
            };
            let mut items = items.clone();
            let sort = || match stable {
                true => items.par_sort_by(compare),
                false => items.par_sort_unstable_by(compare),
            };
            let is_sorted = std::panic::catch_unwind(std::panic::AssertUnwindSafe(sort)).is_ok();
            let mut left: Vec<u32> = items.iter().map(Tracked::number).collect();
            assert!(!is_sorted || left == expected);
            left.sort();
            assert!(left == expected);
        }
    });
}

#[test]
fn panics_at_any_comparison() {
    watch!();
    let census = &Census::start();
    let try_some = |numbers: &[u32], seed| {
        let mut random = Random(seed);
        // Within the search for order, and anywhere.
        let most = numbers.len() * (1 + numbers.len().ilog2() as usize);
        for end in [10, numbers.len() / 2, 2 * numbers.len(), most] {
            panics::<8>(census, numbers, random.below(end));
            panics::<128>(census, numbers, random.below(end));
        }
    };
    on_all(&[2, 40, 130, 500, 5_000], try_some);
    on_these(&["few values", "sawtooth"], &[40_000], try_some);
}

/// A comparison that panics always does so at the first comparison, and its payload arrives.
#[test]
fn the_payload_of_a_panic() {
    watch!();
    on_all(&[2, 130, 9_000], |numbers, _| {
        let compare = |_: &u32, _: &u32| -> Ordering { quiet_panic(17_u8) };
        let payload = panic_of(|| numbers.to_vec().par_sort_by(compare));
        assert_eq!(payload.downcast_ref(), Some(&17_u8));
        let payload = panic_of(|| numbers.to_vec().par_sort_unstable_by(compare));
        assert_eq!(payload.downcast_ref(), Some(&17_u8));
    });
}

/// An item that counts its comparisons. `Cell` is `Send` and not `Sync`.
#[derive(Clone)]
struct Counting<const WORDS: usize> {
    number: u32,
    compared: Cell<u64>,
    _size: [u64; WORDS],
}

/// What a comparison writes to its arguments is kept, though sorts compare and move.
fn counts<const WORDS: usize>(numbers: &[u32]) {
    let items: Vec<Counting<WORDS>> = numbers
        .iter()
        .map(|&number| Counting { number, compared: Cell::new(0), _size: [0; WORDS] })
        .collect();
    for stable in [false, true] {
        let calls = AtomicUsize::new(0);
        let compare = |a: &Counting<WORDS>, b: &Counting<WORDS>| {
            calls.fetch_add(1, Relaxed);
            a.compared.set(a.compared.get() + 1);
            b.compared.set(b.compared.get() + 1);
            a.number.cmp(&b.number)
        };
        let mut items = items.clone();
        match stable {
            true => items.par_sort_by(compare),
            false => items.par_sort_unstable_by(compare),
        }
        let counted: u64 = items.iter().map(|item| item.compared.get()).sum();
        assert_eq!(counted, 2 * calls.into_inner() as u64, "stable: {stable}");
    }
}

#[test]
fn comparisons_that_write() {
    watch!();
    on_all(&[21, 130, 1_000, 9_000], |numbers, _| {
        counts::<0>(numbers);
        counts::<16>(numbers);
    });
    // More than what is merged with one buffer.
    on_these(&["sawtooth"], &[40_000], |numbers, _| counts::<0>(numbers));
}

#[test]
fn random_patterns() {
    watch!();
    check(|(name, size, threads, seed): (usize, u16, u8, u64)| {
        let name = PATTERNS[name % PATTERNS.len()];
        let size = 2 + usize::from(size) % 3_000;
        let numbers = pattern(name, size, seed);
        on(1 + usize::from(threads) % 4, || {
            sorts_as_std_does::<2>(&numbers);
            sorts_as_std_does::<3>(&numbers);
            sorts_as_std_does::<9>(&numbers);
        });
    });
}
