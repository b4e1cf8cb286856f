//! Small parts that know nothing of pools.

pub(crate) mod clock;
pub(crate) mod frame;
pub(crate) mod rng;
pub(crate) mod unwind;

pub(crate) use crossbeam_utils::CachePadded;
