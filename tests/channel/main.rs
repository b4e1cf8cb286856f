//! Channels: what users of std's and crossbeam's expect, under load, in batches, with panics, and inside a pool.

#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;

#[path = "../common/ledger.rs"]
mod ledger;

mod adaptive;
mod batches;
mod counted;
mod load;
mod making;
mod polling;
mod pools;
mod semantics;

/// How many messages a test sends: more where the compiler optimises.
fn messages(in_release: usize) -> usize {
    if cfg!(debug_assertions) { in_release / 20 } else { in_release }
}
