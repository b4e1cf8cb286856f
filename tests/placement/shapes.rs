//! Pools on machines that are made up.

use moirai::topology::Topology;
use moirai::{Placement, ThreadPool, ThreadPoolBuilder};
use std::collections::BTreeMap;

/// Machines of several groups, and numbers of threads.
pub(crate) const SHAPES: &[(&str, usize)] =
    &[("2x1", 2), ("2x2", 4), ("4x1", 4), ("4x2:ring", 8), ("3x2", 5), ("2x2", 7)];

/// A builder for so many threads on a machine.
pub(crate) fn builder(machine: &str, threads: usize) -> ThreadPoolBuilder {
    let topology = Topology::fake(machine).expect("a description");
    ThreadPoolBuilder::new().num_threads(threads).topology(topology)
}

pub(crate) fn pool(machine: &str, threads: usize) -> ThreadPool {
    builder(machine, threads).build().expect("the pool starts")
}

/// A pool that does not deal.
pub(crate) fn undealt(machine: &str, threads: usize) -> ThreadPool {
    builder(machine, threads).placement(Placement::None).build().expect("the pool starts")
}

/// The groups of the workers, in order.
pub(crate) fn groups(pool: &ThreadPool) -> Vec<usize> {
    pool.workers().iter().map(|worker| worker.group()).collect()
}

/// How many workers each group has.
pub(crate) fn sizes(pool: &ThreadPool) -> Vec<usize> {
    let mut sizes = BTreeMap::new();
    groups(pool).into_iter().for_each(|group| *sizes.entry(group).or_default() += 1);
    assert!(sizes.keys().copied().eq(0..sizes.len()), "groups are counted without gaps: {sizes:?}");
    sizes.into_values().collect()
}

/// Where the items of each group begin and end, if so many are dealt.
pub(crate) fn shares(pool: &ThreadPool, items: usize) -> Vec<std::ops::Range<usize>> {
    let (sizes, seats) = (sizes(pool), pool.current_num_threads());
    let mut seen = 0;
    let share = |size| {
        let start = items * seen / seats;
        seen += size;
        start..items * seen / seats
    };
    sizes.into_iter().map(share).collect()
}
