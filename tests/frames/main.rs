//! Pools of frames: what they hold, bound and count, with panics, across threads, in and outside a pool of threads.

#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;

#[path = "../common/ledger.rs"]
mod ledger;

mod counting;
mod drops;
mod layouts;
mod threads;
