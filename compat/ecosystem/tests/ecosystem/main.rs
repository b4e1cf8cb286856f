//! Published crates and small programs on the stand-ins: what the users of rayon lean on, one test for each thing.
//!
//! A crate that can be had small is used itself; a tool that cannot (fclones, dust) is a program that does what it does.
//! All of them mean the same on rayon: `ci/ecosystem.sh rayon` runs them there, less the module `stand_ins`.

#[path = "../../../../tests/common/child.rs"]
#[macro_use]
mod child;
#[path = "../../../../tests/common/watchdog.rs"]
#[macro_use]
mod watchdog;

mod arrays;
mod bridges;
mod calls;
mod collections;
mod core_users;
mod files;
mod kit;
mod pools;
mod progress;
mod scopes;
mod stand_ins;
mod waits;
