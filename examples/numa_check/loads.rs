//! Loads, and what became of them: which worker ran what, and what the pool counted.

use moirai::metrics::Work;
use moirai::prelude::*;
use moirai::topology::Topology;
use moirai::{Pinning, Placement, StealOrder, ThreadPool, ThreadPoolBuilder, join};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A page of numbers.
pub(crate) const BLOCK: usize = 512;
const BLOCKS: usize = 2048;
const PASSES: usize = 12;

/// What a load came to, in percent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    /// Of all steals, those from a sibling or a thread of the same cache, where not all of the group are such.
    pub(crate) steals_near: f64,
    /// Of all steals, those within a group.
    pub(crate) steals_in_group: f64,
    /// Of all items, those that were run in the group whose range they are in.
    pub(crate) at_home: f64,
    pub(crate) steals: usize,
    pub(crate) work: Work,
}

/// A pool of the whole machine, with its workers bound to their groups.
pub(crate) fn pool(placement: Placement, order: StealOrder) -> ThreadPool {
    bound_pool(Pinning::Group, placement, order)
}

/// The same with its workers bound otherwise.
pub(crate) fn bound_pool(pinning: Pinning, placement: Placement, order: StealOrder) -> ThreadPool {
    let builder = ThreadPoolBuilder::new().pinning(pinning);
    builder.placement(placement).steal_order(order).build().expect("the pool starts")
}

/// Goes so many times over a page.
pub(crate) fn walk(block: &mut [u64], times: usize) {
    for _ in 0..times {
        for value in block.iter_mut() {
            *value = black_box(value.wrapping_mul(3) + 1);
        }
    }
}

/// A loop over memory again and again, each of whose blocks is walked `cost(index)` times.
pub(crate) fn memory_loop(pool: &ThreadPool, cost: impl Fn(usize) -> usize + Sync) -> Outcome {
    let groups: Vec<usize> = pool.workers().iter().map(|worker| worker.group()).collect();
    let seats = groups.len();
    let mut data = vec![0_u64; BLOCK * BLOCKS];
    let [at_home, away] = [(); 2].map(|()| AtomicUsize::new(0));
    let before = pool.metrics();
    for _ in 0..PASSES {
        pool.install(|| {
            data.par_chunks_mut(BLOCK).enumerate().for_each(|(index, block)| {
                walk(block, cost(index));
                // The groups' ranges are in proportion to their seats.
                let home = groups[index * seats / BLOCKS];
                let here = groups[moirai::current_thread_index().expect("a worker has an index")];
                let count = if home == here { &at_home } else { &away };
                count.fetch_add(1, Ordering::Relaxed);
            });
        });
    }
    let at_home = percent(at_home.into_inner(), PASSES * BLOCKS);
    outcome(pool.metrics().since(&before).total(), at_home)
}

/// A tree of joins over nothing.
pub(crate) fn join_tree(pool: &ThreadPool) -> Outcome {
    fn tree(depth: usize) {
        if depth == 0 {
            walk(&mut [1; BLOCK], 8);
        } else {
            join(|| tree(depth - 1), || tree(depth - 1));
        }
    }
    let before = pool.metrics();
    for _ in 0..PASSES {
        pool.install(|| tree(11));
    }
    outcome(pool.metrics().since(&before).total(), 0.0)
}

/// How often a worker of a group at some distance was robbed in a tree of joins, by that distance, which rises.
pub(crate) fn thefts_by_distance(pool: &ThreadPool, topology: &Topology) -> Vec<(u32, f64)> {
    fn index() -> usize {
        moirai::current_thread_index().expect("a worker has an index")
    }
    /// Who runs a half that somebody else has forked has stolen it.
    fn tree(depth: usize, has_stolen: &(impl Fn(usize, usize) + Sync)) {
        if depth == 0 {
            return walk(&mut [1; BLOCK], 8);
        }
        let forked_by = index();
        join(
            || tree(depth - 1, has_stolen),
            || {
                has_stolen(index(), forked_by);
                tree(depth - 1, has_stolen);
            },
        );
    }
    let nodes: Vec<usize> = pool
        .workers()
        .iter()
        .map(|worker| topology.groups()[worker.group()].node().expect("a group has a node"))
        .collect();
    let distance =
        |from: usize, to: usize| topology.distance(nodes[from], nodes[to]).expect("is known");
    let thefts: Vec<AtomicUsize> =
        nodes.iter().flat_map(|_| &nodes).map(|_| AtomicUsize::new(0)).collect();
    let has_stolen = |thief: usize, victim: usize| {
        if thief != victim {
            thefts[thief * nodes.len() + victim].fetch_add(1, Ordering::Relaxed);
        }
    };
    (0..PASSES).for_each(|_| pool.install(|| tree(11, &has_stolen)));
    let mut by_distance = BTreeMap::<u32, (usize, usize)>::new();
    for (pair, thefts) in thefts.into_iter().enumerate() {
        let (thief, victim) = (pair / nodes.len(), pair % nodes.len());
        if thief != victim {
            let (pairs, all) = by_distance.entry(distance(thief, victim)).or_default();
            *pairs += 1;
            *all += thefts.into_inner();
        }
    }
    by_distance
        .into_iter()
        .map(|(distance, (pairs, thefts))| (distance, thefts as f64 / pairs as f64))
        .collect()
}

fn outcome(work: Work, at_home: f64) -> Outcome {
    let steals = work.steals();
    Outcome {
        steals_near: percent(steals.near, steals.total()),
        steals_in_group: percent(steals.near + steals.group, steals.total()),
        at_home,
        steals: steals.total(),
        work,
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    part as f64 * 100.0 / whole.max(1) as f64
}
