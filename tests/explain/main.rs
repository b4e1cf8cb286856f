//! What calls are recorded as, on real runs: facts that hold however long anything takes.

#[macro_use]
#[path = "../common/child.rs"]
mod child;
#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;

mod calls;
mod forks;
mod nesting;
mod programs;
mod recorded;
