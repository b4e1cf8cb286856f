//! Whole small programs in sequence, on rayon and on moirai, on one thread and on all. See `workloads/demo.rs`.

#![allow(clippy::duplicate_mod, reason = "the same workloads over three crates")]

mod harness;
#[path = "workloads/demo_inputs.rs"]
mod inputs;
mod workloads;

use harness::Bench;
use inputs::Inputs;
use workloads::Pools;

#[path = "workloads"]
mod seq {
    use crate::workloads::sequential as par;
    pub(crate) mod demo;
}

#[path = "workloads"]
mod rayon {
    use ::rayon as par;
    pub(crate) mod demo;
}

#[path = "workloads"]
mod moirai {
    use ::moirai as par;
    pub(crate) mod demo;
}

fn main() {
    let bench = Bench::new("demo");
    let (pools, inputs) = (Pools::one_and_all(), Inputs::new());
    let lists = [seq::demo::WORKLOADS, rayon::demo::WORKLOADS, moirai::demo::WORKLOADS];
    for contest in workloads::contests(lists) {
        for pools in &pools {
            contest.inside(&bench, pools, "", &inputs).run();
        }
    }
}
