//! Sorts of many patterns with std's sorts, on rayon and on moirai, on one thread and on all. The copying of the input and
//! the check of the result are not in the times. std's sorts run on a worker too, and short ones several times in a row: the first
//! one after a pause takes up to twice the time, whoever sorts.

#![allow(clippy::duplicate_mod, reason = "the same workloads over three crates")]

mod harness;
mod workloads;

use std::hash::Hash;

use harness::Bench;
use moirai::sort::sorted;
use rdst::RadixSort;
use workloads::{Contest, Pools, Random, Sample, Workload};

#[path = "workloads"]
mod seq {
    use crate::workloads::sequential as par;
    pub(crate) mod sort;
}

#[path = "workloads"]
mod rayon {
    use ::rayon as par;
    pub(crate) mod sort;
}

#[path = "workloads"]
mod moirai {
    use ::moirai as par;
    pub(crate) mod sort;
}

/// The environment variable that adds the largest size.
const LARGE: &str = "MOIRAI_BENCH_LARGE";

/// Shorter slices are sorted so often in a row that this many items come together, or so many times.
const ITEMS_IN_A_ROW: usize = 40_000;
const MOST_IN_A_ROW: usize = 20;

/// The one size for items of 24 and 64 bytes.
const SIZE_OF_OTHERS: usize = 100_000;

/// Makes all items of a pattern, of which there will be so many.
type Pattern<T> = fn(usize) -> Vec<T>;

const NUMBERS: [(&str, Pattern<u64>); 7] = [
    ("random", random),
    ("ascending", |size| (0..size as u64).collect()),
    ("descending", |size| (0..size as u64).rev().collect()),
    ("nearly-sorted", |size| swapped(size, size.isqrt())),
    ("displaced", |size| swapped(size, size / 20)),
    ("few-unique", |size| random(size).into_iter().map(|number| number % 16).collect()),
    ("sawtooth", |size| (0..size as u64).map(|index| index % (size as u64 / 10)).collect()),
];

fn random(size: usize) -> Vec<u64> {
    let mut random = Random(1);
    (0..size).map(|_| random.next_u64()).collect()
}

/// Ascending numbers, of which so many pairs were exchanged.
fn swapped(size: usize, pairs: usize) -> Vec<u64> {
    let (mut items, mut random): (Vec<u64>, _) = ((0..size as u64).collect(), Random(2));
    for _ in 0..pairs {
        items.swap(random.below(size), random.below(size));
    }
    items
}

/// 1 to 20 letters.
fn strings(size: usize) -> Vec<String> {
    let mut random = Random(3);
    let string = |_| {
        let length = 1 + random.below(20);
        (0..length).map(|_| char::from(b'a' + random.below(26) as u8)).collect()
    };
    (0..size).map(string).collect()
}

/// So many numbers each, of which the first one decides.
fn items<const NUMBERS: usize>(size: usize) -> Vec<[u64; NUMBERS]> {
    random(size).into_iter().map(|number| [number; NUMBERS]).collect()
}

fn main() {
    let bench = Bench::new("sort");
    let pools = Pools::one_and_all();
    let mut sizes = vec![1_000, 10_000, 100_000];
    if bench.measures() {
        sizes.push(1_000_000);
    }
    if std::env::var_os(LARGE).is_some() {
        sizes.push(10_000_000);
    }
    for size in sizes {
        for (pattern, items) in NUMBERS {
            let lists = [seq::sort::plain(), rayon::sort::plain(), moirai::sort::plain()];
            run(&bench, &pools, pattern, size, items, lists);
        }
        let lists = [seq::sort::plain(), rayon::sort::plain(), moirai::sort::plain()];
        run(&bench, &pools, "strings", size, strings, lists);
        let lists = [seq::sort::plain(), rayon::sort::plain(), moirai::sort::plain()];
        run(&bench, &pools, "128-bytes", size, items::<16>, lists);
        if size == SIZE_OF_OTHERS {
            let lists = [seq::sort::plain(), rayon::sort::plain(), moirai::sort::plain()];
            run(&bench, &pools, "24-bytes", size, items::<3>, lists);
            let lists = [seq::sort::plain(), rayon::sort::plain(), moirai::sort::plain()];
            run(&bench, &pools, "64-bytes", size, items::<8>, lists);
        }
        let lists = [seq::sort::keyed(), rayon::sort::keyed(), moirai::sort::keyed()];
        run(&bench, &pools, "random", size, random, lists);
        for (pattern, items) in NUMBERS {
            radix(&bench, &pools, pattern, size, items);
        }
    }
}

/// The radix sort, beside the unstable sorts of the others and the radix sort of rdst, which runs on rayon's pool.
fn radix(bench: &Bench, pools: &[Pools], pattern: &str, size: usize, items: Pattern<u64>) {
    let label = |pools: &Pools| format!("{pattern}/{size}/{}-thread", pools.threads);
    if !pools.iter().any(|pools| bench.selects("radix", label(pools))) {
        return;
    }
    let items = items(size);
    let contest = Contest {
        name: "radix",
        seq: |items: &Vec<u64>| sorted(items, <[u64]>::sort_unstable),
        rayon: |items| sorted(items, ::rayon::slice::ParallelSliceMut::par_sort_unstable),
        moirai: |items| sorted(items, ::moirai::sort::radix_sort),
    };
    let expected = (contest.seq)(&items).hash;
    for pools in pools {
        let label = format_args!("{pattern}/{size}");
        let rdst = |items: &mut [u64]| {
            let sort = items.radix_sort_builder();
            if pools.threads == 1 {
                sort.with_single_threaded_tuner().with_parallel(false).sort();
            } else {
                sort.sort();
            }
        };
        let sample = || {
            let Sample { time, hash } = sorted(&items, rdst);
            assert_eq!(hash, expected, "the results differ");
            time
        };
        let in_a_row = || pools.rayon.install(|| harness::in_a_row(calls(size), sample));
        contest.on_workers(bench, pools, label, &items, calls(size)).case("rdst", in_a_row).run();
    }
}

/// How often a slice of this length is sorted in a row.
fn calls(size: usize) -> usize {
    (ITEMS_IN_A_ROW / size).clamp(1, MOST_IN_A_ROW)
}

/// Runs the sorts of the lists on one pattern.
fn run<T: Hash + Sync, const SORTS: usize>(
    bench: &Bench,
    pools: &[Pools],
    pattern: &str,
    size: usize,
    items: Pattern<T>,
    lists: [[Workload<Vec<T>>; SORTS]; 3],
) {
    let contests = workloads::contests(lists.each_ref().map(|list| &list[..]));
    // The items of some patterns take longer than the sorts.
    let label = |pools: &Pools| format!("{pattern}/{size}/{}-thread", pools.threads);
    let selects = |name| pools.iter().any(|pools| bench.selects(name, label(pools)));
    if !contests.iter().any(|contest| selects(contest.name)) {
        return;
    }
    let items = items(size);
    for contest in contests {
        for pools in pools {
            let label = format_args!("{pattern}/{size}");
            contest.on_workers(bench, pools, label, &items, calls(size)).run();
        }
    }
}
