//! Calls that hardly do anything.

use super::par;
use crate::Calls;
use crate::workloads::{Sample, Workload, repeated, work};
use par::prelude::*;

/// For all numbers of items.
pub(crate) const TINY_ITEMS: &[Workload<Calls>] = &[
    ("sum", |calls| {
        repeated(calls.calls, &calls.numbers, |numbers| numbers.par_iter().sum::<u64>())
    }),
    ("nested-sum", |calls| {
        // As many items in all, in calls of 100 within a call.
        repeated(calls.calls, &calls.numbers, |numbers| {
            let hundreds = numbers.par_chunks(100);
            hundreds.map(|hundred| hundred.par_iter().sum::<u64>()).sum::<u64>()
        })
    }),
];

/// For up to ten thousand items, each of which takes about 100 ns to work on.
pub(crate) const SMALL_ITEMS: &[Workload<Calls>] = &[("sum-of-100-ns", |calls| {
    let item = |&number: &u64| work(1, number) >> 32;
    repeated(calls.calls, &calls.numbers, |numbers| numbers.par_iter().map(item).sum::<u64>())
})];

/// The same call at many sites. moirai knows a site by the types of its closures; they differ in what they do, so that
/// the compiler does not make one of them.
#[rustfmt::skip]
pub(crate) const SITES: &[fn(&Calls) -> Sample] = &[
    site::<1>, site::<2>, site::<3>, site::<4>, site::<5>, site::<6>, site::<7>, site::<8>,
    site::<9>, site::<10>, site::<11>, site::<12>, site::<13>, site::<14>, site::<15>, site::<16>,
];

fn site<const SITE: u64>(calls: &Calls) -> Sample {
    let added = SITE * calls.numbers.len() as u64;
    repeated(1, &calls.numbers, |numbers| {
        numbers.par_iter().map(|number| number + SITE).sum::<u64>() - added
    })
}
