//! Collections of as many items as the input says, or about.

use std::collections::{BTreeMap, HashMap};

use super::par;
use crate::workloads::{Sample, Workload, clocked, work};
use par::prelude::*;

pub(crate) const WORKLOADS: &[Workload<usize>] = &[
    ("map", |&size| clocked(|| (0..size).into_par_iter().map(mixed).collect::<Vec<_>>())),
    ("filter", |&size| {
        clocked(|| (0..size).into_par_iter().filter(|i| mixed(*i) % 2 == 0).collect::<Vec<_>>())
    }),
    ("filter-few", |&size| {
        clocked(|| (0..size).into_par_iter().filter(|i| mixed(*i) % 100 == 0).collect::<Vec<_>>())
    }),
    ("into-reused-vec", |&size| {
        // The memory is there already.
        let mut target = vec![1; size];
        let sample = clocked(|| (0..size).into_par_iter().map(mixed).collect_into_vec(&mut target));
        Sample { hash: clocked(|| target).hash, ..sample }
    }),
    ("filter-into-reused-vec", |&size| {
        let mut target = vec![1; size];
        let sample = clocked(|| {
            target.clear();
            target.par_extend((0..size).into_par_iter().map(mixed).filter(|n| n % 2 == 0));
        });
        Sample { hash: clocked(|| target).hash, ..sample }
    }),
    ("flat-map", |&size| {
        clocked(|| {
            (0..size / 10)
                .into_par_iter()
                .flat_map(|i| (i..i + 10).into_par_iter())
                .collect::<Vec<_>>()
        })
    }),
    ("flat-map-iter", |&size| {
        clocked(|| (0..size / 10).into_par_iter().flat_map_iter(|i| i..i + 10).collect::<Vec<_>>())
    }),
    ("bridge", |&size| {
        let mut items = Vec::new();
        let sample = clocked(|| items = (0..size).par_bridge().map(mixed).collect());
        // Their order is anything.
        items.sort_unstable();
        Sample { hash: clocked(|| items).hash, ..sample }
    }),
    ("bridge-sum", |&size| clocked(|| (0..size).par_bridge().sum::<usize>())),
    ("bridge-200-ns", |&size| {
        let sum =
            |size| (0..size).par_bridge().map(|i| work(2, i as u64)).reduce_with(u64::wrapping_add);
        clocked(|| sum(size))
    }),
    ("result", |&size| {
        let checked = |i: usize| if i < usize::MAX { Ok(mixed(i)) } else { Err(i) };
        clocked(|| (0..size).into_par_iter().map(checked).collect::<Result<Vec<_>, _>>())
    }),
    ("partition", |&size| {
        clocked(|| {
            let is_even = |i: &usize| mixed(*i) % 2 == 0;
            let (even, odd): (Vec<_>, Vec<_>) = (0..size).into_par_iter().partition(is_even);
            (even, odd)
        })
    }),
    ("unzip", |&size| {
        clocked(|| {
            let pairs = (0..size).into_par_iter().map(|i| (i, mixed(i)));
            pairs.unzip::<_, _, Vec<_>, Vec<_>>()
        })
    }),
    ("string", |&size| {
        let letter = |i| char::from(b'a' + (mixed(i) % 26) as u8);
        clocked(|| (0..size).into_par_iter().map(letter).collect::<String>())
    }),
    ("strings", |&size| {
        clocked(|| (0..size).into_par_iter().map(|i| i.to_string()).collect::<Vec<_>>())
    }),
    ("hash-map", |&size| {
        let mut map = HashMap::new();
        let sample = clocked(|| map = (0..size).into_par_iter().map(|i| (i, mixed(i))).collect());
        // The order of a hash map's entries is anything.
        Sample { hash: map.into_iter().map(|(key, value)| key as u64 ^ value).sum(), ..sample }
    }),
    ("hash-map-strings", |&size| {
        let mut map = HashMap::new();
        let entries = |size| (0..size).into_par_iter().map(|i: usize| (i.to_string(), mixed(i)));
        let sample = clocked(|| map = entries(size).collect());
        Sample {
            hash: map.into_iter().map(|(key, value)| key.len() as u64 ^ value).sum(),
            ..sample
        }
    }),
    ("btree-map", |&size| {
        clocked(|| (0..size).into_par_iter().map(|i| (mixed(i), i)).collect::<BTreeMap<_, _>>())
    }),
];

/// A number without a pattern, in few instructions. Different numbers give different ones.
fn mixed(number: usize) -> u64 {
    let bits = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits ^ bits >> 32
}
