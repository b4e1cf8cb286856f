//! Ways to build a collection from an iterator, in sequence, on rayon and on moirai, on one thread and on all.

#![allow(clippy::duplicate_mod, reason = "the same workloads over three crates")]

mod harness;
mod workloads;

use harness::Bench;
use workloads::Pools;

#[path = "workloads"]
mod seq {
    use crate::workloads::sequential as par;
    pub(crate) mod collect;
}

#[path = "workloads"]
mod rayon {
    use ::rayon as par;
    pub(crate) mod collect;
}

#[path = "workloads"]
mod moirai {
    use ::moirai as par;
    pub(crate) mod collect;
}

/// The environment variable that adds the largest size.
const LARGE: &str = "MOIRAI_BENCH_LARGE";

fn main() {
    let bench = Bench::new("collect");
    let pools = Pools::one_and_all();
    let lists = [seq::collect::WORKLOADS, rayon::collect::WORKLOADS, moirai::collect::WORKLOADS];
    let mut sizes = vec![1_000, 10_000, 100_000, 1_000_000];
    if std::env::var_os(LARGE).is_some() {
        sizes.push(10_000_000);
    }
    for size in sizes {
        for contest in workloads::contests(lists) {
            for pools in &pools {
                contest.inside(&bench, pools, size, &size).run();
            }
        }
    }
}
