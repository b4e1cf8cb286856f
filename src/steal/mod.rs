//! Where work comes from: the deques, whom to steal from, and the injector.
//!
//! Nothing here knows what a job is; entries are raw words. Public is the arithmetic of distances, [`Neighbours`], which
//! simulators and tests drive as the pool does.

pub(crate) mod deque;
pub(crate) mod injector;
mod neighbours;

pub use neighbours::{
    DEALT_SWEEPS, Distance, GROUP_SWEEPS, Neighbours, Place, Reach, StealOrder, Sweep,
};
