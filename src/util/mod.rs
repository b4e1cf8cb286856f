//! Small parts that know nothing of pools.

pub(crate) mod caller;
pub(crate) mod clock;
pub(crate) mod forks;
pub(crate) mod frame;
pub(crate) mod lock;
pub(crate) mod rng;
pub(crate) mod turns;
pub(crate) mod unwind;
pub(crate) mod usage;
pub(crate) mod variable;

pub(crate) use crossbeam_utils::CachePadded;
pub(crate) use crossbeam_utils::atomic::AtomicCell;
