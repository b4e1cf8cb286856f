//! Schedules on demand: the threads of a pool run one at a time, in an order drawn from a seed (`docs/seeds.md`).
//!
//! With the feature `seeded` and a seed, a thread of the pool gives its turn away at certain points only (*scheduling
//! points*: it has published a job, is about to run one or has run one, looks for work, sleeps, sends or receives), and the
//! seed says who is next. So the same program takes the same course, and another seed another one. Without the feature all
//! of this is empty.

#[cfg(not(feature = "seeded"))]
#[path = "off.rs"]
mod kind;
#[cfg(feature = "seeded")]
#[path = "table.rs"]
mod kind;

pub(crate) use kind::{
    Sleeper, Turns, is_taking_turns, let_others, now, now_ns, point, seed_from_env,
};
