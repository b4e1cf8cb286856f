//! The sorts of one crate.

use std::hash::Hash;

use super::par;
use crate::workloads::{Sample, Workload, clocked};
use par::prelude::*;

/// By the items' own order.
pub(crate) fn plain<T: Ord + Clone + Send + Sync + Hash>() -> [Workload<Vec<T>>; 2] {
    [
        ("stable", |items| sorted(items, |items| items.par_sort())),
        ("unstable", |items| sorted(items, |items| items.par_sort_unstable())),
    ]
}

/// By a key that costs something.
pub(crate) fn keyed() -> [Workload<Vec<u64>>; 2] {
    [
        ("cached-key", |items| {
            sorted(items, |items| items.par_sort_by_cached_key(|item| item.to_string()))
        }),
        ("by-key", |items| {
            sorted(items, |items| items.par_sort_by_key(|item| item.reverse_bits()))
        }),
    ]
}

pub(crate) fn sorted<T: Clone + Hash>(items: &[T], sort: impl FnOnce(&mut [T])) -> Sample {
    let mut items = items.to_vec();
    let sample = clocked(|| sort(&mut items));
    Sample { hash: clocked(|| items).hash, ..sample }
}
