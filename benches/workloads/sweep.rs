//! Iterator pipelines of all kinds, each over as many items as the data have.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::hint::black_box;

use super::par;
use crate::Data;
use crate::workloads::{Sample, Workload, repeated, work};
use par::prelude::*;

pub(crate) const WORKLOADS: &[Workload<Data>] = &[
    ("sum", |d| calls(d, |d| d.numbers.par_iter().sum::<u64>())),
    ("map-sum", |d| calls(d, |d| d.numbers.par_iter().map(|n| n * 3 + 1).sum::<u64>())),
    ("heavy-map-sum", |d| {
        calls(d, |d| d.numbers.par_iter().map(|n| work(1, *n) >> 32).sum::<u64>())
    }),
    ("range-sum", |d| calls(d, |d| (0..d.numbers.len()).into_par_iter().sum::<usize>())),
    ("range-heavy", |d| {
        calls(d, |d| (0..d.size()).into_par_iter().map(|n| work(1, n) >> 32).sum::<u64>())
    }),
    ("reduce", |d| calls(d, |d| d.numbers.par_iter().copied().reduce_with(u64::wrapping_add))),
    ("min", |d| calls(d, |d| d.numbers.par_iter().min())),
    ("max", |d| calls(d, |d| d.numbers.par_iter().max())),
    ("min-by-key", |d| calls(d, |d| d.numbers.par_iter().min_by_key(|n| n.reverse_bits()))),
    ("max-of-floats", |d| {
        let max = |d: &Data| d.floats.par_iter().copied().max_by(f64::total_cmp);
        calls(d, |d| max(d).map(f64::to_bits))
    }),
    ("float-roots", |d| {
        calls(d, |d| d.floats.par_iter().map(|x| x.sqrt().mul_add(1e3, 1.0) as u64).sum::<u64>())
    }),
    ("filter-count", |d| calls(d, |d| d.numbers.par_iter().filter(|n| *n % 3 == 0).count())),
    ("filter-sum", |d| calls(d, |d| d.numbers.par_iter().filter(|n| *n % 3 == 0).sum::<u64>())),
    ("filter-map-sum", |d| {
        calls(d, |d| d.numbers.par_iter().filter_map(|n| n.checked_sub(500)).sum::<u64>())
    }),
    ("copied-rev-sum", |d| calls(d, |d| d.numbers.par_iter().copied().rev().sum::<u64>())),
    ("enumerate-sum", |d| {
        calls(d, |d| d.numbers.par_iter().enumerate().map(|(i, n)| i as u64 ^ n).sum::<u64>())
    }),
    ("zip-sum", |d| {
        calls(d, |d| d.numbers.par_iter().zip(&d.others).map(|(a, b)| a * b).sum::<u64>())
    }),
    ("zip-of-three", |d| {
        let sum = |((a, b), c): ((&u64, &u64), &u64)| a * b + c;
        calls(d, |d| d.numbers.par_iter().zip(&d.others).zip(&d.numbers).map(sum).sum::<u64>())
    }),
    ("interleave-sum", |d| calls(d, |d| d.numbers.par_iter().interleave(&d.others).sum::<u64>())),
    ("try-for-each", |d| {
        let is_small = |n: &u64| if *n < u64::MAX / 2 { Ok(()) } else { Err(*n) };
        calls(d, |d| d.numbers.par_iter().try_for_each(is_small))
    }),
    ("chain-sum", |d| calls(d, |d| d.numbers.par_iter().chain(&d.others).sum::<u64>())),
    ("skip-take-sum", |d| {
        let half = d.numbers.len() / 2;
        calls(d, |d| d.numbers.par_iter().skip(half / 2).take(half).sum::<u64>())
    }),
    ("step-by-sum", |d| calls(d, |d| d.numbers.par_iter().step_by(3).sum::<u64>())),
    ("chunks-sum", |d| {
        calls(d, |d| d.numbers.par_chunks(16).map(|c| c.iter().max().unwrap()).sum::<u64>())
    }),
    ("chunks-exact-sum", |d| {
        calls(d, |d| d.numbers.par_chunks_exact(8).map(|c| c[0] ^ c[7]).sum::<u64>())
    }),
    ("rchunks-sum", |d| calls(d, |d| d.numbers.par_rchunks(100).map(|c| c[0]).sum::<u64>())),
    ("windows-count", |d| {
        calls(d, |d| d.numbers.par_windows(3).filter(|w| w[0] < w[1] && w[1] < w[2]).count())
    }),
    ("chunk-by-count", |d| calls(d, |d| d.numbers.par_chunk_by(|a, b| a <= b).count())),
    ("for-each", |d| calls(d, |d| d.numbers.par_iter().for_each(|n| _ = black_box(n)))),
    ("inspect-count", |d| {
        calls(d, |d| d.numbers.par_iter().inspect(|n| _ = black_box(n)).filter(|n| **n > 9).count())
    }),
    ("update-in-place", |d| {
        changed(d, |numbers| numbers.par_iter_mut().for_each(|n| *n = *n * 3 + 1))
    }),
    ("chunks-in-place", |d| {
        changed(d, |numbers| numbers.par_chunks_mut(64).for_each(|c| c.reverse()))
    }),
    ("zip-in-place", |d| {
        changed(d, |numbers| numbers.par_iter_mut().zip(&d.others).for_each(|(a, b)| *a ^= b))
    }),
    ("fold", |d| {
        calls(d, |d| d.numbers.par_iter().fold_with(0, |sum, n| sum + n % 7).sum::<u64>())
    }),
    ("map-init", |d| {
        let digits = |buffer: &mut Vec<u8>, n: &u64| {
            buffer.clear();
            buffer.extend(n.to_le_bytes().iter().filter(|byte| **byte != 0));
            buffer.len()
        };
        calls(d, |d| d.numbers.par_iter().map_init(Vec::new, digits).sum::<usize>())
    }),
    ("any-missing", |d| calls(d, |d| d.numbers.par_iter().any(|n| *n == u64::MAX))),
    ("all", |d| calls(d, |d| d.numbers.par_iter().all(|n| *n < u64::MAX))),
    ("find-first-at-start", |d| calls(d, |d| d.numbers.par_iter().find_first(|n| **n < u64::MAX))),
    ("find-first-at-end", |d| {
        let last = d.numbers.len() - 1;
        calls(d, |d| (0..d.numbers.len()).into_par_iter().find_first(|i| *i == last))
    }),
    ("find-any-missing", |d| calls(d, |d| d.numbers.par_iter().find_any(|n| **n == u64::MAX))),
    ("position", |d| calls(d, |d| d.numbers.par_iter().position_first(|n| *n == 77))),
    ("find-map", |d| {
        calls(d, |d| d.numbers.par_iter().find_map_first(|n| (n % 1_009 == 1_008).then_some(n * 2)))
    }),
    ("map-collect", |d| calls(d, |d| d.numbers.par_iter().map(|n| n * 3 + 1).collect::<Vec<_>>())),
    ("heavy-map-collect", |d| {
        calls(d, |d| d.numbers.par_iter().map(|n| work(1, *n)).collect::<Vec<_>>())
    }),
    ("collect-into-vec", |d| {
        changed(d, |numbers| d.others.par_iter().map(|n| n + 1).collect_into_vec(numbers))
    }),
    ("filter-collect", |d| {
        calls(d, |d| d.numbers.par_iter().filter(|n| *n % 3 == 0).collect::<Vec<_>>())
    }),
    ("flat-map-iter", |d| {
        calls(d, |d| d.numbers.par_iter().flat_map_iter(|n| [*n, n + 1]).collect::<Vec<_>>())
    }),
    ("flat-map-sum", |d| {
        calls(d, |d| d.numbers.par_iter().flat_map(|n| (0..n % 8).into_par_iter()).sum::<u64>())
    }),
    ("unzip", |d| {
        let pair = |n: &u64| (n % 3, n / 3);
        calls(d, |d| d.numbers.par_iter().map(pair).unzip::<_, _, Vec<_>, Vec<_>>())
    }),
    ("partition", |d| {
        calls(d, |d| -> (Vec<&u64>, Vec<&u64>) { d.numbers.par_iter().partition(|n| *n % 2 == 0) })
    }),
    ("hash-set", |d| {
        calls(d, |d| d.numbers.par_iter().map(|n| n % 100).collect::<HashSet<_>>().len())
    }),
    ("hash-map", |d| {
        calls(d, |d| d.numbers.par_iter().map(|n| (n, 1)).collect::<HashMap<_, _>>().len())
    }),
    ("btree-set", |d| calls(d, |d| d.numbers.par_iter().collect::<BTreeSet<_>>().len())),
    ("string", |d| {
        calls(d, |d| d.text.par_chars().map(|c| c.to_ascii_uppercase()).collect::<String>())
    }),
    ("result", |d| {
        let halved = |n: &u64| n.checked_mul(2).ok_or(());
        calls(d, |d| d.numbers.par_iter().map(halved).collect::<Result<Vec<_>, _>>())
    }),
    ("while-some", |d| {
        calls(d, |d| d.numbers.par_iter().map(|n| n.checked_add(1)).while_some().count())
    }),
    ("bridge-sum", |d| calls(d, |d| d.numbers.iter().par_bridge().sum::<u64>())),
    ("string-lengths", |d| calls(d, |d| d.words.par_iter().map(String::len).sum::<usize>())),
    ("to-strings", |d| calls(d, |d| d.numbers.par_iter().map(u64::to_string).collect::<Vec<_>>())),
    ("chars-count", |d| calls(d, |d| d.text.par_chars().filter(|c| *c == 'a').count())),
    ("bytes-sum", |d| calls(d, |d| d.text.par_bytes().map(u64::from).sum::<u64>())),
    ("lines-count", |d| calls(d, |d| d.text.par_lines().count())),
    ("words-count", |d| calls(d, |d| d.text.par_split_whitespace().count())),
    ("split-lengths", |d| {
        calls(d, |d| d.text.par_split(|c| c == ',').map(|part| part.len()).max())
    }),
    ("sort", |d| changed(d, |numbers| numbers.par_sort())),
    ("sort-unstable", |d| changed(d, |numbers| numbers.par_sort_unstable())),
    ("sort-by-key", |d| changed(d, |numbers| numbers.par_sort_by_key(|n| n.reverse_bits()))),
    ("sort-by-cached-key", |d| {
        changed(d, |numbers| numbers.par_sort_by_cached_key(u64::to_string))
    }),
];

/// As many calls of the pipeline as are wanted.
fn calls<'d, R: Hash>(data: &'d Data, pipeline: impl Fn(&'d Data) -> R) -> Sample {
    repeated(data.calls, data, pipeline)
}

/// The same for one that changes the numbers: each call gets a new copy.
fn changed(data: &Data, pipeline: impl Fn(&mut Vec<u64>)) -> Sample {
    repeated(data.calls, data, |data| {
        let mut numbers = data.numbers.clone();
        pipeline(&mut numbers);
        numbers
    })
}
