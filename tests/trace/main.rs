//! The timeline of a pool: what is recorded, how it is written, and what becomes of errors. Needs the feature `trace`.
#![cfg(feature = "trace")]

#[path = "../common/child.rs"]
#[macro_use]
mod child;
#[path = "../common/watchdog.rs"]
#[macro_use]
mod watchdog;

mod files;
mod json;
mod recorded;
