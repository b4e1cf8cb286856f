//! Parallel iterators: the traits, the adaptors, and the sources that need no collection.
//!
//! Import [`moirai::prelude`](crate::prelude) for the methods. The types listed here are what the
//! methods return; one rarely has to name them.
//!
//! An iteration has a source (`par_iter`, `into_par_iter`, [`par_bridge`](ParallelBridge::par_bridge) and more), any number of
//! lazy adaptors, and a consuming method that runs it. Inside, the sequence is cut in two again and again, each cut a
//! [`join`](crate::join()), until there are pieces enough for the threads that are free; each piece is a plain loop.
//!
//! What knows its length and can be cut at any index is an [`IndexedParallelIterator`]: ranges of small integers, slices,
//! vectors, and adaptors of these that keep positions. It can be zipped, enumerated, reversed and collected in place. All
//! others, [`filter`](ParallelIterator::filter) among them, are [`ParallelIterator`]s.
//!
//! ```
//! use moirai::prelude::*;
//!
//! let rows = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
//! let weights = [0.5, 0.25, 0.25];
//! let scores: Vec<f64> = rows
//!     .par_iter()
//!     .zip(&weights)
//!     .map(|(row, weight)| row.iter().sum::<f64>() * weight)
//!     .collect();
//! assert_eq!(scores, [1.5, 1.75, 2.75]);
//! ```
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
pub(crate) use self::sinks::collect::extend_vec;
pub(crate) use self::sinks::{gather, gather_text};
#[allow(deprecated, reason = "the former name stays for those who use it")]
pub use self::sources::repeatn;
pub(crate) use self::sources::{AtMostOne, clone_fields, delegate, indexed_source};
pub use self::sources::{
    Empty, IterBridge, MultiZip, Once, ParallelBridge, Repeat, RepeatN, Split, WalkTree,
    WalkTreePostfix, WalkTreePrefix, empty, once, repeat, repeat_n, split, walk_tree,
    walk_tree_postfix, walk_tree_prefix,
};
pub use either::Either;
