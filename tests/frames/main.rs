//! Pools of frames: what they hold, bound and count, with panics, across threads, in and outside a pool of threads.

#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;

#[macro_use]
#[path = "../common/child.rs"]
#[allow(dead_code, reason = "used in part")]
mod child;

#[path = "../common/ledger.rs"]
mod ledger;

mod counting;
mod drops;
mod layouts;
mod resets;
mod threads;
