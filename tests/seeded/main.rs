//! Schedules drawn from a seed: the same seed gives the same course, planted mistakes show themselves, right programs stay
//! right, and nothing hangs that would not hang without a seed.
//!
//! Needs the feature: `cargo test --features seeded --test seeded`.

#[macro_use]
#[path = "../common/child.rs"]
mod child;
#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;

mod course;
mod mistakes;
mod stuck;

use moirai::{ThreadPool, ThreadPoolBuilder};

fn pool(threads: usize, seed: u64) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).seed(seed).build().expect("a pool with a seed")
}
