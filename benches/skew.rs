//! Items that cost very different amounts, in sequence, on rayon and on moirai, on one thread and on all.
//!
//! The column "/ ideal" compares with a schedule without any loss: the sum over the number of threads, or the most
//! expensive item if that takes longer.

#![allow(clippy::duplicate_mod, reason = "the same workloads over three crates")]

mod harness;
#[path = "workloads/skew_loads.rs"]
mod loads;
mod workloads;

use harness::Bench;
use workloads::{Contest, Pools};

#[path = "workloads"]
mod seq {
    use crate::workloads::sequential as par;
    pub(crate) mod skew;
}

#[path = "workloads"]
mod rayon {
    use ::rayon as par;
    pub(crate) mod skew;
}

#[path = "workloads"]
mod moirai {
    use ::moirai as par;
    pub(crate) mod skew;
}

fn main() {
    let bench = Bench::new("skew");
    let pools = Pools::one_and_all();
    for load in loads::all() {
        let contest = Contest {
            name: load.name,
            seq: seq::skew::sum,
            rayon: rayon::skew::sum,
            moirai: moirai::skew::sum,
        };
        for pools in &pools {
            let ideal = load.ideal(pools.threads);
            contest.inside(&bench, pools, load.items(), &load).ideal(ideal).run();
        }
    }
}
