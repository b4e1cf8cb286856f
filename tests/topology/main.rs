//! Topologies: recorded machines, machines made by hand, damaged ones, and descriptions.

#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;

mod damage;
mod descriptions;
mod fixtures;
mod machines;
mod pictures;
mod rows;
mod sets;
mod tree;
