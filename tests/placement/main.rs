//! Where workers live, and where work goes: groups, hints, calls that are dealt to groups, counters.
//!
//! Machines are made up: nobody need be bound anywhere for a pool to have groups.

#[macro_use]
#[path = "../common/child.rs"]
mod child;
#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;
#[path = "../topology/tree.rs"]
#[allow(dead_code, reason = "the tests of topologies build machines by hand too")]
mod tree;

mod counters;
mod dealing;
mod environment;
mod groups;
mod hints;
mod panics;
mod results;
mod shapes;
