//! Passes over arrays of the sizes of the caches and beyond, in sequence, on rayon and on moirai, on one thread and on
//! all. Rows are per KiB of memory that is read.

#![allow(clippy::duplicate_mod, reason = "the same workloads over three crates")]

mod harness;
mod workloads;

use std::sync::Mutex;

use harness::Bench;
use workloads::Pools;

#[path = "workloads"]
mod seq {
    use crate::workloads::sequential as par;
    pub(crate) mod memory;
}

#[path = "workloads"]
mod rayon {
    use ::rayon as par;
    pub(crate) mod memory;
}

#[path = "workloads"]
mod moirai {
    use ::moirai as par;
    pub(crate) mod memory;
}

/// Bytes of one array.
const SIZES: [(&str, usize); 4] =
    [("64-KiB", 64 << 10), ("768-KiB", 768 << 10), ("8-MiB", 8 << 20), ("128-MiB", 128 << 20)];

/// About so many bytes are read in one sample.
const SAMPLE_BYTES: usize = 16 << 20;

/// Two arrays, and how often a sample goes over them: an even number, so that what one pass changes the next one undoes.
#[derive(Debug)]
pub(crate) struct Arrays {
    x: Vec<f64>,
    y: Mutex<Vec<f64>>,
    passes: usize,
}

fn main() {
    let bench = Bench::new("memory");
    let pools = Pools::one_and_all();
    let lists = [seq::memory::WORKLOADS, rayon::memory::WORKLOADS, moirai::memory::WORKLOADS];
    for (name, bytes) in SIZES {
        // Small whole numbers: no order of additions makes a difference.
        let numbers =
            |factor| (0..bytes / size_of::<f64>()).map(|i| (i * factor % 16) as f64).collect();
        let passes = (SAMPLE_BYTES / bytes / 2).max(1) * 2;
        let arrays = Arrays { x: numbers(5), y: Mutex::new(numbers(7)), passes };
        for contest in workloads::contests(lists) {
            for pools in &pools {
                contest.inside(&bench, pools, name, &arrays).per(passes * bytes / 1024).run();
            }
        }
    }
}
