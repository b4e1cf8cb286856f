//! Parallel iterators: the traits, the adaptors, and the sources that need no collection.
//!
//! Import [`moirai::prelude`](crate::prelude) for the methods. The types listed here are what the
//! methods return; one rarely has to name them.
mod adaptors;
mod convert;
mod indexed_parallel_iterator;
mod opaque_debug;
mod parallel_iterator;
pub mod plumbing;
mod private;
mod sinks;
mod sources;
mod stop_flag;
mod tickets;

pub use self::adaptors::*;
pub use self::convert::{
    FromParallelIterator, IntoParallelIterator, IntoParallelRefIterator,
    IntoParallelRefMutIterator, ParallelDrainFull, ParallelDrainRange, ParallelExtend,
};
pub use self::indexed_parallel_iterator::IndexedParallelIterator;
pub(crate) use self::opaque_debug::opaque_debug;
pub use self::parallel_iterator::ParallelIterator;
pub(crate) use self::sinks::collect::{extend_vec, vec_list};
#[allow(deprecated, reason = "the former name stays for those who use it")]
pub use self::sources::repeatn;
pub(crate) use self::sources::{AtMostOne, clone_fields, delegate, indexed_source};
pub use self::sources::{
    Empty, IterBridge, MultiZip, Once, ParallelBridge, Repeat, RepeatN, Split, WalkTree,
    WalkTreePostfix, WalkTreePrefix, empty, once, repeat, repeat_n, split, walk_tree,
    walk_tree_postfix, walk_tree_prefix,
};
pub use either::Either;
