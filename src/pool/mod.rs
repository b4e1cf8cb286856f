//! Threads and jobs: how a pool is made, how its threads find work, wait, sleep and wake each other.

pub(crate) mod context;
pub(crate) mod counters;
mod deferred;
mod ending;
pub(crate) mod event;
pub(crate) mod frame;
mod group;
mod guest;
pub(crate) mod handlers;
pub(crate) mod home;
pub(crate) mod job;
pub(crate) mod latch;
mod outside;
mod park;
mod placing;
pub(crate) mod queue;
pub(crate) mod registry;
pub(crate) mod scope_count;
pub(crate) mod scope_link;
pub(crate) mod seat;
pub(crate) mod sleep;
pub(crate) mod spawned;
mod stack;
pub(crate) mod tag;
mod tally;
pub(crate) mod wake_cost;
pub(crate) mod worker;
