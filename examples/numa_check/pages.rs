//! Calls over slices whose pages lie elsewhere than where the items would be dealt to; and buffers, whose pages do not.

use crate::loads;
use crate::os;
use moirai::metrics::Work;
use moirai::prelude::*;
use moirai::topology::Topology;
use moirai::{Buffer, Placement, StealOrder, ThreadPool};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Numbers in a page, and pages of the slice: 32 MiB, of which a pool asks where they lie.
const PAGE: usize = 512;
const PAGES: usize = 8192;
const PASSES: usize = 4;

/// Who touches the pages first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touched {
    /// Each group the share of the group that is as far from the last as it is from the first.
    Backwards,
    /// The first worker all of them.
    ByOne,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Of all pages, those that were worked on in the group that is nearest to their memory, in percent.
    pub(crate) at_home: f64,
    /// Nodes that have pages.
    pub(crate) nodes: Vec<usize>,
    /// Every number was changed once in each pass.
    pub(crate) is_complete: bool,
    pub(crate) work: Work,
}

/// Goes several times over a slice.
pub(crate) fn run(topology: &Topology, placement: Placement, touched: Touched) -> Outcome {
    let pool = loads::pool(placement, StealOrder::ByDistance);
    let mut data = vec![0_u64; PAGE * PAGES];
    touch(&pool, &mut data, touched);
    let nodes = nodes_of_pages(&data);
    // Groups of a pool are those of the machine that have workers: here all of them.
    let home: Vec<Option<usize>> =
        nodes.iter().map(|node| node.map(|node| topology.nearest_group(node))).collect();
    let groups: Vec<usize> = pool.workers().iter().map(|worker| worker.group()).collect();
    let at_home = AtomicUsize::new(0);
    let before = pool.metrics();
    for _ in 0..PASSES {
        pool.install(|| {
            data.par_chunks_mut(PAGE).enumerate().for_each(|(page, numbers)| {
                loads::walk(numbers, 8);
                let worker = moirai::current_thread_index().expect("a worker has an index");
                if home[page] == Some(groups[worker]) {
                    at_home.fetch_add(1, Ordering::Relaxed);
                }
            });
        });
    }
    let work = pool.metrics().since(&before).total();
    let mut expected = [1_u64];
    loads::walk(&mut expected, 8 * PASSES);
    let mut nodes: Vec<usize> = nodes.into_iter().flatten().collect();
    nodes.sort();
    nodes.dedup();
    Outcome {
        at_home: at_home.into_inner() as f64 * 100.0 / (PASSES * PAGES) as f64,
        nodes,
        is_complete: data.iter().all(|number| *number == expected[0]),
        work,
    }
}

/// Of the pages of a buffer, those that lie where the group that works on them is, in percent.
pub(crate) fn buffer_at_home(topology: &Topology) -> f64 {
    let pool = loads::pool(Placement::ByGroup, StealOrder::ByDistance);
    let buffer = pool.install(|| Buffer::from_fn(PAGE * PAGES, |index| index as u64));
    let groups: Vec<usize> = pool.workers().iter().map(|worker| worker.group()).collect();
    let at_home = nodes_of_pages(&buffer).into_iter().enumerate().filter(|(page, node)| {
        let home = groups[page * groups.len() / PAGES];
        node.is_some_and(|node| topology.nearest_group(node) == home)
    });
    at_home.count() as f64 * 100.0 / PAGES as f64
}

/// Of the pages of a buffer whose pages take turns between the groups, those of each group, in percent.
pub(crate) fn buffer_in_turns(topology: &Topology) -> Vec<f64> {
    let pool = loads::pool(Placement::ByGroup, StealOrder::ByDistance);
    let buffer = pool.install(|| Buffer::interleaved(PAGE * PAGES, |index| index as u64));
    let mut pages = vec![0; topology.groups().len()];
    for node in nodes_of_pages(&buffer).into_iter().flatten() {
        pages[topology.nearest_group(node)] += 1;
    }
    pages.into_iter().map(|pages| f64::from(pages) * 100.0 / PAGES as f64).collect()
}

fn nodes_of_pages(data: &[u64]) -> Vec<Option<usize>> {
    os::nodes_of(&data.iter().step_by(PAGE).collect::<Vec<_>>())
}

/// Writes a 1 everywhere.
fn touch(pool: &ThreadPool, data: &mut [u64], touched: Touched) {
    let groups: Vec<usize> = pool.workers().iter().map(|worker| worker.group()).collect();
    let seats = groups.len();
    let share = data.len().div_ceil(seats);
    let shares: Vec<_> = data.chunks_mut(share).map(std::sync::Mutex::new).collect();
    pool.broadcast(|context| {
        let own = context.index();
        let mine = match touched {
            Touched::Backwards => seats - 1 - own..seats - own,
            Touched::ByOne if own == 0 => 0..seats,
            Touched::ByOne => return,
        };
        for share in &shares[mine] {
            share.lock().expect("nobody else is here").fill(1);
        }
    });
}
