//! Small parts that know nothing of pools.

pub(crate) mod caller;
pub(crate) mod clock;
pub(crate) mod forks;
pub(crate) mod frame;
pub(crate) mod lock;
pub(crate) mod rng;
pub(crate) mod short_lock;
pub(crate) mod turns;
pub(crate) mod unwind;
pub(crate) mod usage;
pub(crate) mod variable;

/// Bytes in a cache line of the usual machines. Memory is laid out by it, and nothing else rests on it.
pub(crate) const CACHE_LINE: usize = 64;

pub(crate) use crossbeam_utils::CachePadded;
pub(crate) use crossbeam_utils::atomic::AtomicCell;
