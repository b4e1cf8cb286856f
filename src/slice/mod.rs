//! Parallel iterators over slices, and parallel sorting.
//!
//! The methods are those of [`ParallelSlice`] and [`ParallelSliceMut`]; the types listed here are
//! what they return.
//!
//! ```
//! use moirai::prelude::*;
//!
//! let mut numbers = [5, 3, 8, 1];
//! numbers.par_sort();
//! assert_eq!(numbers, [1, 3, 5, 8]);
//! let sums: Vec<i32> = numbers.par_chunks(2).map(|chunk| chunk.iter().sum()).collect();
//! assert_eq!(sums, [4, 13]);
//! ```
mod array_windows;
mod chunk_by;
mod chunks;
mod chunks_exact;
mod iter;
mod parallel_slice;
mod parallel_slice_mut;
mod rchunks;
mod rchunks_exact;
mod sized;
mod sort;
mod split;
mod strip;
mod windows;

pub use self::array_windows::ArrayWindows;
pub use self::chunk_by::{ChunkBy, ChunkByMut};
pub use self::chunks::{Chunks, ChunksMut};
pub use self::chunks_exact::{ChunksExact, ChunksExactMut};
pub use self::iter::{Iter, IterMut};
pub use self::parallel_slice::ParallelSlice;
pub use self::parallel_slice_mut::ParallelSliceMut;
pub use self::rchunks::{RChunks, RChunksMut};
pub use self::rchunks_exact::{RChunksExact, RChunksExactMut};
pub(crate) use self::sort::sort_if_ordered;
pub use self::split::{Split, SplitInclusive, SplitInclusiveMut, SplitMut};
pub use self::windows::Windows;
